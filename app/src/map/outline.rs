//! Plane geometry of outlines, in metres from the site's anchor.

/// Metres east and north.
pub type Point = (f64, f64);

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
    sides(points).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum()
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
    let (x, y) = sides(points).fold((0.0, 0.0), |sum, (a, b)| {
        let cross = a.0 * b.1 - b.0 * a.1;
        (sum.0 + (a.0 + b.0) * cross, sum.1 + (a.1 + b.1) * cross)
    });
    (x / (3.0 * area), y / (3.0 * area))
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

/// The point nearest to `at` of several courses, if one is within `reach_m`, and the direction (unit vector)
/// of the course there.
pub fn wall_near<'a>(
    courses: impl Iterator<Item = &'a [Point]>,
    at: Point,
    reach_m: f64,
) -> Option<(Point, Point)> {
    let mut best = (reach_m, None);
    for course in courses {
        for pair in course.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let on_it = nearest_on(at, a, b);
            let distance = (at.0 - on_it.0).hypot(at.1 - on_it.1);
            let length = (b.0 - a.0).hypot(b.1 - a.1);
            if distance <= best.0 && length > 0.05 {
                let along = ((b.0 - a.0) / length, (b.1 - a.1) / length);
                best = (distance, Some((on_it, along)));
            }
        }
    }
    best.1
}

/// The piece of a course around a point of it, so far to either side; nothing where the point is not on it.
pub fn piece_around(course: &[Point], at: Point, reach_m: f64) -> Option<Vec<Point>> {
    let length = |a: Point, b: Point| (b.0 - a.0).hypot(b.1 - a.1);
    let mut starts_m = 0.0;
    let mut found_m = None;
    for pair in course.windows(2) {
        let on_it = nearest_on(at, pair[0], pair[1]);
        if near(on_it, at) {
            found_m = Some(starts_m + length(pair[0], on_it));
            break;
        }
        starts_m += length(pair[0], pair[1]);
    }
    let (from_m, to_m) = (found_m? - reach_m, found_m? + reach_m);
    let mut piece = Vec::new();
    starts_m = 0.0;
    for pair in course.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let length_m = length(a, b).max(1e-9);
        let (first, last) = ((from_m - starts_m) / length_m, (to_m - starts_m) / length_m);
        starts_m += length_m;
        if last <= 0.0 || first >= 1.0 {
            continue;
        }
        let at = |share: f64| (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
        if piece.is_empty() {
            piece.push(at(first.max(0.0)));
        }
        piece.push(at(last.min(1.0)));
    }
    (piece.len() > 1).then_some(piece)
}

fn nearest_on(at: Point, a: Point, b: Point) -> Point {
    let (x, y) = (b.0 - a.0, b.1 - a.1);
    let squared = x * x + y * y;
    let along = if squared < 1e-9 {
        0.0
    } else {
        (((at.0 - a.0) * x + (at.1 - a.1) * y) / squared).clamp(0.0, 1.0)
    };
    (a.0 + x * along, a.1 + y * along)
}

/// The sides of an outline, each from one corner to the next, and back to the first.
pub fn sides(points: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    points
        .iter()
        .zip(points.iter().cycle().skip(1))
        .map(|(a, b)| (*a, *b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [Point; 4] = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)];

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
    fn a_piece_of_a_course_follows_its_bends_and_ends_where_it_ends() {
        let course = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)];
        let around = |at, reach_m| piece_around(&course, at, reach_m);
        assert_eq!(
            around((8.0, 0.0), 4.0).unwrap(),
            [(4.0, 0.0), (10.0, 0.0), (10.0, 2.0)]
        );
        assert_eq!(
            around((10.0, 9.0), 3.0).unwrap(),
            [(10.0, 6.0), (10.0, 10.0)]
        );
        assert_eq!(around((5.0, 5.0), 3.0), None);
    }

    #[test]
    fn a_door_lies_in_its_nearest_wall_or_has_no_direction() {
        let course = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)];
        let along = |at| wall_near([course.as_slice()].into_iter(), at, 2.0);
        assert_eq!(along((5.0, 1.0)), Some(((5.0, 0.0), (1.0, 0.0))));
        assert_eq!(along((10.5, 6.0)), Some(((10.0, 6.0), (0.0, 1.0))));
        assert_eq!(along((5.0, 5.0)), None);
    }
}
