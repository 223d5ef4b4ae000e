//! What each store does in its own way: checking its pages, and copying itself while it is used.

use super::error::JournalError;
use super::store::Journal;
use crate::sqlite::{log_alone, reading};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};
use std::path::Path;

impl Journal {
    /// What the database itself says about its pages and indexes; nothing if all is well.
    pub(crate) async fn page_faults(&mut self) -> Result<Vec<String>, JournalError> {
        let rows = sqlx::query("PRAGMA integrity_check(5)")
            .fetch_all(&mut self.db)
            .await?;
        let said = rows.iter().map(|row| row.try_get::<String, _>(0));
        let mut faults = said.collect::<Result<Vec<_>, _>>()?;
        faults.retain(|said| said != "ok");
        Ok(faults)
    }
}

/// Writes a whole database, as of one moment, into a new file. Writers go on meanwhile. See ADR 20
/// for why it is this statement.
pub(crate) async fn copy_database(from: &Path, to: &Path) -> Result<(), sqlx::Error> {
    if let Some(log) = log_alone(from) {
        let said = format!("{} lies there without its database", log.display());
        return Err(sqlx::Error::Protocol(said));
    }
    let to = to
        .to_str()
        .ok_or_else(|| sqlx::Error::Protocol("a path that is no UTF-8".to_owned()))?;
    let mut db = SqliteConnection::connect_with(&reading(from)).await?;
    sqlx::query("VACUUM INTO $1")
        .bind(to)
        .execute(&mut db)
        .await?;
    db.close().await
}
