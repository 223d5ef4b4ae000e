//! What people read of an alarm's history.

use super::*;
use crate::fixture::{
    START, after, again, claimed, device, joined, judged, li_na, overdue, person, raised,
    returned_by, risen, shelved,
};
use castellan_domain::alarm::{Alarm, NoteContent, ReturnedBy, VerdictBasis};
use castellan_domain::fact::{
    AlarmClipKept, AlarmMuted, AlarmNoted, AlarmOverdue, AlarmReleased, AlarmRepeated,
    AlarmTransferred, AlarmUnshelved, AlarmVerdictCorrected, AlarmViewed, PersonalRef,
};
use castellan_domain::geo::LonLat;
use castellan_domain::observation::{Doubts, ReportedState, TimeDoubt};
use castellan_domain::subject::HISTORY_STEPS_MAX;
use castellan_domain::text::Text;

fn at(seconds: i64) -> Timestamp {
    START + Span::from_secs(seconds)
}

fn clock(at: Timestamp) -> String {
    at.since(START).as_secs().to_string()
}

fn entries(alarm: &Alarm, known: &Known<AlarmFact>, language: Language) -> Vec<Entry> {
    let teller = Teller {
        alarm: alarm.id,
        estate: None,
        language,
        clock: &clock,
    };
    teller.tell(known, Vec::new())
}

fn known(alarm: &Alarm) -> Known<AlarmFact> {
    let mut known = Known::default();
    known.meet(&alarm.history);
    known
}

/// Its lines as they read, oldest first.
fn read(alarm: &Alarm, language: Language) -> Vec<String> {
    let entries = entries(alarm, &known(alarm), language);
    let lines = entries.iter().rev().map(|entry| match entry {
        Entry::Earlier(_, count) => format!("… {count}"),
        Entry::Line(line) => {
            let parts = line.parts.iter().map(|part| {
                let what = part.what.get(language);
                format!("{what} {}", part.detail).trim_end().to_owned()
            });
            let parts: Vec<_> = parts.collect();
            let by = line.by.as_ref().map(|by| format!("{by}: "));
            let drill = if line.drill { "(drill) " } else { "" };
            let time = clock(line.at);
            format!(
                "{time} {drill}{}{}",
                by.unwrap_or_default(),
                parts.join(", ")
            )
        }
    });
    lines.collect()
}

fn noted(alarm: Alarm, seconds: i64, by: PersonId) -> Alarm {
    let fact = AlarmNoted {
        alarm: alarm.id,
        by,
        note: NoteContent::Words(PersonalRef {
            id: uuid::Uuid::from_u128(7),
            commitment: Text::constant("-"),
        }),
        review_due_at: None,
    };
    after(alarm, at(seconds), AlarmFact::Noted(fact))
}

fn handed_on(alarm: Alarm, seconds: i64, by: &str, to: &str) -> Alarm {
    let fact = AlarmTransferred {
        alarm: alarm.id,
        by: person(by),
        to: person(to),
        follow_up_due_at: at(900),
    };
    after(alarm, at(seconds), AlarmFact::Transferred(fact))
}

#[test]
fn a_claim_stays_its_makers_and_a_transfer_says_from_whom_to_whom() {
    let alarm = handed_on(claimed(raised(1, 1)), 30, "zhou-jie", "zhao-min");
    let alarm = handed_on(alarm, 40, "zhao-min", "li-na");
    assert_eq!(
        read(&alarm, Language::En),
        [
            "0 Raised gas_low (P1 critical)",
            "10 li-na: Claimed",
            "30 zhou-jie: Transferred li-na → zhao-min",
            "40 zhao-min: Transferred zhao-min → li-na",
        ]
    );
}

