//! The room on the disk as the site was told of it.
//!
//! A state, not a queue: whatever was lost with a turn is told again, and so is, from time to time,
//! what the site could not take (a full site refuses the row). Told again, it changes nothing.

use castellan_domain::system::DiskRoom;
use std::time::Duration;
use tokio::time::Instant;

/// How often the site is told what it should know already.
const TELL_AGAIN_EVERY: Duration = Duration::from_mins(1);

/// What was told last, and when.
#[derive(Debug, Default)]
pub(super) struct DiskNews {
    told: Option<(DiskRoom, Instant)>,
}

impl DiskNews {
    /// Whether the site is to be told this.
    pub(super) fn has_news(&self, room: DiskRoom) -> bool {
        self.told
            .is_none_or(|(told, at)| told != room || at.elapsed() >= TELL_AGAIN_EVERY)
    }

    /// It was told.
    pub(super) fn told(&mut self, room: DiskRoom) {
        self.told = Some((room, Instant::now()));
    }

    /// What it was told may be lost.
    pub(super) const fn forget_told(&mut self) {
        self.told = None;
    }
}
