//! Why something was refused that was wanted of a zone.

use crate::ids::ZoneId;
use crate::subject::RefusalKind;
use serde::{Deserialize, Serialize};

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum ZoneRefusal {
    /// The estate has no such zone.
    #[error("this estate has no zone {zone}; look up the id in the estate")]
    UnknownZone { zone: ZoneId },
}

impl ZoneRefusal {
    /// What sort of no it is.
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::UnknownZone { .. } => RefusalKind::Impossible,
        }
    }
}
