//! What is known of a door.

use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// 开门超时: what a door that stands open for too long is called.
pub const DOOR_HELD: &str = "door_held";

/// How long a grant holds. Controllers release a door for 3 to 5 s; twice that leaves time for the
/// two messages on the way and for somebody with their hands full.
pub const GRANTED_FOR: Span = Span::from_secs(10);

/// Whether a door is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoorState {
    /// It is closed.
    Closed { since: Timestamp },
    /// It is open.
    Open {
        since: Timestamp,
        /// Closed by then, or it is held open.
        held_due_at: Timestamp,
    },
}
