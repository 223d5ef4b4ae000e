//! The journal's tables.

use super::chain::ChainHash;
use super::outbox;
use crate::personal::PersonalRecord;
use castellan_domain::ids::{AlarmId, CommandId, DeviceId, EventId, JournalId, Seq};
use castellan_domain::notify::Notification;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::api::{Answer, NoteText};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Connection as _, Row as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a command's or event's id is remembered.
const SEEN_KEPT: Span = Span::from_secs(7 * 24 * 3600);
/// Facts read at once.
pub(crate) const READ_MAX: i64 = 1_000;
/// Remembered ids that one purge lets go at most, so that it never holds up a turn for long.
const PURGE_MAX: i64 = 10_000;

const SCHEMA: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS facts (
        seq BIGINT PRIMARY KEY, recorded_at BIGINT NOT NULL, bytes TEXT NOT NULL, hash BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS seen_commands (
        command_id TEXT PRIMARY KEY, seen_at BIGINT NOT NULL, answer TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS seen_commands_at ON seen_commands (seen_at)",
    "CREATE TABLE IF NOT EXISTS seen_events (
        device TEXT NOT NULL, event TEXT NOT NULL, seen_at BIGINT NOT NULL, answer TEXT NOT NULL,
        PRIMARY KEY (device, event))",
    "CREATE INDEX IF NOT EXISTS seen_events_at ON seen_events (seen_at)",
    "CREATE TABLE IF NOT EXISTS personal (
        id TEXT PRIMARY KEY, subject TEXT NOT NULL, purpose TEXT NOT NULL, created_at BIGINT NOT NULL,
        salt BLOB NOT NULL, content TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS personal_subject ON personal (subject)",
    outbox::TABLE,
];

/// What SQLite says when a write, a log or its index finds no room.
const FULL_CODES: [&str; 2] = ["13", "4874"];

/// What goes wrong with the journal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    #[error("the journal's database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the journal holds {what} that cannot be read")]
    Unreadable { what: String },
    #[error("an answer cannot be written: {0}")]
    Answer(#[from] serde_json::Error),
    #[error(
        "the journal that lies there now is not the one that was opened, or lacks facts that were \
         shown already; put the right one back, or stop the server"
    )]
    Replaced,
}

impl JournalError {
    /// Whether the disk had no room, as far as the database can tell.
    pub(crate) fn is_full(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(error)) => error
                .code()
                .is_some_and(|code| FULL_CODES.contains(&code.as_ref())),
            _ => false,
        }
    }
}

/// A fact as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredFact {
    pub(crate) seq: Seq,
    pub(crate) bytes: String,
    pub(crate) hash: ChainHash,
}

/// Everything that one transaction writes.
#[derive(Debug, Default)]
pub(crate) struct Commit {
    /// Number, time of recording and stored bytes.
    pub(crate) facts: Vec<(Seq, Timestamp, String)>,
    pub(crate) commands: Vec<SeenCommand>,
    pub(crate) events: Vec<SeenEvent>,
    pub(crate) personal: Vec<PersonalRecord>,
    /// What people outside are to be told.
    pub(crate) notifications: Vec<Notification>,
    /// Notifications that need not be sent any more.
    pub(crate) settled: Vec<Seq>,
}

/// A command with its first answer.
#[derive(Debug)]
pub(crate) struct SeenCommand {
    pub(crate) id: CommandId,
    pub(crate) answer: Answer,
}

/// A device's event with its first answer.
#[derive(Debug)]
pub(crate) struct SeenEvent {
    pub(crate) device: DeviceId,
    pub(crate) event: EventId,
    pub(crate) answer: Answer,
}

impl Commit {
    pub(crate) fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.commands.is_empty() && self.events.is_empty()
    }
}

/// The journal of one site, open for writing.
#[derive(Debug)]
pub(crate) struct Journal {
    pub(super) db: SqliteConnection,
    path: PathBuf,
    id: JournalId,
    head: (Seq, ChainHash),
}

