//! The one map from fact to what it makes of a row. Each one that changes a row stands in its history.

use super::fact::{AlarmFact, AlarmRepeated, AlarmSplit};
use super::refusal::AlarmRefusal;
use super::state::Alarm;
use crate::ids::PersonId;
use crate::subject::{Stamp, Told};

impl Alarm {
    /// The alarm after a fact about it, or why the fact cannot be. To decide is to try this on a
    /// copy; the fold does the same again.
    pub fn apply(self, fact: &AlarmFact, stamp: &Stamp<'_>) -> Result<Self, AlarmRefusal> {
        let at = stamp.at;
        let was_shelved = self.shelf.is_some();
        let mut after = match fact {
            // A number is given once: the row that has it stays as it is.
            AlarmFact::Raised(_) => return Ok(self),
            AlarmFact::Repeated(body) => self.repeated(body, stamp),
            AlarmFact::Cleared(body) => self.cleared(body, stamp),
            AlarmFact::Overdue(body) => self.overdue(body),
            AlarmFact::Undispatched(_) => self.undispatched(at),
            AlarmFact::Unheard(body) => self.unheard(body, at),
            AlarmFact::Claimed(body) => self.claim(body, at)?,
            AlarmFact::Noted(body) => self.note(body, at)?,
            AlarmFact::Judged(body) => self.judge(body, at)?,
            AlarmFact::Acknowledged(body) => self.acknowledge(body, at)?,
            AlarmFact::Muted(body) => self.mute(body, at)?,
            AlarmFact::Shelved(body) => self.put_on_shelf(body, at)?,
            AlarmFact::Unshelved(body) => self.take_off_shelf(body, at)?,
            AlarmFact::Released(body) => self.release(body, at)?,
            AlarmFact::Transferred(body) => self.transfer(body, at)?,
            AlarmFact::Returned(body) => self.returned(body, at),
            AlarmFact::Risen(body) => self.risen(body, at),
            AlarmFact::Joined(body) => self.joined_by(body, stamp),
            AlarmFact::Split(body) => self.split(body, stamp)?.0,
            AlarmFact::VerdictCorrected(body) => self.correct_verdict(body, at)?,
            // What is kept of it and who looked stands in its history.
            AlarmFact::Viewed(_) | AlarmFact::ClipKept(_) | AlarmFact::ClipViewed(_) => self,
        };
        if was_shelved && after.shelf.is_none() {
            after = after.seen_anew(at);
        }
        Ok(after.told(fact, stamp))
    }

    /// A source leaves it: the row without it, and the new row that it gets.
    pub(super) fn apply_split(
        self,
        fact: &AlarmSplit,
        stamp: &Stamp<'_>,
    ) -> Result<(Self, Self), AlarmRefusal> {
        let (rest, alone) = self.split(fact, stamp)?;
        Ok((rest.told(&AlarmFact::Split(fact.clone()), stamp), alone))
    }

    /// The fact that made it what it is becomes a step of its history.
    fn told(mut self, fact: &AlarmFact, stamp: &Stamp<'_>) -> Self {
        if changes_what_people_decide_on(fact) {
            self.version = stamp.seq;
        }
        self.history.add(fact.clone(), stamp);
        self
    }
}

impl Told for AlarmFact {
    fn is_chatter(&self) -> bool {
        match self {
            // Where it was before is told by the step before.
            Self::Repeated(body) => body.place.is_none(),
            Self::Cleared(_) | Self::Overdue(_) | Self::Viewed(_) => true,
            Self::Raised(_)
            | Self::Undispatched(_)
            | Self::Unheard(_)
            | Self::Claimed(_)
            | Self::Noted(_)
            | Self::Judged(_)
            | Self::Acknowledged(_)
            | Self::Muted(_)
            | Self::Shelved(_)
            | Self::Unshelved(_)
            | Self::Released(_)
            | Self::Transferred(_)
            | Self::Returned(_)
            | Self::Risen(_)
            | Self::Joined(_)
            | Self::Split(_)
            | Self::VerdictCorrected(_)
            | Self::ClipKept(_)
            | Self::ClipViewed(_) => false,
        }
    }

    fn repeats(&self, told: &Self) -> bool {
        // Which time it is follows from the count. That nobody was there to notice does not.
        if let (Self::Overdue(this), Self::Overdue(told)) = (self, told) {
            return (this.late_s, told.late_s) == (0, 0);
        }
        if let (Self::Viewed(this), Self::Viewed(told)) = (self, told) {
            return (&this.camera, &this.by) == (&told.camera, &told.by);
        }
        if let (Self::Repeated(this), Self::Repeated(told)) = (self, told) {
            let alike = AlarmRepeated {
                doubts: this.doubts,
                ..told.clone()
            };
            return this.doubts.repeat(&told.doubts) && *this == alike;
        }
        self == told
    }

    fn handed_on(&self) -> Option<(&PersonId, &PersonId)> {
        if let Self::Transferred(body) = self {
            return Some((&body.by, &body.to));
        }
        None
    }
}

/// A device that chatters, a deadline that passes and people who look would make every verdict come too late.
const fn changes_what_people_decide_on(fact: &AlarmFact) -> bool {
    match fact {
        AlarmFact::Raised(_)
        | AlarmFact::Repeated(_)
        | AlarmFact::Overdue(_)
        | AlarmFact::Undispatched(_)
        | AlarmFact::Viewed(_)
        | AlarmFact::ClipKept(_)
        | AlarmFact::ClipViewed(_) => false,
        AlarmFact::Cleared(_)
        | AlarmFact::Unheard(_)
        | AlarmFact::Claimed(_)
        | AlarmFact::Noted(_)
        | AlarmFact::Judged(_)
        | AlarmFact::Acknowledged(_)
        | AlarmFact::Muted(_)
        | AlarmFact::Shelved(_)
        | AlarmFact::Unshelved(_)
        | AlarmFact::Released(_)
        | AlarmFact::Transferred(_)
        | AlarmFact::Returned(_)
        | AlarmFact::Risen(_)
        | AlarmFact::Joined(_)
        | AlarmFact::Split(_)
        | AlarmFact::VerdictCorrected(_) => true,
    }
}
