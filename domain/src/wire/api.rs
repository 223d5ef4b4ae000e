//! REST: requests and responses, documented in `docs/protocols/http.md`.

pub use super::order::Order;
use crate::alarm::NoteWords;
use crate::audience::Audience;
use crate::command::Command;
use crate::ids::{CommandId, EstateHash, JournalId, PersonId, Seq, SiteId, Version};
use crate::observation::ReportedState;
use crate::refusal::Refusal;
use crate::system::{ClockStepped, InputName};
use crate::text::{Localized, Text};
use crate::time::{Span, Timestamp};
use crate::view::View;
use serde::{Deserialize, Serialize};

pub use super::alarm_page::{
    ALARM_PAGE_DEFAULT, ALARM_PAGE_MAX, AlarmPage, AlarmRow, Claimed, Judged, STEP_PAGE_DEFAULT,
    STEP_PAGE_MAX, StepPage,
};
pub use super::figures::{FIGURES_SPAN_MAX, Figures};

/// Header that names the person who asks. Sign-in will replace it.
pub const PERSON_HEADER: &str = "x-castellan-person";
/// Cookie that names them where a page can send no header: sockets and pictures.
pub const PERSON_COOKIE: &str = "castellan_person";
/// Header that tells why a position was answered 200 and yet not kept.
pub const DISCARDED_HEADER: &str = "x-castellan-discarded";
/// Header that names the fields of a message which mean nothing to the server. It is taken all the same.
pub const UNKNOWN_FIELDS_HEADER: &str = "x-castellan-unknown-fields";
/// Header that names the fields of a message which could not be read. It is taken without them.
pub const UNREAD_FIELDS_HEADER: &str = "x-castellan-unread-fields";

/// `POST /api/v1/sites/{site}/commands`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandRequest {
    /// The sender's id; the same id gets the first answer again.
    pub command_id: CommandId,
    /// The alarm's version that the sender saw. A claim sends none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Version>,
    /// What is wanted.
    pub command: WireCommand,
}

/// A command with the words themselves.
pub type WireCommand = Command<NoteWords>;

/// `POST /ingest/v1/events`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventRequest {
    /// Who reports.
    pub device: crate::ids::DeviceId,
    /// The sender's id of this event; a resend with the same id counts once.
    pub event_id: crate::ids::EventId,
    /// Type of alarm.
    #[serde(rename = "type")]
    pub kind: crate::ids::AlarmTypeId,
    /// Whether the condition began, ended or merely happened. Left out: it happened.
    #[serde(default = "momentary")]
    pub state: ReportedState,
    /// When it happened, RFC 3339. Left out: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Text<40>>,
    /// Part of a drill: it is shown as one and never reaches real outputs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
}

fn momentary() -> ReportedState {
    ReportedState::Momentary
}

/// `GET /api/v1/sites`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteSummary {
    pub site: SiteId,
    pub name: Localized,
    /// Its estate document.
    pub estate: EstateHash,
}

/// `GET /api/v1/sites/{site}/snapshot`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The journal that the number belongs to.
    pub journal: JournalId,
    /// The run of the server, as its welcomes name it.
    pub run: u32,
    /// The last fact in it.
    pub seq: Seq,
    /// The chain's hash there.
    pub hash: Text<64>,
    /// The folded state.
    pub view: View,
}

/// `GET /api/v1/sites/{site}/alarms/{alarm}/notes`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteText {
    /// Key of the words, as in the alarm's note.
    pub id: uuid::Uuid,
    /// The words; nothing once they have been erased.
    pub text: Option<String>,
    /// When they were erased, if they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
}

/// `GET /api/v1/sites/{site}/health`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// Site time of this answer.
    pub at: Timestamp,
    /// Since when the server runs. Counts begin there.
    pub started_at: Timestamp,
    /// The last fact.
    pub seq: Seq,
    /// Since when nothing can be recorded, if so.
    pub not_recording_since: Option<Timestamp>,
    /// The first fact at which the journal's hash chain does not hold, if any.
    pub chain_broken_at: Option<Seq>,
    /// What is kept beside the journal, and how far it is.
    pub beside: BesideHealth,
    /// Displays connected now.
    pub displays: usize,
    /// Displays that say what they paint and lag, the 20 furthest behind.
    #[serde(default)]
    pub displays_behind: Vec<DisplayBehind>,
    /// Inputs waiting for their turn, and how many may wait.
    pub queue: QueueDepth,
    /// What each adapter took and refused since start.
    pub adapters: Vec<AdapterHealth>,
    /// Who reported without being in the estate.
    pub quarantine: Vec<Quarantined>,
    /// Inputs that broke the engine, newest first.
    pub set_aside: Vec<SetAside>,
    /// Folders in which a start or a restore keeps what it took out of its way, the newest first.
    pub files_set_aside: Vec<String>,
    /// How much can still be stored.
    pub disk: DiskHealth,
    /// Whether the machine's wall clock behaves.
    pub clock: ClockHealth,
    /// What people outside are to be told.
    pub outbox: OutboxHealth,
    /// Orders to devices whose outcome is not recorded yet, and how many may wait for the driver.
    /// Absent: the server has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<QueueDepth>,
    /// HTTP connections that are no displays, and how many there may be.
    pub connections: QueueDepth,
    /// The log of observations.
    #[serde(default)]
    pub observations: super::history::ObservationHealth,
    /// Clips of alarms.
    #[serde(default)]
    pub clips: ClipHealth,
}

