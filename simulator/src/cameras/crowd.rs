//! Whom cameras may see: written at each step of the world, read by every camera for each picture.
//!
//! The world moves somebody once a second. A picture shows them on their way there, a second behind.

use super::space::{Flat, distance, toward};
use crate::trip::Spot;
use std::sync::{PoisonError, RwLock};

/// Bodies that are shown at most; further ones are left out.
pub(crate) const SHOWN_MAX: usize = 6_000;
/// Milliseconds in which somebody comes from where they were to where they are.
const GLIDE_MS: i64 = 1_000;
/// Somebody who moved further at once was put there, and did not walk.
const LEAP_M: f64 = 15.0;

/// Who or what somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Guard,
    Resident,
    Cat,
}

/// Somebody at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Body {
    pub(crate) who: Who,
    /// The same one always has the same number.
    pub(crate) number: usize,
    pub(crate) at: Flat,
    pub(crate) ordinal: i16,
    pub(crate) course_deg: f64,
    /// Metres walked since the beginning: by them legs move.
    pub(crate) walked_m: f64,
    pub(crate) is_walking: bool,
}

#[derive(Debug, Clone, Copy)]
struct Moving {
    who: Who,
    from: Flat,
    to: Spot,
    since_ms: i64,
    walked_m: f64,
}

impl Moving {
    fn part(&self, now_ms: i64) -> f64 {
        let passed_ms = now_ms.saturating_sub(self.since_ms).clamp(0, GLIDE_MS);
        f64::from(i32::try_from(passed_ms).unwrap_or(0)) / 1_000.0
    }

    fn at(&self, now_ms: i64) -> Flat {
        toward(self.from, flat(self.to), self.part(now_ms))
    }

    fn walked_m(&self, now_ms: i64) -> f64 {
        self.walked_m + distance(self.from, self.at(now_ms))
    }
}

const fn flat(spot: Spot) -> Flat {
    [spot.at.x, spot.at.y]
}

/// Everybody, shared by the world and all cameras.
#[derive(Debug, Default)]
pub(crate) struct Crowd(RwLock<Vec<Moving>>);

impl Crowd {
    /// Where everybody is now, always in the same order.
    pub(crate) fn show(&self, now_ms: i64, all: impl Iterator<Item = (Who, Spot)>) {
        let mut shown = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut count = 0;
        for (who, spot) in all.take(SHOWN_MAX) {
            let came = Moving {
                who,
                from: flat(spot),
                to: spot,
                since_ms: now_ms,
                walked_m: 0.0,
            };
            match shown.get_mut(count) {
                Some(before) if before.who == who => before.go(came, now_ms),
                Some(before) => *before = came,
                None => shown.push(came),
            }
            count += 1;
        }
        shown.truncate(count);
    }

    /// Whoever is within so many metres of a place.
    pub(crate) fn near(&self, now_ms: i64, place: Flat, within_m: f64) -> Vec<Body> {
        let shown = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let bodies = shown.iter().enumerate().filter_map(|(number, one)| {
            let at = one.at(now_ms);
            (distance(at, place) <= within_m).then(|| {
                let ([east, north], steps_m) = super::space::course(one.from, flat(one.to));
                let is_walking = steps_m > 0.05 && one.part(now_ms) < 1.0;
                let course_deg = if is_walking {
                    east.atan2(north).to_degrees()
                } else {
                    one.to.course_deg
                };
                Body {
                    who: one.who,
                    number,
                    at,
                    ordinal: one.to.ordinal,
                    course_deg,
                    walked_m: one.walked_m(now_ms),
                    is_walking,
                }
            })
        });
        bodies.collect()
    }
}

impl Moving {
    fn go(&mut self, came: Self, now_ms: i64) {
        if self.to.at == came.to.at && self.to.ordinal == came.to.ordinal {
            self.to.course_deg = came.to.course_deg;
            return;
        }
        let (at, walked_m) = (self.at(now_ms), self.walked_m(now_ms));
        let leaps = distance(at, flat(came.to)) > LEAP_M || self.to.ordinal != came.to.ordinal;
        *self = Self {
            from: if leaps { came.from } else { at },
            walked_m,
            ..came
        };
    }
}

#[cfg(test)]
#[expect(
    clippy::float_cmp,
    reason = "nothing is reckoned with these numbers: they are handed on"
)]
mod tests {
    use super::*;
    use castellan_domain::estate::graph::Xy;

    fn spot(x: f64, ordinal: i16) -> Spot {
        Spot {
            at: Xy { x, y: 0.0 },
            ordinal,
            course_deg: 10.0,
        }
    }

    fn east(crowd: &Crowd, now_ms: i64) -> f64 {
        crowd.near(now_ms, [0.0, 0.0], 1_000.0)[0].at[0]
    }

    #[test]
    fn somebody_glides_to_where_they_are_and_stands_there() {
        let crowd = Crowd::default();
        crowd.show(0, [(Who::Guard, spot(0.0, 0))].into_iter());
        crowd.show(1_000, [(Who::Guard, spot(2.0, 0))].into_iter());
        assert_eq!(east(&crowd, 1_000), 0.0);
        assert_eq!(east(&crowd, 1_500), 1.0);
        // The same word again changes nothing; a new one begins where they are by then.
        crowd.show(1_500, [(Who::Guard, spot(2.0, 0))].into_iter());
        assert_eq!(east(&crowd, 1_500), 1.0);
        crowd.show(1_500, [(Who::Guard, spot(3.0, 0))].into_iter());
        assert_eq!(east(&crowd, 1_500), 1.0);
        let body = crowd.near(2_000, [0.0, 0.0], 10.0)[0];
        assert_eq!(
            (body.at[0], body.is_walking, body.walked_m),
            (2.0, true, 2.0)
        );
        assert!((body.course_deg - 90.0).abs() < 1e-9);
        let body = crowd.near(9_000, [0.0, 0.0], 10.0)[0];
        assert_eq!(
            (body.at[0], body.is_walking, body.course_deg),
            (3.0, false, 10.0)
        );
        assert_eq!(
            east(&crowd, -5_000),
            1.0,
            "a clock that falls back leaves them where they were"
        );
    }

    #[test]
    fn who_changes_floor_or_leaps_does_not_glide_and_who_is_far_is_not_seen() {
        let crowd = Crowd::default();
        crowd.show(0, [(Who::Guard, spot(0.0, 0))].into_iter());
        crowd.show(1_000, [(Who::Guard, spot(3.0, -1))].into_iter());
        assert_eq!(east(&crowd, 1_000), 3.0);
        crowd.show(2_000, [(Who::Guard, spot(90.0, -1))].into_iter());
        assert_eq!(east(&crowd, 2_000), 90.0);
        assert!(crowd.near(2_000, [0.0, 0.0], 80.0).is_empty());
        crowd.show(3_000, std::iter::empty());
        assert!(crowd.near(3_000, [90.0, 0.0], 80.0).is_empty());
    }
}
