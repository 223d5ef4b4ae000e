//! Why something was refused that was wanted of an assignment.

use super::state::{ASSIGNMENTS_PER_INCIDENT_MAX, QUIET_S_MAX, QUIET_S_MIN, Stage};
use crate::ids::{AssignmentId, IncidentId, PersonId};
use crate::subject::RefusalKind;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum DispatchRefusal {
    /// They are asked already, or going, or there.
    #[error("{person} is part of {incident} already, as {assignment}")]
    AlreadySent {
        person: PersonId,
        incident: IncidentId,
        assignment: AssignmentId,
        stage: Stage,
    },
    /// Somebody else goes.
    #[error("{by} accepted first; this offer is withdrawn")]
    SlotTaken { by: PersonId, at: Timestamp },
    /// It is over: withdrawn, declined, or done.
    #[error("{assignment} is over since then; look at its stage")]
    AssignmentOver {
        assignment: AssignmentId,
        stage: Stage,
        at: Timestamp,
    },
    /// It does not go there from where it is.
    #[error("{assignment} cannot go there from where it is; look at its stage")]
    NotNow {
        assignment: AssignmentId,
        stage: Stage,
    },
    /// No such assignment is held live.
    #[error("{assignment} is not among the assignments of the last 24 hours")]
    UnknownAssignment { assignment: AssignmentId },
    /// Only whom it is for may say this.
    #[error("{assignment} is {person}'s; only they or an operator may answer for it")]
    NotTheirs {
        assignment: AssignmentId,
        person: PersonId,
    },
    /// They are not sent.
    #[error("{person} is not sent to incidents; choose a guard or an engineer")]
    CannotBeSent { person: PersonId },
    /// It has all the assignments that it can have.
    #[error(
        "an incident has at most {ASSIGNMENTS_PER_INCIDENT_MAX} assignments; this one has them all"
    )]
    TooManyAssignments,
    /// Silent for longer than is safe, or not at all.
    #[error(
        "silence is declared for {QUIET_S_MIN} to {QUIET_S_MAX} seconds; choose a time between"
    )]
    QuietTime,
}

impl DispatchRefusal {
    /// What sort of no it is.
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::AlreadySent { .. }
            | Self::SlotTaken { .. }
            | Self::AssignmentOver { .. }
            | Self::NotNow { .. } => RefusalKind::Conflict,
            Self::UnknownAssignment { .. } => RefusalKind::Missing,
            Self::NotTheirs { .. } => RefusalKind::Forbidden,
            Self::CannotBeSent { .. } | Self::TooManyAssignments | Self::QuietTime => {
                RefusalKind::Impossible
            }
        }
    }
}
