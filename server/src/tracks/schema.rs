//! The tables of the history, and the way from older ones.

use super::error::TracksError;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};

/// The form of the tables. Number 1 was one table `fixes` with a row for each position.
const VERSION: i64 = 2;

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
    "INSERT INTO meta (name, value) VALUES ('schema', 2), ('filling', 0)",
];

/// One row for each position becomes the tail of the new form, which is compacted like any other.
const FROM_1: &[&str] = &[
    "INSERT INTO people (id, person)
     SELECT ROW_NUMBER() OVER (ORDER BY person), person FROM (SELECT DISTINCT person FROM fixes) AS known",
    "INSERT INTO tail_0
     (occurred_at, person, received_at, lon_e7, lat_e7, accuracy_dm, battery_percent)
     SELECT f.occurred_at, p.id, f.received_at, f.lon_e7, f.lat_e7, f.accuracy_dm, f.battery_percent
     FROM fixes AS f JOIN people AS p ON p.person = f.person",
    "DROP TABLE fixes",
];

/// An older Castellan of this form does not know of this one and passes over it: no new number.
const DEVICES_SEEN: &str = "CREATE TABLE IF NOT EXISTS devices_seen (
    device TEXT PRIMARY KEY, seen_at BIGINT NOT NULL)";

/// Makes the tables, or brings older ones into today's form: all of it, or nothing.
pub(super) async fn prepare(db: &mut SqliteConnection) -> Result<(), TracksError> {
    match version(db).await? {
        Some(VERSION) => {}
        Some(newer) => return Err(TracksError::Version(newer)),
        None => {
            let older = exists(db, "fixes").await?;
            let mut tx = db.begin().await?;
            let more = if older { FROM_1 } else { &[] };
            for statement in TABLES.iter().chain(more) {
                sqlx::query(*statement).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        }
    }
    sqlx::query(DEVICES_SEEN).execute(db).await?;
    Ok(())
}

async fn version(db: &mut SqliteConnection) -> Result<Option<i64>, TracksError> {
    if !exists(db, "meta").await? {
        return Ok(None);
    }
    let row = sqlx::query("SELECT value FROM meta WHERE name = 'schema'")
        .fetch_one(db)
        .await?;
    Ok(Some(row.try_get(0)?))
}

/// Whether there is such a table. SQLite keeps the list under this name; another store has its own.
async fn exists(db: &mut SqliteConnection, table: &str) -> Result<bool, TracksError> {
    let row = sqlx::query("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1")
        .bind(table)
        .fetch_one(db)
        .await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}
