//! Follows a journal with a fold of its own: rows into the tables, snapshots onto the disk.
//!
//! It runs beside the site task and never holds it up. It may stop anywhere and begin again: the
//! tables know how far they are, and the newest snapshot before that is where the fold begins.

use super::error::TablesError;
use super::row::Rows;
use super::store::{Progress, Tables};
use crate::journal::{ChainHash, Journal, JournalError, Snapshots, Stamp};
use crate::site_folder::SitePaths;
use crate::sqlite::is_damaged;
use castellan_domain::fact::Fact;
use castellan_domain::ids::Seq;
use castellan_domain::site::{FOLD_VERSION, Site};
use castellan_domain::stream::caught;
use castellan_domain::time::Timestamp;
use castellan_domain::view::Touched;
use std::path::PathBuf;
use std::{fs, io};
use tracing::{info, warn};

/// Facts after which a snapshot is kept: as many as a start has to fold at most after a crash,
/// besides those that the projection is behind.
pub(crate) const SNAPSHOT_EVERY: u64 = 10_000;
/// And before it is tried again, if it could not be kept: each attempt takes room for a moment that
/// facts may need, and time from the tables.
pub(crate) const SNAPSHOT_AGAIN: u64 = 1_000;

/// What stops it. It tries again a little later.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProjectionError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Tables(#[from] TablesError),
    #[error("what was folded before cannot be thrown away: {0}")]
    Clear(#[from] io::Error),
    #[error("something broke on the way: {0}")]
    Broken(String),
}

impl ProjectionError {
    /// Whether the tables' file is damaged: then trying again is of no use, and folding anew is.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, Self::Tables(TablesError::Database(error)) if is_damaged(error))
    }
}

/// How a fact is folded: [`Site::apply`], or a double of it that fails on purpose.
pub(crate) type Fold = fn(&mut Site, &Fact) -> Touched;

/// The tables of a journal, with the fold that they follow from.
#[derive(Debug)]
pub(crate) struct Projection {
    journal: Journal,
    tables: Tables,
    snapshots: Snapshots,
    fold: Fold,
    site: Site,
    hash: ChainHash,
    recorded_at: Timestamp,
    snapshot_seq: Seq,
    /// From which fact on the next one is kept.
    snapshot_due: u64,
    snapshot_fault: Option<String>,
}

impl Projection {
    /// Goes on where the tables are, or from nothing if they do not fit to the journal.
    pub(crate) async fn begin(paths: &SitePaths, fold: Fold) -> Result<Self, ProjectionError> {
        let mut journal = Journal::examine(&paths.journal()).await?;
        let mut tables = match open(paths).await {
            Ok(tables) => tables,
            Err(error) => {
                warn!(%error, "the tables are of no use and are folded anew");
                delete_tables(paths)?;
                open(paths).await?
            }
        };
        let upto = usable(&mut tables, &mut journal).await;
        if upto.is_none() {
            info!("the tables are folded anew from the first fact on");
            tables.clear(journal.id()).await?;
        }
        let upto = upto.unwrap_or_default();
        let snapshots = Snapshots::beside(&paths.journal());
        let begun = snapshots.newest(&mut journal, upto).await?;
        let snapshot_seq = snapshots.list().first().map_or(Seq(0), |(seq, _)| *seq);
        let (site, recorded_at) = begun.map_or_else(
            || (Site::default(), Timestamp::default()),
            |(stamp, site)| (site, stamp.recorded_at),
        );
        let hash = journal.hash_at(site.view().seq).await?;
        let mut projection = Self {
            journal,
            tables,
            snapshots,
            fold,
            site,
            hash,
            recorded_at,
            snapshot_seq,
            snapshot_due: snapshot_seq.0.saturating_add(SNAPSHOT_EVERY),
            snapshot_fault: None,
        };
        // These facts are in the tables already.
        while projection.seq() < upto {
            let rows = projection.fold_next(upto).await?;
            if rows.is_none() {
                break;
            }
        }
        Ok(projection)
    }

    /// The last fact in the tables.
    pub(crate) fn seq(&self) -> Seq {
        self.site.view().seq
    }

    /// The newest snapshot.
    pub(crate) fn snapshot_seq(&self) -> Seq {
        self.snapshot_seq
    }

    /// Why the last attempt to keep one came to nothing, until another one succeeds.
    pub(crate) fn snapshot_fault(&self) -> Option<&str> {
        self.snapshot_fault.as_deref()
    }

