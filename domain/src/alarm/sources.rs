//! Who speaks in a row, and what they say.

use super::located::Located;
use crate::estate::Priority;
use crate::ids::{AlarmId, AlarmTypeId, DeviceId, PersonId};
use crate::observation::{Doubts, ReportedState};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Who or what an alarm is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A device of the estate.
    Device(DeviceId),
    /// A person of the staff.
    Person(PersonId),
    /// Somebody told an operator, who registered it as this alarm.
    Registration(AlarmId),
    /// Castellan itself.
    System,
}

impl Source {
    /// The person, if it is about one.
    pub const fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::Device(_) | Self::Registration(_) | Self::System => None,
        }
    }

    /// The device, if it is about one.
    pub const fn device(&self) -> Option<&DeviceId> {
        match self {
            Self::Device(device) => Some(device),
            Self::Person(_) | Self::Registration(_) | Self::System => None,
        }
    }
}

/// What a source says of its condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It exists.
    Active { since: Timestamp },
    /// It existed and is over.
    Cleared {
        /// When it ended.
        at: Timestamp,
    },
    /// It existed, and nobody has said it again for so long that it counts as over.
    Unheard {
        /// Since when.
        at: Timestamp,
    },
    /// It happened and left nothing to clear.
    Momentary {
        /// When it last happened.
        at: Timestamp,
    },
}

impl Condition {
    pub(crate) fn reported(state: ReportedState, at: Timestamp) -> Self {
        match state {
            ReportedState::Active => Self::Active { since: at },
            ReportedState::Cleared => Self::Cleared { at },
            ReportedState::Momentary => Self::Momentary { at },
        }
    }

    /// What it is after its source said `state`.
    pub(crate) fn then(self, state: ReportedState, at: Timestamp) -> Self {
        match (self, state) {
            // Said again is not begun again, and only "cleared" ends what lasts.
            (Self::Active { since }, ReportedState::Active | ReportedState::Momentary) => {
                Self::Active { since }
            }
            (_, state) => Self::reported(state, at),
        }
    }

    /// Whether it exists.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Active { .. })
    }
}

/// Types that one source can say exist in one row, more than a family of any estate has; one more is
/// not told from the others, and ends with the last of them.
pub const EXISTING_MAX: usize = 16;

/// A type of condition that a source says exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Existing {
    /// The type.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// What it would share its row with.
    pub family: AlarmTypeId,
    /// Since when. Said again is not begun again.
    pub since: Timestamp,
    /// Seconds for which it is believed without being said again. Absent: until it is cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_s_max: Option<u32>,
}

/// 失联: what nobody hears of somebody who is expected to be heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// Their phone says nothing at all.
    Phone {
        /// When it was heard last, or was expected first.
        since: Timestamp,
    },
    /// Their phone speaks, and says nothing new of where they are.
    Position {
        /// When their last position came, or was expected first.
        since: Timestamp,
    },
}

impl Silence {
    /// Whether the same is missing.
    pub const fn is_like(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Phone { .. }, Self::Phone { .. })
                | (Self::Position { .. }, Self::Position { .. })
        )
    }
}

/// Another source that is part of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Joined {
    /// Who or what.
    pub source: Source,
    /// What it reported.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// What that would have shared its row with.
    pub family: AlarmTypeId,
    /// Why it is part of this row.
    pub why: JoinedBy,
    pub at: Timestamp,
    /// What it says.
    pub condition: Condition,
    /// Which types it says exist, at most [`super::EXISTING_MAX`]; none unless it is active.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exists: Vec<Existing>,
    /// How often it said it again.
    pub repeats: u32,
    /// What is doubtful about what it said.
    #[serde(default, skip_serializing_if = "Doubts::is_empty")]
    pub doubts: Doubts,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Located::is_unknown")]
    pub place: Located,
    /// Of somebody who is missed: what nobody hears of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
}

/// Why a source is part of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinedBy {
    /// It confirms the row from nearby.
    SecondSource,
    /// It is reached through the same device as the others.
    Upstream,
    /// Too many alarms came at once, and it looks like the same matter.
    Flood,
}

/// How a row became more urgent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risen {
    /// What it was before.
    #[serde(rename = "type")]
    pub from: AlarmTypeId,
    /// How urgent it was before.
    pub priority: Priority,
    /// Why it rose.
    pub why: RisenBy,
    pub at: Timestamp,
}

/// Why a row became more urgent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RisenBy {
    /// Its own source reported worse.
    Reported,
    /// Another source confirmed it.
    SecondSource(Source),
    /// Several sources share this device, which is what failed.
    Upstream(DeviceId),
}

/// That nobody said it again in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unheard {
    /// Since when that is known.
    pub at: Timestamp,
    /// Seconds without a report by then.
    pub for_s: u32,
}
