//! What people can want of an assignment.

use super::reasons::DeclineReason;
use crate::ids::{AlarmId, AssignmentId, IncidentId, PersonId};
use serde::{Deserialize, Serialize};

/// What somebody is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// An alarm: it becomes an incident.
    Alarm(AlarmId),
    /// An incident.
    Incident(IncidentId),
}

commands! {
    /// What people can want of an assignment.
    pub enum DispatchCommand {
        /// 派单: claims what nobody has, opens its incident if it has none, and asks this person to go.
        Dispatch = "dispatch" { matter: Matter, person: PersonId },
        /// 接单, by themselves or heard on the radio.
        Accept = "accept" { assignment: AssignmentId },
        /// 拒单
        Decline = "decline" { assignment: AssignmentId, reason: DeclineReason },
        /// 前往中
        SetOut = "set_out" { assignment: AssignmentId },
        /// 已到场
        Arrive = "arrive" { assignment: AssignmentId },
        /// 已完成
        Finish = "finish" { assignment: AssignmentId },
        /// 撤回
        Recall = "recall" { assignment: AssignmentId },
        /// 求增援: more people are needed there.
        AskSupport = "ask_support" { assignment: AssignmentId },
        /// 静默作业
        GoQuiet = "go_quiet" {
            assignment: AssignmentId,
            /// For how many seconds, [`super::QUIET_S_MIN`] to [`super::QUIET_S_MAX`].
            for_s: u32,
        },
        /// They can be heard again before its time.
        EndQuiet = "end_quiet" { assignment: AssignmentId },
    }
}

impl DispatchCommand {
    /// The assignment that it is about; none if it makes one.
    pub const fn assignment(&self) -> Option<AssignmentId> {
        match self {
            Self::Dispatch { .. } => None,
            Self::Accept { assignment }
            | Self::Decline { assignment, .. }
            | Self::SetOut { assignment }
            | Self::Arrive { assignment }
            | Self::Finish { assignment }
            | Self::Recall { assignment }
            | Self::AskSupport { assignment }
            | Self::GoQuiet { assignment, .. }
            | Self::EndQuiet { assignment } => Some(*assignment),
        }
    }
}
