//! What people can want of an incident.

use super::reasons::{NextStage, SkipReason};
use crate::estate::Priority;
use crate::ids::{AlarmId, AnswerId, IncidentId, PersonId, StepId};

commands! {
    /// What people can want of an incident.
    pub enum IncidentCommand {
        /// 接警 of one that nobody owns.
        Claim = "claim_incident" { incident: IncidentId },
        /// It goes to another owner.
        Transfer = "transfer_incident" { incident: IncidentId, to: PersonId },
        /// Its owner gives it back.
        Release = "release_incident" { incident: IncidentId },
        /// To another stage.
        Move = "move_incident" { incident: IncidentId, to: NextStage },
        /// As urgent as this, until a worse alarm joins.
        SetPriority = "set_incident_priority" { incident: IncidentId, priority: Priority },
        /// An alarm becomes part of it.
        Join = "join_incident" { incident: IncidentId, alarm: AlarmId },
        /// An alarm did not belong there.
        Leave = "leave_incident" { incident: IncidentId, alarm: AlarmId },
        /// Some of its alarms get an incident of their own.
        Split = "split_incident" { incident: IncidentId, alarms: Vec<AlarmId> },
        /// All of it becomes part of another one.
        Merge = "merge_incident" { incident: IncidentId, into: IncidentId },
        /// A step of its procedure was done; one that asks has its answer.
        TakeStep = "take_step" {
            incident: IncidentId,
            step: StepId,
            /// One of the step's answers, if it asks.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            answer: Option<AnswerId>,
        },
        /// A step is left out.
        SkipStep = "skip_step" {
            incident: IncidentId,
            step: StepId,
            /// Why. Only what applies under a condition is left out without a reason.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            reason: Option<SkipReason>,
        },
        /// What was said of a step was a mistake.
        UndoStep = "undo_step" { incident: IncidentId, step: StepId },
    }
}

impl IncidentCommand {
    /// The incident that it is about.
    pub const fn incident(&self) -> IncidentId {
        match self {
            Self::Claim { incident }
            | Self::Transfer { incident, .. }
            | Self::Release { incident }
            | Self::Move { incident, .. }
            | Self::SetPriority { incident, .. }
            | Self::Join { incident, .. }
            | Self::Leave { incident, .. }
            | Self::Split { incident, .. }
            | Self::Merge { incident, .. }
            | Self::TakeStep { incident, .. }
            | Self::SkipStep { incident, .. }
            | Self::UndoStep { incident, .. } => *incident,
        }
    }
}
