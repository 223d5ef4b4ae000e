//! That somebody has heard the sound for life in this shift: kept in this browser, for each person.

use castellan_domain::ids::PersonId;
use castellan_domain::time::Timestamp;

/// When the sound was heard, and when that shift ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// When.
    pub at: Timestamp,
    /// Until when that counts.
    pub until: Timestamp,
}

impl Heard {
    /// Under which name a browser keeps it.
    pub fn key(person: &PersonId) -> String {
        format!("castellan.heard.{person}")
    }

    /// As it is kept.
    pub fn write(self) -> String {
        format!("{} {}", self.at.as_micros(), self.until.as_micros())
    }

    /// What was kept, as long as it counts at `now`. What nobody wrote here is nothing. A page that
    /// has just begun knows the time only as a lower bound, so it may seem to lie ahead.
    pub fn read(text: &str, now: Timestamp) -> Option<Self> {
        let (at, until) = text.split_once(' ')?;
        let moment = |text: &str| text.parse().ok().map(Timestamp::from_micros);
        let heard = Self {
            at: moment(at)?,
            until: moment(until)?,
        };
        (heard.at < heard.until && now < heard.until).then_some(heard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, person};
    use castellan_domain::time::Span;
    use proptest::prelude::*;

    #[test]
    fn it_counts_until_the_shift_ends_and_for_one_person() {
        let at = |secs| START + Span::from_secs(secs);
        let heard = Heard {
            at: at(0),
            until: at(3_600),
        };
        let kept = heard.write();
        assert_eq!(Heard::read(&kept, at(0)), Some(heard));
        assert_eq!(Heard::read(&kept, at(3_599)), Some(heard));
        assert_eq!(
            Heard::read(&kept, at(3_600)),
            None,
            "the next shift hears it anew"
        );
        assert_eq!(
            Heard::read(&kept, at(-1)),
            Some(heard),
            "time is not known yet"
        );
        assert_ne!(
            Heard::key(&person("li-na")),
            Heard::key(&person("zhang-wei"))
        );
    }

    proptest! {
        #[test]
        fn what_somebody_else_wrote_there_is_nothing(text in "\\PC{0,40}") {
            if let Some(heard) = Heard::read(&text, START) {
                prop_assert!(heard.at < heard.until && START < heard.until);
            }
        }
    }
}
