//! Facts: what was decided, with its data, in the shape in which it is kept for years.
//!
//! The stored bytes are the truth. A shape that was ever released is never changed: a changed
//! shape gets the next `v`, and [`Fact::decode`] upcasts the old one while reading. A sample of
//! every released shape stands in `domain/tests/facts`.

mod alarm;
mod released;
mod site;

pub(crate) use alarm::is_zero;
pub use alarm::{
    AlarmAcknowledged, AlarmClaimed, AlarmCleared, AlarmJoined, AlarmJudged, AlarmMuted,
    AlarmNoted, AlarmOverdue, AlarmRaised, AlarmReleased, AlarmRepeated, AlarmReturned, AlarmRisen,
    AlarmShelved, AlarmSplit, AlarmTransferred, AlarmUnshelved, AlarmVerdictCorrected, PersonalRef,
};
pub use site::{
    AreaEntered, AreaLeft, CallSignGiven, DoorClosed, DoorGranted, DoorOpened, EstatePublished,
    FloodBegan, FloodEnded, PersonBack, PersonGone, PersonOffDuty, PersonOnDuty, PhoneBound,
    PhoneUnbound, ZoneArmed, ZoneDisarmed,
};

pub use crate::actuation::{ActuationIntended, ActuationSettled};
pub use crate::housekeeping::{ClockStepped, InputSetAside, RecordingResumed};
use crate::ids::{CommandId, DeviceId, EventId, PersonId, PhoneId, Seq, SiteId};
pub use crate::notify::NotificationSettled;
use crate::text::Text;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A recorded decision: envelope and body.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The site whose journal holds it.
    pub site: SiteId,
    /// Its number there.
    pub seq: Seq,
    /// Site time at which it was recorded; never goes back from one fact to the next.
    pub recorded_at: Timestamp,
    /// When it happened in the world, as far as known.
    pub occurred_at: Timestamp,
    /// What led to it.
    pub cause: Cause,
    /// Who did it, if a person did.
    pub actor: Option<PersonId>,
    /// Part of a drill. Drills never reach real outputs.
    pub drill: bool,
    /// What was decided.
    pub body: FactBody,
}

/// A fact before its turn gave it number and time.
#[derive(Debug, Clone, PartialEq)]
pub struct FactDraft {
    /// When it happened in the world; the time of recording where nothing better is known.
    pub occurred_at: Option<Timestamp>,
    /// What led to it.
    pub cause: Cause,
    /// Who did it, if a person did.
    pub actor: Option<PersonId>,
    /// Part of a drill.
    pub drill: bool,
    /// What was decided.
    pub body: FactBody,
}

/// What led to a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A device reported.
    Event {
        /// Which device.
        device: DeviceId,
        /// Its own id of the event.
        event: EventId,
    },
    /// A phone called for help.
    Call {
        /// Which phone.
        phone: PhoneId,
        /// Its own id of the call.
        event: EventId,
    },
    /// A person commanded.
    Command(CommandId),
    /// A rule decided, named `rule@version`.
    Rule(Text<64>),
    /// The estate was published at start.
    Estate,
    /// A console came or went.
    Console,
    /// The server noticed it about itself.
    Server,
}

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident = $kind:literal, $version:literal
        $(, $old:literal => $released:ident)*;)*) => {
        /// What was decided. One variant per kind of fact.
        #[derive(Debug, Clone, PartialEq)]
        pub enum FactBody {
            $($(#[$doc])* $name($name),)*
        }

        impl FactBody {
            /// Every kind with its current version.
            pub const KINDS: &'static [(&'static str, u16)] = &[$(($kind, $version)),*];

            /// Name and version of its shape.
            pub const fn kind(&self) -> (&'static str, u16) {
                match self {
                    $(Self::$name(_) => ($kind, $version),)*
                }
            }

            fn to_raw(&self) -> Result<Box<RawValue>, serde_json::Error> {
                match self {
                    $(Self::$name(body) => serde_json::value::to_raw_value(body),)*
                }
            }

            /// Reads a body of any released version. An old one has its own shape in [`released`]
            /// and a pure function that lifts it to the current one.
            fn upcast(kind: &str, version: u16, raw: &RawValue) -> Result<Self, FactError> {
                match (kind, version) {
                    $(($kind, $version) => {
                        serde_json::from_str(raw.get()).map(Self::$name).map_err(FactError::Body)
                    }
                    $(($kind, $old) => {
                        serde_json::from_str::<released::$released>(raw.get())
                            .map(|body| Self::$name(body.into()))
                            .map_err(FactError::Body)
                    })*)*
                    _ => Err(FactError::UnknownShape { kind: kind.to_owned(), version }),
                }
            }
        }
    };
}

