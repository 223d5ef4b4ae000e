//! What was claimed, acknowledged or judged and then left comes back to 待接警, with the name.

use super::claim_overdue::SETTLED_PER_INPUT_MAX;
use crate::alarm::{AlarmFact, Due, ReturnedBy};
use crate::fact::{AlarmReturned, FactBody, FactDraft};
use crate::site::Context;

const RULE: &str = "comes_back@1";

/// The facts for all such deadlines that have passed, oldest first, at most
/// [`SETTLED_PER_INPUT_MAX`].
pub(super) fn decide(context: &Context<'_>) -> Vec<FactDraft> {
    let due = context.site.control().alarms.due(context.now);
    due.take(SETTLED_PER_INPUT_MAX)
        .filter_map(|id| context.view().alarms.get(&id))
        .filter_map(|alarm| {
            let (due_at, due) = alarm.next_due()?;
            let followed_up = alarm.acknowledged.as_ref().is_some_and(|a| a.followed_up);
            let why = match due {
                Due::Claim | Due::Dispatch | Due::Shelf | Due::Unheard => return None,
                Due::Acknowledged if followed_up => ReturnedBy::ShiftEnd,
                Due::Acknowledged | Due::FollowUp => ReturnedBy::NoFollowUp,
                Due::OwnerAbsent => ReturnedBy::OwnerAbsent,
                Due::Review => ReturnedBy::StillActive,
            };
            let body = FactBody::Alarm(AlarmFact::Returned(AlarmReturned {
                alarm: alarm.id,
                why,
                claim_due_at: context.claim_due_again_at(alarm),
                late_s: context.late_s(due_at),
            }));
            let mut draft = context.by_rule(RULE, Some(alarm), body);
            draft.occurred_at = Some(due_at);
            Some(draft)
        })
        .collect()
}
