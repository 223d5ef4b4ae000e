//! Who is asked first. The server ranks by this when an offer is not answered, and every console when it
//! names somebody on its button.

use super::reasons::PlannedWay;
use super::state::Stage;
use crate::alarm::{Alarm, Condition, Source};
use crate::estate::{LiftUse, Lifts, Person, Role};
use crate::ids::{AlarmTypeId, IncidentId, PersonId, PostId};
use crate::view::Known;

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
    /// They have no phone that could ring: they are called on the radio.
    pub radio_only: bool,
    /// What they leave behind, if their post then has fewer guards than it wants.
    pub hole: Option<Hole>,
}

/// A post without as many guards as it wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    pub post: PostId,
    /// How many are left there: on duty, not on a break, and sent nowhere.
    pub left: u8,
}

/// Everybody on duty who could be sent, the first to ask first: those who are free and heard of before those
/// who are not, and whoever takes a break last; among these whoever is there soonest; those without a known way
/// last. `incident` is the one that
/// it is about, if it is one already: whoever is part of it, called for it, or said no, is not asked.
pub fn rank(
    known: &Known<'_>,
    incident: Option<IncidentId>,
    way: impl Fn(&PersonId) -> Option<PlannedWay>,
) -> Vec<Candidate> {
    let people = known.estate.people.iter();
    let people = people.filter(|person| person.role == Role::Guard);
    ranked(known, incident, people, way)
}

/// Who is asked when somebody does not go, the first to ask first. In an engineer's place it is their deputy,
/// and then the other engineers: a guard does not know how to close a valve.
pub fn rank_after(
    known: &Known<'_>,
    incident: IncidentId,
    person: &PersonId,
    way: impl Fn(&PersonId) -> Option<PlannedWay>,
) -> Vec<Candidate> {
    let before = known.estate.person(person);
    let Some(engineer) = before.filter(|person| person.role == Role::Engineer) else {
        return rank(known, Some(incident), way);
    };
    let people = known.estate.people.iter();
    let people = people.filter(|person| person.role == Role::Engineer);
    let mut candidates = ranked(known, Some(incident), people, way);
    candidates.sort_by_key(|one| {
        let of = known.estate.person(&one.person);
        of.and_then(|person| person.deputy_of.as_ref()) != Some(&engineer.id)
    });
    candidates
}

fn ranked<'a>(
    known: &Known<'_>,
    incident: Option<IncidentId>,
    people: impl Iterator<Item = &'a Person>,
    way: impl Fn(&PersonId) -> Option<PlannedWay>,
) -> Vec<Candidate> {
    let people = people.filter(|person| can_go(known, person, incident));
    let mut candidates: Vec<_> = people
        .map(|person| Candidate {
            person: person.id.clone(),
            way: way(&person.id),
            busy: known.task_of(&person.id).map(|task| task.incident),
            on_break: known.is_on_break(&person.id),
            silent: is_silent(known, &person.id),
            radio_only: known.is_radio_only(&person.id),
            hole: hole(known, &person.id),
        })
        .collect();
    candidates.sort_by_key(|one| {
        let seconds = one.way.as_ref().map_or(u32::MAX, |way| way.seconds);
        (one.on_break, one.busy.is_some(), one.silent, seconds)
    });
    candidates
}

/// What somebody leaves behind who goes.
fn hole(known: &Known<'_>, person: &PersonId) -> Option<Hole> {
    let mut posts = known.estate.posts.iter();
    let post = posts.find(|post| post.people.contains(person))?;
    let others = post.people.iter().filter(|other| *other != person);
    let stays = |other: &&PersonId| {
        known.is_on_duty(other) && !known.is_on_break(other) && known.task_of(other).is_none()
    };
    let left = u8::try_from(others.filter(stays).count()).unwrap_or(u8::MAX);
    (left < post.guards_wanted).then(|| Hole {
        post: post.id.clone(),
        left,
    })
}

/// Which lifts whoever is sent for this may take.
pub fn lifts<'a>(known: &Known<'_>, kind: &AlarmTypeId, alarm: Option<&'a Alarm>) -> Lifts<'a> {
    let kind = known.estate.alarm_type(kind);
    match kind.map(|kind| kind.lifts).unwrap_or_default() {
        LiftUse::Allowed => Lifts::Allowed,
        LiftUse::Forbidden => Lifts::Forbidden,
        LiftUse::NotThisOne => alarm
            .and_then(|alarm| alarm.source.device())
            .map_or(Lifts::Forbidden, Lifts::Without),
    }
}

fn can_go(known: &Known<'_>, person: &Person, incident: Option<IncidentId>) -> bool {
    if !known.is_on_duty(&person.id) {
        return false;
    }
    // Nobody is sent to themselves.
    let alarms = incident.and_then(|id| known.view.incidents.get(&id));
    let mut alarms = alarms.iter().flat_map(|incident| &incident.alarms);
    let calls = |row: &Alarm| row.source.person() == Some(&person.id);
    if alarms.any(|alarm| known.view.alarms.get(alarm).is_some_and(calls)) {
        return false;
    }
    let mut theirs = known
        .view
        .assignments
        .values()
        .filter(|one| Some(one.incident) == incident && one.person == person.id);
    !theirs.any(|one| one.is_live() || matches!(one.stage, Stage::Declined { .. }))
}

/// Whether a row says that nobody hears of them.
fn is_silent(known: &Known<'_>, person: &PersonId) -> bool {
    let source = Source::Person(person.clone());
    let mut rows = known.view.alarms.values();
    rows.any(|row| {
        row.silence.is_some()
            && row.source == source
            && matches!(row.condition, Condition::Active { .. })
    })
}
