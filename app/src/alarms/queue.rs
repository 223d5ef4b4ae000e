//! The order of the queue, and the promise that it never moves under the hand.
//!
//! While somebody points at the queue, rows stay where they are and arrivals gather beside it.
//! When the hand is gone, everything falls into order at once.

use super::filter::Filter;
use super::standing::{is_listed, is_unowned, open_incident};
use crate::keys::End;
use castellan_domain::alarm::{Alarm, Source};
use castellan_domain::estate::Priority;
use castellan_domain::geo::distance_m;
use castellan_domain::ids::{AlarmId, PersonId};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Alarms no further apart than this are at one place, on the map as well.
pub const HERE_M: f64 = 8.0;
/// Alarms at one place that are listed at most; the queue has all of them.
pub const HERE_MAX: usize = 20;
/// Rows of the closed list at most; older ones are in the record.
pub const CLOSED_ROWS_MAX: usize = 100;

/// Who wants to see what of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sieve {
    /// What is wanted.
    pub filter: Filter,
    /// Who looks.
    pub me: Option<PersonId>,
}

impl Sieve {
    fn lets_through(&self, view: &View, alarm: &Alarm) -> bool {
        let incident = open_incident(view, alarm);
        self.filter.lets_through(alarm, incident, self.me.as_ref())
    }
}

/// What the queue shows, from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Queue {
    /// By what it is filtered.
    pub sieve: Sieve,
    /// Rows that need somebody, or are part of an incident that is not closed.
    pub rows: Vec<AlarmId>,
    /// Came while the queue was held; newest last.
    pub arrivals: Vec<AlarmId>,
    /// Need somebody, and the filter leaves them out; the most urgent first.
    pub left_out: Vec<AlarmId>,
    /// 限时挂起, the one that comes back first on top.
    pub shelved: Vec<AlarmId>,
    /// 已判定·未恢复
    pub judged_active: Vec<AlarmId>,
    /// Nothing left to do, the last one first, at most [`CLOSED_ROWS_MAX`].
    pub closed: Vec<AlarmId>,
}

impl Queue {
    /// The queue after the state or the filter changed. `held`: a hand is on it. Whoever filters
    /// wants other rows at once, and where no row is, none moves.
    #[must_use]
    pub fn updated(&self, view: &View, sieve: Sieve, held: bool) -> Self {
        let held = held && sieve == self.sieve && !self.rows.is_empty();
        let listed = view.alarms.values().filter(|alarm| is_listed(view, alarm));
        let mut open: Vec<&Alarm> = listed.collect();
        open.sort_by_key(|alarm| urgency(view, alarm));
        let (open, left_out): (Vec<&Alarm>, Vec<&Alarm>) = open
            .into_iter()
            .partition(|alarm| sieve.lets_through(view, alarm));
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
        let in_rows: BTreeSet<AlarmId> = rows.iter().copied().collect();
        let left_out = left_out.into_iter().map(|alarm| alarm.id);
        let left_out = left_out.filter(|id| !in_rows.contains(id)).collect();
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
            sieve,
            rows,
            arrivals,
            left_out,
            shelved: shelved.into_iter().map(|(_, id)| id).collect(),
            judged_active,
            closed: closed.iter().map(|alarm| alarm.id).collect(),
        }
    }

    /// The newest alarm that needs somebody.
    pub fn newest(&self) -> Option<AlarmId> {
        let shown = self.rows.iter().chain(&self.arrivals);
        shown.chain(&self.left_out).copied().max()
    }

    /// The first row, or the last one.
    pub fn end(&self, end: End) -> Option<AlarmId> {
        match end {
            End::First => self.rows.first(),
            End::Last => self.rows.last(),
        }
        .copied()
    }

    /// Where the arrow down goes from nothing: to the alarm that is shown as the most urgent one while nothing is
    /// selected, else to the first row.
    pub fn begin(&self, top: Option<AlarmId>) -> Option<AlarmId> {
        top.or_else(|| self.end(End::First))
    }

    /// The row so many rows after or before another, or the last one on that way.
    pub fn neighbour(&self, from: Option<AlarmId>, step: isize) -> Option<AlarmId> {
        let last = self.rows.len().checked_sub(1)?;
        let at = from.and_then(|id| self.rows.iter().position(|row| *row == id));
        let to = match at {
            Some(at) => at.saturating_add_signed(step).min(last),
            None if step > 0 => 0,
            None => last,
        };
        self.rows.get(to).copied().filter(|row| Some(*row) != from)
    }
}

