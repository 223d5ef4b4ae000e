//! Reading the history: a person's track, and where everybody was.
//!
//! One read transaction for each question, so that upkeep beside it moves nothing out of sight.

use super::block::{self, DAY_US};
use super::error::TracksError;
use super::people::{id_of, people};
use super::point::{self, Point};
use super::store::Tracks;
use super::tail::Tail;
use castellan_domain::ids::PersonId;
use castellan_domain::observation::Fix;
use castellan_domain::time::{Span, Timestamp};
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use tracing::error;

/// Blocks that are read at once.
const BLOCKS_READ: i64 = 8;
/// Damaged blocks that are passed over before somebody's last position is given up.
const DAMAGED_MAX: usize = 100;

impl Tracks {
    /// A person's fixes of a stretch of time, both ends included, in order, at most `limit`.
    pub(crate) async fn read(
        &self,
        person: &PersonId,
        (from, to): (Timestamp, Timestamp),
        limit: usize,
    ) -> Result<Vec<Fix>, TracksError> {
        let mut tx = self.readers.begin().await?;
        let Some(id) = id_of(&mut tx, person).await? else {
            return Ok(Vec::new());
        };
        let stretch = (from.as_micros(), to.as_micros());
        let mut points = points_in_blocks(&mut tx, id, stretch, limit).await?;
        let filling = Tail::filling(&mut tx).await?;
        for tail in [filling.other(), filling] {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let gathered = tail.read_of(&mut tx, id, stretch, limit).await?;
            point::add(&mut points, gathered);
        }
        let points = points.into_values().take(limit);
        Ok(points.filter_map(|point| point.fix(person)).collect())
    }

    /// Everybody's last fix at or before `at`, and no older than `look_back`, by their ids.
    pub(crate) async fn at(&self, at: Timestamp, look_back: Span) -> Result<Vec<Fix>, TracksError> {
        let mut tx = self.readers.begin().await?;
        last_between(&mut tx, (at - look_back).as_micros(), at.as_micros()).await
    }

    /// Everybody's last position.
    #[cfg(test)]
    pub(crate) async fn latest(&self) -> Result<Vec<Fix>, TracksError> {
        let mut tx = self.readers.begin().await?;
        last_between(&mut tx, i64::MIN, i64::MAX).await
    }
}

/// Everybody's last position between two times. One for each person, and an estate's staff is limited.
pub(super) async fn last_between(
    db: &mut SqliteConnection,
    from: i64,
    to: i64,
) -> Result<Vec<Fix>, TracksError> {
    let people = people(db).await?;
    let mut last: BTreeMap<i64, Point> = BTreeMap::new();
    for id in people.keys() {
        if let Some(point) = last_in_blocks(db, *id, (from, to)).await? {
            last.insert(*id, point);
        }
    }
    let filling = Tail::filling(db).await?;
    for tail in [filling.other(), filling] {
        for (id, point) in tail.last_of_each(db, (from, to)).await? {
            match last.entry(id) {
                Entry::Vacant(entry) => drop(entry.insert(point)),
                Entry::Occupied(mut entry) => {
                    let held = entry.get();
                    let is_newer = match point.occurred_at.cmp(&held.occurred_at) {
                        Ordering::Greater => true,
                        Ordering::Equal => point.counts_instead_of(held),
                        Ordering::Less => false,
                    };
                    if is_newer {
                        entry.insert(point);
                    }
                }
            }
        }
    }
    let fixes = last
        .iter()
        .filter_map(|(id, point)| point.fix(people.get(id)?));
    let mut fixes: Vec<Fix> = fixes.collect();
    fixes.sort_by(|one, other| one.person.cmp(&other.person));
    Ok(fixes)
}

/// The points of a block, or nothing and a line in the log if it is damaged.
pub(super) fn decode(id: i64, bytes: &[u8]) -> Option<Vec<Point>> {
    block::decode(bytes)
        .inspect_err(|error| {
            error!(block = id, %error, "a block of positions cannot be read and is left out");
        })
        .ok()
}

/// At least the first `limit` points of the stretch, if there are as many.
async fn points_in_blocks(
    db: &mut SqliteConnection,
    person: i64,
    (from, to): (i64, i64),
    limit: usize,
) -> Result<BTreeMap<i64, Point>, TracksError> {
    let mut points = BTreeMap::new();
    // A block that begins a day earlier ends before the stretch.
    let mut after = (from.saturating_sub(DAY_US), i64::MIN);
    while points.len() < limit {
        let rows = sqlx::query(
            "SELECT id, first_at, last_at, bytes FROM blocks
             WHERE person = $1 AND (first_at, id) > ($2, $3) AND first_at <= $4
             ORDER BY first_at, id LIMIT $5",
        )
        .bind(person)
        .bind(after.0)
        .bind(after.1)
        .bind(to)
        .bind(BLOCKS_READ)
        .fetch_all(&mut *db)
        .await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let id: i64 = row.try_get("id")?;
            after = (row.try_get("first_at")?, id);
            if row.try_get::<i64, _>("last_at")? < from {
                continue;
            }
            let found = decode(id, row.try_get("bytes")?).unwrap_or_default();
            let wanted = found
                .into_iter()
                .filter(|point| (from..=to).contains(&point.occurred_at));
            point::add(&mut points, wanted);
        }
    }
    Ok(points)
}

async fn last_in_blocks(
    db: &mut SqliteConnection,
    person: i64,
    (from, to): (i64, i64),
) -> Result<Option<Point>, TracksError> {
    let mut below = (to, i64::MAX);
    for _ in 0..DAMAGED_MAX {
        let row = sqlx::query(
            "SELECT id, first_at, bytes FROM blocks
             WHERE person = $1 AND (first_at, id) < ($2, $3) AND first_at >= $4
             ORDER BY first_at DESC, id DESC LIMIT 1",
        )
        .bind(person)
        .bind(below.0)
        .bind(below.1)
        .bind(from.saturating_sub(DAY_US))
        .fetch_optional(&mut *db)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let id: i64 = row.try_get("id")?;
        below = (row.try_get("first_at")?, id);
        if let Some(points) = decode(id, row.try_get("bytes")?) {
            // It begins at or before `to`, so one of its points does.
            let last = points.into_iter().rev().find(|p| p.occurred_at <= to);
            return Ok(last.filter(|point| point.occurred_at >= from));
        }
    }
    Ok(None)
}
