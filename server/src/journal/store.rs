//! Facts: appended in turns, read in order.

use super::chain::ChainHash;
use super::commit::Commit;
use super::connection::writing;
use super::error::JournalError;
use super::personal::{self, NOTES_KEPT, StoredWords};
use super::seen::{self, PURGE_MAX, SEEN_MAX, SeenCounts};
use super::{outbox, schema};
use crate::rows::ManyRows;
use crate::sqlite::{log_alone, reading};
use castellan_domain::answer::Answer;
use castellan_domain::fact::Fact;
use castellan_domain::ids::{CommandId, DeviceId, EventId, JournalId, Seq};
use castellan_domain::time::{Span, Timestamp};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static INSERT_FACTS: LazyLock<ManyRows> = LazyLock::new(|| {
    let before = "INSERT INTO facts (seq, recorded_at, bytes, hash) VALUES";
    ManyRows::new(before, 4, "")
});
/// Facts read at once.
const READ_MAX: i64 = 1_000;

/// A fact as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredFact {
    pub(crate) seq: Seq,
    pub(crate) bytes: String,
    pub(crate) hash: ChainHash,
}

impl StoredFact {
    /// The fact that its bytes tell.
    pub(crate) fn decode(&self) -> Result<Fact, JournalError> {
        let seq = self.seq;
        Fact::decode(&self.bytes).map_err(|error| JournalError::Fact { seq, error })
    }
}

/// The journal of one site, open for writing.
#[derive(Debug)]
pub(crate) struct Journal {
    pub(super) db: SqliteConnection,
    path: PathBuf,
    id: JournalId,
    head: (Seq, ChainHash),
    pub(super) seen: SeenCounts,
    notes_kept: Span,
    /// Words were erased from the tables and may still lie in the log.
    log_holds_erased: bool,
    read_only: bool,
}

impl Journal {
    /// Opens a test's journal, or begins it.
    #[cfg(test)]
    pub(crate) async fn open(path: &Path) -> Result<Self, JournalError> {
        Self::open_keeping_notes(path, NOTES_KEPT).await
    }

    /// Opens the journal, or begins it. Words of notes written from now on are kept this long.
    pub(crate) async fn open_keeping_notes(
        path: &Path,
        notes_kept: Span,
    ) -> Result<Self, JournalError> {
        keep_log(path)?;
        let mut db = SqliteConnection::connect_with(&writing(path).create_if_missing(true)).await?;
        let (id, head, seen) = match begin(&mut db).await {
            Ok(begun) => begun,
            Err(error) => {
                // Waited for: whoever moves the file away must be the last to know it by its name.
                db.close().await?;
                return Err(error);
            }
        };
        Ok(Self {
            db,
            path: path.to_owned(),
            id,
            head,
            seen,
            notes_kept,
            log_holds_erased: true,
            read_only: false,
        })
    }

    /// Lets go of the file. Left alone it happens some time later, and takes away a log of that name.
    pub(crate) async fn close(self) -> Result<(), JournalError> {
        Ok(self.db.close().await?)
    }

    /// Connects anew after a failure: the connection itself may be dead. The journal must be the
    /// same as before and still hold the fact `shown` with the hash that displays know.
    pub(crate) async fn reopen(&mut self, shown: (Seq, &str)) -> Result<(), JournalError> {
        // Never made anew: an empty journal in the place of a lost one would go unnoticed.
        self.db = SqliteConnection::connect_with(&writing(&self.path)).await?;
        if read_id(&mut self.db).await? != self.id {
            return Err(JournalError::Replaced);
        }
        self.reread_head().await?;
        let (seq, hash) = shown;
        if self.head.0 < seq || self.hash_at(seq).await?.to_hex() != hash {
            return Err(JournalError::Replaced);
        }
        Ok(())
    }

    /// Opens a journal that is there, to read it and to leave it exactly as it is.
    pub(crate) async fn examine(path: &Path) -> Result<Self, JournalError> {
        keep_log(path)?;
        let mut db = SqliteConnection::connect_with(&reading(path)).await?;
        schema::check(&mut db).await?;
        let id = read_id(&mut db).await?;
        let head = (Seq(0), ChainHash::genesis(id));
        Ok(Self {
            db,
            path: path.to_owned(),
            id,
            head,
            seen: SeenCounts {
                events: BTreeMap::new(),
                commands: 0,
                max: SEEN_MAX,
            },
            notes_kept: NOTES_KEPT,
            log_holds_erased: false,
            read_only: true,
        })
    }

