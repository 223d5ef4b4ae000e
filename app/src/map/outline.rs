//! Plane geometry of outlines, in metres from the site's anchor.

/// Metres east and north.
pub type Point = (f64, f64);

/// A corner may stick out by this many times the distance at most before it is cut off.
const MITRE_MAX: f64 = 3.0;

/// An outline without its repeated last point.
pub fn open(points: &[Point]) -> &[Point] {
    match points {
        [first, .., last] if points.len() > 3 && near(*first, *last) => &points[..points.len() - 1],
        _ => points,
    }
}

fn near(a: Point, b: Point) -> bool {
    (a.0 - b.0).hypot(a.1 - b.1) < 0.01
}

/// Twice the signed area; positive when the outline runs counter-clockwise.
pub fn doubled_area(points: &[Point]) -> f64 {
    pairs(points).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum()
}

/// The centre of gravity of what an outline encloses.
pub fn centroid(points: &[Point]) -> Point {
    let area = doubled_area(points);
    if area.abs() < 1e-6 {
        let count = f64::from(u32::try_from(points.len().max(1)).unwrap_or(u32::MAX));
        let (x, y) = points
            .iter()
            .fold((0.0, 0.0), |sum, p| (sum.0 + p.0, sum.1 + p.1));
        return (x / count, y / count);
    }
    let (x, y) = pairs(points).fold((0.0, 0.0), |sum, (a, b)| {
        let cross = a.0 * b.1 - b.0 * a.1;
        (sum.0 + (a.0 + b.0) * cross, sum.1 + (a.1 + b.1) * cross)
    });
    (x / (3.0 * area), y / (3.0 * area))
}

/// The outline moved inwards by `distance_m`, or nothing when it is too narrow for that.
pub fn inset(points: &[Point], distance_m: f64) -> Option<Vec<Point>> {
    let points = open(points);
    let area = doubled_area(points);
    if points.len() < 3 || area.abs() < 1e-6 {
        return None;
    }
    let inward = distance_m * area.signum();
    let count = points.len();
    let moved: Vec<Point> = (0..count)
        .map(|i| {
            let before = points[(i + count - 1) % count];
            let (here, after) = (points[i], points[(i + 1) % count]);
            let (a, b) = (normal(before, here), normal(here, after));
            let (x, y) = (a.0 + b.0, a.1 + b.1);
            // |a + b|² is 2 (1 + cos) of the turn: dividing by half of it gives the mitre.
            let half = (0.5 * (x * x + y * y)).max(2.0 / (MITRE_MAX * MITRE_MAX));
            (here.0 + x / half * inward, here.1 + y / half * inward)
        })
        .collect();
    let kept = doubled_area(&moved) / area;
    (kept > 0.2).then_some(moved)
}

/// The unit vector to the left of the way from `a` to `b`.
fn normal(a: Point, b: Point) -> Point {
    let (x, y) = (b.0 - a.0, b.1 - a.1);
    let length = x.hypot(y).max(1e-9);
    (-y / length, x / length)
}

/// The ground that an outline and its copy at `shift` have between them: the shadow of a prism.
/// Hollows are filled; a shadow is soft enough for that.
pub fn swept(points: &[Point], shift: Point) -> Vec<Point> {
    let moved = points.iter().map(|p| (p.0 + shift.0, p.1 + shift.1));
    let mut all: Vec<Point> = points.iter().copied().chain(moved).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut hull = half_hull(all.iter().copied());
    hull.extend(half_hull(all.iter().rev().copied()));
    hull
}

/// One half of the convex hull of ordered points, without its last one.
fn half_hull(points: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut hull: Vec<Point> = Vec::new();
    for point in points {
        while let [.., a, b] = hull.as_slice() {
            let turn = (b.0 - a.0) * (point.1 - a.1) - (b.1 - a.1) * (point.0 - a.0);
            if turn > 0.0 {
                break;
            }
            hull.pop();
        }
        hull.push(point);
    }
    hull.pop();
    hull
}

