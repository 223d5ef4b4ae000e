//! The record at a start: compared with what tells of it, opened and folded; or begun anew, where
//! somebody wants that.
//!
//! Only facts stand between a start and its alarms. A history of positions that is damaged is set
//! aside; without it the server runs all the same.

use crate::anchor::{AnchorFile, ChainAnchor, Why, wall_clock};
use crate::aside::{move_aside, whole_record};
use crate::evidence::{self, RecordFault, START_NEWER};
use crate::journal::{ChainHash, Journal, Replayed, replay};
use crate::site_folder::SitePaths;
use crate::sqlite::with_logs;
use crate::tracks::{self, Tracks, TracksError};
use anyhow::{Context as _, anyhow, bail};
use castellan_domain::engine::Engine;
use castellan_domain::ids::Seq;
use castellan_domain::observation::Fix;
use castellan_domain::time::Span;
use tracing::{error, info, warn};

/// Said when a start fails over positions.
const NO_TRACKS: &str = "the history of positions cannot be opened, though no fact is at stake. End whatever \
    else uses tracks.db, and look whether the disk has room";

/// A site's record to be opened. Its folder is locked.
#[derive(Debug)]
pub(crate) struct Opening<'a> {
    pub(crate) paths: &'a SitePaths,
    pub(crate) anchors: &'a AnchorFile,
    pub(crate) notes_kept: Span,
    /// Somebody wants a new record where the old one cannot be had.
    pub(crate) begin_anew: bool,
}

/// What a start opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) journal: Journal,
    /// What the journal folds to.
    pub(crate) replayed: Replayed<Engine>,
    pub(crate) tracks: Tracks,
    /// Everybody's last position.
    pub(crate) latest: Vec<Fix>,
    /// The history of positions that was there before is damaged or gone.
    pub(crate) lost_tracks: bool,
}

impl Opening<'_> {
    /// Looks whether this is a record, or the first start of one, before anything is written; opens it.
    pub(crate) async fn open(&self) -> anyhow::Result<Opened> {
        match evidence::check(self.paths, Some(self.anchors)).await {
            Err(fault) if self.begin_anew && fault.may_begin_anew() => self.set_aside(&fault)?,
            looked => looked.map_err(|fault| told(&fault))?,
        }
        let (journal, replayed) = self.journal().await?;
        let has_begun = journal.head().0 > Seq(0);
        let (latest, lost_tracks) = self.recall(has_begun).await?;
        let tracks = Tracks::open(&self.paths.tracks())
            .await
            .context(NO_TRACKS)?;
        Ok(Opened {
            journal,
            replayed,
            tracks,
            latest,
            lost_tracks,
        })
    }

    async fn journal(&self) -> anyhow::Result<(Journal, Replayed<Engine>)> {
        let opened = match self.fold().await {
            Err(fault) if self.begin_anew && fault.may_begin_anew() => {
                self.set_aside(&fault)?;
                self.fold().await
            }
            opened => opened,
        };
        let (journal, replayed) = opened.map_err(|fault| told(&fault))?;
        self.say_where_it_begins(&journal)?;
        let Replayed { from, folded, .. } = &replayed;
        info!(snapshot = %from, folded, "the site is as it was");
        if let Some(seq) = replayed.chain_broken_at {
            error!(%seq, "the journal's hash chain does not hold here; run `castellan doctor`");
        }
        Ok((journal, replayed))
    }

    async fn fold(&self) -> Result<(Journal, Replayed<Engine>), RecordFault> {
        let path = self.paths.journal();
        let mut journal = Journal::open_keeping_notes(&path, self.notes_kept).await?;
        match replay::<Engine>(&mut journal).await {
            Ok(replayed) => Ok((journal, replayed)),
            Err(error) => {
                journal.close().await?;
                Err(error.into())
            }
        }
    }

    fn set_aside(&self, fault: &RecordFault) -> anyhow::Result<()> {
        let folder = move_aside(self.paths, &whole_record(self.paths)).with_context(|| {
            format!(
                "what is left in {} cannot be set aside",
                self.paths.folder.display()
            )
        })?;
        warn!(
            why = %fault, kept_in = %folder.display(),
            "a new record is begun, as asked; what was left of the old one is kept"
        );
        Ok(())
    }

    /// A new journal that was begun on purpose says so in the anchors, if they know another one.
    fn say_where_it_begins(&self, journal: &Journal) -> anyhow::Result<()> {
        let (seq, _) = journal.head();
        if seq > Seq(0) {
            if self.begin_anew {
                warn!(%seq, "there is a record, so none is begun anew; leave out --begin-anew");
            }
            return Ok(());
        }
        let what = || {
            format!(
                "the anchors {} cannot say that a new record begins; look after their disk, and start once \
                 more with --begin-anew",
                self.anchors.path().display()
            )
        };
        match self.anchors.last().with_context(what)? {
            Some(last) if last.journal != journal.id() => self
                .anchors
                .append(&ChainAnchor {
                    at: wall_clock(),
                    why: Why::Begun,
                    journal: journal.id(),
                    seq,
                    hash: ChainHash::genesis(journal.id()),
                })
                .with_context(what),
            Some(_) | None => Ok(()),
        }
    }

    /// Everybody's last position, and whether an empty history begins where another one was.
    async fn recall(&self, has_begun: bool) -> anyhow::Result<(Vec<Fix>, bool)> {
        let path = self.paths.tracks();
        match tracks::recall(&path, has_begun).await {
            Ok(latest) => Ok((latest, false)),
            Err(error @ TracksError::Gone) => {
                error!("{error}, and an empty one begins; a backup from before has it");
                Ok((Vec::new(), true))
            }
            Err(error) if error.is_damage() => {
                let folder = move_aside(self.paths, &with_logs(&path)).context(NO_TRACKS)?;
                error!(
                    %error, kept_in = %folder.display(),
                    "the history of positions is damaged: it is kept, and an empty one begins"
                );
                Ok((Vec::new(), true))
            }
            Err(error @ TracksError::Newer(_)) => bail!("{error}. {START_NEWER}"),
            Err(error) => Err(error).context(NO_TRACKS),
        }
    }
}

/// A fault of the record as whoever starts the server reads it.
fn told(fault: &RecordFault) -> anyhow::Error {
    anyhow!("{}", fault.sentence())
}
