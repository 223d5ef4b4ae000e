//! What people outside are told, and what a drill would have told them.
//!
//! The two are different types. A [`Notification`] can only be made of a fact that is no part of a
//! drill, and what sends takes nothing else:
//!
//! ```compile_fail
//! use castellan_domain::notify::{Notification, Rehearsal};
//! fn send(_: &Notification) {}
//! fn a_drill_would_call_the_duty_manager(rehearsal: &Rehearsal) {
//!     send(rehearsal);
//! }
//! ```

use crate::alarm::Source;
use crate::estate::{Place, Priority};
use crate::fact::{Fact, FactBody, FactDraft};
use crate::ids::{AlarmId, AlarmTypeId, Seq};
use crate::site::Site;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What is said of an alarm that nobody claims.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Which alarm.
    pub alarm: AlarmId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// How urgent it is.
    pub priority: Priority,
    /// Who or what it is about.
    pub source: Source,
    /// Where it is.
    pub place: Place,
    /// When it came onto the record.
    pub raised_at: Timestamp,
    /// How often it has been overdue, this time included.
    pub times_overdue: u32,
}

impl Message {
    /// What is to be told about a draft, if anything: an alarm of priority 1 or 2 that became
    /// overdue.
    pub fn about(draft: &FactDraft, site: &Site) -> Option<Self> {
        let FactBody::AlarmOverdue(overdue) = &draft.body else {
            return None;
        };
        let alarm = site.view().alarms.get(&overdue.alarm)?;
        (alarm.priority <= Priority::P2).then(|| Self {
            alarm: alarm.id,
            kind: alarm.kind.clone(),
            priority: alarm.priority,
            source: alarm.source.clone(),
            place: alarm.place.clone(),
            raised_at: alarm.raised_at,
            times_overdue: overdue.times,
        })
    }
}

/// To be sent, at least once, under an id that never changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    about: Seq,
    message: Message,
}

/// What a drill would have sent. Nothing sends it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rehearsal {
    about: Seq,
    message: Message,
}

/// A message on its way out: real, or part of a drill.
#[derive(Debug, Clone, PartialEq)]
pub enum Announcement {
    /// To be sent.
    Real(Notification),
    /// To be shown to the drill's leader at most.
    Drill(Rehearsal),
}

impl Announcement {
    /// The fact alone decides which of the two it is.
    pub fn of(fact: &Fact, message: Message) -> Self {
        let about = fact.seq;
        if fact.drill {
            Self::Drill(Rehearsal { about, message })
        } else {
            Self::Real(Notification { about, message })
        }
    }
}

impl Notification {
    /// The fact that it tells of; within a journal this is its id.
    pub const fn about(&self) -> Seq {
        self.about
    }

    /// What it says.
    pub const fn message(&self) -> &Message {
        &self.message
    }
}

impl Rehearsal {
    /// The fact that it would have told of.
    pub const fn about(&self) -> Seq {
        self.about
    }

    /// What it would have said.
    pub const fn message(&self) -> &Message {
        &self.message
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
