//! Flat faces in space become pixels: each knows how far away it is, so that nearer ones hide others.

use super::picture::{Ink, Picture, Rgb};
use super::space::{Point, cross, dot, length, minus, unit, whole};
use super::view::{NEAR_M, View, px};

/// How many times finer a backdrop is drawn than it is shown, each way. Not in a build for tests, where drawing takes
/// its time and nobody looks.
const FINER: usize = if cfg!(debug_assertions) { 1 } else { 2 };
/// Light of the middle of a picture that a camera's exposure aims at, with colours and without.
const AIM: [f64; 2] = [0.55, 0.38];
/// Least and most that exposure makes of the light.
const EXPOSURE: (f64, f64) = (0.6, 3.2);
/// Pictures are darker at their corners by this.
const CORNERS: f64 = 0.34;

/// What a face is at one of its points.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Paint {
    /// A hole: one sees through.
    Nothing,
    /// Light over what is behind it, which still counts as what is seen: glass, haze, a pool of light.
    Over(Rgb),
    Solid(Rgb),
}

/// A point of a face as it is painted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) at: Point,
    pub(crate) px_per_m: f64,
    /// What is behind it.
    pub(crate) under: Rgb,
}

/// Colours or grey, as the camera sees by its light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Film {
    Colour,
    Grey,
}

/// What is drawn before it is developed.
#[derive(Debug)]
pub(crate) struct Canvas {
    view: View,
    light: Vec<Rgb>,
    away_m: Vec<f64>,
}

impl Canvas {
    /// Nothing but sky, which is asked for by the direction of each ray.
    pub(crate) fn new(view: &View, sky: impl Fn(Point) -> Rgb) -> Self {
        let view = view.times(FINER);
        let (width, height) = (view.width(), view.height());
        let mut light = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let ray = view.ray(x, y);
                light.push(sky(unit(minus(view.on_ray(ray, 1.0), view.eye()))));
            }
        }
        Self {
            away_m: vec![f64::INFINITY; width * height],
            light,
            view,
        }
    }

    pub(crate) const fn view(&self) -> &View {
        &self.view
    }

    /// A face seen from either side, where nothing nearer hides it.
    pub(crate) fn face(&mut self, outline: &[Point], paint: impl Fn(Spot) -> Paint) {
        self.fill(outline, true, paint);
    }

    /// A face that is seen only from where its outline runs against the clock.
    pub(crate) fn front(&mut self, outline: &[Point], paint: impl Fn(Spot) -> Paint) {
        if let Some(normal) = normal(outline)
            && dot(normal, minus(self.view.eye(), outline[0])) > 0.0
        {
            self.fill(outline, true, paint);
        }
    }

    /// A piece of ground, over all that was drawn before it.
    pub(crate) fn ground(&mut self, outline: &[Point], paint: impl Fn(Spot) -> Paint) {
        self.fill(outline, false, paint);
    }

    fn fill(&mut self, outline: &[Point], hides: bool, paint: impl Fn(Spot) -> Paint) {
        let from_eye: Vec<Point> = outline.iter().map(|at| self.view.as_seen(*at)).collect();
        let Some(normal) = normal(&from_eye) else {
            return;
        };
        let off = dot(normal, from_eye[0]);
        let corners = ahead(&from_eye);
        let corners: Vec<(f64, f64)> = corners.iter().map(|at| self.view.on_screen(*at)).collect();
        let mut tops = corners.iter().map(|corner| corner.1);
        let Some(first) = tops.next() else {
            return;
        };
        let (top, low) = tops.fold((first, first), |(top, low), y| (top.min(y), low.max(y)));
        let mut crossings = Vec::new();
        for row in within(top, low, self.view.height()) {
            crossings_of(&corners, px(row) + 0.5, &mut crossings);
            for span in crossings.chunks_exact(2) {
                for column in within(span[0], span[1], self.view.width()) {
                    let ray = self.view.ray(column, row);
                    let away_m = off / dot(normal, ray);
                    // Nearly edge on, a face may seem to be anywhere.
                    if away_m.is_finite() && away_m > 0.0 {
                        self.dot(column, row, ray, away_m, hides, &paint);
                    }
                }
            }
        }
    }

    fn dot(
        &mut self,
        x: usize,
        y: usize,
        ray: Point,
        away_m: f64,
        hides: bool,
        paint: &impl Fn(Spot) -> Paint,
    ) {
        let index = y * self.view.width() + x;
        if hides && away_m >= self.away_m[index] {
            return;
        }
        let spot = Spot {
            at: self.view.on_ray(ray, away_m),
            px_per_m: self.view.focal_px() / away_m,
            under: self.light[index],
        };
        match paint(spot) {
            Paint::Nothing => {}
            Paint::Over(light) => self.light[index] = light,
            Paint::Solid(light) => {
                self.light[index] = light;
                self.away_m[index] = away_m;
            }
        }
    }

    /// The picture that the camera makes of it.
    pub(crate) fn develop(&self, film: Film) -> Backdrop {
        let (width, height) = (self.view.width() / FINER, self.view.height() / FINER);
        let mut backdrop = Backdrop {
            picture: Picture::new(width, height),
            away_m: vec![f32::INFINITY; width * height],
            tone: Tone {
                film,
                exposure: self.exposure(film),
                width: px(width),
                height: px(height),
            },
        };
        let cells = px(FINER * FINER);
        for y in 0..height {
            for x in 0..width {
                let mut light = [0.0; 3];
                let mut away_m = f64::INFINITY;
                for row in y * FINER..(y + 1) * FINER {
                    for column in x * FINER..(x + 1) * FINER {
                        let index = row * self.view.width() + column;
                        for (sum, one) in light.iter_mut().zip(self.light[index]) {
                            *sum += one / cells;
                        }
                        away_m = away_m.min(self.away_m[index]);
                    }
                }
                let index = y * width + x;
                let ink = backdrop.tone.ink(light, [px(x), px(y)]);
                backdrop.picture.put(index, ink);
                backdrop.away_m[index] = short(away_m);
            }
        }
        backdrop
    }

    /// What brings the middle of the picture to the light that is wanted.
    fn exposure(&self, film: Film) -> f64 {
        let aim = match film {
            Film::Colour => AIM[0],
            Film::Grey => AIM[1],
        };
        let (width, height) = (self.view.width(), self.view.height());
        let rows = height / 4..height;
        let middle = rows.flat_map(|y| (width / 8..width - width / 8).map(move |x| y * width + x));
        // A bright lamp must not darken all the rest.
        let bright = middle.map(|index| grey(self.light[index]).min(1.0));
        let (sum, count) = bright.fold((0.0, 0.0), |(sum, count), one| (sum + one, count + 1.0));
        (aim * f64::max(count, 1.0) / f64::max(sum, 1e-6)).clamp(EXPOSURE.0, EXPOSURE.1)
    }
}

