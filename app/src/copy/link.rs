//! How this copy stands to the server that it copies.

use castellan_domain::stream::Link;
use castellan_domain::time::Timestamp;
use leptos::prelude::*;

/// What keeps this page from having a copy at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The server has no such site.
    SiteUnknown,
    /// The server does not answer.
    Unreachable,
    /// The server speaks another version of the protocol.
    WrongVersion,
}

/// How old the copy is, and what is known of the way to the server.
pub struct LinkSigns {
    /// How the link stands.
    pub stands: RwSignal<Link>,
    /// The way to the server and back, as it was at this second.
    pub round_trip_ms: RwSignal<Option<u32>>,
    /// The same, last measured.
    pub(super) measured_ms: StoredValue<Option<u32>>,
    /// Since when the server cannot record, if so.
    pub not_recording_since: RwSignal<Option<Timestamp>>,
    /// Why there is no copy, if so.
    pub fault: RwSignal<Option<Fault>>,
}

impl LinkSigns {
    /// Since when the copy is old, if it is.
    pub fn stale_since(&self) -> Option<Timestamp> {
        match self.stands.get() {
            Link::Stale { since } => Some(since),
            Link::Connecting | Link::Live | Link::Unsure => None,
        }
    }

    pub(super) fn new() -> Self {
        Self {
            stands: RwSignal::new(Link::Connecting),
            round_trip_ms: RwSignal::new(None),
            measured_ms: StoredValue::new(None),
            not_recording_since: RwSignal::new(None),
            fault: RwSignal::new(None),
        }
    }
}
