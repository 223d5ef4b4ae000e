//! 楼栋、单元、楼层、房号: buildings, and what an address such as 3-2-1502 names in them.

use crate::geo::LonLat;
use crate::ids::{BuildingId, DeviceId};
use crate::text::{Localized, Text};
use serde::{Deserialize, Serialize};

/// What is printed on a floor, unit or door.
pub type Label = Text<12>;

/// A building.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Building {
    /// Its id within the estate.
    pub id: BuildingId,
    /// Such as `3号楼` / `Building 3`.
    pub name: Localized,
    /// Its outline on the ground.
    pub outline: Vec<LonLat>,
    /// Height of the roof above ground in metres.
    pub height_m: f64,
    /// From the lowest up.
    #[serde(default)]
    pub floors: Vec<Floor>,
    /// 单元, each with its own entrance. Empty: an address goes from the building to the room.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<Unit>,
}

/// A floor. What is printed in the lift is kept apart from how high it lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// As printed: `B1`, `3A`, `避难层`.
    pub label: Label,
    /// Storeys above the ground floor (0); basements are negative.
    pub ordinal: i16,
    /// Its outline where it is another one than the building's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outline: Option<Vec<LonLat>>,
}

/// 单元: the part of a building that one entrance leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// By which an address names it: the `2` of 3-2-1502.
    pub label: Label,
    /// Its stairs and lifts, where its rooms are shown.
    pub at: LonLat,
    /// The device of its entrance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door: Option<DeviceId>,
    /// Its rooms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<Rooms>,
}

/// 房号 of several floors that are alike: on each of them a room for each number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rooms {
    /// Label of the lowest of these floors.
    pub from: Label,
    /// Label of the highest of these floors; it may be the same.
    pub to: Label,
    /// What stands on the doors after the floor's label: `02` is 1502 on floor 15, and 3A02 on 3A.
    pub numbers: Vec<Label>,
}

/// 房号: one room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room<'a> {
    /// On which floor.
    pub floor: &'a Label,
    /// What follows the floor's label on the door.
    pub number: &'a Label,
}

impl Room<'_> {
    /// What stands on the door.
    pub fn label(self) -> String {
        format!("{}{}", self.floor.as_str(), self.number.as_str())
    }
}

impl Building {
    /// The floor with this label.
    pub fn floor(&self, label: &Label) -> Option<&Floor> {
        self.floors.iter().find(|floor| floor.label == *label)
    }

    /// The unit with this label.
    pub fn unit(&self, label: &str) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.label.as_str() == label)
    }

    /// The rooms of one of its units, from the lowest floor up.
    pub fn rooms<'a>(&'a self, unit: &'a Unit) -> impl Iterator<Item = Room<'a>> {
        unit.rooms.iter().flat_map(|rooms| {
            let ordinal = |label| self.floor(label).map(|floor| floor.ordinal);
            let span = ordinal(&rooms.from).zip(ordinal(&rooms.to));
            let is_one = move |floor: &&Floor| {
                span.is_some_and(|(from, to)| (from..=to).contains(&floor.ordinal))
            };
            self.floors.iter().filter(is_one).flat_map(|floor| {
                rooms.numbers.iter().map(|number| Room {
                    floor: &floor.label,
                    number,
                })
            })
        })
    }
}
