//! Draws a room: floor, walls, ceiling, lamps, and what the document says is in it.

use super::light::{Light, drift, grained, times};
use super::room::{Room, RoomKind};
use super::shapes::{board, oblong, prism};
use crate::cameras::canvas::{Canvas, Paint, Spot};
use crate::cameras::picture::Rgb;
use crate::cameras::space::{Flat, Point, beside, chance, raised, whole};
use castellan_domain::estate::DeviceKind;

/// Metres from one door to the next along a wall.
const DOOR_EVERY_M: f64 = 5.2;
const DOOR_M: [f64; 2] = [0.95, 2.1];

pub(crate) fn draw(canvas: &mut Canvas, room: &Room, light: &Light) {
    slabs(canvas, room, light);
    for side in [Side::Left, Side::Right, Side::End, Side::Back] {
        wall(canvas, room, side, light);
    }
    for lamp in room.lamps() {
        lamp_at(canvas, room, lamp);
    }
    match room.kind {
        RoomKind::Cellar => cellar(canvas, room, light),
        RoomKind::Hall => desks(canvas, room, light),
        RoomKind::Lift => handrail(canvas, room, light),
    }
    fixtures(canvas, room, light);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    End,
    Back,
}

impl Side {
    /// From where to where it goes, as one who looks at it from inside has it from left to right.
    const fn ends(self, room: &Room) -> [Flat; 2] {
        let ([back, end], [left, right]) = (room.deep_m, room.wide_m);
        let [from, to] = match self {
            Self::Left => [[back, left], [end, left]],
            Self::End => [[end, left], [end, right]],
            Self::Right => [[end, right], [back, right]],
            Self::Back => [[back, right], [back, left]],
        };
        [room.place(from), room.place(to)]
    }

    /// Into the room.
    fn facing(self, room: &Room) -> Point {
        let (ahead, right) = (room.ahead, [room.ahead[1], -room.ahead[0]]);
        let turned = |way: Flat, sign: f64| [way[0] * sign, way[1] * sign, 0.0];
        match self {
            Self::Left => turned(right, 1.0),
            Self::End => turned(ahead, -1.0),
            Self::Right => turned(right, -1.0),
            Self::Back => turned(ahead, 1.0),
        }
    }
}

fn corners(room: &Room, up_m: f64) -> [Point; 4] {
    let ([back, end], [left, right]) = (room.deep_m, room.wide_m);
    [[back, left], [back, right], [end, right], [end, left]].map(|at| raised(room.place(at), up_m))
}

/// Floor and ceiling.
fn slabs(canvas: &mut Canvas, room: &Room, light: &Light) {
    let middle = f64::midpoint(room.wide_m[0], room.wide_m[1]);
    canvas.ground(&corners(room, 0.0), |spot| {
        let [deep, right] = room.frame([spot.at[0], spot.at[1]]);
        let tile = |at: f64, every_m: f64| (at / every_m).rem_euclid(1.0) < 0.02;
        let colour = match room.kind {
            RoomKind::Cellar => {
                let worn = 0.85 + 0.3 * drift([deep, right], 1.7, 21);
                times(grained([0.46, 0.47, 0.47], spot, 0.06, 0.06), worn)
            }
            RoomKind::Hall if tile(deep, 0.8) || tile(right, 0.8) => [0.34, 0.34, 0.34],
            RoomKind::Hall => grained([0.52, 0.51, 0.49], spot, 0.8, 0.04),
            RoomKind::Lift if tile(deep, 0.4) || tile(right, 0.4) => [0.20, 0.20, 0.20],
            RoomKind::Lift => grained([0.36, 0.34, 0.32], spot, 0.4, 0.08),
        };
        // A polished floor shows the row of lamps.
        let shine = 0.20 * (-(right - middle).powi(2) / 0.18).exp();
        Paint::Solid(
            light
                .on_ground(spot, colour)
                .map(|one| one + shine * one.min(1.0)),
        )
    });
    canvas.face(&corners(room, room.high_m), |spot| {
        Paint::Solid(
            light
                .on(spot.at, [0.0, 0.0, -1.0], [0.48, 0.49, 0.50])
                .map(|one| one * 0.75),
        )
    });
}

