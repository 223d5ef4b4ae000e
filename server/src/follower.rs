//! What runs behind the turns: projection tables, snapshots and chain anchors follow the journal.
//!
//! Nothing here is waited for by a turn, and no fact is at stake when it fails or breaks: it says so
//! under health and begins again from what is on disk.

use crate::anchor::{self, AnchorFile, ChainAnchor, Why};
use crate::clock::Clock;
use crate::hub::Hub;
use crate::journal::{Journal, JournalError};
use crate::site_folder::SitePaths;
use crate::tables::{Fold, Projection, ProjectionError, delete_tables};
use castellan_domain::ids::Seq;
use castellan_domain::stream::caught;
use castellan_domain::wire::api::BesideHealth;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
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
        health.fault = projection.snapshot_fault().map(no_snapshot);
    }
}

fn no_snapshot(why: &str) -> String {
    format!(
        "a snapshot cannot be kept: {why}. No fact is at stake, and the next start takes longer; make \
         room on the disk"
    )
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
    pub(crate) fold: Fold,
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
            let is_damaged;
            let left = unbroken(self.follow(&mut asks, &mut anchor_at)).await;
            match left.unwrap_or_else(|why| Err(ProjectionError::Broken(why))) {
                Ok(Left::Stopped(done)) => {
                    self.anchor(Why::Stop).await;
                    // Whoever told it to stop may have lost patience.
                    let _ = done.send(());
                    return;
                }
                Ok(Left::Gone) => return,
                Err(error) => {
                    is_damaged = error.is_damage();
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
            // After the wait: whoever wrote them has let go of them by now.
            if is_damaged {
                warn!("the tables are damaged and are folded anew");
                if let Err(error) = delete_tables(&self.paths) {
                    error!(%error, "the damaged tables cannot be deleted");
                }
            }
        }
    }

    async fn follow(
        &self,
        asks: &mut mpsc::Receiver<Ask>,
        anchor_at: &mut Instant,
    ) -> Result<Left, ProjectionError> {
        let mut projection = Projection::begin(&self.paths, self.fold).await?;
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
                        let told = match (&rebuilt, projection.snapshot_fault()) {
                            (Ok(()), None) => Ok(projection.seq()),
                            (Ok(()), Some(why)) => Err(no_snapshot(why)),
                            (Err(error), _) => Err(error.to_string()),
                        };
                        // Whoever asked may have gone; what was rebuilt is rebuilt.
                        let _ = reply.send(told);
                        rebuilt?;
                    }
                    Some(Ask::Stop(done)) => {
                        if let Err(error) = self.finish(&mut projection).await {
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
        if let Err(error) = projection.keep_snapshot().await {
            warn!(%error, "no snapshot was kept; the next start folds a little more");
        }
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
        let done = unbroken(self.try_anchor(why)).await;
        let done = done.unwrap_or_else(|why| Err(AnchorError::Broken(why)));
        if let Err(error) = &done {
            error!(%error, path = %self.anchors.path().display(), "the chain's head could not be anchored");
        }
        *lock(&self.beside.anchor_fault) = done
            .err()
            .map(|error| format!("the chain's head cannot be anchored: {error}"));
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
            Some(other) if other.journal != journal.id() => {
                return Err(AnchorError::OtherJournal(other.seq));
            }
            Some(last) if journal.hash_if_at(last.seq).await? != Some(last.hash) => {
                return Err(AnchorError::OtherFact(last.seq));
            }
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
    #[error("{0}. Look after the disk of the anchors")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(
        "the anchors know another journal of this site, up to fact {0}; stop, and run `castellan doctor`"
    )]
    OtherJournal(Seq),
    #[error("the anchors know another fact {0} than the journal; run `castellan doctor`")]
    OtherFact(Seq),
    #[error("something broke on the way: {0}")]
    Broken(String),
}

