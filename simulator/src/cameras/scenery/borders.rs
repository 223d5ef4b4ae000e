//! Fences, hedges, gates and barriers.

use super::layout::{Layout, Set, posts_along};
use super::light::{Light, drift, grained, mix, times};
use super::shapes::{board, oblong, prism};
use crate::cameras::canvas::{Canvas, Paint, Spot};
use crate::cameras::picture::Rgb;
use crate::cameras::space::{Flat, Point, beside, course, distance, left_of, raised};
use castellan_domain::estate::LineKind;

/// Metres within which these things are drawn; further away they are smaller than a pixel.
const WITHIN_M: f64 = 220.0;
/// Metres from the ground to the top of the estate's fence, and of the wall on which it stands.
const FENCE_M: f64 = 2.5;
const FOOT_M: f64 = 0.45;
/// Metres from one bar to the next, and how wide each is.
const BARS_M: [f64; 2] = [0.16, 0.045];
const POST_EVERY_M: f64 = 3.2;
const HEDGE_M: [f64; 2] = [0.8, 0.9];
const IRON: Rgb = [0.50, 0.52, 0.55];
const STONE: Rgb = [0.52, 0.50, 0.47];

/// Draws them. What one sees through comes last, so that something is behind it.
pub(crate) fn draw(canvas: &mut Canvas, layout: &Layout, light: &Light) {
    let eye = canvas.view().eye();
    let eye: Flat = [eye[0], eye[1]];
    let is_near = |at: &Flat| distance(*at, eye) < WITHIN_M;
    for barrier in layout.barriers.iter().filter(|set| is_near(&set.at)) {
        boom(canvas, *barrier, light);
    }
    let mut pieces: Vec<(LineKind, Flat, Flat)> = Vec::new();
    for (kind, course) in &layout.lines {
        let pairs = course.windows(2).map(|pair| (*kind, pair[0], pair[1]));
        pieces.extend(pairs.filter(|(_, from, to)| is_near(from) || is_near(to)));
    }
    let middle =
        |piece: &(LineKind, Flat, Flat)| distance(eye, piece.1).min(distance(eye, piece.2));
    // The far ones first.
    pieces.sort_by(|a, b| middle(b).total_cmp(&middle(a)));
    for (kind, from, to) in pieces {
        match kind {
            LineKind::Hedge => hedge(canvas, from, to, light),
            LineKind::Perimeter => fence(canvas, from, to, light),
        }
    }
    for wicket in layout.wickets.iter().filter(|set| is_near(&set.at)) {
        gate(canvas, *wicket, light);
    }
}

fn fence(canvas: &mut Canvas, from: Flat, to: Flat, light: &Light) {
    let (direction, _) = course(from, to);
    let facing = raised(left_of(direction), 0.0);
    let foot = [from, to].map(|at| beside(at, direction, 0.0, -0.12));
    let back = [to, from].map(|at| beside(at, direction, 0.0, 0.12));
    prism(
        canvas,
        &[foot[0], foot[1], back[0], back[1]],
        [0.0, FOOT_M],
        |spot, facing| Paint::Solid(light.on(spot.at, facing, grained(STONE, spot, 0.25, 0.12))),
    );
    for (at, direction) in posts_along(&[from, to], POST_EVERY_M) {
        let post = oblong(at, direction, 0.16, 0.16);
        prism(canvas, &post, [0.0, FENCE_M + 0.12], |spot, facing| {
            Paint::Solid(light.on(spot.at, facing, times(IRON, 0.9)))
        });
    }
    board(
        canvas,
        from,
        to,
        [FOOT_M, FENCE_M],
        |spot, [along_m, up_m]| bars(spot, along_m, up_m, light.on(spot.at, facing, IRON)),
    );
}

