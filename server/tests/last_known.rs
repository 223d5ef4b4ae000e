//! What is known of devices and people across a restart, and who is told: when a device was heard
//! last, and where somebody was.

use crate::common::display::Display;
use crate::common::{Castellan, database, estate, eventually, now_s, open};
use castellan_domain::audience::Audience;
use castellan_domain::ids::DeviceId;
use castellan_domain::stream::Replica;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::live::LatestOf;
use serde_json::{Value, json};
use sqlx::Row as _;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The estate of the tests, in which d-005 is a door whose controller speaks.
fn with_a_door(folder: &Path) -> PathBuf {
    let fixture = std::fs::read_to_string(estate()).expect("the fixture");
    let mut estate: Value = serde_json::from_str(&fixture).expect("the fixture");
    estate["devices"][5]["door"] = json!({"held_open_s_max": 600});
    let path = folder.join("estate.json");
    std::fs::write(&path, estate.to_string()).expect("the fixture");
    path
}

/// When a display knows that devices were heard.
fn seen(display: &Display) -> BTreeMap<String, Timestamp> {
    let latest = display.replica.latest().iter();
    latest
        .filter_map(|(of, readings)| match of {
            LatestOf::Device(device) => Some((device.to_string(), readings.last_seen_at?)),
            LatestOf::Person(_) => None,
        })
        .collect()
}

async fn heard(server: &Castellan, device: &str) {
    let body = json!({"device": device}).to_string();
    let answer = server.post("/ingest/v1/heard", &[], body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn displays_are_told_when_a_device_spoke_for_itself_and_visitors_never() {
    let data = tempfile::tempdir().unwrap();
    let document = with_a_door(data.path());
    let server = Castellan::start_with(&data.path().join("data"), &document, &[]);
    let as_one = async |audience| Display::resume(&server, Replica::new(audience)).await;
    let (mut staff, mut wall, mut visitor) = (
        as_one(Audience::Staff).await,
        as_one(Audience::Wall).await,
        as_one(Audience::WallVisitor).await,
    );
    let before = now_s();
    server.raise("d-000", "e-1", "loitering").await;
    heard(&server, "d-002").await;
    let opened = json!({"device": "d-005", "event_id": "e-2", "what": "opened"});
    let closed = json!({"device": "d-001", "event_id": "e-3", "what": "closed"});
    for (body, status) in [(opened, 200), (closed, 422)] {
        let answer = server.post("/ingest/v1/doors", &[], body.to_string()).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    // A drill speaks in a device's name, and what is silent stays silent.
    let drill = json!({"device": "d-003", "event_id": "e-4", "type": "loitering",
        "state": "active", "drill": true});
    let answer = server.post("/ingest/v1/events", &[], drill.to_string());
    assert_eq!(answer.await.status, 200);
    server.raise("d-006", "e-5", "duress").await;
    heard(&server, "d-008").await;

    let told = ["d-000", "d-002", "d-005", "d-008"];
    for display in [&mut staff, &mut wall] {
        display
            .until(&server, |display| seen(display).contains_key("d-008"))
            .await;
        let seen = seen(display);
        assert!(seen.keys().eq(told), "{seen:?}");
        let seconds = seen.values().map(|at| at.as_micros() / 1_000_000);
        let mut in_time = seconds.map(|second| (before..=now_s()).contains(&second));
        assert!(in_time.all(|in_time| in_time), "{seen:?}");
    }
    let beats = visitor.beats;
    visitor
        .until(&server, |display| display.beats >= beats + 2)
        .await;
    assert_eq!(visitor.replica.latest().len(), 0);
}

#[tokio::test]
async fn a_killed_server_tells_again_when_devices_were_heard() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Castellan::start(data.path());
    let mut display = Display::open(&server).await;
    server.raise("d-000", "e-1", "loitering").await;
    heard(&server, "d-002").await;
    display
        .until(&server, |display| seen(display).len() == 2)
        .await;
    let before = seen(&display);
    eventually("both are on disk", async || {
        let mut db = open(&database(data.path(), "tracks.db")).await;
        let rows = sqlx::query("SELECT COUNT(*) FROM devices_seen");
        let rows = rows.fetch_one(&mut db).await.unwrap();
        (rows.get::<i64, _>(0) == 2).then_some(())
    })
    .await;
    server.kill();
    let server = Castellan::start(data.path());
    let mut display = Display::open(&server).await;
    display
        .until(&server, |display| seen(display).len() == 2)
        .await;
    assert_eq!(seen(&display), before);
    // Whoever speaks again is newer.
    let spoke = LatestOf::Device(DeviceId::constant("d-003"));
    heard(&server, "d-003").await;
    display
        .until(&server, |display| {
            display.replica.latest().contains_key(&spoke)
        })
        .await;
}

#[tokio::test]
async fn after_a_restart_help_is_sent_to_where_its_caller_was_last() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Castellan::start(data.path());
    assert_eq!(server.position("phone-1", now_s(), 9_000).await.status, 200);
    server.kill();
    let server = Castellan::start(data.path());
    for phone in ["phone-1", "phone-2"] {
        let call = json!({"phone": phone, "event_id": phone, "kind": "sos"});
        let answer = server.post("/ingest/v1/calls", &[], call.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let view = server.snapshot().await.view;
    let place_of = |guard: &str| {
        let mut alarms = view.alarms.values();
        let alarm = alarms.find(|alarm| alarm.source.person().is_some_and(|p| p.as_str() == guard));
        let place = &alarm.expect("an alarm").place;
        let at = place.point().map(|at| (at.lon(), at.lat()));
        (at, place.old_since().is_some())
    };
    assert_eq!(place_of("guard-1"), (Some((120.1129, 30.287)), true));
    assert_eq!(
        place_of("guard-2"),
        (None, false),
        "of whom nothing is known"
    );
}
