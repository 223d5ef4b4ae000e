//! Facts: what was decided, with its data, in the shape in which it is kept for years.
//!
//! The stored bytes are the truth. A shape that was ever released is never changed: a changed shape
//! gets the next version in its subject's list, which names the old one beside it, and
//! [`Fact::decode`] lifts it while reading. A sample of every released shape stands in
//! `domain/tests/facts`.

pub use crate::personal::PersonalRef;

use crate::ids::{CommandId, DeviceId, EventId, PersonId, PhoneId, Seq, SiteId};
use crate::subject::Stamp;
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
        device: DeviceId,
        /// Its own id of the event.
        event: EventId,
    },
    /// A phone called for help.
    Call {
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

macro_rules! facts_of {
    ($($(#[$doc:meta])* $name:ident($subject:ident::$type:ident);)+) => {
        $(pub use crate::$subject::fact::*;)+

        /// What was decided, by subject.
        #[derive(Debug, Clone, PartialEq)]
        pub enum FactBody {
            $($(#[$doc])* $name($type),)+
        }

        impl FactBody {
            /// Every kind with its current version.
            pub fn kinds() -> impl Iterator<Item = (&'static str, u16)> {
                [$($type::KINDS),+].into_iter().flatten().copied()
            }

            /// Name and version of its shape.
            pub const fn kind(&self) -> (&'static str, u16) {
                match self {
                    $(Self::$name(fact) => fact.kind(),)+
                }
            }

            fn write(&self) -> Result<Box<RawValue>, serde_json::Error> {
                match self {
                    $(Self::$name(fact) => fact.write(),)+
                }
            }

            fn read(kind: &str, version: u16, raw: &RawValue) -> Result<Self, FactError> {
                $(if let Some(read) = $type::read(kind, version, raw) {
                    return read.map(Self::$name).map_err(FactError::Body);
                })+
                Err(FactError::UnknownShape { kind: kind.to_owned(), version })
            }
        }

        $(impl From<$type> for FactBody {
            fn from(fact: $type) -> Self {
                Self::$name(fact)
            }
        })+
    };
}

facts_of! {
    /// The estate document.
    Estate(estate::EstateFact);
    /// Alarms.
    Alarm(alarm::AlarmFact);
    /// Incidents.
    Incident(incident::IncidentFact);
    /// Assignments.
    Dispatch(dispatch::DispatchFact);
    /// People and their phones.
    Staff(staff::StaffFact);
    /// Armed zones.
    Zone(zone::ZoneFact);
    /// Doors.
    Door(door::DoorFact);
    /// Watched areas.
    Area(area::AreaFact);
    /// Floods of alarms.
    Flood(flood::FloodFact);
    /// Orders to devices.
    Actuation(actuation::ActuationFact);
    /// Who is called while nobody answers.
    Ladder(ladder::LadderFact);
    /// What people outside are told.
    Notification(notify::NotificationFact);
    /// The server itself.
    System(system::SystemFact);
    /// Tests of the way from a device to the walls.
    SelfTest(self_test::SelfTestFact);
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
    /// What is known of it beside its body.
    pub const fn stamp(&self) -> Stamp<'_> {
        Stamp {
            seq: self.seq,
            at: self.recorded_at,
            occurred_at: self.occurred_at,
            actor: self.actor.as_ref(),
            drill: self.drill,
        }
    }

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
            body: self.body.write().map_err(FactError::Write)?,
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
            body: FactBody::read(&envelope.kind, envelope.v, &envelope.body)?,
        })
    }
}
