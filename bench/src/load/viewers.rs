//! Viewers of cameras through our server.

use super::{PATIENCE, Target, estate, meter, open_all};
use anyhow::{Context as _, bail, ensure};
use castellan_client::live::{Socket, connect};
use castellan_domain::wire::api::PERSON_HEADER;
use futures_util::StreamExt as _;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};

/// Until every picture has begun.
const SETTLE: Duration = Duration::from_secs(5);
/// A session lingers for five seconds: after this one the camera is asked anew.
const COLD_AFTER: Duration = Duration::from_secs(7);
/// Whoever was there before needs the session to be warm.
const WARM_AFTER: Duration = Duration::from_secs(3);

/// How watching went.
#[derive(Debug, Serialize)]
pub struct Watched {
    pub viewers: usize,
    pub took_s: f64,
    /// Processor time of the server.
    pub cpu_s: f64,
    /// Pieces of pictures that all viewers were sent meanwhile.
    pub pieces: u64,
    /// Memory of the server before the first viewer, and with all of them.
    pub before_bytes: u64,
    pub with_bytes: u64,
    /// Viewers whose connection ended meanwhile.
    pub gone: usize,
}

async fn watch(target: Target, camera: u32) -> anyhow::Result<Socket> {
    let name = HeaderName::from_static(PERSON_HEADER);
    let person = HeaderValue::from_str(&estate::operator(1))?;
    let path = format!("/live/cameras/{}", estate::camera(camera));
    Ok(connect(target.address, &path, &[(name, person)]).await?)
}

/// So many viewers of each of so many cameras.
pub async fn run(target: Target, cameras: u32, each: u32, seconds: u32) -> anyhow::Result<Watched> {
    let before_bytes = meter::resident_bytes(target.pid)?;
    let count = usize::try_from(cameras * each)?;
    let of = |nth: usize| u32::try_from(nth).unwrap_or_default() % cameras;
    let sockets = open_all(count, |nth| watch(target, of(nth))).await?;
    let pieces = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for mut socket in sockets {
        let pieces = pieces.clone();
        tasks.spawn(async move {
            while let Some(Ok(message)) = socket.next().await {
                if matches!(message, Message::Binary(_)) {
                    pieces.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }
    sleep(SETTLE).await;
    let (before, begun) = (meter::run_time(target.pid)?, Instant::now());
    let sent_before = pieces.load(Ordering::Relaxed);
    sleep(Duration::from_secs(seconds.into())).await;
    let (after, took) = (meter::run_time(target.pid)?, begun.elapsed());
    let sent = pieces.load(Ordering::Relaxed) - sent_before;
    let with_bytes = meter::resident_bytes(target.pid)?;
    let gone = std::iter::from_fn(|| tasks.try_join_next()).count();
    tasks.shutdown().await;
    Ok(Watched {
        viewers: count,
        took_s: took.as_secs_f64(),
        cpu_s: after.saturating_sub(before).as_secs_f64(),
        pieces: sent,
        before_bytes,
        with_bytes,
        gone,
    })
}

/// How long a viewer waits for its first picture, in microseconds from the opening of its connection.
#[derive(Debug, Serialize)]
pub struct First {
    /// Nobody had watched for a while.
    pub cold_us: Vec<u64>,
    /// Somebody watched already.
    pub warm_us: Vec<u64>,
}

/// Asks for a first picture so many times, cold and warm.
pub async fn first(target: Target, times: u32) -> anyhow::Result<First> {
    let mut first = First {
        cold_us: Vec::new(),
        warm_us: Vec::new(),
    };
    for _ in 0..times {
        sleep(COLD_AFTER).await;
        first.cold_us.push(one(target).await?);
    }
    let mut held = watch(target, 0).await?;
    let holding = tokio::spawn(async move { while let Some(Ok(_)) = held.next().await {} });
    sleep(WARM_AFTER).await;
    for _ in 0..times {
        first.warm_us.push(one(target).await?);
        sleep(Duration::from_millis(200)).await;
    }
    ensure!(!holding.is_finished(), "whoever held the picture lost it");
    holding.abort();
    Ok(first)
}

/// To the first frame: the second binary message, for the first one is the beginning of the track.
async fn one(target: Target) -> anyhow::Result<u64> {
    let begun = Instant::now();
    let mut socket = watch(target, 0).await?;
    let mut pieces = 0;
    while pieces < 2 {
        let message = timeout(PATIENCE, socket.next()).await;
        match message.context("no picture in time")? {
            Some(Ok(Message::Binary(_))) => pieces += 1,
            Some(Ok(_)) => {}
            Some(Err(_)) | None => bail!("the picture ended before it began"),
        }
    }
    Ok(u64::try_from(begun.elapsed().as_micros())?)
}
