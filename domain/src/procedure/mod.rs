//! 处置流程: what is done about an alarm, step by step, as data that an estate can change.
//!
//! A [`Procedure`] that exists holds: every step is reached, every answer leads somewhere, and no way
//! goes round. [`Procedure::read`] is the only way in, for the server's files and for the estate
//! document alike, and names all that is wrong at once. What has become of the steps is somebody
//! else's to keep; given that, [`Procedure::next`] says what comes now, to server and browser alike.

mod check;
mod fault;
mod limits;
mod names;
mod progress;
mod read;
mod reading;
mod types;

pub use fault::{Fault, Faults, Flaw, Part, Spot};
pub use limits::{
    ANSWERS_MAX, DEADLINE_S_MAX, DISPATCH_GUARDS_MAX, FAULTS_MAX, LABEL_CHARS_MAX,
    PROHIBITION_CHARS_MAX, PROHIBITIONS_MAX, STEP_CHARS_MAX, STEPS_MAX,
};
pub use names::everywhere;
pub use progress::Outcome;
pub use types::{Answer, Doer, Hotline, Lead, Procedure, Step};
