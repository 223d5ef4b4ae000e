//! What facts say about armed zones.

use crate::ids::{PersonId, ZoneId};
use serde::{Deserialize, Serialize};

facts! {
    /// What was decided about a zone.
    pub enum ZoneFact {
        /// A zone is armed.
        Armed(ZoneArmed) = "zone_armed", 1;
        /// A zone is disarmed.
        Disarmed(ZoneDisarmed) = "zone_disarmed", 1;
    }
}

/// 布防
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneArmed {
    pub zone: ZoneId,
    /// Who armed it. Absent: its schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// 撤防
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneDisarmed {
    pub zone: ZoneId,
    /// Who disarmed it. Absent: its schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}
