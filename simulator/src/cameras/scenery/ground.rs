//! Lawns, water, squares, roads and paths, and at night the pools of light that lamps throw on them.

use super::layout::{Layout, Walkway};
use super::light::{Light, drift, grained, mix, times};
use crate::cameras::canvas::{Canvas, Paint, Spot};
use crate::cameras::picture::Rgb;
use crate::cameras::space::{Flat, Point, beside, course, distance, raised};
use castellan_domain::estate::GroundKind;

/// What lies outside of everything that the document names.
const EARTH: Rgb = [0.36, 0.36, 0.32];
const ASPHALT: Rgb = [0.25, 0.25, 0.26];
/// Paths from this width on are driven on.
const DRIVE_WIDTH_M: f64 = 4.5;
/// Metres that earth reaches to all sides.
const EARTH_M: f64 = 3_000.0;
/// Metres from a lamp to the end of its light.
const POOL_M: f64 = 9.0;
/// Metres within which pools are drawn.
const POOLS_WITHIN_M: f64 = 320.0;

/// Draws the ground. Nothing was drawn before it but the sky.
pub(crate) fn draw(canvas: &mut Canvas, layout: &Layout, light: &Light) {
    let eye = canvas.view().eye();
    let corner = |east: f64, north: f64| [eye[0] + east * EARTH_M, eye[1] + north * EARTH_M, 0.0];
    let earth = [
        corner(-1.0, -1.0),
        corner(1.0, -1.0),
        corner(1.0, 1.0),
        corner(-1.0, 1.0),
    ];
    canvas.ground(&earth, |spot| {
        lit(light, spot, grained(EARTH, spot, 0.2, 0.10))
    });
    for (kind, outline) in &layout.grounds {
        let outline: Vec<Point> = outline.iter().map(|at| raised(*at, 0.0)).collect();
        canvas.ground(&outline, |spot| lit(light, spot, surface(*kind, spot)));
    }
    for walkway in &layout.walkways {
        path(canvas, walkway, light);
    }
    if light.is_dark() {
        pools(canvas, layout);
    }
}

fn lit(light: &Light, spot: Spot, colour: Rgb) -> Paint {
    Paint::Solid(light.on_ground(spot, colour))
}

fn surface(kind: GroundKind, spot: Spot) -> Rgb {
    let at = [spot.at[0], spot.at[1]];
    match kind {
        GroundKind::Land => grained([0.42, 0.41, 0.37], spot, 0.15, 0.10),
        GroundKind::Green => {
            let patch = mix([0.17, 0.30, 0.11], [0.27, 0.40, 0.17], drift(at, 3.0, 1));
            grained(patch, spot, 0.09, 0.22)
        }
        GroundKind::Water => {
            let wave = drift([at[0] * 0.4, at[1] * 2.2], 0.8, 2) + 0.5 * drift(at, 5.0, 3);
            mix([0.05, 0.09, 0.12], [0.16, 0.22, 0.26], wave / 1.5)
        }
        GroundKind::Square => {
            let tile = |at: f64| (at / 0.8).rem_euclid(1.0) < 0.06;
            let joint = (tile(at[0]) || tile(at[1])) && spot.px_per_m > 18.0;
            let stone = grained([0.56, 0.53, 0.49], spot, 0.8, 0.07);
            if joint { times(stone, 0.72) } else { stone }
        }
        GroundKind::Sport => grained([0.42, 0.22, 0.17], spot, 0.1, 0.08),
        GroundKind::Road | GroundKind::Parking => grained(ASPHALT, spot, 0.07, 0.16),
    }
}

fn path(canvas: &mut Canvas, walkway: &Walkway, light: &Light) {
    let half_m = walkway.width_m / 2.0;
    let is_driven = walkway.width_m >= DRIVE_WIDTH_M;
    let mut walked_m = 0.0;
    for pair in walkway.course.windows(2) {
        let (from, (direction, long_m)) = (pair[0], course(pair[0], pair[1]));
        // A little longer, so that bends have no gap.
        let corners = [
            (-half_m / 3.0, -half_m),
            (long_m + half_m / 3.0, -half_m),
            (long_m + half_m / 3.0, half_m),
            (-half_m / 3.0, half_m),
        ];
        let corners =
            corners.map(|(ahead, left)| raised(beside(from, direction, ahead, left), 0.0));
        canvas.ground(&corners, |spot| {
            let (east, north) = (spot.at[0] - from[0], spot.at[1] - from[1]);
            let along_m = walked_m + east * direction[0] + north * direction[1];
            let aside_m = (north * direction[0] - east * direction[1]).abs();
            let colour = if is_driven {
                drive(spot, along_m, aside_m, half_m)
            } else {
                walk(spot, along_m, aside_m, half_m)
            };
            lit(light, spot, colour)
        });
        walked_m += long_m;
    }
}

fn drive(spot: Spot, along_m: f64, aside_m: f64, half_m: f64) -> Rgb {
    let is_dash = aside_m < 0.08 && along_m.rem_euclid(6.0) < 3.0;
    let is_edge = (half_m - 0.45..half_m - 0.33).contains(&aside_m);
    if is_dash || is_edge {
        [0.70, 0.70, 0.66]
    } else if aside_m > half_m - 0.16 {
        // The kerb.
        [0.50, 0.50, 0.48]
    } else {
        let worn = drift([spot.at[0], spot.at[1]], 2.5, 4);
        grained(times(ASPHALT, 0.92 + 0.22 * worn), spot, 0.06, 0.14)
    }
}

fn walk(spot: Spot, along_m: f64, aside_m: f64, half_m: f64) -> Rgb {
    let slab = grained([0.50, 0.48, 0.44], spot, 0.5, 0.06);
    let is_joint = along_m.rem_euclid(1.2) < 0.04 && spot.px_per_m > 20.0;
    if is_joint || aside_m > half_m - 0.12 {
        times(slab, 0.78)
    } else {
        slab
    }
}

/// Light of lamps on whatever lies there.
fn pools(canvas: &mut Canvas, layout: &Layout) {
    let eye = canvas.view().eye();
    let eye: Flat = [eye[0], eye[1]];
    for lamp in &layout.lamps {
        if distance(*lamp, eye) > POOLS_WITHIN_M {
            continue;
        }
        let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
        let corners =
            corners.map(|(east, north)| [lamp[0] + east * POOL_M, lamp[1] + north * POOL_M, 0.0]);
        canvas.ground(&corners, |spot| {
            let off = distance([spot.at[0], spot.at[1]], *lamp) / POOL_M;
            let falls = (1.0 - off * off).max(0.0);
            // What reflects much is brighter in a pool, and what is dark stays so.
            let more = 0.30 * falls * falls;
            Paint::Over(spot.under.map(|one| one * (1.0 + 3.0 * more) + 0.22 * more))
        });
    }
}
