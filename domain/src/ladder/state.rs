//! What is known of a ladder that is or was being climbed.

use super::fact::{LadderCalled, LadderClimbed, LadderStarted};
use crate::estate::{Channel, LadderStep, Rung};
use crate::ids::{LadderId, PersonId, Seq};
use crate::matter::{Matter, Unanswered};
use crate::notify::fact::Settlement;
use crate::subject::Stamp;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// People whom one step calls at most; more of one rung are not called.
pub const CALLED_PER_STEP_MAX: usize = 16;
/// Calls that a run remembers; older ones are left to the record. More than one step can make, each
/// person by each channel.
pub const CALLS_MAX: usize = 96;

/// A ladder that is or was being climbed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderRun {
    pub about: Matter,
    pub why: Unanswered,
    /// Which ladder. Absent: nobody but those whom its type calls at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<LadderId>,
    /// Since when nobody has answered: its steps count from here.
    pub since: Timestamp,
    /// Its steps, as they were when it began.
    pub steps: Vec<LadderStep>,
    /// Never shown where the one who threatens can read it, nor told to a group.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub discreet: bool,
    /// Part of a drill: nobody is really called.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub drill: bool,
    /// Which step was the last one, from 1; 0 before the first.
    pub step: u8,
    /// How often that was repeated.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub round: u8,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub climbed_at: Option<Timestamp>,
    /// Seconds by which it was noticed too late that it was time for it.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub late_s: u32,
    /// Rungs on which the last step found nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nobody: Vec<Rung>,
    /// Who was called, oldest first, at most [`CALLS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Call>,
    /// Whose answer ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
}

/// Somebody was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The fact that says so: the number of the notification.
    pub seq: Seq,
    pub at: Timestamp,
    /// By which step, from 1.
    pub step: u8,
    /// In which of its repeats.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub round: u8,
    pub person: PersonId,
    /// As what, if by a rung.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    pub channel: Channel,
    /// Channels that are left should this one not reach them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Channel>,
    /// What came of it. Absent: it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<Reached>,
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// Its channel does not work now. It is tried on, and nobody waits for it.
    Failing { at: Timestamp },
    /// It ended like this.
    Settled { outcome: Settlement, at: Timestamp },
}

impl Reached {
    /// Since when it is known that it reached nobody.
    fn nobody_since(self) -> Option<Timestamp> {
        match self {
            Self::Failing { at } => Some(at),
            Self::Settled { outcome, at } => outcome.reached_nobody().then_some(at),
        }
    }
}

/// A person's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    pub by: PersonId,
    pub at: Timestamp,
}

/// What is due next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LadderDue {
    /// A call reached nobody: the next channel of the same person.
    Channel(Seq),
    /// The last step again.
    Repeat,
    /// The next step.
    Step,
    /// Nobody was reached by the last step, and there is no other.
    Exhausted,
}

impl LadderRun {
    pub(super) fn started(fact: &LadderStarted, stamp: &Stamp<'_>) -> Self {
        Self {
            about: fact.about,
            why: fact.why,
            ladder: fact.ladder.clone(),
            since: fact.since,
            steps: fact.steps.clone(),
            discreet: fact.discreet,
            drill: stamp.drill,
            step: 0,
            round: 0,
            climbed_at: None,
            late_s: 0,
            nobody: Vec::new(),
            calls: Vec::new(),
            stopped: None,
        }
    }

    pub(super) fn climbed(&mut self, fact: &LadderClimbed, stamp: &Stamp<'_>) {
        self.step = fact.step;
        self.round = fact.round;
        self.climbed_at = Some(stamp.at);
        self.late_s = fact.late_s;
        self.nobody.clone_from(&fact.nobody);
    }

    pub(super) fn called(&mut self, fact: &LadderCalled, stamp: &Stamp<'_>) {
        if self.calls.len() >= CALLS_MAX {
            self.calls.remove(0);
        }
        self.calls.push(Call {
            seq: stamp.seq,
            at: stamp.at,
            step: fact.step,
            round: fact.round,
            person: fact.person.clone(),
            rung: fact.rung,
            channel: fact.channel,
            then: fact.then.clone(),
            reached: None,
        });
    }

    /// Whether nobody has answered yet.
    pub const fn is_open(&self) -> bool {
        self.stopped.is_none()
    }

    /// What is due next, and when. Nothing once somebody answered, or nobody is left to be called.
    pub fn next_due(&self) -> Option<(Timestamp, LadderDue)> {
        if !self.is_open() {
            return None;
        }
        let other = self.other_channel();
        let unreached_at = self.unreached_at();
        let taken = usize::from(self.step);
        let climbed_at = self.climbed_at.unwrap_or(self.since);
        let last = taken.checked_sub(1).and_then(|last| self.steps.get(last));
        let repeat = last.and_then(|step| step.repeat);
        let repeat = repeat.filter(|repeat| self.round < repeat.times);
        let repeat = repeat.map(|repeat| (climbed_at + secs(repeat.every_s), LadderDue::Repeat));
        let step = if let Some(next) = self.steps.get(taken) {
            let at = self.since + secs(next.after_s);
            let at = unreached_at.map_or(at, |since| since.min(at));
            Some((at, LadderDue::Step))
        } else {
            let ends = unreached_at.filter(|_| last.is_some() && repeat.is_none());
            ends.map(|at| (at, LadderDue::Exhausted))
        };
        let due = other.into_iter().chain(repeat).chain(step);
        due.min_by_key(|(at, _)| *at)
    }

    /// The calls of the last step.
    fn last_calls(&self) -> impl DoubleEndedIterator<Item = &Call> {
        let of_last = |call: &&Call| (call.step, call.round) == (self.step, self.round);
        self.calls.iter().filter(of_last)
    }

    /// A call of the last step that reached nobody, and whose person has another channel.
    fn other_channel(&self) -> Option<(Timestamp, LadderDue)> {
        self.last_calls().find_map(|call| {
            let since = call.reached?.nobody_since()?;
            let mut later = self.last_calls().filter(|other| other.seq > call.seq);
            let is_left = !call.then.is_empty() && later.all(|other| other.person != call.person);
            is_left.then_some((since, LadderDue::Channel(call.seq)))
        })
    }

    /// Since when it is known that the last step reached nobody at all: nobody is waited for.
    fn unreached_at(&self) -> Option<Timestamp> {
        let mut latest = None;
        for call in self.last_calls() {
            let by_another = |other: &Call| other.person == call.person && other.seq > call.seq;
            if self.last_calls().any(by_another) {
                continue;
            }
            let since = call.reached.and_then(Reached::nobody_since)?;
            if !call.then.is_empty() {
                return None;
            }
            latest = latest.max(Some(since));
        }
        // A step that found nobody is followed by the next one, if there is one.
        let is_last = usize::from(self.step) >= self.steps.len();
        latest.or(self
            .climbed_at
            .filter(|_| !self.nobody.is_empty() && !is_last && self.last_calls().next().is_none()))
    }

    /// The call with this number.
    pub fn call(&self, seq: Seq) -> Option<&Call> {
        self.calls.iter().find(|call| call.seq == seq)
    }

    /// Whether somebody was called by it already.
    pub fn has_called(&self, person: &PersonId) -> bool {
        self.calls.iter().any(|call| call.person == *person)
    }
}

const fn secs(seconds: u32) -> Span {
    Span::from_secs(seconds as i64)
}