    /// The database's file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Which journal this is.
    pub(crate) fn id(&self) -> JournalId {
        self.id
    }

    /// The last fact and the chain's hash there.
    pub(crate) fn head(&self) -> (Seq, ChainHash) {
        self.head
    }

    /// Writes one turn: all of it, or nothing.
    pub(crate) async fn append(
        &mut self,
        commit: &Commit,
        now: Timestamp,
    ) -> Result<Vec<ChainHash>, JournalError> {
        let mut hashes = Vec::with_capacity(commit.facts.len());
        let mut head = self.head;
        let mut tx = self.db.begin().await?;
        for (text, facts) in INSERT_FACTS.cut(&commit.facts) {
            // Nothing but the number of parameters differs.
            let mut query = sqlx::query(AssertSqlSafe(text));
            for (seq, recorded_at, bytes) in facts {
                head = (*seq, head.1.then(bytes));
                hashes.push(head.1);
                query = query
                    .bind(column(*seq))
                    .bind(recorded_at.as_micros())
                    .bind(bytes)
                    .bind(head.1.as_bytes().to_vec());
            }
            query.execute(&mut *tx).await?;
        }
        let seen = seen::insert(&mut tx, &self.seen, commit, now).await?;
        for record in &commit.personal {
            personal::insert(&mut tx, record, now, self.notes_kept).await?;
        }
        outbox::write(&mut tx, commit, now).await?;
        tx.commit().await?;
        self.head = head;
        if let Some(seen) = seen {
            self.seen.take(seen);
        }
        Ok(hashes)
    }

    /// The facts after `seq`, at most [`READ_MAX`] of them.
    pub(crate) async fn read_after(&mut self, seq: Seq) -> Result<Vec<StoredFact>, JournalError> {
        let rows =
            sqlx::query("SELECT seq, bytes, hash FROM facts WHERE seq > $1 ORDER BY seq LIMIT $2")
                .bind(column(seq))
                .bind(READ_MAX)
                .fetch_all(&mut self.db)
                .await?;
        rows.iter()
            .map(|row| {
                let seq: i64 = row.try_get("seq")?;
                let unreadable = |what: &str| JournalError::Unreadable {
                    what: format!("{what} at fact {seq}"),
                };
                let hash: Option<Vec<u8>> = row.try_get("hash").ok();
                let hash = hash.as_deref().and_then(ChainHash::from_stored);
                Ok(StoredFact {
                    seq: Seq(u64::try_from(seq).map_err(|_| unreadable("a number"))?),
                    bytes: row.try_get("bytes").map_err(|_| unreadable("bytes"))?,
                    hash: hash.ok_or_else(|| unreadable("a hash"))?,
                })
            })
            .collect()
    }

    /// The chain's hash after the fact `seq`.
    pub(crate) async fn hash_at(&mut self, seq: Seq) -> Result<ChainHash, JournalError> {
        let hash = self.hash_if_at(seq).await?;
        hash.ok_or_else(|| JournalError::Unreadable {
            what: format!("a hash at fact {seq}"),
        })
    }

