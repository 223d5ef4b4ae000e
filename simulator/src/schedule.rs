//! When a recorded walk is where: from its own times, or at a walking pace where it has none.

use crate::gpx_walk::Point;
use castellan_domain::estate::{Estate, GroundKind};
use castellan_domain::geo::{Anchor, CoordinateError, LonLat, Offset, distance_m};
use std::time::Duration;

/// Metres in a second where nothing was recorded.
pub const PACE_M_PER_S: f64 = 1.4;
/// Faster than this (250 km/h) is not a movement on the ground but a wrong time.
const SPEED_M_PER_S_MAX: f64 = 70.0;
/// The longest wait between two points: nobody watches a lunch break.
pub const WAIT_MAX: Duration = Duration::from_secs(10);
/// The shortest: a phone tells times apart by whole seconds.
const WAIT_MIN: Duration = Duration::from_secs(1);
/// How much of the estate a walk moved onto it may fill.
const FILL: f64 = 0.9;
/// Metres that an estate is taken to measure at least when a walk is moved onto it.
const EXTENT_M_MIN: f64 = 50.0;

/// One fix to send.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    pub at: LonLat,
    /// Metres above the sea; 0 where not recorded.
    pub altitude_m: f64,
    /// How long after the first one.
    pub due: Duration,
    /// Over ground since the step before.
    pub speed_m_per_s: f64,
    /// From the step before, in degrees clockwise from north.
    pub course_deg: f64,
}

/// A walk with its timing.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// In order; never empty.
    pub steps: Vec<Step>,
    /// What was done to the recording, one sentence each.
    pub notes: Vec<String>,
}

/// Times a walk: recorded intervals divided by `speed`, none longer than [`WAIT_MAX`].
pub fn plan(points: &[Point], speed: f64) -> Plan {
    let mut steps: Vec<Step> = Vec::with_capacity(points.len());
    let mut due = Duration::ZERO;
    let mut shortened = 0_usize;
    let mut merged = 0_usize;
    for (index, point) in points.iter().enumerate() {
        if let Some(before) = index.checked_sub(1).map(|before| &points[before]) {
            let wait = interval(before, point).div_f64(speed);
            shortened += usize::from(wait > WAIT_MAX);
            due += wait.min(WAIT_MAX);
        }
        let last = index + 1 == points.len();
        match steps.last() {
            Some(sent) if due < sent.due + WAIT_MIN && !last => merged += 1,
            Some(sent) => steps.push(step(sent, point, due.max(sent.due + WAIT_MIN))),
            None => steps.push(Step {
                at: point.at,
                altitude_m: point.altitude_m.unwrap_or(0.0),
                due,
                speed_m_per_s: 0.0,
                course_deg: 0.0,
            }),
        }
    }
    Plan {
        steps,
        notes: notes(points, shortened, merged),
    }
}

fn notes(points: &[Point], shortened: usize, merged: usize) -> Vec<String> {
    let mut notes = Vec::new();
    let all = points.len().saturating_sub(1);
    let untimed = points
        .windows(2)
        .filter(|pair| recorded(&pair[0], &pair[1]).is_none())
        .count();
    if points.iter().all(|point| point.at_ms.is_none()) {
        notes.push(format!(
            "the recording has no times: walked at {PACE_M_PER_S} m/s"
        ));
    } else if untimed > 0 {
        notes.push(format!(
            "intervals without a usable time: {untimed} of {all}, walked at {PACE_M_PER_S} m/s"
        ));
    }
    if shortened > 0 {
        notes.push(format!(
            "waits cut to {} s: {shortened} of {all}",
            WAIT_MAX.as_secs()
        ));
    }
    if merged > 0 {
        notes.push(format!(
            "points left out because less than a second passed, as a phone would: {merged}"
        ));
    }
    notes
}

/// The interval between two points, recorded or walked.
fn interval(a: &Point, b: &Point) -> Duration {
    recorded(a, b).unwrap_or_else(|| {
        Duration::try_from_secs_f64(distance_m(a.at, b.at) / PACE_M_PER_S).unwrap_or(WAIT_MAX)
    })
}

/// The recorded interval, unless a time is missing, runs backwards, or stands still while the
/// walker does not (some loggers write one time, often of 1901 or 1970, into every point).
fn recorded(a: &Point, b: &Point) -> Option<Duration> {
    let ms = b.at_ms?.checked_sub(a.at_ms?)?;
    let interval = u64::try_from(ms).ok().map(Duration::from_millis)?;
    let way_m = distance_m(a.at, b.at);
    (way_m <= SPEED_M_PER_S_MAX * interval.as_secs_f64()).then_some(interval)
}

