//! The journal's tables, and how an older journal gets them. Facts are never rewritten.

use super::error::JournalError;
use super::outbox;
use castellan_domain::time::Span;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};

/// The shape of today. Written into `meta`; journals from before it was written there have 1.
const SCHEMA: &str = "2";

const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS facts (
        seq BIGINT PRIMARY KEY, recorded_at BIGINT NOT NULL, bytes TEXT NOT NULL, hash BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS seen_commands (
        command_id TEXT PRIMARY KEY, seen_at BIGINT NOT NULL, answer TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS seen_commands_at ON seen_commands (seen_at)",
    "CREATE TABLE IF NOT EXISTS seen_events (
        device TEXT NOT NULL, event TEXT NOT NULL, seen_at BIGINT NOT NULL, answer TEXT NOT NULL,
        PRIMARY KEY (device, event))",
    "CREATE INDEX IF NOT EXISTS seen_events_at ON seen_events (seen_at)",
    "CREATE INDEX IF NOT EXISTS seen_events_of ON seen_events (device, seen_at)",
    outbox::TABLE,
];

/// `salt` and `content` are gone once `erased_at` is there. The row stays: a purge is told from a
/// loss by it.
const PERSONAL: &[&str] = &[
    "CREATE TABLE personal_2 (
        id TEXT PRIMARY KEY, subject TEXT NOT NULL, purpose TEXT NOT NULL, created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL, erased_at BIGINT, salt BLOB, content TEXT)",
];

const PERSONAL_DONE: &[&str] = &[
    "DROP TABLE IF EXISTS personal",
    "ALTER TABLE personal_2 RENAME TO personal",
    "CREATE INDEX personal_subject ON personal (subject)",
    "CREATE INDEX personal_expires ON personal (erased_at, expires_at)",
];

/// Makes the tables of a new journal, or lifts an older one: all of it, or nothing.
pub(super) async fn prepare(
    db: &mut SqliteConnection,
    notes_kept: Span,
) -> Result<(), JournalError> {
    let mut tx = db.begin().await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        .execute(&mut *tx)
        .await?;
    let schema = meta(&mut tx, "schema").await?;
    match schema.as_deref() {
        Some(SCHEMA) => return Ok(tx.rollback().await?),
        Some(newer) => return Err(JournalError::Newer(newer.to_owned())),
        None => {}
    }
    let is_new = meta(&mut tx, "journal_id").await?.is_none();
    for statement in TABLES.iter().chain(PERSONAL) {
        sqlx::query(*statement).execute(&mut *tx).await?;
    }
    if is_new {
        sqlx::query("INSERT INTO meta (key, value) VALUES ('journal_id', $1)")
            .bind(uuid::Uuid::new_v4().to_string())
            .execute(&mut *tx)
            .await?;
    } else {
        sqlx::query(
            "INSERT INTO personal_2 (id, subject, purpose, created_at, expires_at, salt, content)
             SELECT id, subject, purpose, created_at, created_at + $1, salt, content FROM personal",
        )
        .bind(notes_kept.as_micros())
        .execute(&mut *tx)
        .await?;
    }
    for statement in PERSONAL_DONE {
        sqlx::query(*statement).execute(&mut *tx).await?;
    }
    sqlx::query("INSERT INTO meta (key, value) VALUES ('schema', $1)")
        .bind(SCHEMA)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Whether the tables have the shape of today.
pub(super) async fn is_current(db: &mut SqliteConnection) -> Result<bool, JournalError> {
    match meta(db, "schema").await? {
        None => Ok(false),
        Some(schema) if schema == SCHEMA => Ok(true),
        Some(newer) => Err(JournalError::Newer(newer)),
    }
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