/// What stands still before a camera, and how far away it is at each pixel.
#[derive(Debug)]
pub(crate) struct Backdrop {
    pub(crate) picture: Picture,
    away_m: Vec<f32>,
    pub(crate) tone: Tone,
}

impl Backdrop {
    /// Whether something at a pixel is nearer than so many metres.
    pub(crate) fn hides(&self, index: usize, away_m: f64) -> bool {
        f64::from(self.away_m[index]) < away_m
    }
}

/// How light becomes ink.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tone {
    film: Film,
    exposure: f64,
    width: f64,
    height: f64,
}

impl Tone {
    /// The ink of some light at a pixel.
    pub(crate) fn ink(&self, light: Rgb, [x, y]: [f64; 2]) -> Ink {
        let (aside, down) = (2.0 * x / self.width - 1.0, 2.0 * y / self.height - 1.0);
        let gain = self.exposure * (1.0 - CORNERS * f64::midpoint(aside * aside, down * down));
        // Film is never black nor burnt out at once.
        let toned = light.map(|one| 1.0 - (-1.35 * gain * one.max(0.0)).exp());
        match self.film {
            Film::Colour => Ink::of(toned),
            Film::Grey => Ink::of([grey(toned); 3]),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a backdrop is kept: half the memory is enough for metres"
)]
const fn short(metres: f64) -> f32 {
    metres as f32
}

fn grey([red, green, blue]: Rgb) -> f64 {
    0.3 * red + 0.55 * green + 0.15 * blue
}

/// The direction in which a flat outline faces; nothing if it encloses nothing.
fn normal(outline: &[Point]) -> Option<Point> {
    let mut sum = [0.0; 3];
    for (index, a) in outline.iter().enumerate() {
        let b = outline[(index + 1) % outline.len()];
        // Around a point of its own, so that far from the anchor nothing is lost.
        let part = cross(minus(*a, outline[0]), minus(b, outline[0]));
        sum = [sum[0] + part[0], sum[1] + part[1], sum[2] + part[2]];
    }
    (length(sum) > 1e-9).then(|| unit(sum))
}

/// What of an outline lies ahead of the camera.
fn ahead(outline: &[Point]) -> Vec<Point> {
    let mut kept = Vec::with_capacity(outline.len() + 2);
    for (index, a) in outline.iter().enumerate() {
        let b = &outline[(index + 1) % outline.len()];
        if a[2] >= NEAR_M {
            kept.push(*a);
        }
        if (a[2] >= NEAR_M) != (b[2] >= NEAR_M) {
            let part = (NEAR_M - a[2]) / (b[2] - a[2]);
            kept.push([
                a[0] + (b[0] - a[0]) * part,
                a[1] + (b[1] - a[1]) * part,
                NEAR_M,
            ]);
        }
    }
    kept
}

/// Where a row crosses an outline, from the left.
fn crossings_of(corners: &[(f64, f64)], row: f64, crossings: &mut Vec<f64>) {
    crossings.clear();
    for (index, a) in corners.iter().enumerate() {
        let b = corners[(index + 1) % corners.len()];
        if (a.1 > row) != (b.1 > row) {
            crossings.push(a.0 + (row - a.1) / (b.1 - a.1) * (b.0 - a.0));
        }
    }
    crossings.sort_unstable_by(f64::total_cmp);
}

/// The pixels whose middles lie between two places.
fn within(from: f64, to: f64, count: usize) -> std::ops::Range<usize> {
    let first = |at: f64| {
        usize::try_from(whole((at - 0.5).ceil()))
            .unwrap_or(0)
            .min(count)
    };
    first(from)..first(to)
}

#[cfg(test)]
#[expect(
    clippy::float_cmp,
    reason = "nothing is reckoned with these numbers: they are handed on"
)]
mod tests {
    use super::*;
    use castellan_domain::estate::CameraPose;

