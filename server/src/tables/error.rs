//! What goes wrong with the tables.

/// What goes wrong with the tables.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TablesError {
    #[error("the tables' database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the tables hold {0} that cannot be read")]
    Unreadable(&'static str),
    #[error("a row cannot be written or read: {0}")]
    Json(#[from] serde_json::Error),
}
