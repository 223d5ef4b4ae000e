//! What goes wrong with the journal.

use crate::sqlite::{is_busy, is_full};
use castellan_domain::fact::FactError;
use castellan_domain::ids::Seq;
use std::path::PathBuf;

/// What goes wrong with the journal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    #[error("the journal's database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the journal holds {what} that cannot be read")]
    Unreadable { what: String },
    #[error("an answer cannot be written: {0}")]
    Answer(#[from] serde_json::Error),
    #[error("fact {seq} of the journal: {error}")]
    Fact { seq: Seq, error: FactError },
    #[error(
        "an older Castellan wrote this journal (schema {0}), from before there was a release, and no way \
         leads from it; move the site's folder away to begin a new record, or run the Castellan that \
         wrote it"
    )]
    Older(u32),
    #[error("a newer Castellan wrote this journal (schema {0})")]
    Newer(String),
    #[error("the journal has lost its table {0}")]
    NoTable(String),
    #[error(
        "the log {} lies there without its journal; facts may be in it. Put the journal back beside it",
        .0.display()
    )]
    LogAlone(PathBuf),
    #[error("fact {seq} of the journal breaks the engine: {why}")]
    BrokenFact { seq: Seq, why: String },
    #[error(
        "the journal that lies there now is not the one that was opened, or lacks facts that were \
         shown already; put the right one back, or stop the server"
    )]
    Replaced,
}

impl JournalError {
    /// Whether the disk had no room, as far as the database can tell.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self, Self::Database(error) if is_full(error))
    }

    /// Whether somebody else was in the way.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::Database(error) if is_busy(error))
    }

    /// Whether nothing is wrong but that this program is too old.
    pub(crate) const fn is_newer(&self) -> bool {
        matches!(
            self,
            Self::Newer(_)
                | Self::Fact {
                    error: FactError::UnknownShape { .. },
                    ..
                }
        )
    }
}
