//! People and cats in a picture, hidden by what stands nearer.

use super::canvas::Backdrop;
use super::crowd::{Body, Who};
use super::picture::{Ink, Picture, Rgb};
use super::scenery::Light;
use super::space::{Flat, Point, beside, minus, raised, unit};
use super::view::{Seen, View};

/// Somebody smaller than this is not drawn.
const PX_PER_M_MIN: f64 = 1.4;
/// Metres from one footprint to the next of the same foot.
const STRIDE_M: f64 = 1.5;
/// Metres by which something must be nearer than somebody's middle to hide them.
const BEHIND_M: f64 = 0.35;
/// Metres above the ground of hips, shoulders, head and hands.
const HIP_M: f64 = 0.90;
const SHOULDER_M: f64 = 1.42;
const HEAD_M: f64 = 1.62;
const HAND_M: f64 = 0.84;
/// Bands on a vest send infra-red light back.
const BAND: Rgb = [1.5, 1.5, 1.4];

/// What is needed to draw somebody.
pub(crate) struct Shot<'a> {
    pub(crate) view: &'a View,
    pub(crate) backdrop: &'a Backdrop,
    pub(crate) light: &'a Light,
}

/// Draws whoever is before a camera, those further away first.
pub(crate) fn draw(picture: &mut Picture, shot: &Shot<'_>, bodies: &[Body]) {
    let mut seen: Vec<(f64, &Body)> = bodies
        .iter()
        .filter_map(|body| {
            let middle = shot.view.seen(raised(body.at, 0.9))?;
            (middle.px_per_m >= PX_PER_M_MIN).then_some((middle.away_m, body))
        })
        .collect();
    seen.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (away_m, body) in seen {
        let mut brush = Brush {
            picture,
            shot,
            away_m: away_m - BEHIND_M,
            facing: facing(shot.view, body.at),
        };
        match body.who {
            Who::Guard | Who::Resident => person(&mut brush, body),
            Who::Cat => cat(&mut brush, body),
        }
    }
}

/// Towards the camera, on the level.
fn facing(view: &View, at: Flat) -> Point {
    let [east, north, _] = minus(view.eye(), raised(at, 0.0));
    unit([east, north, 1.0])
}

struct Brush<'a> {
    picture: &'a mut Picture,
    shot: &'a Shot<'a>,
    away_m: f64,
    facing: Point,
}

impl Brush<'_> {
    fn seen(&self, at: Point) -> Option<Seen> {
        self.shot.view.seen(at)
    }

    fn ink(&self, at: Point, colour: Rgb, seen: Seen) -> Ink {
        let light = self.shot.light.on(at, self.facing, colour);
        self.shot.backdrop.tone.ink(light, [seen.x, seen.y])
    }

    fn limb(&mut self, from: Point, to: Point, half_m: f64, colour: Rgb) {
        let Some((a, b)) = self.seen(from).zip(self.seen(to)) else {
            return;
        };
        let ink = self.ink(from, colour, a);
        let (away_m, backdrop) = (self.away_m, self.shot.backdrop);
        let hidden = |index: usize| backdrop.hides(index, away_m);
        let half_px = half_m * f64::midpoint(a.px_per_m, b.px_per_m);
        self.picture
            .limb([a.x, a.y], [b.x, b.y], half_px, ink, hidden);
    }

    fn ball(&mut self, at: Point, [wide_m, high_m]: [f64; 2], colour: Rgb) {
        if let Some(seen) = self.seen(at) {
            let ink = self.ink(at, colour, seen);
            self.dot(seen, [wide_m, high_m], Some(ink));
        }
    }

    /// On the ground below, flatter the lower the camera looks.
    fn shadow(&mut self, at: Flat, half_m: f64) {
        if let Some(seen) = self.seen(raised(at, 0.0)) {
            let down = self.shot.view.forward()[2].abs().max(0.12);
            self.dot(seen, [half_m, half_m * down], None);
        }
    }

    fn dot(&mut self, seen: Seen, [wide_m, high_m]: [f64; 2], ink: Option<Ink>) {
        let (away_m, backdrop) = (self.away_m, self.shot.backdrop);
        let hidden = |index: usize| backdrop.hides(index, away_m);
        let size = [wide_m * seen.px_per_m, high_m * seen.px_per_m];
        self.picture.ellipse([seen.x, seen.y], size, ink, hidden);
    }
}

