//! What a person wants of an incident becomes the facts that tell it, or a refusal; and what follows for
//! an incident from what they want of one of its alarms.

use super::command::IncidentCommand;
use super::fact::{
    IncidentClaimed, IncidentFact, IncidentJoined, IncidentLeft, IncidentMerged, IncidentMoved,
    IncidentOpened, IncidentPrioritySet, IncidentReturned, IncidentTransferred, StepTaken,
    StepUndone,
};
use super::grade::{guards, nearest, worst};
use super::near::closed_before;
use super::reasons::{JoinedIncidentBy, NextStage, OpenedBy, SkipReason};
use super::refusal::IncidentRefusal;
use super::state::{ALARMS_PER_INCIDENT_MAX, Incident, OPEN_INCIDENTS_MAX};
use crate::access::{Actor, Right, rights_of};
use crate::alarm::{Alarm, AlarmFact, AlarmRefusal, ReturnedBy, Verdict, follow_up_wait};
use crate::dispatch::{ASSIGNMENTS_PER_INCIDENT_MAX, DispatchRefusal};
use crate::estate::Priority;
use crate::ids::{AlarmId, AnswerId, IncidentId, PersonId, ProcedureId, StepId};
use crate::procedure::{Outcome, Step};
use crate::refusal::{CommonRefusal, Refusal};
use crate::staff::StaffRefusal;
use crate::subject::Stamp;
use crate::time::Timestamp;
use crate::view::Known;

/// What a step about incidents is decided by beside what is known: what only the server counts.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// The number that a new incident gets.
    pub next_incident: IncidentId,
    pub open_incidents: usize,
    pub shift_end: Timestamp,
}

impl Terms {
    /// As a display can tell. Numbers and deadlines do not decide whether a step is possible.
    pub const fn of_display(now: Timestamp) -> Self {
        Self {
            next_incident: IncidentId(0),
            open_incidents: 0,
            shift_end: now,
        }
    }
}

/// Decides about a step.
pub(crate) fn decide(
    known: &Known<'_>,
    actor: &Actor,
    command: IncidentCommand,
    terms: &Terms,
) -> Result<Vec<IncidentFact>, Refusal> {
    let incident = known.incident(command.incident())?;
    let fact = fact_of(known, actor, incident, command, terms)?;
    if !matches!(fact, IncidentFact::Opened(_)) {
        attempt(known, incident, &fact)?;
    }
    Ok(vec![fact])
}

fn fact_of(
    known: &Known<'_>,
    actor: &Actor,
    row: &Incident,
    command: IncidentCommand,
    terms: &Terms,
) -> Result<IncidentFact, Refusal> {
    let by = actor.person.clone();
    Ok(match command {
        IncidentCommand::Claim { incident } => {
            row.must_be_open()?;
            IncidentFact::Claimed(claimed(known, incident, row, by))
        }
        IncidentCommand::Transfer { incident, to } => {
            if known.estate.person(&to).is_none() {
                return Err(StaffRefusal::UnknownPerson { person: to }.into());
            }
            if !rights_of(known, &to).contains(Right::OwnAlarms) {
                return Err(AlarmRefusal::CannotOwn { person: to }.into());
            }
            IncidentFact::Transferred(IncidentTransferred { incident, by, to })
        }
        IncidentCommand::Release { incident } => IncidentFact::Returned(IncidentReturned {
            incident,
            why: ReturnedBy::Released,
            claim_due_at: claim_due_at(known, row, terms),
            late_s: 0,
        }),
        IncidentCommand::Move { incident, to } => {
            if to == NextStage::Closed {
                must_be_judged(known, row)?;
            }
            if to == NextStage::Reopened {
                must_have_room(row.priority, terms)?;
            }
            IncidentFact::Moved(IncidentMoved { incident, to, by })
        }
        IncidentCommand::SetPriority { incident, priority } => {
            if priority == row.priority {
                return Err(CommonRefusal::NothingToDo.into());
            }
            IncidentFact::PrioritySet(IncidentPrioritySet {
                incident,
                priority,
                by,
            })
        }
        IncidentCommand::Join { incident, alarm } => {
            must_fit(known, row, alarm)?;
            IncidentFact::Joined(IncidentJoined {
                incident,
                alarm,
                why: JoinedIncidentBy::Hand,
            })
        }
        IncidentCommand::Leave { incident, alarm } => {
            let part = known.alarm(alarm)?;
            let wait = follow_up_wait(part.priority);
            IncidentFact::Left(IncidentLeft {
                incident,
                alarm,
                by,
                follow_up_due_at: wait.map_or(terms.shift_end, |wait| known.now + wait),
                dispatch_due_at: known.dispatch_due_at(&part.kind),
            })
        }
        IncidentCommand::Split {
            incident,
            mut alarms,
        } => {
            row.must_be_open()?;
            alarms.sort_unstable();
            alarms.dedup();
            must_be_some_of(row, incident, &alarms)?;
            must_have_room(row.priority, terms)?;
            IncidentFact::Opened(split_off(known, row, alarms, terms)?)
        }
        IncidentCommand::Merge { incident, into } => {
            must_go_together(known, row, into)?;
            IncidentFact::Merged(IncidentMerged { incident, into, by })
        }
        IncidentCommand::TakeStep { step, answer, .. } => {
            take_step(known, actor, row, &step, answer)?
        }
        IncidentCommand::SkipStep { step, reason, .. } => {
            skip_step(known, actor, row, &step, reason)?
        }
        IncidentCommand::UndoStep { step, .. } => undo_step(known, actor, row, &step)?,
    })
}

