//! Reads the journal beside its writer, for requests that need no turn.

use super::error::JournalError;
use super::outbox::{self, Parcel};
use super::personal;
use crate::personal::Subject;
use crate::sqlite::options;
use castellan_domain::estate::Channel;
use castellan_domain::wire::api::NoteText;
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use std::path::Path;
use std::time::Duration;

/// A few connections that only read. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pool: SqlitePool,
}

impl Reader {
    pub(crate) async fn open(path: &Path) -> Result<Self, JournalError> {
        let pool = SqlitePoolOptions::new()
            .max_connections(2)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options(path).read_only(true))
            .await?;
        Ok(Self { pool })
    }

    /// The words of a matter's notes.
    pub(crate) async fn notes(&self, subject: Subject) -> Result<Vec<NoteText>, JournalError> {
        personal::notes(&self.pool, subject).await
    }

    /// Notifications that wait for a channel, most urgent first, so many at most.
    pub(crate) async fn parcels(
        &self,
        channel: Channel,
        most: u32,
    ) -> Result<Vec<Parcel>, JournalError> {
        outbox::waiting_for(&self.pool, channel, most).await
    }
}