fn person(brush: &mut Brush<'_>, body: &Body) {
    let (east, north) = body.course_deg.to_radians().sin_cos();
    let ahead: Flat = [east, north];
    let phase = body.walked_m / STRIDE_M * std::f64::consts::TAU;
    let swing_m = if body.is_walking {
        0.33 * phase.sin()
    } else {
        0.0
    };
    let place = |ahead_m: f64, left_m: f64, up_m: f64| {
        raised(beside(body.at, ahead, ahead_m, left_m), up_m)
    };
    let (coat, legs, skin) = clothes(body);
    brush.shadow(body.at, 0.42);
    let side_m = 0.10;
    // A foot that swings forward is lifted.
    let lift = |swing_m: f64| (swing_m * phase.cos().signum()).max(0.0) * 0.25;
    for (swing_m, left_m, shade) in [(swing_m, side_m, 1.0), (-swing_m, -side_m, 0.82)] {
        let legs = legs.map(|one| one * shade);
        let knee = place(swing_m * 0.55 + 0.05, left_m, 0.48);
        brush.limb(place(0.0, left_m, HIP_M), knee, 0.085, legs);
        brush.limb(
            knee,
            place(swing_m, left_m, 0.06 + lift(swing_m)),
            0.065,
            legs,
        );
    }
    brush.limb(
        place(0.0, 0.0, HIP_M + 0.02),
        place(0.02, 0.0, SHOULDER_M - 0.05),
        0.20,
        coat,
    );
    for (swing_m, left_m) in [(-swing_m, 0.24), (swing_m, -0.24)] {
        let hand = place(swing_m * 0.7 + 0.04, left_m, HAND_M);
        brush.limb(
            place(0.0, left_m * 0.9, SHOULDER_M - 0.02),
            hand,
            0.055,
            coat.map(|one| one * 0.85),
        );
    }
    if body.who == Who::Guard {
        for up_m in [1.06, 1.22] {
            brush.limb(place(0.0, 0.16, up_m), place(0.0, -0.16, up_m), 0.028, BAND);
        }
    }
    brush.ball(place(0.03, 0.0, HEAD_M), [0.115, 0.14], skin);
    let hair = if body.who == Who::Guard {
        [0.06, 0.07, 0.10]
    } else {
        [0.10, 0.08, 0.07]
    };
    brush.ball(place(0.0, 0.0, HEAD_M + 0.08), [0.12, 0.075], hair);
}

/// Coat, legs, skin.
fn clothes(body: &Body) -> (Rgb, Rgb, Rgb) {
    let skin = [0.62, 0.46, 0.36];
    if body.who == Who::Guard {
        return ([0.62, 0.72, 0.10], [0.07, 0.08, 0.12], skin);
    }
    let coats = [
        [0.50, 0.14, 0.12],
        [0.16, 0.22, 0.38],
        [0.60, 0.57, 0.50],
        [0.20, 0.28, 0.20],
        [0.48, 0.36, 0.20],
        [0.24, 0.24, 0.26],
    ];
    let legs = [[0.10, 0.11, 0.18], [0.16, 0.14, 0.12], [0.30, 0.29, 0.27]];
    (
        coats[body.number % coats.len()],
        legs[body.number % legs.len()],
        skin,
    )
}

