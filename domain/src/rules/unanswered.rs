//! What nobody did about a matter: the law by which ladders begin and end.
//!
//! | matter | not done | counted from | it is, and its ladder ends, once a person |
//! |---|---|---|---|
//! | alarm | nobody has or has seen it | when it began to wait, or came back | claims, acknowledges, shelves or judges it, or claims the incident that it is part of |
//! | alarm | nobody was sent in time | the deadline's end, which counts from the claim | sends somebody, judges, shelves or releases it, or makes it part of an incident |
//! | incident | nobody owns it | when it began to wait, or came back | claims it, or one of its alarms |
//! | incident | too few were sent in time | the deadline's end | sends as many as its type wants, or says that it is under control |
//! | incident | a required step was not taken in time | when that was found | takes it, or leaves it out |
//! | incident | a required step was left out | when it was | who leads the shift does anything about the incident, or it is taken after all |
//! | assignment | nobody who could be asked for its slot accepts | when that was found | of its slot accepts, recalls one of the slot, sends somebody else for the incident, or says that it is under control |
//! | assignment | whoever accepted is not there | when they accepted | arrives, is done, goes home, is recalled, or somebody says that it is under control |
//!
//! An incident speaks for its alarms: what comes back with it calls people once. An alarm that is being
//! climbed when it becomes part of an incident is climbed on, and then its incident is silent.
//!
//! Of several things that nobody did about one matter the first of this table is climbed, and the next one once a
//! person has answered that; while nobody has an incident, nothing else of it is.

use crate::access::{Right, rights_of};
use crate::alarm::{Alarm, Ownership};
use crate::dispatch::{Assignment, DispatchFact, Stage as Part, Withdrawal};
use crate::ids::{IncidentId, PersonId};
use crate::incident::{Incident, Owner};
use crate::ladder::rungs::acted_on;
use crate::matter::{Matter, Unanswered};
use crate::time::Timestamp;
use crate::view::Known;

/// What nobody did, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) why: Unanswered,
    pub(super) since: Timestamp,
}

/// What nobody did about a matter by now, what is to be climbed first in front: at most one of an alarm or an
/// assignment; of an incident one of each kind and one for each of its late steps.
pub(super) fn gaps(known: &Known<'_>, about: Matter) -> Vec<Gap> {
    let view = known.view;
    match about {
        Matter::Alarm(alarm) => {
            let gap = view.alarms.get(&alarm).and_then(of_alarm);
            gap.into_iter().collect()
        }
        Matter::Incident(incident) => {
            let incident = view.incidents.get(&incident);
            let incident = incident.filter(|incident| incident.is_open());
            incident.map_or_else(Vec::new, |incident| of_incident(known, incident))
        }
        Matter::Assignment(assignment) => {
            let assignment = view.assignments.get(&assignment);
            let gap = assignment.and_then(|one| of_assignment(known, one));
            gap.into_iter().collect()
        }
    }
}

fn of_alarm(alarm: &Alarm) -> Option<Gap> {
    match &alarm.ownership {
        Ownership::Unclaimed {
            since, returned, ..
        } => {
            let waits = alarm.is_annunciated() && alarm.acknowledged.is_none();
            waits.then_some(nobodys(*since, returned.is_some()))
        }
        Ownership::Claimed {
            undispatched_at, ..
        } => undispatched_at.map(|since| Gap {
            why: Unanswered::Undispatched,
            since,
        }),
    }
}

const fn nobodys(since: Timestamp, is_returned: bool) -> Gap {
    let why = if is_returned {
        Unanswered::Returned
    } else {
        Unanswered::Unclaimed
    };
    Gap { why, since }
}

fn of_incident(known: &Known<'_>, incident: &Incident) -> Vec<Gap> {
    let owner = match &incident.owner {
        Owner::Nobody {
            since, returned, ..
        } => Some(nobodys(*since, returned.is_some())),
        Owner::Person { .. } => None,
    };
    let mut gaps: Vec<_> = owner.into_iter().collect();
    gaps.extend(of_people(known, incident));
    gaps.extend(of_steps(known, incident));
    gaps
}

