//! The load generator: many phones, devices and displays at once, and
//! the peers that we compare ourselves with.
//!
//! What it learns about a process it reads from `/proc`. Every scenario is bounded in count and in
//! time, and ends in one JSON object on standard output.

mod aside;
mod bun;
pub mod displays;
pub mod estate;
pub mod events;
pub mod fan_out;
pub mod fill;
pub mod history;
pub mod http;
pub mod idle;
pub mod latencies;
pub mod march;
pub mod meter;
mod mosquitto;
mod nats;
pub mod peers;
pub mod phones;
pub mod storage;

use anyhow::{Context as _, bail};
use serde::Serialize;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Connecting and the first answer take at most this long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// A start over a very long record takes at most this long.
pub const START_PATIENCE: Duration = Duration::from_mins(2);
/// Connections that are opened at the same time.
pub(crate) const OPENING_MAX: usize = 50;

/// The process under load.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its process id, for `/proc`.
    pub pid: u32,
}

/// Runs `make(0)` to `make(count - 1)`, at most [`OPENING_MAX`] at once, and keeps their order.
pub(crate) async fn open_all<T, F>(
    count: usize,
    mut make: impl FnMut(usize) -> F,
) -> anyhow::Result<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = anyhow::Result<T>> + Send + 'static,
{
    let mut opened = Vec::with_capacity(count);
    while opened.len() < count {
        let from = opened.len();
        let upto = count.min(from + OPENING_MAX);
        let tasks: Vec<_> = (from..upto).map(|n| tokio::spawn(make(n))).collect();
        for task in tasks {
            opened.push(task.await??);
        }
    }
    Ok(opened)
}

/// Sleeps until `due`, on a thread of its own: a runtime's timer is only as fine as a millisecond,
/// which is much where an answer takes less. `tick` gets the number of each beat.
pub(crate) fn metronome(
    beats: u64,
    due: impl Fn(u64) -> Instant + Send + 'static,
    tick: impl Fn(u64) -> bool + Send + 'static,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        for beat in 0..beats {
            std::thread::sleep(due(beat).saturating_duration_since(Instant::now()));
            if !tick(beat) {
                return;
            }
        }
    })
}

/// A server at its first answer.
#[derive(Debug, Serialize)]
pub struct Awake {
    /// Processor time that it has taken until then.
    pub server_cpu_s: f64,
    /// Memory that it holds.
    pub resident_bytes: u64,
}

/// Waits until a server that was just started answers, at most [`START_PATIENCE`].
pub async fn first_answer(target: Target) -> anyhow::Result<Awake> {
    let ask = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", target.address);
    let asking = async {
        loop {
            let Ok(mut connection) = http::Connection::open(target.address).await else {
                // A port that nobody has yet is asked again; a process that is gone never answers.
                meter::cpu_time(target.pid)?;
                tokio::time::sleep(Duration::from_millis(2)).await;
                continue;
            };
            // It may listen before it answers. Then the one request waits, and nothing is polled.
            match connection.exchange(ask.as_bytes()).await {
                Ok(answer) if answer.status == 200 => return Ok(()),
                Ok(answer) => bail!("the server is up and not well: {}", answer.status),
                Err(http::HttpError::Silent) => {}
                Err(error) => return Err(error.into()),
            }
        }
    };
    tokio::time::timeout(START_PATIENCE, asking)
        .await
        .context("the server did not answer in time")??;
    Ok(Awake {
        server_cpu_s: meter::cpu_time(target.pid)?.as_secs_f64(),
        resident_bytes: meter::resident_bytes(target.pid)?,
    })
}
