//! Ways out over real loopback: a robot that answers 200 and means no, a gateway, and one over TLS that proves who it
//! is, or does not.

use crate::common::authority::Authority;
use crate::common::channels::{refused, settled, start};
use crate::common::{eventually, text};
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use axum::serve::Listener;
use serde_json::Value;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

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
        Self::at("http", listener, says)
    }

    /// One that proves who it is.
    async fn with_tls(says: &'static str, authority: &Authority) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let acceptor = authority.acceptor();
        Self::at("https", OverTls { listener, acceptor }, says)
    }

    fn at(scheme: &str, listener: impl Listener<Addr = SocketAddr>, says: &'static str) -> Self {
        let address = listener.local_addr().expect("bound");
        let url = format!("{scheme}://{address}/");
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

/// Takes connections over TLS; whoever does not want to speak it is left.
struct OverTls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for OverTls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (socket, from) = Listener::accept(&mut self.listener).await;
            if let Ok(secured) = self.acceptor.accept(socket).await {
                return (secured, from);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
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

/// One robot, which everybody is reached by; `more` stands above it.
fn robot(folder: &Path, url: &str, more: &str) -> String {
    let file = folder.join("robot.url");
    std::fs::write(&file, url).expect("a written file");
    format!(
        r#"{more}
[person.zhou-jie]
reach = [{{ by = "chat", at = "security" }}]
[chat.security]
kind = "wecom"
url_file = "{}"
"#,
        text(&file)
    )
}

#[tokio::test]
async fn a_robot_over_tls_is_told_once_the_authority_is_known_and_nothing_before() {
    let authority = Authority::new();
    let robot_of = Receiver::with_tls(r#"{"errcode":0}"#, &authority).await;
    let data = tempfile::tempdir().unwrap();
    let mut server = start(&data, &robot(data.path(), &robot_of.url, ""));
    let alarm = server.raise("d-000", "e-1", "urgent").await.to_string();
    eventually("it fails", async || {
        (settled(data.path()).await == ["chat failing"]).then_some(())
    })
    .await;
    let why = server.health().await.outbox.last_failure;
    let why = why.expect("it says why");
    assert!(
        why.contains("cannot prove who it is") && why.contains("ca_file"),
        "{why}"
    );
    assert_eq!(robot_of.heard(), [Value::Null; 0], "it was told nothing");
    server.kill();
    let own = format!("ca_file = \"{}\"", text(&authority.file(data.path())));
    let _server = start(&data, &robot(data.path(), &robot_of.url, &own));
    let told = eventually("it is told", async || robot_of.heard().into_iter().next()).await;
    let said = told["text"]["content"].as_str().unwrap();
    assert!(said.contains(&alarm), "{said}");
}

#[test]
fn whom_nobody_can_know_is_refused_at_the_start_and_no_key_is_shown() {
    let data = tempfile::tempdir().unwrap();
    let plain = robot(data.path(), "http://robot.example/send?key=abc", "");
    let said = refused(&data, &plain);
    assert!(
        said.contains("the robot security must begin with https://"),
        "{said}"
    );
    assert!(!said.contains("abc"), "{said}");
}
