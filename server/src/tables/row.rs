//! One alarm as a row, and which rows and steps some facts changed.

use super::error::TablesError;
use super::figures::Answers;
use crate::rows::ManyRows;
use castellan_domain::alarm::{Alarm, AlarmFact, Judgement, Ownership};
use castellan_domain::fact::Fact;
use castellan_domain::ids::{AlarmId, AlarmTypeId, IncidentId, PersonId, Seq};
use castellan_domain::incident::IncidentFact;
use castellan_domain::matter::Matter;
use castellan_domain::site::Site;
use castellan_domain::subject::Step;
use castellan_domain::time::Timestamp;
use castellan_domain::view::Touched;
use castellan_domain::wire::api::{AlarmRow, Claimed, Judged};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// A step of something's history, as it is written: whose, from which fact on, and what.
pub(crate) type StepRow = (Matter, Seq, String);

/// What some facts say about when an alarm was closed. The alarm itself does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closing {
    /// It is open.
    Open,
    /// One of them closed it.
    At(Timestamp),
    /// It was closed before them: the row knows when.
    AsBefore,
}

/// The rows that some facts changed, each as it is after them.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    alarms: BTreeMap<AlarmId, (Alarm, Closing)>,
    of_alarms: BTreeMap<(AlarmId, Seq), Arc<Step<AlarmFact>>>,
    of_incidents: BTreeMap<(IncidentId, Seq), Arc<Step<IncidentFact>>>,
    answers: Answers,
}

impl Rows {
    /// Takes in what a fact touched. `site` is the state after it.
    pub(crate) fn take(&mut self, fact: &Fact, touched: &Touched, site: &Site) {
        for change in &touched.alarms {
            // What has left the live site left as it was before.
            let after = site.view().alarms.get(&change.id);
            let Some(alarm) = after.or(change.before.as_ref()) else {
                continue;
            };
            let was_closed = change.before.as_ref().is_some_and(Alarm::is_closed);
            let closing = match (was_closed, alarm.is_closed()) {
                (_, false) => Closing::Open,
                (false, true) => Closing::At(fact.recorded_at),
                (true, true) => self
                    .alarms
                    .get(&change.id)
                    .map_or(Closing::AsBefore, |(_, closing)| *closing),
            };
            self.answers.take_alarm(alarm);
            self.alarms.insert(change.id, (alarm.clone(), closing));
            // None, if the fact is about something else that an alarm follows.
            if let Some(step) = alarm.history.step_upto(fact.seq) {
                self.of_alarms.insert((change.id, step.seq), step.clone());
            }
        }
        for change in &touched.assignments {
            if let Some(one) = site.view().assignments.get(&change.id) {
                let incident = site.view().incidents.get(&one.incident);
                let is_drill = incident.is_some_and(|incident| incident.drill);
                self.answers.take_assignment(one, is_drill);
            }
        }
        for change in &touched.incidents {
            let after = site.view().incidents.get(&change.id);
            let incident = after.or(change.before.as_ref());
            if let Some(step) = incident.and_then(|one| one.history.step_upto(fact.seq)) {
                self.of_incidents
                    .insert((change.id, step.seq), step.clone());
            }
        }
    }

    /// Each step that is new or counts more facts than before.
    pub(crate) fn steps(&self) -> Result<Vec<StepRow>, TablesError> {
        let of_alarms = self.of_alarms.iter().map(|((id, seq), step)| {
            let step = text(&**step)?;
            Ok((Matter::Alarm(*id), *seq, step))
        });
        let of_incidents = self.of_incidents.iter().map(|((id, seq), step)| {
            let step = text(&**step)?;
            Ok((Matter::Incident(*id), *seq, step))
        });
        of_alarms.chain(of_incidents).collect()
    }

    /// What they say of answers and arrivals.
    pub(super) fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Each changed row.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Alarm, Closing)> {
        self.alarms
            .values()
            .map(|(alarm, closing)| (alarm, *closing))
    }
}

