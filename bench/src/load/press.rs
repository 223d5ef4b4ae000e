//! Buttons that are pressed once each, in time: as many ladders that wait.

use super::http::{Connection, post};
use super::{Target, estate, meter, open_all};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Connections over which they report.
const CONNECTIONS: u32 = 64;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub target: Target,
    /// As many devices, each pressed once.
    pub ladders: u32,
    pub per_s: u32,
}

/// How it went.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Seconds until the last one was answered.
    pub took_s: f64,
    /// Answered 200.
    pub recorded: u32,
    /// Other answers.
    pub refused: u32,
    /// Processor time of the server meanwhile.
    pub server_cpu_s: f64,
    /// Memory that it has taken meanwhile.
    pub server_bytes: u64,
}

/// Runs it.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let address = options.target.address;
    let connections = open_all(CONNECTIONS as usize, |_| async move {
        Ok(Connection::open(address).await?)
    })
    .await?;
    let pid = options.target.pid;
    let (cpu_before, bytes_before) = (meter::cpu_time(pid)?, meter::resident_bytes(pid)?);
    let (recorded, refused) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for (first, mut connection) in (0..CONNECTIONS).zip(connections) {
        let (recorded, refused) = (recorded.clone(), refused.clone());
        let (ladders, per_s) = (options.ladders, options.per_s.max(1));
        tasks.spawn(async move {
            for number in (first..ladders).step_by(CONNECTIONS as usize) {
                let due = begun + Duration::from_secs(1) / per_s * number;
                tokio::time::sleep_until(due.into()).await;
                let event = json!({
                    "device": estate::device(number), "event_id": "pressed",
                    "type": estate::button(0),
                });
                let body = serde_json::to_vec(&event)?;
                let request = post(address, "/ingest/v1/events", ("Accept", "*/*"), &body);
                let answer = connection.exchange(&request).await?;
                let counted = if answer.status == 200 {
                    &recorded
                } else {
                    &refused
                };
                counted.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let cpu = meter::cpu_time(pid)?.saturating_sub(cpu_before);
    Ok(Report {
        server_cpu_s: cpu.as_secs_f64(),
        server_bytes: meter::resident_bytes(pid)?.saturating_sub(bytes_before),
        took_s: begun.elapsed().as_secs_f64(),
        recorded: recorded.load(Ordering::Relaxed),
        refused: refused.load(Ordering::Relaxed),
    })
}
