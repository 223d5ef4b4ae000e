//! The two tails: one row for each position, in the order of time, until it lies in a block.
//!
//! One tail fills while the other is emptied into blocks, and then they change places. So what is
//! emptied never grows meanwhile, and can be deleted as a whole.

use super::error::TracksError;
use super::point::Point;
use crate::rows::ManyRows;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row as _};
use std::sync::LazyLock;

/// A statement about one of the two, as a text of the source.
macro_rules! on_tail {
    ($tail:expr, $before:literal, $after:literal) => {
        match $tail {
            Tail::First => concat!($before, " tail_0 ", $after),
            Tail::Second => concat!($before, " tail_1 ", $after),
        }
    };
}

/// The statements that add rows, for both tails.
static INSERTS: LazyLock<[ManyRows; 2]> = LazyLock::new(|| {
    [Tail::First, Tail::Second].map(|tail| {
        let before = on_tail!(
            tail,
            "INSERT INTO",
            "(occurred_at, person, received_at, lon_e7, lat_e7, accuracy_dm, battery_percent) VALUES"
        );
        ManyRows::new(before, COLUMNS, "ON CONFLICT DO NOTHING")
    })
});
const COLUMNS: usize = 7;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    First,
    Second,
}

impl Tail {
    pub(super) fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    /// The one that fills, as it is stored.
    pub(super) async fn filling(db: &mut SqliteConnection) -> Result<Self, TracksError> {
        let row = sqlx::query("SELECT value FROM meta WHERE name = 'filling'")
            .fetch_one(db)
            .await?;
        Ok(match row.try_get::<i64, _>(0)? {
            0 => Self::First,
            _ => Self::Second,
        })
    }

    /// Lets this one fill from now on.
    pub(super) async fn fill(self, db: &mut SqliteConnection) -> Result<(), TracksError> {
        sqlx::query("UPDATE meta SET value = $1 WHERE name = 'filling'")
            .bind(i64::from(self == Self::Second))
            .execute(db)
            .await?;
        Ok(())
    }

    /// Adds rows of (person, point). Of two of one person and moment one is kept.
    pub(super) async fn insert(
        self,
        db: &mut SqliteConnection,
        rows: &[(i64, Point)],
    ) -> Result<(), TracksError> {
        let inserts = match self {
            Self::First => &INSERTS[0],
            Self::Second => &INSERTS[1],
        };
        for (text, rows) in inserts.cut(rows) {
            // Nothing but the number of parameters differs.
            let mut query = sqlx::query(AssertSqlSafe(text));
            for (person, point) in rows {
                query = query
                    .bind(point.occurred_at)
                    .bind(person)
                    .bind(point.received_at)
                    .bind(i64::from(point.lon_e7))
                    .bind(i64::from(point.lat_e7))
                    .bind(point.accuracy_dm.map(i64::from))
                    .bind(point.battery_percent.map(i64::from));
            }
            let added = query.execute(&mut *db).await?.rows_affected();
            if added < u64::try_from(rows.len()).unwrap_or(u64::MAX) {
                for (person, point) in rows {
                    self.weigh(db, *person, point).await?;
                }
            }
        }
        Ok(())
    }

    /// Looks whether a point that came later counts instead of the one of the same moment. Phones
    /// seldom say a moment twice, so that it need not be quick.
    async fn weigh(
        self,
        db: &mut SqliteConnection,
        person: i64,
        point: &Point,
    ) -> Result<(), TracksError> {
        let moment = (point.occurred_at, point.occurred_at);
        let held = self.read_of(db, person, moment, 1).await?;
        if !held.iter().any(|held| point.counts_instead_of(held)) {
            return Ok(());
        }
        sqlx::query(on_tail!(
            self,
            "UPDATE",
            "SET received_at = $3, lon_e7 = $4, lat_e7 = $5, accuracy_dm = $6, battery_percent = $7
             WHERE occurred_at = $1 AND person = $2"
        ))
        .bind(point.occurred_at)
        .bind(person)
        .bind(point.received_at)
        .bind(i64::from(point.lon_e7))
        .bind(i64::from(point.lat_e7))
        .bind(point.accuracy_dm.map(i64::from))
        .bind(point.battery_percent.map(i64::from))
        .execute(db)
        .await?;
        Ok(())
    }

