//! What must hold of floors, units and rooms.

use super::super::building::{Building, Room, Unit};
use super::super::document::Estate;
use super::faults::{EstateFault, Faults};
use super::geometry::{near, shape};
use crate::geo::Anchor;
use crate::ids::DeviceId;
use std::collections::BTreeSet;

impl Estate {
    pub(super) fn check_buildings(&self, faults: &mut Faults) {
        let anchor = Anchor::new(self.anchor);
        let devices: BTreeSet<&DeviceId> = self.devices.iter().map(|d| &d.id).collect();
        for building in &self.buildings {
            let of = format!("of building {}", building.id);
            faults.unique("floor", building.floors.iter().map(|f| &f.label));
            let floors = building.floors.iter();
            for (floor, outline) in floors.filter_map(|f| Some((f, f.outline.as_ref()?))) {
                let what = format!("floor {} {of}", floor.label);
                shape(faults, anchor, &what, outline, 3);
            }
            faults.unique("unit", building.units.iter().map(|u| &u.label));
            for unit in &building.units {
                let what = format!("unit {} {of}", unit.label);
                near(faults, anchor, &what, &[unit.at]);
                if let Some(door) = unit.door.as_ref().filter(|door| !devices.contains(door)) {
                    faults.unknown(&what, "device", door);
                }
                check_rooms(faults, &what, building, unit);
            }
        }
    }
}

fn check_rooms(faults: &mut Faults, what: &str, building: &Building, unit: &Unit) {
    for rooms in &unit.rooms {
        let [from, to] = [&rooms.from, &rooms.to].map(|label| {
            let floor = building.floor(label);
            if floor.is_none() {
                faults.unknown(what, "floor", label);
            }
            floor
        });
        if from
            .zip(to)
            .is_some_and(|(from, to)| from.ordinal > to.ordinal)
        {
            faults.add(EstateFault::NotUpwards(what.to_owned()));
        }
    }
    let rooms = building.rooms(unit).map(Room::label);
    faults.unique("room", rooms.map(|room| format!("{room} in {what}")));
}
