//! The queue in which deadlines wait: those of alarms, incidents, assignments, ladders, doors and silences.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Deadlines, next one first. Whoever holds it says how many it has at most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Deadlines<K: Ord>(BTreeSet<(Timestamp, K)>);

impl<K: Ord> Default for Deadlines<K> {
    fn default() -> Self {
        Self(BTreeSet::new())
    }
}

impl<K: Ord + Clone> Deadlines<K> {
    /// Something is due then.
    pub fn insert(&mut self, at: Timestamp, key: &K) {
        self.0.insert((at, key.clone()));
    }

    /// It is not due then.
    pub fn remove(&mut self, at: Timestamp, key: &K) {
        self.0.remove(&(at, key.clone()));
    }

    /// What is due next, and when.
    pub fn first(&self) -> Option<(Timestamp, &K)> {
        self.0.first().map(|(at, key)| (*at, key))
    }

    /// When something is due next.
    pub fn next_due_at(&self) -> Option<Timestamp> {
        self.first().map(|(at, _)| at)
    }

    /// What is due by now, longest overdue first.
    pub fn due(&self, now: Timestamp) -> impl Iterator<Item = &K> {
        let due = self.0.iter().take_while(move |(at, _)| *at <= now);
        due.map(|(_, key)| key)
    }

    /// Takes out what has been overdue for the longest time.
    pub fn take_due(&mut self, now: Timestamp) -> Option<(Timestamp, K)> {
        self.0.first().filter(|(at, _)| *at <= now)?;
        self.0.pop_first()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
