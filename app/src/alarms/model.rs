//! What a row and the details of an alarm say. Pure, so that every word can be tested.

use crate::ages;
use crate::texts::Key;
use castellan_domain::alarm::{Alarm, Condition, Judgement, Ownership, Verdict};
use castellan_domain::estate::{Estate, Priority};
use castellan_domain::ids::PersonId;
use castellan_domain::refusal::Refusal;
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::ErrorDetail;

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

/// A verdict in words.
pub const fn verdict_name(verdict: Verdict) -> Key {
    match verdict {
        Verdict::Genuine => Key::VerdictGenuine,
        Verdict::Environment => Key::VerdictEnvironment,
        Verdict::DeviceFault => Key::VerdictDeviceFault,
        Verdict::Test => Key::VerdictTest,
    }
}

/// The name of a person, or the id if the estate does not have them any more.
pub fn person_name(estate: Option<&Estate>, person: &PersonId, language: Language) -> String {
    estate.and_then(|estate| estate.person(person)).map_or_else(
        || person.to_string(),
        |person| person.name.get(language).to_owned(),
    )
}

/// What an alarm is: the name of its type.
pub fn what(estate: Option<&Estate>, alarm: &Alarm, language: Language) -> String {
    estate
        .and_then(|estate| estate.alarm_type(&alarm.kind))
        .map_or_else(
            || alarm.kind.to_string(),
            |kind| kind.name.get(language).to_owned(),
        )
}

/// Where an alarm is, in words; the device's own name where its place has none.
pub fn place(estate: Option<&Estate>, alarm: &Alarm, language: Language) -> String {
    let Some(estate) = estate else {
        return alarm.device.to_string();
    };
    let place = estate.place_name(&alarm.place, language);
    if place.is_empty() {
        device_name(Some(estate), alarm, language)
    } else {
        place
    }
}

/// The name of the device that reported.
pub fn device_name(estate: Option<&Estate>, alarm: &Alarm, language: Language) -> String {
    estate
        .and_then(|estate| estate.device(&alarm.device))
        .map_or_else(
            || alarm.device.to_string(),
            |device| device.name.get(language).to_owned(),
        )
}

/// Who has it, as the row says it.
pub fn state(estate: Option<&Estate>, alarm: &Alarm, now: Timestamp, language: Language) -> String {
    if let Judgement::Judged { verdict, .. } = &alarm.judgement {
        return verdict_name(*verdict).get(language).to_owned();
    }
    match &alarm.ownership {
        Ownership::Claimed { by, .. } => person_name(estate, by, language),
        Ownership::Unclaimed {
            due_at,
            times_overdue,
        } => {
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
                n => format!("{unclaimed}, {n} {}", Key::OverdueTimes.get(language)),
            }
        }
    }
}

/// What the device says of the condition.
pub const fn condition_name(alarm: &Alarm) -> Key {
    match alarm.condition {
        Condition::Active { .. } => Key::StillActive,
        Condition::Cleared { .. } => Key::Cleared,
        Condition::Momentary { .. } => Key::Momentary,
    }
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub what: Key,
    /// Who did it.
    pub by: Option<PersonId>,
    /// More about it: a verdict or a count.
    pub detail: Option<String>,
    /// The note whose words belong here.
    pub note: Option<uuid::Uuid>,
}

/// What happened to an alarm, in the order of time.
pub fn timeline(alarm: &Alarm, language: Language) -> Vec<Moment> {
    let moment = |at, what| Moment {
        at,
        what,
        by: None,
        detail: None,
        note: None,
    };
    let mut moments = vec![
        Moment {
            detail: alarm
                .doubted_clock
                .map(|_| Key::DoubtedClock.get(language).to_owned()),
            ..moment(alarm.occurred_at, Key::TimelineOccurred)
        },
        moment(alarm.raised_at, Key::TimelineRaised),
    ];
    if let Condition::Cleared { at } = alarm.condition {
        moments.push(moment(at, Key::TimelineCleared));
    }
    if let Ownership::Claimed { by, at } = &alarm.ownership {
        moments.push(Moment {
            by: Some(by.clone()),
            ..moment(*at, Key::TimelineClaimed)
        });
    }
    moments.extend(alarm.notes.iter().map(|note| Moment {
        by: Some(note.by.clone()),
        note: Some(note.content.id),
        ..moment(note.at, Key::Note)
    }));
    if let Judgement::Judged { verdict, by, at } = &alarm.judgement {
        moments.push(Moment {
            by: Some(by.clone()),
            detail: Some(verdict_name(*verdict).get(language).to_owned()),
            ..moment(*at, Key::TimelineJudged)
        });
    }
    // Stable: what happened in the same instant keeps the order above.
    moments.sort_by_key(|moment| moment.at);
    moments
}

