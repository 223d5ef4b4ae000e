//! Days of walking guards, sent as fast as they are answered: what a stored position costs.

use super::http::{Connection, post};
use super::{Target, meter, open_all};
use anyhow::Context as _;
use castellan_client::owntracks::USER_HEADER;
use castellan_domain::estate::Estate;
use castellan_domain::ids::PhoneId;
use castellan_simulator::crew::Crew;
use castellan_simulator::devices::Rates;
use castellan_simulator::world::{GUARDS_MAX, Outgoing, Settings, World};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::task::JoinSet;

/// How far back the walk begins: the server takes no older positions than seven days.
const DAYS_BACK: u64 = 6;
/// The world carries on from where it is after a gap of more than a few seconds.
const STEP_MS: i64 = 1_000;
/// Positions under way at once.
const CONNECTIONS: usize = 64;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Options {
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
    let (begins_ms, now_ms) = (
        i64::try_from(begins.as_millis())?,
        i64::try_from(now.as_millis())?,
    );
    let walk = Walk::new(&estate, begins_ms, now_ms, options.fixes)?;
    let address = options.target.address;
    let connections = open_all(walk.requests.len(), |_| async move {
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
    for (mut connection, fixes) in connections.into_iter().zip(walk.requests) {
        let (stored, refused) = (stored.clone(), refused.clone());
        tasks.spawn(async move {
            for (phone, body) in fixes {
                let header = (USER_HEADER, phone.as_str());
                let request = post(address, "/ingest/owntracks", header, &body);
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
    Ok(Report {
        stored: stored.load(Ordering::Relaxed),
        refused: refused.load(Ordering::Relaxed),
        guards: walk.guards,
        walked_h: walk.walked.as_secs_f64() / 3_600.0,
        took_s,
        server_cpu_s: spent(server, options.target.pid)?,
        client_share: spent(own, std::process::id())? / took_s,
    })
}

/// What the phones of walking guards write, for each connection in order.
struct Walk {
    requests: Vec<Vec<(PhoneId, Vec<u8>)>>,
    guards: usize,
    walked: Duration,
}

impl Walk {
    /// The guards of an estate walk from one time to another, or until there are so many fixes.
    fn new(estate: &Estate, begins_ms: i64, ends_ms: i64, fixes: usize) -> anyhow::Result<Self> {
        let settings = Settings {
            seed: 1,
            crew: Crew::First(GUARDS_MAX),
            pace: 1.0,
            rates: Rates {
                alarms_every_ms: None,
                doors_every_ms: None,
            },
        };
        let mut world = World::new(estate, &settings, begins_ms)?;
        let guards = world.guards().len();
        // A guard's positions go over one connection: in order, as a phone sends them.
        let mut requests = vec![Vec::new(); CONNECTIONS.min(guards)];
        let (mut made, mut at_ms) = (0, begins_ms);
        while made < fixes && at_ms < ends_ms {
            at_ms += STEP_MS;
            for outgoing in world.step(at_ms) {
                let Outgoing::Fix { guard, body } = outgoing else {
                    continue;
                };
                let phone = world.guards()[guard].phone().clone();
                let connection = guard % requests.len();
                requests[connection].push((phone, serde_json::to_vec(&body)?));
                made += 1;
            }
        }
        Ok(Self {
            requests,
            guards,
            walked: Duration::from_millis(u64::try_from(at_ms - begins_ms)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ESTATE: &[u8] = include_bytes!("../../../assets/demo/estate.json");

    #[test]
    fn guards_walk_for_days_with_a_fix_a_second() {
        let estate = Estate::parse(ESTATE).unwrap();
        let walk = Walk::new(&estate, 1_795_000_000_000, 1_795_086_400_000, 2_000).unwrap();
        let fixes: usize = walk.requests.iter().map(Vec::len).sum();
        assert!((2_000..2_100).contains(&fixes), "{fixes}");
        let each_s = f64::from(u32::try_from(fixes).unwrap()) / walk.walked.as_secs_f64();
        let guards = f64::from(u32::try_from(walk.guards).unwrap());
        assert!(
            (0.8..1.2).contains(&(each_s / guards)),
            "{each_s} of {guards}"
        );
        // It ends with the time that there is, however many are asked for.
        let short = Walk::new(&estate, 1_795_000_000_000, 1_795_000_010_000, 2_000).unwrap();
        assert!(
            short.walked <= Duration::from_secs(11),
            "{:?}",
            short.walked
        );
    }
}
