//! The database of sealed entries.

use super::seal::{Key, KeyError};
use crate::sqlite;
use sqlx::sqlite::{SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use std::path::{Path, PathBuf};
use tokio::sync::Mutex;

/// Entries of one kind.
const ENTRIES_MAX: i64 = 10_000;
/// Bytes of an entry.
const ENTRY_BYTES_MAX: usize = 64 * 1024;

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS sealed (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (kind, name)
)";

/// What can go wrong with a sealed entry.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    #[error("server.db cannot be used: {0}")]
    Store(#[from] sqlx::Error),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(
        "{0} was sealed by another key, or was changed; bring the key back, or set it up again"
    )]
    Sealed(String),
    #[error("there are {ENTRIES_MAX} entries already; remove some first")]
    Full,
    #[error("{0} has more than {ENTRY_BYTES_MAX} bytes")]
    TooLarge(String),
}

/// The sealed entries, and where the key to them lies. It is read each time, so that nothing in memory is worth
/// stealing and a key that was brought back counts at once.
#[derive(Debug)]
pub(crate) struct Vault {
    db: Mutex<SqliteConnection>,
    key: PathBuf,
}

impl Vault {
    /// Opens the database, and makes it if it is not there.
    pub(crate) async fn open(path: &Path, key: &Path) -> Result<Self, VaultError> {
        let options = sqlite::options(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut db = options.connect().await?;
        sqlx::query(SCHEMA).execute(&mut db).await?;
        Ok(Self {
            db: Mutex::new(db),
            key: key.to_owned(),
        })
    }

    /// Seals an entry in the place of the one with its name. The first of all makes the key.
    pub(crate) async fn put(&self, kind: &str, name: &str, plain: &[u8]) -> Result<(), VaultError> {
        let too_large = || VaultError::TooLarge(name.to_owned());
        if plain.len() > ENTRY_BYTES_MAX {
            return Err(too_large());
        }
        let mut db = self.db.lock().await;
        let mut turn = db.begin().await?;
        let all: i64 = sqlx::query("SELECT count(*) FROM sealed")
            .fetch_one(&mut *turn)
            .await?
            .try_get(0)?;
        let key = if all == 0 && !self.key.exists() {
            Key::make(&self.key)
        } else {
            Key::read(&self.key)
        };
        let entry = key?.seal(&place(kind, name), plain).ok_or_else(too_large)?;
        sqlx::query(
            "INSERT INTO sealed (kind, name, entry) VALUES (?, ?, ?)
             ON CONFLICT (kind, name) DO UPDATE SET entry = excluded.entry",
        )
        .bind(kind)
        .bind(name)
        .bind(entry)
        .execute(&mut *turn)
        .await?;
        let of_kind: i64 = sqlx::query("SELECT count(*) FROM sealed WHERE kind = ?")
            .bind(kind)
            .fetch_one(&mut *turn)
            .await?
            .try_get(0)?;
        if of_kind > ENTRIES_MAX {
            return Err(VaultError::Full);
        }
        turn.commit().await?;
        Ok(())
    }

    /// An entry in the clear; nothing if there is none, and then no key is missed.
    pub(crate) async fn find(&self, kind: &str, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
        let mut db = self.db.lock().await;
        let row = sqlx::query("SELECT entry FROM sealed WHERE kind = ? AND name = ?")
            .bind(kind)
            .bind(name)
            .fetch_optional(&mut *db)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let entry: Vec<u8> = row.try_get(0)?;
        let plain = Key::read(&self.key)?.open(&place(kind, name), &entry);
        plain
            .map(Some)
            .ok_or_else(|| VaultError::Sealed(name.to_owned()))
    }

    /// The names of all entries of a kind, in order.
    pub(crate) async fn names(&self, kind: &str) -> Result<Vec<String>, VaultError> {
        let mut db = self.db.lock().await;
        let rows = sqlx::query("SELECT name FROM sealed WHERE kind = ? ORDER BY name LIMIT ?")
            .bind(kind)
            .bind(ENTRIES_MAX)
            .fetch_all(&mut *db)
            .await?;
        Ok(rows
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()?)
    }

    /// Takes an entry out, and says whether it was there.
    pub(crate) async fn remove(&self, kind: &str, name: &str) -> Result<bool, VaultError> {
        let mut db = self.db.lock().await;
        let done = sqlx::query("DELETE FROM sealed WHERE kind = ? AND name = ?")
            .bind(kind)
            .bind(name)
            .execute(&mut *db)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

fn place(kind: &str, name: &str) -> String {
    format!("{kind}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const KIND: &str = "camera";

    #[tokio::test]
    async fn an_entry_comes_back_until_it_is_removed_and_tells_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.db");
        let key = folder.path().join("key");
        let vault = Vault::open(&path, &key).await.unwrap();
        vault.put(KIND, "gate", b"rtsp://10.1.2.3/").await.unwrap();
        vault.put(KIND, "gate", b"rtsp://10.9.9.9/").await.unwrap();

        let again = Vault::open(&path, &key).await.unwrap();
        assert_eq!(again.names(KIND).await.unwrap(), ["gate"]);
        let found = again.find(KIND, "gate").await.unwrap();
        assert_eq!(found.unwrap(), b"rtsp://10.9.9.9/");
        for file in fs::read_dir(folder.path()).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(9).any(|nine| nine == b"10.9.9.9/"));
        }
        assert!(again.remove(KIND, "gate").await.unwrap());
        assert!(!again.remove(KIND, "gate").await.unwrap());
        assert_eq!(again.find(KIND, "gate").await.unwrap(), None);
    }

    #[tokio::test]
    async fn without_its_key_an_entry_is_neither_read_nor_joined_by_another() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key");
        let vault = Vault::open(&folder.path().join("server.db"), &key).await;
        let vault = vault.unwrap();
        vault.put(KIND, "gate", b"secret").await.unwrap();
        fs::rename(&key, folder.path().join("elsewhere")).unwrap();
        let missing: Result<(), _> = Err(VaultError::Key(KeyError::Missing(key.clone())));
        for outcome in [
            vault.find(KIND, "gate").await.map(|_| ()),
            vault.put(KIND, "yard", b"secret").await,
        ] {
            assert_eq!(format!("{outcome:?}"), format!("{missing:?}"));
        }
        assert_eq!(vault.find(KIND, "yard").await.unwrap(), None);
        Key::make(&key).unwrap();
        let sealed = vault.find(KIND, "gate").await;
        assert!(matches!(sealed, Err(VaultError::Sealed(_))));
    }
}
