//! The outbox: notifications that wait to be sent, committed with the facts that they tell of.

use super::commit::Commit;
use super::error::JournalError;
use castellan_domain::estate::Channel;
use castellan_domain::ids::Seq;
use castellan_domain::notify::Message;
use castellan_domain::time::Timestamp;
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqlitePool, SqliteRow};
use std::collections::BTreeSet;

pub(super) const TABLE: &str = "CREATE TABLE outbox (
    about BIGINT PRIMARY KEY, created_at BIGINT NOT NULL, priority BIGINT NOT NULL, channel TEXT NOT NULL,
    message TEXT NOT NULL)";

/// A notification that waits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parcel {
    /// The fact that it tells of.
    pub(crate) about: Seq,
    /// Since when it waits.
    pub(crate) created_at: Timestamp,
    pub(crate) message: Message,
    /// The same as it is stored.
    pub(crate) json: String,
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
            "INSERT INTO outbox (about, created_at, priority, channel, message) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(column(notification.about()))
        .bind(now.as_micros())
        .bind(i64::from(u8::from(message.priority())))
        .bind(message.channel().name())
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

/// Which notifications wait: as many as the outbox has room for at most.
pub(super) async fn waiting(db: &mut SqliteConnection) -> Result<BTreeSet<Seq>, JournalError> {
    let rows = sqlx::query("SELECT about FROM outbox")
        .fetch_all(db)
        .await?;
    rows.iter().map(number).collect()
}

fn number(row: &SqliteRow) -> Result<Seq, JournalError> {
    let about: i64 = row.try_get("about")?;
    let about = u64::try_from(about).map_err(|_| JournalError::Unreadable {
        what: "a notification's number".to_owned(),
    })?;
    Ok(Seq(about))
}

/// What waits for a channel: the most urgent first, among these the oldest; so many at most.
pub(super) async fn waiting_for(
    pool: &SqlitePool,
    channel: Channel,
    most: u32,
) -> Result<Vec<Parcel>, JournalError> {
    let rows = sqlx::query(
        "SELECT about, created_at, message FROM outbox WHERE channel = $1
         ORDER BY priority, about LIMIT $2",
    )
    .bind(channel.name())
    .bind(i64::from(most))
    .fetch_all(pool)
    .await?;
    rows.iter().map(parcel).collect()
}

fn parcel(row: &SqliteRow) -> Result<Parcel, JournalError> {
    let json: String = row.try_get("message")?;
    Ok(Parcel {
        about: number(row)?,
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        message: serde_json::from_str(&json)?,
        json,
    })
}

fn column(seq: Seq) -> i64 {
    i64::try_from(seq.0).unwrap_or(i64::MAX)
}
