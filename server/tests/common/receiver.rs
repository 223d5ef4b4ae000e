//! A real receiver on loopback for what the server posts: it takes, refuses, hangs or stumbles.

use super::eventually;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SECRET: &str = "a secret of this test, long enough";
/// A status that means: no answer until there is another one.
pub(crate) const HANG: u16 = 0;

/// The file with the secret.
pub(crate) fn secret(folder: &Path) -> PathBuf {
    let path = folder.join("secret");
    std::fs::write(&path, format!("{SECRET}\n")).expect("a written file");
    path
}

/// What a receiver heard.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) key: String,
    signature: String,
    pub(crate) body: String,
}

impl Heard {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// Whether the signature is that of the body.
    pub(crate) fn is_signed(&self) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
        mac.update(self.body.as_bytes());
        let signed = self.signature.strip_prefix("sha256=").expect("its kind");
        let signed: Vec<u8> = (0..signed.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&signed[at..at + 2], 16).expect("hexadecimal"))
            .collect();
        mac.verify_slice(&signed).is_ok()
    }
}

/// Where posts go.
#[derive(Debug, Clone)]
pub(crate) struct Receiver {
    heard: Arc<Mutex<Vec<Heard>>>,
    status: Arc<AtomicU16>,
    address: SocketAddr,
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers[name].to_str().expect("text").to_owned();
    let heard = Heard {
        key: header("idempotency-key"),
        signature: header("x-castellan-signature"),
        body: String::from_utf8(body.to_vec()).expect("text"),
    };
    receiver.heard.lock().expect("no panic").push(heard);
    loop {
        match receiver.status.load(Ordering::Relaxed) {
            HANG => tokio::time::sleep(Duration::from_millis(5)).await,
            status => return StatusCode::from_u16(status).expect("a status"),
        }
    }
}

impl Receiver {
    pub(crate) async fn start(status: u16) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let receiver = Self {
            heard: Arc::default(),
            status: Arc::new(AtomicU16::new(status)),
            address: listener.local_addr().expect("an address"),
        };
        let app = Router::new()
            .route("/castellan", post(take))
            .with_state(receiver.clone());
        // Ends with the test's runtime.
        tokio::spawn(async { axum::serve(listener, app).await });
        receiver
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/castellan", self.address)
    }

    pub(crate) fn answer(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("no panic").clone()
    }

    pub(crate) async fn hears(&self, count: usize) -> Vec<Heard> {
        eventually("the receiver hears", async || {
            let heard = self.heard();
            (heard.len() >= count).then_some(heard)
        })
        .await
    }
}
