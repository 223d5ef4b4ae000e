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
mod message;

pub use fact::{NotificationFact, NotificationSettled, Settlement};
pub use message::{Announcement, Message, Notification, OverdueAlarm, Rehearsal};
