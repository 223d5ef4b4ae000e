//! `/live` as a display meets it: the order of messages, and resuming in every way. Sockets that say
//! what no display says are in `live_refused.rs`, slow displays in `live_slow.rs`.

use crate::common::display::{Display, Heard, Socket, hello, hello_text};
use crate::common::{Castellan, eventually, now_s};
use castellan_domain::alarm::{Alarm, AlarmCommand, Source};
use castellan_domain::audience::Audience;
use castellan_domain::command::Command;
use castellan_domain::ids::{DeviceId, JournalId, Seq};
use castellan_domain::stream::Replica;
use castellan_domain::text::Text;
use castellan_domain::wire::live::{
    Hello, LatestOf, PROTOCOL_VERSION, Resume, ResumeBy, ServerMessage,
};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_display_gets_a_welcome_then_heartbeats_facts_handles_and_positions() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let mut socket = Socket::connect(&server).await;
    // Some libraries ping before anything else.
    socket.send(Message::Ping("hi".into())).await;
    socket.say(hello_text(hello())).await;
    let ServerMessage::Welcome(welcome) = socket.hear_text().await else {
        panic!("the welcome comes first");
    };
    let snapshot = server.snapshot().await;
    assert_eq!(
        (welcome.protocol, welcome.resume),
        (PROTOCOL_VERSION, ResumeBy::Snapshot)
    );
    assert_eq!(welcome.audience, Audience::Staff);
    assert_eq!(
        (welcome.journal, welcome.build.as_str()),
        (snapshot.journal, "no browser app")
    );
    match socket.hear_text().await {
        ServerMessage::Handles(handles) => assert!(handles.entries.is_empty()),
        other => panic!("an empty handle table comes first, not {other:?}"),
    }

    server.raise("d-000", "e-1", "loitering").await;
    let (ServerMessage::Facts(facts), after) = (socket.hear_text().await, server.snapshot().await)
    else {
        panic!("the alarm comes as a fact");
    };
    assert_eq!((facts.upto, facts.facts.len()), (Seq(2), 1));
    assert_eq!((facts.upto, &facts.hash), (after.seq, &after.hash));

    match socket.hear_text().await {
        ServerMessage::Latest(latest) => {
            let row = &latest.values[0];
            assert_eq!(row.of, LatestOf::Device(DeviceId::constant("d-000")));
            assert!(row.readings.last_seen_at.is_some());
        }
        other => panic!("when the device was heard, not {other:?}"),
    }

    let before = now_s();
    assert_eq!(
        server.position("phone-1", before - 7, 10_000).await.status,
        200
    );
    let ServerMessage::Handles(handles) = socket.hear_text().await else {
        panic!("the handle comes before its position");
    };
    assert_eq!(handles.entries.len(), 1);
    let frame = loop {
        if let Heard::Frame(bytes) = socket.hear().await {
            break castellan_domain::wire::position_frame::PositionFrame::decode(&bytes).unwrap();
        }
    };
    assert_eq!((frame.epoch, frame.moved.len()), (handles.epoch, 1));
    let moved = &frame.moved[0];
    assert_eq!(moved.handle, handles.entries[0].handle);
    // 0.001 degrees east at this latitude, counted in whole centimetres.
    assert_eq!((moved.offset.x_cm, moved.offset.y_cm), (9_602, 0));
    assert_eq!(moved.accuracy_dm, Some(Some(50)));
    let heard_s = moved.received_at.as_micros() / 1_000_000;
    assert!(
        (before..=now_s()).contains(&heard_s),
        "an age counts from when we heard of it"
    );

    match socket.hear_text().await {
        ServerMessage::Latest(latest) => {
            assert_eq!(latest.values[0].readings.battery_percent, Some(80));
        }
        other => panic!("the phone's charge, not {other:?}"),
    }
    socket.say(r#"{"t":"echo","n":18446744073709551615}"#).await;
    match socket.hear_text().await {
        ServerMessage::Echo(echo) => assert_eq!((echo.n, echo.upto), (u64::MAX, Seq(2))),
        other => panic!("an echo, not {other:?}"),
    }
    let mut beats = 0;
    while beats < 2 {
        if let Heard::Text(ServerMessage::Heartbeat(beat), _) = socket.hear().await {
            assert_eq!((beat.upto, beat.not_recording_since), (Seq(2), None));
            beats += 1;
        }
    }
    assert_eq!(server.health().await.displays, 1);
    socket.send(Message::Close(None)).await;
    assert!(
        matches!(socket.hear().await, Heard::End(_)),
        "a close is answered"
    );
    eventually("no display is counted", async || {
        (server.health().await.displays == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn whoever_comes_back_gets_exactly_what_it_missed() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Castellan::start(data.path());
    let mut display = Display::open(&server).await;
    for n in 0..3 {
        server.raise(&format!("d-{n:03}"), "e-1", "loitering").await;
    }
    display.reach(&server, Seq(4)).await;
    assert_eq!(display.snapshots, 1);
    let replica = display.replica;
    drop(display.socket);

    for n in 3..6 {
        server.raise(&format!("d-{n:03}"), "e-1", "loitering").await;
    }
    let mut display = Display::resume(&server, replica).await;
    display.reach(&server, Seq(7)).await;
    assert_eq!(display.snapshots, 0);
    assert_eq!(display.facts.last(), Some(&Seq(7)));
    assert_eq!(
        display.facts.first(),
        Some(&Seq(5)),
        "from the first that it missed"
    );
    assert_eq!(*display.replica.view(), server.snapshot().await.view);

    // The same across a kill and a restart: the journal is the same, so are its hashes.
    let replica = display.replica;
    assert_eq!(server.position("phone-2", now_s(), 1_000).await.status, 200);
    server.raise("d-006", "e-1", "loitering").await;
    server.kill();
    let server = Castellan::start(data.path());
    let mut display = Display::resume(&server, replica).await;
    display.reach(&server, Seq(8)).await;
    assert_eq!(
        (display.snapshots, display.facts.as_slice()),
        (0, [Seq(8)].as_slice())
    );
    assert_eq!(*display.replica.view(), server.snapshot().await.view);
    display
        .until(&server, |display| !display.replica.tracked().is_empty())
        .await;
}

#[tokio::test]
async fn a_place_in_another_history_is_answered_with_the_snapshot() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    server.raise("d-000", "e-1", "loitering").await;
    let snapshot = server.snapshot().await;
    let here = Resume {
        journal: snapshot.journal,
        seq: snapshot.seq,
        hash: snapshot.hash.clone(),
    };
    let flipped: String = snapshot.hash.as_str().chars().rev().collect();
    for (resume, by) in [
        (here.clone(), ResumeBy::Facts),
        (
            Resume {
                journal: JournalId(uuid::Uuid::nil()),
                ..here.clone()
            },
            ResumeBy::Snapshot,
        ),
        (
            Resume {
                hash: Text::new(flipped).unwrap(),
                ..here.clone()
            },
            ResumeBy::Snapshot,
        ),
        (
            Resume {
                hash: Text::constant("x"),
                ..here.clone()
            },
            ResumeBy::Snapshot,
        ),
        (
            Resume {
                seq: Seq(1),
                ..here.clone()
            },
            ResumeBy::Snapshot,
        ),
        (
            Resume {
                seq: Seq(99),
                ..here.clone()
            },
            ResumeBy::Snapshot,
        ),
        (
            Resume {
                seq: Seq(u64::MAX),
                ..here
            },
            ResumeBy::Snapshot,
        ),
    ] {
        let mut socket = Socket::connect(&server).await;
        let said = format!("{resume:?}");
        socket
            .say(hello_text(Hello {
                resume: Some(resume),
                ..hello()
            }))
            .await;
        match socket.hear_text().await {
            ServerMessage::Welcome(welcome) => assert_eq!(welcome.resume, by, "{said}"),
            other => panic!("a welcome, not {other:?}"),
        }
    }
    // A whole display gets over it: its data folder was reset.
    let mut display = Display::open(&server).await;
    display.reach(&server, snapshot.seq).await;
    let replica = display.replica;
    let other_data = tempfile::tempdir().unwrap();
    let other = Castellan::start(other_data.path());
    let mut display = Display::resume(&other, replica).await;
    display
        .until(&other, |display| {
            display.snapshots == 1 && display.replica.is_ready()
        })
        .await;
    assert_eq!(*display.replica.view(), other.snapshot().await.view);
}

#[tokio::test]
async fn a_display_that_reconnects_in_a_burst_of_500_alarms_ends_with_the_servers_view() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let kinds = [
        "loitering",
        "camera_down",
        "device_silent",
        "door_held",
        "tailgating",
        "area_breach",
        "water_leak",
        "fire_lane",
        "abandoned",
        "missed_point",
        "gas_low",
        "power_fail",
        "tamper",
    ];
    let alarms = async {
        let send = async |part: usize| {
            for n in (part..520).step_by(8) {
                let (device, kind) = (format!("d-{:03}", n % 40), kinds[n / 40]);
                let alarm = server.raise(&device, &format!("e-{n}"), kind).await;
                if n % 5 == 0 {
                    let claim = server
                        .command("li-na", Command::Alarm(AlarmCommand::Claim { alarm }))
                        .await;
                    // In a flood it may have become part of a row that has an owner.
                    assert!(matches!(claim.status, 200 | 409), "{}", claim.body);
                }
            }
        };
        futures_util::future::join_all((0..8).map(&send)).await;
    };
    let reconnecting = async {
        let mut display = Display::open(&server).await;
        for stop in [Seq(40), Seq(41), Seq(200), Seq(450), Seq(600)] {
            display.reach(&server, stop).await;
            let replica = display.replica;
            drop(display.socket);
            display = Display::resume(&server, replica).await;
        }
        display
    };
    // Another one hears nothing but facts of a fold from nothing: it never takes a snapshot again.
    let steady = async {
        let mut display = Display::open(&server).await;
        display.reach(&server, Seq(600)).await;
        display
    };
    let ((), mut display, mut steady) = tokio::join!(alarms, reconnecting, steady);
    display.agree(&server).await;
    steady.agree(&server).await;
    let rows = steady.replica.view().alarms.values();
    let stand_for: usize = rows
        .filter(|row| row.source != Source::System)
        .map(Alarm::stands_for)
        .sum();
    assert_eq!(stand_for, 520, "each in a row of its own or in another's");
    assert!(steady.replica.view().flood.is_some());
    assert!(display.snapshots <= 1, "facts were enough");
    let mut late = Display::resume(&server, Replica::new(Audience::Staff)).await;
    late.agree(&server).await;
}
