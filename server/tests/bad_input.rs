//! Bad input: whatever anybody sends gets a clear error, is counted under health with its reason,
//! and costs nobody else anything.

mod common;

use castellan_domain::alarm::Verdict;
use castellan_domain::ids::AlarmId;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::{CommandBody, DISCARDED_HEADER, PERSON_HEADER};
use common::{Answer, Castellan, PATIENCE, SITE, database, event_body, now_s, position_body};
use serde_json::json;
use sqlx::Row as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

const EVENTS: &str = "/ingest/v1/events";
const OWNTRACKS: &str = "/ingest/owntracks";
const PHONE: (&str, &str) = ("x-limit-u", "phone-1");

fn long(length: usize) -> String {
    "y".repeat(length)
}

#[tokio::test]
async fn a_bad_event_is_refused_with_its_reason_and_counted() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let with = |field: &str, value: serde_json::Value| {
        let mut body = json!({"device": "d-000", "event_id": "e", "type": "panic"});
        body[field] = value;
        body.to_string()
    };
    let cases: Vec<(String, u16, &str)> = vec![
        (String::new(), 400, "malformed"),
        ("{".into(), 400, "malformed"),
        ("[]".into(), 400, "malformed"),
        ("null".into(), 400, "malformed"),
        ("\u{feff}{}".into(), 400, "malformed"),
        ("[".repeat(60_000), 400, "malformed"),
        (with("occurred_at", json!(1e99)), 400, "malformed"),
        (r#"{"device":NaN,"event_id":"e","type":"panic"}"#.into(), 400, "malformed"),
        (r#"{"device":1e999,"event_id":"e","type":"panic"}"#.into(), 400, "malformed"),
        (r#"{"event_id":"e","type":"panic"}"#.into(), 400, "malformed"),
        (r#"{"device":"d-000","type":"panic"}"#.into(), 400, "malformed"),
        (r#"{"device":"d-000","event_id":"e"}"#.into(), 400, "malformed"),
        (with("device", json!("d 000")), 400, "malformed"),
        (with("device", json!("")), 400, "malformed"),
        (with("device", json!("../../etc/passwd")), 400, "malformed"),
        (with("device", json!("三号楼")), 400, "malformed"),
        (with("device", json!(long(65))), 400, "malformed"),
        (with("event_id", json!(long(65))), 400, "malformed"),
        (with("type", json!(long(65))), 400, "malformed"),
        (with("state", json!("on")), 400, "malformed"),
        (with("more", json!(1)), 400, "malformed"),
        (with("occurred_at", json!(long(41))), 400, "malformed"),
        (with("occurred_at", json!("noon")), 400, "bad_time"),
        (with("occurred_at", json!("2026-02-30T00:00:00Z")), 400, "bad_time"),
        (with("occurred_at", json!("2026-11-22T03:00:00")), 400, "bad_time"),
        (with("device", json!("d-999")), 404, "unknown_sender"),
        (with("device", json!(long(64))), 404, "unknown_sender"),
        (with("type", json!("no_such_type")), 422, "unknown_alarm_type"),
    ];
    for (body, status, code) in &cases {
        let answer = server.post(EVENTS, &[], body.clone()).await;
        let error = answer.error();
        assert_eq!((answer.status, error.code.as_str()), (*status, *code), "{body:.90}");
        assert!(error.message.len() > 15, "{body:.90}: {}", error.message);
        assert!(error.message.len() < 4_000, "{body:.90}: a long sentence");
    }
    for code in ["malformed", "bad_time", "unknown_sender", "unknown_alarm_type"] {
        let expected = cases.iter().filter(|(_, _, other)| other == &code).count();
        assert_eq!(server.refusals("events", code).await, expected as u64, "{code}");
    }
    let not_utf8 = server.post(EVENTS, &[], b"{\"device\":\"\xff\"}".to_vec()).await;
    assert_eq!((not_utf8.status, not_utf8.error().code.as_str()), (400, "malformed"));

    let health = server.health().await;
    let listed: Vec<_> = health.quarantine.iter().map(|q| q.sender.as_str()).collect();
    assert_eq!(health.quarantine.len(), 3, "{listed:?}");
    assert!(listed.contains(&"d-999") && listed.contains(&"d-000"), "{listed:?}");
    let unknown = health.quarantine.iter().find(|q| q.sender == "d-999").unwrap();
    assert_eq!((unknown.adapter.as_str(), unknown.count), ("events", 1));
    assert!(unknown.last_message.contains("\"d-999\""));
    assert_eq!(health.seq.0, 1, "nothing of all that became a fact");

    // Names of exactly the allowed length are none of that.
    let body = event_body("d-000", &long(64), &"x".repeat(64), "active");
    assert_eq!(server.post(EVENTS, &[], body).await.status, 200);
}

#[tokio::test]
async fn a_bad_position_is_refused_with_its_reason_and_counted() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let at = |lon: &str, lat: &str| {
        format!(r#"{{"_type":"location","lon":{lon},"lat":{lat},"tst":{}}}"#, now_s())
    };
    let cases: Vec<(String, u16, &str)> = vec![
        ("{".into(), 400, "malformed"),
        ("[]".into(), 400, "malformed"),
        ("{}".into(), 400, "malformed"),
        ("[".repeat(60_000), 400, "malformed"),
        (at("NaN", "1"), 400, "malformed"),
        (at("1e999", "1"), 400, "malformed"),
        (at("1", "-1e999"), 400, "malformed"),
        (at("\"120\"", "30"), 400, "malformed"),
        (at("181", "30"), 400, "bad_coordinate"),
        (at("-180.001", "30"), 400, "bad_coordinate"),
        (at("120", "90"), 400, "bad_coordinate"),
        (at("1e300", "30"), 400, "bad_coordinate"),
        (at("null", "30"), 400, "missing_field"),
        (r#"{"_type":"location","lat":30,"lon":120}"#.into(), 400, "missing_field"),
        (r#"{"_type":"location","lat":30,"lon":120,"tst":"x"}"#.into(), 400, "missing_field"),
        (r#"{"_type":"location","lat":30,"lon":120,"tst":1e300}"#.into(), 400, "missing_field"),
        (r#"{"_type":"encrypted","data":"abc"}"#.into(), 400, "encrypted"),
    ];
    for (body, status, code) in &cases {
        let answer = server.post(OWNTRACKS, &[PHONE], body.clone()).await;
        let error = answer.error();
        assert_eq!((answer.status, error.code.as_str()), (*status, *code), "{body:.90}");
    }
    let good = position_body(now_s(), 0);
    let basic = |user: &str| {
        use base64::Engine as _;
        let coded = base64::engine::general_purpose::STANDARD.encode(format!("{user}:secret"));
        format!("Basic {coded}")
    };
    let (known, unknown, nobody) = (basic("phone-1"), basic("phone-99"), basic(""));
    let (long_name, longer_name) = (long(65), long(6_000));
    for (header, status, code) in [
        (("x-test", "1"), 401, "no_name"),
        (("x-limit-u", ""), 401, "no_name"),
        (("authorization", "Bearer x"), 401, "no_name"),
        (("authorization", "Basic !!!"), 401, "no_name"),
        (("authorization", nobody.as_str()), 401, "no_name"),
        (("authorization", unknown.as_str()), 404, "unknown_sender"),
        (("x-limit-u", "phone-98"), 404, "unknown_sender"),
        (("x-limit-u", "guard-1"), 404, "unknown_sender"),
        (("x-limit-u", long_name.as_str()), 404, "unknown_sender"),
        (("x-limit-u", longer_name.as_str()), 404, "unknown_sender"),
        (("x-limit-u", longer_name.as_str()), 404, "unknown_sender"),
    ] {
        let answer = server.post(OWNTRACKS, &[header], good.clone()).await;
        let error = answer.error();
        assert_eq!((answer.status, error.code.as_str()), (status, code), "{:.40}", header.1);
        assert!(error.message.len() < 300, "a long name makes a long sentence");
    }
    let listed = server.health().await.quarantine;
    assert_eq!(listed.len(), 5, "one place for each sender, however long its name");
    assert!(listed.iter().any(|sender| sender.sender == "phone-99" && sender.count == 1));
    assert_eq!(server.refusals("owntracks", "unknown_sender").await, 6);
    assert_eq!(server.refusals("owntracks", "no_name").await, 5);
    assert_eq!(server.refusals("owntracks", "bad_coordinate").await, 4);

    // What phones send besides positions is no mistake, and the password is in no log or answer.
    for body in ["", " \n", r#"{"_type":"lwt","tst":"1"}"#, r#"{"_type":"waypoint"}"#] {
        let answer = server.post(OWNTRACKS, &[PHONE], body).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "[]"), "{body:?}");
    }
    let answer = server.post(OWNTRACKS, &[("authorization", &known)], good).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "[]"));
    assert!(!server.log().contains("secret"));
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
        #[expect(clippy::cast_possible_truncation, reason = "a time written in the test")]
        let micros = (seconds * 1e6) as i64;
        assert_eq!(fact["body"]["doubted_clock"], json!(Timestamp::from_micros(micros)));
        let (occurred, recorded) = (&fact["occurred_at"], &fact["recorded_at"]);
        let apart = recorded.as_i64().unwrap() - occurred.as_i64().unwrap();
        assert!((0..60_000_000).contains(&apart), "{claimed}: our own time is taken instead");
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
        (position_body(now_s() - 8 * 24 * 3600, 0), "implausible_time"),
        (far(now_s()), "off_site"),
    ] {
        let answer = server.post(OWNTRACKS, &[PHONE], body).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "[]"));
        assert_eq!(answer.header(DISCARDED_HEADER), Some(why));
    }
    assert_eq!(server.refusals("owntracks", "implausible_time").await, 5);
    assert_eq!(server.refusals("owntracks", "off_site").await, 1);
    assert_eq!(server.health().await.seq, before);
    let mut db = common::open(&database(data.path(), "tracks.db")).await;
    let row = sqlx::query("SELECT COUNT(*) FROM fixes").fetch_one(&mut db).await.unwrap();
    assert_eq!(row.get::<i64, _>(0), 0);
}

async fn last_fact(data: &std::path::Path) -> serde_json::Value {
    let mut db = common::open(&database(data, "journal.db")).await;
    let row = sqlx::query("SELECT bytes FROM facts ORDER BY seq DESC LIMIT 1");
    let row = row.fetch_one(&mut db).await.expect("there are facts");
    serde_json::from_str(&row.get::<String, _>(0)).expect("a fact is JSON")
}

#[tokio::test]
async fn a_bad_command_is_refused_with_its_reason_and_counted() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let alarm = server.raise("d-000", "e-1", "loitering").await;
    let path = format!("/api/v1/sites/{SITE}/commands");
    let id = "6f1c3f0e-5b7e-4a51-9d4e-0d9a7a1b2c3d";
    let li_na = [(PERSON_HEADER, "li-na")];
    let of = |command: serde_json::Value| {
        json!({"command_id": id, "command": command}).to_string()
    };
    for body in [
        String::new(),
        "{".into(),
        of(json!({"claim": {}})),
        of(json!({"claim": {"alarm": 1}})),
        of(json!({"claim": {"alarm": "A-01"}})),
        of(json!({"claim": {"alarm": "A-99999999999"}})),
        of(json!({"claim": {"alarm": "A-1", "more": 1}})),
        of(json!({"open_all_doors": {}})),
        of(json!({"judge": {"alarm": "A-1", "verdict": "drill"}})),
        of(json!({"note": {"alarm": "A-1", "text": " "}})),
        of(json!({"note": {"alarm": "A-1", "text": "字".repeat(501)}})),
        of(json!({"note": {"alarm": "A-1", "text": "a\u{7}"}})),
        json!({"command_id": "1", "command": {"claim": {"alarm": "A-1"}}}).to_string(),
        json!({"command": {"claim": {"alarm": "A-1"}}}).to_string(),
    ] {
        let answer = server.post(&path, &li_na, body.clone()).await;
        assert_eq!((answer.status, answer.error().code.as_str()), (400, "malformed"), "{body:.90}");
    }
    let claim = CommandBody::Claim { alarm };
    let body = of(json!({"claim": {"alarm": "A-1"}}));
    let answer = server.post(&path, &[], body.clone()).await;
    assert_eq!((answer.status, answer.error().code.as_str()), (401, "no_name"));
    for stranger in ["nobody", "phone-1", "A B", &long(65), "李娜"] {
        let answer = server.command(stranger, claim.clone()).await;
        assert!(
            matches!((answer.status, answer.error().code.as_str()), (403, "unknown_person") | (401, "no_name")),
            "{stranger:.20}: {answer:?}"
        );
    }
    let other = body.replace(id, "00000000-0000-0000-0000-000000000001");
    let answer = server.post("/api/v1/sites/elsewhere/commands", &li_na, other).await;
    assert_eq!((answer.status, answer.error().code.as_str()), (404, "unknown_site"));

    // Refused by the site, with the reason as data: nobody's mistake, so not counted as one.
    let missing = CommandBody::Claim { alarm: AlarmId(77) };
    let judge = CommandBody::Judge { alarm, verdict: Verdict::Test };
    for (person, command, status, code) in [
        ("guard-1", claim.clone(), 403, "not_allowed"),
        ("li-na", missing, 404, "unknown_alarm"),
        ("li-na", judge.clone(), 422, "not_claimed"),
    ] {
        let answer = server.command(person, command).await;
        assert_eq!((answer.status, refusal_code(&answer).as_str()), (status, code));
    }
    assert_eq!(server.command("li-na", claim).await.status, 200);
    let answer = server.command("zhao-min", judge.clone()).await;
    assert_eq!((answer.status, refusal_code(&answer).as_str()), (403, "not_owner"));
    let outdated = json!({"command_id": id, "expected": 1, "command": {"judge": {"alarm": "A-1", "verdict": "test"}}});
    let answer = server.post(&path, &li_na, outdated.to_string()).await;
    assert_eq!((answer.status, refusal_code(&answer).as_str()), (409, "changed"));
    assert_eq!(server.command("zhou-jie", judge.clone()).await.status, 200);
    let answer = server.command("zhou-jie", judge).await;
    assert_eq!((answer.status, refusal_code(&answer).as_str()), (409, "already_judged"));
    assert_eq!(server.refusals("commands", "malformed").await, 14);
    assert_eq!(server.refusals("commands", "no_name").await, 2);
    assert_eq!(server.refusals("commands", "unknown_person").await, 4);
    assert_eq!(server.refusals("commands", "refused").await, 0);
}

