//! The signals of one kind of thing: one for each thing, and one for the list of all.

use castellan_domain::subject::Change;
use castellan_domain::view::View;
use leptos::prelude::*;
use leptos::reactive::signal::{ArcTrigger, Trigger};
use std::collections::BTreeMap;

/// Tells views of one kind of thing what changed.
pub struct Watched<K: 'static, V: 'static> {
    things: fn(&View) -> &BTreeMap<K, V>,
    /// At most one for each thing that a view has named.
    each: StoredValue<BTreeMap<K, ArcTrigger>, LocalStorage>,
    any: Trigger,
}

impl<K: Ord + Clone, V> Watched<K, V> {
    pub(super) fn new(things: fn(&View) -> &BTreeMap<K, V>) -> Self {
        Self {
            things,
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

    pub(super) fn find<'a>(&self, view: &'a View, id: &K) -> Option<&'a V> {
        (self.things)(view).get(id)
    }

    /// `view` is the state after these changes.
    pub(super) fn changed(&self, changes: &[Change<K, V>], view: &View) {
        if changes.is_empty() {
            return;
        }
        self.tell(|each| {
            let ids = changes.iter().map(|change| &change.id);
            ids.filter_map(|id| each.get(id).cloned()).collect()
        });
        // Whoever still shows what is gone asks again, and finds nothing.
        self.each.update_value(|each| {
            for change in changes {
                if self.find(view, &change.id).is_none() {
                    each.remove(&change.id);
                }
            }
        });
    }

    pub(super) fn all_changed(&self, view: &View) {
        self.tell(|each| each.values().cloned().collect());
        self.each
            .update_value(|each| each.retain(|id, _| self.find(view, id).is_some()));
    }

    /// Whoever is told may name another thing at once, so the signals are taken out first.
    fn tell(&self, which: impl FnOnce(&BTreeMap<K, ArcTrigger>) -> Vec<ArcTrigger>) {
        self.each.with_value(which).notify();
        self.any.notify();
    }
}
