//! What the figures of a shift are counted from ([figures.md](../../../docs/figures.md)): of each alarm when somebody
//! answered it, and of each errand when somebody was there.

use super::error::TablesError;
use crate::rows::ManyRows;
use castellan_domain::alarm::{Alarm, Ownership};
use castellan_domain::dispatch::{Assignment, Stage};
use castellan_domain::ids::{AlarmId, AssignmentId, Seq};
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::Figures;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::BTreeMap;
use std::sync::LazyLock;

pub(super) const TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS responses (
        alarm BIGINT PRIMARY KEY, raised_at BIGINT NOT NULL, answered_at BIGINT, late BIGINT NOT NULL,
        judged BIGINT NOT NULL, counts BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS responses_by_time ON responses (raised_at)",
    "CREATE TABLE IF NOT EXISTS arrivals (
        assignment BIGINT PRIMARY KEY, sent_at BIGINT NOT NULL, arrived_at BIGINT NOT NULL)",
];

/// How an alarm was answered, as far as some facts say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Response {
    raised_at: Timestamp,
    /// When somebody took it or saw it for the first time.
    answered_at: Option<Timestamp>,
    /// Its time had passed before.
    late: bool,
    judged: bool,
    /// No drill, and no silent call for help.
    counts: bool,
}

impl Response {
    /// After a fact about the alarm; `before` is what the facts before said, of those that are written together.
    fn of(alarm: &Alarm, before: Option<&Self>) -> Self {
        let (claimed_at, is_overdue) = match &alarm.ownership {
            Ownership::Unclaimed { times_overdue, .. } => (None, *times_overdue > 0),
            Ownership::Claimed { at, .. } => (Some(*at), false),
        };
        let seen_at = alarm.acknowledged.as_ref().map(|seen| seen.at);
        let answered = [claimed_at, seen_at].into_iter().flatten().min();
        let known = before.and_then(|before| before.answered_at);
        let was_late = before.is_some_and(|before| before.late);
        Self {
            raised_at: alarm.raised_at,
            answered_at: known.or(answered),
            late: was_late || (is_overdue && known.is_none()),
            judged: alarm.is_judged(),
            counts: !alarm.drill && !alarm.began_as_duress(),
        }
    }
}

/// What some facts say of answers and arrivals.
#[derive(Debug, Default)]
pub(super) struct Answers {
    responses: BTreeMap<AlarmId, Response>,
    /// When somebody was sent, and was there.
    arrivals: BTreeMap<AssignmentId, (Timestamp, Timestamp)>,
}

impl Answers {
    pub(super) fn take_alarm(&mut self, alarm: &Alarm) {
        let response = Response::of(alarm, self.responses.get(&alarm.id));
        self.responses.insert(alarm.id, response);
    }

    pub(super) fn take_assignment(&mut self, one: &Assignment, is_drill: bool) {
        if matches!(one.stage, Stage::OnScene { .. }) && !is_drill && !one.discreet {
            let times = (one.offered_at, one.since);
            self.arrivals.entry(one.id).or_insert(times);
        }
    }
}

/// Only the first answer counts, and whether it was late was settled with it.
static RESPONSES: LazyLock<ManyRows> = LazyLock::new(|| {
    let before =
        "INSERT INTO responses (alarm, raised_at, answered_at, late, judged, counts) VALUES";
    let or_update = "ON CONFLICT (alarm) DO UPDATE SET
        late = CASE WHEN responses.answered_at IS NULL THEN max(responses.late, excluded.late) ELSE responses.late END,
        answered_at = COALESCE(responses.answered_at, excluded.answered_at),
        judged = excluded.judged, counts = excluded.counts";
    ManyRows::new(before, 6, or_update)
});

static ARRIVALS: LazyLock<ManyRows> = LazyLock::new(|| {
    let before = "INSERT INTO arrivals (assignment, sent_at, arrived_at) VALUES";
    ManyRows::new(before, 3, "ON CONFLICT (assignment) DO NOTHING")
});

