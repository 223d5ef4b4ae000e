//! What facts say about assignments.

use super::reasons::{Arrival, DeclineReason, PlannedWay, Withdrawal};
use crate::estate::Priority;
use crate::ids::{AssignmentId, IncidentId, PersonId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

facts! {
    /// What was decided about an assignment.
    pub enum DispatchFact {
        /// Somebody is asked to go.
        Offered(AssignmentOffered) = "assignment_offered", 1;
        /// They go.
        Accepted(AssignmentAccepted) = "assignment_accepted", 1;
        /// They do not go.
        Declined(AssignmentDeclined) = "assignment_declined", 1;
        /// They did not answer in time, and the next one is asked.
        Unanswered(AssignmentUnanswered) = "assignment_unanswered", 1;
        /// There is nobody else who could be asked.
        NobodyLeft(AssignmentNobodyLeft) = "assignment_nobody_left", 1;
        /// They are on their way.
        SetOut(AssignmentSetOut) = "assignment_set_out", 1;
        /// They are not there in time.
        Late(AssignmentLate) = "assignment_late", 1;
        /// They are there.
        Arrived(AssignmentArrived) = "assignment_arrived", 1;
        /// They have done their part.
        Done(AssignmentDone) = "assignment_done", 1;
        /// 求增援: they ask for more people.
        SupportAsked(SupportAsked) = "support_asked", 1;
        /// Nobody needs them any more.
        Withdrawn(AssignmentWithdrawn) = "assignment_withdrawn", 1;
        /// 静默作业: nothing is to be heard of them for a while.
        QuietBegan(QuietBegan) = "quiet_began", 1;
        /// The while is over.
        QuietEnded(QuietEnded) = "quiet_ended", 1;
    }
}

/// Somebody is asked to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentOffered {
    pub assignment: AssignmentId,
    pub incident: IncidentId,
    pub person: PersonId,
    /// Offers of one slot are for one person in the end.
    pub slot: u16,
    pub priority: Priority,
    /// Part of a silent call for help.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub discreet: bool,
    /// Who sent them; nobody, if the offer before was not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The way by what the server knew; nothing where none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<PlannedWay>,
    /// Answered by then, or the next one is asked. Nothing for whoever has a radio only: they are
    /// called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_due_at: Option<Timestamp>,
    /// Whose offer of the same slot came to nothing before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<AssignmentId>,
}

/// They go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentAccepted {
    pub assignment: AssignmentId,
    /// Who said it: themselves, or whoever heard it on the radio.
    pub by: PersonId,
    /// There by then, or they are late.
    pub arrive_due_at: Timestamp,
}

/// They do not go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentDeclined {
    pub assignment: AssignmentId,
    /// As for an acceptance.
    pub by: PersonId,
    pub reason: DeclineReason,
    /// Nobody else of its slot is asked or goes: the next one is asked.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub again: bool,
}

/// They did not answer in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentUnanswered {
    pub assignment: AssignmentId,
    /// Seconds by which that was noticed too late.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub late_s: u32,
}

/// There is nobody else who could be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentNobodyLeft {
    /// Whose offer came to nothing last.
    pub assignment: AssignmentId,
}

/// They are on their way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentSetOut {
    pub assignment: AssignmentId,
    /// As for an acceptance.
    pub by: PersonId,
}

/// They are not there in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentLate {
    pub assignment: AssignmentId,
    /// Seconds by which that was noticed too late.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub late_s: u32,
}

/// They are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentArrived {
    pub assignment: AssignmentId,
    pub how: Arrival,
    /// Who said it, if somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// They have done their part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentDone {
    pub assignment: AssignmentId,
    /// As for an acceptance.
    pub by: PersonId,
}

/// They ask for more people. Whoever is sent next is the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportAsked {
    pub assignment: AssignmentId,
    /// As for an acceptance.
    pub by: PersonId,
}

/// Nobody needs them any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentWithdrawn {
    pub assignment: AssignmentId,
    pub why: Withdrawal,
}

/// Nothing is to be heard of them for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietBegan {
    pub assignment: AssignmentId,
    /// As for an acceptance.
    pub by: PersonId,
    pub until: Timestamp,
}

/// The while is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietEnded {
    pub assignment: AssignmentId,
    /// Who ended it before its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

impl DispatchFact {
    /// The assignment that it is about.
    pub const fn assignment(&self) -> AssignmentId {
        match self {
            Self::Offered(body) => body.assignment,
            Self::Accepted(body) => body.assignment,
            Self::Declined(body) => body.assignment,
            Self::Unanswered(body) => body.assignment,
            Self::NobodyLeft(body) => body.assignment,
            Self::SetOut(body) => body.assignment,
            Self::Late(body) => body.assignment,
            Self::Arrived(body) => body.assignment,
            Self::Done(body) => body.assignment,
            Self::SupportAsked(body) => body.assignment,
            Self::Withdrawn(body) => body.assignment,
            Self::QuietBegan(body) => body.assignment,
            Self::QuietEnded(body) => body.assignment,
        }
    }
}
