//! Shelved alarms come down when their time is over, unacknowledged, and one by one: their return
//! must not be a flood of its own (ISA-18.2). Whoever waits for their turn is not late by it.

use crate::alarm::AlarmFact;
use crate::fact::{AlarmUnshelved, FactBody, FactDraft};
use crate::site::Context;

const RULE: &str = "shelf_time@1";

/// The fact for the next alarm that comes down, if it is time.
pub(super) fn decide(context: &Context<'_>) -> Option<FactDraft> {
    let next = context.site.control().alarms.next_shelf();
    let (down_at, id) = next.filter(|(at, _)| *at <= context.now)?;
    let alarm = context.view().alarms.get(&id)?;
    let due_at = match alarm.owner() {
        Some(_) => context.follow_up_due_at(alarm.priority),
        None => context.claim_due_again_at(alarm),
    };
    let body = FactBody::Alarm(AlarmFact::Unshelved(AlarmUnshelved {
        alarm: id,
        by: None,
        due_at,
        late_s: context.late_s(down_at),
    }));
    Some(context.by_rule(RULE, Some(alarm), body))
}