/// Upright bars between two rails.
fn bars(spot: Spot, along_m: f64, up_m: f64, iron: Rgb) -> Paint {
    let [every_m, wide_m] = BARS_M;
    let is_rail = (FOOT_M + 0.12..FOOT_M + 0.20).contains(&up_m)
        || (FENCE_M - 0.30..FENCE_M - 0.22).contains(&up_m);
    if is_rail {
        return Paint::Solid(iron);
    }
    // Bars that are thinner than a pixel darken or brighten what is behind them.
    if spot.px_per_m * wide_m < 0.9 {
        return Paint::Over(mix(spot.under, iron, wide_m / every_m));
    }
    if along_m.rem_euclid(every_m) < wide_m {
        Paint::Solid(iron)
    } else {
        Paint::Nothing
    }
}

fn hedge(canvas: &mut Canvas, from: Flat, to: Flat, light: &Light) {
    let [wide_m, high_m] = HEDGE_M;
    let (direction, _) = course(from, to);
    let right = [from, to].map(|at| beside(at, direction, 0.0, -wide_m / 2.0));
    let left = [to, from].map(|at| beside(at, direction, 0.0, wide_m / 2.0));
    prism(
        canvas,
        &[right[0], right[1], left[0], left[1]],
        [0.0, high_m],
        |spot, facing| Paint::Solid(light.on(spot.at, facing, leaves(spot))),
    );
}

/// What a bush is made of.
pub(crate) fn leaves(spot: Spot) -> Rgb {
    let at = [spot.at[0] + spot.at[2] * 0.7, spot.at[1] - spot.at[2]];
    let colour = mix([0.09, 0.20, 0.08], [0.24, 0.38, 0.15], drift(at, 0.45, 11));
    grained(colour, spot, 0.08, 0.30)
}

/// A barrier: its box, and an arm of stripes.
fn boom(canvas: &mut Canvas, set: Set, light: &Light) {
    let body = oblong(set.at, set.direction, 0.42, 0.42);
    prism(canvas, &body, [0.0, 1.15], |spot, facing| {
        let colour = if spot.at[2] > 0.95 {
            [0.75, 0.72, 0.70]
        } else {
            [0.72, 0.45, 0.12]
        };
        Paint::Solid(light.on(spot.at, facing, colour))
    });
    let end = beside(set.at, set.direction, 4.4, 0.0);
    let facing = raised(left_of(set.direction), 0.0);
    board(canvas, set.at, end, [0.92, 1.04], |spot, [along_m, _]| {
        let is_red = along_m.rem_euclid(1.0) < 0.5;
        let colour = if is_red {
            [0.62, 0.10, 0.08]
        } else {
            [0.86, 0.86, 0.84]
        };
        Paint::Solid(light.on(spot.at, facing, colour))
    });
}

/// A gate for people: two posts, a beam, and a leaf of bars.
fn gate(canvas: &mut Canvas, set: Set, light: &Light) {
    let stone =
        |spot: Spot, facing: Point| Paint::Solid(light.on(spot.at, facing, [0.60, 0.58, 0.55]));
    for ahead_m in [-0.95, 0.95] {
        let at = beside(set.at, set.direction, ahead_m, 0.0);
        prism(
            canvas,
            &oblong(at, set.direction, 0.30, 0.30),
            [0.0, 2.7],
            stone,
        );
    }
    prism(
        canvas,
        &oblong(set.at, set.direction, 2.3, 0.34),
        [2.45, 2.75],
        stone,
    );
    let facing = raised(left_of(set.direction), 0.0);
    let ends = [-0.8, 0.8].map(|ahead_m| beside(set.at, set.direction, ahead_m, 0.0));
    board(
        canvas,
        ends[0],
        ends[1],
        [0.08, 2.35],
        |spot, [along_m, up_m]| {
            let iron = light.on(spot.at, facing, IRON);
            let is_frame = !(0.07..=1.53).contains(&along_m)
                || up_m < 0.16
                || (1.0..1.1).contains(&up_m)
                || up_m > 2.27;
            if is_frame {
                Paint::Solid(iron)
            } else {
                bars(spot, along_m, up_m, iron)
            }
        },
    );
}
