//! Bodies of flat faces.

use crate::cameras::canvas::{Canvas, Paint, Spot};
use crate::cameras::space::{Flat, Point, beside, course, raised};

/// A body that stands on an outline, which runs against the clock. It is painted by where and how each face looks.
pub(crate) fn prism(
    canvas: &mut Canvas,
    outline: &[Flat],
    [low_m, high_m]: [f64; 2],
    paint: impl Fn(Spot, Point) -> Paint,
) {
    for (index, from) in outline.iter().enumerate() {
        let to = outline[(index + 1) % outline.len()];
        let (direction, _) = course(*from, to);
        let facing = [direction[1], -direction[0], 0.0];
        let side = [
            raised(*from, low_m),
            raised(to, low_m),
            raised(to, high_m),
            raised(*from, high_m),
        ];
        canvas.front(&side, |spot| paint(spot, facing));
    }
    let lid: Vec<Point> = outline.iter().map(|at| raised(*at, high_m)).collect();
    canvas.front(&lid, |spot| paint(spot, [0.0, 0.0, 1.0]));
}

/// The outline of a body so long and so wide around a middle, along a direction.
pub(crate) fn oblong(middle: Flat, direction: Flat, long_m: f64, wide_m: f64) -> [Flat; 4] {
    let (long, wide) = (long_m / 2.0, wide_m / 2.0);
    [(-long, -wide), (long, -wide), (long, wide), (-long, wide)]
        .map(|(ahead, left)| beside(middle, direction, ahead, left))
}

/// A thin wall between two places, painted by how far along it and how high a spot is. It is seen from both sides.
pub(crate) fn board(
    canvas: &mut Canvas,
    from: Flat,
    to: Flat,
    [low_m, high_m]: [f64; 2],
    paint: impl Fn(Spot, Flat) -> Paint,
) {
    let (direction, _) = course(from, to);
    let face = [
        raised(from, low_m),
        raised(to, low_m),
        raised(to, high_m),
        raised(from, high_m),
    ];
    canvas.face(&face, |spot| {
        let east = spot.at[0] - from[0];
        let north = spot.at[1] - from[1];
        let along_m = east * direction[0] + north * direction[1];
        paint(spot, [along_m, spot.at[2]])
    });
}

/// A round disc that faces the camera, painted by how far from its middle a spot is, from 0 to 1, and how high in it,
/// from -1 to 1.
pub(crate) fn disc(
    canvas: &mut Canvas,
    middle: Point,
    [wide_m, high_m]: [f64; 2],
    paint: impl Fn(Spot, f64, f64) -> Paint,
) {
    let right = canvas.view().right();
    // Upright: a tree seen from a roof is drawn as if one saw it from below, which nobody minds.
    let up = if canvas.view().forward()[2] < -0.7 {
        [-right[1], right[0], 0.0]
    } else {
        [0.0, 0.0, 1.0]
    };
    let corner = |(aside, above): (f64, f64)| -> Point {
        [0, 1, 2]
            .map(|index| middle[index] + right[index] * aside * wide_m + up[index] * above * high_m)
    };
    let square = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(corner);
    canvas.face(&square, |spot| {
        let from: Point = [0, 1, 2].map(|index| spot.at[index] - middle[index]);
        let part = |axis: Point| from[0] * axis[0] + from[1] * axis[1] + from[2] * axis[2];
        let (aside, above) = (part(right) / wide_m, part(up) / high_m);
        let off = aside.hypot(above);
        if off > 1.0 {
            Paint::Nothing
        } else {
            paint(spot, off, above)
        }
    });
}