fn refusal_code(answer: &Answer) -> String {
    let body: serde_json::Value = serde_json::from_str(&answer.body).expect("an error");
    assert_eq!(body["error"]["code"], "refused");
    body["error"]["refusal"]["code"].as_str().expect("a code").to_owned()
}

/// Sends raw bytes on one connection, in pieces of any size, and reads until its end.
fn raw(server: &Castellan, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    // The server may hang up in the middle of what is too long anyway.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_body_of_ten_megabytes_is_not_taken_and_the_server_lives() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    for path in [EVENTS, OWNTRACKS, "/api/v1/sites/test-1/commands"] {
        let mut request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: 10485760\r\n\r\n",
            server.address
        )
        .into_bytes();
        request.resize(request.len() + 10 * 1024 * 1024, b'x');
        let answer = raw(&server, &request);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{answer:.200}");
        // One byte too many is answered in words.
        let answer = server.post(path, &[PHONE], long(64 * 1024 + 1)).await;
        assert_eq!((answer.status, answer.error().code.as_str()), (413, "too_large"));
    }
    assert!(server.refusals("events", "too_large").await >= 1);
    let answer = raw(
        &server,
        format!(
            "POST {EVENTS} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            server.address
        )
        .as_bytes(),
    );
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer:.200}");
    assert_eq!(server.event("d-000", "after", "panic", "active").await.status, 200);
}

