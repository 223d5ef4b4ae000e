//! A connection that is kept, for requests whose bytes are ready. Leaner than a client library: the
//! generator has one core, and what it saves here it has for displays.

use super::PATIENCE;
use castellan_domain::wire::api::DISCARDED_HEADER;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Bytes of an answer at most.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// The server itself gives up after 30 s.
const ANSWER_WITHIN: Duration = Duration::from_secs(35);
const HEADERS_MAX: usize = 64;

/// Why an exchange failed.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The connection broke, or could not be made.
    #[error("the connection to the server broke: {0}")]
    Io(#[from] std::io::Error),
    /// Nothing came in time.
    #[error("the server did not answer in time")]
    Silent,
    /// What came is no answer that we know.
    #[error("the answer is not HTTP as expected: {0}")]
    Strange(&'static str),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Whether the server took the message and did not keep it.
    pub discarded: bool,
    pub body: Vec<u8>,
}

/// A kept connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// The bytes of a POST request.
pub fn post(host: SocketAddr, path: &str, header: (&str, &str), body: &[u8]) -> Vec<u8> {
    let (name, value) = header;
    let length = body.len();
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         {name}: {value}\r\nContent-Length: {length}\r\n\r\n"
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self, HttpError> {
        let stream = timeout(PATIENCE, TcpStream::connect(address))
            .await
            .map_err(|_elapsed| HttpError::Silent)??;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(4 * 1024),
        })
    }

    /// Sends a request and reads its answer to the end.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer, HttpError> {
        timeout(ANSWER_WITHIN, async {
            self.stream.write_all(request).await?;
            self.answer().await
        })
        .await
        .map_err(|_elapsed| HttpError::Silent)?
    }

    async fn answer(&mut self) -> Result<Answer, HttpError> {
        self.buffer.clear();
        loop {
            if let Some(answer) = parse(&self.buffer)? {
                return Ok(answer);
            }
            if self.buffer.len() > ANSWER_BYTES_MAX {
                return Err(HttpError::Strange("it is too long"));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(HttpError::Strange("it ends too early"));
            }
        }
    }
}

/// The answer in these bytes, once it is whole.
fn parse(bytes: &[u8]) -> Result<Option<Answer>, HttpError> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut head = httparse::Response::new(&mut headers);
    let parsed = head
        .parse(bytes)
        .map_err(|_| HttpError::Strange("its head"))?;
    let httparse::Status::Complete(begins) = parsed else {
        return Ok(None);
    };
    let header = |name: &str| {
        let mut headers = head.headers.iter();
        headers.find(|header| header.name.eq_ignore_ascii_case(name))
    };
    let length: usize = header("content-length")
        .and_then(|header| std::str::from_utf8(header.value).ok()?.trim().parse().ok())
        .ok_or(HttpError::Strange("it has no length"))?;
    if length > ANSWER_BYTES_MAX {
        return Err(HttpError::Strange("it is too long"));
    }
    let Some(body) = bytes.get(begins..begins + length) else {
        return Ok(None);
    };
    Ok(Some(Answer {
        status: head.code.unwrap_or(0),
        discarded: header(DISCARDED_HEADER).is_some(),
        body: body.to_vec(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_however_it_is_cut() {
        let bytes =
            b"HTTP/1.1 200 OK\r\nX-Castellan-Discarded: off_site\r\nContent-Length: 2\r\n\r\n[]";
        for cut in 0..bytes.len() {
            assert_eq!(parse(&bytes[..cut]).unwrap(), None, "{cut}");
        }
        let answer = parse(bytes).unwrap().unwrap();
        assert_eq!((answer.status, answer.discarded), (200, true));
        assert_eq!(answer.body, b"[]");
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        assert!(parse(b"SSH-2.0-x\r\n").is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n").is_err());
    }
}
