//! REST: requests and responses, documented in `docs/protocols/http.md`.

use crate::alarm::Verdict;
use crate::engine::Accepted;
use crate::estate::{Place, Priority};
use crate::ids::{
    AlarmId, AlarmTypeId, CommandId, DeviceId, EstateHash, JournalId, PersonId, Seq, SiteId,
    Version,
};
use crate::observation::ReportedState;
use crate::refusal::Refusal;
use crate::site::View;
use crate::text::{Localized, Text};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Header that names the person who commands. Sign-in will replace it.
pub const PERSON_HEADER: &str = "x-castellan-person";
/// Header that tells why a position was answered 200 and yet not kept.
pub const DISCARDED_HEADER: &str = "x-castellan-discarded";

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
    pub command: CommandBody,
}

/// What a person wants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CommandBody {
    /// 接警
    Claim {
        /// Which alarm.
        alarm: AlarmId,
    },
    /// A note of at most 500 characters.
    Note {
        /// About which alarm.
        alarm: AlarmId,
        /// The words.
        text: Text<500>,
    },
    /// 核实结论
    Judge {
        /// Which alarm.
        alarm: AlarmId,
        /// What it was.
        verdict: Verdict,
    },
}

/// The answer to a command, kept so that a repeat gets it again.
pub type Answer = Result<Accepted, Refusal>;

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
}

fn momentary() -> ReportedState {
    ReportedState::Momentary
}

/// `GET /api/v1/sites`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteSummary {
    /// Its id.
    pub site: SiteId,
    /// Its name.
    pub name: Localized,
    /// Its estate document.
    pub estate: EstateHash,
}

/// `GET /api/v1/sites/{site}/snapshot`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The journal that the number belongs to.
    pub journal: JournalId,
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

/// Alarms that one page has if nothing else is asked for.
pub const ALARM_PAGE_DEFAULT: u16 = 50;
/// Alarms that one page has at most.
pub const ALARM_PAGE_MAX: u16 = 200;

/// `GET /api/v1/sites/{site}/alarms`: a page of all alarms that ever were, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmPage {
    /// The last fact that the rows know. Younger ones are in the snapshot and the stream.
    pub projected_seq: Seq,
    /// At most as many as were asked for.
    pub alarms: Vec<AlarmRow>,
    /// Ask with this as `before` for the next page; nothing if this is the last one.
    pub before: Option<AlarmId>,
}

/// One alarm in a list: what it came to, without its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmRow {
    /// Its number.
    pub id: AlarmId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// How urgent it is.
    pub priority: Priority,
    /// Who reported it.
    pub device: DeviceId,
    /// Where it is.
    pub place: Place,
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// When it came onto the record.
    pub raised_at: Timestamp,
    /// Who owns it, and since when.
    pub claimed: Option<Claimed>,
    /// What it was, who says so, and when.
    pub judged: Option<Judged>,
    /// Since when nothing is left to do; nothing while it is open.
    pub closed_at: Option<Timestamp>,
    /// How often a deadline passed before somebody claimed it. Not kept once it is claimed.
    pub times_overdue: u32,
    /// How often its device said it again.
    pub repeats: u32,
    /// How many notes it has.
    pub notes: u32,
    /// The fact that last touched it.
    pub version: Version,
}

/// Who owns an alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claimed {
    /// The owner.
    pub by: PersonId,
    /// Since when.
    pub at: Timestamp,
}

/// What an alarm turned out to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// What it was.
    pub verdict: Verdict,
    /// Who says so.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// `GET /api/v1/sites/{site}/health`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// Site time of this answer.
    pub at: Timestamp,
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
    /// Inputs waiting for their turn, and how many may wait.
    pub queue: QueueDepth,
    /// What each adapter took and refused since start.
    pub adapters: Vec<AdapterHealth>,
    /// Who reported without being in the estate.
    pub quarantine: Vec<Quarantined>,
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
    /// Its name.
    pub adapter: String,
    /// Messages taken.
    pub accepted: u64,
    /// Messages refused or discarded, by reason.
    pub refusals: Vec<RefusalCount>,
}

/// How often one reason was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusalCount {
    /// The code.
    pub code: String,
    /// How often.
    pub count: u64,
    /// When last.
    pub last_at: Timestamp,
    /// The last sentence that the sender got.
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

/// The owner named in a refusal, if it names one.
pub fn named_person(refusal: &Refusal) -> Option<&PersonId> {
    match refusal {
        Refusal::AlreadyClaimed { by, .. }
        | Refusal::AlreadyJudged { by, .. }
        | Refusal::NotOwner { by } => Some(by),
        _ => None,
    }
}
