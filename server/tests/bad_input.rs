//! Bad input of devices and phones: it gets a clear error, is counted under health with its reason,
//! and costs nobody else anything. People and pages are in `bad_requests.rs`.

use crate::common::{Castellan, SITE, database, event_body, now_s, position_body};
use castellan_domain::alarm::{AlarmCommand, NoteCommand};
use castellan_domain::command::Command;
use castellan_domain::ids::PersonId;
use castellan_domain::staff::StaffCommand;
use castellan_domain::text::Written;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::{
    DISCARDED_HEADER, NoteText, UNKNOWN_FIELDS_HEADER, UNREAD_FIELDS_HEADER,
};
use serde_json::json;
use sqlx::Row as _;

const EVENTS: &str = "/ingest/v1/events";
const OWNTRACKS: &str = "/ingest/owntracks";
const PHONE: (&str, &str) = ("x-limit-u", "phone-1");

fn long(length: usize) -> String {
    "y".repeat(length)
}

/// Bodies that are no event here, with the answer to each.
fn bad_events() -> Vec<(String, u16, &'static str)> {
    let with = |field: &str, value: serde_json::Value| {
        let mut body = json!({"device": "d-000", "event_id": "e", "type": "panic"});
        body[field] = value;
        body.to_string()
    };
    vec![
        (String::new(), 400, "malformed"),
        ("{".into(), 400, "malformed"),
        ("[]".into(), 400, "malformed"),
        ("null".into(), 400, "malformed"),
        (r#"["d-000","e","panic","active"]"#.into(), 400, "malformed"),
        ("\u{feff}{}".into(), 400, "malformed"),
        ("[".repeat(60_000), 400, "malformed"),
        (
            r#"{"device":NaN,"event_id":"e","type":"panic"}"#.into(),
            400,
            "malformed",
        ),
        (
            r#"{"device":1e999,"event_id":"e","type":"panic"}"#.into(),
            400,
            "malformed",
        ),
        (
            r#"{"event_id":"e","type":"panic"}"#.into(),
            400,
            "malformed",
        ),
        (
            r#"{"device":"d-000","event_id":"e"}"#.into(),
            400,
            "malformed",
        ),
        (with("device", json!("d 000")), 400, "malformed"),
        (with("device", json!("")), 400, "malformed"),
        (with("device", json!("../../etc/passwd")), 400, "malformed"),
        (with("device", json!("三号楼")), 400, "malformed"),
        (with("device", json!(long(65))), 400, "malformed"),
        (with("type", json!(long(65))), 400, "malformed"),
        (with("device", json!("d-999")), 404, "unknown_sender"),
        (with("device", json!(long(64))), 404, "unknown_sender"),
        (
            with("type", json!("no_such_type")),
            422,
            "unknown_alarm_type",
        ),
    ]
}

#[tokio::test]
async fn a_bad_event_is_refused_with_its_reason_and_counted() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let cases = bad_events();
    for (body, status, code) in &cases {
        let answer = server.post(EVENTS, &[], body.clone()).await;
        let error = answer.error();
        assert_eq!(
            (answer.status, error.code.as_str()),
            (*status, *code),
            "{body:.90}"
        );
        assert!(error.message.len() > 15, "{body:.90}: {}", error.message);
        assert!(error.message.len() < 4_000, "{body:.90}: a long sentence");
    }
    for code in ["malformed", "unknown_sender", "unknown_alarm_type"] {
        let expected = cases.iter().filter(|(_, _, other)| other == &code).count();
        assert_eq!(
            server.refusals("events", code).await,
            expected as u64,
            "{code}"
        );
    }
    let not_utf8 = server
        .post(EVENTS, &[], b"{\"device\":\"\xff\"}".to_vec())
        .await;
    assert_eq!(
        (not_utf8.status, not_utf8.error().code.as_str()),
        (400, "malformed")
    );

    let health = server.health().await;
    let listed: Vec<_> = health
        .quarantine
        .iter()
        .map(|q| q.sender.as_str())
        .collect();
    assert_eq!(health.quarantine.len(), 3, "{listed:?}");
    assert!(
        listed.contains(&"d-999") && listed.contains(&"d-000"),
        "{listed:?}"
    );
    let unknown = health
        .quarantine
        .iter()
        .find(|q| q.sender == "d-999")
        .unwrap();
    assert_eq!((unknown.adapter.as_str(), unknown.count), ("events", 1));
    assert!(unknown.last_message.contains("\"d-999\""));
    assert_eq!(health.seq.0, 1, "nothing of all that became a fact");

    // Names of exactly the allowed length are none of that.
    let body = event_body("d-000", &long(64), &"x".repeat(64), "active");
    assert_eq!(server.post(EVENTS, &[], body).await.status, 200);
}

