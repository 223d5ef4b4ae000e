//! What goes wrong with the history.

use crate::sqlite;
use std::path::PathBuf;

/// What goes wrong with the history.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TracksError {
    #[error("the history of positions failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error(
        "the history of positions has the form {0} of an older Castellan, from before there was a \
         release, and no way leads from it"
    )]
    Older(i64),
    #[error("the history of positions has the form {0}, which this Castellan does not know")]
    Newer(i64),
    #[error("the log {} lies there without its history of positions", .0.display())]
    LogAlone(PathBuf),
    #[error("the history of positions has no bytes any more")]
    Emptied,
    #[error("the history of positions, tracks.db, is gone")]
    Gone,
    #[error("the history of positions holds a coordinate outside the earth")]
    Coordinate,
}

impl TracksError {
    /// Whether the file itself is of no use here. Else it is whole, and only this program is too old,
    /// somebody is in the way, or there is no room.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Database(error) => !sqlite::is_full(error) && !sqlite::is_busy(error),
            Self::Older(_) | Self::LogAlone(_) | Self::Emptied | Self::Gone | Self::Coordinate => {
                true
            }
            Self::Newer(_) => false,
        }
    }
}
