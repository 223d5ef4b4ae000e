//! When a wall loads itself anew by night, so that nothing piles up in a page that stands for years.

use castellan_domain::time::Span;

/// From this hour of the site's clock on, and before that one.
const HOURS: std::ops::Range<u8> = 3..5;
/// Nothing has been open for so long.
const QUIET_MIN: Span = Span::from_secs(300);
/// A page that is younger was loaded tonight.
const PAGE_AGE_MIN: Span = Span::from_secs(6 * 3_600);

/// What it depends on.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Of the site's clock.
    pub hour: u8,
    /// How long this page has run.
    pub page_age: Span,
    /// Since when nothing has been open; nothing while something is.
    pub quiet_for: Option<Span>,
    /// The copy is of now.
    pub is_live: bool,
}

/// Whether it is time.
pub fn is_time(at: Moment) -> bool {
    at.is_live
        && HOURS.contains(&at.hour)
        && at.page_age >= PAGE_AGE_MIN
        && at.quiet_for.is_some_and(|quiet| quiet >= QUIET_MIN)
}

/// The hour of a clock's reading such as `03:07:22`.
pub fn hour_of(clock: &str) -> Option<u8> {
    clock.get(..2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NIGHT: Moment = Moment {
        hour: 3,
        page_age: PAGE_AGE_MIN,
        quiet_for: Some(QUIET_MIN),
        is_live: true,
    };

    #[test]
    fn a_wall_is_loaded_anew_once_a_night_while_nothing_is_open() {
        let second = Span::from_secs(1);
        let less = |span: Span| Span::from_micros(span.as_micros() - second.as_micros());
        assert!(is_time(NIGHT));
        assert!(is_time(Moment { hour: 4, ..NIGHT }));
        for not in [
            Moment { hour: 2, ..NIGHT },
            Moment { hour: 5, ..NIGHT },
            Moment {
                page_age: less(PAGE_AGE_MIN),
                ..NIGHT
            },
            Moment {
                quiet_for: Some(less(QUIET_MIN)),
                ..NIGHT
            },
            Moment {
                quiet_for: None,
                ..NIGHT
            },
            Moment {
                is_live: false,
                ..NIGHT
            },
        ] {
            assert!(!is_time(not), "{not:?}");
        }
    }

    #[test]
    fn the_hour_is_read_from_the_clock() {
        assert_eq!(hour_of("03:07:22"), Some(3));
        assert_eq!(hour_of("23:59:59"), Some(23));
        assert_eq!(hour_of(""), None);
    }
}
