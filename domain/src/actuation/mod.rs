//! What is wanted of a device, at most once: an order that may open a door is never given twice.
//!
//! The intent is a fact first. What may be sent is made of that fact by the turn that records it,
//! and by nothing else: an [`order::Actuation`] can neither be copied nor be read from anywhere, and whoever
//! sends it uses it up. What the record says after a restart is therefore never sent; there is no
//! code that could. The sibling with the opposite promise is [`crate::notify`].
//!
//! The only thing that can be wanted is that a door opens for a moment. There is no order to lock or
//! to close anything, on purpose: whatever becomes of an order here, nobody's way out gets narrower.
//!
//! What a drill intends is a [`order::ActuationRehearsal`], which no driver takes:
//!
//! ```compile_fail
//! use castellan_domain::actuation::order::{Actuation, ActuationRehearsal};
//! fn send(_: Actuation) {}
//! fn a_drill_would_open_the_gate(rehearsal: ActuationRehearsal) {
//!     send(rehearsal);
//! }
//! ```
//!
//! And nothing is sent twice:
//!
//! ```compile_fail
//! use castellan_domain::actuation::order::Actuation;
//! fn send(_: Actuation) {}
//! fn to_be_sure(actuation: Actuation) {
//!     send(actuation);
//!     send(actuation);
//! }
//! ```

mod command;
pub(crate) mod decide;
pub mod fact;
pub(crate) mod fold;
pub mod order;
mod refusal;
mod shown;
mod state;

pub use command::ActuationCommand;
pub use fact::{Act, ActuationFact, ActuationIntended, ActuationOutcome, ActuationSettled};
pub use refusal::ActuationRefusal;
pub use state::{ActuationState, SEND_WITHIN, Settled};
