//! What the estate's devices report: a small weighted set of plausible events.
//!
//! Only types that the estate knows, only from devices that could report them. A condition clears
//! after a while; a device never raises what it has raised already.

use castellan_domain::estate::{Device, DeviceKind, Estate};
use castellan_domain::ids::{AlarmTypeId, DeviceId, EventId};
use fastrand::Rng;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Conditions that are active at once at most; beyond that only momentary events are raised.
const OPEN_MAX: usize = 8;
/// Draws for one turn; if all fall on what is active already, nothing happens.
const DRAWS_MAX: usize = 4;
/// Milliseconds within which the first alarm comes: a visitor must not wait.
pub const FIRST_MS_MAX: i64 = 12_000;
/// Milliseconds after which a missed turn is skipped rather than made up.
const CATCH_UP_MS_MAX: i64 = 10_000;

/// One event as `POST /ingest/v1/events` takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Who reports.
    pub device: DeviceId,
    /// The sender's own id: a resend carries the same one.
    pub event_id: EventId,
    /// What is reported.
    #[serde(rename = "type")]
    pub kind: AlarmTypeId,
    /// Whether it lasts.
    pub state: State,
    /// When the device says that it happened.
    pub occurred_at: String,
}

/// Whether an event begins a condition, ends it, or is over at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It begins, and lasts until cleared.
    Active,
    /// It ends.
    Cleared,
    /// It happened.
    Momentary,
}

/// How long a condition lasts in seconds, or that it does not.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Lasting(i64, i64),
    Momentary,
}

struct Template {
    kind: &'static str,
    weight: f64,
    shape: Shape,
    from: fn(&Device) -> bool,
}

/// Weights are relative: of 100 alarms, about 34 are held doors and one is a panic button.
const TEMPLATES: &[Template] = &[
    Template {
        kind: "door_held",
        weight: 34.0,
        shape: Shape::Lasting(20, 90),
        from: |device| device.kind == DeviceKind::Door,
    },
    Template {
        kind: "loitering",
        weight: 15.0,
        shape: Shape::Momentary,
        from: |device| device.kind == DeviceKind::Camera,
    },
    Template {
        kind: "perimeter",
        weight: 15.0,
        shape: Shape::Lasting(15, 60),
        from: |device| is_detector(device, &["perimeter", "fence", "beam", "wall"], "周界"),
    },
    Template {
        kind: "tailgating",
        weight: 10.0,
        shape: Shape::Momentary,
        from: |device| device.kind == DeviceKind::Door,
    },
    Template {
        kind: "gas_low",
        weight: 8.0,
        shape: Shape::Lasting(60, 180),
        from: |device| is_detector(device, &["gas"], "燃气"),
    },
    Template {
        kind: "tamper",
        weight: 6.0,
        shape: Shape::Lasting(30, 120),
        from: |device| device.kind == DeviceKind::Camera,
    },
    Template {
        kind: "ebike_in_lift",
        weight: 6.0,
        shape: Shape::Momentary,
        from: |device| device.kind == DeviceKind::Lift,
    },
    Template {
        kind: "water_leak",
        weight: 5.0,
        shape: Shape::Lasting(90, 240),
        from: |device| is_detector(device, &["water", "leak"], "水"),
    },
    Template {
        kind: "panic",
        weight: 1.0,
        shape: Shape::Momentary,
        from: |device| matches!(device.kind, DeviceKind::PanicButton | DeviceKind::HelpPoint),
    },
];

fn is_detector(device: &Device, words: &[&str], zh: &str) -> bool {
    let id = device.id.as_str().to_ascii_lowercase();
    matches!(device.kind, DeviceKind::Detector | DeviceKind::Panel)
        && (words.iter().any(|word| id.contains(word)) || device.name.zh.as_str().contains(zh))
}

#[derive(Debug)]
struct Candidate {
    device: DeviceId,
    kind: AlarmTypeId,
    weight: f64,
    shape: Shape,
    open: bool,
}

/// All devices of an estate.
#[derive(Debug)]
pub struct Alarms {
    candidates: Vec<Candidate>,
    /// Which candidate clears when.
    clearing: Vec<(i64, usize)>,
    every_ms: i64,
    next_ms: i64,
    last: Option<usize>,
    count: u64,
    rng: Rng,
}

