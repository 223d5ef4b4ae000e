//! What is told, and to whom it may go.

use crate::alarm::{AlarmFact, Located, Source};
use crate::estate::Priority;
use crate::fact::{Fact, FactBody, FactDraft};
use crate::ids::{AlarmId, AlarmTypeId, Seq};
use crate::site::Site;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What people outside are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// Nobody claims an urgent alarm.
    AlarmOverdue { alarm: OverdueAlarm },
}

/// An alarm that nobody claims.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OverdueAlarm {
    pub alarm: AlarmId,
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    pub priority: Priority,
    /// Who or what it is about.
    pub source: Source,
    pub place: Located,
    /// When it came onto the record.
    pub raised_at: Timestamp,
    /// How often it has been overdue, this time included.
    pub times_overdue: u32,
}

impl Message {
    /// What is to be told about a draft, if anything: an alarm of priority 1 or 2 that became
    /// overdue.
    pub fn about(draft: &FactDraft, site: &Site) -> Option<Self> {
        let FactBody::Alarm(AlarmFact::Overdue(overdue)) = &draft.body else {
            return None;
        };
        let alarm = site.view().alarms.get(&overdue.alarm)?;
        (alarm.priority <= Priority::P2).then(|| {
            let alarm = OverdueAlarm {
                alarm: alarm.id,
                kind: alarm.kind.clone(),
                priority: alarm.priority,
                source: alarm.source.clone(),
                place: alarm.place.clone(),
                raised_at: alarm.raised_at,
                times_overdue: overdue.times,
            };
            Self::AlarmOverdue { alarm }
        })
    }

    /// How urgent it is.
    pub const fn priority(&self) -> Priority {
        match self {
            Self::AlarmOverdue { alarm } => alarm.priority,
        }
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
