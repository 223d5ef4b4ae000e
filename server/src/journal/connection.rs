//! How the journal's database is opened.

use crate::sqlite::options;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use std::path::Path;

/// Pages of the log (4 KiB each) at which a commit brings them over all the same: when
/// [`super::copy_log`] failed for long, and now and then under a load that never pauses, for the log begins anew only when
/// all of it is in the database.
const LOG_PAGES_MAX: &str = "8192";

pub(super) fn writing(path: &Path) -> SqliteConnectOptions {
    options(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", LOG_PAGES_MAX)
        // Erased words are overwritten, not only let go of.
        .pragma("secure_delete", "ON")
}

#[cfg(test)]
mod tests {
    use crate::journal::Journal;
    use sqlx::Row as _;

    /// With less a power cut takes facts that were acknowledged.
    #[tokio::test]
    async fn a_commit_is_on_the_disk_itself_on_every_connection_that_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let mut journal = Journal::open(&path).await.unwrap();
        for again in [false, true] {
            if again {
                let (seq, hash) = journal.head();
                journal.reopen((seq, &hash.to_hex())).await.unwrap();
            }
            let row = sqlx::query("PRAGMA synchronous").fetch_one(&mut journal.db);
            assert_eq!(row.await.unwrap().get::<i64, _>(0), 2, "FULL");
            let row = sqlx::query("PRAGMA journal_mode").fetch_one(&mut journal.db);
            assert_eq!(row.await.unwrap().get::<String, _>(0), "wal");
            let row = sqlx::query("PRAGMA secure_delete").fetch_one(&mut journal.db);
            assert_eq!(row.await.unwrap().get::<i64, _>(0), 1);
        }
    }
}
