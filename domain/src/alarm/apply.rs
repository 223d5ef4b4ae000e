//! The one map from fact to step.

use super::fact::AlarmFact;
use super::refusal::AlarmRefusal;
use super::state::Alarm;
use crate::subject::Stamp;

impl Alarm {
    /// The alarm after a fact about it, or why the fact cannot be. To decide is to try this on a
    /// copy; the fold does the same again.
    pub fn apply(self, fact: &AlarmFact, stamp: &Stamp<'_>) -> Result<Self, AlarmRefusal> {
        let (at, occurred_at) = (stamp.at, stamp.occurred_at);
        let changes = changes_what_people_decide_on(fact);
        let mut after = match fact {
            // A number is given once: the row that has it stays as it is.
            AlarmFact::Raised(_) => self,
            AlarmFact::Repeated(body) => self.repeated(body, occurred_at),
            AlarmFact::Cleared(body) => self.cleared(body, occurred_at),
            AlarmFact::Overdue(body) => self.overdue(body),
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
            AlarmFact::Joined(body) => self.joined_by(body, at, occurred_at),
            AlarmFact::Split(body) => self.split(body, stamp)?.0,
            AlarmFact::VerdictCorrected(body) => self.correct_verdict(body, at)?,
        };
        if changes {
            after.version = stamp.seq;
        }
        Ok(after)
    }
}

/// A device that chatters and a deadline that passes would make every verdict come too late.
const fn changes_what_people_decide_on(fact: &AlarmFact) -> bool {
    match fact {
        AlarmFact::Raised(_) | AlarmFact::Repeated(_) | AlarmFact::Overdue(_) => false,
        AlarmFact::Cleared(_)
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