fn wall(canvas: &mut Canvas, room: &Room, side: Side, light: &Light) {
    let [from, to] = side.ends(room);
    let facing = side.facing(room);
    let long_m = crate::cameras::space::distance(from, to);
    let high_m = room.high_m;
    board(canvas, from, to, [0.0, high_m], |spot, at| {
        let colour = match (room.kind, side) {
            (RoomKind::Lift, Side::End) => lift_door(at, long_m),
            (RoomKind::Lift, _) => steel(at),
            (_, Side::Left | Side::Right) => side_wall(spot, at, long_m, side),
            (_, Side::End) => end_wall(spot, at, long_m),
            (_, Side::Back) => plaster(spot, at[1]),
        };
        Paint::Solid(light.on(spot.at, facing, colour))
    });
}

fn plaster(spot: Spot, up_m: f64) -> Rgb {
    let wall = grained([0.66, 0.66, 0.64], spot, 0.5, 0.03);
    if up_m < 0.12 {
        times(wall, 0.45)
    } else if up_m < 1.1 {
        times(wall, 0.80)
    } else {
        wall
    }
}

/// A wall with doors, not at its very ends.
fn side_wall(spot: Spot, [along_m, up_m]: Flat, long_m: f64, side: Side) -> Rgb {
    let [wide_m, high_m] = DOOR_M;
    let shift = if side == Side::Left { 1.9 } else { 3.6 };
    let cell = (along_m - shift) / DOOR_EVERY_M;
    let over_m = cell.rem_euclid(1.0) * DOOR_EVERY_M;
    let is_there =
        (0.8..long_m - 1.6).contains(&(along_m - over_m)) && chance(whole(cell), 1, 5) < 0.8;
    if is_there && over_m < wide_m && up_m < high_m {
        door_leaf(over_m, up_m, wide_m, high_m)
    } else {
        plaster(spot, up_m)
    }
}

fn door_leaf(over_m: f64, up_m: f64, wide_m: f64, high_m: f64) -> Rgb {
    let is_frame = over_m < 0.07 || over_m > wide_m - 0.07 || up_m > high_m - 0.07;
    let is_handle = (0.98..1.08).contains(&up_m) && (0.14..0.26).contains(&over_m);
    if is_handle {
        [0.85; 3]
    } else if is_frame {
        [0.25, 0.26, 0.28]
    } else {
        [0.40, 0.43, 0.47]
    }
}

/// A double door under the sign of a way out.
fn end_wall(spot: Spot, [along_m, up_m]: Flat, long_m: f64) -> Rgb {
    let off = along_m - long_m / 2.0;
    let is_sign = off.abs() < 0.32 && (2.2..2.38).contains(&up_m);
    if is_sign {
        [0.75, 1.6, 0.95]
    } else if off.abs() < 0.9 && up_m < 2.08 {
        let over_m = if off < 0.0 { -off } else { off };
        door_leaf(over_m, up_m, 0.9, 2.08)
    } else {
        plaster(spot, up_m)
    }
}

fn steel([along_m, up_m]: Flat) -> Rgb {
    let is_joint = (along_m / 0.42).rem_euclid(1.0) < 0.035;
    let sheen = 0.50 + 0.10 * (along_m * 7.0).sin() * (up_m * 1.3).cos();
    if is_joint {
        [0.22; 3]
    } else {
        [sheen, sheen, sheen * 1.02]
    }
}

fn lift_door([along_m, up_m]: Flat, long_m: f64) -> Rgb {
    let off = (along_m - long_m / 2.0).abs();
    if off < 0.5 && up_m < 2.1 {
        let seam = if off < 0.012 {
            0.12
        } else {
            0.58 + 0.06 * (up_m * 2.0).sin()
        };
        [seam; 3]
    } else if off < 0.56 && up_m < 2.16 {
        [0.20; 3]
    } else {
        steel([along_m, up_m])
    }
}

