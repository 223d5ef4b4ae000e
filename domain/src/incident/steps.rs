//! What has become of the steps of a procedure, as an incident keeps it.

use super::reasons::SkipReason;
use crate::ids::{PersonId, ProcedureId, StepId};
use crate::procedure::Outcome;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Steps that an incident remembers, of all procedures that it had; then the oldest leaves.
pub const STEPS_KEPT_MAX: usize = 120;

/// What is known of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Whose step it is: an incident that became worse may have another procedure.
    pub procedure: ProcedureId,
    pub step: StepId,
    /// Its time passed before anybody took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_at: Option<Timestamp>,
    /// What somebody said of it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Taken>,
}

/// What somebody said of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub outcome: Outcome,
    pub by: PersonId,
    pub at: Timestamp,
    /// Why it was left out, where somebody said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SkipReason>,
    /// It was left out though it does not depend on a condition.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
}

/// The step that has to be taken first, and by when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepWait {
    pub procedure: ProcedureId,
    pub step: StepId,
    pub due_at: Timestamp,
}

/// What has become of the steps, in the order in which they were first spoken of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepRecords {
    /// At most [`STEPS_KEPT_MAX`].
    list: Vec<StepRecord>,
}

impl StepRecords {
    /// Whether nothing has been said of any step.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Every step that was spoken of.
    pub fn iter(&self) -> impl Iterator<Item = &StepRecord> {
        self.list.iter()
    }

    /// What is known of a step.
    pub fn of(&self, procedure: &ProcedureId, step: &StepId) -> Option<&StepRecord> {
        let mut all = self.list.iter();
        all.find(|known| known.procedure == *procedure && known.step == *step)
    }

    /// What became of a step, if somebody took it.
    pub fn outcome(&self, procedure: &ProcedureId, step: &StepId) -> Option<&Outcome> {
        let taken = self.of(procedure, step)?.taken.as_ref()?;
        Some(&taken.outcome)
    }

    /// The last word holds: whoever was mistaken says it again.
    pub(super) fn take(&mut self, procedure: &ProcedureId, step: &StepId, taken: Taken) {
        self.entry(procedure, step).taken = Some(taken);
    }

    /// Whether there was anything to take back.
    pub(super) fn undo(&mut self, procedure: &ProcedureId, step: &StepId) -> bool {
        self.entry(procedure, step).taken.take().is_some()
    }

    pub(super) fn be_late(&mut self, procedure: &ProcedureId, step: &StepId, at: Timestamp) {
        let record = self.entry(procedure, step);
        record.late_at = record.late_at.or(Some(at));
    }

    fn entry(&mut self, procedure: &ProcedureId, step: &StepId) -> &mut StepRecord {
        let mut all = self.list.iter();
        let at = all.position(|known| known.procedure == *procedure && known.step == *step);
        let at = at.unwrap_or_else(|| {
            if self.list.len() >= STEPS_KEPT_MAX {
                self.list.remove(0);
            }
            self.list.push(StepRecord {
                procedure: procedure.clone(),
                step: step.clone(),
                late_at: None,
                taken: None,
            });
            self.list.len() - 1
        });
        &mut self.list[at]
    }

    /// Everybody who is named in it is not.
    pub(super) fn withhold_persons(&mut self, withheld: impl Fn() -> PersonId) {
        for taken in self
            .list
            .iter_mut()
            .filter_map(|known| known.taken.as_mut())
        {
            taken.by = withheld();
        }
    }
}