pub(super) async fn upsert(
    db: &mut SqliteConnection,
    answers: &Answers,
) -> Result<(), TablesError> {
    let Answers {
        responses,
        arrivals,
    } = answers;
    let responses: Vec<_> = responses.iter().collect();
    for (text, responses) in RESPONSES.cut(&responses) {
        // Nothing but the number of parameters differs.
        let mut query = sqlx::query(AssertSqlSafe(text));
        for (alarm, response) in responses {
            query = query
                .bind(i64::from(alarm.0))
                .bind(response.raised_at.as_micros())
                .bind(response.answered_at.map(Timestamp::as_micros))
                .bind(i64::from(response.late))
                .bind(i64::from(response.judged))
                .bind(i64::from(response.counts));
        }
        query.execute(&mut *db).await?;
    }
    let arrivals: Vec<_> = arrivals.iter().collect();
    for (text, arrivals) in ARRIVALS.cut(&arrivals) {
        let mut query = sqlx::query(AssertSqlSafe(text));
        for (assignment, (sent_at, arrived_at)) in arrivals {
            query = query
                .bind(i64::from(assignment.0))
                .bind(sent_at.as_micros())
                .bind(arrived_at.as_micros());
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

const COUNTS: &str = "SELECT count(*) AS alarms, coalesce(sum(judged), 0) AS handled,
        count(answered_at) AS answered,
        coalesce(sum(answered_at IS NOT NULL OR late), 0) AS due,
        coalesce(sum(answered_at IS NOT NULL AND NOT late), 0) AS in_time
    FROM responses WHERE counts AND raised_at >= $1";
const ANSWER_AT: &str = "SELECT answered_at - raised_at AS took FROM responses
    WHERE counts AND raised_at >= $1 AND answered_at IS NOT NULL ORDER BY took LIMIT 1 OFFSET $2";
const ARRIVAL_COUNT: &str = "SELECT count(*) AS arrived FROM arrivals WHERE sent_at >= $1";
const ARRIVAL_AT: &str = "SELECT arrived_at - sent_at AS took FROM arrivals
    WHERE sent_at >= $1 ORDER BY took LIMIT 1 OFFSET $2";

/// The figures since a moment, as of one state of the tables.
pub(super) async fn since(
    db: &mut SqliteConnection,
    since: Timestamp,
    projected_seq: Seq,
) -> Result<Figures, TablesError> {
    let row = sqlx::query(COUNTS)
        .bind(since.as_micros())
        .fetch_one(&mut *db)
        .await?;
    let count = |name| -> Result<u32, TablesError> {
        let count: i64 = row.try_get(name)?;
        u32::try_from(count).map_err(|_| TablesError::Unreadable("a count"))
    };
    let answered = count("answered")?;
    let arrived = sqlx::query(ARRIVAL_COUNT)
        .bind(since.as_micros())
        .fetch_one(&mut *db)
        .await?;
    let arrived: i64 = arrived.try_get("arrived")?;
    let arrived = u32::try_from(arrived).map_err(|_| TablesError::Unreadable("a count"))?;
    Ok(Figures {
        projected_seq,
        since,
        alarms: count("alarms")?,
        handled: count("handled")?,
        answered,
        due: count("due")?,
        in_time: count("in_time")?,
        answer_median_ms: median_ms(db, ANSWER_AT, since, answered).await?,
        arrived,
        arrival_median_ms: median_ms(db, ARRIVAL_AT, since, arrived).await?,
    })
}

/// The one in the middle; of an even number the smaller one of the two.
async fn median_ms(
    db: &mut SqliteConnection,
    statement: &'static str,
    since: Timestamp,
    count: u32,
) -> Result<Option<u64>, TablesError> {
    let Some(before) = count.checked_sub(1).map(|before| before / 2) else {
        return Ok(None);
    };
    let row = sqlx::query(statement)
        .bind(since.as_micros())
        .bind(i64::from(before))
        .fetch_optional(db)
        .await?;
    let took: Option<i64> = row.map(|row| row.try_get("took")).transpose()?;
    Ok(took.map(|micros| micros.max(0).unsigned_abs() / 1_000))
}
