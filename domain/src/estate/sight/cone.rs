//! What a camera has in its picture, as an area on the ground.

use super::{Eye, HEIGHT_TO_WIDTH, LOOKED_AT_M, Sights, Wall};
use crate::estate::document::Estate;
use crate::ids::DeviceId;
use geo::{Contains as _, LineString, Point, Polygon};

/// Rays of a cone are no further apart.
const STEP_DEG: f64 = 1.0;
/// A ray passes each corner of a wall on both sides, so far from it.
const BESIDE_DEG: f64 = 1e-4;
/// Between two rays that see different things there is a border; it is looked for until they are so near.
const APART_DEG: f64 = 0.01;
/// Where a stretch of two rays so near begins and ends elsewhere, something ends between them.
const JUMP_M: f64 = 0.05;
/// Points of one cone at most; beyond, what lies further clockwise is left out.
const RAYS_MAX: usize = 20_000;

/// East and north of the anchor, in metres.
type Metres = (f64, f64);
/// A stretch of a ray that is in the picture, from and to, in metres from the camera.
type Stretch = (f64, f64);

/// What a camera sees of the ground, at a person's height, in metres from the anchor. What is right below it is left
/// out where it is no wider than a metre.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cone {
    /// Areas that do not overlap; each is a ring that is not closed.
    pub areas: Vec<Vec<(f64, f64)>>,
    /// Lines around all of them.
    pub rims: Vec<Vec<(f64, f64)>>,
    /// Where it can be named: within it if it looks straight ahead at anything, else where the camera is.
    pub middle: (f64, f64),
    /// Whether it lies on a floor of a building.
    pub is_indoors: bool,
}

impl Sights {
    /// The cone of a camera; nothing for what is no camera. On a floor it ends at the floor's outline.
    pub fn cone(&self, estate: &Estate, camera: &DeviceId) -> Option<Cone> {
        let is_it = |eye: &&Eye| {
            let device = estate.devices.get(eye.device);
            device.is_some_and(|device| device.id == *camera)
        };
        Some(self.eyes.iter().find(is_it)?.cone())
    }
}

/// A ray from the camera, with what is in the picture along it.
struct Ray {
    bearing_deg: f64,
    seen: Vec<Stretch>,
}

impl Eye {
    fn cone(&self) -> Cone {
        let rays = self.rays();
        let ahead = self.ray(self.pose.heading_deg).seen;
        let middle = ahead.first().map(|(from, to)| (from + to) / 2.0);
        let mut cone = Cone {
            middle: self.point(self.pose.heading_deg, middle.unwrap_or_default()),
            is_indoors: self.is_indoors,
            ..Cone::default()
        };
        let mut begins = 0;
        for (index, ray) in rays.iter().enumerate() {
            let next = rays.get(index + 1);
            if next.is_some_and(|next| belong_together(ray, next)) {
                continue;
            }
            self.add_areas(&rays[begins..=index], &mut cone);
            if let Some(next) = next {
                // As narrow as such a slice is, what its first ray sees is the whole of it.
                let slice = [(ray, ray), (next, ray)].map(|(at, of)| Ray {
                    bearing_deg: at.bearing_deg,
                    seen: of.seen.clone(),
                });
                self.add_areas(&slice, &mut cone);
                self.add_border(&slice[1], next, &mut cone);
            }
            begins = index + 1;
        }
        if let (Some(first), Some(last), true) =
            (rays.first(), rays.last(), self.pose.view_deg < 360.0)
        {
            let nothing = |of: &Ray| Ray {
                bearing_deg: of.bearing_deg,
                seen: Vec::new(),
            };
            self.add_border(&nothing(first), first, &mut cone);
            self.add_border(last, &nothing(last), &mut cone);
        }
        cone
    }

    /// Rays through the whole view, clockwise.
    fn rays(&self) -> Vec<Ray> {
        let half = self.pose.view_deg / 2.0;
        let from = self.pose.heading_deg - half;
        let steps = (self.pose.view_deg / STEP_DEG).ceil();
        let mut bearings: Vec<f64> = std::iter::successors(Some(0.0), |step| Some(step + 1.0))
            .take_while(|step| *step <= steps)
            .map(|step| from + (step * STEP_DEG).min(self.pose.view_deg))
            .collect();
        for wall in &self.walls {
            for end in [wall.line.start, wall.line.end] {
                let bearing = (end.x - self.at.x())
                    .atan2(end.y - self.at.y())
                    .to_degrees();
                let off = super::turn(bearing - self.pose.heading_deg);
                for off in [off - BESIDE_DEG, off + BESIDE_DEG] {
                    if off.abs() < half {
                        bearings.push(self.pose.heading_deg + off);
                    }
                }
            }
        }
        bearings.sort_by(f64::total_cmp);
        let mut rays: Vec<Ray> = Vec::with_capacity(bearings.len());
        for bearing in bearings {
            let ray = self.ray(bearing);
            let mut between = Vec::new();
            if let Some(last) = rays.last() {
                self.between(last, &ray, &mut between);
            }
            rays.extend(between);
            rays.push(ray);
            if rays.len() >= RAYS_MAX {
                break;
            }
        }
        rays
    }

