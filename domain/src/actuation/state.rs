//! What is known of the last order to a device.

use super::fact::{Act, ActuationOutcome};
use crate::ids::{PersonId, Seq};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// How long an order may wait before it is sent. One that comes later opens a door at which nobody
/// stands any more and which nobody watches.
pub const SEND_WITHIN: Span = Span::from_secs(5);

/// The last actuation of a device, as displays know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActuationState {
    /// The fact that intended it.
    pub intent: Seq,
    /// What was wanted.
    pub what: Act,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    pub at: Timestamp,
    /// After this it is not sent any more.
    pub send_by: Timestamp,
    /// How it ended; absent while it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

/// How and when an actuation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// How.
    pub outcome: ActuationOutcome,
    /// When that was recorded.
    pub at: Timestamp,
}

impl ActuationState {
    /// Until when a door that opens may have been opened by it, if somebody needs so long to walk
    /// through as `granted_for`. Nothing, if it certainly was not.
    pub fn may_open_until(&self, granted_for: Span) -> Option<Timestamp> {
        let released_by = match self.settled {
            None => self.send_by,
            Some(Settled { outcome, at }) => match outcome {
                ActuationOutcome::Done => at,
                ActuationOutcome::Unknown => self.send_by,
                ActuationOutcome::Refused
                | ActuationOutcome::NotSent
                | ActuationOutcome::Expired => return None,
            },
        };
        Some(released_by + granted_for)
    }
}
