//! Where the phone was when it last found itself.

use crate::ages::FADING_AFTER;
use castellan_domain::geo::LonLat;
use castellan_domain::time::Span;

/// A place that the phone found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    pub at: LonLat,
    pub accuracy_m: f64,
    /// When the page was told, by its own clock: that of the phone may be wrong.
    pub told_at: Span,
}

impl Fix {
    /// The place, if somebody is still there by now. A call carries no time of its place, so an older one
    /// would be read as the present; without one the server takes where it heard of them last, with its
    /// age. A console doubts a position at the same age.
    pub fn present(&self, now: Span) -> Option<LonLat> {
        let age = now.as_micros() - self.told_at.as_micros();
        (age < FADING_AFTER.as_micros()).then_some(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_called_from_for_as_long_as_a_console_would_believe_it() {
        let at = LonLat::new(120.0, 30.0).expect("on earth");
        let fix = Fix {
            at,
            accuracy_m: 8.0,
            told_at: Span::from_secs(100),
        };
        let after = |seconds: i64| fix.present(Span::from_secs(100 + seconds));
        assert_eq!([0, 29].map(after), [Some(at); 2]);
        assert_eq!([30, 3_600].map(after), [None; 2]);
    }
}
