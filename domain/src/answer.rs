//! What a sender hears.

use crate::ids::{AlarmId, Seq};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// What an input was answered.
pub type Answer = Result<Accepted, Refusal>;

/// What became of an input that was not refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accepted {
    /// The command is done; this fact records it.
    Done {
        /// Number of the fact, and so the alarm's new version.
        seq: Seq,
    },
    /// The report was taken.
    Reported {
        outcome: Outcome,
        /// The row that it went to.
        alarm: Option<AlarmId>,
    },
    /// The device is there.
    Heard,
    /// The position was taken.
    Tracked,
    /// The position lies outside the site and was not kept.
    OffSite,
    /// Its person is off duty, and it was not kept.
    OffDuty,
}

/// What became of a condition that was reported or found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A new row.
    Raised,
    /// Counted in an open one.
    Repeated,
    /// Made an open one more urgent.
    Risen,
    /// Brought a judged one back.
    Returned,
    /// Became part of another source's row.
    Joined,
    /// Ended something in an open one, which is over when nothing else exists in it.
    Cleared,
    /// There was nothing to clear.
    NothingToClear,
    /// No zone of the device is armed: kept as an observation only.
    NotArmed,
    /// A door's state is on record. No row is concerned.
    StateKept,
    /// It was so already, or it is older than what is known.
    Unchanged,
}
