//! What a person wants of an assignment becomes the facts that tell it, or a refusal.

use super::command::{DispatchCommand, Matter};
use super::fact::{
    AssignmentAccepted, AssignmentArrived, AssignmentDeclined, AssignmentDone, AssignmentOffered,
    AssignmentSetOut, AssignmentWithdrawn, DispatchFact, QuietBegan, QuietEnded, SupportAsked,
};
use super::reasons::{Arrival, PlannedWay, Withdrawal};
use super::refusal::DispatchRefusal;
use super::state::{ASSIGNMENTS_PER_INCIDENT_MAX, Assignment, QUIET_S_MAX, QUIET_S_MIN, Stage};
use super::waits::{answer_wait, arrival_wait};
use crate::access::{Actor, Right};
use crate::alarm::decide::Terms as AlarmTerms;
use crate::alarm::{Alarm, AlarmFact, AlarmRefusal};
use crate::fact::FactBody;
use crate::ids::{AssignmentId, IncidentId, PersonId};
use crate::incident::decide::{Terms as IncidentTerms, claimed, must_have_room, opened};
use crate::incident::{Incident, IncidentFact, IncidentRefusal, OpenedBy, Owner};
use crate::refusal::{CommonRefusal, Refusal, must_change};
use crate::staff::StaffRefusal;
use crate::subject::Stamp;
use crate::time::{Span, Timestamp};
use crate::view::Known;

/// What only the server knows when somebody is sent.
pub struct Terms<'a> {
    /// The number that a new assignment gets.
    pub next_assignment: AssignmentId,
    pub incidents: IncidentTerms,
    pub registration: crate::registration::decide::Terms,
    /// Whether ladders are the night's.
    pub is_night: bool,
    /// How somebody gets there, by where they were last.
    pub way: &'a dyn Fn(&PersonId, &Incident) -> Option<PlannedWay>,
}

impl Terms<'_> {
    /// As a display can tell. Numbers and ways do not decide whether a step is possible.
    pub const fn of_display(now: Timestamp) -> Self {
        Self {
            next_assignment: AssignmentId(0),
            incidents: IncidentTerms::of_display(now),
            registration: crate::registration::decide::Terms::of_display(),
            is_night: false,
            way: &|_, _| None,
        }
    }
}

/// Decides about a step.
pub(crate) fn decide(
    known: &Known<'_>,
    actor: &Actor,
    command: DispatchCommand,
    terms: &Terms<'_>,
    alarm_terms: impl FnOnce(&Alarm) -> AlarmTerms,
) -> Result<(Vec<FactBody>, bool), Refusal> {
    if let DispatchCommand::Dispatch { matter, person } = command {
        return send(known, actor, matter, person, terms, alarm_terms);
    }
    let Some(assignment) = command.assignment() else {
        return Err(CommonRefusal::NothingToDo.into());
    };
    let row = known.assignment(assignment)?;
    let facts = facts_of(known, row, actor.person.clone(), &command, terms)?;
    let Some(first) = facts.first() else {
        return Err(CommonRefusal::NothingToDo.into());
    };
    attempt(known, row, first)?;
    let drill = known.incident(row.incident)?.drill;
    Ok((facts.into_iter().map(FactBody::from).collect(), drill))
}

fn attempt(
    known: &Known<'_>,
    row: &Assignment,
    fact: &DispatchFact,
) -> Result<(), DispatchRefusal> {
    let stamp = Stamp {
        seq: row.version,
        at: known.now,
        occurred_at: known.now,
        actor: None,
        drill: false,
    };
    row.clone().apply(fact, &stamp).map(drop)
}

/// D: what nobody has is claimed, what is no incident becomes one, and somebody is asked to go.
fn send(
    known: &Known<'_>,
    actor: &Actor,
    matter: Matter,
    person: PersonId,
    terms: &Terms<'_>,
    alarm_terms: impl FnOnce(&Alarm) -> AlarmTerms,
) -> Result<(Vec<FactBody>, bool), Refusal> {
    let mut facts = Vec::new();
    let incident = match matter {
        Matter::Incident(id) => of_incident(known, actor, known.incident(id)?, &mut facts)?,
        Matter::Alarm(id) => {
            let row = known.alarm(id)?;
            match known.open_incident_of(row) {
                Some(incident) => of_incident(known, actor, incident, &mut facts)?,
                None => of_alarm(known, actor, row, terms, alarm_terms, &mut facts)?,
            }
        }
    };
    must_be_sendable(known, &person, incident.id)?;
    let slot = known.assignments_of(incident.id).map(|one| one.slot).max();
    let slot = slot.map_or(1, |slot| slot.saturating_add(1));
    let mut offered = offered(known, &incident, person, slot, terms);
    offered.by = Some(actor.person.clone());
    facts.push(DispatchFact::Offered(offered).into());
    Ok((facts, incident.drill))
}

