//! Which step of an incident's procedure is waited for, and what follows if nobody takes it in time.
//!
//! The first of the required steps ahead that has a deadline is waited for. Its time counts from when the
//! incident began, or from when its owner took it, if that is later: nobody is late for what they did not have.
//! While nobody has the incident, the ladder of that climbs, and no step is waited for.

use crate::estate::EstateIndex;
use crate::fact::{FactDraft, StepAwaited, StepLate};
use crate::incident::{Incident, IncidentFact, Owner, StepWait};
use crate::site::Context;
use crate::time::{Span, Timestamp};
use crate::view::Touched;

const RULE: &str = "steps@1";

/// What follows from a fact, in its own turn: another step is waited for.
pub(crate) fn follows(context: &Context<'_>, touched: &Touched) -> Vec<FactDraft> {
    let changed = touched.incidents.iter();
    let changed = changed.filter_map(|change| context.view().incidents.get(&change.id));
    let changed = changed.filter(|incident| incident.is_open());
    changed
        .filter_map(|incident| {
            let wait = awaited(context.estate, incident);
            let awaited = IncidentFact::StepAwaited(StepAwaited {
                incident: incident.id,
                wait: wait.clone(),
            });
            (wait != incident.step_wait).then(|| context.by_rule_in(RULE, incident.drill, awaited))
        })
        .collect()
}

/// The step that has to be taken first.
fn awaited(estate: &EstateIndex, incident: &Incident) -> Option<StepWait> {
    let Owner::Person { at, .. } = &incident.owner else {
        return None;
    };
    let since = incident.opened_at.max(*at);
    let procedure = estate.estate.procedure_of(&incident.kind)?;
    let id = procedure.id();
    let ahead = procedure.next(|step| incident.steps.outcome(id, step));
    let ahead = ahead.into_iter().filter(|step| !step.optional);
    let ahead = ahead.filter(|step| {
        let known = incident.steps.of(id, &step.id);
        known.is_none_or(|known| known.late_at.is_none())
    });
    let timed = ahead.filter_map(|step| {
        let due_at = since + Span::from_secs(i64::from(step.deadline_s?));
        Some((due_at, step))
    });
    let (due_at, step) = timed.min_by_key(|(at, _)| *at)?;
    Some(StepWait {
        procedure: id.clone(),
        step: step.id.clone(),
        due_at,
    })
}

/// The fact of a step whose time has passed.
pub(super) fn late(
    context: &Context<'_>,
    incident: &Incident,
    due_at: Timestamp,
) -> Option<IncidentFact> {
    let wait = incident.step_wait.clone()?;
    Some(IncidentFact::StepLate(StepLate {
        incident: incident.id,
        procedure: wait.procedure,
        step: wait.step,
        late_s: context.late_s(due_at),
    }))
}