/// Does something that may break, and says what did. Whatever it worked on ends with it.
async fn unbroken<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let mut work = pin!(work);
    poll_fn(|context| match caught(|| work.as_mut().poll(context)) {
        Ok(poll) => poll.map(Ok),
        Err(why) => Poll::Ready(Err(why)),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::tests::Hands;
    use crate::journal::fixture::{history, journal_with};
    use castellan_domain::fact::Fact;
    use castellan_domain::geo::{Anchor, LonLat};
    use castellan_domain::ids::SiteId;
    use castellan_domain::site::Site;
    use castellan_domain::stream::Backlog;
    use castellan_domain::text::Text;
    use castellan_domain::view::{Touched, View};
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, Ordering};

    const PATIENCE: Duration = Duration::from_secs(30);

    static IS_BROKEN: AtomicBool = AtomicBool::new(true);

    /// A fold that meets a fact which breaks it, as long as it is broken.
    fn fragile(site: &mut Site, fact: &Fact) -> Touched {
        let breaks = IS_BROKEN.load(Ordering::SeqCst) && fact.seq == Seq(3);
        assert!(!breaks, "a meant panic");
        site.apply(fact)
    }

    async fn until(what: &str, holds: impl Fn() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < end, "waited in vain: {what}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A follower of five facts in this folder.
    async fn follower(folder: &Path, fold: Fold) -> Follower {
        let site = SiteId::new("test-1").unwrap();
        let paths = SitePaths {
            site: site.clone(),
            folder: folder.to_owned(),
        };
        let journal = journal_with(&paths.journal(), &history(5)).await;
        let clock = Arc::new(Hands::new().clock(0));
        let (seq, hash) = journal.head();
        let hub = Hub::new(
            site.clone(),
            Text::constant("test"),
            clock.clone(),
            Backlog::new(journal.id(), seq, &hash.to_hex()),
            View::default(),
            Anchor::new(LonLat::new(120.0, 30.0).unwrap()),
        );
        Follower {
            anchors: AnchorFile::new(&folder.join("anchors"), &site),
            paths,
            hub: Arc::new(hub),
            clock,
            beside: Arc::default(),
            fold,
        }
    }

    /// As each look of [`ANCHOR_EVERY`] does.
    #[tokio::test]
    async fn an_anchor_that_could_not_be_written_is_told_and_written_by_a_later_look_of_its_day() {
        let folder = tempfile::tempdir().unwrap();
        let follower = follower(folder.path(), Site::apply).await;
        let in_the_way = folder.path().join("anchors");
        std::fs::write(&in_the_way, "").unwrap();
        for _ in 0..2 {
            follower.anchor(Why::Daily).await;
            let report = follower.beside.report();
            let fault = report.fault.expect("it is told");
            assert!(fault.contains("cannot be anchored"), "{fault}");
            assert_eq!(report.anchored_seq, Seq(0));
        }
        std::fs::remove_file(&in_the_way).unwrap();
        for _ in 0..2 {
            follower.anchor(Why::Daily).await;
            let report = follower.beside.report();
            assert_eq!((report.fault, report.anchored_seq), (None, Seq(5)));
            assert_eq!(follower.anchors.read().unwrap().anchors.len(), 1);
        }
    }

    #[tokio::test]
    async fn a_fact_that_breaks_the_fold_is_told_and_tried_again_and_ends_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let follower = follower(folder.path(), fragile).await;
        let beside = follower.beside.clone();
        let (asks, asked) = mpsc::channel(1);
        let task = tokio::spawn(follower.run(asked));
        until("it says so", || beside.report().fault.is_some()).await;
        let fault = beside.report().fault.unwrap();
        assert!(
            fault.contains("fact 3") && fault.contains("a meant panic"),
            "{fault}"
        );
        assert!(!task.is_finished());
        // Whoever asks meanwhile is answered, and it comes back by itself once it can.
        let (reply, told) = oneshot::channel();
        asks.send(Ask::Rebuild(reply)).await.unwrap();
        assert!(told.await.unwrap().is_err());
        IS_BROKEN.store(false, Ordering::SeqCst);
        until("it follows again", || {
            let report = beside.report();
            report.fault.is_none() && report.projected_seq == Seq(5)
        })
        .await;
        let (done, finished) = oneshot::channel();
        asks.send(Ask::Stop(done)).await.unwrap();
        finished.await.unwrap();
        task.await.unwrap();
    }

    #[tokio::test]
    async fn whatever_else_breaks_is_told_as_well() {
        let broken = unbroken(async {
            tokio::task::yield_now().await;
            panic!("a meant panic");
        });
        let told: Result<(), String> = broken.await;
        assert_eq!(told, Err("a meant panic".to_owned()));
        let whole = unbroken(async {
            tokio::task::yield_now().await;
            7
        });
        assert_eq!(whole.await, Ok(7));
    }
}
