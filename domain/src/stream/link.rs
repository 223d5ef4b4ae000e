//! How a display stands to its server: whether what it shows is still true.

use crate::time::{Span, Timestamp};

/// Without a sign of life for this long the light turns amber.
pub const UNSURE_AFTER: Span = Span::from_secs(2);
/// Without a sign of life for this long the picture is called stale.
pub const STALE_AFTER: Span = Span::from_secs(4);
/// No picture is older than this before its screen says so. A screen that looks when
/// [`super::Replica::link_turns_in`] says has the rest of it for its timer and for painting.
pub const STALE_SEEN_WITHIN: Span = Span::from_secs(5);

/// How a display stands to its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// There is nothing to show yet.
    Connecting,
    /// All that the server had [`UNSURE_AFTER`] ago is here.
    Live,
    /// Silence, or facts that are told of and do not come.
    Unsure,
    /// For [`STALE_AFTER`] now: what is shown was true at `since`.
    Stale {
        /// Server time up to which all is here.
        since: Timestamp,
    },
}

impl Link {
    /// With a picture of this age, which was true at `since`.
    pub const fn after(age: Span, since: Timestamp) -> Self {
        if age.as_micros() >= STALE_AFTER.as_micros() {
            Self::Stale { since }
        } else if age.as_micros() >= UNSURE_AFTER.as_micros() {
            Self::Unsure
        } else {
            Self::Live
        }
    }

    /// How long it takes until a picture of this age is called something else.
    pub(super) fn turns_in(age: Span) -> Option<Span> {
        let mut turns = [UNSURE_AFTER, STALE_AFTER].into_iter();
        let next = turns.find(|turn| age < *turn)?;
        Some(Span::from_micros(next.as_micros() - age.as_micros()))
    }
}
