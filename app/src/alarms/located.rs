//! Where an alarm is, who it is about, and what nobody hears of them, in words.

use super::model::source_name;
use super::texts;
use crate::names::radio_name;
use crate::texts::Words;
use castellan_domain::alarm::{Alarm, Located, Silence, Source};
use castellan_domain::estate::Estate;
use castellan_domain::staff::PersonState;
use castellan_domain::text::Language;
use castellan_domain::time::{Span, Timestamp};

/// Where an alarm is; of somebody, who by call sign, and how old the place is.
pub fn place(
    estate: Option<&Estate>,
    alarm: &Alarm,
    state: &PersonState,
    now: Timestamp,
    language: Language,
) -> String {
    whereabouts(estate, &alarm.source, &alarm.place, state, now, language)
}

/// The same of anything that has a source and a place. `state` is of the person that it is about.
pub fn whereabouts(
    estate: Option<&Estate>,
    source: &Source,
    located: &Located,
    state: &PersonState,
    now: Timestamp,
    language: Language,
) -> String {
    let named = named(estate, located, language);
    let Source::Person(person) = source else {
        return named.unwrap_or_else(|| source_name(estate, source, language));
    };
    let who = radio_name(estate, person, state, language);
    let parts = [Some(who), named, age(located, now, language)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// A place alone: neither whom it is about, nor what reported.
pub fn place_alone(
    estate: Option<&Estate>,
    located: &Located,
    now: Timestamp,
    language: Language,
) -> String {
    let Some(named) = named(estate, located, language) else {
        return texts::PLACE_UNKNOWN.get(language).to_owned();
    };
    let parts = [Some(named), age(located, now, language)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What the estate calls a place, if it has a name for it.
fn named(estate: Option<&Estate>, located: &Located, language: Language) -> Option<String> {
    let (place, estate) = located.place().zip(estate)?;
    Some(estate.place_name(place, language)).filter(|words| !words.is_empty())
}

/// How old a place is, where that is not now.
fn age(located: &Located, now: Timestamp, language: Language) -> Option<String> {
    match located {
        Located::Unknown => Some(texts::PLACE_UNKNOWN.get(language).to_owned()),
        Located::Last { as_of, .. } => {
            let ago = rough(now.since(*as_of), language);
            Some(texts::PLACE_OLD.fill(language, &[&ago]))
        }
        Located::Fixed(_) | Located::Said { .. } => None,
    }
}

/// What nobody hears of whom an alarm is about, while it is so.
pub fn missing(alarm: &Alarm, now: Timestamp, language: Language) -> Option<String> {
    let silence = alarm.silence.filter(|_| alarm.condition.is_active())?;
    let (since, words) = match silence {
        Silence::Phone { since } => (since, texts::SILENT_PHONE),
        Silence::Position { since } => (since, texts::SILENT_POSITION),
    };
    Some(words.fill(language, &[&rough(now.since(since), language)]))
}

/// The same without since when, for a row that has one line and says how old the place is.
pub fn missing_in_short(alarm: &Alarm) -> Option<Words> {
    let silence = alarm.silence.filter(|_| alarm.condition.is_active())?;
    Some(match silence {
        Silence::Phone { .. } => texts::NO_WORD,
        Silence::Position { .. } => texts::NO_NEW_PLACE,
    })
}

/// What fits beside a row's age in the largest letters, and in the next ones.
const LONG_EM: usize = 10;
const LONGER_EM: usize = 13;

/// In which letters a row says a place: as large as they fit. Chinese characters are square, others little more than
/// half as wide.
pub fn place_class(text: &str) -> &'static str {
    let tenths = |c: char| if c.is_ascii() { 6 } else { 10 };
    let wide = text.chars().map(tenths).sum::<usize>() / 10;
    if wide <= LONG_EM {
        "place"
    } else if wide <= LONGER_EM {
        "place long"
    } else {
        "place longer"
    }
}

/// A span of time as people say it: no more exact than it needs to be.
fn rough(span: Span, language: Language) -> String {
    let secs = span.as_secs().max(0);
    let (count, words) = match secs {
        0..60 => (secs, texts::SECONDS),
        60..7_200 => (secs / 60, texts::MINUTES),
        _ => (secs / 3_600, texts::HOURS),
    };
    words.fill(language, &[&count.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, estate, li_na, raised};
    use castellan_domain::estate::Place;
    use castellan_domain::geo::LonLat;
    use castellan_domain::text::{CallSign, Localized, Text};

    fn sos(place: Located) -> Alarm {
        let mut alarm = raised(1, 1);
        alarm.source = Source::Person(li_na());
        alarm.place = place;
        alarm
    }

    fn spot(named: bool) -> Place {
        let name = |words| Text::new(words).unwrap();
        Place {
            building: None,
            floor: None,
            spot: named.then(|| Localized {
                zh: name("东门"),
                en: name("East gate"),
            }),
            at: LonLat::new(120.0, 30.0).unwrap(),
        }
    }

    fn words(alarm: &Alarm, after_s: i64, language: Language) -> String {
        let state = PersonState {
            call_sign: Some(CallSign {
                zh: Text::new("巡逻2").unwrap(),
                en: Text::new("Patrol 2").unwrap(),
            }),
            ..PersonState::default()
        };
        let now = START + Span::from_secs(after_s);
        place(Some(&estate()), alarm, &state, now, language)
    }

    #[test]
    fn a_row_says_who_by_call_sign_where_and_how_old_the_place_is() {
        let unknown = sos(Located::Unknown);
        assert_eq!(words(&unknown, 0, Language::Zh), "巡逻2 · 位置未知");
        assert_eq!(words(&unknown, 0, Language::En), "Patrol 2 · place unknown");
        let as_of = START;
        let last = |named| {
            let place = spot(named);
            sos(Located::Last { place, as_of })
        };
        for (after_s, zh) in [
            (59, "巡逻2 · 东门 · 59 秒前的位置"),
            (250, "巡逻2 · 东门 · 4 分钟前的位置"),
            (7_200, "巡逻2 · 东门 · 2 小时前的位置"),
        ] {
            assert_eq!(words(&last(true), after_s, Language::Zh), zh);
        }
        assert_eq!(
            words(&last(false), 250, Language::En),
            "Patrol 2 · place of 4 min ago"
        );
        let place = spot(true);
        let said = sos(Located::Said { place, as_of });
        assert_eq!(words(&said, 250, Language::En), "Patrol 2 · East gate");
    }

    #[test]
    fn a_place_alone_names_neither_a_person_nor_a_device() {
        let now = START + Span::from_secs(250);
        let alone = |located: &Located| place_alone(Some(&estate()), located, now, Language::Zh);
        let (place, as_of) = (spot(true), START);
        assert_eq!(alone(&Located::Fixed(place.clone())), "东门");
        assert_eq!(
            alone(&Located::Last { place, as_of }),
            "东门 · 4 分钟前的位置"
        );
        for nameless in [Located::Unknown, Located::Fixed(spot(false))] {
            assert_eq!(alone(&nameless), "位置未知");
        }
    }

    #[test]
    fn a_device_is_where_it_stands_and_castellan_nowhere() {
        let mut alarm = raised(1, 1);
        assert_eq!(
            words(&alarm, 0, Language::Zh),
            "d1",
            "a place without a name"
        );
        alarm.place = Located::Fixed(spot(true));
        assert_eq!(words(&alarm, 0, Language::Zh), "东门");
        alarm.source = Source::System;
        alarm.place = Located::Unknown;
        assert_eq!(words(&alarm, 0, Language::Zh), "系统本身");
    }

    #[test]
    fn a_missed_guard_says_what_is_missing_while_it_is() {
        let now = START + Span::from_secs(370);
        let mut alarm = sos(Located::Unknown);
        assert_eq!(missing(&alarm, now, Language::Zh), None);
        alarm.silence = Some(Silence::Position { since: START });
        assert_eq!(
            missing(&alarm, now, Language::Zh).as_deref(),
            Some("手机在线，定位 6 分钟未更新")
        );
        assert_eq!(
            missing(&alarm, now, Language::En).as_deref(),
            Some("phone online, position not updated for 6 min")
        );
        alarm.silence = Some(Silence::Phone { since: START });
        assert_eq!(
            missing(&alarm, now, Language::Zh).as_deref(),
            Some("手机 6 分钟无消息")
        );
        assert_eq!(
            missing_in_short(&alarm).map(|words| words.zh),
            Some("手机无消息")
        );
        alarm.condition = castellan_domain::alarm::Condition::Cleared { at: now };
        assert_eq!(missing(&alarm, now, Language::Zh), None);
        assert_eq!(missing_in_short(&alarm), None, "it is over");
    }
}
