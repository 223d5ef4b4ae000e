//! What only the server needs to know of ladders: which one is due next.

use super::state::LadderRun;
use crate::matter::Matter;
use crate::time::Timestamp;
use crate::view::{Touched, View};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Running deadlines of ladders.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LadderControl {
    /// Next one first. At most one for each matter that is held live.
    due: BTreeSet<(Timestamp, Matter)>,
}

impl LadderControl {
    /// The next deadline.
    pub fn next_due_at(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Ladders of which something is due, longest overdue first.
    pub fn due(&self, now: Timestamp) -> impl Iterator<Item = Matter> + '_ {
        let due = self.due.iter().take_while(move |(at, _)| *at <= now);
        due.map(|(_, about)| *about)
    }

    pub(crate) fn follow(&mut self, touched: &Touched, view: &View) {
        for change in &touched.ladders {
            if let Some(due) = change.before.as_ref().and_then(of) {
                self.due.remove(&due);
            }
        }
        for change in &touched.ladders {
            self.due.extend(view.ladders.get(&change.id).and_then(of));
        }
    }
}

fn of(run: &LadderRun) -> Option<(Timestamp, Matter)> {
    run.next_due().map(|(at, _)| (at, run.about))
}
