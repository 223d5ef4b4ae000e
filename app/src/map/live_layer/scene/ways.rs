//! The ways of those who were sent, from where they are seen at this moment.

use super::frames::{Ask, Belief};
use super::{Batch, Scene, seconds};
use crate::dispatch::errands::{Course, Doing, Errand, Part, doing};
use crate::map::live_layer::vertices::{Call, Ink, Marker, Shape};
use crate::map::outline::Point;
use castellan_domain::ids::PersonId;
use castellan_domain::time::Span;

/// Half the width of a way, and how far its shade reaches beyond, in pixels of a desk.
const HALF_PX: f64 = 2.0;
const SHADE_PX: f64 = 1.25;
/// Whoever walks is on the first so many metres of the way that was found last.
const WALKED_M_MAX: f64 = 120.0;

impl Scene {
    /// What everybody is about who was sent. Only what shows asks for a frame: a figure beside a name
    /// does not.
    pub fn set_errands(&mut self, errands: &[Errand]) {
        let is_same = errands.len() == self.errands.len()
            && std::iter::zip(errands, &self.errands).all(|(new, drawn)| looks_same(new, drawn));
        if !is_same {
            self.errands = errands.to_vec();
            self.doing = doing(errands);
            for batch in [Batch::Ways, Batch::People] {
                self.change(batch, Ask::Paced);
            }
        }
    }

    /// What somebody is about.
    pub fn doing(&self, id: &PersonId) -> Option<Doing> {
        self.doing.get(id).copied()
    }

    /// The ways as they are seen at a moment, in metres from the anchor, each from where its guard is.
    pub fn ways(&self, mono: Span) -> Vec<Vec<Point>> {
        let ways = self.ways_at(seconds(mono));
        let points = |way: SeenWay| way.points.into_iter().map(|(at, _)| at).collect();
        ways.map(points).collect()
    }

    fn ways_at(&self, now: f64) -> impl Iterator<Item = SeenWay> {
        let going = self.errands.iter().filter_map(|errand| match &errand.part {
            Part::Going { course, .. } => Some((&errand.person, course.as_ref()?)),
            Part::Asked { .. } | Part::There => None,
        });
        going.filter_map(move |(id, course)| {
            let (anchor, person) = (self.anchor?, self.people.get(id)?);
            let heard_s = self.heard_s(person.received_at, now);
            let of = |course: &Course| {
                let points = course.points.iter();
                let points = points.map(|point| (anchor.metres(point.at), point.ordinal != 0));
                points.collect::<Vec<_>>()
            };
            Some(SeenWay {
                is_sure: Belief::of(heard_s, now) == Belief::Fresh,
                points: rest(&of(course), person.seen_at(now)),
            })
        })
    }

    pub(super) fn write_ways(&self, now: f64, out: &mut Vec<f32>) {
        let ways: Vec<SeenWay> = self.ways_at(now).collect();
        // All shades lie below all ways, or they would darken each other's joints.
        for (ink, size) in [(Ink::Outline, HALF_PX + SHADE_PX), (Ink::Task, HALF_PX)] {
            for way in &ways {
                for pair in way.points.windows(2) {
                    let [(from, from_inside), (to, to_inside)] = *pair else {
                        continue;
                    };
                    let is_sure = way.is_sure && !from_inside && !to_inside;
                    let call = if is_sure { Call::Steady } else { Call::Done };
                    piece(from, to, (call, ink, size)).write(out);
                }
            }
        }
    }
}

/// A way as it is seen: its points, and whether each is on another floor than the ground.
struct SeenWay {
    is_sure: bool,
    points: Vec<(Point, bool)>,
}

fn piece(from: Point, to: Point, (call, ink, size): (Call, Ink, f64)) -> Marker {
    Marker {
        to,
        from,
        set_out_s: 0.0,
        belief: 1.0,
        shape: Shape::Way,
        call,
        size,
        heading: None,
        ink,
    }
}

/// Whether two errands look the same on the map.
fn looks_same(new: &Errand, drawn: &Errand) -> bool {
    let same_part = match (&new.part, &drawn.part) {
        (Part::Going { course: new, .. }, Part::Going { course: drawn, .. }) => new == drawn,
        (Part::Asked { .. }, Part::Asked { .. }) | (Part::There, Part::There) => true,
        (Part::Asked { .. } | Part::Going { .. } | Part::There, _) => false,
    };
    same_part && new.person == drawn.person && new.assignment == drawn.assignment
}

/// What is left of a way for somebody who is seen somewhere on it or beside it.
fn rest(way: &[(Point, bool)], seen: Point) -> Vec<(Point, bool)> {
    let (mut best, mut walked_m) = ((f64::INFINITY, 0, seen), 0.0);
    for (index, pair) in way.windows(2).enumerate() {
        let (from, to) = (pair[0].0, pair[1].0);
        let at = nearest(from, to, seen);
        let away_m = (at.0 - seen.0).hypot(at.1 - seen.1);
        if away_m < best.0 {
            best = (away_m, index + 1, at);
        }
        walked_m += (to.0 - from.0).hypot(to.1 - from.1);
        if walked_m > WALKED_M_MAX {
            break;
        }
    }
    let (away_m, next, at) = best;
    let Some(ahead) = way.get(next..).filter(|_| away_m.is_finite()) else {
        return Vec::new();
    };
    let inside = ahead.first().is_some_and(|(_, inside)| *inside);
    let mut rest = vec![(seen, inside), (at, inside)];
    rest.extend_from_slice(ahead);
    rest
}

/// The point of a piece that is nearest to another one.
fn nearest(from: Point, to: Point, seen: Point) -> Point {
    let (x, y) = (to.0 - from.0, to.1 - from.1);
    let squared = x * x + y * y;
    let along = if squared < 1e-9 {
        0.0
    } else {
        (((seen.0 - from.0) * x + (seen.1 - from.1) * y) / squared).clamp(0.0, 1.0)
    };
    (from.0 + x * along, from.1 + y * along)
}

#[cfg(test)]
mod tests;
