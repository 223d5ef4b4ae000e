//! An estate with what is looked up in it at every report.

use super::alarm_type::{AlarmType, Near};
use super::building::Building;
use super::calendar::{Calendar, CalendarError};
use super::document::{Device, Estate};
use super::limits::UPSTREAM_STEPS_MAX;
use super::place::Place;
use super::sight::Sights;
use super::watch::Zone;
use super::ways::Ways;
use crate::geo::{Anchor, LonLat};
use crate::ids::{AlarmTypeId, DeviceId, PersonId, PhoneId};
use crate::time::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Positions that may be missing: a lift, a stairwell and a basement are no silence.
pub const PERIODS: i64 = 3;
/// The shortest silence, in seconds, however often positions come.
pub const SILENT_S_MIN: i64 = 120;

/// An estate, its calendar and its indexes.
#[derive(Debug, Clone)]
pub struct EstateIndex {
    /// The document.
    pub estate: Arc<Estate>,
    /// Its wall clock.
    pub calendar: Calendar,
    /// Its centimetre grid.
    pub anchor: Anchor,
    /// How long one walks.
    pub ways: Arc<Ways>,
    sights: Sights,
    devices: BTreeMap<DeviceId, usize>,
    alarm_types: BTreeMap<AlarmTypeId, usize>,
    phones: BTreeMap<PhoneId, PersonId>,
    zones_of: BTreeMap<DeviceId, Vec<usize>>,
    behind: BTreeMap<DeviceId, Vec<usize>>,
}

impl EstateIndex {
    /// How long the phone of somebody on duty may be silent. Nothing where the estate does not say
    /// how often positions come.
    pub fn silent_after(&self) -> Option<Span> {
        let every_s = i64::from(self.estate.staffing.position_every_s_max?);
        Some(Span::from_secs((PERIODS * every_s).max(SILENT_S_MIN)))
    }

    /// Indexes a document.
    pub fn new(estate: Arc<Estate>) -> Result<Self, CalendarError> {
        let mut zones_of: BTreeMap<DeviceId, Vec<usize>> = BTreeMap::new();
        for (index, zone) in estate.zones.iter().enumerate() {
            for device in &zone.devices {
                zones_of.entry(device.clone()).or_default().push(index);
            }
        }
        let mut behind: BTreeMap<DeviceId, Vec<usize>> = BTreeMap::new();
        for (index, device) in estate.devices.iter().enumerate() {
            if let Some(upstream) = &device.upstream {
                behind.entry(upstream.clone()).or_default().push(index);
            }
        }
        let numbered = |(index, device): (usize, &Device)| (device.id.clone(), index);
        Ok(Self {
            calendar: Calendar::new(&estate)?,
            anchor: Anchor::new(estate.anchor),
            ways: Arc::new(Ways::new(&estate)),
            sights: Sights::of(&estate),
            devices: estate.devices.iter().enumerate().map(numbered).collect(),
            alarm_types: estate
                .alarm_types
                .iter()
                .enumerate()
                .map(|(index, kind)| (kind.id.clone(), index))
                .collect(),
            phones: estate
                .people
                .iter()
                .filter_map(|person| Some((person.phone.clone()?, person.id.clone())))
                .collect(),
            zones_of,
            behind,
            estate,
        })
    }

    /// The device with this id.
    pub fn device(&self, id: &DeviceId) -> Option<&Device> {
        self.estate.devices.get(*self.devices.get(id)?)
    }

    /// The alarm type with this id.
    pub fn alarm_type(&self, id: &AlarmTypeId) -> Option<&AlarmType> {
        self.estate.alarm_types.get(*self.alarm_types.get(id)?)
    }

    /// The zones for which a device reports.
    pub fn zones_of(&self, device: &DeviceId) -> impl Iterator<Item = &Zone> {
        let indexes = self.zones_of.get(device).into_iter().flatten();
        indexes.filter_map(|index| self.estate.zones.get(*index))
    }

    /// The devices that are reached through another one.
    pub fn behind(&self, upstream: &DeviceId) -> impl Iterator<Item = &Device> {
        let indexes = self.behind.get(upstream).into_iter().flatten();
        indexes.filter_map(|index| self.estate.devices.get(*index))
    }

    /// The devices that one is reached through, nearest first. A checked estate has no more of them
    /// than are looked at here, and no circle.
    pub fn above(&self, device: &DeviceId) -> impl Iterator<Item = &Device> {
        let next = |of: &Device| self.device(of.upstream.as_ref()?);
        let first = self.device(device).and_then(next);
        std::iter::successors(first, move |at| next(at)).take(UPSTREAM_STEPS_MAX)
    }

    /// Whose a phone is by the estate.
    pub fn person_of_phone(&self, phone: &PhoneId) -> Option<&PersonId> {
        self.phones.get(phone)
    }

    /// What its cameras see.
    pub const fn sights(&self) -> &Sights {
        &self.sights
    }

    /// Whether two devices are near each other.
    pub fn are_near(&self, one: &DeviceId, other: &DeviceId, near: Near) -> bool {
        match near {
            Near::Building => {
                let building = |id| self.device(id).and_then(|d| d.place.building.as_ref());
                building(one).is_some() && building(one) == building(other)
            }
            Near::Zone => self.zones_of(one).any(|zone| {
                self.zones_of(other).any(|second| {
                    second.id == zone.id
                        || zone.adjacent.contains(&second.id)
                        || second.adjacent.contains(&zone.id)
                })
            }),
        }
    }

    /// Where a point is, in words: at a building if it lies in its outline. The floor is never
    /// guessed from a satellite position.
    pub fn place_at(&self, at: LonLat) -> Place {
        let inside = |building: &&Building| self.anchor.encloses(&building.outline, at);
        Place {
            building: self
                .estate
                .buildings
                .iter()
                .find(inside)
                .map(|b| b.id.clone()),
            floor: None,
            spot: None,
            at,
        }
    }
}
