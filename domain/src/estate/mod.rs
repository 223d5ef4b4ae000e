//! The place: buildings, grounds, paths, doors, detectors, cameras and the people who work there.
//!
//! An estate is one immutable document, named by the hash of its bytes. A site's facts carry only
//! that hash; the document itself is fetched beside them.

mod alarm_type;
mod alike;
mod calendar;
mod check;
mod document;
pub mod fact;
pub(crate) mod fold;
pub mod graph;
mod index;
mod search;
mod search_key;
mod watch;

pub use alarm_type::{AlarmType, Cameras, Near, Priority, SecondSource, Sound};
pub use calendar::{Calendar, CalendarError, Switch};
pub use check::EstateError;
pub use document::{
    Building, Datum, Device, DeviceKind, Estate, Floor, Ground, GroundKind, HomeView, Line,
    LineKind, Path, PathNode, Paths, Person, Place, Role,
};
pub use fact::EstateFact;
pub use index::{EstateIndex, PERIODS, SILENT_S_MIN};
pub use search::{Found, TYPED_MAX};
pub use search_key::{READINGS_MAX, SearchKey, SearchKeys};
pub use watch::{
    Area, AreaKind, ArmedSpan, DailySpan, DoorSettings, DutyKept, Shift, Staffing, TimeOfDay,
    Weekday, Zone,
};

use crate::ids::{AlarmTypeId, BuildingId, DeviceId, PersonId};
use crate::text::Language;

impl Estate {
    /// The building with this id.
    pub fn building(&self, id: &BuildingId) -> Option<&Building> {
        self.buildings.iter().find(|building| building.id == *id)
    }

    /// The device with this id.
    pub fn device(&self, id: &DeviceId) -> Option<&Device> {
        self.devices.iter().find(|device| device.id == *id)
    }

    /// The person with this id.
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people.iter().find(|person| person.id == *id)
    }

    /// The alarm type with this id.
    pub fn alarm_type(&self, id: &AlarmTypeId) -> Option<&AlarmType> {
        self.alarm_types.iter().find(|kind| kind.id == *id)
    }

    /// Whether a false verdict about this family says how it was established.
    pub fn verifies(&self, family: &AlarmTypeId) -> bool {
        let mut kinds = self.alarm_types.iter();
        kinds.any(|kind| kind.verify && kind.family() == family)
    }

    /// A place in words: `3号楼 B1层 走道`, `Building 3 B1 corridor`.
    pub fn place_name(&self, place: &Place, language: Language) -> String {
        let mut words = Vec::with_capacity(3);
        if let Some(building) = place.building.as_ref().and_then(|id| self.building(id)) {
            words.push(building.name.get(language).to_owned());
        }
        if let Some(floor) = &place.floor {
            words.push(floor_name(floor.as_str(), language));
        }
        if let Some(spot) = &place.spot {
            words.push(spot.get(language).to_owned());
        }
        words.join(" ")
    }
}

/// A floor's printed label as people say it: `B1层`, `floor 15`.
fn floor_name(label: &str, language: Language) -> String {
    let is_refuge = label == "避难层";
    match language {
        // 避难层 already says that it is a floor.
        Language::Zh if label.ends_with('层') => label.to_owned(),
        Language::Zh => format!("{label}层"),
        Language::En if is_refuge => "refuge floor".to_owned(),
        Language::En if label.starts_with(|c: char| c.is_ascii_digit()) => format!("floor {label}"),
        Language::En => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_are_said_as_people_say_them() {
        for (label, zh, en) in [
            ("B1", "B1层", "B1"),
            ("3A", "3A层", "floor 3A"),
            ("15", "15层", "floor 15"),
            ("避难层", "避难层", "refuge floor"),
        ] {
            assert_eq!(floor_name(label, Language::Zh), zh);
            assert_eq!(floor_name(label, Language::En), en);
        }
    }
}
