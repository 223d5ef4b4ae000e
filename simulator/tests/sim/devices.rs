//! What devices do: they report, storm, open and close, give signs of life, and die.

use super::cast::{
    BEHIND_SECOND, DOORS, FIRST_DOOR, FIRST_LIVING, LIVING, REPORTERS, SECOND_SWITCH,
};
use super::world::World;
use castellan_domain::engine::Input;
use castellan_domain::ids::EventId;
use castellan_domain::observation::{
    DoorChange, DoorReport, Doubts, Observation, Report, ReportedState,
};
use castellan_domain::system::DiskRoom;
use castellan_domain::time::{Span, Timestamp};

/// Steps in which those that died are missed one after the other: five minutes.
const QUIET_STEPS: usize = 20;

impl World {
    pub(super) fn report(&mut self) {
        let who = self.rng.usize(..REPORTERS.len());
        self.report_of(who);
    }

    /// Many devices at once, again and again: a flood.
    pub(super) fn storm(&mut self) {
        for _ in 0..self.rng.usize(5..25) {
            self.report();
        }
    }

    fn report_of(&mut self, who: usize) {
        let (device, kinds) = REPORTERS[who];
        let kind = kinds[self.rng.usize(..kinds.len())];
        let state = match self.rng.u8(..10) {
            0..5 => ReportedState::Active,
            5..8 => ReportedState::Cleared,
            _ => ReportedState::Momentary,
        };
        let report = Report {
            device: device.parse().expect("an id"),
            kind: kind.parse().expect("an id"),
            state,
            event: self.event(),
            claimed_at: self.claims(who),
            received_at: self.now,
            drill: self.rng.u8(..20) == 0,
            doubts: Doubts::default(),
        };
        self.outside
            .say(who, Input::Observed(Observation::Report(report)));
    }

    /// An id of an event; some events are bombs.
    pub(super) fn event(&mut self) -> EventId {
        let bomb = if self.rng.u8(..60) == 0 { "-bomb" } else { "" };
        let n = self.id();
        EventId::new(format!("e{n}{bomb}")).expect("an id")
    }

    /// What a sender's clock says.
    pub(super) fn claims(&mut self, who: usize) -> Option<Timestamp> {
        match self.rng.u8(..10) {
            0 => None,
            // Clocks of 1970, of next month, and of the day before yesterday.
            1 => Some(Timestamp::from_secs(self.rng.i64(0..1_000))),
            2 => Some(self.now + Span::from_secs(self.rng.i64(-200_000..2_000_000))),
            // Long on its way.
            3 => Some(self.now - Span::from_secs(self.rng.i64(0..3_000))),
            _ => Some(self.now + self.skews[who]),
        }
    }

    pub(super) fn door(&mut self) {
        let who = self.rng.usize(..DOORS.len());
        let change = match self.rng.u8(..10) {
            0..4 => DoorChange::Opened,
            4..7 => DoorChange::Closed,
            7..9 => DoorChange::Granted,
            _ => DoorChange::Retained {
                open: self.rng.bool(),
            },
        };
        self.door_says(who, change);
        if change == DoorChange::Granted && self.rng.bool() {
            self.door_says(who, DoorChange::Opened);
        }
    }

    pub(super) fn door_says(&mut self, who: usize, what: DoorChange) {
        if !self.is_reached(DOORS[who]) {
            return;
        }
        let report = DoorReport {
            device: DOORS[who].parse().expect("an id"),
            what,
            event: self.event(),
            claimed_at: self.claims(FIRST_DOOR + who),
            received_at: self.now,
            drill: self.rng.u8(..12) == 0,
            doubts: Doubts::default(),
        };
        let input = Input::Observed(Observation::Door(report));
        self.outside.say(FIRST_DOOR + who, input);
    }

    /// Nothing comes from a device that is dead, or behind a switch that is.
    fn is_reached(&self, device: &str) -> bool {
        let Some(who) = LIVING.iter().position(|(id, _)| *id == device) else {
            return true;
        };
        let is_alive = |who: usize| self.dead_until[who] <= self.now;
        let through_second = BEHIND_SECOND.contains(&device);
        is_alive(0) && is_alive(who) && (!through_second || is_alive(SECOND_SWITCH))
    }

    /// Devices give their signs of life.
    pub(super) fn live(&mut self) {
        for (who, (device, every_s)) in LIVING.into_iter().enumerate() {
            if self.alive_at[who] > self.now {
                continue;
            }
            self.alive_at[who] = self.now + Span::from_secs(every_s);
            if self.is_reached(device) {
                let heard = Observation::Heard {
                    device: device.parse().expect("an id"),
                    received_at: self.now,
                };
                self.outside.say(FIRST_LIVING + who, Input::Observed(heard));
            }
        }
    }

    /// A switch dies, or a device behind one, or some at once that share nothing but their switch.
    pub(super) fn die(&mut self) {
        let who = match self.rng.u8(..8) {
            0..2 => vec![0],
            2 => vec![SECOND_SWITCH],
            3..6 => vec![1, 4, 5],
            _ => vec![self.rng.usize(1..LIVING.len())],
        };
        let for_s = self.rng.i64(100..1_500);
        for who in who {
            self.dead_until[who] = self.now + Span::from_secs(for_s);
        }
    }

    /// Something dies, and nothing else happens until it is missed: a server that crashes every other
    /// minute waits anew each time, and misses nobody.
    pub(super) fn die_quietly(&mut self) {
        self.die();
        for _ in 0..QUIET_STEPS {
            self.pass(Span::from_secs(15));
        }
    }

    /// The disk fills, or there is room again.
    pub(super) fn disk(&mut self) {
        let room = if self.rng.u8(..3) == 0 {
            DiskRoom::Low
        } else {
            DiskRoom::Ample
        };
        self.server.tell_room(room);
    }
}
