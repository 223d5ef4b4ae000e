//! Why something was not registered.

use super::command::PlaceName;
use crate::ids::AlarmTypeId;
use crate::subject::RefusalKind;
use serde::{Deserialize, Serialize};

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum RegistrationRefusal {
    /// The estate has no such place, or it is no place: a person moves.
    #[error("the estate has no place {place}; look for it again by a name or an address")]
    UnknownPlace { place: PlaceName },
    /// What Castellan finds out itself, and a silent call for help, is not told by others.
    #[error("{kind} is not registered by hand; choose another type")]
    NotRegistered {
        #[serde(rename = "type")]
        kind: AlarmTypeId,
    },
}

impl RegistrationRefusal {
    /// What sort of no it is.
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::UnknownPlace { .. } => RefusalKind::Missing,
            Self::NotRegistered { .. } => RefusalKind::Impossible,
        }
    }
}
