//! What was searched for and found: what people call it, and where it is.

use super::building::{Building, Floor, Room, Unit};
use super::document::{Device, Estate};
use super::people::{Person, Post};
use super::place::{Place, floor_name};
use super::watch::{Area, Zone};
use crate::geo::LonLat;
use crate::text::{Language, Localized, Text};

/// A thing that was searched for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Found<'a> {
    /// 楼栋
    Building(&'a Building),
    /// 单元
    Unit(&'a Building, &'a Unit),
    /// 楼层
    Floor(&'a Building, &'a Floor),
    /// 房号
    Room(&'a Building, &'a Unit, Room<'a>),
    /// A door, camera, detector …
    Device(&'a Device),
    /// Of the staff.
    Person(&'a Person),
    /// 岗位
    Post(&'a Post),
    /// 防区
    Zone(&'a Zone),
    /// 区域
    Area(&'a Area),
}

impl Found<'_> {
    /// What people call it.
    pub fn name(self) -> Localized {
        match self {
            Self::Building(building) => building.name.clone(),
            Self::Unit(building, unit) => within(building, &spot_of(unit, None)),
            Self::Floor(building, floor) => {
                let [zh, en] =
                    [Language::Zh, Language::En].map(|in_| floor_name(floor.label.as_str(), in_));
                within(building, &said(&zh, &en))
            }
            Self::Room(building, unit, room) => within(building, &spot_of(unit, Some(room))),
            Self::Device(device) => device.name.clone(),
            Self::Person(person) => person.name.clone(),
            Self::Post(post) => post.name.clone(),
            Self::Zone(zone) => zone.name.clone(),
            Self::Area(area) => area.name.clone(),
        }
    }

    /// Its id; of a part of a building its address: `3-2-1502`, `3-2`, `3-B1`.
    pub fn id(self) -> String {
        match self {
            Self::Building(building) => building.id.to_string(),
            Self::Unit(building, unit) => format!("{}-{}", building.id, unit.label),
            Self::Floor(building, floor) => format!("{}-{}", building.id, floor.label),
            Self::Room(building, unit, room) => {
                format!("{}-{}-{}", building.id, unit.label, room.label())
            }
            Self::Device(device) => device.id.to_string(),
            Self::Person(person) => person.id.to_string(),
            Self::Post(post) => post.id.to_string(),
            Self::Zone(zone) => zone.id.to_string(),
            Self::Area(area) => area.id.to_string(),
        }
    }

    /// Where it is, to be alarmed from or sent to. A person is where their phone says; a zone
    /// without a device is nowhere.
    pub fn place(self, estate: &Estate) -> Option<Place> {
        let inside = |building: &Building, at| Place {
            building: Some(building.id.clone()),
            floor: None,
            spot: None,
            at,
        };
        let outside = |name: &Localized, at| Place {
            building: None,
            floor: None,
            spot: Some(name.clone()),
            at,
        };
        Some(match self {
            Self::Building(building) => inside(building, middle(&building.outline)?),
            Self::Unit(building, unit) => Place {
                spot: Some(spot_of(unit, None)),
                ..inside(building, unit.at)
            },
            Self::Floor(building, floor) => {
                let outline = floor.outline.as_ref().unwrap_or(&building.outline);
                Place {
                    floor: Some(floor.label.clone()),
                    ..inside(building, middle(outline)?)
                }
            }
            Self::Room(building, unit, room) => Place {
                floor: Some(room.floor.clone()),
                spot: Some(spot_of(unit, Some(room))),
                ..inside(building, unit.at)
            },
            Self::Device(device) => device.place.clone(),
            Self::Person(_) => return None,
            Self::Post(post) => post.place.clone(),
            Self::Zone(zone) => {
                let devices = zone.devices.iter().filter_map(|id| estate.device(id));
                let at: Vec<LonLat> = devices.map(|device| device.place.at).collect();
                outside(&zone.name, middle(&at)?)
            }
            Self::Area(area) => outside(&area.name, middle(&area.outline)?),
        })
    }
}

/// A unit, or a room in it, within its building.
fn spot_of(unit: &Unit, room: Option<Room<'_>>) -> Localized {
    let label = unit.label.as_str();
    match room {
        None => said(&format!("{label}单元"), &format!("unit {label}")),
        Some(room) => {
            let door = room.label();
            said(
                &format!("{label}单元{door}室"),
                &format!("unit {label} room {door}"),
            )
        }
    }
}

/// A part of a building with the building's name before it.
fn within(building: &Building, part: &Localized) -> Localized {
    let zh = format!("{}{}", building.name.zh, part.zh);
    said(&zh, &format!("{} {}", building.name.en, part.en))
}

/// Labels are short; a building whose name leaves no room for them is cut.
fn said(zh: &str, en: &str) -> Localized {
    let text = |whole: &str| {
        let short: String = whole.chars().take(80).collect();
        Text::new(short).unwrap_or_else(|_| Text::constant("-"))
    };
    Localized {
        zh: text(zh),
        en: text(en),
    }
}

/// The mean of some points.
fn middle(points: &[LonLat]) -> Option<LonLat> {
    let count = f64::from(
        u32::try_from(points.len())
            .ok()
            .filter(|count| *count > 0)?,
    );
    let mean = |of: fn(LonLat) -> f64| points.iter().map(|at| of(*at)).sum::<f64>() / count;
    LonLat::new(mean(LonLat::lon), mean(LonLat::lat)).ok()
}
