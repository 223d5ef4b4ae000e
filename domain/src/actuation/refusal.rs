//! Why something was refused that was wanted of a device.

use crate::ids::{DeviceId, PersonId};
use crate::subject::RefusalKind;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum ActuationRefusal {
    /// No driver may open the door.
    #[error(
        "{door} cannot be opened from here; give it `remote_release` in the estate if its driver may"
    )]
    NoRemoteRelease { door: DeviceId },
    /// Somebody's order to the same door is not settled yet.
    #[error("an order to this door is under way already; wait until it is settled")]
    AlreadyUnderWay {
        /// Whose, if a person's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        at: Timestamp,
    },
    /// The server was started without anything that could carry the order to a device.
    #[error(
        "this server has no driver for devices, so nothing was sent; have it started with \
         `--actuator-url`, and open the door on the spot meanwhile"
    )]
    NoDriver,
}

impl ActuationRefusal {
    /// What sort of no it is.
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::AlreadyUnderWay { .. } => RefusalKind::Conflict,
            Self::NoRemoteRelease { .. } | Self::NoDriver => RefusalKind::Impossible,
        }
    }
}
