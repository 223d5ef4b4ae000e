//! How long a guard walks from anywhere to one place, and which way: over paths, stairs and lifts,
//! through doors that guards may pass, and never straight through walls.
//!
//! One search from the place backwards ([`Ways::to`]) answers for every guard ([`WaysTo::from`]).
//! Server and browser run this same code.

mod course;
mod legs;
mod search;

pub use course::WayPoint;
pub use legs::{Lifts, WALKING_M_PER_S, Ways};
pub use search::{OFF_PATH_M_MAX, Way, WaysTo};
