//! Ids of commands and events that came before, with their first answers: for seven days, and at
//! most [`SEEN_MAX`] for each device. What is forgotten counts as new when it comes again.

use super::commit::Commit;
use super::error::JournalError;
use crate::rows::ManyRows;
use castellan_domain::answer::Answer;
use castellan_domain::ids::{CommandId, DeviceId, EventId};
use castellan_domain::time::{Span, Timestamp};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How long a command's or event's id is remembered.
const SEEN_KEPT: Span = Span::from_secs(7 * 24 * 3600);
/// Ids remembered of one device at most, and of all commands together; the oldest leave first.
pub(super) const SEEN_MAX: u64 = 1_000_000;
/// Remembered ids that one purge lets go at most, so that it never holds up a turn for long.
pub(super) const PURGE_MAX: i64 = 10_000;

/// How many ids are remembered. Counted once at the start, so that no turn has to count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SeenCounts {
    /// As many keys as the estate has devices: others are refused before they come here.
    pub(super) events: BTreeMap<String, u64>,
    pub(super) commands: u64,
    pub(super) max: u64,
}

impl SeenCounts {
    pub(super) async fn read(db: &mut SqliteConnection, max: u64) -> Result<Self, JournalError> {
        let rows = sqlx::query("SELECT device, COUNT(*) AS n FROM seen_events GROUP BY device")
            .fetch_all(&mut *db)
            .await?;
        let mut events = BTreeMap::new();
        for row in rows {
            let n: i64 = row.try_get("n")?;
            events.insert(row.try_get("device")?, n.unsigned_abs());
        }
        let row = sqlx::query("SELECT COUNT(*) AS n FROM seen_commands")
            .fetch_one(&mut *db)
            .await?;
        let n: i64 = row.try_get("n")?;
        Ok(Self {
            events,
            commands: n.unsigned_abs(),
            max,
        })
    }

    /// The counts after a commit, before anything is forgotten for it: of the devices that are in it.
    fn with(&self, commit: &Commit) -> Self {
        let mut after = Self {
            events: BTreeMap::new(),
            commands: self.commands + commit.commands.len() as u64,
            max: self.max,
        };
        for seen in &commit.events {
            let device = seen.device.as_str();
            if let Some(count) = after.events.get_mut(device) {
                *count += 1;
            } else {
                let before = self.events.get(device).copied().unwrap_or_default();
                after.events.insert(device.to_owned(), before + 1);
            }
        }
        after
    }

    /// Takes over the counts after a commit.
    pub(super) fn take(&mut self, after: Self) {
        self.events.extend(after.events);
        self.commands = after.commands;
    }
}

static INSERT_EVENTS: LazyLock<ManyRows> = LazyLock::new(|| {
    let before = "INSERT INTO seen_events (device, event, seen_at, answer) VALUES";
    ManyRows::new(before, 4, "")
});
/// Which of some events came before. `CROSS JOIN` lets SQLite look up each in the index; left to
/// itself (with `IN`) it reads the whole table as soon as there are two.
static FIND_EVENTS: LazyLock<ManyRows> = LazyLock::new(|| {
    ManyRows::new(
        "WITH asked (device, event) AS (VALUES",
        2,
        ") SELECT seen.device, seen.event, seen.answer FROM asked CROSS JOIN seen_events AS seen
         WHERE seen.device = asked.device AND seen.event = asked.event",
    )
});

