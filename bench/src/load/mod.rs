//! The load generator: many phones, devices and displays at once, and
//! the peers that we compare ourselves with.
//!
//! What it learns about a process it reads from `/proc`. Every scenario is bounded in count and in
//! time, and ends in one JSON object on standard output.

mod aside;
pub mod awake;
mod bun;
pub mod called;
pub mod cameras;
mod deadlines;
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
pub mod pending;
pub mod phones;
pub mod press;
pub mod quiet;
pub mod ranking;
pub mod receiver;
pub mod storage;
mod towers;
pub mod viewers;
mod wire;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Connecting and the first answer take at most this long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
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
