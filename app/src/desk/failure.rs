//! What came of a command that came to nothing. Its words are found where all subjects are known.

use castellan_domain::refusal::Refusal;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::ErrorDetail;

/// A command that came to nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Why.
    pub by: FailedBy,
    /// Server time when it was known, as far as that is known here.
    pub at: Option<Timestamp>,
}

/// Why a command came to nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum FailedBy {
    /// The server could not be reached.
    Unreachable,
    /// It was not sent, because what is shown is old.
    Stale,
    /// The server said no.
    Server(ErrorDetail),
    /// It was not sent, because the server would have refused it.
    Refusal(Refusal),
}
