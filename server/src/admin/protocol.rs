//! What is said over the admin socket: one line of JSON asks, one line answers.

use crate::doctor::Report;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// Bytes of a request's line at most.
pub(super) const REQUEST_BYTES_MAX: u64 = 8 * 1024;
/// Bytes of an answer's line at most. A report names few faults and counts the rest.
pub(super) const ANSWER_BYTES_MAX: u64 = 1024 * 1024;
/// Longest wait for a request after somebody connected.
pub(super) const REQUEST_WITHIN: Duration = Duration::from_secs(5);
/// Longest wait for an answer: a journal of years is read from its first fact on.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_hours(2);

/// What can be asked of a running server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    /// Examine the record, after folding anew what follows from the facts if that is wanted.
    Examine { rebuild: bool },
    /// Copy the record into this folder, an absolute path.
    Backup { target: PathBuf },
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Report(Report),
    Failed(String),
}
