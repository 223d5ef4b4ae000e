//! A simulated camera behind somebody who spoils what it says.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a camera sends: an answer, or a packet of its picture or of a report.
pub(crate) enum Said {
    Answer(String),
    Packet(Vec<u8>),
}

/// What spoils it: it is told how much was said before on the same connection.
pub(crate) type Spoil = fn(&mut Said, usize);

/// The way to a camera, for as long as this lives.
pub(crate) struct SpoiledCamera {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl SpoiledCamera {
    /// Passes everything on to a camera, and what it says back as `spoil` leaves it.
    pub(crate) async fn start(camera: SocketAddr, spoil: Spoil) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let task = tokio::spawn(async move {
            while let Ok((viewer, _)) = listener.accept().await {
                tokio::spawn(async move {
                    // Either end may go at any moment.
                    drop(pass(viewer, camera, spoil).await);
                });
            }
        });
        Self { address, task }
    }
}

impl Drop for SpoiledCamera {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(viewer: TcpStream, camera: SocketAddr, spoil: Spoil) -> std::io::Result<()> {
    let camera = TcpStream::connect(camera).await?;
    let (mut asks, mut hears) = viewer.into_split();
    let (mut says, mut listens) = camera.into_split();
    let asking = tokio::io::copy(&mut asks, &mut listens);
    let answering = async {
        let (mut held, mut count) = (Vec::new(), 0);
        loop {
            while let Some((mut said, length)) = first(&held) {
                held.drain(..length);
                spoil(&mut said, count);
                count += 1;
                match said {
                    Said::Answer(words) => hears.write_all(words.as_bytes()).await?,
                    Said::Packet(bytes) => hears.write_all(&bytes).await?,
                }
            }
            if says.read_buf(&mut held).await? == 0 {
                return Ok(());
            }
        }
    };
    tokio::select! {
        asked = asking => asked.map(drop),
        answered = answering => answered,
    }
}

/// What was said first, once it is there whole, and how long it was.
fn first(held: &[u8]) -> Option<(Said, usize)> {
    if held.first()? == &b'$' {
        let length = 4 + usize::from(u16::from_be_bytes([*held.get(2)?, *held.get(3)?]));
        return Some((Said::Packet(held.get(..length)?.to_vec()), length));
    }
    let begins = held.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let words = String::from_utf8_lossy(&held[..begins]).into_owned();
    let mut lines = words.lines().filter_map(|line| line.split_once(": "));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.map_or(0, |(_, length)| length.parse().expect("a length"));
    let body = String::from_utf8_lossy(held.get(begins..begins + length)?).into_owned();
    Some((Said::Answer(words + &body), begins + length))
}

/// Puts words into the place of others, and tells the length that the body has then.
pub(crate) fn replace(answer: &mut String, from: &str, to: &str) {
    if !answer.contains(from) {
        return;
    }
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let body = body.replace(from, to);
    let lines = head.lines().map(|line| {
        if line.to_ascii_lowercase().starts_with("content-length") {
            format!("Content-Length: {}", body.len())
        } else {
            line.replace(from, to)
        }
    });
    let lines: Vec<String> = lines.collect();
    *answer = format!("{}\r\n\r\n{body}", lines.join("\r\n"));
}