#[tokio::test]
async fn whatever_is_asked_at_any_address_is_answered_in_the_form_of_an_error() {
    let web = tempfile::tempdir().unwrap();
    std::fs::write(web.path().join("build.txt"), "b1").unwrap();
    std::fs::write(web.path().join("index.html"), "<!doctype html>").unwrap();
    for more in [vec![], vec!["--web", common::text(web.path())]] {
        let data = tempfile::tempdir().unwrap();
        let server = Castellan::start_with(data.path(), &common::estate(), &more);
        for path in ["/api/v1/nothing", "/nothing", "/ingest/v2/events", "/api/v1/sites/x/y/z"] {
            let (get, post) = (server.get(path).await, server.post(path, &[], "x").await);
            for answer in [get, post] {
                assert_eq!((answer.status, answer.error().code.as_str()), (404, "not_found"), "{path}");
            }
        }
        for path in ["/api/v1/sites/%ff/snapshot", "/api/v1/sites/x/health"] {
            let answer = server.get(path).await;
            assert!(matches!(answer.status, 400 | 404), "{path}: {answer:?}");
            answer.error();
        }
        let answer = server.get(EVENTS).await;
        assert_eq!((answer.status, answer.error().code.as_str()), (405, "wrong_method"));
        let answer = server.get("/live").await;
        assert_eq!((answer.status, answer.error().code.as_str()), (400, "not_a_websocket"));
        for path in ["alarms/1042/notes", "alarms/A-0/notes", "estates/abc"] {
            let answer = server.get(&format!("/api/v1/sites/{SITE}/{path}")).await;
            assert_eq!(answer.status, 404, "{path}");
            answer.error();
        }
        let traversal = raw(
            &server,
            format!("GET /../../etc/passwd HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address).as_bytes(),
        );
        assert!(traversal.starts_with("HTTP/1.1 4"), "{traversal:.80}");
    }
}

#[tokio::test]
async fn pages_of_other_origins_get_nothing_under_whatever_name_they_come() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let own = server.address.to_string();
    let port = server.address.port();
    let rebound = format!("evil.example:{port}");
    let (own_origin, rebound_origin) = (format!("http://{own}"), format!("http://{rebound}"));
    let named = format!("localhost:{port}");
    let named_origin = format!("http://{named}");
    for (host, origin, allowed) in [
        (own.as_str(), None, true),
        (own.as_str(), Some(own_origin.as_str()), true),
        (named.as_str(), Some(named_origin.as_str()), true),
        (own.as_str(), Some("http://evil.example"), false),
        (own.as_str(), Some("null"), false),
        (own.as_str(), Some(named_origin.as_str()), false),
        // A name of theirs that leads to us (DNS rebinding).
        (rebound.as_str(), Some(rebound_origin.as_str()), false),
        (rebound.as_str(), None, false),
    ] {
        for (method, path) in [("GET", "/api/v1/sites"), ("POST", EVENTS), ("GET", "/live")] {
            let origin = origin.map_or(String::new(), |origin| format!("Origin: {origin}\r\n"));
            let request = format!(
                "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{origin}Connection: close\r\nContent-Length: 0\r\n\r\n"
            );
            let answer = raw(&server, request.as_bytes());
            assert_eq!(
                !answer.starts_with("HTTP/1.1 403"),
                allowed,
                "{method} {path} {host} {origin}: {answer:.300}"
            );
            assert!(allowed || answer.contains("foreign_origin"));
        }
    }
    let program_of_old = raw(&server, b"GET /api/v1/sites HTTP/1.0\r\n\r\n");
    assert!(program_of_old.starts_with("HTTP/1.0 200"), "{program_of_old:.80}");
}
