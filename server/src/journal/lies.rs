//! What lies where a journal should be, told without beginning one.

use super::error::JournalError;
use super::schema;
use super::store::{keep_log, read_head, read_id};
use crate::sqlite::{has_content, reading, tables};
use castellan_domain::ids::{JournalId, Seq, SiteId};
use serde::Deserialize;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};
use std::path::Path;

/// What lies in the place of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lies {
    /// No journal: no file, an empty one, or a database without an id.
    Nothing,
    /// A journal.
    Journal {
        id: JournalId,
        /// Its last fact; 0 for none.
        head: Seq,
        /// The site that its first fact names; nothing if it names none that can be read.
        site: Option<SiteId>,
    },
}

/// Looks what lies in the place of a journal, and changes nothing.
pub(crate) async fn lies_at(path: &Path) -> Result<Lies, JournalError> {
    keep_log(path)?;
    if !has_content(path) {
        return Ok(Lies::Nothing);
    }
    let mut db = SqliteConnection::connect_with(&reading(path)).await?;
    let has_meta = tables(&mut db).await?.iter().any(|name| name == "meta");
    if !has_meta || schema::meta(&mut db, "journal_id").await?.is_none() {
        return Ok(Lies::Nothing);
    }
    schema::check(&mut db).await?;
    let id = read_id(&mut db).await?;
    let (head, _) = read_head(&mut db, id).await?;
    let site = first_site(&mut db).await?;
    db.close().await?;
    Ok(Lies::Journal { id, head, site })
}

async fn first_site(db: &mut SqliteConnection) -> Result<Option<SiteId>, JournalError> {
    #[derive(Deserialize)]
    struct Envelope {
        site: SiteId,
    }
    let row = sqlx::query("SELECT bytes FROM facts ORDER BY seq LIMIT 1")
        .fetch_optional(db)
        .await?;
    let bytes = row.and_then(|row| row.try_get::<String, _>("bytes").ok());
    // Of which kind it is does not matter: a newer one names its site, too.
    let envelope = bytes.and_then(|bytes| serde_json::from_str::<Envelope>(&bytes).ok());
    Ok(envelope.map(|envelope| envelope.site))
}