    /// Rays between two that see different things, until all that do are near each other.
    fn between(&self, one: &Ray, other: &Ray, rays: &mut Vec<Ray>) {
        let is_apart = other.bearing_deg - one.bearing_deg > APART_DEG;
        if belong_together(one, other) || !is_apart || rays.len() >= RAYS_MAX {
            return;
        }
        let middle = self.ray(f64::midpoint(one.bearing_deg, other.bearing_deg));
        self.between(one, &middle, rays);
        let mut after = Vec::new();
        self.between(&middle, other, &mut after);
        rays.push(middle);
        rays.extend(after);
    }

    fn ray(&self, bearing_deg: f64) -> Ray {
        let (sin, cos) = bearing_deg.to_radians().sin_cos();
        let mut seen: Vec<Stretch> = self.in_height().into_iter().collect();
        if self.is_indoors {
            seen = self.within_floor((sin, cos), seen);
        } else {
            for wall in &self.walls {
                let hidden = crossing(self.at, (sin, cos), wall);
                if let Some(hidden) = hidden.and_then(|at_m| self.behind(wall.height_m, at_m)) {
                    seen = seen
                        .into_iter()
                        .flat_map(|one| without(one, hidden))
                        .collect();
                }
            }
        }
        Ray { bearing_deg, seen }
    }

    /// How near and how far its picture reaches, whatever stands in the way.
    fn in_height(&self) -> Option<Stretch> {
        let pose = &self.pose;
        let half = pose.view_deg * HEIGHT_TO_WIDTH / 2.0;
        let above = pose.height_m - LOOKED_AT_M;
        // What is looked at from below is the same, upside down.
        let (above, tilt) = (
            above.abs(),
            if above < 0.0 {
                -pose.tilt_deg
            } else {
                pose.tilt_deg
            },
        );
        let at = |down_deg: f64| match down_deg {
            down if down <= 0.0 => f64::INFINITY,
            down if down >= 90.0 => 0.0,
            down => above / down.to_radians().tan(),
        };
        if tilt + half < 0.0 || tilt - half > 90.0 {
            return None;
        }
        let (near, far) = (at(tilt + half), at(tilt - half).min(pose.range_m));
        (near < far).then_some((near, far))
    }

    /// What of a ray a wall hides that it crosses.
    fn behind(&self, height_m: f64, at_m: f64) -> Option<Stretch> {
        let above = self.pose.height_m - LOOKED_AT_M;
        let lower = self.pose.height_m - height_m;
        match (above > 0.0, lower > 0.0) {
            (true, true) => Some((at_m, above * at_m / lower)).filter(|(from, to)| from < to),
            (true, false) => Some((at_m, f64::INFINITY)),
            (false, _) if lower < 0.0 => Some((at_m.max(above * at_m / lower), f64::INFINITY)),
            (false, _) => None,
        }
    }

    /// What of a ray lies on its floor, up to where it first leaves it.
    fn within_floor(&self, towards: Metres, seen: Vec<Stretch>) -> Vec<Stretch> {
        let mut crossings: Vec<f64> = (self.walls.iter())
            .filter_map(|wall| crossing(self.at, towards, wall))
            .collect();
        crossings.sort_by(f64::total_cmp);
        let starts = self.walls.iter().map(|wall| wall.line.start);
        let outline = Polygon::new(starts.collect::<LineString>(), Vec::new());
        let mut crossings = crossings.into_iter();
        let from = if outline.contains(&self.at) {
            Some(0.0)
        } else {
            crossings.next()
        };
        let Some(from) = from else {
            return Vec::new();
        };
        let to = crossings.next().unwrap_or(from);
        let cut = seen
            .into_iter()
            .map(|(near, far)| (near.max(from), far.min(to)));
        cut.filter(|(near, far)| near < far).collect()
    }

