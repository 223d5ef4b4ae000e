//! The last turn that may have changed each guard's view, so that a turn costs the phones that it concerns.

use crate::estate::Estate;
use crate::guard_view::Concerned;
use crate::ids::{PersonId, Seq};
use std::collections::BTreeMap;

/// The last turns that may have changed guards' views.
#[derive(Debug, Default)]
pub(super) struct GuardsAt {
    everybody: Seq,
    /// Later ones. At most one for each person of the estate who is sent to incidents.
    each: BTreeMap<PersonId, Seq>,
}

impl GuardsAt {
    /// A turn up to there concerned these.
    pub(super) fn note(&mut self, concerned: Concerned, estate: Option<&Estate>, upto: Seq) {
        match concerned {
            Concerned::Everybody => {
                self.everybody = upto;
                self.each.clear();
            }
            Concerned::These(people) => {
                let is_sent = |id: &PersonId| {
                    let person = estate.and_then(|estate| estate.person(id));
                    person.is_some_and(|person| person.role.is_sent())
                };
                let sent = people.into_iter().filter(is_sent);
                self.each.extend(sent.map(|person| (person, upto)));
            }
        }
    }

    /// The last turn that may have changed the view of this one.
    pub(super) fn of(&self, person: &PersonId) -> Seq {
        let own = self.each.get(person).copied().unwrap_or_default();
        self.everybody.max(own)
    }
}