    /// The chain's hash after the fact `seq`, if there is such a fact with such a hash.
    pub(crate) async fn hash_if_at(&mut self, seq: Seq) -> Result<Option<ChainHash>, JournalError> {
        if seq == Seq(0) {
            return Ok(Some(ChainHash::genesis(self.id)));
        }
        let row = sqlx::query("SELECT hash FROM facts WHERE seq = $1")
            .bind(column(seq))
            .fetch_optional(&mut self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let hash: Vec<u8> = row.try_get("hash")?;
        Ok(ChainHash::from_stored(&hash))
    }

    /// The first answer to this command, if it was given before.
    pub(crate) async fn seen_command(
        &mut self,
        id: CommandId,
    ) -> Result<Option<Answer>, JournalError> {
        seen::command(&mut self.db, id).await
    }

    /// The first answers to these events, as far as they came before.
    pub(crate) async fn seen_events(
        &mut self,
        events: &[(DeviceId, EventId)],
    ) -> Result<BTreeMap<(DeviceId, EventId), Answer>, JournalError> {
        seen::events(&mut self.db, events).await
    }

    /// The words behind a reference, if there is a row for it.
    pub(crate) async fn words(
        &mut self,
        id: uuid::Uuid,
    ) -> Result<Option<StoredWords>, JournalError> {
        personal::words(&mut self.db, id).await
    }

    /// Which notifications wait.
    pub(crate) async fn outbox_waiting(&mut self) -> Result<BTreeSet<Seq>, JournalError> {
        outbox::waiting(&mut self.db).await
    }

    /// Lets go of what has had its time: ids after seven days, words at their own time. At most
    /// [`PURGE_MAX`] of each; says whether there may be more, to be purged soon.
    pub(crate) async fn purge(&mut self, now: Timestamp) -> Result<bool, JournalError> {
        let ids = seen::purge(&mut self.db, &mut self.seen, now).await?;
        let words = personal::erase_expired(&mut self.db, now).await?;
        self.log_holds_erased |= words > 0;
        if self.log_holds_erased {
            self.log_holds_erased = !personal::empty_log(&mut self.db).await?;
        }
        Ok(ids || words >= PURGE_MAX.unsigned_abs() || self.log_holds_erased)
    }

    /// Reads the head from disk again, after a transaction whose end is not known.
    pub(crate) async fn reread_head(&mut self) -> Result<(), JournalError> {
        self.head = read_head(&mut self.db, self.id).await?;
        if !self.read_only {
            self.seen = SeenCounts::read(&mut self.db, self.seen.max).await?;
        }
        Ok(())
    }

    /// Commits what means nothing, to learn whether recording works again: a fact that is taken
    /// back in the same transaction, so that it meets whatever a fact would meet, and a row.
    pub(crate) async fn probe(&mut self, now: Timestamp) -> Result<(), JournalError> {
        let next = column(self.head.0.next());
        let mut tx = self.db.begin().await?;
        sqlx::query("INSERT INTO facts (seq, recorded_at, bytes, hash) VALUES ($1, $2, '', $3)")
            .bind(next)
            .bind(now.as_micros())
            .bind([].as_slice())
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM facts WHERE seq = $1")
            .bind(next)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "INSERT INTO meta (key, value) VALUES ('probed_at', $1)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(now.as_micros().to_string())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn begin(
    db: &mut SqliteConnection,
) -> Result<(JournalId, (Seq, ChainHash), SeenCounts), JournalError> {
    schema::prepare(db).await?;
    let id = read_id(db).await?;
    let head = read_head(db, id).await?;
    let seen = SeenCounts::read(db, SEEN_MAX).await?;
    Ok((id, head, seen))
}

/// SQLite deletes a log whose database is empty, and facts with it.
pub(super) fn keep_log(path: &Path) -> Result<(), JournalError> {
    log_alone(path).map_or(Ok(()), |log| Err(JournalError::LogAlone(log)))
}

fn column(seq: Seq) -> i64 {
    // A journal with 2^63 facts will not be written.
    i64::try_from(seq.0).unwrap_or(i64::MAX)
}

pub(super) async fn read_id(db: &mut SqliteConnection) -> Result<JournalId, JournalError> {
    let id = schema::meta(db, "journal_id").await?;
    let id = id.and_then(|id| id.parse().ok());
    id.map(JournalId).ok_or_else(|| JournalError::Unreadable {
        what: "an id of its own".to_owned(),
    })
}

pub(super) async fn read_head(
    db: &mut SqliteConnection,
    id: JournalId,
) -> Result<(Seq, ChainHash), JournalError> {
    let row = sqlx::query("SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1")
        .fetch_optional(db)
        .await?;
    let Some(row) = row else {
        return Ok((Seq(0), ChainHash::genesis(id)));
    };
    let seq: i64 = row.try_get("seq")?;
    let hash: Vec<u8> = row.try_get("hash")?;
    match (u64::try_from(seq), ChainHash::from_stored(&hash)) {
        (Ok(seq), Some(hash)) => Ok((Seq(seq), hash)),
        _ => Err(JournalError::Unreadable {
            what: "a last fact".to_owned(),
        }),
    }
}
