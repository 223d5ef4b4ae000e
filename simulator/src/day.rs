//! A day and a night of an estate: how much happens at which hour, and when it rains.
//!
//! Nobody has measured it for this estate. The figures are chosen so that a night is one that people can watch: a
//! handful of rows in an hour, most of them from the place where cats cross the wall; by day more people than alarms.

use fastrand::Rng;
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::ops::Range;

/// Milliseconds after a start in which nothing goes wrong: whoever opens it sees the estate at rest.
pub const QUIET_MS: i64 = 240_000;
/// Hours in which an estate sleeps begin here, and end there.
const NIGHT: (i8, i8) = (22, 6);
/// Hours in which things are delivered.
const DELIVERIES: Range<i8> = 8..20;
/// Of a hundred days, so many see a storm.
const RAINY_PERCENT: u8 = 40;
/// Milliseconds of an hour, and of a second.
const HOUR_MS: i64 = 3_600_000;
const SECOND_MS: i64 = 1_000;
/// Seconds between two people who go through a door, by the hour.
const DOOR_EVERY_S: [i64; 24] = [
    240, 400, 600, 600, 400, 180, 60, 14, 12, 25, 30, 30, 25, 30, 35, 30, 25, 14, 12, 18, 25, 40,
    80, 150,
];

/// How many times as often as on average something happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Often {
    pub by_day: f64,
    pub by_night: f64,
    pub in_rain: f64,
}

impl Often {
    /// By day as by night, whatever the weather.
    pub const ALWAYS: Self = Self::new(1.0, 1.0, 1.0);

    /// So many times by day, by night, and of that in rain.
    pub const fn new(by_day: f64, by_night: f64, in_rain: f64) -> Self {
        Self {
            by_day,
            by_night,
            in_rain,
        }
    }
}

/// The days of an estate, from one seed.
#[derive(Debug, Clone)]
pub struct Day {
    zone: TimeZone,
    seed: u64,
}

impl Day {
    /// By the clocks of this time zone; by universal time where nobody knows it.
    pub fn new(time_zone: &str, seed: u64) -> Self {
        let known = TimeZoneDatabase::bundled().get(time_zone);
        Self {
            zone: known.unwrap_or(TimeZone::UTC),
            seed,
        }
    }

    /// Milliseconds of the estate's own clocks since 1970.
    fn local_ms(&self, at_ms: i64) -> i64 {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
        at_ms + i64::from(self.zone.to_offset(at).seconds()) * SECOND_MS
    }

    fn hour(&self, at_ms: i64) -> i8 {
        let hour = self.local_ms(at_ms).div_euclid(HOUR_MS).rem_euclid(24);
        i8::try_from(hour).unwrap_or_default()
    }

    /// Whether people sleep.
    pub fn is_night(&self, at_ms: i64) -> bool {
        let hour = self.hour(at_ms);
        hour >= NIGHT.0 || hour < NIGHT.1
    }

    /// Whether it storms: on some days, for an hour to three, from the afternoon on.
    pub fn rains(&self, at_ms: i64) -> bool {
        let day = self.local_ms(at_ms).div_euclid(24 * HOUR_MS);
        let mut rng = Rng::with_seed(self.seed ^ day.cast_unsigned().rotate_left(32));
        if rng.u8(..100) >= RAINY_PERCENT {
            return false;
        }
        let from = rng.i8(13..21);
        let lasts = rng.i8(1..=3);
        (from..from + lasts).contains(&self.hour(at_ms))
    }

    /// How often something happens now.
    pub fn times(&self, often: Often, at_ms: i64) -> f64 {
        let by_hour = if self.is_night(at_ms) {
            often.by_night
        } else {
            often.by_day
        };
        let by_weather = if self.rains(at_ms) {
            often.in_rain
        } else {
            1.0
        };
        by_hour * by_weather
    }

    /// Milliseconds between two troubles.
    pub fn trouble_every_ms(&self, at_ms: i64) -> i64 {
        match (self.rains(at_ms), self.is_night(at_ms)) {
            (true, _) => 300 * SECOND_MS,
            (false, true) => 840 * SECOND_MS,
            (false, false) => 480 * SECOND_MS,
        }
    }

    /// Milliseconds between two people who go through a door.
    pub fn door_every_ms(&self, at_ms: i64) -> i64 {
        let hour = usize::try_from(self.hour(at_ms)).unwrap_or_default();
        DOOR_EVERY_S[hour % DOOR_EVERY_S.len()] * SECOND_MS
    }

    /// Whether things are delivered at this hour.
    pub fn is_delivered(&self, at_ms: i64) -> bool {
        DELIVERIES.contains(&self.hour(at_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Midnight in Hangzhou.
    const MIDNIGHT_MS: i64 = 1_795_190_400_000;

    #[test]
    fn hours_are_those_of_the_estate_and_it_storms_on_some_days_for_hours() {
        let day = Day::new("Asia/Shanghai", 1);
        assert!(day.is_night(MIDNIGHT_MS + 3 * HOUR_MS));
        assert!(!day.is_night(MIDNIGHT_MS + 12 * HOUR_MS));
        assert!(day.door_every_ms(MIDNIGHT_MS + 8 * HOUR_MS) < 20_000);
        assert!(Day::new("nowhere", 1).is_delivered(MIDNIGHT_MS + 18 * HOUR_MS));
        let hours = |day: i64| (0..24).map(move |hour| MIDNIGHT_MS + (day * 24 + hour) * HOUR_MS);
        let rain = |d: i64| hours(d).filter(|at| day.rains(*at)).count();
        let rainy: Vec<_> = (0..100).map(rain).filter(|hours| *hours > 0).collect();
        assert!((20..60).contains(&rainy.len()), "{}", rainy.len());
        assert!(rainy.iter().all(|hours| *hours <= 3), "{rainy:?}");
    }
}
