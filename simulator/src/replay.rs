//! The verb `replay`: a recorded walk, sent now as a phone would send it.

use crate::gpx_walk::{self, Refusal};
use crate::lookup::fetch_estate;
use crate::schedule::{self, Plan, Step};
use crate::walk::wall_ms;
use castellan_client::http::{Client, Failure};
use castellan_client::owntracks::{Connection, Location, Power, Reading};
use castellan_domain::ids::{PhoneId, SiteId};
use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;

/// A progress line comes after so many points.
const PROGRESS_EVERY: u64 = 50;
/// A fix sent so long after it was due counts as late.
const LATE: Duration = Duration::from_secs(2);
/// How long a server that is away is waited for before the replay gives up.
const PATIENCE: Duration = Duration::from_mins(2);
const BACKOFF_MIN: Duration = Duration::from_millis(500);
const BACKOFF_MAX: Duration = Duration::from_secs(10);
/// Different refusals that are said; further ones are only counted.
const REFUSALS_SAID_MAX: usize = 5;

/// What the command line asks for.
#[derive(Debug, Clone)]
pub struct Options {
    pub file: PathBuf,
    /// Whose phone sends it.
    pub phone: PhoneId,
    /// Where the server is.
    pub server: String,
    /// How many times faster than recorded.
    pub speed: f64,
    /// Move the walk onto the estate.
    pub onto_estate: bool,
    /// Which site's estate; the first one where none is named.
    pub site: Option<SiteId>,
}

/// Why a replay ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The file is not a walk.
    #[error("{file}: {refusal}", file = file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// Why not.
        refusal: Refusal,
    },
    /// Something around it failed.
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

/// How it went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Points of the plan.
    pub points: u64,
    /// Fixes that the server answered.
    pub sent: u64,
    /// Fixes that it stored.
    pub accepted: u64,
    /// Fixes that it refused.
    pub refused: u64,
    /// Fixes that went out later than they were due, because the server was slow or away.
    pub late: u64,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            points,
            sent,
            accepted,
            refused,
            late,
            stopped,
        } = self;
        let how = if *stopped { "Stopped" } else { "Done" };
        write!(
            f,
            "{how}: {sent} of {points} fixes sent, {accepted} accepted, {refused} refused, \
             {late} late."
        )
    }
}

/// Replays a file until its end or until `stop` comes true; `say` gets each line for the user.
pub async fn run(
    options: &Options,
    stop: impl Future<Output = ()>,
    say: &mut (dyn FnMut(String) + Send),
) -> Result<Summary, ReplayError> {
    let walk = gpx_walk::read_file(&options.file).map_err(|refusal| ReplayError::File {
        file: options.file.clone(),
        refusal,
    })?;
    let mut points = walk.points;
    if walk.unreadable > 0 {
        say(format!(
            "times and heights that cannot be read and are left out: {}",
            walk.unreadable
        ));
    }
    let client = Client::new(&options.server, 1).map_err(anyhow::Error::from)?;
    let mut stop = std::pin::pin!(stop);
    if options.onto_estate {
        let estate = tokio::select! {
            () = &mut stop => return Ok(Summary { stopped: true, ..Summary::default() }),
            estate = fetch_estate(&client, options.site.as_ref(), Duration::from_secs(10)) => estate?,
        };
        let moved = schedule::moved_onto(&mut points, &estate).map_err(anyhow::Error::from)?;
        say(moved);
    }
    let plan = schedule::plan(&points, options.speed);
    for note in &plan.notes {
        say(note.clone());
    }
    say(opening(&plan));
    let mut replay = Replay {
        client,
        phone: options.phone.clone(),
        summary: Summary {
            points: u64::try_from(plan.steps.len()).unwrap_or(u64::MAX),
            ..Summary::default()
        },
        refusals: BTreeSet::new(),
        say,
    };
    let outcome = tokio::select! {
        () = &mut stop => None,
        outcome = replay.walk(&plan.steps) => Some(outcome),
    };
    replay.summary.stopped = outcome.is_none();
    (replay.say)(replay.summary.to_string());
    outcome.transpose()?;
    Ok(replay.summary)
}

fn opening(plan: &Plan) -> String {
    let lasts_s = plan.steps.last().map_or(0, |step| step.due.as_secs());
    format!(
        "{} fixes in {} min {:02} s",
        plan.steps.len(),
        lasts_s / 60,
        lasts_s % 60
    )
}

struct Replay<'a> {
    client: Client,
    phone: PhoneId,
    summary: Summary,
    refusals: BTreeSet<String>,
    say: &'a mut (dyn FnMut(String) + Send),
}

impl Replay<'_> {
    async fn walk(&mut self, steps: &[Step]) -> anyhow::Result<()> {
        let began = Instant::now();
        let began_ms = wall_ms();
        for (index, step) in steps.iter().enumerate() {
            tokio::time::sleep_until(began + step.due).await;
            let due_ms = began_ms + i64::try_from(step.due.as_millis()).unwrap_or(0);
            let fix = Location::new(&self.phone, &reading(step, index, due_ms));
            self.send(&fix).await?;
            self.summary.sent += 1;
            self.summary.late += u64::from(Instant::now() - (began + step.due) > LATE);
            if self.summary.sent.is_multiple_of(PROGRESS_EVERY) {
                let Summary {
                    points,
                    sent,
                    refused,
                    ..
                } = self.summary;
                (self.say)(format!("{sent} of {points}, {refused} refused"));
            }
        }
        Ok(())
    }

    /// Sends one fix, again and again while the server is away, but not for ever.
    async fn send(&mut self, fix: &Location) -> anyhow::Result<()> {
        let began = Instant::now();
        let mut backoff = BACKOFF_MIN;
        loop {
            match self.client.fix(&self.phone, fix).await {
                Ok(()) => {
                    self.summary.accepted += 1;
                    return Ok(());
                }
                Err(Failure::Refused { status, message }) => {
                    self.summary.refused += 1;
                    let said = format!("refused: {status} {message}");
                    if self.refusals.len() < REFUSALS_SAID_MAX && self.refusals.insert(said.clone())
                    {
                        (self.say)(said);
                    }
                    return Ok(());
                }
                Err(Failure::Away(why)) => {
                    anyhow::ensure!(
                        began.elapsed() < PATIENCE,
                        "gave up after {} s: {why}",
                        PATIENCE.as_secs()
                    );
                    if backoff == BACKOFF_MIN {
                        (self.say)(format!("the server is away, trying again: {why}"));
                    }
                    tokio::time::sleep(backoff).await;
                    backoff = (backoff * 2).min(BACKOFF_MAX);
                }
            }
        }
    }
}

/// The fix is taken when it is due: now, not when it was recorded. Points are a second apart, so
/// no two of them carry the same `tst`.
fn reading(step: &Step, index: usize, due_ms: i64) -> Reading {
    Reading {
        at: step.at,
        at_ms: due_ms,
        accuracy_m: 5.0,
        altitude_m: step.altitude_m,
        speed_m_per_s: step.speed_m_per_s,
        course_deg: step.course_deg,
        battery_percent: 80.0,
        power: Power::Unplugged,
        connection: Connection::Mobile,
        message_id: u32::try_from(index).unwrap_or(u32::MAX),
        by_hand: index == 0,
    }
}
