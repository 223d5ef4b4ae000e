//! What its device should say again and did not comes before people: what nobody has is overdue again,
//! what somebody has or has seen comes back, and so does what was judged genuine. What was called false
//! is over: else it would hang as active for ever, and hide the next report in its row.

use super::claim_overdue::SETTLED_PER_INPUT_MAX;
use crate::alarm::{Alarm, AlarmFact, Due, ReturnedBy};
use crate::fact::{AlarmOverdue, AlarmReturned, AlarmUnheard, FactDraft};
use crate::site::Context;
use crate::time::Timestamp;

const RULE: &str = "unheard@1";

/// The facts for all rows that should have been heard of by now, oldest first, at most
/// [`SETTLED_PER_INPUT_MAX`].
pub(super) fn decide(context: &Context<'_>) -> Vec<FactDraft> {
    let due = context.site.control().alarms.due(context.now);
    due.take(SETTLED_PER_INPUT_MAX)
        .filter_map(|id| context.view().alarms.get(&id))
        .filter_map(|alarm| {
            let (due_at, Due::Unheard) = alarm.next_due()? else {
                return None;
            };
            Some((alarm, due_at))
        })
        .flat_map(|(alarm, due_at)| settled(context, alarm, due_at))
        .collect()
}

fn settled(
    context: &Context<'_>,
    alarm: &Alarm,
    due_at: Timestamp,
) -> impl Iterator<Item = FactDraft> {
    let judged = alarm.judged();
    let is_over = judged.is_some_and(|judged| judged.verdict.is_false());
    let late_s = context.late_s(due_at);
    let unheard = AlarmFact::Unheard(AlarmUnheard {
        alarm: alarm.id,
        for_s: alarm.unheard_for_s(due_at),
        is_over,
        late_s,
    });
    let waits = judged.is_none() && alarm.acknowledged.is_none();
    let claim = alarm.next_claim_due_at(context.now).filter(|_| waits);
    let before_people = match claim {
        Some((times, claim_due_at)) => AlarmFact::Overdue(AlarmOverdue {
            alarm: alarm.id,
            times,
            claim_due_at,
            late_s,
        }),
        None => AlarmFact::Returned(AlarmReturned {
            alarm: alarm.id,
            why: ReturnedBy::Unheard,
            claim_due_at: context.claim_due_again_at(alarm),
            late_s,
        }),
    };
    let then = (!is_over).then_some(before_people);
    [Some(unheard), then]
        .into_iter()
        .flatten()
        .map(move |fact| {
            let mut draft = context.by_rule(RULE, Some(alarm), fact);
            draft.occurred_at = Some(due_at);
            draft
        })
}
