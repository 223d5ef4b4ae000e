//! The footprint that is drawn: the survey's outline without its small bays and notches. At the size of an
//! estate on a screen they would be a serrated roof; the outline itself stays as it was surveyed.

use super::outline::{self, Point, doubled_area};
use std::collections::BTreeSet;

/// Steps, bays and notches up to this many metres are left out.
const NOTCH_M: f64 = 3.0;
/// A wall that meets its neighbour at a sharper angle would be carried too far.
const CROSSES_MIN: f64 = 0.2;
/// Walls run alike where the cosine between them is at least this.
const ALIKE_MIN: f64 = 0.99;
/// A footprint that would lose or gain more of the survey's area than this share is drawn as surveyed.
const AREA_SHARE_MAX: f64 = 0.25;

/// The outline with straight walls. Where two walls are a short step apart, the shorter one moves to the
/// longer; where a short wall closes a bay or a notch, both end at the shallower side.
pub fn closed(survey: &[Point]) -> Vec<Point> {
    let mut points = outline::open(survey).to_vec();
    let area = doubled_area(&points);
    if area < 0.0 {
        points.reverse();
    }
    points = clean(points);
    let mut kept = BTreeSet::new();
    // Each round leaves out two corners, or keeps a wall for good.
    for _ in 0..2 * survey.len() {
        let Some(short) = shortest(&points, &kept) else {
            break;
        };
        match without(&points, short) {
            Some(fewer) => points = clean(fewer),
            None => {
                kept.insert(key(points[short]));
            }
        }
    }
    let share = doubled_area(&points).abs() / area.abs().max(1e-6);
    if (share - 1.0).abs() > AREA_SHARE_MAX {
        return outline::open(survey).to_vec();
    }
    points
}

/// A corner to the centimetre.
fn key((x, y): Point) -> (i64, i64) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "an estate reaches 20 km: 2,000,000 cm"
    )]
    let cm = |metres: f64| (metres * 100.0).round() as i64;
    (cm(x), cm(y))
}

/// Where the shortest wall begins that may be left out.
fn shortest(points: &[Point], kept: &BTreeSet<(i64, i64)>) -> Option<usize> {
    if points.len() <= 4 {
        return None;
    }
    let next = |index: usize| points[(index + 1) % points.len()];
    let lengths = (0..points.len()).map(|index| (length(points[index], next(index)), index));
    lengths
        .filter(|(length_m, index)| *length_m < NOTCH_M && !kept.contains(&key(points[*index])))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, index)| index)
}

/// The outline without one short wall, if its neighbours allow that.
fn without(points: &[Point], short: usize) -> Option<Vec<Point>> {
    let count = points.len();
    let at = |step: usize| points[(short + count + step - 2) % count];
    // The wall before, the short one, the wall after: a–b, b–c, c–d.
    let [before, a, b, c, d, after] = [0, 1, 2, 3, 4, 5].map(at);
    let (along, on) = (direction(a, b), direction(c, d));
    let alike = dot(along, on);
    let corners = if alike > ALIKE_MIN {
        let (is_first, reach_m) = (length(a, b) >= length(c, d), NOTCH_M * 1.5);
        if is_first {
            let moved = meet(a, along, d, direction(d, after))?;
            (length(moved, d) < reach_m).then_some(vec![a, moved])?
        } else {
            let moved = meet(d, on, a, direction(before, a))?;
            (length(moved, a) < reach_m).then_some(vec![moved, d])?
        }
    } else if alike < -ALIKE_MIN {
        // Both sides end at the shallower one.
        if length(a, b) <= length(c, d) {
            vec![a, onto(a, c, on), d]
        } else {
            vec![a, onto(d, a, along), d]
        }
    } else {
        return None;
    };
    let rest = (5..=count).map(at);
    Some(rest.chain(corners).collect())
}

