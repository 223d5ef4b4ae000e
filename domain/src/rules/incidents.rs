//! Which alarms are one incident, and what of an incident is due.
//!
//! An alarm joins an open incident if it has the same procedure, in the same building or at most
//! [`crate::incident::JOIN_M_MAX`] away, and came at most [`JOIN_S_MAX`] seconds after the last one; the fact says which. A silent
//! call for help, what Castellan says of itself, and a drill beside what is real never join. Else a type that
//! says so begins an incident at once.

use super::claim_overdue::SETTLED_PER_INPUT_MAX;
use super::steps;
use crate::alarm::{Alarm, OVERDUE_WAIT_MAX, ReturnedBy, Source};
use crate::estate::Opens;
use crate::fact::{
    FactDraft, IncidentJoined, IncidentOverdue, IncidentReturned, IncidentUndispatched,
};
use crate::ids::IncidentId;
use crate::incident::decide::{claim_due_at, must_have_room, opened};
use crate::incident::near::together;
use crate::incident::{
    ALARMS_PER_INCIDENT_MAX, Due, Incident, IncidentFact, JOIN_S_MAX, JoinedIncidentBy, OpenedBy,
    Owner,
};
use crate::memory::Memory;
use crate::site::Context;
use crate::time::{Span, Timestamp};
use std::collections::BTreeMap;

const RULE: &str = "incidents@1";

/// The facts about the next alarms that belong to an incident. One that opens comes alone: the next
/// number follows from it.
pub(super) fn gather(context: &Context<'_>, memory: &mut Memory) -> Vec<FactDraft> {
    let mut drafts = Vec::new();
    let mut joining: BTreeMap<IncidentId, usize> = BTreeMap::new();
    let to_gather = memory.to_gather.iter().take(SETTLED_PER_INPUT_MAX);
    for (alarm, may_join) in to_gather.map(|(id, may)| (*id, *may)).collect::<Vec<_>>() {
        let row = context.view().alarms.get(&alarm).filter(|row| {
            !row.is_judged() && row.incident.is_none() && row.source != Source::System
        });
        let Some(row) = row else {
            memory.gathered(alarm);
            continue;
        };
        // What is recorded takes it from the list. If its turn is lost, it is asked again.
        let may_join = may_join && !row.taken_out;
        if let Some(joined) = joined(context, row, &joining).filter(|_| may_join) {
            *joining.entry(joined.incident).or_default() += 1;
            drafts.push(context.by_rule(RULE, Some(row), IncidentFact::Joined(joined)));
        } else if let Some(opened) = at_once(context, row) {
            drafts.push(context.by_rule(RULE, Some(row), opened));
            break;
        } else {
            memory.gathered(alarm);
        }
    }
    drafts
}

/// `joining` are those that join in the same turn.
fn joined(
    context: &Context<'_>,
    row: &Alarm,
    joining: &BTreeMap<IncidentId, usize>,
) -> Option<IncidentJoined> {
    let open = context.control().incidents.open().rev();
    let mut open = open.filter_map(|id| context.view().incidents.get(&id));
    open.find_map(|incident| {
        let joining = joining.get(&incident.id).copied().unwrap_or_default();
        if incident.alarms.len() + joining >= ALARMS_PER_INCIDENT_MAX {
            return None;
        }
        let why = joins(context, row, incident)?;
        Some(IncidentJoined {
            incident: incident.id,
            alarm: row.id,
            why,
        })
    })
}

/// Why a row is part of an incident, if it is.
fn joins(context: &Context<'_>, row: &Alarm, incident: &Incident) -> Option<JoinedIncidentBy> {
    let apart = context.now.since(incident.joined_at);
    let has_other = row
        .owner()
        .is_some_and(|owner| incident.owner() != Some(owner));
    if apart > Span::from_secs(JOIN_S_MAX) || has_other {
        return None;
    }
    together(&context.known(), row, incident)
}

fn at_once(context: &Context<'_>, row: &Alarm) -> Option<IncidentFact> {
    let kind = context.estate.alarm_type(&row.kind)?;
    let terms = context.incident_terms();
    if kind.incident != Opens::AtOnce || must_have_room(row.priority, &terms).is_err() {
        return None;
    }
    let owner = row.owner().cloned();
    let known = context.known();
    Some(IncidentFact::Opened(opened(
        &known,
        OpenedBy::AtOnce,
        row,
        owner,
        &terms,
    )))
}

/// The facts for all deadlines of incidents that have passed, oldest first, at most
/// [`SETTLED_PER_INPUT_MAX`].
pub(super) fn due(context: &Context<'_>) -> Vec<FactDraft> {
    let due = context.control().incidents.due(context.now);
    let due = due.take(SETTLED_PER_INPUT_MAX);
    let due = due.filter_map(|id| context.view().incidents.get(&id));
    due.filter_map(|incident| {
        let (due_at, due) = incident.next_due()?;
        let fact = passed(context, incident, due_at, due)?;
        let mut draft = context.by_rule_in(RULE, incident.drill, fact);
        draft.occurred_at = Some(due_at);
        Some(draft)
    })
    .collect()
}

fn passed(
    context: &Context<'_>,
    row: &Incident,
    due_at: Timestamp,
    due: Due,
) -> Option<IncidentFact> {
    let (incident, late_s) = (row.id, context.late_s(due_at));
    Some(match due {
        Due::Claim => {
            let Owner::Nobody {
                since,
                times_overdue,
                ..
            } = row.owner
            else {
                return None;
            };
            let so_far = due_at.since(since).as_micros().max(1);
            let wait = Span::from_micros(so_far.min(OVERDUE_WAIT_MAX.as_micros()));
            IncidentFact::Overdue(IncidentOverdue {
                incident,
                times: times_overdue.saturating_add(1),
                claim_due_at: context.now + wait,
                late_s,
            })
        }
        Due::OwnerAbsent => IncidentFact::Returned(IncidentReturned {
            incident,
            why: ReturnedBy::OwnerAbsent,
            claim_due_at: claim_due_at(&context.known(), row, &context.incident_terms()),
            late_s,
        }),
        Due::Dispatch => IncidentFact::Undispatched(IncidentUndispatched { incident, late_s }),
        Due::Step => return steps::late(context, row, due_at),
    })
}