/// Most urgent first; among equals what is no drill, then what nobody has or has seen, then the
/// oldest.
fn urgency(view: &View, alarm: &Alarm) -> (Priority, bool, bool, AlarmId) {
    let seen = !is_unowned(alarm, open_incident(view, alarm));
    (alarm.priority, alarm.drill, seen, alarm.id)
}

/// The most urgent alarm that nobody has.
pub fn top_unowned(view: &View) -> Option<AlarmId> {
    next_unowned(view, None)
}

/// The same, but for the one that somebody is looking at.
pub fn next_unowned(view: &View, selected: Option<AlarmId>) -> Option<AlarmId> {
    let mut unowned = unowned(view).into_iter();
    unowned.find(|id| Some(*id) != selected)
}

/// What nobody has and nobody has seen, the most urgent first.
pub fn unowned(view: &View) -> Vec<AlarmId> {
    let is_so = |alarm: &&Alarm| is_unowned(alarm, open_incident(view, alarm));
    let mut unowned: Vec<&Alarm> = view.alarms.values().filter(is_so).collect();
    unowned.sort_by_key(|alarm| urgency(view, alarm));
    unowned.into_iter().map(|alarm| alarm.id).collect()
}

/// How many alarms came within a while before `now`: what is too much is a matter of this.
pub fn came_within(view: &View, span: Span, now: Timestamp) -> usize {
    let came = view.alarms.values().filter(|alarm| {
        alarm.source != Source::System && !alarm.drill && now.since(alarm.raised_at) <= span
    });
    came.count()
}

