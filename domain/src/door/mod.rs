//! Doors, as their controllers tell them. What is wanted of a door is an [`crate::actuation`].

pub mod control;
pub mod fact;
pub(crate) mod fold;
mod refusal;
mod shown;
mod state;

pub use fact::DoorFact;
pub use refusal::DoorRefusal;
pub use state::{DOOR_HELD, DoorState, GRANTED_FOR};
