//! What the server finds out about itself.

pub mod fact;

use crate::estate::Channel;
use crate::time::Timestamp;

pub use fact::{
    CameraViewed, ClockStepped, InputName, InputSetAside, RecordingResumed, SystemFact,
    TracksSetAside,
};

/// Whether there is room on the disk for everything that is stored. Somebody who flaps between the
/// two would have a row that does: whoever tells it, waits for a margin before room is ample again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskRoom {
    /// Something is given up, or soon will be.
    Low,
    /// All is stored.
    Ample,
}

/// Whether a channel carries calls to people outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelState {
    pub channel: Channel,
    /// Since when it carries none, if it does not.
    pub failing_since: Option<Timestamp>,
}
