//! The stored form of a stretch of one person's positions: columns of small differences.
//!
//! A guard who walks moves some metres between two fixes and hears the same beat of time, so that
//! differences are short where values are long. Blocks are bytes for years: a new form gets a new
//! version byte and a second sample under `server/tests/samples`, and the old one stays readable.
//!
//! Version 1: version, unit of time, unit of accuracy, one byte each; the number of fixes; then six
//! columns, one after the other: time, delay, longitude, latitude, accuracy, battery; then the first
//! four bytes of the SHA-256 over all before. Numbers are zigzag varints. A column holds differences
//! to the value before, the column of times differences of differences. A zero is followed by how
//! many more zeros follow it.

use super::point::Point;
use sha2::{Digest as _, Sha256};

/// Fixes in one block at most. More make less overhead, and more to write anew when one comes late.
pub(super) const BLOCK_FIXES_MAX: usize = 1_024;
/// Longest stretch of one block: blocks never reach over midnight UTC, so that they can be let go
/// of by age.
pub(super) const DAY_US: i64 = 24 * 3600 * 1_000_000;

const VERSION: u8 = 1;
const CHECKSUM_BYTES: usize = 4;
/// Microseconds in the units of time, finest first: phones tell whole seconds.
const TIME_UNITS_US: [i64; 3] = [1, 1_000, 1_000_000];
/// Decimetres in the units of accuracy: phones tell whole metres.
const ACCURACY_UNITS_DM: [i64; 2] = [1, 10];
/// A delay between fix and arrival is kept in steps of this, rounded down: no position becomes
/// younger than it was, and most phones then need no byte for it.
pub(super) const DELAY_STEP_US: i64 = 2_000_000;

/// Why a block cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum BlockError {
    #[error("it has the unknown version {0}; a newer Castellan wrote it")]
    Version(u8),
    #[error("its checksum does not match; a byte of it has changed")]
    Checksum,
    #[error("it ends too early or holds impossible values")]
    Malformed,
}

/// Writes points, in the order of their times, at most [`BLOCK_FIXES_MAX`] of them.
pub(super) fn encode(points: &[Point]) -> Vec<u8> {
    debug_assert!(points.len() <= BLOCK_FIXES_MAX);
    let time_unit = unit(&TIME_UNITS_US, || points.iter().map(|p| p.occurred_at));
    let accuracies = || points.iter().filter_map(|p| p.accuracy_dm.map(i64::from));
    let accuracy_unit = unit(&ACCURACY_UNITS_DM, accuracies);
    let mut bytes = vec![VERSION, time_unit.0, accuracy_unit.0];
    put(&mut bytes, points.len() as u64);
    let times = points.iter().map(|p| p.occurred_at / time_unit.1);
    put_column(&mut bytes, differences(differences(times)));
    let delays = points.iter().map(delay);
    put_column(&mut bytes, differences(delays));
    let lons = points.iter().map(|p| i64::from(p.lon_e7));
    put_column(&mut bytes, differences(lons));
    let lats = points.iter().map(|p| i64::from(p.lat_e7));
    put_column(&mut bytes, differences(lats));
    let accuracies = points.iter().map(|p| {
        p.accuracy_dm
            .map_or(0, |dm| i64::from(dm) / accuracy_unit.1 + 1)
    });
    put_column(&mut bytes, differences(accuracies));
    let batteries = points.iter().map(|p| {
        p.battery_percent
            .map_or(0, |percent| i64::from(percent) + 1)
    });
    put_column(&mut bytes, differences(batteries));
    let checksum = checksum(&bytes);
    bytes.extend(checksum);
    bytes
}

