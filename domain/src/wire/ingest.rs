//! What doors, living devices and phones in need send, documented in `docs/protocols/http.md`.

use crate::geo::LonLat;
use crate::ids::{DeviceId, EventId, PhoneId};
use crate::observation::{CallKind, DoorChange};
use crate::text::Text;
use serde::{Deserialize, Serialize};

/// `POST /ingest/v1/doors`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoorRequest {
    pub device: DeviceId,
    /// The sender's id of this event; a resend with the same id counts once.
    pub event_id: EventId,
    /// What became of it.
    pub what: DoorChange,
    /// When it happened, RFC 3339. Left out: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Text<40>>,
    /// Part of a drill: the door stays as it is, and what it raises is shown as a drill.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
}

/// `POST /ingest/v1/heard`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeardRequest {
    /// Who is there.
    pub device: DeviceId,
}

/// `POST /ingest/v1/calls`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRequest {
    pub phone: PhoneId,
    /// The phone's id of this call; a resend with the same id counts once.
    pub event_id: EventId,
    /// Whether a person called or the phone noticed.
    pub kind: CallKind,
    /// Where, WGS-84. Left out: where its person was last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<LonLat>,
    /// When it happened, RFC 3339. Left out: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Text<40>>,
    /// Part of a drill: it is shown as one and never reaches real outputs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
}