fn step(before: &Step, point: &Point, due: Duration) -> Step {
    let way_m = distance_m(before.at, point.at);
    let (east_m, north_m) = Anchor::new(before.at).metres(point.at);
    Step {
        at: point.at,
        altitude_m: point.altitude_m.unwrap_or(before.altitude_m),
        due,
        speed_m_per_s: way_m / due.saturating_sub(before.due).max(WAIT_MIN).as_secs_f64(),
        course_deg: if way_m > 0.5 {
            east_m.atan2(north_m).to_degrees().rem_euclid(360.0)
        } else {
            before.course_deg
        },
    }
}

/// Moves a walk onto an estate: the middle of its bounding box onto the estate's middle, north
/// stays north, made smaller where it would not fit. Says what it did.
pub fn moved_onto(points: &mut [Point], estate: &Estate) -> Result<String, CoordinateError> {
    let Some(first) = points.first().map(|point| point.at) else {
        return Ok("nothing to move".to_owned());
    };
    let ground = ground_of(estate);
    let target = Anchor::new(estate.anchor);
    let place = Extent::of(ground.iter().map(|at| target.metres(*at)));
    // Longitudes are unwrapped, so that a walk over the antimeridian stays one walk.
    let recorded = Anchor::new(first);
    let metres = |at: LonLat| {
        let lon = at.lon() - first.lon();
        let turns = if lon > 180.0 {
            -360.0
        } else if lon < -180.0 {
            360.0
        } else {
            0.0
        };
        let (x, y) = recorded.metres(at);
        let (per_degree, _) = recorded.metres(LonLat::new(
            if first.lon() > 0.0 {
                first.lon() - 1.0
            } else {
                first.lon() + 1.0
            },
            first.lat(),
        )?);
        Ok::<_, CoordinateError>((x + turns * per_degree.abs(), y))
    };
    let flat: Vec<(f64, f64)> = points
        .iter()
        .map(|p| metres(p.at))
        .collect::<Result<_, _>>()?;
    let walk = Extent::of(flat.iter().copied());
    let fits = |room_m: f64, needed_m: f64| FILL * room_m.max(EXTENT_M_MIN) / needed_m.max(1.0);
    let scale = fits(place.width_m(), walk.width_m())
        .min(fits(place.height_m(), walk.height_m()))
        .min(1.0);
    for (point, (x, y)) in points.iter_mut().zip(flat) {
        let (centre, from) = (place.middle(), walk.middle());
        point.at = target.position(Offset {
            x_cm: centimetres(centre.0 + (x - from.0) * scale),
            y_cm: centimetres(centre.1 + (y - from.1) * scale),
        })?;
    }
    Ok(if scale < 1.0 {
        format!(
            "moved onto {}, at {:.1} % of its size",
            estate.name.en,
            scale * 100.0
        )
    } else {
        format!("moved onto {}", estate.name.en)
    })
}

fn ground_of(estate: &Estate) -> Vec<LonLat> {
    let land = estate
        .grounds
        .iter()
        .filter(|ground| ground.kind == GroundKind::Land);
    let land: Vec<LonLat> = land
        .flat_map(|ground| ground.outline.iter().copied())
        .collect();
    if !land.is_empty() {
        return land;
    }
    let nodes: Vec<LonLat> = estate.paths.nodes.iter().map(|node| node.at).collect();
    if nodes.is_empty() {
        vec![estate.home.centre]
    } else {
        nodes
    }
}

/// A bounding box in metres.
struct Extent {
    least: (f64, f64),
    most: (f64, f64),
}

impl Extent {
    fn of(points: impl Iterator<Item = (f64, f64)>) -> Self {
        let nothing = Self {
            least: (f64::INFINITY, f64::INFINITY),
            most: (f64::NEG_INFINITY, f64::NEG_INFINITY),
        };
        points.fold(nothing, |e, (x, y)| Self {
            least: (e.least.0.min(x), e.least.1.min(y)),
            most: (e.most.0.max(x), e.most.1.max(y)),
        })
    }

    fn width_m(&self) -> f64 {
        self.most.0 - self.least.0
    }

    fn height_m(&self) -> f64 {
        self.most.1 - self.least.1
    }

