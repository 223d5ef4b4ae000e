//! What people do with an alarm, and what comes of their doing nothing.

use super::fact::{
    AlarmAcknowledged, AlarmClaimed, AlarmJudged, AlarmMuted, AlarmNoted, AlarmOverdue,
    AlarmReleased, AlarmReturned, AlarmShelved, AlarmTransferred, AlarmUnshelved,
    AlarmVerdictCorrected,
};
use super::reasons::ReturnedBy;
use super::refusal::AlarmRefusal;
use super::state::{
    Acknowledged, Alarm, Judged, Judgement, Mute, NOTES_MAX, Note, Ownership, P1_MUTES_MAX,
    Returned, Shelf,
};
use crate::estate::Priority;
use crate::time::Timestamp;

impl Alarm {
    /// A deadline passed and the next one runs.
    pub(super) fn overdue(mut self, fact: &AlarmOverdue) -> Self {
        if let Ownership::Unclaimed {
            due_at,
            times_overdue,
            late_s,
            ..
        } = &mut self.ownership
        {
            *due_at = fact.claim_due_at;
            *times_overdue = fact.times;
            *late_s = fact.late_s;
        }
        self
    }

    /// Nobody was sent in time.
    pub(super) fn undispatched(mut self, at: Timestamp) -> Self {
        if let Ownership::Claimed {
            dispatch_due_at,
            undispatched_at,
            ..
        } = &mut self.ownership
        {
            *dispatch_due_at = None;
            *undispatched_at = Some(at);
        }
        self
    }

    /// Nobody has to be sent for it alone.
    fn need_nobody(&mut self) {
        if let Ownership::Claimed {
            dispatch_due_at,
            undispatched_at,
            ..
        } = &mut self.ownership
        {
            (*dispatch_due_at, *undispatched_at) = (None, None);
        }
    }

    /// 接警: somebody takes it. The first one wins; a second claim by the owner changes nothing and
    /// is refused like any other, so that nobody believes to have taken it over.
    pub(super) fn claim(
        mut self,
        fact: &AlarmClaimed,
        at: Timestamp,
    ) -> Result<Self, AlarmRefusal> {
        self.must_be_nobodys(at)?;
        self.ownership = Ownership::Claimed {
            by: fact.by.clone(),
            at,
            follow_up_due_at: Some(fact.follow_up_due_at),
            absent_due_at: None,
            dispatch_due_at: fact.dispatch_due_at,
            undispatched_at: None,
        };
        // Who owns it wants it in sight.
        self.shelf = None;
        Ok(self)
    }

    /// 签收: somebody has seen it. Whether they may, where it is urgent, was asked before.
    pub(super) fn acknowledge(
        mut self,
        fact: &AlarmAcknowledged,
        at: Timestamp,
    ) -> Result<Self, AlarmRefusal> {
        self.must_be_open()?;
        self.must_be_nobodys(at)?;
        if let Some(Acknowledged { by, at, .. }) = self.acknowledged {
            return Err(AlarmRefusal::AlreadyAcknowledged { by, at });
        }
        self.acknowledged = Some(Acknowledged {
            by: fact.by.clone(),
            at,
            due_at: fact.due_at,
            followed_up: false,
        });
        Ok(self)
    }

    /// M: no sound until then. Deadlines run on.
    pub(super) fn mute(mut self, fact: &AlarmMuted, at: Timestamp) -> Result<Self, AlarmRefusal> {
        self.must_be_open()?;
        let times = self.mute.as_ref().map_or(0, |mute| mute.times);
        if let Some(mute) = self.mute.filter(|mute| mute.until > at) {
            return Err(AlarmRefusal::AlreadyMuted {
                by: mute.by,
                until: mute.until,
            });
        }
        if self.priority == Priority::P1 && times >= P1_MUTES_MAX {
            return Err(AlarmRefusal::MutedTooOften);
        }
        self.mute = Some(Mute {
            by: fact.by.clone(),
            until: fact.until,
            times: times.saturating_add(1),
        });
        Ok(self)
    }

