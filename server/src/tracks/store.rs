//! The database with the history of positions: one hand writes, others read beside it.

use super::error::TracksError;
use super::people::people;
use super::point::Point;
use super::schema;
use super::tail::Tail;
use crate::sqlite::options;
use castellan_domain::ids::PersonId;
use castellan_domain::observation::Fix;
use sqlx::sqlite::{
    SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection as _, Row as _};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// The history of positions of one site. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Tracks {
    pub(super) writer: Arc<Mutex<Writer>>,
    /// Hands that read beside the writer: one for upkeep, two for questions.
    pub(super) readers: SqlitePool,
    /// Held by whoever changes blocks.
    pub(super) upkeep: Arc<Mutex<()>>,
}

/// The one hand that writes.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) db: SqliteConnection,
    path: PathBuf,
    /// The small number of everybody who is in the history.
    people: HashMap<PersonId, i64>,
    pub(super) filling: Tail,
    /// Rows added since the tails changed places.
    pub(super) gathered: usize,
    /// The tails may have changed places all the same, so that what gathers anew tells nothing of it.
    pub(super) has_failed_to_compact: bool,
    pub(super) unsynced: bool,
}

impl Writer {
    async fn open(path: &Path) -> Result<Self, TracksError> {
        let writing = options(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        let mut db = SqliteConnection::connect_with(&writing).await?;
        schema::prepare(&mut db).await?;
        let people = people(&mut db).await?;
        let filling = Tail::filling(&mut db).await?;
        Ok(Self {
            db,
            path: path.to_owned(),
            people: people
                .into_iter()
                .map(|(id, person)| (person, id))
                .collect(),
            filling,
            gathered: 0,
            has_failed_to_compact: false,
            unsynced: false,
        })
    }
}

impl Tracks {
    pub(crate) async fn open(path: &Path) -> Result<Self, TracksError> {
        let writer = Writer::open(path).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(3)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options(path).read_only(true))
            .await?;
        Ok(Self {
            writer: Arc::new(Mutex::new(writer)),
            readers,
            upkeep: Arc::default(),
        })
    }

    /// Connects anew after a failure: the connection itself may be dead.
    pub(crate) async fn reopen(&self) -> Result<(), TracksError> {
        let mut writer = self.writer.lock().await;
        let anew = Writer::open(&writer.path).await?;
        *writer = Writer {
            gathered: writer.gathered,
            has_failed_to_compact: writer.has_failed_to_compact,
            unsynced: writer.unsynced,
            ..anew
        };
        Ok(())
    }

    /// Stores positions. Of two of one person and moment one counts ([`castellan_domain::fix_order`]).
    pub(crate) async fn append(&self, fixes: &[Fix]) -> Result<(), TracksError> {
        let mut writer = self.writer.lock().await;
        let Writer {
            db,
            people,
            filling,
            gathered,
            unsynced,
            ..
        } = &mut *writer;
        let mut tx = db.begin().await?;
        let mut newcomers: HashMap<PersonId, i64> = HashMap::new();
        let mut next_id = people.values().max().map_or(1, |last| last + 1);
        let mut rows = Vec::with_capacity(fixes.len());
        for fix in fixes {
            let known = people.get(&fix.person).or(newcomers.get(&fix.person));
            let id = if let Some(id) = known {
                *id
            } else {
                sqlx::query("INSERT INTO people (id, person) VALUES ($1, $2)")
                    .bind(next_id)
                    .bind(fix.person.as_str())
                    .execute(&mut *tx)
                    .await?;
                newcomers.insert(fix.person.clone(), next_id);
                next_id += 1;
                next_id - 1
            };
            rows.push((id, Point::of(fix)));
        }
        filling.insert(&mut tx, &rows).await?;
        tx.commit().await?;
        // Only now: a number that did not reach the disk is given to somebody else later.
        people.extend(newcomers);
        *gathered += rows.len();
        *unsynced = true;
        Ok(())
    }