fn lamp_at(canvas: &mut Canvas, room: &Room, at: Point) {
    let (long_m, wide_m) = if room.kind == RoomKind::Lift {
        (0.9, 0.9)
    } else {
        (1.2, 0.22)
    };
    let tube =
        oblong([at[0], at[1]], room.ahead, long_m, wide_m).map(|corner| raised(corner, at[2]));
    canvas.face(&tube, |_| Paint::Solid([1.7, 1.7, 1.65]));
}

/// Columns with warning stripes, pipes under the ceiling, a hydrant.
fn cellar(canvas: &mut Canvas, room: &Room, light: &Light) {
    for column in room.columns() {
        prism(
            canvas,
            &oblong(column, room.ahead, 0.42, 0.42),
            [0.0, room.high_m],
            |spot, facing| {
                let is_striped = spot.at[2] < 1.2 && spot.at[2].rem_euclid(0.4) < 0.2;
                let colour = match (spot.at[2] < 1.2, is_striped) {
                    (true, true) => [0.80, 0.62, 0.10],
                    (true, false) => [0.10, 0.10, 0.10],
                    (false, _) => grained([0.60, 0.60, 0.58], spot, 0.3, 0.05),
                };
                Paint::Solid(light.on(spot.at, facing, colour))
            },
        );
    }
    let [back, end] = room.deep_m;
    let middle = f64::midpoint(back, end);
    for (aside_m, low_m, half_m, colour) in [
        (0.35, 0.34, 0.07, [0.62, 0.14, 0.10]),
        (0.62, 0.30, 0.09, [0.58, 0.60, 0.62]),
        (0.95, 0.36, 0.05, [0.55, 0.55, 0.30]),
    ] {
        let at = room.place([middle, room.wide_m[1] - aside_m]);
        let top_m = room.high_m - low_m + half_m;
        prism_below(
            canvas,
            &oblong(at, room.ahead, end - back, 2.0 * half_m),
            [top_m - 2.0 * half_m, top_m],
            |spot, facing| Paint::Solid(light.on(spot.at, facing, colour)),
        );
    }
    let box_at = room.place([(back + 4.3).min(end - 1.0), room.wide_m[0] + 0.12]);
    prism(
        canvas,
        &oblong(box_at, room.ahead, 0.75, 0.24),
        [0.75, 1.5],
        |spot, facing| Paint::Solid(light.on(spot.at, facing, [0.66, 0.10, 0.08])),
    );
}

/// As [`prism`], for what hangs: seen from below.
fn prism_below(
    canvas: &mut Canvas,
    outline: &[Flat],
    [low_m, high_m]: [f64; 2],
    paint: impl Fn(Spot, Point) -> Paint,
) {
    prism(canvas, outline, [low_m, high_m], &paint);
    let floor: Vec<Point> = outline.iter().rev().map(|at| raised(*at, low_m)).collect();
    canvas.front(&floor, |spot| paint(spot, [0.0, 0.0, -1.0]));
}

