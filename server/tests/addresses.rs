//! Addresses as they are asked for: nothing after the `?` that is not understood, no socket without a key.

use crate::common::{Castellan, PATIENCE, SITE};
use castellan_domain::wire::api::PERSON_HEADER;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

const EVENTS: &str = "/ingest/v1/events";
const OWNTRACKS: &str = "/ingest/owntracks";

/// A word that is misspelt after the `?` must not change silently what is answered.
#[tokio::test]
async fn what_is_not_asked_for_after_the_question_mark_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let page = include_str!("../../docs/protocols/http.md");
    let (_, table) = page
        .split_once("| [`POST /ingest/v1/events`](#events)")
        .unwrap();
    let (table, _) = table.split_once("| `GET /`").unwrap();
    let listed = table
        .split('`')
        .filter(|words| words.starts_with("GET /") || words.starts_with("POST /"));
    let mut asked = vec![(false, EVENTS.to_owned())];
    asked.extend(listed.filter_map(|route| {
        let (method, path) = route.split_once(' ')?;
        let path = path.replace("{site}", SITE).replace("{hash}", "x");
        let path = path
            .replace("{alarm}", "A-1")
            .replace("{person}", "guard-1");
        (path != OWNTRACKS).then(|| (method == "GET", path))
    }));
    assert!(
        asked.len() > 15,
        "every address of the page but one: {asked:?}"
    );
    for (is_get, path) in asked {
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
        let answer = server.get(&path).await;
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
