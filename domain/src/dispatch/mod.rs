//! 派单: who was asked to go where, and what became of it. One [`Assignment`] is one person's part of an
//! incident; an offer, its repeat to the next person and their acceptance share a slot, and the first
//! recorded acceptance of a slot counts.

mod apply;
mod command;
pub mod control;
pub(crate) mod decide;
pub mod fact;
pub(crate) mod fold;
pub mod goal;
pub mod rank;
mod reasons;
mod refusal;
mod shown;
mod state;
mod waits;

pub use command::{DispatchCommand, Matter};
pub use fact::DispatchFact;
pub use reasons::{Arrival, DeclineReason, PlannedWay, Withdrawal};
pub use refusal::DispatchRefusal;
pub use state::{
    ARRIVED_M_MAX, ASSIGNMENTS_PER_INCIDENT_MAX, Assignment, Due, QUIET_S_MAX, QUIET_S_MIN, Stage,
};
