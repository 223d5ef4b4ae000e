//! The history of positions, and everybody's last one after a restart; beside it, when each device
//! was heard last ([`seen`]).
//!
//! A phone's 200 follows the commit into the filling tail ([`tail`]), which survives a killed
//! process. The disk itself is synced once a second ([`Tracks::sync`]): a power cut can cost the
//! last second's positions. Beside the turns, [`upkeep`] moves what has gathered into blocks
//! ([`block`]) and lets go of what is too old. A fix lies in a tail, in a block, or for a moment in
//! both: whoever reads counts it once, by person and time. Of several of one time that one counts
//! which the map shows as well ([`castellan_domain::fix_order`]).

mod block;
mod check;
#[cfg(test)]
mod contract;
mod error;
mod people;
mod point;
mod read;
mod recall;
#[cfg(test)]
mod same_moment;
mod schema;
mod seen;
mod store;
mod tail;
#[cfg(test)]
mod tests;
mod upkeep;

pub(crate) use check::{check, tells_anything};
pub(crate) use error::TracksError;
pub(crate) use recall::recall;
pub(crate) use store::Tracks;