#[test]
fn what_was_given_back_and_what_came_back_say_why_and_who_had_it() {
    let fact = AlarmReleased {
        alarm: AlarmId(1),
        by: li_na(),
        claim_due_at: at(300),
    };
    let alarm = after(claimed(raised(1, 2)), at(20), AlarmFact::Released(fact));
    let alarm = claimed(alarm);
    let alarm = returned_by(alarm, ReturnedBy::OwnerAbsent, at(90), 600);
    assert_eq!(
        read(&alarm, Language::Zh),
        [
            "0 报警 gas_low（二级 重要）",
            "10 li-na: 接警",
            "20 li-na: 放弃接警",
            "10 li-na: 接警",
            "90 退回 接警人离线 · li-na · 系统停顿，迟 10:00",
        ]
    );
}

#[test]
fn what_was_muted_and_put_aside_says_until_when_and_why() {
    let fact = AlarmMuted {
        alarm: AlarmId(1),
        by: li_na(),
        until: at(65),
    };
    let alarm = after(raised(1, 3), at(5), AlarmFact::Muted(fact));
    let alarm = shelved(alarm, at(600));
    let down = |by| AlarmUnshelved {
        alarm: AlarmId(1),
        by,
        due_at: at(900),
        late_s: 0,
    };
    let by_hand = AlarmFact::Unshelved(down(Some(person("zhao-min"))));
    let alarm = after(alarm, at(20), by_hand);
    let alarm = after(
        shelved(alarm, at(600)),
        at(600),
        AlarmFact::Unshelved(down(None)),
    );
    assert_eq!(
        read(&alarm, Language::En)[1..],
        [
            "5 li-na: Muted until 65",
            "0 li-na: Shelved Maintenance · until 600",
            "20 zhao-min: Off the shelf",
            "0 li-na: Shelved Maintenance · until 600",
            "600 Shelf time over",
        ]
    );
}

#[test]
fn what_was_said_again_is_one_line_with_how_often_and_the_last_time() {
    let repeated = |alarm: Alarm, seconds| {
        let fact = again(&alarm);
        after(alarm, at(seconds), AlarmFact::Repeated(fact))
    };
    let missed = |alarm: Alarm, seconds, times, late_s| {
        let fact = AlarmOverdue {
            alarm: alarm.id,
            times,
            claim_due_at: at(900),
            late_s,
        };
        after(alarm, at(seconds), AlarmFact::Overdue(fact))
    };
    let alarm = missed(repeated(raised(1, 1), 50), 60, 1, 0);
    let alarm = missed(repeated(repeated(alarm, 70), 110), 120, 2, 0);
    let alarm = missed(alarm, 4_000, 3, 3_700);
    assert_eq!(
        read(&alarm, Language::En)[1..],
        [
            "50 Reported again 3× in all, last 110",
            "60 Not claimed in time 2× in all, last 120",
            "4000 Not claimed in time noticed 1:01:40 late, the server stood still",
        ]
    );
    assert_eq!(
        read(&overdue(raised(2, 1), 1, at(90), 0), Language::Zh)[1..],
        [""; 0],
        "in the second in which it was raised it stands in that line"
    );
}

#[test]
fn a_rise_says_what_it_became_and_a_source_that_joined_says_why() {
    let alarm = joined(risen(raised(1, 2), device("d2")), device("d3"));
    assert_eq!(
        read(&alarm, Language::Zh)[1..],
        [
            "30 升级 第二来源 d2 → gas_high（一级 紧急）",
            "0 并入 d3 · 激增时折叠",
        ]
    );
}

#[test]
fn a_corrected_verdict_says_what_it_was_before() {
    let fact = AlarmVerdictCorrected {
        alarm: AlarmId(1),
        by: person("zhou-jie"),
        verdict: Verdict::Genuine,
        basis: Some(VerdictBasis::OnScene { by: person("wang") }),
    };
    let alarm = judged(raised(1, 1));
    let alarm = after(alarm, at(50), AlarmFact::VerdictCorrected(fact));
    assert_eq!(
        read(&alarm, Language::En)[2..],
        [
            "20 li-na: Judged Environment",
            "50 zhou-jie: Verdict corrected Environment → Genuine · On scene wang",
        ]
    );
}

