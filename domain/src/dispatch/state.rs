//! One person's part of an incident.

use super::fact::DispatchFact;
use super::reasons::{Arrival, DeclineReason, PlannedWay, Withdrawal};
use crate::estate::Priority;
use crate::ids::{AssignmentId, IncidentId, PersonId, Version};
use crate::subject::History;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Assignments that one incident can have; the next one is refused.
pub const ASSIGNMENTS_PER_INCIDENT_MAX: usize = 64;
/// Metres from the place within which somebody is there, with what their phone may be mistaken by.
pub const ARRIVED_M_MAX: f64 = 25.0;
/// The shortest time of silence that somebody can declare, in seconds.
pub const QUIET_S_MIN: u32 = 60;
/// The longest time of silence that somebody can declare, in seconds.
pub const QUIET_S_MAX: u32 = 1_800;

/// One person's part of an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    pub id: AssignmentId,
    pub incident: IncidentId,
    pub person: PersonId,
    /// Offers of one slot are for one person in the end.
    pub slot: u16,
    /// As its incident was when it was offered.
    pub priority: Priority,
    /// Part of a silent call for help: never where the one who threatens can read it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub discreet: bool,
    pub offered_at: Timestamp,
    /// Who sent them; nobody, if the offer before was not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_by: Option<PersonId>,
    /// The way as it was when it was offered; nothing where none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<PlannedWay>,
    pub stage: Stage,
    /// Since when it is in this stage.
    pub since: Timestamp,
    /// Answered, there, or heard of again by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// It was due and is still awaited: since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_at: Option<Timestamp>,
    /// The slot waits for the next person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_offer_again: bool,
    /// 求增援: since when they ask for more people, until somebody sends some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_asked_at: Option<Timestamp>,
    /// 静默作业: nothing is to be heard of them until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_until: Option<Timestamp>,
    /// The fact that last changed it.
    pub version: Version,
    /// What happened to it.
    #[serde(default, skip_serializing_if = "History::is_empty")]
    pub history: History<DispatchFact>,
}

/// How far an assignment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 待接单
    Offered,
    /// 超时未接: offered to the next one as well. They may still accept.
    Unanswered,
    /// 已接单
    Accepted,
    /// 前往中
    OnTheWay,
    /// 已到场
    OnScene { how: Arrival },
    /// 已完成
    Done,
    /// 拒单
    Declined { reason: DeclineReason },
    /// Nobody needs them any more.
    Withdrawn { why: Withdrawal },
}

impl Stage {
    /// Whether they said that they go, and are not done.
    pub const fn is_going(&self) -> bool {
        match self {
            Self::Accepted | Self::OnTheWay | Self::OnScene { .. } => true,
            Self::Offered
            | Self::Unanswered
            | Self::Done
            | Self::Declined { .. }
            | Self::Withdrawn { .. } => false,
        }
    }
}

/// What of an assignment is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Nobody answered.
    Answer,
    /// Its slot waits for the next person.
    Again,
    /// They are not there yet.
    Arrival,
    /// 静默 is over.
    QuietOver,
}

impl Assignment {
    /// Whether they are asked, or going, or there.
    pub const fn is_live(&self) -> bool {
        match self.stage {
            Stage::Offered
            | Stage::Unanswered
            | Stage::Accepted
            | Stage::OnTheWay
            | Stage::OnScene { .. } => true,
            Stage::Done | Stage::Declined { .. } | Stage::Withdrawn { .. } => false,
        }
    }

    /// Whether they said that they go.
    pub const fn is_accepted(&self) -> bool {
        match self.stage {
            Stage::Accepted | Stage::OnTheWay | Stage::OnScene { .. } | Stage::Done => true,
            Stage::Offered
            | Stage::Unanswered
            | Stage::Declined { .. }
            | Stage::Withdrawn { .. } => false,
        }
    }

    /// Whether nobody else of their slot is to be asked: they were asked just now, go, or went.
    pub const fn holds_slot(&self) -> bool {
        matches!(self.stage, Stage::Offered) || self.is_accepted()
    }

    /// Whether it binds them now: they accepted, and are not done.
    pub const fn is_task(&self) -> bool {
        self.stage.is_going()
    }

    /// The deadline that runs, if one does.
    pub fn next_due(&self) -> Option<(Timestamp, Due)> {
        let due = match self.stage {
            Stage::Offered => self.due_at.map(|at| (at, Due::Answer)),
            Stage::Accepted | Stage::OnTheWay => self.due_at.map(|at| (at, Due::Arrival)),
            Stage::Unanswered
            | Stage::OnScene { .. }
            | Stage::Done
            | Stage::Declined { .. }
            | Stage::Withdrawn { .. } => None,
        };
        let again = self.to_offer_again.then_some((self.since, Due::Again));
        let quiet = self.quiet_until.map(|at| (at, Due::QuietOver));
        let all = due.into_iter().chain(again).chain(quiet);
        all.min_by_key(|(at, _)| *at)
    }
}
