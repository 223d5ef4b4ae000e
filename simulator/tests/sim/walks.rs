//! Who walks where with a phone in the pocket: across borders, with positions that are inexact,
//! late, impossible or far away, and with calls for help.

use super::cast::{FIRST_PHONE, PHONES};
use super::world::World;
use castellan_domain::engine::Input;
use castellan_domain::geo::{LonLat, Offset};
use castellan_domain::observation::{Call, CallKind, Doubts, Observation, PhoneFix};
use castellan_domain::time::{Span, Timestamp};
use fastrand::Rng;

/// Metres a second.
const PACE: f64 = 1.4;

/// Somebody on the way.
pub(crate) struct Walker {
    at: (f64, f64),
    to: (f64, f64),
    moved_at: Timestamp,
    pub(super) fix_at: Timestamp,
    /// What their phone said last.
    said: Option<PhoneFix>,
    /// It says that again and again.
    is_stuck: bool,
}

impl Walker {
    pub(crate) fn new(rng: &mut Rng, now: Timestamp) -> Self {
        Self {
            at: somewhere(rng),
            to: somewhere(rng),
            moved_at: now,
            fix_at: now,
            said: None,
            is_stuck: false,
        }
    }

    fn walk(&mut self, rng: &mut Rng, now: Timestamp) {
        let elapsed_ms = now.since(self.moved_at).as_millis();
        self.moved_at = now;
        let mut left = f64::from(i32::try_from(elapsed_ms).unwrap_or(i32::MAX)) / 1_000.0 * PACE;
        let way = (self.to.0 - self.at.0, self.to.1 - self.at.1);
        let length = way.0.hypot(way.1);
        if left >= length {
            self.at = self.to;
            self.to = somewhere(rng);
            return;
        }
        left /= length;
        self.at = (self.at.0 + way.0 * left, self.at.1 + way.1 * left);
    }
}

/// A place in metres from the anchor: anywhere, or in one of the areas that are forbidden.
fn somewhere(rng: &mut Rng) -> (f64, f64) {
    match rng.u8(..6) {
        0 => (-64.0, 0.0),
        1 => (85.0, -5.0),
        _ => (f64::from(rng.i32(-180..160)), f64::from(rng.i32(-80..140))),
    }
}

impl World {
    /// Phones send where they are.
    pub(super) fn send_positions(&mut self) {
        for who in 0..PHONES.len() {
            if self.walkers[who].fix_at > self.now {
                continue;
            }
            let pause = Span::from_millis(self.rng.i64(10_000..35_000));
            self.walkers[who].fix_at = self.now + pause;
            self.walkers[who].walk(&mut self.rng, self.now);
            let accuracy_m = self.rng.i32(3..25);
            if self.walkers[who].is_stuck {
                self.say_again(who);
            } else {
                self.say_fix(who, accuracy_m, (0.0, 0.0), Span::from_secs(0));
            }
        }
    }

    /// A position that is not as it should be.
    pub(super) fn walk(&mut self) {
        let who = self.rng.usize(..PHONES.len());
        self.walkers[who].walk(&mut self.rng, self.now);
        let none = Span::from_secs(0);
        let far = f64::from(self.rng.i32(200..600));
        let near = f64::from(self.rng.i32(-60..60));
        match self.rng.u8(..9) {
            // A reflection from a wall, hundreds of metres off.
            0 => self.say_fix(who, 5, (far, 0.0), none),
            // In another town.
            1 => self.say_fix(who, 20, (25_000.0, 0.0), none),
            // Kept in the phone for a while.
            2 => {
                let late = Span::from_secs(self.rng.i64(1..600));
                self.say_fix(who, 10, (0.0, 0.0), late);
            }
            // It does not know how well it knows.
            3 => self.say_fix(who, 0, (0.0, 0.0), none),
            // Its clock is set, more often than not to an earlier time.
            4 => self.skews[FIRST_PHONE + who] = Span::from_secs(self.rng.i64(-600..100)),
            // Its receiver is stuck, or works again.
            5 => self.walkers[who].is_stuck = !self.walkers[who].is_stuck,
            // It knows better in the same moment where it was, or sends the same once more.
            6 => self.say_again(who),
            7 => {
                let phone = PHONES[who].parse().expect("an id");
                let received_at = self.now;
                let input = Input::Observed(Observation::PhoneHeard { phone, received_at });
                self.outside.say(FIRST_PHONE + who, input);
            }
            _ => self.say_fix(who, 60, (near, 0.0), none),
        }
    }

    fn say_again(&mut self, who: usize) {
        let Some(mut fix) = self.walkers[who].said.clone() else {
            return;
        };
        fix.received_at = self.now;
        if self.rng.u8(..4) == 0 {
            fix.accuracy_dm = Some(self.rng.u16(20..400));
        }
        let input = Input::Observed(Observation::PhoneFix(fix));
        self.outside.say(FIRST_PHONE + who, input);
    }

    fn say_fix(&mut self, who: usize, accuracy_m: i32, off: (f64, f64), late: Span) {
        let noise_cm = accuracy_m * 60;
        let mut noise = || f64::from(self.rng.i32(-noise_cm..=noise_cm)) / 100.0;
        let (x, y) = self.walkers[who].at;
        let at = (x + off.0 + noise(), y + off.1 + noise());
        let skew = self.skews[FIRST_PHONE + who];
        let fix = PhoneFix {
            phone: PHONES[who].parse().expect("an id"),
            occurred_at: self.now + skew - late,
            received_at: self.now,
            at: self.on_earth(at),
            accuracy_dm: u16::try_from(accuracy_m * 10).ok().filter(|dm| *dm > 0),
            battery_percent: Some(self.rng.u8(..=100)),
        };
        self.walkers[who].said = Some(fix.clone());
        let input = Input::Observed(Observation::PhoneFix(fix));
        self.outside.say(FIRST_PHONE + who, input);
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "some kilometres in centimetres"
    )]
    fn on_earth(&self, (x, y): (f64, f64)) -> LonLat {
        let offset = Offset {
            x_cm: (x * 100.0) as i32,
            y_cm: (y * 100.0) as i32,
        };
        let anchor = self.documents[0].estate.anchor;
        anchor.position(offset).expect("on the earth")
    }

    pub(super) fn call_for_help(&mut self) {
        let who = self.rng.usize(..PHONES.len());
        let at = self.walkers[who].at;
        let knows = self.rng.bool();
        let is_lost = self.rng.u8(..6) == 0;
        let call = Call {
            phone: PHONES[who].parse().expect("an id"),
            kind: if self.rng.u8(..3) == 0 {
                CallKind::ManDown
            } else {
                CallKind::Sos
            },
            event: self.event(),
            at: knows.then(|| self.on_earth(if is_lost { (30_000.0, 0.0) } else { at })),
            claimed_at: self.claims(FIRST_PHONE + who),
            received_at: self.now,
            drill: self.rng.u8(..8) == 0,
            doubts: Doubts::default(),
        };
        let input = Input::Observed(Observation::Call(call));
        self.outside.say(FIRST_PHONE + who, input);
    }
}
