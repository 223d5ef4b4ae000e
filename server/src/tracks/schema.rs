//! The tables of the history, and whether a history has them as they are today.

use super::error::TracksError;
use crate::sqlite::tables;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};

/// The form of the tables. Raised whenever it changes: there is no way from an older one while nothing
/// is released.
const VERSION: i64 = 3;

/// The tails are ordered by time, and not by person, because what is received together is of about
/// the same time: a turn then touches the last pages of one tree, not a page for each person.
const TABLES: &[&str] = &[
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
    "CREATE TABLE people (id BIGINT PRIMARY KEY, person TEXT NOT NULL UNIQUE)",
    "CREATE TABLE tail_0 (
        occurred_at BIGINT NOT NULL, person BIGINT NOT NULL, received_at BIGINT NOT NULL,
        lon_e7 BIGINT NOT NULL, lat_e7 BIGINT NOT NULL, accuracy_dm BIGINT, battery_percent BIGINT,
        PRIMARY KEY (occurred_at, person)) WITHOUT ROWID",
    "CREATE TABLE tail_1 (
        occurred_at BIGINT NOT NULL, person BIGINT NOT NULL, received_at BIGINT NOT NULL,
        lon_e7 BIGINT NOT NULL, lat_e7 BIGINT NOT NULL, accuracy_dm BIGINT, battery_percent BIGINT,
        PRIMARY KEY (occurred_at, person)) WITHOUT ROWID",
    "CREATE TABLE blocks (
        id INTEGER PRIMARY KEY, person BIGINT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL,
        fixes BIGINT NOT NULL, bytes BLOB NOT NULL)",
    "CREATE INDEX blocks_of_person ON blocks (person, first_at)",
    "CREATE INDEX blocks_by_age ON blocks (last_at)",
    "CREATE TABLE devices_seen (device TEXT PRIMARY KEY, seen_at BIGINT NOT NULL)",
];

/// Makes the tables of a new history, all of them or none. One that is there must have today's form.
pub(super) async fn prepare(db: &mut SqliteConnection) -> Result<(), TracksError> {
    if let Some(version) = version(db).await? {
        return known(version);
    }
    let mut tx = db.begin().await?;
    for statement in TABLES {
        sqlx::query(*statement).execute(&mut *tx).await?;
    }
    sqlx::query("INSERT INTO meta (name, value) VALUES ('schema', $1), ('filling', 0)")
        .bind(VERSION)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Whether a history was begun at all.
pub(super) async fn is_there(db: &mut SqliteConnection) -> Result<bool, TracksError> {
    Ok(version(db).await?.is_some())
}

/// Refuses a history that another Castellan wrote.
pub(super) async fn check(db: &mut SqliteConnection) -> Result<(), TracksError> {
    known(version(db).await?.unwrap_or_default())
}

fn known(version: i64) -> Result<(), TracksError> {
    match version {
        VERSION => Ok(()),
        older if older < VERSION => Err(TracksError::Older(older)),
        newer => Err(TracksError::Newer(newer)),
    }
}

/// The form of what is there, if anything is. The first form had no number.
async fn version(db: &mut SqliteConnection) -> Result<Option<i64>, TracksError> {
    let names = tables(db).await?;
    if names.is_empty() {
        return Ok(None);
    }
    if !names.iter().any(|name| name == "meta") {
        return Ok(Some(1));
    }
    let row = sqlx::query("SELECT value FROM meta WHERE name = 'schema'")
        .fetch_one(db)
        .await?;
    Ok(Some(row.try_get(0)?))
}
