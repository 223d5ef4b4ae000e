//! Days of walking guards, sent as fast as they are answered: what a stored position costs.

use super::http::{Connection, post};
use super::{Target, meter, open_all};
use crate::world::{GUARDS_MAX, Outgoing, Settings, World};
use anyhow::Context as _;
use castellan_domain::estate::Estate;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::task::JoinSet;

/// How far back the walk begins: the server takes no older positions than seven days.
const DAYS_BACK: u64 = 6;
const STEP_MS: i64 = 60_000;
/// Positions under way at once.
const CONNECTIONS: usize = 64;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The server.
    pub target: Target,
    /// Positions to send.
    pub fixes: usize,
}

/// How it went.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Positions stored.
    pub stored: u64,
    /// Other answers.
    pub refused: u64,
    /// Guards that walked.
    pub guards: usize,
    /// Hours that they walked.
    pub walked_h: f64,
    /// Seconds that sending took.
    pub took_s: f64,
    /// Processor time of the server meanwhile.
    pub server_cpu_s: f64,
    /// Processor time of the generator meanwhile, as a part of one core.
    pub client_share: f64,
}

/// Runs it with the guards of an estate document.
pub async fn run(options: &Options, estate: &Path) -> anyhow::Result<Report> {
    let document = std::fs::read(estate)
        .with_context(|| format!("reading the estate {}", estate.display()))?;
    let estate = Estate::parse(&document)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let begins = now.saturating_sub(Duration::from_secs(DAYS_BACK * 24 * 3_600));
    let begins_ms = i64::try_from(begins.as_millis())?;
    let settings = Settings {
        seed: 1,
        guards_max: GUARDS_MAX,
        pace: 1.0,
        alarms_every_ms: None,
    };
    let mut world = World::new(&estate, &settings, begins_ms)?;
    let guards = world.guards().len();
    let address = options.target.address;
    // A guard's positions go over one connection: in order, as a phone sends them.
    let mut queues: Vec<Vec<Vec<u8>>> = vec![Vec::new(); CONNECTIONS.min(guards)];
    let mut made = 0;
    let mut at_ms = begins_ms;
    while made < options.fixes && at_ms < i64::try_from(now.as_millis())? {
        at_ms += STEP_MS;
        for outgoing in world.step(at_ms) {
            let Outgoing::Fix { guard, body } = outgoing else {
                continue;
            };
            let phone = world.guards()[guard].phone();
            let body = serde_json::to_vec(&body)?;
            let queue = guard % queues.len();
            let header = ("X-Limit-U", phone.as_str());
            queues[queue].push(post(address, "/ingest/owntracks", header, &body));
            made += 1;
        }
    }
    let connections = open_all(queues.len(), |_| async move {
        Ok(Connection::open(address).await?)
    })
    .await?;
    let stored = Arc::new(AtomicU64::new(0));
    let refused = Arc::new(AtomicU64::new(0));
    let (begun, own, server) = (
        Instant::now(),
        meter::cpu_time(std::process::id())?,
        meter::cpu_time(options.target.pid)?,
    );
    let mut tasks = JoinSet::new();
    for (mut connection, queue) in connections.into_iter().zip(queues) {
        let (stored, refused) = (stored.clone(), refused.clone());
        tasks.spawn(async move {
            for request in queue {
                let answer = connection.exchange(&request).await?;
                let kept = answer.status == 200 && !answer.discarded;
                let counter = if kept { &stored } else { &refused };
                counter.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let took_s = begun.elapsed().as_secs_f64();
    let spent = |before: Duration, pid: u32| {
        anyhow::Ok(meter::cpu_time(pid)?.saturating_sub(before).as_secs_f64())
    };
    let walked = Duration::from_millis(u64::try_from(at_ms - begins_ms)?);
    Ok(Report {
        stored: stored.load(Ordering::Relaxed),
        refused: refused.load(Ordering::Relaxed),
        guards,
        walked_h: walked.as_secs_f64() / 3_600.0,
        took_s,
        server_cpu_s: spent(server, options.target.pid)?,
        client_share: spent(own, std::process::id())? / took_s,
    })
}
