//! Shapes that facts had in the past, each with the function that lifts it to the current one.
//!
//! Journals keep them for ever, so nothing here is ever changed.

use super::{
    AlarmClaimed, AlarmCleared, AlarmJudged, AlarmNoted, AlarmOverdue, AlarmRaised, AlarmRepeated,
    AlarmReturned, AlarmSplit, AlarmUnshelved, PersonalRef,
};
use crate::alarm::{ReturnedBy, Source, Verdict};
use crate::estate::{Place, Priority};
use crate::ids::{AlarmId, AlarmTypeId, DeviceId, PersonId};
use crate::observation::ReportedState;
use crate::time::Timestamp;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct AlarmRaisedV1 {
    alarm: AlarmId,
    #[serde(rename = "type")]
    kind: AlarmTypeId,
    priority: Priority,
    device: DeviceId,
    place: Place,
    state: ReportedState,
    claim_due_at: Timestamp,
    #[serde(default)]
    doubted_clock: Option<Timestamp>,
}

impl From<AlarmRaisedV1> for AlarmRaised {
    fn from(old: AlarmRaisedV1) -> Self {
        Self {
            alarm: old.alarm,
            // There were no families: every type was its own.
            family: old.kind.clone(),
            kind: old.kind,
            tier: 0,
            priority: old.priority,
            source: Source::Device(old.device),
            place: old.place,
            state: old.state,
            claim_due_at: old.claim_due_at,
            doubted_clock: old.doubted_clock,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct AlarmRepeatedV1 {
    alarm: AlarmId,
    state: ReportedState,
}

impl From<AlarmRepeatedV1> for AlarmRepeated {
    fn from(AlarmRepeatedV1 { alarm, state }: AlarmRepeatedV1) -> Self {
        AlarmRepeatedV2 {
            alarm,
            source: None,
            state,
        }
        .into()
    }
}

#[derive(Deserialize)]
pub(super) struct AlarmRepeatedV2 {
    alarm: AlarmId,
    #[serde(default)]
    source: Option<Source>,
    state: ReportedState,
}

impl From<AlarmRepeatedV2> for AlarmRepeated {
    fn from(old: AlarmRepeatedV2) -> Self {
        Self {
            alarm: old.alarm,
            source: old.source,
            // A source had one condition in a row, whatever it reported.
            kind: None,
            family: None,
            state: old.state,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct AlarmClearedV1 {
    alarm: AlarmId,
}

impl From<AlarmClearedV1> for AlarmCleared {
    fn from(AlarmClearedV1 { alarm }: AlarmClearedV1) -> Self {
        let source = None;
        AlarmClearedV2 { alarm, source }.into()
    }
}

#[derive(Deserialize)]
pub(super) struct AlarmClearedV2 {
    alarm: AlarmId,
    #[serde(default)]
    source: Option<Source>,
}

impl From<AlarmClearedV2> for AlarmCleared {
    fn from(AlarmClearedV2 { alarm, source }: AlarmClearedV2) -> Self {
        Self {
            alarm,
            source,
            // Whatever was cleared ended all of it.
            ended: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct AlarmOverdueV1 {
    alarm: AlarmId,
    times: u32,
    claim_due_at: Timestamp,
}

impl From<AlarmOverdueV1> for AlarmOverdue {
    fn from(old: AlarmOverdueV1) -> Self {
        Self {
            alarm: old.alarm,
            times: old.times,
            claim_due_at: old.claim_due_at,
            late_s: 0,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct AlarmClaimedV1 {
    alarm: AlarmId,
    by: PersonId,
}

impl From<AlarmClaimedV1> for AlarmClaimed {
    fn from(AlarmClaimedV1 { alarm, by }: AlarmClaimedV1) -> Self {
        Self {
            alarm,
            by,
            // Nothing had to be done then.
            follow_up_due_at: None,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct AlarmNotedV1 {
    alarm: AlarmId,
    by: PersonId,
    note: PersonalRef,
}

impl From<AlarmNotedV1> for AlarmNoted {
    fn from(AlarmNotedV1 { alarm, by, note }: AlarmNotedV1) -> Self {
        Self {
            alarm,
            by,
            note,
            review_due_at: None,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct AlarmJudgedV1 {
    alarm: AlarmId,
    by: PersonId,
    verdict: Verdict,
}

impl From<AlarmJudgedV1> for AlarmJudged {
    fn from(AlarmJudgedV1 { alarm, by, verdict }: AlarmJudgedV1) -> Self {
        Self {
            alarm,
            by,
            verdict,
            review_due_at: None,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct AlarmSplitV1 {
    alarm: AlarmId,
    source: Source,
    into: AlarmId,
    family: AlarmTypeId,
    tier: u8,
    priority: Priority,
    place: Place,
    claim_due_at: Timestamp,
    by: PersonId,
}

impl From<AlarmSplitV1> for AlarmSplit {
    fn from(old: AlarmSplitV1) -> Self {
        Self {
            alarm: old.alarm,
            source: old.source,
            into: old.into,
            kind: None,
            family: old.family,
            tier: old.tier,
            priority: old.priority,
            place: old.place,
            claim_due_at: old.claim_due_at,
            by: old.by,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct AlarmReturnedV1 {
    alarm: AlarmId,
    why: ReturnedBy,
    claim_due_at: Timestamp,
}

impl From<AlarmReturnedV1> for AlarmReturned {
    fn from(old: AlarmReturnedV1) -> Self {
        Self {
            alarm: old.alarm,
            why: old.why,
            claim_due_at: old.claim_due_at,
            // It may have been; nobody wrote it down.
            late_s: 0,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct AlarmUnshelvedV1 {
    alarm: AlarmId,
    #[serde(default)]
    by: Option<PersonId>,
    due_at: Timestamp,
}

impl From<AlarmUnshelvedV1> for AlarmUnshelved {
    fn from(AlarmUnshelvedV1 { alarm, by, due_at }: AlarmUnshelvedV1) -> Self {
        Self {
            alarm,
            by,
            due_at,
            late_s: 0,
        }
    }
}
