//! Rules: what the site decides by itself. One file each, listed here in the order of a reading.
//!
//! What devices say:
//! 1. [`annunciate`]: where a condition goes, from whomever it comes.
//! 2. [`reported_condition`]: a device's report of a condition.
//! 3. [`second_source`]: two devices near each other confirm a matter.
//! 4. [`upstream`]: one switch, one row.
//! 5. [`flood`]: when more comes than people can take.
//!
//! What time brings:
//! 6. [`claim_overdue`]: an alarm that nobody claims in time is annunciated again.
//! 7. [`comes_back`]: what was taken or seen, and then left, comes back.
//! 8. [`shelf_time`]: shelved alarms come down one by one.
//! 9. [`arming_schedule`]: zones arm and disarm by the week.

pub mod annunciate;
pub mod arming_schedule;
pub mod claim_overdue;
pub mod comes_back;
mod context;
pub mod flood;
pub mod reported_condition;
pub mod second_source;
pub mod shelf_time;
pub mod upstream;

pub use context::Context;

use crate::estate::EstateIndex;
use crate::fact::FactDraft;
use crate::site::Site;
use crate::time::Timestamp;

/// What is due now. Each call settles some of it; what is left is due at once.
///
/// Whatever raises an alarm comes alone, since each alarm's number follows from the facts before.
pub(crate) fn settle(context: &Context<'_>, arming_due: bool) -> Vec<FactDraft> {
    let mut drafts = claim_overdue::decide(context);
    drafts.extend(comes_back::decide(context));
    if arming_due {
        drafts.extend(arming_schedule::decide(context));
    }
    drafts.extend(shelf_time::decide(context).or_else(|| flood::decide(context)));
    drafts
}

/// When something is due next, as far as facts tell. Weekly schedules are looked up apart, by
/// [`arming_schedule::next_due_at`], since that takes longer and changes less.
pub(crate) fn next_due_at(site: &Site, estate: &EstateIndex) -> Option<Timestamp> {
    let by_facts = site.control().next_due_at();
    let flood = flood::next_due_at(site, estate);
    by_facts.into_iter().chain(flood).min()
}
