//! `/live` through the worst minutes: 5,000 alarms at once before a display that listens, and a
//! display that comes back ten thousand facts and a restart later.

use crate::common::display::Display;
use crate::common::{Castellan, estate};
use castellan_domain::alarm::{Alarm, Source};
use castellan_domain::stream::Replica;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

const DEVICES: usize = 5_000;
const SENDERS: usize = 64;

/// The estate of the tests with many devices.
fn wide_estate(folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(estate()).expect("the fixture estate");
    let mut document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let devices = (0..DEVICES).map(|n| {
        serde_json::json!({
            "id": format!("w-{n}"), "kind": "detector", "name": {"zh": "长", "en": "long"},
            "place": {"at": [120.112, 30.287]},
        })
    });
    document["devices"] = devices.collect();
    let path = folder.join("wide.json");
    std::fs::write(&path, document.to_string()).expect("a temporary file");
    path
}

/// Every device says this once, many at the same time.
async fn all_say(server: &Castellan, state: &str) {
    let send = async |part: usize| {
        for n in (part..DEVICES).step_by(SENDERS) {
            let (device, event) = (format!("w-{n}"), format!("{state}-{n}"));
            let answer = server.event(&device, &event, "loitering", state).await;
            assert_eq!(answer.status, 200);
        }
    };
    futures_util::future::join_all((0..SENDERS).map(&send)).await;
}

fn stand_for(replica: &Replica) -> usize {
    let rows = replica.view().alarms.values();
    let rows = rows.filter(|row| row.source != Source::System);
    rows.map(Alarm::stands_for).sum()
}

#[tokio::test]
async fn five_thousand_alarms_reach_a_display_and_one_that_missed_ten_thousand_facts_catches_up() {
    let data = tempfile::tempdir().unwrap();
    let estate = wide_estate(data.path());
    let folder = data.path().join("data");
    let mut server = Castellan::start_with(&folder, &estate, &[]);
    let mut behind = Display::open(&server).await;
    behind.agree(&server).await;
    let Display {
        socket,
        replica: left,
        ..
    } = behind;
    drop(socket);
    let began_at = left.view().seq;

    let (is_over, mut display) = (AtomicBool::new(false), Display::open(&server).await);
    let listens = async {
        while !is_over.load(Ordering::Relaxed) {
            display.step(&server).await;
        }
    };
    let speak = async {
        all_say(&server, "active").await;
        is_over.store(true, Ordering::Relaxed);
    };
    tokio::join!(speak, listens);
    display.agree(&server).await;
    assert_eq!(
        stand_for(&display.replica),
        DEVICES,
        "shown and folded are what came"
    );
    assert!(display.replica.view().flood.is_some());
    assert!(display.snapshots <= 1, "who keeps up needs facts alone");
    drop(display.socket);

    all_say(&server, "cleared").await;
    let missed = server.snapshot().await.seq.0 - began_at.0;
    assert!(missed >= 10_000, "only {missed} facts");
    server.kill();
    let server = Castellan::start_with(&folder, &estate, &[]);
    let mut back = Display::resume(&server, left).await;
    back.agree(&server).await;
    assert_eq!(
        back.snapshots, 1,
        "after a restart so many facts are not kept"
    );
    assert_eq!(stand_for(&back.replica), DEVICES);
}
