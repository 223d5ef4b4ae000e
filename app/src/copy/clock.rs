//! Server time as this page knows it, and who waits for a moment of it.

use castellan_domain::time::Timestamp;
use leptos::prelude::*;
use leptos::reactive::signal::ArcTrigger;
use std::collections::BTreeMap;

/// The clock lets ages grow, once a second. What changes at a moment and not with its age waits for
/// that moment.
pub(super) struct Clock {
    now: RwSignal<Timestamp>,
    /// At most one for each moment to come that a view waits for.
    waited_for: StoredValue<BTreeMap<Timestamp, ArcTrigger>, LocalStorage>,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self {
            now: RwSignal::new(Timestamp::default()),
            waited_for: StoredValue::new_local(BTreeMap::new()),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now.get()
    }

    pub(super) fn now_untracked(&self) -> Timestamp {
        self.now.get_untracked()
    }

    pub(super) fn wait_for(&self, at: Timestamp) {
        if self.now_untracked() >= at {
            return;
        }
        let signal = self
            .waited_for
            .try_update_value(|moments| moments.entry(at).or_default().clone());
        if let Some(signal) = signal {
            signal.track();
        }
    }

    pub(super) fn set(&self, now: Timestamp) {
        self.now.set(now);
        let passed = self.waited_for.try_update_value(|moments| {
            let mut passed = Vec::new();
            while let Some(first) = moments.first_entry().filter(|first| *first.key() <= now) {
                passed.push(first.remove());
            }
            passed
        });
        passed.unwrap_or_default().notify();
    }
}
