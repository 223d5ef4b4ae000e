//! Addresses as they are asked for: nothing after the `?` that is not understood, no socket without a key.

use crate::common::{Castellan, PATIENCE, SITE};
use castellan_domain::wire::api::PERSON_HEADER;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

const OWNTRACKS: &str = "/ingest/owntracks";

/// Every address of the page, with names that may be there; whether it is read.
fn listed() -> Vec<(bool, String)> {
    let page = include_str!("../../docs/protocols/http.md");
    let (_, table) = page
        .split_once("| | |\n|---|---|\n")
        .expect("the table of addresses");
    let (table, _) = table.split_once("| `GET /`").expect("its last line");
    let routes = table.split('`').filter_map(|words| {
        let (method, path) = words.split_once(' ')?;
        let names = [
            ("{site}", SITE),
            ("{hash}", "x"),
            ("{alarm}", "A-1"),
            ("{incident}", "I-1"),
            ("{person}", "guard-1"),
        ];
        let path = names
            .into_iter()
            .fold(path.to_owned(), |path, (name, value)| {
                path.replace(name, value)
            });
        let is_route = path.starts_with('/') && ["GET", "POST"].contains(&method);
        is_route.then_some((method == "GET", path))
    });
    let listed: Vec<_> = routes.collect();
    assert!(listed.len() > 15, "{listed:?}");
    listed
}

/// Who reads what the staff knows says who they are, and may do so. For a display its audience is
/// named; figures have nobody in them, and the other four addresses say nothing of what happened.
#[tokio::test]
async fn nobody_reads_what_the_staff_knows_without_a_name_and_its_right() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let open = [
        "/snapshot",
        "/estates/x",
        "/figures",
        "/healthz",
        "/metrics",
        "/live",
    ];
    let is_open =
        |path: &str| path == "/api/v1/sites" || open.iter().any(|end| path.ends_with(end));
    let mut kept = 0;
    for (is_get, mut path) in listed() {
        if !is_get || is_open(&path) {
            continue;
        }
        if path.ends_with("/tracks") {
            path += "?at=1";
        }
        for (who, status, code) in [(None, 401, "no_name"), (Some("guard-1"), 403, "refused")] {
            let answer = match who {
                None => server.get(&path).await,
                Some(who) => server.get_as(who, &path).await,
            };
            let heard = (answer.status, answer.error().code);
            assert_eq!(heard, (status, code.to_owned()), "{path} {who:?}");
        }
        kept += 1;
    }
    assert!(kept >= 7, "{kept}");
}

/// A word that is misspelt after the `?` must not change silently what is answered.
#[tokio::test]
async fn what_is_not_asked_for_after_the_question_mark_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    for (is_get, path) in listed() {
        if path == OWNTRACKS {
            continue;
        }
        for query in ["audiance=wall_visitor", "x", "audience=staff&x=1"] {
            let path = format!("{path}?{query}");
            let answer = if is_get {
                server.get_as("zhao-min", &path).await
            } else {
                let by = [(PERSON_HEADER, "zhao-min")];
                server.post(&path, &by, "{}").await
            };
            let code = answer.error().code;
            assert_eq!((answer.status, code.as_str()), (400, "malformed"), "{path}");
        }
    }
    for (query, code) in [
        ("", "unknown_audience"),
        ("?audience=", "unknown_audience"),
        ("?audience=Staff", "unknown_audience"),
        ("?audience=wall&audience=staff", "malformed"),
    ] {
        let answer = server
            .get(&format!("/api/v1/sites/{SITE}/snapshot{query}"))
            .await;
        let heard = answer.error().code;
        assert_eq!((answer.status, heard.as_str()), (400, code), "{query}");
    }
    for after in ["18446744073709551615", "999999999999", "-1", "", "x"] {
        let path = format!("/api/v1/sites/{SITE}/observations?after=2026-11-28.{after}");
        let answer = server.get_as("li-na", &path).await;
        let code = answer.error().code;
        assert_eq!(
            (answer.status, code.as_str()),
            (400, "malformed"),
            "{after}"
        );
    }
}

/// A handshake without its key is none; the library would take any.
#[tokio::test]
async fn a_socket_is_opened_for_a_key_of_sixteen_bytes_only() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let shake = |key: &str| {
        let host = server.address;
        let head = format!(
            "GET /live HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        );
        let request = format!("{head}Sec-WebSocket-Version: 13\r\n{key}\r\n");
        let mut socket = TcpStream::connect(host).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.write_all(request.as_bytes()).unwrap();
        let mut status = [0; 12];
        socket.read_exact(&mut status).unwrap();
        String::from_utf8(status.to_vec()).unwrap()
    };
    let good = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    assert_eq!(shake(good), "HTTP/1.1 101");
    for bad in [
        "",
        "Sec-WebSocket-Key:\r\n",
        "Sec-WebSocket-Key: x\r\n",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n",
        "Sec-WebSocket-Key: !!hlIHNhbXBsZSBub25jZQ==\r\n",
        &good.repeat(2),
    ] {
        assert_eq!(shake(bad), "HTTP/1.1 400", "{bad}");
    }
}
