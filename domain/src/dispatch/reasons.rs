//! How and why an assignment is what it is, in words that facts and states share.

use crate::estate::Way;
use crate::ids::{AssignmentId, PersonId};
use serde::{Deserialize, Serialize};

/// The way to an incident, as far as it decides who goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedWay {
    /// Seconds on foot.
    pub seconds: u32,
    /// By stairs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stairs: bool,
    /// By a lift.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lift: bool,
    /// No path is on the floor where it ends or begins: what stands there of stairs is not counted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_floor: bool,
}

impl From<&Way> for PlannedWay {
    fn from(way: &Way) -> Self {
        Self {
            seconds: way.seconds,
            stairs: way.stairs,
            lift: way.by_lift,
            without_floor: way.without_floor,
        }
    }
}

/// How it is known that somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrival {
    /// They said so, or somebody for them.
    Said,
    /// Their phone is near.
    Position,
}

/// Why somebody does not go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    /// 正在处理其他事件
    Busy,
    /// 岗位离不开
    CannotLeavePost,
    /// 太远
    TooFar,
    /// 身体不适
    Unwell,
    /// 缺少装备
    Unequipped,
}

impl DeclineReason {
    /// In the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Busy,
        Self::CannotLeavePost,
        Self::TooFar,
        Self::Unwell,
        Self::Unequipped,
    ];
}

/// Why nobody needs somebody any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawal {
    /// Somebody else accepted first.
    Taken { by: AssignmentId },
    /// 撤回
    Recalled { by: PersonId },
    /// They went off duty.
    OffDuty,
    /// The incident was closed.
    Closed,
}
