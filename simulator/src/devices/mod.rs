//! Everything that reports, on one agenda: signs of life, doors in use, and what goes wrong.
//!
//! Pure and in the order of time, so that the same seed gives the same reports whatever the size of
//! the steps. A condition clears after a while; nobody raises what is raised already. While a switch
//! is dead, nothing is heard of what is behind it, and what it would have said is said afterwards or
//! not at all, as by its controller.

mod doors;
mod known;

use self::known::{Known, Passing, known};
use crate::alarms::{Alarms, Shape, Subject};
use crate::day::{Day, QUIET_MS};
use castellan_domain::estate::Estate;
use castellan_domain::ids::{EventId, PhoneId};
use castellan_domain::observation::{CallKind, ReportedState};
use castellan_domain::text::Text;
use castellan_domain::wire::api::EventRequest;
use castellan_domain::wire::ingest::{CallRequest, DoorRequest, HeardRequest};
use fastrand::Rng;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Conditions that are active at once at most; beyond that only momentary things happen.
const OPEN_MAX: usize = 8;
/// Draws for one trouble; if all fall on what is so already, nothing happens.
const DRAWS_MAX: usize = 4;
/// Draws for the first one: not everything is seen at once.
const FIRST_DRAWS_MAX: usize = 64;
/// Milliseconds within which the first alarm comes: a visitor must not wait.
pub const FIRST_MS_MAX: i64 = 12_000;
/// Milliseconds after which what was missed is skipped rather than made up.
const CATCH_UP_MS_MAX: i64 = 10_000;
/// Of a hundred conditions, so many are seen by a neighbour of the same zone, too.
const SECOND_SOURCE_PERCENT: u8 = 25;
/// And so many where day and night pass: a cat is one cat.
const SECOND_SOURCE_PERCENT_OF_A_DAY: u8 = 4;
/// Milliseconds between two deliveries.
const DELIVERY_EVERY_MS: i64 = 1_500_000;
/// Devices behind devices that are followed.
const UPSTREAM_STEPS_MAX: usize = 16;

/// How much happens, in milliseconds between two; nothing of the kind where there is none.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// Troubles.
    pub alarms_every_ms: Option<i64>,
    /// People who go through a door.
    pub doors_every_ms: Option<i64>,
}

/// What is said.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// By a device: a condition.
    Event(EventRequest),
    /// By a door's controller.
    Door(DoorRequest),
    /// By a device: that it is there.
    Heard(HeardRequest),
    /// By a guard's phone: a call for help.
    Call(CallRequest),
    /// By nobody: a guard crosses a border from then on.
    Astray {
        /// Which guard.
        guard: usize,
        /// Not before then.
        at_ms: i64,
    },
}

/// What is due. Indexes are those of devices and of candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Trouble,
    Passage,
    Sign(usize),
    Opened(usize),
    Closed(usize),
    Cleared(usize),
    Again(usize),
    Restored { candidate: usize, switch: usize },
    Delivery,
}

/// All devices of an estate, and the phones' calls.
#[derive(Debug)]
pub struct Devices {
    known: Vec<Known>,
    phones: Vec<PhoneId>,
    alarms: Alarms,
    rates: Rates,
    /// Day and night pass, in place of the rates.
    day: Option<Day>,
    agenda: BinaryHeap<Reverse<(i64, u64, Due)>>,
    /// Tells apart what is due at the same time: one place in the order for each.
    order: u64,
    active: usize,
    restored_at_ms: i64,
    last: Option<usize>,
    raised: bool,
    reports: u64,
    now_ms: i64,
    rng: Rng,
}