    const RED: Rgb = [1.0, 0.0, 0.0];
    const BLUE: Rgb = [0.0, 0.0, 1.0];

    fn canvas() -> Canvas {
        let pose = CameraPose {
            height_m: 2.0,
            heading_deg: 0.0,
            tilt_deg: 0.0,
            view_deg: 90.0,
            range_m: 30.0,
        };
        Canvas::new(&View::new([0.0, 0.0, 2.0], &pose, 32, 32), |_| [0.0; 3])
    }

    /// A square that stands so many metres ahead.
    fn square(away_m: f64, half_m: f64) -> [Point; 4] {
        [
            [-half_m, away_m, 2.0 - half_m],
            [half_m, away_m, 2.0 - half_m],
            [half_m, away_m, 2.0 + half_m],
            [-half_m, away_m, 2.0 + half_m],
        ]
    }

    fn middle(canvas: &Canvas) -> (Rgb, f64) {
        let index = canvas.view.height() / 2 * canvas.view.width() + canvas.view.width() / 2;
        (canvas.light[index], canvas.away_m[index])
    }

    #[test]
    fn what_is_nearer_hides_what_is_behind_it_in_whichever_order_they_come() {
        for order in [[(5.0, RED), (9.0, BLUE)], [(9.0, BLUE), (5.0, RED)]] {
            let mut canvas = canvas();
            for (away_m, colour) in order {
                canvas.face(&square(away_m, 2.0), |_| Paint::Solid(colour));
            }
            let (light, away_m) = middle(&canvas);
            assert!((away_m - 5.0).abs() < 1e-9, "{away_m}");
            assert_eq!(light, RED);
        }
    }

    #[test]
    fn a_hole_shows_what_is_behind_it_and_glass_keeps_its_distance() {
        let mut canvas = canvas();
        canvas.face(&square(9.0, 2.0), |_| Paint::Solid(BLUE));
        canvas.face(&square(5.0, 2.0), |_| Paint::Nothing);
        assert_eq!(middle(&canvas).0, BLUE);
        canvas.face(&square(5.0, 2.0), |spot| {
            assert_eq!(spot.under[0], 0.0);
            Paint::Over(RED)
        });
        let (light, away_m) = middle(&canvas);
        assert_eq!(light, RED);
        assert!((away_m - 9.0).abs() < 1e-9);
    }

    #[test]
    fn a_front_is_not_seen_from_behind_and_nothing_behind_the_camera_is_drawn() {
        let mut canvas = canvas();
        canvas.front(&square(5.0, 2.0), |_| Paint::Solid(RED));
        assert_eq!(middle(&canvas).0, RED, "against the clock as one sees it");
        let mut turned = square(4.0, 2.0);
        turned.reverse();
        canvas.front(&turned, |_| Paint::Solid(BLUE));
        assert_eq!(middle(&canvas).0, RED);
        canvas.face(&square(-4.0, 2.0), |_| Paint::Solid(BLUE));
        canvas.face(&[[0.0; 3]; 3], |_| Paint::Solid(BLUE));
        canvas.face(&[], |_| Paint::Solid(BLUE));
        assert_eq!(middle(&canvas).0, RED);
    }

    #[test]
    fn ground_that_passes_under_the_camera_is_cut_and_knows_where_it_is() {
        let mut canvas = canvas();
        let field = [
            [-1e4, -1e4, 0.0],
            [1e4, -1e4, 0.0],
            [1e4, 1e4, 0.0],
            [-1e4, 1e4, 0.0],
        ];
        canvas.ground(&field, |spot| {
            assert!(spot.at[2].abs() < 1e-6, "{spot:?}");
            Paint::Solid(RED)
        });
        let (sky, ground) = (
            canvas.view.width(),
            (canvas.view.height() - 2) * canvas.view.width(),
        );
        assert_eq!(canvas.light[sky], [0.0; 3]);
        assert_eq!(canvas.light[ground + 4], RED);
        assert!(canvas.away_m[ground + 4] < 3.0);
    }

    #[test]
    fn a_dark_place_is_exposed_longer_and_grey_film_has_no_colour() {
        let mut dim = canvas();
        dim.face(&square(1.0, 2.0), |_| Paint::Solid([0.1, 0.05, 0.0]));
        let backdrop = dim.develop(Film::Grey);
        let [light, blue, red] = backdrop.picture.planes();
        assert!(light[16 * 32 + 16] > 50, "{}", light[16 * 32 + 16]);
        assert!(blue.iter().chain(red).all(|colour| *colour == 128));
        assert!(backdrop.hides(16 * 32 + 16, 1.01) && !backdrop.hides(16 * 32 + 16, 0.99));
    }
}
