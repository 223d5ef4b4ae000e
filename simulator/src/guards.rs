//! A guard on duty with a phone: walks, takes a fix each second, loses the network in dead spots.

use crate::noise::Noise;
use crate::tour::Tour;
use castellan_client::owntracks::{Connection, Location, Power, Reading};
use castellan_domain::estate::graph::{Graph, Xy};
use castellan_domain::ids::PhoneId;
use fastrand::Rng;

/// Metres from a dead spot's middle to its rim.
pub const DEAD_SPOT_RADIUS_M: f64 = 12.0;
/// Milliseconds between two fixes of one phone.
const FIX_EVERY_MS: i64 = 1_000;
/// Fixes that are made up at most after the process slept or the clock jumped.
const CATCH_UP_MS_MAX: i64 = 10_000;
/// Battery percent for each second on battery: full to empty in ten hours.
const DRAIN_PER_S: f64 = 100.0 / 36_000.0;

/// What all guards share.
#[derive(Debug)]
pub struct Ground {
    /// Where one can walk.
    pub graph: Graph,
    /// Where phones lose the network.
    pub dead_spots: Vec<Xy>,
    /// How many times faster than life everybody walks.
    pub pace: f64,
}

/// Whether the phone reaches the network.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Coverage {
    Good,
    Lost { until_ms: i64 },
}

/// One guard and one phone.
#[derive(Debug)]
pub struct Guard {
    phone: PhoneId,
    rng: Rng,
    tour: Tour,
    noise: Noise,
    battery_percent: f64,
    power: Power,
    coverage: Coverage,
    in_dead_spot: bool,
    /// Fixes taken without network, oldest first; bounded by how long a network stays lost.
    held: Vec<Location>,
    /// Milliseconds after the full second at which this phone takes its fixes.
    phase_ms: i64,
    next_fix_ms: i64,
    moved_to_ms: i64,
    /// When the guard goes astray, if it is to come.
    stray_at_ms: Option<i64>,
    opened: bool,
}

impl Guard {
    /// A guard who comes on duty at `now_ms`.
    pub fn new(phone: PhoneId, tour: Tour, mut rng: Rng, now_ms: i64) -> Self {
        let noise = Noise::new(&mut rng);
        let battery_percent = 45.0 + 55.0 * rng.f64();
        // Off the full second by more than the jitter: no two fixes fall into one second, which
        // is all that `tst` can tell apart.
        let phase_ms = rng.i64(150..850);
        Self {
            phone,
            rng,
            tour,
            noise,
            battery_percent,
            power: Power::Unplugged,
            coverage: Coverage::Good,
            in_dead_spot: false,
            held: Vec::new(),
            phase_ms,
            next_fix_ms: now_ms.div_euclid(1_000) * 1_000 + 1_000 + phase_ms,
            moved_to_ms: now_ms,
            stray_at_ms: None,
            opened: false,
        }
    }

    /// Whose phone this is.
    pub const fn phone(&self) -> &PhoneId {
        &self.phone
    }

    /// The guard's legs.
    pub const fn tour(&self) -> &Tour {
        &self.tour
    }

    /// Crosses a border at the next chance after `at_ms`.
    pub const fn stray(&mut self, at_ms: i64) {
        self.stray_at_ms = Some(at_ms);
    }

    /// Lets time pass up to `now_ms` and hands over what the phone sends meanwhile.
    pub fn step(&mut self, now_ms: i64, ground: &Ground, send: &mut impl FnMut(Location)) {
        let behind_ms = now_ms - self.next_fix_ms;
        if !(-2 * FIX_EVERY_MS..=CATCH_UP_MS_MAX).contains(&behind_ms) {
            // The process slept, or somebody set the clock: carry on from here, invent nothing.
            self.moved_to_ms = now_ms;
            self.next_fix_ms = self.second_after(now_ms);
            self.coverage = Coverage::Good;
        }
        while self.next_fix_ms <= now_ms {
            let fix_ms = self.next_fix_ms;
            self.live_until(fix_ms, ground);
            self.take_fix(fix_ms, ground, send);
            self.next_fix_ms = self.second_after(fix_ms);
        }
    }

    fn second_after(&mut self, ms: i64) -> i64 {
        ms.div_euclid(1_000) * 1_000 + FIX_EVERY_MS + self.phase_ms + self.rng.i64(-100..=100)
    }

    fn live_until(&mut self, ms: i64, ground: &Ground) {
        let seconds = seconds(ms - self.moved_to_ms);
        self.moved_to_ms = ms;
        if self.stray_at_ms.take_if(|at_ms| *at_ms <= ms).is_some() {
            self.tour.go_astray();
        }
        self.tour
            .advance(seconds * ground.pace, &ground.graph, &mut self.rng);
        self.noise.step(seconds, &mut self.rng);
        match self.power {
            Power::Unplugged => {
                self.battery_percent -= DRAIN_PER_S * seconds;
                if self.battery_percent < 12.0 {
                    self.power = Power::Charging;
                }
            }
            Power::Charging => {
                self.battery_percent += 8.0 * DRAIN_PER_S * seconds;
                if self.battery_percent > 95.0 {
                    self.power = Power::Unplugged;
                }
            }
        }
        self.see_network(ms, ground);
    }

    fn see_network(&mut self, ms: i64, ground: &Ground) {
        let here = ground.graph.at(self.tour.spot());
        let was_in = self.in_dead_spot;
        self.in_dead_spot = ground
            .dead_spots
            .iter()
            .any(|spot| spot.distance(here) < DEAD_SPOT_RADIUS_M);
        match self.coverage {
            Coverage::Lost { until_ms } if ms >= until_ms => self.coverage = Coverage::Good,
            Coverage::Good if self.in_dead_spot && !was_in && self.rng.f64() < 0.6 => {
                let until_ms = ms + self.rng.i64(5_000..20_000);
                self.coverage = Coverage::Lost { until_ms };
            }
            Coverage::Good | Coverage::Lost { .. } => {}
        }
    }

    fn take_fix(&mut self, ms: i64, ground: &Ground, send: &mut impl FnMut(Location)) {
        let true_at = ground.graph.at(self.tour.spot());
        let (east_m, north_m) = self.noise.error_m();
        let believed = Xy {
            x: true_at.x + east_m,
            y: true_at.y + north_m,
        };
        let Ok(at) = ground.graph.degrees(believed) else {
            // Only at the poles or the antimeridian: a phone without a position sends nothing.
            return;
        };
        let standing = self.tour.is_standing();
        let reading = Reading {
            at,
            at_ms: ms,
            accuracy_m: self.noise.accuracy_m(),
            altitude_m: 12.0 + north_m / 2.0,
            speed_m_per_s: if standing {
                0.0
            } else {
                self.tour.pace_m_per_s() * ground.pace
            },
            course_deg: self.tour.course_deg(&ground.graph),
            battery_percent: self.battery_percent,
            power: self.power,
            connection: match self.coverage {
                Coverage::Good => Connection::Mobile,
                Coverage::Lost { .. } => Connection::Offline,
            },
            message_id: self.rng.u32(..),
            by_hand: !self.opened,
        };
        self.opened = true;
        let fix = Location::new(&self.phone, &reading);
        match self.coverage {
            Coverage::Lost { .. } => self.held.push(fix),
            Coverage::Good => {
                for late in self.held.drain(..) {
                    send(late);
                }
                send(fix);
            }
        }
    }
}

/// Seconds of a span in milliseconds that is never longer than a night.
fn seconds(ms: i64) -> f64 {
    f64::from(i32::try_from(ms.max(0)).unwrap_or(i32::MAX)) / 1_000.0
}
