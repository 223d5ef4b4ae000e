//! A camera that answers as a test says, over HTTP and RTSP: their heads look alike.

use md5::Md5;
use sha2::Sha256;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(crate) const USER: &str = "viewer";
pub(crate) const SECRET: &str = "pa:ss";
const REALM: &str = "a camera";
const NONCE: &str = "4711";

/// What a camera is asked.
pub(crate) struct Asked {
    pub(crate) method: String,
    uri: String,
    head: String,
}

impl Asked {
    /// A line of the head.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut lines = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        lines.next().map(|(_, value)| value.trim())
    }
}

/// A camera, for as long as this lives.
pub(crate) struct FakeCamera {
    pub(crate) address: SocketAddr,
    asked: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl FakeCamera {
    /// Answers each request with these bytes; without any it hangs up.
    pub(crate) async fn start(
        answer: impl Fn(&Asked) -> Vec<u8> + Clone + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (answer, counted) = (answer.clone(), counted.clone());
                tokio::spawn(async move { converse(socket, answer, &counted).await });
            }
        });
        Self {
            address,
            asked,
            task,
        }
    }

    /// How many requests it heard.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Drop for FakeCamera {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(mut socket: TcpStream, answer: impl Fn(&Asked) -> Vec<u8>, count: &AtomicUsize) {
    let mut held = Vec::new();
    while let Some(asked) = next_asked(&mut socket, &mut held).await {
        count.fetch_add(1, Ordering::SeqCst);
        let said = answer(&asked);
        if said.is_empty() || socket.write_all(&said).await.is_err() {
            return;
        }
    }
}

/// What is asked next; `unread` is what was read of what comes after it.
pub(crate) async fn next_asked(socket: &mut TcpStream, unread: &mut Vec<u8>) -> Option<Asked> {
    let end = loop {
        if let Some(end) = unread.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match socket.read_buf(unread).await {
            Ok(0) | Err(_) => return None,
            Ok(_) => {}
        }
    };
    let head = String::from_utf8_lossy(&unread[..end]).into_owned();
    unread.drain(..end + 4);
    let mut words = head.split(' ').map(str::to_owned);
    let (method, uri) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    Some(Asked { method, uri, head })
}

/// An answer, as HTTP or RTSP.
pub(crate) fn answer(asked: &Asked, status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let protocol = if asked.head.contains("RTSP/1.0") {
        "RTSP/1.0"
    } else {
        "HTTP/1.1"
    };
    let number = asked
        .header("cseq")
        .map(|number| format!("CSeq: {number}\r\n"));
    let said = format!(
        "{protocol} {status}\r\n{}{headers}Content-Length: {}\r\n\r\n",
        number.unwrap_or_default(),
        body.len()
    );
    [said.as_bytes(), body].concat()
}

/// A way of signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Basic,
    Md5,
    Md5Counted,
    Sha256,
    Strange,
}

impl Way {
    /// As it is offered.
    pub(crate) fn offer(self) -> String {
        match self {
            Self::Basic => format!("WWW-Authenticate: Basic realm=\"{REALM}\"\r\n"),
            Self::Md5 => {
                format!("WWW-Authenticate: Digest realm=\"{REALM}\", nonce=\"{NONCE}\"\r\n")
            }
            Self::Md5Counted => format!(
                "WWW-Authenticate: Digest realm=\"{REALM}\", qop=\"auth\", nonce=\"{NONCE}\", algorithm=MD5\r\n"
            ),
            Self::Sha256 => format!(
                "WWW-Authenticate: Digest realm=\"{REALM}\", qop=\"auth\", nonce=\"{NONCE}\", algorithm=SHA-256\r\n"
            ),
            Self::Strange => format!("WWW-Authenticate: Hawk realm=\"{REALM}\"\r\n"),
        }
    }

    /// Whether somebody has signed in by it.
    pub(crate) fn is_right(self, asked: &Asked) -> bool {
        let Some(said) = asked.header("authorization") else {
            return false;
        };
        match self {
            // `viewer:pa:ss`
            Self::Basic => said == "Basic dmlld2VyOnBhOnNz",
            Self::Strange => false,
            Self::Md5 | Self::Md5Counted | Self::Sha256 => self.is_digest(asked, said),
        }
    }

    fn is_digest(self, asked: &Asked, said: &str) -> bool {
        let field = |name: &str| {
            let mut fields = said.trim_start_matches("Digest ").split(", ");
            let value = fields.find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
            value.map(|value| value.trim_matches('"').to_owned())
        };
        let hash = |words: String| match self {
            Self::Sha256 => hex(&<Sha256 as sha2::Digest>::digest(words)),
            _ => hex(&<Md5 as md5::Digest>::digest(words)),
        };
        let secret = hash(format!("{USER}:{REALM}:{SECRET}"));
        let what = hash(format!("{}:{}", asked.method, asked.uri));
        let counted = match (field("qop"), field("nc"), field("cnonce")) {
            (Some(qop), Some(count), Some(own)) => format!("{count}:{own}:{qop}:"),
            _ => String::new(),
        };
        let right = hash(format!("{secret}:{NONCE}:{counted}{what}"));
        field("response") == Some(right) && counted.is_empty() == (self == Self::Md5)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a text takes it");
        hex
    })
}

/// Lets in who signs in by one of these ways, and offers them in this order.
pub(crate) fn behind(
    ways: &'static [Way],
    within: impl Fn(&Asked) -> Vec<u8> + Clone + Send + Sync + 'static,
) -> impl Fn(&Asked) -> Vec<u8> + Clone + Send + Sync + 'static {
    move |asked| {
        if ways.iter().any(|way| way.is_right(asked)) {
            return within(asked);
        }
        let offers: String = ways.iter().map(|way| way.offer()).collect();
        answer(asked, "401 Unauthorized", &offers, b"")
    }
}
