//! Phones march, displays watch: what a delivered position costs the server, and how long an alarm
//! takes to the displays meanwhile.

use super::aside::Aside;
use super::displays::{ALARM_EVENT, AlarmRhythm, Display, FRESHNESS_OF_EVERY, Tally, enter_all};
use super::http::{Connection, post};
use super::latencies::{Latencies, Summary};
use super::march::March;
use super::phones::{Phones, Posted, Tally as Posts};
use super::{Target, estate, meter, metronome, open_all};
use serde::Serialize;
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex as AsyncMutex, mpsc};
use tokio::task::JoinSet;

/// From the beginning of the march to the beginning of the measurement.
pub(crate) const LEAD: Duration = Duration::from_secs(1);
/// How long displays may take to get the last positions.
const DRAIN: Duration = Duration::from_secs(5);
/// From here to the beginning of the march, and of it for each person at each display: all of them
/// first read who is who, which a display does once and not while it is measured.
const SOON: Duration = Duration::from_millis(300);
const INTRODUCED_IN: Duration = Duration::from_micros(1);
/// Devices are independent: as many alarms as are due go at once, and none waits behind another.
const ALARM_CONNECTIONS: usize = 64;
/// A position that a display has so long after it was due, or sooner, came in time: two ticks and a little.
const IN_TIME: Duration = Duration::from_millis(250);
/// Alarms that may wait for a connection; a server that is so far behind has failed anyway.
const ALARMS_WAITING_MAX: usize = 1_024;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub target: Target,
    /// How many displays watch.
    pub displays: usize,
    /// Positions a second in all; none: nobody moves.
    pub rate: u32,
    /// How many people march.
    pub people: u32,
    /// How long it is measured.
    pub seconds: u32,
    /// Alarms a second meanwhile; none: no alarms.
    pub alarms_per_s: u32,
    /// Devices that report them.
    pub devices: u32,
}

/// How it went. Counters are of the measured time, sequences of the whole run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Seconds measured.
    pub measured_s: f64,
    /// Processor time of the server meanwhile.
    pub server_cpu_s: f64,
    /// Processor time of the generator meanwhile, as a part of one core.
    pub client_share: f64,
    /// Positions that the server stored meanwhile.
    pub stored: u64,
    /// Positions that displays got meanwhile, all displays together.
    pub delivered: u64,
    /// In how many messages.
    pub messages: u64,
    /// With how many payload bytes.
    pub bytes: u64,
    /// From the due time to the display.
    pub freshness: Summary,
    /// Of the whole run, positions that were due at the displays that measure freshness.
    pub due: u64,
    /// And how many of them came in time.
    pub in_time: u64,
    /// Faults in any display's sequence.
    pub faults: u64,
    /// Displays that ended with everybody's last position.
    pub complete: u64,
    /// Displays whose connection ended early.
    pub gone: u64,
    /// The posts, of the whole run.
    pub posts: Option<Posted>,
    /// From an alarm's due time to each display.
    pub alarms: Summary,
    /// From an alarm's due time to its answer.
    pub alarm_answers: Summary,
    /// Alarms that were not answered 200.
    pub alarms_refused: u64,
}

/// A moment's counters.
pub(crate) struct Reading {
    at: Instant,
    server: Duration,
    client: Duration,
    counts: [u64; 4],
}

impl Reading {
    /// At the beginning and at the end of so many seconds of a march.
    pub(crate) async fn around(
        march: &March,
        seconds: u32,
        pid: u32,
        tally: &Tally,
        posts: &Posts,
    ) -> anyhow::Result<(Self, Self)> {
        let begins = march.begins() + LEAD;
        tokio::time::sleep_until(begins.into()).await;
        let before = Self::take(pid, tally, posts.stored())?;
        let ends = begins + Duration::from_secs(u64::from(seconds));
        tokio::time::sleep_until(ends.into()).await;
        Ok((before, Self::take(pid, tally, posts.stored())?))
    }

    fn take(pid: u32, tally: &Tally, stored: u64) -> anyhow::Result<Self> {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Ok(Self {
            at: Instant::now(),
            server: meter::cpu_time(pid)?,
            client: meter::cpu_time(std::process::id())?,
            counts: [
                stored,
                count(&tally.delivered),
                count(&tally.frames),
                count(&tally.bytes),
            ],
        })
    }
}

impl Report {
    /// What happened between two readings, and what the displays found at the end.
    pub(crate) fn between(before: &Reading, after: &Reading, tally: &Tally) -> Self {
        let measured_s = (after.at - before.at).as_secs_f64();
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let summary = |latencies: &Mutex<Latencies>| {
            latencies
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .summary()
        };
        let [stored, delivered, messages, bytes] =
            [0, 1, 2, 3].map(|index| after.counts[index] - before.counts[index]);
        Self {
            measured_s,
            server_cpu_s: after.server.saturating_sub(before.server).as_secs_f64(),
            client_share: after.client.saturating_sub(before.client).as_secs_f64() / measured_s,
            stored,
            delivered,
            messages,
            bytes,
            freshness: summary(&tally.freshness),
            due: 0,
            in_time: tally
                .freshness
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .within(IN_TIME),
            faults: count(&tally.faults),
            complete: count(&tally.complete),
            gone: count(&tally.gone),
            posts: None,
            alarms: summary(&tally.alarms),
            alarm_answers: Summary::default(),
            alarms_refused: 0,
        }
    }
}