    fn point(&self, bearing_deg: f64, at_m: f64) -> Metres {
        let (sin, cos) = bearing_deg.to_radians().sin_cos();
        (self.at.x() + sin * at_m, self.at.y() + cos * at_m)
    }

    /// The areas between rays that belong together.
    fn add_areas(&self, rays: &[Ray], cone: &mut Cone) {
        let Some(count) = rays
            .first()
            .map(|ray| ray.seen.len())
            .filter(|_| rays.len() > 1)
        else {
            return;
        };
        for index in 0..count {
            let seen = |ray: &Ray| (ray.bearing_deg, ray.seen[index]);
            let along = rays.iter().map(seen);
            let far: Vec<_> = along
                .clone()
                .map(|(at, (_, far))| self.point(at, far))
                .collect();
            let near: Vec<_> = along.map(|(at, (near, _))| self.point(at, near)).collect();
            cone.areas
                .push(far.iter().chain(near.iter().rev()).copied().collect());
            cone.rims.push(far);
            cone.rims.push(near);
        }
    }

    /// The lines between two rays beside a border, where one sees what the other does not.
    fn add_border(&self, one: &Ray, other: &Ray, cone: &mut Cone) {
        for (of, but) in [(one, other), (other, one)] {
            let mut left = of.seen.clone();
            for seen in &but.seen {
                left = left
                    .into_iter()
                    .flat_map(|stretch| without(stretch, *seen))
                    .collect();
            }
            let long = left.into_iter().filter(|(from, to)| to - from > JUMP_M);
            cone.rims.extend(long.map(|(from, to)| {
                vec![
                    self.point(of.bearing_deg, from),
                    self.point(of.bearing_deg, to),
                ]
            }));
        }
    }
}

/// Whether nothing begins or ends between two rays.
fn belong_together(one: &Ray, other: &Ray) -> bool {
    let is_near = other.bearing_deg - one.bearing_deg <= 3.0 * BESIDE_DEG;
    one.seen.len() == other.seen.len()
        && one.seen.iter().zip(&other.seen).all(|(a, b)| {
            let jumps = (a.0 - b.0).abs() > JUMP_M || (a.1 - b.1).abs() > JUMP_M;
            a.0.max(b.0) < a.1.min(b.1) && !(is_near && jumps)
        })
}

/// How far along a ray a wall is, if it crosses it.
fn crossing(from: Point, (east, north): Metres, wall: &Wall) -> Option<f64> {
    let (start, end) = (wall.line.start, wall.line.end);
    let (x, y) = (start.x - from.x(), start.y - from.y());
    let (wide, high) = (end.x - start.x, end.y - start.y);
    let across = east * high - north * wide;
    let at_m = (x * high - y * wide) / across;
    let part = (x * north - y * east) / across;
    (across != 0.0 && at_m > 0.0 && (0.0..=1.0).contains(&part)).then_some(at_m)
}

