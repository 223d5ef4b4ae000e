//! The order of the queue, and the promise that it never moves under the hand.
//!
//! While somebody points at the queue, rows stay where they are and arrivals gather beside it.
//! When the hand is gone, everything falls into order at once.

use super::marks::has_marks;
use castellan_domain::alarm::Alarm;
use castellan_domain::estate::Priority;
use castellan_domain::ids::AlarmId;
use castellan_domain::view::View;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Rows of the closed list at most; older ones are in the record.
pub const CLOSED_ROWS_MAX: usize = 100;

/// What the queue shows, from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Queue {
    /// Rows that need somebody.
    pub rows: Vec<AlarmId>,
    /// Came while the queue was held; newest last.
    pub arrivals: Vec<AlarmId>,
    /// Rows with a line for their marks. It neither comes nor goes under the hand, because it would
    /// push the rows below.
    pub marked: BTreeSet<AlarmId>,
    /// 限时挂起, the one that comes back first on top.
    pub shelved: Vec<AlarmId>,
    /// 已判定·未恢复
    pub judged_active: Vec<AlarmId>,
    /// Nothing left to do, the last one first, at most [`CLOSED_ROWS_MAX`].
    pub closed: Vec<AlarmId>,
}

impl Queue {
    /// The queue after the state changed. `held`: a hand is on it.
    #[must_use]
    pub fn updated(&self, view: &View, held: bool) -> Self {
        let needs_somebody = |alarm: &&Alarm| alarm.is_annunciated();
        let mut open: Vec<&Alarm> = view.alarms.values().filter(needs_somebody).collect();
        open.sort_by_key(|alarm| urgency(alarm));
        let (rows, arrivals) = if held {
            let mut kept = self.rows.clone();
            // A row that was judged or shelved meanwhile stays, or those below it would move.
            kept.retain(|id| view.alarms.contains_key(id));
            let mut new: Vec<AlarmId> = open
                .iter()
                .map(|alarm| alarm.id)
                .filter(|id| !kept.contains(id))
                .collect();
            new.sort_unstable();
            (kept, new)
        } else {
            (open.iter().map(|alarm| alarm.id).collect(), Vec::new())
        };
        let marked = if held {
            self.marked.clone()
        } else {
            let marked = open.iter().filter(|alarm| has_marks(alarm));
            marked.map(|alarm| alarm.id).collect()
        };
        let in_rows: BTreeSet<AlarmId> = rows.iter().copied().collect();
        let mut shelved: Vec<_> = view
            .alarms
            .values()
            .filter(|alarm| !alarm.is_judged() && !in_rows.contains(&alarm.id))
            .filter_map(|alarm| Some((alarm.shelf.as_ref()?.until, alarm.id)))
            .collect();
        shelved.sort_unstable();
        let judged_active = view
            .alarms
            .values()
            .filter(|alarm| alarm.is_judged() && alarm.is_active() && !in_rows.contains(&alarm.id))
            .map(|alarm| alarm.id)
            .collect();
        let mut closed: Vec<&Alarm> = view
            .alarms
            .values()
            .filter(|alarm| alarm.is_closed() && !in_rows.contains(&alarm.id))
            .collect();
        closed.sort_by_key(|alarm| Reverse(alarm.version));
        closed.truncate(CLOSED_ROWS_MAX);
        Self {
            rows,
            arrivals,
            marked,
            shelved: shelved.into_iter().map(|(_, id)| id).collect(),
            judged_active,
            closed: closed.iter().map(|alarm| alarm.id).collect(),
        }
    }

    /// The newest alarm that needs somebody.
    pub fn newest(&self) -> Option<AlarmId> {
        self.rows.iter().chain(&self.arrivals).copied().max()
    }

    /// The row after or before another.
    pub fn neighbour(&self, from: Option<AlarmId>, step: isize) -> Option<AlarmId> {
        let at = from.and_then(|id| self.rows.iter().position(|row| *row == id));
        match at {
            Some(at) => self.rows.get(at.checked_add_signed(step)?).copied(),
            None if step > 0 => self.rows.first().copied(),
            None => self.rows.last().copied(),
        }
    }
}