/// The alarms at the place of another that are not over, itself among them, the most urgent on top;
/// none if it is alone there.
pub fn at_its_place(view: &View, id: AlarmId) -> Vec<AlarmId> {
    let point = |alarm: &Alarm| alarm.place.point().filter(|_| !alarm.is_closed());
    let Some(at) = view.alarms.get(&id).and_then(point) else {
        return Vec::new();
    };
    let is_here =
        |alarm: &&Alarm| point(alarm).is_some_and(|other| distance_m(at, other) <= HERE_M);
    let mut here: Vec<&Alarm> = view.alarms.values().filter(is_here).collect();
    here.sort_by_key(|alarm| (alarm.owner().is_some(), urgency(view, alarm)));
    here.truncate(HERE_MAX);
    if here.len() < 2 {
        return Vec::new();
    }
    here.into_iter().map(|alarm| alarm.id).collect()
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

    fn arranged(view: &View) -> Queue {
        Queue::default().updated(view, Sieve::default(), false)
    }

    #[test]
    fn the_most_urgent_unowned_alarm_stands_first() {
        let view = view([
            raised(1, 3),
            raised(2, 1),
            claimed(raised(3, 1)),
            raised(4, 1),
            raised(5, 2),
        ]);
        let queue = arranged(&view);
        let numbers: Vec<u32> = queue.rows.iter().map(|id| id.0).collect();
        assert_eq!(numbers, [2, 4, 3, 5, 1]);
        assert_eq!(counts(&view), [3, 1, 1, 0]);
        assert_eq!(queue.newest(), Some(AlarmId(5)));
    }

    #[test]
    fn the_arrow_down_begins_with_what_is_shown_as_the_most_urgent() {
        let view = view([claimed(raised(1, 1)), raised(2, 2)]);
        let queue = arranged(&view);
        assert_eq!(queue.end(End::First), Some(AlarmId(1)));
        assert_eq!(queue.begin(top_unowned(&view)), Some(AlarmId(2)));
        assert_eq!(queue.begin(None), Some(AlarmId(1)));
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
        let queue = arranged(&view);
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
        let queue = arranged(&view);
        assert_eq!(queue.rows, [AlarmId(3)]);
        assert_eq!(queue.shelved, [AlarmId(2), AlarmId(1)]);
        assert_eq!(counts(&view), [0, 0, 0, 1]);
        assert!(queue.closed.is_empty() && queue.judged_active.is_empty());
    }

    #[test]
    fn nothing_moves_under_the_hand() {
        let before = arranged(&view([raised(1, 3), raised(2, 3)]));
        let now = view([judged(raised(1, 3)), raised(2, 3), raised(3, 1)]);
        let held = before.updated(&now, Sieve::default(), true);
        assert_eq!(held.rows, before.rows);
        assert_eq!(held.arrivals, [AlarmId(3)]);
        let released = held.updated(&now, Sieve::default(), false);
        assert_eq!(released.rows, [AlarmId(3), AlarmId(2)]);
        assert!(released.arrivals.is_empty());
        assert_eq!(released.judged_active, [AlarmId(1)]);
    }

    #[test]
    fn what_waits_for_nobody_in_particular_is_the_most_urgent_that_nobody_has() {
        let all = view([
            claimed(raised(1, 1)),
            raised(2, 3),
            raised(3, 2),
            judged(raised(4, 1)),
        ]);
        assert_eq!(top_unowned(&all), Some(AlarmId(3)));
        assert_eq!(top_unowned(&view([claimed(raised(1, 1))])), None);
    }

    #[test]
    fn alarms_at_one_place_are_listed_together_the_most_urgent_on_top() {
        let all = view([raised(1, 3), claimed(raised(2, 1)), raised(3, 2)]);
        let ids = [AlarmId(3), AlarmId(1), AlarmId(2)];
        assert_eq!(at_its_place(&all, AlarmId(1)), ids);
        assert_eq!(at_its_place(&all, AlarmId(2)), ids);
        assert!(at_its_place(&view([raised(1, 3)]), AlarmId(1)).is_empty());
        assert!(at_its_place(&all, AlarmId(9)).is_empty());
    }

    #[test]
    fn a_hand_on_an_empty_queue_holds_nothing_back() {
        let first = view([raised(1, 1)]);
        let queue = Queue::default().updated(&first, Sieve::default(), true);
        assert_eq!(queue.rows, [AlarmId(1)]);
        assert!(queue.arrivals.is_empty());
    }

    #[test]
    fn the_arrow_keys_walk_the_rows_and_stop_at_the_ends() {
        let queue = arranged(&view([raised(1, 1), raised(2, 2), raised(3, 3)]));
        assert_eq!(queue.neighbour(None, 1), Some(AlarmId(1)));
        assert_eq!(queue.neighbour(None, -8), Some(AlarmId(3)));
        assert_eq!(queue.neighbour(Some(AlarmId(1)), 1), Some(AlarmId(2)));
        assert_eq!(
            queue.neighbour(Some(AlarmId(1)), 8),
            Some(AlarmId(3)),
            "a page"
        );
        assert_eq!(queue.neighbour(Some(AlarmId(3)), 1), None);
        assert_eq!(queue.neighbour(Some(AlarmId(1)), -1), None);
        assert_eq!(queue.end(End::First), Some(AlarmId(1)));
        assert_eq!(queue.end(End::Last), Some(AlarmId(3)));
        assert_eq!(Queue::default().neighbour(None, 1), None);
    }

    #[test]
    fn what_a_filter_leaves_out_is_still_known_to_be_there() {
        let sieve = |priority| Sieve {
            filter: Filter {
                priority: Priority::try_from(priority).ok(),
                ..Filter::default()
            },
            me: None,
        };
        let now = view([raised(1, 3), raised(2, 1), raised(3, 3)]);
        let third = Queue::default().updated(&now, sieve(3), false);
        assert_eq!(third.rows, [AlarmId(1), AlarmId(3)]);
        assert_eq!(third.left_out, [AlarmId(2)]);
        let now = view([raised(1, 3), raised(2, 1), raised(3, 3), raised(4, 1)]);
        let held = third.updated(&now, sieve(3), true);
        assert_eq!(held.left_out, [AlarmId(2), AlarmId(4)]);
        assert_eq!(
            held.newest(),
            Some(AlarmId(4)),
            "a key leads there all the same"
        );
        let first = held.updated(&now, sieve(1), true);
        assert_eq!(
            first.rows,
            [AlarmId(2), AlarmId(4)],
            "filtered under the hand"
        );
        assert_eq!(first.left_out, [AlarmId(1), AlarmId(3)]);
    }
}
