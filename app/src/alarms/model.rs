//! What a row and the details of an alarm say. Pure, so that every word can be tested.

use crate::ages;
use crate::names::{device_name, person_name};
use crate::texts::Key;
use castellan_domain::alarm::{Alarm, Condition, Ownership, ShelfReason, Source, Verdict};
use castellan_domain::estate::{Estate, Place, Priority};
use castellan_domain::ids::AlarmTypeId;
use castellan_domain::observation::ReportedState;
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;

/// The sign of a priority: shape and word beside its colour.
pub const fn sign(priority: Priority) -> &'static str {
    match priority {
        Priority::P1 => "▲",
        Priority::P2 => "◆",
        Priority::P3 => "●",
        Priority::P4 => "■",
    }
}

/// The class by which the style sheet colours it.
pub const fn class(priority: Priority) -> &'static str {
    match priority {
        Priority::P1 => "p1",
        Priority::P2 => "p2",
        Priority::P3 => "p3",
        Priority::P4 => "p4",
    }
}

/// The priority in words.
pub const fn priority_name(priority: Priority) -> Key {
    match priority {
        Priority::P1 => Key::PriorityP1,
        Priority::P2 => Key::PriorityP2,
        Priority::P3 => Key::PriorityP3,
        Priority::P4 => Key::PriorityP4,
    }
}

/// The priority in one word, for a row.
pub const fn priority_short(priority: Priority) -> Key {
    match priority {
        Priority::P1 => Key::PriorityShortP1,
        Priority::P2 => Key::PriorityShortP2,
        Priority::P3 => Key::PriorityShortP3,
        Priority::P4 => Key::PriorityShortP4,
    }
}

/// A verdict in words.
pub const fn verdict_name(verdict: Verdict) -> Key {
    match verdict {
        Verdict::Genuine => Key::VerdictGenuine,
        Verdict::Environment => Key::VerdictEnvironment,
        Verdict::DeviceFault => Key::VerdictDeviceFault,
        Verdict::Test => Key::VerdictTest,
    }
}

/// What an alarm is: the name of its type.
pub fn what(estate: Option<&Estate>, alarm: &Alarm, language: Language) -> String {
    type_name(estate, &alarm.kind, language)
}

/// The name of a type, or its id if the estate does not have it any more.
pub fn type_name(estate: Option<&Estate>, kind: &AlarmTypeId, language: Language) -> String {
    estate
        .and_then(|estate| estate.alarm_type(kind))
        .map_or_else(
            || kind.to_string(),
            |kind| kind.name.get(language).to_owned(),
        )
}

/// Where an alarm is, in words; its source's own name where its place has none.
pub fn place(estate: Option<&Estate>, alarm: &Alarm, language: Language) -> String {
    place_name(estate, &alarm.place, language)
        .unwrap_or_else(|| source_name(estate, &alarm.source, language))
}

/// A place in words, if it has any.
pub fn place_name(estate: Option<&Estate>, place: &Place, language: Language) -> Option<String> {
    let words = estate.map(|estate| estate.place_name(place, language));
    words.filter(|words| !words.is_empty())
}

/// The name of what reported, or its id if the estate does not have it any more.
pub fn source_name(estate: Option<&Estate>, source: &Source, language: Language) -> String {
    match source {
        Source::Device(id) => device_name(estate, id, language),
        Source::Person(id) => person_name(estate, id, language),
        Source::System => Key::SourceSystem.get(language).to_owned(),
    }
}

/// Who has it, as the row says it: the verdict, the shelf, the owner, or how long is left.
pub fn state(estate: Option<&Estate>, alarm: &Alarm, now: Timestamp, language: Language) -> String {
    if let Some(judged) = alarm.judged() {
        return verdict_name(judged.verdict).get(language).to_owned();
    }
    if let Some(shelf) = &alarm.shelf {
        let left = ages::text(shelf.until.since(now));
        let why = shelf_reason_name(shelf.reason).get(language);
        let by = person_name(estate, &shelf.by, language);
        return Key::ShelvedFor.fill(language, &[&left, why, &by]);
    }
    match (&alarm.ownership, &alarm.acknowledged) {
        (Ownership::Claimed { by, .. }, _) => person_name(estate, by, language),
        (Ownership::Unclaimed { .. }, Some(acknowledged)) => {
            let by = person_name(estate, &acknowledged.by, language);
            Key::AcknowledgedBy.fill(language, &[&by])
        }
        (
            Ownership::Unclaimed {
                due_at,
                times_overdue,
                ..
            },
            None,
        ) => unclaimed(*due_at, *times_overdue, now, language),
    }
}

