//! How the stores open their databases, and what only SQLite knows of one.

use rustix::fs::{Access, access};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteLockingMode};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What SQLite says when a write, a log or its index finds no room.
const FULL_CODES: [&str; 2] = ["13", "4874"];
/// What it says of pages that are not what they were, and of a file that is no database.
const DAMAGED_CODES: [u32; 2] = [11, 26];
/// What it says when somebody else holds what it wants.
const BUSY_CODES: [&str; 2] = ["5", "6"];
/// What SQLite keeps beside a database: the log of what is not brought over yet, and its index.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// To read and write.
pub(crate) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_secs(5))
}

/// To read, and to leave the database as it is: also on a medium that cannot be written.
pub(crate) fn reading(path: &Path) -> SqliteConnectOptions {
    let options = options(path).read_only(true);
    let folder = path.parent().unwrap_or(Path::new("."));
    if access(folder, Access::WRITE_OK).is_ok() {
        return options;
    }
    // Nobody can write there, so nobody's locks have to be minded. The log's index, which otherwise
    // lies beside it, is then held in memory; without a log nothing is looked for beside the file.
    if has_content(&beside(path, "-wal")) {
        options
            .vfs("unix-none")
            .locking_mode(SqliteLockingMode::Exclusive)
    } else {
        options.immutable(true)
    }
}

/// A database with what SQLite keeps beside it.
pub(crate) fn with_logs(path: &Path) -> Vec<PathBuf> {
    let logs = BESIDE.iter().map(|suffix| beside(path, suffix));
    std::iter::once(path.to_owned()).chain(logs).collect()
}

/// A log whose database is missing or empty. SQLite would delete it as soon as it looks.
pub(crate) fn log_alone(path: &Path) -> Option<PathBuf> {
    let log = beside(path, "-wal");
    (!has_content(path) && has_content(&log)).then_some(log)
}

/// Whether there is anything in a file.
pub(crate) fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() > 0)
}

/// The names of the tables that there are.
pub(crate) async fn tables(db: &mut SqliteConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table'")
        .fetch_all(db)
        .await?;
    rows.iter().map(|row| row.try_get("name")).collect()
}

/// Whether the disk had no room, as far as the database can tell.
pub(crate) fn is_full(error: &sqlx::Error) -> bool {
    has_code(error, &FULL_CODES)
}

/// Whether somebody else was in the way.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    has_code(error, &BUSY_CODES)
}

/// Whether the file is not, or not any more, what a database is.
pub(crate) fn is_damaged(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else {
        return false;
    };
    let code = error.code().and_then(|code| code.parse::<u32>().ok());
    // The low byte says what it is, the others say more of it.
    code.is_some_and(|code| DAMAGED_CODES.contains(&(code & 0xff)))
}

fn has_code(error: &sqlx::Error, codes: &[&str]) -> bool {
    match error {
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| codes.contains(&code.as_ref())),
        _ => false,
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut path = OsString::from(path);
    path.push(suffix);
    path.into()
}
