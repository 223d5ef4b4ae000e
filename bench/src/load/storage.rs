//! What the disk and plain `SQLite` do on their own, beside which the server is measured. The only
//! SQL of the benchmark; it knows no more of a site's folder than the documented file names.

use super::latencies::{Latencies, Summary};
use super::meter::Spent;
use anyhow::Context as _;
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// One page of a write-ahead log with its header, and a little more: what a small commit writes.
const SYNC_BYTES: usize = 4_120;
/// A fact of an alarm that repeats is about as long.
const EVENT_BYTES: usize = 300;
const COMMITS_MAX: u32 = 200_000;
const SYNCS_MAX: u32 = 20_000;
/// Positions that a turn of the server takes at most.
const TURN_ROWS: u32 = 256;
/// People whose positions they are.
const POSITION_PEOPLE: u32 = 2_000;

/// How the disk's own syncs went.
#[derive(Debug, Serialize)]
pub struct Syncs {
    /// From the write to the end of `fdatasync`.
    pub syncs: Summary,
}

/// Appends and syncs, `per_s` times a second, in a file of its own in `folder`.
pub fn syncs(folder: &Path, seconds: u32, per_s: u32) -> anyhow::Result<Syncs> {
    let path = folder.join("sync.probe");
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .with_context(|| format!("creating {}", path.display()))?;
    let block = [0x5a; SYNC_BYTES];
    let mut latencies = Latencies::default();
    let begun = Instant::now();
    let every = Duration::from_secs(1) / per_s.max(1);
    let ends = begun + Duration::from_secs(u64::from(seconds));
    for n in 0..SYNCS_MAX {
        let due = begun + every * n;
        if due >= ends {
            break;
        }
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let from = Instant::now();
        file.write_all(&block)?;
        file.sync_data()?;
        latencies.record(from.elapsed());
    }
    drop(file);
    std::fs::remove_file(&path)?;
    Ok(Syncs {
        syncs: latencies.summary(),
    })
}

/// How one commit for each event went.
#[derive(Debug, Serialize)]
pub struct Commits {
    /// Events committed.
    pub events: u32,
    /// Seconds that it took.
    pub took_s: f64,
    /// Processor time that it took.
    pub cpu_s: f64,
    /// From begin to the end of the commit.
    pub commits: Summary,
}

/// Writes events, each in a transaction of its own, as an ordinary program would.
pub fn commits(folder: &Path, seconds: u32) -> anyhow::Result<Commits> {
    let (path, db) = create(
        folder,
        "full",
        "CREATE TABLE events (
            seq BIGINT PRIMARY KEY, recorded_at BIGINT NOT NULL, bytes TEXT NOT NULL, hash BLOB NOT NULL)",
    )?;
    let mut insert =
        db.prepare("INSERT INTO events (seq, recorded_at, bytes, hash) VALUES ($1, $2, $3, $4)")?;
    let (bytes, hash) = ("x".repeat(EVENT_BYTES), [7u8; 32]);
    let mut latencies = Latencies::default();
    let spent = Spent::begin()?;
    let ends = Instant::now() + Duration::from_secs(u64::from(seconds));
    let mut events = 0;
    while events < COMMITS_MAX && Instant::now() < ends {
        let from = Instant::now();
        // Outside of a transaction each statement is one.
        insert.execute((events, 1_795_000_000_000_000i64, &bytes, hash))?;
        latencies.record(from.elapsed());
        events += 1;
    }
    let (took_s, cpu_s) = spent.so_far()?;
    drop(insert);
    remove(&path, db)?;
    Ok(Commits {
        events,
        took_s,
        cpu_s,
        commits: latencies.summary(),
    })
}

/// How plain inserts of positions went.
#[derive(Debug, Serialize)]
pub struct Inserts {
    /// Rows inserted.
    pub rows: u32,
    /// Seconds that it took.
    pub took_s: f64,
    /// Processor time that it took.
    pub cpu_s: f64,
}

/// Inserts positions as an ordinary program would: one prepared statement for each row, in
/// transactions of 256, everybody once a second. The table is the server's own while positions are new.
pub fn inserts(folder: &Path, rows: u32) -> anyhow::Result<Inserts> {
    let (path, db) = create(
        folder,
        "normal",
        "CREATE TABLE positions (
            occurred_at BIGINT NOT NULL, person BIGINT NOT NULL, received_at BIGINT NOT NULL,
            lon_e7 BIGINT NOT NULL, lat_e7 BIGINT NOT NULL, accuracy_dm BIGINT, battery_percent BIGINT,
            PRIMARY KEY (occurred_at, person)) WITHOUT ROWID",
    )?;
    let mut insert = db.prepare(
        "INSERT INTO positions
         (occurred_at, person, received_at, lon_e7, lat_e7, accuracy_dm, battery_percent)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    )?;
    let spent = Spent::begin()?;
    let mut row = 0;
    while row < rows {
        db.execute_batch("BEGIN")?;
        for row in row..rows.min(row + TURN_ROWS) {
            let who = i64::from(row % POSITION_PEOPLE);
            let second = i64::from(row / POSITION_PEOPLE);
            let occurred_at = 1_795_046_400_000_000 + second * 1_000_000;
            let (lon_e7, lat_e7) = (1_201_000_000 + second * 140, 300_000_000 + who * 20);
            insert.execute((
                occurred_at,
                who,
                occurred_at + 90_000,
                lon_e7,
                lat_e7,
                60,
                80,
            ))?;
        }
        db.execute_batch("COMMIT")?;
        row += TURN_ROWS;
    }
    let (took_s, cpu_s) = spent.so_far()?;
    drop(insert);
    remove(&path, db)?;
    Ok(Inserts {
        rows,
        took_s,
        cpu_s,
    })
}

