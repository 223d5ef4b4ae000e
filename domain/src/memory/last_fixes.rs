//! Where each person was last, and by when their phone is expected to speak again.

use super::timers::Timers;
use crate::estate::EstateIndex;
use crate::fix_order::{FixOrder, Standing};
use crate::ids::PersonId;
use crate::observation::Fix;
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// What is remembered of people's phones; people of the estate only.
#[derive(Debug, Default)]
pub struct LastFixes {
    started_at: Timestamp,
    /// At most one for each person of the estate, as in the next.
    heard_at: BTreeMap<PersonId, Timestamp>,
    /// At most one for each person of the estate.
    last: BTreeMap<PersonId, FixOrder>,
    timers: Timers<PersonId>,
}

impl LastFixes {
    /// Expects the people of this estate, where it wants them to send positions. Whether they are
    /// on duty is looked at when their time is over.
    pub(super) fn load(&mut self, estate: &EstateIndex, started_at: Timestamp) {
        let before = std::mem::take(self);
        self.started_at = started_at;
        for person in &estate.estate.people {
            let id = &person.id;
            if let Some(last) = before.last.get(id) {
                self.last.insert(id.clone(), last.clone());
            }
            let heard_at = before.heard_at.get(id).copied();
            if let Some(heard_at) = heard_at {
                self.heard_at.insert(id.clone(), heard_at);
            }
            if let Some(limit) = estate.silent_after() {
                let since = heard_at.unwrap_or(started_at);
                self.timers.set(id, since + limit);
            }
        }
    }

    /// A person's phone spoke: nothing is due until the next one is missing.
    pub(crate) fn heard(&mut self, estate: &EstateIndex, person: &PersonId, now: Timestamp) {
        if estate.estate.person(person).is_none() {
            return;
        }
        self.heard_at.insert(person.clone(), now);
        if let Some(limit) = estate.silent_after() {
            self.timers.set(person, now + limit);
        }
    }

    /// A person was there. One that comes late does not pull them back, and a clock that fell back
    /// does not keep them where they were ([`crate::fix_order`]).
    pub(crate) fn keep(&mut self, estate: &EstateIndex, fix: &Fix) {
        if let Some(order) = self.last.get_mut(&fix.person) {
            match order.judge(fix) {
                Standing::Newer | Standing::Better | Standing::YoungerClock => {
                    order.take(fix.clone());
                }
                Standing::Same | Standing::Older => {}
            }
        } else if estate.estate.person(&fix.person).is_some() {
            let order = FixOrder::new(fix.clone());
            self.last.insert(fix.person.clone(), order);
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

    /// Where a person was last.
    pub fn last(&self, person: &PersonId) -> Option<&Fix> {
        self.last.get(person).map(FixOrder::newest)
    }

    /// Since when nothing came from a person's phone: since the start, if nothing ever did.
    pub(crate) fn silent_since(&self, person: &PersonId) -> Timestamp {
        let heard_at = self.heard_at.get(person).copied();
        heard_at.unwrap_or(self.started_at).max(self.started_at)
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
