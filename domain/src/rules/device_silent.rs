//! A device that is to report at least every so often, and did not, is silent; heard again, it is
//! not any more.
//!
//! Its time runs from when it was heard last, or from the engine's start: after a power cut nobody
//! is silent before they had a chance to speak. What a drill reports in a device's name says nothing
//! about the device.

use super::annunciate;
use super::seen::{self, Seen};
use super::upstream;
use crate::alarm::{Located, Source};
use crate::fact::{Cause, FactDraft};
use crate::ids::{AlarmTypeId, DeviceId};
use crate::memory::{ASKED_PER_INPUT_MAX, LastHeard, REFUSED_AGAIN_AFTER};
use crate::observation::{Doubts, ReportedState};
use crate::site::Context;
use crate::text::Text;

const RULE: &str = "device_silent@1";
/// What a silent device raises.
pub const TYPE: &str = "device_silent";

/// A device said something: what ends by that.
pub(crate) fn heard(
    context: &Context<'_>,
    memory: &mut LastHeard,
    device: &DeviceId,
) -> Vec<FactDraft> {
    if let Some(device) = context.estate.device(device) {
        memory.heard(device, context.now);
    }
    let source = Source::Device(device.clone());
    // The one that others are reached through may have taken their row.
    let types = [TYPE, upstream::TYPE];
    let ends = types
        .iter()
        .filter_map(|kind| seen::end(context, &source, kind, RULE));
    ends.collect()
}

/// The facts about the device that has been silent for the longest time, if it is time.
pub(super) fn decide(context: &Context<'_>, memory: &mut LastHeard) -> Vec<FactDraft> {
    for _ in 0..ASKED_PER_INPUT_MAX {
        let Some(id) = memory.take_due(context.now) else {
            break;
        };
        match silent(context, &id) {
            Ok(drafts) if drafts.is_empty() => {}
            Ok(drafts) => return drafts,
            Err(_) => memory.look_at(&id, context.now + REFUSED_AGAIN_AFTER),
        }
    }
    Vec::new()
}

fn silent(context: &Context<'_>, id: &DeviceId) -> Result<Vec<FactDraft>, crate::refusal::Refusal> {
    let kind = AlarmTypeId::new(TYPE).ok();
    let kind = kind.and_then(|kind| context.estate.alarm_type(&kind));
    let (Some(device), Some(kind)) = (context.estate.device(id), kind) else {
        return Ok(Vec::new());
    };
    let source = Source::Device(id.clone());
    // After a restart it is on record that it is silent.
    if seen::active_row(context, &source, kind).is_some() {
        return Ok(Vec::new());
    }
    let seen = Seen {
        source,
        kind,
        state: ReportedState::Active,
        place: Located::Fixed(device.place.clone()),
        accuracy_dm: None,
        silence: None,
        occurred_at: context.now,
        own_clock: false,
        doubts: Doubts::default(),
        drill: false,
        cause: Cause::Rule(Text::constant(RULE)),
    };
    annunciate::decide(context, seen).map(|decision| decision.drafts)
}
