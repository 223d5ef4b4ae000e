//! Doors, signs of life and calls for help: the bodies of the page, sent to the real server.

use crate::common::{Castellan, estate};
use castellan_domain::answer::{Accepted, Outcome};
use castellan_domain::wire::ingest::{CallRequest, DoorRequest, HeardRequest};
use serde_json::{Value, json};
use std::path::PathBuf;

const HTTP: &str = include_str!("../../docs/protocols/http.md");

/// The examples of the page that are marked with this name.
fn blocks(mark: &str) -> Vec<&'static str> {
    let fence = format!("\n```{mark}\n");
    let rest = HTTP.split(fence.as_str()).skip(1);
    let found: Vec<_> = rest
        .map(|rest| rest.split("\n```").next().unwrap_or(rest))
        .collect();
    assert!(!found.is_empty(), "no example of {mark:?}");
    found
}

/// The estate of the tests with a gate whose controller reports grants.
fn with_a_gate(folder: &std::path::Path) -> PathBuf {
    let fixture = std::fs::read_to_string(estate()).expect("the fixture");
    let mut estate: Value = serde_json::from_str(&fixture).expect("the fixture");
    let place = estate["devices"][0]["place"].clone();
    let gate = json!({
        "id": "gate-1", "kind": "door", "name": {"zh": "东门", "en": "East gate"}, "place": place,
        "door": {"held_open_s_max": 600, "reports_grants": true}, "report_every_s_max": 3_600,
    });
    estate["devices"]
        .as_array_mut()
        .expect("the fixture")
        .push(gate);
    let path = folder.join("estate.json");
    std::fs::write(&path, estate.to_string()).expect("the fixture");
    path
}

fn outcome(accepted: &Accepted) -> Outcome {
    match accepted {
        Accepted::Reported { outcome, .. } => *outcome,
        other => panic!("it is no report: {other:?}"),
    }
}

#[test]
fn the_bodies_of_the_page_are_read() {
    for body in blocks("json door") {
        serde_json::from_str::<DoorRequest>(body).expect("the fixture");
    }
    for body in blocks("json heard") {
        serde_json::from_str::<HeardRequest>(body).expect("the fixture");
    }
    for body in blocks("json call") {
        serde_json::from_str::<CallRequest>(body).expect("the fixture");
    }
}

#[tokio::test]
async fn a_gate_opens_closes_and_is_forced() {
    let data = tempfile::tempdir().expect("the fixture");
    let estate = with_a_gate(data.path());
    let folder = data.path().join("data");
    let mut server = Castellan::start_with(&folder, &estate, &[]);
    let path = "/ingest/v1/doors";
    for (event, what, became) in [
        ("f-1", "opened", Outcome::Raised),
        ("f-2", "closed", Outcome::Cleared),
    ] {
        let body = json!({"device": "gate-1", "event_id": event, "what": what});
        let answer = server.post(path, &[], body.to_string()).await;
        assert_eq!(outcome(&answer.json()), became, "nobody was let through");
    }
    for body in blocks("json door") {
        let answer = server.post(path, &[], body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(outcome(&answer.json()), Outcome::StateKept, "{body}");
    }
    // It is known again by its id, even after the server was killed; what it did is on record.
    server.kill();
    let server = Castellan::start_with(&folder, &estate, &[]);
    let again = server.post(path, &[], blocks("json door")[1]).await;
    assert_eq!(outcome(&again.json()), Outcome::StateKept);
    let door = server.snapshot().await.view.doors;
    assert_eq!(door.len(), 1);
    let body = r#"{"device":"d-004","event_id":"n","what":"opened"}"#;
    let no_door = server.post(path, &[], body).await;
    assert_eq!(no_door.status, 422, "{}", no_door.body);
    let body = r#"{"device":"nowhere","event_id":"n","what":"opened"}"#;
    let unknown = server.post(path, &[], body).await;
    assert_eq!(unknown.error().code, "unknown_sender");
    let quarantine = server.health().await.quarantine;
    assert!(
        quarantine
            .iter()
            .any(|q| q.sender == "nowhere" && q.adapter == "doors")
    );
}

#[tokio::test]
async fn a_sign_of_life_is_taken_and_makes_no_fact() {
    let data = tempfile::tempdir().expect("the fixture");
    let estate = with_a_gate(data.path());
    let server = Castellan::start_with(&data.path().join("data"), &estate, &[]);
    let before = server.snapshot().await.seq;
    for body in blocks("json heard") {
        let answer = server.post("/ingest/v1/heard", &[], body).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, r#""heard""#));
    }
    assert_eq!(server.snapshot().await.seq, before);
    let answer = server
        .post("/ingest/v1/heard", &[], r#"{"device":"nowhere"}"#)
        .await;
    assert_eq!(answer.error().code, "unknown_sender");
    let answer = server
        .post("/ingest/v1/heard", &[], r#"{"device":["a"],"x":1}"#)
        .await;
    assert_eq!(answer.error().code, "malformed");
}

#[tokio::test]
async fn a_call_for_help_is_one_alarm_however_often_it_is_sent() {
    let data = tempfile::tempdir().expect("the fixture");
    let server = Castellan::start(data.path());
    let call = blocks("json call")[0];
    let first = server.post("/ingest/v1/calls", &[], call).await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(outcome(&first.json()), Outcome::Raised);
    let again = server.post("/ingest/v1/calls", &[], call).await;
    assert_eq!(again.body, first.body);
    let alarms = server.snapshot().await.view.alarms;
    assert_eq!(alarms.len(), 1);
    assert!(alarms.values().all(|alarm| alarm.repeats == 0));
    let stranger = r#"{"phone":"nobodys","event_id":"c-1","kind":"sos"}"#;
    let answer = server.post("/ingest/v1/calls", &[], stranger).await;
    assert_eq!(
        (answer.status, answer.error().code.as_str()),
        (404, "unknown_sender")
    );
}
