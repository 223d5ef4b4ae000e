//! What is known of a zone.

use crate::ids::PersonId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Whether a zone is armed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneState {
    pub armed: bool,
    /// Since when it is or is not.
    pub since: Timestamp,
    /// Who armed or disarmed it. Absent: its schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}
