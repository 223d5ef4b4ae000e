//! The one map from fact to what it makes of an incident.

use super::fact::{
    IncidentClaimed, IncidentFact, IncidentJoined, IncidentLeft, IncidentMoved, IncidentOpened,
    IncidentOverdue, IncidentRegraded, IncidentReturned, IncidentTransferred,
};
use super::reasons::NextStage;
use super::refusal::IncidentRefusal;
use super::state::{ALARMS_PER_INCIDENT_MAX, Incident, Owner, Stage};
use super::steps::{StepRecords, Taken};
use crate::alarm::Returned;
use crate::ids::PersonId;
use crate::subject::{History, Stamp, Told};
use crate::time::Timestamp;

impl Incident {
    /// A new incident, as its fact decided it.
    pub fn opened(fact: &IncidentOpened, stamp: &Stamp<'_>) -> Self {
        let at = stamp.at;
        let mut alarms = fact.alarms.clone();
        alarms.truncate(ALARMS_PER_INCIDENT_MAX);
        Self {
            id: fact.incident,
            kind: fact.kind.clone(),
            priority: fact.priority,
            discreet: fact.kind.is_duress(),
            priority_by: None,
            place: fact.place.clone(),
            drill: stamp.drill,
            opened_at: at,
            why: fact.why,
            owner: match &fact.owner {
                Some(by) => Owner::Person {
                    by: by.clone(),
                    at,
                    absent_due_at: None,
                },
                None => Owner::Nobody {
                    since: at,
                    due_at: fact.claim_due_at,
                    times_overdue: 0,
                    returned: None,
                },
            },
            stage: Stage::Open,
            alarms,
            joined_at: at,
            guards: fact.guards,
            dispatch_due_at: fact.dispatch_due_at.filter(|due_at| *due_at >= at),
            undispatched_at: fact.dispatch_due_at.filter(|due_at| *due_at < at),
            steps: StepRecords::default(),
            step_wait: None,
            version: stamp.seq,
            history: History::begun(IncidentFact::Opened(fact.clone()), stamp),
        }
    }

    /// The incident after a fact about it, or why the fact cannot be. To decide is to try this on a
    /// copy; the fold does the same again.
    pub fn apply(self, fact: &IncidentFact, stamp: &Stamp<'_>) -> Result<Self, IncidentRefusal> {
        let at = stamp.at;
        if !matches!(fact, IncidentFact::Moved(_) | IncidentFact::Opened(_)) {
            self.must_be_open()?;
        }
        let mut after = match fact {
            // A number is given once: what has it stays as it is.
            IncidentFact::Opened(_) => return Ok(self),
            IncidentFact::Joined(body) => self.joined(body, at)?,
            IncidentFact::Left(body) => self.left(body)?,
            IncidentFact::Claimed(body) => self.claimed(body, at)?,
            IncidentFact::Transferred(body) => self.transferred(body, at)?,
            IncidentFact::Returned(body) => self.returned(body, at)?,
            IncidentFact::Overdue(body) => self.overdue(body),
            IncidentFact::Undispatched(_) => Self {
                dispatch_due_at: None,
                undispatched_at: Some(at),
                ..self
            },
            IncidentFact::Moved(body) => self.moved(body, at)?,
            IncidentFact::PrioritySet(body) => Self {
                priority: body.priority,
                priority_by: Some(body.by.clone()),
                ..self
            },
            IncidentFact::Regraded(body) => self.regraded(body),
            IncidentFact::Merged(body) => Self {
                stage: Stage::Merged {
                    into: body.into,
                    by: body.by.clone(),
                    at,
                },
                alarms: Vec::new(),
                ..self
            },
            IncidentFact::StepAwaited(body) => Self {
                step_wait: body.wait.clone(),
                ..self
            },
            IncidentFact::StepTaken(_)
            | IncidentFact::StepUndone(_)
            | IncidentFact::StepLate(_) => self.stepped(fact, at)?,
        };
        after.version = stamp.seq;
        // What is waited for follows from the steps that are told.
        if !matches!(fact, IncidentFact::StepAwaited(_)) {
            after.history.add(fact.clone(), stamp);
        }
        Ok(after)
    }

    /// Refuses what is only possible while it is open.
    pub(crate) fn must_be_open(&self) -> Result<(), IncidentRefusal> {
        if self.is_open() {
            Ok(())
        } else {
            Err(IncidentRefusal::IncidentClosed { incident: self.id })
        }
    }

    fn joined(mut self, fact: &IncidentJoined, at: Timestamp) -> Result<Self, IncidentRefusal> {
        if self.alarms.contains(&fact.alarm) {
            return Err(IncidentRefusal::InIncident {
                alarm: fact.alarm,
                incident: self.id,
            });
        }
        if self.alarms.len() >= ALARMS_PER_INCIDENT_MAX {
            return Err(IncidentRefusal::IncidentFull);
        }
        self.alarms.push(fact.alarm);
        self.joined_at = at;
        Ok(self)
    }

    fn left(mut self, fact: &IncidentLeft) -> Result<Self, IncidentRefusal> {
        let place = self.alarms.iter().position(|alarm| *alarm == fact.alarm);
        let place = place.ok_or(IncidentRefusal::NotInIncident {
            alarm: fact.alarm,
            incident: self.id,
        })?;
        if self.alarms.len() == 1 {
            return Err(IncidentRefusal::LastAlarm { incident: self.id });
        }
        self.alarms.remove(place);
        Ok(self)
    }

