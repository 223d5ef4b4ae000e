//! How a display stands to its server: whether what it shows is still true.

use crate::time::{Span, Timestamp};

/// Without a sign of life for this long the light turns amber.
pub const UNSURE_AFTER: Span = Span::from_secs(2);
/// Without a sign of life for this long the picture is called stale.
pub const STALE_AFTER: Span = Span::from_secs(5);
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
