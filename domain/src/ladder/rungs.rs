//! Who holds a rung, whom a step calls, and who is called next: one answer for server and displays.

use super::state::{CALLED_PER_STEP_MAX, LadderDue, LadderRun};
use crate::alarm::Ownership;
use crate::estate::{Channel, LadderStep, Person, Rung, Target};
use crate::ids::{IncidentId, PersonId};
use crate::incident::Owner;
use crate::matter::Matter;
use crate::subject::History;
use crate::time::{Span, Timestamp};
use crate::view::Known;

/// Whoever did something about a matter is at it for so long.
pub const AT_IT: Span = Span::from_secs(60);

/// Who holds a rung now: everybody who has it and is on duty, deputies after the others.
pub fn on_rung<'a>(known: &Known<'a>, rung: Rung) -> impl Iterator<Item = &'a Person> {
    let known = *known;
    let people = known.estate.on_rung(rung);
    people.filter(move |person| known.is_on_duty(&person.id))
}

/// The rung above one. Beside the chain stand those who are called for what they know: where nobody
/// of them is, the shift leader finds somebody.
pub const fn above(rung: Rung) -> Option<Rung> {
    match rung {
        Rung::Engineer | Rung::Steward => Some(Rung::ShiftLeader),
        Rung::ShiftLeader => Some(Rung::DutyManager),
        Rung::DutyManager => Some(Rung::ProjectManager),
        Rung::ProjectManager => None,
    }
}

/// Somebody whom a step calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callee {
    pub person: PersonId,
    /// As what, if by a rung.
    pub rung: Option<Rung>,
    /// By what, best first; never empty.
    pub channels: Vec<Channel>,
}

/// Whom a step calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Called {
    /// At most [`CALLED_PER_STEP_MAX`].
    pub people: Vec<Callee>,
    /// Rungs on which nobody can be called.
    pub nobody: Vec<Rung>,
    /// Those who are at it already.
    pub spared: Vec<PersonId>,
}

/// Whom a step of a run calls now; `again` for a repeat, which calls deputies beside those whom they
/// stand in for; at first they are called in their place only. Nobody is called twice but by a repeat, and
/// nobody who is at it.
pub fn called_by(known: &Known<'_>, run: &LadderRun, step: &LadderStep, again: bool) -> Called {
    let mut called = Called::default();
    let mut take = |person: &Person, rung, channels: Vec<Channel>| {
        let is_there = called.people.iter().any(|other| other.person == person.id);
        if is_there || (!again && run.has_called(&person.id)) {
            return;
        }
        if is_at_it(known, run, &person.id) {
            if !called.spared.contains(&person.id) {
                called.spared.push(person.id.clone());
            }
        } else if called.people.len() < CALLED_PER_STEP_MAX {
            let person = person.id.clone();
            called.people.push(Callee {
                person,
                rung,
                channels,
            });
        }
    };
    let mut nobody = Vec::new();
    for target in &step.call {
        match target {
            Target::Owner => {
                let owner = owner(known, run).and_then(|owner| known.estate.person(owner));
                if let Some((owner, channels)) = owner.and_then(|one| reachable(known, one, step)) {
                    take(owner, None, channels);
                }
            }
            Target::Person(person) => {
                let person = known.estate.person(person);
                let person = person.filter(|person| known.is_on_duty(&person.id));
                if let Some((person, channels)) = person.and_then(|one| reachable(known, one, step))
                {
                    take(person, None, channels);
                }
            }
            Target::Rung(rung) => {
                let mut next = Some(*rung);
                while let Some(rung) = next {
                    let holders = on_rung(known, rung);
                    let holders = holders.filter_map(|person| reachable(known, person, step));
                    let holders: Vec<_> = holders.collect();
                    for (person, channels) in &holders {
                        let mut others = holders.iter();
                        let of = person.deputy_of.as_ref();
                        let stands_back = others.any(|(other, _)| of == Some(&other.id));
                        if again || !stands_back {
                            take(person, Some(rung), channels.clone());
                        }
                    }
                    if !holders.is_empty() {
                        break;
                    }
                    if !nobody.contains(&rung) {
                        nobody.push(rung);
                    }
                    next = above(rung);
                }
            }
        }
    }
    called.nobody = nobody;
    called
}

