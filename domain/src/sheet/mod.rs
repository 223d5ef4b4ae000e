//! The case sheet of an incident: which facts belong on it, and which deadlines were kept.

mod deadlines;
mod gathered;

pub use deadlines::{DEADLINES_MAX, Deadline, Ended, What, deadlines};
pub use gathered::{Gathered, SHEET_FACTS_MAX};
