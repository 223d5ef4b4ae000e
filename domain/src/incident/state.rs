//! One incident.

use super::fact::IncidentFact;
use super::reasons::OpenedBy;
use super::steps::{StepRecords, StepWait};
use crate::alarm::{Located, Returned};
use crate::estate::Priority;
use crate::ids::{AlarmId, AlarmTypeId, IncidentId, PersonId, Version};
use crate::subject::History;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Alarms that one incident takes; the next one gets an incident of its own.
pub const ALARMS_PER_INCIDENT_MAX: usize = 200;
/// Incidents that may be open at once; further ones are not opened, and their alarms stand alone. What
/// is of priority 1 is opened all the same.
pub const OPEN_INCIDENTS_MAX: usize = 500;
/// How long a closed incident stays live. Older ones are read from the record.
pub(crate) const CLOSED_KEPT: Span = Span::from_secs(24 * 3600);
/// Closed incidents that stay live at most; the ones closed longest ago leave first.
pub const CLOSED_INCIDENTS_MAX: usize = 200;
/// Seconds after the last alarm of an incident in which another one joins it by itself.
pub const JOIN_S_MAX: i64 = 60;
/// Metres between an incident and an alarm that joins it by itself, where no building says that they are together.
pub const JOIN_M_MAX: f64 = 60.0;

/// Seconds after an incident was closed in which a new one of the same matter says what it comes after.
pub const LINK_S_MAX: i64 = 1_800;

/// One incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    pub id: IncidentId,
    /// The type of its worst alarm: its procedure and its terms follow from it.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// Its worst alarm's, or as somebody set it.
    pub priority: Priority,
    /// One of its alarms is a silent call for help, or began as one: never where the one who threatens can
    /// read it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub discreet: bool,
    /// Who set its priority, until a worse alarm joins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_by: Option<PersonId>,
    /// Where people are sent.
    pub place: Located,
    /// Part of a drill.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    pub opened_at: Timestamp,
    pub why: OpenedBy,
    pub owner: Owner,
    pub stage: Stage,
    /// Its alarms in the order in which they came, at most [`ALARMS_PER_INCIDENT_MAX`].
    pub alarms: Vec<AlarmId>,
    /// When the last one came.
    pub joined_at: Timestamp,
    /// How many people its type wants sent.
    pub guards: u8,
    /// So many sent by then, or the ladder climbs. Nothing once they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch_due_at: Option<Timestamp>,
    /// When it was found that too few had been sent in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undispatched_at: Option<Timestamp>,
    /// What has become of the steps of its procedure.
    #[serde(default, skip_serializing_if = "StepRecords::is_empty")]
    pub steps: StepRecords,
    /// The step that has to be taken first, if one has a deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_wait: Option<StepWait>,
    /// The fact that last changed it.
    pub version: Version,
    /// What happened to it.
    #[serde(default, skip_serializing_if = "History::is_empty")]
    pub history: History<IncidentFact>,
}

/// Who has an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Nobody, and a deadline runs.
    Nobody {
        since: Timestamp,
        /// Claimed by then, or overdue (again).
        due_at: Timestamp,
        /// How often a deadline has passed already.
        times_overdue: u32,
        /// Why it is back, if somebody had it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        returned: Option<Returned>,
    },
    /// Somebody.
    Person {
        by: PersonId,
        at: Timestamp,
        /// Their last console is gone: back by then, or it returns.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        absent_due_at: Option<Timestamp>,
    },
}

/// How far an incident is. From 已控制 on by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 待处置
    Open,
    /// 已派单: somebody was asked to go.
    Dispatched,
    /// 处置中: somebody is there.
    Handling,
    /// 已控制
    Contained,
    /// 已处置
    Resolved,
    /// 已结案
    Closed { by: PersonId, at: Timestamp },
    /// It is part of another one.
    Merged {
        into: IncidentId,
        by: PersonId,
        at: Timestamp,
    },
}

/// What of an incident is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Nobody has claimed it.
    Claim,
    /// Its owner is gone.
    OwnerAbsent,
    /// Too few have been sent.
    Dispatch,
    /// A step has not been taken.
    Step,
}

impl Incident {
    /// Whether it is neither closed nor part of another one.
    pub const fn is_open(&self) -> bool {
        self.ended_at().is_none()
    }

    /// When it was closed or became part of another one.
    pub const fn ended_at(&self) -> Option<Timestamp> {
        match self.stage {
            Stage::Closed { at, .. } | Stage::Merged { at, .. } => Some(at),
            Stage::Open
            | Stage::Dispatched
            | Stage::Handling
            | Stage::Contained
            | Stage::Resolved => None,
        }
    }

    /// Whether people are still to come: nobody has said that it is under control.
    pub const fn needs_people(&self) -> bool {
        match self.stage {
            Stage::Open | Stage::Dispatched | Stage::Handling => true,
            Stage::Contained | Stage::Resolved | Stage::Closed { .. } | Stage::Merged { .. } => {
                false
            }
        }
    }

    /// Who owns it.
    pub const fn owner(&self) -> Option<&PersonId> {
        match &self.owner {
            Owner::Nobody { .. } => None,
            Owner::Person { by, .. } => Some(by),
        }
    }

    /// The deadline that runs, if one does. An open one that nobody has always has one.
    pub fn next_due(&self) -> Option<(Timestamp, Due)> {
        if !self.is_open() {
            return None;
        }
        let owner = match &self.owner {
            Owner::Nobody { due_at, .. } => Some((*due_at, Due::Claim)),
            Owner::Person { absent_due_at, .. } => absent_due_at.map(|at| (at, Due::OwnerAbsent)),
        };
        let dispatch = self.dispatch_due_at.map(|at| (at, Due::Dispatch));
        let step = self.step_wait.as_ref();
        let step = step.map(|wait| (wait.due_at, Due::Step));
        let all = owner.into_iter().chain(dispatch).chain(step);
        all.min_by_key(|(at, _)| *at)
    }
}
