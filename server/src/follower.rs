//! What runs behind the turns: projection tables, snapshots and chain anchors follow the journal.
//!
//! Nothing here is waited for by a turn, and no fact is at stake when it fails: it says so under
//! health and begins again from what is on disk.

use crate::anchor::{self, AnchorFile, ChainAnchor, Why};
use crate::clock::Clock;
use crate::hub::Hub;
use crate::journal::{Journal, JournalError};
use crate::site_folder::SitePaths;
use crate::tables::{Projection, ProjectionError};
use castellan_domain::ids::Seq;
use castellan_domain::wire::api::BesideHealth;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tracing::{error, info, warn};

/// How often it looks whether there are new facts.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Wait before it begins again after a failure; doubled at each further one that follows without
/// any progress in between, up to the second figure.
const RETRY_AFTER: Duration = Duration::from_secs(1);
const RETRY_AFTER_MAX: Duration = Duration::from_mins(1);
/// How often it looks whether a new day needs its anchor.
const ANCHOR_EVERY: Duration = Duration::from_mins(1);

/// What can be asked of it.
#[derive(Debug)]
pub(crate) enum Ask {
    /// Throw the tables and snapshots away and fold them anew; answered when that is done.
    Rebuild(oneshot::Sender<Result<Seq, String>>),
    /// Catch up, keep a snapshot, anchor the head, and end.
    Stop(oneshot::Sender<()>),
}

/// How far it is, for health.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    health: Mutex<BesideHealth>,
    anchor_fault: Mutex<Option<String>>,
}

impl Beside {
    /// A copy of what is known.
    pub(crate) fn report(&self) -> BesideHealth {
        let mut health = lock(&self.health).clone();
        health.fault = health.fault.or_else(|| lock(&self.anchor_fault).clone());
        health
    }

    fn progress(&self, projection: &Projection) {
        let mut health = lock(&self.health);
        health.projected_seq = projection.seq();
        health.snapshot_seq = projection.snapshot_seq();
        health.fault = None;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Everything that follows one site's journal.
#[derive(Debug)]
pub(crate) struct Follower {
    pub(crate) paths: SitePaths,
    pub(crate) anchors: AnchorFile,
    pub(crate) hub: Arc<Hub>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) beside: Arc<Beside>,
}

/// Why it left its loop.
enum Left {
    Stopped(oneshot::Sender<()>),
    Gone,
}

impl Follower {
    /// Runs until it is told to stop, or nobody can tell it any more.
    pub(crate) async fn run(self, mut asks: mpsc::Receiver<Ask>) {
        let mut anchor_at = Instant::now();
        let (mut wait, mut failed_at) = (RETRY_AFTER, None);
        loop {
            match self.follow(&mut asks, &mut anchor_at).await {
                Ok(Left::Stopped(done)) => {
                    self.anchor(Why::Stop).await;
                    // Whoever told it to stop may have lost patience.
                    let _ = done.send(());
                    return;
                }
                Ok(Left::Gone) => return,
                Err(error) => {
                    error!(%error, "tables and snapshots cannot follow the journal; trying again");
                    lock(&self.beside.health).fault = Some(format!(
                        "lists of older alarms and snapshots cannot follow: {error}. No fact is at \
                         stake; make room on the disk, or look at the server's log"
                    ));
                }
            }
            let reached = Some(lock(&self.beside.health).projected_seq);
            wait = if reached == failed_at {
                (wait * 2).min(RETRY_AFTER_MAX)
            } else {
                RETRY_AFTER
            };
            failed_at = reached;
            if self.pause(wait, &mut asks, &mut anchor_at).await {
                return;
            }
        }
    }

