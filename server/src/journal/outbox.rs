//! The outbox: notifications that wait to be sent, committed with the facts that they tell of.

use super::commit::Commit;
use super::error::JournalError;
use castellan_domain::ids::Seq;
use castellan_domain::time::Timestamp;
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

pub(super) const TABLE: &str = "CREATE TABLE outbox (
    about BIGINT PRIMARY KEY, created_at BIGINT NOT NULL, priority BIGINT NOT NULL, message TEXT NOT NULL)";

/// A notification that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parcel {
    /// The fact that it tells of.
    pub(crate) about: Seq,
    /// Since when it waits.
    pub(crate) created_at: Timestamp,
    /// What it says, as JSON.
    pub(crate) message: String,
}

/// The outbox's part of a turn's transaction.
pub(super) async fn write(
    db: &mut SqliteConnection,
    commit: &Commit,
    now: Timestamp,
) -> Result<(), JournalError> {
    for notification in &commit.notifications {
        let message = notification.message();
        sqlx::query(
            "INSERT INTO outbox (about, created_at, priority, message) VALUES ($1, $2, $3, $4)",
        )
        .bind(column(notification.about()))
        .bind(now.as_micros())
        .bind(i64::from(u8::from(message.priority())))
        .bind(serde_json::to_string(message)?)
        .execute(&mut *db)
        .await?;
    }
    for about in &commit.settled {
        sqlx::query("DELETE FROM outbox WHERE about = $1")
            .bind(column(*about))
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// How many notifications wait.
pub(super) async fn waiting(db: &mut SqliteConnection) -> Result<usize, JournalError> {
    let row = sqlx::query("SELECT COUNT(*) AS n FROM outbox")
        .fetch_one(db)
        .await?;
    let n: i64 = row.try_get("n")?;
    Ok(usize::try_from(n).unwrap_or(usize::MAX))
}

/// The notification to be sent next: the most urgent, among these the oldest.
pub(super) async fn next(pool: &SqlitePool) -> Result<Option<Parcel>, JournalError> {
    let row = sqlx::query(
        "SELECT about, created_at, message FROM outbox ORDER BY priority, about LIMIT 1",
    )
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let about: i64 = row.try_get("about")?;
    Ok(Some(Parcel {
        about: Seq(u64::try_from(about).map_err(|_| JournalError::Unreadable {
            what: "a notification's number".to_owned(),
        })?),
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        message: row.try_get("message")?,
    }))
}

fn column(seq: Seq) -> i64 {
    i64::try_from(seq.0).unwrap_or(i64::MAX)
}
