//! What rows and facts say alike: why an alarm came back, why it is put aside, what it was, and what
//! was done.

use crate::ids::PersonId;
use crate::personal::PersonalRef;
use serde::{Deserialize, Serialize};

/// Why an alarm came back to 待接警.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnedBy {
    /// Its owner gave it back.
    Released,
    /// It was claimed or acknowledged, and then nothing was done.
    NoFollowUp,
    /// Its owner's consoles were gone.
    OwnerAbsent,
    /// The shift in which it was acknowledged is over.
    ShiftEnd,
    /// It was judged, and its condition still exists at the end of the shift.
    StillActive,
    /// It rose after it had been judged.
    Risen,
    /// It was judged, and happened again.
    Again,
    /// Nobody said it again for as long as its type allows.
    Unheard,
}

/// Why an alarm is shelved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShelfReason {
    /// 检修
    Maintenance,
    /// 设备故障, repair is ordered
    KnownFault,
    /// 施工
    Works,
    /// 天气
    Weather,
    /// 活动
    Event,
}

/// 核实结论: what an alarm turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 真警
    Genuine,
    /// 环境干扰
    Environment,
    /// 设备误报
    DeviceFault,
    /// 测试
    Test,
}

impl Verdict {
    /// In the order of the digits that pick them: X then 1 to 4.
    pub const ALL: [Self; 4] = [
        Self::Genuine,
        Self::Environment,
        Self::DeviceFault,
        Self::Test,
    ];

    /// Whether it says that there was no such matter.
    pub const fn is_false(self) -> bool {
        match self {
            Self::Genuine => false,
            Self::Environment | Self::DeviceFault | Self::Test => true,
        }
    }
}

/// What a note says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteContent {
    /// Words. They are fetched by their reference.
    Words(PersonalRef),
    /// What is done so often that one key says it.
    Done(FollowUp),
}

impl NoteContent {
    /// Where the words are, if it has any.
    pub const fn words(&self) -> Option<&PersonalRef> {
        match self {
            Self::Words(words) => Some(words),
            Self::Done(_) => None,
        }
    }
}

/// What was done about an alarm, without a word more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUp {
    /// 已电话通知工程
    EngineeringCalled,
    /// 已安抚住户
    ResidentReassured,
    /// 已报维保
    MaintenanceTold,
    /// 巡逻已看
    PatrolLooked,
    /// 已看画面: whoever has the alarm made the picture of its place large, and it was live. Their page says so by
    /// itself; no digit does.
    PictureLooked,
}

impl FollowUp {
    /// In the order of the digits that pick them.
    pub const ALL: [Self; 4] = [
        Self::EngineeringCalled,
        Self::ResidentReassured,
        Self::MaintenanceTold,
        Self::PatrolLooked,
    ];
}

/// 核实方式: how it was established what an alarm was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictBasis {
    /// 到场: somebody looked on the spot.
    OnScene { by: PersonId },
    /// 画面: a camera showed it.
    Picture,
    /// 电话: whoever is there said so.
    Phone,
}

impl VerdictBasis {
    /// Who looked, if somebody did.
    pub const fn person(&self) -> Option<&PersonId> {
        match self {
            Self::OnScene { by } => Some(by),
            Self::Picture | Self::Phone => None,
        }
    }
}
