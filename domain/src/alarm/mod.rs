//! Alarms: conditions that need a person.
//!
//! An alarm has six independent sides: what devices say ([`Condition`]), who has it
//! ([`Ownership`]), who has seen it ([`Acknowledged`]), whether it is muted ([`Mute`]) or shelved
//! ([`Shelf`]), and what it was ([`Judgement`]). [`Alarm::raised`] makes a row of a fact, [`Alarm::apply`]
//! takes each later fact or refuses it, and [`Alarm::next_due`] says which deadline runs.

mod apply;
pub mod basis;
mod clip;
mod command;
pub mod control;
mod deadline;
pub mod decide;
mod existing;
pub mod fact;
pub(crate) mod fold;
mod in_incident;
mod located;
mod raise;
mod reasons;
mod refusal;
mod shown;
mod sources;
mod state;
mod steps;
mod unheard;

pub use clip::{ClipNews, Linked, linked};
pub use command::{AlarmCommand, NoteCommand, NoteWords};
pub use deadline::{Due, OVERDUE_WAIT_MAX, follow_up_wait};
pub use fact::AlarmFact;
pub use located::{Located, MOVED_M_MIN};
pub use reasons::{FollowUp, NoteContent, ReturnedBy, ShelfReason, Verdict, VerdictBasis};
pub use refusal::{AlarmRefusal, SHELF_S_MAX, SHELF_S_MIN, SHELVED_MAX};
pub use sources::{
    Condition, EXISTING_MAX, Existing, Joined, JoinedBy, Risen, RisenBy, Silence, Source, Unheard,
};
pub use state::{
    Acknowledged, Alarm, CLOSED_ALARMS_MAX, JOINED_MAX, Judged, Judgement, Mute, NOTES_MAX, Note,
    OPEN_ALARMS_MAX, Ownership, P1_MUTES_MAX, RISES_MAX, Returned, Shelf,
};
