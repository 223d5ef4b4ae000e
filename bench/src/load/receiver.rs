//! The receiver of calls: takes every text, and tells of which buttons it was told, and how often.

use super::estate;
use super::http::Connection;
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// It ends by itself after this time.
const LIFE: Duration = Duration::from_mins(10);
/// Bytes of a text at most, so that it has room for all that may wait together (500 lines).
pub const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a request at most.
const REQUEST_BYTES_MAX: usize = 2 * TEXT_BYTES_MAX;
const HEADERS_MAX: usize = 32;

/// What came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Received {
    pub texts: u64,
    /// Buttons of which they tell.
    pub told: u64,
    /// Those of which two texts or more tell.
    pub told_again: u64,
}

/// Texts, and how many tell of each button. At most one for each device of an estate.
#[derive(Default)]
struct Heard {
    texts: u64,
    told: BTreeMap<u32, u64>,
}

/// Takes texts until it is ended.
pub async fn run(listen: SocketAddr) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    let heard = Arc::new(Mutex::new(Heard::default()));
    let taking = async {
        loop {
            let (stream, _) = listener.accept().await?;
            // Whoever hangs up in the middle is a server that was killed, and comes again.
            tokio::spawn(serve(stream, heard.clone()));
        }
    };
    tokio::time::timeout(LIFE, taking)
        .await
        .context("nobody ended the receiver")?
}

/// Asks a receiver what came.
pub async fn ask(target: SocketAddr) -> anyhow::Result<Received> {
    let mut connection = Connection::open(target).await?;
    let request = format!("GET / HTTP/1.1\r\nHost: {target}\r\n\r\n");
    let answer = connection.exchange(request.as_bytes()).await?;
    Ok(serde_json::from_slice(&answer.body)?)
}

async fn serve(mut stream: TcpStream, heard: Arc<Mutex<Heard>>) -> anyhow::Result<()> {
    let mut buffer = Vec::with_capacity(4 * 1024);
    loop {
        let request = loop {
            if let Some(request) = parse(&buffer)? {
                break request;
            }
            anyhow::ensure!(buffer.len() <= REQUEST_BYTES_MAX, "a request is too long");
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let text = String::from_utf8_lossy(&buffer[request.body..request.ends]).into_owned();
        buffer.drain(..request.ends);
        let body = {
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            heard.hear(&text);
            serde_json::to_string(&heard.received())?
        };
        let length = body.len();
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
        stream.write_all(answer.as_bytes()).await?;
    }
}

impl Heard {
    /// A question has no text.
    fn hear(&mut self, text: &str) {
        self.texts += u64::from(!text.is_empty());
        for button in text.split_whitespace().filter_map(estate::device_number) {
            *self.told.entry(button).or_default() += 1;
        }
    }

    fn received(&self) -> Received {
        Received {
            texts: self.texts,
            told: self.told.len() as u64,
            told_again: self.told.values().filter(|times| **times > 1).count() as u64,
        }
    }
}

/// Where a request has its body.
struct Request {
    body: usize,
    ends: usize,
}

/// A request, once it is whole.
fn parse(bytes: &[u8]) -> anyhow::Result<Option<Request>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut head = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(body) = head.parse(bytes)? else {
        return Ok(None);
    };
    let mut headers = head.headers.iter();
    let length = headers.find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.map(|header| std::str::from_utf8(header.value));
    let length: usize = length.transpose()?.unwrap_or("0").trim().parse()?;
    let ends = body.saturating_add(length);
    Ok((bytes.len() >= ends).then_some(Request { body, ends }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_two_texts_tell_is_told_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        tokio::spawn(run(address));
        let mut connection = loop {
            if let Ok(connection) = Connection::open(address).await {
                break connection;
            }
        };
        for text in [
            "请Operator 1应答： 一级紧急 A-1 button-0 Button-0 12:00:00起无人接警",
            "A-2 Button-1 A-3 Button-2",
            "A-3 Button-2 A-4 Button-3",
        ] {
            let request =
                super::super::http::post(address, "/", ("Accept", "*/*"), text.as_bytes());
            assert_eq!(connection.exchange(&request).await.unwrap().status, 200);
        }
        let received = ask(address).await.unwrap();
        let counts = [received.texts, received.told, received.told_again];
        assert_eq!(counts, [3, 4, 1]);
    }
}
