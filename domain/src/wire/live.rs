//! The messages of `/live`, documented for strangers in `docs/protocols/live.md`.
//!
//! Text frames are JSON with a field `t`; binary frames are [`super::position_frame`]s.

use crate::audience::Audience;
use crate::guard_view::GuardView;
use crate::ids::{AlarmId, DeviceId, JournalId, PersonId, Seq, SiteId};
use crate::text::Text;
use crate::time::Timestamp;
use crate::unrecorded::Unrecorded;
use crate::view::ViewFact;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// Raised whenever an old display could misunderstand a new server or the other way round.
pub const PROTOCOL_VERSION: u32 = 3;
/// Bytes of one message from a display at most.
pub const CLIENT_MESSAGE_BYTES_MAX: usize = 4 * 1024;
/// The server sends a heartbeat this often.
pub const HEARTBEAT_EVERY_MS: u64 = 1_000;
/// Positions and other latest values are sent at most this often.
pub const TICK_EVERY_MS: u64 = 100;
/// Displays named in one list of viewers at most; the rest is counted.
pub const VIEWERS_MAX: usize = 200;

/// From a display to the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientMessage {
    /// The first message, and only the first.
    Hello(Hello),
    /// Asks for the same number back, to measure the way there and back and the age of what is
    /// shown.
    Echo {
        /// Any number.
        n: u64,
    },
    /// Who sits there and looks at what.
    Presence(Presence),
    /// What is on the glass by now.
    PaintedUpto {
        /// Number of the last fact that was drawn.
        seq: Seq,
    },
}

/// How a display introduces itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// [`PROTOCOL_VERSION`] of the display.
    pub protocol: u32,
    /// The build that the display runs.
    pub build: Text<64>,
    /// Which site it wants.
    pub site: SiteId,
    /// The name of the [`Audience`] that it belongs to. A name that this server does not know is
    /// refused as such, and not as a damaged message. There is none that goes without saying: the staff
    /// sees everything.
    pub audience: Text<64>,
    /// Where it stands, if it has stood somewhere.
    #[serde(default)]
    pub resume: Option<Resume>,
}

/// Where a display stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// In which journal.
    pub journal: JournalId,
    /// After which fact.
    pub seq: Seq,
    /// The chain's hash there, in hexadecimal.
    pub hash: Text<64>,
}

/// Who sits at a display and looks at what. Each message replaces the one before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presence {
    /// Who works there, if anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// What they have selected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looking_at: Option<LookingAt>,
}

/// What somebody has selected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookingAt {
    /// A row of the queue.
    Alarm(AlarmId),
    /// Somebody of the staff.
    Person(PersonId),
    /// A device.
    Device(DeviceId),
}

/// From the server to a display.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The answer to a hello.
    Welcome(Welcome),
    /// Facts in the order of their numbers.
    Facts(Facts),
    /// What facts changed, for an audience that gets no facts.
    Changes(Changes),
    /// Who stands behind the handles of position frames.
    Handles(Handles),
    /// Latest values other than positions.
    Latest(Latest),
    /// Who else looks at what.
    Viewers(Viewers),
    /// What reached the server and could not be recorded.
    Unrecorded(Unrecorded),
    /// All that the phone of one guard shows.
    Guard(Box<GuardMessage>),
    /// Sent every second, so that silence means a dead link.
    Heartbeat(Heartbeat),
    /// The display fell so far behind that facts are gone: it has to take the snapshot.
    Gap,
    /// The answer to an echo.
    Echo(Echo),
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
        fn body<T: DeserializeOwned, E: serde::de::Error>(raw: &RawValue) -> Result<T, E> {
            serde_json::from_str(raw.get()).map_err(E::custom)
        }
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let Tag { t } = body(&raw)?;
        match t.as_str() {
            "welcome" => body(&raw).map(Self::Welcome),
            "facts" => body(&raw).map(Self::Facts),
            "changes" => body(&raw).map(Self::Changes),
            "handles" => body(&raw).map(Self::Handles),
            "latest" => body(&raw).map(Self::Latest),
            "viewers" => body(&raw).map(Self::Viewers),
            "unrecorded" => body(&raw).map(Self::Unrecorded),
            "guard" => body(&raw).map(Self::Guard),
            "heartbeat" => body(&raw).map(Self::Heartbeat),
            "gap" => Ok(Self::Gap),
            "echo" => body(&raw).map(Self::Echo),
            "refused" => body(&raw).map(Self::Refused),
            other => Err(D::Error::custom(format!("there is no message {other:?}"))),
        }
    }
}

/// The answer to an echo. It proves how old a display's copy is without comparing clocks: whoever
/// holds all facts up to `upto` holds all that the server had when the echo was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Echo {
    /// The number that came with it.
    pub n: u64,
    /// Number of the last fact when it was answered.
    pub upto: Seq,
    /// Site time when it was answered.
    pub server_time: Timestamp,
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
    /// The run of the server. A backup that was put back has the same journal and other facts: a
    /// snapshot of another run is none of this one.
    pub run: u32,
    /// What the display is shown.
    pub audience: Audience,
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
    /// It holds no copy: what it shows follows whole.
    Whole,
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

/// What facts changed, as one audience may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// For a display that stands here, or further on.
    pub after: Seq,
    /// It stands here after them.
    pub upto: Seq,
    /// The chain's hash there.
    pub hash: Text<64>,
    /// Each thing at most once, as it is at `upto`.
    pub changes: Vec<ViewFact>,
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
    pub person: PersonId,
}

/// Values of which only the newest counts, apart from positions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Latest {
    /// All there is: whatever else the display holds is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// What is gone with all its values. Comes before what changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<LatestOf>,
    /// What changed.
    pub values: Vec<LatestRow>,
}

/// Whose latest values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LatestOf {
    /// Somebody's phone.
    Person(PersonId),
    /// A device.
    Device(DeviceId),
}

/// The values of one thing that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatestRow {
    pub of: LatestOf,
    /// What they are now; a value that is absent has not changed.
    #[serde(flatten)]
    pub readings: Readings,
}

/// Latest values of one thing, by property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Readings {
    /// Charge in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery_percent: Option<u8>,
    /// When it was last heard from, to within [`crate::stream::LAST_SEEN_STEP`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<Timestamp>,
}

/// Who looks at what, for the staff. Each message replaces the one before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Viewers {
    /// Everybody who said who they are, by person.
    pub viewers: Vec<Viewer>,
    /// Displays with somebody that found no room in the list.
    #[serde(default)]
    pub left_out: u32,
}

/// Somebody at a display.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Viewer {
    pub person: PersonId,
    /// The display's number, for as long as it is connected.
    pub display: u64,
    /// What they have selected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looking_at: Option<LookingAt>,
}

/// What the phone of one guard shows. Each message replaces the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuardMessage {
    /// Number of the last fact when it was made.
    pub seq: Seq,
    pub view: GuardView,
}

/// A sign of life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heartbeat {
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
    /// No such audience here.
    UnknownAudience,
    /// Too many displays are connected.
    TooManyDisplays,
    /// A guard's page, and nobody of this estate whose it could be.
    UnknownPerson,
    /// A guard's page, and somebody who is not sent to incidents.
    CannotBeSent,
}
