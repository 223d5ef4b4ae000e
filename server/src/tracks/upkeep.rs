//! What happens to the history beside the turns: tails are emptied into blocks, old blocks leave.
//!
//! It may be killed anywhere. Blocks are written group by group; a group that is in its block
//! already changes nothing; the tail is cleared when all of it lies in blocks. A turn that wants to
//! write waits at most for one of these small transactions.

use super::block::{self, BLOCK_FIXES_MAX, DAY_US};
use super::error::TracksError;
use super::point::{self, Point};
use super::read;
use super::store::Tracks;
use crate::clock::Clock;
use castellan_domain::time::{Span, Timestamp};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, warn};

/// How long positions are kept. They leave with their block, which holds at most a day.
const TRACKS_KEPT: Span = Span::from_secs(30 * 24 * 3600);
/// How often it is looked whether there is something to do.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// A tail is emptied after so many looks: every block is written anew for few fixes otherwise.
const LOOKS_BETWEEN: u32 = 10;
/// And at the next look if it holds as many rows. Reading a track looks through all of them.
const TAIL_ROWS_MAX: usize = 200_000;
/// Looks between two purges.
const LOOKS_BETWEEN_PURGES: u32 = 24 * 60;
/// Rows of a tail that are held in memory at once.
const CHUNK_ROWS: i64 = 50_000;
/// People whose blocks one transaction writes.
const GROUPS_PER_COMMIT: usize = 32;
/// Blocks that one transaction lets go.
const PURGE_BLOCKS: i64 = 200;

/// New fixes of one person and day, and the blocks that they make.
struct Change {
    replaces: Option<i64>,
    person: i64,
    blocks: Vec<Vec<Point>>,
}

impl Tracks {
    /// Looks after the history until the program ends.
    pub(crate) async fn upkeep(self, clock: Arc<Clock>) {
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for look in 0u32.. {
            looks.tick().await;
            let is_time = look.is_multiple_of(LOOKS_BETWEEN);
            self.compact_if(is_time, TAIL_ROWS_MAX).await;
            if look.is_multiple_of(LOOKS_BETWEEN_PURGES) {
                match self.purge(clock.now() - TRACKS_KEPT).await {
                    Ok(0) => {}
                    Ok(blocks) => info!(blocks, "positions older than 30 days were let go"),
                    Err(error) => warn!(%error, "old positions could not be let go"),
                }
            }
        }
    }

    /// Empties the tails if it is time, if one has so many rows, or if the look before failed.
    async fn compact_if(&self, is_time: bool, rows_max: usize) {
        let is_due = {
            let writer = self.writer.lock().await;
            is_time || writer.gathered >= rows_max || writer.has_failed_to_compact
        };
        if !is_due {
            return;
        }
        let compacted = self.compact().await;
        self.writer.lock().await.has_failed_to_compact = compacted.is_err();
        if let Err(error) = compacted {
            warn!(%error, "positions stay in the tail; the next look tries again");
        }
    }

    /// Empties the tails into blocks.
    pub(crate) async fn compact(&self) -> Result<(), TracksError> {
        let _alone = self.upkeep.lock().await;
        // What an earlier pass, or an earlier life, has left.
        self.empty_resting().await?;
        {
            let mut writer = self.writer.lock().await;
            let full = writer.filling;
            if full.is_empty(&mut writer.db).await? {
                return Ok(());
            }
            full.other().fill(&mut writer.db).await?;
            writer.filling = full.other();
            writer.gathered = 0;
        }
        self.empty_resting().await
    }

    /// Moves everything of the tail that does not fill into blocks, and clears it.
    async fn empty_resting(&self) -> Result<(), TracksError> {
        let resting = self.writer.lock().await.filling.other();
        let mut reader = self.readers.acquire().await?;
        if resting.is_empty(&mut reader).await? {
            return Ok(());
        }
        let mut after = (i64::MIN, i64::MIN);
        loop {
            let rows = resting.read_after(&mut reader, after, CHUNK_ROWS).await?;
            let Some((person, point)) = rows.last() else {
                break;
            };
            after = (point.occurred_at, *person);
            let mut groups: BTreeMap<(i64, i64), Vec<Point>> = BTreeMap::new();
            for (person, point) in rows {
                let day = point.occurred_at.div_euclid(DAY_US);
                groups.entry((person, day)).or_default().push(point);
            }
            let mut changes = Vec::new();
            for ((person, day), points) in groups {
                changes.extend(merge(&mut reader, person, day, points).await?);
                if changes.len() >= GROUPS_PER_COMMIT {
                    self.write(&std::mem::take(&mut changes)).await?;
                }
            }
            self.write(&changes).await?;
        }
        let mut writer = self.writer.lock().await;
        resting.clear(&mut writer.db).await
    }