    /// Writes what the next facts come to, some at a time. Says whether there were any.
    pub(crate) async fn advance(&mut self) -> Result<bool, ProjectionError> {
        let Some(rows) = self.fold_next(Seq(u64::MAX)).await? else {
            return Ok(false);
        };
        let progress = Progress {
            seq: self.seq(),
            hash: self.hash,
            ..Progress::none(self.journal.id())
        };
        self.tables.write(&rows, &progress).await?;
        if self.seq().0 >= self.snapshot_due
            && let Err(error) = self.keep_snapshot().await
        {
            warn!(%error, "a snapshot cannot be kept; the tables follow all the same");
        }
        Ok(true)
    }

    /// Keeps a snapshot of where it is, unless there is one already, or a newer one. Nothing else
    /// depends on it: after a failure the projection goes on.
    pub(crate) async fn keep_snapshot(&mut self) -> io::Result<()> {
        let kept = self.try_snapshot().await;
        let wait = if kept.is_ok() {
            SNAPSHOT_EVERY
        } else {
            SNAPSHOT_AGAIN
        };
        self.snapshot_due = self.seq().0.max(self.snapshot_seq.0).saturating_add(wait);
        self.snapshot_fault = kept.as_ref().err().map(ToString::to_string);
        kept
    }

    async fn try_snapshot(&mut self) -> io::Result<()> {
        let seq = self.seq();
        if seq <= self.snapshot_seq {
            return Ok(());
        }
        let stamp = Stamp {
            journal: self.journal.id(),
            seq,
            hash: self.hash.to_hex(),
            fold_version: FOLD_VERSION,
            recorded_at: self.recorded_at,
        };
        let (snapshots, site) = (self.snapshots.clone(), self.site.clone());
        let written = tokio::task::spawn_blocking(move || snapshots.write(&stamp, &site)).await;
        written.map_err(io::Error::other)??;
        self.snapshot_seq = seq;
        Ok(())
    }

    /// Throws away everything that was folded and begins with the first fact.
    pub(crate) async fn start_over(&mut self) -> Result<(), ProjectionError> {
        self.tables.clear(self.journal.id()).await?;
        self.snapshots.clear()?;
        self.site = Site::default();
        self.hash = ChainHash::genesis(self.journal.id());
        self.recorded_at = Timestamp::default();
        self.snapshot_seq = Seq(0);
        self.snapshot_due = SNAPSHOT_EVERY;
        self.snapshot_fault = None;
        Ok(())
    }

    /// Folds the next facts up to `upto`; `None` if there are none. After a fact that breaks the fold
    /// it is of no use any more.
    async fn fold_next(&mut self, upto: Seq) -> Result<Option<Rows>, JournalError> {
        let facts = self.journal.read_after(self.seq()).await?;
        let mut rows = Rows::default();
        let mut any = false;
        for stored in facts.into_iter().take_while(|fact| fact.seq <= upto) {
            let mut fact = stored.decode()?;
            // As in a replay: the number by which it is stored counts.
            fact.seq = stored.seq;
            let seq = stored.seq;
            caught(|| {
                let touched = (self.fold)(&mut self.site, &fact);
                rows.take(&fact, &touched, &self.site);
            })
            .map_err(|why| JournalError::BrokenFact { seq, why })?;
            self.hash = stored.hash;
            self.recorded_at = fact.recorded_at;
            any = true;
        }
        Ok(any.then_some(rows))
    }
}

/// Opens the tables and looks whether they answer.
async fn open(paths: &SitePaths) -> Result<Tables, TablesError> {
    let mut tables = Tables::open(&paths.tables()).await?;
    tables.progress().await?;
    Ok(tables)
}

/// How far the tables are, if what they say fits to this journal and this program.
async fn usable(tables: &mut Tables, journal: &mut Journal) -> Option<Seq> {
    let progress = tables.progress().await.ok()??;
    let fresh = Progress::none(journal.id());
    let fits = progress.versions == fresh.versions
        && progress.journal == fresh.journal
        && journal.hash_if_at(progress.seq).await.ok()? == Some(progress.hash);
    fits.then_some(progress.seq)
}

/// Deletes the tables with what SQLite keeps beside them.
pub(crate) fn delete_tables(paths: &SitePaths) -> io::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut path = paths.tables().into_os_string();
        path.push(suffix);
        match fs::remove_file(PathBuf::from(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
