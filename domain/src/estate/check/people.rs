//! What the staff must not share, who stands in for whom, and who stands where.

use super::super::document::Estate;
use super::super::people::Person;
use super::faults::{EstateFault, Faults};
use super::geometry::near;
use super::ranges::whole;
use crate::geo::Anchor;
use crate::ids::{PersonId, PostId};
use crate::text::CallSign;
use std::collections::BTreeMap;

impl Estate {
    pub(super) fn check_call_signs(&self, faults: &mut Faults) {
        let signs = self.people.iter();
        let signs = signs.filter_map(|person| Some((&person.id, person.call_sign.as_ref()?)));
        let mut heard: BTreeMap<String, (&PersonId, &CallSign)> = BTreeMap::new();
        for (person, sign) in signs {
            let before = sign
                .sounds()
                .map(|sound| heard.insert(sound, (person, sign)));
            let another = before.into_iter().flatten().find(|(one, _)| *one != person);
            if let Some((one, call_sign)) = another {
                faults.add(EstateFault::SameCallSign {
                    one: one.clone(),
                    other: person.clone(),
                    call_sign: format!("{} / {}", call_sign.zh, call_sign.en),
                });
            }
        }
    }

    pub(super) fn check_deputies(&self, faults: &mut Faults) {
        let people: BTreeMap<&PersonId, &Person> = self
            .people
            .iter()
            .map(|person| (&person.id, person))
            .collect();
        for person in &self.people {
            let Some(id) = &person.deputy_of else {
                continue;
            };
            let Some(of) = people.get(id) else {
                faults.unknown(&format!("person {}", person.id), "person", id);
                continue;
            };
            if of.id == person.id || of.rungs.is_disjoint(&person.rungs) {
                faults.add(EstateFault::NoDeputy {
                    person: person.id.clone(),
                    of: id.clone(),
                });
            }
        }
    }

    pub(super) fn check_posts(&self, faults: &mut Faults) {
        let anchor = Anchor::new(self.anchor);
        let people: BTreeMap<&PersonId, &Person> = self
            .people
            .iter()
            .map(|person| (&person.id, person))
            .collect();
        let mut stands: BTreeMap<&PersonId, &PostId> = BTreeMap::new();
        for post in &self.posts {
            let what = format!("post {}", post.id);
            self.check_place(faults, &what, &post.place);
            near(faults, anchor, &what, &[post.place.at]);
            let wanted = u32::from(post.guards_wanted);
            whole(faults, &what, "guards_wanted", wanted, 1..=20, "1 to 20");
            for person in &post.people {
                if !people.contains_key(person) {
                    faults.unknown(&what, "person", person);
                }
                if let Some(one) = stands.insert(person, &post.id) {
                    faults.add(EstateFault::AtTwoPosts {
                        person: person.clone(),
                        one: one.clone(),
                        other: post.id.clone(),
                    });
                }
            }
        }
    }
}