    fn middle(&self) -> (f64, f64) {
        (
            self.least.0.midpoint(self.most.0),
            self.least.1.midpoint(self.most.1),
        )
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "saturates; an estate is at most 20 km wide, 2,000,000 cm"
)]
fn centimetres(metres: f64) -> i32 {
    (metres * 100.0).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn point(east_m: f64, at_ms: Option<i64>) -> Point {
        let at = LonLat::new(14.0 + east_m / 78_000.0, 45.3).unwrap();
        Point {
            at,
            altitude_m: None,
            at_ms,
        }
    }

    fn dues(plan: &Plan) -> Vec<u64> {
        plan.steps
            .iter()
            .map(|step| u64::try_from(step.due.as_millis()).unwrap())
            .collect()
    }

    #[test]
    fn recorded_intervals_are_kept_divided_by_the_speed_and_cut_to_ten_seconds() {
        let walk: Vec<Point> = [0, 2, 6, 7, 3_600]
            .iter()
            .map(|s| point(0.0, Some(1_000_000 + s * 1_000)))
            .collect();
        let slow = plan(&walk, 1.0);
        assert_eq!(dues(&slow), [0, 2_000, 6_000, 7_000, 17_000]);
        assert_eq!(slow.notes, ["waits cut to 10 s: 1 of 4"]);
        assert_eq!(dues(&plan(&walk, 0.5)), [0, 4_000, 12_000, 14_000, 24_000]);
    }

    #[test]
    fn a_fast_replay_keeps_a_second_between_fixes_and_always_sends_the_last() {
        let walk: Vec<Point> = (0..=10).map(|s| point(0.0, Some(s * 1_000))).collect();
        let fast = plan(&walk, 4.0);
        assert_eq!(dues(&fast), [0, 1_000, 2_000, 3_000]);
        assert!(fast.notes[0].ends_with(": 7"), "{:?}", fast.notes);
    }

    #[test]
    fn without_times_or_with_times_that_run_backwards_it_is_walked() {
        let untimed = [point(0.0, None), point(7.0, None), point(7.0, None)];
        let walked = plan(&untimed, 1.0);
        assert!(
            dues(&walked)[1].abs_diff(5_000) < 200,
            "{:?}",
            dues(&walked)
        );
        assert!(walked.notes[0].contains("no times"), "{:?}", walked.notes);
        assert!((walked.steps[1].speed_m_per_s - PACE_M_PER_S).abs() < 0.01);
        assert!((walked.steps[1].course_deg - 90.0).abs() < 1.0);

        let back = [
            point(0.0, Some(9_000)),
            point(7.0, Some(1_000)),
            point(7.0, Some(3_000)),
        ];
        let walked = plan(&back, 1.0);
        assert!(walked.notes[0].contains("1 of 2"), "{:?}", walked.notes);
        assert!(
            dues(&walked)[2].abs_diff(7_000) < 200,
            "{:?}",
            dues(&walked)
        );

        // One time in every point, as some loggers write it.
        let stopped = [0.0, 14.0, 28.0].map(|east_m| point(east_m, Some(-2_147_483_648_000)));
        let walked = plan(&stopped, 1.0);
        assert!(
            dues(&walked)[2].abs_diff(20_000) < 200,
            "{:?}",
            dues(&walked)
        );

        let extreme = [point(0.0, Some(i64::MIN)), point(7.0, Some(i64::MAX))];
        assert_eq!(plan(&extreme, 1.0).steps.len(), 2);
    }

    #[test]
    fn a_walk_recorded_elsewhere_fits_onto_the_estate_and_keeps_its_shape() {
        let estate = fixture::estate();
        let mut walk: Vec<Point> = (0..100)
            .map(|n| Point {
                at: LonLat::new(14.0 + f64::from(n) * 0.001, 45.0 + f64::from(n) * 0.0005).unwrap(),
                altitude_m: None,
                at_ms: None,
            })
            .collect();
        let said = moved_onto(&mut walk, &estate).unwrap();
        assert!(said.contains('%'), "{said}");
        let anchor = Anchor::new(estate.anchor);
        let extent = Extent::of(walk.iter().map(|point| anchor.metres(point.at)));
        // The fixture's paths lie between -50 and 320 m east, -50 and 300 m north.
        assert!((extent.middle().0 - 135.0).abs() < 0.5 && (extent.middle().1 - 125.0).abs() < 0.5);
        assert!(
            (extent.width_m() - 0.9 * 370.0).abs() < 1.0,
            "{}",
            extent.width_m()
        );
        let shape = (0.1 * 45f64.to_radians().cos()) / 0.05;
        assert!((extent.width_m() / extent.height_m() - shape).abs() < 0.05);
    }

    #[test]
    fn a_small_walk_is_moved_and_not_blown_up_and_the_antimeridian_does_not_tear_it() {
        let mut walk = [point(0.0, None), point(20.0, None)];
        moved_onto(&mut walk, &fixture::estate()).unwrap();
        assert!((distance_m(walk[0].at, walk[1].at) - 20.0).abs() < 0.5);

        for lons in [[179.9999, -179.9999], [-179.9999, 179.9999]] {
            let mut walk = lons.map(|lon| Point {
                at: LonLat::new(lon, 0.0).unwrap(),
                altitude_m: None,
                at_ms: None,
            });
            moved_onto(&mut walk, &fixture::estate()).unwrap();
            let way_m = distance_m(walk[0].at, walk[1].at);
            assert!((way_m - 22.2).abs() < 0.2, "{way_m}");
        }
    }
}
