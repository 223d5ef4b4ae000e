//! Everybody marches east in rounds, so that a position alone tells which update it is and when
//! that one was due. With it a display checks its own sequence and its freshness.

use super::estate::{self, ANCHOR};
use castellan_client::owntracks::{Connection, Location, Power, Reading};
use castellan_domain::geo::{Anchor, LonLat, Offset};
use castellan_domain::ids::PhoneId;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A second's walk.
const STEP_CM: i32 = 140;
const WEST_CM: i32 = -30_000;
/// Rounds until the march would leave the site's 20 km.
const ROUNDS_MAX: u32 = 10_000;

/// Why such a march cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MarchError {
    /// Phones tell whole seconds, and two positions of one second are one.
    #[error("{rate} updates a second of {people} people: nobody can move more than once a second")]
    TooFast {
        /// Updates a second.
        rate: u32,
        /// People.
        people: u32,
    },
    /// Nobody, nothing, or too far.
    #[error("a march needs people, a rate and at most {ROUNDS_MAX} rounds")]
    Size,
}

/// A march. Round 0 is where everybody stands before it begins.
#[derive(Debug, Clone, Copy)]
pub struct March {
    people: u32,
    rate: u32,
    updates: u64,
    anchor: Anchor,
    begins: Instant,
    begins_unix: Duration,
}

impl March {
    /// A march of `people` with `rate` updates a second in all, that begins `after` from now.
    pub fn new(people: u32, rate: u32, updates: u64, after: Duration) -> Result<Self, MarchError> {
        if people == 0 || rate == 0 || updates / u64::from(people) >= u64::from(ROUNDS_MAX) {
            return Err(MarchError::Size);
        }
        if rate > people {
            return Err(MarchError::TooFast { rate, people });
        }
        let origin = LonLat::new(ANCHOR.0, ANCHOR.1).map_err(|_| MarchError::Size)?;
        let unix = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Ok(Self {
            people,
            rate,
            updates,
            anchor: Anchor::new(origin),
            begins: Instant::now() + after,
            begins_unix: unix + after,
        })
    }

    /// How many march.
    pub const fn people(&self) -> u32 {
        self.people
    }

    /// Updates in all, round 0 not counted.
    pub const fn updates(&self) -> u64 {
        self.updates
    }

    /// When it begins.
    pub const fn begins(&self) -> Instant {
        self.begins
    }

    /// Who moves with an update.
    pub fn who(&self, update: u64) -> u32 {
        u32::try_from(update % u64::from(self.people)).unwrap_or(0)
    }

    /// In which round an update is.
    pub fn round(&self, update: u64) -> u32 {
        u32::try_from(update / u64::from(self.people) + 1).unwrap_or(u32::MAX)
    }