#[tokio::test]
async fn a_clock_of_1970_or_2099_is_doubted_and_never_believed() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    for (device, claimed, seconds) in [
        ("d-001", "1970-01-01T00:00:01.5Z", 1.5),
        ("d-002", "2099-12-31T23:59:59+08:00", 4_102_415_999.0),
    ] {
        let body = json!({"device": device, "event_id": "e", "type": "loitering",
                          "state": "active", "occurred_at": claimed});
        let answer = server.post(EVENTS, &[], body.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let fact = last_fact(data.path()).await;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a time written in the test"
        )]
        let micros = (seconds * 1e6) as i64;
        assert_eq!(
            fact["body"]["doubts"],
            json!({"time": {"unbelievable": {"said": Timestamp::from_micros(micros)}}})
        );
        let (occurred, recorded) = (&fact["occurred_at"], &fact["recorded_at"]);
        let apart = recorded.as_i64().unwrap() - occurred.as_i64().unwrap();
        assert!(
            (0..60_000_000).contains(&apart),
            "{claimed}: our own time is taken instead"
        );
    }
    let before = server.health().await.seq;
    let far = |tst: i64| {
        json!({"_type": "location", "lon": 121.5, "lat": 30.287, "tst": tst}).to_string()
    };
    for (body, why) in [
        (position_body(0, 0), "implausible_time"),
        (position_body(4_102_444_799, 0), "implausible_time"),
        (position_body(-5, 0), "implausible_time"),
        (position_body(i64::MAX, 0), "implausible_time"),
        (
            position_body(now_s() - 8 * 24 * 3600, 0),
            "implausible_time",
        ),
        (far(now_s()), "off_site"),
    ] {
        let answer = server.post(OWNTRACKS, &[PHONE], body).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "[]"));
        assert_eq!(answer.header(DISCARDED_HEADER), Some(why));
    }
    assert_eq!(server.refusals("owntracks", "implausible_time").await, 5);
    assert_eq!(server.refusals("owntracks", "off_site").await, 1);
    assert_eq!(server.health().await.seq, before);
    let mut db = crate::common::open(&database(data.path(), "tracks.db")).await;
    let row = sqlx::query("SELECT COUNT(*) FROM people")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(row.get::<i64, _>(0), 0);
}

/// The last fact about an alarm. An incident may follow from it, some time later.
async fn last_fact(data: &std::path::Path) -> serde_json::Value {
    let mut db = crate::common::open(&database(data, "journal.db")).await;
    let row = sqlx::query(
        "SELECT bytes FROM facts WHERE bytes LIKE '%\"kind\":\"alarm_%' ORDER BY seq DESC LIMIT 1",
    );
    let row = row.fetch_one(&mut db).await.expect("there are facts");
    serde_json::from_str(&row.get::<String, _>(0)).expect("a fact is JSON")
}

/// Doors, signs of life and calls are refused by name and counted like events.
#[tokio::test]
async fn a_bad_door_sign_of_life_or_call_is_refused_and_counted_under_its_own_name() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let door = json!({"device": "d-999", "event_id": "e", "what": "opened"});
    let call = json!({"phone": "nobodys", "event_id": "e", "kind": "sos"});
    for (adapter, good, unknown) in [
        ("doors", door, "device"),
        ("heard", json!({"device": "d-999"}), "device"),
        ("calls", call, "phone"),
    ] {
        let path = format!("/ingest/v1/{adapter}");
        let with = |value: serde_json::Value| {
            let mut body = good.clone();
            body[unknown] = value;
            body.to_string()
        };
        let malformed = [
            String::new(),
            "[]".into(),
            "[".repeat(60_000),
            with(json!(long(65))),
            with(json!("../x")),
            with(json!(null)),
        ];
        for body in &malformed {
            let answer = server.post(&path, &[], body.clone()).await;
            let code = answer.error().code;
            assert_eq!(
                (answer.status, code.as_str()),
                (400, "malformed"),
                "{path} {body:.60}"
            );
        }
        let answer = server.post(&path, &[], good.to_string()).await;
        let code = answer.error().code;
        assert_eq!(
            (answer.status, code.as_str()),
            (404, "unknown_sender"),
            "{path}"
        );
        let counted = server.refusals(adapter, "malformed").await;
        assert_eq!(counted, malformed.len() as u64, "{adapter}");
        assert_eq!(
            server.refusals(adapter, "unknown_sender").await,
            1,
            "{adapter}"
        );
        let health = server.health().await;
        assert!(
            health.quarantine.iter().any(|q| q.adapter == adapter),
            "{adapter}"
        );
    }
    assert_eq!(
        server.health().await.seq.0,
        1,
        "nothing of all that became a fact"
    );
}