/// Runs it.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let address = options.target.address;
    let sockets = enter_all(address, options.displays).await?;
    let aside = Aside::start()?;
    let phones = aside.run(Phones::connect(address)).await?;
    let marching_s = u64::from(options.seconds) + LEAD.as_secs();
    let updates = u64::from(options.rate) * marching_s;
    // Everybody has a place, and every display knows it, before the march begins.
    let ahead = Duration::from_secs(5);
    let rehearsal = March::new(options.people, options.rate.max(1), 0, ahead)?;
    let phones = aside.run(phones.assemble(rehearsal)).await?;
    let introductions = options
        .people
        .saturating_mul(u32::try_from(options.displays)?);
    let soon = SOON + INTRODUCED_IN * introductions;
    let march = March::new(options.people, options.rate.max(1), updates, soon)?;
    let rhythm = (options.alarms_per_s > 0).then(|| AlarmRhythm {
        begins: march.begins() + LEAD,
        every: Duration::from_secs(1) / options.alarms_per_s,
    });
    let tally = Arc::new(Tally::default());
    let mut watching = JoinSet::new();
    for (number, socket) in sockets.into_iter().enumerate() {
        watching.spawn(Display::new(number, &march, rhythm, tally.clone()).listen(socket));
    }
    let posts = Arc::new(Posts::default());
    let marching = aside.spawn(phones.march(march, posts.clone()));
    let alarms = match rhythm {
        Some(rhythm) => Some(aside.run(Alarms::start(*options, rhythm)).await?),
        None => None,
    };

    let (before, after) =
        Reading::around(&march, options.seconds, options.target.pid, &tally, &posts).await?;
    marching.await??;
    let (alarm_answers, alarms_refused) = match alarms {
        Some(alarms) => alarms.finish().await?,
        None => (Summary::default(), 0),
    };
    drain(&tally, options.displays).await;
    let report = Report::between(&before, &after, &tally);
    watching.shutdown().await;
    Ok(Report {
        posts: Some(posts.posted()),
        due: due_at_measuring(&march, options.displays, FRESHNESS_OF_EVERY),
        alarm_answers,
        alarms_refused,
        ..report
    })
}

/// How many positions are due in all at the displays that measure: each so many-th one.
pub(crate) fn due_at_measuring(march: &March, displays: usize, of_every: usize) -> u64 {
    march.updates() * displays.div_ceil(of_every) as u64
}

/// Waits until every display holds the end of the march, for a while.
pub(crate) async fn drain(tally: &Tally, displays: usize) {
    let until = Instant::now() + DRAIN;
    while tally.complete.load(Ordering::Relaxed) < displays as u64 && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Alarms on a rhythm, over a few connections.
struct Alarms {
    tasks: JoinSet<anyhow::Result<()>>,
    answers: Arc<Mutex<Latencies>>,
    refused: Arc<AtomicU64>,
}

impl Alarms {
    async fn start(options: Options, rhythm: AlarmRhythm) -> anyhow::Result<Self> {
        let address = options.target.address;
        let devices = u64::from(options.devices.max(1));
        let beats = u64::from(options.alarms_per_s) * u64::from(options.seconds);
        let (beat, due) = mpsc::channel(ALARMS_WAITING_MAX);
        metronome(
            beats,
            move |n| rhythm.due(n),
            move |n| beat.try_send(n).is_ok(),
        );
        let due = Arc::new(AsyncMutex::new(due));
        let mut alarms = Self {
            tasks: JoinSet::new(),
            answers: Arc::default(),
            refused: Arc::default(),
        };
        let connections = open_all(ALARM_CONNECTIONS, |_| async move {
            Ok(Connection::open(address).await?)
        });
        for mut connection in connections.await? {
            let (due, answers) = (due.clone(), alarms.answers.clone());
            let refused = alarms.refused.clone();
            alarms.tasks.spawn(async move {
                loop {
                    let Some(n) = due.lock().await.recv().await else {
                        return Ok(());
                    };
                    let device = estate::device(u32::try_from(n % devices)?);
                    let event = json!({
                        "device": device, "event_id": format!("{ALARM_EVENT}{n}"),
                        "type": estate::ALARM_TYPE,
                    });
                    let body = serde_json::to_vec(&event)?;
                    let request = post(address, "/ingest/v1/events", ("Accept", "*/*"), &body);
                    let answer = connection.exchange(&request).await?;
                    if answer.status == 200 {
                        let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
                        answers.record(rhythm.due(n).elapsed());
                    } else {
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        Ok(alarms)
    }

    async fn finish(mut self) -> anyhow::Result<(Summary, u64)> {
        while let Some(done) = self.tasks.join_next().await {
            done??;
        }
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        Ok((answers.summary(), self.refused.load(Ordering::Relaxed)))
    }
}
