//! Everything that one transaction writes.

use crate::personal::PersonalRecord;
use castellan_domain::answer::Answer;
use castellan_domain::ids::{CommandId, DeviceId, EventId, Seq};
use castellan_domain::notify::Notification;
use castellan_domain::time::Timestamp;

/// The facts of a turn, and what must be committed with them.
#[derive(Debug, Default)]
pub(crate) struct Commit {
    /// Number, time of recording and stored bytes.
    pub(crate) facts: Vec<(Seq, Timestamp, String)>,
    pub(crate) commands: Vec<SeenCommand>,
    pub(crate) events: Vec<SeenEvent>,
    pub(crate) personal: Vec<PersonalRecord>,
    /// What people outside are to be told.
    pub(crate) notifications: Vec<Notification>,
    /// Notifications that need not be sent any more.
    pub(crate) settled: Vec<Seq>,
}

impl Commit {
    pub(crate) fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.commands.is_empty() && self.events.is_empty()
    }
}

/// A command with its first answer.
#[derive(Debug)]
pub(crate) struct SeenCommand {
    pub(crate) id: CommandId,
    pub(crate) answer: Answer,
}

/// A device's event with its first answer.
#[derive(Debug)]
pub(crate) struct SeenEvent {
    pub(crate) device: DeviceId,
    pub(crate) event: EventId,
    pub(crate) answer: Answer,
}
