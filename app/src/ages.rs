//! How long ago, in the form that operators read: mm:ss until an hour, then hours, then days.

use castellan_domain::time::{Span, Timestamp};

/// The age of something at `now`. What seems to lie ahead counts as just now: server and device
/// clocks may differ by moments.
pub fn age(at: Timestamp, now: Timestamp) -> String {
    text(now.since(at))
}

/// A span of time as `mm:ss`, `h:mm:ss` or days.
pub fn text(span: Span) -> String {
    let secs = span.as_secs().max(0);
    let (hours, minutes, seconds) = (secs / 3_600, secs / 60 % 60, secs % 60);
    match hours {
        0 => format!("{minutes:02}:{seconds:02}"),
        1..48 => format!("{hours}:{minutes:02}:{seconds:02}"),
        _ => format!("{} d", hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_like_an_instrument() {
        for (secs, expected) in [
            (-3, "00:00"),
            (0, "00:00"),
            (59, "00:59"),
            (3_599, "59:59"),
            (3_600, "1:00:00"),
            (100_000, "27:46:40"),
            (200_000, "2 d"),
        ] {
            assert_eq!(text(Span::from_secs(secs)), expected);
        }
    }
}
