//! Why a command or a report was refused: typed, for the program that asked and for its person.

use crate::alarm::{NOTES_MAX, P1_MUTES_MAX, Verdict};
use crate::commands::{SHELF_S_MAX, SHELF_S_MIN, SHELVED_MAX};
use crate::ids::{AlarmId, DeviceId, PersonId, PhoneId, Version, ZoneId};
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
    /// Somebody has acknowledged it.
    #[error("{by} has acknowledged this alarm already")]
    AlreadyAcknowledged {
        /// Who.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// An urgent alarm wants an owner.
    #[error("an urgent alarm is not acknowledged but claimed")]
    ClaimInstead,
    /// It is quiet.
    #[error("{by} has muted this alarm already")]
    AlreadyMuted {
        /// Who.
        by: PersonId,
        /// Until when.
        until: Timestamp,
    },
    /// What may cost a life cannot be kept quiet.
    #[error("an alarm of the first priority is muted at most {P1_MUTES_MAX} times; claim it")]
    MutedTooOften,
    /// What may cost a life cannot be put aside.
    #[error("an alarm of the first priority is never shelved; claim it")]
    NeverShelved,
    /// It is on the shelf.
    #[error("{by} has shelved this alarm already")]
    AlreadyShelved {
        /// Who.
        by: PersonId,
        /// Until when.
        until: Timestamp,
    },
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
    /// No such source has joined it.
    #[error("{alarm} has taken in no such source")]
    NotJoined {
        /// The row.
        alarm: AlarmId,
    },
    /// The estate has no such person.
    #[error("this estate has nobody called {person}; look up the id in the estate")]
    UnknownPerson {
        /// The id that was given.
        person: PersonId,
    },
    /// The person cannot own alarms.
    #[error("{person} may not own alarms; choose an operator or somebody above")]
    CannotOwn {
        /// The person.
        person: PersonId,
    },
    /// The phone is nobody's.
    #[error("the phone {phone} belongs to nobody; bind it to a person first")]
    UnknownPhone {
        /// The phone.
        phone: PhoneId,
    },
    /// The estate has no such zone.
    #[error("this estate has no zone {zone}; look up the id in the estate")]
    UnknownZone {
        /// The id that was given.
        zone: ZoneId,
    },
    /// It is so already.
    #[error("this is so already; nothing was changed")]
    NothingToDo,
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
    /// A device that is no watched door reported as one.
    #[error(
        "the estate watches no door at this device; give it `door` settings, then send it again"
    )]
    NotADoor,
    /// No driver may open the door.
    #[error(
        "{door} cannot be opened from here; give it `remote_release` in the estate if its driver may"
    )]
    NoRemoteRelease {
        /// The door.
        door: DeviceId,
    },
    /// Somebody's order to the same door is not settled yet.
    #[error("an order to this door is under way already; wait until it is settled")]
    AlreadyUnderWay {
        /// Whose, if a person's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        /// Since when.
        at: Timestamp,
    },
    /// The server was started without anything that could carry the order to a device.
    #[error(
        "this server has no driver for devices, so nothing was sent; have it started with \
         `--actuator-url`, and open the door on the spot meanwhile"
    )]
    NoDriver,
    /// A device reported what only Castellan itself can find.
    #[error("Castellan raises this type of alarm itself; report it under another type")]
    RaisedByRule,
    /// The site's live memory is full.
    #[error(
        "the site has {OPEN_ALARMS_MAX} open alarms and takes only those of the first priority until some are judged; send it again later"
    )]
    TooManyOpenAlarms,
}
