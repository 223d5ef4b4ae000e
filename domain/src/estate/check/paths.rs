//! What must hold of paths, stairs, lifts and the doors between them.

use super::super::document::{DeviceKind, Estate};
use super::super::paths::{OnFloor, Path, PathKind, PathNode};
use super::faults::{EstateFault, Faults};
use super::geometry::{in_range, near, shape};
use super::ranges::whole;
use crate::geo::Anchor;
use crate::ids::{BuildingId, DeviceId};
use crate::text::Text;
use std::collections::BTreeMap;

/// What paths refer to.
struct Known<'a> {
    ordinals: BTreeMap<(&'a BuildingId, &'a Text<12>), i16>,
    nodes: BTreeMap<u32, &'a PathNode>,
    devices: BTreeMap<&'a DeviceId, DeviceKind>,
}

impl Known<'_> {
    /// Storeys above the ground; outdoors is on the ground.
    fn ordinal(&self, node: u32) -> Option<i16> {
        match &self.nodes.get(&node)?.inside {
            Some(OnFloor { building, floor }) => self.ordinals.get(&(building, floor)).copied(),
            None => Some(0),
        }
    }
}

impl Estate {
    pub(super) fn check_paths(&self, faults: &mut Faults) {
        let anchor = Anchor::new(self.anchor);
        let floors = self.buildings.iter().flat_map(|building| {
            let floors = building.floors.iter();
            floors.map(|floor| ((&building.id, &floor.label), floor.ordinal))
        });
        let known = Known {
            ordinals: floors.collect(),
            nodes: self.paths.nodes.iter().map(|n| (n.id, n)).collect(),
            devices: self.devices.iter().map(|d| (&d.id, d.kind)).collect(),
        };
        for node in &self.paths.nodes {
            let what = format!("path node {}", node.id);
            near(faults, anchor, &what, &[node.at]);
            if let Some(OnFloor { building, floor }) = &node.inside {
                if self.building(building).is_none() {
                    faults.unknown(&what, "building", building);
                } else if !known.ordinals.contains_key(&(building, floor)) {
                    faults.unknown(&what, "floor", floor);
                }
            }
        }
        for path in &self.paths.edges {
            check_path(faults, anchor, path, &known);
        }
    }
}

fn check_path(faults: &mut Faults, anchor: Anchor, path: &Path, known: &Known<'_>) {
    let what = format!("path {} to {}", path.from, path.to);
    shape(faults, anchor, &what, &path.via, 0);
    let width = format!("width_m of {what}");
    in_range(faults, width, path.width_m, 0.1, 50.0, "0.1 to 50");
    for end in [path.from, path.to] {
        if !known.nodes.contains_key(&end) {
            faults.unknown(&what, "path node", &end);
        }
    }
    let mut device = |id: &Option<DeviceId>, wanted, kinds: &[DeviceKind]| {
        let Some(id) = id else {
            return;
        };
        match known.devices.get(id) {
            None => faults.unknown(&what, "device", id),
            Some(kind) if !kinds.contains(kind) => faults.add(EstateFault::OtherKind {
                from: what.clone(),
                id: id.to_string(),
                wanted,
            }),
            Some(_) => {}
        }
    };
    match &path.kind {
        PathKind::Walk => {}
        PathKind::Stairs { s_per_floor } => {
            let each = u32::from(*s_per_floor);
            whole(faults, &what, "s_per_floor", each, 1..=300, "1 to 300");
        }
        PathKind::Lift {
            device: lift,
            wait_s,
            s_per_floor,
        } => {
            device(lift, "lift", &[DeviceKind::Lift]);
            let each = u32::from(*s_per_floor);
            whole(faults, &what, "s_per_floor", each, 1..=300, "1 to 300");
            let wait = u32::from(*wait_s);
            whole(faults, &what, "wait_s", wait, 0..=600, "0 to 600");
            let ends = known.ordinal(path.from).zip(known.ordinal(path.to));
            if ends.is_some_and(|(from, to)| from == to) {
                faults.add(EstateFault::LiftStays(what));
            }
        }
        PathKind::Passage { device: door, .. } => {
            device(door, "door", &[DeviceKind::Door, DeviceKind::Barrier]);
        }
    }
}