fn attempt(known: &Known<'_>, row: &Incident, fact: &IncidentFact) -> Result<(), IncidentRefusal> {
    let stamp = Stamp {
        seq: row.version,
        at: known.now,
        occurred_at: known.now,
        actor: None,
        drill: row.drill,
    };
    row.clone().apply(fact, &stamp).map(drop)
}

/// An incident that begins with this alarm.
pub(crate) fn opened(
    known: &Known<'_>,
    why: OpenedBy,
    row: &Alarm,
    owner: Option<PersonId>,
    terms: &Terms,
) -> IncidentOpened {
    let kind = known.estate.alarm_type(&row.kind);
    // The time to send people runs since the alarm was claimed.
    let dispatch_due_at = row.dispatch_due_at();
    let dispatch_due_at = dispatch_due_at.or_else(|| known.dispatch_due_at(&row.kind));
    IncidentOpened {
        incident: terms.next_incident,
        why,
        kind: row.kind.clone(),
        priority: row.priority,
        place: row.place.clone(),
        alarms: vec![row.id],
        dispatch_due_at: dispatch_due_at.filter(|_| owner.is_some()),
        owner,
        claim_due_at: kind.map_or(terms.shift_end, |kind| {
            known.claim_due_at(kind, terms.shift_end)
        }),
        guards: guards(known, row),
        people_of: None,
        after: closed_before(known, row).filter(|_| why != OpenedBy::Split),
    }
}

/// Some alarms get an incident of their own: of the worst of them, and where that is. Whoever was sent goes on to
/// where they were sent, so they belong to whichever incident has the alarm that stands there.
fn split_off(
    known: &Known<'_>,
    row: &Incident,
    alarms: Vec<AlarmId>,
    terms: &Terms,
) -> Result<IncidentOpened, Refusal> {
    let of = |ids: &[AlarmId]| {
        let rows = ids.iter().filter_map(|id| known.view.alarms.get(id));
        rows.collect::<Vec<_>>()
    };
    let (parts, all) = (of(&alarms), of(&row.alarms));
    let first = known.alarm(alarms.first().copied().unwrap_or(AlarmId(0)))?;
    let worst = worst(parts.iter().copied()).unwrap_or(first);
    let mut opened = opened(known, OpenedBy::Split, worst, row.owner().cloned(), terms);
    let wanted = parts.iter().map(|part| guards(known, part)).max();
    opened.guards = wanted.unwrap_or(opened.guards);
    let there = nearest(&row.place, all.into_iter());
    if there.is_some_and(|there| alarms.contains(&there.id)) {
        opened.people_of = Some(row.id);
        opened.place = row.place.clone();
        let is_short = known.live_slots(row.id) < usize::from(opened.guards);
        opened.dispatch_due_at = opened.dispatch_due_at.filter(|_| is_short);
    }
    opened.alarms = alarms;
    Ok(opened)
}

/// Somebody takes an incident that nobody has: from now on the time runs in which people have to be sent.
pub(crate) fn claimed(
    known: &Known<'_>,
    incident: IncidentId,
    row: &Incident,
    by: PersonId,
) -> IncidentClaimed {
    let sent = known.live_slots(incident) >= usize::from(row.guards);
    let is_wanted = !sent && row.needs_people();
    IncidentClaimed {
        incident,
        by,
        dispatch_due_at: known.dispatch_due_at(&row.kind).filter(|_| is_wanted),
    }
}

