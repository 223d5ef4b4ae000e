//! What has happened to an alarm and what will, in a few words. The details say all of them; a row has a
//! place of its own for what runs, and cuts the rest.

use super::doubts::sentences;
use super::located::missing;
use super::model::source_name;
use super::texts;
use crate::ages::{self, Now};
use crate::names::{device_name, person_name};
use crate::texts::Words;
use castellan_domain::alarm::{Alarm, Due, JoinedBy, Ownership, Returned, ReturnedBy, RisenBy};
use castellan_domain::estate::Estate;
use castellan_domain::text::Language;
use castellan_domain::time::{Span, Timestamp};

/// A few words about an alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The class by which the style sheet draws it.
    pub class: &'static str,
    /// The words.
    pub words: String,
}

/// What there is to say beside who has it, the most pressing first.
pub fn marks(estate: Option<&Estate>, alarm: &Alarm, now: Now, language: Language) -> Vec<Mark> {
    let mark = |class, words| Mark { class, words };
    let mut marks = Vec::new();
    if let Some(words) = missing(alarm, now.at, language) {
        marks.push(mark("missing", words));
    }
    if let Some(words) = comes_back(alarm, now, language) {
        marks.push(mark("comes-back", words));
    }
    if let Some(returned) = returned(alarm) {
        let words = returned_because(estate, returned, language);
        marks.push(mark("returned", words));
    }
    if let Some(late_s) = overdue_late_s(alarm) {
        marks.push(mark("late", noticed_late(late_s, language)));
    }
    for doubt in sentences(&alarm.doubts) {
        marks.push(mark("doubt", doubt.get(language).to_owned()));
    }
    if let Some(unheard) = alarm.unheard.filter(|_| alarm.is_active()) {
        let for_s = ages::text(Span::from_secs(i64::from(unheard.for_s)));
        let words = texts::UNHEARD_FOR.fill(language, &[&for_s]);
        marks.push(mark("unheard", words));
    }
    if let Some(risen) = alarm.rises.last() {
        let why = risen_because(estate, &risen.why, language);
        marks.push(mark("risen", texts::RISEN_BECAUSE.fill(language, &[&why])));
    }
    if !alarm.joined.is_empty() {
        let count = alarm.joined.len().to_string();
        marks.push(mark(
            "joined",
            texts::JOINED_COUNT.fill(language, &[&count]),
        ));
    }
    if let Some(words) = muted(estate, alarm, now, language) {
        marks.push(mark("muted", words));
    }
    marks
}

fn comes_back_at(alarm: &Alarm) -> Option<(Timestamp, Words)> {
    let (at, due) = alarm.next_due()?;
    let followed_up = alarm
        .acknowledged
        .as_ref()
        .is_some_and(|acknowledged| acknowledged.followed_up);
    match due {
        // The row's state counts these down already.
        Due::Claim | Due::Dispatch | Due::Shelf => None,
        Due::Acknowledged if followed_up => Some((at, texts::BACK_FOR_REVIEW)),
        Due::Acknowledged | Due::FollowUp => Some((at, texts::BACK_UNLESS_DONE)),
        Due::OwnerAbsent => Some((at, texts::BACK_OWNER_ABSENT)),
        Due::Review => Some((at, texts::BACK_IF_ACTIVE)),
        Due::Unheard
            if alarm
                .judged()
                .is_some_and(|judged| judged.verdict.is_false()) =>
        {
            Some((at, texts::OVER_IF_UNHEARD))
        }
        Due::Unheard => Some((at, texts::BACK_IF_UNHEARD)),
    }
}

/// When it comes back to everybody, and what would keep it from that.
fn comes_back(alarm: &Alarm, now: Now, language: Language) -> Option<String> {
    let (at, words) = comes_back_at(alarm)?;
    Some(words.fill(language, &[&ages::left(at, now)]))
}

/// How it came back, while nobody has taken it again.
fn returned(alarm: &Alarm) -> Option<&Returned> {
    match &alarm.ownership {
        Ownership::Unclaimed { returned, .. } if alarm.is_annunciated() => returned.as_ref(),
        _ => None,
    }
}

/// By how much it was noticed too late that its last deadline had passed.
fn overdue_late_s(alarm: &Alarm) -> Option<u32> {
    match alarm.ownership {
        Ownership::Unclaimed { late_s, .. } if alarm.is_annunciated() && late_s > 0 => Some(late_s),
        _ => None,
    }
}

/// By how much something was noticed too late.
pub fn noticed_late(late_s: u32, language: Language) -> String {
    let late = ages::text(Span::from_secs(i64::from(late_s)));
    texts::NOTICED_LATE.fill(language, &[&late])
}

