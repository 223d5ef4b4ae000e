//! What only the server needs to know of ladders: which one is due next.

use super::state::LadderRun;
use crate::deadlines::Deadlines;
use crate::matter::Matter;
use crate::time::Timestamp;
use crate::view::{Touched, View};
use serde::{Deserialize, Serialize};

/// Running deadlines of ladders.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LadderControl {
    /// At most one for each matter that is held live.
    due: Deadlines<Matter>,
}

impl LadderControl {
    /// The next deadline.
    pub fn next_due_at(&self) -> Option<Timestamp> {
        self.due.next_due_at()
    }

    /// Ladders of which something is due, longest overdue first.
    pub fn due(&self, now: Timestamp) -> impl Iterator<Item = Matter> + '_ {
        self.due.due(now).copied()
    }

    pub(crate) fn follow(&mut self, touched: &Touched, view: &View) {
        for change in &touched.ladders {
            if let Some(at) = change.before.as_ref().and_then(of) {
                self.due.remove(at, &change.id);
            }
        }
        for change in &touched.ladders {
            if let Some(at) = view.ladders.get(&change.id).and_then(of) {
                self.due.insert(at, &change.id);
            }
        }
    }
}

fn of(run: &LadderRun) -> Option<Timestamp> {
    run.next_due().map(|(at, _)| at)
}
