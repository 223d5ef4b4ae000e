//! The stream machines one by one: what the backlog keeps, who is on the lane, what a display
//! that comes or lags is told.

use crate::common::{START, estate, id, secs, spot, text};
use castellan_domain::audience::Audience;
use castellan_domain::geo::{Anchor, LonLat, Offset};
use castellan_domain::ids::{JournalId, Seq};
use castellan_domain::observation::Fix;
use castellan_domain::stream::{
    BACKLOG_BYTES_MAX, Backlog, GONE_HANDLES_MAX, Gap, LANE_ENTITIES_MAX, Outgoing, Replica,
    Session, SiteStream,
};
use castellan_domain::time::Span;
use castellan_domain::view::View;
use castellan_domain::wire::live::{Hello, PROTOCOL_VERSION, Resume, ResumeBy};
use castellan_domain::wire::position_frame::PositionFrame;
use std::sync::Arc;

const JOURNAL: JournalId = JournalId(uuid::Uuid::from_u128(1));

fn backlog() -> Backlog {
    Backlog::new(JOURNAL, Seq(0), "h0")
}

fn stream(epoch: u32) -> SiteStream {
    over(backlog(), epoch)
}

fn over(backlog: Backlog, epoch: u32) -> SiteStream {
    let anchor = Anchor::new(estate().anchor);
    let (site, build) = (id("test-1"), text("web-1"));
    SiteStream::new(site, build, backlog, View::default(), anchor, epoch)
}

/// A stored fact of at least this many bytes that changes nothing.
fn fact(seq: u64, bytes_min: usize) -> String {
    let pad = "x".repeat(bytes_min);
    format!(
        r#"{{"site":"test-1","seq":{seq},"kind":"alarm_cleared","v":1,"recorded_at":1,"occurred_at":1,"cause":"estate","actor":null,"drill":false,"body":{{"alarm":"A-9","ended":[]}},"pad":"{pad}"}}"#
    )
}

fn publish(stream: &mut SiteStream, seq: u64, bytes_min: usize) {
    let fact = fact(seq, bytes_min);
    stream
        .publish([fact.as_str()], Seq(seq), &format!("h{seq}"))
        .expect("a fact");
}

fn hello(resume: Option<(JournalId, u64, &str)>) -> Hello {
    Hello {
        protocol: PROTOCOL_VERSION,
        build: text("app-1"),
        site: id("test-1"),
        audience: text("staff"),
        resume: resume.map(|(journal, seq, hash)| Resume {
            journal,
            seq: Seq(seq),
            hash: text(hash),
        }),
    }
}

fn open(hello: &Hello, stream: &mut SiteStream) -> (Session, ResumeBy) {
    let opened = stream.open(hello, START);
    let (session, welcome) = opened.expect("this protocol, this site");
    (session, welcome.resume)
}

