//! The stream machines one by one: what the backlog keeps, who is on the lane, what a display
//! that comes or lags is told.

mod common;

use castellan_domain::geo::{Anchor, LonLat, Offset};
use castellan_domain::ids::{JournalId, Seq};
use castellan_domain::observation::Fix;
use castellan_domain::stream::{
    BACKLOG_BYTES_MAX, Backlog, Gap, LANE_ENTITIES_MAX, Lane, Outgoing, Replica, Session,
};
use castellan_domain::time::Span;
use castellan_domain::wire::live::{Hello, PROTOCOL_VERSION, Resume, ResumeBy};
use common::{START, estate, id, secs, spot, text};
use std::sync::Arc;

const JOURNAL: JournalId = JournalId(uuid::Uuid::from_u128(1));

fn backlog() -> Backlog {
    Backlog::new(JOURNAL, Seq(0), "h0")
}

fn lane(epoch: u32) -> Lane {
    Lane::new(Anchor::new(estate().anchor), epoch)
}

fn hello(resume: Option<(JournalId, u64, &str)>) -> Hello {
    Hello {
        protocol: PROTOCOL_VERSION,
        build: text("app-1"),
        site: id("test-1"),
        resume: resume.map(|(journal, seq, hash)| Resume {
            journal,
            seq: Seq(seq),
            hash: text(hash),
        }),
    }
}

fn open(hello: &Hello, backlog: &Backlog) -> (Session, ResumeBy) {
    let opened = Session::open(hello, &id("test-1"), &text("web-1"), backlog, START);
    let (session, welcome) = opened.expect("this protocol, this site");
    (session, welcome.resume)
}

fn next(session: &mut Session, backlog: &Backlog, lane: &Lane) -> Option<Outgoing> {
    session.next(backlog, lane, START).expect("JSON")
}

fn is_text(message: Option<&Outgoing>, beginning: &str) -> bool {
    matches!(message, Some(Outgoing::Text(text)) if text.starts_with(beginning))
}

/// A fix of a person; times in seconds after [`START`].
fn fix(who: &str, east: i32, occurred: i64, received: i64) -> Fix {
    Fix {
        person: id(who),
        occurred_at: START + secs(occurred),
        received_at: START + secs(received),
        at: spot(east, 0),
        accuracy_dm: Some(50),
        battery_percent: None,
    }
}

/// The replica of a display that listens to this lane from its beginning.
fn connected(session: &mut Session, backlog: &Backlog, lane: &Lane) -> Replica {
    let mut replica = Replica::default();
    listen(&mut replica, session, backlog, lane);
    replica
}

fn listen(replica: &mut Replica, session: &mut Session, backlog: &Backlog, lane: &Lane) -> usize {
    let mut messages = 0;
    while let Some(message) = next(session, backlog, lane) {
        messages += 1;
        match message {
            Outgoing::Text(text) => replica.on_text(&text, Span::ZERO).expect("taken"),
            Outgoing::Binary(bytes) => replica.on_binary(&bytes).expect("taken"),
        };
    }
    messages
}

fn shown(replica: &Replica, who: &str) -> Option<i32> {
    let tracked = replica.tracked().get(&id(who))?;
    Some(tracked.offset.x_cm)
}

fn x_cm(east: i32) -> i32 {
    let offset = Anchor::new(estate().anchor).offset(spot(east, 0));
    offset.map_or(0, |offset: Offset| offset.x_cm)
}

#[test]
fn a_fix_that_comes_late_does_not_pull_its_guard_back() {
    let mut lane = lane(1);
    assert!(lane.update(&fix("wang-qiang", 10, 100, 100)));
    assert!(!lane.update(&fix("wang-qiang", 5, 60, 101)), "older");
    assert!(
        !lane.update(&fix("wang-qiang", 5, 100, 102)),
        "the same again"
    );
    assert!(lane.update(&fix("wang-qiang", 11, 101, 103)));
    lane.advance(START);
    let (mut session, _) = open(&hello(None), &backlog());
    let replica = connected(&mut session, &backlog(), &lane);
    assert_eq!(shown(&replica, "wang-qiang"), Some(x_cm(11)));
}

#[test]
fn a_phone_whose_clock_was_ahead_is_not_frozen_once_it_is_set_right() {
    for ahead in [1, 20, 3_600, 4_000_000] {
        let mut lane = lane(1);
        assert!(lane.update(&fix("wang-qiang", 1, ahead, 0)));
        assert!(
            lane.update(&fix("wang-qiang", 2, ahead + 10, 10)),
            "still ahead"
        );
        assert!(
            lane.update(&fix("wang-qiang", 3, 20, 20)),
            "set right, {ahead}"
        );
        assert!(lane.update(&fix("wang-qiang", 4, 30, 30)));
        assert!(!lane.update(&fix("wang-qiang", 5, 25, 31)), "late again");
    }
}