/// Reads what [`encode`] wrote. Delays come back in whole steps.
pub(super) fn decode(bytes: &[u8]) -> Result<Vec<Point>, BlockError> {
    let version = *bytes.first().ok_or(BlockError::Malformed)?;
    if version != VERSION {
        return Err(BlockError::Version(version));
    }
    let (body, sum) = bytes
        .split_last_chunk::<CHECKSUM_BYTES>()
        .ok_or(BlockError::Malformed)?;
    if checksum(body) != *sum {
        return Err(BlockError::Checksum);
    }
    let mut rest = body.get(1..).ok_or(BlockError::Malformed)?;
    let time_unit = take_unit(&mut rest, &TIME_UNITS_US)?;
    let accuracy_unit = take_unit(&mut rest, &ACCURACY_UNITS_DM)?;
    let count = usize::try_from(take(&mut rest)?).map_err(|_| BlockError::Malformed)?;
    if count > BLOCK_FIXES_MAX {
        return Err(BlockError::Malformed);
    }
    let mut column = || take_column(&mut rest, count);
    let times = sums(sums(column()?));
    let [delays, lons, lats] = [sums(column()?), sums(column()?), sums(column()?)];
    let [accuracies, batteries] = [sums(column()?), sums(column()?)];
    if !rest.is_empty() {
        return Err(BlockError::Malformed);
    }
    let mut points: Vec<Point> = Vec::with_capacity(count);
    for index in 0..count {
        let occurred_at = times[index].wrapping_mul(time_unit);
        if points
            .last()
            .is_some_and(|last| last.occurred_at >= occurred_at)
        {
            return Err(BlockError::Malformed);
        }
        let malformed = |_| BlockError::Malformed;
        points.push(Point {
            occurred_at,
            received_at: occurred_at.wrapping_add(delays[index].wrapping_mul(DELAY_STEP_US)),
            lon_e7: i32::try_from(lons[index]).map_err(malformed)?,
            lat_e7: i32::try_from(lats[index]).map_err(malformed)?,
            accuracy_dm: some_less_one(accuracies[index], accuracy_unit)?,
            battery_percent: some_less_one(batteries[index], 1)?,
        });
    }
    Ok(points)
}

fn delay(point: &Point) -> i64 {
    let delay = point.received_at.wrapping_sub(point.occurred_at);
    delay.div_euclid(DELAY_STEP_US)
}

/// The coarsest unit that divides all values, with its place in the list.
fn unit<I: Iterator<Item = i64>>(units: &[i64], values: impl Fn() -> I) -> (u8, i64) {
    let mut found = (0, 1);
    for (unit, place) in units.iter().zip(0u8..) {
        if values().all(|value| value % unit == 0) {
            found = (place, *unit);
        }
    }
    found
}

fn take_unit(rest: &mut &[u8], units: &[i64]) -> Result<i64, BlockError> {
    let (place, after) = rest.split_first().ok_or(BlockError::Malformed)?;
    *rest = after;
    units
        .get(usize::from(*place))
        .copied()
        .ok_or(BlockError::Malformed)
}

/// Nothing is 0, and something one more than it is.
fn some_less_one<T: TryFrom<i64>>(stored: i64, unit: i64) -> Result<Option<T>, BlockError> {
    if stored == 0 {
        return Ok(None);
    }
    let value = stored
        .checked_sub(1)
        .and_then(|value| value.checked_mul(unit));
    let value = value.and_then(|value| T::try_from(value).ok());
    value.map(Some).ok_or(BlockError::Malformed)
}

/// Wrapping, so that any values at all come back as they were.
fn differences(values: impl Iterator<Item = i64>) -> impl Iterator<Item = i64> {
    values.scan(0i64, |before, value| {
        let difference = value.wrapping_sub(*before);
        *before = value;
        Some(difference)
    })
}

fn sums(mut differences: Vec<i64>) -> Vec<i64> {
    let mut sum = 0i64;
    for value in &mut differences {
        sum = sum.wrapping_add(*value);
        *value = sum;
    }
    differences
}

fn put_column(bytes: &mut Vec<u8>, values: impl Iterator<Item = i64>) {
    let mut values = values.peekable();
    while let Some(value) = values.next() {
        put(bytes, zigzag(value));
        if value == 0 {
            let mut more = 0;
            while values.next_if_eq(&0).is_some() {
                more += 1;
            }
            put(bytes, more);
        }
    }
}

fn take_column(rest: &mut &[u8], count: usize) -> Result<Vec<i64>, BlockError> {
    let mut values = Vec::with_capacity(count);
    while values.len() < count {
        let value = unzigzag(take(rest)?);
        values.push(value);
        if value == 0 {
            let more = usize::try_from(take(rest)?).map_err(|_| BlockError::Malformed)?;
            if more > count - values.len() {
                return Err(BlockError::Malformed);
            }
            values.resize(values.len() + more, 0);
        }
    }
    Ok(values)
}

