//! What facts say about notifications.

use crate::ids::Seq;
use serde::{Deserialize, Serialize};

facts! {
    /// What was decided about a notification.
    pub enum NotificationFact {
        /// Somebody outside was told, or could not be.
        Settled(NotificationSettled) = "notification_settled", 1;
    }
}

/// What became of a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationSettled {
    /// The fact that it told of.
    pub about: Seq,
    /// How it ended.
    pub outcome: Settlement,
    /// How often this server tried since it started.
    pub attempts: u32,
}

/// How a notification ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// The receiver took it.
    Delivered,
    /// The receiver refused it, and would again.
    Refused,
    /// Nobody took it in time.
    GivenUp,
}
