//! One row of the queue with its six sides.

use super::fact::AlarmFact;
use super::located::Located;
use super::reasons::{NoteContent, ReturnedBy, ShelfReason, Verdict, VerdictBasis};
use super::sources::{Condition, Existing, Joined, Risen, Silence, Source, Unheard};
use crate::estate::Priority;
use crate::ids::{AlarmId, AlarmTypeId, IncidentId, PersonId, Version};
use crate::observation::Doubts;
use crate::subject::History;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Alarms that may be open at once; further ones are refused and must be sent again, but for those
/// of the first priority, of which there are never more than devices and their families.
pub const OPEN_ALARMS_MAX: usize = 20_000;
/// How long a closed alarm stays live. Older ones are read from the journal.
pub(crate) const CLOSED_KEPT: Span = Span::from_secs(24 * 3600);
/// Closed alarms that stay live at most; the ones closed longest ago leave first.
pub const CLOSED_ALARMS_MAX: usize = 500;
/// Notes that one alarm can have; the next one is refused.
pub const NOTES_MAX: usize = 200;
/// Sources that can join one row; the next one gets a row of its own.
pub const JOINED_MAX: usize = 200;
/// Rises that a row remembers; the oldest are left to its history.
pub const RISES_MAX: usize = 8;
/// How often an alarm of the first priority may be muted.
pub const P1_MUTES_MAX: u32 = 2;

/// One row of the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    pub id: AlarmId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// What its type shares the row with.
    pub family: AlarmTypeId,
    /// Its type's place within the family.
    pub tier: u8,
    pub priority: Priority,
    /// Who or what it is about.
    pub source: Source,
    pub place: Located,
    /// Part of a drill.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// When it came onto the record.
    pub raised_at: Timestamp,
    /// What is doubtful about what its source said.
    #[serde(default, skip_serializing_if = "Doubts::is_empty")]
    pub doubts: Doubts,
    /// Of somebody who is missed: what nobody hears of them, or heard until it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
    /// What its source says.
    pub condition: Condition,
    /// Which types its source says exist, at most [`super::EXISTING_MAX`]; none unless it is active.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exists: Vec<Existing>,
    /// When any of its sources last said anything here.
    pub heard_at: Timestamp,
    /// Nobody said it again for as long as its type allows. Gone with the next report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unheard: Option<Unheard>,
    /// Who has it.
    pub ownership: Ownership,
    /// 签收: who has seen it without taking it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledged>,
    /// Whose wish it is that it makes no sound for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mute: Option<Mute>,
    /// 限时挂起
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shelf: Option<Shelf>,
    /// What it was.
    pub judgement: Judgement,
    /// 事件: what it is part of. While that is open, its owner has this row, and its deadlines replace
    /// this row's follow-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// Somebody took it out of one: no rule puts it back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken_out: bool,
    /// How often its source said it again.
    pub repeats: u32,
    /// Other sources that are part of this row, at most [`JOINED_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<Joined>,
    /// How it became as urgent as it is, oldest first, at most [`RISES_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rises: Vec<Risen>,
    /// Its notes, oldest first.
    pub notes: Vec<Note>,
    /// The fact that last changed what a person decides on. Repeats and passed deadlines do not
    /// count: a device that chatters would make every verdict come too late.
    pub version: Version,
    /// What happened to it: the facts about it, with who and when.
    #[serde(default, skip_serializing_if = "History::is_empty")]
    pub history: History<AlarmFact>,
}

/// Who has an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// 待接警: nobody, and a deadline runs.
    Unclaimed {
        /// Since when nobody has had it.
        since: Timestamp,
        /// Claimed by then, or overdue (again).
        due_at: Timestamp,
        /// How often a deadline has passed already.
        times_overdue: u32,
        /// Seconds by which it was noticed too late that the last one had passed: nobody was there
        /// to notice it.
        #[serde(default, skip_serializing_if = "crate::serial::is_default")]
        late_s: u32,
        /// Why it is back, if somebody had it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        returned: Option<Returned>,
    },
    /// Somebody.
    Claimed {
        by: PersonId,
        at: Timestamp,
        /// Something done by then (a note), or it returns. Nothing once something was done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        follow_up_due_at: Option<Timestamp>,
        /// Their last console is gone: back by then, or it returns.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        absent_due_at: Option<Timestamp>,
        /// Somebody sent by then, or the ladder climbs. Nothing once it is part of an incident, judged or shelved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dispatch_due_at: Option<Timestamp>,
        /// When that time had passed, and nobody had been sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undispatched_at: Option<Timestamp>,
    },
}

