//! What a phone hears: 200 with an empty list whatever it says, as long as it is somebody's.

use crate::common::{Answer, Castellan, SITE, alter, database, now_s, position_body};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use castellan_domain::command::Command;
use castellan_domain::ids::{PersonId, PhoneId};
use castellan_domain::staff::StaffCommand;
use castellan_domain::wire::api::DISCARDED_HEADER;
use castellan_domain::wire::history::TrackPage;
use serde_json::json;
use std::collections::VecDeque;
use std::io::Write as _;

const OWNTRACKS: &str = "/ingest/owntracks";
const PHONE: (&str, &str) = ("x-limit-u", "phone-1");

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(plain).expect("memory takes it");
    packed.finish().expect("memory takes it")
}

fn assert_empty_list(answer: &Answer, what: &str) {
    let heard = (
        answer.status,
        answer.header("content-type"),
        answer.body.as_str(),
    );
    assert_eq!(heard, (200, Some("application/json"), "[]"), "{what:.90}");
}

/// What a phone may say, and the reason if that is of no use.
fn sayings() -> Vec<(Vec<u8>, Option<&'static str>)> {
    let at = |lon: &str, lat: &str| {
        let now = now_s();
        format!(r#"{{"_type":"location","lon":{lon},"lat":{lat},"tst":{now}}}"#)
    };
    let good = position_body(now_s(), 0);
    let with = |field: &str, value: serde_json::Value| {
        let mut body: serde_json::Value = serde_json::from_str(&good).expect("our own");
        body[field] = value;
        body.to_string()
    };
    let waypoints = json!({"_type": "waypoints", "waypoints": vec!["region"; 20_000]});
    let texts = [
        (good.clone(), None),
        (good.clone(), None),
        (String::new(), None),
        (" \n".to_owned(), None),
        (waypoints.to_string(), None),
        (r#"{"_type":"lwt","tst":"1"}"#.to_owned(), None),
        (r#"{"_type":"card"}"#.to_owned(), None),
        (
            r#"{"_type":"transition","acc":"16.0","lat":[]}"#.to_owned(),
            None,
        ),
        (at("\"120.1125\"", "\"30.287\""), None),
        (with("batt", json!(true)), None),
        (with("tst", json!((now_s() - 1).to_string())), None),
        (with("acc", json!({})), None),
        (with("tst", json!(0)), Some("implausible_time")),
        (at("121.5", "30.287"), Some("off_site")),
        (at("0", "0"), Some("off_site")),
        (at("NaN", "1"), Some("missing_field")),
        (at("1e999", "1"), Some("missing_field")),
        (at("null", "30"), Some("missing_field")),
        (with("tst", json!("x")), Some("missing_field")),
        (at("181", "30"), Some("bad_coordinate")),
        (at("30.287", "120.1125"), Some("bad_coordinate")),
        (at("1e300", "30"), Some("bad_coordinate")),
        (
            r#"{"_type":"encrypted","data":"abc"}"#.to_owned(),
            Some("encrypted"),
        ),
        ("{".to_owned(), Some("unknown_form")),
        (
            r#"["location",30.287,120.1125,1]"#.to_owned(),
            Some("unknown_form"),
        ),
        ("[".repeat(60_000), Some("unknown_form")),
        (
            "id=phone-1&lat=30.287&lon=120.1125".to_owned(),
            Some("unknown_form"),
        ),
        (
            r#"{"location":{"coords":{"latitude":30.287}}}"#.to_owned(),
            Some("unknown_form"),
        ),
        ("x".repeat(1024 * 1024), Some("unknown_form")),
        (" ".repeat(1024 * 1024 + 1), Some("too_large")),
    ];
    let texts = texts
        .into_iter()
        .map(|(text, why)| (text.into_bytes(), why));
    texts
        .chain([(b"\xff\xfe".to_vec(), Some("unknown_form"))])
        .collect()
}

#[tokio::test]
async fn a_known_phone_hears_an_empty_list_whatever_it_says() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    for (body, why) in sayings() {
        let said = String::from_utf8_lossy(&body).into_owned();
        let answer = server.post(OWNTRACKS, &[PHONE], body).await;
        assert_empty_list(&answer, &said);
        assert_eq!(answer.header(DISCARDED_HEADER), why, "{said:.90}");
    }
    let packing = |coding: &'static str| [PHONE, ("content-encoding", coding)];
    let good = position_body(now_s(), 0);
    for (coding, body, why) in [
        ("gzip", gzip(good.as_bytes()), None),
        ("GZIP", gzip(good.as_bytes()), None),
        ("identity", good.clone().into_bytes(), None),
        (
            "gzip",
            gzip(&vec![b' '; 1024 * 1024 + 1]),
            Some("too_large"),
        ),
        ("gzip", good.clone().into_bytes(), Some("malformed")),
        ("br", good.into_bytes(), Some("unknown_encoding")),
    ] {
        let answer = server.post(OWNTRACKS, &packing(coding), body).await;
        assert_empty_list(&answer, coding);
        assert_eq!(answer.header(DISCARDED_HEADER), why, "{coding}");
    }
    let expected = sayings()
        .iter()
        .filter(|(_, why)| *why == Some("unknown_form"))
        .count();
    assert_eq!(
        server.refusals("owntracks", "unknown_form").await,
        expected as u64
    );
    let health = server.health().await;
    let phones = health
        .adapters
        .iter()
        .find(|one| one.adapter == "owntracks");
    let unknown = phones
        .expect("phones spoke")
        .refusals
        .iter()
        .find(|one| one.code == "unknown_form");
    let told = &unknown.expect("it was counted").message;
    assert!(told.contains("something new") && told.len() < 800, "{told}");
    assert!(health.quarantine.is_empty());
}

#[tokio::test]
async fn what_cannot_be_recorded_is_said_again_even_if_it_says_no_place() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    server.raise("d-000", "e-1", "loitering").await;
    let full = "CREATE TRIGGER fail BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'no'); END";
    alter(&database(data.path(), "journal.db"), full).await;
    let lost = server.event("d-001", "e-2", "loitering", "active").await;
    assert_eq!(lost.status, 503);
    for (body, why) in sayings() {
        let said = String::from_utf8_lossy(&body).into_owned();
        let answer = server.post(OWNTRACKS, &[PHONE], body).await;
        // A last will is no word of the phone's.
        let expected = if said.contains("lwt") { 200 } else { 503 };
        assert_eq!(answer.status, expected, "{why:?} {said:.90}");
    }
}

#[tokio::test]
async fn a_phone_that_is_nobodys_is_turned_away_whatever_it_says() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let basic = |user: &str| format!("Basic {}", STANDARD.encode(format!("{user}:secret")));
    let (known, unknown, nobody) = (basic("phone-1"), basic("phone-99"), basic(""));
    let small = known.replace("Basic", "basic");
    let (long, longer) = ("y".repeat(65), "y".repeat(6_000));
    let good = position_body(now_s(), 0);
    let strangers = [
        (("x-test", "1"), "no_name"),
        (("x-limit-u", ""), "no_name"),
        (("authorization", "Bearer x"), "no_name"),
        (("authorization", "Basic !!!"), "no_name"),
        (("authorization", nobody.as_str()), "no_name"),
        (("authorization", unknown.as_str()), "unknown_phone"),
        (("x-limit-u", "phone-98"), "unknown_phone"),
        (("x-limit-u", "guard-1"), "unknown_phone"),
        (("x-limit-u", long.as_str()), "unknown_phone"),
        (("x-limit-u", longer.as_str()), "unknown_phone"),
    ];
    for (header, code) in strangers {
        for body in [good.as_str(), "", "{", r#"{"_type":"lwt"}"#] {
            let answer = server.post(OWNTRACKS, &[header], body.to_owned()).await;
            let error = answer.error();
            assert_eq!(
                (answer.status, error.code.as_str()),
                (401, code),
                "{:.40}",
                header.1
            );
            assert!(
                error.message.len() < 300,
                "a long name makes a long sentence"
            );
            assert_eq!(
                answer.header("www-authenticate"),
                Some("Basic realm=\"Castellan\"")
            );
        }
    }
    let listed = server.health().await.quarantine;
    assert_eq!(
        listed.len(),
        5,
        "one place for each sender, however long its name"
    );
    assert!(
        listed
            .iter()
            .any(|sender| sender.sender == "phone-99" && sender.count == 4)
    );
    assert_eq!(server.refusals("owntracks", "unknown_phone").await, 20);
    for header in [&known, &small] {
        let answer = server
            .post(OWNTRACKS, &[("authorization", header)], good.clone())
            .await;
        assert_empty_list(&answer, header);
    }
    assert!(
        !server.log().contains("secret"),
        "the password is in no log"
    );
}

