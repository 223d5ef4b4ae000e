//! A server that was just started, until it gives its first answer.

use super::http::{Connection, HttpError};
use super::{Target, meter};
use anyhow::{Context as _, bail};
use serde::Serialize;
use std::time::Duration;

/// A start over a very long record takes at most this long.
const START_PATIENCE: Duration = Duration::from_mins(2);

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
            let Ok(mut connection) = Connection::open(target.address).await else {
                // A port that nobody has yet is asked again; a process that is gone never answers.
                meter::cpu_time(target.pid)?;
                tokio::time::sleep(Duration::from_millis(2)).await;
                continue;
            };
            // It may listen before it answers. Then the one request waits, and nothing is polled.
            match connection.exchange(ask.as_bytes()).await {
                Ok(answer) if answer.status == 200 => return Ok(()),
                Ok(answer) => bail!("the server is up and not well: {}", answer.status),
                Err(HttpError::Silent) => {}
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
