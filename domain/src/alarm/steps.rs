//! What people do with an alarm, and what comes of their doing nothing.

use super::{
    Acknowledged, Alarm, HISTORY_MAX, Judged, Judgement, Mute, NOTES_MAX, Note, Ownership,
    P1_MUTES_MAX, Returned, ReturnedBy, Shelf, Verdict,
};
use crate::estate::Priority;
use crate::fact::AlarmReturned;
use crate::ids::PersonId;
use crate::refusal::Refusal;
use crate::time::Timestamp;

impl Alarm {
    /// A deadline passed and the next one runs.
    #[must_use]
    pub fn overdue(mut self, times: u32, next_due_at: Timestamp, noticed_late_s: u32) -> Self {
        if let Ownership::Unclaimed {
            due_at,
            times_overdue,
            late_s,
            ..
        } = &mut self.ownership
        {
            *due_at = next_due_at;
            *times_overdue = times;
            *late_s = noticed_late_s;
        }
        self
    }

    /// 接警: somebody takes it. The first one wins; a second claim by the owner changes nothing and
    /// is refused like any other, so that nobody believes to have taken it over.
    pub fn claim(
        mut self,
        by: PersonId,
        at: Timestamp,
        follow_up_due_at: Option<Timestamp>,
    ) -> Result<Self, Refusal> {
        if let Ownership::Claimed { by, at, .. } = self.ownership {
            return Err(Refusal::AlreadyClaimed { by, at });
        }
        self.ownership = Ownership::Claimed {
            by,
            at,
            follow_up_due_at,
            absent_due_at: None,
        };
        // Who owns it wants it in sight.
        self.shelf = None;
        Ok(self)
    }

    /// 签收: somebody has seen it. An urgent alarm wants an owner: only a manager, who reads what
    /// climbed, may acknowledge one, and `is_manager` says whether this is one.
    pub fn acknowledge(
        mut self,
        by: PersonId,
        at: Timestamp,
        due_at: Timestamp,
        is_manager: bool,
    ) -> Result<Self, Refusal> {
        self.must_be_open()?;
        if let Ownership::Claimed { by, at, .. } = self.ownership {
            return Err(Refusal::AlreadyClaimed { by, at });
        }
        if let Some(Acknowledged { by, at, .. }) = self.acknowledged {
            return Err(Refusal::AlreadyAcknowledged { by, at });
        }
        if self.priority <= Priority::P2 && !is_manager {
            return Err(Refusal::ClaimInstead);
        }
        self.acknowledged = Some(Acknowledged {
            by,
            at,
            due_at,
            followed_up: false,
        });
        Ok(self)
    }

    /// M: no sound until then. Deadlines run on.
    pub fn mute(mut self, by: PersonId, at: Timestamp, until: Timestamp) -> Result<Self, Refusal> {
        self.must_be_open()?;
        let times = self.mute.as_ref().map_or(0, |mute| mute.times);
        if let Some(mute) = self.mute.filter(|mute| mute.until > at) {
            return Err(Refusal::AlreadyMuted {
                by: mute.by,
                until: mute.until,
            });
        }
        if self.priority == Priority::P1 && times >= P1_MUTES_MAX {
            return Err(Refusal::MutedTooOften);
        }
        self.mute = Some(Mute {
            by,
            until,
            times: times.saturating_add(1),
        });
        Ok(self)
    }

    /// 限时挂起: out of the queue until then. What may cost a life is never shelved.
    pub fn put_on_shelf(mut self, place: Shelf) -> Result<Self, Refusal> {
        self.must_be_open()?;
        if self.priority == Priority::P1 {
            return Err(Refusal::NeverShelved);
        }
        if let Some(Shelf { by, until, .. }) = self.shelf {
            return Err(Refusal::AlreadyShelved { by, until });
        }
        self.shelf = Some(place);
        Ok(self)
    }

    /// Back into the queue. Who took it down has seen it; what comes down by itself is as new.
    pub fn take_off_shelf(
        mut self,
        by: Option<&PersonId>,
        at: Timestamp,
        due_at: Timestamp,
        noticed_late_s: u32,
    ) -> Result<Self, Refusal> {
        self.must_be_open()?;
        if self.shelf.take().is_none() {
            return Err(Refusal::NotShelved);
        }
        self.acknowledged = by.map(|by| Acknowledged {
            by: by.clone(),
            at,
            due_at,
            followed_up: false,
        });
        match &mut self.ownership {
            Ownership::Unclaimed {
                since,
                due_at: due,
                late_s,
                ..
            } => {
                *since = at;
                *due = due_at;
                *late_s = noticed_late_s;
            }
            Ownership::Claimed {
                follow_up_due_at, ..
            } => {
                *follow_up_due_at = Some(due_at);
                self.acknowledged = None;
            }
        }
        Ok(self)
    }

