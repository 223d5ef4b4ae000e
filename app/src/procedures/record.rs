//! Steps that an operator records: the next one by key, any one by hand.

use super::model::{StepChoice, next_step, picked};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::{Desk, Offer};
use castellan_domain::ids::{AlarmId, IncidentId, StepId};
use castellan_domain::incident::IncidentCommand;
use castellan_domain::text::Language;

/// Space: the next step is done. One that asks is not settled by that: its answers are to be chosen.
pub fn take_next(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    alarm: AlarmId,
) -> Option<StepChoice> {
    let next = copy.known(|known| {
        let (incident, step) = next_step(known, alarm)?;
        Some((incident, step.id.clone(), step.asks()))
    });
    let (incident, step, asks) = next.flatten()?;
    if asks {
        return Some(StepChoice::Answer);
    }
    take(copy, desk, incident, step);
    None
}

/// A step is done.
pub fn take(copy: &'static SiteCopy, desk: &'static Desk, incident: IncidentId, step: StepId) {
    record(
        copy,
        desk,
        IncidentCommand::TakeStep {
            incident,
            step,
            answer: None,
        },
    );
}

/// Picks an answer to the next step, or the reason for which it is left out.
pub fn pick(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    alarm: AlarmId,
    choice: StepChoice,
    index: usize,
) {
    let command = copy.known(|known| {
        let (incident, step) = next_step(known, alarm)?;
        picked(incident, step, choice, index)
    });
    if let Some(command) = command.flatten() {
        record(copy, desk, command);
    }
}

/// Records it, and offers to take it back.
pub fn record(copy: &'static SiteCopy, desk: &'static Desk, command: IncidentCommand) {
    let (IncidentCommand::TakeStep { incident, step, .. }
    | IncidentCommand::SkipStep { incident, step, .. }) = &command
    else {
        return desk.send(command);
    };
    let back = IncidentCommand::UndoStep {
        incident: *incident,
        step: step.clone(),
    };
    let words = |language: Language| {
        let words = copy.known(|known| {
            let kind = &known.view.incidents.get(incident)?.kind;
            let step = known.estate.procedure_of(kind)?.step(step)?;
            Some(step.words.get(language).to_owned())
        });
        texts::RECORDED.fill(language, &[&words.flatten().unwrap_or_default()])
    };
    let offer = Offer::new(texts::UNDO, Some(back.into()), words);
    desk.send_and_offer(command, offer);
}
