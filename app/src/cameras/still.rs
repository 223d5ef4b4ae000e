//! Stills, in the place of a picture that this browser cannot play.

use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::camera::STILL_OLD_AFTER_MS;

/// A still that is older is shown no more: nothing was to be had for too long.
const KEPT_MAX: Span = Span::from_secs(60);

/// A still on the glass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Still {
    /// Where the page has it.
    pub url: String,
    /// When it was taken.
    pub at: Timestamp,
    /// How old it was when it was last looked at. What a clock that is behind would call younger than nothing is new.
    pub age: Span,
}

impl Still {
    /// Whether it is too old to be taken for the present: it is drawn grey.
    pub const fn is_old(&self) -> bool {
        self.age.as_micros() > STILL_OLD_AFTER_MS.cast_signed() * 1_000
    }

    /// Whether it is too old to be shown at all.
    pub fn is_over(&self) -> bool {
        self.age > KEPT_MAX
    }

    /// The same still, looked at now.
    #[must_use]
    pub fn seen(self, now: Timestamp) -> Self {
        let age = now.since(self.at);
        Self {
            age: age.max(Span::default()),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_still_grows_old_and_is_shown_no_more_after_a_minute() {
        let still = Still {
            url: "blob:1".to_owned(),
            at: Timestamp::from_millis(10_000),
            age: Span::default(),
        };
        let seen = |now_ms| {
            let still = still.clone().seen(Timestamp::from_millis(now_ms));
            (
                still.age.as_micros() / 1_000,
                still.is_old(),
                still.is_over(),
            )
        };
        assert_eq!(seen(9_000), (0, false, false));
        assert_eq!(seen(15_000), (5_000, false, false));
        assert_eq!(seen(15_001), (5_001, true, false));
        assert_eq!(seen(70_000), (60_000, true, false));
        assert_eq!(seen(70_001), (60_001, true, true));
    }
}
