//! Cameras that give their picture all day, so that a clip has what was before its alarm although nobody watched.

use crate::cameras::{Cameras, Held};
use castellan_domain::estate::{DeviceKind, EstateIndex};
use castellan_domain::ids::DeviceId;
use std::collections::{BTreeMap, BTreeSet};

/// Cameras for each device: as many as an alarm shows.
const FOR_EACH: usize = 2;

/// Who is held.
#[derive(Debug, Default)]
pub(super) struct Prerecorded {
    /// Cameras of the estate, at most all of them.
    wanted: BTreeSet<DeviceId>,
    /// At most one for each that is wanted.
    held: BTreeMap<DeviceId, Held>,
}

impl Prerecorded {
    /// The cameras that see what calls for help or tells of a danger to life.
    pub(super) fn new(index: &EstateIndex) -> Self {
        let (sights, estate) = (index.sights(), &index.estate);
        let calls = estate
            .devices
            .iter()
            .filter(|device| is_urgent(device.kind));
        let cameras = calls.flat_map(|device| {
            let seen_by = sights.cameras_for(estate, &device.place).into_iter();
            let seeing = seen_by.filter(|sight| sight.pixels_per_m.is_some());
            seeing.take(FOR_EACH).map(|sight| sight.camera.id.clone())
        });
        Self {
            wanted: cameras.collect(),
            held: BTreeMap::new(),
        }
    }

    /// Holds those that have an address by now.
    pub(super) async fn hold(&mut self, cameras: &Cameras) {
        for camera in &self.wanted {
            if !self.held.contains_key(camera) && cameras.knows(camera).await {
                self.held.insert(camera.clone(), cameras.hold(camera));
            }
        }
    }
}

/// Whether alarms of such devices are of the first two priorities by their nature.
const fn is_urgent(kind: DeviceKind) -> bool {
    match kind {
        DeviceKind::Detector
        | DeviceKind::FirePanel
        | DeviceKind::ManualCallPoint
        | DeviceKind::PanicButton
        | DeviceKind::HelpPoint => true,
        DeviceKind::Door
        | DeviceKind::Camera
        | DeviceKind::Panel
        | DeviceKind::Barrier
        | DeviceKind::Lift
        | DeviceKind::Network => false,
    }
}