fn cat(brush: &mut Brush<'_>, body: &Body) {
    let (east, north) = body.course_deg.to_radians().sin_cos();
    let ahead: Flat = [east, north];
    let place = |ahead_m: f64, up_m: f64| raised(beside(body.at, ahead, ahead_m, 0.0), up_m);
    let phase = body.walked_m * 14.0;
    let fur = if body.number.is_multiple_of(2) {
        [0.45, 0.28, 0.14]
    } else {
        [0.12, 0.12, 0.13]
    };
    brush.shadow(body.at, 0.26);
    for (root, sign) in [(0.13, 1.0), (0.10, -1.0), (-0.12, -1.0), (-0.15, 1.0)] {
        let step = if body.is_walking {
            0.06 * sign * phase.sin()
        } else {
            0.0
        };
        brush.limb(place(root, 0.16), place(root + step, 0.01), 0.022, fur);
    }
    brush.limb(place(-0.16, 0.20), place(0.15, 0.20), 0.072, fur);
    brush.limb(place(-0.18, 0.22), place(-0.36, 0.34), 0.018, fur);
    brush.ball(place(0.23, 0.26), [0.062, 0.058], fur);
}

#[cfg(test)]
mod tests {
    use super::super::canvas::{Canvas, Film, Paint};
    use super::super::scenery::Hour;
    use super::*;
    use castellan_domain::estate::CameraPose;

    fn pose() -> CameraPose {
        CameraPose {
            height_m: 2.5,
            heading_deg: 0.0,
            tilt_deg: 5.0,
            view_deg: 70.0,
            range_m: 30.0,
        }
    }

    /// The pixels that somebody at a place changes, as columns from left to right. `wall_m`: a wall stands so many
    /// metres ahead.
    fn changed(at: Flat, wall_m: Option<f64>) -> Vec<usize> {
        let view = View::new([0.0, 0.0, 2.5], &pose(), 320, 180);
        let mut canvas = Canvas::new(&view, |_| [0.3; 3]);
        if let Some(north) = wall_m {
            let wall = [
                [-40.0, north, 0.0],
                [40.0, north, 0.0],
                [40.0, north, 9.0],
                [-40.0, north, 9.0],
            ];
            canvas.face(&wall, |_| Paint::Solid([0.3; 3]));
        }
        let backdrop = canvas.develop(Film::Grey);
        let light = Light::outdoors(Hour::Day, view.eye(), 30.0);
        let mut picture = backdrop.picture.clone();
        let body = Body {
            who: Who::Guard,
            number: 0,
            at,
            ordinal: 0,
            course_deg: 90.0,
            walked_m: 0.4,
            is_walking: true,
        };
        let shot = Shot {
            view: &view,
            backdrop: &backdrop,
            light: &light,
        };
        draw(&mut picture, &shot, &[body]);
        let ([before, ..], [after, ..]) = (backdrop.picture.planes(), picture.planes());
        let mut columns: Vec<usize> = (0..before.len())
            .filter(|index| before[*index] != after[*index])
            .map(|index| index % 320)
            .collect();
        columns.sort_unstable();
        columns
    }

    #[test]
    fn whoever_is_straight_ahead_is_in_the_middle_and_whoever_is_behind_is_nowhere() {
        let columns = changed([0.0, 12.0], None);
        assert!(columns.len() > 100, "{}", columns.len());
        let median = columns[columns.len() / 2];
        assert!((155..=165).contains(&median), "{median}");
        assert!(changed([3.0, 12.0], None)[0] > 160, "right is right");
        assert!(changed([0.0, -12.0], None).is_empty());
        assert!(
            changed([0.0, 400.0], None).is_empty(),
            "too small to be seen"
        );
    }

    #[test]
    fn whoever_is_behind_a_wall_is_hidden_and_whoever_is_before_it_is_not() {
        assert!(changed([0.0, 12.0], Some(8.0)).is_empty());
        assert_eq!(changed([0.0, 12.0], Some(14.0)), changed([0.0, 12.0], None));
    }
}
