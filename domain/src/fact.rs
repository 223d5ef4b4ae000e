//! Facts: what was decided, with its data, in the shape in which it is kept for years.
//!
//! The stored bytes are the truth. A shape that was ever released is never changed: a changed
//! shape gets the next `v`, and [`Fact::decode`] upcasts the old one while reading. A sample of
//! every released shape stands in `domain/tests/facts`.

use crate::alarm::Verdict;
use crate::estate::{Place, Priority};
pub use crate::housekeeping::{ClockStepped, InputSetAside, RecordingResumed};
use crate::ids::{
    AlarmId, AlarmTypeId, CommandId, DeviceId, EstateHash, EventId, PersonId, Seq, SiteId,
};
pub use crate::notify::NotificationSettled;
use crate::observation::ReportedState;
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
    /// A person commanded.
    Command(CommandId),
    /// A rule decided, named `rule@version`.
    Rule(Text<64>),
    /// The estate was published at start.
    Estate,
    /// The server noticed it about itself.
    Server,
}

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident = $kind:literal, $version:literal;)*) => {
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

            /// Reads a body of any released version. An old version gets its own arm here,
            /// calling the pure function that lifts it to the current shape.
            fn upcast(kind: &str, version: u16, raw: &RawValue) -> Result<Self, FactError> {
                match (kind, version) {
                    $(($kind, $version) => {
                        serde_json::from_str(raw.get()).map(Self::$name).map_err(FactError::Body)
                    })*
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
    AlarmRaised = "alarm_raised", 1;
    /// The same device reported the same thing again while its alarm was open.
    AlarmRepeated = "alarm_repeated", 1;
    /// The condition ended. The alarm stays until somebody judged it.
    AlarmCleared = "alarm_cleared", 1;
    /// Nobody claimed it in time. It is annunciated again, with the next deadline.
    AlarmOverdue = "alarm_overdue", 1;
    /// A person owns it.
    AlarmClaimed = "alarm_claimed", 1;
    /// A person wrote a note.
    AlarmNoted = "alarm_noted", 1;
    /// A person judged what it was.
    AlarmJudged = "alarm_judged", 1;
    /// Facts are recorded again after a time in which none could be.
    RecordingResumed = "recording_resumed", 1;
    /// The machine's wall clock jumped.
    ClockStepped = "clock_stepped", 1;
    /// An input broke the engine and was set aside.
    InputSetAside = "input_set_aside", 1;
    /// Somebody outside was told, or could not be.
    NotificationSettled = "notification_settled", 1;
}

/// Another estate document counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstatePublished {
    /// Which document.
    pub hash: EstateHash,
}

/// A new row in the queue, with everything that was decided about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmRaised {
    /// Its number.
    pub alarm: AlarmId,
    /// Its type, by which screens name it.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// How urgent it is.
    pub priority: Priority,
    /// Who reported it.
    pub device: DeviceId,
    /// Where.
    pub place: Place,
    /// Whether the condition lasts.
    pub state: ReportedState,
    /// Claimed by then, or overdue.
    pub claim_due_at: Timestamp,
    /// What the device's clock said, kept only when it could not be believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubted_clock: Option<Timestamp>,
}

/// The same thing again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmRepeated {
    /// Into which row it goes.
    pub alarm: AlarmId,
    /// Whether the condition lasts.
    pub state: ReportedState,
}

/// The condition ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmCleared {
    /// Whose condition.
    pub alarm: AlarmId,
}

/// Nobody claimed it in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmOverdue {
    /// Which alarm.
    pub alarm: AlarmId,
    /// How often it has been overdue, this time included.
    pub times: u32,
    /// The next deadline.
    pub claim_due_at: Timestamp,
}

/// A person owns it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmClaimed {
    /// Which alarm.
    pub alarm: AlarmId,
    /// Its owner.
    pub by: PersonId,
}

/// A person wrote a note. The words stand beside the journal, where they can be purged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmNoted {
    /// About which alarm.
    pub alarm: AlarmId,
    /// Who wrote it.
    pub by: PersonId,
    /// Where the words are.
    pub note: PersonalRef,
}

/// A person judged it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmJudged {
    /// Which alarm.
    pub alarm: AlarmId,
    /// Who judged.
    pub by: PersonId,
    /// What it was.
    pub verdict: Verdict,
}

/// Points to content that may name a member of the public. The content lives beside the journal
/// and can be erased; the commitment proves what it was while it exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalRef {
    /// Key of the content.
    pub id: uuid::Uuid,
    /// HMAC-SHA-256 of the content under the record's salt, in hexadecimal.
    pub commitment: Text<64>,
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
