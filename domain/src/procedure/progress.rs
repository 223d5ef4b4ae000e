//! What comes now, given what has become of the steps.

use super::types::{Lead, Procedure, Step};
use crate::ids::{AnswerId, StepId};
use serde::{Deserialize, Serialize};

/// What has become of a step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It asks, and this was the answer.
    Answered(AnswerId),
    /// It was left out.
    Skipped,
}

impl Procedure {
    /// Where it begins.
    pub fn first(&self) -> Option<&Step> {
        self.steps.first()
    }

    /// The steps from the first one on, as they were and will be taken, as far as that is known: up to
    /// a question that has no outcome yet.
    pub fn way<'o>(&self, outcome: impl Fn(&StepId) -> Option<&'o Outcome>) -> Vec<&Step> {
        let mut way = Vec::new();
        let mut at = self.first();
        while let Some(step) = at {
            way.push(step);
            let outcome = outcome(&step.id);
            at = match outcome {
                None if step.asks() => None,
                outcome => self.after(step, outcome),
            };
        }
        way
    }

    /// The steps on that way to which nothing has happened, the next one first. None: it is through.
    pub fn next<'o>(&self, outcome: impl Fn(&StepId) -> Option<&'o Outcome>) -> Vec<&Step> {
        let mut way = self.way(&outcome);
        way.retain(|step| outcome(&step.id).is_none());
        way
    }

    /// What comes after a step. A question without an answer goes the way of its first one.
    fn after(&self, step: &Step, outcome: Option<&Outcome>) -> Option<&Step> {
        let given = match outcome {
            Some(Outcome::Answered(given)) => {
                step.answers.iter().find(|answer| answer.id == *given)
            }
            Some(Outcome::Done | Outcome::Skipped) | None => None,
        };
        let answer = given.or(step.answers.first());
        match answer.map(|answer| &answer.to).or(step.then.as_ref()) {
            Some(Lead::To(id)) => self.step(id),
            Some(Lead::End) => None,
            None => {
                let mut from_here = self.steps.iter().skip_while(|other| other.id != step.id);
                from_here.nth(1)
            }
        }
    }
}

impl Step {
    /// Whether it is settled by an answer.
    pub fn asks(&self) -> bool {
        !self.answers.is_empty()
    }
}
