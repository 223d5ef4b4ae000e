//! Who is in the history, each under a small number.

use super::error::TracksError;
use castellan_domain::ids::PersonId;
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;
use std::collections::BTreeMap;

/// Everybody who is in the history. A name that is no id any more is left out.
pub(super) async fn people(
    db: &mut SqliteConnection,
) -> Result<BTreeMap<i64, PersonId>, TracksError> {
    let rows = sqlx::query("SELECT id, person FROM people")
        .fetch_all(db)
        .await?;
    let mut people = BTreeMap::new();
    for row in rows {
        if let Ok(person) = PersonId::new(row.try_get::<String, _>("person")?) {
            people.insert(row.try_get("id")?, person);
        }
    }
    Ok(people)
}

/// The number of somebody, if they are in it.
pub(super) async fn id_of(
    db: &mut SqliteConnection,
    person: &PersonId,
) -> Result<Option<i64>, TracksError> {
    let row = sqlx::query("SELECT id FROM people WHERE person = $1")
        .bind(person.as_str())
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}
