//! What every subject of the domain is made of.
//!
//! A subject (`alarm`, `staff`, `zone` …) is a folder. Its words come first: state, facts, commands and
//! refusals. The sums [`crate::fact::FactBody`], [`crate::command::Command`] and
//! [`crate::refusal::Refusal`] name each subject once. Its behaviour stands on those: `decide` makes a
//! fact of a command, `fold` lets a fact change the site, `shown` says who may see it.

#[macro_use]
mod commands;
#[macro_use]
mod facts;
mod history;
mod stamp;

pub use history::{Again, HISTORY_STEPS_MAX, History, Step, Told};
pub use stamp::Stamp;

/// A thing that came, changed or left.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<K, V> {
    pub id: K,
    /// What it was; nothing if it is new.
    pub before: Option<V>,
}

/// What sort of no a refusal is. The server's HTTP status follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// It is not, or no longer, as the sender believes: somebody else was first.
    Conflict,
    /// There is no such thing.
    Missing,
    /// The person may not.
    Forbidden,
    /// It cannot be done, whoever asks.
    Impossible,
    /// There is no room now.
    Full,
}
