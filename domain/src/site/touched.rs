//! What one fact changed: ids with what was there before. It drives everything downstream.

use super::people::PersonState;
use super::view::{DoorState, ZoneState};
use crate::actuation::ActuationState;
use crate::alarm::Alarm;
use crate::ids::{AlarmId, DeviceId, PersonId, PhoneId, ZoneId};

/// Something that came, changed or left.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<K, V> {
    /// Which one.
    pub id: K,
    /// What it was; nothing if it is new.
    pub before: Option<V>,
}

/// An alarm that a fact changed.
pub type TouchedAlarm = Change<AlarmId, Alarm>;

/// What one fact changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Touched {
    /// Alarms.
    pub alarms: Vec<TouchedAlarm>,
    /// People.
    pub people: Vec<Change<PersonId, PersonState>>,
    /// Zones.
    pub zones: Vec<Change<ZoneId, ZoneState>>,
    /// Doors.
    pub doors: Vec<Change<DeviceId, DoorState>>,
    /// Devices by what was last wanted of them.
    pub actuations: Vec<Change<DeviceId, ActuationState>>,
    /// Phones that changed hands.
    pub phones: Vec<PhoneId>,
    /// The flood began, ended or grew.
    pub flood: bool,
    /// Another estate document counts now.
    pub estate: bool,
}

impl Touched {
    /// Adds what another fact changed.
    pub fn extend(&mut self, other: Self) {
        let Self {
            alarms,
            people,
            zones,
            doors,
            actuations,
            phones,
            flood,
            estate,
        } = other;
        self.alarms.extend(alarms);
        self.people.extend(people);
        self.zones.extend(zones);
        self.doors.extend(doors);
        self.actuations.extend(actuations);
        self.phones.extend(phones);
        self.flood |= flood;
        self.estate |= estate;
    }
}