/// How a full scan of a record went.
#[derive(Debug, Serialize)]
pub struct Scan {
    /// Rows read.
    pub facts: u64,
    /// Bytes of facts read.
    pub fact_bytes: u64,
    /// Seconds that it took.
    pub took_s: f64,
    /// Processor time that it took.
    pub cpu_s: f64,
}

/// Reads every fact of a journal once, and does nothing with it.
pub fn scan(journal: &Path) -> anyhow::Result<Scan> {
    let db = open(journal)?;
    let spent = Spent::begin()?;
    let mut statement = db.prepare("SELECT seq, bytes, hash FROM facts ORDER BY seq")?;
    let mut rows = statement.query(())?;
    let (mut facts, mut fact_bytes) = (0, 0);
    while let Some(row) = rows.next()? {
        facts += 1;
        fact_bytes += row.get_ref(1)?.as_bytes()?.len() as u64;
    }
    let (took_s, cpu_s) = spent.so_far()?;
    Ok(Scan {
        facts,
        fact_bytes,
        took_s,
        cpu_s,
    })
}

/// Shows every fact of a journal, in their order.
pub fn each_fact(
    journal: &Path,
    mut see: impl FnMut(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let db = open(journal)?;
    let mut statement = db.prepare("SELECT bytes FROM facts ORDER BY seq")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        see(row.get_ref(0)?.as_str()?)?;
    }
    Ok(())
}

/// How large a database is.
#[derive(Debug, Serialize)]
pub struct Size {
    /// Bytes of its pages, its log included, free pages not.
    pub bytes: u64,
    /// Bytes of free pages: the file keeps them and fills them again.
    pub free_bytes: u64,
    /// In a history of positions, those that are in no block yet.
    pub tail_rows: u64,
}

/// How large a database is, whatever of it still lies in its log. A server may have it open.
pub fn size(database: &Path) -> anyhow::Result<Size> {
    let db = open(database)?;
    let pragma = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (free, page) = (pragma("freelist_count")?, pragma("page_size")?);
    let mut tail_rows = 0;
    for tail in ["tail_0", "tail_1"] {
        if db.table_exists(None, tail)? {
            let count = format!("SELECT COUNT(*) FROM {tail}");
            tail_rows += db.query_row(&count, (), |row| row.get::<_, i64>(0))?;
        }
    }
    Ok(Size {
        bytes: u64::try_from((pragma("page_count")? - free) * page)?,
        free_bytes: u64::try_from(free * page)?,
        tail_rows: u64::try_from(tail_rows)?,
    })
}

/// A database of its own for one measurement.
fn create(folder: &Path, synchronous: &str, schema: &str) -> anyhow::Result<(PathBuf, Connection)> {
    let path = folder.join("plain.db");
    let db = Connection::open(&path).with_context(|| format!("creating {}", path.display()))?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", synchronous)?;
    db.execute_batch(schema)?;
    Ok((path, db))
}

fn remove(path: &Path, db: Connection) -> anyhow::Result<()> {
    db.close().map_err(|(_, error)| error)?;
    Ok(std::fs::remove_file(path)?)
}

fn open(database: &Path) -> anyhow::Result<Connection> {
    // Not read-only: the log of a database that nobody has open can only be read by a writer.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(database, flags)
        .with_context(|| format!("opening {}", database.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_inserts_and_syncs_are_counted_and_leave_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let commits = commits(folder.path(), 1).unwrap();
        assert!(commits.events > 0);
        assert_eq!(u64::from(commits.events), commits.commits.count);
        let syncs = syncs(folder.path(), 1, 10).unwrap();
        assert_eq!(syncs.syncs.count, 10);
        assert_eq!(inserts(folder.path(), 300).unwrap().rows, 300);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_scan_reads_every_fact_and_a_size_includes_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let db = Connection::open(&path).unwrap();
        db.pragma_update(None, "journal_mode", "wal").unwrap();
        db.execute_batch("CREATE TABLE facts (seq BIGINT PRIMARY KEY, bytes TEXT, hash BLOB)")
            .unwrap();
        for seq in 0..100 {
            let row = (seq, "y".repeat(1_000), [0u8; 32]);
            db.execute("INSERT INTO facts VALUES ($1, $2, $3)", row)
                .unwrap();
        }
        let found = scan(&path).unwrap();
        assert_eq!((found.facts, found.fact_bytes), (100, 100_000));
        let mut seen = 0;
        let see = |bytes: &str| {
            seen += bytes.len();
            Ok(())
        };
        each_fact(&path, see).unwrap();
        assert_eq!(seen, 100_000);
        assert!(size(&path).unwrap().bytes > 100_000);
        assert_eq!(size(&path).unwrap().tail_rows, 0);
        db.execute_batch(
            "CREATE TABLE tail_1 (person); INSERT INTO tail_1 VALUES (1), (2); DELETE FROM facts",
        )
        .unwrap();
        let emptied = size(&path).unwrap();
        assert_eq!(emptied.tail_rows, 2);
        assert!(emptied.bytes < 100_000 && emptied.free_bytes > 50_000);
        assert!(scan(&folder.path().join("nothing.db")).is_err());
    }
}
