//! Lamps, trees, bushes and parked cars.

use super::borders::leaves;
use super::layout::{Layout, Set, Tree};
use super::light::{Light, times};
use super::shapes::{disc, oblong, prism};
use crate::cameras::canvas::{Canvas, Paint};
use crate::cameras::picture::Rgb;
use crate::cameras::space::{Flat, beside, chance, distance, raised};

/// Metres within which these things are drawn.
const WITHIN_M: f64 = 260.0;
/// A tree or lamp that stands nearer before a camera would hide all that it is there for.
const CLEAR_M: f64 = 12.0;
/// Metres from the ground to a lamp.
const LAMP_M: f64 = 4.2;

pub(crate) fn draw(canvas: &mut Canvas, layout: &Layout, light: &Light) {
    let eye = canvas.view().eye();
    let away = |at: Flat| distance(at, [eye[0], eye[1]]);
    // From a roof nothing is in the way.
    let clear_m = if eye[2] > 20.0 { 0.0 } else { CLEAR_M };
    let is_drawn = |at: Flat| (clear_m..WITHIN_M).contains(&away(at));
    for car in layout.cars.iter().filter(|car| away(car.at) < WITHIN_M) {
        parked(canvas, *car, light);
    }
    for lamp in layout.lamps.iter().filter(|lamp| is_drawn(**lamp)) {
        post(canvas, *lamp, light);
    }
    let mut trees: Vec<&Tree> = layout
        .trees
        .iter()
        .filter(|tree| is_drawn(tree.at))
        .collect();
    trees.sort_by(|a, b| away(b.at).total_cmp(&away(a.at)));
    for one in trees {
        tree(canvas, one, light);
    }
}

fn post(canvas: &mut Canvas, at: Flat, light: &Light) {
    prism(
        canvas,
        &oblong(at, [1.0, 0.0], 0.12, 0.12),
        [0.0, LAMP_M],
        |spot, facing| Paint::Solid(light.on(spot.at, facing, [0.24, 0.25, 0.26])),
    );
    let head = raised(at, LAMP_M);
    if light.is_dark() {
        // A soft ring around what burns.
        disc(canvas, head, [1.1, 1.1], |spot, off, _| {
            let glow = 0.45 * (1.0 - off).powi(2);
            Paint::Over(spot.under.map(|one| one + glow))
        });
        disc(canvas, head, [0.24, 0.16], |_, _, _| Paint::Solid([1.6; 3]));
    } else {
        disc(canvas, head, [0.26, 0.15], |spot, _, _| {
            Paint::Solid(light.on(spot.at, [0.0, 0.0, 1.0], [0.75, 0.75, 0.74]))
        });
    }
}

/// A trunk and a few round clumps of leaves; a bush has no trunk.
fn tree(canvas: &mut Canvas, tree: &Tree, light: &Light) {
    let is_bush = tree.height_m < 2.5;
    let wide_m = if is_bush {
        tree.height_m * 0.75
    } else {
        tree.height_m * 0.30
    };
    if !is_bush {
        let trunk = oblong(tree.at, [1.0, 0.0], 0.2, 0.2);
        prism(
            canvas,
            &trunk,
            [0.0, tree.height_m * 0.6],
            |spot, facing| Paint::Solid(light.on(spot.at, facing, [0.24, 0.19, 0.14])),
        );
    }
    let clumps: &[[f64; 3]] = if is_bush {
        &[[0.0, 0.50, 1.0]]
    } else {
        &[[-0.45, 0.62, 0.75], [0.5, 0.66, 0.72], [0.0, 0.80, 0.85]]
    };
    let right = canvas.view().right();
    for (clump, [aside, high, size]) in (0..).zip(clumps.iter().copied()) {
        let shift = chance(clump, 3, tree.seed) - 0.5 + aside;
        let at = [
            tree.at[0] + right[0] * shift * wide_m,
            tree.at[1] + right[1] * shift * wide_m,
        ];
        let middle = raised(at, tree.height_m * high);
        let half_m = wide_m * size;
        disc(
            canvas,
            middle,
            [
                half_m,
                if is_bush {
                    tree.height_m * 0.5
                } else {
                    half_m * 0.9
                },
            ],
            |spot, off, above| {
                let cell = |at: f64| crate::cameras::space::whole(at / 0.16);
                let ragged = chance(cell(spot.at[0] + spot.at[1]), cell(spot.at[2]), tree.seed);
                if off > 0.80 + 0.20 * ragged && spot.px_per_m > 4.0 {
                    return Paint::Nothing;
                }
                let shade = 0.75 + 0.35 * above;
                Paint::Solid(light.on(spot.at, [0.0, 0.0, 1.0], times(leaves(spot), shade)))
            },
        );
    }
}

/// Body, cabin with glass, and wheels that are only a shadow below.
fn parked(canvas: &mut Canvas, set: Set, light: &Light) {
    let colours: [Rgb; 5] = [
        [0.70, 0.70, 0.71],
        [0.10, 0.10, 0.12],
        [0.42, 0.08, 0.08],
        [0.14, 0.20, 0.34],
        [0.45, 0.46, 0.47],
    ];
    let pick = usize::try_from(set.seed % 5).unwrap_or(0);
    car(canvas, set.at, set.direction, colours[pick], light);
}

fn car(canvas: &mut Canvas, at: Flat, direction: Flat, colour: Rgb, light: &Light) {
    let shadow = oblong(at, direction, 4.5, 2.0).map(|corner| raised(corner, 0.02));
    canvas.face(&shadow, |spot| Paint::Over(times(spot.under, 0.35)));
    prism(
        canvas,
        &oblong(at, direction, 4.3, 1.78),
        [0.22, 0.86],
        |spot, facing| {
            let bumper = if spot.at[2] < 0.36 { 0.45 } else { 1.0 };
            Paint::Solid(light.on(spot.at, facing, times(colour, bumper)))
        },
    );
    let cabin = beside(at, direction, -0.2, 0.0);
    prism(
        canvas,
        &oblong(cabin, direction, 2.3, 1.62),
        [0.86, 1.42],
        |spot, facing| {
            let is_glass = facing[2] < 0.5 && (0.92..1.32).contains(&spot.at[2]);
            let colour = if is_glass { [0.07, 0.08, 0.10] } else { colour };
            Paint::Solid(light.on(spot.at, facing, colour))
        },
    );
}
