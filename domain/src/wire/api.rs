//! REST: requests and responses, documented in `docs/protocols/http.md`.

use crate::alarm::Verdict;
use crate::engine::Accepted;
use crate::ids::{AlarmId, CommandId, EstateHash, JournalId, PersonId, Seq, SiteId, Version};
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
    /// Displays connected now.
    pub displays: usize,
    /// Inputs waiting for their turn, and how many may wait.
    pub queue: QueueDepth,
    /// What each adapter took and refused since start.
    pub adapters: Vec<AdapterHealth>,
    /// Who reported without being in the estate.
    pub quarantine: Vec<Quarantined>,
    /// The log of observations.
    #[serde(default)]
    pub observations: super::history::ObservationHealth,
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
