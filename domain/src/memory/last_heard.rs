//! When each device was heard last, for those whose silence says something.

use super::timers::Timers;
use crate::estate::{Device, EstateIndex};
use crate::ids::DeviceId;
use crate::time::{Span, Timestamp};
use std::collections::BTreeMap;

/// When devices with a `report_every_s_max` were heard. Others are not kept, so that it has at most
/// as many entries as the estate has devices.
#[derive(Debug, Default)]
pub struct LastHeard {
    /// At most one for each such device.
    heard_at: BTreeMap<DeviceId, Timestamp>,
    timers: Timers<DeviceId>,
}

impl LastHeard {
    /// Expects the devices of this estate. Who was not expected before has its time from now on.
    pub(super) fn load(&mut self, estate: &EstateIndex, now: Timestamp) {
        let before = std::mem::take(self);
        for device in &estate.estate.devices {
            let at = before.heard_at.get(&device.id);
            self.heard(device, at.copied().unwrap_or(now));
        }
    }

    /// A device said something.
    pub fn heard(&mut self, device: &Device, at: Timestamp) {
        if let Some(every) = silent_after(device) {
            self.heard_at.insert(device.id.clone(), at);
            self.timers.set(&device.id, at + every);
        }
    }

    /// When a device was heard last; since when it is expected, if it never was. Nothing of those whose silence
    /// says nothing.
    pub fn at(&self, device: &DeviceId) -> Option<Timestamp> {
        self.heard_at.get(device).copied()
    }

    /// The next device whose time is over. It is not due again until it was heard or
    /// [`Self::look_at`] says so.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<DeviceId> {
        self.timers.take_due(now)
    }

    /// Looks at it again then.
    pub(crate) fn look_at(&mut self, device: &DeviceId, at: Timestamp) {
        self.timers.set(device, at);
    }

    pub(crate) fn next_due_at(&self) -> Option<Timestamp> {
        self.timers.next_due_at()
    }
}

/// How long a device may say nothing.
fn silent_after(device: &Device) -> Option<Span> {
    let every_s = device.report_every_s_max?;
    Some(Span::from_secs(i64::from(every_s)))
}
