//! What is said outside: whom it is for, and each matter with its number, its type and its place.

use crate::journal::Parcel;
use castellan_domain::alarm::Located;
use castellan_domain::estate::{Estate, Priority, Rung};
use castellan_domain::matter::Unanswered;
use castellan_domain::notify::{CalledAbout, CalledAlarm, LadderCall, Message};
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Tells what an estate's alarms are called, in one language and by its clock.
#[derive(Debug, Clone)]
pub(super) struct Teller {
    pub(super) estate: Arc<Estate>,
    pub(super) language: Language,
    pub(super) zone: TimeZone,
}

impl Teller {
    /// All of these in one text of at most so many bytes of UTF-8: as many as fit, the most urgent
    /// first, and the number of the others.
    pub(super) fn text(&self, items: &[Parcel], bytes_max: usize) -> String {
        let calls: Vec<_> = items.iter().map(call).collect();
        let head = self.head(&calls);
        let lines: Vec<_> = calls.iter().map(|call| self.line(call)).collect();
        fit(&head, &lines, bytes_max, |n| self.more(n))
    }

    /// One line for the subject of a mail.
    pub(super) fn subject(&self, items: &[Parcel]) -> String {
        let first = items.first().map(|item| self.line(call(item)));
        let more = items.len().saturating_sub(1);
        let more = (more > 0).then(|| self.more(more));
        let parts: Vec<_> = first.into_iter().chain(more).collect();
        parts.join(" · ")
    }

    fn more(&self, n: usize) -> String {
        match self.language {
            Language::Zh => format!("另有 {n} 条"),
            Language::En => format!("and {n} more"),
        }
    }

    fn head(&self, calls: &[&LadderCall]) -> String {
        let mut names: Vec<String> = Vec::new();
        for call in calls {
            let person = self.estate.person(&call.person);
            let name = person.map_or_else(
                || call.person.to_string(),
                |person| person.name.get(self.language).to_owned(),
            );
            let name = match call.rung {
                Some(rung) => format!("{} {name}", self.rung(rung)),
                None => name,
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        match self.language {
            Language::Zh => format!("请{}应答：", names.join("、")),
            Language::En => format!("{}, please answer:", names.join(", ")),
        }
    }

    fn line(&self, call: &LadderCall) -> String {
        let CalledAbout::Alarm(alarm) = &call.about;
        let kind = self.estate.alarm_type(&alarm.kind);
        let kind = kind.map_or_else(
            || alarm.kind.to_string(),
            |kind| kind.name.get(self.language).to_owned(),
        );
        let since = self.clock(call.since);
        let (place, priority) = (self.place(alarm), self.priority(alarm.priority));
        match (self.language, call.why) {
            (Language::Zh, Unanswered::Unclaimed) => {
                format!(
                    "{priority} {} {kind} {place} {since}起无人接警",
                    alarm.alarm
                )
            }
            (Language::Zh, Unanswered::Returned) => {
                format!(
                    "{priority} {} {kind} {place} {since}退回，无人处理",
                    alarm.alarm
                )
            }
            (Language::En, Unanswered::Unclaimed) => {
                format!(
                    "{priority} {} {kind}, {place}, unclaimed since {since}",
                    alarm.alarm
                )
            }
            (Language::En, Unanswered::Returned) => {
                format!(
                    "{priority} {} {kind}, {place}, came back at {since}",
                    alarm.alarm
                )
            }
        }
    }

    fn place(&self, alarm: &CalledAlarm) -> String {
        let place = match &alarm.place {
            Located::Fixed(place) | Located::Said { place, .. } | Located::Last { place, .. } => {
                let name = self.estate.place_name(place, self.language);
                if name.is_empty() {
                    format!("{:.5},{:.5}", place.at.lat(), place.at.lon())
                } else {
                    name
                }
            }
            Located::Unknown => String::new(),
        };
        if !place.is_empty() {
            return place;
        }
        match self.language {
            Language::Zh => "位置不明".to_owned(),
            Language::En => "place unknown".to_owned(),
        }
    }

    fn priority(&self, priority: Priority) -> &'static str {
        let words = match priority {
            Priority::P1 => ["一级紧急", "P1"],
            Priority::P2 => ["二级重要", "P2"],
            Priority::P3 => ["三级一般", "P3"],
            Priority::P4 => ["四级提示", "P4"],
        };
        self.of(words)
    }

    fn rung(&self, rung: Rung) -> &'static str {
        let words = match rung {
            Rung::ShiftLeader => ["班长", "shift leader"],
            Rung::DutyManager => ["值班主管", "duty manager"],
            Rung::ProjectManager => ["项目经理", "project manager"],
            Rung::Engineer => ["工程值班", "engineer"],
            Rung::Steward => ["管家", "steward"],
        };
        self.of(words)
    }

    const fn of(&self, [zh, en]: [&'static str; 2]) -> &'static str {
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    fn clock(&self, at: Timestamp) -> String {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
        let at = at.to_zoned(self.zone.clone());
        format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
    }
}

fn call(item: &Parcel) -> &LadderCall {
    let Message::LadderCall { call } = &item.message;
    call
}

/// As many lines as fit, and how many others there are. What is too long is cut at its end: a line
/// begins with its number.
fn fit(head: &str, lines: &[String], bytes_max: usize, more: impl Fn(usize) -> String) -> String {
    for shown in (1..=lines.len()).rev() {
        let rest = lines.len() - shown;
        let mut text = std::iter::once(head.to_owned()).chain(lines[..shown].iter().cloned());
        let text: Vec<_> = text
            .by_ref()
            .chain((rest > 0).then(|| more(rest)))
            .collect();
        let text = text.join("\n");
        if text.len() <= bytes_max {
            return text;
        }
    }
    let rest = lines.len().saturating_sub(1);
    let tail = if rest > 0 {
        format!("\n{}", more(rest))
    } else {
        String::new()
    };
    let first = lines.first().map(String::as_str).unwrap_or_default();
    let room = bytes_max.saturating_sub(tail.len());
    let mut end = first.len().min(room);
    while !first.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{tail}", &first[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn more(n: usize) -> String {
        format!("另有 {n} 条")
    }

    #[test]
    fn a_storm_says_the_most_urgent_and_how_many_others_there_are() {
        let lines: Vec<_> = (1..=300)
            .map(|n| format!("一级紧急 A-{n} 可燃气体高限报警 3号楼 B1层"))
            .collect();
        let text = fit("请班长 王建国应答：", &lines, 2_048, more);
        assert!(text.len() <= 2_048);
        let shown = text.lines().filter(|line| line.contains("A-")).count();
        let last = text.lines().last().unwrap();
        assert_eq!(last, format!("另有 {} 条", 300 - shown));
        assert!(shown > 20 && text.contains("A-1 "), "{text}");
    }

    proptest! {
        #[test]
        fn no_text_is_longer_than_its_channel_takes_and_every_item_is_told_or_counted(
            lines in prop::collection::vec("[A-Z 楼层报警é]{1,60}", 1..40), bytes_max in 80usize..400,
        ) {
            let text = fit("请班长应答：", &lines, bytes_max, more);
            prop_assert!(text.len() <= bytes_max);
            let counted = text.lines().last().and_then(|last| {
                last.strip_prefix("另有 ")?.strip_suffix(" 条")?.parse::<usize>().ok()
            });
            let told = text.lines().count() - usize::from(counted.is_some());
            let told = told - usize::from(text.starts_with("请班长应答："));
            prop_assert_eq!(told.max(1) + counted.unwrap_or(0), lines.len());
        }
    }
}
