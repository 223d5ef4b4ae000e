//! Types of alarm: what each is called, how urgent it is, how long it may wait, what it rises to.
//!
//! Types of one *family* (gas low, gas high) share a row: a device that reports a higher *tier*
//! raises its row, and never gets a second one.

use super::ladder::Target;
use super::people::Skill;
use crate::ids::{AlarmTypeId, LadderId, ProcedureId};
use crate::text::Localized;
use serde::{Deserialize, Serialize};

/// A type of alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "lines of a document that a person writes; every combination occurs"
)]
pub struct AlarmType {
    /// Such as `gas_low`.
    pub id: AlarmTypeId,
    /// What operators call it.
    pub name: Localized,
    /// What it shares its row with. Absent: only with itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<AlarmTypeId>,
    /// Its place within the family; a higher one is worse.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub tier: u8,
    pub priority: Priority,
    /// Seconds until an unclaimed alarm of this type is overdue, 1 to 43,200. Absent: the end of
    /// the shift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_s_max: Option<u32>,
    /// Seconds for which it is believed to exist without being said again, 1 to 86,400. Absent: until
    /// it is cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_s_max: Option<u32>,
    /// Seconds within which somebody should be dispatched, 1 to 43,200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch_s_max: Option<u32>,
    /// Guards to dispatch, 1 to 9.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub dispatch_guards: u8,
    /// The skill that whoever is sent should have: it is worth some seconds of walk, and no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<Skill>,
    /// What it sounds like until somebody has it. Absent: it makes no sound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sound: Option<Sound>,
    /// Which pictures belong to it.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub cameras: Cameras,
    /// 超时上报规则: which ladder unanswered work of this type climbs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<LadderId>,
    /// 处置流程: what is done about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<ProcedureId>,
    /// Who is called as soon as it waits, before any step of its ladder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub call_at_once: Vec<Target>,
    /// Shown on consoles only, never on a wall or at a gate.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub discreet: bool,
    /// Raised only while a zone of its device is armed. A device in no zone always counts.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub needs_arming: bool,
    /// The type that it is at night, see [`super::Staffing::night`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_night: Option<AlarmTypeId>,
    /// The type that it is where the device is critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_critical: Option<AlarmTypeId>,
    /// What it becomes when a second device confirms it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_source: Option<SecondSource>,
    /// A verdict that it was false says how that was established. One answer for a whole family.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub verify: bool,
    /// Whether it begins as an incident.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub incident: Opens,
    /// Whether those who are sent may take a lift.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub lifts: LiftUse,
    /// Raised by Castellan itself; a device that reports it is refused.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub by_rule_only: bool,
}

const fn one() -> u8 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn is_one(guards: &u8) -> bool {
    *guards == 1
}

impl AlarmType {
    /// What it shares its row with.
    pub fn family(&self) -> &AlarmTypeId {
        self.family.as_ref().unwrap_or(&self.id)
    }
}

/// When an incident begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    /// Once somebody is sent, or says that it is real.
    #[default]
    ByHand,
    /// With the alarm.
    AtOnce,
}

/// Whether those who are sent may take a lift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiftUse {
    /// Any.
    #[default]
    Allowed,
    /// None: fire, gas, power failure, water.
    Forbidden,
    /// Any but the one that it is about.
    NotThisOne,
}

/// A second source that confirms an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondSource {
    /// The type that the row rises to, of the same family.
    pub to: AlarmTypeId,
    /// Seconds between the two, 1 to 600.
    pub within_s: u32,
    /// How near the other device must be.
    pub near: Near,
    /// Types that confirm it beside those of its own family.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<AlarmTypeId>,
}

/// How near two devices are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Near {
    /// In the same building.
    Building,
    /// In one armed zone, or in two that the estate calls adjacent.
    Zone,
}

/// How urgent an alarm is. Written as its number, 1 (most urgent) to 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Priority {
    /// 一级 紧急
    P1,
    /// 二级 重要
    P2,
    /// 三级 一般
    P3,
    /// 四级 提示
    P4,
}

impl Priority {
    /// All four, most urgent first.
    pub const ALL: [Self; 4] = [Self::P1, Self::P2, Self::P3, Self::P4];
}

impl From<Priority> for u8 {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::P1 => 1,
            Priority::P2 => 2,
            Priority::P3 => 3,
            Priority::P4 => 4,
        }
    }
}

impl TryFrom<u8> for Priority {
    type Error = String;
    fn try_from(number: u8) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|priority| u8::from(*priority) == number)
            .ok_or_else(|| format!("a priority is 1 to 4, not {number}"))
    }
}

/// What an alarm sounds like. None of them may imitate a fire panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sound {
    /// S1: two tones until claimed.
    Life,
    /// S2: three pulses every 5 s until claimed.
    Pulses,
    /// S3: two chimes, and again at half the deadline.
    Chimes,
    /// S4: one tick.
    Tick,
}

/// Which pictures belong to an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cameras {
    /// None.
    #[default]
    None,
    /// B: the best one.
    Best,
    /// The best one of another device, since its own is what failed.
    Neighbour,
    /// A: the best two, and 10 s before.
    BestTwo,
    /// The best two, and 60 s before.
    BestTwoLong,
}
