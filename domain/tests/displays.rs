//! The browser's end of the stream: how old is what it shows, and what it does with messages that
//! come twice, late, or not at all.

use crate::common::{START, World, id, secs, text};
use castellan_domain::audience::Audience;
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{JournalId, Seq};
use castellan_domain::observation::ReportedState;
use castellan_domain::stream::{
    Backlog, Link, Replica, ReplicaError, STALE_AFTER, STALE_SEEN_WITHIN, SiteStream, UNSURE_AFTER,
};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;
use castellan_domain::wire::api::Snapshot;
use castellan_domain::wire::live::{
    ClientMessage, Echo, Heartbeat, Hello, PROTOCOL_VERSION, RefusedCode, ResumeBy, ServerMessage,
    Welcome,
};

const JOURNAL: JournalId = JournalId(uuid::Uuid::from_u128(1));
const RUN: u32 = 7;

fn welcome(journal: JournalId, resume: ResumeBy) -> String {
    welcome_of(journal, RUN, resume)
}

fn welcome_of(journal: JournalId, run: u32, resume: ResumeBy) -> String {
    let welcome = Welcome {
        protocol: PROTOCOL_VERSION,
        build: text("web-1"),
        journal,
        run,
        audience: Audience::Staff,
        server_time: START,
        resume,
    };
    serde_json::to_string(&ServerMessage::Welcome(welcome)).expect("JSON")
}

fn heartbeat(server_time: Timestamp, not_recording_since: Option<Timestamp>) -> String {
    heartbeat_upto(server_time, 0, not_recording_since)
}

fn heartbeat_upto(
    server_time: Timestamp,
    upto: u64,
    not_recording_since: Option<Timestamp>,
) -> String {
    let beat = Heartbeat {
        server_time,
        upto: Seq(upto),
        not_recording_since,
    };
    serde_json::to_string(&ServerMessage::Heartbeat(beat)).expect("JSON")
}

/// A night with one fact after the other, and each fact's frame.
struct Night {
    world: World,
    frames: Vec<String>,
}