/// The row of an alarm.
pub(crate) fn row_of(alarm: &Alarm, closed_at: Option<Timestamp>) -> AlarmRow {
    let (claimed, times_overdue) = match &alarm.ownership {
        Ownership::Unclaimed { times_overdue, .. } => (None, *times_overdue),
        Ownership::Claimed { by, at, .. } => (
            Some(Claimed {
                by: by.clone(),
                at: *at,
            }),
            0,
        ),
    };
    let judged = match &alarm.judgement {
        Judgement::Open => None,
        Judgement::Judged(judged) => Some(Judged {
            verdict: judged.verdict,
            by: judged.by.clone(),
            at: judged.at,
        }),
    };
    AlarmRow {
        id: alarm.id,
        kind: alarm.kind.clone(),
        priority: alarm.priority,
        source: alarm.source.clone(),
        drill: alarm.drill,
        place: alarm.place.clone(),
        occurred_at: alarm.occurred_at,
        raised_at: alarm.raised_at,
        claimed,
        judged,
        closed_at,
        times_overdue,
        repeats: alarm.repeats,
        notes: u32::try_from(alarm.notes.len()).unwrap_or(u32::MAX),
        version: alarm.version,
    }
}

const INSERT: &str = "INSERT INTO alarms (id, type, priority, source, place, occurred_at, raised_at, claimed_by,
    claimed_at, verdict, judged_by, judged_at, closed_at, times_overdue, repeats, notes, version, drill) VALUES";
const COLUMNS: usize = 18;

/// What becomes of a row that is there already, but for when the alarm was closed.
macro_rules! or_update {
    ($closed_at:literal) => {
        concat!(
            "ON CONFLICT (id) DO UPDATE SET type = excluded.type, priority = excluded.priority,
             source = excluded.source, place = excluded.place, occurred_at = excluded.occurred_at,
             raised_at = excluded.raised_at, claimed_by = excluded.claimed_by,
             claimed_at = excluded.claimed_at, verdict = excluded.verdict,
             judged_by = excluded.judged_by, judged_at = excluded.judged_at, ",
            $closed_at,
            "times_overdue = excluded.times_overdue, repeats = excluded.repeats,
             notes = excluded.notes, version = excluded.version, drill = excluded.drill"
        )
    };
}

static UPSERTS: LazyLock<ManyRows> = LazyLock::new(|| {
    let or_update = or_update!("closed_at = excluded.closed_at, ");
    ManyRows::new(INSERT, COLUMNS, or_update)
});
/// The same for rows that know better than we when their alarm was closed.
static UPSERTS_OF_CLOSED: LazyLock<ManyRows> =
    LazyLock::new(|| ManyRows::new(INSERT, COLUMNS, or_update!("")));

/// Writes rows, new or changed.
pub(super) async fn upsert(db: &mut SqliteConnection, rows: &Rows) -> Result<(), TablesError> {
    let (closed_before, others): (Vec<_>, Vec<_>) = rows
        .alarms
        .values()
        .partition(|(_, closing)| *closing == Closing::AsBefore);
    for (statements, alarms) in [(&UPSERTS, others), (&UPSERTS_OF_CLOSED, closed_before)] {
        for (text, alarms) in statements.cut(&alarms) {
            // Nothing but the number of parameters differs.
            let mut query = sqlx::query(AssertSqlSafe(text));
            for (alarm, closing) in alarms {
                query = bind(query, alarm, *closing)?;
            }
            query.execute(&mut *db).await?;
        }
    }
    Ok(())
}

