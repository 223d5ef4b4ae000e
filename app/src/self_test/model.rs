//! What is said of the last self-test. Pure, so that every word can be tested.

use super::texts;
use crate::texts::Words;
use castellan_domain::self_test::{Ended, SelfTest, SelfTestFault};
use castellan_domain::text::Language;
use castellan_domain::time::{Span, Timestamp};

/// A test that is so much later than it was due does not run any more.
const OVERDUE_AFTER: Span = Span::from_secs(60);

/// How the way from a device to the walls stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The last test was passed.
    Passed(Ended),
    /// It was not.
    Failed(Ended),
    /// The next one should have come: what is known is too old to count.
    Overdue(Ended),
}

impl Standing {
    /// How it stands at `now`; nothing before the first test has ended.
    pub fn of(test: Option<&SelfTest>, now: Timestamp) -> Option<Self> {
        let ended = test?.ended?;
        Some(if now > ended.next_at + OVERDUE_AFTER {
            Self::Overdue(ended)
        } else if ended.is_passed() {
            Self::Passed(ended)
        } else {
            Self::Failed(ended)
        })
    }

    /// Whether the way is known to be open.
    pub const fn is_passed(self) -> bool {
        matches!(self, Self::Passed(_))
    }

    /// In one word.
    pub const fn title(self) -> Words {
        match self {
            Self::Passed(_) => texts::PASSED,
            Self::Failed(_) => texts::FAILED,
            Self::Overdue(_) => texts::OVERDUE,
        }
    }

    /// How the last one went.
    pub const fn ended(self) -> Ended {
        match self {
            Self::Passed(ended) | Self::Failed(ended) | Self::Overdue(ended) => ended,
        }
    }

    /// What more there is to say: how long it took or what was wrong, and when the next one is. `clock` writes a time of
    /// day.
    pub fn details(self, clock: &dyn Fn(Timestamp) -> String, language: Language) -> Vec<String> {
        let ended = self.ended();
        let took = format!("{}.{}", ended.took_ms / 1_000, ended.took_ms / 100 % 10);
        let next = texts::NEXT.fill(language, &[&clock(ended.next_at)]);
        match (self, ended.fault) {
            (Self::Overdue(_), _) => {
                vec![texts::WAS_DUE.fill(language, &[&clock(ended.next_at)])]
            }
            (_, Some(SelfTestFault::NoAnswer)) => {
                vec![texts::NO_ANSWER.get(language).to_owned(), next]
            }
            (_, Some(SelfTestFault::NotPainted { walls })) => {
                vec![
                    texts::NOT_PAINTED.fill(language, &[&walls.to_string()]),
                    next,
                ]
            }
            (_, None) if ended.walls == 0 => {
                vec![texts::TO_RECORD.fill(language, &[&took]), next]
            }
            (_, None) => vec![texts::TO_WALL.fill(language, &[&took]), next],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::START;

    fn test(fault: Option<SelfTestFault>, walls: u16) -> SelfTest {
        let ended = Ended {
            at: START,
            walls,
            took_ms: 640,
            fault,
            next_at: START + Span::from_secs(900),
        };
        SelfTest {
            began_at: START,
            ended: Some(ended),
        }
    }

    #[test]
    fn a_test_counts_until_the_next_one_should_have_come() {
        let test = test(None, 2);
        let standing = |after| Standing::of(Some(&test), START + Span::from_secs(after));
        assert!(matches!(standing(0), Some(Standing::Passed(_))));
        assert!(matches!(standing(960), Some(Standing::Passed(_))));
        assert!(matches!(standing(961), Some(Standing::Overdue(_))));
        let begun = SelfTest {
            ended: None,
            ..test
        };
        assert_eq!(Standing::of(Some(&begun), START), None);
        assert_eq!(Standing::of(None, START), None);
    }

    #[test]
    fn it_is_said_how_far_a_test_went_and_what_was_wrong() {
        let clock = |at: Timestamp| format!("+{}", at.since(START).as_secs());
        for (fault, walls, expected) in [
            (None, 2, "设备到墙 0.6 s · 下次 +900"),
            (None, 0, "设备到记录 0.6 s，没有大屏连接 · 下次 +900"),
            (
                Some(SelfTestFault::NotPainted { walls: 1 }),
                1,
                "1 面大屏没有画出 · 下次 +900",
            ),
            (
                Some(SelfTestFault::NoAnswer),
                0,
                "服务器在设备上报的地址不应答 · 下次 +900",
            ),
        ] {
            let test = test(fault, walls);
            let standing = Standing::of(Some(&test), START).expect("a test");
            let details = standing.details(&clock, Language::Zh).join(" · ");
            assert_eq!(details, expected);
        }
    }
}
