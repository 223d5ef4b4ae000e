//! Which cameras show a place, and how well.

pub(super) mod cone;
pub(super) mod coverage;

use super::building::Building;
use super::document::{Device, Estate};
use super::place::Place;
use super::watch::CameraPose;
use crate::geo::Anchor;
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{BoundingRect as _, Distance as _, Euclidean, Line, Point, Polygon, Rect};

/// Pixels of a picture from left to right, until a camera's own are known.
const PIXELS_ACROSS: f64 = 1_920.0;
/// Height of a picture to its width.
const HEIGHT_TO_WIDTH: f64 = 9.0 / 16.0;
/// A person is looked at this far above the floor.
const LOOKED_AT_M: f64 = 1.2;
/// What is nearer is right below a camera, and there every bearing is in its picture.
const BELOW_M: f64 = 1.0;
/// A camera that does not see a place shows who comes and goes if it is as near as this.
const NEARBY_M: f64 = 100.0;

/// How a camera shows a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sight<'a> {
    /// The camera.
    pub camera: &'a Device,
    /// Metres from it.
    pub distance_m: f64,
    /// Pixels for a metre there; nothing if it shows only what is nearby. IEC 62676-4 asks for 20 to monitor, 250
    /// to recognise, 500 to identify.
    pub pixels_per_m: Option<f64>,
}

/// What of sight does not depend on the place: made once for each estate document.
#[derive(Debug, Clone)]
pub struct Sights {
    anchor: Anchor,
    eyes: Vec<Eye>,
}

/// A camera with what may stand in its way.
#[derive(Debug, Clone)]
struct Eye {
    /// Which of the estate's devices.
    device: usize,
    at: Point,
    pose: CameraPose,
    /// Whether it is on a floor, and so sees nothing but that.
    is_indoors: bool,
    /// Of the buildings within its range that are not its own; of a camera indoors the outline of its floor.
    walls: Vec<Wall>,
}

#[derive(Debug, Clone, Copy)]
struct Wall {
    height_m: f64,
    line: Line,
}

/// A building in metres.
struct House<'a> {
    building: &'a Building,
    outline: Polygon,
    around: Rect,
}

impl Sights {
    /// Of an estate. Its cameras are asked about together with that same estate.
    pub fn of(estate: &Estate) -> Self {
        let anchor = Anchor::new(estate.anchor);
        let buildings: Vec<House<'_>> = (estate.buildings.iter())
            .filter_map(|building| {
                let outline = anchor.polygon(&building.outline);
                let around = outline.bounding_rect()?;
                Some(House {
                    building,
                    outline,
                    around,
                })
            })
            .collect();
        let devices = estate.devices.iter().enumerate();
        let eye = |(device, camera): (usize, &Device)| {
            let (pose, at) = (camera.camera?, Point::from(anchor.metres(camera.place.at)));
            Some(Eye {
                device,
                at,
                pose,
                is_indoors: camera.place.floor.is_some(),
                walls: walls(estate, camera, (at, pose.range_m), &buildings),
            })
        };
        Self {
            anchor,
            eyes: devices.filter_map(eye).collect(),
        }
    }

    /// The cameras that see a place, the best first, and then those nearby, the nearest first. Inside a building
    /// only cameras of the same floor see it; outside, buildings hide it. `estate` is the one that this was made of.
    pub fn cameras_for<'a>(&self, estate: &'a Estate, place: &Place) -> Vec<Sight<'a>> {
        let at = Point::from(self.anchor.metres(place.at));
        let of = |eye: &Eye| eye.sight(estate.devices.get(eye.device)?, place, at);
        let mut sights: Vec<_> = self.eyes.iter().filter_map(of).collect();
        sights.sort_by(|one, other| {
            let [first, second] = [one, other].map(|sight| sight.pixels_per_m.unwrap_or(0.0));
            let nearest = one.distance_m.total_cmp(&other.distance_m);
            second.total_cmp(&first).then(nearest)
        });
        sights
    }
}

fn walls(
    estate: &Estate,
    camera: &Device,
    (from, range_m): (Point, f64),
    buildings: &[House<'_>],
) -> Vec<Wall> {
    let own = camera.place.building.as_ref();
    if let Some(label) = &camera.place.floor {
        let building = own.and_then(|id| estate.building(id));
        let outline = building.map(|building| {
            let floor = building.floor(label);
            let own = floor.and_then(|floor| floor.outline.as_ref());
            Anchor::new(estate.anchor).polygon(own.unwrap_or(&building.outline))
        });
        let lines = outline
            .iter()
            .flat_map(|outline| outline.exterior().lines());
        let height_m = f64::INFINITY;
        return lines.map(|line| Wall { height_m, line }).collect();
    }
    let others = buildings
        .iter()
        .filter(|one| own != Some(&one.building.id) && may_reach(one.around, from, range_m));
    let of = |one: &House<'_>| {
        let height_m = one.building.height_m;
        let lines = one.outline.exterior().lines();
        lines
            .map(|line| Wall { height_m, line })
            .collect::<Vec<_>>()
    };
    others.flat_map(of).collect()
}

/// Whether a box around an outline is no further away. Most are, and nobody asks them for their walls.
fn may_reach(around: Rect, from: Point, range_m: f64) -> bool {
    let (low, high) = (around.min(), around.max());
    (low.x - range_m..=high.x + range_m).contains(&from.x())
        && (low.y - range_m..=high.y + range_m).contains(&from.y())
}