/// A person with the channels by which a step calls them: those that it prefers, then the others.
fn reachable<'a>(
    known: &Known<'_>,
    person: &'a Person,
    step: &LadderStep,
) -> Option<(&'a Person, Vec<Channel>)> {
    let has = &known.view.reach.get(&person.id)?.channels;
    let preferred = step.by.iter().filter(|channel| has.contains(channel));
    let others = has.iter().filter(|channel| !step.by.contains(channel));
    let channels: Vec<_> = preferred.chain(others).copied().collect();
    (!channels.is_empty()).then_some((person, channels))
}

/// Whoever has the matter, or had it last.
fn owner<'a>(known: &Known<'a>, run: &LadderRun) -> Option<&'a PersonId> {
    let incident = match run.about {
        Matter::Alarm(alarm) => {
            return match &known.view.alarms.get(&alarm)?.ownership {
                Ownership::Claimed { by, .. } => Some(by),
                Ownership::Unclaimed { returned, .. } => returned.as_ref()?.from.as_ref(),
            };
        }
        Matter::Incident(incident) => incident,
        Matter::Assignment(assignment) => known.view.assignments.get(&assignment)?.incident,
    };
    match &known.view.incidents.get(&incident)?.owner {
        Owner::Person { by, .. } => Some(by),
        Owner::Nobody { returned, .. } => returned.as_ref()?.from.as_ref(),
    }
}

/// Whether somebody did something about the matter just now, without answering it: they need not be
/// told of it. Of what nobody has, only what they did since counts.
fn is_at_it(known: &Known<'_>, run: &LadderRun, person: &PersonId) -> bool {
    let just_now = known.now - AT_IT;
    let since = if run.why.is_nobodys() {
        run.since.max(just_now)
    } else {
        just_now
    };
    let view = known.view;
    let theirs = |at: Timestamp, actor: &PersonId| at >= since && actor == person;
    match run.about {
        Matter::Alarm(alarm) => {
            let alarm = view.alarms.get(&alarm);
            alarm.is_some_and(|alarm| acted(&alarm.history, &theirs))
        }
        Matter::Incident(incident) => acted_on(known, incident, theirs),
        Matter::Assignment(assignment) => {
            let assignment = view.assignments.get(&assignment);
            assignment.is_some_and(|one| acted_on(known, one.incident, theirs))
        }
    }
}

/// Whether somebody did something about an incident, one of its alarms, or who was sent for it: when it was and who
/// it was decide whether that counts.
pub(crate) fn acted_on(
    known: &Known<'_>,
    incident: IncidentId,
    counts: impl Fn(Timestamp, &PersonId) -> bool,
) -> bool {
    let Some(itself) = known.view.incidents.get(&incident) else {
        return false;
    };
    let alarms = itself.alarms.iter();
    let mut alarms = alarms.filter_map(|alarm| known.view.alarms.get(alarm));
    let mut sent = known.assignments_of(incident);
    acted(&itself.history, &counts)
        || sent.any(|one| acted(&one.history, &counts))
        || alarms.any(|alarm| acted(&alarm.history, &counts))
}

fn acted<F>(history: &History<F>, counts: &impl Fn(Timestamp, &PersonId) -> bool) -> bool {
    let mut latest_first = history.steps().iter().rev();
    latest_first.any(|step| {
        let actor = step.actor.as_ref();
        actor.is_some_and(|actor| counts(step.at, actor))
    })
}

/// Who is called next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextCall {
    /// When.
    pub at: Timestamp,
    /// Whom, as things are now.
    pub called: Called,
}

/// Who is called next about a run's matter, and when, as things are now. Steps that call nobody are
/// passed over; nothing, once somebody answered or nobody is left.
pub fn next_call(known: &Known<'_>, run: &LadderRun) -> Option<NextCall> {
    let (at, due) = run.next_due()?;
    let taken = usize::from(run.step);
    let (from, again) = match due {
        LadderDue::Repeat => (taken.saturating_sub(1), true),
        // What is due at once is gone before anybody has read it.
        LadderDue::Channel(_) | LadderDue::Step => (taken, false),
        LadderDue::Exhausted => return None,
    };
    let steps = run.steps.iter().enumerate().skip(from);
    let mut calls = steps.map(|(index, step)| {
        let again = again && index == from;
        let planned = run.since + Span::from_secs(i64::from(step.after_s));
        let at = if index == from { at } else { planned.max(at) };
        NextCall {
            at,
            called: called_by(known, run, step, again),
        }
    });
    calls.find(|next| !next.called.people.is_empty() || !next.called.nobody.is_empty())
}
