//! Where a camera indoors hangs: a box as large as what the document says of its floor, or the car of a lift.

use crate::cameras::space::{Flat, Point, raised, whole};
use castellan_domain::estate::{CameraPose, Device, DeviceKind, Estate, Place};
use castellan_domain::geo::{Anchor, LonLat};
use std::collections::BTreeMap;

/// A camera without a floor that hangs lower than this is in a lift, else on a roof.
const LIFT_M: f64 = 3.5;
/// Metres around what is known to be in a room.
const AROUND_M: f64 = 1.1;
/// Least metres of a room to each side of its camera, and ahead of it.
const LEAST_M: [f64; 2] = [1.2, 4.5];
/// Metres from the camera to the furthest thing that makes its room larger.
const REACH_M: f64 = 28.0;
/// Metres between two lamps.
const LAMPS_APART_M: f64 = 4.5;
/// A room from this width on has columns.
const COLUMNS_FROM_M: f64 = 5.5;
const COLUMN_EVERY_M: f64 = 6.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoomKind {
    Cellar,
    /// On a floor above the ground, or on it.
    Hall,
    Lift,
}

/// Something in a room that the document knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fixture {
    pub(crate) kind: DeviceKind,
    pub(crate) at: Flat,
}

/// A box in the frame of its camera.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    pub(crate) kind: RoomKind,
    /// Below the camera, in metres from the anchor.
    pub(crate) origin: Flat,
    /// Where the camera looks.
    pub(crate) ahead: Flat,
    /// Metres from the camera to the walls behind and before it.
    pub(crate) deep_m: [f64; 2],
    /// Metres from the camera to the walls at its left and right; the left one is negative.
    pub(crate) wide_m: [f64; 2],
    pub(crate) high_m: f64,
    pub(crate) fixtures: Vec<Fixture>,
}

impl Room {
    /// The room of a camera; nothing for one under the sky.
    pub(crate) fn of(estate: &Estate, camera: &Device, pose: &CameraPose) -> Option<Self> {
        let place = &camera.place;
        let building = estate
            .buildings
            .iter()
            .find(|one| Some(&one.id) == place.building.as_ref())?;
        let floor = place.floor.as_ref().and_then(|label| building.floor(label));
        let kind = match floor {
            Some(floor) if floor.ordinal < 0 => RoomKind::Cellar,
            Some(_) => RoomKind::Hall,
            None if pose.height_m < LIFT_M => RoomKind::Lift,
            None => return None,
        };
        let anchor = Anchor::new(estate.anchor);
        let (east, north) = pose.heading_deg.to_radians().sin_cos();
        let mut room = Self {
            kind,
            origin: anchor.metres(place.at).into(),
            ahead: [east, north],
            deep_m: [-0.35, LEAST_M[1]],
            wide_m: [-LEAST_M[0], LEAST_M[0]],
            high_m: pose.height_m.max(2.4) + 0.25,
            fixtures: Vec::new(),
        };
        if kind == RoomKind::Lift {
            (room.deep_m, room.wide_m) = ([-0.12, 1.65], [-0.85, 0.85]);
            return Some(room);
        }
        let is_here =
            |other: &Place| other.building == place.building && other.floor == place.floor;
        let devices = estate
            .devices
            .iter()
            .filter(|one| one.id != camera.id && is_here(&one.place));
        let fixtures = devices.map(|one| Fixture {
            kind: one.kind,
            at: anchor.metres(one.place.at).into(),
        });
        let fixtures: Vec<Fixture> = fixtures.collect();
        let ways = ways_on_floor(estate, place, |at| anchor.metres(at).into());
        for at in fixtures.iter().map(|fixture| fixture.at).chain(ways) {
            room.take_in(at);
        }
        let is_in = |fixture: &Fixture| {
            let [deep, right] = room.frame(fixture.at);
            (room.deep_m[0]..room.deep_m[1]).contains(&deep)
                && (room.wide_m[0]..room.wide_m[1]).contains(&right)
        };
        room.fixtures = fixtures.into_iter().filter(is_in).collect();
        Some(room)
    }

    /// How far ahead and how far to the right of the camera a place is.
    pub(crate) const fn frame(&self, at: Flat) -> Flat {
        let (east, north) = (at[0] - self.origin[0], at[1] - self.origin[1]);
        let [x, y] = self.ahead;
        [east * x + north * y, east * y - north * x]
    }

    /// The place so far ahead and to the right.
    pub(crate) const fn place(&self, [deep, right]: Flat) -> Flat {
        let [x, y] = self.ahead;
        [
            self.origin[0] + x * deep + y * right,
            self.origin[1] + y * deep - x * right,
        ]
    }