/// 录像: clips of alarms, and what is kept of pictures for them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClipHealth {
    /// Bytes of pictures in memory, so that a clip has what was before its alarm.
    pub memory_bytes: usize,
    /// At most.
    pub memory_bytes_max: usize,
    /// Clips in the making.
    pub running: usize,
    /// Clips that were not kept since the server started: too many at a time, the disk fills, or a fault.
    pub not_kept: u64,
    /// The last of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_kept_at: Option<Timestamp>,
    /// Why the last one could not be written, as a sentence. Alarms go on.
    pub fault: Option<String>,
}

/// An input that broke the engine and was set aside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetAside {
    pub at: Timestamp,
    /// What it was.
    pub input: InputName,
    /// The input as a developer reads it, without positions.
    pub detail: String,
    /// What the panic said.
    pub why: String,
}

/// How much can still be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskHealth {
    /// Bytes that are free; nothing if it cannot be learnt.
    pub free_bytes: Option<u64>,
    /// What is still stored.
    pub level: DiskLevel,
    /// Whether the reserve for the record is there.
    pub has_ballast: bool,
    /// Since when positions cannot be stored, if so.
    pub tracks_failing_since: Option<Timestamp>,
}

/// What is given up on a filling disk, in this order. Facts are never given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiskLevel {
    /// All is stored.
    #[default]
    Ample,
    /// No clips.
    NoClips,
    /// Nor raw observations.
    NoObservations,
    /// Nor positions. Facts only.
    FactsOnly,
}

/// Whether the machine's wall clock behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockHealth {
    /// How far site time is ahead of the wall clock, in microseconds; negative if behind.
    pub ahead_of_wall: Span,
    /// Jumps of more than two seconds since the server started.
    pub steps: u64,
    /// The last of them.
    pub last_step: Option<ClockStepped>,
}

/// What people outside are to be told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OutboxHealth {
    /// Notifications that wait.
    pub waiting: usize,
    /// Notifications that found no room in the outbox since the server started.
    pub left_out: u64,
    /// The last of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out_at: Option<Timestamp>,
    /// Since when the receiver does not take them, if so.
    pub failing_since: Option<Timestamp>,
    /// What the last failure was.
    pub last_failure: Option<String>,
}

/// A display that has not painted all that there is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisplayBehind {
    /// Its number, for as long as it is connected.
    pub display: u64,
    /// What it is shown.
    pub audience: Audience,
    /// Who sits there, if anybody said so.
    pub person: Option<PersonId>,
    /// The last fact on its glass.
    pub painted_upto: Seq,
    /// Facts that are missing on it.
    pub behind: u64,
    /// When it last said what it has painted.
    pub told_at: Timestamp,
}

/// What is kept beside the journal: all of it follows from the facts, or vouches for them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct BesideHealth {
    /// The last fact that lists of older alarms know.
    pub projected_seq: Seq,
    /// The fact up to which a start needs to fold nothing.
    pub snapshot_seq: Seq,
    /// The last fact whose hash stands in the file of anchors.
    pub anchored_seq: Seq,
    /// What goes wrong with one of them, as a sentence. No fact is at stake.
    pub fault: Option<String>,
}

/// How full a queue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueDepth {
    /// Waiting now.
    pub waiting: usize,
    /// May wait at most.
    pub limit: usize,
}

/// What an adapter took and refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdapterHealth {
    pub adapter: String,
    /// Messages taken.
    pub accepted: u64,
    /// Messages refused or discarded, by reason.
    pub refusals: Vec<RefusalCount>,
    /// What was odd about messages that were taken.
    pub oddities: Vec<RefusalCount>,
}

/// How often one reason was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusalCount {
    /// The code.
    pub code: String,
    pub count: u64,
    /// When first.
    pub first_at: Timestamp,
    /// When last.
    pub last_at: Timestamp,
    /// The last sentence that the sender got, or the fields that were odd.
    pub message: String,
}

/// A sender that is not in the estate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quarantined {
    /// By which adapter.
    pub adapter: String,
    /// How it names itself.
    pub sender: String,
    /// Messages from it.
    pub count: u64,
    /// When first.
    pub first_at: Timestamp,
    /// When last.
    pub last_at: Timestamp,
    /// The beginning of its last message.
    pub last_message: String,
}

/// Every error of the API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// For programs.
    pub code: String,
    /// For people: what happened, what is safe, what to do.
    pub message: String,
    /// The refusal with its data, if the site refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}
