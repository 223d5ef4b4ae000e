//! Bad requests of people, pages and programs: commands that make no sense, bodies without end,
//! addresses that lead nowhere, pages of other origins.

use crate::common::{Answer, Castellan, PATIENCE, SITE};
use castellan_domain::alarm::{AlarmCommand, AlarmRefusal, Verdict};
use castellan_domain::command::Command;
use castellan_domain::ids::AlarmId;
use castellan_domain::refusal::Refusal;
use castellan_domain::wire::api::{PERSON_COOKIE, PERSON_HEADER};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

const EVENTS: &str = "/ingest/v1/events";
const OWNTRACKS: &str = "/ingest/owntracks";

fn long(length: usize) -> String {
    "y".repeat(length)
}

#[tokio::test]
async fn a_bad_command_is_refused_with_its_reason_and_counted() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let alarm = server.raise("d-000", "e-1", "loitering").await;
    let path = format!("/api/v1/sites/{SITE}/commands");
    let id = "6f1c3f0e-5b7e-4a51-9d4e-0d9a7a1b2c3d";
    let li_na = [(PERSON_HEADER, "li-na")];
    let of = |command: serde_json::Value| json!({"command_id": id, "command": command}).to_string();
    for body in [
        String::new(),
        "{".into(),
        of(json!({"claim": {}})),
        of(json!({"claim": {"alarm": 1}})),
        of(json!({"claim": {"alarm": "A-01"}})),
        of(json!({"claim": {"alarm": "A-99999999999"}})),
        of(json!({"claim": {"alarm": "A-1", "more": 1}})),
        of(json!({"claim": ["A-1"]})),
        json!([id, null, {"claim": {"alarm": "A-1"}}]).to_string(),
        of(json!({"open_all_doors": {}})),
        of(json!({"judge": {"alarm": "A-1", "verdict": "drill"}})),
        of(json!({"note": {"alarm": "A-1", "text": " "}})),
        of(json!({"note": {"alarm": "A-1", "text": "字".repeat(501)}})),
        of(json!({"note": {"alarm": "A-1", "text": "\u{200b}\u{200d}\u{feff}"}})),
        json!({"command_id": "1", "command": {"claim": {"alarm": "A-1"}}}).to_string(),
        json!({"command": {"claim": {"alarm": "A-1"}}}).to_string(),
    ] {
        let answer = server.post(&path, &li_na, body.clone()).await;
        assert_eq!(
            (answer.status, answer.error().code.as_str()),
            (400, "malformed"),
            "{body:.90}"
        );
    }
    let claim = Command::Alarm(AlarmCommand::Claim { alarm });
    let body = of(json!({"claim": {"alarm": "A-1"}}));
    let answer = server.post(&path, &[], body.clone()).await;
    assert_eq!(
        (answer.status, answer.error().code.as_str()),
        (401, "no_name")
    );
    for stranger in ["nobody", "phone-1", "A B", &long(65), "李娜"] {
        let answer = server.command(stranger, claim.clone()).await;
        assert!(
            matches!(
                (answer.status, answer.error().code.as_str()),
                (403, "unknown_person") | (401, "no_name")
            ),
            "{stranger:.20}: {answer:?}"
        );
    }
    let other = body.replace(id, "00000000-0000-0000-0000-000000000001");
    let answer = server
        .post("/api/v1/sites/elsewhere/commands", &li_na, other)
        .await;
    assert_eq!(
        (answer.status, answer.error().code.as_str()),
        (404, "unknown_site")
    );

    // Refused by the site, with the reason as data: nobody's mistake, so not counted as one.
    let missing = Command::Alarm(AlarmCommand::Claim { alarm: AlarmId(77) });
    let judge = Command::Alarm(AlarmCommand::Judge {
        alarm,
        verdict: Verdict::Test,
        basis: None,
    });
    for (person, command, status, code) in [
        ("guard-1", claim.clone(), 403, "not_allowed"),
        ("li-na", missing, 404, "unknown_alarm"),
        ("li-na", judge.clone(), 422, "not_claimed"),
    ] {
        let answer = server.command(person, command).await;
        assert_eq!(
            (answer.status, refusal_code(&answer).as_str()),
            (status, code)
        );
    }
    assert_eq!(server.command("li-na", claim).await.status, 200);
    let answer = server.command("zhao-min", judge.clone()).await;
    assert_eq!(
        (answer.status, refusal_code(&answer).as_str()),
        (403, "not_owner")
    );
    let outdated = json!({"command_id": id, "expected": 1, "command": {"judge": {"alarm": "A-1", "verdict": "test"}}});
    let answer = server.post(&path, &li_na, outdated.to_string()).await;
    assert_eq!(
        (answer.status, refusal_code(&answer).as_str()),
        (409, "changed")
    );
    assert_eq!(server.command("zhou-jie", judge.clone()).await.status, 200);
    let answer = server.command("zhou-jie", judge).await;
    assert_eq!(
        (answer.status, refusal_code(&answer).as_str()),
        (409, "already_judged")
    );
    assert_eq!(server.refusals("commands", "malformed").await, 16);
    assert_eq!(server.refusals("commands", "no_name").await, 2);
    assert_eq!(server.refusals("commands", "unknown_person").await, 4);
    assert_eq!(server.refusals("commands", "refused").await, 0);
}