    /// Becomes large enough for a place that is not too far from the camera, nor behind it.
    fn take_in(&mut self, at: Flat) {
        let [deep, right] = self.frame(at);
        if !(-2.0..REACH_M).contains(&deep) || right.abs() > REACH_M / 3.0 {
            return;
        }
        self.deep_m[1] = self.deep_m[1].max(deep + AROUND_M);
        self.wide_m[0] = self.wide_m[0].min(right - AROUND_M);
        self.wide_m[1] = self.wide_m[1].max(right + AROUND_M);
    }

    /// The middles of its lamps, at its ceiling.
    pub(crate) fn lamps(&self) -> Vec<Point> {
        let [left, right] = self.wide_m;
        let middle = f64::midpoint(left, right);
        let first = (self.deep_m[0] + 1.6).min(f64::midpoint(self.deep_m[0], self.deep_m[1]));
        let count = whole((self.deep_m[1] - first) / LAMPS_APART_M).clamp(0, 40) + 1;
        let lamps = (0..count).map(|index| {
            let deep = first + f64::from(index) * LAMPS_APART_M;
            raised(self.place([deep, middle]), self.high_m - 0.06)
        });
        lamps.collect()
    }

    /// The middles of its columns, if it is wide enough for any.
    pub(crate) fn columns(&self) -> Vec<Flat> {
        let [left, right] = self.wide_m;
        if right - left < COLUMNS_FROM_M || self.kind != RoomKind::Cellar {
            return Vec::new();
        }
        // On the side of the middle where the camera is not: it must not look at a column.
        let aside = f64::midpoint(left, right);
        let aside = if aside.abs() < 0.8 { 0.8 } else { aside };
        let count = whole((self.deep_m[1] - 3.0) / COLUMN_EVERY_M).clamp(0, 20);
        let columns =
            (0..count).map(|index| self.place([4.5 + f64::from(index) * COLUMN_EVERY_M, aside]));
        columns.collect()
    }
}

/// The junctions of paths on a floor, each joined to another one there.
fn ways_on_floor(estate: &Estate, place: &Place, flat: impl Fn(LonLat) -> Flat) -> Vec<Flat> {
    let nodes = estate.paths.nodes.iter().filter(|node| {
        let inside = node.inside.as_ref();
        inside.is_some_and(|on| {
            Some(&on.building) == place.building.as_ref() && Some(&on.floor) == place.floor.as_ref()
        })
    });
    let here: BTreeMap<u32, Flat> = nodes.map(|node| (node.id, flat(node.at))).collect();
    let edges = estate.paths.edges.iter();
    let joined = edges.filter_map(|edge| here.get(&edge.from).zip(here.get(&edge.to)));
    joined.flat_map(|(from, to)| [*from, *to]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(id: &str) -> Option<Room> {
        let demo = include_bytes!("../../../../assets/demo/estate.json");
        let estate = Estate::parse(demo).unwrap();
        let camera = estate
            .devices
            .iter()
            .find(|one| one.id.as_str() == id)
            .unwrap();
        Room::of(&estate, camera, &camera.camera.unwrap())
    }

    #[test]
    fn only_cameras_with_a_floor_or_in_a_lift_are_in_a_room() {
        for (id, kind) in [
            ("cam-3-b1", Some(RoomKind::Cellar)),
            ("cam-control-room", Some(RoomKind::Hall)),
            ("cam-lift-7-2-2", Some(RoomKind::Lift)),
            ("cam-tower-5", None),
            ("cam-east-gate", None),
        ] {
            assert_eq!(room(id).map(|room| room.kind), kind, "{id}");
        }
    }

    #[test]
    fn a_cellar_holds_the_detector_and_the_way_of_those_who_are_sent_to_it() {
        let room = room("cam-3-b1").unwrap();
        assert!(
            room.fixtures
                .iter()
                .any(|fixture| fixture.kind == DeviceKind::Detector)
        );
        // The landing at the far end, and the one beside the camera.
        for landing in [[-186.5, 20.7], [-164.8, 24.2]] {
            let [deep, right] = room.frame(landing);
            assert!((room.deep_m[0]..room.deep_m[1]).contains(&deep), "{deep}");
            assert!((room.wide_m[0]..room.wide_m[1]).contains(&right), "{right}");
        }
        assert!(!room.columns().is_empty() && room.lamps().len() > 3);
    }

    #[test]
    fn a_place_in_a_room_is_found_again() {
        let room = room("cam-control-room").unwrap();
        let place = room.place([3.0, -2.0]);
        let [deep, right] = room.frame(place);
        assert!((deep - 3.0).abs() < 1e-9 && (right + 2.0).abs() < 1e-9);
    }
}