    async fn follow(
        &self,
        asks: &mut mpsc::Receiver<Ask>,
        anchor_at: &mut Instant,
    ) -> Result<Left, ProjectionError> {
        let mut projection = Projection::begin(&self.paths).await?;
        self.catch_up(&mut projection).await?;
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = looks.tick() => {
                    if self.hub.head() > projection.seq() {
                        self.catch_up(&mut projection).await?;
                    }
                }
                () = sleep_until(*anchor_at) => {
                    self.anchor(Why::Daily).await;
                    *anchor_at = Instant::now() + ANCHOR_EVERY;
                }
                ask = asks.recv() => match ask {
                    None => return Ok(Left::Gone),
                    Some(Ask::Rebuild(reply)) => {
                        info!("tables and snapshots are folded anew, as asked");
                        let rebuilt = self.rebuild(&mut projection).await;
                        let told = rebuilt.as_ref().map(|()| projection.seq()).map_err(ToString::to_string);
                        // Whoever asked may have gone; what was rebuilt is rebuilt.
                        let _ = reply.send(told);
                        rebuilt?;
                    }
                    Some(Ask::Stop(done)) => {
                        let kept = self.finish(&mut projection).await;
                        if let Err(error) = kept {
                            warn!(%error, "no snapshot was kept; the next start folds a little more");
                        }
                        return Ok(Left::Stopped(done));
                    }
                }
            }
        }
    }

    async fn catch_up(&self, projection: &mut Projection) -> Result<(), ProjectionError> {
        while projection.advance().await? {
            self.beside.progress(projection);
        }
        self.beside.progress(projection);
        Ok(())
    }

    async fn rebuild(&self, projection: &mut Projection) -> Result<(), ProjectionError> {
        projection.start_over().await?;
        self.finish(projection).await
    }

    async fn finish(&self, projection: &mut Projection) -> Result<(), ProjectionError> {
        self.catch_up(projection).await?;
        projection.keep_snapshot().await?;
        self.beside.progress(projection);
        Ok(())
    }

    /// Waits a while after a failure; anchors do not. Says whether it was told to stop.
    async fn pause(
        &self,
        wait: Duration,
        asks: &mut mpsc::Receiver<Ask>,
        anchor_at: &mut Instant,
    ) -> bool {
        let end = Instant::now() + wait;
        loop {
            tokio::select! {
                () = sleep_until(end) => return false,
                () = sleep_until(*anchor_at) => {
                    self.anchor(Why::Daily).await;
                    *anchor_at = Instant::now() + ANCHOR_EVERY;
                }
                ask = asks.recv() => match ask {
                    None => return true,
                    Some(Ask::Rebuild(reply)) => {
                        let fault = lock(&self.beside.health).fault.clone();
                        let _ = reply.send(Err(fault.unwrap_or_default()));
                    }
                    Some(Ask::Stop(done)) => {
                        self.anchor(Why::Stop).await;
                        let _ = done.send(());
                        return true;
                    }
                }
            }
        }
    }

    /// Writes an anchor if its day has none yet, or at a stop if the head has moved since.
    async fn anchor(&self, why: Why) {
        let done = self.try_anchor(why).await;
        if let Err(error) = &done {
            error!(%error, path = %self.anchors.path().display(), "the chain's head could not be anchored");
        }
        *lock(&self.beside.anchor_fault) = done.err().map(|error| {
            format!(
                "the chain's head cannot be anchored: {error}. Look after the disk of the anchors"
            )
        });
    }

    async fn try_anchor(&self, why: Why) -> Result<(), AnchorError> {
        let last = self.anchors.last()?;
        if let Some(last) = &last {
            lock(&self.beside.health).anchored_seq = last.seq;
        }
        let mut journal = Journal::examine(&self.paths.journal()).await?;
        journal.reread_head().await?;
        let (seq, hash) = journal.head();
        let today = anchor::day(self.clock.now());
        match last {
            Some(other) if other.journal != journal.id() => error!(
                anchors = %self.anchors.path().display(),
                "the anchors know another journal of this site, up to fact {}. If this one was not begun anew \
                 on purpose, stop, and restore the last backup",
                other.seq
            ),
            Some(last) if why == Why::Daily && last.day() == today => return Ok(()),
            Some(last) if why == Why::Stop && last.hash == hash => return Ok(()),
            _ => {}
        }
        self.anchors.append(&ChainAnchor {
            at: self.clock.now(),
            why,
            journal: journal.id(),
            seq,
            hash,
        })?;
        lock(&self.beside.health).anchored_seq = seq;
        Ok(())
    }
}

/// Why no anchor was written.
#[derive(Debug, thiserror::Error)]
enum AnchorError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Journal(#[from] JournalError),
}
