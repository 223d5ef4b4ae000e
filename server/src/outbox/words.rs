//! What is said outside: whom it is for, and each matter with its number, its type and its place.

use crate::journal::Parcel;
use castellan_domain::alarm::Located;
use castellan_domain::estate::{Estate, Priority, Rung};
use castellan_domain::ids::PersonId;
use castellan_domain::matter::Unanswered;
use castellan_domain::notify::{CalledAbout, CalledStep, LadderCall, Message};
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// People of one line who are named; the others are counted.
const NAMED_MAX: usize = 4;

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
            let name = self.name(&call.person);
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

    /// Its number, its type and its place, and what nobody did.
    fn line(&self, call: &LadderCall) -> String {
        let (number, kind, priority, place) = match &call.about {
            CalledAbout::Alarm(about) => (
                about.alarm.to_string(),
                &about.kind,
                about.priority,
                &about.place,
            ),
            CalledAbout::Incident(about) => (
                about.incident.to_string(),
                &about.kind,
                about.priority,
                &about.place,
            ),
            CalledAbout::Assignment(about) => (
                about.incident.to_string(),
                &about.kind,
                about.priority,
                &about.place,
            ),
        };
        let of_estate = self.estate.alarm_type(kind);
        let kind = of_estate.map_or_else(
            || kind.to_string(),
            |kind| kind.name.get(self.language).to_owned(),
        );
        let (priority, place) = (self.priority(priority), self.place(place));
        let not_done = self.not_done(call);
        match self.language {
            Language::Zh => format!("{priority} {number} {kind} {place} {not_done}"),
            Language::En => format!("{priority} {number} {kind}, {place}, {not_done}"),
        }
    }

    fn not_done(&self, call: &LadderCall) -> String {
        let since = self.clock(call.since);
        let sent = match &call.about {
            CalledAbout::Alarm(_) => &[][..],
            CalledAbout::Incident(about) => &about.sent,
            CalledAbout::Assignment(about) => &about.sent,
        };
        let guards = match &call.about {
            CalledAbout::Incident(about) => about.guards,
            CalledAbout::Alarm(about) => {
                let kind = self.estate.alarm_type(&about.kind);
                kind.map_or(1, |kind| kind.dispatch_guards)
            }
            CalledAbout::Assignment(_) => 1,
        };
        let names = self.names(sent);
        let step = match &call.about {
            CalledAbout::Incident(about) => about.step.as_ref(),
            CalledAbout::Alarm(_) | CalledAbout::Assignment(_) => None,
        };
        let step = step.map(|step| self.step(step)).unwrap_or_default();
        match (self.language, call.why) {
            (Language::Zh, Unanswered::StepLate) => format!("{since}仍未完成必做步骤“{step}”"),
            (Language::Zh, Unanswered::StepSkipped) => format!("{since}跳过必做步骤“{step}”"),
            (Language::En, Unanswered::StepLate) => {
                format!("required step “{step}” not taken by {since}")
            }
            (Language::En, Unanswered::StepSkipped) => {
                format!("required step “{step}” left out at {since}")
            }
            (Language::Zh, Unanswered::Unclaimed) => format!("{since}起无人接警"),
            (Language::Zh, Unanswered::Returned) => format!("{since}退回，无人处理"),
            (Language::Zh, Unanswered::Undispatched) if sent.is_empty() => {
                format!("{since}前应派{guards}人，无人派出")
            }
            (Language::Zh, Unanswered::Undispatched) => {
                let count = sent.len();
                format!("{since}前应派{guards}人，只派{count}人（{names}）")
            }
            (Language::Zh, Unanswered::Unaccepted) => {
                format!("{since}起无人接单（已问{names}），无人可再派")
            }
            (Language::Zh, Unanswered::NotOnScene) => format!("{names} {since}接单，仍未到场"),
            (Language::En, Unanswered::Unclaimed) => format!("unclaimed since {since}"),
            (Language::En, Unanswered::Returned) => format!("came back at {since}"),
            (Language::En, Unanswered::Undispatched) if sent.is_empty() => {
                format!("{guards} wanted by {since}, nobody sent")
            }
            (Language::En, Unanswered::Undispatched) => {
                let count = sent.len();
                format!("{guards} wanted by {since}, {count} sent ({names})")
            }
            (Language::En, Unanswered::Unaccepted) => {
                format!("nobody accepts since {since} ({names} asked), nobody else to ask")
            }
            (Language::En, Unanswered::NotOnScene) => {
                format!("{names} accepted at {since}, not there yet")
            }
        }
    }

    /// What a step says, or its id if the estate does not have it any more.
    fn step(&self, step: &CalledStep) -> String {
        let procedure = self.estate.procedure(&step.procedure);
        let found = procedure.and_then(|procedure| procedure.step(&step.step));
        found.map_or_else(
            || step.step.to_string(),
            |step| step.words.get(self.language).to_owned(),
        )
    }

    /// Who they are; of many, the first ones and how many others.
    fn names(&self, people: &[PersonId]) -> String {
        let first = people.iter().take(NAMED_MAX);
        let mut names: Vec<_> = first.map(|person| self.name(person)).collect();
        let others = people.len().saturating_sub(NAMED_MAX);
        if others > 0 {
            names.push(match self.language {
                Language::Zh => format!("另{others}人"),
                Language::En => format!("{others} others"),
            });
        }
        names.join(self.of(["、", ", "]))
    }

    fn name(&self, person: &PersonId) -> String {
        let of_estate = self.estate.person(person);
        of_estate.map_or_else(
            || person.to_string(),
            |person| person.name.get(self.language).to_owned(),
        )
    }

    fn place(&self, place: &Located) -> String {
        let place = match place {
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
        if place.is_empty() {
            return self.of(["位置不明", "place unknown"]).to_owned();
        }
        place
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

    const ESTATE: &str = r#"{"site": "test-1", "name": {"zh": "测试", "en": "Test"},
        "time_zone": "Asia/Shanghai", "datum": "WGS-84", "anchor": [120.0, 30.0],
        "home": {"centre": [120.0, 30.0], "zoom": 16.5, "bearing_deg": 0.0, "pitch_deg": 30.0},
        "people": [
            {"id": "wang-qiang", "name": {"zh": "王强", "en": "Wang Qiang"}, "role": "guard"},
            {"id": "li-min", "name": {"zh": "李敏", "en": "Li Min"}, "role": "guard"},
            {"id": "chen-gang", "name": {"zh": "陈刚", "en": "Chen Gang"}, "role": "duty_manager"}],
        "alarm_types": [{"id": "gas_high", "name": {"zh": "可燃气体高限报警", "en": "Gas alarm"},
            "priority": 1, "claim_s_max": 30}]}"#;

    fn teller(language: Language) -> Teller {
        Teller {
            estate: Arc::new(Estate::parse(ESTATE.as_bytes()).unwrap()),
            language,
            zone: TimeZone::fixed(jiff::tz::offset(8)),
        }
    }

    fn call(why: &str, about: &str) -> LadderCall {
        let at = 1_795_318_825_749_378_i64;
        let call = format!(
            r#"{{"person": "chen-gang", "rung": "duty_manager", "channel": "voice", "step": 1,
            "why": "{why}", "since": {at}, "about": {about}}}"#
        );
        serde_json::from_str(&call).unwrap()
    }

    #[test]
    fn each_matter_has_its_number_type_and_place_what_nobody_did_and_who_was_sent() {
        let of = r#""type": "gas_high", "priority": 1, "place": null"#;
        let incident = |sent: &str| {
            format!(
                r#"{{"incident": {{"incident": "I-17", {of}, "opened_at": 1795318825749378,
                "guards": 2, "sent": [{sent}]}}}}"#
            )
        };
        let part = |sent: &str| {
            format!(
                r#"{{"assignment": {{"assignment": "D-3", "incident": "I-17", {of}, "sent": [{sent}]}}}}"#
            )
        };
        let both = r#""wang-qiang", "li-min""#;
        let told = [
            ("returned", incident("")),
            ("undispatched", incident("")),
            ("undispatched", incident(r#""wang-qiang""#)),
            ("unaccepted", part(both)),
            ("not_on_scene", part(r#""wang-qiang""#)),
        ];
        let lines = |language| {
            let teller = teller(language);
            let lines = told
                .iter()
                .map(|(why, about)| teller.line(&call(why, about)));
            lines.collect::<Vec<_>>()
        };
        let zh = lines(Language::Zh);
        let head = "一级紧急 I-17 可燃气体高限报警 位置不明 ";
        let said = [
            "11:40:25退回，无人处理",
            "11:40:25前应派2人，无人派出",
            "11:40:25前应派2人，只派1人（王强）",
            "11:40:25起无人接单（已问王强、李敏），无人可再派",
            "王强 11:40:25接单，仍未到场",
        ];
        assert_eq!(zh, said.map(|said| format!("{head}{said}")));
        let en = lines(Language::En);
        let head = "P1 I-17 Gas alarm, place unknown, ";
        let said = [
            "came back at 11:40:25",
            "2 wanted by 11:40:25, nobody sent",
            "2 wanted by 11:40:25, 1 sent (Wang Qiang)",
            "nobody accepts since 11:40:25 (Wang Qiang, Li Min asked), nobody else to ask",
            "Wang Qiang accepted at 11:40:25, not there yet",
        ];
        assert_eq!(en, said.map(|said| format!("{head}{said}")));
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