/// Whose it is already, or becomes.
fn of_incident(
    known: &Known<'_>,
    actor: &Actor,
    incident: &Incident,
    facts: &mut Vec<FactBody>,
) -> Result<Incident, Refusal> {
    incident.must_be_open()?;
    match &incident.owner {
        Owner::Nobody { .. } => {
            let claimed = claimed(known, incident.id, incident, actor.person.clone());
            facts.push(IncidentFact::Claimed(claimed).into());
        }
        Owner::Person { by, at, .. }
            if *by != actor.person && !actor.rights.contains(Right::LeadShift) =>
        {
            return Err(IncidentRefusal::IncidentOwned {
                incident: incident.id,
                by: by.clone(),
                at: *at,
                ahead: known.now.since(*at),
            }
            .into());
        }
        Owner::Person { .. } => {}
    }
    Ok(incident.clone())
}

/// The alarm becomes an incident of whoever has it, or takes it by this.
fn of_alarm(
    known: &Known<'_>,
    actor: &Actor,
    row: &Alarm,
    terms: &Terms<'_>,
    alarm_terms: impl FnOnce(&Alarm) -> AlarmTerms,
    facts: &mut Vec<FactBody>,
) -> Result<Incident, Refusal> {
    row.must_be_open()?;
    must_have_room(row.priority, &terms.incidents)?;
    let may_lead = actor.rights.contains(Right::LeadShift);
    let owner = match row.owner() {
        Some(by) if *by != actor.person && !may_lead => {
            let (by, at) = (by.clone(), row.claimed_at().unwrap_or(known.now));
            let ahead = known.now.since(at);
            return Err(AlarmRefusal::AlreadyClaimed { by, at, ahead }.into());
        }
        Some(by) => by.clone(),
        None => {
            let (by, due_at) = (actor.person.clone(), alarm_terms(row).follow_up_due_at);
            let claimed = crate::alarm::decide::claimed(known, row, by.clone(), due_at);
            facts.push(AlarmFact::Claimed(claimed).into());
            by
        }
    };
    let opened = opened(
        known,
        OpenedBy::Dispatch,
        row,
        Some(owner),
        &terms.incidents,
    );
    let stamp = Stamp {
        seq: row.version,
        at: known.now,
        occurred_at: known.now,
        actor: None,
        drill: row.drill,
    };
    let mut incident = Incident::opened(&opened, &stamp);
    incident.discreet |= row.began_as_duress();
    facts.push(IncidentFact::Opened(opened).into());
    Ok(incident)
}

/// An offer by the terms of its incident.
pub(crate) fn offered(
    known: &Known<'_>,
    incident: &Incident,
    person: PersonId,
    slot: u16,
    terms: &Terms<'_>,
) -> AssignmentOffered {
    let way = (terms.way)(&person, incident);
    let (kind, priority) = (&incident.kind, incident.priority);
    let wait = answer_wait(known, kind, priority, &person, terms.is_night);
    AssignmentOffered {
        assignment: terms.next_assignment,
        incident: incident.id,
        person,
        slot,
        priority,
        discreet: incident.discreet,
        by: None,
        way,
        answer_due_at: wait.map(|wait| known.now + wait),
        after: None,
    }
}

fn must_be_sendable(
    known: &Known<'_>,
    person: &PersonId,
    incident: IncidentId,
) -> Result<(), Refusal> {
    let known_person = known.estate.person(person);
    let Some(of_estate) = known_person else {
        let person = person.clone();
        return Err(StaffRefusal::UnknownPerson { person }.into());
    };
    if !of_estate.role.is_sent() {
        let person = person.clone();
        return Err(DispatchRefusal::CannotBeSent { person }.into());
    }
    if !known.is_on_duty(person) {
        let person = person.clone();
        return Err(StaffRefusal::NotOnDuty { person }.into());
    }
    let mut theirs = known.assignments_of(incident);
    if let Some(has) = theirs.find(|one| one.person == *person && one.is_live()) {
        return Err(DispatchRefusal::AlreadySent {
            person: person.clone(),
            incident,
            assignment: has.id,
            stage: has.stage.clone(),
        }
        .into());
    }
    if known.assignments_of(incident).count() >= ASSIGNMENTS_PER_INCIDENT_MAX {
        return Err(DispatchRefusal::TooManyAssignments.into());
    }
    Ok(())
}

