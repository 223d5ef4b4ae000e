//! What is told, and to whom it may go.

use crate::alarm::{Located, Source};
use crate::estate::{Channel, Priority, Rung};
use crate::fact::{Fact, FactBody, FactDraft};
use crate::ids::{
    AlarmId, AlarmTypeId, AssignmentId, IncidentId, PersonId, ProcedureId, Seq, StepId,
};
use crate::incident::Incident;
use crate::ladder::LadderFact;
use crate::matter::{Matter, Unanswered};
use crate::site::Site;
use crate::time::Timestamp;
use crate::view::View;
use serde::{Deserialize, Serialize};

/// What people outside are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// Somebody is called by a ladder.
    LadderCall { call: LadderCall },
}

/// Somebody is called by a ladder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LadderCall {
    /// Who.
    pub person: PersonId,
    /// As what, if by a rung.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    /// By which channel.
    pub channel: Channel,
    /// By which step, from 1.
    pub step: u8,
    /// What nobody did.
    pub why: Unanswered,
    /// Since when.
    pub since: Timestamp,
    /// Not to be told to a group: somebody may read it who threatens the caller.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub discreet: bool,
    pub about: CalledAbout,
}

/// What somebody is called about: always with number, type and place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalledAbout {
    /// An alarm.
    Alarm(CalledAlarm),
    /// An incident.
    Incident(CalledIncident),
    /// Somebody's part of an incident.
    Assignment(CalledAssignment),
}

/// An alarm that nobody answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalledAlarm {
    pub alarm: AlarmId,
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    pub priority: Priority,
    /// Who or what it is about.
    pub source: Source,
    pub place: Located,
    /// When it came onto the record.
    pub raised_at: Timestamp,
}

/// An incident for which nobody does what is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalledIncident {
    pub incident: IncidentId,
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    pub priority: Priority,
    pub place: Located,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// How many people its type wants sent.
    pub guards: u8,
    /// Who is asked, goes or is there, at most [`crate::dispatch::ASSIGNMENTS_PER_INCIDENT_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<PersonId>,
    /// The step of its procedure that was not taken, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<CalledStep>,
}

/// A step of a procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalledStep {
    pub procedure: ProcedureId,
    pub step: StepId,
}

/// Somebody was sent for an incident, and it came to nothing yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalledAssignment {
    pub assignment: AssignmentId,
    pub incident: IncidentId,
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    pub priority: Priority,
    pub place: Located,
    /// Whoever accepted and is not there; or all who were asked in vain, first to last.
    pub sent: Vec<PersonId>,
}

impl Message {
    /// What is to be told about a draft, if anything: a ladder calls somebody.
    pub fn about(draft: &FactDraft, site: &Site) -> Option<Self> {
        let FactBody::Ladder(LadderFact::Called(called)) = &draft.body else {
            return None;
        };
        let run = site.view().ladders.get(&called.about)?;
        let about = called_about(site.view(), called.about, run.why)?;
        Some(Self::LadderCall {
            call: LadderCall {
                person: called.person.clone(),
                rung: called.rung,
                channel: called.channel,
                step: called.step,
                why: run.why,
                since: run.since,
                discreet: run.discreet,
                about,
            },
        })
    }

    /// How urgent it is.
    pub const fn priority(&self) -> Priority {
        let Self::LadderCall { call } = self;
        match &call.about {
            CalledAbout::Alarm(alarm) => alarm.priority,
            CalledAbout::Incident(incident) => incident.priority,
            CalledAbout::Assignment(assignment) => assignment.priority,
        }
    }

    /// By which channel it goes.
    pub const fn channel(&self) -> Channel {
        let Self::LadderCall { call } = self;
        call.channel
    }

    /// What it is about.
    pub const fn matter(&self) -> Matter {
        let Self::LadderCall { call } = self;
        match &call.about {
            CalledAbout::Alarm(alarm) => Matter::Alarm(alarm.alarm),
            CalledAbout::Incident(incident) => Matter::Incident(incident.incident),
            CalledAbout::Assignment(assignment) => Matter::Assignment(assignment.assignment),
        }
    }

    /// Whether somebody answered before it was sent: no ladder is climbed about that, or another one is.
    /// Until a view has come to the fact that it tells of, it cannot say so.
    pub fn is_answered(&self, about: Seq, view: &View) -> bool {
        let Self::LadderCall { call } = self;
        match view.ladders.get(&self.matter()) {
            None => view.seq >= about,
            Some(run) => {
                let is_other = (run.why, run.since) != (call.why, call.since);
                !run.is_open() || (is_other && view.seq >= about)
            }
        }
    }
}

