//! How the peer is spoken to that is a script for Bun (`bench/src/measure/bun_peer.js`): each message
//! of its WebSocket is one position, both ways.

use super::PATIENCE;
use super::wire::Split;
use anyhow::{Context as _, bail};
use castellan_client::live::{Socket, connect};
use futures_util::StreamExt as _;
use std::net::SocketAddr;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// What it says to somebody from whom it takes positions, or who gets them from now on.
const READY: &str = "ready";

/// Connects a publisher.
pub(super) async fn greet(address: SocketAddr) -> anyhow::Result<Socket> {
    welcome(address, "/publish").await
}

/// Connects a subscriber and waits until its subscription counts.
pub(super) async fn subscribe(address: SocketAddr) -> anyhow::Result<Socket> {
    welcome(address, "/watch").await
}

async fn welcome(address: SocketAddr, path: &str) -> anyhow::Result<Socket> {
    let mut socket = connect(address, path, &[]).await?;
    match timeout(PATIENCE, socket.next())
        .await
        .context("Bun did not answer in time")?
    {
        Some(Ok(Message::Text(text))) if text.as_str() == READY => Ok(socket),
        other => bail!("Bun does not answer as expected: {other:?}"),
    }
}

/// A whole message is a position.
pub(super) fn split(bytes: &[u8]) -> Split<'_> {
    if bytes.is_empty() {
        Split::Unfinished
    } else {
        Split::Position(bytes, &[])
    }
}
