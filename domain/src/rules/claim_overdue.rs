//! An alarm that nobody claims in time becomes overdue, and its next deadline starts at once.

use crate::fact::{AlarmOverdue, Cause, FactBody, FactDraft};
use crate::site::Site;
use crate::text::Text;
use crate::time::Timestamp;

/// Deadlines that one input settles; the rest is due at once and settled by the next.
pub const SETTLED_PER_INPUT_MAX: usize = 64;

/// The facts for all deadlines that have passed, oldest first, at most
/// [`SETTLED_PER_INPUT_MAX`].
pub fn decide(site: &Site, now: Timestamp) -> Vec<FactDraft> {
    let cause = Cause::Rule(Text::constant("claim_overdue@1"));
    site.control()
        .claims_due(now)
        .take(SETTLED_PER_INPUT_MAX)
        .filter_map(|id| site.view().alarms.get(&id))
        .filter_map(|alarm| {
            let (times, claim_due_at) = alarm.next_claim_due_at(now)?;
            Some(FactDraft {
                occurred_at: alarm.claim_due_at(),
                cause: cause.clone(),
                actor: None,
                body: FactBody::AlarmOverdue(AlarmOverdue {
                    alarm: alarm.id,
                    times,
                    claim_due_at,
                }),
            })
        })
        .collect()
}
