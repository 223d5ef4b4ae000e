//! What must hold of points and outlines.

use super::super::document::Estate;
use super::super::limits::POINTS_MAX;
use super::faults::{EstateFault, Faults};
use crate::geo::{Anchor, LonLat};

impl Estate {
    pub(super) fn check_geometry(&self, faults: &mut Faults) {
        let anchor = Anchor::new(self.anchor);
        let home = &self.home;
        let number = |what: &str| format!("home.{what}");
        in_range(faults, number("zoom"), home.zoom, 10.0, 22.0, "10 to 22");
        let pitch = home.pitch_deg;
        in_range(faults, number("pitch_deg"), pitch, 0.0, 60.0, "0 to 60");
        let (bearing, range) = (home.bearing_deg, "-180 to 180");
        in_range(faults, number("bearing_deg"), bearing, -180.0, 180.0, range);
        near(faults, anchor, "home.centre", &[home.centre]);
        for (index, ground) in self.grounds.iter().enumerate() {
            let what = format!("ground {index}");
            shape(faults, anchor, &what, &ground.outline, 3);
        }
        for building in &self.buildings {
            let what = format!("building {}", building.id);
            shape(faults, anchor, &what, &building.outline, 3);
            let height = format!("height_m of {what}");
            in_range(faults, height, building.height_m, 0.0, 1e3, "0 to 1000");
        }
        for (index, line) in self.lines.iter().enumerate() {
            shape(faults, anchor, &format!("line {index}"), &line.course, 2);
        }
        for area in &self.areas {
            shape(
                faults,
                anchor,
                &format!("area {}", area.id),
                &area.outline,
                3,
            );
        }
        for device in &self.devices {
            let what = format!("device {}", device.id);
            near(faults, anchor, &what, &[device.place.at]);
        }
    }
}

pub(super) fn shape(
    faults: &mut Faults,
    anchor: Anchor,
    what: &str,
    points: &[LonLat],
    least: usize,
) {
    if !(least..=POINTS_MAX).contains(&points.len()) {
        return faults.add(EstateFault::Points {
            what: what.to_owned(),
            points: points.len(),
            least,
        });
    }
    near(faults, anchor, what, points);
}

pub(super) fn near(faults: &mut Faults, anchor: Anchor, what: &str, points: &[LonLat]) {
    if points.iter().any(|at| anchor.offset(*at).is_none()) {
        faults.add(EstateFault::TooFar(what.to_owned()));
    }
}

pub(super) fn in_range(
    faults: &mut Faults,
    what: String,
    value: f64,
    least: f64,
    most: f64,
    range: &'static str,
) {
    if !(least..=most).contains(&value) {
        faults.add(EstateFault::Range { what, value, range });
    }
}
