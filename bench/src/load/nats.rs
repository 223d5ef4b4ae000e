//! How a peer is spoken to that is `nats-server`: its text protocol, over TCP to publish and over
//! its WebSocket to subscribe.

use super::PATIENCE;
use super::wire::{PAYLOAD_BYTES, Split, UNFINISHED_MAX};
use anyhow::{Context as _, bail, ensure};
use castellan_client::live::{Socket, connect};
use futures_util::{SinkExt as _, StreamExt as _};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

const CONNECT: &str = "CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":false}\r\n";

/// Connects a publisher.
pub(super) async fn greet(address: SocketAddr) -> anyhow::Result<TcpStream> {
    let mut stream = timeout(PATIENCE, TcpStream::connect(address)).await??;
    stream.set_nodelay(true)?;
    stream
        .write_all(format!("{CONNECT}PING\r\n").as_bytes())
        .await?;
    let mut heard = Vec::new();
    timeout(PATIENCE, async {
        while !heard.ends_with(b"PONG\r\n") {
            ensure!(
                heard.len() < UNFINISHED_MAX && stream.read_buf(&mut heard).await? > 0,
                "nats-server does not greet as expected"
            );
        }
        Ok(())
    })
    .await
    .context("nats-server did not greet in time")??;
    Ok(stream)
}

/// Adds the publication of somebody's position.
pub(super) fn publication(batch: &mut Vec<u8>, who: u32, payload: &[u8; PAYLOAD_BYTES]) {
    batch.extend_from_slice(format!("PUB pos.{who} {PAYLOAD_BYTES}\r\n").as_bytes());
    batch.extend_from_slice(payload);
    batch.extend_from_slice(b"\r\n");
}

/// Connects a subscriber and waits until its subscription counts.
pub(super) async fn subscribe(address: SocketAddr) -> anyhow::Result<Socket> {
    let mut socket = connect(address, "/", &[]).await?;
    let words = format!("{CONNECT}SUB pos.> 1\r\nPING\r\n");
    socket.send(Message::binary(words.into_bytes())).await?;
    timeout(PATIENCE, async {
        while let Some(message) = socket.next().await {
            let bytes = message?.into_data();
            if bytes.ends_with(b"PONG\r\n") {
                return Ok(socket);
            }
            ensure!(
                !bytes.starts_with(b"-ERR"),
                "nats-server refused: {}",
                String::from_utf8_lossy(&bytes)
            );
        }
        bail!("nats-server hung up on a subscriber")
    })
    .await
    .context("nats-server did not answer a subscriber in time")?
}

/// What stands at the beginning of what a subscriber got.
pub(super) fn split(bytes: &[u8]) -> Split<'_> {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
        return Split::Unfinished;
    };
    let (line, after) = (&bytes[..end], &bytes[end + 1..]);
    match line {
        [b'M', b'S', b'G', ..] => {
            let length = line
                .trim_ascii_end()
                .rsplit(|byte| *byte == b' ')
                .next()
                .and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<usize>().ok());
            let Some(length) = length.filter(|length| *length <= UNFINISHED_MAX) else {
                return Split::Fault(after);
            };
            match (after.get(..length), after.get(length + 2..)) {
                (Some(payload), Some(after)) => Split::Position(payload, after),
                _ => Split::Unfinished,
            }
        }
        [b'P', b'I', b'N', b'G', ..] => Split::Ping(after),
        [b'-', b'E', b'R', b'R', ..] => Split::Fault(after),
        _ => Split::Other(after),
    }
}