    /// At most `limit` rows of everybody after (time, person), in this order.
    pub(super) async fn read_after(
        self,
        db: &mut SqliteConnection,
        after: (i64, i64),
        limit: i64,
    ) -> Result<Vec<(i64, Point)>, TracksError> {
        let rows = sqlx::query(on_tail!(
            self,
            "SELECT * FROM",
            "WHERE (occurred_at, person) > ($1, $2) ORDER BY occurred_at, person LIMIT $3"
        ))
        .bind(after.0)
        .bind(after.1)
        .bind(limit)
        .fetch_all(db)
        .await?;
        read(&rows)
    }

    /// At most `limit` points of one person, in order.
    pub(super) async fn read_of(
        self,
        db: &mut SqliteConnection,
        person: i64,
        (from, to): (i64, i64),
        limit: i64,
    ) -> Result<Vec<Point>, TracksError> {
        let rows = sqlx::query(on_tail!(
            self,
            "SELECT * FROM",
            "WHERE occurred_at BETWEEN $1 AND $2 AND person = $3 ORDER BY occurred_at LIMIT $4"
        ))
        .bind(from)
        .bind(to)
        .bind(person)
        .bind(limit)
        .fetch_all(db)
        .await?;
        Ok(read(&rows)?.into_iter().map(|(_, point)| point).collect())
    }

    /// Everybody's last point of a stretch of time.
    pub(super) async fn last_of_each(
        self,
        db: &mut SqliteConnection,
        (from, to): (i64, i64),
    ) -> Result<Vec<(i64, Point)>, TracksError> {
        let rows = sqlx::query(match self {
            Self::First => {
                "SELECT t.* FROM tail_0 AS t JOIN
                 (SELECT person, MAX(occurred_at) AS last_at FROM tail_0
                  WHERE occurred_at BETWEEN $1 AND $2 GROUP BY person) AS l
                 ON t.occurred_at = l.last_at AND t.person = l.person"
            }
            Self::Second => {
                "SELECT t.* FROM tail_1 AS t JOIN
                 (SELECT person, MAX(occurred_at) AS last_at FROM tail_1
                  WHERE occurred_at BETWEEN $1 AND $2 GROUP BY person) AS l
                 ON t.occurred_at = l.last_at AND t.person = l.person"
            }
        })
        .bind(from)
        .bind(to)
        .fetch_all(db)
        .await?;
        read(&rows)
    }

    pub(super) async fn is_empty(self, db: &mut SqliteConnection) -> Result<bool, TracksError> {
        let row = sqlx::query(on_tail!(self, "SELECT 1 FROM", "LIMIT 1"))
            .fetch_optional(db)
            .await?;
        Ok(row.is_none())
    }

    pub(super) async fn clear(self, db: &mut SqliteConnection) -> Result<(), TracksError> {
        // Without a condition SQLite gives back whole pages and does not look at the rows.
        sqlx::query(on_tail!(self, "DELETE FROM", ""))
            .execute(db)
            .await?;
        Ok(())
    }
}

fn read(rows: &[SqliteRow]) -> Result<Vec<(i64, Point)>, TracksError> {
    rows.iter()
        .map(|row| {
            let outside = |_| TracksError::Coordinate;
            let accuracy_dm: Option<i64> = row.try_get("accuracy_dm")?;
            let battery_percent: Option<i64> = row.try_get("battery_percent")?;
            let point = Point {
                occurred_at: row.try_get("occurred_at")?,
                received_at: row.try_get("received_at")?,
                lon_e7: i32::try_from(row.try_get::<i64, _>("lon_e7")?).map_err(outside)?,
                lat_e7: i32::try_from(row.try_get::<i64, _>("lat_e7")?).map_err(outside)?,
                accuracy_dm: accuracy_dm.and_then(|dm| u16::try_from(dm).ok()),
                battery_percent: battery_percent.and_then(|percent| u8::try_from(percent).ok()),
            };
            Ok((row.try_get("person")?, point))
        })
        .collect()
}
