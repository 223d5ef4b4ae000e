//! What only the server needs to know of watched areas.

use super::fact::AreaFact;
use crate::fact::{Fact, FactBody};
use crate::ids::{AreaId, PersonId};
use crate::staff::StaffFact;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Who is inside which watched areas, while on duty.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AreaControl {
    /// At most one for each person and area of the estate.
    inside: BTreeMap<PersonId, BTreeSet<AreaId>>,
}

impl AreaControl {
    /// The watched areas that a person is inside of.
    pub fn of(&self, person: &PersonId) -> Option<&BTreeSet<AreaId>> {
        self.inside.get(person)
    }

    pub(crate) fn follow(&mut self, fact: &Fact) {
        if let FactBody::Area(fact) = &fact.body {
            match fact {
                AreaFact::Entered(body) => {
                    let areas = self.inside.entry(body.person.clone()).or_default();
                    areas.insert(body.area.clone());
                }
                AreaFact::Left(body) => {
                    if let Some(areas) = self.inside.get_mut(&body.person) {
                        areas.remove(&body.area);
                    }
                }
            }
        }
        // Nobody is followed off duty: where they come from next time is not known.
        if let FactBody::Staff(StaffFact::OffDuty(body)) = &fact.body {
            self.inside.remove(&body.person);
        }
    }
}
