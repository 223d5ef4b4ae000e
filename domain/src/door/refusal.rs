//! Why something was refused that was wanted of a door, or said about one.

use crate::subject::RefusalKind;
use serde::{Deserialize, Serialize};

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum DoorRefusal {
    /// A device that is no watched door was taken for one.
    #[error(
        "the estate watches no door at this device; give it `door` settings, then send it again"
    )]
    NotADoor,
}

impl DoorRefusal {
    /// What sort of no it is.
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::NotADoor => RefusalKind::Impossible,
        }
    }
}
