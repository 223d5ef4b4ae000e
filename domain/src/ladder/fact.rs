//! What facts say about ladders.

use crate::estate::{Channel, LadderStep, Rung};
use crate::ids::{LadderId, PersonId};
use crate::matter::{Matter, Unanswered};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

facts! {
    /// What was decided about a ladder.
    pub enum LadderFact {
        /// A matter waits for somebody, and a ladder counts.
        Started(LadderStarted) = "ladder_started", 1;
        /// It is time for a step.
        Climbed(LadderClimbed) = "ladder_climbed", 1;
        /// Somebody is called by it.
        Called(LadderCalled) = "ladder_called", 1;
        /// A person answered: nobody else is called.
        Stopped(LadderStopped) = "ladder_stopped", 1;
    }
}

/// A matter waits for somebody. A ladder that was being climbed about it ends by this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderStarted {
    pub about: Matter,
    pub why: Unanswered,
    /// Which ladder. Absent: nobody but those whom its type calls at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<LadderId>,
    /// Since when it waits: its steps count from here.
    pub since: Timestamp,
    /// Its steps as they are today, by day or by night, at most
    /// [`crate::estate::LADDER_STEPS_MAX`] and the one at once.
    pub steps: Vec<LadderStep>,
    /// Never shown where the one who threatens can read it, nor told to a group.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub discreet: bool,
}

/// It is time for a step. Whom it calls stands in the facts after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderClimbed {
    pub about: Matter,
    /// Which step, from 1. One more than there are: nobody is left to be called.
    pub step: u8,
    /// How often it was repeated before.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub round: u8,
    /// Rungs on which nobody can be called: nobody is on duty there, or nobody has a channel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nobody: Vec<Rung>,
    /// Whom it does not call, because they are at it already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spared: Vec<PersonId>,
    /// Seconds by which this was noticed too late, like [`crate::fact::AlarmOverdue::late_s`].
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub late_s: u32,
}

/// Somebody is called. Whether that reached them stands in the facts about this notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderCalled {
    pub about: Matter,
    /// By which step, from 1.
    pub step: u8,
    /// In which of its repeats.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub round: u8,
    /// Who.
    pub person: PersonId,
    /// As what, if by a rung.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    /// By which channel.
    pub channel: Channel,
    /// Channels that are left should this one not reach them, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Channel>,
}

/// A person answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderStopped {
    pub about: Matter,
    /// Whose answer it was.
    pub by: PersonId,
}

impl LadderFact {
    /// What it is about.
    pub const fn about(&self) -> Matter {
        match self {
            Self::Started(body) => body.about,
            Self::Climbed(body) => body.about,
            Self::Called(body) => body.about,
            Self::Stopped(body) => body.about,
        }
    }
}
