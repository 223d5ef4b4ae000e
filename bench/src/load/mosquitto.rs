//! How a peer is spoken to that is `mosquitto`: MQTT 3.1.1 at quality of service 0, over TCP to
//! publish and over its WebSocket to subscribe.

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
use tokio_tungstenite::tungstenite::http::header::{HeaderValue, SEC_WEBSOCKET_PROTOCOL};

/// CONNECT: MQTT 3.1.1, a clean session, no keep-alive, and an id that the broker is to choose.
const CONNECT: &[u8] = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00";
/// CONNACK: accepted.
const ACCEPTED: &[u8] = b"\x20\x02\x00\x00";
/// SUBSCRIBE: packet 1, `pos/#` at quality 0.
const SUBSCRIBE: &[u8] = b"\x82\x0a\x00\x01\x00\x05pos/#\x00";
/// SUBACK: packet 1, granted at quality 0.
const SUBSCRIBED: &[u8] = b"\x90\x03\x00\x01\x00";
/// PUBLISH at quality 0.
const PUBLISH: u8 = 0x30;
/// Bytes that tell a packet's length at most.
const LENGTH_BYTES_MAX: usize = 4;

/// Connects a publisher.
pub(super) async fn greet(address: SocketAddr) -> anyhow::Result<TcpStream> {
    let mut stream = timeout(PATIENCE, TcpStream::connect(address)).await??;
    stream.set_nodelay(true)?;
    stream.write_all(CONNECT).await?;
    let mut heard = [0; ACCEPTED.len()];
    timeout(PATIENCE, stream.read_exact(&mut heard))
        .await
        .context("mosquitto did not greet in time")??;
    ensure!(
        heard == ACCEPTED,
        "mosquitto does not greet as expected: {heard:?}"
    );
    Ok(stream)
}

/// Adds the publication of somebody's position.
pub(super) fn publication(batch: &mut Vec<u8>, who: u32, payload: &[u8; PAYLOAD_BYTES]) {
    let topic = format!("pos/{who}");
    // A topic of at most fourteen characters: one byte tells the length.
    let length = u8::try_from(2 + topic.len() + PAYLOAD_BYTES).unwrap_or(u8::MAX);
    let topic_length = u8::try_from(topic.len()).unwrap_or(u8::MAX);
    batch.extend_from_slice(&[PUBLISH, length, 0, topic_length]);
    batch.extend_from_slice(topic.as_bytes());
    batch.extend_from_slice(payload);
}

/// Connects a subscriber and waits until its subscription counts.
pub(super) async fn subscribe(address: SocketAddr) -> anyhow::Result<Socket> {
    let protocol = (SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("mqtt"));
    let mut socket = connect(address, "/mqtt", &[protocol]).await?;
    for (says, expects) in [(CONNECT, ACCEPTED), (SUBSCRIBE, SUBSCRIBED)] {
        socket.send(Message::binary(says)).await?;
        match timeout(PATIENCE, socket.next())
            .await
            .context("mosquitto did not answer a subscriber in time")?
        {
            Some(Ok(Message::Binary(bytes))) if bytes == expects => {}
            other => bail!("mosquitto does not answer a subscriber as expected: {other:?}"),
        }
    }
    Ok(socket)
}

/// What stands at the beginning of what a subscriber got.
pub(super) fn split(bytes: &[u8]) -> Split<'_> {
    let Some((kind, rest)) = bytes.split_first() else {
        return Split::Unfinished;
    };
    let (mut length, mut digits) = (0_usize, 0);
    loop {
        let Some(byte) = rest.get(digits) else {
            return Split::Unfinished;
        };
        length |= usize::from(byte & 0x7f) << (7 * digits);
        digits += 1;
        if byte & 0x80 == 0 {
            break;
        }
        if digits == LENGTH_BYTES_MAX {
            return Split::Fault(&[]);
        }
    }
    if length > UNFINISHED_MAX {
        return Split::Fault(&[]);
    }
    let Some((packet, after)) = rest[digits..].split_at_checked(length) else {
        return Split::Unfinished;
    };
    if *kind != PUBLISH {
        return Split::Other(after);
    }
    let payload = packet.split_first_chunk().and_then(|(topic_length, rest)| {
        rest.get(usize::from(u16::from_be_bytes(*topic_length))..)
    });
    match payload {
        Some(payload) => Split::Position(payload, after),
        None => Split::Fault(after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_is_what_a_subscriber_reads_however_it_is_cut() {
        let payload = [7; PAYLOAD_BYTES];
        let mut wire = Vec::new();
        publication(&mut wire, 19_999, &payload);
        for cut in 0..wire.len() {
            assert_eq!(split(&wire[..cut]), Split::Unfinished, "{cut}");
        }
        assert_eq!(split(&wire), Split::Position(&payload, &[]));
        // PINGRESP has no body, and is nothing to us.
        let mut both = vec![0xd0, 0];
        both.extend_from_slice(&wire);
        assert_eq!(split(&both), Split::Other(&wire));
    }

    #[test]
    fn a_packet_that_cannot_be_is_a_fault() {
        assert_eq!(split(&[PUBLISH, 0xff, 0xff, 0xff, 0xff]), Split::Fault(&[]));
        assert_eq!(split(&[PUBLISH, 0xff, 0xff, 0x7f, 0]), Split::Fault(&[]));
        assert_eq!(split(&[PUBLISH, 3, 0, 9, b'p']), Split::Fault(&[]));
    }
}
