//! An alarm that nobody claims in time becomes overdue, and its next deadline starts at once.

use super::context::Context;
use crate::alarm::Due;
use crate::fact::{AlarmOverdue, FactBody, FactDraft};
use crate::time::Span;

/// Deadlines that one input settles; the rest is due at once and settled by the next.
pub const SETTLED_PER_INPUT_MAX: usize = 64;
/// A deadline settled later than this was missed while nobody ran: it is marked late.
const LATE_AFTER: Span = Span::from_secs(5);
const RULE: &str = "claim_overdue@1";

/// The facts for all claim deadlines that have passed, oldest first, at most
/// [`SETTLED_PER_INPUT_MAX`].
pub(super) fn decide(context: &Context<'_>) -> Vec<FactDraft> {
    let now = context.now;
    let due = context.site.control().alarms_due(now);
    due.take(SETTLED_PER_INPUT_MAX)
        .filter_map(|id| context.view().alarms.get(&id))
        .filter_map(|alarm| {
            let (due_at, Due::Claim) = alarm.next_due()? else {
                return None;
            };
            let (times, claim_due_at) = alarm.next_claim_due_at(now)?;
            let late = now.since(due_at);
            let late_s = if late > LATE_AFTER { late.as_secs() } else { 0 };
            let body = FactBody::AlarmOverdue(AlarmOverdue {
                alarm: alarm.id,
                times,
                claim_due_at,
                late_s: u32::try_from(late_s).unwrap_or(u32::MAX),
            });
            let mut draft = context.by_rule(RULE, Some(alarm), body);
            draft.occurred_at = Some(due_at);
            Some(draft)
        })
        .collect()
}
