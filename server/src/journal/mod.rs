//! The journal: a site's facts in order, each with the hash of the chain up to it, and what must
//! be committed with them.
//!
//! One connection writes, owned by the site task. All SQL about facts is in this folder, in a form
//! that `PostgreSQL` understands too.

mod chain;
mod store;

pub(crate) use chain::ChainHash;
pub(crate) use store::{Commit, Journal, JournalError, Reader, SeenCommand, SeenEvent};