/// When an incident that waits again has to be claimed.
pub(crate) fn claim_due_at(known: &Known<'_>, row: &Incident, terms: &Terms) -> Timestamp {
    let kind = known.estate.alarm_type(&row.kind);
    kind.map_or(terms.shift_end, |kind| {
        known.claim_due_at(kind, terms.shift_end)
    })
}

/// What follows for an incident from a step of one alarm: who claims an alarm claims its incident, and
/// what is real is one.
pub(crate) fn with_alarm(
    known: &Known<'_>,
    row: &Alarm,
    fact: &AlarmFact,
    terms: &Terms,
) -> Option<IncidentFact> {
    let open = known.open_incident_of(row);
    if let (AlarmFact::Claimed(body), Some(incident)) = (fact, open) {
        let claimed = claimed(known, incident.id, incident, body.by.clone());
        return (incident.owner().is_none()).then_some(IncidentFact::Claimed(claimed));
    }
    let verdict = if let AlarmFact::Judged(body) = fact {
        body.verdict
    } else if let AlarmFact::VerdictCorrected(body) = fact {
        body.verdict
    } else {
        return None;
    };
    let is_new = verdict == Verdict::Genuine && open.is_none();
    if !is_new || must_have_room(row.priority, terms).is_err() {
        return None;
    }
    let owner = row.owner().cloned();
    let opened = opened(known, OpenedBy::Verdict, row, owner, terms);
    Some(IncidentFact::Opened(opened))
}

/// What belongs to an open incident is not given away or put aside on its own.
pub(crate) fn must_stand_alone(
    known: &Known<'_>,
    row: &Alarm,
    fact: &AlarmFact,
) -> Result<(), Refusal> {
    let is_single = match fact {
        AlarmFact::Released(_) | AlarmFact::Transferred(_) | AlarmFact::Shelved(_) => true,
        AlarmFact::Raised(_)
        | AlarmFact::Repeated(_)
        | AlarmFact::Cleared(_)
        | AlarmFact::Overdue(_)
        | AlarmFact::Undispatched(_)
        | AlarmFact::Unheard(_)
        | AlarmFact::Claimed(_)
        | AlarmFact::Noted(_)
        | AlarmFact::Judged(_)
        | AlarmFact::Acknowledged(_)
        | AlarmFact::Muted(_)
        | AlarmFact::Unshelved(_)
        | AlarmFact::Returned(_)
        | AlarmFact::Risen(_)
        | AlarmFact::Joined(_)
        | AlarmFact::Split(_)
        | AlarmFact::VerdictCorrected(_)
        | AlarmFact::Viewed(_)
        | AlarmFact::ClipKept(_)
        | AlarmFact::ClipViewed(_) => false,
    };
    match known.open_incident_of(row) {
        Some(incident) if is_single => Err(IncidentRefusal::InIncident {
            alarm: row.id,
            incident: incident.id,
        }
        .into()),
        Some(_) | None => Ok(()),
    }
}

/// Refuses one incident more than are held live, but for what is most urgent: a full list is no
/// reason to send nobody.
pub(crate) fn must_have_room(priority: Priority, terms: &Terms) -> Result<(), IncidentRefusal> {
    if terms.open_incidents >= OPEN_INCIDENTS_MAX && priority != Priority::P1 {
        return Err(IncidentRefusal::TooManyIncidents);
    }
    Ok(())
}

fn must_be_judged(known: &Known<'_>, row: &Incident) -> Result<(), IncidentRefusal> {
    let open = row.alarms.iter().copied();
    let open = open.filter(|id| {
        known
            .view
            .alarms
            .get(id)
            .is_some_and(|row| !row.is_judged())
    });
    let alarms: Vec<_> = open.collect();
    if alarms.is_empty() {
        Ok(())
    } else {
        Err(IncidentRefusal::AlarmsUnjudged { alarms })
    }
}

fn must_fit(known: &Known<'_>, row: &Incident, alarm: AlarmId) -> Result<(), Refusal> {
    let part = known.alarm(alarm)?;
    part.must_be_open()?;
    if let Some(incident) = known.open_incident_of(part) {
        let incident = incident.id;
        return Err(IncidentRefusal::InIncident { alarm, incident }.into());
    }
    if part.drill != row.drill || part.began_as_duress() || row.discreet {
        return Err(IncidentRefusal::DoesNotFit.into());
    }
    if row.owner().is_none() {
        let incident = row.id;
        return Err(IncidentRefusal::IncidentNotClaimed { incident }.into());
    }
    Ok(())
}

