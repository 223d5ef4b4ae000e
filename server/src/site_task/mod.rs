//! The one owner of a site's engine: takes inputs in turns, records each turn, then lets it out.
//!
//! handle → drain → record → publish → answer. Nothing leaves before its turn is on disk. What
//! arrives while a turn is being written is the next turn, so a busy site commits in groups by
//! itself. [`turn`] runs and records one, [`recovery`] starts over after one that was lost,
//! [`orders`] lets go of what is wanted of devices, [`notices`] keeps what is shown of reports that nobody could record, [`set_aside`] the inputs that
//! broke the engine, [`consoles`] who has one, [`last_seen`] when devices were heard, and [`disk_news`]
//! what the site knows of the disk.

mod consoles;
mod disk_news;
mod last_seen;
mod notices;
mod orders;
mod recovery;
mod set_aside;
#[cfg(test)]
mod tests;
mod turn;

pub(crate) use set_aside::SetAsides;

use crate::actuations::Actuations;
use crate::clock::{Clock, keep_step};
use crate::disk::Disk;
use crate::hub::{DISPLAYS_MAX, Hub};
use crate::journal::{Journal, JournalError};
use crate::metrics::Turns;
use crate::outbox::Outbox;
use crate::requests::{Request, Ticket};
use crate::site_folder::PublishedEstate;
use crate::tracks::Tracks;
use castellan_domain::engine::{Engine, Input};
use castellan_domain::fact::{ClockStepped, NotificationSettled};
use castellan_domain::ids::SiteId;
use castellan_domain::observation::Observation;
use castellan_domain::stream::Machine;
use castellan_domain::time::Timestamp;
use consoles::Consoles;
use disk_news::DiskNews;
use last_seen::LastSeen;
use notices::Notices;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::{Instrument as _, debug_span, warn};

/// Requests that one turn takes at most.
const TURN_INPUTS_MAX: usize = 256;
/// Turns that have nothing but positions wait so long for more of them: to begin and to end a
/// transaction costs more than the rows in it, and displays get positions every 100 ms only.
const POSITIONS_WAIT: Duration = Duration::from_millis(4);
/// With so many positions a turn waits no longer: few phones that send much are not held up.
const POSITIONS_ENOUGH: usize = 8;
/// How often positions, and when devices were heard, are brought onto the disk itself.
const TRACKS_SYNC_EVERY: Duration = Duration::from_secs(1);
/// How often is purged what has had its time: remembered ids, words about people.
const PURGE_EVERY: Duration = Duration::from_hours(1);
/// Wait before the next step of a purge that is not done yet.
const PURGE_AGAIN: Duration = Duration::from_secs(1);
/// How often clock and notices are looked at. No wait is longer: the timers of a machine that was
/// asleep do not know of it, and after a step of the clock a deadline may be due at once.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Deadlines are settled no more often than this, so that thousands of them, due at once after a
/// sleep, leave commands their turns. At most 64 each time: 5,000 take eight seconds.
const SETTLE_EVERY: Duration = Duration::from_millis(100);
/// Sessions that are taken note of at each look: of every display the end of one and the begin of
/// another. What is left comes with the next look.
const PRESENCE_EVENTS_MAX: usize = 2 * DISPLAYS_MAX;
/// Wait after a deadline that broke the engine.
const SETTLE_AGAIN_AFTER: Duration = Duration::from_mins(1);

/// Why a turn is lost, or a site cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SiteTaskError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("the server's own input breaks the engine: {0}")]
    BrokenStart(String),
    #[error("too many inputs of one turn break the engine")]
    TooManyBroken,
}

/// Everything that belongs to one site at run time.
#[derive(Debug)]
pub(crate) struct SiteTask<M = Engine> {
    pub(crate) site: SiteId,
    pub(crate) engine: M,
    pub(crate) journal: Journal,
    pub(crate) tracks: Tracks,
    pub(crate) estate: PublishedEstate,
    pub(crate) hub: Arc<Hub>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) disk: Arc<Disk>,
    /// Where notifications go, if anywhere.
    pub(crate) outbox: Option<Arc<Outbox>>,
    /// Where orders to devices go, if anywhere.
    pub(crate) actuations: Option<Arc<Actuations>>,
    /// Inputs that broke the engine, as health shows them.
    pub(crate) set_asides: Arc<SetAsides>,
    /// What turns come to.
    pub(crate) turns: Arc<Turns>,
    pub(crate) state: State,
}

/// What the task remembers beside the engine.
#[derive(Debug)]
pub(crate) struct State {
    /// A turn was lost, and with it the engine's state: when to rebuild it next.
    rebuild_at: Option<Instant>,
    /// Attempts to rebuild since the first turn was lost.
    rebuilds: u32,
    /// Deadlines are not settled before.
    settle_at: Instant,
    /// Clock steps that are not on the record yet.
    /// At most `STEPS_MAX`; more are added to the last.
    steps: Vec<ClockStepped>,
    /// Intents are on disk whose orders nobody carries out.
    has_orphans: bool,
    /// Calls for which the outbox had no room, and which are to be told so.
    /// At most one for each call that is under way.
    left_out: Vec<NotificationSettled>,
    notices: Notices,
    consoles: Consoles,
    disk_news: DiskNews,
    last_seen: LastSeen,
}