fn refusal_code(answer: &Answer) -> String {
    let body: serde_json::Value = serde_json::from_str(&answer.body).expect("an error");
    assert_eq!(body["error"]["code"], "refused");
    body["error"]["refusal"]["code"]
        .as_str()
        .expect("a code")
        .to_owned()
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
        assert!(
            answer.is_empty()
                || answer.starts_with("HTTP/1.1 413")
                || (path == OWNTRACKS && answer.starts_with("HTTP/1.1 401")),
            "{answer:.200}"
        );
    }
    // One byte too many is answered in words, and so is what is too long once it is unpacked.
    for (path, too_long) in [
        (EVENTS, 1024 * 1024 + 1),
        ("/api/v1/sites/test-1/commands", 64 * 1024 + 1),
    ] {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(long(too_long).as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        for (headers, body, status, code) in [
            (&[][..], long(too_long).into_bytes(), 413, "too_large"),
            (
                &[("content-encoding", "gzip")][..],
                packed,
                413,
                "too_large",
            ),
            (
                &[("content-encoding", "gzip")],
                b"{}".to_vec(),
                400,
                "malformed",
            ),
            (
                &[("content-encoding", "br")],
                b"{}".to_vec(),
                415,
                "unknown_encoding",
            ),
            (
                &[("content-encoding", "gzip, gzip")],
                b"{}".to_vec(),
                415,
                "unknown_encoding",
            ),
        ] {
            let answer = server.post(path, headers, body).await;
            let code_heard = answer.error().code;
            assert_eq!(
                (answer.status, code_heard.as_str()),
                (status, code),
                "{path} {headers:?}"
            );
        }
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
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
        "{answer:.200}"
    );
    assert_eq!(
        server
            .event("d-000", "after", "panic", "active")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn whatever_is_asked_at_any_address_is_answered_in_the_form_of_an_error() {
    let web = tempfile::tempdir().unwrap();
    std::fs::write(web.path().join("build.txt"), "b1").unwrap();
    std::fs::write(web.path().join("index.html"), "<!doctype html>").unwrap();
    for more in [vec![], vec!["--web", crate::common::text(web.path())]] {
        let data = tempfile::tempdir().unwrap();
        let server = Castellan::start_with(data.path(), &crate::common::estate(), &more);
        for path in [
            "/api/v1/nothing",
            "/nothing",
            "/ingest/v2/events",
            "/api/v1/sites/x/y/z",
        ] {
            let (get, post) = (server.get(path).await, server.post(path, &[], "x").await);
            for answer in [get, post] {
                assert_eq!(
                    (answer.status, answer.error().code.as_str()),
                    (404, "not_found"),
                    "{path}"
                );
            }
        }
        for path in ["/api/v1/sites/%ff/snapshot", "/api/v1/sites/x/health"] {
            let answer = server.get(path).await;
            assert!(matches!(answer.status, 400 | 404), "{path}: {answer:?}");
            answer.error();
        }
        let answer = server.get(EVENTS).await;
        assert_eq!(
            (answer.status, answer.error().code.as_str()),
            (405, "wrong_method")
        );
        let answer = server.get("/live").await;
        assert_eq!(
            (answer.status, answer.error().code.as_str()),
            (400, "not_a_websocket")
        );
        for path in [
            format!("/assets/{}", long(300)),
            format!("/{}", "a/".repeat(3_000)),
        ] {
            let answer = server.get(&path).await;
            let code = answer.error().code;
            assert_eq!(
                (answer.status, code.as_str()),
                (404, "not_found"),
                "{path:.40}"
            );
        }
        // A browser that takes it packed is looked for a longer name first.
        let names = [250, 251, 252, 253, 254, 255].map(long);
        let others = ["%00", "a%00b", "index.html/x"].map(str::to_owned);
        for name in names.into_iter().chain(others) {
            let request = format!(
                "GET /{name} HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: gzip, br\r\nConnection: close\r\n\r\n",
                server.address
            );
            let answer = raw(&server, request.as_bytes());
            assert!(answer.starts_with("HTTP/1.1 404"), "{name}: {answer:.80}");
            assert!(answer.contains("\"not_found\""), "{name}: {answer}");
        }
        for path in ["alarms/1042/notes", "alarms/A-0/notes", "estates/abc"] {
            let path = format!("/api/v1/sites/{SITE}/{path}");
            let answer = server.get_as("li-na", &path).await;
            assert_eq!(answer.status, 404, "{path}");
            answer.error();
        }
        let traversal = raw(
            &server,
            format!(
                "GET /../../etc/passwd HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
                server.address
            )
            .as_bytes(),
        );
        assert!(traversal.starts_with("HTTP/1.1 4"), "{traversal:.80}");
    }
}

#[tokio::test]
async fn a_browser_that_goes_to_a_word_gets_the_app_and_nobody_else_does() {
    let (data, web) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(web.path().join("build.txt"), "b1").unwrap();
    std::fs::write(web.path().join("index.html"), "<!doctype html>").unwrap();
    let more = ["--web", crate::common::text(web.path())];
    let server = Castellan::start_with(data.path(), &crate::common::estate(), &more);
    let host = server.address;
    let ask = |request: &str, accept: &str| {
        let head = format!("Host: {host}\r\nAccept: {accept}\r\nConnection: close\r\n");
        raw(
            &server,
            format!("{request} HTTP/1.1\r\n{head}\r\n").as_bytes(),
        )
    };
    let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    for page in ["/", "/wall", "/nothing?lang=en"] {
        let answer = ask(&format!("GET {page}"), browser);
        assert!(answer.starts_with("HTTP/1.1 200"), "{page}: {answer:.80}");
        assert!(
            answer.contains("no-store"),
            "{page} is kept by nobody: {answer}"
        );
        assert!(answer.ends_with("<!doctype html>"), "{page}: {answer}");
    }
    for (request, accept, status) in [
        ("GET /wall", "*/*", 404),
        ("POST /wall", browser, 404),
        ("GET /wall/", browser, 404),
        ("GET /wall.js", browser, 404),
        ("GET /assets/nothing", browser, 404),
        ("GET /api/v1/nothing", browser, 404),
        ("GET /healthz", browser, 200),
        ("GET /live", browser, 400),
    ] {
        let answer = ask(request, accept);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{request}: {answer:.80}"
        );
        assert!(!answer.contains("<!doctype html>"), "{request}: {answer}");
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
    assert!(
        program_of_old.starts_with("HTTP/1.0 200"),
        "{program_of_old:.80}"
    );
}

/// A browser sends a cookie by itself, for a page of another port of this machine as well.
#[tokio::test]
async fn a_foreign_page_does_nothing_under_the_name_that_our_cookie_has() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let alarm = server.raise("d-000", "e-1", "loitering").await;
    let host = server.address.to_string();
    let body = json!({
        "command_id": "6f1c3f0e-5b7e-4a51-9d4e-0d9a7a1b2c3d",
        "command": {"claim": {"alarm": alarm}},
    });
    let body = body.to_string();
    let asked = |method: &str, path: &str, more: &str| {
        let length = if method == "POST" { body.len() } else { 0 };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {PERSON_COOKIE}=li-na\r\n{more}\
             Content-Length: {length}\r\n"
        );
        let body = if method == "POST" { body.as_str() } else { "" };
        raw(&server, format!("{head}\r\n{body}").as_bytes())
    };
    let commands = format!("/api/v1/sites/{SITE}/commands");
    let ways = format!("/api/v1/sites/{SITE}/tracks/guard-0");
    let handshake = "Upgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\n\
                     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let close = "Connection: close\r\n";
    for from in [
        "Origin: http://evil.example\r\n",
        "Origin: http://127.0.0.1:1\r\nSec-Fetch-Site: same-site\r\n",
        "Origin: null\r\nSec-Fetch-Site: cross-site\r\n",
        // A picture, for which no browser names an origin.
        "Sec-Fetch-Site: same-site\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
    ] {
        for (method, path, more) in [
            ("POST", commands.as_str(), close),
            ("GET", ways.as_str(), close),
            ("GET", "/live", handshake),
        ] {
            let answer = asked(method, path, &format!("{from}{more}"));
            assert!(
                answer.starts_with("HTTP/1.1 403") && answer.contains("foreign_origin"),
                "{method} {path} {from}: {answer:.300}"
            );
        }
    }
    let ours = format!("Origin: http://{host}\r\nSec-Fetch-Site: same-origin\r\n{close}");
    let answer = asked("POST", &commands, &ours);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer:.300}");
    let typed = format!("Sec-Fetch-Site: none\r\n{close}");
    let answer = asked("GET", &ways, &typed);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer:.300}");
    let late = server
        .command("zhao-min", Command::Alarm(AlarmCommand::Claim { alarm }))
        .await;
    let refusal = late.error().refusal;
    assert!(
        matches!(&refusal, Some(Refusal::Alarm(AlarmRefusal::AlreadyClaimed { by, .. })) if by.as_str() == "li-na"),
        "the cookie's person has it: {refusal:?}"
    );
}
