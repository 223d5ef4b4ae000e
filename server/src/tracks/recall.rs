//! What a start needs of the history, read before anything is written there: a file that is damaged
//! is found so, while nobody else holds it.

use super::error::TracksError;
use super::read::last_between;
use super::schema;
use crate::sqlite::{has_content, log_alone, reading};
use castellan_domain::observation::Fix;
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;
use std::path::Path;

/// Everybody's last position; nothing where there is no history yet. Each start makes one before it
/// records anything. So a record that has begun has one, unless somebody took it away: no file or an
/// empty one is damage there.
pub(crate) async fn recall(path: &Path, has_begun: bool) -> Result<Vec<Fix>, TracksError> {
    if let Some(log) = log_alone(path) {
        return Err(TracksError::LogAlone(log));
    }
    match (has_content(path), has_begun) {
        (true, _) => {}
        (false, true) if path.exists() => return Err(TracksError::Emptied),
        (false, true) => return Err(TracksError::Gone),
        (false, false) => return Ok(Vec::new()),
    }
    let mut db = SqliteConnection::connect_with(&reading(path)).await?;
    let recalled = read(&mut db).await;
    // Waited for: whoever moves the file away must be the last to know it by its name.
    db.close().await?;
    recalled
}

async fn read(db: &mut SqliteConnection) -> Result<Vec<Fix>, TracksError> {
    if !schema::is_there(db).await? {
        return Ok(Vec::new());
    }
    schema::check(db).await?;
    sqlx::query("SELECT device, seen_at FROM devices_seen")
        .fetch_all(&mut *db)
        .await?;
    last_between(db, i64::MIN, i64::MAX).await
}
