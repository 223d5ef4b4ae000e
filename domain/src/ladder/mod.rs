//! Ladders that are being climbed: who is called, one rung after the other, until a person answers.
//!
//! A run is about one [`crate::matter::Matter`]. It carries its steps with it, as they were when it began,
//! so that what a fact meant never depends on today's estate. [`LadderRun::next_due`] says what is due
//! next, [`rungs`] whom that calls. Nothing stops a run but a person's answer.

pub mod control;
pub mod fact;
pub(crate) mod fold;
pub mod rungs;
mod shown;
mod state;

pub use fact::LadderFact;
pub use state::{CALLED_PER_STEP_MAX, CALLS_MAX, Call, LadderDue, LadderRun, Reached, Stopped};
