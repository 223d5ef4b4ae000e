//! What a display costs in memory while nothing happens.

use super::displays::enter_all;
use super::peers::{Broker, subscribe_all};
use super::{Target, meter};
use castellan_client::live::Socket;
use futures_util::StreamExt as _;
use serde::Serialize;
use std::time::Duration;
use tokio::task::JoinSet;

/// Until what was needed for the handshakes only is given back, if it ever is.
const SETTLE: Duration = Duration::from_secs(3);

/// How it went.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Displays connected.
    pub displays: usize,
    /// Memory of the server before the first one.
    pub before_bytes: u64,
    /// And with all of them.
    pub with_bytes: u64,
    /// Displays whose connection ended meanwhile.
    pub gone: usize,
}

/// Displays of ours.
pub async fn displays(target: Target, count: usize) -> anyhow::Result<Report> {
    let before_bytes = settled(target.pid).await?;
    let sockets = enter_all(target.address, count).await?;
    hold(target.pid, before_bytes, sockets).await
}

/// Subscribers of `nats-server`.
pub async fn subscribers(target: Target, count: usize) -> anyhow::Result<Report> {
    let before_bytes = settled(target.pid).await?;
    let sockets = subscribe_all(Broker::Nats, target.address, count).await?;
    hold(target.pid, before_bytes, sockets).await
}

async fn settled(pid: u32) -> anyhow::Result<u64> {
    tokio::time::sleep(SETTLE).await;
    meter::resident_bytes(pid)
}

async fn hold(pid: u32, before_bytes: u64, sockets: Vec<Socket>) -> anyhow::Result<Report> {
    let displays = sockets.len();
    let mut tasks = JoinSet::new();
    for mut socket in sockets {
        tasks.spawn(async move { while let Some(Ok(_)) = socket.next().await {} });
    }
    let with_bytes = settled(pid).await?;
    let gone = displays - tasks.len();
    let ended = std::iter::from_fn(|| tasks.try_join_next()).count();
    tasks.shutdown().await;
    Ok(Report {
        displays,
        before_bytes,
        with_bytes,
        gone: gone + ended,
    })
}
