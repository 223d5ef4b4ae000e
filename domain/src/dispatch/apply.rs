//! The one map from fact to what it makes of an assignment.

use super::fact::{
    AssignmentAccepted, AssignmentArrived, AssignmentOffered, AssignmentUnanswered, DispatchFact,
    QuietBegan,
};
use super::reasons::Withdrawal;
use super::refusal::DispatchRefusal;
use super::state::{Assignment, Stage};
use crate::subject::{History, Stamp, Told};
use crate::time::Timestamp;

impl Assignment {
    /// A new offer, as its fact decided it.
    pub fn offered(fact: &AssignmentOffered, stamp: &Stamp<'_>) -> Self {
        Self {
            id: fact.assignment,
            incident: fact.incident,
            person: fact.person.clone(),
            slot: fact.slot,
            priority: fact.priority,
            discreet: fact.discreet,
            offered_at: stamp.at,
            offered_by: fact.by.clone(),
            way: fact.way,
            stage: Stage::Offered,
            since: stamp.at,
            due_at: fact.answer_due_at,
            late_at: None,
            to_offer_again: false,
            support_asked_at: None,
            quiet_until: None,
            version: stamp.seq,
            history: History::begun(DispatchFact::Offered(fact.clone()), stamp),
        }
    }

    /// The assignment after a fact about it, or why the fact cannot be. To decide is to try this on a
    /// copy; the fold does the same again.
    pub fn apply(self, fact: &DispatchFact, stamp: &Stamp<'_>) -> Result<Self, DispatchRefusal> {
        let at = stamp.at;
        let mut after = match fact {
            // A number is given once: what has it stays as it is.
            DispatchFact::Offered(_) => return Ok(self),
            DispatchFact::Accepted(body) => self.accepted(body, at)?,
            DispatchFact::Declined(body) => {
                self.must_be_open_offer()?;
                let to_offer_again = body.again;
                let declined = Stage::Declined {
                    reason: body.reason,
                };
                Self {
                    to_offer_again,
                    ..self.reach(declined, at)
                }
            }
            DispatchFact::Unanswered(body) => self.unanswered(body, at)?,
            DispatchFact::NobodyLeft(_) => Self {
                to_offer_again: false,
                ..self
            },
            DispatchFact::SetOut(_) => {
                self.must_be_at(|stage| *stage == Stage::Accepted)?;
                Self {
                    stage: Stage::OnTheWay,
                    since: at,
                    ..self
                }
            }
            DispatchFact::Late(_) => {
                self.must_be_at(|stage| matches!(stage, Stage::Accepted | Stage::OnTheWay))?;
                Self {
                    due_at: None,
                    late_at: Some(at),
                    ..self
                }
            }
            DispatchFact::Arrived(body) => self.arrived(body, at)?,
            DispatchFact::Done(_) => {
                self.must_be_at(Stage::is_going)?;
                Self {
                    support_asked_at: None,
                    ..self.reach(Stage::Done, at)
                }
            }
            DispatchFact::Withdrawn(body) => {
                self.must_be_live()?;
                let why = body.why.clone();
                // Where another one of the slot was asked already, that one goes on.
                let leaves_slot = why == Withdrawal::OffDuty && self.holds_slot();
                Self {
                    to_offer_again: leaves_slot,
                    support_asked_at: None,
                    ..self.reach(Stage::Withdrawn { why }, at)
                }
            }
            DispatchFact::SupportAsked(_) => {
                self.must_be_at(Stage::is_going)?;
                Self {
                    support_asked_at: Some(at),
                    ..self
                }
            }
            DispatchFact::QuietBegan(body) => self.quiet(body)?,
            DispatchFact::QuietEnded(_) => Self {
                quiet_until: None,
                ..self
            },
        };
        after.version = stamp.seq;
        after.history.add(fact.clone(), stamp);
        Ok(after)
    }

    /// Refuses what is only possible while it is not over.
    pub(crate) fn must_be_live(&self) -> Result<(), DispatchRefusal> {
        if self.is_live() {
            Ok(())
        } else {
            Err(DispatchRefusal::AssignmentOver {
                assignment: self.id,
                stage: self.stage.clone(),
                at: self.since,
            })
        }
    }

    fn must_be_at(&self, fits: impl FnOnce(&Stage) -> bool) -> Result<(), DispatchRefusal> {
        self.must_be_live()?;
        if fits(&self.stage) {
            Ok(())
        } else {
            Err(DispatchRefusal::NotNow {
                assignment: self.id,
                stage: self.stage.clone(),
            })
        }
    }

    fn must_be_open_offer(&self) -> Result<(), DispatchRefusal> {
        self.must_be_at(|stage| matches!(stage, Stage::Offered | Stage::Unanswered))
    }

    fn reach(self, stage: Stage, at: Timestamp) -> Self {
        Self {
            stage,
            since: at,
            due_at: None,
            to_offer_again: false,
            quiet_until: None,
            ..self
        }
    }

    /// An offer that was not answered in time may still be, as long as nobody else of its slot was
    /// first: whoever decides looks at the slot.
    fn accepted(self, fact: &AssignmentAccepted, at: Timestamp) -> Result<Self, DispatchRefusal> {
        self.must_be_open_offer()?;
        let mut after = self.reach(Stage::Accepted, at);
        after.due_at = Some(fact.arrive_due_at);
        after.late_at = None;
        Ok(after)
    }

    fn unanswered(
        self,
        _fact: &AssignmentUnanswered,
        at: Timestamp,
    ) -> Result<Self, DispatchRefusal> {
        self.must_be_at(|stage| *stage == Stage::Offered)?;
        Ok(Self {
            late_at: Some(at),
            to_offer_again: true,
            ..self.reach(Stage::Unanswered, at)
        })
    }

    fn arrived(self, fact: &AssignmentArrived, at: Timestamp) -> Result<Self, DispatchRefusal> {
        self.must_be_at(|stage| matches!(stage, Stage::Accepted | Stage::OnTheWay))?;
        let quiet_until = self.quiet_until;
        Ok(Self {
            quiet_until,
            ..self.reach(Stage::OnScene { how: fact.how }, at)
        })
    }

    fn quiet(self, fact: &QuietBegan) -> Result<Self, DispatchRefusal> {
        self.must_be_at(Stage::is_going)?;
        Ok(Self {
            quiet_until: Some(fact.until),
            ..self
        })
    }
}

impl Told for DispatchFact {
    fn is_chatter(&self) -> bool {
        false
    }

    fn repeats(&self, told: &Self) -> bool {
        self == told
    }
}
