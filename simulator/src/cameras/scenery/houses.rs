//! Buildings: bodies with rows of windows, of which some are lit at night, and with their doors.

use super::layout::{House, Layout, storey_m};
use super::light::{Light, mix, times};
use super::shapes::board;
use crate::cameras::canvas::{Canvas, Paint, Spot};
use crate::cameras::picture::Rgb;
use crate::cameras::space::{
    Flat, Point, along, beside, chance, course, minus, off_line, raised, toward, unit, whole,
};
use castellan_domain::ids::BuildingId;

/// Metres from the middle of one window to the next.
const WINDOW_EVERY_M: f64 = 2.9;
/// Walls narrower than this have no windows.
const WINDOWED_M: f64 = 1.9;
/// Share of windows that are lit at night.
const LIT: f64 = 0.13;
/// Width and height of a door.
const DOOR_M: [f64; 2] = [1.7, 2.4];

/// Draws all houses but the one on whose roof the camera stands.
pub(crate) fn draw(canvas: &mut Canvas, layout: &Layout, light: &Light, own: Option<&BuildingId>) {
    for house in layout.houses.iter().filter(|house| Some(&house.id) != own) {
        body(canvas, house, light);
        for door in &house.doors {
            entrance(canvas, house, *door, light);
        }
    }
}

fn walls(house: &House) -> impl Iterator<Item = (usize, Flat, Flat)> {
    let outline = &house.outline;
    let walls = outline.iter().enumerate();
    walls.map(|(index, from)| (index, *from, outline[(index + 1) % outline.len()]))
}

fn body(canvas: &mut Canvas, house: &House, light: &Light) {
    let colour = plaster(house.seed);
    for (index, from, to) in walls(house) {
        let (direction, long_m) = course(from, to);
        let facing: Point = [direction[1], -direction[0], 0.0];
        let side = [
            raised(from, 0.0),
            raised(to, 0.0),
            raised(to, house.height_m),
            raised(from, house.height_m),
        ];
        let wall = Wall {
            house,
            colour,
            index: i32::try_from(index).unwrap_or(0),
            facing,
            long_m,
        };
        canvas.front(&side, |spot| {
            let (east, north) = (spot.at[0] - from[0], spot.at[1] - from[1]);
            Paint::Solid(wall.at(spot, east * direction[0] + north * direction[1], light))
        });
    }
    let roof: Vec<Point> = house
        .outline
        .iter()
        .map(|at| raised(*at, house.height_m))
        .collect();
    canvas.front(&roof, |spot| {
        Paint::Solid(light.on_ground(spot, [0.40, 0.40, 0.42]))
    });
}

fn plaster(seed: u32) -> Rgb {
    let tones = [
        [0.66, 0.60, 0.52],
        [0.62, 0.61, 0.60],
        [0.58, 0.50, 0.44],
        [0.68, 0.65, 0.58],
    ];
    let pick = usize::try_from(seed >> 3).unwrap_or(0) % tones.len();
    tones[pick]
}

/// One wall of a house.
struct Wall<'a> {
    house: &'a House,
    colour: Rgb,
    index: i32,
    facing: Point,
    long_m: f64,
}

