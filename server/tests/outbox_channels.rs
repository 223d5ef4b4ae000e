//! Ways out over real loopback: a robot that answers 200 and means no, a gateway, a relay of mail that
//! is gone for a while.

use crate::common::{Castellan, database, estate, eventually, open, text};
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde_json::{Value, json};
use sqlx::Row as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A receiver that says always the same, and keeps what it heard.
#[derive(Clone)]
struct Receiver {
    heard: Arc<Mutex<Vec<String>>>,
    says: &'static str,
    url: String,
}

impl Receiver {
    async fn start(says: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("bound"));
        let heard = Arc::default();
        let receiver = Self { heard, says, url };
        let hear = async |State(receiver): State<Self>, body: String| {
            receiver.heard.lock().expect("not poisoned").push(body);
            receiver.says
        };
        let router = Router::new()
            .route("/", post(hear))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    fn heard(&self) -> Vec<Value> {
        let heard = self.heard.lock().expect("not poisoned");
        heard
            .iter()
            .map(|body| serde_json::from_str(body).expect("JSON"))
            .collect()
    }
}

/// A server whose ladder calls the shift leader after a second, and after him the duty manager.
fn start(data: &TempDir, channels: &str) -> Castellan {
    let document = data.path().join("estate.json");
    let fixture = std::fs::read_to_string(estate()).expect("the fixture");
    let mut fixture: Value = serde_json::from_str(&fixture).expect("JSON");
    fixture["alarm_types"] = json!([
        {"id": "urgent", "name": {"zh": "急", "en": "Urgent"}, "priority": 1, "claim_s_max": 30,
         "ladder": "fast"}]);
    fixture["ladders"] = json!([{"id": "fast", "by_day": {"unclaimed": [
        {"after_s": 1, "call": [{"rung": "shift_leader"}]},
        {"after_s": 3_600, "call": [{"rung": "duty_manager"}]}]}}]);
    for person in fixture["people"].as_array_mut().expect("people") {
        if person["id"] == "zhou-jie" {
            person["rungs"] = json!(["shift_leader"]);
        }
        if person["id"] == "chen-hui" {
            person["rungs"] = json!(["duty_manager"]);
        }
    }
    std::fs::write(&document, fixture.to_string()).expect("a written file");
    let file = data.path().join("channels.toml");
    std::fs::write(&file, channels).expect("a written file");
    Castellan::start_with(data.path(), &document, &["--channels", text(&file)])
}

/// What became of each call, as the record has it.
async fn settled(data: &Path) -> Vec<String> {
    let rows = sqlx::query(
        "SELECT bytes FROM facts WHERE bytes LIKE '%\"kind\":\"notification_%' ORDER BY seq",
    )
    .fetch_all(&mut open(&database(data, "journal.db")).await)
    .await
    .expect("the query runs");
    let facts = rows.iter().map(|row| {
        let fact: Value = serde_json::from_str(&row.get::<String, _>(0)).expect("JSON");
        let body = &fact["body"];
        let outcome = body["outcome"].as_str().unwrap_or("failing");
        format!("{} {outcome}", body["channel"].as_str().expect("a channel"))
    });
    facts.collect()
}

#[tokio::test]
async fn a_robot_that_answers_200_and_means_no_is_not_reached_and_the_ladder_goes_on_at_once() {
    let robot = Receiver::start(r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#).await;
    let gateway = Receiver::start(r#"{"code":"OK"}"#).await;
    let data = tempfile::tempdir().unwrap();
    let url = data.path().join("robot.url");
    std::fs::write(&url, &robot.url).unwrap();
    let sms = data.path().join("sms.url");
    std::fs::write(&sms, &gateway.url).unwrap();
    let channels = format!(
        r#"
[person.zhou-jie]
reach = [{{ by = "chat", at = "security" }}]
[person.chen-hui]
reach = [{{ by = "sms", at = "13800000000" }}]
[chat.security]
kind = "wecom"
url_file = "{}"
[sms]
url_file = "{}"
body = '{{"to":"{{to}}","say":"{{text}}"}}'
accepted = {{ pointer = "/code", equals = "OK" }}
"#,
        text(&url),
        text(&sms)
    );
    let server = start(&data, &channels);
    let alarm = server.raise("d-000", "e-1", "urgent").await;
    let told = eventually("the next rung is told", async || {
        gateway.heard().into_iter().next()
    })
    .await;
    assert_eq!(told["to"], "13800000000");
    let said = told["say"].as_str().unwrap();
    // Number, type and place, and who is meant.
    for part in [&alarm.to_string(), "急", "B1层", "值班主管"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let heard = robot.heard().remove(0);
    assert!(
        heard["text"]["content"]
            .as_str()
            .unwrap()
            .contains(&alarm.to_string())
    );
    let outcomes = eventually("both are settled", async || {
        let settled = settled(data.path()).await;
        (settled.len() >= 2).then_some(settled)
    })
    .await;
    assert_eq!(outcomes[..2], ["chat refused", "sms delivered"]);
}

/// A relay of mail: takes everything, and keeps it.
async fn relay(listener: TcpListener, kept: Arc<Mutex<Vec<String>>>) {
    while let Ok((socket, _)) = listener.accept().await {
        let mut socket = BufReader::new(socket);
        let say = async |socket: &mut BufReader<TcpStream>, words: &str| {
            socket.get_mut().write_all(words.as_bytes()).await
        };
        say(&mut socket, "220 relay\r\n").await.expect("a client");
        let mut mail = String::new();
        let mut line = String::new();
        while socket.read_line(&mut line).await.is_ok_and(|n| n > 0) {
            let answer = if line.starts_with("DATA") {
                say(&mut socket, "354 go on\r\n").await.expect("a client");
                while !mail.ends_with("\r\n.\r\n") {
                    socket.read_line(&mut mail).await.expect("a mail");
                }
                kept.lock()
                    .expect("not poisoned")
                    .push(std::mem::take(&mut mail));
                "250 taken\r\n"
            } else if line.starts_with("QUIT") {
                break;
            } else {
                "250 ok\r\n"
            };
            say(&mut socket, answer).await.expect("a client");
            line.clear();
        }
    }
}

#[tokio::test]
async fn a_relay_of_mail_that_is_gone_is_told_as_failing_and_has_the_mail_once_it_is_back() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let data = tempfile::tempdir().unwrap();
    let channels = format!(
        r#"
language = "en"
[person.zhou-jie]
reach = [{{ by = "mail", at = "zhou@example.com" }}]
[mail]
relay = "{address}"
from = "castellan@example.com"
"#
    );
    let server = start(&data, &channels);
    let alarm = server.raise("d-000", "e-1", "urgent").await;
    eventually("it is told that it fails", async || {
        let settled = settled(data.path()).await;
        (settled.first().map(String::as_str) == Some("mail failing")).then_some(())
    })
    .await;
    let kept = Arc::default();
    let listener = TcpListener::bind(address).await.unwrap();
    tokio::spawn(relay(listener, Arc::clone(&kept)));
    let mail = eventually("the mail is there", async || {
        kept.lock()
            .unwrap()
            .iter()
            .find(|mail| mail.contains(&alarm.to_string()))
            .cloned()
    })
    .await;
    assert!(mail.contains("To: zhou@example.com"), "{mail}");
    eventually("it is delivered", async || {
        settled(data.path())
            .await
            .contains(&"mail delivered".to_owned())
            .then_some(())
    })
    .await;
}