impl Alarms {
    /// The devices of `estate`, one alarm about every `every_ms`.
    pub fn new(estate: &Estate, every_ms: i64, mut rng: Rng, now_ms: i64) -> Self {
        let mut candidates = Vec::new();
        for template in TEMPLATES {
            let Ok(kind) = AlarmTypeId::new(template.kind) else {
                continue;
            };
            // An estate that names no types has all the default ones.
            if !estate.alarm_types.is_empty() && estate.alarm_type(&kind).is_none() {
                continue;
            }
            let first = candidates.len();
            candidates.extend(
                estate
                    .devices
                    .iter()
                    .filter(|d| (template.from)(d))
                    .map(|d| Candidate {
                        device: d.id.clone(),
                        kind: kind.clone(),
                        weight: template.weight,
                        shape: template.shape,
                        open: false,
                    }),
            );
            // The weight belongs to the type: a hundred doors are not a hundred times as likely.
            let devices = u32::try_from(candidates.len() - first).unwrap_or(u32::MAX);
            for candidate in &mut candidates[first..] {
                candidate.weight /= f64::from(devices.max(1));
            }
        }
        let next_ms = now_ms + rng.i64(5_000..FIRST_MS_MAX);
        Self {
            candidates,
            clearing: Vec::new(),
            every_ms: every_ms.max(100),
            next_ms,
            last: None,
            count: 0,
            rng,
        }
    }

    /// How many pairs of device and alarm type there are to choose from.
    pub const fn candidates(&self) -> usize {
        self.candidates.len()
    }

    /// Lets time pass up to `now_ms` and hands over what is reported meanwhile.
    pub fn step(&mut self, now_ms: i64, send: &mut impl FnMut(Event)) {
        let behind_ms = now_ms - self.next_ms;
        if !(-2 * self.every_ms - FIRST_MS_MAX..=CATCH_UP_MS_MAX).contains(&behind_ms) {
            // The process slept, or somebody set the clock: carry on from here.
            self.next_ms = now_ms;
        }
        loop {
            let clears = self.clearing.iter().map(|(at_ms, _)| *at_ms).min();
            match clears {
                Some(at_ms) if at_ms <= now_ms && at_ms <= self.next_ms => {
                    self.clear_due(at_ms, send);
                }
                _ if self.next_ms <= now_ms => {
                    let at_ms = self.next_ms;
                    self.raise(at_ms, send);
                    // 0.7 to 1.3 times the interval, never zero.
                    let spread = self.every_ms * 6 / 10 + 1;
                    self.next_ms =
                        at_ms + (self.every_ms * 7 / 10 + self.rng.i64(0..spread)).max(1);
                }
                _ => return,
            }
        }
    }

    fn clear_due(&mut self, at_ms: i64, send: &mut impl FnMut(Event)) {
        let (due, later): (Vec<_>, Vec<_>) = self
            .clearing
            .drain(..)
            .partition(|(due_ms, _)| *due_ms <= at_ms);
        self.clearing = later;
        for (due_ms, index) in due {
            self.candidates[index].open = false;
            self.report(index, State::Cleared, due_ms, send);
        }
    }

    fn raise(&mut self, at_ms: i64, send: &mut impl FnMut(Event)) {
        // Who may not report now is drawn all the same: otherwise the rare ones would become
        // frequent as soon as the frequent ones are active.
        let Some(chosen) = (0..DRAWS_MAX).find_map(|_| {
            let drawn = self.draw()?;
            self.may_report(drawn).then_some(drawn)
        }) else {
            return;
        };
        self.last = Some(chosen);
        match self.candidates[chosen].shape {
            Shape::Momentary => self.report(chosen, State::Momentary, at_ms, send),
            Shape::Lasting(least_s, most_s) => {
                let lasts_ms = self.rng.i64(least_s * 1_000..=most_s * 1_000);
                self.candidates[chosen].open = true;
                self.clearing.push((at_ms + lasts_ms, chosen));
                self.report(chosen, State::Active, at_ms, send);
            }
        }
    }

    /// One candidate, by weight.
    fn draw(&mut self) -> Option<usize> {
        let total: f64 = self
            .candidates
            .iter()
            .map(|candidate| candidate.weight)
            .sum();
        let mut left = self.rng.f64() * total;
        let drawn = self.candidates.iter().position(|candidate| {
            left -= candidate.weight;
            left < 0.0
        });
        drawn.or_else(|| self.candidates.len().checked_sub(1))
    }