/// Most urgent first; among equals what is no drill, then what nobody has or has seen, then the
/// oldest.
fn urgency(alarm: &Alarm) -> (Priority, bool, bool, AlarmId) {
    let seen = alarm.owner().is_some() || alarm.acknowledged.is_some();
    (alarm.priority, alarm.drill, seen, alarm.id)
}

/// How many alarms of each priority need somebody.
pub fn counts(view: &View) -> [usize; 4] {
    Priority::ALL.map(|priority| {
        view.alarms
            .values()
            .filter(|alarm| alarm.priority == priority && alarm.is_annunciated())
            .count()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, acknowledged, claimed, judged, raised, shelved, view};
    use castellan_domain::time::Span;

    #[test]
    fn the_most_urgent_unowned_alarm_stands_first() {
        let view = view([
            raised(1, 3),
            raised(2, 1),
            claimed(raised(3, 1)),
            raised(4, 1),
            raised(5, 2),
        ]);
        let queue = Queue::default().updated(&view, false);
        let numbers: Vec<u32> = queue.rows.iter().map(|id| id.0).collect();
        assert_eq!(numbers, [2, 4, 3, 5, 1]);
        assert_eq!(counts(&view), [3, 1, 1, 0]);
        assert_eq!(queue.newest(), Some(AlarmId(5)));
    }

    #[test]
    fn what_was_seen_and_what_is_a_drill_stand_behind_their_equals() {
        let mut drill = raised(1, 3);
        drill.drill = true;
        let view = view([
            drill,
            acknowledged(raised(2, 3)),
            raised(3, 3),
            raised(4, 4),
        ]);
        let queue = Queue::default().updated(&view, false);
        let numbers: Vec<u32> = queue.rows.iter().map(|id| id.0).collect();
        assert_eq!(numbers, [3, 2, 1, 4]);
    }

    #[test]
    fn the_shelf_is_not_the_queue() {
        let until = |secs| START + Span::from_secs(secs);
        let view = view([
            shelved(raised(1, 3), until(900)),
            shelved(raised(2, 4), until(600)),
            raised(3, 4),
        ]);
        let queue = Queue::default().updated(&view, false);
        assert_eq!(queue.rows, [AlarmId(3)]);
        assert_eq!(queue.shelved, [AlarmId(2), AlarmId(1)]);
        assert_eq!(counts(&view), [0, 0, 0, 1]);
        assert!(queue.closed.is_empty() && queue.judged_active.is_empty());
    }

    #[test]
    fn a_line_of_marks_waits_until_the_hand_is_gone() {
        let before = Queue::default().updated(&view([claimed(raised(1, 3)), raised(2, 3)]), false);
        assert_eq!(before.marked, BTreeSet::from([AlarmId(1)]));
        let now = view([raised(1, 3), claimed(raised(2, 3))]);
        assert_eq!(before.updated(&now, true).marked, before.marked);
        let released = before.updated(&now, false);
        assert_eq!(released.marked, BTreeSet::from([AlarmId(2)]));
    }

    #[test]
    fn nothing_moves_under_the_hand() {
        let before = Queue::default().updated(&view([raised(1, 3), raised(2, 3)]), false);
        let now = view([judged(raised(1, 3)), raised(2, 3), raised(3, 1)]);
        let held = before.updated(&now, true);
        assert_eq!(held.rows, before.rows);
        assert_eq!(held.arrivals, [AlarmId(3)]);
        let released = held.updated(&now, false);
        assert_eq!(released.rows, [AlarmId(3), AlarmId(2)]);
        assert!(released.arrivals.is_empty());
        assert_eq!(released.judged_active, [AlarmId(1)]);
    }

    #[test]
    fn the_arrow_keys_walk_the_rows_and_stop_at_the_ends() {
        let queue = Queue::default().updated(&view([raised(1, 1), raised(2, 2)]), false);
        assert_eq!(queue.neighbour(None, 1), Some(AlarmId(1)));
        assert_eq!(queue.neighbour(Some(AlarmId(1)), 1), Some(AlarmId(2)));
        assert_eq!(queue.neighbour(Some(AlarmId(2)), 1), None);
        assert_eq!(queue.neighbour(Some(AlarmId(1)), -1), None);
    }
}