    /// Its owner gives it back. Who had seen it before that does not stand in for an owner: it waits
    /// to be claimed.
    pub fn release(
        mut self,
        by: &PersonId,
        at: Timestamp,
        due_at: Timestamp,
    ) -> Result<Self, Refusal> {
        self.must_be_open()?;
        let Ownership::Claimed { by: owner, .. } = &self.ownership else {
            return Err(Refusal::NotClaimed);
        };
        if owner != by {
            return Err(Refusal::NotOwner { by: owner.clone() });
        }
        self.acknowledged = None;
        self.ownership = Ownership::Unclaimed {
            since: at,
            due_at,
            times_overdue: 0,
            late_s: 0,
            returned: Some(Returned {
                why: ReturnedBy::Released,
                from: Some(by.clone()),
                at,
                late_s: 0,
            }),
        };
        Ok(self)
    }

    /// It goes from its owner to somebody else, who has to do something with it.
    pub fn transfer(
        mut self,
        to: PersonId,
        at: Timestamp,
        follow_up_due_at: Option<Timestamp>,
    ) -> Result<Self, Refusal> {
        self.must_be_open()?;
        match &self.ownership {
            Ownership::Unclaimed { .. } => return Err(Refusal::NotClaimed),
            Ownership::Claimed { by, at, .. } if *by == to => {
                return Err(Refusal::AlreadyClaimed {
                    by: by.clone(),
                    at: *at,
                });
            }
            Ownership::Claimed { .. } => {}
        }
        self.ownership = Ownership::Claimed {
            by: to,
            at,
            follow_up_due_at,
            absent_due_at: None,
        };
        Ok(self)
    }

    /// Back to 待接警, with the name of who had it.
    #[must_use]
    pub fn returned(mut self, fact: &AlarmReturned, at: Timestamp) -> Self {
        let seen_by = self.acknowledged.take().map(|acknowledged| acknowledged.by);
        let from = match std::mem::replace(&mut self.judgement, Judgement::Open) {
            Judgement::Judged(judged) => {
                let by = judged.by.clone();
                self.remember(judged);
                Some(by)
            }
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
    pub fn judge(
        mut self,
        verdict: Verdict,
        by: PersonId,
        at: Timestamp,
        review_due_at: Option<Timestamp>,
    ) -> Result<Self, Refusal> {
        self.must_be_open()?;
        if self.owner().is_none() {
            return Err(Refusal::NotClaimed);
        }
        self.judgement = Judgement::Judged(Judged {
            verdict,
            by,
            at,
            review_due_at,
        });
        self.shelf = None;
        Ok(self)
    }

    /// A wrong verdict gives way to a better one, and is remembered.
    pub fn correct_verdict(
        mut self,
        verdict: Verdict,
        by: PersonId,
        at: Timestamp,
    ) -> Result<Self, Refusal> {
        let Judgement::Judged(judged) = std::mem::replace(&mut self.judgement, Judgement::Open)
        else {
            return Err(Refusal::NotJudged);
        };
        if judged.verdict == verdict {
            return Err(Refusal::AlreadyJudged {
                verdict,
                by: judged.by,
                at: judged.at,
            });
        }
        let review_due_at = judged.review_due_at;
        self.remember(judged);
        self.judgement = Judgement::Judged(Judged {
            verdict,
            by,
            at,
            review_due_at,
        });
        Ok(self)
    }

    /// Somebody adds a note: something was done about it. Until `review_due_at`, the end of the
    /// shift, an acknowledged one needs nothing more.
    pub fn note(mut self, note: Note, review_due_at: Option<Timestamp>) -> Result<Self, Refusal> {
        if self.notes.len() >= NOTES_MAX {
            return Err(Refusal::TooManyNotes);
        }
        self.notes.push(note);
        if let Ownership::Claimed {
            follow_up_due_at, ..
        } = &mut self.ownership
        {
            *follow_up_due_at = None;
        }
        if let (Some(acknowledged), Some(due_at)) = (&mut self.acknowledged, review_due_at) {
            acknowledged.due_at = due_at;
            acknowledged.followed_up = true;
        }
        Ok(self)
    }

    /// Refuses what is only possible while it has no verdict.
    pub(crate) fn must_be_open(&self) -> Result<(), Refusal> {
        match &self.judgement {
            Judgement::Open => Ok(()),
            Judgement::Judged(judged) => Err(Refusal::AlreadyJudged {
                verdict: judged.verdict,
                by: judged.by.clone(),
                at: judged.at,
            }),
        }
    }

    pub(super) fn remember(&mut self, judged: Judged) {
        if self.former.len() >= HISTORY_MAX {
            self.former.remove(0);
        }
        self.former.push(judged);
    }
}
