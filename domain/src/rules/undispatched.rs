//! What somebody claimed, and sent nobody for in time: whoever is next is called. An alarm that is part of an
//! incident has no such time of its own; its incident has ([`super::incidents`]).

use super::claim_overdue::SETTLED_PER_INPUT_MAX;
use crate::alarm::{AlarmFact, Due};
use crate::fact::{AlarmUndispatched, FactDraft};
use crate::site::Context;

const RULE: &str = "undispatched@1";

/// The facts for all such deadlines that have passed, oldest first, at most [`SETTLED_PER_INPUT_MAX`].
pub(super) fn decide(context: &Context<'_>) -> Vec<FactDraft> {
    let due = context.control().alarms.due(context.now);
    let due = due.take(SETTLED_PER_INPUT_MAX);
    let due = due.filter_map(|id| context.view().alarms.get(&id));
    due.filter_map(|alarm| {
        let (due_at, Due::Dispatch) = alarm.next_due()? else {
            return None;
        };
        let body = AlarmFact::Undispatched(AlarmUndispatched {
            alarm: alarm.id,
            late_s: context.late_s(due_at),
        });
        let mut draft = context.by_rule(RULE, Some(alarm), body);
        draft.occurred_at = Some(due_at);
        Some(draft)
    })
    .collect()
}