impl Wall<'_> {
    /// What a spot so far along it is.
    fn at(&self, spot: Spot, along_m: f64, light: &Light) -> Rgb {
        let up_m = spot.at[2];
        let storey_m = storey_m(self.house);
        let (storey, within) = (whole(up_m / storey_m), (up_m / storey_m).rem_euclid(1.0));
        let base = if storey == 0 {
            times(self.colour, 0.86)
        } else {
            self.colour
        };
        let wall = if within < 0.05 && storey > 0 {
            times(base, 0.80)
        } else {
            base
        };
        let count = whole((self.long_m - 0.5) / WINDOW_EVERY_M);
        if count < 1 && self.long_m < WINDOWED_M {
            return light.on(spot.at, self.facing, wall);
        }
        let cell_m = self.long_m / f64::from(count.max(1));
        let (column, over) = (whole(along_m / cell_m), (along_m / cell_m).rem_euclid(1.0));
        let pane = self.pane(spot, column, storey, light);
        let is_pane = (0.24..0.76).contains(&over) && (0.30..0.84).contains(&within);
        let is_frame = (over - 0.5).abs() < 0.012 && spot.px_per_m > 25.0;
        // Where windows are smaller than a pixel, a wall has their mean.
        if spot.px_per_m * cell_m < 3.0 {
            mix(light.on(spot.at, self.facing, wall), pane, 0.28)
        } else if is_pane && !is_frame {
            pane
        } else {
            light.on(spot.at, self.facing, wall)
        }
    }

    fn pane(&self, spot: Spot, column: i32, storey: i32, light: &Light) -> Rgb {
        let draw = chance(column + 40 * self.index, storey, self.house.seed);
        if light.is_dark() {
            let is_lit = draw < LIT;
            let glow = 0.40 + 0.5 * chance(storey, column, self.house.seed ^ 9);
            if is_lit {
                times([1.0, 0.86, 0.62], glow)
            } else {
                light.on(spot.at, self.facing, [0.10, 0.11, 0.13])
            }
        } else {
            let glass = mix([0.16, 0.20, 0.26], [0.34, 0.42, 0.52], draw);
            light.on(spot.at, self.facing, glass)
        }
    }
}

/// A door, with a roof over it and light above it.
fn entrance(canvas: &mut Canvas, house: &House, door: Flat, light: &Light) {
    let off = |wall: &(usize, Flat, Flat)| off_line(door, wall.1, wall.2);
    let Some((_, from, to)) = walls(house).min_by(|a, b| off(a).total_cmp(&off(b))) else {
        return;
    };
    let (direction, long_m) = course(from, to);
    let [wide_m, high_m] = DOOR_M;
    let ahead = (door[0] - from[0]) * direction[0] + (door[1] - from[1]) * direction[1];
    let half_m = wide_m.min(long_m) / 2.0;
    let middle = toward(from, to, (ahead / long_m).clamp(0.0, 1.0));
    // A little before the wall, so that it is seen.
    let place = |ahead: f64, out: f64| beside(middle, direction, ahead, -out);
    let facing: Point = [direction[1], -direction[0], 0.0];
    board(
        canvas,
        place(-half_m, 0.04),
        place(half_m, 0.04),
        [0.0, high_m],
        |spot, [x, y]| {
            let is_frame = x < 0.09
                || x > 2.0 * half_m - 0.09
                || y > high_m - 0.10
                || (x - half_m).abs() < 0.03;
            let glass = light.is_dark() && y > 0.4;
            Paint::Solid(if is_frame {
                light.on(spot.at, facing, [0.20, 0.20, 0.21])
            } else if glass {
                // Somebody left the light on in the hall.
                [0.46, 0.44, 0.40]
            } else {
                light.on(spot.at, facing, [0.30, 0.33, 0.36])
            })
        },
    );
    let roof = [
        place(-half_m - 0.4, 0.0),
        place(half_m + 0.4, 0.0),
        place(half_m + 0.4, 1.3),
        place(-half_m - 0.4, 1.3),
    ];
    let roof = roof.map(|at| raised(at, high_m + 0.25));
    canvas.face(&roof, |spot| {
        Paint::Solid(light.on_ground(spot, [0.45, 0.45, 0.46]))
    });
    board(
        canvas,
        place(-half_m - 0.4, 1.3),
        place(half_m + 0.4, 1.3),
        [high_m + 0.1, high_m + 0.27],
        |spot, _| Paint::Solid(light.on(spot.at, facing, [0.62, 0.62, 0.62])),
    );
    if light.is_dark() {
        let lamp = raised(place(0.0, 0.9), high_m + 0.18);
        let to_eye = unit(minus(canvas.view().eye(), lamp));
        let glow = along(lamp, to_eye, 0.05);
        super::shapes::disc(canvas, glow, [0.22, 0.10], |_, _, _| Paint::Solid([1.2; 3]));
    }
}
