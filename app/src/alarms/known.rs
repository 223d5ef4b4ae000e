//! What the page knows of the history of an alarm, or of its incident.

use castellan_domain::ids::Seq;
use castellan_domain::subject::{History, Step};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The steps of one thing that the page has: those of its row, and those fetched from the record.
#[derive(Debug, Clone)]
pub struct Known<F> {
    steps: BTreeMap<Seq, Arc<Step<F>>>,
    /// How many there are, wherever.
    all: usize,
}

impl<F> Default for Known<F> {
    fn default() -> Self {
        Self {
            steps: BTreeMap::new(),
            all: 0,
        }
    }
}

impl<F> Known<F> {
    /// Takes in what the row remembers now.
    pub fn meet(&mut self, history: &History<F>) {
        self.all = history.steps().len() + history.left_out() as usize;
        // What it does not continue has a hole behind it: only one, after the first step, is shown.
        let second = history.steps().get(1);
        let continued = second.is_none_or(|step| self.steps.contains_key(&step.seq));
        if history.left_out() > 0 && !continued {
            self.steps.clear();
        }
        let steps = history.steps().iter();
        self.steps
            .extend(steps.map(|step| (step.seq, step.clone())));
    }

    /// Takes in older steps, which were asked for with [`Self::before`].
    pub fn take(&mut self, older: Vec<Step<F>>) {
        let older = older.into_iter().map(|step| (step.seq, Arc::new(step)));
        for (seq, step) in older {
            self.steps.entry(seq).or_insert(step);
        }
    }

    /// What it has, oldest first; after the first one some may be missing.
    pub fn steps(&self) -> impl Iterator<Item = &Step<F>> {
        self.steps.values().map(Arc::as_ref)
    }

    /// How many steps are missing after the first one.
    pub fn missing(&self) -> usize {
        self.all.saturating_sub(self.steps.len())
    }

    /// The step before which some are missing.
    pub fn before(&self) -> Option<Seq> {
        let second = self.steps.keys().nth(1).copied();
        second.filter(|_| self.missing() > 0)
    }
}
