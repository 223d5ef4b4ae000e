//! What became of one attempt to send.

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The receiver took it.
    Taken,
    /// The receiver refused it, and would again.
    Refused(String),
    /// It may work later.
    Failed(String),
}
