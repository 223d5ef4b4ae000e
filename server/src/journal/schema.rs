//! The journal's tables, and whether a journal has them as they are today.

use super::error::JournalError;
use super::outbox;
use crate::sqlite::tables;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};

/// The shape of the tables, written into `meta`. Raised whenever it changes: there is no way from an
/// older one while nothing is released.
const SCHEMA: u32 = 4;

/// `salt` and `content` of `personal` are gone once `erased_at` is there. The row stays: a purge is
/// told from a loss by it.
const TABLES: &[&str] = &[
    "CREATE TABLE facts (
        seq BIGINT PRIMARY KEY, recorded_at BIGINT NOT NULL, bytes TEXT NOT NULL, hash BLOB NOT NULL)",
    "CREATE TABLE seen_commands (
        command_id TEXT PRIMARY KEY, seen_at BIGINT NOT NULL, answer TEXT NOT NULL)",
    "CREATE INDEX seen_commands_at ON seen_commands (seen_at)",
    "CREATE TABLE seen_events (
        device TEXT NOT NULL, event TEXT NOT NULL, seen_at BIGINT NOT NULL, answer TEXT NOT NULL,
        PRIMARY KEY (device, event))",
    "CREATE INDEX seen_events_at ON seen_events (seen_at)",
    "CREATE INDEX seen_events_of ON seen_events (device, seen_at)",
    outbox::TABLE,
    "CREATE TABLE personal (
        id TEXT PRIMARY KEY, subject_kind TEXT NOT NULL, subject BIGINT NOT NULL, purpose TEXT NOT NULL,
        created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, erased_at BIGINT, salt BLOB, content TEXT)",
    "CREATE INDEX personal_subject ON personal (subject_kind, subject)",
    "CREATE INDEX personal_expires ON personal (erased_at, expires_at)",
];

/// Makes the tables of a new journal, all of them or none. One that is there must have them as they
/// are today.
pub(super) async fn prepare(db: &mut SqliteConnection) -> Result<(), JournalError> {
    let mut tx = db.begin().await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        .execute(&mut *tx)
        .await?;
    if meta(&mut tx, "journal_id").await?.is_some() {
        check(&mut tx).await?;
        return Ok(tx.rollback().await?);
    }
    for statement in TABLES {
        sqlx::query(*statement).execute(&mut *tx).await?;
    }
    sqlx::query("INSERT INTO meta (key, value) VALUES ('journal_id', $1), ('schema', $2)")
        .bind(uuid::Uuid::new_v4().to_string())
        .bind(SCHEMA.to_string())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Refuses a journal that another Castellan wrote. The first ones wrote no number.
pub(super) async fn check(db: &mut SqliteConnection) -> Result<(), JournalError> {
    let schema = meta(db, "schema").await?.unwrap_or_else(|| "1".to_owned());
    match schema.parse::<u32>() {
        Ok(SCHEMA) => has_all_tables(db).await,
        Ok(older) if older < SCHEMA => Err(JournalError::Older(older)),
        _ => Err(JournalError::Newer(schema)),
    }
}

async fn has_all_tables(db: &mut SqliteConnection) -> Result<(), JournalError> {
    let there = tables(db).await?;
    let made = TABLES
        .iter()
        .filter_map(|statement| statement.strip_prefix("CREATE TABLE "))
        .filter_map(|rest| rest.split_whitespace().next());
    let mut lost = made.filter(|name| !there.iter().any(|known| known == name));
    lost.next()
        .map_or(Ok(()), |name| Err(JournalError::NoTable(name.to_owned())))
}

/// A value of the table `meta`.
pub(super) async fn meta(
    db: &mut SqliteConnection,
    key: &'static str,
) -> Result<Option<String>, JournalError> {
    let row = sqlx::query("SELECT value FROM meta WHERE key = $1")
        .bind(key)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| row.try_get("value")).transpose()?)
}
