//! What a row and the details of an alarm say. Pure, so that every word can be tested.

use super::texts;
use crate::ages::{self, Now};
pub use crate::names::sign;
use crate::names::{device_name, person_name};
use crate::texts::Words;
use castellan_domain::alarm::{
    Alarm, Condition, FollowUp, Ownership, ShelfReason, Source, Verdict, VerdictBasis,
};
use castellan_domain::estate::{Estate, Priority};
use castellan_domain::ids::AlarmTypeId;
use castellan_domain::observation::ReportedState;
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;

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
pub const fn priority_name(priority: Priority) -> Words {
    match priority {
        Priority::P1 => texts::PRIORITY_P1,
        Priority::P2 => texts::PRIORITY_P2,
        Priority::P3 => texts::PRIORITY_P3,
        Priority::P4 => texts::PRIORITY_P4,
    }
}

/// The priority in one word, for a row.
pub const fn priority_short(priority: Priority) -> Words {
    match priority {
        Priority::P1 => texts::PRIORITY_SHORT_P1,
        Priority::P2 => texts::PRIORITY_SHORT_P2,
        Priority::P3 => texts::PRIORITY_SHORT_P3,
        Priority::P4 => texts::PRIORITY_SHORT_P4,
    }
}

/// A verdict in words.
pub const fn verdict_name(verdict: Verdict) -> Words {
    match verdict {
        Verdict::Genuine => texts::VERDICT_GENUINE,
        Verdict::Environment => texts::VERDICT_ENVIRONMENT,
        Verdict::DeviceFault => texts::VERDICT_DEVICE_FAULT,
        Verdict::Test => texts::VERDICT_TEST,
    }
}

/// How a verdict was established, in words.
pub fn basis_name(estate: Option<&Estate>, basis: &VerdictBasis, language: Language) -> String {
    match basis {
        VerdictBasis::OnScene { by } => {
            let by = person_name(estate, by, language);
            format!("{} {by}", texts::BASIS_ON_SCENE.get(language))
        }
        VerdictBasis::Picture => texts::BASIS_PICTURE.get(language).to_owned(),
        VerdictBasis::Phone => texts::BASIS_PHONE.get(language).to_owned(),
    }
}

