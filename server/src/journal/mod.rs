//! The journal: a site's facts in order, each with the hash of the chain up to it, and what must
//! be committed with them.
//!
//! One connection writes, owned by the site task. All SQL about facts is in this folder, without
//! functions that only SQLite has; what each store does in its own way (how it is opened, checking its
//! pages, copying itself, emptying its log) stands in `connection.rs`, `copy.rs`, `log.rs` and
//! `personal.rs`.

mod chain;
mod commit;
mod connection;
#[cfg(test)]
mod contract;
pub(crate) mod copy;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
mod lies;
mod log;
mod outbox;
mod personal;
mod reader;
mod replay;
#[cfg(test)]
mod replay_tests;
mod schema;
mod seen;
mod snapshots;
mod store;

pub(crate) use chain::ChainHash;
pub(crate) use commit::{Commit, SeenCommand, SeenEvent};
pub(crate) use error::JournalError;
pub(crate) use lies::{Lies, lies_at};
pub(crate) use log::copy_log;
pub(crate) use outbox::Parcel;
pub(crate) use personal::StoredWords;
pub(crate) use reader::Reader;
pub(crate) use replay::{Replayed, replay};
pub(crate) use snapshots::{Snapshots, Stamp};
pub(crate) use store::{Journal, StoredFact};
