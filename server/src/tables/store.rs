//! The tables' database: written by one hand, read by requests beside it.

use super::error::TablesError;
use super::row::{self, Rows, StepRow};
use super::{figures, steps};
use crate::journal::ChainHash;
use crate::sqlite::{options, reading};
use castellan_domain::ids::{AlarmId, IncidentId, JournalId, Seq};
use castellan_domain::matter::Matter;
use castellan_domain::site::FOLD_VERSION;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::{AlarmPage, AlarmRow, Figures, StepPage};
use serde::de::DeserializeOwned;
use sqlx::sqlite::{
    SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection as _, Row as _};
use std::path::Path;
use std::time::Duration;

/// Raised whenever the tables or what is written into them get another shape.
const TABLES_VERSION: u32 = 4;

const SCHEMA: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS alarms (
        id BIGINT PRIMARY KEY, type TEXT NOT NULL, priority BIGINT NOT NULL, source TEXT NOT NULL,
        place TEXT NOT NULL, occurred_at BIGINT NOT NULL, raised_at BIGINT NOT NULL,
        claimed_by TEXT, claimed_at BIGINT, verdict TEXT, judged_by TEXT, judged_at BIGINT,
        closed_at BIGINT, times_overdue BIGINT NOT NULL, repeats BIGINT NOT NULL,
        notes BIGINT NOT NULL, version BIGINT NOT NULL, drill BIGINT NOT NULL)",
    steps::TABLE,
    figures::TABLES[0],
    figures::TABLES[1],
    figures::TABLES[2],
];

/// How far the tables are, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) versions: String,
    pub(crate) journal: JournalId,
    pub(crate) seq: Seq,
    /// The chain's hash there.
    pub(crate) hash: ChainHash,
}

impl Progress {
    /// Nothing folded yet.
    pub(crate) fn none(journal: JournalId) -> Self {
        Self {
            versions: format!("{FOLD_VERSION}.{TABLES_VERSION}"),
            journal,
            seq: Seq(0),
            hash: ChainHash::genesis(journal),
        }
    }

    fn to_text(&self) -> String {
        let Self {
            versions,
            journal,
            seq,
            hash,
        } = self;
        format!("{versions} {} {seq} {}", journal.0, hash.to_hex())
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        Some(Self {
            versions: parts.next()?.to_owned(),
            journal: JournalId(parts.next()?.parse().ok()?),
            seq: Seq(parts.next()?.parse().ok()?),
            hash: ChainHash::from_hex(parts.next()?)?,
        })
    }
}

/// The tables, open for writing.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(super) db: SqliteConnection,
}