    /// 限时挂起: out of the queue until then. What may cost a life is never shelved.
    pub(super) fn put_on_shelf(
        mut self,
        fact: &AlarmShelved,
        at: Timestamp,
    ) -> Result<Self, AlarmRefusal> {
        self.must_be_open()?;
        if self.priority == Priority::P1 {
            return Err(AlarmRefusal::NeverShelved);
        }
        if let Some(Shelf { by, until, .. }) = self.shelf {
            return Err(AlarmRefusal::AlreadyShelved { by, until });
        }
        self.shelf = Some(Shelf {
            by: fact.by.clone(),
            at,
            until: fact.until,
            reason: fact.reason,
        });
        self.need_nobody();
        Ok(self)
    }

    /// Back into the queue. Who took it down has seen it; what comes down by itself is as new.
    pub(super) fn take_off_shelf(
        mut self,
        fact: &AlarmUnshelved,
        at: Timestamp,
    ) -> Result<Self, AlarmRefusal> {
        self.must_be_open()?;
        if self.shelf.take().is_none() {
            return Err(AlarmRefusal::NotShelved);
        }
        self.acknowledged = fact.by.as_ref().map(|by| Acknowledged {
            by: by.clone(),
            at,
            due_at: fact.due_at,
            followed_up: false,
        });
        match &mut self.ownership {
            Ownership::Unclaimed {
                since,
                due_at,
                late_s,
                ..
            } => {
                *since = at;
                *due_at = fact.due_at;
                *late_s = fact.late_s;
            }
            Ownership::Claimed {
                follow_up_due_at, ..
            } => {
                *follow_up_due_at = Some(fact.due_at);
                self.acknowledged = None;
            }
        }
        Ok(self)
    }

    /// Its owner gives it back. Who had seen it before that does not stand in for an owner: it waits
    /// to be claimed.
    pub(super) fn release(
        mut self,
        fact: &AlarmReleased,
        at: Timestamp,
    ) -> Result<Self, AlarmRefusal> {
        self.must_be_open()?;
        let Ownership::Claimed { by: owner, .. } = &self.ownership else {
            return Err(AlarmRefusal::NotClaimed);
        };
        if *owner != fact.by {
            return Err(AlarmRefusal::NotOwner { by: owner.clone() });
        }
        self.acknowledged = None;
        self.ownership = Ownership::Unclaimed {
            since: at,
            due_at: fact.claim_due_at,
            times_overdue: 0,
            late_s: 0,
            returned: Some(Returned {
                why: ReturnedBy::Released,
                from: Some(fact.by.clone()),
                at,
                late_s: 0,
            }),
        };
        Ok(self)
    }

    /// It goes from its owner to somebody else, who has to do something with it.
    pub(super) fn transfer(
        mut self,
        fact: &AlarmTransferred,
        at: Timestamp,
    ) -> Result<Self, AlarmRefusal> {
        self.must_be_open()?;
        match self.owner() {
            None => return Err(AlarmRefusal::NotClaimed),
            Some(owner) if *owner == fact.to => self.must_be_nobodys(at)?,
            Some(_) => {}
        }
        // That nobody has been sent yet is no less late with another owner.
        if let Ownership::Claimed {
            by,
            at: since,
            follow_up_due_at,
            absent_due_at,
            ..
        } = &mut self.ownership
        {
            (*by, *since) = (fact.to.clone(), at);
            (*follow_up_due_at, *absent_due_at) = (Some(fact.follow_up_due_at), None);
        }
        Ok(self)
    }

    /// Back to 待接警, with the name of who had it.
    pub(super) fn returned(mut self, fact: &AlarmReturned, at: Timestamp) -> Self {
        let seen_by = self.acknowledged.take().map(|acknowledged| acknowledged.by);
        let from = match std::mem::replace(&mut self.judgement, Judgement::Open) {
            Judgement::Judged(judged) => Some(judged.by),
            Judgement::Open => self.owner().cloned().or(seen_by),
        };
        self.ownership = Ownership::Unclaimed {
            since: at,
            due_at: fact.claim_due_at,
            times_overdue: 0,
            late_s: 0,
            returned: Some(Returned {
                why: fact.why,
                from,
                at,
                late_s: fact.late_s,
            }),
        };
        self.unmute(at);
        self.shelf = None;
        self
    }

