//! REST: what is read back from the histories beside the journal, documented in
//! `docs/protocols/http.md`. A kept observation has the same form on disk and on the wire.

use crate::answer::Accepted;
use crate::geo::LonLat;
use crate::ids::{AdapterId, PersonId, Seq};
use crate::observation::{Fix, RawObservation};
use crate::refusal::Refusal;
use crate::text::Text;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Positions of a person in one answer at most.
pub const TRACK_FIXES_MAX: usize = 5_000;
/// Observations in one answer at most.
pub const OBSERVATIONS_MAX: usize = 1_000;

/// `GET /api/v1/sites/{site}/tracks/{person}`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackPage {
    /// Whose way it is.
    pub person: PersonId,
    /// In the order of the phone's own times.
    pub fixes: Vec<TrackFix>,
    /// Ask again from here: the page was full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
}

/// `GET /api/v1/sites/{site}/tracks`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhereAll {
    /// The past second.
    pub at: Timestamp,
    /// Everybody's last position at or before it.
    pub people: Vec<WhereOne>,
}

/// Where one person was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhereOne {
    pub person: PersonId,
    /// Where and when.
    #[serde(flatten)]
    pub fix: TrackFix,
}

/// One position of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackFix {
    /// When the phone says that it was there.
    pub occurred_at: Timestamp,
    /// When it was heard of. In the history it may stand up to two seconds earlier, never later.
    pub received_at: Timestamp,
    pub at: LonLat,
    /// Radius in decimetres within which the phone believed to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_dm: Option<u16>,
    /// Charge of the phone in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery_percent: Option<u8>,
}

impl From<&Fix> for TrackFix {
    fn from(fix: &Fix) -> Self {
        Self {
            occurred_at: fix.occurred_at,
            received_at: fix.received_at,
            at: fix.at,
            accuracy_dm: fix.accuracy_dm,
            battery_percent: fix.battery_percent,
        }
    }
}

/// `GET /api/v1/sites/{site}/observations`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObservationPage {
    /// In the order in which they were answered.
    pub observations: Vec<ObservationRecord>,
    /// Give this back as `after` to go on. Also set where nothing was found yet: a question looks
    /// through a limited part of the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Text<40>>,
    /// Lines of this part that could not be read: torn by a killed server, or changed since.
    pub damaged: u64,
}

/// What a device said and what became of it, kept for "why did this fire".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObservationRecord {
    /// When it was answered, site time. Which day's segment it lies in follows from it.
    pub answered_at: Timestamp,
    /// Who decoded it.
    pub adapter: AdapterId,
    /// What was said.
    pub observation: RawObservation,
    /// What became of it.
    pub outcome: ObservationOutcome,
}

/// What became of an observation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObservationOutcome {
    /// It was taken, now or when it came for the first time.
    Accepted {
        /// The answer that its sender got.
        answer: Accepted,
        /// The first fact that it made, if it made one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fact: Option<Seq>,
    },
    /// The site refused it.
    Refused(Refusal),
    /// Its turn could not be recorded: the sender was asked to send it again.
    NotRecorded,
    /// It made the server fail and had no effect.
    SetAside,
}

/// How the log of observations is doing, counted since the start of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ObservationHealth {
    /// Written.
    pub written: u64,
    /// Not written, because too many waited for the disk.
    pub dropped_queue_full: u64,
    /// Not written, because the disk did not take them, or has no room left for them.
    pub dropped_unwritable: u64,
    /// Not written, because the day's segment is as large as it may become.
    pub dropped_day_full: u64,
    /// The last that was not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped_at: Option<Timestamp>,
    /// Since when nothing could be written, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_writing_since: Option<Timestamp>,
}
