//! A server that has much to do by itself, until it has done it.

use super::http::Connection;
use super::{Target, estate, meter};
use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// It is quiet once its record has not grown for so long.
const QUIET: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(150);

/// A server that is quiet.
#[derive(Debug, Serialize)]
pub struct Quiet {
    /// Facts in its record.
    pub facts: u64,
    /// Notifications for which its outbox had no room.
    pub left_out: u64,
    /// Processor time that it has taken since its start.
    pub server_cpu_s: f64,
}

/// What a server says about itself.
#[derive(Debug, PartialEq, Deserialize)]
struct Health {
    seq: u64,
    outbox: Outbox,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Outbox {
    waiting: u64,
    left_out: u64,
}

/// Waits until its record does not grow any more and its outbox is empty, at most [`PATIENCE`].
pub async fn run(target: Target) -> anyhow::Result<Quiet> {
    let waiting = async {
        let mut connection = Connection::open(target.address).await?;
        let mut last = look(&mut connection, target).await?;
        let mut grew_at = Instant::now();
        while grew_at.elapsed() < QUIET {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = look(&mut connection, target).await?;
            if now != last || now.outbox.waiting > 0 {
                (last, grew_at) = (now, Instant::now());
            }
        }
        anyhow::Ok(last)
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    let last = waited.context("its record grows and grows, or its outbox does not empty")??;
    Ok(Quiet {
        facts: last.seq,
        left_out: last.outbox.left_out,
        server_cpu_s: meter::cpu_time(target.pid)?.as_secs_f64(),
    })
}

async fn look(connection: &mut Connection, target: Target) -> anyhow::Result<Health> {
    let request = format!(
        "GET /api/v1/sites/{}/health HTTP/1.1\r\nHost: {}\r\nX-Castellan-Person: {}\r\n\r\n",
        estate::SITE,
        target.address,
        estate::operator(0)
    );
    let answer = connection.exchange(request.as_bytes()).await?;
    ensure!(answer.status == 200, "no health: {}", answer.status);
    Ok(serde_json::from_slice(&answer.body)?)
}