fn bind<'q>(
    query: Query<'q, Sqlite, SqliteArguments>,
    alarm: &Alarm,
    closing: Closing,
) -> Result<Query<'q, Sqlite, SqliteArguments>, TablesError> {
    let closed_at = match closing {
        Closing::At(at) => Some(at),
        Closing::Open | Closing::AsBefore => None,
    };
    let row = row_of(alarm, closed_at);
    let (claimed, judged) = (row.claimed, row.judged);
    let verdict = judged.as_ref().map(|judged| text(&judged.verdict));
    Ok(query
        .bind(i64::from(row.id.0))
        .bind(row.kind.to_string())
        .bind(i64::from(u8::from(row.priority)))
        .bind(text(&row.source)?)
        .bind(text(&row.place)?)
        .bind(row.occurred_at.as_micros())
        .bind(row.raised_at.as_micros())
        .bind(claimed.as_ref().map(|claimed| claimed.by.to_string()))
        .bind(claimed.as_ref().map(|claimed| claimed.at.as_micros()))
        .bind(verdict.transpose()?)
        .bind(judged.as_ref().map(|judged| judged.by.to_string()))
        .bind(judged.as_ref().map(|judged| judged.at.as_micros()))
        .bind(row.closed_at.map(Timestamp::as_micros))
        .bind(i64::from(row.times_overdue))
        .bind(i64::from(row.repeats))
        .bind(i64::from(row.notes))
        .bind(i64::try_from(row.version.0).unwrap_or(i64::MAX))
        .bind(i64::from(row.drill)))
}

/// Reads a row.
pub(super) fn read(row: &SqliteRow) -> Result<AlarmRow, TablesError> {
    let claimed = match optional_id(row, "claimed_by")? {
        None => None,
        Some(by) => Some(Claimed {
            by,
            at: time(row, "claimed_at")?,
        }),
    };
    let verdict: Option<String> = row.try_get("verdict")?;
    let judged = match (verdict, optional_id(row, "judged_by")?) {
        (Some(verdict), Some(by)) => Some(Judged {
            verdict: serde_json::from_str(&verdict)?,
            by,
            at: time(row, "judged_at")?,
        }),
        _ => None,
    };
    let closed_at: Option<i64> = row.try_get("closed_at")?;
    let kind: String = row.try_get("type")?;
    Ok(AlarmRow {
        id: AlarmId(number(row, "id")?),
        kind: AlarmTypeId::new(kind).map_err(|_| TablesError::Unreadable("a type"))?,
        priority: u8::try_from(number(row, "priority")?)
            .ok()
            .and_then(|priority| priority.try_into().ok())
            .ok_or(TablesError::Unreadable("a priority"))?,
        source: from_text(row.try_get("source")?)?,
        drill: number(row, "drill")? != 0,
        place: from_text(row.try_get("place")?)?,
        occurred_at: time(row, "occurred_at")?,
        raised_at: time(row, "raised_at")?,
        claimed,
        judged,
        closed_at: closed_at.map(Timestamp::from_micros),
        times_overdue: number(row, "times_overdue")?,
        repeats: number(row, "repeats")?,
        notes: number(row, "notes")?,
        version: Seq(row.try_get::<i64, _>("version")?.unsigned_abs()),
    })
}

fn text(value: &impl Serialize) -> Result<String, TablesError> {
    Ok(serde_json::to_string(value)?)
}

fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, TablesError> {
    Ok(serde_json::from_str(text)?)
}

fn number(row: &SqliteRow, column: &'static str) -> Result<u32, TablesError> {
    let number: i64 = row.try_get(column)?;
    u32::try_from(number).map_err(|_| TablesError::Unreadable(column))
}

fn time(row: &SqliteRow, column: &'static str) -> Result<Timestamp, TablesError> {
    Ok(Timestamp::from_micros(row.try_get(column)?))
}

fn optional_id(row: &SqliteRow, column: &'static str) -> Result<Option<PersonId>, TablesError> {
    let id: Option<String> = row.try_get(column)?;
    id.map(|id| PersonId::new(id).map_err(|_| TablesError::Unreadable(column)))
        .transpose()
}
