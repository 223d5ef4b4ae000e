//! Lists of alarms of all days, and what happened to one of them.

use crate::alarm::{Located, Source, Verdict};
use crate::estate::Priority;
use crate::ids::{AlarmId, AlarmTypeId, PersonId, Seq, Version};
use crate::subject::Step;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Alarms that one page has if nothing else is asked for.
pub const ALARM_PAGE_DEFAULT: u16 = 50;
/// Alarms that one page has at most.
pub const ALARM_PAGE_MAX: u16 = 200;

/// Steps that one page has if nothing else is asked for.
pub const STEP_PAGE_DEFAULT: u16 = 64;
/// Steps that one page has at most.
pub const STEP_PAGE_MAX: u16 = 200;

/// `GET /api/v1/sites/{site}/alarms`: a page of all alarms that ever were, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmPage {
    /// The last fact that the rows know. Younger ones are in the snapshot and the stream.
    pub projected_seq: Seq,
    /// At most as many as were asked for.
    pub alarms: Vec<AlarmRow>,
    /// Ask with this as `before` for the next page; nothing if this is the last one.
    pub before: Option<AlarmId>,
}

/// One alarm in a list: what it came to, without its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmRow {
    pub id: AlarmId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    pub priority: Priority,
    /// Whom or what it is about.
    pub source: Source,
    /// Part of a drill.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    pub place: Located,
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// When it came onto the record.
    pub raised_at: Timestamp,
    /// Who owns it, and since when.
    pub claimed: Option<Claimed>,
    /// What it was, who says so, and when.
    pub judged: Option<Judged>,
    /// Since when nothing is left to do; nothing while it is open.
    pub closed_at: Option<Timestamp>,
    /// How often a deadline passed before somebody claimed it. Not kept once it is claimed.
    pub times_overdue: u32,
    /// How often its device said it again.
    pub repeats: u32,
    /// How many notes it has.
    pub notes: u32,
    /// The fact that last touched it.
    pub version: Version,
}

/// Who owns an alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claimed {
    pub by: PersonId,
    pub at: Timestamp,
}

/// What an alarm turned out to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// What it was.
    pub verdict: Verdict,
    /// Who says so.
    pub by: PersonId,
    pub at: Timestamp,
}

/// `GET /api/v1/sites/{site}/alarms/{alarm}/history`: a page of what happened to one thing, newest
/// first. It outlives the thing's row, and what the row itself remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepPage<F> {
    /// The last fact that the steps know.
    pub projected_seq: Seq,
    /// At most as many as were asked for.
    pub steps: Vec<Step<F>>,
    /// Ask with this as `before` for the next page; nothing if this is the last one.
    pub before: Option<Seq>,
}