/// Two rows of desks with screens that glow.
fn desks(canvas: &mut Canvas, room: &Room, light: &Light) {
    let [left, right] = room.wide_m;
    let long_m = (right - left - 2.0).min(5.0);
    if long_m < 1.5 {
        return;
    }
    let across = [room.ahead[1], -room.ahead[0]];
    for deep in [3.0, 5.6] {
        if deep > room.deep_m[1] - 1.2 {
            break;
        }
        let middle = room.place([deep, f64::midpoint(left, right)]);
        prism(
            canvas,
            &oblong(middle, across, long_m, 0.8),
            [0.68, 0.74],
            |spot, facing| Paint::Solid(light.on(spot.at, facing, [0.42, 0.34, 0.26])),
        );
        prism(
            canvas,
            &oblong(middle, across, long_m, 0.7),
            [0.0, 0.68],
            |spot, facing| Paint::Solid(light.on(spot.at, facing, [0.24, 0.24, 0.26])),
        );
        let count = whole(long_m / 0.9).clamp(1, 8);
        for index in 0..count {
            let aside = (f64::from(index) + 0.5) * long_m / f64::from(count) - long_m / 2.0;
            let at = beside(middle, across, aside, 0.0);
            let seed = whole(deep * 10.0) + index;
            let ends = [-0.29, 0.29].map(|half| beside(at, across, half, 0.15));
            board(
                canvas,
                ends[0],
                ends[1],
                [0.86, 1.22],
                |spot, [over, up]| {
                    let is_rim = !(0.02..0.56).contains(&over) || !(0.88..1.20).contains(&up);
                    let cell = chance(whole(over * 7.0) + 9 * seed, whole(up * 9.0), 3);
                    Paint::Solid(if is_rim {
                        light.on(spot.at, raised(room.ahead, 0.0), [0.08; 3])
                    } else {
                        times([0.35, 0.55, 0.80], 0.35 + 0.6 * cell)
                    })
                },
            );
        }
    }
}

fn handrail(canvas: &mut Canvas, room: &Room, light: &Light) {
    for side in [Side::Left, Side::Right] {
        let [from, to] = side.ends(room);
        let facing = side.facing(room);
        let inward = |at: Flat| [at[0] + facing[0] * 0.06, at[1] + facing[1] * 0.06];
        board(canvas, inward(from), inward(to), [0.88, 0.95], |spot, _| {
            Paint::Solid(light.on(spot.at, facing, [0.85; 3]))
        });
    }
    // Buttons beside the door.
    let panel = [room.deep_m[1] - 0.02, room.wide_m[1] - 0.18];
    let ends = [-0.11, 0.11].map(|aside| room.place([panel[0], panel[1] + aside]));
    board(canvas, ends[0], ends[1], [0.85, 1.6], |spot, [over, up]| {
        let is_button = (over / 0.11).rem_euclid(1.0) > 0.6 && (up / 0.09).rem_euclid(1.0) > 0.6;
        let colour = if is_button {
            [0.62, 0.58, 0.50]
        } else {
            [0.16; 3]
        };
        Paint::Solid(light.on(spot.at, Side::End.facing(room), colour))
    });
}

/// Detectors at the ceiling, panels as cabinets, call points as boxes.
fn fixtures(canvas: &mut Canvas, room: &Room, light: &Light) {
    for fixture in &room.fixtures {
        let (half_m, span_m, colour) = match fixture.kind {
            DeviceKind::Detector => (
                0.12,
                [room.high_m - 0.34, room.high_m - 0.16],
                [0.95, 0.95, 0.92],
            ),
            DeviceKind::Panel | DeviceKind::FirePanel => (0.32, [0.0, 1.7], [0.62, 0.60, 0.58]),
            DeviceKind::ManualCallPoint | DeviceKind::PanicButton => {
                (0.08, [1.3, 1.46], [0.75, 0.10, 0.08])
            }
            DeviceKind::Door
            | DeviceKind::Camera
            | DeviceKind::Barrier
            | DeviceKind::HelpPoint
            | DeviceKind::Lift
            | DeviceKind::Network => continue,
        };
        let outline = oblong(fixture.at, room.ahead, 2.0 * half_m, 2.0 * half_m);
        prism_below(canvas, &outline, span_m, |spot, facing| {
            Paint::Solid(light.on(spot.at, facing, colour))
        });
        if fixture.kind == DeviceKind::Detector {
            let lamp = raised(fixture.at, span_m[0] + 0.03);
            super::shapes::disc(
                canvas,
                [
                    lamp[0] - room.ahead[0] * 0.13,
                    lamp[1] - room.ahead[1] * 0.13,
                    lamp[2],
                ],
                [0.025, 0.025],
                |_, _, _| Paint::Solid([0.6, 1.8, 0.6]),
            );
        }
    }
}
