//! What waits for somebody's answer, and what nobody did about it.

use crate::ids::{AlarmId, AssignmentId, IdError, IncidentId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// What somebody can be called about. Written as its number: `A-17`, `I-17`, `D-17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matter {
    /// An alarm.
    Alarm(AlarmId),
    /// An incident.
    Incident(IncidentId),
    /// Somebody's part of an incident.
    Assignment(AssignmentId),
}

impl fmt::Display for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alarm(alarm) => fmt::Display::fmt(alarm, f),
            Self::Incident(incident) => fmt::Display::fmt(incident, f),
            Self::Assignment(assignment) => fmt::Display::fmt(assignment, f),
        }
    }
}

impl FromStr for Matter {
    type Err = IdError;
    fn from_str(raw: &str) -> Result<Self, IdError> {
        match raw.chars().next() {
            Some('I') => raw.parse().map(Self::Incident),
            Some('D') => raw.parse().map(Self::Assignment),
            Some(_) | None => raw.parse().map(Self::Alarm),
        }
    }
}

impl Serialize for Matter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Matter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = String::deserialize(deserializer)?;
        raw.parse().map_err(D::Error::custom)
    }
}

/// What nobody did, so that others are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unanswered {
    /// Nobody claimed it.
    Unclaimed,
    /// It was claimed or seen, and came back.
    Returned,
    /// Too few people were sent for an incident.
    Undispatched,
    /// Nobody who could be asked accepts.
    Unaccepted,
    /// Whoever accepted is not there.
    NotOnScene,
    /// A required step of the procedure was not taken in time.
    StepLate,
    /// A required step was left out, and the rung above has not looked.
    StepSkipped,
}

impl Unanswered {
    /// Whether it is that nobody has the matter.
    pub const fn is_nobodys(self) -> bool {
        match self {
            Self::Unclaimed | Self::Returned => true,
            Self::Undispatched
            | Self::Unaccepted
            | Self::NotOnScene
            | Self::StepLate
            | Self::StepSkipped => false,
        }
    }
}
