//! What became of one attempt to send.

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The receiver took it.
    Taken,
    /// The receiver refused it, and would again.
    Refused(String),
    /// It is refused for this address alone, and would be again: the way there works.
    NoSuchAddress(String),
    /// It may work later.
    Failed(String),
}
