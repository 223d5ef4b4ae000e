//! What a person says of a step of an incident's procedure becomes a fact, or a refusal.

use super::fact::{IncidentFact, StepTaken, StepUndone};
use super::reasons::SkipReason;
use super::refusal::IncidentRefusal;
use super::state::Incident;
use crate::access::{Actor, Right};
use crate::ids::{AnswerId, ProcedureId, StepId};
use crate::procedure::{Doer, Outcome, Step};
use crate::view::Known;

pub(super) fn take_step(
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

pub(super) fn skip_step(
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

pub(super) fn undo_step(
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
    let is_sents = matches!(found.who, Some(Doer::Guard | Doer::Engineer));
    if !is_sents && !actor.rights.contains(Right::HandleAlarms) {
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
