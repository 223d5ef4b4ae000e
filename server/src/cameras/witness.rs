//! Sees what goes out to one viewer.

use super::viewings::{Viewings, Watched};
use crate::clock::Clock;
use castellan_domain::time::{Span, Timestamp};
use std::sync::{Mutex, PoisonError};

/// A viewer's pictures are told of no oftener than this.
const TELL_EVERY: Span = Span::from_millis(500);

/// Tells of the pictures of one viewer.
#[derive(Debug)]
pub(super) struct Witness<'a> {
    pub(super) viewings: &'a Mutex<Viewings>,
    pub(super) clock: &'a Clock,
    pub(super) watched: Watched,
    pub(super) told_at: Option<Timestamp>,
}

impl Witness<'_> {
    /// A live picture went out.
    pub(super) fn sees(&mut self) {
        let now = self.clock.now();
        if self
            .told_at
            .is_none_or(|told| now.since(told) >= TELL_EVERY)
        {
            self.told_at = Some(now);
            let mut viewings = self.viewings.lock().unwrap_or_else(PoisonError::into_inner);
            viewings.shown(&self.watched, now);
        }
    }
}