#[test]
fn who_watched_a_camera_is_told_with_from_when_to_when_and_how_often() {
    let viewed = |from, to| {
        AlarmFact::Viewed(AlarmViewed {
            alarm: AlarmId(1),
            camera: "cam-3".parse().unwrap(),
            by: person("li-na"),
            from: at(from),
            to: at(to),
        })
    };
    let once = after(raised(1, 1), at(100), viewed(20, 40));
    assert_eq!(
        read(&once, Language::Zh)[1..],
        ["100 li-na: 看了画面 cam-3 · 20–40 实时"]
    );
    let again = after(once, at(300), viewed(200, 240));
    assert_eq!(
        read(&again, Language::En)[1..],
        ["100 li-na: Watched cam-3 · 20–40 live · 2× in all, last 300"]
    );
}

#[test]
fn what_was_split_off_is_told_from_both_sides() {
    let fact = AlarmSplit {
        alarm: AlarmId(1),
        source: device("d3"),
        into: AlarmId(2),
        kind: crate::fixture::kind("gas_low"),
        family: crate::fixture::kind("gas"),
        tier: 0,
        priority: Priority::P2,
        place: raised(1, 2).place,
        claim_due_at: at(300),
        by: li_na(),
    };
    let rest = joined(raised(1, 2), device("d3"));
    let rest = after(rest, at(40), AlarmFact::Split(fact));
    let told = read(&rest, Language::En);
    assert_eq!(told.last().unwrap(), "40 li-na: Split off d3 → A-2");
    // The new row has the same step and another number.
    let mut alone = rest;
    alone.id = AlarmId(2);
    let told = read(&alone, Language::En);
    let expected = "40 li-na: Split off from A-1 · gas_low (P2 high)";
    assert_eq!(told.last().unwrap(), expected);
}

#[test]
fn what_one_hand_did_in_one_second_reads_as_one_line() {
    let alarm = noted(
        noted(claimed(raised(1, 1)), 10, li_na()),
        10,
        person("zhao-min"),
    );
    let alarm = noted(alarm, 11, person("zhao-min"));
    let alarm = noted(alarm, 11, person("zhao-min"));
    assert_eq!(
        read(&alarm, Language::En)[1..],
        [
            "10 li-na: Claimed, Note",
            "10 zhao-min: Note",
            "11 zhao-min: Note",
            "11 zhao-min: Note"
        ]
    );
    let entries = entries(&alarm, &known(&alarm), Language::En);
    let Entry::Line(newest) = &entries[0] else {
        panic!("{entries:?}");
    };
    assert_eq!((newest.at, newest.parts[0].note.is_some()), (at(11), true));
}

#[test]
fn each_clip_has_a_line_of_its_own_from_which_it_is_played() {
    let mut alarm = raised(1, 1);
    for camera in ["cam-1", "cam-2"] {
        let kept = AlarmClipKept {
            alarm: alarm.id,
            clip: format!("{}-{}", alarm.id, &camera[4..]).parse().unwrap(),
            camera: camera.parse().unwrap(),
            from: at(0),
            to: at(30),
            bytes: 1,
            sha256: Text::constant("-"),
            codec: Text::constant("avc1"),
        };
        alarm = after(alarm, at(31), AlarmFact::ClipKept(kept));
    }
    let clips = |entry: &Entry| match entry {
        Entry::Line(line) => line.parts.iter().filter(|part| part.clip.is_some()).count(),
        Entry::Earlier(..) => 0,
    };
    let entries = entries(&alarm, &known(&alarm), Language::En);
    let clips: Vec<_> = entries.iter().map(clips).collect();
    assert_eq!(clips, [1, 1, 0]);
}

