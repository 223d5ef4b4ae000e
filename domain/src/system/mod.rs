//! What the server finds out about itself.

pub mod fact;

pub use fact::{
    ClockStepped, InputName, InputSetAside, RecordingResumed, SystemFact, TracksSetAside,
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