impl Eye {
    fn sight<'a>(&self, camera: &'a Device, place: &Place, at: Point) -> Option<Sight<'a>> {
        let distance_m = Euclidean.distance(self.at, at);
        let own = &camera.place;
        let is_same_building = own.building == place.building;
        let reaches = is_same_building && own.floor == place.floor
            || !self.is_indoors && place.floor.is_none();
        let pixels_per_m = reaches.then(|| self.pixels_per_m(at)).flatten();
        let is_nearby = distance_m <= NEARBY_M && (is_same_building || own.building.is_none());
        (pixels_per_m.is_some() || is_nearby).then_some(Sight {
            camera,
            distance_m,
            pixels_per_m,
        })
    }

    /// Pixels for a metre at a point of its floor or of the ground; nothing if it does not see that.
    fn pixels_per_m(&self, at: Point) -> Option<f64> {
        in_picture(&self.pose, self.at, at).filter(|_| self.is_indoors || !self.is_hidden(at))
    }

    /// Whether a building other than its own stands higher than the line from it to a point.
    fn is_hidden(&self, at: Point) -> bool {
        let sight = Line::new(self.at, at);
        let length = Euclidean.distance(self.at, at);
        let height_m = self.pose.height_m;
        self.walls.iter().any(|wall| {
            let crossing = match line_intersection(sight, wall.line) {
                Some(LineIntersection::SinglePoint { intersection, .. }) => intersection,
                Some(LineIntersection::Collinear { intersection }) => intersection.start,
                None => return false,
            };
            let part = Euclidean.distance(self.at, crossing.into()) / length;
            wall.height_m > height_m + (LOOKED_AT_M - height_m) * part
        })
    }
}

/// Pixels for a metre at a point at a person's height; nothing if it is not in the picture.
fn in_picture(pose: &CameraPose, from: Point, at: Point) -> Option<f64> {
    let (east, north) = (at.x() - from.x(), at.y() - from.y());
    let distance_m = east.hypot(north);
    let off_axis_deg = if distance_m < BELOW_M {
        0.0
    } else {
        turn(east.atan2(north).to_degrees() - pose.heading_deg).abs()
    };
    let down = (pose.height_m - LOOKED_AT_M).atan2(distance_m).to_degrees();
    let half_high = pose.view_deg * HEIGHT_TO_WIDTH / 2.0;
    let is_beside = off_axis_deg > pose.view_deg / 2.0;
    if distance_m > pose.range_m || is_beside || (down - pose.tilt_deg).abs() > half_high {
        return None;
    }
    // A picture of more than half a circle is no plane any more; its pixels lie on an arc.
    let half = pose.view_deg.to_radians() / 2.0;
    let across = if pose.view_deg < 150.0 {
        2.0 * half.tan()
    } else {
        2.0 * half
    };
    let straight = PIXELS_ACROSS / (across * distance_m.max(BELOW_M));
    Some(straight * off_axis_deg.to_radians().cos().max(0.0))
}

/// Degrees as a turn of half a circle at most, to either side.
fn turn(degrees: f64) -> f64 {
    (degrees + 180.0).rem_euclid(360.0) - 180.0
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

    fn cameras_for<'a>(estate: &'a Estate, place: &Place) -> Vec<Sight<'a>> {
        Sights::of(estate).cameras_for(estate, place)
    }

    fn seen(east: f64, north: f64) -> Vec<String> {
        let estate = estate();
        let place = Place {
            building: None,
            floor: None,
            spot: None,
            at: at(east, north),
        };
        let sights = cameras_for(&estate, &place).into_iter();
        let seeing = sights.filter(|sight| sight.pixels_per_m.is_some());
        seeing.map(|sight| sight.camera.id.to_string()).collect()
    }

    #[test]
    fn the_nearest_that_looks_there_comes_first() {
        assert_eq!(seen(10.0, 0.0), ["near", "far"]);
        assert_eq!(seen(12.0, 20.0), ["far"]);
    }

    #[test]
    fn nobody_sees_what_is_behind_a_camera_too_far_or_right_below_it() {
        assert_eq!(seen(-5.0, -20.0), [] as [&str; 0]);
        assert_eq!(seen(60.0, 0.0), [] as [&str; 0]);
        assert_eq!(seen(1.5, 0.0), ["far"]);
    }

    #[test]
    fn a_wall_hides_what_is_behind_it() {
        assert_eq!(seen(32.0, 14.0), [] as [&str; 0]);
        assert_eq!(seen(32.0, 2.0), ["near"]);
    }

    #[test]
    fn one_that_looks_from_above_sees_over_a_wall() {
        let mut estate = estate();
        let place = Place {
            building: None,
            floor: None,
            spot: None,
            at: at(38.0, 10.0),
        };
        assert_eq!(cameras_for(&estate, &place)[0].pixels_per_m, None);
        let pose = estate.devices[0].camera.as_mut().unwrap();
        (pose.height_m, pose.tilt_deg) = (200.0, 80.0);
        assert!(cameras_for(&estate, &place)[0].pixels_per_m.is_some());
    }

    #[test]
    fn where_nobody_sees_it_the_nearest_shows_who_comes() {
        let estate = estate();
        let place = Place {
            building: None,
            floor: None,
            spot: None,
            at: at(-5.0, -20.0),
        };
        let sights = cameras_for(&estate, &place);
        let names: Vec<_> = sights
            .iter()
            .map(|sight| sight.camera.id.as_str())
            .collect();
        assert_eq!(names, ["near", "far"]);
        assert!(sights.iter().all(|sight| sight.pixels_per_m.is_none()));
    }
}
