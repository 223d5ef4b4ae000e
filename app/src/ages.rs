//! How long ago, in the form that operators read: mm:ss until an hour, then hours, then days.

use castellan_domain::time::{Span, Timestamp};

/// Older than this, a position is shown as fading.
pub const FADING_AFTER: Span = Span::from_secs(30);
/// Older than this, a position is shown with a question mark (失联 begins at 120 s).
pub const LOST_AFTER: Span = Span::from_secs(120);

/// The time by which something is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Server time.
    pub at: Timestamp,
    /// The picture is old: time on the screen stands still, and that at the server goes on.
    pub stands_still: bool,
}

impl From<Timestamp> for Now {
    fn from(at: Timestamp) -> Self {
        Self {
            at,
            stands_still: false,
        }
    }
}

/// What is left until a moment. While time stands still nobody here knows.
pub fn left(until: Timestamp, now: Now) -> String {
    if now.stands_still {
        return "--:--".to_owned();
    }
    text(until.since(now.at))
}

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

/// A span of time as `h:mm`, rounded up: what is not over has a minute at least.
pub fn hours_and_minutes(span: Span) -> String {
    let minutes = (span.as_secs().max(0) + 59) / 60;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_counts_down_while_time_stands_still() {
        let at = Timestamp::from_secs(1_795_000_000);
        let until = at + Span::from_secs(12);
        assert_eq!(left(until, at.into()), "00:12");
        let now = Now {
            at,
            stands_still: true,
        };
        assert_eq!(left(until, now), "--:--");
    }

    #[test]
    fn what_is_left_of_a_shift_is_said_by_the_minute() {
        for (secs, expected) in [(-5, "0:00"), (1, "0:01"), (3_600, "1:00"), (17_941, "5:00")] {
            assert_eq!(hours_and_minutes(Span::from_secs(secs)), expected);
        }
    }

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
