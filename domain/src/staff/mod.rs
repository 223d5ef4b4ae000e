//! People and their phones: who is on duty, who has a console, whose a phone is, what somebody is
//! called on the radio.

mod command;
pub(crate) mod decide;
pub mod fact;
pub(crate) mod fold;
mod refusal;
mod shown;
mod state;

pub use command::StaffCommand;
pub use fact::StaffFact;
pub use refusal::StaffRefusal;
pub use state::{ABSENT_MAX, Console, Duty, PersonState};
