//! What facts say about incidents.

use super::reasons::{JoinedIncidentBy, NextStage, OpenedBy, SkipReason};
use super::steps::StepWait;
use crate::alarm::{Located, ReturnedBy};
use crate::estate::Priority;
use crate::ids::{AlarmId, AlarmTypeId, IncidentId, PersonId, ProcedureId, StepId};
use crate::procedure::Outcome;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

facts! {
    /// What was decided about an incident.
    pub enum IncidentFact {
        /// A new incident.
        Opened(IncidentOpened) = "incident_opened", 1;
        /// An alarm is part of it.
        Joined(IncidentJoined) = "incident_joined", 1;
        /// An alarm is no part of it any more: it did not belong there.
        Left(IncidentLeft) = "incident_left", 1;
        /// A person owns it, and with it its alarms.
        Claimed(IncidentClaimed) = "incident_claimed", 1;
        /// It has another owner.
        Transferred(IncidentTransferred) = "incident_transferred", 1;
        /// Nobody owns it any more.
        Returned(IncidentReturned) = "incident_returned", 1;
        /// Nobody claimed it in time. The next deadline runs.
        Overdue(IncidentOverdue) = "incident_overdue", 1;
        /// Too few people were sent in time.
        Undispatched(IncidentUndispatched) = "incident_undispatched", 1;
        /// A person moved it to another stage.
        Moved(IncidentMoved) = "incident_moved", 1;
        /// A person set its priority.
        PrioritySet(IncidentPrioritySet) = "incident_priority_set", 1;
        /// Its alarms make something else of it: it became worse, or its worst alarm left.
        Regraded(IncidentRegraded) = "incident_regraded", 1;
        /// All of it is part of another one.
        Merged(IncidentMerged) = "incident_merged", 1;
        /// Another step has to be taken first, or none has.
        StepAwaited(StepAwaited) = "incident_step_awaited", 1;
        /// Somebody took a step of its procedure, or left it out.
        StepTaken(StepTaken) = "incident_step_taken", 1;
        /// What was said of a step was a mistake.
        StepUndone(StepUndone) = "incident_step_undone", 1;
        /// A step was not taken in time.
        StepLate(StepLate) = "incident_step_late", 1;
    }
}

/// A new incident, with everything that was decided about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentOpened {
    pub incident: IncidentId,
    pub why: OpenedBy,
    /// The type that it is about.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    pub priority: Priority,
    pub place: Located,
    /// Its alarms: of another incident, if they were split off.
    pub alarms: Vec<AlarmId>,
    /// Who owns it from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// By when it has to be claimed where nobody owns it.
    pub claim_due_at: Timestamp,
    /// How many people its type wants sent.
    pub guards: u8,
    /// By when, if somebody owns it and its type says so; since its alarm was claimed, if that was before. What has
    /// passed already was passed by that alarm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch_due_at: Option<Timestamp>,
    /// Whoever was sent to that one belongs here from now on: what stands where they were sent was split off from it.
    /// Absent: whoever was sent stays where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_of: Option<IncidentId>,
    /// One of the same matter was closed not long ago: of one procedure, and in the same building or near it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<IncidentId>,
}

/// An alarm is part of an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentJoined {
    pub incident: IncidentId,
    pub alarm: AlarmId,
    pub why: JoinedIncidentBy,
}

/// An alarm is no part of an incident any more. It stays its owner's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentLeft {
    pub incident: IncidentId,
    pub alarm: AlarmId,
    pub by: PersonId,
    /// By when its owner has to do something about it.
    pub follow_up_due_at: Timestamp,
    /// By when its owner has to send somebody for it, if its type says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch_due_at: Option<Timestamp>,
}

/// A person owns an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentClaimed {
    pub incident: IncidentId,
    pub by: PersonId,
    /// By when people have to be sent, if its type says so and too few have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch_due_at: Option<Timestamp>,
}

/// An incident has another owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentTransferred {
    pub incident: IncidentId,
    /// Who decided it.
    pub by: PersonId,
    pub to: PersonId,
}

/// Nobody owns an incident any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentReturned {
    pub incident: IncidentId,
    pub why: ReturnedBy,
    /// By when it has to be claimed again.
    pub claim_due_at: Timestamp,
    /// Seconds by which it came back too late, since nobody was there to notice.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub late_s: u32,
}

/// Nobody claimed an incident in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentOverdue {
    pub incident: IncidentId,
    /// How often that has happened, this time included.
    pub times: u32,
    /// The next deadline.
    pub claim_due_at: Timestamp,
    /// As for one that returned.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub late_s: u32,
}

/// Too few people were sent in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentUndispatched {
    pub incident: IncidentId,
    /// As for one that returned.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub late_s: u32,
}

/// A person moved an incident to another stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentMoved {
    pub incident: IncidentId,
    pub to: NextStage,
    pub by: PersonId,
}

/// A person set an incident's priority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentPrioritySet {
    pub incident: IncidentId,
    pub priority: Priority,
    pub by: PersonId,
}

/// What an incident is from here on, by the alarms that are part of it. It follows from what happened
/// before and from the estate, and is written down so that a replay asks neither.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentRegraded {
    pub incident: IncidentId,
    /// The type of its worst alarm.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    pub priority: Priority,
    /// How many people are wanted: while it becomes worse never fewer than before.
    pub guards: u8,
    /// By when they have to be sent: anew where it became worse. Absent: enough are, or nobody owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch_due_at: Option<Timestamp>,
    /// Where people are sent from here on. Absent: where they were sent before.
    #[serde(default, skip_serializing_if = "Located::is_unknown")]
    pub place: Located,
}

/// All of an incident is part of another one: its alarms and its assignments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentMerged {
    pub incident: IncidentId,
    pub into: IncidentId,
    pub by: PersonId,
}

/// Which step has to be taken first. It follows from what happened before, and is written down so that
/// the deadline of today does not depend on the procedure of tomorrow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepAwaited {
    pub incident: IncidentId,
    /// Absent: none that has a deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<StepWait>,
}

/// Somebody took a step of an incident's procedure, or left it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTaken {
    pub incident: IncidentId,
    pub procedure: ProcedureId,
    pub step: StepId,
    pub outcome: Outcome,
    /// Why it was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SkipReason>,
    /// It was left out though it does not depend on a condition: the rung above hears of it.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub required: bool,
    pub by: PersonId,
}

/// What was said of a step was a mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUndone {
    pub incident: IncidentId,
    pub procedure: ProcedureId,
    pub step: StepId,
    pub by: PersonId,
}

/// A step was not taken in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepLate {
    pub incident: IncidentId,
    pub procedure: ProcedureId,
    pub step: StepId,
    /// As for one that returned.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub late_s: u32,
}

impl IncidentFact {
    /// The incident that it is about.
    pub const fn incident(&self) -> IncidentId {
        match self {
            Self::Opened(body) => body.incident,
            Self::Joined(body) => body.incident,
            Self::Left(body) => body.incident,
            Self::Claimed(body) => body.incident,
            Self::Transferred(body) => body.incident,
            Self::Returned(body) => body.incident,
            Self::Overdue(body) => body.incident,
            Self::Undispatched(body) => body.incident,
            Self::Moved(body) => body.incident,
            Self::PrioritySet(body) => body.incident,
            Self::Regraded(body) => body.incident,
            Self::Merged(body) => body.incident,
            Self::StepAwaited(body) => body.incident,
            Self::StepTaken(body) => body.incident,
            Self::StepUndone(body) => body.incident,
            Self::StepLate(body) => body.incident,
        }
    }
}
