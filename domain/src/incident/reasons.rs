//! Why an incident is what it is, in words that facts and states share.

use serde::{Deserialize, Serialize};

/// Why an incident was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenedBy {
    /// Its type is one that begins as an incident.
    AtOnce,
    /// Somebody told an operator of it.
    Registration,
    /// Somebody was sent.
    Dispatch,
    /// 真警
    Verdict,
    /// Somebody took alarms out of another one.
    Split,
}

/// Where a person moves an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStage {
    /// 已控制
    Contained,
    /// 已处置
    Resolved,
    /// 已结案
    Closed,
    /// 重新打开
    Reopened,
}

/// Why a step was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// 情况不需要
    NotNeeded,
    /// 他人已做
    DoneByOthers,
    /// 现场做不到
    NotPossible,
    /// 做了有危险
    NotSafe,
}

impl SkipReason {
    /// In the order in which they are offered.
    pub const ALL: [Self; 4] = [
        Self::NotNeeded,
        Self::DoneByOthers,
        Self::NotPossible,
        Self::NotSafe,
    ];
}

/// Why an alarm is part of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinedIncidentBy {
    /// In the same building.
    Building,
    /// So many metres away.
    Near { m: u16 },
    /// Somebody put it there.
    Hand,
}
