//! What only the server needs in order to decide. Follows the view, fact by fact.

use super::touched::Touched;
use super::view::{DoorState, View, keys};
use crate::alarm::{Alarm, Due, JoinedBy, Source};
use crate::fact::{Fact, FactBody};
use crate::ids::{AlarmId, AlarmTypeId, AreaId, DeviceId, PersonId};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How far back alarms are counted to tell a flood.
pub const FLOOD_WINDOW: Span = Span::from_secs(600);
/// New conditions that are remembered; more within the window change nothing about the flood.
const RECENT_MAX: usize = 50_000;
/// Least time between two alarms that come down from the shelf by themselves: fewer than ten in
/// ten minutes, so that their return alone is never a flood.
pub const SHELF_RETURN_EVERY: Span = Span::from_secs(67);

/// 开门超时: what a door that stands open for too long is called.
pub const DOOR_HELD: &str = "door_held";

/// Counters, running deadlines and the rows that repeats go to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Control {
    last_alarm: u32,
    /// Alarms that are not closed, by who reported what, and whether for a drill.
    /// At most one for each open alarm, see `OPEN_ALARMS_MAX`.
    #[serde(with = "super::pairs")]
    open: BTreeMap<(Source, AlarmTypeId, bool), AlarmId>,
    /// At most `OPEN_ALARMS_MAX`, and those of priority 1.
    open_alarms: BTreeSet<AlarmId>,
    /// Running deadlines of alarms but for shelves, next one first.
    /// At most one for each open alarm.
    due: BTreeSet<(Timestamp, AlarmId)>,
    /// When shelved alarms come down.
    /// At most `SHELVED_MAX`.
    shelves: BTreeSet<(Timestamp, AlarmId)>,
    /// When one last came down by itself.
    shelf_returned_at: Option<Timestamp>,
    /// When a new condition came to which alarm within [`FLOOD_WINDOW`], oldest first, at most
    /// [`RECENT_MAX`].
    recent: VecDeque<(Timestamp, AlarmId)>,
    /// Opened until then, a door is not forced.
    /// At most one for each door.
    granted: BTreeMap<DeviceId, Timestamp>,
    /// When open doors are held open.
    /// At most one for each door.
    held_due: BTreeSet<(Timestamp, DeviceId)>,
    /// Who is inside which watched areas, while on duty.
    /// At most one for each person and area of the estate.
    inside: BTreeMap<PersonId, BTreeSet<AreaId>>,
}

impl Control {
    /// The number of the next alarm.
    pub fn next_alarm(&self) -> AlarmId {
        AlarmId(self.last_alarm.saturating_add(1))
    }

    /// The open alarm into which a source's report of this family goes.
    pub fn open_alarm(
        &self,
        source: &Source,
        family: &AlarmTypeId,
        drill: bool,
    ) -> Option<AlarmId> {
        let key = (source.clone(), family.clone(), drill);
        self.open.get(&key).copied()
    }

    /// How many alarms are open.
    pub fn open_alarms(&self) -> usize {
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

    /// The next deadline of an alarm or a door.
    pub fn next_due_at(&self) -> Option<Timestamp> {
        let alarm = self.due.first().map(|(at, _)| *at);
        let door = self.held_due.first().map(|(at, _)| *at);
        let next_down = self.next_shelf().map(|(at, _)| at);
        alarm.into_iter().chain(door).chain(next_down).min()
    }

    /// The alarm that comes down from the shelf next, and when: one at a time, however many are
    /// due.
    pub fn next_shelf(&self) -> Option<(Timestamp, AlarmId)> {
        let (until, alarm) = self.shelves.first()?;
        let spaced = self.shelf_returned_at.map(|at| at + SHELF_RETURN_EVERY);
        Some((spaced.map_or(*until, |spaced| spaced.max(*until)), *alarm))
    }

    /// Alarms whose deadline has passed, longest overdue first.
    pub fn alarms_due(&self, now: Timestamp) -> impl Iterator<Item = AlarmId> + '_ {
        self.due
            .iter()
            .take_while(move |(due_at, _)| *due_at <= now)
            .map(|(_, id)| *id)
    }

