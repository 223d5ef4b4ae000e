//! The messages of `/live`, documented for strangers in `docs/protocols/live.md`.
//!
//! Text frames are JSON with a field `t`; binary frames are [`super::position_frame`]s.

use crate::ids::{JournalId, PersonId, Seq, SiteId};
use crate::text::Text;
use crate::time::Timestamp;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// Raised whenever an old display could misunderstand a new server or the other way round.
pub const PROTOCOL_VERSION: u32 = 1;
/// Bytes of one message from a display at most.
pub const CLIENT_MESSAGE_BYTES_MAX: usize = 4 * 1024;
/// The server sends a heartbeat this often.
pub const HEARTBEAT_EVERY_MS: u64 = 1_000;
/// Positions are sent at most this often.
pub const TICK_EVERY_MS: u64 = 100;

/// From a display to the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum ClientMessage {
    /// The first message, and only the first.
    Hello(Hello),
    /// Asks for the same number back, to measure the way there and back.
    Echo {
        /// Any number.
        n: u64,
    },
}

/// How a display introduces itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// [`PROTOCOL_VERSION`] of the display.
    pub protocol: u32,
    /// The build that the display runs.
    pub build: Text<64>,
    /// Which site it wants.
    pub site: SiteId,
    /// Where it stands, if it has stood somewhere.
    #[serde(default)]
    pub resume: Option<Resume>,
}

/// Where a display stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resume {
    /// In which journal.
    pub journal: JournalId,
    /// After which fact.
    pub seq: Seq,
    /// The chain's hash there, in hexadecimal.
    pub hash: Text<64>,
}

/// From the server to a display.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The answer to a hello.
    Welcome(Welcome),
    /// Facts in the order of their numbers.
    Facts(Facts),
    /// Who stands behind the handles of position frames.
    Handles(Handles),
    /// Sent every second, so that silence means a dead link.
    Heartbeat(Heartbeat),
    /// The display fell so far behind that facts are gone: it has to take the snapshot.
    Gap,
    /// The number of an echo.
    Echo {
        /// The same number.
        n: u64,
    },
    /// The server says no, and closes.
    Refused(Refused),
}

/// Read by hand: serde reads a tagged enum through a buffer, and the stored bytes of facts do not
/// survive it.
impl<'de> Deserialize<'de> for ServerMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Tag {
            t: String,
        }
        #[derive(Deserialize)]
        struct Number {
            n: u64,
        }
        fn body<T: DeserializeOwned, E: serde::de::Error>(raw: &RawValue) -> Result<T, E> {
            serde_json::from_str(raw.get()).map_err(E::custom)
        }
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let Tag { t } = body(&raw)?;
        match t.as_str() {
            "welcome" => body(&raw).map(Self::Welcome),
            "facts" => body(&raw).map(Self::Facts),
            "handles" => body(&raw).map(Self::Handles),
            "heartbeat" => body(&raw).map(Self::Heartbeat),
            "gap" => Ok(Self::Gap),
            "echo" => body(&raw).map(|Number { n }| Self::Echo { n }),
            "refused" => body(&raw).map(Self::Refused),
            other => Err(D::Error::custom(format!("there is no message {other:?}"))),
        }
    }
}

/// The answer to a hello.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// [`PROTOCOL_VERSION`] of the server.
    pub protocol: u32,
    /// The build of the browser app that the server serves.
    pub build: Text<64>,
    /// The journal that the numbers belong to.
    pub journal: JournalId,
    /// Site time.
    pub server_time: Timestamp,
    /// How the display gets to the present.
    pub resume: ResumeBy,
}

/// How a display gets to the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResumeBy {
    /// The facts that it missed follow.
    Facts,
    /// It takes the snapshot; facts from this moment on follow meanwhile.
    Snapshot,
}

/// Facts, each as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Facts {
    /// The display stands here after them.
    pub upto: Seq,
    /// The chain's hash there.
    pub hash: Text<64>,
    /// The stored envelopes.
    pub facts: Vec<Box<RawValue>>,
}

/// Part of the handle table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Handles {
    /// Handles of another epoch mean nothing any more.
    pub epoch: u32,
    /// New entries.
    pub entries: Vec<HandleEntry>,
}

/// Who stands behind a handle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandleEntry {
    /// The handle.
    pub handle: u32,
    /// The person.
    pub person: PersonId,
}

/// A sign of life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// Site time.
    pub server_time: Timestamp,
    /// Number of the last fact.
    pub upto: Seq,
    /// Since when nothing can be recorded, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_recording_since: Option<Timestamp>,
}

/// A refusal with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// For programs.
    pub code: RefusedCode,
    /// For people: what happened and what to do.
    pub message: String,
}

/// Why a display was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedCode {
    /// Not a message of this protocol, or not at this moment.
    BadMessage,
    /// Another protocol version; reload the page.
    WrongProtocol,
    /// No such site here.
    UnknownSite,
    /// Too many displays are connected.
    TooManyDisplays,
}