fn facts_of(
    known: &Known<'_>,
    row: &Assignment,
    by: PersonId,
    command: &DispatchCommand,
    terms: &Terms<'_>,
) -> Result<Vec<DispatchFact>, Refusal> {
    Ok(match *command {
        DispatchCommand::Dispatch { .. } => Vec::new(),
        DispatchCommand::Accept { .. } => return accepted(known, row, by, terms),
        DispatchCommand::Decline { assignment, reason } => {
            vec![DispatchFact::Declined(AssignmentDeclined {
                assignment,
                by,
                reason,
                again: !others_of_slot(known, row).any(Assignment::holds_slot),
            })]
        }
        DispatchCommand::SetOut { assignment } => {
            vec![DispatchFact::SetOut(AssignmentSetOut { assignment, by })]
        }
        DispatchCommand::Arrive { assignment } => vec![DispatchFact::Arrived(AssignmentArrived {
            assignment,
            how: Arrival::Said,
            by: Some(by),
        })],
        DispatchCommand::Finish { assignment } => {
            vec![DispatchFact::Done(AssignmentDone { assignment, by })]
        }
        DispatchCommand::Recall { assignment } => {
            let why = Withdrawal::Recalled { by };
            vec![withdrawn(assignment, why)]
        }
        DispatchCommand::AskSupport { assignment } => {
            must_change(row.support_asked_at.is_none())?;
            vec![DispatchFact::SupportAsked(SupportAsked { assignment, by })]
        }
        DispatchCommand::GoQuiet { assignment, for_s } => {
            if !(QUIET_S_MIN..=QUIET_S_MAX).contains(&for_s) {
                return Err(DispatchRefusal::QuietTime.into());
            }
            vec![DispatchFact::QuietBegan(QuietBegan {
                assignment,
                by,
                until: known.now + Span::from_secs(i64::from(for_s)),
            })]
        }
        DispatchCommand::EndQuiet { assignment } => {
            if row.quiet_until.is_none() {
                return Err(CommonRefusal::NothingToDo.into());
            }
            let by = Some(by);
            vec![DispatchFact::QuietEnded(QuietEnded { assignment, by })]
        }
    })
}

pub(crate) fn withdrawn(assignment: AssignmentId, why: Withdrawal) -> DispatchFact {
    DispatchFact::Withdrawn(AssignmentWithdrawn { assignment, why })
}

fn others_of_slot<'a>(known: &Known<'a>, row: &Assignment) -> impl Iterator<Item = &'a Assignment> {
    let (id, slot) = (row.id, row.slot);
    let all = known.assignments_of(row.incident);
    all.filter(move |one| one.slot == slot && one.id != id)
}

/// The first recorded acceptance of a slot counts; the other offers of the slot are withdrawn in the
/// same turn.
fn accepted(
    known: &Known<'_>,
    row: &Assignment,
    by: PersonId,
    terms: &Terms<'_>,
) -> Result<Vec<DispatchFact>, Refusal> {
    let assignment = row.id;
    let kind = &known.incident(row.incident)?.kind;
    let slot = || others_of_slot(known, row);
    if let Some(first) = slot().find(|one| one.is_accepted()) {
        return Err(DispatchRefusal::SlotTaken {
            by: first.person.clone(),
            at: first.since,
        }
        .into());
    }
    let mut facts = vec![DispatchFact::Accepted(AssignmentAccepted {
        assignment,
        by,
        arrive_due_at: known.now + arrival_wait(known, kind, row.priority, terms.is_night),
    })];
    let others = slot().filter(|one| matches!(one.stage, Stage::Offered | Stage::Unanswered));
    let taken = Withdrawal::Taken { by: assignment };
    facts.extend(others.map(|one| withdrawn(one.id, taken.clone())));
    Ok(facts)
}

/// What an incident that is closed makes of those who were sent: whoever is there is done, and nobody
/// else is needed.
pub(crate) fn with_closed(
    known: &Known<'_>,
    incident: IncidentId,
    by: &PersonId,
) -> Vec<DispatchFact> {
    let live = known.assignments_of(incident).filter(|one| one.is_live());
    live.map(|one| match one.stage {
        Stage::OnScene { .. } => DispatchFact::Done(AssignmentDone {
            assignment: one.id,
            by: by.clone(),
        }),
        Stage::Offered
        | Stage::Unanswered
        | Stage::Accepted
        | Stage::OnTheWay
        | Stage::Done
        | Stage::Declined { .. }
        | Stage::Withdrawn { .. } => withdrawn(one.id, Withdrawal::Closed),
    })
    .collect()
}
