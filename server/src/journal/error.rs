//! What goes wrong with the journal.

use castellan_domain::fact::FactError;
use castellan_domain::ids::Seq;

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
    #[error(
        "a newer Castellan wrote this journal (schema {0}); run that one, or restore an older backup"
    )]
    Newer(String),
    #[error("fact {seq} of the journal breaks the engine: {why}")]
    BrokenFact { seq: Seq, why: String },
    #[error(
        "the journal that lies there now is not the one that was opened, or lacks facts that were \
         shown already; put the right one back, or stop the server"
    )]
    Replaced,
}

/// What SQLite says when a write, a log or its index finds no room.
const FULL_CODES: [&str; 2] = ["13", "4874"];

impl JournalError {
    /// Whether the disk had no room, as far as the database can tell.
    pub(crate) fn is_full(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(error)) => error
                .code()
                .is_some_and(|code| FULL_CODES.contains(&code.as_ref())),
            _ => false,
        }
    }
}
