//! What facts say about doors.

use crate::ids::DeviceId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

facts! {
    /// What was decided about a door.
    pub enum DoorFact {
        /// A door's controller let somebody through.
        Granted(DoorGranted) = "door_granted", 1;
        /// A door opened.
        Opened(DoorOpened) = "door_opened", 1;
        /// A door closed.
        Closed(DoorClosed) = "door_closed", 1;
    }
}

/// A door's controller let somebody through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorGranted {
    pub door: DeviceId,
    /// Opened by then, it is not forced.
    pub until: Timestamp,
}

/// A door opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorOpened {
    pub door: DeviceId,
    /// Closed by then, or it is held open.
    pub held_due_at: Timestamp,
}

/// A door closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorClosed {
    pub door: DeviceId,
}
