//! 开门超时: a door that stands open for longer than the estate lets it.
//!
//! It is raised once: from then on its row says so, and [`crate::site::Control`] waits for that door
//! no longer. Where no row could be made (the site is full, the type is gone) it is looked at again
//! after [`AGAIN_AFTER`], and the record says so. One that was noticed late needs no mark of its own:
//! the row says when it occurred and when it was raised.

use super::annunciate;
use super::seen::{self, Seen};
use crate::alarm::{Located, Source};
use crate::door::{DOOR_HELD, DoorFact, DoorState};
use crate::fact::{Cause, DoorOpened, FactBody, FactDraft};
use crate::ids::{AlarmTypeId, DeviceId};
use crate::observation::{Doubts, ReportedState};
use crate::site::Context;
use crate::text::Text;
use crate::time::{Span, Timestamp};

const RULE: &str = "door_held@1";
/// When a held door is looked at again, if nothing could be said of it.
pub const AGAIN_AFTER: Span = Span::from_secs(600);

/// The facts about the door that has been due for the longest time.
pub(super) fn decide(context: &Context<'_>) -> Vec<FactDraft> {
    let Some(door) = context.site.control().doors.due(context.now) else {
        return Vec::new();
    };
    let Some(DoorState::Open { since, held_due_at }) = context.view().doors.get(door) else {
        return Vec::new();
    };
    held(context, door, *held_due_at).unwrap_or_else(|| {
        let opened = DoorOpened {
            door: door.clone(),
            held_due_at: context.now + AGAIN_AFTER,
        };
        let mut again = context.by_rule(RULE, None, FactBody::Door(DoorFact::Opened(opened)));
        again.occurred_at = Some(*since);
        vec![again]
    })
}

fn held(context: &Context<'_>, door: &DeviceId, due_at: Timestamp) -> Option<Vec<FactDraft>> {
    let device = context.estate.device(door)?;
    let kind = AlarmTypeId::new(DOOR_HELD).ok()?;
    let kind = context.estate.alarm_type(&kind)?;
    let source = Source::Device(door.clone());
    // Only where the estate gave the type another family: then its row is not known by it.
    if seen::active_row(context, &source, kind).is_some() {
        return None;
    }
    let seen = Seen {
        source,
        kind,
        state: ReportedState::Active,
        place: Located::Fixed(device.place.clone()),
        accuracy_dm: None,
        silence: None,
        occurred_at: due_at,
        own_clock: false,
        doubts: Doubts::default(),
        drill: false,
        cause: Cause::Rule(Text::constant(RULE)),
    };
    let decision = annunciate::decide(context, seen).ok()?;
    Some(decision.drafts).filter(|drafts| !drafts.is_empty())
}
