//! What goes wrong with the history.

/// What goes wrong with the history.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TracksError {
    #[error("the history of positions failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error(
        "the history of positions has the form {0} of an older Castellan, from before there was a \
         release, and no way leads from it"
    )]
    Older(i64),
    #[error(
        "the history of positions has the form {0}, which this Castellan does not know; \
         start the newer one that wrote it"
    )]
    Newer(i64),
    #[error("the history of positions holds a coordinate outside the earth")]
    Coordinate,
}
