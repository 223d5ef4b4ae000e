//! Words that may name a member of the public: kept beside the facts, for a purpose and a time.
//!
//! At that time content and salt are erased, from the table, its free pages and the log; the row
//! stays and says when. The fact keeps its commitment, which without them tells nothing.

use super::error::JournalError;
use super::seen::PURGE_MAX;
use crate::personal::{PersonalRecord, Subject};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::api::NoteText;
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqlitePool, SqliteRow};

/// How long the words of notes are kept unless something else is said at the start.
pub(super) const NOTES_KEPT: Span = Span::from_secs(365 * 24 * 3600);

pub(super) async fn insert(
    db: &mut SqliteConnection,
    record: &PersonalRecord,
    now: Timestamp,
    kept: Span,
) -> Result<(), JournalError> {
    sqlx::query(
        "INSERT INTO personal
         (id, subject_kind, subject, purpose, created_at, expires_at, salt, content)
         VALUES ($1, $2, $3, 'note', $4, $5, $6, $7)",
    )
    .bind(record.reference.id.to_string())
    .bind(record.subject.kind())
    .bind(record.subject.number())
    .bind(now.as_micros())
    .bind((now + kept).as_micros())
    .bind(record.salt.as_slice())
    .bind(&record.content)
    .execute(db)
    .await?;
    Ok(())
}

/// Words as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoredWords {
    /// They are there, under this salt.
    Kept { salt: Vec<u8>, content: String },
    /// They had their time.
    Erased { at: Timestamp },
}

/// Erases the words whose time has come, and says how many.
pub(super) async fn erase_expired(
    db: &mut SqliteConnection,
    now: Timestamp,
) -> Result<u64, JournalError> {
    let erased = sqlx::query(
        "UPDATE personal SET salt = NULL, content = NULL, erased_at = $1 WHERE id IN
         (SELECT id FROM personal WHERE erased_at IS NULL AND expires_at <= $1 LIMIT $2)",
    )
    .bind(now.as_micros())
    .bind(PURGE_MAX)
    .execute(db)
    .await?;
    Ok(erased.rows_affected())
}

/// Brings the log into the database and empties it, for it still holds the pages as they were.
/// A reader may be in the way for minutes (a backup): turns must not wait for that, so this
/// tries once and says whether it could. Only SQLite knows these statements.
pub(super) async fn empty_log(db: &mut SqliteConnection) -> Result<bool, JournalError> {
    sqlx::query("PRAGMA busy_timeout = 0")
        .execute(&mut *db)
        .await?;
    let emptied = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .fetch_one(&mut *db)
        .await;
    sqlx::query("PRAGMA busy_timeout = 5000")
        .execute(db)
        .await?;
    Ok(emptied?.try_get::<i64, _>(0)? == 0)
}

/// The words behind a reference, if there is a row for it.
pub(super) async fn words(
    db: &mut SqliteConnection,
    id: uuid::Uuid,
) -> Result<Option<StoredWords>, JournalError> {
    let row = sqlx::query("SELECT salt, content, erased_at FROM personal WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    if let Some(at) = erased_at(&row)? {
        return Ok(Some(StoredWords::Erased { at }));
    }
    Ok(Some(StoredWords::Kept {
        salt: row.try_get("salt")?,
        content: row.try_get("content")?,
    }))
}

/// The words of a matter's notes. Their number is limited where they are written.
pub(super) async fn notes(
    pool: &SqlitePool,
    subject: Subject,
) -> Result<Vec<NoteText>, JournalError> {
    let rows = sqlx::query(
        "SELECT id, content, erased_at FROM personal WHERE subject_kind = $1 AND subject = $2
         ORDER BY created_at, id",
    )
    .bind(subject.kind())
    .bind(subject.number())
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get("id")?;
            Ok(NoteText {
                id: id.parse().map_err(|_| JournalError::Unreadable {
                    what: format!("a note's id of {subject:?}"),
                })?,
                text: row.try_get("content")?,
                erased_at: erased_at(row)?,
            })
        })
        .collect()
}