/// The direction (unit vector) of the segment nearest to `at` among several courses, if one is
/// within `reach_m`.
pub fn direction_near<'a>(
    courses: impl Iterator<Item = &'a [Point]>,
    at: Point,
    reach_m: f64,
) -> Option<Point> {
    let mut best = (reach_m, None);
    for course in courses {
        for pair in course.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let distance = distance_to_segment(at, a, b);
            let length = (b.0 - a.0).hypot(b.1 - a.1);
            if distance <= best.0 && length > 0.05 {
                best = (distance, Some(((b.0 - a.0) / length, (b.1 - a.1) / length)));
            }
        }
    }
    best.1
}

fn distance_to_segment(at: Point, a: Point, b: Point) -> f64 {
    let (x, y) = (b.0 - a.0, b.1 - a.1);
    let squared = x * x + y * y;
    let along = if squared < 1e-9 {
        0.0
    } else {
        (((at.0 - a.0) * x + (at.1 - a.1) * y) / squared).clamp(0.0, 1.0)
    };
    (at.0 - a.0 - x * along).hypot(at.1 - a.1 - y * along)
}

fn pairs(points: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    points
        .iter()
        .zip(points.iter().cycle().skip(1))
        .map(|(a, b)| (*a, *b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [Point; 4] = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)];

    fn close(a: Point, b: Point) -> bool {
        (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9
    }

    #[test]
    fn a_square_shrinks_evenly_whichever_way_it_runs() {
        let smaller = inset(&SQUARE, 1.0).unwrap();
        assert!(close(smaller[0], (1.0, 1.0)) && close(smaller[2], (9.0, 9.0)));
        let mut reversed = SQUARE;
        reversed.reverse();
        let smaller = inset(&reversed, 1.0).unwrap();
        assert!(close(smaller[0], (1.0, 9.0)) && close(smaller[3], (1.0, 1.0)));
    }

    #[test]
    fn what_is_too_narrow_or_encloses_nothing_has_no_inset() {
        assert_eq!(inset(&[(0.0, 0.0), (10.0, 0.0), (5.0, 0.0)], 0.1), None);
        let sliver = [(0.0, 0.0), (30.0, 0.0), (30.0, 0.5), (0.0, 0.5)];
        assert_eq!(inset(&sliver, 0.4), None);
    }

    #[test]
    fn the_centre_of_an_l_shape_is_weighted_by_area_and_closing_points_do_not_count() {
        let shape = [
            (0.0, 0.0),
            (20.0, 0.0),
            (20.0, 10.0),
            (10.0, 10.0),
            (10.0, 20.0),
            (0.0, 20.0),
        ];
        let (x, y) = centroid(&shape);
        assert!((x - 25.0 / 3.0).abs() < 1e-9 && (y - 25.0 / 3.0).abs() < 1e-9);
        let mut closed = shape.to_vec();
        closed.push(shape[0]);
        assert_eq!(open(&closed), &shape);
    }

    #[test]
    fn a_shadow_reaches_from_the_foot_to_where_the_roof_falls() {
        let shadow = swept(&SQUARE, (5.0, 5.0));
        assert_eq!(
            shadow,
            [
                (0.0, 0.0),
                (10.0, 0.0),
                (15.0, 5.0),
                (15.0, 15.0),
                (5.0, 15.0),
                (0.0, 10.0)
            ]
        );
        assert!((doubled_area(&shadow) / 2.0 - 200.0).abs() < 1e-9);
    }

    #[test]
    fn a_door_lies_along_its_nearest_wall_or_has_no_direction() {
        let course = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)];
        let along = |at| direction_near([course.as_slice()].into_iter(), at, 2.0);
        assert_eq!(along((5.0, 1.0)), Some((1.0, 0.0)));
        assert_eq!(along((10.5, 6.0)), Some((0.0, 1.0)));
        assert_eq!(along((5.0, 5.0)), None);
    }
}