impl Journal {
    /// Opens the journal, or begins it.
    pub(crate) async fn open(path: &Path) -> Result<Self, JournalError> {
        let mut db = SqliteConnection::connect_with(&writing(path).create_if_missing(true)).await?;
        for statement in SCHEMA {
            sqlx::query(*statement).execute(&mut db).await?;
        }
        sqlx::query(
            "INSERT INTO meta (key, value) VALUES ('journal_id', $1) ON CONFLICT DO NOTHING",
        )
        .bind(uuid::Uuid::new_v4().to_string())
        .execute(&mut db)
        .await?;
        let id = read_id(&mut db).await?;
        let head = read_head(&mut db, id).await?;
        let path = path.to_owned();
        Ok(Self { db, path, id, head })
    }

    /// Connects anew after a failure: the connection itself may be dead. The journal must be the
    /// same as before and still hold the fact `shown` with the hash that displays know.
    pub(crate) async fn reopen(&mut self, shown: (Seq, &str)) -> Result<(), JournalError> {
        // Never made anew: an empty journal in the place of a lost one would go unnoticed.
        self.db = SqliteConnection::connect_with(&writing(&self.path)).await?;
        if read_id(&mut self.db).await? != self.id {
            return Err(JournalError::Replaced);
        }
        self.head = read_head(&mut self.db, self.id).await?;
        let (seq, hash) = shown;
        if self.head.0 < seq || self.hash_at(seq).await?.to_hex() != hash {
            return Err(JournalError::Replaced);
        }
        Ok(())
    }

    /// Opens a journal that is there, to read it and to leave it exactly as it is.
    pub(crate) async fn examine(path: &Path) -> Result<Self, JournalError> {
        let mut db = SqliteConnection::connect_with(&options(path).read_only(true)).await?;
        let id = read_id(&mut db).await?;
        let head = (Seq(0), ChainHash::genesis(id));
        let path = path.to_owned();
        Ok(Self { db, path, id, head })
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
        for (seq, recorded_at, bytes) in &commit.facts {
            head = (*seq, head.1.then(bytes));
            hashes.push(head.1);
            sqlx::query(
                "INSERT INTO facts (seq, recorded_at, bytes, hash) VALUES ($1, $2, $3, $4)",
            )
            .bind(column(*seq))
            .bind(recorded_at.as_micros())
            .bind(bytes)
            .bind(head.1.as_bytes())
            .execute(&mut *tx)
            .await?;
        }
        for seen in &commit.commands {
            sqlx::query(
                "INSERT INTO seen_commands (command_id, seen_at, answer) VALUES ($1, $2, $3)",
            )
            .bind(seen.id.to_string())
            .bind(now.as_micros())
            .bind(serde_json::to_string(&seen.answer)?)
            .execute(&mut *tx)
            .await?;
        }
        for seen in &commit.events {
            sqlx::query(
                "INSERT INTO seen_events (device, event, seen_at, answer) VALUES ($1, $2, $3, $4)",
            )
            .bind(seen.device.as_str())
            .bind(seen.event.as_str())
            .bind(now.as_micros())
            .bind(serde_json::to_string(&seen.answer)?)
            .execute(&mut *tx)
            .await?;
        }
        for record in &commit.personal {
            sqlx::query(
                "INSERT INTO personal (id, subject, purpose, created_at, salt, content)
                 VALUES ($1, $2, 'note', $3, $4, $5)",
            )
            .bind(record.reference.id.to_string())
            .bind(record.subject.to_string())
            .bind(now.as_micros())
            .bind(record.salt.as_slice())
            .bind(&record.content)
            .execute(&mut *tx)
            .await?;
        }
        outbox::write(&mut tx, commit, now).await?;
        tx.commit().await?;
        self.head = head;
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
        if seq == Seq(0) {
            return Ok(ChainHash::genesis(self.id));
        }
        let row = sqlx::query("SELECT hash FROM facts WHERE seq = $1")
            .bind(column(seq))
            .fetch_one(&mut self.db)
            .await?;
        let hash: Vec<u8> = row.try_get("hash")?;
        ChainHash::from_stored(&hash).ok_or_else(|| JournalError::Unreadable {
            what: format!("a hash at fact {seq}"),
        })
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

    /// The first answer to this command, if it was given before.
    pub(crate) async fn seen_command(
        &mut self,
        id: CommandId,
    ) -> Result<Option<Answer>, JournalError> {
        let row = sqlx::query("SELECT answer FROM seen_commands WHERE command_id = $1")
            .bind(id.to_string())
            .fetch_optional(&mut self.db)
            .await?;
        read_answer(row)
    }

    /// The first answer to this event, if it came before.
    pub(crate) async fn seen_event(
        &mut self,
        device: &DeviceId,
        event: &EventId,
    ) -> Result<Option<Answer>, JournalError> {
        let row = sqlx::query("SELECT answer FROM seen_events WHERE device = $1 AND event = $2")
            .bind(device.as_str())
            .bind(event.as_str())
            .fetch_optional(&mut self.db)
            .await?;
        read_answer(row)
    }

    /// Forgets ids older than seven days.
    pub(crate) async fn purge_seen(&mut self, now: Timestamp) -> Result<(), JournalError> {
        let before = (now - SEEN_KEPT).as_micros();
        sqlx::query(
            "DELETE FROM seen_events WHERE (device, event) IN
             (SELECT device, event FROM seen_events WHERE seen_at < $1 LIMIT $2)",
        )
        .bind(before)
        .bind(PURGE_MAX)
        .execute(&mut self.db)
        .await?;
        sqlx::query(
            "DELETE FROM seen_commands WHERE command_id IN
             (SELECT command_id FROM seen_commands WHERE seen_at < $1 LIMIT $2)",
        )
        .bind(before)
        .bind(PURGE_MAX)
        .execute(&mut self.db)
        .await?;
        Ok(())
    }
}

/// Reads beside the writer, for requests that need no turn.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub(super) pool: SqlitePool,
}

