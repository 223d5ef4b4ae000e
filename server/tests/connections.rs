//! Connections that come slowly, or in thousands: each has its time, all of them have a limit, and
//! whoever is turned away hears why.

use crate::common::display::{Display, Heard};
use crate::common::{Castellan, PATIENCE, eventually};
use rustix::process::{Resource, getrlimit, setrlimit};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What a connection still hears until the server ends it.
async fn rest(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut heard)).await;
    // A reset is an end, too.
    let _ = read.expect("the server ends it");
    String::from_utf8_lossy(&heard).into_owned()
}

async fn connect(server: &Castellan) -> TcpStream {
    TcpStream::connect(server.address)
        .await
        .expect("it listens")
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_not_waited_for() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let mut stream = connect(&server).await;
    let end = Instant::now() + PATIENCE;
    let mut head = b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: "
        .iter()
        .chain(std::iter::repeat(&b'x'));
    // One byte in a tenth of a second: there is always something coming.
    while stream
        .write_all(&[*head.next().expect("endless")])
        .await
        .is_ok()
    {
        assert!(Instant::now() < end, "it is still listening");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(server.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_ended_and_gives_its_place_back() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let mut silent = connect(&server).await;
    let count = async || server.health().await.connections.waiting;
    assert!(count().await >= 2, "this one and the one that asks");
    assert_eq!(rest(&mut silent).await, "");
    eventually("its place is free", async || {
        (count().await <= 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_refused_with_a_sentence_and_counted() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let mut stream = connect(&server).await;
    let head = format!(
        "POST /ingest/v1/events HTTP/1.1\r\nhost: {}\r\ncontent-length: 100\r\n\r\n{{\"dev",
        server.address
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4_096];
    let bytes = timeout(PATIENCE, stream.read(&mut answer))
        .await
        .expect("it is not waited for")
        .expect("an answer");
    let told = String::from_utf8_lossy(&answer[..bytes]);
    assert!(told.starts_with("HTTP/1.1 408"), "{told}");
    assert!(told.contains("too_slow"), "{told}");
    assert_eq!(server.refusals("events", "too_slow").await, 1);
}

#[tokio::test]
async fn three_thousand_idle_connections_are_bounded_and_cost_displays_nothing() {
    const CROWD: usize = 3_000;
    let mut files = getrlimit(Resource::Nofile);
    files.current = files.maximum;
    setrlimit(Resource::Nofile, files).expect("as many files as we may have");
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let mut display = Display::open(&server).await;
    let beats = display.beats;
    let limit = server.health().await.connections.limit;
    assert!(limit < CROWD);

    let mut crowd = Vec::new();
    for _ in 0..CROWD {
        crowd.push(connect(&server).await);
    }
    let held = std::fs::read_dir(format!("/proc/{}/fd", server.pid()))
        .expect("its open files")
        .count();
    assert!(held < limit + 200, "{held} files are open");
    // The last one was turned away at once: it need not ask to be told.
    let told = rest(crowd.last_mut().expect("a crowd")).await;
    assert!(
        told.is_empty() || told.starts_with("HTTP/1.1 503"),
        "{told}"
    );
    let mut reasons = 0;
    for stream in &mut crowd[limit..] {
        let told = rest(stream).await;
        reasons += usize::from(
            told.contains("too_many_connections")
                && told.contains("retry-after: 2")
                && told.ends_with("}}"),
        );
    }
    assert!(reasons > 0, "somebody was told why");
    // Who is connected as a display notices nothing.
    let end = Instant::now() + PATIENCE;
    while display.beats < beats + 2 {
        assert!(Instant::now() < end, "no heartbeat");
        display.step(&server).await;
    }
    // Nobody said anything, so their places come free.
    eventually("there is room again", async || {
        let answer = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .build()
            .expect("a client")
            .get(server.url("/healthz"))
            .send()
            .await;
        answer
            .is_ok_and(|answer| answer.status() == 200)
            .then_some(())
    })
    .await;
    assert!(matches!(
        display.socket.hear().await,
        Heard::Text(..) | Heard::Frame(_)
    ));
}
