//! What only the server needs of incidents: the last number, and which deadline is next.

use super::state::Incident;
use crate::deadlines::Deadlines;
use crate::fact::{Fact, FactBody};
use crate::ids::IncidentId;
use crate::incident::IncidentFact;
use crate::time::Timestamp;
use crate::view::{Touched, View};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The last number, and running deadlines.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct IncidentControl {
    last: u32,
    /// Incidents that are open.
    /// At most [`super::OPEN_INCIDENTS_MAX`].
    open: BTreeSet<IncidentId>,
    /// Running deadlines.
    /// At most one for each open incident.
    due: Deadlines<IncidentId>,
}

impl IncidentControl {
    /// The number of the next incident.
    pub fn next(&self) -> IncidentId {
        IncidentId(self.last).next()
    }

    /// Which incidents are open, oldest first.
    pub fn open(&self) -> impl DoubleEndedIterator<Item = IncidentId> + '_ {
        self.open.iter().copied()
    }

    /// How many incidents are open.
    pub fn open_count(&self) -> usize {
        self.open.len()
    }

    /// The next deadline of an incident.
    pub fn next_due_at(&self) -> Option<Timestamp> {
        self.due.next_due_at()
    }

    /// Incidents whose deadline has passed, longest overdue first.
    pub fn due(&self, now: Timestamp) -> impl Iterator<Item = IncidentId> + '_ {
        self.due.due(now).copied()
    }

    pub(crate) fn follow(&mut self, fact: &Fact, touched: &Touched, view: &View) {
        if let FactBody::Incident(IncidentFact::Opened(body)) = &fact.body {
            self.last = self.last.max(body.incident.0);
        }
        for change in &touched.incidents {
            if let Some(before) = &change.before {
                self.forget(before);
            }
        }
        for change in &touched.incidents {
            if let Some(now) = view.incidents.get(&change.id) {
                self.watch(now);
            }
        }
    }

    fn forget(&mut self, incident: &Incident) {
        self.open.remove(&incident.id);
        if let Some((at, _)) = incident.next_due() {
            self.due.remove(at, &incident.id);
        }
    }

    fn watch(&mut self, incident: &Incident) {
        if incident.is_open() {
            self.open.insert(incident.id);
        }
        if let Some((at, _)) = incident.next_due() {
            self.due.insert(at, &incident.id);
        }
    }
}