    /// The door that has been open too long for the longest time.
    pub fn door_due(&self, now: Timestamp) -> Option<&DeviceId> {
        let first = self.held_due.first().filter(|(due_at, _)| *due_at <= now);
        first.map(|(_, door)| door)
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

    /// Whether a door may be opened at this moment.
    pub fn is_granted(&self, door: &DeviceId, at: Timestamp) -> bool {
        self.granted.get(door).is_some_and(|until| at <= *until)
    }

    /// The watched areas that a person is inside of.
    pub fn areas_of(&self, person: &PersonId) -> Option<&BTreeSet<AreaId>> {
        self.inside.get(person)
    }

    pub(super) fn follow(&mut self, fact: &Fact, touched: &Touched, view: &View) {
        let fits = |alarm| touched.alarms.iter().any(|change| change.id == alarm);
        match &fact.body {
            FactBody::AlarmRaised(body) => self.last_alarm = self.last_alarm.max(body.alarm.0),
            FactBody::AlarmSplit(body) => self.last_alarm = self.last_alarm.max(body.into.0),
            FactBody::AlarmUnshelved(body) if body.by.is_none() && fits(body.alarm) => {
                self.shelf_returned_at = Some(fact.recorded_at);
            }
            FactBody::DoorGranted(body) => {
                self.granted.insert(body.door.clone(), body.until);
            }
            FactBody::AreaEntered(body) => {
                let areas = self.inside.entry(body.person.clone()).or_default();
                areas.insert(body.area.clone());
            }
            FactBody::AreaLeft(body) => {
                if let Some(areas) = self.inside.get_mut(&body.person) {
                    areas.remove(&body.area);
                }
            }
            // Nobody is followed off duty: where they come from next time is not known.
            FactBody::PersonOffDuty(body) => drop(self.inside.remove(&body.person)),
            // What shares its cause with others is one condition, and no part of a flood.
            FactBody::AlarmJoined(body) if body.why != JoinedBy::Upstream && fits(body.alarm) => {
                self.recent.push_back((fact.recorded_at, body.alarm));
            }
            _ => {}
        }
        for change in &touched.alarms {
            if let Some(before) = &change.before {
                self.forget(before);
            } else if view
                .alarms
                .get(&change.id)
                .is_some_and(|alarm| alarm.source != Source::System)
            {
                self.recent.push_back((fact.recorded_at, change.id));
            }
            if let Some(alarm) = view.alarms.get(&change.id) {
                self.watch(alarm);
                for (source, family, _) in keys(alarm) {
                    if let (Source::Device(door), DOOR_HELD) = (&source, family.as_str()) {
                        self.forget_held(door, view);
                    }
                }
            }
        }
        for change in &touched.doors {
            if let Some(DoorState::Open { held_due_at, .. }) = change.before {
                self.held_due.remove(&(held_due_at, change.id.clone()));
            }
            if let Some(DoorState::Open { held_due_at, .. }) = view.doors.get(&change.id) {
                self.held_due.insert((*held_due_at, change.id.clone()));
                self.forget_held(&change.id, view);
            }
        }
        let oldest = fact.recorded_at - FLOOD_WINDOW;
        while self.recent.len() > RECENT_MAX
            || self.recent.front().is_some_and(|(at, _)| *at < oldest)
        {
            self.recent.pop_front();
        }
    }

    /// A door of which a row says that it is held open is not waited for any more.
    fn forget_held(&mut self, door: &DeviceId, view: &View) {
        let Some(DoorState::Open { held_due_at, .. }) = view.doors.get(door) else {
            return;
        };
        let source = Source::Device(door.clone());
        let row = AlarmTypeId::new(DOOR_HELD)
            .ok()
            .and_then(|family| self.open_alarm(&source, &family, false))
            .and_then(|id| view.alarms.get(&id));
        let is_held = |row: &Alarm| {
            let mut exists = row.existing_of(&source).iter();
            exists.any(|one| one.family.as_str() == DOOR_HELD)
        };
        if row.is_some_and(is_held) {
            self.held_due.remove(&(*held_due_at, door.clone()));
        }
    }

    fn forget(&mut self, alarm: &Alarm) {
        self.open_alarms.remove(&alarm.id);
        for key in keys(alarm) {
            if self.open.get(&key) == Some(&alarm.id) {
                self.open.remove(&key);
            }
        }
        match alarm.next_due() {
            Some((at, Due::Shelf)) => self.shelves.remove(&(at, alarm.id)),
            Some((at, _)) => self.due.remove(&(at, alarm.id)),
            None => false,
        };
    }

    fn watch(&mut self, alarm: &Alarm) {
        if !alarm.is_closed() {
            self.open_alarms.insert(alarm.id);
            for key in keys(alarm) {
                self.open.insert(key, alarm.id);
            }
        }
        match alarm.next_due() {
            Some((at, Due::Shelf)) => self.shelves.insert((at, alarm.id)),
            Some((at, _)) => self.due.insert((at, alarm.id)),
            None => false,
        };
    }
}