/// What was done, in words.
pub const fn follow_up_name(what: FollowUp) -> Words {
    match what {
        FollowUp::EngineeringCalled => texts::FOLLOW_UP_ENGINEERING,
        FollowUp::ResidentReassured => texts::FOLLOW_UP_RESIDENT,
        FollowUp::MaintenanceTold => texts::FOLLOW_UP_MAINTENANCE,
        FollowUp::PatrolLooked => texts::FOLLOW_UP_PATROL,
        FollowUp::PictureLooked => texts::FOLLOW_UP_PICTURE,
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

/// The name of what reported, or its id if the estate does not have it any more.
pub fn source_name(estate: Option<&Estate>, source: &Source, language: Language) -> String {
    match source {
        Source::Device(id) => device_name(estate, id, language),
        Source::Person(id) => person_name(estate, id, language),
        Source::Registration(_) => texts::SOURCE_REGISTRATION.get(language).to_owned(),
        Source::System => texts::SOURCE_SYSTEM.get(language).to_owned(),
    }
}

/// Who has it, as the row says it: the verdict, the shelf, the owner, or how long is left.
pub fn state(estate: Option<&Estate>, alarm: &Alarm, now: Now, language: Language) -> String {
    if let Some(judged) = alarm.judged() {
        return verdict_name(judged.verdict).get(language).to_owned();
    }
    if let Some(shelf) = &alarm.shelf {
        let left = ages::left(shelf.until, now);
        let why = shelf_reason_name(shelf.reason).get(language);
        let by = person_name(estate, &shelf.by, language);
        let words = if ages::is_due(shelf.until, now) {
            texts::SHELVED_ENDS
        } else {
            texts::SHELVED_FOR
        };
        return words.fill(language, &[&left, why, &by]);
    }
    match (&alarm.ownership, &alarm.acknowledged) {
        (Ownership::Claimed { by, .. }, _) => person_name(estate, by, language),
        (Ownership::Unclaimed { .. }, Some(acknowledged)) => {
            let by = person_name(estate, &acknowledged.by, language);
            texts::ACKNOWLEDGED_BY.fill(language, &[&by])
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

/// What is left on the shelf.
pub fn shelf_left(until: Timestamp, now: Now, language: Language) -> String {
    if ages::is_due(until, now) {
        return texts::ENDS_NOW.get(language).to_owned();
    }
    ages::left(until, now)
}

fn unclaimed(due_at: Timestamp, times_overdue: u32, now: Now, language: Language) -> String {
    match times_overdue {
        0 => texts::UNCLAIMED.fill(language, &[&ages::left(due_at, now)]),
        1 => texts::OVERDUE_ONCE.get(language).to_owned(),
        times => texts::OVERDUE.fill(language, &[&times.to_string()]),
    }
}

/// Why an alarm is shelved, in words.
pub const fn shelf_reason_name(reason: ShelfReason) -> Words {
    match reason {
        ShelfReason::Maintenance => texts::SHELF_MAINTENANCE,
        ShelfReason::KnownFault => texts::SHELF_KNOWN_FAULT,
        ShelfReason::Works => texts::SHELF_WORKS,
        ShelfReason::Weather => texts::SHELF_WEATHER,
        ShelfReason::Event => texts::SHELF_EVENT,
    }
}

/// What a source says of its condition.
pub const fn condition_name(condition: Condition) -> Words {
    match condition {
        Condition::Active { .. } => texts::STILL_ACTIVE,
        Condition::Cleared { .. } => texts::CLEARED,
        Condition::Unheard { .. } => texts::UNHEARD,
        Condition::Momentary { .. } => texts::MOMENTARY,
    }
}

/// The same of a report that is no alarm.
pub const fn condition_of_report(state: ReportedState) -> Words {
    match state {
        ReportedState::Active => texts::STILL_ACTIVE,
        ReportedState::Cleared => texts::CLEARED,
        ReportedState::Momentary => texts::MOMENTARY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, acknowledged, claimed, judged, overdue, raised, shelved};
    use castellan_domain::time::Span;

    #[test]
    fn a_row_says_who_has_it_or_how_long_is_left() {
        let now = Now::from(START + Span::from_secs(48));
        let open = raised(1, 1);
        assert_eq!(state(None, &open, now, Language::Zh), "待接警 · 剩余 00:12");
        assert_eq!(
            state(None, &open, now, Language::En),
            "Unclaimed, 00:12 left"
        );
        let twice = overdue(open.clone(), 2, now.at + Span::from_secs(9), 0);
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
        let now = Now::from(START + Span::from_secs(60));
        let seen = acknowledged(open.clone());
        assert_eq!(state(None, &seen, now, Language::Zh), "已签收 · li-na");
        let aside = shelved(open, START + Span::from_secs(960));
        assert_eq!(
            state(None, &aside, now, Language::Zh),
            "剩余 15:00 · 检修 · li-na"
        );
        assert_eq!(
            state(None, &aside, now, Language::En),
            "15:00 left, Maintenance, li-na"
        );
    }

    #[test]
    fn a_row_counts_nothing_down_while_the_picture_is_old() {
        let now = Now {
            at: START + Span::from_secs(48),
            stands_still: true,
        };
        assert_eq!(
            state(None, &raised(1, 1), now, Language::Zh),
            "待接警 · 剩余 --:--"
        );
        let aside = shelved(raised(1, 3), START + Span::from_secs(960));
        assert_eq!(
            state(None, &aside, now, Language::En),
            "--:-- left, Maintenance, li-na"
        );
    }
}
