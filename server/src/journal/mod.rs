//! The journal: a site's facts in order, each with the hash of the chain up to it, and what must
//! be committed with them.
//!
//! One connection writes, owned by the site task. All SQL about facts is in this folder, without
//! functions that only SQLite has.

mod chain;
mod outbox;
mod store;

pub(crate) use chain::ChainHash;
pub(crate) use outbox::Parcel;
pub(crate) use store::{Commit, Journal, JournalError, Reader, SeenCommand, SeenEvent};
