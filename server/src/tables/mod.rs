//! Projection tables: rows folded from the facts, for lists of what is no longer live.
//!
//! `tables.db` is written behind the turns and says how far it is. All of it follows from the
//! facts: whatever does not fit (fold version, journal, hash) is thrown away and folded anew.
//! The only SQL about projections.

#[cfg(test)]
mod contract;
mod error;
mod figures;
#[cfg(test)]
mod figures_tests;
mod projection;
mod row;
mod steps;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use error::TablesError;
#[cfg(test)]
pub(crate) use projection::SNAPSHOT_EVERY;
pub(crate) use projection::{Fold, Projection, ProjectionError, delete_tables};
pub(crate) use row::{Closing, Rows, row_of};
pub(crate) use store::{Progress, Tables, TablesReader};
