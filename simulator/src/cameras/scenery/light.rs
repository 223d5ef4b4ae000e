//! What light falls where: the sun by day; at night lamps, and the infra-red light that a camera brings along.

use crate::cameras::canvas::{Film, Spot};
use crate::cameras::picture::Rgb;
use crate::cameras::space::{Flat, Point, chance, dot, length, minus, unit, whole};

/// Where the sun stands.
const SUN: Point = [-0.46, -0.55, 0.70];
/// Metres at which haze leaves a third of a colour by day.
const HAZE_M: f64 = 700.0;

/// By what a camera sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hour {
    Day,
    Night,
}

impl Hour {
    /// Cameras lose their colours in the dark.
    pub(crate) const fn film(self) -> Film {
        match self {
            Self::Day => Film::Colour,
            Self::Night => Film::Grey,
        }
    }
}

#[derive(Debug, Clone)]
enum Source {
    Sun,
    /// Reaches so many metres.
    InfraRed(f64),
    /// Lamps of a room.
    Ceiling(Vec<Point>),
}

/// The light of a place.
#[derive(Debug, Clone)]
pub(crate) struct Light {
    eye: Point,
    source: Source,
}

impl Light {
    /// Under the sky, where a camera's own light reaches so many metres.
    pub(crate) const fn outdoors(hour: Hour, eye: Point, range_m: f64) -> Self {
        let source = match hour {
            Hour::Day => Source::Sun,
            Hour::Night => Source::InfraRed(range_m),
        };
        Self { eye, source }
    }

    /// Under the lamps of a room, which burn by day and by night.
    pub(crate) const fn indoors(eye: Point, lamps: Vec<Point>) -> Self {
        let source = Source::Ceiling(lamps);
        Self { eye, source }
    }

    pub(crate) const fn is_dark(&self) -> bool {
        matches!(self.source, Source::InfraRed(_))
    }

    /// What the sky is in a direction.
    pub(crate) fn sky(&self, direction: Point) -> Rgb {
        let high = direction[2].max(0.0);
        match self.source {
            Source::Sun => mix([0.80, 0.85, 0.90], [0.38, 0.56, 0.84], high.powf(0.6)),
            Source::InfraRed(_) => [0.02 + 0.05 * (-7.0 * high).exp(); 3],
            Source::Ceiling(_) => [0.05; 3],
        }
    }

    /// What comes back from something of a colour, which faces in a direction.
    pub(crate) fn on(&self, at: Point, facing: Point, colour: Rgb) -> Rgb {
        match &self.source {
            Source::Sun => {
                let bright = 0.42 + 0.62 * dot(facing, SUN).max(0.0) + 0.10 * facing[2].max(0.0);
                let away_m = length(minus(at, self.eye));
                let clear = (-away_m / HAZE_M).exp();
                mix([0.72, 0.78, 0.84], times(colour, bright), clear)
            }
            Source::InfraRed(range_m) => {
                let to_eye = minus(self.eye, at);
                let far = length(to_eye) / (0.5 * range_m);
                let meets = 0.55 + 0.45 * dot(unit(to_eye), facing).abs();
                let low = 0.10 * (-at[2].max(0.0) / 6.0).exp();
                times(colour, 0.05 + low + 0.95 * meets / (1.0 + far * far))
            }
            Source::Ceiling(lamps) => {
                let shine = |lamp: &Point| {
                    let to_lamp = minus(*lamp, at);
                    let far = length(to_lamp);
                    let meets = 0.35 + 0.65 * dot(unit(to_lamp), facing).max(0.0);
                    meets * 2.2 / (1.2 + far * far)
                };
                let bright: f64 = lamps.iter().map(shine).sum();
                times(colour, 0.09 + bright)
            }
        }
    }

    /// As [`Self::on`], for what lies flat.
    pub(crate) fn on_ground(&self, spot: Spot, colour: Rgb) -> Rgb {
        self.on(spot.at, [0.0, 0.0, 1.0], colour)
    }
}

pub(crate) fn times([red, green, blue]: Rgb, factor: f64) -> Rgb {
    [red * factor, green * factor, blue * factor]
}

/// The colour so far on the way from one to another.
pub(crate) fn mix(from: Rgb, to: Rgb, part: f64) -> Rgb {
    [0, 1, 2].map(|index| from[index] + (to[index] - from[index]) * part)
}

/// Brighter or darker by so much of itself, by a pattern of cells so large, as far as the pixels show it.
pub(crate) fn grained(colour: Rgb, spot: Spot, cell_m: f64, by: f64) -> Rgb {
    let shows = (spot.px_per_m * cell_m / 3.0).min(1.0);
    let cell = |at: f64| whole(at / cell_m);
    let draw = chance(cell(spot.at[0]), cell(spot.at[1]) ^ cell(spot.at[2]), 7) - 0.5;
    times(colour, 1.0 + by * 2.0 * draw * shows)
}

/// The same without edges: from 0 to 1.
pub(crate) fn drift([x, y]: Flat, cell_m: f64, seed: u32) -> f64 {
    let (x, y) = (x / cell_m, y / cell_m);
    let (column, row) = (whole(x), whole(y));
    let ease = |part: f64| part * part * (3.0 - 2.0 * part);
    let (over, up) = (ease(x - x.floor()), ease(y - y.floor()));
    let at =
        |right: i32, above: i32| chance(column.wrapping_add(right), row.wrapping_add(above), seed);
    let low = at(0, 0) + (at(1, 0) - at(0, 0)) * over;
    let high = at(0, 1) + (at(1, 1) - at(0, 1)) * over;
    low + (high - low) * up
}