fn erased_at(row: &SqliteRow) -> Result<Option<Timestamp>, JournalError> {
    let at: Option<i64> = row.try_get("erased_at")?;
    Ok(at.map(Timestamp::from_micros))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Commit, Journal, Reader};
    use castellan_domain::ids::AlarmId;
    use std::path::Path;

    const WORDS: &str = "深色外套,向北,车牌浙A·7K2Q9";

    async fn noted(path: &Path) -> (Journal, PersonalRecord, Timestamp) {
        let mut journal = Journal::open(path).await.unwrap();
        let record = PersonalRecord::seal(Subject::Alarm(AlarmId(7)), WORDS.to_owned()).unwrap();
        let now = Timestamp::from_secs(1_800_000_000);
        // Long ones beside it, so that pages fill, overflow and are let go of.
        let long = |n: usize| format!("{WORDS} {n} ").repeat(60);
        let more =
            (0..40).map(|n| PersonalRecord::seal(Subject::Alarm(AlarmId(8)), long(n)).unwrap());
        let mut commit = Commit {
            personal: std::iter::once(record.clone()).chain(more).collect(),
            ..Commit::default()
        };
        commit
            .facts
            .push((castellan_domain::ids::Seq(1), now, "{}".to_owned()));
        journal.append(&commit, now).await.unwrap();
        (journal, record, now)
    }

    #[tokio::test]
    async fn words_are_erased_at_their_time_down_to_the_last_byte() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let (mut journal, record, now) = noted(&path).await;
        let due = now + NOTES_KEPT;
        let before = due - Span::from_micros(1);
        journal.purge(before).await.unwrap();
        let kept = StoredWords::Kept {
            salt: record.salt.to_vec(),
            content: WORDS.to_owned(),
        };
        assert_eq!(
            journal.words(record.reference.id).await.unwrap(),
            Some(kept)
        );
        journal.purge(due).await.unwrap();
        let erased = StoredWords::Erased { at: due };
        assert_eq!(
            journal.words(record.reference.id).await.unwrap(),
            Some(erased)
        );
        let reader = Reader::open(&path).await.unwrap();
        let notes = reader.notes(Subject::Alarm(AlarmId(7))).await.unwrap();
        assert_eq!(
            (&notes[0].text, notes[0].erased_at),
            (&None, Some(due)),
            "erased on that day"
        );
        for file in ["journal.db", "journal.db-wal"] {
            let bytes = std::fs::read(folder.path().join(file)).unwrap();
            for secret in [WORDS.as_bytes(), &record.salt] {
                let found = bytes.windows(secret.len()).any(|part| part == secret);
                assert!(!found, "something is left in {file}");
            }
        }
        // The fact that refers to them stands as it stood.
        assert_eq!(journal.head().0, castellan_domain::ids::Seq(1));
    }

    #[tokio::test]
    async fn a_reader_in_the_way_only_delays_the_erasing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let (mut journal, _, now) = noted(&path).await;
        let mut reader = Journal::examine(&path).await.unwrap();
        sqlx::query("BEGIN").execute(&mut reader.db).await.unwrap();
        reader
            .read_after(castellan_domain::ids::Seq(0))
            .await
            .unwrap();
        assert!(
            journal.purge(now + NOTES_KEPT).await.unwrap(),
            "to be done again"
        );
        let wal = folder.path().join("journal.db-wal");
        assert!(std::fs::metadata(&wal).unwrap().len() > 0);
        sqlx::query("ROLLBACK")
            .execute(&mut reader.db)
            .await
            .unwrap();
        assert!(!journal.purge(now + NOTES_KEPT).await.unwrap());
        assert_eq!(std::fs::metadata(&wal).unwrap().len(), 0);
    }
}
