//! A way that somebody walks, over stairs too: where they are on it after so many seconds.

use castellan_domain::estate::graph::{Graph, Xy};
use castellan_domain::estate::{WALKING_M_PER_S, WayPoint};

/// Where somebody is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    pub at: Xy,
    /// Storeys above the ground.
    pub ordinal: i16,
    /// Which way they face, in degrees clockwise from north.
    pub course_deg: f64,
}

#[derive(Debug, Clone, Copy)]
struct Point {
    at: Xy,
    ordinal: i16,
    /// Seconds from where the way begins, at the pace by which ways are measured.
    after_s: f64,
}

/// A way that is being walked.
#[derive(Debug, Clone)]
pub struct Trip {
    /// Never empty.
    points: Vec<Point>,
    walked_s: f64,
}

impl Trip {
    /// A way along these points, which takes so long. What is not walked on the level is climbed. Nothing
    /// without a point.
    pub fn new(graph: &Graph, course: &[WayPoint], seconds: u32) -> Option<Self> {
        let metres = |point: &WayPoint| graph.metres(point.at);
        let steps = || course.windows(2).map(|pair| (&pair[0], &pair[1]));
        let level_s = |from: &WayPoint, to: &WayPoint| {
            if from.ordinal == to.ordinal {
                metres(from).distance(metres(to)) / WALKING_M_PER_S
            } else {
                0.0
            }
        };
        let floors = |from: &WayPoint, to: &WayPoint| f64::from(from.ordinal.abs_diff(to.ordinal));
        let all_level_s: f64 = steps().map(|(from, to)| level_s(from, to)).sum();
        let all_floors: f64 = steps().map(|(from, to)| floors(from, to)).sum();
        let climbed_s = (f64::from(seconds) - all_level_s).max(0.0);
        let s_per_floor = climbed_s / all_floors.max(1.0);
        let mut after_s = 0.0;
        let first = course.first()?;
        let mut points = vec![Point {
            at: metres(first),
            ordinal: first.ordinal,
            after_s,
        }];
        for (from, to) in steps() {
            after_s += level_s(from, to) + floors(from, to) * s_per_floor;
            points.push(Point {
                at: metres(to),
                ordinal: to.ordinal,
                after_s,
            });
        }
        let walked_s = 0.0;
        Some(Self { points, walked_s })
    }

    /// Walks on for so many seconds.
    pub fn advance(&mut self, seconds: f64) {
        self.walked_s = (self.walked_s + seconds.max(0.0)).min(self.length_s());
    }

    /// Whether its end is reached.
    pub fn is_over(&self) -> bool {
        self.walked_s >= self.length_s()
    }

    /// Where somebody on it is.
    pub fn spot(&self) -> Spot {
        let next = self
            .points
            .partition_point(|point| point.after_s <= self.walked_s);
        let next = next.clamp(1, self.points.len().max(2) - 1);
        let (Some(from), Some(to)) = (self.points.get(next - 1), self.points.get(next)) else {
            let only = self.points[0];
            return Spot {
                at: only.at,
                ordinal: only.ordinal,
                course_deg: 0.0,
            };
        };
        let takes_s = to.after_s - from.after_s;
        let part = if takes_s > 0.0 {
            ((self.walked_s - from.after_s) / takes_s).clamp(0.0, 1.0)
        } else {
            1.0
        };
        let (east_m, north_m) = (to.at.x - from.at.x, to.at.y - from.at.y);
        Spot {
            at: from.at.toward(to.at, part),
            ordinal: storey(from.ordinal, to.ordinal, part),
            course_deg: east_m.atan2(north_m).to_degrees().rem_euclid(360.0),
        }
    }

    fn length_s(&self) -> f64 {
        self.points.last().map_or(0.0, |last| last.after_s)
    }
}

/// The storey nearest to a part of the way between two.
#[expect(
    clippy::cast_possible_truncation,
    reason = "between two storeys, both of which fit"
)]
fn storey(from: i16, to: i16, part: f64) -> i16 {
    let (from, to) = (f64::from(from), f64::from(to));
    (from + (to - from) * part).round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::estate::{Estate, Lifts, Ways};

    /// The way to the gas detector of the demo's scene, and the seconds that it takes.
    fn down() -> (Trip, u32, Ways) {
        let estate = Estate::parse(include_bytes!("../../assets/demo/estate.json")).unwrap();
        let ways = Ways::new(&estate);
        let mut devices = estate.devices.iter();
        let gas = devices.find(|one| one.id.as_str() == "gas-3-b1").unwrap();
        let to = ways.to(&gas.place, Lifts::Forbidden);
        let here = Xy { x: -126.2, y: 52.2 };
        let way = to.from(ways.graph().degrees(here).unwrap(), None).unwrap();
        let trip = Trip::new(ways.graph(), &to.course(&way), way.seconds).unwrap();
        (trip, way.seconds, ways.clone())
    }

    #[test]
    fn a_way_down_the_stairs_takes_as_long_as_it_was_said_to_and_nobody_leaps() {
        let (mut trip, seconds, _) = down();
        assert!((60..=80).contains(&seconds), "{seconds}");
        let mut before = trip.spot();
        assert_eq!(before.ordinal, 0);
        for _ in 0..seconds - 2 {
            trip.advance(1.0);
            let now = trip.spot();
            assert!(now.at.distance(before.at) <= WALKING_M_PER_S + 0.1);
            assert!(now.ordinal <= before.ordinal, "down and not up");
            assert!(!trip.is_over());
            before = now;
        }
        trip.advance(3.0);
        assert!(trip.is_over());
        assert_eq!(trip.spot().ordinal, -1);
    }

    #[test]
    fn a_way_of_one_point_is_over_at_once() {
        let (_, _, ways) = down();
        let graph = ways.graph();
        let here = WayPoint {
            at: graph.degrees(Xy { x: 0.0, y: 0.0 }).unwrap(),
            ordinal: 3,
        };
        let trip = Trip::new(graph, &[here], 5).unwrap();
        assert!(trip.is_over());
        assert_eq!(trip.spot().ordinal, 3);
        assert!(Trip::new(graph, &[], 5).is_none());
    }
}
