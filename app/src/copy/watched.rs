//! The signals of one kind of thing: one for each thing, and one for the list of all.

use leptos::prelude::*;
use leptos::reactive::signal::{ArcTrigger, Trigger};
use std::collections::BTreeMap;

/// Tells views of one kind of thing what changed.
pub struct Watched<K: 'static> {
    /// At most one for each thing that a view has named.
    each: StoredValue<BTreeMap<K, ArcTrigger>, LocalStorage>,
    any: Trigger,
}

impl<K: Ord + Clone> Watched<K> {
    pub(super) fn new() -> Self {
        Self {
            each: StoredValue::new_local(BTreeMap::new()),
            any: Trigger::new(),
        }
    }

    /// Whoever reads now is called again when this thing changes.
    pub fn track(&self, id: &K) {
        let signal = self.each.try_update_value(|each| {
            if let Some(signal) = each.get(id) {
                return signal.clone();
            }
            each.entry(id.clone()).or_default().clone()
        });
        if let Some(signal) = signal {
            signal.track();
        }
    }

    /// Whoever reads now is called again when any thing of this kind changes.
    pub fn track_any(&self) {
        self.any.track();
    }

    pub(super) fn changed<'a>(&self, ids: impl ExactSizeIterator<Item = &'a K>)
    where
        K: 'a,
    {
        if ids.len() > 0 {
            self.tell(|each| ids.filter_map(|id| each.get(id).cloned()).collect());
        }
    }

    pub(super) fn all_changed(&self) {
        self.tell(|each| each.values().cloned().collect());
    }

    /// A thing is gone; whoever still shows it asks again and finds nothing.
    pub(super) fn forget(&self, id: &K) {
        self.each.update_value(|each| {
            each.remove(id);
        });
    }

    /// Whoever is told may name another thing at once, so the signals are taken out first.
    fn tell(&self, which: impl FnOnce(&BTreeMap<K, ArcTrigger>) -> Vec<ArcTrigger>) {
        self.each.with_value(which).notify();
        self.any.notify();
    }
}
