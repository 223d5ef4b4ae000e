//! Who sits at which display: what displays say of it, and who wants to hear of it.

use super::shared::Hub;
use castellan_domain::audience::Audience;
use castellan_domain::ids::Seq;
use castellan_domain::stream::{DisplayId, Displays, PresenceEvent};
use castellan_domain::wire::api::DisplayBehind;
use castellan_domain::wire::live::Presence;
use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

impl Hub {
    pub(super) fn seating(&self) -> MutexGuard<'_, Displays> {
        self.seated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A display came.
    pub(super) fn sit_down(&self, audience: Audience) -> DisplayId {
        self.seating().open(audience)
    }

    /// A display says who sits there.
    pub(super) fn say(&self, display: DisplayId, presence: Presence) {
        self.seating().say(display, presence);
    }

    /// A display says what it has painted.
    pub(super) fn painted(&self, display: DisplayId, upto: Seq) {
        let (head, now) = (self.head(), self.clock.now());
        self.seating().painted(display, upto, head, now);
    }

    /// A display went.
    pub(super) fn stand_up(&self, display: DisplayId) {
        self.seating().close(display);
    }

    /// Displays that lag with painting.
    pub(crate) fn displays_behind(&self) -> Vec<DisplayBehind> {
        let head = self.head();
        self.seating().behind(head)
    }

    /// How many displays of each audience are connected.
    pub(crate) fn audiences(&self) -> BTreeMap<Audience, usize> {
        self.seating().audiences()
    }

    /// The walls that are connected, and how far each has painted.
    pub(crate) fn walls(&self) -> BTreeMap<DisplayId, Seq> {
        self.seating().walls()
    }

    /// The next session of a person that began or ended. For one listener: each event is given once.
    /// Nothing is queued for it; a display that changes hands while nobody asks is told as it is by
    /// then.
    pub(crate) fn next_presence(&self) -> Option<PresenceEvent> {
        self.seating().next_event()
    }
}
