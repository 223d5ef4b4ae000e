//! Why something was refused that was wanted of an alarm, or reported for one.

use super::reasons::Verdict;
use super::state::{NOTES_MAX, OPEN_ALARMS_MAX, P1_MUTES_MAX};
use crate::ids::{AlarmId, PersonId, Version};
use crate::subject::RefusalKind;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// The longest time on the shelf, in seconds: one shift.
pub const SHELF_S_MAX: u32 = 43_200;
/// The shortest time on the shelf, in seconds.
pub const SHELF_S_MIN: u32 = 60;
/// Alarms on the shelf at most; one more is refused.
pub const SHELVED_MAX: usize = 200;

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum AlarmRefusal {
    /// Somebody else was first.
    #[error("{by} has claimed this alarm already")]
    AlreadyClaimed {
        by: PersonId,
        at: Timestamp,
        /// How long before this one that was, by the clock of the site.
        ahead: Span,
    },
    /// It has its verdict.
    #[error("{by} has judged this alarm already")]
    AlreadyJudged {
        verdict: Verdict,
        by: PersonId,
        at: Timestamp,
    },
    /// Somebody has acknowledged it.
    #[error("{by} has acknowledged this alarm already")]
    AlreadyAcknowledged { by: PersonId, at: Timestamp },
    /// An urgent alarm wants an owner.
    #[error("an urgent alarm is not acknowledged but claimed")]
    ClaimInstead,
    /// It is quiet.
    #[error("{by} has muted this alarm already")]
    AlreadyMuted { by: PersonId, until: Timestamp },
    /// What may cost a life cannot be kept quiet.
    #[error("an alarm of the first priority is muted at most {P1_MUTES_MAX} times; claim it")]
    MutedTooOften,
    /// What may cost a life cannot be put aside.
    #[error("an alarm of the first priority is never shelved; claim it")]
    NeverShelved,
    /// It is on the shelf.
    #[error("{by} has shelved this alarm already")]
    AlreadyShelved { by: PersonId, until: Timestamp },
    /// The shelf is full.
    #[error("{SHELVED_MAX} alarms are shelved already; take one off first")]
    TooManyShelved,
    /// Shelved for longer than a shift, or not at all.
    #[error(
        "an alarm is shelved for {SHELF_S_MIN} to {SHELF_S_MAX} seconds; choose a time between"
    )]
    ShelfTime,
    /// It is not on the shelf.
    #[error("this alarm is not shelved")]
    NotShelved,
    /// It has no verdict that could be wrong.
    #[error("this alarm has no verdict yet")]
    NotJudged,
    /// Nobody dismisses a fire from the chair alone.
    #[error(
        "an alarm of this family is not called false from the chair alone; say how it was \
         verified: on the scene and by whom, by picture or by phone"
    )]
    NotVerified,
    /// No such source has joined it.
    #[error("{alarm} has taken in no such source")]
    NotJoined { alarm: AlarmId },
    /// The person cannot own alarms.
    #[error("{person} may not own alarms; choose an operator or somebody above")]
    CannotOwn { person: PersonId },
    /// What the sender saw is not what is.
    #[error("this alarm has changed since; look at it again, then repeat")]
    Changed {
        /// The version that it has now.
        version: Version,
    },
    /// No such alarm is held live.
    #[error("{alarm} is not among the alarms of the last 24 hours")]
    UnknownAlarm { alarm: AlarmId },
    /// A verdict needs an owner first.
    #[error("claim the alarm first, then judge it")]
    NotClaimed,
    /// Only the owner, a shift leader or a duty manager may do this.
    #[error("{by} has this alarm; only they, a shift leader or a duty manager may judge it")]
    NotOwner { by: PersonId },
    /// An alarm's notes are full.
    #[error("an alarm has at most {NOTES_MAX} notes; this one has them all")]
    TooManyNotes,
    /// A device reported what only Castellan itself can find.
    #[error("Castellan raises this type of alarm itself; report it under another type")]
    RaisedByRule,
    /// The site's live memory is full.
    #[error(
        "the site has {OPEN_ALARMS_MAX} open alarms and takes only those of the first priority until some are judged; send it again later"
    )]
    TooManyOpenAlarms,
    /// What was filmed is for few.
    #[error("clips are shown to whoever has this alarm, to shift leaders and to those above")]
    ClipNotShown,
    /// It is deleted, or never was.
    #[error("this clip is not kept any more; what was done about the alarm stands in its history")]
    ClipGone,
}

impl AlarmRefusal {
    /// What sort of no it is.
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::AlreadyClaimed { .. }
            | Self::AlreadyAcknowledged { .. }
            | Self::AlreadyMuted { .. }
            | Self::AlreadyShelved { .. }
            | Self::AlreadyJudged { .. }
            | Self::Changed { .. } => RefusalKind::Conflict,
            Self::UnknownAlarm { .. } | Self::ClipGone => RefusalKind::Missing,
            Self::NotOwner { .. } | Self::ClipNotShown => RefusalKind::Forbidden,
            Self::NotClaimed
            | Self::ClaimInstead
            | Self::MutedTooOften
            | Self::NeverShelved
            | Self::TooManyShelved
            | Self::ShelfTime
            | Self::NotShelved
            | Self::NotJudged
            | Self::NotVerified
            | Self::NotJoined { .. }
            | Self::CannotOwn { .. }
            | Self::TooManyNotes
            | Self::RaisedByRule => RefusalKind::Impossible,
            Self::TooManyOpenAlarms => RefusalKind::Full,
        }
    }
}
