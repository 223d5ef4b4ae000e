//! How long ago, in the form that operators read: mm:ss until an hour, then hours, then days.

use crate::texts::Words;
use castellan_domain::text::Language;
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

/// Whether a moment has passed, as far as this page knows.
pub fn is_due(until: Timestamp, now: Now) -> bool {
    !now.stands_still && until <= now.at
}

/// `words` with what is left until a moment; once that has passed, `over`: only the server ends a thing, and a page that
/// has not heard of its end says that it is due.
pub fn until(words: Words, over: Words, until: Timestamp, now: Now, language: Language) -> String {
    if is_due(until, now) {
        return over.get(language).to_owned();
    }
    words.fill(language, &[&left(until, now)])
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
    fn what_is_due_and_has_not_ended_yet_counts_no_zeros() {
        const LEFT: Words = Words {
            zh: "剩余 {0}",
            en: "{0} left",
        };
        const OVER: Words = Words {
            zh: "即将结束",
            en: "ends now…",
        };
        let end = Timestamp::from_secs(1_795_000_000);
        let said = |secs, stands_still| {
            let at = end + Span::from_secs(secs);
            let now = Now { at, stands_still };
            until(LEFT, OVER, end, now, Language::Zh)
        };
        assert_eq!(said(-1, false), "剩余 00:01");
        assert_eq!(said(0, false), "即将结束");
        assert_eq!(said(3_600, false), "即将结束");
        assert_eq!(said(3_600, true), "剩余 --:--");
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
