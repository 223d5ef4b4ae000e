//! 事件: what people handle together until it is closed.
//!
//! An incident has alarms, one owner, a stage from 待处置 to 已结案, and assignments
//! ([`crate::dispatch`]). **While it is open, its owner owns its alarms, and its deadlines replace their
//! follow-ups.** Its alarms are not transferred singly and do not leave the live list. It is closed once every
//! alarm has its verdict; what it does after that changes nothing of them. It keeps what has become of the
//! steps of its procedure.

mod apply;
mod command;
pub mod control;
pub(crate) mod decide;
pub mod fact;
pub(crate) mod fold;
pub(crate) mod grade;
pub(crate) mod near;
mod reasons;
mod refusal;
mod shown;
mod state;
mod steps;

pub use command::IncidentCommand;
pub use fact::IncidentFact;
pub use reasons::{JoinedIncidentBy, NextStage, OpenedBy, SkipReason};
pub use refusal::IncidentRefusal;
pub use state::{
    ALARMS_PER_INCIDENT_MAX, CLOSED_INCIDENTS_MAX, Due, Incident, JOIN_M_MAX, JOIN_S_MAX,
    LINK_S_MAX, OPEN_INCIDENTS_MAX, Owner, Stage,
};
pub use steps::{STEPS_KEPT_MAX, StepRecord, StepRecords, StepWait, Taken};