impl Devices {
    /// The devices of `estate` from `now_ms` on, and the guards' phones with whether their guard has
    /// a border to cross.
    pub fn new(
        estate: &Estate,
        guards: &[(PhoneId, bool)],
        rates: Rates,
        rng: Rng,
        now_ms: i64,
    ) -> Self {
        let strays: Vec<bool> = guards.iter().map(|(_, can_stray)| *can_stray).collect();
        let mut devices = Self {
            known: known(estate),
            phones: guards.iter().map(|(phone, _)| phone.clone()).collect(),
            alarms: Alarms::new(estate, &strays),
            rates,
            day: None,
            agenda: BinaryHeap::new(),
            order: 0,
            active: 0,
            restored_at_ms: now_ms,
            last: None,
            raised: false,
            reports: 0,
            now_ms,
            rng,
        };
        if rates.alarms_every_ms.is_some() {
            let first_ms = now_ms + devices.rng.i64(5_000..FIRST_MS_MAX);
            devices.plan(first_ms, Due::Trouble);
        }
        if let Some(every_ms) = rates.doors_every_ms {
            let first_ms = now_ms + devices.rng.i64(0..every_ms.max(1));
            devices.plan(first_ms, Due::Passage);
        }
        for index in 0..devices.known.len() {
            if let Some(every_ms) = devices.known[index].sign_every_ms {
                let first_ms = now_ms + devices.rng.i64(0..every_ms);
                devices.plan(first_ms, Due::Sign(index));
            }
        }
        devices
    }

    /// Lets day and night pass in place of the rates, after a while in which nothing goes wrong.
    pub fn live_by(&mut self, day: Day) {
        let now_ms = self.now_ms;
        let by_rate = |due: &Due| matches!(due, Due::Trouble | Due::Passage | Due::Delivery);
        self.agenda.retain(|Reverse((.., due))| !by_rate(due));
        // Whatever comes first may come slowly: nobody waits for it.
        self.raised = true;
        let trouble_ms = QUIET_MS + self.rng.i64(0..QUIET_MS);
        self.plan(now_ms + trouble_ms, Due::Trouble);
        let passage_ms = self.rng.i64(0..day.door_every_ms(now_ms));
        self.plan(now_ms + passage_ms, Due::Passage);
        let delivery_ms = self.rng.i64(0..DELIVERY_EVERY_MS);
        self.plan(now_ms + delivery_ms, Due::Delivery);
        self.day = Some(day);
    }

    /// How many pairs of source and trouble there are to choose from.
    pub const fn candidates(&self) -> usize {
        self.alarms.len()
    }

    /// Lets time pass up to `now_ms` and hands over what is said meanwhile.
    pub fn step(&mut self, now_ms: i64, send: &mut impl FnMut(Said)) {
        let passed_ms = now_ms - self.now_ms;
        if !(-1_000..=CATCH_UP_MS_MAX).contains(&passed_ms) {
            // The process slept, or somebody set the clock: carry on from here.
            let agenda = std::mem::take(&mut self.agenda).into_iter();
            let moved =
                agenda.map(|Reverse((at_ms, order, due))| Reverse((at_ms + passed_ms, order, due)));
            self.agenda = moved.collect();
            self.restored_at_ms += passed_ms;
        }
        self.now_ms = now_ms;
        while let Some(Reverse((at_ms, _, due))) = self.agenda.peek().copied()
            && at_ms <= now_ms
        {
            self.agenda.pop();
            self.happen(at_ms, due, send);
        }
    }

    /// What is planned is bounded by what there is: one entry for each device and condition, two for
    /// each door, and the next trouble and passage.
    fn plan(&mut self, at_ms: i64, due: Due) {
        self.order += 1;
        self.agenda.push(Reverse((at_ms, self.order, due)));
    }

