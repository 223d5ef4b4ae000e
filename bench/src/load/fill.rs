//! Fills a record with the history of busy nights: every alarm is raised, repeats, clears, is
//! claimed and judged, until there are as many facts as asked for.

use super::displays::last_fact;
use super::http::{Connection, post};
use super::{Target, estate, open_all};
use anyhow::ensure;
use castellan_domain::wire::api::PERSON_HEADER;
use serde::Serialize;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Devices that report at the same time; each has its own connection.
const DEVICES_AT_ONCE: u32 = 256;
/// Repeats of each alarm.
const REPEATS: u32 = 3;
/// How often is looked how far it is.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub target: Target,
    /// Facts that the record shall have.
    pub facts: u64,
    /// Devices of the estate.
    pub devices: u32,
    /// After which it is given up.
    pub seconds_max: u32,
}

/// How it went.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Facts in the record.
    pub facts: u64,
    /// Seconds that it took.
    pub took_s: f64,
    /// Events and commands that were refused.
    pub refused: u64,
}

/// Runs it.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let address = options.target.address;
    let begun = Instant::now();
    let ends = begun + Duration::from_secs(u64::from(options.seconds_max));
    // Counted here so that nobody has to ask the server on every step; it is asked at the end.
    let done = Arc::new(AtomicU64::new(0));
    let refused = Arc::new(AtomicU64::new(0));
    let count = DEVICES_AT_ONCE.min(options.devices.max(1));
    let connections = open_all(count as usize, |_| async move {
        Ok(Connection::open(address).await?)
    })
    .await?;
    let workers = (0u32..)
        .zip(connections)
        .map(|(number, connection)| Worker {
            address,
            connection,
            device: estate::device(number),
            operator: estate::operator(number % estate::OPERATORS),
            next_event: 0,
            done: done.clone(),
            refused: refused.clone(),
        });
    let mut workers: Vec<Worker> = workers.collect();
    let mut facts = last_fact(address).await?;
    // Not every answer is a fact, so that what is counted here is too much: they go on until it is true.
    while facts < options.facts && Instant::now() < ends {
        let before = facts;
        done.store(facts, Ordering::Relaxed);
        workers = work(workers, options.facts, ends, address).await?;
        facts = last_fact(address).await?;
        ensure!(facts > before, "{facts} facts were made, and no more");
    }
    Ok(Report {
        facts,
        took_s: begun.elapsed().as_secs_f64(),
        refused: refused.load(Ordering::Relaxed),
    })
}

/// Lets all of them work until so many facts are counted, or it is time.
async fn work(
    workers: Vec<Worker>,
    wanted: u64,
    ends: Instant,
    address: SocketAddr,
) -> anyhow::Result<Vec<Worker>> {
    let done = workers.first().map(|worker| worker.done.clone());
    let mut tasks = JoinSet::new();
    for mut worker in workers {
        tasks.spawn(async move {
            while worker.done.load(Ordering::Relaxed) < wanted && Instant::now() < ends {
                worker.alarm().await?;
            }
            anyhow::Ok(worker)
        });
    }
    let mut workers = Vec::new();
    loop {
        match tokio::time::timeout(LOOK_EVERY, tasks.join_next()).await {
            Ok(Some(ended)) => workers.push(ended??),
            Ok(None) => return Ok(workers),
            Err(_elapsed) => {
                if let Some(done) = &done {
                    done.store(last_fact(address).await?, Ordering::Relaxed);
                }
            }
        }
    }
}

struct Worker {
    address: SocketAddr,
    connection: Connection,
    device: String,
    operator: String,
    next_event: u64,
    done: Arc<AtomicU64>,
    refused: Arc<AtomicU64>,
}

impl Worker {
    /// The life of one alarm.
    async fn alarm(&mut self) -> anyhow::Result<()> {
        let raised = self.event("active").await?;
        for _ in 0..REPEATS {
            self.event("active").await?;
        }
        self.event("cleared").await?;
        let alarm = raised
            .as_ref()
            .and_then(|answer| answer["reported"]["alarm"].as_str());
        if let Some(alarm) = alarm {
            self.command(json!({"claim": {"alarm": alarm}})).await?;
            self.command(json!({"judge": {"alarm": alarm, "verdict": "test", "basis": "phone"}}))
                .await?;
        }
        Ok(())
    }

    async fn event(&mut self, state: &str) -> anyhow::Result<Option<Value>> {
        self.next_event += 1;
        let event = json!({
            "device": self.device, "event_id": format!("fill-{}", self.next_event),
            "type": estate::ALARM_TYPE, "state": state,
        });
        let body = serde_json::to_vec(&event)?;
        let request = post(self.address, "/ingest/v1/events", ("Accept", "*/*"), &body);
        self.send(&request).await
    }

    async fn command(&mut self, command: Value) -> anyhow::Result<Option<Value>> {
        let id = uuid::Uuid::new_v4();
        let body = serde_json::to_vec(&json!({"command_id": id, "command": command}))?;
        let path = format!("/api/v1/sites/{}/commands", estate::SITE);
        let person = (PERSON_HEADER, self.operator.as_str());
        let request = post(self.address, &path, person, &body);
        self.send(&request).await
    }

    async fn send(&mut self, request: &[u8]) -> anyhow::Result<Option<Value>> {
        let answer = self.connection.exchange(request).await?;
        if answer.status != 200 {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Ok(None);
        }
        self.done.fetch_add(1, Ordering::Relaxed);
        Ok(Some(serde_json::from_slice(&answer.body)?))
    }
}
