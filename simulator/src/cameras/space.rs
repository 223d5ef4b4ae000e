//! Points and directions in the estate's own metres: east, north, up. And chance that is the same on every day.

/// Metres east and north of the anchor, and above the ground or floor.
pub(crate) type Point = [f64; 3];
/// Metres east and north.
pub(crate) type Flat = [f64; 2];

pub(crate) const fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// So many metres from a point in a direction.
pub(crate) const fn along(from: Point, direction: Point, metres: f64) -> Point {
    [
        from[0] + direction[0] * metres,
        from[1] + direction[1] * metres,
        from[2] + direction[2] * metres,
    ]
}

pub(crate) const fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) const fn cross(a: Point, b: Point) -> Point {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

pub(crate) fn length(a: Point) -> f64 {
    dot(a, a).sqrt()
}

/// The same direction, one metre long; nothing stays nothing.
pub(crate) fn unit(a: Point) -> Point {
    let long = length(a).max(f64::MIN_POSITIVE);
    [a[0] / long, a[1] / long, a[2] / long]
}

pub(crate) const fn raised(at: Flat, up_m: f64) -> Point {
    [at[0], at[1], up_m]
}

pub(crate) fn distance(a: Flat, b: Flat) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

pub(crate) const fn toward(a: Flat, b: Flat, part: f64) -> Flat {
    [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part]
}

/// The direction from one point to another, one metre long, and how far it is.
pub(crate) fn course(from: Flat, to: Flat) -> (Flat, f64) {
    let long = distance(from, to);
    let safe = long.max(f64::MIN_POSITIVE);
    ([(to[0] - from[0]) / safe, (to[1] - from[1]) / safe], long)
}

/// A direction turned a quarter to the left.
pub(crate) const fn left_of(direction: Flat) -> Flat {
    [-direction[1], direction[0]]
}

/// So many metres ahead in a direction, and so many to its left.
pub(crate) const fn beside(from: Flat, direction: Flat, ahead_m: f64, left_m: f64) -> Flat {
    [
        from[0] + direction[0] * ahead_m - direction[1] * left_m,
        from[1] + direction[1] * ahead_m + direction[0] * left_m,
    ]
}

/// Whether a point lies within an outline.
pub(crate) fn is_within(outline: &[Flat], at: Flat) -> bool {
    let mut is_in = false;
    for (index, a) in outline.iter().enumerate() {
        let b = outline[(index + 1) % outline.len()];
        if (a[1] > at[1]) != (b[1] > at[1]) {
            let x = a[0] + (at[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
            is_in ^= at[0] < x;
        }
    }
    is_in
}

/// Metres from a point to the straight line between two others.
pub(crate) fn off_line(at: Flat, from: Flat, to: Flat) -> f64 {
    let (direction, long) = course(from, to);
    let ahead = (at[0] - from[0]) * direction[0] + (at[1] - from[1]) * direction[1];
    distance(
        at,
        toward(
            from,
            to,
            (ahead / long.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0),
        ),
    )
}

/// A number from 0 to 1 that a pair of whole numbers and a seed always give.
pub(crate) fn chance(x: i32, y: i32, seed: u32) -> f64 {
    let mut bits = x.cast_unsigned().wrapping_mul(0x85eb_ca6b)
        ^ y.cast_unsigned().wrapping_mul(0xc2b2_ae35)
        ^ seed.wrapping_mul(0x27d4_eb2f);
    for factor in [0x7feb_352d, 0x846c_a68b] {
        bits ^= bits >> 16;
        bits = bits.wrapping_mul(factor);
    }
    f64::from((bits ^ (bits >> 15)) & 0xffff) / 65_535.0
}

/// A seed that a name always gives.
pub(crate) fn seed_of(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |seed: u32, byte| {
        (seed ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// The whole number at or below; the nearest there is where it is too large.
#[expect(
    clippy::cast_possible_truncation,
    reason = "saturates, which is what is wanted"
)]
pub(crate) fn whole(number: f64) -> i32 {
    number.floor() as i32
}
