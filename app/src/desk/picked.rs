//! What can be selected, and how the page's address names it.

use castellan_domain::geo::LonLat;
use castellan_domain::ids::{AlarmId, AreaId, BuildingId, DeviceId, PersonId};

/// What one can select, in a list or on the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picked {
    /// An alarm.
    Alarm(AlarmId),
    /// A person of the staff.
    Person(PersonId),
    /// A device of the estate.
    Device(DeviceId),
    /// A building.
    Building(BuildingId),
    /// An area whose border is watched.
    Area(AreaId),
}

impl Picked {
    /// How the page's address names it.
    pub fn address(&self) -> String {
        match self {
            Self::Alarm(id) => id.to_string(),
            Self::Person(id) => id.to_string(),
            Self::Device(id) => format!("device:{id}"),
            Self::Building(id) => format!("building:{id}"),
            Self::Area(id) => format!("area:{id}"),
        }
    }

    /// What an address names. What it is not known to be is a person.
    pub fn from_address(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("device", id)) => DeviceId::new(id).ok().map(Self::Device),
            Some(("building", id)) => BuildingId::new(id).ok().map(Self::Building),
            Some(("area", id)) => AreaId::new(id).ok().map(Self::Area),
            _ => {
                let alarm = text.parse().ok().map(Self::Alarm);
                alarm.or_else(|| PersonId::new(text).ok().map(Self::Person))
            }
        }
    }
}

/// A place on the map that was clicked.
#[derive(Debug, Clone, PartialEq)]
pub struct Pointed {
    /// What is there, if it can be selected.
    pub what: Option<Picked>,
    /// The building whose walls or roof are seen there.
    pub building: Option<BuildingId>,
    /// The ground there; the sky is no place.
    pub at: Option<LonLat>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_picked_comes_back_from_its_address() {
        let all = [
            Picked::Alarm(AlarmId(12)),
            Picked::Person(PersonId::new("wang-qiang").unwrap()),
            Picked::Device(DeviceId::new("gas:3-b1").unwrap()),
            Picked::Building(BuildingId::new("3").unwrap()),
            Picked::Area(AreaId::new("lake").unwrap()),
        ];
        for picked in all {
            assert_eq!(Picked::from_address(&picked.address()), Some(picked));
        }
        assert_eq!(Picked::from_address("device:a b"), None);
    }
}