    fn happen(&mut self, at_ms: i64, due: Due, send: &mut impl FnMut(Said)) {
        match due {
            Due::Trouble => {
                self.trouble(at_ms, send);
                let by_day = self.day.as_ref().map(|day| day.trouble_every_ms(at_ms));
                self.next(at_ms, by_day.or(self.rates.alarms_every_ms), due);
            }
            Due::Passage => {
                self.passage(at_ms, send);
                let by_day = self.day.as_ref().map(|day| day.door_every_ms(at_ms));
                self.next(at_ms, by_day.or(self.rates.doors_every_ms), due);
            }
            Due::Delivery => {
                self.delivery(at_ms, send);
                self.next(at_ms, Some(DELIVERY_EVERY_MS), due);
            }
            Due::Sign(index) => {
                let device = &self.known[index];
                if !device.cut {
                    let device = device.id.clone();
                    send(Said::Heard(HeardRequest { device }));
                }
                if let Some(every_ms) = self.known[index].sign_every_ms {
                    self.plan(at_ms + every_ms, due);
                }
            }
            Due::Opened(index) => self.opened(index, at_ms, send),
            Due::Closed(index) => self.closed(index, at_ms, send),
            Due::Cleared(candidate) => self.cleared(candidate, at_ms, send),
            Due::Again(candidate) => {
                if self.may(candidate) {
                    self.begin(candidate, at_ms, send);
                }
            }
            Due::Restored { candidate, switch } => {
                for index in 0..self.known.len() {
                    if self.is_behind(index, switch) {
                        self.known[index].cut = false;
                    }
                }
                self.alarms.set_open(candidate, false);
                let device = self.known[switch].id.clone();
                send(Said::Heard(HeardRequest { device }));
            }
        }
    }

    /// 0.7 to 1.3 times the interval, never zero.
    fn next(&mut self, at_ms: i64, every_ms: Option<i64>, due: Due) {
        let Some(every_ms) = every_ms.map(|ms| ms.max(100)) else {
            return;
        };
        let spread = every_ms * 6 / 10 + 1;
        let wait_ms = (every_ms * 7 / 10 + self.rng.i64(0..spread)).max(1);
        self.plan(at_ms + wait_ms, due);
    }

    fn trouble(&mut self, at_ms: i64, send: &mut impl FnMut(Said)) {
        // Who may not now is drawn all the same: otherwise the rare ones would become frequent as
        // soon as the frequent ones are active.
        let tries = if self.raised {
            DRAWS_MAX
        } else {
            FIRST_DRAWS_MAX
        };
        let chosen = (0..tries).find_map(|_| {
            let drawn = match &self.day {
                Some(day) => self.alarms.draw_at(day, at_ms, &mut self.rng)?,
                None => self.alarms.draw(&mut self.rng)?,
            };
            self.may(drawn).then_some(drawn)
        });
        if let Some(chosen) = chosen {
            self.last = Some(chosen);
            self.begin(chosen, at_ms, send);
        }
    }

    fn may(&self, index: usize) -> bool {
        let candidate = self.alarms.get(index);
        let subject = match candidate.subject {
            Subject::Device(device) => Some(&self.known[device]),
            Subject::Guard(_) => None,
        };
        // A cat comes back.
        let is_last = self.day.is_none() && self.last == Some(index);
        if candidate.open || is_last || subject.is_some_and(|known| known.cut) {
            return false;
        }
        // The first one is seen at once.
        let at_once = matches!(candidate.shape, Shape::Lasting(..) | Shape::Momentary);
        match candidate.shape {
            _ if !self.raised && !at_once => false,
            Shape::Lasting(..) => self.active < OPEN_MAX,
            Shape::Held | Shape::Forced => {
                let door = subject.and_then(|known| known.door);
                door.is_some_and(|door| door.used && door.passing == Passing::Nobody)
            }
            // One at a time, or the whole estate would be blind.
            Shape::CutOff(..) => self.known.iter().all(|known| !known.cut),
            Shape::Momentary | Shape::Astray | Shape::Sos => true,
        }
    }

