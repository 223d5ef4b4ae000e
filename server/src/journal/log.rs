//! The journal's log, brought into its database beside the turns.
//!
//! Left to itself SQLite does that within a commit, whenever the log has a thousand pages: that
//! commit, and whoever waits behind it, then waits for two more syncs. An event takes about seven
//! pages, so at 200 a second it would happen more than once a second. Nothing depends on it: a
//! fact is on disk once it is in the log.

use crate::sqlite::options;
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;

/// How often.
const COPY_EVERY: Duration = Duration::from_secs(1);
/// Does it until the program ends.
pub(crate) async fn copy_log(journal: PathBuf) {
    let mut rhythm = interval(COPY_EVERY);
    rhythm.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        rhythm.tick().await;
        let copied = copy_once(&journal).await;
        if let Err(error) = &copied
            && !failing
        {
            warn!(%error, "the journal's log grows, no fact is at stake; trying again every second");
        }
        failing = copied.is_err();
    }
}

/// Once, as far as no reader is in the way. A connection of its own each time: the file may be
/// another one by now.
async fn copy_once(journal: &Path) -> Result<(), sqlx::Error> {
    let mut db = SqliteConnection::connect_with(&options(journal)).await?;
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
        .execute(&mut db)
        .await?;
    db.close().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Journal;
    use crate::journal::fixture::{history, journal_with};
    use castellan_domain::ids::Seq;

    /// The database without its log, as it would be found if the log were lost.
    async fn in_database(path: &Path) -> Option<Seq> {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("journal.db");
        std::fs::copy(path, &copy).unwrap();
        let mut journal = Journal::examine(&copy).await.ok()?;
        journal.reread_head().await.ok()?;
        Some(journal.head().0)
    }

    #[tokio::test]
    async fn what_was_committed_is_brought_over_while_the_journal_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let mut journal = journal_with(&path, &history(20)).await;
        assert_ne!(in_database(&path).await, Some(Seq(20)));
        copy_once(&path).await.unwrap();
        assert_eq!(in_database(&path).await, Some(Seq(20)));
        // The writer goes on, and the log is still where it looks first.
        crate::journal::fixture::append(&mut journal, &history(30)[20..]).await;
        assert_eq!(journal.head().0, Seq(30));
        assert_eq!(journal.read_after(Seq(0)).await.unwrap().len(), 30);
    }

    #[tokio::test]
    async fn a_journal_that_is_not_there_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        assert!(copy_once(&path).await.is_err());
        assert!(!path.exists());
    }
}
