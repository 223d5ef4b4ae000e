//! The sketch of the place and the way to it: what of the plan is drawn, and how.

use castellan_domain::geo::{Anchor, LonLat};
use castellan_domain::guard_view::Plan;

/// Width of what is drawn to its height, as the style sheet has it.
pub const ASPECT: f64 = 2.0;
/// Decimetres around what must be seen.
const MARGIN: f64 = 150.0;
/// The narrowest that is drawn, in decimetres: nearer nobody finds their bearings.
const WIDTH_MIN: f64 = 900.0;
/// Decimetres from the way within which somebody is on it.
const ON_WAY: f64 = 400.0;

/// A point, in decimetres east and south of the place: on a screen down is more.
pub type At = (f64, f64);

/// The part of the ground that is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Left and upper edge.
    pub from: At,
    /// Width and height.
    pub size: At,
}

/// Where somebody is on the sketch.
pub fn on_sketch(place: LonLat, at: LonLat) -> At {
    let (east_m, north_m) = Anchor::new(place).metres(at);
    (east_m * 10.0, -north_m * 10.0)
}

/// The points of a line of the plan as a screen has them.
pub fn turned(line: &[[i32; 2]]) -> Vec<At> {
    let turn = |[east, north]: &[i32; 2]| (f64::from(*east), -f64::from(*north));
    line.iter().map(turn).collect()
}

/// What is left of the way for somebody who is on it; all of it for anybody else.
pub fn rest_of_way(course: &[At], own: Option<At>) -> Vec<At> {
    let Some(own) = own else {
        return course.to_vec();
    };
    let legs = course.windows(2).enumerate();
    let feet = legs.map(|(leg, ends)| {
        let foot = nearest(ends[0], ends[1], own);
        (leg, foot, away(foot, own))
    });
    let nearest = feet.min_by(|(_, _, one), (_, _, other)| one.total_cmp(other));
    match nearest {
        Some((leg, foot, metres)) if metres <= ON_WAY => {
            let on = course.iter().skip(leg + 1).copied();
            [own, foot].into_iter().chain(on).collect()
        }
        Some(_) | None => course.to_vec(),
    }
}

fn nearest(from: At, to: At, point: At) -> At {
    let (along, across) = (to.0 - from.0, to.1 - from.1);
    let length = along * along + across * across;
    let share = if length > 0.0 {
        ((point.0 - from.0) * along + (point.1 - from.1) * across) / length
    } else {
        0.0
    };
    let share = share.clamp(0.0, 1.0);
    (from.0 + along * share, from.1 + across * share)
}

fn away(one: At, other: At) -> f64 {
    (one.0 - other.0).hypot(one.1 - other.1)
}

/// What is drawn: the place, its building, what is left of the way, and whoever walks it.
pub fn frame(plan: &Plan, way: &[At], own: Option<At>) -> Frame {
    let goal = turned(&plan.goal);
    let on_way = own.filter(|own| way.first() == Some(own));
    let all = [(0.0, 0.0)].into_iter().chain(goal);
    let all: Vec<At> = all.chain(way.iter().copied()).chain(on_way).collect();
    let extent = |of: fn(&At) -> f64| {
        let least = all.iter().map(of).fold(f64::INFINITY, f64::min) - MARGIN;
        let most = all.iter().map(of).fold(f64::NEG_INFINITY, f64::max) + MARGIN;
        (least, most)
    };
    let (x, y) = (extent(|at| at.0), extent(|at| at.1));
    let width = (x.1 - x.0).max((y.1 - y.0) * ASPECT).max(WIDTH_MIN);
    let size = (width, width / ASPECT);
    let from = (
        x.0.midpoint(x.1) - size.0 / 2.0,
        y.0.midpoint(y.1) - size.1 / 2.0,
    );
    Frame { from, size }
}

/// Points as SVG has them.
pub fn points(line: &[At]) -> String {
    let point = |(x, y): &At| format!("{x:.0},{y:.0}");
    line.iter().map(point).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const COURSE: [At; 3] = [(-1_000.0, 0.0), (-100.0, 0.0), (-100.0, 500.0)];

    #[test]
    fn whoever_is_on_the_way_has_the_rest_of_it_before_them() {
        let rest = rest_of_way(&COURSE, Some((-400.0, 30.0)));
        assert_eq!(
            rest,
            [
                (-400.0, 30.0),
                (-400.0, 0.0),
                (-100.0, 0.0),
                (-100.0, 500.0)
            ]
        );
        let nearly = rest_of_way(&COURSE, Some((-90.0, 480.0)));
        assert_eq!(nearly, [(-90.0, 480.0), (-100.0, 480.0), (-100.0, 500.0)]);
        // Whoever is elsewhere, or nowhere, sees it whole.
        assert_eq!(rest_of_way(&COURSE, Some((5_000.0, 0.0))), COURSE);
        assert_eq!(rest_of_way(&COURSE, None), COURSE);
        assert_eq!(rest_of_way(&[], Some((0.0, 0.0))), []);
        assert_eq!(
            rest_of_way(&[(1.0, 1.0), (1.0, 1.0)], Some((1.0, 1.0)))[0],
            (1.0, 1.0)
        );
    }

    #[test]
    fn the_frame_holds_place_building_and_way_and_is_never_too_near() {
        let plan = Plan {
            goal: vec![[-50, -50], [300, -50], [300, 100]],
            ..Plan::default()
        };
        let Frame { from, size } = frame(&plan, &COURSE, None);
        assert!((size.0 / size.1 - ASPECT).abs() < 1e-9);
        for (x, y) in COURSE.into_iter().chain([(300.0, 50.0), (0.0, 0.0)]) {
            assert!(
                x > from.0 && x < from.0 + size.0 && y > from.1 && y < from.1 + size.1,
                "{x} {y}"
            );
        }
        let near = frame(&Plan::default(), &[], None);
        assert!((near.size.0 - WIDTH_MIN).abs() < 1e-9);
        // Somebody at the other end of the estate does not shrink the sketch.
        assert_eq!(
            frame(&plan, &COURSE, Some((90_000.0, 0.0))),
            frame(&plan, &COURSE, None)
        );
    }

    #[test]
    fn north_is_up() {
        let place = LonLat::new(120.0, 30.0).expect("on earth");
        let north_east = LonLat::new(120.001, 30.001).expect("on earth");
        let (x, y) = on_sketch(place, north_east);
        assert!(x > 900.0 && y < -1_000.0, "{x} {y}");
        assert_eq!(points(&turned(&[[10, 20], [-3, -4]])), "10,-20 -3,4");
    }
}