impl Default for State {
    fn default() -> Self {
        Self {
            rebuild_at: None,
            rebuilds: 0,
            settle_at: Instant::now(),
            steps: Vec::new(),
            has_orphans: false,
            left_out: Vec::new(),
            notices: Notices::default(),
            consoles: Consoles::default(),
            disk_news: DiskNews::default(),
            last_seen: LastSeen::default(),
        }
    }
}

impl<M: Machine> SiteTask<M> {
    /// Runs until every sender is gone.
    pub(crate) async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut sync_at = Instant::now() + TRACKS_SYNC_EVERY;
        let mut purge_at = Instant::now();
        let mut look_at = Instant::now();
        loop {
            let wake_at = self.next_wake();
            tokio::select! {
                request = requests.recv() => match request {
                    Some(request) => self.take(request, &mut requests).await,
                    None => return,
                },
                () = sleep_until(wake_at) => self.wake().await,
                () = sleep_until(sync_at) => {
                    self.state.last_seen.keep(&self.tracks, &self.disk).await;
                    if let Err(error) = self.tracks.sync().await {
                        warn!(%error, "positions could not be synced to disk");
                    }
                    sync_at = Instant::now() + TRACKS_SYNC_EVERY;
                }
                () = sleep_until(purge_at) => {
                    let more = self.journal.purge(self.clock.now()).await.unwrap_or_else(|error| {
                        warn!(%error, "what has had its time could not be purged");
                        false
                    });
                    purge_at = Instant::now() + if more { PURGE_AGAIN } else { PURGE_EVERY };
                }
                () = sleep_until(look_at) => {
                    self.look().await;
                    look_at = Instant::now() + LOOK_EVERY;
                }
            }
        }
    }

    /// Takes a request and what comes with it.
    async fn take(&mut self, first: Request, requests: &mut mpsc::Receiver<Request>) {
        let tickets = gather(first, requests, Instant::now() + POSITIONS_WAIT).await;
        if self.state.rebuild_at.is_some() {
            self.turn_away(tickets);
        } else {
            let traces: Vec<_> = tickets.iter().map(|ticket| ticket.trace).collect();
            let span = debug_span!("turn", ?traces);
            self.turn(tickets).instrument(span).await;
        }
    }

    /// When to look again by ourselves: to rebuild, or because a deadline is due.
    fn next_wake(&self) -> Instant {
        if let Some(rebuild_at) = self.state.rebuild_at {
            return rebuild_at;
        }
        if self.state.has_orphans || !self.state.left_out.is_empty() {
            return Instant::now();
        }
        let Some(due_at) = self.engine.next_deadline() else {
            return Instant::now() + PURGE_EVERY;
        };
        let wait = due_at.since(self.clock.now()).as_micros().max(0);
        let due_at = Instant::now() + Duration::from_micros(wait.unsigned_abs());
        due_at.max(self.state.settle_at)
    }

    async fn wake(&mut self) {
        match self.state.rebuild_at {
            Some(_) => self.rebuild().await,
            None => self.turn(Vec::new()).await,
        }
    }

    /// Once a second: has somebody set the clock, has somebody come to a console or left the last
    /// one, does the disk fill, and has a notice been shown for long enough?
    async fn look(&mut self) {
        let steps = self.clock.take_steps();
        for step in steps {
            warn!(by_s = step.by.as_secs(), "the machine's clock jumped");
            keep_step(&mut self.state.steps, step);
        }
        if self.state.notices.expire(self.clock.now()) {
            self.show_notices();
        }
        for _ in 0..PRESENCE_EVENTS_MAX {
            let Some(event) = self.hub.next_presence() else {
                break;
            };
            self.state.consoles.hear(event);
        }
        let has_news = !self.state.steps.is_empty()
            || self.state.consoles.has_news()
            || self.state.disk_news.has_news(self.disk.room());
        if has_news && self.state.rebuild_at.is_none() {
            self.turn(Vec::new()).await;
        }
    }

    fn show_notices(&self) {
        self.hub.set_unrecorded(&self.state.notices.shown());
    }

    fn estate_loaded(&self) -> Input {
        Input::EstateLoaded {
            hash: self.estate.hash.clone(),
            estate: self.estate.index.clone(),
        }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.state.settle_at <= Instant::now()
            && self.engine.next_deadline().is_some_and(|due| due <= now)
    }
}

/// A request and whatever waits behind it, up to the size of a turn. While it is nothing but
/// positions, more are waited for: until `wait_until`, or until there are [`POSITIONS_ENOUGH`].
/// Anything else ends the wait at once.
async fn gather(
    first: Request,
    requests: &mut mpsc::Receiver<Request>,
    wait_until: Instant,
) -> Vec<Ticket> {
    let mut tickets = Vec::new();
    let mut waits = true;
    let mut next = Some(first);
    while let Some(request) = next {
        waits &= is_position(&request.input) && tickets.len() + 1 < POSITIONS_ENOUGH;
        tickets.push(*request);
        next = if tickets.len() >= TURN_INPUTS_MAX {
            None
        } else if waits {
            timeout_at(wait_until, requests.recv()).await.ok().flatten()
        } else {
            requests.try_recv().ok()
        };
    }
    tickets
}

const fn is_position(input: &Input) -> bool {
    matches!(input, Input::Observed(Observation::PhoneFix(_)))
}
