//! Small inputs that the product once got wrong, one fault each: `tests/cases`. Each is posted as it
//! is, and its answer, the row that it makes and what that doubts are looked at together.

use crate::common::display::Socket;
use crate::common::{Answer, Castellan, now_s};
use castellan_domain::answer::Accepted;
use castellan_domain::wire::api::{
    DISCARDED_HEADER, NoteText, PERSON_HEADER, UNKNOWN_FIELDS_HEADER,
};
use castellan_domain::wire::live::RefusedCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What a phone's position hears; it makes no row.
const POSITIONS: [(&str, Option<&str>); 8] = [
    ("owntracks-all-text", None),
    ("owntracks-as-array", Some("unknown_form")),
    ("owntracks-batt-text", None),
    ("owntracks-batt-true", None),
    ("owntracks-same-second-1", None),
    ("owntracks-same-second-2", None),
    ("owntracks-transition-text-acc", None),
    ("owntracks-tst-text", None),
];

/// What is refused, by 400.
const REFUSED: [&str; 5] = [
    "call-as-array",
    "command-long-call-sign",
    "command-note-invisible",
    "door-as-array",
    "event-as-array",
];

/// The priority of the row that comes of a message, and what the row doubts.
fn rows() -> Vec<(&'static str, u8, Value)> {
    let untrue =
        |said: [f64; 2], why: &str| json!({"place": {"untrue": {"said": said, "why": why}}});
    let time = || json!({"time": "unreadable"});
    vec![
        ("call-at-empty", 1, json!({"place": "unreadable"})),
        ("call-at-null-island", 1, untrue([0.0, 0.0], "null_island")),
        ("call-at-three-numbers", 1, json!({"place": "surplus"})),
        ("call-extra-field", 1, json!({})),
        ("call-moved-1", 1, json!({})),
        ("call-moved-2", 1, json!({})),
        ("call-occurred-at-50-characters", 1, time()),
        ("call-occurred-at-empty", 1, time()),
        ("call-occurred-at-number", 1, time()),
        ("call-at-swapped", 1, untrue([30.2871, 120.1122], "swapped")),
        ("call-comma-too-many", 1, json!({})),
        ("event-drill-null", 2, json!({"drill": true})),
        ("event-time-24-hours", 1, time()),
        ("event-time-no-offset", 1, time()),
        ("event-time-number", 1, time()),
        ("event-time-rtc-zero", 1, time()),
        ("event-time-unix-text", 1, time()),
    ]
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// A case with its own ids, and with the time of now where it has one.
fn body(case: &str, now: i64) -> String {
    let body = std::fs::read_to_string(folder().join(format!("{case}.json"))).expect("a case");
    let id = uuid::Uuid::new_v4().to_string();
    body.replace("CASE", case)
        .replace("UUID", &id)
        .replace("SAME", &now.to_string())
        .replace("NOW", &(now - 60).to_string())
}

async fn post(server: &Castellan, case: &str, now: i64) -> Answer {
    let (path, who) = match case.split('-').next() {
        Some("call") => ("/ingest/v1/calls", ("x-test", "1")),
        Some("event") => ("/ingest/v1/events", ("x-test", "1")),
        Some("door") => ("/ingest/v1/doors", ("x-test", "1")),
        Some("owntracks") => ("/ingest/owntracks", ("x-limit-u", "phone-1")),
        _ => ("/api/v1/sites/test-1/commands", (PERSON_HEADER, "li-na")),
    };
    server.post(path, &[who], body(case, now)).await
}

#[test]
fn every_file_is_a_case() {
    let files = std::fs::read_dir(folder()).expect("the folder");
    let files = files.map(|file| file.expect("a file").file_name());
    let files: BTreeSet<_> = files.filter_map(|name| name.into_string().ok()).collect();
    let cases = rows().into_iter().map(|(case, ..)| case);
    let cases = cases.chain(POSITIONS.map(|(case, _)| case)).chain(REFUSED);
    let others = ["command-note-crlf", "live-hello-as-array"];
    let cases = cases.chain(others).map(|case| format!("{case}.json"));
    assert_eq!(files, cases.collect());
}

#[tokio::test]
async fn each_case_is_answered_and_each_call_and_alarm_is_a_row_with_its_doubt() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let now = now_s();
    for case in REFUSED {
        let answer = post(&server, case, now).await;
        assert_eq!(answer.status, 400, "{case}: {}", answer.body);
        answer.error();
    }
    for (case, priority, doubts) in rows() {
        let answer = post(&server, case, now).await;
        assert_eq!(answer.status, 200, "{case}: {}", answer.body);
        let Accepted::Reported {
            alarm: Some(alarm), ..
        } = answer.json()
        else {
            panic!("{case}: {}", answer.body);
        };
        let row = server.snapshot().await.view.alarms[&alarm].clone();
        let heard = (
            u8::from(row.priority),
            serde_json::to_value(row.doubts).expect("JSON"),
            row.drill,
        );
        assert_eq!(heard, (priority, doubts, false), "{case}");
        match case {
            "call-moved-2" => {
                let at = row.place.point().expect("a place");
                assert_eq!((at.lon(), at.lat()), (120.1132, 30.2882));
            }
            "call-extra-field" => {
                assert_eq!(answer.header(UNKNOWN_FIELDS_HEADER), Some("battery"));
            }
            _ => {}
        }
    }
    for (case, why) in POSITIONS {
        let answer = post(&server, case, now).await;
        let heard = (
            answer.status,
            answer.body.as_str(),
            answer.header(DISCARDED_HEADER),
        );
        assert_eq!(heard, (200, "[]", why), "{case}");
    }
    // Of two for one second the better one counts.
    let path = format!("/api/v1/sites/test-1/tracks?at={}", (now + 1) * 1_000_000);
    let people: Value = server.get_as("li-na", &path).await.json();
    assert_eq!(
        people["people"][0]["at"],
        json!([120.112, 30.288]),
        "{people}"
    );

    let written = post(&server, "command-note-crlf", now).await;
    assert_eq!(written.status, 200, "{}", written.body);
    let path = "/api/v1/sites/test-1/alarms/A-1/notes";
    let notes: Vec<NoteText> = server.get_as("li-na", path).await.json();
    assert_eq!(notes[0].text.as_deref(), Some("line one\nline two"));
    let mut socket = Socket::connect(&server).await;
    socket.say(body("live-hello-as-array", now)).await;
    let refused = socket.expect_refusal().await;
    assert_eq!(refused.code, RefusedCode::BadMessage);
}
