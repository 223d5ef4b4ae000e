//! 超时上报规则: who is called, one rung after the other, while nobody answers.

use super::people::Rung;
use crate::ids::{LadderId, PersonId};
use serde::{Deserialize, Serialize};

/// Steps of one ladder at most.
pub const LADDER_STEPS_MAX: u32 = 16;
/// Targets of one step at most.
pub const TARGETS_MAX: u32 = 8;
/// Seconds from the start of a ladder to any of its steps, and between repeats, at most.
pub const LADDER_WAIT_S_MAX: u32 = 43_200;
/// How often one step can be repeated.
pub const REPEATS_MAX: u8 = 20;

/// A ladder, by day and by night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// Such as `e1`.
    pub id: LadderId,
    pub by_day: LadderPlan,
    /// What it is at night, see [`super::Staffing::night`]. Absent: as by day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_night: Option<LadderPlan>,
}

impl Ladder {
    /// What counts at this time of day.
    pub fn plan(&self, is_night: bool) -> &LadderPlan {
        let by_night = self.by_night.as_ref().filter(|_| is_night);
        by_night.unwrap_or(&self.by_day)
    }
}

/// Who is called when something is not done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LadderPlan {
    /// Nobody claims an alarm or incident, or it came back. Counted from when it began to wait.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unclaimed: Vec<LadderStep>,
    /// Too few were sent. Counted from the deadline by which somebody should have been.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undispatched: Vec<LadderStep>,
    /// Seconds after which an offer that nobody accepts goes to the next guard, with the word to use
    /// the radio, 1 to 3,600; and once nobody else can be asked, the shift leader is called. Absent: as
    /// usual for its priority, and nobody is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unaccepted_s_max: Option<u32>,
    /// Whoever accepted is not there. Counted from when they accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_on_scene: Vec<LadderStep>,
}

/// A step: who is called after how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LadderStep {
    /// Seconds since the ladder began, 0 to [`LADDER_WAIT_S_MAX`]; no fewer than the step before.
    pub after_s: u32,
    /// Who, 1 to [`TARGETS_MAX`].
    pub call: Vec<Target>,
    /// By which channels rather than others, best first. Whoever has none of them is called by what
    /// they have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Channel>,
    /// Called again while nobody answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
}

/// How often a step is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// Seconds from one time to the next, 10 to [`LADDER_WAIT_S_MAX`].
    pub every_s: u32,
    /// How often beyond the first time, 1 to [`REPEATS_MAX`].
    pub times: u8,
}

/// Who is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Whoever has the matter, or had it last.
    Owner,
    /// Everybody on duty on this rung, a deputy in place of who is not there; where nobody is, the
    /// next rung that exists.
    Rung(Rung),
    /// This person, while on duty.
    Person(PersonId),
}

/// A way by which somebody outside is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 语音电话, by a gateway.
    Voice,
    /// 短信, by a gateway.
    Sms,
    /// 群机器人: a robot in a group of a chat service.
    Chat,
    /// 邮件
    Mail,
    /// A signed post to a program.
    Webhook,
}

impl Channel {
    /// All of them, most likely to wake somebody first.
    pub const ALL: [Self; 5] = [
        Self::Voice,
        Self::Sms,
        Self::Chat,
        Self::Mail,
        Self::Webhook,
    ];

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Sms => "sms",
            Self::Chat => "chat",
            Self::Mail => "mail",
            Self::Webhook => "webhook",
        }
    }
}