/// Writes a turn's ids, forgetting the oldest where there are too many by now. Gives the counts
/// that hold once the transaction is committed, of the devices that are in it.
pub(super) async fn insert(
    db: &mut SqliteConnection,
    counts: &SeenCounts,
    commit: &Commit,
    now: Timestamp,
) -> Result<Option<SeenCounts>, JournalError> {
    if commit.commands.is_empty() && commit.events.is_empty() {
        return Ok(None);
    }
    for seen in &commit.commands {
        sqlx::query("INSERT INTO seen_commands (command_id, seen_at, answer) VALUES ($1, $2, $3)")
            .bind(seen.id.to_string())
            .bind(now.as_micros())
            .bind(serde_json::to_string(&seen.answer)?)
            .execute(&mut *db)
            .await?;
    }
    for (text, events) in INSERT_EVENTS.cut(&commit.events) {
        // Nothing but the number of parameters differs.
        let mut query = sqlx::query(AssertSqlSafe(text));
        for seen in events {
            query = query
                .bind(seen.device.as_str())
                .bind(seen.event.as_str())
                .bind(now.as_micros())
                .bind(serde_json::to_string(&seen.answer)?);
        }
        query.execute(&mut *db).await?;
    }
    let mut counts = counts.with(commit);
    let max = counts.max;
    for (device, count) in counts.events.iter_mut().filter(|(_, count)| **count > max) {
        let gone = sqlx::query(
            "DELETE FROM seen_events WHERE (device, event) IN
             (SELECT device, event FROM seen_events WHERE device = $1 ORDER BY seen_at LIMIT $2)",
        )
        .bind(device)
        .bind(excess(*count, max))
        .execute(&mut *db)
        .await?;
        *count -= gone.rows_affected().min(*count);
    }
    if counts.commands > max {
        let gone = sqlx::query(
            "DELETE FROM seen_commands WHERE command_id IN
             (SELECT command_id FROM seen_commands ORDER BY seen_at LIMIT $1)",
        )
        .bind(excess(counts.commands, max))
        .execute(&mut *db)
        .await?;
        counts.commands -= gone.rows_affected().min(counts.commands);
    }
    Ok(Some(counts))
}

fn excess(count: u64, max: u64) -> i64 {
    i64::try_from(count - max).map_or(PURGE_MAX, |excess| excess.min(PURGE_MAX))
}

/// The first answer to this command, if it was given before.
pub(super) async fn command(
    db: &mut SqliteConnection,
    id: CommandId,
) -> Result<Option<Answer>, JournalError> {
    let row = sqlx::query("SELECT answer FROM seen_commands WHERE command_id = $1")
        .bind(id.to_string())
        .fetch_optional(db)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let answer: String = row.try_get("answer")?;
    Ok(Some(serde_json::from_str(&answer)?))
}

/// The first answers to these events, as far as they came before.
pub(super) async fn events(
    db: &mut SqliteConnection,
    events: &[(DeviceId, EventId)],
) -> Result<BTreeMap<(DeviceId, EventId), Answer>, JournalError> {
    let mut seen = BTreeMap::new();
    for (text, events) in FIND_EVENTS.cut(events) {
        let mut query = sqlx::query(AssertSqlSafe(text));
        for (device, event) in events {
            query = query.bind(device.as_str()).bind(event.as_str());
        }
        for row in query.fetch_all(&mut *db).await? {
            let (device, event): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
            let found = events
                .iter()
                .find(|(d, e)| d.as_str() == device && e.as_str() == event);
            if let Some(key) = found {
                let answer: String = row.try_get(2)?;
                seen.insert(key.clone(), serde_json::from_str(&answer)?);
            }
        }
    }
    Ok(seen)
}

