//! The receiver of calls: takes every post, and tells how often each came.

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
/// Bytes of a request at most.
const REQUEST_BYTES_MAX: usize = 64 * 1024;
const HEADERS_MAX: usize = 32;
/// The id of a call, which is the same however often it is sent.
const ID: &str = "idempotency-key";

/// What came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Received {
    /// Calls, each counted once.
    pub calls: u64,
    /// Posts.
    pub posts: u64,
}

/// How often each call came, by its id. At most one for each ladder that is measured.
type Calls = Arc<Mutex<BTreeMap<Box<[u8]>, u64>>>;

/// Takes posts until it is ended.
pub async fn run(listen: SocketAddr) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    let calls = Calls::default();
    let taking = async {
        loop {
            let (stream, _) = listener.accept().await?;
            // Whoever hangs up in the middle is a server that was killed, and comes again.
            tokio::spawn(serve(stream, calls.clone()));
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

async fn serve(mut stream: TcpStream, calls: Calls) -> anyhow::Result<()> {
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
        buffer.drain(..request.length);
        let body = {
            let mut calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(id) = request.id {
                *calls.entry(id).or_default() += 1;
            }
            serde_json::to_string(&received(&calls))?
        };
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).await?;
    }
}

fn received(calls: &BTreeMap<Box<[u8]>, u64>) -> Received {
    Received {
        calls: calls.len() as u64,
        posts: calls.values().sum(),
    }
}

struct Request {
    id: Option<Box<[u8]>>,
    /// Its bytes.
    length: usize,
}

/// A request, once it is whole.
fn parse(bytes: &[u8]) -> anyhow::Result<Option<Request>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut head = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(begins) = head.parse(bytes)? else {
        return Ok(None);
    };
    let header = |name: &str| {
        let mut headers = head.headers.iter();
        headers.find(|header| header.name.eq_ignore_ascii_case(name))
    };
    let length = header("content-length").map(|header| std::str::from_utf8(header.value));
    let body: usize = length.transpose()?.unwrap_or("0").trim().parse()?;
    let id = header(ID).map(|header| Box::from(header.value));
    let length = begins.saturating_add(body);
    Ok((bytes.len() >= length).then_some(Request { id, length }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_that_comes_again_under_its_id_is_one_call() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        tokio::spawn(run(address));
        let mut connection = loop {
            if let Ok(connection) = Connection::open(address).await {
                break connection;
            }
        };
        for id in ["a", "b", "a"] {
            let request = super::super::http::post(address, "/", (ID, id), b"{}");
            assert_eq!(connection.exchange(&request).await.unwrap().status, 200);
        }
        let received = ask(address).await.unwrap();
        assert_eq!((received.calls, received.posts), (2, 3));
    }
}
