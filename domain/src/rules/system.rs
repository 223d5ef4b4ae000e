//! What the server finds out about itself, as rows: a gap in the record, a step of the machine's
//! clock, a damaged history of positions, a disk that fills, a rung on which nobody can be called, a channel
//! that carries no calls.
//!
//! Each has a family of its own, so that none of them takes another's row. A gap, a step and damage have
//! happened by the time they are told, and leave nothing to clear; a disk is low until there is room
//! again, and a channel fails until it carries a call. A full site refuses what is not of the first priority: lights and health say it all the
//! same.

use super::annunciate;
use super::seen::{Seen, active_row, end};
use crate::alarm::{Located, Source};
use crate::estate::Channel;
use crate::fact::{Cause, FactDraft, SelfTestEnded};
use crate::ids::AlarmTypeId;
use crate::observation::{Doubts, ReportedState};
use crate::self_test::SelfTestFact;
use crate::site::Context;
use crate::system::{ChannelState, ClockStepped, DiskRoom, RecordingResumed, TracksSetAside};
use crate::text::Text;
use crate::time::Timestamp;

/// A gap in the record.
pub const GAP: &str = "not_recording";
/// Nobody can be called.
pub const NOBODY: &str = "nobody_reachable";
const NOBODY_RULE: &str = "nobody_reachable@1";
const GAP_RULE: &str = "not_recording@1";
const STEP: &str = "clock_step";
const STEP_RULE: &str = "clock_step@1";
const TRACKS: &str = "tracks_damaged";
const TRACKS_RULE: &str = "tracks_damaged@1";
const DISK: &str = "disk_low";
const DISK_RULE: &str = "disk_low@1";
const SELF_TEST: &str = "canary_failed";
const SELF_TEST_RULE: &str = "canary_failed@1";

/// Facts are recorded again. The row happened when the first turn was lost, and came onto the record
/// now: between the two is the gap.
pub(crate) fn gap(context: &Context<'_>, resumed: &RecordingResumed) -> Vec<FactDraft> {
    let state = ReportedState::Momentary;
    raise(context, GAP, GAP_RULE, state, resumed.since)
}

/// Somebody should have been called, and nobody of that rung can be.
pub(super) fn nobody(context: &Context<'_>) -> Vec<FactDraft> {
    let state = ReportedState::Momentary;
    raise(context, NOBODY, NOBODY_RULE, state, context.now)
}

/// The clock stepped. Steps that are no step to the server's clock are never told.
pub(crate) fn clock_step(context: &Context<'_>, step: &ClockStepped) -> Vec<FactDraft> {
    let state = ReportedState::Momentary;
    raise(context, STEP, STEP_RULE, state, step.at)
}

/// The history of positions was damaged and set aside.
pub(crate) fn tracks(context: &Context<'_>, lost: TracksSetAside) -> Vec<FactDraft> {
    let state = ReportedState::Momentary;
    raise(context, TRACKS, TRACKS_RULE, state, lost.at)
}

/// There is little room on the disk, or enough again. Told again, it changes nothing.
pub(crate) fn disk(context: &Context<'_>, room: DiskRoom) -> Vec<FactDraft> {
    match room {
        DiskRoom::Ample => end(context, &Source::System, DISK, DISK_RULE)
            .into_iter()
            .collect(),
        DiskRoom::Low => raise_once(context, DISK, DISK_RULE, context.now),
    }
}

/// A test of the way to the walls was not passed, or was again. Told again, it changes nothing.
pub(crate) fn self_test(context: &Context<'_>, fact: &SelfTestFact) -> Vec<FactDraft> {
    match fact {
        SelfTestFact::Began(_) => Vec::new(),
        SelfTestFact::Ended(SelfTestEnded { fault: None, .. }) => {
            let ended = end(context, &Source::System, SELF_TEST, SELF_TEST_RULE);
            ended.into_iter().collect()
        }
        SelfTestFact::Ended(_) => raise_once(context, SELF_TEST, SELF_TEST_RULE, context.now),
    }
}

/// A channel carries no calls, or does again. Each channel has a type, so that its row says which it is.
pub(crate) fn channel(context: &Context<'_>, state: ChannelState) -> Vec<FactDraft> {
    let (kind, rule) = match state.channel {
        Channel::Voice => ("voice_failing", "voice_failing@1"),
        Channel::Sms => ("sms_failing", "sms_failing@1"),
        Channel::Chat => ("chat_failing", "chat_failing@1"),
        Channel::Mail => ("mail_failing", "mail_failing@1"),
        Channel::Webhook => ("webhook_failing", "webhook_failing@1"),
    };
    match state.failing_since {
        Some(since) => raise_once(context, kind, rule, since),
        None => end(context, &Source::System, kind, rule)
            .into_iter()
            .collect(),
    }
}

/// Nothing, where its row is there.
fn raise_once(
    context: &Context<'_>,
    kind: &str,
    rule: &'static str,
    occurred_at: Timestamp,
) -> Vec<FactDraft> {
    let of_estate = AlarmTypeId::new(kind).ok();
    let of_estate = of_estate.and_then(|kind| context.estate.alarm_type(&kind));
    let known = of_estate.and_then(|kind| active_row(context, &Source::System, kind));
    if known.is_some() {
        return Vec::new();
    }
    raise(context, kind, rule, ReportedState::Active, occurred_at)
}

/// Nothing, where the estate has no such type or no room for the row.
fn raise(
    context: &Context<'_>,
    kind: &str,
    rule: &'static str,
    state: ReportedState,
    occurred_at: Timestamp,
) -> Vec<FactDraft> {
    let kind = AlarmTypeId::new(kind).ok();
    let Some(kind) = kind.and_then(|kind| context.estate.alarm_type(&kind)) else {
        return Vec::new();
    };
    let seen = Seen {
        source: Source::System,
        kind,
        state,
        place: Located::Unknown,
        accuracy_dm: None,
        silence: None,
        occurred_at,
        own_clock: false,
        doubts: Doubts::default(),
        drill: false,
        cause: Cause::Rule(Text::constant(rule)),
    };
    annunciate::decide(context, seen).map_or_else(|_| Vec::new(), |decision| decision.drafts)
}