    async fn write(&self, changes: &[Change]) -> Result<(), TracksError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut writer = self.writer.lock().await;
        let mut tx = writer.db.begin().await?;
        for change in changes {
            if let Some(id) = change.replaces {
                sqlx::query("DELETE FROM blocks WHERE id = $1")
                    .bind(id)
                    .execute(&mut *tx)
                    .await?;
            }
            for points in &change.blocks {
                let (Some(first), Some(last)) = (points.first(), points.last()) else {
                    continue;
                };
                sqlx::query(
                    "INSERT INTO blocks (id, person, first_at, last_at, fixes, bytes) VALUES
                     ((SELECT COALESCE(MAX(id), 0) + 1 FROM blocks), $1, $2, $3, $4, $5)",
                )
                .bind(change.person)
                .bind(first.occurred_at)
                .bind(last.occurred_at)
                .bind(i64::try_from(points.len()).unwrap_or(i64::MAX))
                .bind(block::encode(points))
                .execute(&mut *tx)
                .await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Lets go of the blocks that end before `before`, in small steps, and tells how many.
    pub(super) async fn purge(&self, before: Timestamp) -> Result<u64, TracksError> {
        let _alone = self.upkeep.lock().await;
        let mut purged = 0;
        loop {
            let mut writer = self.writer.lock().await;
            let step = sqlx::query(
                "DELETE FROM blocks WHERE id IN
                 (SELECT id FROM blocks WHERE last_at < $1 ORDER BY last_at LIMIT $2)",
            )
            .bind(before.as_micros())
            .bind(PURGE_BLOCKS)
            .execute(&mut writer.db)
            .await?
            .rows_affected();
            purged += step;
            if step == 0 {
                return Ok(purged);
            }
        }
    }
}

/// What of these points, of one person and day, is in no block yet, and where it goes: into the
/// block that begins last before it, so that a person's blocks never overlap.
async fn merge(
    db: &mut SqliteConnection,
    person: i64,
    day: i64,
    points: Vec<Point>,
) -> Result<Vec<Change>, TracksError> {
    let start = day.saturating_mul(DAY_US);
    let rows = sqlx::query(
        "SELECT id, first_at FROM blocks WHERE person = $1 AND first_at BETWEEN $2 AND $3
         ORDER BY first_at, id",
    )
    .bind(person)
    .bind(start)
    .bind(start.saturating_add(DAY_US - 1))
    .fetch_all(&mut *db)
    .await?;
    let mut known: Vec<(i64, i64)> = Vec::with_capacity(rows.len());
    for row in rows {
        known.push((row.try_get("first_at")?, row.try_get("id")?));
    }
    let mut changes = Vec::new();
    let mut rest = points.clone();
    // Each round takes the latest points that go to one block, or finds that block damaged.
    while let Some(latest) = rest.last().map(|point| point.occurred_at) {
        let later = known.partition_point(|(first_at, _)| *first_at <= latest);
        let place = later.saturating_sub(1);
        let Some((first_at, id)) = known.get(place).copied() else {
            let points = rest.into_iter().map(|point| (point.occurred_at, point));
            changes.push(change(person, None, points.collect(), true));
            break;
        };
        let Some(held) = read_block(db, id).await? else {
            // It stays for whoever can repair it, and its neighbours take over: from the beginning,
            // or two changes could meet in one of them.
            known.remove(place);
            changes.clear();
            rest.clone_from(&points);
            continue;
        };
        // What lies before the first block of the day goes into it, too.
        let from = if place == 0 { i64::MIN } else { first_at };
        let cut = rest.partition_point(|point| point.occurred_at < from);
        let new = rest.split_off(cut);
        let mut held: BTreeMap<i64, Point> = held.into_iter().map(|p| (p.occurred_at, p)).collect();
        if point::add(&mut held, new) {
            let is_last = place + 1 == known.len();
            changes.push(change(person, Some(id), held, is_last));
        }
    }
    Ok(changes)
}

/// The blocks of these points, at least one.
fn change(
    person: i64,
    replaces: Option<i64>,
    points: BTreeMap<i64, Point>,
    is_last: bool,
) -> Change {
    let points: Vec<Point> = points.into_values().collect();
    // The last block of a day is filled up, others are halved: more may come between.
    let size = if is_last {
        BLOCK_FIXES_MAX
    } else {
        points
            .len()
            .div_ceil(points.len().div_ceil(BLOCK_FIXES_MAX))
    };
    Change {
        replaces,
        person,
        blocks: points.chunks(size).map(<[Point]>::to_vec).collect(),
    }
}

async fn read_block(db: &mut SqliteConnection, id: i64) -> Result<Option<Vec<Point>>, TracksError> {
    let row = sqlx::query("SELECT bytes FROM blocks WHERE id = $1")
        .bind(id)
        .fetch_one(db)
        .await?;
    Ok(read::decode(id, row.try_get("bytes")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::geo::LonLat;
    use castellan_domain::ids::PersonId;
    use castellan_domain::observation::Fix;

    const ROWS_MAX: usize = 4;

    async fn walk(tracks: &Tracks, seconds: std::ops::Range<i64>) {
        let fix = |second: i64| Fix {
            person: PersonId::constant("a"),
            occurred_at: Timestamp::from_secs(second),
            received_at: Timestamp::from_secs(second),
            at: LonLat::new(120.1, 30.0).unwrap(),
            accuracy_dm: None,
            battery_percent: None,
        };
        let fixes: Vec<Fix> = seconds.map(fix).collect();
        tracks.append(&fixes).await.unwrap();
    }

    async fn run(tracks: &Tracks, statement: &'static str) {
        let mut writer = tracks.writer.lock().await;
        sqlx::query(statement)
            .execute(&mut writer.db)
            .await
            .unwrap();
    }

    /// Fixes that lie in tails, and in blocks.
    async fn places(tracks: &Tracks) -> (i64, i64) {
        let mut writer = tracks.writer.lock().await;
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM tail_0) + (SELECT COUNT(*) FROM tail_1),
                    (SELECT COALESCE(SUM(fixes), 0) FROM blocks)",
        );
        let row = row.fetch_one(&mut writer.db).await.unwrap();
        (row.get(0), row.get(1))
    }

    #[tokio::test]
    async fn a_tail_of_so_many_rows_is_packed_before_its_time_and_one_row_less_waits() {
        let folder = tempfile::tempdir().unwrap();
        let tracks = Tracks::open(&folder.path().join("tracks.db"))
            .await
            .unwrap();
        walk(&tracks, 0..3).await;
        tracks.compact_if(false, ROWS_MAX).await;
        assert_eq!(places(&tracks).await, (3, 0));
        walk(&tracks, 3..4).await;
        tracks.reopen().await.unwrap();
        tracks.compact_if(false, ROWS_MAX).await;
        assert_eq!(places(&tracks).await, (0, 4));
        // What is packed does not count again.
        walk(&tracks, 4..7).await;
        tracks.compact_if(false, ROWS_MAX).await;
        assert_eq!(places(&tracks).await, (3, 4));
        tracks.compact_if(true, ROWS_MAX).await;
        assert_eq!(places(&tracks).await, (0, 7));
    }

    #[tokio::test]
    async fn a_tail_that_cannot_be_packed_grows_and_each_look_tries_again() {
        let folder = tempfile::tempdir().unwrap();
        let tracks = Tracks::open(&folder.path().join("tracks.db"))
            .await
            .unwrap();
        let fail =
            "CREATE TRIGGER fail BEFORE INSERT ON blocks BEGIN SELECT RAISE(ABORT, 'full'); END";
        run(&tracks, fail).await;
        walk(&tracks, 0..5).await;
        for _ in 0..2 {
            tracks.compact_if(false, ROWS_MAX).await;
        }
        // Phones are answered all the same, and nothing is out of sight.
        walk(&tracks, 5..6).await;
        tracks.reopen().await.unwrap();
        assert_eq!(places(&tracks).await, (6, 0));
        let ever = (Timestamp::from_secs(0), Timestamp::from_secs(9));
        let read = tracks
            .read(&PersonId::constant("a"), ever, 9)
            .await
            .unwrap();
        assert_eq!(read.len(), 6);
        run(&tracks, "DROP TRIGGER fail").await;
        tracks.compact_if(false, ROWS_MAX).await;
        assert_eq!(places(&tracks).await, (0, 6), "though few rows came since");
        walk(&tracks, 6..7).await;
        tracks.compact_if(false, ROWS_MAX).await;
        assert_eq!(places(&tracks).await, (1, 6));
    }
}
