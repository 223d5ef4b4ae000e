//! `/live` with sockets that say what no display says: each is refused by name, counted under
//! health, and costs nobody else anything.

use crate::common::display::{Display, Socket, hello, hello_text};
use crate::common::{Castellan, eventually};
use castellan_domain::ids::Seq;
use castellan_domain::wire::live::{
    CLIENT_MESSAGE_BYTES_MAX, Echo, PROTOCOL_VERSION, RefusedCode, ServerMessage,
};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{Frame, FrameHeader};

/// What a socket may say that no display says, and how it is refused.
fn strange_things() -> Vec<(&'static str, Vec<Message>, RefusedCode)> {
    let hello_first = || Message::text(hello_text(hello()));
    let wrong = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut value: serde_json::Value =
            serde_json::from_str(&hello_text(hello())).expect("JSON");
        change(&mut value);
        Message::text(value.to_string())
    };
    let invalid_text = || {
        let header = FrameHeader {
            opcode: OpCode::Data(Data::Text),
            ..FrameHeader::default()
        };
        Message::Frame(Frame::from_payload(header, vec![0xff, 0xfe].into()))
    };
    let bad = RefusedCode::BadMessage;
    vec![
        ("junk", vec![Message::text("junk")], bad),
        ("an empty text", vec![Message::text("")], bad),
        (
            "an unknown message",
            vec![Message::text(r#"{"t":"subscribe"}"#)],
            bad,
        ),
        (
            "an emoji",
            vec![Message::text(format!(r#"{{"t":"{}"}}"#, "😀".repeat(300)))],
            bad,
        ),
        ("deep nesting", vec![Message::text("[".repeat(4_000))], bad),
        ("binary", vec![Message::binary(vec![1, 2, 3])], bad),
        (
            "an echo before the hello",
            vec![Message::text(r#"{"t":"echo","n":1}"#)],
            bad,
        ),
        ("two hellos", vec![hello_first(), hello_first()], bad),
        (
            "junk after the hello",
            vec![hello_first(), Message::text("x")],
            bad,
        ),
        (
            "binary after the hello",
            vec![hello_first(), Message::binary(vec![0; 9])],
            bad,
        ),
        (
            "a negative echo",
            vec![hello_first(), Message::text(r#"{"t":"echo","n":-1}"#)],
            bad,
        ),
        ("10 KB", vec![Message::text("x".repeat(10_240))], bad),
        (
            "10 KB after the hello",
            vec![hello_first(), Message::text("x".repeat(10_240))],
            bad,
        ),
        ("text that is no UTF-8", vec![invalid_text()], bad),
        (
            "a long build",
            vec![wrong(&|v| v["build"] = "b".repeat(65).into())],
            bad,
        ),
        ("no site", vec![wrong(&|v| v["site"] = "".into())], bad),
        (
            "an old protocol",
            vec![wrong(&|v| v["protocol"] = 0.into())],
            RefusedCode::WrongProtocol,
        ),
        (
            "a new protocol",
            vec![wrong(&|v| v["protocol"] = (PROTOCOL_VERSION + 1).into())],
            RefusedCode::WrongProtocol,
        ),
        (
            "another site",
            vec![wrong(&|v| v["site"] = "other".into())],
            RefusedCode::UnknownSite,
        ),
        (
            "an audience that there is not",
            vec![wrong(&|v| v["audience"] = "everybody".into())],
            RefusedCode::UnknownAudience,
        ),
        (
            "a presence before the hello",
            vec![Message::text(r#"{"t":"presence"}"#)],
            bad,
        ),
        (
            "something painted before the hello",
            vec![Message::text(r#"{"t":"painted_upto","seq":1}"#)],
            bad,
        ),
        ("a flood of junk", vec![Message::text("junk"); 500], bad),
    ]
}

/// What a hello must have and what it must not.
fn wrong_hellos() -> Vec<(&'static str, Vec<Message>, RefusedCode)> {
    let hello = r#"{"t":"hello","protocol":3,"build":"x","site":"test-1""#;
    let list = r#"["hello",3,"x","test-1","staff",null]"#.to_owned();
    let hellos = [
        ("no audience", format!("{hello}}}")),
        ("a misspelt one", format!(r#"{hello},"audiance":"wall"}}"#)),
        (
            "one more",
            format!(r#"{hello},"audience":"wall","more":1}}"#),
        ),
        ("a list", list),
    ];
    let message = |(what, text)| (what, vec![Message::text(text)], RefusedCode::BadMessage);
    hellos.map(message).into()
}

#[tokio::test]
async fn what_is_not_of_the_protocol_is_refused_by_name_and_counted() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let (mut cases, bad) = (strange_things(), RefusedCode::BadMessage);
    cases.extend(wrong_hellos());
    let mut honest = Display::open(&server).await;
    for (what, messages, code) in &cases {
        let mut socket = Socket::connect(&server).await;
        for message in messages.clone() {
            socket.send(message).await;
        }
        let refused = socket.expect_refusal().await;
        assert_eq!(refused.code, *code, "{what}: {}", refused.message);
        assert!(refused.message.len() < 6_000, "{what}");
    }
    for (name, code) in [
        ("bad_message", bad),
        ("wrong_protocol", RefusedCode::WrongProtocol),
        ("unknown_site", RefusedCode::UnknownSite),
        ("unknown_audience", RefusedCode::UnknownAudience),
    ] {
        let expected = cases.iter().filter(|(_, _, other)| *other == code).count();
        assert_eq!(
            server.refusals("live", name).await,
            expected as u64,
            "{name}"
        );
    }
    server.raise("d-000", "after", "loitering").await;
    honest.reach(&server, Seq(2)).await;
}

#[tokio::test]
async fn what_every_display_may_do_is_not_counted_as_garbage() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    // The largest message that is allowed.
    let mut socket = Socket::connect(&server).await;
    socket.say(hello_text(hello())).await;
    let echo = r#"{"t":"echo","n":1}"#;
    socket
        .say(format!(
            "{echo}{}",
            " ".repeat(CLIENT_MESSAGE_BYTES_MAX - echo.len())
        ))
        .await;
    loop {
        if let ServerMessage::Echo(Echo { n: 1, .. }) = socket.hear_text().await {
            break;
        }
    }
    // Displays that just vanish are everyday life, not garbage.
    for hard in [false, true] {
        let socket = Socket::connect(&server).await;
        if hard {
            socket.0.get_ref().set_zero_linger().unwrap();
        }
        drop(socket);
    }
    drop(socket);
    eventually("nobody is counted", async || {
        (server.health().await.displays == 0).then_some(())
    })
    .await;
    assert_eq!(server.refusals("live", "bad_message").await, 0);
}

#[tokio::test]
async fn a_socket_that_never_says_hello_is_let_go_with_a_reason() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let mut socket = Socket::connect(&server).await;
    let talking = async {
        // Pings are no hello: they buy no time.
        let mut pinging = Socket::connect(&server).await;
        for _ in 0..50 {
            pinging.send(Message::Ping("still here".into())).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        pinging.expect_refusal().await
    };
    let (silent, pinging) = tokio::join!(socket.expect_refusal(), talking);
    assert_eq!(silent.code, RefusedCode::BadMessage);
    assert!(silent.message.contains("hello"), "{}", silent.message);
    assert_eq!(pinging, silent);
    assert_eq!(server.refusals("live", "bad_message").await, 2);
}
