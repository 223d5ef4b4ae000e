//! Rules: what the site decides by itself. One file each, listed here in the order of a reading.
//!
//! What devices say:
//! 1. [`annunciate`]: where a condition goes, from whomever it comes.
//! 2. [`reported_condition`]: a device's report of a condition.
//! 3. [`door_state`]: a door opens, closes, lets somebody through.
//! 4. [`door_forced`]: it opened though nobody was let through.
//! 5. [`sos`]: a guard's call for help.
//! 6. [`area_breach`]: somebody is where they should not be, or is not where they should be.
//! 7. [`second_source`]: two devices near each other confirm a matter.
//! 8. [`upstream`]: one switch, one row.
//! 9. [`flood`]: when more comes than people can take.
//!
//! What time brings:
//! 10. [`claim_overdue`]: an alarm that nobody claims in time is annunciated again.
//! 11. [`comes_back`]: what was taken or seen, and then left, comes back.
//! 12. [`shelf_time`]: shelved alarms come down one by one.
//! 13. [`arming_schedule`]: zones arm and disarm by the week.
//! 14. [`door_held`]: a door stands open for too long.
//! 15. [`device_silent`]: a device that should have reported did not.
//! 16. [`guard_silent`]: nobody hears of a guard on duty.
//!
//! What another estate brings:
//! 17. [`left_estate`]: who is not in it any more is not watched any more.
//!
//! What the server finds out about itself:
//! 18. [`system`]: a gap in the record, a step of the clock, a disk that fills.

pub mod annunciate;
pub mod area_breach;
pub mod arming_schedule;
pub mod claim_overdue;
pub mod comes_back;
mod context;
pub mod device_silent;
pub mod door_forced;
pub mod door_held;
pub mod door_state;
pub mod flood;
pub mod guard_silent;
pub mod left_estate;
pub mod reported_condition;
pub mod second_source;
pub mod shelf_time;
pub mod sos;
pub mod system;
pub mod upstream;

pub use context::Context;

use crate::estate::EstateIndex;
use crate::fact::FactDraft;
use crate::ids::PersonId;
use crate::memory::Memory;
use crate::site::Site;
use crate::time::{Span, Timestamp};

/// Silent devices or people that one input asks about; the rest is due at once.
const ASKED_PER_INPUT_MAX: usize = 64;
/// When a silence is looked at again that found no room for its row.
const REFUSED_AGAIN_AFTER: Span = Span::from_secs(60);

/// What is due now. Each call settles some of it; what is left is due at once.
///
/// Whatever raises an alarm comes alone, since each alarm's number follows from the facts before.
pub(crate) fn settle(
    context: &Context<'_>,
    memory: &mut Memory,
    arming_due: bool,
) -> Vec<FactDraft> {
    let mut drafts = claim_overdue::decide(context);
    drafts.extend(comes_back::decide(context));
    if arming_due {
        drafts.extend(arming_schedule::decide(context));
    }
    drafts.extend(alone(context, memory));
    drafts
}

/// What one of the rules raises that wait for time. The flood comes first: a storm of silences is to
/// be noticed while it lasts.
fn alone(context: &Context<'_>, memory: &mut Memory) -> Vec<FactDraft> {
    if let Some(draft) = shelf_time::decide(context).or_else(|| flood::decide(context)) {
        return vec![draft];
    }
    let mut drafts = door_held::decide(context);
    if drafts.is_empty() {
        drafts = device_silent::decide(context, &mut memory.heard);
    }
    if drafts.is_empty() {
        drafts = guard_silent::decide(context, &mut memory.fixes);
    }
    drafts
}

/// Somebody goes off duty: what was found by following them ends.
pub(crate) fn off_duty(context: &Context<'_>, person: &PersonId) -> Vec<FactDraft> {
    let area = area_breach::over(context, person);
    let silence = guard_silent::over(context, person);
    area.into_iter().chain(silence).collect()
}

/// When something is due next, as far as facts tell. Weekly schedules are looked up apart, by
/// [`arming_schedule::next_due_at`], since that takes longer and changes less.
pub(crate) fn next_due_at(site: &Site, estate: &EstateIndex) -> Option<Timestamp> {
    let by_facts = site.control().next_due_at();
    let flood = flood::next_due_at(site, estate);
    by_facts.into_iter().chain(flood).min()
}
