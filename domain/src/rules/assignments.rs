//! Who was sent and does not answer, is not there in time, or is there.
//!
//! An offer that is not answered in time goes to the next one as well, and the first may still accept. Whoever
//! declines or goes off duty gives their slot to the next one at once. Where nobody is left, a row says so.

use super::system;
use crate::dispatch::decide::{Terms, offered};
use crate::dispatch::goal::Goal;
use crate::dispatch::rank::rank_after;
use crate::dispatch::{
    ARRIVED_M_MAX, ASSIGNMENTS_PER_INCIDENT_MAX, Arrival, Assignment, DispatchFact, Due,
    PlannedWay, Stage, Withdrawal,
};
use crate::fact::{
    AssignmentArrived, AssignmentLate, AssignmentNobodyLeft, AssignmentUnanswered,
    AssignmentWithdrawn, FactDraft, QuietEnded,
};
use crate::geo::distance_m;
use crate::ids::PersonId;
use crate::incident::Incident;
use crate::memory::Memory;
use crate::observation::Fix;
use crate::registration;
use crate::site::Context;

const RULE: &str = "assignments@1";

/// What only the server knows when somebody is sent.
pub(crate) fn terms<'a>(
    context: &Context<'_>,
    way: &'a dyn Fn(&PersonId, &Incident) -> Option<PlannedWay>,
) -> Terms<'a> {
    let is_night = context.estate.calendar.is_night(context.now);
    Terms {
        next_assignment: context.control().dispatch.next(),
        incidents: context.incident_terms(),
        registration: registration::decide::Terms {
            next_alarm: context.control().alarms.next(),
            open_alarms: context.control().alarms.open_count(),
            is_night,
        },
        is_night,
        way,
    }
}

/// How people get to an incident, from where they were last: one search for all of them.
pub(crate) fn ways<'a>(
    context: &Context<'a>,
    memory: &'a Memory,
    incident: &Incident,
) -> impl Fn(&PersonId) -> Option<PlannedWay> + use<'a> {
    let ways = Goal::of_incident(&context.known(), incident).ways(&context.estate.ways);
    move |person| {
        let from = memory.fixes.last_place(person)?;
        // Where their phone is, says nothing of the floor.
        let way = ways.as_ref()?.from(from.at, None)?;
        Some(PlannedWay::from(&way))
    }
}

/// What is due first. One at a time: the next number follows from it.
pub(super) fn due(context: &Context<'_>, memory: &Memory) -> Vec<FactDraft> {
    let first = context.control().dispatch.first_due(context.now);
    let Some(row) = first.and_then(|id| context.view().assignments.get(&id)) else {
        return Vec::new();
    };
    let Some((due_at, due)) = row.next_due() else {
        return Vec::new();
    };
    let (assignment, late_s) = (row.id, context.late_s(due_at));
    let incident = context.view().incidents.get(&row.incident);
    // Once it is under control nobody else is asked, and nobody lacks.
    let is_wanted = incident.is_some_and(Incident::needs_people);
    let again = |row| {
        if is_wanted {
            again(context, memory, row)
        } else {
            DispatchFact::NobodyLeft(AssignmentNobodyLeft { assignment })
        }
    };
    let facts = match due {
        Due::Answer => {
            let unanswered = AssignmentUnanswered { assignment, late_s };
            let unanswered = DispatchFact::Unanswered(unanswered);
            vec![unanswered, again(row)]
        }
        Due::Again => vec![again(row)],
        Due::Arrival => vec![DispatchFact::Late(AssignmentLate { assignment, late_s })],
        Due::QuietOver => {
            let by = None;
            vec![DispatchFact::QuietEnded(QuietEnded { assignment, by })]
        }
    };
    let drill = incident.is_some_and(|incident| incident.drill);
    let nobody = |fact: &DispatchFact| matches!(fact, DispatchFact::NobodyLeft(_));
    let lacks_people = !drill && is_wanted && facts.iter().any(nobody);
    let draft = |fact| {
        let mut draft = context.by_rule_in(RULE, drill, fact);
        draft.occurred_at = Some(due_at);
        draft
    };
    let mut drafts: Vec<_> = facts.into_iter().map(draft).collect();
    if lacks_people {
        drafts.extend(system::nobody(context));
    }
    drafts
}

/// The next one is asked. Whoever is on another errand or takes a break is not taken from it by a rule.
fn again(context: &Context<'_>, memory: &Memory, row: &Assignment) -> DispatchFact {
    let nobody = DispatchFact::NobodyLeft(AssignmentNobodyLeft { assignment: row.id });
    let known = context.known();
    let incident = known.incident(row.incident).ok();
    let Some(incident) = incident else {
        return nobody;
    };
    if known.assignments_of(incident.id).count() >= ASSIGNMENTS_PER_INCIDENT_MAX {
        return nobody;
    }
    let ways = ways(context, memory, incident);
    let ranked = rank_after(&known, incident, &row.person, &ways);
    let mut free = ranked.into_iter();
    let Some(next) = free.find(|one| one.busy.is_none() && !one.on_break) else {
        return nobody;
    };
    let way = |person: &PersonId, _: &Incident| ways(person);
    let terms = terms(context, &way);
    let mut offer = offered(&known, incident, next.person, row.slot, &terms);
    offer.after = Some(row.id);
    DispatchFact::Offered(offer)
}

/// Somebody is where they were sent: near enough by all that their phone may be mistaken. Indoors a position
/// from the sky says nothing, and they say it themselves.
pub(crate) fn arrived(context: &Context<'_>, fix: &Fix) -> Vec<FactDraft> {
    let theirs = context.live_of(&fix.person).filter(|one| {
        matches!(one.stage, Stage::Accepted | Stage::OnTheWay) && fix.occurred_at >= one.since
    });
    theirs
        .filter_map(|one| {
            let incident = context.view().incidents.get(&one.incident)?;
            let place = incident.place.place()?;
            let unsure_m = f64::from(fix.accuracy_dm?) / 10.0;
            let is_there = distance_m(fix.at, place.at) + unsure_m <= ARRIVED_M_MAX;
            let arrived = DispatchFact::Arrived(AssignmentArrived {
                assignment: one.id,
                how: Arrival::Position,
                by: None,
            });
            let is_there = is_there && place.floor.is_none();
            is_there.then(|| context.by_rule_in(RULE, incident.drill, arrived))
        })
        .collect()
}

/// Whoever goes off duty is sent no more, and what they were sent for goes to the next one.
pub(crate) fn off_duty(context: &Context<'_>, person: &PersonId) -> Vec<FactDraft> {
    let theirs = context.live_of(person);
    theirs
        .map(|one| {
            let incident = context.view().incidents.get(&one.incident);
            let drill = incident.is_some_and(|incident| incident.drill);
            let withdrawn = DispatchFact::Withdrawn(AssignmentWithdrawn {
                assignment: one.id,
                why: Withdrawal::OffDuty,
            });
            context.by_rule_in(RULE, drill, withdrawn)
        })
        .collect()
}