    /// When an update is due, after the beginning.
    fn due_after(&self, update: u64) -> Duration {
        let nanos = u128::from(update) * 1_000_000_000 / u128::from(self.rate);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// When an update is due.
    pub fn due(&self, update: u64) -> Instant {
        self.begins + self.due_after(update)
    }

    /// When somebody's round was due; round 0 never was.
    pub fn due_of(&self, who: u32, round: u32) -> Option<Instant> {
        let rounds = u64::from(round.checked_sub(1)?);
        Some(self.due(rounds * u64::from(self.people) + u64::from(who)))
    }

    /// The last round of somebody.
    pub fn last_round(&self, who: u32) -> u32 {
        match self.updates.checked_sub(u64::from(who) + 1) {
            None => 0,
            Some(update) => self.round(update),
        }
    }

    /// Where somebody is in a round.
    pub fn offset(who: u32, round: u32) -> Offset {
        let round = i32::try_from(round.min(ROUNDS_MAX)).unwrap_or(0);
        let row = i32::try_from(who % 2_000).unwrap_or(0);
        Offset {
            x_cm: WEST_CM + round * STEP_CM,
            y_cm: (row - 1_000) * 20,
        }
    }

    /// Which round a position belongs to; nothing for one that is not of this march.
    pub fn round_of(offset: Offset) -> Option<u32> {
        let walked = offset.x_cm - WEST_CM;
        // Degrees with seven places are a centimetre off at most.
        let round = (walked + STEP_CM / 2).div_euclid(STEP_CM);
        let exact = (walked - round * STEP_CM).abs() <= 2;
        u32::try_from(round).ok().filter(|_| exact)
    }

    /// What a phone writes for somebody's round.
    pub fn body(&self, phone: &PhoneId, who: u32, round: u32) -> Option<Location> {
        let after = match round.checked_sub(1) {
            Some(rounds) => {
                self.due_after(u64::from(rounds) * u64::from(self.people) + u64::from(who))
            }
            None => Duration::ZERO,
        };
        let mut at = self.begins_unix + after;
        if round == 0 {
            at = at.saturating_sub(Duration::from_secs(10));
        }
        let reading = Reading {
            at: self.anchor.position(Self::offset(who, round)).ok()?,
            at_ms: i64::try_from(at.as_millis()).ok()?,
            // Every fifth position has another radius than the one before.
            accuracy_m: f64::from(5 + (who + round) / 5 % 8),
            altitude_m: 12.0,
            speed_m_per_s: 1.4,
            course_deg: 90.0,
            battery_percent: 80.0,
            power: Power::Unplugged,
            connection: Connection::Mobile,
            message_id: who ^ (round << 16),
            by_hand: false,
        };
        Some(Location::new(phone, &reading))
    }

    /// The phone of somebody.
    pub fn phone(who: u32) -> anyhow::Result<PhoneId> {
        Ok(PhoneId::new(estate::person(who))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn march(people: u32, rate: u32, updates: u64) -> March {
        March::new(people, rate, updates, Duration::from_millis(700)).unwrap()
    }

    #[test]
    fn a_position_tells_its_round_after_the_way_through_degrees() {
        let march = march(2_000, 2_000, 100_000);
        for who in [0, 1, 999, 1_999] {
            let phone = March::phone(who).unwrap();
            for round in [0, 1, 7, 9_999] {
                let (lat, lon) = march.body(&phone, who, round).unwrap().lat_lon();
                let offset = march.anchor.offset(LonLat::new(lon, lat).unwrap()).unwrap();
                assert_eq!(March::round_of(offset), Some(round));
            }
        }
        assert_eq!(
            March::round_of(Offset {
                x_cm: WEST_CM + 70,
                y_cm: 0
            }),
            None
        );
    }

    #[test]
    fn nobody_has_two_positions_in_one_second() {
        let march = march(50, 50, 1_000);
        for who in [0, 17, 49] {
            let phone = March::phone(who).unwrap();
            let seconds: BTreeSet<i64> = (0..20)
                .map(|round| march.body(&phone, who, round).unwrap().taken_at_s())
                .collect();
            assert_eq!(seconds.len(), 20);
        }
        assert_eq!(
            March::new(50, 51, 10, Duration::ZERO).unwrap_err(),
            MarchError::TooFast {
                rate: 51,
                people: 50
            }
        );
        assert_eq!(
            March::new(0, 0, 10, Duration::ZERO).unwrap_err(),
            MarchError::Size
        );
    }

    #[test]
    fn updates_go_round_by_round() {
        let march = march(10, 5, 23);
        assert_eq!((march.who(0), march.round(0)), (0, 1));
        assert_eq!((march.who(22), march.round(22)), (2, 3));
        assert_eq!((march.last_round(2), march.last_round(3)), (3, 2));
        assert_eq!(march.due_of(2, 3), Some(march.due(22)));
        assert_eq!(march.due_of(2, 0), None);
        assert_eq!(march.due(5) - march.begins(), Duration::from_secs(1));
    }
}
