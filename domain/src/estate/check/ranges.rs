//! Numbers that must lie within their ranges: seconds, guards, and how cameras look.

use super::super::document::{Device, DeviceKind, Estate};
use super::faults::{EstateFault, Faults};
use super::geometry::in_range;
use std::ops::RangeInclusive;

impl Estate {
    pub(super) fn check_numbers(&self, faults: &mut Faults) {
        for kind in &self.alarm_types {
            let of = format!("alarm type {}", kind.id);
            let mut seconds = |name, value: Option<u32>, range, words| {
                if let Some(value) = value {
                    whole(faults, &of, name, value, range, words);
                }
            };
            seconds("claim_s_max", kind.claim_s_max, 1..=43_200, "1 to 43200");
            seconds("active_s_max", kind.active_s_max, 1..=86_400, "1 to 86400");
            let dispatch = kind.dispatch_s_max;
            seconds("dispatch_s_max", dispatch, 1..=43_200, "1 to 43200");
            let within = kind.second_source.as_ref().map(|s| s.within_s);
            seconds("second_source.within_s", within, 1..=600, "1 to 600");
            let guards = Some(u32::from(kind.dispatch_guards));
            seconds("dispatch_guards", guards, 1..=9, "1 to 9");
        }
        for device in &self.devices {
            check_device(faults, device);
        }
        if let Some(every) = self.staffing.position_every_s_max
            && !(5..=3_600).contains(&every)
        {
            faults.add(EstateFault::Range {
                what: "position_every_s_max".into(),
                value: f64::from(every),
                range: "5 to 3600",
            });
        }
    }
}

fn check_device(faults: &mut Faults, device: &Device) {
    let of = format!("device {}", device.id);
    if let Some(every) = device.report_every_s_max {
        let name = "report_every_s_max";
        whole(faults, &of, name, every, 1..=86_400, "1 to 86400");
    }
    if let Some(door) = &device.door {
        let held = door.held_open_s_max;
        whole(
            faults,
            &of,
            "held_open_s_max",
            held,
            1..=43_200,
            "1 to 43200",
        );
        let opens = matches!(device.kind, DeviceKind::Door | DeviceKind::Barrier);
        if door.remote_release && !opens {
            faults.add(EstateFault::NothingToRelease(device.id.to_string()));
        }
    }
    if let Some(pose) = &device.camera {
        if device.kind != DeviceKind::Camera {
            faults.add(EstateFault::NothingToSee(device.id.to_string()));
        }
        for (name, value, least, most, range) in [
            ("height_m", pose.height_m, 0.0, 500.0, "0 to 500"),
            ("heading_deg", pose.heading_deg, 0.0, 360.0, "0 to 360"),
            ("tilt_deg", pose.tilt_deg, -90.0, 90.0, "-90 to 90"),
            ("view_deg", pose.view_deg, 1.0, 360.0, "1 to 360"),
            ("range_m", pose.range_m, 1.0, 2_000.0, "1 to 2000"),
        ] {
            in_range(faults, format!("{name} of {of}"), value, least, most, range);
        }
    }
}

/// A whole number of something within its range.
pub(super) fn whole(
    faults: &mut Faults,
    of: &str,
    name: &str,
    value: u32,
    range: RangeInclusive<u32>,
    words: &'static str,
) {
    if !range.contains(&value) {
        faults.add(EstateFault::Range {
            what: format!("{name} of {of}"),
            value: f64::from(value),
            range: words,
        });
    }
}
