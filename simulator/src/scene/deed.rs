//! What people do in a scene, as the commands that they send once that is there which it is about.

use super::sight::Look;
use castellan_domain::alarm::{AlarmCommand, FollowUp, NoteCommand, NoteWords, Source};
use castellan_domain::alarm::{Verdict, VerdictBasis};
use castellan_domain::dispatch::{DispatchCommand, Matter};
use castellan_domain::ids::{AnswerId, PersonId, StepId};
use castellan_domain::incident::{IncidentCommand, NextStage};
use castellan_domain::wire::api::WireCommand;
use serde::Deserialize;

/// What can be done in a scene: about a row, or the incident that it is part of.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Deed {
    /// 接警
    Claim,
    /// 签收
    Acknowledge,
    /// A note.
    Note(NoteWords),
    /// 已处理
    FollowUp(FollowUp),
    /// D, to this person.
    Send(PersonId),
    /// R: this person said on the radio that they go. Or they say so themselves.
    Accept(PersonId),
    /// This person can be heard again.
    EndQuiet(PersonId),
    /// This person has done.
    Finish(PersonId),
    /// A step of the procedure is done.
    Step(StepId),
    /// A step that asks has this answer.
    Answer { step: StepId, answer: AnswerId },
    /// 核实结论
    Judge {
        verdict: Verdict,
        /// How that was established.
        #[serde(default)]
        basis: Option<VerdictBasis>,
    },
    /// The row of this one becomes part of the incident.
    Join(Source),
    /// It does not belong there.
    Leave(Source),
    /// The incident goes to this person.
    HandOver(PersonId),
    /// 已控制
    Contain,
    /// 已处置
    Resolve,
    /// 已结案
    Close,
}

impl Deed {
    /// What is sent for it; nothing yet where that is not there which it is about.
    pub(super) fn want(&self, look: &Look<'_>) -> Option<WireCommand> {
        let alarm = look.row()?.id;
        let incident = || Some(look.incident()?.id);
        let assignment = |person| Some(look.sent(person)?.id);
        let to = |to| {
            let incident = incident()?;
            Some(IncidentCommand::Move { incident, to }.into())
        };
        Some(match self {
            Self::Claim => AlarmCommand::Claim { alarm }.into(),
            Self::Acknowledge => AlarmCommand::Acknowledge { alarm }.into(),
            Self::Note(words) => {
                let text = words.clone();
                WireCommand::Note(NoteCommand::Note { alarm, text })
            }
            Self::FollowUp(what) => AlarmCommand::FollowUp { alarm, what: *what }.into(),
            Self::Judge { verdict, basis } => AlarmCommand::Judge {
                alarm,
                verdict: *verdict,
                basis: basis.clone(),
            }
            .into(),
            Self::Send(person) => DispatchCommand::Dispatch {
                matter: Matter::Alarm(alarm),
                person: person.clone(),
            }
            .into(),
            Self::Accept(person) => {
                let assignment = assignment(person)?;
                DispatchCommand::Accept { assignment }.into()
            }
            Self::EndQuiet(person) => {
                let assignment = assignment(person)?;
                DispatchCommand::EndQuiet { assignment }.into()
            }
            Self::Finish(person) => {
                let assignment = assignment(person)?;
                DispatchCommand::Finish { assignment }.into()
            }
            Self::Step(step) => step_taken(look, step, None)?,
            Self::Answer { step, answer } => step_taken(look, step, Some(answer))?,
            Self::Join(source) => {
                let (incident, alarm) = (incident()?, look.row_of(source)?.id);
                IncidentCommand::Join { incident, alarm }.into()
            }
            Self::Leave(source) => {
                let (incident, alarm) = (incident()?, look.row_of(source)?.id);
                IncidentCommand::Leave { incident, alarm }.into()
            }
            Self::HandOver(person) => {
                let (incident, to) = (incident()?, person.clone());
                IncidentCommand::Transfer { incident, to }.into()
            }
            Self::Contain => to(NextStage::Contained)?,
            Self::Resolve => to(NextStage::Resolved)?,
            Self::Close => to(NextStage::Closed)?,
        })
    }
}

fn step_taken(look: &Look<'_>, step: &StepId, answer: Option<&AnswerId>) -> Option<WireCommand> {
    let command = IncidentCommand::TakeStep {
        incident: look.incident()?.id,
        step: step.clone(),
        answer: answer.cloned(),
    };
    Some(command.into())
}