const fn zigzag(value: i64) -> u64 {
    (value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned()
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

fn put(bytes: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn take(rest: &mut &[u8]) -> Result<u64, BlockError> {
    let mut value = 0u64;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, after) = rest.split_first().ok_or(BlockError::Malformed)?;
        *rest = after;
        let bits = u64::from(byte & 0x7f);
        if (bits << shift) >> shift != bits {
            return Err(BlockError::Malformed);
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(BlockError::Malformed)
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let digest = Sha256::digest(bytes);
    std::array::from_fn(|index| digest[index])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A block as version 1 writes it. It must be readable for ever: never edit it.
    const SAMPLE_V1: &str = include_str!("../../tests/samples/track_block.v1.hex");

    fn sample() -> Vec<Point> {
        let walk = |second: i64, lon_e7, accuracy_dm, battery_percent| Point {
            occurred_at: (1_795_318_765 + second) * 1_000_000,
            received_at: (1_795_318_765 + second + 4) * 1_000_000,
            lon_e7,
            lat_e7: 302_870_900,
            accuracy_dm,
            battery_percent,
        };
        vec![
            walk(0, 1_201_125_200, Some(140), Some(86)),
            walk(5, 1_201_125_840, Some(140), Some(86)),
            walk(10, 1_201_126_501, Some(90), Some(85)),
            walk(17, 1_201_126_501, None, None),
        ]
    }

    fn from_hex(hex: &str) -> Vec<u8> {
        let digits = hex.trim().as_bytes().chunks(2);
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16);
        digits.map(|pair| byte(pair).unwrap()).collect()
    }

    fn to_hex(bytes: &[u8]) -> String {
        crate::site_folder::hex(bytes)
    }

    #[test]
    fn a_block_of_version_1_is_read_for_ever_and_still_written_like_this() {
        assert_eq!(decode(&from_hex(SAMPLE_V1)), Ok(sample()));
        assert_eq!(to_hex(&encode(&sample())), SAMPLE_V1.trim());
    }

    #[test]
    fn a_changed_byte_and_another_version_are_named() {
        let good = encode(&sample());
        for place in 1..good.len() {
            let mut bad = good.clone();
            bad[place] ^= 0x10;
            assert_eq!(decode(&bad), Err(BlockError::Checksum), "byte {place}");
        }
        let mut newer = good.clone();
        newer[0] = 2;
        assert_eq!(decode(&newer), Err(BlockError::Version(2)));
        assert_eq!(decode(&[]), Err(BlockError::Malformed));
        assert_eq!(decode(&good[..3]), Err(BlockError::Malformed));
    }

    /// Any point, its delay in whole steps as a block keeps it.
    fn points() -> impl Strategy<Value = Vec<Point>> {
        let step = prop_oneof![
            Just(5_000_000i64),
            1..20_000_000i64,
            1i64..=1_000_000_000_000
        ];
        let place = (-1_800_000_000..=1_800_000_000, -850_000_000..=850_000_000);
        let extras = (any::<Option<u16>>(), any::<Option<u8>>(), -4i64..=302_400);
        let one = (step, place, extras);
        let start = prop_oneof![
            Just(1_795_318_765_000_000i64),
            any::<i32>().prop_map(i64::from)
        ];
        (start, prop::collection::vec(one, 1..60)).prop_map(|(start, steps)| {
            let mut at = start;
            let fixes = steps.into_iter().map(|(step, place, extras)| {
                at += step;
                Point {
                    occurred_at: at,
                    received_at: at + extras.2 * DELAY_STEP_US,
                    lon_e7: place.0,
                    lat_e7: place.1,
                    accuracy_dm: extras.0,
                    battery_percent: extras.1,
                }
            });
            fixes.collect()
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_to_the_last_digit(points in points()) {
            prop_assert_eq!(decode(&encode(&points)), Ok(points));
        }

        #[test]
        fn no_bytes_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
            // The same again with the two gates open.
            if let Some(version) = bytes.first_mut() {
                *version = VERSION;
            }
            let sum = checksum(&bytes);
            bytes.extend(sum);
            let _ = decode(&bytes);
        }

        #[test]
        fn no_position_becomes_younger(delay in -300_000_000i64..604_800_000_000) {
            let mut point = sample()[0];
            point.received_at = point.occurred_at + delay;
            let kept = decode(&encode(&[point])).unwrap()[0].received_at;
            prop_assert!(kept <= point.received_at && kept > point.received_at - DELAY_STEP_US);
        }
    }
}