/// What an app does with what it has kept: one message after the other, until one is not answered 200.
async fn drain(server: &Castellan, phone: &str, kept: &mut VecDeque<String>) -> u16 {
    while let Some(next) = kept.front() {
        let answer = server
            .post(OWNTRACKS, &[("x-limit-u", phone)], next.clone())
            .await;
        if answer.status != 200 {
            return answer.status;
        }
        assert_empty_list(&answer, next);
        assert_eq!(answer.header(DISCARDED_HEADER), None, "{next}");
        kept.pop_front();
    }
    200
}

#[tokio::test]
async fn a_backlog_of_two_thousand_drains_in_order_once_the_credential_is_mended() {
    const KEPT: i64 = 2_000;
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let first = now_s() - KEPT - 60;
    let times: Vec<_> = (first..first + KEPT).collect();
    let mut kept: VecDeque<_> = times.iter().map(|at| position_body(*at, 5)).collect();
    assert_eq!(drain(&server, "found-in-the-hall", &mut kept).await, 401);
    assert_eq!(kept.len(), times.len(), "the phone keeps all of them");
    let person = PersonId::new("guard-7").unwrap();
    let phone = PhoneId::new("found-in-the-hall").unwrap();
    let bind = Command::Staff(StaffCommand::BindPhone { phone, person });
    assert_eq!(server.command("li-na", bind).await.status, 200);
    assert_eq!(drain(&server, "found-in-the-hall", &mut kept).await, 200);
    assert_eq!(track(&server, "guard-7").await, times);
}

