//! What facts say about notifications.

use crate::estate::Channel;
use crate::ids::{PersonId, Seq};
use crate::matter::Matter;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

facts! {
    /// What was decided about a notification.
    pub enum NotificationFact {
        /// A channel does not work: what it should carry is tried again, and nobody waits for it.
        Failing(NotificationFailing) = "notification_failing", 1;
        /// Somebody outside was told, or could not be.
        Settled(NotificationSettled) = "notification_settled", 1;
        /// Who is reached how is another thing from here on.
        Reach(ReachPublished) = "reach_published", 1;
    }
}

/// Its address does not work now, whether this one was tried or another. It may work later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationFailing {
    /// The call that it carries.
    pub about: Seq,
    /// What that was about.
    pub matter: Matter,
    /// By which channel.
    pub channel: Channel,
}

/// What became of a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationSettled {
    /// The call that it carried.
    pub about: Seq,
    /// What that was about.
    pub matter: Matter,
    /// By which channel.
    pub channel: Channel,
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
    /// Somebody answered before it was sent.
    Answered,
}

impl Settlement {
    /// Whether whoever was called has not heard of it.
    pub const fn reached_nobody(self) -> bool {
        match self {
            Self::Refused | Self::GivenUp => true,
            Self::Delivered | Self::Answered => false,
        }
    }
}

/// Who can be reached by what. Addresses stand in no fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachPublished {
    /// Each with their channels, best first. Whoever is not here cannot be called.
    pub people: BTreeMap<PersonId, Vec<Channel>>,
}