/// A phone whose guard is off duty is answered, so that it stops sending, and is not followed.
#[tokio::test]
async fn a_position_of_somebody_off_duty_is_answered_counted_and_kept_nowhere() {
    let data = tempfile::tempdir().unwrap();
    let mut estate: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(crate::common::estate()).unwrap()).unwrap();
    let shift = json!({"name": {"zh": "白班", "en": "Day"}, "starts_at": "08:00"});
    estate["staffing"] = json!({"shifts": [shift], "duty": "recorded"});
    let path = data.path().join("estate.json");
    std::fs::write(&path, estate.to_string()).unwrap();
    let server = Castellan::start_with(data.path(), &path, &[]);
    let person = PersonId::new("guard-1").unwrap();
    let off = Command::Staff(StaffCommand::GoOffDuty {
        person: person.clone(),
    });
    let on = Command::Staff(StaffCommand::GoOnDuty { person });
    assert_eq!(server.command("li-na", on).await.status, 200);
    assert_eq!(server.command("li-na", off).await.status, 200);
    let answer = server.position("phone-1", now_s() - 5, 1).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "[]"));
    assert_eq!(answer.header(DISCARDED_HEADER), Some("off_duty"));
    assert_eq!(server.refusals("owntracks", "off_duty").await, 1);
    let mut db = crate::common::open(&database(data.path(), "tracks.db")).await;
    let row = sqlx::query("SELECT (SELECT COUNT(*) FROM tail_0) + (SELECT COUNT(*) FROM tail_1)");
    let row = row.fetch_one(&mut db).await.unwrap();
    assert_eq!(row.get::<i64, _>(0), 0);
}

/// What is odd about a message from somebody who is known costs that field and nothing else.
#[tokio::test]
async fn what_is_odd_about_a_message_is_doubted_named_and_counted() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let event = json!({"device": "d-000", "type": "loitering", "state": "active"});
    let call = json!({"phone": "phone-1", "kind": "sos"});
    let cases = [
        (
            "events",
            &event,
            "occurred_at",
            json!(1e99),
            json!({"time": "unreadable"}),
        ),
        (
            "events",
            &event,
            "occurred_at",
            json!("noon"),
            json!({"time": "unreadable"}),
        ),
        (
            "events",
            &event,
            "drill",
            json!(null),
            json!({"drill": true}),
        ),
        (
            "events",
            &event,
            "state",
            json!("on"),
            json!({"state": true}),
        ),
        ("events", &event, "event_id", json!(long(65)), json!(null)),
        (
            "calls",
            &call,
            "at",
            json!([]),
            json!({"place": "unreadable"}),
        ),
        (
            "calls",
            &call,
            "occurred_at",
            json!(""),
            json!({"time": "unreadable"}),
        ),
    ];
    for (n, (adapter, good, field, odd, doubts)) in cases.iter().enumerate() {
        let mut body = (*good).clone();
        body["event_id"] = json!(format!("e-{n}"));
        body["battery"] = json!(3);
        body[*field] = odd.clone();
        let path = format!("/ingest/v1/{adapter}");
        let answer = server.post(&path, &[], body.to_string()).await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.body);
        assert_eq!(answer.header(UNREAD_FIELDS_HEADER), Some(*field), "{body}");
        assert_eq!(answer.header(UNKNOWN_FIELDS_HEADER), Some("battery"));
        let fact = last_fact(data.path()).await;
        assert_eq!(fact["body"]["doubts"], *doubts, "{body}");
        let again = server.post(&path, &[], body.to_string()).await;
        assert_eq!(again.body, answer.body, "a resend");
        assert_eq!(last_fact(data.path()).await["seq"], fact["seq"]);
    }
    let rows = server.snapshot().await.view.alarms;
    let sos = rows.values().find(|row| row.kind.as_str() == "guard_sos");
    let sos = sos.expect("the call has a row");
    assert!(sos.doubts.place.is_some() && sos.doubts.time.is_some());
    let health = server.health().await;
    let events = health.adapters.iter().find(|one| one.adapter == "events");
    let odd = &events.expect("events came").oddities;
    let told: Vec<_> = odd
        .iter()
        .map(|odd| (odd.code.as_str(), odd.count))
        .collect();
    assert_eq!(told, [("unknown_fields", 10), ("unread_fields", 10)]);
    assert_eq!(odd[1].message, "event_id");

    let mut large = call.clone();
    large["event_id"] = json!("e-large");
    large["picture"] = json!(long(200_000));
    let answer = server
        .post("/ingest/v1/calls", &[], large.to_string())
        .await;
    assert_eq!(
        (answer.status, answer.header(UNKNOWN_FIELDS_HEADER)),
        (200, Some("picture"))
    );
}

/// The longest note, in the script of those who write it, is what it was after a restart.
#[tokio::test]
async fn a_note_of_500_chinese_characters_comes_back_as_it_was_written() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Castellan::start(data.path());
    let alarm = server.raise("d-000", "e", "loitering").await;
    let words = "三号楼东门，𠮷"
        .chars()
        .cycle()
        .take(500)
        .collect::<String>();
    let text = Written::new(words.as_str()).unwrap();
    for command in [
        Command::Alarm(AlarmCommand::Claim { alarm }),
        Command::Note(NoteCommand::Note { alarm, text }),
    ] {
        assert_eq!(server.command("li-na", command).await.status, 200);
    }
    server.kill();
    let server = Castellan::start(data.path());
    let path = format!("/api/v1/sites/{SITE}/alarms/{alarm}/notes");
    let notes: Vec<NoteText> = server.get_as("li-na", &path).await.json();
    assert_eq!(notes[0].text.as_deref(), Some(words.as_str()));
    let fact = last_fact(data.path()).await;
    assert!(
        !fact.to_string().contains('门'),
        "the words are beside the fact"
    );
}
