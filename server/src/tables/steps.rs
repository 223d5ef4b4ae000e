//! What happened to each alarm and each incident, step by step.

use super::error::TablesError;
use super::row::{Rows, StepRow};
use crate::rows::ManyRows;
use castellan_domain::ids::Seq;
use castellan_domain::matter::Matter;
use castellan_domain::subject::Step;
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row as _};
use std::sync::LazyLock;

/// The key is also the way to read them: those of one matter (`A-17`, `I-17`), newest first.
pub(super) const TABLE: &str = "CREATE TABLE IF NOT EXISTS steps (
        matter TEXT NOT NULL, seq BIGINT NOT NULL, step TEXT NOT NULL, PRIMARY KEY (matter, seq))";

/// A step that is there already counts more facts by now.
static UPSERTS: LazyLock<ManyRows> = LazyLock::new(|| {
    let before = "INSERT INTO steps (matter, seq, step) VALUES";
    let or_update = "ON CONFLICT (matter, seq) DO UPDATE SET step = excluded.step";
    ManyRows::new(before, 3, or_update)
});

pub(super) async fn upsert(db: &mut SqliteConnection, rows: &Rows) -> Result<(), TablesError> {
    let steps = rows.steps()?;
    for (text, steps) in UPSERTS.cut(&steps) {
        // Nothing but the number of parameters differs.
        let mut query = sqlx::query(AssertSqlSafe(text));
        for (matter, seq, step) in steps {
            query = query
                .bind(matter.to_string())
                .bind(column(*seq))
                .bind(step.as_str());
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// A matter's steps before this one, newest first.
pub(super) async fn before<F: DeserializeOwned>(
    db: &mut SqliteConnection,
    matter: Matter,
    before: Option<Seq>,
    limit: u16,
) -> Result<Vec<Step<F>>, TablesError> {
    let rows = sqlx::query(
        "SELECT step FROM steps WHERE matter = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3",
    )
    .bind(matter.to_string())
    .bind(before.map_or(i64::MAX, column))
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    let steps = rows.iter().map(|row| {
        let text: &str = row.try_get("step")?;
        Ok(serde_json::from_str(text)?)
    });
    steps.collect()
}

/// All steps behind this one, those of each matter in the order of time.
pub(super) async fn after(
    db: &mut SqliteConnection,
    after: Option<(Matter, Seq)>,
    limit: u16,
) -> Result<Vec<StepRow>, TablesError> {
    let (matter, seq) = after.map_or_else(
        || (String::new(), -1),
        |(matter, seq)| (matter.to_string(), column(seq)),
    );
    let rows = sqlx::query(
        "SELECT matter, seq, step FROM steps WHERE (matter, seq) > ($1, $2)
         ORDER BY matter, seq LIMIT $3",
    )
    .bind(matter)
    .bind(seq)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    let steps = rows.iter().map(|row| {
        let matter: &str = row.try_get("matter")?;
        let matter = matter
            .parse()
            .map_err(|_| TablesError::Unreadable("a matter"))?;
        let seq: i64 = row.try_get("seq")?;
        Ok((matter, Seq(seq.unsigned_abs()), row.try_get("step")?))
    });
    steps.collect()
}

/// Whether there is such a matter: each has a first step.
pub(super) async fn are_any(
    db: &mut SqliteConnection,
    matter: Matter,
) -> Result<bool, TablesError> {
    let row = sqlx::query("SELECT 1 FROM steps WHERE matter = $1 LIMIT 1")
        .bind(matter.to_string())
        .fetch_optional(db)
        .await?;
    Ok(row.is_some())
}

fn column(seq: Seq) -> i64 {
    i64::try_from(seq.0).unwrap_or(i64::MAX)
}
