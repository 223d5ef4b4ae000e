//! The history of positions, and everybody's last one after a restart.
//!
//! A phone's 200 follows the commit here, which survives a killed process. The disk itself is
//! synced once a second ([`Tracks::sync`]): a power cut can cost the last second's positions.

use castellan_domain::geo::LonLat;
use castellan_domain::ids::PersonId;
use castellan_domain::observation::Fix;
use castellan_domain::time::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection as _, Row as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS fixes (
    person TEXT NOT NULL, occurred_at BIGINT NOT NULL, received_at BIGINT NOT NULL,
    lon_e7 BIGINT NOT NULL, lat_e7 BIGINT NOT NULL, accuracy_dm BIGINT, battery_percent BIGINT,
    PRIMARY KEY (person, occurred_at))";

/// What goes wrong with the history.
#[derive(Debug, thiserror::Error)]
#[error("the history of positions failed: {0}")]
pub(crate) struct TracksError(#[from] sqlx::Error);

/// The history of positions of one site.
#[derive(Debug)]
pub(crate) struct Tracks {
    db: SqliteConnection,
    path: PathBuf,
    unsynced: bool,
}

impl Tracks {
    pub(crate) async fn open(path: &Path) -> Result<Self, TracksError> {
        Ok(Self {
            db: connect(path).await?,
            path: path.to_owned(),
            unsynced: false,
        })
    }

    /// Connects anew after a failure: the connection itself may be dead.
    pub(crate) async fn reopen(&mut self) -> Result<(), TracksError> {
        self.db = connect(&self.path).await?;
        Ok(())
    }

    /// Stores positions. One that is there already, by person and time, counts once.
    pub(crate) async fn append(&mut self, fixes: &[Fix]) -> Result<(), TracksError> {
        let mut tx = self.db.begin().await?;
        for fix in fixes {
            sqlx::query(
                "INSERT INTO fixes
                 (person, occurred_at, received_at, lon_e7, lat_e7, accuracy_dm, battery_percent)
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            )
            .bind(fix.person.as_str())
            .bind(fix.occurred_at.as_micros())
            .bind(fix.received_at.as_micros())
            .bind(to_e7(fix.at.lon()))
            .bind(to_e7(fix.at.lat()))
            .bind(fix.accuracy_dm.map(i64::from))
            .bind(fix.battery_percent.map(i64::from))
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        self.unsynced = true;
        Ok(())
    }

    /// Brings what was stored since the last call onto the disk itself.
    pub(crate) async fn sync(&mut self) -> Result<(), TracksError> {
        if self.unsynced {
            // In WAL mode with synchronous=NORMAL only a checkpoint syncs. Its columns tell whether
            // another one was in the way, how many frames the log has and how many of them were
            // moved: a reader holds back the rest. Then the next second tries again.
            let row = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
                .fetch_one(&mut self.db)
                .await?;
            let column = |index: usize| row.try_get::<i64, _>(index);
            self.unsynced = column(0)? != 0 || column(1)? != column(2)?;
        }
        Ok(())
    }

    /// Everybody's last position. One row per person, and an estate's staff is limited.
    pub(crate) async fn latest(&mut self) -> Result<Vec<Fix>, TracksError> {
        let rows = sqlx::query(
            "SELECT f.person, f.occurred_at, f.received_at, f.lon_e7, f.lat_e7, f.accuracy_dm, f.battery_percent
             FROM fixes f JOIN (SELECT person, MAX(occurred_at) AS occurred_at FROM fixes GROUP BY person) l
             ON f.person = l.person AND f.occurred_at = l.occurred_at ORDER BY f.person",
        )
        .fetch_all(&mut self.db)
        .await?;
        // A row that is no fix any more (an id or place of an older Castellan) is left out: the
        // map then shows one position less until the phone reports again.
        Ok(rows
            .iter()
            .filter_map(|row| read_fix(row).ok().flatten())
            .collect())
    }
}

async fn connect(path: &Path) -> Result<SqliteConnection, TracksError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .busy_timeout(Duration::from_secs(5))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal);
    let mut db = SqliteConnection::connect_with(&options).await?;
    sqlx::query(SCHEMA).execute(&mut db).await?;
    Ok(db)
}

