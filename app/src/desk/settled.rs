//! How long something has to stand before a key or a tap is meant for it.

use castellan_domain::time::Span;

/// What came sooner was meant for what stood there before.
const STOOD_MIN: Span = Span::from_millis(400);

/// Whether what stands there `since` then has stood long enough, by the display's own clock.
pub const fn has_settled(since: Span, mono: Span) -> bool {
    mono.as_micros() - since.as_micros() >= STOOD_MIN.as_micros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_is_meant_for_what_has_stood_for_a_moment() {
        let since = Span::from_millis(1_000);
        assert!(!has_settled(since, Span::from_millis(1_399)));
        assert!(has_settled(since, Span::from_millis(1_400)));
    }
}
