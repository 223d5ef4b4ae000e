//! What only the server needs of assignments: the last number, which deadline is next, and whose they are.

use super::state::Assignment;
use crate::deadlines::Deadlines;
use crate::dispatch::DispatchFact;
use crate::fact::{Fact, FactBody};
use crate::ids::{AssignmentId, PersonId};
use crate::time::Timestamp;
use crate::view::{Touched, View};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The last number, running deadlines, and who is sent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DispatchControl {
    last: u32,
    /// Running deadlines.
    /// At most one for each live assignment.
    due: Deadlines<AssignmentId>,
    /// Who is asked, or going, or there: each position of a phone asks.
    /// At most one for each live assignment.
    live: BTreeSet<(PersonId, AssignmentId)>,
}

impl DispatchControl {
    /// The number of the next assignment.
    pub fn next(&self) -> AssignmentId {
        AssignmentId(self.last).next()
    }

    /// The next deadline of an assignment.
    pub fn next_due_at(&self) -> Option<Timestamp> {
        self.due.next_due_at()
    }

    /// The assignment whose deadline passed first.
    pub fn first_due(&self, now: Timestamp) -> Option<AssignmentId> {
        self.due.due(now).next().copied()
    }

    /// What somebody is asked for, goes to, or is at, oldest first.
    pub fn live_of(&self, person: &PersonId) -> impl Iterator<Item = AssignmentId> {
        let from = (person.clone(), AssignmentId(0));
        let to = (person.clone(), AssignmentId(u32::MAX));
        self.live.range(from..=to).map(|(_, id)| *id)
    }

    pub(crate) fn follow(&mut self, fact: &Fact, touched: &Touched, view: &View) {
        if let FactBody::Dispatch(DispatchFact::Offered(body)) = &fact.body {
            self.last = self.last.max(body.assignment.0);
        }
        for change in &touched.assignments {
            if let Some(before) = &change.before {
                self.forget(before);
            }
        }
        for change in &touched.assignments {
            if let Some(now) = view.assignments.get(&change.id) {
                self.watch(now);
            }
        }
    }

    fn forget(&mut self, assignment: &Assignment) {
        if let Some((at, _)) = assignment.next_due() {
            self.due.remove(at, &assignment.id);
        }
        if assignment.is_live() {
            self.live
                .remove(&(assignment.person.clone(), assignment.id));
        }
    }

    fn watch(&mut self, assignment: &Assignment) {
        if let Some((at, _)) = assignment.next_due() {
            self.due.insert(at, &assignment.id);
        }
        if assignment.is_live() {
            self.live.insert((assignment.person.clone(), assignment.id));
        }
    }
}