#[test]
fn a_phone_that_is_a_little_ahead_still_cannot_pull_its_guard_back() {
    let mut lane = lane(1);
    assert!(lane.update(&fix("wang-qiang", 10, 110, 100)));
    assert!(
        !lane.update(&fix("wang-qiang", 5, 60, 101)),
        "from a minute ago"
    );
    assert!(lane.update(&fix("wang-qiang", 11, 111, 101)));
}

#[test]
fn what_lies_off_the_site_and_whoever_is_one_too_many_is_not_shown() {
    let mut lane = lane(1);
    let far = Fix {
        at: LonLat::new(0.0, 0.0).unwrap(),
        ..fix("wang-qiang", 0, 0, 0)
    };
    assert!(!lane.update(&far));
    for n in 0..LANE_ENTITIES_MAX {
        assert!(lane.update(&fix(&format!("p{n}"), 0, 0, 0)));
    }
    assert!(!lane.update(&fix("wang-qiang", 0, 0, 0)));
    assert!(lane.update(&fix("p0", 1, 1, 1)), "who is on it still moves");
    assert_eq!(lane.handle_count(), LANE_ENTITIES_MAX);
}

#[test]
fn displays_that_keep_up_share_one_frame_and_a_slow_one_gets_the_latest_only() {
    let (mut lane, backlog) = (lane(1), backlog());
    let (mut quick, _) = open(&hello(None), &backlog);
    let (mut other, _) = open(&hello(None), &backlog);
    let (mut slow, _) = open(&hello(None), &backlog);
    lane.update(&fix("wang-qiang", 0, 0, 0));
    lane.update(&fix("liu-yang", 0, 0, 0));
    lane.advance(START);
    let mut replica = connected(&mut slow, &backlog, &lane);
    connected(&mut quick, &backlog, &lane);
    connected(&mut other, &backlog, &lane);
    for second in 1..=20 {
        lane.update(&fix(
            "wang-qiang",
            i32::try_from(second).unwrap(),
            second,
            second,
        ));
        assert!(lane.advance(START + secs(second)));
        let frames = [&mut quick, &mut other].map(|s| next(s, &backlog, &lane));
        let [Some(Outgoing::Binary(a)), Some(Outgoing::Binary(b))] = frames else {
            panic!("a frame for each tick");
        };
        assert!(Arc::ptr_eq(&a, &b));
        assert_eq!(next(&mut quick, &backlog, &lane), None);
        assert_eq!(next(&mut other, &backlog, &lane), None);
    }
    assert!(!lane.advance(START + secs(21)), "nobody moved");
    assert_eq!(
        listen(&mut replica, &mut slow, &backlog, &lane),
        1,
        "one frame, not twenty"
    );
    assert_eq!(shown(&replica, "wang-qiang"), Some(x_cm(20)));
    assert_eq!(replica.tracked()[&id("wang-qiang")].accuracy_dm, Some(50));
    assert_eq!(shown(&replica, "liu-yang"), Some(0));
}

#[test]
fn an_accuracy_that_is_no_longer_known_is_told() {
    let (mut lane, backlog) = (lane(1), backlog());
    let (mut session, _) = open(&hello(None), &backlog);
    let mut replica = Replica::default();
    for (second, accuracy_dm) in (1..).zip([Some(50), Some(50), None, None, Some(u16::MAX)]) {
        let fix = fix("wang-qiang", 1, second, second);
        lane.update(&Fix { accuracy_dm, ..fix });
        lane.advance(START + secs(second));
        listen(&mut replica, &mut session, &backlog, &lane);
        assert_eq!(
            replica.tracked()[&id("wang-qiang")].accuracy_dm,
            accuracy_dm
        );
    }
}

#[test]
fn a_new_lane_means_a_new_table_and_whoever_is_not_on_it_is_gone() {
    let (mut old, backlog) = (lane(1), backlog());
    for tick in 0..9 {
        old.update(&fix("wang-qiang", 1, tick, tick));
        old.update(&fix("liu-yang", 1, tick, tick));
        old.advance(START + secs(tick));
    }
    let (mut session, _) = open(&hello(None), &backlog);
    let mut replica = connected(&mut session, &backlog, &old);
    assert_eq!(replica.tracked().len(), 2);
    let stray = old.since(0, START).unwrap();
    let mut new = lane(2);
    listen(&mut replica, &mut session, &backlog, &new);
    assert_eq!(replica.tracked().len(), 0, "nobody is on the new lane");
    new.update(&fix("liu-yang", 7, 20, 20));
    new.advance(START + secs(20));
    listen(&mut replica, &mut session, &backlog, &new);
    let change = replica.on_binary(&stray).unwrap();
    assert_eq!(change.moved, [], "a frame of another epoch names nobody");
    assert_eq!(shown(&replica, "wang-qiang"), None);
    assert_eq!(shown(&replica, "liu-yang"), Some(x_cm(7)));
    // The next one is in full swing already when the display first hears of it.
    let mut third = lane(3);
    third.update(&fix("wang-qiang", 9, 30, 30));
    third.advance(START + secs(30));
    listen(&mut replica, &mut session, &backlog, &third);
    assert_eq!(shown(&replica, "wang-qiang"), Some(x_cm(9)));
    assert_eq!(shown(&replica, "liu-yang"), None);
}