/// What a person reads when their command was refused.
pub fn refusal_sentence(
    error: &ErrorDetail,
    estate: Option<&Estate>,
    now: Option<Timestamp>,
    language: Language,
) -> String {
    let t = |key: Key| key.get(language);
    let Some(refusal) = &error.refusal else {
        return match error.code.as_str() {
            "not_recorded" => t(Key::NotRecordedError).to_owned(),
            "busy" | "no_answer" => t(Key::BusyError).to_owned(),
            "unknown_person" | "no_name" => t(Key::UnknownPersonError).to_owned(),
            _ => error.message.clone(),
        };
    };
    match refusal {
        Refusal::AlreadyClaimed { by, at } => {
            let name = person_name(estate, by, language);
            let ago = now.map(|now| now.since(*at).as_millis().max(0));
            match (language, ago) {
                (_, None) => format!("{name} {}", t(Key::LostRace)),
                (Language::Zh, Some(ms)) => {
                    format!("{name} {}（早 {} 秒）", t(Key::LostRace), tenths(ms))
                }
                (Language::En, Some(ms)) => {
                    format!("{name} {} (by {} s)", t(Key::LostRace), tenths(ms))
                }
            }
        }
        Refusal::AlreadyJudged { by, verdict, .. } => format!(
            "{} {} ({})",
            t(Key::AlreadyJudgedError),
            person_name(estate, by, language),
            t(verdict_name(*verdict))
        ),
        Refusal::NotOwner { by } => {
            format!(
                "{} {}",
                t(Key::NotOwnerError),
                person_name(estate, by, language)
            )
        }
        Refusal::Changed { .. } => t(Key::ChangedError).to_owned(),
        Refusal::UnknownAlarm { .. } => t(Key::GoneError).to_owned(),
        Refusal::NotClaimed => t(Key::NotClaimedError).to_owned(),
        Refusal::NotAllowed => t(Key::NotAllowedError).to_owned(),
        Refusal::TooManyNotes => t(Key::NotesFullError).to_owned(),
        Refusal::NotInEstate | Refusal::TooManyOpenAlarms => error.message.clone(),
    }
}

fn tenths(ms: i64) -> String {
    format!("{}.{}", ms / 1_000, ms % 1_000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, claimed, judged, li_na, raised};
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
        let twice = open.clone().overdue(2, now + Span::from_secs(9));
        assert_eq!(
            state(None, &twice, now, Language::Zh),
            "待接警 · 已超时 2 次"
        );
        assert_eq!(
            state(None, &twice, now, Language::En),
            "Unclaimed, 2 times overdue"
        );
        assert_eq!(
            state(None, &claimed(open.clone()), now, Language::Zh),
            "li-na"
        );
        assert_eq!(state(None, &judged(open), now, Language::Zh), "环境干扰");
    }

    #[test]
    fn the_loser_of_a_race_reads_who_was_first_and_by_how_much() {
        let error = ErrorDetail {
            code: "refused".into(),
            message: "x".into(),
            refusal: Some(Refusal::AlreadyClaimed {
                by: li_na(),
                at: START,
            }),
        };
        let now = Some(START + Span::from_millis(230));
        assert_eq!(
            refusal_sentence(&error, None, now, Language::Zh),
            "li-na 先接（早 0.2 秒）"
        );
        assert_eq!(
            refusal_sentence(&error, None, now, Language::En),
            "li-na was first (by 0.2 s)"
        );
    }

    #[test]
    fn the_timeline_is_in_the_order_of_time() {
        let moments = timeline(&judged(raised(1, 1)), Language::En);
        let whats: Vec<Key> = moments.iter().map(|moment| moment.what).collect();
        assert_eq!(
            whats,
            [
                Key::TimelineOccurred,
                Key::TimelineRaised,
                Key::TimelineClaimed,
                Key::TimelineJudged
            ]
        );
        assert_eq!(moments[3].detail.as_deref(), Some("Environment"));
    }
}