fn must_be_some_of(
    row: &Incident,
    incident: IncidentId,
    alarms: &[AlarmId],
) -> Result<(), IncidentRefusal> {
    if let Some(alarm) = alarms.iter().find(|alarm| !row.alarms.contains(alarm)) {
        let alarm = *alarm;
        return Err(IncidentRefusal::NotInIncident { alarm, incident });
    }
    let stays = row.alarms.iter().any(|alarm| !alarms.contains(alarm));
    if alarms.is_empty() || !stays {
        return Err(IncidentRefusal::LastAlarm { incident });
    }
    Ok(())
}

fn must_go_together(known: &Known<'_>, row: &Incident, into: IncidentId) -> Result<(), Refusal> {
    let other = known.incident(into)?;
    other.must_be_open()?;
    let is_duress = row.discreet || other.discreet;
    if row.id == into || row.drill != other.drill || is_duress {
        return Err(IncidentRefusal::DoesNotFit.into());
    }
    if row.alarms.len() + other.alarms.len() > ALARMS_PER_INCIDENT_MAX {
        return Err(IncidentRefusal::IncidentFull.into());
    }
    let sent = known
        .assignments_of(row.id)
        .chain(known.assignments_of(into));
    if sent.count() > ASSIGNMENTS_PER_INCIDENT_MAX {
        return Err(DispatchRefusal::TooManyAssignments.into());
    }
    Ok(())
}

fn take_step(
    known: &Known<'_>,
    actor: &Actor,
    row: &Incident,
    step: &StepId,
    answer: Option<AnswerId>,
) -> Result<IncidentFact, IncidentRefusal> {
    let (procedure, found) = step_of(known, actor, row, step)?;
    let outcome = match answer {
        Some(answer) if found.answers.iter().any(|one| one.id == answer) => {
            Outcome::Answered(answer)
        }
        None if !found.asks() => Outcome::Done,
        Some(_) | None => return Err(IncidentRefusal::NotItsAnswer { step: step.clone() }),
    };
    Ok(taken(actor, row, procedure, found, outcome, None))
}

fn skip_step(
    known: &Known<'_>,
    actor: &Actor,
    row: &Incident,
    step: &StepId,
    reason: Option<SkipReason>,
) -> Result<IncidentFact, IncidentRefusal> {
    let (procedure, found) = step_of(known, actor, row, step)?;
    if reason.is_none() && !found.optional {
        return Err(IncidentRefusal::ReasonWanted { step: step.clone() });
    }
    Ok(taken(
        actor,
        row,
        procedure,
        found,
        Outcome::Skipped,
        reason,
    ))
}

fn undo_step(
    known: &Known<'_>,
    actor: &Actor,
    row: &Incident,
    step: &StepId,
) -> Result<IncidentFact, IncidentRefusal> {
    let (procedure, _) = step_of(known, actor, row, step)?;
    Ok(IncidentFact::StepUndone(StepUndone {
        incident: row.id,
        procedure: procedure.clone(),
        step: step.clone(),
        by: actor.person.clone(),
    }))
}

/// The step of that name, if this person may speak of it: operators of all, whoever was sent of theirs.
fn step_of<'a>(
    known: &Known<'a>,
    actor: &Actor,
    row: &Incident,
    step: &StepId,
) -> Result<(&'a ProcedureId, &'a Step), IncidentRefusal> {
    let procedure = known.estate.procedure_of(&row.kind);
    let found = procedure.and_then(|procedure| Some((procedure.id(), procedure.step(step)?)));
    let (procedure, found) = found.ok_or_else(|| IncidentRefusal::UnknownStep {
        incident: row.id,
        step: step.clone(),
    })?;
    let person = known.estate.person(&actor.person);
    let doer = person.zip(found.who);
    let is_theirs = doer.is_some_and(|(person, doer)| person.role.does(doer));
    if !is_theirs && !actor.rights.contains(Right::HandleAlarms) {
        return Err(IncidentRefusal::NotTheirStep { step: step.clone() });
    }
    Ok((procedure, found))
}

fn taken(
    actor: &Actor,
    row: &Incident,
    procedure: &ProcedureId,
    step: &Step,
    outcome: Outcome,
    reason: Option<SkipReason>,
) -> IncidentFact {
    let required = outcome == Outcome::Skipped && !step.optional;
    IncidentFact::StepTaken(StepTaken {
        incident: row.id,
        procedure: procedure.clone(),
        step: step.id.clone(),
        outcome,
        reason,
        required,
        by: actor.person.clone(),
    })
}