#[test]
fn a_display_ten_thousand_facts_behind_reads_them_all_while_they_are_kept() {
    let mut backlog = backlog();
    let (mut session, resume) = open(&hello(Some((JOURNAL, 0, "h0"))), &backlog);
    assert_eq!(resume, ResumeBy::Facts);
    for seq in 1..=10_000 {
        let fact = format!(r#"{{"seq":{seq}}}"#);
        backlog.push([fact.as_str()], Seq(seq), &format!("h{seq}"));
    }
    let lane = lane(1);
    for seq in 1..=10_000 {
        let expected = format!(r#"{{"t":"facts","upto":{seq},"#);
        assert!(is_text(
            next(&mut session, &backlog, &lane).as_ref(),
            &expected
        ));
    }
    // However far behind, a session is three numbers: nothing is queued for it.
    assert!(!std::mem::needs_drop::<Session>());
    assert!(size_of::<Session>() <= 64);
}

#[test]
fn a_full_backlog_lets_the_oldest_go_and_tells_whoever_needed_them() {
    let mut backlog = backlog();
    let (mut behind, _) = open(&hello(None), &backlog);
    let frames = 12_000;
    let big = format!(r#""{}""#, "x".repeat(1_000));
    for seq in 1..=frames {
        backlog.push([big.as_str()], Seq(seq), &format!("h{seq}"));
    }
    let head = Seq(frames);
    assert_eq!(backlog.head(), (head, "h12000"));
    let oldest = (1..frames)
        .find(|n| backlog.after(Seq(*n)).is_ok())
        .unwrap();
    let kept = (frames - oldest) * 1_050;
    assert!(
        kept.abs_diff(BACKLOG_BYTES_MAX as u64) < 200_000,
        "{kept} bytes"
    );
    assert!(backlog.reaches(Seq(oldest), &format!("h{oldest}")));
    assert!(!backlog.reaches(Seq(oldest - 1), &format!("h{}", oldest - 1)));
    let lane = lane(1);
    assert!(is_text(
        next(&mut behind, &backlog, &lane).as_ref(),
        r#"{"t":"gap"}"#
    ));
    backlog.push(["1"], Seq(frames + 1), "h");
    let after = next(&mut behind, &backlog, &lane);
    assert!(is_text(after.as_ref(), r#"{"t":"facts","upto":12001,"#));
    let before = hello(Some((JOURNAL, 1, "h1")));
    assert_eq!(open(&before, &backlog).1, ResumeBy::Snapshot);
}

#[test]
fn one_frame_larger_than_the_whole_backlog_still_reaches_everybody() {
    let mut backlog = backlog();
    let (mut session, _) = open(&hello(None), &backlog);
    let huge = format!(r#""{}""#, "x".repeat(BACKLOG_BYTES_MAX));
    backlog.push([huge.as_str()], Seq(1), "h1");
    assert!(matches!(backlog.after(Seq(0)), Ok(Some(frame)) if frame.upto == Seq(1)));
    assert!(next(&mut session, &backlog, &lane(1)).is_some());
    backlog.push(["2"], Seq(2), "h2");
    assert_eq!(backlog.after(Seq(0)).unwrap_err(), Gap);
}

#[test]
fn only_the_same_journal_with_the_same_hash_at_a_frames_end_goes_on() {
    let mut backlog = Backlog::new(JOURNAL, Seq(10), "h10");
    backlog.push(["11", "12"], Seq(12), "h12");
    backlog.push(["13"], Seq(13), "h13");
    backlog.push(["stale"], Seq(13), "again");
    let other = JournalId(uuid::Uuid::from_u128(2));
    for (resume, expected) in [
        (None, ResumeBy::Snapshot),
        (Some((JOURNAL, 10, "h10")), ResumeBy::Facts),
        (Some((JOURNAL, 12, "h12")), ResumeBy::Facts),
        (Some((JOURNAL, 13, "h13")), ResumeBy::Facts),
        (Some((other, 13, "h13")), ResumeBy::Snapshot),
        (Some((JOURNAL, 13, "again")), ResumeBy::Snapshot),
        (Some((JOURNAL, 10, "h13")), ResumeBy::Snapshot),
        (Some((JOURNAL, 11, "h12")), ResumeBy::Snapshot),
        (Some((JOURNAL, 9, "h10")), ResumeBy::Snapshot),
        (Some((JOURNAL, 14, "h13")), ResumeBy::Snapshot),
        (Some((JOURNAL, u64::MAX, "h13")), ResumeBy::Snapshot),
    ] {
        assert_eq!(open(&hello(resume), &backlog).1, expected, "{resume:?}");
    }
}