/// The next message that is no heartbeat.
fn next(session: &mut Session, stream: &SiteStream) -> Option<Outgoing> {
    loop {
        let message = session.next(stream, START + secs(1_000)).expect("JSON");
        if !is_text(message.as_ref(), r#"{"t":"heartbeat""#) {
            return message;
        }
    }
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

/// The replica of a display that listens to this stream from its beginning.
fn connected(session: &mut Session, stream: &SiteStream) -> Replica {
    let mut replica = Replica::new(session.audience().clone());
    listen(&mut replica, session, stream);
    replica
}

fn listen(replica: &mut Replica, session: &mut Session, stream: &SiteStream) -> usize {
    let mut messages = 0;
    while let Some(message) = next(session, stream) {
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

fn advance(stream: &mut SiteStream, now: castellan_domain::time::Timestamp) -> bool {
    stream.advance(now).expect("JSON")
}

#[test]
fn a_fix_that_comes_late_does_not_pull_its_guard_back() {
    let mut stream = stream(1);
    assert!(stream.lane().update(&fix("wang-qiang", 10, 100, 100)));
    assert!(
        !stream.lane().update(&fix("wang-qiang", 5, 60, 101)),
        "older"
    );
    assert!(
        !stream.lane().update(&fix("wang-qiang", 10, 100, 102)),
        "the same again"
    );
    assert!(stream.lane().update(&fix("wang-qiang", 11, 101, 103)));
    advance(&mut stream, START);
    let (mut session, _) = open(&hello(None), &mut stream);
    let replica = connected(&mut session, &stream);
    assert_eq!(shown(&replica, "wang-qiang"), Some(x_cm(11)));
}

#[test]
fn a_phone_whose_clock_was_ahead_is_not_frozen_once_it_is_set_right() {
    for ahead in [1, 20, 3_600, 4_000_000] {
        let mut stream = stream(1);
        assert!(stream.lane().update(&fix("wang-qiang", 1, ahead, 0)));
        assert!(
            stream.lane().update(&fix("wang-qiang", 2, ahead + 10, 10)),
            "still ahead"
        );
        assert!(
            stream.lane().update(&fix("wang-qiang", 3, 20, 20)),
            "set right, {ahead}"
        );
        assert!(stream.lane().update(&fix("wang-qiang", 4, 30, 30)));
        assert!(
            !stream.lane().update(&fix("wang-qiang", 5, 25, 31)),
            "late again"
        );
    }
}

#[test]
fn a_phone_that_is_a_little_ahead_still_cannot_pull_its_guard_back() {
    let mut stream = stream(1);
    assert!(stream.lane().update(&fix("wang-qiang", 10, 110, 100)));
    assert!(
        !stream.lane().update(&fix("wang-qiang", 5, 60, 101)),
        "from a minute ago"
    );
    assert!(stream.lane().update(&fix("wang-qiang", 11, 111, 101)));
}

#[test]
fn what_lies_off_the_site_and_whoever_is_one_too_many_is_not_shown() {
    let mut stream = stream(1);
    let far = Fix {
        at: LonLat::new(0.0, 0.0).unwrap(),
        ..fix("wang-qiang", 0, 0, 0)
    };
    assert!(!stream.lane().update(&far));
    for n in 0..LANE_ENTITIES_MAX {
        assert!(stream.lane().update(&fix(&format!("p{n}"), 0, 0, 0)));
    }
    assert!(!stream.lane().update(&fix("wang-qiang", 0, 0, 0)));
    assert!(
        stream.lane().update(&fix("p0", 1, 1, 1)),
        "who is on it still moves"
    );
    assert_eq!(stream.lane().handle_count(), LANE_ENTITIES_MAX);
}

#[test]
fn displays_that_keep_up_share_one_frame_and_a_slow_one_gets_the_latest_only() {
    let mut stream = stream(1);
    let (mut quick, _) = open(&hello(None), &mut stream);
    let (mut other, _) = open(&hello(None), &mut stream);
    let (mut slow, _) = open(&hello(None), &mut stream);
    stream.lane().update(&fix("wang-qiang", 0, 0, 0));
    stream.lane().update(&fix("liu-yang", 0, 0, 0));
    advance(&mut stream, START);
    let mut replica = connected(&mut slow, &stream);
    connected(&mut quick, &stream);
    connected(&mut other, &stream);
    for second in 1..=20 {
        stream.lane().update(&fix(
            "wang-qiang",
            i32::try_from(second).unwrap(),
            second,
            second,
        ));
        assert!(advance(&mut stream, START + secs(second)));
        let frames = [&mut quick, &mut other].map(|s| next(s, &stream));
        let [Some(Outgoing::Binary(a)), Some(Outgoing::Binary(b))] = frames else {
            panic!("a frame for each tick");
        };
        assert!(Arc::ptr_eq(&a, &b));
        assert_eq!(next(&mut quick, &stream), None);
        assert_eq!(next(&mut other, &stream), None);
    }
    assert!(!advance(&mut stream, START + secs(21)), "nobody moved");
    assert_eq!(
        listen(&mut replica, &mut slow, &stream),
        1,
        "one frame, not twenty"
    );
    assert_eq!(shown(&replica, "wang-qiang"), Some(x_cm(20)));
    assert_eq!(replica.tracked()[&id("wang-qiang")].accuracy_dm, Some(50));
    assert_eq!(shown(&replica, "liu-yang"), Some(0));
}

#[test]
fn an_accuracy_that_is_no_longer_known_is_told() {
    let mut stream = stream(1);
    let (mut session, _) = open(&hello(None), &mut stream);
    let mut replica = Replica::new(Audience::Staff);
    for (second, accuracy_dm) in (1..).zip([Some(50), Some(50), None, None, Some(u16::MAX)]) {
        let fix = fix("wang-qiang", 1, second, second);
        stream.lane().update(&Fix { accuracy_dm, ..fix });
        advance(&mut stream, START + secs(second));
        listen(&mut replica, &mut session, &stream);
        assert_eq!(
            replica.tracked()[&id("wang-qiang")].accuracy_dm,
            accuracy_dm
        );
    }
}

#[test]
fn a_new_lane_means_a_new_table_and_whoever_is_not_on_it_is_gone() {
    let mut old = stream(1);
    for tick in 0..9 {
        old.lane().update(&fix("wang-qiang", 1, tick, tick));
        old.lane().update(&fix("liu-yang", 1, tick, tick));
        advance(&mut old, START + secs(tick));
    }
    let (mut session, _) = open(&hello(None), &mut old);
    let mut replica = connected(&mut session, &old);
    assert_eq!(replica.tracked().len(), 2);
    let stray = old.lane().since(0, START).unwrap();
    let mut new = stream(2);
    listen(&mut replica, &mut session, &new);
    assert_eq!(replica.tracked().len(), 0, "nobody is on the new lane");
    new.lane().update(&fix("liu-yang", 7, 20, 20));
    advance(&mut new, START + secs(20));
    listen(&mut replica, &mut session, &new);
    let change = replica.on_binary(&stray).unwrap();
    assert_eq!(change.moved, [], "a frame of another epoch names nobody");
    assert_eq!(shown(&replica, "wang-qiang"), None);
    assert_eq!(shown(&replica, "liu-yang"), Some(x_cm(7)));
    // The next one is in full swing already when the display first hears of it.
    let mut third = stream(3);
    third.lane().update(&fix("wang-qiang", 9, 30, 30));
    advance(&mut third, START + secs(30));
    listen(&mut replica, &mut session, &third);
    assert_eq!(shown(&replica, "wang-qiang"), Some(x_cm(9)));
    assert_eq!(shown(&replica, "liu-yang"), None);
}

#[test]
fn whoever_leaves_is_gone_from_every_display_and_comes_back_under_another_handle() {
    let mut stream = stream(1);
    for who in ["wang-qiang", "liu-yang"] {
        stream.lane().update(&fix(who, 1, 0, 0));
    }
    advance(&mut stream, START);
    let (mut quick, _) = open(&hello(None), &mut stream);
    let mut shown_quick = connected(&mut quick, &stream);
    let (mut slow, _) = open(&hello(None), &mut stream);
    let mut shown_slow = connected(&mut slow, &stream);

    stream.remove_person(&id("wang-qiang"));
    stream.remove_person(&id("nobody"));
    assert!(advance(&mut stream, START + secs(1)), "that is news");
    let told = next(&mut quick, &stream).expect("a frame");
    let Outgoing::Binary(bytes) = &told else {
        panic!("gone is told in a frame: {told:?}");
    };
    let frame = PositionFrame::decode(bytes).unwrap();
    assert_eq!(
        (frame.gone.as_slice(), frame.moved.len()),
        ([0].as_slice(), 0)
    );
    let change = shown_quick.on_binary(bytes).unwrap();
    assert_eq!(
        (change.gone, change.moved),
        (vec![id("wang-qiang")], vec![])
    );
    assert_eq!(shown(&shown_quick, "wang-qiang"), None);
    let (mut late, _) = open(&hello(None), &mut stream);
    let shown_late = connected(&mut late, &stream);
    assert_eq!(
        shown_late.tracked().len(),
        1,
        "who comes later never hears of him"
    );

    // He comes back, and is another handle: a frame that is late cannot move him.
    stream.lane().update(&fix("wang-qiang", 5, 5, 5));
    advance(&mut stream, START + secs(5));
    listen(&mut shown_quick, &mut quick, &stream);
    let handles = stream.lane().handles_from(0);
    assert_eq!(
        handles.iter().map(|entry| entry.handle).collect::<Vec<_>>(),
        [1, 2]
    );
    // The slow one slept through all of it: one table, one frame, and the same picture.
    assert_eq!(listen(&mut shown_slow, &mut slow, &stream), 2);
    assert_eq!(shown_slow.tracked(), shown_quick.tracked());
    assert_eq!(shown(&shown_slow, "wang-qiang"), Some(x_cm(5)));
}

#[test]
fn handles_that_run_out_begin_a_new_epoch_and_cost_nobody_his_place() {
    let mut stream = stream(u32::MAX);
    stream.lane().update(&fix("liu-yang", 3, 0, 0));
    advance(&mut stream, START);
    let (mut session, _) = open(&hello(None), &mut stream);
    let mut replica = connected(&mut session, &stream);
    for n in 0..=GONE_HANDLES_MAX {
        let who = format!("p{n}");
        assert!(stream.lane().update(&fix(&who, 1, 0, 0)));
        stream.remove_person(&id(&who));
    }
    assert_eq!(
        stream.lane().epoch(),
        0,
        "another epoch, even after the last one"
    );
    assert_eq!(stream.lane().handle_count(), 1);
    advance(&mut stream, START + secs(1));
    listen(&mut replica, &mut session, &stream);
    assert_eq!(shown(&replica, "liu-yang"), Some(x_cm(3)));
    stream.lane().update(&fix("liu-yang", 4, 9, 9));
    advance(&mut stream, START + secs(9));
    listen(&mut replica, &mut session, &stream);
    assert_eq!(shown(&replica, "liu-yang"), Some(x_cm(4)));
}

#[test]
fn a_full_lane_takes_somebody_new_as_soon_as_somebody_has_left() {
    let mut stream = stream(1);
    for n in 0..LANE_ENTITIES_MAX {
        stream.lane().update(&fix(&format!("p{n}"), 0, 0, 0));
    }
    assert!(stream.lane().remove(&id("p7")));
    assert!(stream.lane().update(&fix("wang-qiang", 0, 0, 0)));
    assert_eq!(stream.lane().epoch(), 2);
    assert!(!stream.lane().update(&fix("liu-yang", 0, 0, 0)));
}

#[test]
fn a_display_ten_thousand_facts_behind_reads_them_all_while_they_are_kept() {
    for audience in Audience::WITH_COPY {
        let mut stream = stream(1);
        let hello = Hello {
            audience: text(audience.name()),
            ..hello(Some((JOURNAL, 0, "h0")))
        };
        let (mut session, resume) = open(&hello, &mut stream);
        assert_eq!(resume, ResumeBy::Facts);
        for seq in 1..=10_000 {
            publish(&mut stream, seq, 0);
        }
        for seq in 1..=10_000 {
            let expected = match audience {
                Audience::Staff => format!(r#"{{"t":"facts","upto":{seq},"#),
                _ => format!(r#"{{"t":"changes","after":{},"upto":{seq},"#, seq - 1),
            };
            assert!(is_text(next(&mut session, &stream).as_ref(), &expected));
        }
    }
    // However far behind, a session is a few numbers: nothing is queued for it.
    assert!(!std::mem::needs_drop::<Session>());
    assert!(size_of::<Session>() <= 72, "{}", size_of::<Session>());
}

#[test]
fn a_full_backlog_lets_the_oldest_go_and_tells_whoever_needed_them() {
    let mut backlog = backlog();
    let frames = 12_000;
    let big = fact(0, 1_000);
    for seq in 1..=frames {
        backlog.push([big.as_str()], Seq(seq), &format!("h{seq}"));
    }
    let head = Seq(frames);
    assert_eq!(backlog.head(), (head, "h12000"));
    let oldest = (1..frames)
        .find(|n| backlog.after(Seq(*n)).is_ok())
        .unwrap();
    let kept = (frames - oldest) * (big.len() as u64 + 40);
    assert!(
        kept.abs_diff(BACKLOG_BYTES_MAX as u64) < 200_000,
        "{kept} bytes"
    );
    assert!(backlog.reaches(Seq(oldest), &format!("h{oldest}")));
    assert!(!backlog.reaches(Seq(oldest - 1), &format!("h{}", oldest - 1)));
    let mut stream = over(backlog, 1);
    let before = hello(Some((JOURNAL, 1, "h1")));
    assert_eq!(open(&before, &mut stream).1, ResumeBy::Snapshot);
    // One that falls behind while it is connected.
    let (mut behind, _) = open(&hello(None), &mut stream);
    for seq in 1..=9 {
        publish(&mut stream, frames + seq, 1_000_000);
    }
    assert!(is_text(
        next(&mut behind, &stream).as_ref(),
        r#"{"t":"gap"}"#
    ));
    publish(&mut stream, frames + 10, 0);
    let after = next(&mut behind, &stream);
    assert!(is_text(after.as_ref(), r#"{"t":"facts","upto":12010,"#));
}

#[test]
fn one_frame_larger_than_the_whole_backlog_still_reaches_everybody() {
    let mut backlog = backlog();
    let huge = fact(1, BACKLOG_BYTES_MAX);
    backlog.push([huge.as_str()], Seq(1), "h1");
    assert!(matches!(backlog.after(Seq(0)), Ok(Some(frame)) if frame.upto == Seq(1)));
    let mut stream = over(backlog, 1);
    let (mut session, resume) = open(&hello(Some((JOURNAL, 0, "h0"))), &mut stream);
    assert_eq!(resume, ResumeBy::Facts);
    assert!(next(&mut session, &stream).is_some());
    let mut backlog = Backlog::new(JOURNAL, Seq(0), "h0");
    backlog.push([huge.as_str()], Seq(1), "h1");
    backlog.push(["2"], Seq(2), "h2");
    assert_eq!(backlog.after(Seq(0)).unwrap_err(), Gap);
}

#[test]
fn only_the_same_journal_with_the_same_hash_at_a_frames_end_goes_on() {
    let mut backlog = Backlog::new(JOURNAL, Seq(10), "h10");
    backlog.push(["11", "12"], Seq(12), "h12");
    backlog.push(["13"], Seq(13), "h13");
    backlog.push(["stale"], Seq(13), "again");
    let mut stream = over(backlog, 1);
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
        assert_eq!(open(&hello(resume), &mut stream).1, expected, "{resume:?}");
    }
}