impl Reader {
    pub(crate) async fn open(path: &Path) -> Result<Self, JournalError> {
        let pool = SqlitePoolOptions::new()
            .max_connections(2)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options(path).read_only(true))
            .await?;
        Ok(Self { pool })
    }

    /// The words of an alarm's notes. Their number is limited where they are written.
    pub(crate) async fn notes(&self, alarm: AlarmId) -> Result<Vec<NoteText>, JournalError> {
        let rows = sqlx::query(
            "SELECT id, content FROM personal WHERE subject = $1 ORDER BY created_at, id",
        )
        .bind(alarm.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let id: String = row.try_get("id")?;
                Ok(NoteText {
                    id: id.parse().map_err(|_| JournalError::Unreadable {
                        what: format!("a note's id of {alarm}"),
                    })?,
                    text: Some(row.try_get("content")?),
                })
            })
            .collect()
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_secs(5))
}

fn writing(path: &Path) -> SqliteConnectOptions {
    options(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
}

fn column(seq: Seq) -> i64 {
    // A journal with 2^63 facts will not be written.
    i64::try_from(seq.0).unwrap_or(i64::MAX)
}

async fn read_id(db: &mut SqliteConnection) -> Result<JournalId, JournalError> {
    let row = sqlx::query("SELECT value FROM meta WHERE key = 'journal_id'")
        .fetch_one(db)
        .await?;
    let value: String = row.try_get("value")?;
    let id = value.parse().map_err(|_| JournalError::Unreadable {
        what: "an id of its own".to_owned(),
    })?;
    Ok(JournalId(id))
}

async fn read_head(
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

fn read_answer(row: Option<sqlx::sqlite::SqliteRow>) -> Result<Option<Answer>, JournalError> {
    let Some(row) = row else {
        return Ok(None);
    };
    let answer: String = row.try_get("answer")?;
    Ok(Some(serde_json::from_str(&answer)?))
}
