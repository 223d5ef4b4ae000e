//! Watched areas: who is inside.

pub mod control;
pub mod fact;

pub use fact::AreaFact;
