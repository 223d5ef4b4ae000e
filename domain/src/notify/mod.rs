//! What people outside are told, and what a drill would have told them.
//!
//! The two are different types. A [`Notification`] can only be made of a fact that is no part of a
//! drill, and what sends takes nothing else:
//!
//! ```compile_fail
//! use castellan_domain::notify::{Notification, Rehearsal};
//! fn send(_: &Notification) {}
//! fn a_drill_would_call_the_duty_manager(rehearsal: &Rehearsal) {
//!     send(rehearsal);
//! }
//! ```

pub mod fact;
pub(crate) mod fold;
mod message;
mod shown;
pub mod state;

pub use fact::{NotificationFact, Settlement};
pub use message::{
    Announcement, CalledAbout, CalledAlarm, CalledAssignment, CalledIncident, CalledStep,
    LadderCall, Message, Notification, Rehearsal,
};
pub use state::Reach;
