//! One moment for each of many, and which of them comes first.

use crate::deadlines::Deadlines;
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// When to look at which of them: one moment each.
#[derive(Debug)]
pub(super) struct Timers<K: Ord> {
    /// At most one for each person or device of the estate: who has none is taken out.
    by_key: BTreeMap<K, Timestamp>,
    /// At most one for each key.
    by_time: Deadlines<K>,
}

impl<K: Ord> Default for Timers<K> {
    fn default() -> Self {
        Self {
            by_key: BTreeMap::new(),
            by_time: Deadlines::default(),
        }
    }
}

impl<K: Ord + Clone> Timers<K> {
    /// Looks at it then, and not when it was meant to before.
    pub(super) fn set(&mut self, key: &K, at: Timestamp) {
        if let Some(before) = self.by_key.insert(key.clone(), at) {
            self.by_time.remove(before, key);
        }
        self.by_time.insert(at, key);
    }

    /// When the first one is due.
    pub(super) fn next_due_at(&self) -> Option<Timestamp> {
        self.by_time.next_due_at()
    }

    /// The first one that is due by now. It is not due again until it is set.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<K> {
        let (_, key) = self.by_time.take_due(now)?;
        self.by_key.remove(&key);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_due_once_at_the_moment_that_was_set_last() {
        let at = Timestamp::from_secs;
        let mut timers = Timers::default();
        timers.set(&"a", at(10));
        timers.set(&"b", at(20));
        timers.set(&"a", at(30));
        assert_eq!(timers.next_due_at(), Some(at(20)));
        assert_eq!(timers.take_due(at(19)), None);
        assert_eq!(timers.take_due(at(40)), Some("b"));
        assert_eq!(timers.take_due(at(40)), Some("a"));
        assert_eq!(timers.take_due(at(40)), None);
        assert_eq!(timers.next_due_at(), None);
    }
}