fn called_about(view: &View, about: Matter, why: Unanswered) -> Option<CalledAbout> {
    Some(match about {
        Matter::Alarm(alarm) => {
            let alarm = view.alarms.get(&alarm)?;
            CalledAbout::Alarm(CalledAlarm {
                alarm: alarm.id,
                kind: alarm.kind.clone(),
                priority: alarm.priority,
                source: alarm.source.clone(),
                place: alarm.place.clone(),
                raised_at: alarm.raised_at,
            })
        }
        Matter::Incident(incident) => {
            let incident = view.incidents.get(&incident)?;
            let all = view.assignments.values();
            let sent = all.filter(|one| one.incident == incident.id && one.is_live());
            CalledAbout::Incident(CalledIncident {
                incident: incident.id,
                kind: incident.kind.clone(),
                priority: incident.priority,
                place: incident.place.clone(),
                opened_at: incident.opened_at,
                guards: incident.guards,
                sent: sent.map(|one| one.person.clone()).collect(),
                step: step_of(incident, why),
            })
        }
        Matter::Assignment(assignment) => {
            let assignment = view.assignments.get(&assignment)?;
            let incident = view.incidents.get(&assignment.incident)?;
            let all = view.assignments.values();
            let slot = all.filter(|one| (one.incident, one.slot) == (incident.id, assignment.slot));
            let sent = match why {
                Unanswered::Unaccepted => slot.map(|one| one.person.clone()).collect(),
                Unanswered::Unclaimed
                | Unanswered::Returned
                | Unanswered::Undispatched
                | Unanswered::NotOnScene
                | Unanswered::StepLate
                | Unanswered::StepSkipped => vec![assignment.person.clone()],
            };
            CalledAbout::Assignment(CalledAssignment {
                assignment: assignment.id,
                incident: incident.id,
                kind: incident.kind.clone(),
                priority: incident.priority,
                place: incident.place.clone(),
                sent,
            })
        }
    })
}

/// The step that was late first, or left out last.
fn step_of(incident: &Incident, why: Unanswered) -> Option<CalledStep> {
    let all = incident.steps.iter();
    let found = match why {
        Unanswered::StepLate => all
            .filter(|known| known.taken.is_none())
            .filter_map(|known| Some((known.late_at?, known)))
            .min_by_key(|(at, _)| *at),
        Unanswered::StepSkipped => all
            .filter_map(|known| Some((known.taken.as_ref()?, known)))
            .filter(|(taken, _)| taken.required)
            .map(|(taken, known)| (taken.at, known))
            .max_by_key(|(at, _)| *at),
        Unanswered::Unclaimed
        | Unanswered::Returned
        | Unanswered::Undispatched
        | Unanswered::Unaccepted
        | Unanswered::NotOnScene => None,
    };
    found.map(|(_, known)| CalledStep {
        procedure: known.procedure.clone(),
        step: known.step.clone(),
    })
}

/// To be sent, at least once, under an id that never changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    about: Seq,
    message: Message,
}

/// What a drill would have sent. Nothing sends it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rehearsal {
    about: Seq,
    message: Message,
}

/// A message on its way out: real, or part of a drill.
#[derive(Debug, Clone, PartialEq)]
pub enum Announcement {
    /// To be sent.
    Real(Notification),
    /// To be shown to the drill's leader at most.
    Drill(Rehearsal),
}

impl Announcement {
    /// The fact alone decides which of the two it is.
    pub fn of(fact: &Fact, message: Message) -> Self {
        let about = fact.seq;
        if fact.drill {
            Self::Drill(Rehearsal { about, message })
        } else {
            Self::Real(Notification { about, message })
        }
    }
}

impl Notification {
    /// The fact that it tells of; within a journal this is its id.
    pub const fn about(&self) -> Seq {
        self.about
    }

    /// What it says.
    pub const fn message(&self) -> &Message {
        &self.message
    }
}

impl Rehearsal {
    /// The fact that it would have told of.
    pub const fn about(&self) -> Seq {
        self.about
    }

    /// What it would have said.
    pub const fn message(&self) -> &Message {
        &self.message
    }
}
