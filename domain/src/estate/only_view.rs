//! Which cameras nobody can do without: those that alone see a gate or what watches the perimeter.

use super::document::{Device, DeviceKind, Estate};
use super::sight::Sights;
use crate::geo::Anchor;
use geo::{Distance as _, Euclidean, Point};
use std::cell::LazyCell;

impl Estate {
    /// Whether a device's failing leaves something important blind: the document calls it critical, or it is a camera that
    /// alone sees a gate or the perimeter.
    pub fn is_critical(&self, device: &Device) -> bool {
        device.critical || self.is_only_view(device)
    }

    fn is_only_view(&self, camera: &Device) -> bool {
        let Some(pose) = &camera.camera else {
            return false;
        };
        let anchor = Anchor::new(self.anchor);
        let from = Point::from(anchor.metres(camera.place.at));
        let mut border = self.devices.iter().filter(|device| {
            // What it cannot reach need not be looked at through walls.
            let at = Point::from(anchor.metres(device.place.at));
            is_border(device) && Euclidean.distance(from, at) <= pose.range_m
        });
        // Most cameras have none within their range.
        let sights = LazyCell::new(|| Sights::of(self));
        border.any(|device| {
            let seen_by = sights.cameras_for(self, &device.place).into_iter();
            let mut seeing = seen_by.filter(|sight| sight.pixels_per_m.is_some());
            let first = seeing.next();
            first.is_some_and(|first| first.camera.id == camera.id) && seeing.next().is_none()
        })
    }
}

/// A gate, or what watches the perimeter: barriers, doors and detectors that stand in no building.
fn is_border(device: &Device) -> bool {
    let is_outdoors = device.place.building.is_none();
    is_outdoors
        && matches!(
            device.kind,
            DeviceKind::Barrier | DeviceKind::Door | DeviceKind::Detector
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::LonLat;
    use serde_json::json;

    /// Degrees for a metre, near the equator.
    const METRE: f64 = 1.0 / 111_195.0;

    /// A barrier 10 m east of the middle, where a camera looks at it.
    fn estate(others: &[serde_json::Value]) -> Estate {
        let at = |east: f64| LonLat::new(10.0 + east * METRE, 0.0).unwrap();
        let name = json!({"zh": "样板", "en": "Fixture"});
        let place = |east| json!({"spot": {"zh": "门", "en": "gate"}, "at": at(east)});
        let camera = |id: &str, heading: f64, range_m: f64| {
            json!({"id": id, "kind": "camera", "name": name, "place": place(0.0), "camera": {
                "height_m": 4, "heading_deg": heading, "tilt_deg": 12, "view_deg": 80, "range_m": range_m,
            }})
        };
        let mut devices = vec![
            json!({"id": "bar", "kind": "barrier", "name": name, "place": place(10.0)}),
            camera("east", 90.0, 40.0),
            camera("west", 270.0, 40.0),
            camera("short", 90.0, 5.0),
        ];
        devices.extend_from_slice(others);
        let document = json!({
            "site": "fixture", "name": name, "time_zone": "Asia/Shanghai",
            "datum": "WGS-84", "anchor": at(0.0),
            "home": {"centre": at(0.0), "zoom": 17.0, "bearing_deg": 0.0, "pitch_deg": 45.0},
            "buildings": [], "devices": devices,
        });
        Estate::parse(document.to_string().as_bytes()).unwrap()
    }

    fn critical(estate: &Estate) -> Vec<&str> {
        let devices = estate.devices.iter();
        let critical = devices.filter(|device| estate.is_critical(device));
        critical.map(|device| device.id.as_str()).collect()
    }

    #[test]
    fn the_only_camera_that_sees_a_gate_is_critical_and_one_of_two_is_not() {
        let alone = estate(&[]);
        assert_eq!(critical(&alone), ["east"]);
        let mut second = serde_json::to_value(alone.device(&"east".parse().unwrap())).unwrap();
        second["id"] = json!("second");
        assert_eq!(critical(&estate(&[second])), [""; 0]);
    }
}