/// How an alarm came back to 待接警.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    pub why: ReturnedBy,
    /// Who had or had seen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PersonId>,
    pub at: Timestamp,
    /// Seconds by which it came back too late, since nobody was there to notice.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub late_s: u32,
}

/// 签收: somebody has seen it without taking it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    pub by: PersonId,
    pub at: Timestamp,
    /// Something done by then, or it returns.
    pub due_at: Timestamp,
    /// Something was done (a note): what is due is the end of the shift.
    pub followed_up: bool,
}

/// A wish for silence. Its deadlines run on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    pub by: PersonId,
    pub until: Timestamp,
    /// How often it has been muted.
    pub times: u32,
}

/// 限时挂起: out of the queue for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelf {
    /// Who put it there.
    pub by: PersonId,
    pub at: Timestamp,
    pub until: Timestamp,
    pub reason: ShelfReason,
}

/// Whether somebody judged what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// Not yet.
    Open,
    /// 已判定
    Judged(Judged),
}

/// A verdict with its author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// What it was.
    pub verdict: Verdict,
    /// How that was established, where somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<VerdictBasis>,
    /// Who says so.
    pub by: PersonId,
    pub at: Timestamp,
    /// When it returns if its condition still exists then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_due_at: Option<Timestamp>,
}

/// A note about an alarm: something was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Who wrote it.
    pub by: PersonId,
    pub at: Timestamp,
    pub content: NoteContent,
}

impl Alarm {
    /// Whether any of its sources says that the condition exists.
    pub fn is_active(&self) -> bool {
        self.condition.is_active()
            || self
                .joined
                .iter()
                .any(|joined| joined.condition.is_active())
    }

    /// Whether somebody judged it.
    pub fn is_judged(&self) -> bool {
        self.judged().is_some()
    }

    /// The verdict that counts.
    pub fn judged(&self) -> Option<&Judged> {
        match &self.judgement {
            Judgement::Open => None,
            Judgement::Judged(judged) => Some(judged),
        }
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

    /// Nobody has it, and nobody has said what it was.
    pub fn is_nobodys(&self) -> bool {
        !self.is_judged() && self.owner().is_none()
    }

    /// Since when somebody owns it.
    pub const fn claimed_at(&self) -> Option<Timestamp> {
        match &self.ownership {
            Ownership::Unclaimed { .. } => None,
            Ownership::Claimed { at, .. } => Some(*at),
        }
    }

    /// By when somebody has to be sent by whoever owns it, or had to be.
    pub fn dispatch_due_at(&self) -> Option<Timestamp> {
        match &self.ownership {
            Ownership::Unclaimed { .. } => None,
            Ownership::Claimed {
                dispatch_due_at,
                undispatched_at,
                ..
            } => dispatch_due_at.or(*undispatched_at),
        }
    }

    /// The running claim deadline, if nobody owns it. Browsers count towards it.
    pub fn claim_due_at(&self) -> Option<Timestamp> {
        match &self.ownership {
            Ownership::Unclaimed { due_at, .. } if !self.is_judged() => Some(*due_at),
            Ownership::Unclaimed { .. } | Ownership::Claimed { .. } => None,
        }
    }

    /// Whether it stands in the queue: open, and not shelved.
    pub fn is_annunciated(&self) -> bool {
        !self.is_judged() && self.shelf.is_none()
    }

    /// How many sources it stands for, itself included.
    pub fn stands_for(&self) -> usize {
        1 + self.joined.len()
    }

    /// The keys under which a source's row is found: what it stands for there, and what it says
    /// exists.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (Source, AlarmTypeId, bool)> {
        let drill = self.drill;
        let joined = self.joined.iter();
        let joined = joined.map(|joined| (&joined.source, &joined.family, &joined.exists));
        std::iter::once((&self.source, &self.family, &self.exists))
            .chain(joined)
            .flat_map(move |(source, family, exists)| {
                let others = exists.iter().map(|one| &one.family);
                let others = others.filter(move |other| *other != family);
                std::iter::once(family)
                    .chain(others)
                    .map(move |family| (source.clone(), family.clone(), drill))
            })
    }
}
