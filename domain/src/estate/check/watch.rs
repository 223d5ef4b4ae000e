//! What must hold of zones, areas and the network.

use super::super::document::Estate;
use super::super::limits::UPSTREAM_STEPS_MAX;
use super::faults::{EstateFault, Faults};
use crate::ids::DeviceId;
use std::collections::{BTreeMap, BTreeSet};

impl Estate {
    pub(super) fn check_watch(&self, faults: &mut Faults) {
        let devices: BTreeSet<_> = self.devices.iter().map(|d| &d.id).collect();
        let zones: BTreeSet<_> = self.zones.iter().map(|z| &z.id).collect();
        let people: BTreeSet<_> = self.people.iter().map(|p| &p.id).collect();
        for zone in &self.zones {
            let from = format!("zone {}", zone.id);
            for id in zone.devices.iter().filter(|id| !devices.contains(id)) {
                faults.unknown(&from, "device", id);
            }
            for id in zone.adjacent.iter().filter(|id| !zones.contains(id)) {
                faults.unknown(&from, "zone", id);
            }
        }
        for area in &self.areas {
            for id in area.people.iter().filter(|id| !people.contains(id)) {
                faults.unknown(&format!("area {}", area.id), "person", id);
            }
        }
        let upstream: BTreeMap<_, _> = self
            .devices
            .iter()
            .filter_map(|d| Some((&d.id, d.upstream.as_ref()?)))
            .collect();
        for (device, first) in &upstream {
            if !devices.contains(first) {
                faults.unknown(&format!("device {device}"), "device", first);
            }
        }
        // A device, those between, and the root; one more, and the way to it has no end.
        let circles = |device: &&DeviceId| {
            let steps = std::iter::successors(Some(*device), |at| upstream.get(at).copied());
            steps.take(UPSTREAM_STEPS_MAX + 3).count() > UPSTREAM_STEPS_MAX + 2
        };
        // One, because all that are reached through a circle would complain of it.
        if let Some(device) = upstream.keys().copied().find(circles) {
            faults.add(EstateFault::Circle(device.to_string()));
        }
    }
}
