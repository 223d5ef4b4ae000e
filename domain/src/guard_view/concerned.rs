//! Whose view a turn may have changed. Whoever adds something to a guard's view says here by what it changes.

use crate::ids::{AlarmId, IncidentId, PersonId};
use crate::subject::Change;
use crate::view::{Touched, View};
use std::collections::BTreeSet;

/// Whose view a turn may have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concerned {
    /// Whoever is sent.
    Everybody,
    /// These, of whom some may not be sent to incidents. No more than there are people in the turn's
    /// facts and in the assignments of the incidents that it touched.
    These(BTreeSet<PersonId>),
}

impl Concerned {
    /// Whom this concerns, in the view after it. A guard's view is made of their own duty, calls and
    /// assignments; of the incidents of these, with the first alarm and with whoever else is sent; of how
    /// much is in their name; and of what people are called.
    pub fn by(touched: &Touched, view: &View) -> Self {
        if touched.estate || is_called_otherwise(touched, view) {
            return Self::Everybody;
        }
        let mut people: BTreeSet<_> = touched.people.iter().map(|one| one.id.clone()).collect();
        // Both: a row that rises may be about somebody else afterwards.
        let rows = touched.alarms.iter();
        let rows = rows.flat_map(|one| view.alarms.get(&one.id).into_iter().chain(&one.before));
        people.extend(
            rows.flat_map(|row| row.source.person().into_iter().chain(row.owner()).cloned()),
        );
        let owned = touched.incidents.iter();
        let owned =
            owned.flat_map(|one| view.incidents.get(&one.id).into_iter().chain(&one.before));
        people.extend(owned.filter_map(|one| one.owner().cloned()));
        // Of whom an assignment was taken, whatever became of it.
        let before = touched.assignments.iter();
        let before = before.filter_map(|one| one.before.as_ref());
        people.extend(before.map(|one| one.person.clone()));
        let incidents = incidents(touched, view);
        let sent = view.assignments.values();
        let sent = sent.filter(|one| incidents.contains(&one.incident));
        people.extend(sent.map(|one| one.person.clone()));
        Self::These(people)
    }
}

/// Whether somebody has another call sign: anybody's view may name them.
fn is_called_otherwise(touched: &Touched, view: &View) -> bool {
    touched.people.iter().any(|one| {
        let before = one.before.as_ref().and_then(|one| one.call_sign.as_ref());
        let after = view.people.get(&one.id);
        before != after.and_then(|one| one.call_sign.as_ref())
    })
}

/// The incidents of which something was touched that their guards are shown.
fn incidents(touched: &Touched, view: &View) -> BTreeSet<IncidentId> {
    let mut incidents: BTreeSet<_> = touched.incidents.iter().map(|one| one.id).collect();
    for Change { id, before } in &touched.assignments {
        let before = before.as_ref().map(|one| one.incident);
        let after = view.assignments.get(id).map(|one| one.incident);
        incidents.extend(before.into_iter().chain(after));
    }
    let rows: BTreeSet<AlarmId> = touched.alarms.iter().map(|one| one.id).collect();
    if !rows.is_empty() {
        let all = view.incidents.values();
        let theirs = all.filter(|one| one.alarms.first().is_some_and(|row| rows.contains(row)));
        incidents.extend(theirs.map(|one| one.id));
    }
    incidents
}
