//! `/live` with displays of different speed: one that takes nothing costs nobody else anything,
//! and finds the latest values when it reads again.

use crate::common::display::{Display, Socket};
use crate::common::{CALM_TYPES, Castellan, PATIENCE, estate, now_s};
use castellan_domain::audience::Audience;
use castellan_domain::ids::Seq;
use castellan_domain::stream::Replica;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Devices with names as long as allowed, so that few facts fill a socket.
const DEVICES: usize = 400;

/// The fixture estate with many devices whose facts are large.
fn wordy_estate(folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(estate()).expect("the fixture estate");
    let mut document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let devices = (0..DEVICES).map(|n| {
        let long = "字".repeat(80);
        serde_json::json!({
            "id": format!("{n:0>64}"), "kind": "detector", "name": {"zh": "长", "en": "long"},
            "place": {"spot": {"zh": long, "en": long}, "at": [120.112, 30.287]},
        })
    });
    document["devices"] = devices.collect();
    let path = folder.join("wordy.json");
    std::fs::write(&path, document.to_string()).expect("a temporary file");
    path
}

/// Kilobytes of memory that a process holds.
fn resident_kb(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

/// Four people walk until the display has seen them in eight frames. Gives the number of frames.
async fn walk(server: &Castellan, display: &mut Display) -> usize {
    let (start, before) = (Instant::now(), display.frames);
    for step in 0i32.. {
        if display.frames >= before + 8 {
            break;
        }
        assert!(start.elapsed() < PATIENCE, "positions do not come");
        for phone in 0..4 {
            let at = now_s() - 1_000 + i64::from(step);
            let phone = format!("phone-{phone}");
            let answer = server.position(&phone, at, step * 100);
            let answer = answer.await;
            let discarded = answer.header("x-castellan-discarded");
            assert_eq!((answer.status, discarded), (200, None));
        }
        // A step is 0.00001 degrees to the east, 96 cm here.
        let there = |x_cm: i32| x_cm >= step * 96 - 3;
        display
            .until(server, |display| {
                let tracked = display.replica.tracked();
                tracked.len() == 4 && tracked.values().all(|t| there(t.offset.x_cm))
            })
            .await;
    }
    display.frames - before
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_display_that_stops_reading_costs_the_others_nothing_and_catches_up_by_itself() {
    let data = tempfile::tempdir().unwrap();
    let estate = wordy_estate(data.path());
    let server = Castellan::start_with(data.path(), &estate, &[]);
    let mut quick = Display::open(&server).await;
    quick
        .until(&server, |display| display.replica.is_ready())
        .await;
    let socket = Socket::connect_with(&server, Some(4_096)).await;
    let mut stalled = Display::over(socket, Replica::new(Audience::Staff)).await;
    stalled
        .until(&server, |display| display.replica.is_ready())
        .await;
    // From here on it takes nothing. Two more never read a byte and never will.
    let mut dead = Vec::new();
    for _ in 0..2 {
        let socket = Socket::connect_with(&server, Some(4_096)).await;
        dead.push(Display::over(socket, Replica::new(Audience::Staff)).await);
    }

    // More than a megabyte of facts: more than the kernel holds for them.
    let send = async |part: usize| {
        for n in (part..DEVICES * CALM_TYPES.len()).step_by(8) {
            let device = format!("{:0>64}", n % DEVICES);
            server
                .raise(&device, &format!("e-{n}"), CALM_TYPES[n / DEVICES])
                .await;
        }
    };
    let flood = async {
        futures_util::future::join_all((0..8).map(&send)).await;
        server.health().await.seq
    };
    let until_quiet = async {
        let all = Seq(1 + (DEVICES * CALM_TYPES.len()) as u64);
        quick.reach(&server, all).await;
        quick
    };
    let (seq, mut quick) = tokio::join!(flood, until_quiet);
    quick.reach(&server, seq).await;

    let walked = walk(&server, &mut quick).await;
    assert!(
        resident_kb(server.pid()) < 400_000,
        "{} KB",
        resident_kb(server.pid())
    );

    // The stalled one reads again: every fact, but of the walk hardly more than its end.
    stalled.reach(&server, seq).await;
    let expected = quick.replica.tracked().clone();
    stalled
        .until(&server, |display| {
            let tracked = display.replica.tracked();
            tracked.len() == 4
                && tracked
                    .iter()
                    .all(|(who, t)| t.offset == expected[who].offset)
        })
        .await;
    stalled.agree(&server).await;
    quick.agree(&server).await;
    println!("walk: {walked} frames, stalled: {} frames", stalled.frames);
    assert!(
        stalled.frames < walked,
        "{} frames instead of {walked}",
        stalled.frames
    );
    assert!(
        stalled.frames <= 2,
        "the walk came as {} frames",
        stalled.frames
    );
    drop(dead);
}