fn unclaimed(due_at: Timestamp, times_overdue: u32, now: Timestamp, language: Language) -> String {
    let unclaimed = Key::Unclaimed.get(language);
    let left = ages::text(due_at.since(now));
    let due_in = Key::DueIn.get(language);
    match times_overdue {
        0 if language == Language::Zh => format!("{unclaimed} · {due_in} {left}"),
        0 => format!("{unclaimed}, {left} {due_in}"),
        1 if language == Language::En => {
            format!("{unclaimed}, {}", Key::Overdue.get(language))
        }
        n if language == Language::Zh => {
            format!("{unclaimed} · {} {n} 次", Key::OverdueTimes.get(language))
        }
        n => format!("{unclaimed}, {} {n}×", Key::OverdueTimes.get(language)),
    }
}

/// Whether nobody has it and nobody has seen it, and a deadline has passed already.
pub fn is_overdue(alarm: &Alarm) -> bool {
    alarm.is_annunciated()
        && alarm.acknowledged.is_none()
        && matches!(alarm.ownership, Ownership::Unclaimed { times_overdue, .. } if times_overdue > 0)
}

/// Why an alarm is shelved, in words.
pub const fn shelf_reason_name(reason: ShelfReason) -> Key {
    match reason {
        ShelfReason::Maintenance => Key::ShelfMaintenance,
        ShelfReason::KnownFault => Key::ShelfKnownFault,
        ShelfReason::Works => Key::ShelfWorks,
        ShelfReason::Weather => Key::ShelfWeather,
        ShelfReason::Event => Key::ShelfEvent,
    }
}

/// What a source says of its condition.
pub const fn condition_name(condition: Condition) -> Key {
    match condition {
        Condition::Active { .. } => Key::StillActive,
        Condition::Cleared { .. } => Key::Cleared,
        Condition::Momentary { .. } => Key::Momentary,
    }
}

/// The same of a report that is no alarm.
pub const fn condition_of_report(state: ReportedState) -> Key {
    match state {
        ReportedState::Active => Key::StillActive,
        ReportedState::Cleared => Key::Cleared,
        ReportedState::Momentary => Key::Momentary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, acknowledged, claimed, judged, li_na, overdue, raised, shelved};
    use castellan_domain::time::Span;

    #[test]
    fn a_row_says_who_has_it_or_how_long_is_left() {
        let now = START + Span::from_secs(48);
        let open = raised(1, 1);
        assert_eq!(state(None, &open, now, Language::Zh), "待接警 · 剩余 00:12");
        assert_eq!(
            state(None, &open, now, Language::En),
            "Unclaimed, 00:12 left"
        );
        let twice = overdue(open.clone(), 2, now + Span::from_secs(9), 0);
        assert_eq!(
            state(None, &twice, now, Language::Zh),
            "待接警 · 已超时 2 次"
        );
        assert_eq!(
            state(None, &twice, now, Language::En),
            "Unclaimed, overdue 2×"
        );
        assert_eq!(
            state(None, &claimed(open.clone()), now, Language::Zh),
            "li-na"
        );
        assert_eq!(state(None, &judged(open), now, Language::Zh), "环境干扰");
    }

    #[test]
    fn a_row_says_who_has_seen_it_or_put_it_aside() {
        let open = raised(1, 3);
        let now = START + Span::from_secs(60);
        let seen = acknowledged(open.clone());
        assert_eq!(state(None, &seen, now, Language::Zh), "已签收 · li-na");
        assert!(!is_overdue(&overdue(seen, 1, now, 0)));
        assert!(is_overdue(&overdue(open.clone(), 1, now, 0)));
        let aside = shelved(open, START + Span::from_secs(960));
        assert_eq!(
            state(None, &aside, now, Language::Zh),
            "剩余 15:00 · 检修 · li-na"
        );
        assert_eq!(
            state(None, &aside, now, Language::En),
            "15:00 left, Maintenance, li-na"
        );
        assert!(!is_overdue(&overdue(aside, 1, now, 0)));
    }

    #[test]
    fn a_source_without_a_device_has_a_name_too() {
        let mut alarm = raised(1, 1);
        alarm.source = Source::Person(li_na());
        assert_eq!(place(None, &alarm, Language::Zh), "li-na");
        alarm.source = Source::System;
        assert_eq!(place(None, &alarm, Language::Zh), "系统本身");
    }
}
