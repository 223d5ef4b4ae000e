//! Alarms: conditions that need a person.
//!
//! An alarm has independent sides, each an enum that carries its data: what the device says
//! ([`Condition`]), who has it ([`Ownership`]) and what it was ([`Judgement`]). Transitions take
//! the alarm and give it back changed, or refuse.

use crate::estate::{Place, Priority};
use crate::fact::{AlarmRaised, PersonalRef};
use crate::ids::{AlarmId, AlarmTypeId, DeviceId, PersonId, Version};
use crate::observation::ReportedState;
use crate::refusal::Refusal;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Notes that one alarm can have; the next one is refused.
pub const NOTES_MAX: usize = 200;
/// The longest wait between two annunciations of an alarm that nobody claims.
pub const OVERDUE_WAIT_MAX: Span = Span::from_secs(900);

/// One row of the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// Its number.
    pub id: AlarmId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// How urgent it is.
    pub priority: Priority,
    /// Who reported it.
    pub device: DeviceId,
    /// Where it is.
    pub place: Place,
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// When it came onto the record.
    pub raised_at: Timestamp,
    /// What the device's clock said, where it could not be believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubted_clock: Option<Timestamp>,
    /// What the device says.
    pub condition: Condition,
    /// Who has it.
    pub ownership: Ownership,
    /// What it was.
    pub judgement: Judgement,
    /// How often the device said it again.
    pub repeats: u32,
    /// Its notes, oldest first.
    pub notes: Vec<Note>,
    /// The fact that last touched it.
    pub version: Version,
}

/// What the device says of its condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It exists.
    Active {
        /// Since when.
        since: Timestamp,
    },
    /// It existed and is over.
    Cleared {
        /// When it ended.
        at: Timestamp,
    },
    /// It happened and left nothing to clear.
    Momentary {
        /// When it last happened.
        at: Timestamp,
    },
}

/// Who has an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// 待接警: nobody, and a deadline runs.
    Unclaimed {
        /// Claimed by then, or overdue (again).
        due_at: Timestamp,
        /// How often a deadline has passed already.
        times_overdue: u32,
    },
    /// Somebody.
    Claimed {
        /// The owner.
        by: PersonId,
        /// Since when.
        at: Timestamp,
    },
}

/// Whether somebody judged what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// Not yet.
    Open,
    /// 已判定
    Judged {
        /// What it was.
        verdict: Verdict,
        /// Who says so.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
}

/// 核实结论: what an alarm turned out to be. A drill's verdict is set by the drill, not picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 真警
    Genuine,
    /// 环境干扰
    Environment,
    /// 设备误报
    DeviceFault,
    /// 测试
    Test,
}

impl Verdict {
    /// In the order of the digits that pick them: X then 1 to 4.
    pub const ALL: [Self; 4] = [
        Self::Genuine,
        Self::Environment,
        Self::DeviceFault,
        Self::Test,
    ];
}

/// A note about an alarm. The words are fetched by their reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Who wrote it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Where the words are.
    pub content: PersonalRef,
}

impl Condition {
    fn reported(state: ReportedState, at: Timestamp) -> Self {
        match state {
            ReportedState::Active => Self::Active { since: at },
            ReportedState::Cleared => Self::Cleared { at },
            ReportedState::Momentary => Self::Momentary { at },
        }
    }
}

impl Alarm {
    /// A new row, as its fact decided it.
    pub fn raised(
        fact: &AlarmRaised,
        occurred_at: Timestamp,
        raised_at: Timestamp,
        version: Version,
    ) -> Self {
        Self {
            id: fact.alarm,
            kind: fact.kind.clone(),
            priority: fact.priority,
            device: fact.device.clone(),
            place: fact.place.clone(),
            occurred_at,
            raised_at,
            doubted_clock: fact.doubted_clock,
            condition: Condition::reported(fact.state, occurred_at),
            ownership: Ownership::Unclaimed {
                due_at: fact.claim_due_at,
                times_overdue: 0,
            },
            judgement: Judgement::Open,
            repeats: 0,
            notes: Vec::new(),
            version,
        }
    }