fn read_fix(row: &sqlx::sqlite::SqliteRow) -> Result<Option<Fix>, sqlx::Error> {
    let person: String = row.try_get("person")?;
    let (lon, lat): (i64, i64) = (row.try_get("lon_e7")?, row.try_get("lat_e7")?);
    let (Ok(person), Ok(at)) = (
        PersonId::new(person),
        LonLat::new(from_e7(lon), from_e7(lat)),
    ) else {
        return Ok(None);
    };
    let accuracy: Option<i64> = row.try_get("accuracy_dm")?;
    let battery: Option<i64> = row.try_get("battery_percent")?;
    Ok(Some(Fix {
        person,
        occurred_at: Timestamp::from_micros(row.try_get("occurred_at")?),
        received_at: Timestamp::from_micros(row.try_get("received_at")?),
        at,
        accuracy_dm: accuracy.and_then(|dm| u16::try_from(dm).ok()),
        battery_percent: battery.and_then(|percent| u8::try_from(percent).ok()),
    }))
}

/// Ten-millionths of a degree, about a centimetre.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a checked coordinate is at most 1.8e9 here"
)]
fn to_e7(degrees: f64) -> i64 {
    (degrees * 1e7).round() as i64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a stored coordinate is at most 1.8e9"
)]
fn from_e7(stored: i64) -> f64 {
    stored as f64 / 1e7
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(person: &str, second: i64, lon: f64) -> Fix {
        Fix {
            person: PersonId::new(person).unwrap(),
            occurred_at: Timestamp::from_secs(second),
            received_at: Timestamp::from_secs(second + 1),
            at: LonLat::new(lon, 30.0).unwrap(),
            accuracy_dm: Some(52),
            battery_percent: None,
        }
    }

    #[tokio::test]
    async fn the_last_position_by_the_phones_own_time_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tracks.db");
        let mut tracks = Tracks::open(&path).await.unwrap();
        let (first, second, late) = (fix("a", 10, 120.1), fix("a", 20, 120.2), fix("a", 5, 120.3));
        tracks.append(&[first, second.clone()]).await.unwrap();
        tracks
            .append(&[late, second.clone(), fix("b", 7, 120.4)])
            .await
            .unwrap();
        tracks.sync().await.unwrap();
        drop(tracks);
        let mut tracks = Tracks::open(&path).await.unwrap();
        assert_eq!(
            tracks.latest().await.unwrap(),
            vec![second, fix("b", 7, 120.4)]
        );
        let row = sqlx::query("SELECT COUNT(*) AS n FROM fixes")
            .fetch_one(&mut tracks.db)
            .await
            .unwrap();
        assert_eq!(row.get::<i64, _>("n"), 4);
    }

    #[tokio::test]
    async fn a_checkpoint_that_a_reader_is_in_the_way_of_is_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tracks.db");
        let mut tracks = Tracks::open(&path).await.unwrap();
        tracks.append(&[fix("a", 1, 120.1)]).await.unwrap();
        let mut reader = connect(&path).await.unwrap();
        sqlx::query("BEGIN").execute(&mut reader).await.unwrap();
        let first = "SELECT COUNT(*) FROM fixes";
        sqlx::query(first).fetch_one(&mut reader).await.unwrap();
        tracks.append(&[fix("a", 2, 120.1)]).await.unwrap();
        // What the reader does not see yet cannot be moved past it.
        for _ in 0..3 {
            tracks.sync().await.unwrap();
            assert!(tracks.unsynced, "the next second must try again");
        }
        sqlx::query("COMMIT").execute(&mut reader).await.unwrap();
        tracks.sync().await.unwrap();
        assert!(!tracks.unsynced);
    }
}