/// Why it is back, who had it, and whether it should have been sooner.
fn returned_because(estate: Option<&Estate>, returned: &Returned, language: Language) -> String {
    let why = returned_name(returned.why).get(language);
    let words = match &returned.from {
        None => texts::RETURNED_BECAUSE.fill(language, &[why]),
        Some(from) => {
            let from = person_name(estate, from, language);
            texts::RETURNED_FROM.fill(language, &[why, &from])
        }
    };
    match returned.late_s {
        0 => words,
        late_s => format!("{words} · {}", noticed_late(late_s, language)),
    }
}

/// Why it came back, in words.
pub const fn returned_name(why: ReturnedBy) -> Words {
    match why {
        ReturnedBy::Released => texts::RETURNED_RELEASED,
        ReturnedBy::NoFollowUp => texts::RETURNED_NO_FOLLOW_UP,
        ReturnedBy::OwnerAbsent => texts::RETURNED_OWNER_ABSENT,
        ReturnedBy::ShiftEnd => texts::RETURNED_SHIFT_END,
        ReturnedBy::StillActive => texts::RETURNED_STILL_ACTIVE,
        ReturnedBy::Risen => texts::RETURNED_RISEN,
        ReturnedBy::Again => texts::RETURNED_AGAIN,
        ReturnedBy::Unheard => texts::RETURNED_UNHEARD,
    }
}

/// Why it became more urgent, in words.
pub fn risen_because(estate: Option<&Estate>, why: &RisenBy, language: Language) -> String {
    match why {
        RisenBy::Reported => texts::RISEN_REPORTED.get(language).to_owned(),
        RisenBy::SecondSource(source) => {
            let source = source_name(estate, source, language);
            texts::RISEN_SECOND_SOURCE.fill(language, &[&source])
        }
        RisenBy::Upstream(device) => {
            let name = device_name(estate, device, language);
            texts::RISEN_UPSTREAM.fill(language, &[&name])
        }
    }
}

/// Until when it is quiet and by whose wish; later how often it was, because that is counted.
fn muted(estate: Option<&Estate>, alarm: &Alarm, now: Now, language: Language) -> Option<String> {
    let mute = alarm.mute.as_ref().filter(|_| !alarm.is_judged())?;
    Some(if mute.until > now.at {
        let left = ages::left(mute.until, now);
        let by = person_name(estate, &mute.by, language);
        texts::MUTED_FOR.fill(language, &[&left, &by])
    } else {
        texts::MUTED_BEFORE.fill(language, &[&mute.times.to_string()])
    })
}