    /// It is to be heard again. How often it has been muted is not forgotten.
    pub(super) fn unmute(&mut self, at: Timestamp) {
        if let Some(mute) = &mut self.mute {
            mute.until = mute.until.min(at);
        }
    }

    /// Its owner's last console is gone, or one is back. What is not urgent waits for them.
    #[must_use]
    pub fn owner_absent(mut self, due_at: Option<Timestamp>) -> Self {
        let due_at = due_at.filter(|_| self.priority <= Priority::P2);
        if let Ownership::Claimed { absent_due_at, .. } = &mut self.ownership {
            *absent_due_at = due_at;
        }
        self
    }

    /// 核实结论: its owner, or who leads the shift, says what it was.
    pub(super) fn judge(mut self, fact: &AlarmJudged, at: Timestamp) -> Result<Self, AlarmRefusal> {
        self.must_be_open()?;
        if self.owner().is_none() {
            return Err(AlarmRefusal::NotClaimed);
        }
        self.judgement = Judgement::Judged(Judged {
            verdict: fact.verdict,
            basis: fact.basis.clone(),
            by: fact.by.clone(),
            at,
            review_due_at: Some(fact.review_due_at),
        });
        self.need_nobody();
        self.shelf = None;
        Ok(self)
    }

    /// A wrong verdict gives way to a better one.
    pub(super) fn correct_verdict(
        mut self,
        fact: &AlarmVerdictCorrected,
        at: Timestamp,
    ) -> Result<Self, AlarmRefusal> {
        let Judgement::Judged(judged) = std::mem::replace(&mut self.judgement, Judgement::Open)
        else {
            return Err(AlarmRefusal::NotJudged);
        };
        if judged.verdict == fact.verdict {
            return Err(AlarmRefusal::AlreadyJudged {
                verdict: fact.verdict,
                by: judged.by,
                at: judged.at,
            });
        }
        self.judgement = Judgement::Judged(Judged {
            verdict: fact.verdict,
            basis: fact.basis.clone(),
            by: fact.by.clone(),
            at,
            review_due_at: judged.review_due_at,
        });
        Ok(self)
    }

    /// Somebody says what was done about it, in words or by one key. Until its `review_due_at`, the end of the
    /// shift, an acknowledged one needs nothing more.
    pub(super) fn note(mut self, fact: &AlarmNoted, at: Timestamp) -> Result<Self, AlarmRefusal> {
        if self.notes.len() >= NOTES_MAX {
            return Err(AlarmRefusal::TooManyNotes);
        }
        self.notes.push(Note {
            by: fact.by.clone(),
            at,
            content: fact.note.clone(),
        });
        if let Ownership::Claimed {
            follow_up_due_at, ..
        } = &mut self.ownership
        {
            *follow_up_due_at = None;
        }
        if let (Some(acknowledged), Some(due_at)) = (&mut self.acknowledged, fact.review_due_at) {
            acknowledged.due_at = due_at;
            acknowledged.followed_up = true;
        }
        Ok(self)
    }

    /// Refuses what is only possible while it has no verdict.
    pub(crate) fn must_be_open(&self) -> Result<(), AlarmRefusal> {
        match &self.judgement {
            Judgement::Open => Ok(()),
            Judgement::Judged(judged) => Err(AlarmRefusal::AlreadyJudged {
                verdict: judged.verdict,
                by: judged.by.clone(),
                at: judged.at,
            }),
        }
    }

    fn must_be_nobodys(&self, now: Timestamp) -> Result<(), AlarmRefusal> {
        match &self.ownership {
            Ownership::Unclaimed { .. } => Ok(()),
            Ownership::Claimed { by, at, .. } => Err(AlarmRefusal::AlreadyClaimed {
                by: by.clone(),
                at: *at,
                ahead: now.since(*at),
            }),
        }
    }
}
