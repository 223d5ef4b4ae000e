//! What is known of each device while it lives.

use castellan_domain::estate::Estate;
use castellan_domain::ids::DeviceId;
use std::collections::BTreeMap;

/// A device says that it is there so many times within its period: one message may get lost.
const SIGNS_PER_PERIOD: i64 = 3;

/// A device.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: DeviceId,
    pub(super) sign_every_ms: Option<i64>,
    pub(super) door: Option<Door>,
    pub(super) upstream: Option<usize>,
    /// Devices of the same zones.
    pub(super) beside: Vec<usize>,
    /// Nothing of it gets through.
    pub(super) cut: bool,
}

/// A door that is watched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Door {
    pub(super) held_ms: i64,
    pub(super) grants: bool,
    /// In use by people: a door that reports no grants would be forced while its zone is armed.
    pub(super) used: bool,
    pub(super) passing: Passing,
}

/// Whether somebody goes through a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passing {
    /// It may be used.
    Nobody,
    /// It is about to open.
    LetThrough,
    /// It stands open.
    Open,
}

/// All devices of an estate, in its order.
pub(super) fn known(estate: &Estate) -> Vec<Known> {
    let index: BTreeMap<&DeviceId, usize> = estate
        .devices
        .iter()
        .enumerate()
        .map(|(at, device)| (&device.id, at))
        .collect();
    let devices = estate.devices.iter().map(|device| {
        let mut zones = estate.zones.iter();
        let beside: Vec<usize> = zones
            .clone()
            .filter(|zone| zone.devices.contains(&device.id))
            .flat_map(|zone| &zone.devices)
            .filter_map(|id| index.get(id).copied())
            .collect();
        let in_zone = zones.any(|zone| zone.devices.contains(&device.id));
        let door = device.door.map(|door| Door {
            held_ms: i64::from(door.held_open_s_max) * 1_000,
            grants: door.reports_grants,
            used: door.reports_grants || !in_zone,
            passing: Passing::Nobody,
        });
        let period_ms = device.report_every_s_max.map(|s| i64::from(s) * 1_000);
        Known {
            id: device.id.clone(),
            sign_every_ms: period_ms.map(|ms| (ms / SIGNS_PER_PERIOD).max(1)),
            door,
            upstream: device
                .upstream
                .as_ref()
                .and_then(|id| index.get(id).copied()),
            beside,
            cut: false,
        }
    });
    devices.collect()
}