    /// Brings what was stored since the last call onto the disk itself.
    pub(crate) async fn sync(&self) -> Result<(), TracksError> {
        let mut writer = self.writer.lock().await;
        if writer.unsynced {
            // In WAL mode with synchronous=NORMAL only a checkpoint syncs. Its columns tell whether
            // another one was in the way, and how many pages of the log there are and are copied: a
            // reader can hold it up. Then the next second tries again.
            let row = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
                .fetch_one(&mut writer.db)
                .await?;
            let (busy, log, copied): (i64, i64, i64) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            writer.unsynced = busy != 0 || copied < log;
        }
        Ok(())
    }
}

#[cfg(test)]
mod sync_tests {
    use super::*;
    use castellan_domain::geo::LonLat;
    use castellan_domain::time::Timestamp;

    fn fix(second: i64) -> Fix {
        Fix {
            person: PersonId::constant("a"),
            occurred_at: Timestamp::from_secs(second),
            received_at: Timestamp::from_secs(second + 1),
            at: LonLat::new(120.1, 30.0).unwrap(),
            accuracy_dm: Some(52),
            battery_percent: None,
        }
    }

    #[tokio::test]
    async fn a_checkpoint_that_a_reader_is_in_the_way_of_is_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tracks.db");
        let tracks = Tracks::open(&path).await.unwrap();
        tracks.append(&[fix(1)]).await.unwrap();
        let mut reader = SqliteConnection::connect_with(&options(&path))
            .await
            .unwrap();
        sqlx::query("BEGIN").execute(&mut reader).await.unwrap();
        let first = "SELECT COUNT(*) FROM tail_0";
        sqlx::query(first).fetch_one(&mut reader).await.unwrap();
        tracks.append(&[fix(2)]).await.unwrap();
        // What the reader does not see yet cannot be moved past it, not even by another connection.
        for reopened in [false, false, true] {
            if reopened {
                tracks.reopen().await.unwrap();
            }
            tracks.sync().await.unwrap();
            let unsynced = tracks.writer.lock().await.unsynced;
            assert!(unsynced, "the next second must try again");
        }
        sqlx::query("COMMIT").execute(&mut reader).await.unwrap();
        tracks.sync().await.unwrap();
        assert!(!tracks.writer.lock().await.unsynced);
    }

    /// A statement that fails leaves its transaction open on the connection that is given up.
    #[tokio::test]
    async fn after_a_failure_another_connection_goes_on_where_the_first_one_stood() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tracks.db");
        let tracks = Tracks::open(&path).await.unwrap();
        tracks.append(&[fix(1)]).await.unwrap();
        let fail =
            "CREATE TRIGGER fail BEFORE INSERT ON tail_0 BEGIN SELECT RAISE(ABORT, 'x'); END";
        let mut other = SqliteConnection::connect_with(&options(&path))
            .await
            .unwrap();
        sqlx::query(fail).execute(&mut other).await.unwrap();
        assert!(tracks.append(&[fix(2)]).await.is_err());
        tracks.reopen().await.unwrap();
        sqlx::query("DROP TRIGGER fail")
            .execute(&mut other)
            .await
            .unwrap();
        tracks.append(&[fix(2)]).await.unwrap();
        assert_eq!(tracks.latest().await.unwrap(), [fix(2)]);
    }

    /// The disk is synced once a second by [`Tracks::sync`], and not by each commit.
    #[tokio::test]
    async fn every_connection_that_writes_positions_leaves_the_syncing_to_sync() {
        let folder = tempfile::tempdir().unwrap();
        let tracks = Tracks::open(&folder.path().join("tracks.db"))
            .await
            .unwrap();
        for again in [false, true] {
            if again {
                tracks.reopen().await.unwrap();
            }
            let mut writer = tracks.writer.lock().await;
            let row = sqlx::query("PRAGMA synchronous").fetch_one(&mut writer.db);
            assert_eq!(row.await.unwrap().get::<i64, _>(0), 1, "NORMAL");
            let row = sqlx::query("PRAGMA journal_mode").fetch_one(&mut writer.db);
            assert_eq!(row.await.unwrap().get::<String, _>(0), "wal");
        }
    }
}