/// A stretch without another one.
fn without((from, to): Stretch, (begins, ends): Stretch) -> impl Iterator<Item = Stretch> {
    let before = (from, to.min(begins));
    let after = (from.max(ends), to);
    [before, after].into_iter().filter(|(from, to)| from < to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::place::Place;
    use crate::geo::LonLat;
    use proptest::prelude::*;
    use serde_json::json;

    /// Degrees for a metre, near the equator.
    const METRE: f64 = 1.0 / 111_195.080_23;
    /// How exactly an edge is drawn.
    const EDGE_M: f64 = 0.3;

    fn at((east, north): Metres) -> LonLat {
        LonLat::new(10.0 + east * METRE, north * METRE).unwrap()
    }

    /// A camera in the middle, and boxes around it with their corner, width, depth and height.
    fn estate(pose: &serde_json::Value, boxes: &[(f64, f64, f64, f64, f64)]) -> Estate {
        let name = json!({"zh": "样板", "en": "Fixture"});
        let building =
            |(index, (x, y, wide, deep, height)): (usize, &(f64, f64, f64, f64, f64))| {
                let corners = [
                    (*x, *y),
                    (x + wide, *y),
                    (x + wide, y + deep),
                    (*x, y + deep),
                ];
                json!({
                    "id": format!("b{index}"), "name": name, "height_m": height,
                    "outline": corners.map(at),
                })
            };
        let document = json!({
            "site": "fixture", "name": name, "time_zone": "Asia/Shanghai",
            "datum": "WGS-84", "anchor": at((0.0, 0.0)),
            "home": {"centre": at((0.0, 0.0)), "zoom": 17.0, "bearing_deg": 0.0, "pitch_deg": 45.0},
            "buildings": boxes.iter().enumerate().map(building).collect::<Vec<_>>(),
            "devices": [{
                "id": "cam", "kind": "camera", "name": name,
                "place": {"spot": name, "at": at((0.0, 0.0))}, "camera": pose,
            }],
        });
        Estate::parse(document.to_string().as_bytes()).unwrap()
    }

    fn is_seen(sights: &Sights, estate: &Estate, point: Metres) -> bool {
        let place = Place {
            building: None,
            floor: None,
            spot: None,
            at: at(point),
        };
        let sights = sights.cameras_for(estate, &place);
        sights
            .first()
            .is_some_and(|sight| sight.pixels_per_m.is_some())
    }

    fn is_in(cone: &Cone, (x, y): Metres) -> bool {
        let area = |ring: &Vec<Metres>| Polygon::new(ring.iter().copied().collect(), Vec::new());
        cone.areas
            .iter()
            .any(|ring| area(ring).contains(&Point::new(x, y)))
    }

    /// A low or a high box that does not stand around the camera.
    fn a_box() -> impl Strategy<Value = (f64, f64, f64, f64, f64)> {
        let sides = (
            3.0..25.0f64,
            3.0..25.0f64,
            prop_oneof![0.5..4.0f64, 5.0..40.0f64],
        );
        let corner = prop_oneof![
            (4.0..60.0f64, -40.0..40.0f64),
            (-60.0..-26.0f64, -40.0..40.0f64)
        ];
        (corner, sides).prop_map(|((x, y), (wide, deep, high))| (x, y, wide, deep, high))
    }

    proptest! {
        #[test]
        fn a_point_lies_in_the_cone_exactly_if_the_camera_sees_it(
            (height_m, heading_deg, tilt_deg) in (0.5..60.0f64, 0.0..360.0f64, -10.0..70.0f64),
            (view_deg, range_m) in (20.0..360.0f64, 5.0..90.0f64),
            boxes in prop::collection::vec(a_box(), 0..4),
            points in prop::collection::vec((0.0..360.0f64, 1.5..95.0f64), 60),
        ) {
            let pose = json!({
                "height_m": height_m, "heading_deg": heading_deg, "tilt_deg": tilt_deg,
                "view_deg": view_deg, "range_m": range_m,
            });
            let estate = estate(&pose, &boxes);
            let sights = Sights::of(&estate);
            let cone = sights.cone(&estate, &DeviceId::new("cam").unwrap()).unwrap();
            for (bearing, distance) in points {
                let (sin, cos) = f64::to_radians(bearing).sin_cos();
                let point = (sin * distance, cos * distance);
                let around = [(0.0, 0.0), (EDGE_M, 0.0), (-EDGE_M, 0.0), (0.0, EDGE_M), (0.0, -EDGE_M)];
                let around = around.map(|(x, y)| is_seen(&sights, &estate, (point.0 + x, point.1 + y)));
                // At an edge of the picture either may be.
                if around.iter().all(|seen| *seen == around[0]) {
                    prop_assert_eq!(is_in(&cone, point), around[0], "{:?} of {:?}", point, cone);
                }
            }
        }
    }

    #[test]
    fn a_wall_cuts_a_cone_and_a_low_one_leaves_a_gap_in_it() {
        let pose = json!({"height_m": 4, "heading_deg": 90, "tilt_deg": 12, "view_deg": 80, "range_m": 40});
        let seen = |boxes: &[_], points: [Metres; 3]| {
            let estate = estate(&pose, boxes);
            let cone = Sights::of(&estate)
                .cone(&estate, &DeviceId::new("cam").unwrap())
                .unwrap();
            points.map(|point| is_in(&cone, point))
        };
        let ahead = [(15.0, 0.0), (24.0, 0.0), (38.0, 0.0)];
        assert_eq!(seen(&[], ahead), [true, true, true]);
        assert_eq!(
            seen(&[(20.0, -5.0, 1.0, 10.0, 30.0)], ahead),
            [true, false, false]
        );
        assert_eq!(
            seen(&[(20.0, -5.0, 1.0, 10.0, 2.0)], ahead),
            [true, false, true]
        );
        assert_eq!(
            seen(&[], [(15.0, 20.0), (-5.0, 0.0), (41.0, 0.0)]),
            [false, false, false]
        );
    }
}
