//! The staff: who works here, what they can do, who is called when, and where they stand.

use super::place::Place;
use super::watch::CalendarDate;
use crate::ids::{PersonId, PhoneId, PostId};
use crate::procedure::Doer;
use crate::text::{CallSign, Localized};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A member of the staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub id: PersonId,
    pub name: Localized,
    /// What they may do.
    pub role: Role,
    /// Radio call sign, shown larger than the name. Nobody else of the estate has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_sign: Option<CallSign>,
    /// The phone whose positions are theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneId>,
    /// The rungs on which they are called when nobody answered. They give no rights.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub rungs: BTreeSet<Rung>,
    /// Whom they stand in for on a rung that both have: called after them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy_of: Option<PersonId>,
    /// What they can do beside their work.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub skills: BTreeSet<Skill>,
    /// What they have on paper.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<Certificate>,
    /// 仅对讲: no page reaches them, only the radio. Their phone, if any, says where they are. Nobody else is: a page
    /// needs no phone of the estate.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub radio_only: bool,
}

/// What somebody works as: [`crate::access`] says what they may do by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 安保员
    Guard,
    /// 工程值班
    Engineer,
    /// 管家
    Steward,
    /// 值班员
    Operator,
    /// 班长
    ShiftLeader,
    /// 值班主管
    DutyManager,
    /// 项目经理
    ProjectManager,
}

impl Role {
    /// Every role, in the order in which lists of people show them.
    pub const ALL: [Self; 7] = [
        Self::Guard,
        Self::Engineer,
        Self::Steward,
        Self::Operator,
        Self::ShiftLeader,
        Self::DutyManager,
        Self::ProjectManager,
    ];

    /// Whether those who work as this are sent to incidents.
    pub const fn is_sent(self) -> bool {
        match self {
            Self::Guard | Self::Engineer | Self::ShiftLeader => true,
            Self::Steward | Self::Operator | Self::DutyManager | Self::ProjectManager => false,
        }
    }

    /// Whether those who work as this take the steps of such people.
    pub const fn does(self, doer: Doer) -> bool {
        match self {
            Self::Guard => matches!(doer, Doer::Guard),
            Self::Engineer => matches!(doer, Doer::Engineer),
            // Who leads a shift and is sent does there what a guard does.
            Self::ShiftLeader => matches!(doer, Doer::Guard | Doer::ShiftLeader),
            Self::Steward => matches!(doer, Doer::Steward),
            Self::Operator => matches!(doer, Doer::Operator),
            Self::DutyManager => matches!(doer, Doer::DutyManager),
            Self::ProjectManager => matches!(doer, Doer::ProjectManager),
        }
    }

    /// Its place in [`Self::ALL`]. It says nothing about rights.
    pub fn place(self) -> usize {
        let mut all = Self::ALL.into_iter();
        all.position(|role| role == self).unwrap_or_default()
    }
}

/// 级: one step of those who are called when nobody answered. Apart from [`Role`] and rights: a
/// 班长 who may decide much can be on no rung tonight, and an engineer on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// 班长
    ShiftLeader,
    /// 值班主管
    DutyManager,
    /// 项目经理
    ProjectManager,
    /// 工程值班, beside the three above.
    Engineer,
    /// 管家, beside the three above.
    Steward,
}

impl Rung {
    /// Every rung: the three that follow one another, then those beside them.
    pub const ALL: [Self; 5] = [
        Self::ShiftLeader,
        Self::DutyManager,
        Self::ProjectManager,
        Self::Engineer,
        Self::Steward,
    ];
}

/// 技能: what somebody can do that a matter may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skill {
    /// 急救: first aid, and the defibrillator.
    FirstAid,
    /// 测气仪: measures gas before anybody goes nearer.
    GasDetector,
    /// 微型消防站: hose, extinguisher, breathing mask.
    FireTeam,
    /// 电梯困人救援
    LiftRescue,
    /// 电工
    Electrician,
    /// 水泵、管道
    Plumber,
}

impl Skill {
    /// Every skill, in the order in which lists show them.
    pub const ALL: [Self; 6] = [
        Self::FirstAid,
        Self::GasDetector,
        Self::FireTeam,
        Self::LiftRescue,
        Self::Electrician,
        Self::Plumber,
    ];

    /// As it is written in the document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstAid => "first_aid",
            Self::GasDetector => "gas_detector",
            Self::FireTeam => "fire_team",
            Self::LiftRescue => "lift_rescue",
            Self::Electrician => "electrician",
            Self::Plumber => "plumber",
        }
    }
}

/// 证书: what somebody may do by law only with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// What it allows.
    pub kind: CertificateKind,
    /// Its last day, on the site's calendar. Absent: it does not end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<CalendarDate>,
}

/// What a certificate allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateKind {
    /// 保安员证
    SecurityGuard,
    /// 消防设施操作员证: counts in a fire control room.
    FireControl,
    /// 急救员证
    FirstAid,
    /// 电工证
    Electrician,
    /// 电梯作业人员证
    Lift,
}

/// 岗位: a place that guards are assigned to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// Its id within the estate.
    pub id: PostId,
    /// Such as 东门岗.
    pub name: Localized,
    /// Where it is.
    pub place: Place,
    /// How many guards it wants, 1 to 20. Who is sent away from it leaves a hole.
    pub guards_wanted: u8,
    /// Who stands there as a rule. Nobody stands at two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<PersonId>,
}
