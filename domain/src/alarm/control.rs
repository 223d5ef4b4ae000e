//! What only the server needs to know of alarms.

use super::deadline::Due;
use super::fact::AlarmFact;
use super::sources::{JoinedBy, Source};
use super::state::Alarm;
use crate::deadlines::Deadlines;
use crate::fact::{Fact, FactBody};
use crate::ids::{AlarmId, AlarmTypeId};
use crate::time::{Span, Timestamp};
use crate::view::{Touched, View};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How far back alarms are counted to tell a flood.
pub const FLOOD_WINDOW: Span = Span::from_secs(600);
/// New conditions that are remembered; more within the window change nothing about the flood.
const RECENT_MAX: usize = 50_000;
/// Least time between two alarms that come down from the shelf by themselves: fewer than ten in
/// ten minutes, so that their return alone is never a flood.
pub const SHELF_RETURN_EVERY: Span = Span::from_secs(67);

/// The number of the last row, running deadlines, and the rows that repeats go to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AlarmControl {
    last: u32,
    /// Alarms that are not closed, by who reported what, and whether for a drill.
    /// At most one for each open alarm, see `OPEN_ALARMS_MAX`.
    #[serde(with = "crate::serial::pairs")]
    open: BTreeMap<(Source, AlarmTypeId, bool), AlarmId>,
    /// At most `OPEN_ALARMS_MAX`, and those of priority 1.
    open_alarms: BTreeSet<AlarmId>,
    /// Running deadlines of alarms but for shelves.
    /// At most one for each open alarm.
    due: Deadlines<AlarmId>,
    /// When shelved alarms come down.
    /// At most `SHELVED_MAX`.
    shelves: Deadlines<AlarmId>,
    /// When one last came down by itself.
    shelf_returned_at: Option<Timestamp>,
    /// When a new condition came to which alarm within [`FLOOD_WINDOW`], oldest first, at most
    /// [`RECENT_MAX`].
    recent: VecDeque<(Timestamp, AlarmId)>,
}

impl AlarmControl {
    /// The number of the next alarm.
    pub fn next(&self) -> AlarmId {
        AlarmId(self.last.saturating_add(1))
    }

    /// The open alarm into which a source's report of this family goes.
    pub fn row_of(&self, source: &Source, family: &AlarmTypeId, drill: bool) -> Option<AlarmId> {
        let key = (source.clone(), family.clone(), drill);
        self.open.get(&key).copied()
    }

    /// How many alarms are open.
    pub fn open_count(&self) -> usize {
        self.open_alarms.len()
    }

    /// Which alarms are open, oldest first.
    pub fn open(&self) -> impl DoubleEndedIterator<Item = AlarmId> + '_ {
        self.open_alarms.iter().copied()
    }

    /// How many alarms are shelved.
    pub fn shelved(&self) -> usize {
        self.shelves.len()
    }

    /// The next deadline of an alarm that is not shelved.
    pub fn next_due_at(&self) -> Option<Timestamp> {
        self.due.next_due_at()
    }

    /// The alarm that comes down from the shelf next, and when: one at a time, however many are
    /// due.
    pub fn next_shelf(&self) -> Option<(Timestamp, AlarmId)> {
        let (until, alarm) = self.shelves.first()?;
        let spaced = self.shelf_returned_at.map(|at| at + SHELF_RETURN_EVERY);
        Some((spaced.map_or(until, |spaced| spaced.max(until)), *alarm))
    }

    /// Alarms whose deadline has passed, longest overdue first.
    pub fn due(&self, now: Timestamp) -> impl Iterator<Item = AlarmId> + '_ {
        self.due.due(now).copied()
    }

    /// When a new condition came to which alarm, oldest first, as far back as [`FLOOD_WINDOW`].
    pub fn recent(&self) -> impl DoubleEndedIterator<Item = (Timestamp, AlarmId)> + '_ {
        self.recent.iter().copied()
    }

    /// How many new conditions came within the last [`FLOOD_WINDOW`].
    pub fn came(&self, now: Timestamp) -> usize {
        let oldest = now - FLOOD_WINDOW;
        self.recent.len() - self.recent.partition_point(|(at, _)| *at < oldest)
    }

    /// When so many new conditions have left the window that fewer than `still` are in it. Nothing
    /// if fewer are remembered.
    pub fn fewer_than_at(&self, still: usize) -> Option<Timestamp> {
        let leaving = self.recent.len().checked_sub(still)?;
        let (at, _) = self.recent.get(leaving)?;
        Some(*at + FLOOD_WINDOW + Span::from_micros(1))
    }

    pub(crate) fn follow(&mut self, fact: &Fact, touched: &Touched, view: &View) {
        if let FactBody::Alarm(body) = &fact.body {
            self.count(fact.recorded_at, body, touched);
        }
        for change in &touched.alarms {
            let now = view.alarms.get(&change.id);
            match (&change.before, now) {
                (Some(before), _) => self.forget(before),
                (None, Some(row)) if row.source != Source::System => {
                    self.recent.push_back((fact.recorded_at, change.id));
                }
                (None, _) => {}
            }
            if let Some(row) = now {
                self.watch(row);
            }
        }
        let oldest = fact.recorded_at - FLOOD_WINDOW;
        while self.recent.len() > RECENT_MAX
            || self.recent.front().is_some_and(|(at, _)| *at < oldest)
        {
            self.recent.pop_front();
        }
    }

    fn count(&mut self, at: Timestamp, fact: &AlarmFact, touched: &Touched) {
        let fits = |alarm| touched.alarms.iter().any(|change| change.id == alarm);
        if let AlarmFact::Raised(body) = fact {
            self.last = self.last.max(body.alarm.0);
        }
        if let AlarmFact::Split(body) = fact {
            self.last = self.last.max(body.into.0);
        }
        if let AlarmFact::Unshelved(body) = fact
            && body.by.is_none()
            && fits(body.alarm)
        {
            self.shelf_returned_at = Some(at);
        }
        // What shares its cause with others is one condition, and no part of a flood.
        if let AlarmFact::Joined(body) = fact
            && body.why != JoinedBy::Upstream
            && fits(body.alarm)
        {
            self.recent.push_back((at, body.alarm));
        }
    }

    fn forget(&mut self, alarm: &Alarm) {
        self.open_alarms.remove(&alarm.id);
        for key in alarm.keys() {
            if self.open.get(&key) == Some(&alarm.id) {
                self.open.remove(&key);
            }
        }
        match alarm.next_due() {
            Some((at, Due::Shelf)) => self.shelves.remove(at, &alarm.id),
            Some((at, _)) => self.due.remove(at, &alarm.id),
            None => {}
        }
    }

    fn watch(&mut self, alarm: &Alarm) {
        if !alarm.is_closed() {
            self.open_alarms.insert(alarm.id);
            for key in alarm.keys() {
                self.open.insert(key, alarm.id);
            }
        }
        match alarm.next_due() {
            Some((at, Due::Shelf)) => self.shelves.insert(at, &alarm.id),
            Some((at, _)) => self.due.insert(at, &alarm.id),
            None => {}
        }
    }
}
