//! Why a command or a report was refused: typed, for the program that asked and for its person.

use crate::alarm::{NOTES_MAX, Verdict};
use crate::ids::{AlarmId, PersonId, Version};
use crate::site::OPEN_ALARMS_MAX;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A refusal. Every one says what is the case and leaves the site unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// Somebody else was first.
    #[error("{by} has claimed this alarm already")]
    AlreadyClaimed {
        /// The owner.
        by: PersonId,
        /// Since when.
        at: Timestamp,
    },
    /// It has its verdict.
    #[error("{by} has judged this alarm already")]
    AlreadyJudged {
        /// What it was.
        verdict: Verdict,
        /// Who said so.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// What the sender saw is not what is.
    #[error("this alarm has changed since; look at it again, then repeat")]
    Changed {
        /// The version that it has now.
        version: Version,
    },
    /// No such alarm is held live.
    #[error("{alarm} is not among the alarms of the last 24 hours")]
    UnknownAlarm {
        /// The number that was asked for.
        alarm: AlarmId,
    },
    /// A verdict needs an owner first.
    #[error("claim the alarm first, then judge it")]
    NotClaimed,
    /// Only the owner, a shift leader or a duty manager may do this.
    #[error("{by} has this alarm; only they, a shift leader or a duty manager may judge it")]
    NotOwner {
        /// The owner.
        by: PersonId,
    },
    /// The person's role does not allow it.
    #[error("your role may not do this; ask an operator on duty")]
    NotAllowed,
    /// An alarm's notes are full.
    #[error("an alarm has at most {NOTES_MAX} notes; this one has them all")]
    TooManyNotes,
    /// The device or the alarm type is not in the estate that counts now.
    #[error(
        "this estate has no such device or alarm type; add it to the estate, then send it again"
    )]
    NotInEstate,
    /// The site's live memory is full.
    #[error(
        "the site has {OPEN_ALARMS_MAX} open alarms and takes no more until some are judged; send it again later"
    )]
    TooManyOpenAlarms,
}
