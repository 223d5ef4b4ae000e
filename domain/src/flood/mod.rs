//! 报警激增: more alarms than people can take.

pub mod fact;
pub(crate) mod fold;
mod state;

pub use fact::FloodFact;
pub use state::Flood;