/// The seconds of which the record knows where somebody was.
async fn track(server: &Castellan, person: &str) -> Vec<i64> {
    let path = format!("/api/v1/sites/{SITE}/tracks/{person}?limit=5000");
    let page: TrackPage = server.get_as("li-na", &path).await.json();
    assert_eq!(page.next, None);
    let times = page.fixes.iter();
    times
        .map(|fix| fix.occurred_at.as_micros() / 1_000_000)
        .collect()
}

#[tokio::test]
async fn what_a_phone_hears_while_the_server_stops_is_true() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Castellan::start(data.path());
    let first = now_s() - 100_000;
    let (heard, mut answers) = tokio::sync::mpsc::unbounded_channel();
    let phones = (0..4).map(|n| {
        let (url, heard) = (server.url(OWNTRACKS), heard.clone());
        tokio::spawn(async move {
            let client = crate::common::client();
            let mut kept = Vec::new();
            for at in first.. {
                let request = client.post(&url).header("x-limit-u", format!("phone-{n}"));
                let Ok(answer) = request.body(position_body(at, n)).send().await else {
                    break;
                };
                let status = answer.status().as_u16();
                let Ok(body) = answer.text().await else {
                    break;
                };
                match status {
                    200 => assert_eq!(body, "[]"),
                    503 => assert!(body.starts_with("{\"error\""), "{body}"),
                    other => panic!("{other}: {body}"),
                }
                if status == 200 {
                    kept.push(at);
                }
                let _ = heard.send(());
            }
            kept
        })
    });
    let phones: Vec<_> = phones.collect();
    for _ in 0..40 {
        answers.recv().await.expect("phones are answered");
    }
    server.tell_to_stop();
    assert_eq!(server.wait().code(), Some(0), "{}", server.log());
    let server = Castellan::start(data.path());
    for (n, phone) in phones.into_iter().enumerate() {
        let kept = phone.await.expect("each answer is one that a phone knows");
        let stored = track(&server, &format!("guard-{n}")).await;
        let lost: Vec<_> = kept.iter().filter(|at| !stored.contains(at)).collect();
        assert!(lost.is_empty(), "phone-{n} was told 200 about {lost:?}");
    }
}

/// Two letters name many phones, and whoever writes a `topic` may write another one's.
#[tokio::test]
async fn a_body_that_names_another_phone_moves_nobody_but_its_sender() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    for (phone, east) in [("phone-1", 10), ("phone-2", 20)] {
        let mut body: serde_json::Value =
            serde_json::from_str(&position_body(now_s(), east)).unwrap();
        body["tid"] = json!("01");
        body["topic"] = json!("owntracks/phone-1/phone");
        let answer = server
            .post(OWNTRACKS, &[("x-limit-u", phone)], body.to_string())
            .await;
        assert_empty_list(&answer, phone);
        assert_eq!(answer.header(DISCARDED_HEADER), None);
    }
    let path = format!(
        "/api/v1/sites/{}/tracks?at={}",
        crate::common::SITE,
        now_s() * 1_000_000
    );
    let answer: serde_json::Value = server.get_as("zhao-min", &path).await.json();
    let where_is = |person: &str| {
        let person = PersonId::new(person).unwrap();
        let mut people = answer["people"].as_array().unwrap().iter();
        let one = people.find(|one| one["person"] == person.as_str());
        one.unwrap_or_else(|| panic!("{person} is in {answer}"))["at"].clone()
    };
    assert_ne!(where_is("guard-1"), where_is("guard-2"));
}