facts! {
    /// Another estate document counts from here on.
    EstatePublished = "estate_published", 1;
    /// A new row in the queue.
    AlarmRaised = "alarm_raised", 2, 1 => AlarmRaisedV1;
    /// A source said the same thing again while its row was open.
    AlarmRepeated = "alarm_repeated", 3, 1 => AlarmRepeatedV1, 2 => AlarmRepeatedV2;
    /// Something that a source said ended. The alarm stays until somebody judged it.
    AlarmCleared = "alarm_cleared", 3, 1 => AlarmClearedV1, 2 => AlarmClearedV2;
    /// Nobody claimed it in time. It is annunciated again, with the next deadline.
    AlarmOverdue = "alarm_overdue", 2, 1 => AlarmOverdueV1;
    /// A person owns it.
    AlarmClaimed = "alarm_claimed", 2, 1 => AlarmClaimedV1;
    /// A person wrote a note.
    AlarmNoted = "alarm_noted", 2, 1 => AlarmNotedV1;
    /// A person judged what it was.
    AlarmJudged = "alarm_judged", 2, 1 => AlarmJudgedV1;
    /// A person has seen it.
    AlarmAcknowledged = "alarm_acknowledged", 1;
    /// A person wants it quiet for a while.
    AlarmMuted = "alarm_muted", 1;
    /// A person took it out of the queue for a while.
    AlarmShelved = "alarm_shelved", 1;
    /// It is in the queue again.
    AlarmUnshelved = "alarm_unshelved", 2, 1 => AlarmUnshelvedV1;
    /// Its owner gave it back.
    AlarmReleased = "alarm_released", 1;
    /// It has another owner.
    AlarmTransferred = "alarm_transferred", 1;
    /// It came back to 待接警 by itself.
    AlarmReturned = "alarm_returned", 2, 1 => AlarmReturnedV1;
    /// It became more urgent, in the same row.
    AlarmRisen = "alarm_risen", 1;
    /// Another source is part of it.
    AlarmJoined = "alarm_joined", 1;
    /// A source that had joined it got a row of its own.
    AlarmSplit = "alarm_split", 2, 1 => AlarmSplitV1;
    /// Another verdict counts.
    AlarmVerdictCorrected = "alarm_verdict_corrected", 1;
    /// A person's last console is gone.
    PersonGone = "person_gone", 1;
    /// A person has a console again.
    PersonBack = "person_back", 1;
    /// A person went on duty.
    PersonOnDuty = "person_on_duty", 1;
    /// A person went off duty.
    PersonOffDuty = "person_off_duty", 1;
    /// A phone's positions are a person's from here on.
    PhoneBound = "phone_bound", 1;
    /// A phone's positions are nobody's.
    PhoneUnbound = "phone_unbound", 1;
    /// A person has another call sign.
    CallSignGiven = "call_sign_given", 1;
    /// A zone is armed.
    ZoneArmed = "zone_armed", 1;
    /// A zone is disarmed.
    ZoneDisarmed = "zone_disarmed", 1;
    /// A door's controller let somebody through.
    DoorGranted = "door_granted", 1;
    /// A door opened.
    DoorOpened = "door_opened", 1;
    /// A door closed.
    DoorClosed = "door_closed", 1;
    /// A person is inside a watched area.
    AreaEntered = "area_entered", 1;
    /// A person is outside of it again.
    AreaLeft = "area_left", 1;
    /// More alarms came than people can take.
    FloodBegan = "flood_began", 1;
    /// They can take what comes again.
    FloodEnded = "flood_ended", 1;
    /// Facts are recorded again after a time in which none could be.
    RecordingResumed = "recording_resumed", 1;
    /// The machine's wall clock jumped.
    ClockStepped = "clock_stepped", 1;
    /// An input broke the engine and was set aside.
    InputSetAside = "input_set_aside", 1;
    /// Somebody outside was told, or could not be.
    NotificationSettled = "notification_settled", 1;
    /// Somebody wants something of a device.
    ActuationIntended = "actuation_intended", 1;
    /// What became of it.
    ActuationSettled = "actuation_settled", 1;
}

/// Why stored bytes are not a fact.
#[derive(Debug, thiserror::Error)]
pub enum FactError {
    /// Not an envelope.
    #[error("the envelope cannot be read: {0}")]
    Envelope(serde_json::Error),
    /// A known kind with a body that does not fit it.
    #[error("the body cannot be read: {0}")]
    Body(serde_json::Error),
    /// Written by a newer Castellan.
    #[error("{kind} version {version} is not known here; a newer Castellan wrote it")]
    UnknownShape {
        /// The kind it names.
        kind: String,
        /// The version it names.
        version: u16,
    },
    /// Could not be written as JSON.
    #[error("the fact cannot be written: {0}")]
    Write(serde_json::Error),
}

#[derive(Serialize, Deserialize)]
struct Envelope {
    site: SiteId,
    seq: Seq,
    kind: String,
    v: u16,
    recorded_at: Timestamp,
    occurred_at: Timestamp,
    cause: Cause,
    actor: Option<PersonId>,
    drill: bool,
    body: Box<RawValue>,
}

impl Fact {
    /// The bytes that are stored, hashed and sent: one line of JSON.
    pub fn encode(&self) -> Result<String, FactError> {
        let (kind, v) = self.body.kind();
        let envelope = Envelope {
            site: self.site.clone(),
            seq: self.seq,
            kind: kind.to_owned(),
            v,
            recorded_at: self.recorded_at,
            occurred_at: self.occurred_at,
            cause: self.cause.clone(),
            actor: self.actor.clone(),
            drill: self.drill,
            body: self.body.to_raw().map_err(FactError::Write)?,
        };
        serde_json::to_string(&envelope).map_err(FactError::Write)
    }

    /// Reads stored bytes of any released version.
    pub fn decode(bytes: &str) -> Result<Self, FactError> {
        let envelope: Envelope = serde_json::from_str(bytes).map_err(FactError::Envelope)?;
        Ok(Self {
            site: envelope.site,
            seq: envelope.seq,
            recorded_at: envelope.recorded_at,
            occurred_at: envelope.occurred_at,
            cause: envelope.cause,
            actor: envelope.actor,
            drill: envelope.drill,
            body: FactBody::upcast(&envelope.kind, envelope.v, &envelope.body)?,
        })
    }
}