/// Corners that are one, and corners in the middle of a straight wall, are none.
fn clean(mut points: Vec<Point>) -> Vec<Point> {
    let is_none = |points: &[Point], index: usize| {
        let count = points.len();
        let (a, b, c) = (
            points[(index + count - 1) % count],
            points[index],
            points[(index + 1) % count],
        );
        let (into, out) = (direction(a, b), direction(b, c));
        length(a, b) < 0.05 || (dot(into, out) > 0.0 && cross(into, out).abs() < 0.02)
    };
    while points.len() > 4
        && let Some(index) = (0..points.len()).find(|index| is_none(&points, *index))
    {
        points.remove(index);
    }
    points
}

fn length(a: Point, b: Point) -> f64 {
    (b.0 - a.0).hypot(b.1 - a.1)
}

fn direction(a: Point, b: Point) -> Point {
    let length = length(a, b).max(1e-9);
    ((b.0 - a.0) / length, (b.1 - a.1) / length)
}

fn dot(a: Point, b: Point) -> f64 {
    a.0 * b.0 + a.1 * b.1
}

fn cross(a: Point, b: Point) -> f64 {
    a.0 * b.1 - a.1 * b.0
}

/// Where two lines meet, unless they hardly cross.
fn meet(a: Point, along: Point, b: Point, on: Point) -> Option<Point> {
    let crosses = cross(along, on);
    if crosses.abs() < CROSSES_MIN {
        return None;
    }
    let far = cross((b.0 - a.0, b.1 - a.1), on) / crosses;
    Some((a.0 + along.0 * far, a.1 + along.1 * far))
}

/// The point of a line that is nearest to another.
fn onto(point: Point, from: Point, along: Point) -> Point {
    let far = dot((point.0 - from.0, point.1 - from.1), along);
    (from.0 + along.0 * far, from.1 + along.1 * far)
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::estate::Estate;
    use castellan_domain::geo::Anchor;

    #[test]
    fn small_bays_and_notches_are_left_out_and_wings_stay() {
        // 40 m by 14 m, with a bay of 1.2 m, a notch of 2 m, and a wing of 15 m.
        let survey = [
            (0.0, 0.0),
            (10.0, 0.0),
            (10.0, -1.2),
            (14.0, -1.2),
            (14.0, 0.0),
            (25.0, 0.0),
            (25.0, -15.0),
            (40.0, -15.0),
            (40.0, 14.0),
            (22.0, 14.0),
            (22.0, 12.0),
            (20.0, 12.0),
            (20.0, 14.0),
            (0.0, 14.0),
        ];
        let drawn = closed(&survey);
        let wing = [
            (0.0, 0.0),
            (25.0, 0.0),
            (25.0, -15.0),
            (40.0, -15.0),
            (40.0, 14.0),
            (0.0, 14.0),
        ];
        assert_eq!(drawn.len(), wing.len(), "{drawn:?}");
        for corner in wing {
            let nearest = drawn.iter().map(|p| length(*p, corner));
            assert!(
                nearest.fold(f64::INFINITY, f64::min) < 0.1,
                "{corner:?} in {drawn:?}"
            );
        }
    }

    #[test]
    fn what_is_small_itself_stays_as_it_was_surveyed() {
        let hut = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)];
        assert_eq!(closed(&hut), hut);
        let mut backwards = hut;
        backwards.reverse();
        assert_eq!(closed(&backwards).len(), 4);
    }

    #[test]
    fn the_demo_estates_houses_have_few_corners_and_about_the_area_they_were_surveyed_with() {
        let text = include_bytes!("../../../assets/demo/estate.json");
        let estate = Estate::parse(text).unwrap();
        let anchor = Anchor::new(estate.anchor);
        for building in estate.buildings.iter().filter(|b| b.height_m > 20.0) {
            let survey: Vec<Point> = building
                .outline
                .iter()
                .map(|at| anchor.metres(*at))
                .collect();
            let drawn = closed(&survey);
            let share = doubled_area(&drawn) / doubled_area(&survey);
            assert!(drawn.len() <= 16, "{}: {}", building.id, drawn.len());
            assert!((0.9..1.15).contains(&share), "{}: {share}", building.id);
        }
    }
}
