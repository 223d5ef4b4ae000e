//! The things that displays show: one list, from which follow what a fact touched, what each
//! audience is told, and how a display without facts folds it.

use super::state::View;
use crate::audience::Audience;
use crate::flood::Flood;
use crate::ids::{
    AlarmId, AssignmentId, DeviceId, EstateHash, IncidentId, PersonId, PhoneId, ZoneId,
};
use crate::matter::Matter;
use crate::self_test::SelfTest;
use crate::subject::Change;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A thing of which an audience may see all, some or nothing. Whoever adds a field to it says who
/// may see that.
pub trait Shown<K>: Sized {
    /// As this audience may see it, if it may see it at all.
    fn seen_by(&self, id: &K, audience: &Audience) -> Option<Self>;
}

/// What an audience that gets no facts is told of one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewFact {
    /// It is this now, whole, whether it was known before or not.
    Put(Entity),
    /// It is not to be seen any more.
    Remove(EntityId),
}

macro_rules! entities {
    (
        with_id { $($(#[$doc:meta])* $Own:ident($OwnId:ty => $OwnThing:ty), $own:ident;)+ }
        by_id { $($(#[$key_doc:meta])* $Key:ident($KeyId:ty => $KeyThing:ty), $key:ident;)+ }
    ) => {
        /// Something that displays show, as one audience may see it.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Entity {
            /// The estate document that counts.
            Estate(EstateHash),
            /// 报警激增
            Flood(Flood),
            /// 自检
            SelfTest(SelfTest),
            $($(#[$doc])* $Own(Box<$OwnThing>),)+
            $($(#[$key_doc])* $Key($KeyId, $KeyThing),)+
        }

        /// Which thing.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum EntityId {
            /// The estate document.
            Estate,
            /// 报警激增
            Flood,
            /// 自检
            SelfTest,
            $($(#[$doc])* $Own($OwnId),)+
            $($(#[$key_doc])* $Key($KeyId),)+
        }

        /// What facts changed: ids with what was there before. It drives everything downstream.
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct Touched {
            /// Another estate document counts now.
            pub estate: bool,
            /// The flood began, ended or grew.
            pub flood: bool,
            /// A self-test began or ended.
            pub self_test: bool,
            $($(#[$doc])* pub $own: Vec<Change<$OwnId, $OwnThing>>,)+
            $($(#[$key_doc])* pub $key: Vec<Change<$KeyId, $KeyThing>>,)+
        }

        impl Touched {
            /// Adds what another fact changed.
            pub fn extend(&mut self, other: Self) {
                self.estate |= other.estate;
                self.flood |= other.flood;
                self.self_test |= other.self_test;
                $(self.$own.extend(other.$own);)+
                $(self.$key.extend(other.$key);)+
            }
        }

        impl View {
            /// The folded state as an audience may see it.
            #[must_use]
            pub fn seen_by(&self, audience: &Audience) -> Self {
                Self {
                    seq: self.seq,
                    estate: self.estate.clone(),
                    flood: self.flood.clone(),
                    self_test: self.self_test,
                    // Whoever does not fold facts lets go of nothing by itself: it is told.
                    closed: if audience.gets_facts() {
                        self.closed.clone()
                    } else {
                        VecDeque::new()
                    },
                    closed_incidents: if audience.gets_facts() {
                        self.closed_incidents.clone()
                    } else {
                        VecDeque::new()
                    },
                    $($own: seen(&self.$own, audience),)+
                    $($key: seen(&self.$key, audience),)+
                }
            }
        }

        /// What changed for an audience, from what the facts of a turn touched and the view after
        /// them. An audience that gets the facts needs none of it.
        pub fn project(audience: &Audience, touched: &Touched, view: &View) -> Vec<ViewFact> {
            if audience.gets_facts() {
                return Vec::new();
            }
            let mut told = Vec::new();
            if touched.estate {
                told.push(match &view.estate {
                    Some(hash) => ViewFact::Put(Entity::Estate(hash.clone())),
                    None => ViewFact::Remove(EntityId::Estate),
                });
            }
            if touched.flood {
                told.push(match &view.flood {
                    Some(flood) => ViewFact::Put(Entity::Flood(flood.clone())),
                    None => ViewFact::Remove(EntityId::Flood),
                });
            }
            if touched.self_test {
                told.push(match view.self_test {
                    Some(test) => ViewFact::Put(Entity::SelfTest(test)),
                    None => ViewFact::Remove(EntityId::SelfTest),
                });
            }
            $(for (id, now) in changed(audience, &touched.$key, &view.$key) {
                told.push(match now {
                    Some(thing) => ViewFact::Put(Entity::$Key(id.clone(), thing)),
                    None => ViewFact::Remove(EntityId::$Key(id.clone())),
                });
            })+
            $(for (id, now) in changed(audience, &touched.$own, &view.$own) {
                told.push(match now {
                    Some(thing) => ViewFact::Put(Entity::$Own(Box::new(thing))),
                    None => ViewFact::Remove(EntityId::$Own(id.clone())),
                });
            })+
            told
        }

        /// Folds what an audience without facts was told. Gives back what it changed.
        pub fn fold_told(view: &mut View, told: Vec<ViewFact>) -> Touched {
            let mut touched = Touched::default();
            for told in told {
                match told {
                    ViewFact::Put(Entity::Estate(hash)) => {
                        view.estate = Some(hash);
                        touched.estate = true;
                    }
                    ViewFact::Remove(EntityId::Estate) => {
                        view.estate = None;
                        touched.estate = true;
                    }
                    ViewFact::Put(Entity::Flood(flood)) => {
                        view.flood = Some(flood);
                        touched.flood = true;
                    }
                    ViewFact::Remove(EntityId::Flood) => {
                        view.flood = None;
                        touched.flood = true;
                    }
                    ViewFact::Put(Entity::SelfTest(test)) => {
                        view.self_test = Some(test);
                        touched.self_test = true;
                    }
                    ViewFact::Remove(EntityId::SelfTest) => {
                        view.self_test = None;
                        touched.self_test = true;
                    }
                    $(ViewFact::Put(Entity::$Own(thing)) => {
                        put(&mut view.$own, &thing.id.clone(), *thing, &mut touched.$own);
                    }
                    ViewFact::Remove(EntityId::$Own(id)) => {
                        remove(&mut view.$own, id, &mut touched.$own);
                    })+
                    $(ViewFact::Put(Entity::$Key(id, thing)) => {
                        put(&mut view.$key, &id, thing, &mut touched.$key);
                    }
                    ViewFact::Remove(EntityId::$Key(id)) => {
                        remove(&mut view.$key, id, &mut touched.$key);
                    })+
                }
            }
            touched
        }
    };
}

entities! {
    with_id {
        /// A row of the queue.
        Alarm(AlarmId => crate::alarm::Alarm), alarms;
        /// An incident.
        Incident(IncidentId => crate::incident::Incident), incidents;
        /// One person's part of an incident.
        Assignment(AssignmentId => crate::dispatch::Assignment), assignments;
    }
    by_id {
        /// What is known of a member of the staff.
        Person(PersonId => crate::staff::PersonState), people;
        /// Whose a phone is.
        Phone(PhoneId => Option<PersonId>), phones;
        /// Whether a zone is armed.
        Zone(ZoneId => crate::zone::ZoneState), zones;
        /// Whether a door is open.
        Door(DeviceId => crate::door::DoorState), doors;
        /// What was last wanted of a device.
        Actuation(DeviceId => crate::actuation::ActuationState), actuations;
        /// Who is called about what.
        Ladder(Matter => crate::ladder::LadderRun), ladders;
        /// By what somebody is reached.
        Reach(PersonId => crate::notify::state::Reach), reach;
    }
}

/// Sets a thing, and says what was there before.
pub(crate) fn put<K: Ord + Clone, V>(
    things: &mut BTreeMap<K, V>,
    id: &K,
    thing: V,
    touched: &mut Vec<Change<K, V>>,
) {
    let before = things.insert(id.clone(), thing);
    let id = id.clone();
    touched.push(Change { id, before });
}

/// Lets go of a thing, and says what it was.
pub(crate) fn remove<K: Ord, V>(
    things: &mut BTreeMap<K, V>,
    id: K,
    touched: &mut Vec<Change<K, V>>,
) {
    let before = things.remove(&id);
    touched.push(Change { id, before });
}

fn seen<K: Ord + Clone, V: Shown<K>>(
    things: &BTreeMap<K, V>,
    audience: &Audience,
) -> BTreeMap<K, V> {
    let things = things.iter();
    let seen = things.filter_map(|(id, thing)| Some((id.clone(), thing.seen_by(id, audience)?)));
    seen.collect()
}

/// What changed in an audience's eyes. Of several changes in one turn the first knows what was shown
/// before it.
fn changed<'a, K: Ord, V: Shown<K> + PartialEq>(
    audience: &Audience,
    touched: &'a [Change<K, V>],
    things: &BTreeMap<K, V>,
) -> impl Iterator<Item = (&'a K, Option<V>)> {
    let mut looked_at = BTreeSet::new();
    touched.iter().filter_map(move |Change { id, before }| {
        if !looked_at.insert(id) {
            return None;
        }
        let shown = before
            .as_ref()
            .and_then(|thing| thing.seen_by(id, audience));
        let now = things.get(id).and_then(|thing| thing.seen_by(id, audience));
        (now != shown).then_some((id, now))
    })
}