impl Night {
    fn new() -> Self {
        let mut world = World::new();
        for _ in 0..9 {
            world.raise("gas-1", "gas_low", ReportedState::Active);
            world.wait(secs(1));
        }
        let frame = |(n, stored): (u64, &str)| {
            format!(r#"{{"t":"facts","upto":{n},"hash":"h{n}","facts":[{stored}]}}"#)
        };
        let stored = world.facts.iter().map(|stamped| stamped.bytes.as_str());
        let frames = (1..).zip(stored).map(frame).collect();
        Self { world, frames }
    }

    /// The snapshot after this many facts.
    fn snapshot(&self, seq: usize) -> Snapshot {
        let mut site = castellan_domain::site::Site::default();
        for stamped in &self.world.facts[..seq] {
            site.apply(&stamped.fact);
        }
        Snapshot {
            journal: JOURNAL,
            run: RUN,
            seq: Seq(seq as u64),
            hash: text(&format!("h{seq}")),
            view: site.view().clone(),
        }
    }
}

fn take(replica: &mut Replica, text: &str) {
    replica.on_text(text, Span::ZERO).expect("taken");
}

fn waiting() -> Replica {
    let mut replica = Replica::new(Audience::Staff);
    take(&mut replica, &welcome(JOURNAL, ResumeBy::Snapshot));
    replica
}

#[test]
fn a_silent_link_is_unsure_after_two_seconds_and_stale_after_four() {
    let mut replica = Replica::new(Audience::Staff);
    assert_eq!(replica.link(secs(100)), Link::Connecting);
    let (heard, since) = (Span::from_millis(7_300), START + secs(3));
    replica.on_text(&heartbeat(since, None), heard).unwrap();
    let after = |span: Span| Span::from_micros(heard.as_micros() + span.as_micros());
    let instant = Span::from_micros(1);
    let before = |span: Span| after(Span::from_micros(span.as_micros() - instant.as_micros()));
    assert_eq!((UNSURE_AFTER, STALE_AFTER), (secs(2), secs(4)));
    let stale = Link::Stale { since };
    for (mono, expected) in [
        (heard, Link::Live),
        (before(secs(2)), Link::Live),
        (after(secs(2)), Link::Unsure),
        (before(secs(4)), Link::Unsure),
        (after(secs(4)), stale),
        (after(secs(3_600)), stale),
    ] {
        assert_eq!(replica.link(mono), expected, "{mono:?}");
    }
    let now = replica.server_now(after(secs(3)));
    assert_eq!(
        now,
        Some(since + secs(3)),
        "deadlines are shown against site time"
    );
    let late = after(secs(9));
    replica
        .on_text(&heartbeat(since + secs(9), None), late)
        .unwrap();
    assert_eq!(replica.link(late), Link::Live, "and alive again");
}

/// Wherever between two echoes the server dies, and however late the screen's timer comes within
/// what is left of the five seconds.
#[test]
fn a_screen_that_looks_when_it_is_told_to_says_within_five_seconds_that_the_link_is_dead() {
    const LATENESS_MS_MAX: i64 = 900;
    for round_trip_ms in [1, 20, 900, 2_500] {
        for lateness_ms in [0, 5, 250, LATENESS_MS_MAX] {
            let mut replica = Replica::new(Audience::Staff);
            let asked_at = Span::from_millis(10_000);
            let ClientMessage::Echo { n } = replica.ask(asked_at) else {
                panic!("an echo");
            };
            let answered_at = Span::from_millis(10_000 + round_trip_ms);
            let echo = Echo {
                n,
                upto: Seq(0),
                server_time: START,
            };
            let answer = serde_json::to_string(&ServerMessage::Echo(echo)).expect("JSON");
            replica.on_text(&answer, answered_at).expect("taken");
            let mut now = answered_at;
            let mut looks = 0;
            while !matches!(replica.link(now), Link::Stale { .. }) {
                let turns_in = replica.link_turns_in(now).expect("it will turn");
                let next = now.as_micros() + turns_in.as_micros() + lateness_ms * 1_000;
                now = Span::from_micros(next);
                looks += 1;
            }
            let age = now.as_micros() - asked_at.as_micros();
            assert!(age < STALE_SEEN_WITHIN.as_micros(), "{age} µs");
            assert!(looks <= 2, "it looks no oftener than it must");
            assert_eq!(replica.link_turns_in(now), None);
        }
    }
    assert_eq!(Replica::new(Audience::Staff).link_turns_in(secs(9)), None);
}

#[test]
fn a_link_that_beats_and_brings_no_facts_is_not_live() {
    let night = Night::new();
    let mut replica = waiting();
    replica.on_snapshot(night.snapshot(2)).unwrap();
    let at = |second: i64| (secs(second), START + secs(second));
    let beat = |replica: &mut Replica, second: i64, upto: u64| {
        let (mono, server_time) = at(second);
        let text = heartbeat_upto(server_time, upto, None);
        replica.on_text(&text, mono).unwrap();
    };
    beat(&mut replica, 1, 2);
    assert_eq!(replica.link(secs(1)), Link::Live);
    for second in 2..=5 {
        beat(&mut replica, second, 3);
    }
    let since = START + secs(1);
    assert_eq!(
        replica.link(secs(5)),
        Link::Stale { since },
        "fact 3 is missing"
    );
    replica.on_text(&night.frames[2], secs(6)).unwrap();
    assert_eq!(
        replica.link(secs(6)),
        Link::Live,
        "true as of the last heartbeat"
    );
}

#[test]
fn a_server_that_cannot_record_says_so_on_every_display() {
    let mut replica = Replica::new(Audience::Staff);
    take(&mut replica, &heartbeat(START, Some(START - secs(8))));
    assert_eq!(replica.not_recording_since(), Some(START - secs(8)));
    take(&mut replica, &heartbeat(START, None));
    assert_eq!(replica.not_recording_since(), None);
}

#[test]
fn facts_that_come_twice_are_folded_once() {
    let night = Night::new();
    let mut replica = Replica::new(Audience::Staff);
    take(&mut replica, &welcome(JOURNAL, ResumeBy::Facts));
    for frame in &night.frames {
        take(&mut replica, frame);
        let again = replica.on_text(frame, Span::ZERO).unwrap();
        assert_eq!(again.touched.alarms, [], "nothing new in it");
    }
    take(&mut replica, &night.frames[2]);
    assert_eq!(replica.view(), night.world.view());
}

#[test]
fn a_fact_that_is_missing_is_noticed_and_named() {
    let night = Night::new();
    let mut replica = Replica::new(Audience::Staff);
    take(&mut replica, &welcome(JOURNAL, ResumeBy::Facts));
    take(&mut replica, &night.frames[0]);
    let before = replica.view().clone();
    let error = replica.on_text(&night.frames[2], Span::ZERO).unwrap_err();
    let ReplicaError::Missing { expected, found } = error else {
        panic!("{error}");
    };
    assert_eq!((expected, found), (Seq(2), Seq(3)));
    assert_eq!(replica.view(), &before);
}

#[test]
fn what_cannot_be_read_is_an_error_and_no_panic() {
    let mut replica = waiting();
    for bad in [
        "",
        "{",
        "[]",
        r#"{"t":"sing"}"#,
        r#"{"t":"facts","upto":1}"#,
    ] {
        assert!(replica.on_text(bad, Span::ZERO).is_err(), "{bad}");
    }
    assert!(replica.on_binary(&[]).is_err());
    assert!(replica.on_binary(&[9, 9, 9]).is_err());
    let night = Night::new();
    let newer = night.frames[1].replace("alarm_raised", "alarm_sung");
    let mut replica = Replica::new(Audience::Staff);
    take(&mut replica, &night.frames[0]);
    let error = replica.on_text(&newer, Span::ZERO).unwrap_err();
    assert!(
        matches!(error, ReplicaError::Fact(_)),
        "a newer server: {error}"
    );
}

#[test]
fn facts_wait_for_the_snapshot_and_are_folded_after_it() {
    let night = Night::new();
    let mut replica = waiting();
    for frame in &night.frames[4..] {
        take(&mut replica, frame);
    }
    assert!(!replica.is_ready());
    let change = replica.on_snapshot(night.snapshot(6)).unwrap();
    assert!(change.reset && replica.is_ready());
    assert_eq!(replica.view(), night.world.view());
    let hello = replica.hello(id("test-1"), text("app-1"));
    let resume = hello.resume.unwrap();
    assert_eq!((resume.seq, resume.hash.as_str()), (Seq(10), "h10"));
}

#[test]
fn a_snapshot_from_before_the_last_connection_takes_nobody_back() {
    let night = Night::new();
    let mut replica = waiting();
    replica.on_snapshot(night.snapshot(8)).unwrap();
    take(&mut replica, &night.frames[8]);
    for late in [night.snapshot(3), night.snapshot(9)] {
        let change = replica.on_snapshot(late).unwrap();
        assert_eq!(change, castellan_domain::stream::Change::default());
        assert_eq!(replica.view(), &night.snapshot(9).view);
    }
    let other = Snapshot {
        journal: JournalId(uuid::Uuid::from_u128(7)),
        ..night.snapshot(10)
    };
    assert!(!replica.on_snapshot(other).unwrap().take_snapshot);
    assert!(replica.is_ready(), "a stray answer does not blank the wall");
    replica.on_snapshot(night.snapshot(10)).unwrap();
    assert_eq!(replica.view(), night.world.view(), "a newer one is news");
}

#[test]
fn a_snapshot_of_the_journal_before_is_asked_for_again_and_costs_no_facts() {
    let night = Night::new();
    let mut replica = waiting();
    take(&mut replica, &night.frames[8]);
    let other = Snapshot {
        journal: JournalId(uuid::Uuid::from_u128(7)),
        ..night.snapshot(9)
    };
    let change = replica.on_snapshot(other).unwrap();
    assert!(change.take_snapshot && !replica.is_ready());
    take(&mut replica, &night.frames[9]);
    replica.on_snapshot(night.snapshot(8)).unwrap();
    assert_eq!(replica.view(), night.world.view());
}

#[test]
fn a_gap_asks_for_the_snapshot_and_a_restored_journal_too() {
    let night = Night::new();
    let mut replica = waiting();
    replica.on_snapshot(night.snapshot(2)).unwrap();
    let change = replica.on_text(r#"{"t":"gap"}"#, Span::ZERO).unwrap();
    assert!(change.take_snapshot && replica.is_waiting());
    let hello = replica.hello(id("test-1"), text("app-1"));
    assert_eq!(hello.resume, None, "it does not stand anywhere");
    replica.on_snapshot(night.snapshot(10)).unwrap();
    assert_eq!(replica.view(), night.world.view());
    let other = JournalId(uuid::Uuid::from_u128(7));
    let told = welcome(other, ResumeBy::Snapshot);
    assert!(replica.on_text(&told, Span::ZERO).unwrap().take_snapshot);
    let restored = Snapshot {
        journal: other,
        ..night.snapshot(4)
    };
    replica.on_snapshot(restored.clone()).unwrap();
    assert_eq!(replica.view(), &restored.view, "back to the backup");
}

/// The server dies, an older backup is put in the place of its journal, and it starts again: the
/// answer of the one that died is of the same journal and of facts that are no more.
#[test]
fn a_snapshot_of_a_server_that_died_is_none_of_the_one_after_it() {
    let night = Night::new();
    let mut replica = waiting();
    let restored = |seq| Snapshot {
        run: RUN + 1,
        ..night.snapshot(seq)
    };
    let told = welcome_of(JOURNAL, RUN + 1, ResumeBy::Snapshot);
    assert!(replica.on_text(&told, Span::ZERO).unwrap().take_snapshot);
    let late = replica.on_snapshot(night.snapshot(9)).unwrap();
    assert!(late.take_snapshot && !replica.is_ready());
    take(&mut replica, &night.frames[4]);
    replica.on_snapshot(restored(4)).unwrap();
    replica.on_snapshot(restored(4)).unwrap();
    assert!(replica.is_ready());
    assert_eq!(replica.view(), &night.snapshot(5).view);
    // It does not count either once all is well.
    let late = replica.on_snapshot(night.snapshot(9)).unwrap();
    assert_eq!(late, castellan_domain::stream::Change::default());
    assert_eq!(replica.view().seq, Seq(5));
}

#[test]
fn a_snapshot_that_does_not_come_does_not_fill_the_memory() {
    let mut replica = waiting();
    let frame = r#"{"t":"facts","upto":1,"hash":"h","facts":[]}"#;
    let taken = (0..20_000)
        .take_while(|_| replica.on_text(frame, Span::ZERO).is_ok())
        .count();
    assert_eq!(taken, 10_000);
    let error = replica.on_text(frame, Span::ZERO).unwrap_err();
    assert!(matches!(error, ReplicaError::SnapshotTooLate), "{error}");
    replica.start_over();
    assert_eq!(replica.hello(id("test-1"), text("app-1")).resume, None);
}

#[test]
fn another_protocol_site_or_audience_is_refused_by_name() {
    let mut stream = SiteStream::new(
        id("test-1"),
        text("web-1"),
        Backlog::new(JOURNAL, Seq(0), "h0"),
        View::default(),
        Anchor::new(crate::common::estate().anchor),
        1,
    );
    let hello = |protocol, site, audience| Hello {
        protocol,
        build: text("app-1"),
        site: id(site),
        audience: text(audience),
        resume: None,
    };
    for (hello, code, word) in [
        (
            hello(PROTOCOL_VERSION + 1, "test-1", "staff"),
            RefusedCode::WrongProtocol,
            "reload",
        ),
        (
            hello(1, "test-1", "staff"),
            RefusedCode::WrongProtocol,
            "reload",
        ),
        (
            hello(PROTOCOL_VERSION, "test-2", "staff"),
            RefusedCode::UnknownSite,
            "test-2",
        ),
        (
            hello(PROTOCOL_VERSION, "test-1", "everybody"),
            RefusedCode::UnknownAudience,
            "staff, wall, wall_visitor",
        ),
    ] {
        let refused = stream.open(&hello, START).unwrap_err();
        assert_eq!(refused.code, code);
        assert!(refused.message.contains(word), "{}", refused.message);
        let mut replica = Replica::new(Audience::Staff);
        let told = serde_json::to_string(&ServerMessage::Refused(refused.clone())).unwrap();
        let change = replica.on_text(&told, Span::ZERO).unwrap();
        assert_eq!(change.refused, Some(refused));
        assert_eq!(
            replica.link(Span::ZERO),
            Link::Connecting,
            "a refusal is no sign of life"
        );
    }
}