    /// Whether its device says that the condition exists.
    pub fn is_active(&self) -> bool {
        matches!(self.condition, Condition::Active { .. })
    }

    /// Whether somebody judged it.
    pub fn is_judged(&self) -> bool {
        matches!(self.judgement, Judgement::Judged { .. })
    }

    /// Judged, and the condition is over: nothing is left to do.
    pub fn is_closed(&self) -> bool {
        self.is_judged() && !self.is_active()
    }

    /// Who owns it.
    pub fn owner(&self) -> Option<&PersonId> {
        match &self.ownership {
            Ownership::Unclaimed { .. } => None,
            Ownership::Claimed { by, .. } => Some(by),
        }
    }

    /// The running deadline, if nobody owns it.
    pub fn claim_due_at(&self) -> Option<Timestamp> {
        match &self.ownership {
            Ownership::Unclaimed { due_at, .. } if !self.is_judged() => Some(*due_at),
            _ => None,
        }
    }

    /// The deadline after one that passed: as far ahead as the alarm is old by now, so that each
    /// annunciation comes at twice the age of the one before, at most [`OVERDUE_WAIT_MAX`] later.
    /// Nobody is ever left without one.
    pub fn next_claim_due_at(&self, now: Timestamp) -> Option<(u32, Timestamp)> {
        let Ownership::Unclaimed {
            due_at,
            times_overdue,
        } = self.ownership
        else {
            return None;
        };
        let so_far = due_at.since(self.raised_at).as_micros().max(1);
        let wait = Span::from_micros(so_far.min(OVERDUE_WAIT_MAX.as_micros()));
        Some((times_overdue.saturating_add(1), now + wait))
    }

    /// The device said it again.
    #[must_use]
    pub fn repeated(mut self, state: ReportedState, at: Timestamp) -> Self {
        self.repeats = self.repeats.saturating_add(1);
        self.condition = match (self.condition, state) {
            // Said again is not begun again, and only "cleared" ends what lasts.
            (Condition::Active { since }, ReportedState::Active | ReportedState::Momentary) => {
                Condition::Active { since }
            }
            (_, state) => Condition::reported(state, at),
        };
        self
    }

    /// The condition ended.
    #[must_use]
    pub fn cleared(mut self, at: Timestamp) -> Self {
        self.condition = Condition::Cleared { at };
        self
    }

    /// A deadline passed and the next one runs.
    #[must_use]
    pub fn overdue(mut self, times_overdue: u32, due_at: Timestamp) -> Self {
        if self.owner().is_none() {
            self.ownership = Ownership::Unclaimed {
                due_at,
                times_overdue,
            };
        }
        self
    }

    /// Somebody takes it. The first one wins; a second claim by the owner changes nothing and
    /// is refused like any other, so that nobody believes to have taken it over.
    pub fn claim(mut self, by: PersonId, at: Timestamp) -> Result<Self, Refusal> {
        match self.ownership {
            Ownership::Claimed { by, at } => Err(Refusal::AlreadyClaimed { by, at }),
            Ownership::Unclaimed { .. } => {
                self.ownership = Ownership::Claimed { by, at };
                Ok(self)
            }
        }
    }

    /// Somebody judges it.
    pub fn judge(mut self, verdict: Verdict, by: PersonId, at: Timestamp) -> Result<Self, Refusal> {
        match (&self.judgement, &self.ownership) {
            (Judgement::Judged { verdict, by, at }, _) => Err(Refusal::AlreadyJudged {
                verdict: *verdict,
                by: by.clone(),
                at: *at,
            }),
            (Judgement::Open, Ownership::Unclaimed { .. }) => Err(Refusal::NotClaimed),
            (Judgement::Open, Ownership::Claimed { .. }) => {
                self.judgement = Judgement::Judged { verdict, by, at };
                Ok(self)
            }
        }
    }

    /// Somebody adds a note.
    pub fn note(mut self, note: Note) -> Result<Self, Refusal> {
        if self.notes.len() >= NOTES_MAX {
            return Err(Refusal::TooManyNotes);
        }
        self.notes.push(note);
        Ok(self)
    }
}