#[test]
fn somebody_who_moves_is_told_with_each_place_and_why_they_are_missed() {
    let place = |north| Place {
        building: None,
        floor: None,
        spot: None,
        at: LonLat::new(120.0, 30.0 + north).unwrap(),
    };
    let mut alarm = raised(1, 1);
    let body = AlarmRaised {
        alarm: alarm.id,
        kind: alarm.kind.clone(),
        family: alarm.family.clone(),
        tier: 0,
        priority: alarm.priority,
        source: Source::Person(li_na()),
        place: Located::Last {
            place: place(0.0),
            as_of: at(0),
        },
        state: ReportedState::Active,
        active_s_max: None,
        claim_due_at: at(90),
        doubts: Doubts::default(),
        silence: Some(Silence::Position { since: at(0) }),
    };
    alarm = Alarm::raised(&body, &crate::fixture::stamp(at(0), 1));
    let moved = AlarmRepeated {
        place: Some(Located::Said {
            place: place(0.003),
            as_of: at(9),
        }),
        silence: Some(Silence::Phone { since: at(0) }),
        ..again(&alarm)
    };
    let alarm = after(alarm, at(9), AlarmFact::Repeated(moved));
    assert_eq!(
        read(&alarm, Language::En),
        [
            "0 Raised gas_low (P1 critical) · phone online, position not updated · \
             last known at 30.00000, 120.00000",
            "9 Place changed no word from the phone · 30.00300, 120.00000",
        ]
    );
}

#[test]
fn a_gap_in_the_record_is_told_from_its_begin_to_its_end() {
    let step = |source: Source, family: &str, occurred_at| {
        let template = raised(1, 1);
        let body = AlarmRaised {
            alarm: AlarmId(1),
            kind: template.kind.clone(),
            family: family.parse().unwrap(),
            tier: 0,
            priority: Priority::P2,
            source,
            place: template.place,
            state: ReportedState::Momentary,
            active_s_max: None,
            claim_due_at: at(90),
            doubts: Doubts {
                time: Some(TimeDoubt::Unbelievable { said: at(-900) }),
                ..Doubts::default()
            },
            silence: None,
        };
        let mut stamp = crate::fixture::stamp(at(40), 1);
        (stamp.occurred_at, stamp.drill) = (occurred_at, true);
        Alarm::raised(&body, &stamp)
    };
    assert_eq!(
        read(&step(Source::System, system::GAP, at(0)), Language::En),
        ["0 (drill) Recording stopped", "40 (drill) Recording again"]
    );
    assert_eq!(
        read(&step(device("d1"), "gas", at(39)), Language::En),
        [
            "39 (drill) Happened",
            "40 (drill) Raised gas_low (P2 high) · The device's clock is wrong; \
             the time of receipt counts",
        ]
    );
}

#[test]
fn older_steps_come_in_where_they_are_missing_and_stay_while_the_row_goes_on() {
    let mut alarm = raised(1, 1);
    let mut all = Vec::new();
    let note = |alarm: &mut Alarm, all: &mut Vec<Step<AlarmFact>>| {
        *alarm = noted(alarm.clone(), 100, li_na());
        let last = alarm.history.steps().last().unwrap();
        all.push((**last).clone());
    };
    for _ in 0..HISTORY_STEPS_MAX + 9 {
        note(&mut alarm, &mut all);
    }
    let mut known = known(&alarm);
    let missing = |alarm: &Alarm, known: &Known<AlarmFact>| {
        entries(alarm, known, Language::En)
            .iter()
            .filter_map(|entry| match entry {
                Entry::Earlier(Whose::Alarm, count) => Some(*count),
                Entry::Earlier(Whose::Incident, _) | Entry::Line(_) => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(missing(&alarm, &known), [10]);
    let before = known.before().unwrap();
    assert_eq!(before, all[10].seq, "the oldest that it has");
    known.take(all[5..10].to_vec());
    assert_eq!(missing(&alarm, &known), [5]);
    // The row goes on, and lets go of what is known here already.
    note(&mut alarm, &mut all);
    known.meet(&alarm.history);
    assert_eq!(missing(&alarm, &known), [5]);
    known.take(all[..5].to_vec());
    assert_eq!((missing(&alarm, &known), known.before()), (vec![], None));
    // So many at once that what was fetched does not reach to them.
    for _ in 0..HISTORY_STEPS_MAX {
        note(&mut alarm, &mut all);
    }
    known.meet(&alarm.history);
    let left_out = alarm.history.left_out() as usize;
    assert_eq!(missing(&alarm, &known), [left_out]);
}