impl Tables {
    pub(crate) async fn open(path: &Path) -> Result<Self, TablesError> {
        let options = options(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        let mut db = SqliteConnection::connect_with(&options).await?;
        for statement in SCHEMA {
            sqlx::query(*statement).execute(&mut db).await?;
        }
        Ok(Self { db })
    }

    /// Opens tables that are there, to read them as of this moment and to leave them as they are.
    pub(crate) async fn examine(path: &Path) -> Result<Self, TablesError> {
        let mut db = SqliteConnection::connect_with(&reading(path)).await?;
        sqlx::query("BEGIN").execute(&mut db).await?;
        Ok(Self { db })
    }

    /// How far they are; nothing if that cannot be told.
    pub(crate) async fn progress(&mut self) -> Result<Option<Progress>, TablesError> {
        progress(&mut self.db).await
    }

    /// Lets go of every row.
    pub(crate) async fn clear(&mut self, journal: JournalId) -> Result<(), TablesError> {
        let mut tx = self.db.begin().await?;
        for statement in [
            "DROP TABLE IF EXISTS alarms",
            "DROP TABLE IF EXISTS steps",
            "DROP TABLE IF EXISTS responses",
            "DROP TABLE IF EXISTS arrivals",
        ] {
            sqlx::query(statement).execute(&mut *tx).await?;
        }
        for statement in SCHEMA {
            sqlx::query(*statement).execute(&mut *tx).await?;
        }
        set_progress(&mut tx, &Progress::none(journal)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes what some facts came to, and how far that is: all of it, or nothing.
    pub(crate) async fn write(
        &mut self,
        rows: &Rows,
        progress: &Progress,
    ) -> Result<(), TablesError> {
        let mut tx = self.db.begin().await?;
        row::upsert(&mut tx, rows).await?;
        steps::upsert(&mut tx, rows).await?;
        figures::upsert(&mut tx, rows.answers()).await?;
        set_progress(&mut tx, progress).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The alarms before this one, newest first.
    pub(crate) async fn alarms_before(
        &mut self,
        before: Option<AlarmId>,
        limit: u16,
    ) -> Result<Vec<AlarmRow>, TablesError> {
        alarms_before(&mut self.db, before, limit).await
    }

    /// The steps of all matters behind this one, of each the oldest first.
    pub(crate) async fn steps_after(
        &mut self,
        after: Option<(Matter, Seq)>,
        limit: u16,
    ) -> Result<Vec<StepRow>, TablesError> {
        steps::after(&mut self.db, after, limit).await
    }
}

/// Reads beside the writer, for requests.
#[derive(Debug, Clone)]
pub(crate) struct TablesReader {
    pool: SqlitePool,
}

impl TablesReader {
    /// Opens nothing yet: the tables may be made anew at any moment.
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            pool: SqlitePoolOptions::new()
                .max_connections(2)
                .acquire_timeout(Duration::from_secs(5))
                // A file that was made anew is found again.
                .max_lifetime(Duration::from_secs(30))
                .connect_lazy_with(options(path).read_only(true)),
        }
    }

    /// A page of alarms as of one moment.
    pub(crate) async fn page(
        &self,
        before: Option<AlarmId>,
        limit: u16,
    ) -> Result<AlarmPage, TablesError> {
        let mut tx = self.pool.begin().await?;
        let progress = progress(&mut tx).await?;
        let mut alarms = alarms_before(&mut tx, before, limit.saturating_add(1)).await?;
        tx.rollback().await?;
        let more = alarms.len() > usize::from(limit);
        alarms.truncate(limit.into());
        Ok(AlarmPage {
            projected_seq: progress.map_or(Seq(0), |progress| progress.seq),
            before: alarms.last().map(|alarm| alarm.id).filter(|_| more),
            alarms,
        })
    }

    /// Behind which fact an incident begins; nothing if there is no such incident.
    pub(crate) async fn begins_after(
        &self,
        incident: IncidentId,
    ) -> Result<Option<Seq>, TablesError> {
        let mut tx = self.pool.begin().await?;
        let begins_after = steps::begins_after(&mut tx, incident).await?;
        tx.rollback().await?;
        Ok(begins_after)
    }

    /// The figures since a moment, as of one state.
    pub(crate) async fn figures(&self, since: Timestamp) -> Result<Figures, TablesError> {
        let mut tx = self.pool.begin().await?;
        let progress = progress(&mut tx).await?;
        let projected_seq = progress.map_or(Seq(0), |progress| progress.seq);
        let figures = figures::since(&mut tx, since, projected_seq).await?;
        tx.rollback().await?;
        Ok(figures)
    }

    /// A page of a matter's steps as of one moment; nothing if there is no such matter.
    pub(crate) async fn steps<F: DeserializeOwned>(
        &self,
        matter: Matter,
        before: Option<Seq>,
        limit: u16,
    ) -> Result<Option<StepPage<F>>, TablesError> {
        let mut tx = self.pool.begin().await?;
        let progress = progress(&mut tx).await?;
        let mut steps = steps::before(&mut tx, matter, before, limit.saturating_add(1)).await?;
        let is_known = !steps.is_empty() || steps::are_any(&mut tx, matter).await?;
        tx.rollback().await?;
        let more = steps.len() > usize::from(limit);
        steps.truncate(limit.into());
        Ok(is_known.then(|| StepPage {
            projected_seq: progress.map_or(Seq(0), |progress| progress.seq),
            before: steps.last().map(|step| step.seq).filter(|_| more),
            steps,
        }))
    }
}

async fn alarms_before(
    db: &mut SqliteConnection,
    before: Option<AlarmId>,
    limit: u16,
) -> Result<Vec<AlarmRow>, TablesError> {
    let rows = sqlx::query("SELECT * FROM alarms WHERE id < $1 ORDER BY id DESC LIMIT $2")
        .bind(before.map_or(i64::MAX, |id| id.0.into()))
        .bind(i64::from(limit))
        .fetch_all(db)
        .await?;
    rows.iter().map(row::read).collect()
}

async fn progress(db: &mut SqliteConnection) -> Result<Option<Progress>, TablesError> {
    let row = sqlx::query("SELECT value FROM meta WHERE key = 'progress'")
        .fetch_optional(db)
        .await?;
    let text: Option<String> = row.map(|row| row.try_get("value")).transpose()?;
    Ok(text.as_deref().and_then(Progress::from_text))
}

async fn set_progress(db: &mut SqliteConnection, progress: &Progress) -> Result<(), TablesError> {
    sqlx::query(
        "INSERT INTO meta (key, value) VALUES ('progress', $1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .bind(progress.to_text())
    .execute(db)
    .await?;
    Ok(())
}
