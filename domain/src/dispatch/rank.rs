//! Who is asked first. The server ranks by this when an offer is not answered, and every console when it
//! names somebody on its button.

use super::reasons::PlannedWay;
use super::state::Stage;
use crate::alarm::Condition;
use crate::estate::{Person, Post, Role, Skill};
use crate::ids::{AlarmTypeId, IncidentId, PersonId, PostId};
use crate::incident::Incident;
use crate::staff::Duty;
use crate::view::Known;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds of walk that the wanted skill is worth: about what one offer costs that nobody answers. More would let
/// somebody wait for the right hands who needs any.
pub const SKILL_WORTH_S: u32 = 30;

/// Somebody who could be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub person: PersonId,
    /// By the way from where they were last; nothing where none is known.
    pub way: Option<PlannedWay>,
    /// What they are on already.
    pub busy: Option<IncidentId>,
    /// 休息: no rule sends them.
    pub on_break: bool,
    /// Nobody hears of them.
    pub silent: bool,
    /// The estate says that no page reaches them: they are called on the radio.
    pub radio_only: bool,
    /// The skill that this type of alarm wants, if they have it.
    pub skill: Option<Skill>,
    /// On how many errands they were since they came on duty.
    pub errands: usize,
    /// What they leave behind, if their post then has fewer guards than it wants.
    pub hole: Option<Hole>,
}

impl Candidate {
    /// Who is on a break, on an errand or not heard of comes after everybody who is not, however near.
    pub fn is_held_up(&self) -> (bool, bool, bool) {
        (self.on_break, self.busy.is_some(), self.silent)
    }

    /// Seconds of their way, if one is known.
    pub fn seconds(&self) -> Option<u32> {
        self.way.map(|way| way.seconds)
    }
}

/// A post without as many guards as it wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    pub post: PostId,
    /// How many are left there: on duty, not on a break, and sent nowhere.
    pub left: u8,
}

/// Everybody on duty who could be sent, the first to ask first.
///
/// Those who are free and heard of come before those who are not, and whoever takes a break last. Among these
/// whoever is there soonest is the first; whoever has the skill that the type wants counts as
/// [`SKILL_WORTH_S`] nearer. Of two who are there at the same time the one with fewer errands is the first.
/// Those without a known way are the last.
///
/// `incident` is the one that it is about, if it is one already: whoever is part of it, called for it, or
/// said no, is not asked.
pub fn rank(
    known: &Known<'_>,
    kind: &AlarmTypeId,
    incident: Option<IncidentId>,
    way: impl Fn(&PersonId) -> Option<PlannedWay>,
) -> Vec<Candidate> {
    let people = known.estate.people.iter();
    let people = people.filter(|person| person.role == Role::Guard);
    ranked(known, kind, incident, people, way)
}

/// The engineers who could be sent, deputies last. No rule sends one in a guard's place: an operator does, for what only
/// they may do.
pub fn rank_engineers(
    known: &Known<'_>,
    kind: &AlarmTypeId,
    incident: Option<IncidentId>,
    way: impl Fn(&PersonId) -> Option<PlannedWay>,
) -> Vec<Candidate> {
    let people = known.estate.people.iter();
    let people = people.filter(|person| person.role == Role::Engineer);
    let mut candidates = ranked(known, kind, incident, people, way);
    candidates.sort_by_key(|one| {
        let of = known.estate.person(&one.person);
        of.is_some_and(|person| person.deputy_of.is_some())
    });
    candidates
}

/// Who is asked when somebody does not go, the first to ask first. In an engineer's place it is their deputy,
/// and then the other engineers: a guard does not know how to close a valve.
pub fn rank_after(
    known: &Known<'_>,
    incident: &Incident,
    person: &PersonId,
    way: impl Fn(&PersonId) -> Option<PlannedWay>,
) -> Vec<Candidate> {
    let (kind, incident) = (&incident.kind, Some(incident.id));
    let before = known.estate.person(person);
    let Some(engineer) = before.filter(|person| person.role == Role::Engineer) else {
        return rank(known, kind, incident, way);
    };
    let people = known.estate.people.iter();
    let people = people.filter(|person| person.role == Role::Engineer);
    let mut candidates = ranked(known, kind, incident, people, way);
    candidates.sort_by_key(|one| {
        let of = known.estate.person(&one.person);
        of.and_then(|person| person.deputy_of.as_ref()) != Some(&engineer.id)
    });
    candidates
}

