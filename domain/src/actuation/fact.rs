//! What facts say about orders to devices.

use crate::ids::{DeviceId, Seq};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

facts! {
    /// What was decided about an order to a device.
    pub enum ActuationFact {
        /// Somebody wants something of a device.
        Intended(ActuationIntended) = "actuation_intended", 1;
        /// What became of it.
        Settled(ActuationSettled) = "actuation_settled", 1;
    }
}

/// What can be wanted of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// 远程开门: its driver releases a door for a moment. It locks by itself again, as after a card.
    OpenDoor,
}

/// Somebody wants something of a device. The fact's number is the order's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActuationIntended {
    /// Of which device.
    pub device: DeviceId,
    pub what: Act,
    /// After this it is not sent any more.
    pub send_by: Timestamp,
}

/// What became of an intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActuationSettled {
    /// The fact that intended it.
    pub about: Seq,
    pub device: DeviceId,
    /// How it ended.
    pub outcome: ActuationOutcome,
}

/// How an actuation ended. It is final: nothing is sent again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActuationOutcome {
    /// The driver said that it is done.
    Done,
    /// The driver said that it did nothing.
    Refused,
    /// It never left the server.
    NotSent,
    /// Its time was over before it could be sent.
    Expired,
    /// It was sent, or may have been, and nobody knows what came of it.
    Unknown,
}