/// Lets go of ids after seven days, at most [`PURGE_MAX`] of each kind. Says whether there may be more.
pub(super) async fn purge(
    db: &mut SqliteConnection,
    counts: &mut SeenCounts,
    now: Timestamp,
) -> Result<bool, JournalError> {
    let before = (now - SEEN_KEPT).as_micros();
    let events = sqlx::query(
        "DELETE FROM seen_events WHERE (device, event) IN
         (SELECT device, event FROM seen_events WHERE seen_at < $1 LIMIT $2) RETURNING device",
    )
    .bind(before)
    .bind(PURGE_MAX)
    .fetch_all(&mut *db)
    .await?;
    for row in &events {
        let device: String = row.try_get("device")?;
        if let Some(count) = counts.events.get_mut(&device) {
            *count = count.saturating_sub(1);
        }
    }
    counts.events.retain(|_, count| *count > 0);
    let commands = sqlx::query(
        "DELETE FROM seen_commands WHERE command_id IN
         (SELECT command_id FROM seen_commands WHERE seen_at < $1 LIMIT $2)",
    )
    .bind(before)
    .bind(PURGE_MAX)
    .execute(db)
    .await?
    .rows_affected();
    counts.commands = counts.commands.saturating_sub(commands);
    let full = PURGE_MAX.unsigned_abs();
    Ok(events.len() as u64 >= full || commands >= full)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Journal, SeenCommand, SeenEvent};
    use castellan_domain::answer::Accepted;
    use castellan_domain::ids::Seq;

    fn event(device: &str, n: i64) -> SeenEvent {
        SeenEvent {
            device: DeviceId::new(device).unwrap(),
            event: EventId::new(format!("e-{n}")).unwrap(),
            answer: Ok(Accepted::Tracked),
        }
    }

    fn command(n: u64) -> SeenCommand {
        SeenCommand {
            id: CommandId(uuid::Uuid::from_u128(n.into())),
            answer: Ok(Accepted::Done { seq: Seq(n) }),
        }
    }

    async fn knows(journal: &mut Journal, device: &str, n: i64) -> bool {
        let event = event(device, n);
        let seen = journal.seen_events(&[(event.device, event.event)]).await;
        !seen.unwrap().is_empty()
    }

    #[tokio::test]
    async fn of_many_events_those_that_came_before_are_found_each_with_its_own_answer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let mut journal = Journal::open(&path).await.unwrap();
        let answered = |n: i64| SeenEvent {
            answer: Ok(Accepted::Done {
                seq: Seq(n.unsigned_abs()),
            }),
            ..event("d", n)
        };
        let commit = Commit {
            events: (0..700).step_by(2).map(answered).collect(),
            ..Commit::default()
        };
        let now = Timestamp::from_secs(1_000);
        journal.append(&commit, now).await.unwrap();
        assert_eq!(journal.seen.events["d"], 350);
        // The same numbers of another device are other events.
        let asked: Vec<_> = ["d", "other"]
            .iter()
            .flat_map(|device| (0..700).map(|n| event(device, n)))
            .map(|event| (event.device, event.event))
            .collect();
        let seen = journal.seen_events(&asked).await.unwrap();
        let expected: BTreeMap<_, _> = (0..700)
            .step_by(2)
            .map(answered)
            .map(|event| ((event.device, event.event), event.answer))
            .collect();
        assert_eq!(seen, expected);
    }

    #[tokio::test]
    async fn of_too_many_ids_the_oldest_leave_and_no_other_device_pays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let mut journal = Journal::open(&path).await.unwrap();
        journal.seen.max = 3;
        let calm = Commit {
            events: vec![event("calm", 0)],
            ..Commit::default()
        };
        let start = Timestamp::from_secs(1_000);
        journal.append(&calm, start).await.unwrap();
        for n in 0..5 {
            let commit = Commit {
                events: vec![event("loud", 2 * n), event("loud", 2 * n + 1)],
                commands: vec![command(n.unsigned_abs())],
                ..Commit::default()
            };
            let now = start + Span::from_secs(n);
            journal.append(&commit, now).await.unwrap();
        }
        assert!(knows(&mut journal, "calm", 0).await);
        assert!(!knows(&mut journal, "loud", 6).await || !knows(&mut journal, "loud", 7).await);
        for n in [8, 9] {
            assert!(
                knows(&mut journal, "loud", n).await,
                "{n} is among the last three"
            );
        }
        assert!(!knows(&mut journal, "loud", 5).await);
        let (first, last) = (command(1).id, command(4).id);
        assert!(journal.seen_command(first).await.unwrap().is_none());
        assert!(journal.seen_command(last).await.unwrap().is_some());
        // What is counted in memory is what a restart counts.
        let counted = SeenCounts::read(&mut journal.db, 3).await.unwrap();
        assert_eq!(counted, journal.seen);
        assert_eq!((counted.events["loud"], counted.commands), (3, 3));
    }

    #[tokio::test]
    async fn ids_are_forgotten_after_seven_days_and_a_long_list_in_several_steps() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let mut journal = Journal::open(&path).await.unwrap();
        let start = Timestamp::from_secs(1_000);
        let many = Commit {
            events: (0..PURGE_MAX + 5).map(|n| event("d", n)).collect(),
            ..Commit::default()
        };
        journal.append(&many, start).await.unwrap();
        assert!(!journal.purge(start + SEEN_KEPT).await.unwrap());
        assert!(knows(&mut journal, "d", 0).await, "exactly seven days");
        let later = start + SEEN_KEPT + Span::from_micros(1);
        assert!(journal.purge(later).await.unwrap(), "there is more");
        assert!(!journal.purge(later).await.unwrap());
        assert!(!knows(&mut journal, "d", 0).await && journal.seen.events.is_empty());
    }
}
