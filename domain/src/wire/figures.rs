//! Figures of a shift, counted from the record.

use crate::ids::Seq;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// How far back figures are counted at most; an earlier moment is refused.
pub const FIGURES_SPAN_MAX: Span = Span::from_secs(31 * 24 * 3_600);

/// `GET /api/v1/sites/{site}/figures?since=…`: how many, how fast. No person is in them, no drill, and no silent
/// call for help. `docs/figures.md` says how each is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// The last fact that they know.
    pub projected_seq: Seq,
    /// From when on.
    pub since: Timestamp,
    /// Alarms that were raised.
    pub alarms: u32,
    /// Of these, those that somebody judged.
    pub handled: u32,
    /// Of these, those that somebody took or saw.
    pub answered: u32,
    /// Of these, those that were answered or should have been by now.
    pub due: u32,
    /// Of these, those that were answered in time.
    pub in_time: u32,
    /// From raised to answered, the one in the middle; nothing if none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_median_ms: Option<u64>,
    /// People who were sent since then and were there.
    pub arrived: u32,
    /// From sent to there, the one in the middle; nothing if nobody was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrival_median_ms: Option<u64>,
}

impl Figures {
    /// Hundredths of those due that were answered in time, rounded down; nothing if none was due.
    pub fn in_time_percent(&self) -> Option<u32> {
        let share = u64::from(self.in_time) * 100;
        let share = share.checked_div(u64::from(self.due))?;
        u32::try_from(share).ok()
    }
}
