//! An alarm that nobody claims in time becomes overdue, and its next deadline starts at once.

use crate::alarm::{AlarmFact, Due};
use crate::fact::{AlarmOverdue, FactBody, FactDraft};
use crate::site::Context;

/// Deadlines that one input settles; the rest is due at once and settled by the next.
pub const SETTLED_PER_INPUT_MAX: usize = 64;
const RULE: &str = "claim_overdue@1";

/// The facts for all claim deadlines that have passed, oldest first, at most
/// [`SETTLED_PER_INPUT_MAX`].
pub(super) fn decide(context: &Context<'_>) -> Vec<FactDraft> {
    let now = context.now;
    let due = context.site.control().alarms.due(now);
    due.take(SETTLED_PER_INPUT_MAX)
        .filter_map(|id| context.view().alarms.get(&id))
        .filter_map(|alarm| {
            let (due_at, Due::Claim) = alarm.next_due()? else {
                return None;
            };
            let (times, claim_due_at) = alarm.next_claim_due_at(now)?;
            let body = FactBody::Alarm(AlarmFact::Overdue(AlarmOverdue {
                alarm: alarm.id,
                times,
                claim_due_at,
                late_s: context.late_s(due_at),
            }));
            let mut draft = context.by_rule(RULE, Some(alarm), body);
            draft.occurred_at = Some(due_at);
            Some(draft)
        })
        .collect()
}
