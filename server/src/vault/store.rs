//! The database of sealed entries.

use super::seal::Key;
use crate::sqlite;
use sqlx::sqlite::{SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use std::path::Path;
use tokio::sync::Mutex;

/// Entries of one kind.
const ENTRIES_MAX: i64 = 10_000;
/// Bytes of an entry.
const ENTRY_BYTES_MAX: usize = 16 * 1024;

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS sealed (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID";

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Where a camera is and how one signs in there.
    Camera,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Camera => "camera",
        }
    }
}

/// What can go wrong with a sealed entry.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    #[error("server.db cannot be used: {0}")]
    Store(#[from] sqlx::Error),
    #[error("{0} was sealed by another key, or was changed; bring the key back, or set it up again")]
    Sealed(String),
    #[error("there are {ENTRIES_MAX} entries already; remove some first")]
    Full,
    #[error("{0} has more than {ENTRY_BYTES_MAX} bytes")]
    TooLarge(String),
}

/// The sealed entries.
#[derive(Debug)]
pub(crate) struct Vault {
    db: Mutex<SqliteConnection>,
}

impl Vault {
    /// Opens the database, and makes it if it is not there.
    pub(crate) async fn open(path: &Path) -> Result<Self, VaultError> {
        let options = sqlite::options(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut db = options.connect().await?;
        sqlx::query(SCHEMA).execute(&mut db).await?;
        Ok(Self { db: Mutex::new(db) })
    }

    /// Seals an entry in the place of the one with its name.
    pub(crate) async fn put(&self, key: &Key, kind: Kind, name: &str, plain: &[u8]) -> Result<(), VaultError> {
        if plain.len() > ENTRY_BYTES_MAX {
            return Err(VaultError::TooLarge(name.to_owned()));
        }
        let entry = key.seal(&place(kind, name), plain);
        let entry = entry.ok_or_else(|| VaultError::TooLarge(name.to_owned()))?;
        let mut db = self.db.lock().await;
        let mut turn = db.begin().await?;
        sqlx::query("INSERT OR REPLACE INTO sealed (kind, name, entry) VALUES (?, ?, ?)")
            .bind(kind.name())
            .bind(name)
            .bind(entry)
            .execute(&mut *turn)
            .await?;
        let count: i64 = sqlx::query("SELECT count(*) FROM sealed WHERE kind = ?")
            .bind(kind.name())
            .fetch_one(&mut *turn)
            .await?
            .try_get(0)?;
        if count > ENTRIES_MAX {
            return Err(VaultError::Full);
        }
        turn.commit().await?;
        Ok(())
    }

    /// An entry in the clear; nothing if there is none.
    pub(crate) async fn find(&self, key: &Key, kind: Kind, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
        let mut db = self.db.lock().await;
        let row = sqlx::query("SELECT entry FROM sealed WHERE kind = ? AND name = ?")
            .bind(kind.name())
            .bind(name)
            .fetch_optional(&mut *db)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let entry: Vec<u8> = row.try_get(0)?;
        let plain = key.open(&place(kind, name), &entry);
        plain.map(Some).ok_or_else(|| VaultError::Sealed(name.to_owned()))
    }

    /// The names of all entries of a kind, in order.
    pub(crate) async fn names(&self, kind: Kind) -> Result<Vec<String>, VaultError> {
        let mut db = self.db.lock().await;
        let rows = sqlx::query("SELECT name FROM sealed WHERE kind = ? ORDER BY name LIMIT ?")
            .bind(kind.name())
            .bind(ENTRIES_MAX)
            .fetch_all(&mut *db)
            .await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Takes an entry out, and says whether it was there.
    pub(crate) async fn remove(&self, kind: Kind, name: &str) -> Result<bool, VaultError> {
        let mut db = self.db.lock().await;
        let done = sqlx::query("DELETE FROM sealed WHERE kind = ? AND name = ?")
            .bind(kind.name())
            .bind(name)
            .execute(&mut *db)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

fn place(kind: Kind, name: &str) -> String {
    format!("{}/{name}", kind.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_entry_comes_back_until_it_is_removed_and_tells_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.db");
        let key = Key::make(&folder.path().join("key")).unwrap();
        let vault = Vault::open(&path).await.unwrap();
        vault.put(&key, Kind::Camera, "gate", b"rtsp://10.1.2.3/").await.unwrap();
        vault.put(&key, Kind::Camera, "gate", b"rtsp://10.9.9.9/").await.unwrap();

        let again = Vault::open(&path).await.unwrap();
        assert_eq!(again.names(Kind::Camera).await.unwrap(), ["gate"]);
        let found = again.find(&key, Kind::Camera, "gate").await.unwrap();
        assert_eq!(found.unwrap(), b"rtsp://10.9.9.9/");
        let other = Key::make(&folder.path().join("other")).unwrap();
        let sealed = again.find(&other, Kind::Camera, "gate").await;
        assert!(matches!(sealed, Err(VaultError::Sealed(_))));
        assert!(again.remove(Kind::Camera, "gate").await.unwrap());
        assert!(!again.remove(Kind::Camera, "gate").await.unwrap());
        assert_eq!(again.find(&key, Kind::Camera, "gate").await.unwrap(), None);
        drop((vault, again));
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(9).any(|nine| nine == b"10.9.9.9/"));
        }
    }
}
