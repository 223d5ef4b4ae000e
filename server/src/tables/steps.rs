//! What happened to each alarm and each incident, step by step.

use super::error::TablesError;
use super::row::{Rows, StepRow};
use crate::rows::ManyRows;
use castellan_domain::ids::{IncidentId, Seq};
use castellan_domain::incident::IncidentFact;
use castellan_domain::matter::Matter;
use castellan_domain::subject::Step;
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Alarms and incidents that are asked for where one incident began; a sheet of more says that it is not whole.
const MATTERS_MAX: usize = 500;
/// Steps of an incident that are looked through for its alarms; as above.
const STEPS_ASKED_MAX: u16 = 2_000;

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

/// Before which fact of all nothing is told of an incident: the one before the first of its alarms, and of those of
/// the incidents that became part of it. Nothing if there is no such incident.
pub(super) async fn begins_after(
    db: &mut SqliteConnection,
    incident: IncidentId,
) -> Result<Option<Seq>, TablesError> {
    let mut matters = BTreeSet::from([Matter::Incident(incident)]);
    let mut asked = BTreeSet::new();
    let mut first: Option<Seq> = None;
    while let Some(matter) = matters.pop_first() {
        if asked.len() == MATTERS_MAX || !asked.insert(matter) {
            continue;
        }
        let row = sqlx::query("SELECT MIN(seq) AS first FROM steps WHERE matter = $1")
            .bind(matter.to_string())
            .fetch_one(&mut *db)
            .await?;
        let begins: Option<i64> = row.try_get("first")?;
        let begins = begins.map(|seq| Seq(seq.unsigned_abs()));
        first = first.into_iter().chain(begins).min();
        if let Matter::Incident(incident) = matter {
            for step in before::<IncidentFact>(db, matter, None, STEPS_ASKED_MAX).await? {
                match step.fact {
                    IncidentFact::Opened(body) => {
                        matters.extend(body.alarms.into_iter().map(Matter::Alarm));
                    }
                    IncidentFact::Joined(body) => drop(matters.insert(Matter::Alarm(body.alarm))),
                    IncidentFact::Merged(body) if body.into == incident => {
                        matters.insert(Matter::Incident(body.incident));
                    }
                    _ => {}
                }
            }
        }
    }
    Ok(first.map(|first| Seq(first.0.saturating_sub(1))))
}
