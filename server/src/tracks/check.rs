//! Every block of the history read once, for the doctor.

use super::error::TracksError;
use super::{block, schema};
use crate::sqlite::{has_content, reading};
use castellan_domain::time::Timestamp;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};
use std::path::Path;

/// Blocks that are read at once.
const BLOCKS_READ: i64 = 64;
/// Damaged blocks that are named; the rest is counted.
const NAMED_MAX: usize = 20;

/// A block that does not hold.
#[derive(Debug)]
pub(crate) struct Damaged {
    pub(crate) block: i64,
    /// Whose it is; nothing if that is not known either.
    pub(crate) person: Option<String>,
    /// When it begins.
    pub(crate) from: Timestamp,
    pub(crate) why: String,
}

/// What the blocks are like.
#[derive(Debug, Default)]
pub(crate) struct CheckedBlocks {
    pub(crate) whole: u64,
    /// At most [`NAMED_MAX`].
    pub(crate) damaged: Vec<Damaged>,
    pub(crate) more_damaged: u64,
}

/// Reads every block and changes nothing.
pub(crate) async fn check(path: &Path) -> Result<CheckedBlocks, TracksError> {
    let mut db = SqliteConnection::connect_with(&reading(path)).await?;
    schema::check(&mut db).await?;
    let mut checked = CheckedBlocks::default();
    let mut after = i64::MIN;
    loop {
        let rows = sqlx::query(
            "SELECT b.id, p.person, b.first_at, b.last_at, b.fixes, b.bytes FROM blocks AS b
             LEFT JOIN people AS p ON p.id = b.person WHERE b.id > $1 ORDER BY b.id LIMIT $2",
        )
        .bind(after)
        .bind(BLOCKS_READ)
        .fetch_all(&mut db)
        .await?;
        if rows.is_empty() {
            return Ok(checked);
        }
        for row in rows {
            after = row.try_get("id")?;
            let first: i64 = row.try_get("first_at")?;
            let told = (first, row.try_get("last_at")?, row.try_get("fixes")?);
            let person: Option<String> = row.try_get("person")?;
            let Some(why) = fault(row.try_get("bytes")?, told, person.is_some()) else {
                checked.whole += 1;
                continue;
            };
            if checked.damaged.len() >= NAMED_MAX {
                checked.more_damaged += 1;
                continue;
            }
            checked.damaged.push(Damaged {
                block: after,
                person,
                from: Timestamp::from_micros(first),
                why,
            });
        }
    }
}

/// Whether a history tells of anybody or of any device; an unreadable one does.
pub(crate) async fn tells_anything(path: &Path) -> bool {
    has_content(path) && has_rows(path).await.unwrap_or(true)
}

async fn has_rows(path: &Path) -> Result<bool, TracksError> {
    let mut db = SqliteConnection::connect_with(&reading(path)).await?;
    if !schema::is_there(&mut db).await? {
        return Ok(false);
    }
    let row =
        sqlx::query("SELECT EXISTS (SELECT 1 FROM people) OR EXISTS (SELECT 1 FROM devices_seen)")
            .fetch_one(&mut db)
            .await?;
    Ok(row.try_get(0)?)
}

/// What is wrong with a block of which the table tells its first and last time and its fixes.
fn fault(bytes: &[u8], told: (i64, i64, i64), has_person: bool) -> Option<String> {
    let points = match block::decode(bytes) {
        Ok(points) => points,
        Err(error) => return Some(error.to_string()),
    };
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Some("there is nothing in it".to_owned());
    };
    let fixes = i64::try_from(points.len()).unwrap_or(i64::MAX);
    if (first.occurred_at, last.occurred_at, fixes) != told {
        return Some("it does not hold what the table says of it".to_owned());
    }
    (!has_person).then(|| "it is nobody's".to_owned())
}