fn of_people(known: &Known<'_>, incident: &Incident) -> Option<Gap> {
    let late_at = incident.undispatched_at?;
    let is_short = || known.live_slots(incident.id) < usize::from(incident.guards);
    (incident.needs_people() && is_short()).then_some(Gap {
        why: Unanswered::Undispatched,
        // What was late as an alarm is called for anew.
        since: late_at.max(incident.opened_at),
    })
}

/// What is late and still to be taken comes before what was left out.
fn of_steps(known: &Known<'_>, incident: &Incident) -> Vec<Gap> {
    let Some(procedure) = known.estate.procedure_of(&incident.kind) else {
        return Vec::new();
    };
    let id = procedure.id();
    let ahead = procedure.next(|step| incident.steps.outcome(id, step));
    let ahead = ahead.into_iter().filter(|step| !step.optional);
    let late = ahead.filter_map(|step| incident.steps.of(id, &step.id)?.late_at);
    let mut late: Vec<_> = late.collect();
    late.sort_unstable();
    let why = Unanswered::StepLate;
    let late = late.into_iter().map(|since| Gap { why, since });
    let left_out = procedure.steps().iter().filter_map(|step| {
        let taken = incident.steps.of(id, &step.id)?.taken.as_ref()?;
        taken.required.then_some(taken.at)
    });
    let unseen = left_out.max().filter(|since| {
        let leads = |person: &PersonId| rights_of(known, person).contains(Right::LeadShift);
        !acted_on(known, incident.id, |at, person| {
            at > *since && leads(person)
        })
    });
    let why = Unanswered::StepSkipped;
    let unseen = unseen.map(|since| Gap { why, since });
    late.chain(unseen).collect()
}

fn of_assignment(known: &Known<'_>, one: &Assignment) -> Option<Gap> {
    let incident = known.view.incidents.get(&one.incident)?;
    if !incident.needs_people() {
        return None;
    }
    match one.stage {
        Part::Accepted | Part::OnTheWay => Some(Gap {
            why: Unanswered::NotOnScene,
            since: accepted_at(one),
        }),
        Part::Unanswered
        | Part::Declined { .. }
        | Part::Withdrawn {
            why: Withdrawal::OffDuty,
        } => is_last_hope(known, one).then_some(Gap {
            why: Unanswered::Unaccepted,
            since: one.since,
        }),
        Part::Offered | Part::OnScene { .. } | Part::Done | Part::Withdrawn { .. } => None,
    }
}

/// When somebody accepted: what they did since is no news of that.
fn accepted_at(one: &Assignment) -> Timestamp {
    let mut latest_first = one.history.steps().iter().rev();
    let accepted = latest_first.find(|step| matches!(step.fact, DispatchFact::Accepted(_)));
    accepted.map_or(one.since, |step| step.at)
}

/// Whether nobody else of its slot is asked, goes or will be asked.
fn is_last_hope(known: &Known<'_>, one: &Assignment) -> bool {
    let mut slot = slot(known, one);
    slot.all(|other| {
        // Whoever recalls one of them since then gave the slot up.
        let is_given_up = matches!(
            other.stage,
            Part::Withdrawn {
                why: Withdrawal::Recalled { .. }
            }
        );
        let is_given_up = is_given_up && other.since >= one.since;
        !other.holds_slot() && !other.to_offer_again && other.id <= one.id && !is_given_up
    })
}

/// All offers of its slot.
pub(super) fn slot<'a>(
    known: &Known<'a>,
    one: &Assignment,
) -> impl Iterator<Item = &'a Assignment> + use<'a> {
    let slot = one.slot;
    let all = known.assignments_of(one.incident);
    all.filter(move |other| other.slot == slot)
}

/// The incident that a matter is, or is part of, as long as it is open.
pub(super) fn open_incident(known: &Known<'_>, about: Matter) -> Option<IncidentId> {
    let incident = match about {
        Matter::Alarm(alarm) => known.view.alarms.get(&alarm)?.incident?,
        Matter::Incident(incident) => incident,
        Matter::Assignment(assignment) => known.view.assignments.get(&assignment)?.incident,
    };
    let incident = known.view.incidents.get(&incident)?;
    incident.is_open().then_some(incident.id)
}
