//! Devices report as fast as they are answered, or on a rhythm: durable events.

use super::displays::last_fact;
use super::http::{Connection, post};
use super::latencies::{Latencies, Summary};
use super::{Target, estate, meter, open_all};
use serde::Serialize;
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Before the measurement: the alarms are raised, from then on they repeat.
const WARM_UP: Duration = Duration::from_millis(500);

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub target: Target,
    /// Events under way at once.
    pub connections: usize,
    /// Devices that report.
    pub devices: u32,
    /// How long it is measured.
    pub seconds: u32,
}

/// How it went.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Seconds measured.
    pub measured_s: f64,
    /// Events answered 200 meanwhile.
    pub recorded: u64,
    /// Of the whole run, other answers.
    pub refused: u64,
    /// Of the whole run, events answered 200.
    pub recorded_in_all: u64,
    /// Facts that the record gained in the whole run.
    pub facts_in_all: u64,
    /// Processor time of the server meanwhile.
    pub server_cpu_s: f64,
    /// Processor time of the generator meanwhile, as a part of one core.
    pub client_share: f64,
    /// From sending to the answer.
    pub answers: Summary,
}

/// Runs it.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let address = options.target.address;
    let facts_before = last_fact(address).await?;
    let connections = open_all(options.connections, |_| async move {
        Ok(Connection::open(address).await?)
    })
    .await?;
    let recorded = Arc::new(AtomicU64::new(0));
    let refused = Arc::new(AtomicU64::new(0));
    let answers = Arc::new(Mutex::new(Latencies::default()));
    let begins = Instant::now() + WARM_UP;
    let ends = begins + Duration::from_secs(u64::from(options.seconds));
    let mut tasks = JoinSet::new();
    let devices = options.devices.max(1);
    for (number, mut connection) in (0u32..).zip(connections) {
        let (recorded, refused, answers) = (recorded.clone(), refused.clone(), answers.clone());
        tasks.spawn(async move {
            let mut n = 0u64;
            while Instant::now() < ends {
                let device = estate::device(number % devices);
                let event = json!({
                    "device": device, "event_id": format!("event-{number}-{n}"),
                    "type": estate::ALARM_TYPE,
                });
                n += 1;
                let body = serde_json::to_vec(&event)?;
                let request = post(address, "/ingest/v1/events", ("Accept", "*/*"), &body);
                let sent = Instant::now();
                let answer = connection.exchange(&request).await?;
                if answer.status != 200 {
                    refused.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
                recorded.fetch_add(1, Ordering::Relaxed);
                if sent >= begins {
                    let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
                    answers.record(sent.elapsed());
                }
            }
            anyhow::Ok(())
        });
    }
    let reading = || -> anyhow::Result<_> {
        let own = meter::cpu_time(std::process::id())?;
        let server = meter::cpu_time(options.target.pid)?;
        Ok((
            Instant::now(),
            recorded.load(Ordering::Relaxed),
            server,
            own,
        ))
    };
    tokio::time::sleep_until(begins.into()).await;
    let before = reading()?;
    tokio::time::sleep_until(ends.into()).await;
    let after = reading()?;
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let measured_s = (after.0 - before.0).as_secs_f64();
    let facts_in_all = last_fact(address).await?.saturating_sub(facts_before);
    let answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Report {
        measured_s,
        recorded: after.1 - before.1,
        refused: refused.load(Ordering::Relaxed),
        recorded_in_all: recorded.load(Ordering::Relaxed),
        facts_in_all,
        server_cpu_s: after.2.saturating_sub(before.2).as_secs_f64(),
        client_share: after.3.saturating_sub(before.3).as_secs_f64() / measured_s,
        answers: answers.summary(),
    })
}
