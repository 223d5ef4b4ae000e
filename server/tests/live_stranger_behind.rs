//! A display in another language that fell too far behind, and one before whom more was closed than
//! a view keeps.

use crate::common::Castellan;
use crate::common::stranger::Stranger;
use castellan_domain::alarm::{AlarmCommand, Verdict};
use castellan_domain::audience::Audience;
use castellan_domain::command::Command;
use castellan_domain::stream::BACKLOG_BYTES_MAX;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Devices, each with a place as wordy as allowed.
const DEVICES: usize = 520;
/// Types with ids as long as allowed, each a row of its own.
const TYPES: usize = 14;
/// Bytes of a fact, or of a change, about such a device: fewer than there are.
const BYTES_MIN: usize = 1_300;
const SENDERS: usize = 32;

fn kind(n: usize) -> String {
    format!("{n:t>64}")
}

fn device(n: usize) -> String {
    format!("{n:0>64}")
}

/// The fixture estate with facts so large that not too many of them are too many.
fn wordy_estate(folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(crate::common::estate()).expect("the fixture estate");
    let mut estate: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let long = "𠮷".repeat(80);
    let name = json!({"zh": "长", "en": "long"});
    let devices = (0..DEVICES).map(|n| {
        let place = json!({"spot": {"zh": long, "en": long}, "at": [120.112, 30.287]});
        json!({"id": device(n), "kind": "detector", "name": name, "place": place})
    });
    estate["devices"] = devices.collect();
    let kinds = (0..TYPES)
        .map(|n| json!({"id": kind(n), "name": name, "priority": 2, "claim_s_max": 43_200}));
    estate["alarm_types"] = kinds.collect();
    let path = folder.join("wordy.json");
    std::fs::write(&path, estate.to_string()).expect("a temporary file");
    path
}

async fn all_say(server: &Castellan, kind: &str) {
    let send = async |part: usize| {
        for n in (part..DEVICES).step_by(SENDERS) {
            let answer = server.event(&device(n), kind, kind, "active").await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    };
    futures_util::future::join_all((0..SENDERS).map(&send)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_that_reads_too_slowly_is_told_of_the_gap_and_takes_the_snapshot() {
    let data = tempfile::tempdir().unwrap();
    let estate = wordy_estate(data.path());
    let server = Castellan::start_with(data.path(), &estate, &[]);
    let mut strangers = Stranger::of_all(&server, &["narrow"]);
    const { assert!(DEVICES * TYPES * BYTES_MIN > BACKLOG_BYTES_MAX + 1_000_000) };
    for n in 0..TYPES {
        all_say(&server, &kind(n)).await;
        // Who takes no byte at all for long is let go.
        for stranger in &mut strangers {
            stranger.do_it("sip");
        }
    }
    for stranger in &mut strangers {
        stranger.do_it("hold gap 1");
    }
    // What comes after it joins on without another one.
    let alarm = server.raise(&device(0), "after", "panic").await;
    let claim = Command::Alarm(AlarmCommand::Claim { alarm });
    assert_eq!(server.command("li-na", claim).await.status, 200);
    for stranger in &mut strangers {
        let report = stranger.agree(&server).await;
        let rows = report["view"]["alarms"].as_object().expect("rows");
        assert!(rows.len() > DEVICES * TYPES);
        // It resumed nowhere: all of that was one connection.
        let audience = stranger.audience.clone();
        assert_eq!(report["resumed"], 0, "{audience:?}");
        assert_eq!(report["snapshots"], 2, "{audience:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_lets_go_of_closed_alarms_as_the_server_does() {
    let data = tempfile::tempdir().unwrap();
    let estate = wordy_estate(data.path());
    let server = Castellan::start_with(data.path(), &estate, &[]);
    let mut strangers = Stranger::of_all(&server, &[]);
    let close = async |part: usize| {
        for n in (part..DEVICES).step_by(SENDERS) {
            let alarm = server.raise(&device(n), "e", &kind(0)).await;
            let verdict = Verdict::Test;
            for command in [
                Command::Alarm(AlarmCommand::Claim { alarm }),
                Command::Alarm(AlarmCommand::Judge {
                    alarm,
                    verdict,
                    basis: None,
                }),
            ] {
                let answer = server.command("li-na", command).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
            }
            let answer = server.event(&device(n), "over", &kind(0), "cleared").await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    };
    futures_util::future::join_all((0..SENDERS).map(&close)).await;
    for stranger in &mut strangers {
        let report = stranger.agree(&server).await;
        let closed = report["view"]["closed"].as_array().expect("a list").len();
        let is_staff = stranger.audience.clone() == Audience::Staff;
        assert_eq!(closed, if is_staff { 500 } else { 0 });
        assert_eq!(report["snapshots"], 1, "its own fold let go of them");
    }
}
