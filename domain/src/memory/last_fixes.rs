//! Where each person was last, and by when their phone is expected to speak again.

use super::timers::Timers;
use crate::estate::EstateIndex;
use crate::fix_order::{FixOrder, Standing};
use crate::geo::LonLat;
use crate::ids::PersonId;
use crate::observation::Fix;
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// Where somebody was last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LastPlace {
    pub at: LonLat,
    /// When we heard of it.
    pub received_at: Timestamp,
}

/// What is remembered of people's phones; people of the estate only.
#[derive(Debug, Default)]
pub struct LastFixes {
    started_at: Timestamp,
    /// When a phone spoke at all.
    /// At most one for each person of the estate, as in the next ones.
    heard_at: BTreeMap<PersonId, Timestamp>,
    /// When a position came that was new.
    /// At most one for each person of the estate.
    fresh_at: BTreeMap<PersonId, Timestamp>,
    /// At most one for each person of the estate.
    last: BTreeMap<PersonId, FixOrder>,
    /// From where somebody called for help last.
    /// At most one for each person of the estate.
    called_from: BTreeMap<PersonId, LastPlace>,
    timers: Timers<PersonId>,
}

impl LastFixes {
    /// Expects the people of this estate, where it wants them to send positions. Whether they are
    /// on duty is looked at when their time is over.
    pub(super) fn load(&mut self, estate: &EstateIndex, started_at: Timestamp) {
        self.started_at = started_at;
        self.timers = Timers::default();
        let known = |person: &PersonId| estate.estate.person(person).is_some();
        self.heard_at.retain(|person, _| known(person));
        self.fresh_at.retain(|person, _| known(person));
        self.last.retain(|person, _| known(person));
        self.called_from.retain(|person, _| known(person));
        for person in &estate.estate.people {
            if let Some(limit) = estate.silent_after() {
                self.timers
                    .set(&person.id, self.unseen_since(&person.id) + limit);
            }
        }
    }

    /// A person's phone spoke, whatever it said.
    pub(crate) fn heard(&mut self, estate: &EstateIndex, person: &PersonId, now: Timestamp) {
        if estate.estate.person(person).is_some() {
            self.heard_at.insert(person.clone(), now);
        }
    }

    /// A person was there. One that comes late does not pull them back, and a clock that fell back
    /// does not keep them where they were ([`crate::fix_order`]). Says whether it is fresh, from a
    /// moment that was not known: then nothing is due until the next one is missing.
    pub(crate) fn keep(&mut self, estate: &EstateIndex, fix: &Fix, now: Timestamp) -> bool {
        if estate.estate.person(&fix.person).is_none() {
            return false;
        }
        let is_fresh = if let Some(order) = self.last.get_mut(&fix.person) {
            let standing = order.judge(fix);
            match standing {
                Standing::Newer | Standing::Better | Standing::YoungerClock => {
                    order.take(fix.clone());
                }
                Standing::Same | Standing::Older => {}
            }
            matches!(standing, Standing::Newer | Standing::YoungerClock)
        } else {
            let order = FixOrder::new(fix.clone());
            self.last.insert(fix.person.clone(), order);
            true
        };
        if is_fresh {
            self.fresh_at.insert(fix.person.clone(), now);
            if let Some(limit) = estate.silent_after() {
                self.timers.set(&fix.person, now + limit);
            }
        }
        is_fresh
    }

    /// Somebody called for help from there. It is on no track, and it is where they were.
    pub(crate) fn called(&mut self, estate: &EstateIndex, person: &PersonId, from: LastPlace) {
        if estate.estate.person(person).is_some() {
            self.called_from.insert(person.clone(), from);
        }
    }

    /// Where a person was before this engine began, unless it has heard of them since. Their phone's
    /// silence is measured from the start all the same.
    pub(crate) fn recall(&mut self, fix: &Fix) {
        let known = self.last.entry(fix.person.clone());
        known.or_insert_with(|| FixOrder::new(fix.clone()));
    }

    /// Where everybody was last, for [`Self::recall`].
    pub(crate) fn all(&self) -> Vec<Fix> {
        let all = self.last.values();
        all.map(|order| order.newest().clone()).collect()
    }

    /// The last position of a person's phone.
    pub(crate) fn last(&self, person: &PersonId) -> Option<&Fix> {
        self.last.get(person).map(FixOrder::newest)
    }

    /// Where a person was last, by their phone's positions and their calls for help.
    pub fn last_place(&self, person: &PersonId) -> Option<LastPlace> {
        let tracked = self.last(person).map(|fix| LastPlace {
            at: fix.at,
            received_at: fix.received_at,
        });
        let called = self.called_from.get(person).copied();
        let both = tracked.into_iter().chain(called);
        both.max_by_key(|place| place.received_at)
    }

    /// When a person's phone spoke last, if it did since the start.
    pub(crate) fn heard_at(&self, person: &PersonId) -> Option<Timestamp> {
        self.heard_at.get(person).copied()
    }

    /// Since when no fresh position came from a person's phone: since the start, if none ever did.
    pub(crate) fn unseen_since(&self, person: &PersonId) -> Timestamp {
        let fresh_at = self.fresh_at.get(person).copied();
        fresh_at.unwrap_or(self.started_at).max(self.started_at)
    }

    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<PersonId> {
        self.timers.take_due(now)
    }

    pub(crate) fn look_at(&mut self, person: &PersonId, at: Timestamp) {
        self.timers.set(person, at);
    }

    pub(crate) fn next_due_at(&self) -> Option<Timestamp> {
        self.timers.next_due_at()
    }
}
