//! The figures at the foot, in words. `docs/figures.md` says how each is counted.

use super::texts;
use crate::texts::Words;
use castellan_domain::text::Language;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::api::Figures;

/// What was counted longer ago is not shown.
pub const OLD_AFTER: Span = Span::from_secs(120);
/// What stands in the place of a figure that is not known.
pub const UNKNOWN: &str = "—";

/// A figure: the number, what stands smaller behind it, and what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// By which it is found.
    pub name: &'static str,
    pub number: String,
    pub behind: String,
    pub words: String,
    /// It needs somebody.
    pub warns: bool,
}

/// Figures with the moment at which they were fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub figures: Figures,
    pub at: Timestamp,
}

impl Counted {
    /// The figures, as long as they are of now.
    pub fn fresh(&self, now: Timestamp) -> Option<&Figures> {
        (now.since(self.at) < OLD_AFTER).then_some(&self.figures)
    }
}

fn cell(name: &'static str, number: Option<String>, behind: &str, words: String) -> Cell {
    let is_known = number.is_some();
    Cell {
        name,
        number: number.unwrap_or_else(|| UNKNOWN.to_owned()),
        behind: if is_known {
            behind.to_owned()
        } else {
            String::new()
        },
        words,
        warns: false,
    }
}

/// How many alarms came, and how many of them are done.
pub fn alarms(figures: Option<&Figures>, language: Language) -> Cell {
    let handled = figures.map_or_else(|| UNKNOWN.to_owned(), |all| all.handled.to_string());
    let words = texts::ALARMS_HANDLED.fill(language, &[&handled]);
    cell(
        "alarms",
        figures.map(|all| all.alarms.to_string()),
        "",
        words,
    )
}

/// How long it takes until somebody answers.
pub fn answers(figures: Option<&Figures>, language: Language, says_share: bool) -> Cell {
    let median = figures.and_then(|all| all.answer_median_ms);
    let (number, behind) = took(median);
    let share = figures.and_then(Figures::in_time_percent);
    let words = match share.filter(|_| says_share) {
        Some(share) => texts::ANSWER_MEDIAN_SHARE.fill(language, &[&share.to_string()]),
        None => texts::ANSWER_MEDIAN.get(language).to_owned(),
    };
    cell("answers", number, behind, words)
}

/// How long it takes until somebody is there.
pub fn arrivals(figures: Option<&Figures>, language: Language) -> Cell {
    let (number, behind) = took(figures.and_then(|all| all.arrival_median_ms));
    cell(
        "arrivals",
        number,
        behind,
        texts::ARRIVAL_MEDIAN.get(language).to_owned(),
    )
}

/// A count of figures alone.
pub fn count(name: &'static str, count: Option<u32>, words: Words, language: Language) -> Cell {
    let number = count.map(|count| count.to_string());
    cell(name, number, "", words.get(language).to_owned())
}

/// So many of all.
pub fn of_all(name: &'static str, (some, all): (usize, usize), words: String) -> Cell {
    let number = (all > 0).then(|| some.to_string());
    cell(name, number, &format!("/{all}"), words)
}

/// Which share of devices is heard, with one decimal, rounded down: not all is never 100.
pub fn devices((heard, all): (usize, usize), language: Language) -> Cell {
    let tenths = (heard * 1_000).checked_div(all);
    let number = tenths.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10));
    cell(
        "devices",
        number,
        " %",
        texts::DEVICES_ONLINE.get(language).to_owned(),
    )
}

/// In seconds below a minute, else in minutes and seconds.
fn took(median_ms: Option<u64>) -> (Option<String>, &'static str) {
    match median_ms.map(|ms| ms / 1_000) {
        None => (None, ""),
        Some(secs @ ..60) => (Some(secs.to_string()), " s"),
        Some(secs) => (Some(format!("{}:{:02}", secs / 60, secs % 60)), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::START;
    use castellan_domain::ids::Seq;

    fn figures() -> Figures {
        Figures {
            projected_seq: Seq(9),
            since: START,
            alarms: 42,
            handled: 39,
            answered: 40,
            due: 41,
            in_time: 39,
            answer_median_ms: Some(11_400),
            arrived: 6,
            arrival_median_ms: Some(151_000),
        }
    }

    fn said(cell: &Cell) -> String {
        format!("{}{} {}", cell.number, cell.behind, cell.words)
    }

    #[test]
    fn figures_are_said_in_few_words() {
        let all = figures();
        let zh = Language::Zh;
        assert_eq!(said(&alarms(Some(&all), zh)), "42 报警，已处置 39");
        assert_eq!(
            said(&answers(Some(&all), zh, true)),
            "11 s 接警中位，达标 95 %"
        );
        assert_eq!(said(&answers(Some(&all), zh, false)), "11 s 接警中位");
        assert_eq!(said(&arrivals(Some(&all), zh)), "2:31 到场中位");
        assert_eq!(said(&devices((123, 124), zh)), "99.1 % 设备在线率");
        assert_eq!(said(&devices((123, 123), zh)), "100.0 % 设备在线率");
    }

    #[test]
    fn what_is_not_known_is_no_number() {
        let none = Figures {
            due: 0,
            answer_median_ms: None,
            ..figures()
        };
        let en = Language::En;
        assert_eq!(said(&alarms(None, en)), "— alarms, — handled");
        assert_eq!(said(&answers(Some(&none), en, true)), "— median to answer");
        assert_eq!(said(&devices((0, 0), en)), "— devices online");
        assert_eq!(said(&of_all("zones", (0, 0), "zones".into())), "— zones");
    }

    #[test]
    fn what_was_counted_long_ago_is_not_shown() {
        let counted = Counted {
            figures: figures(),
            at: START,
        };
        assert!(counted.fresh(START + Span::from_secs(119)).is_some());
        assert!(counted.fresh(START + OLD_AFTER).is_none());
    }
}