    fn begin(&mut self, index: usize, at_ms: i64, send: &mut impl FnMut(Said)) {
        self.raised = true;
        let candidate = self.alarms.get(index);
        match (candidate.shape, candidate.subject) {
            (Shape::Momentary, Subject::Device(_)) => {
                self.report(index, ReportedState::Momentary, at_ms, send);
            }
            (Shape::Lasting(least_s, most_s), Subject::Device(device)) => {
                self.alarms.set_open(index, true);
                self.active += 1;
                let lasts_ms = self.rng.i64(least_s * 1_000..=most_s * 1_000);
                self.plan(at_ms + lasts_ms, Due::Cleared(index));
                self.report(index, ReportedState::Active, at_ms, send);
                let beside = &self.known[device].beside;
                let percent = if self.day.is_some() {
                    SECOND_SOURCE_PERCENT_OF_A_DAY
                } else {
                    SECOND_SOURCE_PERCENT
                };
                if self.rng.u8(..100) < percent
                    && let Some(other) = self.alarms.same_at(index, beside, &mut self.rng)
                {
                    let soon_ms = self.rng.i64(15_000..45_000);
                    self.plan(at_ms + soon_ms, Due::Again(other));
                }
            }
            (Shape::Held, Subject::Device(device)) => {
                let over_ms = self.rng.i64(20_000..90_000);
                let held_ms = self.known[device].door.map_or(0, |door| door.held_ms);
                self.go_through(device, at_ms, held_ms + over_ms, send);
            }
            (Shape::Forced, Subject::Device(device)) => {
                self.set_busy(device, true);
                let open_ms = self.rng.i64(20_000..60_000);
                self.plan(at_ms, Due::Opened(device));
                self.plan(at_ms + open_ms, Due::Closed(device));
            }
            (Shape::CutOff(least_s, most_s), Subject::Device(switch)) => {
                for behind in 0..self.known.len() {
                    if self.is_behind(behind, switch) {
                        self.known[behind].cut = true;
                    }
                }
                self.alarms.set_open(index, true);
                let lasts_ms = self.rng.i64(least_s * 1_000..=most_s * 1_000);
                self.restored_at_ms = at_ms + lasts_ms;
                let candidate = index;
                self.plan(self.restored_at_ms, Due::Restored { candidate, switch });
            }
            (Shape::Astray, Subject::Guard(guard)) => send(Said::Astray { guard, at_ms }),
            (Shape::Sos, Subject::Guard(guard)) => {
                if let (Some(event_id), Some(occurred_at)) = (self.event_id(at_ms), moment(at_ms)) {
                    send(Said::Call(CallRequest {
                        phone: self.phones[guard].clone(),
                        event_id,
                        kind: CallKind::Sos,
                        at: None,
                        occurred_at: Some(occurred_at),
                        drill: false,
                    }));
                }
            }
            // No template makes these.
            (Shape::Astray | Shape::Sos, Subject::Device(_)) | (_, Subject::Guard(_)) => {}
        }
    }

    fn cleared(&mut self, candidate: usize, at_ms: i64, send: &mut impl FnMut(Said)) {
        if let Subject::Device(device) = self.alarms.get(candidate).subject
            && self.known[device].cut
        {
            self.plan(self.restored_at_ms + 1_000, Due::Cleared(candidate));
            return;
        }
        self.alarms.set_open(candidate, false);
        self.active -= 1;
        self.report(candidate, ReportedState::Cleared, at_ms, send);
    }

    /// Whether a device is this one, or is reached through it.
    fn is_behind(&self, index: usize, switch: usize) -> bool {
        let through = std::iter::successors(Some(index), |at| self.known[*at].upstream);
        through.take(UPSTREAM_STEPS_MAX).any(|at| at == switch)
    }

    fn report(
        &mut self,
        index: usize,
        state: ReportedState,
        at_ms: i64,
        send: &mut impl FnMut(Said),
    ) {
        let (Some(event_id), Some(occurred_at)) = (self.event_id(at_ms), moment(at_ms)) else {
            return;
        };
        let candidate = self.alarms.get(index);
        if let Subject::Device(device) = candidate.subject {
            send(Said::Event(EventRequest {
                device: self.known[device].id.clone(),
                event_id,
                kind: candidate.kind.clone(),
                state,
                occurred_at: Some(occurred_at),
                drill: false,
            }));
        }
    }

    /// The time is part of the id: the same seed started twice must not look like a resend.
    fn event_id(&mut self, at_ms: i64) -> Option<EventId> {
        self.reports += 1;
        EventId::new(format!("sim-{at_ms}-{}", self.reports)).ok()
    }
}

fn moment(ms: i64) -> Option<Text<40>> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok()?;
    Text::new(at.format(&Rfc3339).ok()?).ok()
}

#[cfg(test)]
mod tests;
