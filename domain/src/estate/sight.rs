//! Which cameras see a place, and how well.

use super::{CameraPose, Device, Estate, Place};
use crate::geo::Anchor;
use geo::{Distance as _, Euclidean, Intersects as _, Line, Point, Polygon};

/// Pixels of a picture from left to right, until a camera's own are known.
const PIXELS_ACROSS: f64 = 1_920.0;
/// Height of a picture to its width.
const HEIGHT_TO_WIDTH: f64 = 9.0 / 16.0;
/// A person is looked at this far above the floor.
const LOOKED_AT_M: f64 = 1.2;
/// A camera hangs at the wall of its building: what is so near to it hides nothing.
const OWN_WALL_M: f64 = 1.5;
/// Cameras that are named.
pub const SIGHTS_MAX: usize = 8;

/// How a camera sees a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sight<'a> {
    pub camera: &'a Device,
    /// Metres from the camera.
    pub distance_m: f64,
    /// Degrees from the middle of its picture.
    pub off_axis_deg: f64,
    /// Pixels for a metre there. IEC 62676-4 asks for 20 to monitor, 250 to recognise, 500 to identify.
    pub pixels_per_m: f64,
}

impl Estate {
    /// The cameras that see a place, the best first, [`SIGHTS_MAX`] at most. Inside a building only those of
    /// the same floor do; outside, walls of buildings hide it.
    pub fn cameras_that_see(&self, place: &Place) -> Vec<Sight<'_>> {
        let anchor = Anchor::new(self.anchor);
        let (x, y) = anchor.metres(place.at);
        let walls: Vec<_> = self.buildings.iter().map(|one| anchor.polygon(&one.outline)).collect();
        let sees = |camera| self.sight(camera, place, Point::new(x, y), anchor, &walls);
        let mut sights: Vec<_> = self.devices.iter().filter_map(sees).collect();
        sights.sort_by(|one, other| other.pixels_per_m.total_cmp(&one.pixels_per_m));
        sights.truncate(SIGHTS_MAX);
        sights
    }

    fn sight<'a>(
        &self,
        camera: &'a Device,
        place: &Place,
        at: Point,
        anchor: Anchor,
        walls: &[Polygon],
    ) -> Option<Sight<'a>> {
        let pose = camera.camera?;
        let (inside, camera_inside) = (place.floor.is_some(), camera.place.floor.is_some());
        if inside != camera_inside {
            return None;
        }
        let same_floor = (&camera.place.building, &camera.place.floor) == (&place.building, &place.floor);
        if inside && !same_floor {
            return None;
        }
        let (x, y) = anchor.metres(camera.place.at);
        let from = Point::new(x, y);
        let sight = in_picture(camera, &pose, from, at)?;
        let hidden = !inside && is_hidden(from, at, walls);
        (!hidden).then_some(sight)
    }
}

/// Whether a point at a person's height is in the picture.
fn in_picture<'a>(camera: &'a Device, pose: &CameraPose, from: Point, at: Point) -> Option<Sight<'a>> {
    let (east, north) = (at.x() - from.x(), at.y() - from.y());
    let distance_m = east.hypot(north);
    if distance_m > pose.range_m {
        return None;
    }
    let bearing = east.atan2(north).to_degrees();
    let off_axis_deg = turn(bearing - pose.heading_deg).abs();
    let down = (pose.height_m - LOOKED_AT_M).atan2(distance_m).to_degrees();
    let half_high = pose.view_deg * HEIGHT_TO_WIDTH / 2.0;
    // Right below a camera every bearing is in the picture, if it looks down so far.
    let is_beside = off_axis_deg > pose.view_deg / 2.0;
    if is_beside || (down - pose.tilt_deg).abs() > half_high {
        return None;
    }
    // A picture of more than half a circle is no plane any more; its pixels lie on an arc.
    let half = pose.view_deg.to_radians() / 2.0;
    let across = if pose.view_deg < 150.0 { 2.0 * half.tan() } else { 2.0 * half };
    let pixels_per_m = PIXELS_ACROSS / (across * distance_m.max(0.5));
    Some(Sight {
        camera,
        distance_m,
        off_axis_deg,
        pixels_per_m: pixels_per_m * off_axis_deg.to_radians().cos().max(0.0),
    })
}

/// Degrees as a turn of half a circle at most, to either side.
fn turn(degrees: f64) -> f64 {
    (degrees + 180.0).rem_euclid(360.0) - 180.0
}

/// Whether a wall stands between a camera and a point.
fn is_hidden(from: Point, at: Point, walls: &[Polygon]) -> bool {
    let length = Euclidean.distance(from, at);
    if length <= OWN_WALL_M {
        return false;
    }
    let part = OWN_WALL_M / length;
    let begins = from + (at - from) * part;
    let sight = Line::new(begins, at);
    walls.iter().any(|wall| wall.exterior().intersects(&sight))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::LonLat;
    use serde_json::json;

    /// Degrees for a metre, near the equator.
    const METRE: f64 = 1.0 / 111_195.0;

    fn at(east: f64, north: f64) -> LonLat {
        LonLat::new(10.0 + east * METRE, north * METRE).unwrap()
    }

    /// A camera in the middle that looks east; one north of it that looks at it; a wall.
    fn estate() -> Estate {
        let corners = [(20.0, 5.0), (30.0, 5.0), (30.0, 15.0), (20.0, 15.0)];
        let outline = corners.map(|(east, north)| at(east, north));
        let name = json!({"zh": "样板", "en": "Fixture"});
        let camera = |id: &str, east: f64, north: f64, heading: f64| {
            json!({
                "id": id, "kind": "camera", "name": name,
                "place": {"spot": {"zh": "门", "en": "gate"}, "at": at(east, north)},
                "camera": {
                    "height_m": 4, "heading_deg": heading, "tilt_deg": 12, "view_deg": 80, "range_m": 40,
                },
            })
        };
        let document = json!({
            "site": "fixture", "name": name, "time_zone": "Asia/Shanghai",
            "datum": "WGS-84", "anchor": at(0.0, 0.0),
            "home": {"centre": at(0.0, 0.0), "zoom": 17.0, "bearing_deg": 0.0, "pitch_deg": 45.0},
            "buildings": [{"id": "house", "name": name, "outline": outline, "height_m": 30}],
            "devices": [camera("near", 0.0, 0.0, 90.0), camera("far", 10.0, 30.0, 180.0)],
        });
        Estate::parse(document.to_string().as_bytes()).unwrap()
    }

    fn seen(east: f64, north: f64) -> Vec<String> {
        let estate = estate();
        let place = Place {
            building: None,
            floor: None,
            spot: None,
            at: at(east, north),
        };
        let sights = estate.cameras_that_see(&place);
        sights.iter().map(|sight| sight.camera.id.to_string()).collect()
    }

    #[test]
    fn the_nearest_that_looks_there_comes_first() {
        assert_eq!(seen(10.0, 0.0), ["near", "far"]);
        assert_eq!(seen(12.0, 20.0), ["far"]);
    }

    #[test]
    fn nobody_sees_what_is_behind_a_camera_too_far_or_right_below_it() {
        assert_eq!(seen(-10.0, 0.0), [] as [&str; 0]);
        assert_eq!(seen(60.0, 0.0), [] as [&str; 0]);
        assert_eq!(seen(0.5, 0.0), ["far"]);
    }

    #[test]
    fn a_wall_hides_what_is_behind_it() {
        assert_eq!(seen(32.0, 14.0), [] as [&str; 0]);
        assert_eq!(seen(32.0, 2.0), ["near"]);
    }
}