/// Why a source is part of a row.
pub const fn joined_name(why: JoinedBy) -> Words {
    match why {
        JoinedBy::SecondSource => texts::JOINED_SECOND_SOURCE,
        JoinedBy::Upstream => texts::JOINED_UPSTREAM,
        JoinedBy::Flood => texts::JOINED_FLOOD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{
        START, acknowledged, after, again, claimed, device, joined, judged, li_na, overdue, raised,
        returned_by, risen, shelved,
    };
    use castellan_domain::alarm::{AlarmFact, Condition, Silence};
    use castellan_domain::fact::{AlarmMuted, AlarmReleased, AlarmRepeated};
    use castellan_domain::ids::AlarmId;
    use castellan_domain::observation::{Doubts, PlaceDoubt, TimeDoubt, Untrue};

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_040);

    fn words(alarm: &Alarm, language: Language) -> Vec<String> {
        let marks = marks(None, alarm, NOW.into(), language);
        marks.into_iter().map(|mark| mark.words).collect()
    }

    #[test]
    fn a_missed_guard_says_first_what_is_missing() {
        let mut alarm = claimed(raised(1, 3));
        let since = NOW - Span::from_secs(360);
        alarm.silence = Some(Silence::Position { since });
        let said = words(&alarm, Language::En);
        assert_eq!(said[0], "phone online, position not updated for 6 min");
        alarm.condition = Condition::Cleared { at: NOW };
        assert!(!words(&alarm, Language::En)[0].contains("online"));
    }

    #[test]
    fn a_new_alarm_has_nothing_more_to_say() {
        assert!(words(&raised(1, 1), Language::Zh).is_empty());
        let aside = shelved(raised(1, 3), START + Span::from_secs(600));
        assert!(words(&aside, Language::Zh).is_empty());
    }

    #[test]
    fn whoever_took_it_sees_when_it_comes_back() {
        let alarm = claimed(raised(1, 1));
        assert_eq!(words(&alarm, Language::Zh), ["00:30 内无动作则退回"]);
        let absent = alarm.owner_absent(Some(START + Span::from_secs(65)));
        assert_eq!(words(&absent, Language::Zh), ["接警人离线，00:25 后退回"]);
        let seen = acknowledged(raised(2, 3));
        assert_eq!(
            words(&seen, Language::En),
            ["Back in 00:30 unless something is done"]
        );
        assert_eq!(
            words(&judged(raised(3, 2)), Language::Zh),
            ["59:20 后仍未恢复则退回"]
        );
    }

    #[test]
    fn a_returned_alarm_says_why_and_who_had_it() {
        for (why, zh) in [
            (ReturnedBy::NoFollowUp, "退回：接警或签收后无动作（li-na）"),
            (ReturnedBy::OwnerAbsent, "退回：接警人离线（li-na）"),
            (ReturnedBy::ShiftEnd, "退回：班次结束（li-na）"),
        ] {
            let back = returned_by(claimed(raised(1, 2)), why, NOW, 0);
            assert_eq!(words(&back, Language::Zh), [zh]);
        }
        let fact = AlarmReleased {
            alarm: AlarmId(1),
            by: li_na(),
            claim_due_at: NOW,
        };
        let given_back = after(claimed(raised(1, 2)), NOW, AlarmFact::Released(fact));
        assert_eq!(words(&given_back, Language::En), ["Back: released (li-na)"]);
    }

    #[test]
    fn what_was_noticed_late_says_by_how_much() {
        let why = ReturnedBy::NoFollowUp;
        let back = returned_by(claimed(raised(1, 2)), why, NOW, 14_400);
        assert_eq!(
            words(&back, Language::En),
            [
                "Back: claimed or acknowledged, then nothing done (li-na) · \
                 noticed 4:00:00 late, the server stood still"
            ]
        );
        let late = overdue(raised(1, 2), 1, NOW + Span::from_secs(60), 3_599);
        assert_eq!(words(&late, Language::Zh), ["系统停顿，迟 59:59"]);
        let next = overdue(late.clone(), 2, NOW + Span::from_secs(90), 0);
        assert_eq!(words(&next, Language::Zh), [""; 0], "that one came in time");
        let taken = claimed(late);
        assert!(!words(&taken, Language::Zh).concat().contains("系统停顿"));
    }

    #[test]
    fn a_row_says_each_doubt_and_what_counts_instead() {
        let mut alarm = raised(1, 1);
        let time = Some(TimeDoubt::Unreadable);
        let said = [0.0, 0.0];
        for (doubts, zh) in [
            (
                Doubts {
                    time,
                    ..Doubts::default()
                },
                vec!["上报的时间无法识别，以接收时间为准"],
            ),
            (
                Doubts {
                    time: Some(TimeDoubt::Unbelievable { said: START }),
                    place: Some(PlaceDoubt::Untrue {
                        said,
                        why: Untrue::NullIsland,
                    }),
                    drill: true,
                    state: true,
                },
                vec![
                    "上报的位置为 0,0（手机没有定位），未采用",
                    "上报的状态无法识别，是否仍在持续请核实",
                    "是否演练无法识别，按真实情况处理",
                    "设备时钟有误，以接收时间为准",
                ],
            ),
        ] {
            alarm.doubts = doubts;
            assert_eq!(words(&alarm, Language::Zh), zh);
        }
        let at = START + Span::from_secs(1);
        let fact = AlarmRepeated {
            doubts: Doubts {
                time,
                ..Doubts::default()
            },
            ..again(&alarm)
        };
        alarm.doubts = Doubts::default();
        let again = after(alarm, at, AlarmFact::Repeated(fact));
        assert_eq!(
            words(&again, Language::Zh),
            ["上报的时间无法识别，以接收时间为准"]
        );
    }

    #[test]
    fn a_row_that_rose_and_took_in_others_says_so_before_its_mute() {
        let alarm = joined(risen(raised(1, 2), device("d2")), device("d3"));
        let until = START + Span::from_secs(90);
        let fact = AlarmMuted {
            alarm: alarm.id,
            by: li_na(),
            until,
        };
        let muted = after(alarm, NOW, AlarmFact::Muted(fact));
        assert_eq!(
            words(&muted, Language::Zh),
            ["升级：第二来源 d2", "另 1 台", "静音 00:50（li-na）"]
        );
        let later = marks(None, &muted, until.into(), Language::En);
        assert_eq!(
            later.last().map(|mark| mark.words.as_str()),
            Some("Muted 1× before")
        );
    }
}
