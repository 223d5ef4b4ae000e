//! A guard on duty with a phone: walks, takes a fix each second, loses the network in dead spots.
//!
//! Where there is no sky, a phone knows less: inside a house it is tens of metres off and says so, and below
//! the ground it has no position at all. It never knows the floor. Houses have a network of their own.

use crate::errand::{Asked, Errands};
use crate::ground::Ground;
use crate::noise::Noise;
use crate::tour::Tour;
use crate::trip::Spot;
use castellan_client::owntracks::{Connection, Location, Power, Reading};
use castellan_domain::dispatch::DispatchCommand;
use castellan_domain::estate::graph::Xy;
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
/// Times that a position inside a house is further off than one under the sky.
const INSIDE_TIMES_OFF: f64 = 2.0;
/// Metres by which a phone inside a house believes to be less sure.
const INSIDE_UNSURE_M: f64 = 25.0;

/// What leaves a guard's phone.
#[derive(Debug, Clone, PartialEq)]
pub enum Sent {
    /// Where it is.
    Fix(Location),
    /// What its guard says to those who sent them.
    Answer(DispatchCommand),
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
    errands: Errands,
    noise: Noise,
    battery_percent: f64,
    power: Power,
    coverage: Coverage,
    in_dead_spot: bool,
    /// What was to be sent without network, oldest first; bounded by how long a network stays lost.
    held: Vec<Sent>,
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
    pub(crate) fn new(
        phone: PhoneId,
        tour: Tour,
        errands: Errands,
        mut rng: Rng,
        now_ms: i64,
    ) -> Self {
        let noise = Noise::new(&mut rng);
        let battery_percent = 45.0 + 55.0 * rng.f64();
        // Off the full second by more than the jitter: no two fixes fall into one second, which
        // is all that `tst` can tell apart.
        let phase_ms = rng.i64(150..850);
        Self {
            phone,
            rng,
            tour,
            errands,
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

    /// Where the guard is.
    pub fn spot(&self, ground: &Ground) -> Spot {
        self.errands.spot().unwrap_or_else(|| self.on_round(ground))
    }

    /// Where the guard is on the round, or left it.
    fn on_round(&self, ground: &Ground) -> Spot {
        Spot {
            at: ground.graph.at(self.tour.spot()),
            ordinal: 0,
            course_deg: self.tour.course_deg(&ground.graph),
        }
    }

    /// All that the guard is asked now.
    pub(crate) fn see(&mut self, asked: Vec<Asked>) {
        self.errands.see(asked);
    }

    /// Crosses a border at the next chance after `at_ms`.
    pub const fn stray(&mut self, at_ms: i64) {
        self.stray_at_ms = Some(at_ms);
    }

    /// Lets time pass up to `now_ms` and hands over what the phone sends meanwhile.
    pub fn step(&mut self, now_ms: i64, ground: &Ground, send: &mut impl FnMut(Sent)) {
        let behind_ms = now_ms - self.next_fix_ms;
        if !(-2 * FIX_EVERY_MS..=CATCH_UP_MS_MAX).contains(&behind_ms) {
            // The process slept, or somebody set the clock: carry on from here, invent nothing.
            self.moved_to_ms = now_ms;
            self.next_fix_ms = self.second_after(now_ms);
            self.coverage = Coverage::Good;
        }
        while self.next_fix_ms <= now_ms {
            let fix_ms = self.next_fix_ms;
            self.live_until(fix_ms, ground, send);
            self.take_fix(fix_ms, ground, send);
            self.next_fix_ms = self.second_after(fix_ms);
        }
    }

    fn second_after(&mut self, ms: i64) -> i64 {
        ms.div_euclid(1_000) * 1_000 + FIX_EVERY_MS + self.phase_ms + self.rng.i64(-100..=100)
    }

    fn live_until(&mut self, ms: i64, ground: &Ground, send: &mut impl FnMut(Sent)) {
        let seconds = seconds(ms - self.moved_to_ms);
        self.moved_to_ms = ms;
        if self.stray_at_ms.take_if(|at_ms| *at_ms <= ms).is_some() {
            self.tour.go_astray();
        }
        let (round, rng) = (self.on_round(ground), &mut self.rng);
        let answers = self
            .errands
            .live(ms, seconds * ground.pace, round, ground, rng);
        if self.errands.spot().is_none() {
            let seconds = seconds * ground.pace;
            self.tour.advance(seconds, &ground.graph, &mut self.rng);
        }
        for answer in answers {
            self.send(Sent::Answer(answer), send);
        }
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
        let here = self.spot(ground).at;
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

    fn take_fix(&mut self, ms: i64, ground: &Ground, send: &mut impl FnMut(Sent)) {
        let spot = self.spot(ground);
        if spot.ordinal < 0 {
            return;
        }
        let (times_off, unsure_m) = if ground.is_inside(spot) {
            (INSIDE_TIMES_OFF, INSIDE_UNSURE_M)
        } else {
            (1.0, 0.0)
        };
        let (east_m, north_m) = self.noise.error_m();
        let believed = Xy {
            x: spot.at.x + east_m * times_off,
            y: spot.at.y + north_m * times_off,
        };
        let Ok(at) = ground.graph.degrees(believed) else {
            // Only at the poles or the antimeridian: a phone without a position sends nothing.
            return;
        };
        let (is_standing, pace_m_per_s) = match self.errands.spot() {
            Some(_) => (self.errands.is_standing(), self.errands.pace_m_per_s()),
            None => (self.tour.is_standing(), self.tour.pace_m_per_s()),
        };
        let reading = Reading {
            at,
            at_ms: ms,
            accuracy_m: self.noise.accuracy_m() + unsure_m,
            altitude_m: 12.0 + north_m / 2.0,
            speed_m_per_s: if is_standing {
                0.0
            } else {
                pace_m_per_s * ground.pace
            },
            course_deg: spot.course_deg,
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
        self.send(Sent::Fix(Location::new(&self.phone, &reading)), send);
    }

    fn send(&mut self, item: Sent, send: &mut impl FnMut(Sent)) {
        match self.coverage {
            Coverage::Lost { .. } => self.held.push(item),
            Coverage::Good => {
                for late in self.held.drain(..) {
                    send(late);
                }
                send(item);
            }
        }
    }
}

/// Seconds of a span in milliseconds that is never longer than a night.
fn seconds(ms: i64) -> f64 {
    f64::from(i32::try_from(ms.max(0)).unwrap_or(i32::MAX)) / 1_000.0
}
