//! Mail through a real relay, aiosmtpd: whole in Chinese, refused, tried again, and over TLS.

use crate::common::authority::Authority;
use crate::common::channels::{settled, start};
use crate::common::relay::{Relay, channels, tls};
use crate::common::{Castellan, eventually, text};
use serde_json::{Value, json};
use std::path::Path;

/// The mail about an alarm. That nobody is reachable is an alarm, too, and may be told likewise.
async fn about(relay: &Relay, alarm: &str) -> Value {
    let says = |mail: &Value| {
        mail["text"]
            .as_str()
            .is_some_and(|text| text.contains(alarm))
    };
    eventually("the relay says what it took", async || {
        relay.taken().into_iter().find(says)
    })
    .await
}

/// Waits until the record says this of the last call.
async fn becomes(data: &Path, outcome: &str) {
    eventually(outcome, async || {
        (settled(data).await.last()? == outcome).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_mail_in_chinese_arrives_whole() {
    let relay = Relay::start(&[]);
    let data = tempfile::tempdir().unwrap();
    let server = start(&data, &relay.channels(""));
    let alarm = server.raise("d-000", "e-1", "urgent").await.to_string();
    becomes(data.path(), "mail delivered").await;
    let mail = about(&relay, &alarm).await;
    assert_eq!(mail["from"], "castellan@example.com");
    assert_eq!(mail["to"], json!(["zhou@example.com"]));
    let journal = server.snapshot().await.journal.0.to_string();
    let id = mail["id"].as_str().unwrap();
    assert!(id.starts_with(&format!("<{journal}-")), "{id}");
    for part in ["subject", "text"] {
        let said = mail[part].as_str().unwrap();
        for word in [&*alarm, "急", "B1层"] {
            assert!(said.contains(word), "{part}: {said}");
        }
    }
}

#[tokio::test]
async fn what_a_relay_refuses_is_refused_without_its_words_and_a_row_says_so_unless_it_is_one_mailbox()
 {
    let mut relay = Relay::start(&[]);
    relay.answer("550");
    let fails = async |server: &Castellan| {
        let rows = server.snapshot().await.view.alarms;
        let mut rows = rows.into_values();
        rows.any(|row| row.kind.as_str() == "mail_failing" && row.is_active())
    };
    let data = tempfile::tempdir().unwrap();
    let server = start(&data, &relay.channels(""));
    server.raise("d-000", "e-1", "urgent").await;
    becomes(data.path(), "mail refused").await;
    assert!(!fails(&server).await, "the relay serves others");
    relay.answer("554");
    server.raise("d-004", "e-1", "urgent").await;
    eventually("a row", async || fails(&server).await.then_some(())).await;
    let why = server.health().await.outbox.last_failure;
    assert_eq!(why.as_deref(), Some("the relay of mail answered 554"));
    assert_eq!(relay.taken(), [Value::Null; 0]);
    relay.answer("250");
    server.raise("d-008", "e-1", "urgent").await;
    becomes(data.path(), "mail delivered").await;
    assert!(!fails(&server).await, "it works again");
}

#[tokio::test]
async fn a_relay_that_has_no_time_is_tried_again() {
    let mut relay = Relay::start(&[]);
    relay.answer("451");
    let data = tempfile::tempdir().unwrap();
    let server = start(&data, &relay.channels(""));
    let alarm = server.raise("d-000", "e-1", "urgent").await.to_string();
    becomes(data.path(), "mail failing").await;
    assert_eq!(relay.taken(), [Value::Null; 0]);
    relay.answer("250");
    becomes(data.path(), "mail delivered").await;
    about(&relay, &alarm).await;
}

#[tokio::test]
async fn a_relay_that_is_gone_is_told_as_failing_and_has_the_mail_once_it_is_back() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = gone.local_addr().unwrap().port();
    drop(gone);
    let data = tempfile::tempdir().unwrap();
    let server = start(&data, &channels(port, ""));
    let alarm = server.raise("d-000", "e-1", "urgent").await.to_string();
    becomes(data.path(), "mail failing").await;
    let relay = Relay::start(&["--port", &port.to_string()]);
    becomes(data.path(), "mail delivered").await;
    about(&relay, &alarm).await;
}

#[tokio::test]
async fn by_tls_a_relay_proves_who_it_is_before_it_hears_name_and_password() {
    for how in ["starttls", "implicit"] {
        let data = tempfile::tempdir().unwrap();
        let authority = Authority::new();
        let files = authority.of_server(data.path());
        let mut arguments = tls(how, &files).to_vec();
        arguments.extend(["--login", "castellan", "a password"]);
        let relay = Relay::start(&arguments);
        let password = data.path().join("password");
        std::fs::write(&password, "a password\n").unwrap();
        let mail = format!(
            "tls = \"{how}\"\nuser = \"castellan\"\npassword_file = \"{}\"",
            text(&password)
        );
        let mut server = start(&data, &relay.channels(&mail));
        let alarm = server.raise("d-000", "e-1", "urgent").await.to_string();
        becomes(data.path(), "mail failing").await;
        let why = server.health().await.outbox.last_failure.unwrap();
        assert!(why.contains("cannot prove who it is"), "{how}: {why}");
        server.kill();
        let own = format!("ca_file = \"{}\"", text(&authority.file(data.path())));
        let server = start(&data, &format!("{own}\n{}", relay.channels(&mail)));
        becomes(data.path(), "mail delivered").await;
        let taken = about(&relay, &alarm).await;
        assert_eq!(
            (&taken["tls"], &taken["user"]),
            (&json!(true), &json!("castellan"))
        );
        let log = server.log();
        assert!(!log.contains("a password"), "{log}");
    }
}

#[tokio::test]
async fn a_relay_that_offers_no_tls_where_it_is_wanted_gets_no_mail() {
    let relay = Relay::start(&[]);
    let data = tempfile::tempdir().unwrap();
    let server = start(&data, &relay.channels("tls = \"starttls\""));
    server.raise("d-000", "e-1", "urgent").await;
    becomes(data.path(), "mail failing").await;
    assert_eq!(relay.taken(), [Value::Null; 0]);
}
