//! Which deadlines an incident had, and which were kept.

use crate::alarm::AlarmFact;
use crate::dispatch::DispatchFact;
use crate::fact::{AssignmentOffered, Fact, FactBody};
use crate::ids::{AssignmentId, PersonId, ProcedureId, StepId};
use crate::incident::IncidentFact;
use crate::matter::Matter;
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Deadlines on one case sheet at most; what ran later is not told.
pub const DEADLINES_MAX: usize = 500;

/// A time by which somebody had to do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    pub what: What,
    pub since: Timestamp,
    pub due_at: Timestamp,
    pub ended: Ended,
}

/// What had to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Somebody had to claim an alarm or an incident: an alarm's part ends once an incident has it.
    Claim(Matter),
    /// So many people had to be sent.
    Dispatch { guards: u8 },
    /// Somebody had to answer an offer.
    Answer(PersonId),
    /// Somebody had to be there.
    Arrival(PersonId),
    /// A step had to be taken.
    Step {
        procedure: ProcedureId,
        step: StepId,
    },
}

/// How a deadline ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was done in time.
    Kept { at: Timestamp },
    /// It was not, and was done then, if it was.
    Missed { at: Option<Timestamp> },
    /// Nothing had to be done any more.
    Dropped { at: Timestamp },
    /// It ran when the sheet was written.
    Running,
}

/// The deadlines that the facts of a case sheet tell of, in the order in which they began to run.
pub fn deadlines<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Vec<Deadline> {
    let mut all = Told::default();
    for fact in facts {
        match &fact.body {
            FactBody::Alarm(body) => all.of_alarm(body, fact.recorded_at),
            FactBody::Incident(body) => all.of_incident(body, fact.recorded_at),
            FactBody::Dispatch(body) => all.of_assignment(body, fact.recorded_at),
            FactBody::Estate(_)
            | FactBody::Staff(_)
            | FactBody::Zone(_)
            | FactBody::Door(_)
            | FactBody::Area(_)
            | FactBody::Flood(_)
            | FactBody::Actuation(_)
            | FactBody::Ladder(_)
            | FactBody::Notification(_)
            | FactBody::System(_)
            | FactBody::SelfTest(_) => {}
        }
    }
    all.list
}

/// Deadlines so far.
#[derive(Debug, Default)]
struct Told {
    list: Vec<Deadline>,
    /// How many people are wanted.
    guards: u8,
    people: BTreeMap<AssignmentId, PersonId>,
    /// For how many of them somebody was asked.
    slots: BTreeSet<u16>,
}

impl Told {
    fn begin(&mut self, what: What, since: Timestamp, due_at: Timestamp) {
        if self.list.len() < DEADLINES_MAX {
            let ended = Ended::Running;
            self.list.push(Deadline {
                what,
                since,
                due_at,
                ended,
            });
        }
    }

    /// What had to be done was done, too late or not.
    fn done(&mut self, at: Timestamp, is: impl Fn(&What) -> bool) {
        for one in self.list.iter_mut().filter(|one| is(&one.what)) {
            one.ended = match one.ended {
                Ended::Running if at <= one.due_at => Ended::Kept { at },
                Ended::Running | Ended::Missed { at: None } => Ended::Missed { at: Some(at) },
                ended @ (Ended::Kept { .. } | Ended::Missed { .. } | Ended::Dropped { .. }) => {
                    ended
                }
            };
        }
    }

    /// It was found that nobody had done it in time.
    fn missed(&mut self, is: impl Fn(&What) -> bool) {
        let running = self.running(is);
        running.for_each(|one| one.ended = Ended::Missed { at: None });
    }

    /// It had not to be done any more.
    fn dropped(&mut self, at: Timestamp, is: impl Fn(&What) -> bool) {
        let running = self.running(is);
        running.for_each(|one| one.ended = Ended::Dropped { at });
    }

    fn running(&mut self, is: impl Fn(&What) -> bool) -> impl Iterator<Item = &mut Deadline> {
        let running = self.list.iter_mut();
        running.filter(move |one| one.ended == Ended::Running && is(&one.what))
    }

    fn of_alarm(&mut self, body: &AlarmFact, at: Timestamp) {
        let claim = What::Claim(Matter::Alarm(body.alarm()));
        let is_claim = |what: &What| *what == claim;
        match body {
            AlarmFact::Raised(body) => self.begin(claim, at, body.claim_due_at),
            AlarmFact::Released(body) => self.begin(claim, at, body.claim_due_at),
            AlarmFact::Returned(body) => self.begin(claim, at, body.claim_due_at),
            AlarmFact::Risen(body) => {
                if self.running(is_claim).next().is_some() {
                    self.dropped(at, is_claim);
                    self.begin(claim, at, body.due_at);
                }
            }
            AlarmFact::Overdue(_) => self.missed(is_claim),
            AlarmFact::Claimed(_)
            | AlarmFact::Acknowledged(_)
            | AlarmFact::Transferred(_)
            | AlarmFact::Judged(_) => self.done(at, is_claim),
            AlarmFact::Shelved(_) => self.dropped(at, is_claim),
            AlarmFact::Repeated(_)
            | AlarmFact::Cleared(_)
            | AlarmFact::Undispatched(_)
            | AlarmFact::Unheard(_)
            | AlarmFact::Noted(_)
            | AlarmFact::Muted(_)
            | AlarmFact::Unshelved(_)
            | AlarmFact::Joined(_)
            | AlarmFact::Split(_)
            | AlarmFact::VerdictCorrected(_)
            | AlarmFact::Viewed(_)
            | AlarmFact::ClipKept(_)
            | AlarmFact::ClipViewed(_) => {}
        }
    }