fn ranked<'a>(
    known: &Known<'_>,
    kind: &AlarmTypeId,
    incident: Option<IncidentId>,
    people: impl Iterator<Item = &'a Person>,
    way: impl Fn(&PersonId) -> Option<PlannedWay>,
) -> Vec<Candidate> {
    let now = Now::of(known, incident);
    let kind = known.estate.alarm_type(kind);
    let skill = kind.and_then(|kind| kind.skill);
    let people = people.filter(|person| known.is_on_duty(&person.id));
    let people = people.filter(|person| !now.out.contains(&person.id));
    let mut candidates: Vec<_> = people
        .map(|person| Candidate {
            person: person.id.clone(),
            way: way(&person.id),
            busy: now.tasks.get(&person.id).copied(),
            on_break: known.is_on_break(&person.id),
            silent: now.silent.contains(&person.id),
            radio_only: person.radio_only,
            skill: skill.filter(|skill| person.skills.contains(skill)),
            errands: now.errands.get(&person.id).copied().unwrap_or_default(),
            hole: now.hole(known, &person.id),
        })
        .collect();
    candidates.sort_by_key(|one| {
        let worth_s = one.skill.map_or(0, |_| i64::from(SKILL_WORTH_S));
        let seconds = one.seconds().map_or(i64::MAX, i64::from);
        (one.is_held_up(), seconds - worth_s, one.errands)
    });
    candidates
}

/// What is known of everybody, looked up once for all of them: a console asks each second.
struct Now<'a> {
    /// Who is on which errand.
    tasks: BTreeMap<&'a PersonId, IncidentId>,
    /// How many errands everybody was on since they came on duty, of those that are still held.
    errands: BTreeMap<&'a PersonId, usize>,
    /// Of whom a row says that nobody hears of them.
    silent: BTreeSet<&'a PersonId>,
    /// Who is part of this incident, said no, or called for help in it: nobody is sent to themselves.
    out: BTreeSet<&'a PersonId>,
    /// At which post somebody stands as a rule.
    posts: BTreeMap<&'a PersonId, &'a Post>,
}

impl<'a> Now<'a> {
    fn of(known: &Known<'a>, incident: Option<IncidentId>) -> Self {
        let view = known.view;
        let tasks = view.assignments.values().filter(|one| one.is_task());
        let mut errands = BTreeMap::new();
        for one in view.assignments.values().filter(|one| one.is_accepted()) {
            let before = match view.people.get(&one.person).map(|person| person.duty) {
                Some(Duty::On { since }) => one.offered_at < since,
                Some(Duty::Off { .. }) | None => false,
            };
            *errands.entry(&one.person).or_default() += usize::from(!before);
        }
        let silent = view.alarms.values().filter(|row| {
            row.silence.is_some() && matches!(row.condition, Condition::Active { .. })
        });
        let asked = view.assignments.values().filter(|one| {
            let counts = one.is_live() || matches!(one.stage, Stage::Declined { .. });
            Some(one.incident) == incident && counts
        });
        let of = incident.and_then(|id| view.incidents.get(&id));
        let alarms = of.into_iter().flat_map(|incident| &incident.alarms);
        let callers = alarms.filter_map(|id| view.alarms.get(id)?.source.person());
        let posts = known.estate.posts.iter();
        let posts = posts.flat_map(|post| post.people.iter().map(move |person| (person, post)));
        Self {
            // Of several errands the oldest.
            tasks: tasks.rev().map(|one| (&one.person, one.incident)).collect(),
            errands,
            silent: silent.filter_map(|row| row.source.person()).collect(),
            out: asked.map(|one| &one.person).chain(callers).collect(),
            posts: posts.collect(),
        }
    }

    /// What somebody leaves behind who goes.
    fn hole(&self, known: &Known<'_>, person: &PersonId) -> Option<Hole> {
        let post = self.posts.get(person)?;
        let others = post.people.iter().filter(|other| *other != person);
        let stays = |other: &&PersonId| {
            known.is_on_duty(other) && !known.is_on_break(other) && !self.tasks.contains_key(*other)
        };
        let left = u8::try_from(others.filter(stays).count()).unwrap_or(u8::MAX);
        (left < post.guards_wanted).then(|| Hole {
            post: post.id.clone(),
            left,
        })
    }
}
