//! What only the server needs to know of doors.

use super::fact::DoorFact;
use super::state::{DOOR_HELD, DoorState};
use crate::alarm::control::AlarmControl;
use crate::alarm::{Alarm, Source};
use crate::deadlines::Deadlines;
use crate::fact::{Fact, FactBody};
use crate::ids::{AlarmTypeId, DeviceId};
use crate::time::Timestamp;
use crate::view::{Touched, View};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who was let through, and which doors stand open for too long when.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DoorControl {
    /// Opened until then, a door is not forced.
    /// At most one for each door.
    granted: BTreeMap<DeviceId, Timestamp>,
    /// When open doors are held open.
    /// At most one for each door.
    held_due: Deadlines<DeviceId>,
}

impl DoorControl {
    /// When the next door is held open.
    pub fn next_due_at(&self) -> Option<Timestamp> {
        self.held_due.next_due_at()
    }

    /// The door that has been open too long for the longest time.
    pub fn due(&self, now: Timestamp) -> Option<&DeviceId> {
        self.held_due.due(now).next()
    }

    /// Whether a door may be opened at this moment.
    pub fn is_granted(&self, door: &DeviceId, at: Timestamp) -> bool {
        self.granted.get(door).is_some_and(|until| at <= *until)
    }

    /// Follows a fact, after the alarms' own control.
    pub(crate) fn follow(
        &mut self,
        fact: &Fact,
        touched: &Touched,
        view: &View,
        alarms: &AlarmControl,
    ) {
        if let FactBody::Door(DoorFact::Granted(body)) = &fact.body {
            self.granted.insert(body.door.clone(), body.until);
        }
        let rows = touched.alarms.iter();
        let rows = rows.filter_map(|change| view.alarms.get(&change.id));
        for row in rows {
            for (source, family, _) in row.keys() {
                if let (Source::Device(door), DOOR_HELD) = (&source, family.as_str()) {
                    self.forget_held(door, view, alarms);
                }
            }
        }
        for change in &touched.doors {
            if let Some(DoorState::Open { held_due_at, .. }) = change.before {
                self.held_due.remove(held_due_at, &change.id);
            }
            if let Some(DoorState::Open { held_due_at, .. }) = view.doors.get(&change.id) {
                self.held_due.insert(*held_due_at, &change.id);
                self.forget_held(&change.id, view, alarms);
            }
        }
    }

    /// A door of which a row says that it is held open is not waited for any more.
    fn forget_held(&mut self, door: &DeviceId, view: &View, alarms: &AlarmControl) {
        let Some(DoorState::Open { held_due_at, .. }) = view.doors.get(door) else {
            return;
        };
        let source = Source::Device(door.clone());
        let row = AlarmTypeId::new(DOOR_HELD)
            .ok()
            .and_then(|family| alarms.row_of(&source, &family, false))
            .and_then(|id| view.alarms.get(&id));
        let is_held = |row: &Alarm| {
            let mut exists = row.existing_of(&source).iter();
            exists.any(|one| one.family.as_str() == DOOR_HELD)
        };
        if row.is_some_and(is_held) {
            self.held_due.remove(*held_due_at, door);
        }
    }
}
