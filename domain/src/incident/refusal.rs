//! Why something was refused that was wanted of an incident.

use super::reasons::NextStage;
use super::state::{ALARMS_PER_INCIDENT_MAX, OPEN_INCIDENTS_MAX};
use crate::ids::{AlarmId, IncidentId, PersonId, StepId};
use crate::subject::RefusalKind;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum IncidentRefusal {
    /// Somebody else was first.
    #[error("{by} has claimed {incident} already")]
    IncidentOwned {
        incident: IncidentId,
        by: PersonId,
        at: Timestamp,
        /// How long before this one that was.
        ahead: Span,
    },
    /// It is another's.
    #[error("{by} has {incident}; only they or a shift leader may do this")]
    NotIncidentOwner { incident: IncidentId, by: PersonId },
    /// Nobody owns it.
    #[error("nobody has {incident}; claim it first")]
    IncidentNotClaimed { incident: IncidentId },
    /// No such incident is held live.
    #[error("{incident} is not among the incidents of the last 24 hours")]
    UnknownIncident { incident: IncidentId },
    /// Nothing more happens to it.
    #[error("{incident} is closed; a shift leader can open it again")]
    IncidentClosed { incident: IncidentId },
    /// It does not go there from where it is.
    #[error("{incident} cannot go there from where it is; look at its stage")]
    WrongStage { incident: IncidentId, to: NextStage },
    /// What is closed has its verdicts.
    #[error("{} of its alarms have no verdict yet, {} among them; judge them, then close it", alarms.len(), alarms.first().map_or_else(String::new, ToString::to_string))]
    AlarmsUnjudged { alarms: Vec<AlarmId> },
    /// The alarm is part of an incident already.
    #[error("{alarm} is part of {incident}; take it out there first")]
    InIncident {
        alarm: AlarmId,
        incident: IncidentId,
    },
    /// The alarm is no part of this incident.
    #[error("{alarm} is no part of {incident}")]
    NotInIncident {
        alarm: AlarmId,
        incident: IncidentId,
    },
    /// An incident without an alarm is none.
    #[error("{incident} would be left without an alarm; close it instead")]
    LastAlarm { incident: IncidentId },
    /// What does not go together: a drill with what is real, a silent call for help with anything, or
    /// an incident with itself.
    #[error(
        "these two are not put together: a drill stays apart from what is real, and a silent call for help from everything"
    )]
    DoesNotFit,
    /// It has all the alarms that it can have.
    #[error("an incident has at most {ALARMS_PER_INCIDENT_MAX} alarms; this one has them all")]
    IncidentFull,
    /// No step of its procedure, as it is now, is called so.
    #[error("the procedure of {incident} has no step {step}; look at its steps again")]
    UnknownStep { incident: IncidentId, step: StepId },
    /// It asks, and that is none of its answers; or it does not ask.
    #[error("{step} is settled by one of its own answers, and only if it asks")]
    NotItsAnswer { step: StepId },
    /// It does not depend on a condition.
    #[error("{step} is required; say why it is left out")]
    ReasonWanted { step: StepId },
    /// Nobody has said anything of it.
    #[error("nothing was said of {step} that could be taken back")]
    StepNotTaken { step: StepId },
    /// Somebody who was sent speaks of their own steps only.
    #[error("{step} is not a step of theirs; an operator records it")]
    NotTheirStep { step: StepId },
    /// The site's live memory is full.
    #[error("the site has {OPEN_INCIDENTS_MAX} open incidents; close some first")]
    TooManyIncidents,
}

impl IncidentRefusal {
    /// What sort of no it is.
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::IncidentOwned { .. }
            | Self::IncidentClosed { .. }
            | Self::WrongStage { .. }
            | Self::InIncident { .. }
            | Self::NotInIncident { .. } => RefusalKind::Conflict,
            Self::UnknownIncident { .. } | Self::UnknownStep { .. } => RefusalKind::Missing,
            Self::NotIncidentOwner { .. } | Self::NotTheirStep { .. } => RefusalKind::Forbidden,
            Self::IncidentNotClaimed { .. }
            | Self::AlarmsUnjudged { .. }
            | Self::LastAlarm { .. }
            | Self::DoesNotFit
            | Self::NotItsAnswer { .. }
            | Self::ReasonWanted { .. }
            | Self::StepNotTaken { .. }
            | Self::IncidentFull => RefusalKind::Impossible,
            Self::TooManyIncidents => RefusalKind::Full,
        }
    }
}