    /// 接警: the first one wins.
    fn claimed(mut self, fact: &IncidentClaimed, at: Timestamp) -> Result<Self, IncidentRefusal> {
        if let Owner::Person { by, at: since, .. } = self.owner {
            return Err(IncidentRefusal::IncidentOwned {
                incident: self.id,
                by,
                at: since,
                ahead: at.since(since),
            });
        }
        self.owner = Owner::Person {
            by: fact.by.clone(),
            at,
            absent_due_at: None,
        };
        // Whoever claims it has time anew.
        self.dispatch_due_at = fact.dispatch_due_at;
        self.undispatched_at = None;
        Ok(self)
    }

    fn transferred(
        mut self,
        fact: &IncidentTransferred,
        at: Timestamp,
    ) -> Result<Self, IncidentRefusal> {
        match self.owner {
            Owner::Nobody { .. } => {
                return Err(IncidentRefusal::IncidentNotClaimed { incident: self.id });
            }
            Owner::Person { by, at: since, .. } if by == fact.to => {
                return Err(IncidentRefusal::IncidentOwned {
                    incident: self.id,
                    by,
                    at: since,
                    ahead: at.since(since),
                });
            }
            Owner::Person { .. } => {}
        }
        self.owner = Owner::Person {
            by: fact.to.clone(),
            at,
            absent_due_at: None,
        };
        Ok(self)
    }

    fn returned(mut self, fact: &IncidentReturned, at: Timestamp) -> Result<Self, IncidentRefusal> {
        let Owner::Person { by, .. } = self.owner else {
            return Err(IncidentRefusal::IncidentNotClaimed { incident: self.id });
        };
        self.owner = Owner::Nobody {
            since: at,
            due_at: fact.claim_due_at,
            times_overdue: 0,
            returned: Some(Returned {
                why: fact.why,
                from: Some(by),
                at,
                late_s: fact.late_s,
            }),
        };
        Ok(self)
    }

    fn overdue(mut self, fact: &IncidentOverdue) -> Self {
        if let Owner::Nobody {
            due_at,
            times_overdue,
            ..
        } = &mut self.owner
        {
            *due_at = fact.claim_due_at;
            *times_overdue = fact.times;
        }
        self
    }

    /// A priority that somebody set holds for as long as it is not another one.
    fn regraded(mut self, fact: &IncidentRegraded) -> Self {
        if fact.priority != self.priority {
            self.priority_by = None;
        }
        self.kind = fact.kind.clone();
        self.priority = fact.priority;
        self.guards = fact.guards;
        self.dispatch_due_at = fact.dispatch_due_at;
        if !fact.place.is_unknown() {
            self.place = fact.place.clone();
        }
        self
    }

    /// What is waited for next is said by the fact that follows.
    fn stepped(mut self, fact: &IncidentFact, at: Timestamp) -> Result<Self, IncidentRefusal> {
        if let IncidentFact::StepTaken(body) = fact {
            let taken = Taken {
                outcome: body.outcome.clone(),
                by: body.by.clone(),
                at,
                reason: body.reason,
                required: body.required,
            };
            self.steps.take(&body.procedure, &body.step, taken);
        } else if let IncidentFact::StepUndone(body) = fact {
            if !self.steps.undo(&body.procedure, &body.step) {
                let step = body.step.clone();
                return Err(IncidentRefusal::StepNotTaken { step });
            }
        } else if let IncidentFact::StepLate(body) = fact {
            self.steps.be_late(&body.procedure, &body.step, at);
            self.step_wait = None;
        }
        Ok(self)
    }

    /// Forward as far as somebody says; back only by opening it again, and then it is theirs.
    fn moved(mut self, fact: &IncidentMoved, at: Timestamp) -> Result<Self, IncidentRefusal> {
        let by = || fact.by.clone();
        let wrong = IncidentRefusal::WrongStage {
            incident: self.id,
            to: fact.to,
        };
        self.stage = match (fact.to, &self.stage) {
            (NextStage::Reopened, Stage::Closed { .. }) => {
                self.undispatched_at = None;
                self.owner = Owner::Person {
                    by: by(),
                    at,
                    absent_due_at: None,
                };
                Stage::Open
            }
            (NextStage::Reopened, _)
            | (NextStage::Resolved, Stage::Resolved)
            | (NextStage::Contained, Stage::Contained | Stage::Resolved) => return Err(wrong),
            (_, Stage::Closed { .. } | Stage::Merged { .. }) => {
                return Err(IncidentRefusal::IncidentClosed { incident: self.id });
            }
            (NextStage::Closed, _) => Stage::Closed { by: by(), at },
            (NextStage::Resolved, _) => Stage::Resolved,
            (NextStage::Contained, _) => Stage::Contained,
        };
        self.dispatch_due_at = None;
        Ok(self)
    }
}

impl Told for IncidentFact {
    fn is_chatter(&self) -> bool {
        match self {
            Self::Overdue(_) => true,
            Self::Opened(_)
            | Self::Joined(_)
            | Self::Left(_)
            | Self::Claimed(_)
            | Self::Transferred(_)
            | Self::Returned(_)
            | Self::Undispatched(_)
            | Self::Moved(_)
            | Self::PrioritySet(_)
            | Self::Regraded(_)
            | Self::Merged(_)
            | Self::StepAwaited(_)
            | Self::StepTaken(_)
            | Self::StepUndone(_)
            | Self::StepLate(_) => false,
        }
    }

    fn repeats(&self, told: &Self) -> bool {
        // Which time it is follows from the count. That nobody was there to notice does not.
        if let (Self::Overdue(this), Self::Overdue(told)) = (self, told) {
            return (this.late_s, told.late_s) == (0, 0);
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