    fn may_report(&self, index: usize) -> bool {
        let candidate = &self.candidates[index];
        let lasting = matches!(candidate.shape, Shape::Lasting(..));
        let full = self.clearing.len() >= OPEN_MAX;
        !candidate.open && self.last != Some(index) && !(full && lasting)
    }

    fn report(&mut self, index: usize, state: State, at_ms: i64, send: &mut impl FnMut(Event)) {
        let candidate = &self.candidates[index];
        self.count += 1;
        // The time is part of the id: the same seed started twice must not look like a resend.
        let Ok(event_id) = EventId::new(format!("sim-{at_ms}-{}", self.count)) else {
            return;
        };
        let Some(occurred_at) = rfc3339(at_ms) else {
            return;
        };
        send(Event {
            device: candidate.device.clone(),
            event_id,
            kind: candidate.kind.clone(),
            state,
            occurred_at,
        });
    }
}

fn rfc3339(ms: i64) -> Option<String> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .ok()?
        .format(&Rfc3339)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use std::collections::{BTreeMap, BTreeSet};

    const START_MS: i64 = 1_795_316_400_000;

    fn hours(hours: i64, every_ms: i64, seed: u64) -> Vec<(i64, Event)> {
        let mut alarms = Alarms::new(&fixture::estate(), every_ms, Rng::with_seed(seed), START_MS);
        let mut events = Vec::new();
        for tick in 0..hours * 36_000 {
            let now_ms = START_MS + tick * 100;
            alarms.step(now_ms, &mut |event| events.push((now_ms, event)));
        }
        events
    }

    #[test]
    fn a_visitor_sees_an_alarm_within_fifteen_seconds_and_then_about_every_interval() {
        for seed in 0..50 {
            let events = hours(1, 45_000, seed);
            assert!(events[0].0 - START_MS <= 15_000);
            let raised = events
                .iter()
                .filter(|(_, e)| e.state != State::Cleared)
                .count();
            assert!((60..=110).contains(&raised), "{raised} in an hour");
        }
    }

    #[test]
    fn every_condition_is_raised_once_and_clears_and_ids_are_never_used_twice() {
        let events = hours(10, 5_000, 1);
        let mut open = BTreeSet::new();
        let mut ids = BTreeSet::new();
        let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
        for (_, event) in &events {
            let key = (event.device.clone(), event.kind.clone());
            match event.state {
                State::Active => assert!(open.insert(key), "{event:?} twice"),
                State::Cleared => assert!(open.remove(&key), "{event:?} was not open"),
                State::Momentary => {}
            }
            assert!(open.len() <= OPEN_MAX);
            assert!(ids.insert(event.event_id.clone()));
            *kinds.entry(event.kind.to_string()).or_default() += 1;
        }
        assert_eq!(
            kinds.len(),
            6,
            "all types of the fixture come up: {kinds:?}"
        );
        assert!(kinds["panic"] < kinds["perimeter"], "{kinds:?}");
        assert!(
            !kinds.contains_key("tailgating"),
            "the estate does not know that type"
        );
    }

    #[test]
    fn the_body_is_what_the_ingest_port_reads() {
        let event = Event {
            device: DeviceId::new("gas-1").unwrap(),
            event_id: EventId::new("sim-1").unwrap(),
            kind: AlarmTypeId::new("gas_low").unwrap(),
            state: State::Active,
            occurred_at: rfc3339(START_MS + 120).unwrap(),
        };
        assert_eq!(
            serde_json::to_value(&event).unwrap(),
            serde_json::json!({"device": "gas-1", "event_id": "sim-1", "type": "gas_low",
                "state": "active", "occurred_at": "2026-11-22T03:00:00.12Z"})
        );
    }

    #[test]
    fn an_estate_without_devices_is_silent_and_a_jump_of_the_clock_makes_no_storm() {
        let mut estate = fixture::estate();
        estate.devices.clear();
        let mut none = Alarms::new(&estate, 1_000, Rng::with_seed(1), START_MS);
        none.step(START_MS + 60_000, &mut |event| panic!("{event:?}"));

        let mut alarms = Alarms::new(&fixture::estate(), 1_000, Rng::with_seed(1), START_MS);
        let mut count = 0;
        alarms.step(START_MS + 86_400_000, &mut |_| count += 1);
        alarms.step(START_MS - 86_400_000, &mut |_| count += 1);
        assert!(count <= 3, "{count}");
    }
}
