//! What happened to each alarm, step by step.

use super::error::TablesError;
use super::row::Rows;
use crate::rows::ManyRows;
use castellan_domain::alarm::AlarmFact;
use castellan_domain::ids::{AlarmId, Seq};
use castellan_domain::subject::Step;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row as _};
use std::sync::LazyLock;

/// The key is also the way to read them: one alarm's, newest first.
pub(super) const TABLE: &str = "CREATE TABLE IF NOT EXISTS steps (
        alarm BIGINT NOT NULL, seq BIGINT NOT NULL, step TEXT NOT NULL, PRIMARY KEY (alarm, seq))";

/// A step that is there already counts more facts by now.
static UPSERTS: LazyLock<ManyRows> = LazyLock::new(|| {
    let before = "INSERT INTO steps (alarm, seq, step) VALUES";
    let or_update = "ON CONFLICT (alarm, seq) DO UPDATE SET step = excluded.step";
    ManyRows::new(before, 3, or_update)
});

pub(super) async fn upsert(db: &mut SqliteConnection, rows: &Rows) -> Result<(), TablesError> {
    let steps: Vec<_> = rows.steps().collect();
    for (text, steps) in UPSERTS.cut(&steps) {
        // Nothing but the number of parameters differs.
        let mut query = sqlx::query(AssertSqlSafe(text));
        for (alarm, step) in steps {
            query = query
                .bind(i64::from(alarm.0))
                .bind(column(step.seq))
                .bind(serde_json::to_string(step)?);
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// An alarm's steps before this one, newest first.
pub(super) async fn before(
    db: &mut SqliteConnection,
    alarm: AlarmId,
    before: Option<Seq>,
    limit: u16,
) -> Result<Vec<Step<AlarmFact>>, TablesError> {
    let rows = sqlx::query(
        "SELECT step FROM steps WHERE alarm = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3",
    )
    .bind(i64::from(alarm.0))
    .bind(before.map_or(i64::MAX, column))
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    rows.iter().map(read).collect()
}

/// All steps behind this one, in the order of alarms and then of time.
pub(super) async fn after(
    db: &mut SqliteConnection,
    after: Option<(AlarmId, Seq)>,
    limit: u16,
) -> Result<Vec<(AlarmId, Step<AlarmFact>)>, TablesError> {
    let (alarm, seq) = after.map_or((-1, -1), |(alarm, seq)| (i64::from(alarm.0), column(seq)));
    let rows = sqlx::query(
        "SELECT alarm, step FROM steps WHERE (alarm, seq) > ($1, $2)
         ORDER BY alarm, seq LIMIT $3",
    )
    .bind(alarm)
    .bind(seq)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    let steps = rows.iter().map(|row| {
        let alarm: i64 = row.try_get("alarm")?;
        let alarm = u32::try_from(alarm).map_err(|_| TablesError::Unreadable("an alarm"))?;
        Ok((AlarmId(alarm), read(row)?))
    });
    steps.collect()
}

fn read(row: &SqliteRow) -> Result<Step<AlarmFact>, TablesError> {
    let text: &str = row.try_get("step")?;
    Ok(serde_json::from_str(text)?)
}

/// Whether there is such an alarm: each has a first step.
pub(super) async fn are_any(
    db: &mut SqliteConnection,
    alarm: AlarmId,
) -> Result<bool, TablesError> {
    let row = sqlx::query("SELECT 1 FROM steps WHERE alarm = $1 LIMIT 1")
        .bind(i64::from(alarm.0))
        .fetch_optional(db)
        .await?;
    Ok(row.is_some())
}

fn column(seq: Seq) -> i64 {
    i64::try_from(seq.0).unwrap_or(i64::MAX)
}