    fn of_incident(&mut self, body: &IncidentFact, at: Timestamp) {
        let claim = What::Claim(Matter::Incident(body.incident()));
        let is_claim = |what: &What| *what == claim;
        match body {
            IncidentFact::Opened(body) => {
                self.guards = body.guards;
                self.send_by(at, body.dispatch_due_at);
                for alarm in &body.alarms {
                    let alarm = What::Claim(Matter::Alarm(*alarm));
                    self.dropped(at, |what| *what == alarm);
                }
                if body.owner.is_none() {
                    self.begin(claim, at, body.claim_due_at);
                }
            }
            IncidentFact::Joined(body) => {
                let alarm = What::Claim(Matter::Alarm(body.alarm));
                self.dropped(at, |what| *what == alarm);
            }
            IncidentFact::Claimed(body) => {
                self.done(at, is_claim);
                self.send_by(at, body.dispatch_due_at);
            }
            IncidentFact::Transferred(_) => self.done(at, is_claim),
            IncidentFact::Returned(body) => self.begin(claim, at, body.claim_due_at),
            IncidentFact::Overdue(_) => self.missed(is_claim),
            IncidentFact::Merged(_) => self.dropped(at, is_claim),
            IncidentFact::Regraded(body) => {
                self.guards = body.guards;
                self.send_by(at, body.dispatch_due_at);
            }
            IncidentFact::Undispatched(_) => self.missed(is_dispatch),
            IncidentFact::StepAwaited(body) => {
                self.dropped(at, |what| matches!(what, What::Step { .. }));
                if let Some(wait) = &body.wait {
                    let (procedure, step) = (wait.procedure.clone(), wait.step.clone());
                    self.begin(What::Step { procedure, step }, at, wait.due_at);
                }
            }
            IncidentFact::StepTaken(body) => self.done(at, |what| {
                matches!(what, What::Step { procedure, step }
                    if (procedure, step) == (&body.procedure, &body.step))
            }),
            IncidentFact::StepLate(body) => self.missed(|what| {
                matches!(what, What::Step { procedure, step }
                    if (procedure, step) == (&body.procedure, &body.step))
            }),
            IncidentFact::Left(_)
            | IncidentFact::Moved(_)
            | IncidentFact::PrioritySet(_)
            | IncidentFact::StepUndone(_) => {}
        }
    }

    /// The time to send people begins, or begins anew.
    fn send_by(&mut self, at: Timestamp, due_at: Option<Timestamp>) {
        let Some(due_at) = due_at else { return };
        self.dropped(at, is_dispatch);
        let guards = self.guards;
        self.begin(What::Dispatch { guards }, at, due_at);
    }

    fn of_assignment(&mut self, body: &DispatchFact, at: Timestamp) {
        if let DispatchFact::Offered(body) = body {
            self.offered(body, at);
            return;
        }
        let Some(person) = self.people.get(&body.assignment()).cloned() else {
            return;
        };
        let answers = |what: &What| *what == What::Answer(person.clone());
        let arrives = |what: &What| *what == What::Arrival(person.clone());
        match body {
            DispatchFact::Accepted(body) => {
                self.done(at, answers);
                self.begin(What::Arrival(person.clone()), at, body.arrive_due_at);
            }
            DispatchFact::Declined(_) => self.done(at, answers),
            DispatchFact::Unanswered(_) => self.missed(answers),
            DispatchFact::Late(_) => self.missed(arrives),
            DispatchFact::Arrived(_) => self.done(at, arrives),
            DispatchFact::Done(_) | DispatchFact::Withdrawn(_) => {
                self.dropped(at, |what| answers(what) || arrives(what));
            }
            DispatchFact::Offered(_)
            | DispatchFact::NobodyLeft(_)
            | DispatchFact::SetOut(_)
            | DispatchFact::SupportAsked(_)
            | DispatchFact::QuietBegan(_)
            | DispatchFact::QuietEnded(_) => {}
        }
    }

    fn offered(&mut self, body: &AssignmentOffered, at: Timestamp) {
        self.people.insert(body.assignment, body.person.clone());
        self.slots.insert(body.slot);
        if self.slots.len() >= usize::from(self.guards) {
            self.done(at, is_dispatch);
        }
        if let Some(due_at) = body.answer_due_at {
            self.begin(What::Answer(body.person.clone()), at, due_at);
        }
    }
}

const fn is_dispatch(what: &What) -> bool {
    matches!(what, What::Dispatch { .. })
}
