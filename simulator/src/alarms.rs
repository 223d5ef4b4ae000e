//! What can go wrong at an estate: a small weighted set of plausible troubles, and who can have them.
//!
//! Only types that the estate knows, only from those who could have them. When they happen is for
//! [`crate::devices`].

use crate::day::{Day, Often};
use castellan_domain::estate::{Device, DeviceKind, Estate};
use castellan_domain::ids::AlarmTypeId;
use fastrand::Rng;

/// A door that may stand open for longer is not held: nobody would wait for it.
const HELD_OPEN_S_MAX: u32 = 120;
/// Where cats cross the wall, and how much more often than anything happens elsewhere on it.
const CATS_CROSS: (&str, f64) = ("perimeter-7", 30.0);

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A device reports a condition, and its end so many seconds later.
    Lasting(i64, i64),
    /// A device reports that something happened.
    Momentary,
    /// A door is not closed in time.
    Held,
    /// A door opens though nobody was let through.
    Forced,
    /// A switch is dead for so many seconds, and nothing behind it is heard.
    CutOff(i64, i64),
    /// A guard crosses a border.
    Astray,
    /// A guard calls for help.
    Sos,
}

/// Whose trouble it is, as an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A device of the estate.
    Device(usize),
    /// Somebody who walks.
    Guard(usize),
}

struct Template {
    kind: &'static str,
    weight: f64,
    shape: Shape,
    often: Often,
    from: fn(&Device) -> bool,
}

/// Weights are relative: of a hundred troubles of an estate with all devices, one is a panic button.
const TEMPLATES: &[Template] = &[
    Template {
        kind: "door_held",
        weight: 30.0,
        shape: Shape::Lasting(20, 90),
        often: Often::new(1.0, 0.4, 1.0),
        from: |device| device.kind == DeviceKind::Door && device.door.is_none(),
    },
    Template {
        kind: "door_held",
        weight: 25.0,
        shape: Shape::Held,
        often: Often::new(1.0, 0.4, 1.0),
        from: |device| {
            let settings = device.door;
            settings.is_some_and(|door| door.held_open_s_max <= HELD_OPEN_S_MAX)
        },
    },
    Template {
        kind: "loitering",
        weight: 13.0,
        shape: Shape::Momentary,
        often: Often::new(0.5, 1.5, 0.3),
        from: |device| device.kind == DeviceKind::Camera,
    },
    Template {
        kind: "perimeter",
        weight: 10.0,
        shape: Shape::Lasting(15, 60),
        often: Often::new(0.5, 1.5, 2.0),
        from: |device| is_detector(device, &["perimeter", "fence", "beam", "wall"], "周界"),
    },
    Template {
        kind: "tailgating",
        weight: 10.0,
        shape: Shape::Momentary,
        often: Often::new(1.5, 0.5, 1.0),
        from: |device| device.kind == DeviceKind::Door,
    },
    Template {
        kind: "area_breach",
        weight: 8.0,
        shape: Shape::Astray,
        often: Often::new(1.0, 0.5, 1.0),
        from: |_| false,
    },
    Template {
        kind: "network_down",
        weight: 5.0,
        shape: Shape::CutOff(300, 420),
        often: Often::new(0.5, 0.5, 3.0),
        from: |device| device.kind == DeviceKind::Network && device.upstream.is_some(),
    },
    Template {
        kind: "gas_low",
        weight: 5.0,
        shape: Shape::Lasting(60, 180),
        often: Often::new(1.0, 0.3, 1.0),
        from: |device| is_detector(device, &["gas"], "燃气"),
    },
    Template {
        kind: "ebike_in_lift",
        weight: 6.0,
        shape: Shape::Momentary,
        often: Often::new(1.5, 0.3, 1.0),
        from: |device| device.kind == DeviceKind::Lift,
    },
    Template {
        kind: "water_leak",
        weight: 5.0,
        shape: Shape::Lasting(90, 240),
        often: Often::new(0.5, 0.5, 8.0),
        from: |device| is_detector(device, &["water", "leak"], "水"),
    },
    Template {
        kind: "tamper",
        weight: 4.0,
        shape: Shape::Lasting(30, 120),
        often: Often::new(0.5, 0.5, 3.0),
        from: |device| device.kind == DeviceKind::Camera,
    },
    Template {
        kind: "door_forced",
        weight: 3.0,
        shape: Shape::Forced,
        often: Often::new(0.5, 0.5, 1.0),
        from: |device| device.door.is_some_and(|door| door.reports_grants),
    },
    // By day its zones are disarmed, and nothing comes of it.
    Template {
        kind: "intrusion",
        weight: 3.0,
        shape: Shape::Lasting(20, 60),
        often: Often::ALWAYS,
        from: |device| is_detector(device, &["motion"], "移动"),
    },
    Template {
        kind: "panic",
        weight: 1.0,
        shape: Shape::Momentary,
        often: Often::new(1.0, 0.5, 1.0),
        from: |device| matches!(device.kind, DeviceKind::PanicButton | DeviceKind::HelpPoint),
    },
    Template {
        kind: "guard_sos",
        weight: 0.5,
        shape: Shape::Sos,
        often: Often::ALWAYS,
        from: |_| false,
    },
];

fn is_detector(device: &Device, words: &[&str], zh: &str) -> bool {
    let id = device.id.as_str().to_ascii_lowercase();
    matches!(device.kind, DeviceKind::Detector | DeviceKind::Panel)
        && (words.iter().any(|word| id.contains(word)) || device.name.zh.as_str().contains(zh))
}

/// Something that can happen to somebody.
#[derive(Debug)]
pub struct Candidate {
    /// To whom.
    pub subject: Subject,
    /// What it is called.
    pub kind: AlarmTypeId,
    /// What happens.
    pub shape: Shape,
    /// It is so already.
    pub open: bool,
    weight: f64,
    often: Often,
    /// Where cats cross the wall.
    cats: bool,
}

/// Everything that can happen, to choose from.
#[derive(Debug)]
pub struct Alarms {
    candidates: Vec<Candidate>,
}

impl Alarms {
    /// The troubles of `estate` and of the guards who walk it: `strays` says of each whether there
    /// is a border to cross.
    pub fn new(estate: &Estate, strays: &[bool]) -> Self {
        let mut candidates = Vec::new();
        for template in TEMPLATES {
            let Ok(kind) = AlarmTypeId::new(template.kind) else {
                continue;
            };
            // An estate that names no types has all the default ones.
            if !estate.alarm_types.is_empty() && estate.alarm_type(&kind).is_none() {
                continue;
            }
            let devices = estate.devices.iter().enumerate();
            let devices = devices.filter(|(_, device)| (template.from)(device));
            let guards = strays.iter().enumerate();
            let guards = guards.filter(|(_, can_stray)| match template.shape {
                Shape::Astray => **can_stray,
                shape => shape == Shape::Sos,
            });
            let subjects: Vec<Subject> = devices
                .map(|(index, _)| Subject::Device(index))
                .chain(guards.map(|(index, _)| Subject::Guard(index)))
                .collect();
            // The weight belongs to the type: a hundred doors are not a hundred times as likely.
            let count = u32::try_from(subjects.len()).unwrap_or(u32::MAX);
            let cats = |subject| match subject {
                Subject::Device(at) => estate.devices[at].id.as_str() == CATS_CROSS.0,
                Subject::Guard(_) => false,
            };
            candidates.extend(subjects.into_iter().map(|subject| Candidate {
                often: template.often,
                cats: cats(subject),
                subject,
                kind: kind.clone(),
                shape: template.shape,
                open: false,
                weight: template.weight / f64::from(count),
            }));
        }
        Self { candidates }
    }

    /// How many there are to choose from.
    pub const fn len(&self) -> usize {
        self.candidates.len()
    }

    /// Whether nothing can happen at all.
    pub const fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    /// One of them.
    pub fn get(&self, index: usize) -> &Candidate {
        &self.candidates[index]
    }

    /// Says whether it is so now.
    pub fn set_open(&mut self, index: usize, open: bool) {
        self.candidates[index].open = open;
    }

    /// Another device of `among` that can report the same.
    pub fn same_at(&self, index: usize, among: &[usize], rng: &mut Rng) -> Option<usize> {
        let candidate = &self.candidates[index];
        let others = self.candidates.iter().enumerate().filter(|(at, other)| {
            let is_among = matches!(other.subject, Subject::Device(d) if among.contains(&d));
            *at != index && is_among && other.kind == candidate.kind && !other.open
        });
        let others: Vec<usize> = others.map(|(at, _)| at).collect();
        (!others.is_empty()).then(|| others[rng.usize(..others.len())])
    }

    /// One, by weight.
    pub fn draw(&self, rng: &mut Rng) -> Option<usize> {
        self.drawn(rng, |candidate| candidate.weight)
    }

    /// One, by weight, hour and weather.
    pub fn draw_at(&self, day: &Day, at_ms: i64, rng: &mut Rng) -> Option<usize> {
        self.drawn(rng, |candidate| {
            let cats = if candidate.cats { CATS_CROSS.1 } else { 1.0 };
            candidate.weight * cats * day.times(candidate.often, at_ms)
        })
    }

    fn drawn(&self, rng: &mut Rng, weight: impl Fn(&Candidate) -> f64) -> Option<usize> {
        let weights = self.candidates.iter().map(&weight);
        let mut left = rng.f64() * weights.sum::<f64>();
        let drawn = self.candidates.iter().position(|candidate| {
            left -= weight(candidate);
            left < 0.0
        });
        drawn.or_else(|| self.candidates.len().checked_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use std::collections::BTreeMap;

    #[test]
    fn a_type_is_as_likely_whether_one_device_can_raise_it_or_a_hundred() {
        let alarms = Alarms::new(&fixture::estate(), &[]);
        let mut rng = Rng::with_seed(1);
        let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
        for _ in 0..10_000 {
            let drawn = alarms.draw(&mut rng).unwrap();
            *kinds.entry(alarms.get(drawn).kind.to_string()).or_default() += 1;
        }
        assert_eq!(kinds.len(), 6, "all types of the fixture: {kinds:?}");
        assert!(kinds["panic"] * 5 < kinds["perimeter"], "{kinds:?}");
        assert!(!kinds.contains_key("tailgating"), "not of the estate");
    }

    #[test]
    fn only_who_has_a_border_to_cross_strays() {
        let mut estate = fixture::estate();
        estate.alarm_types.clear();
        let alarms = Alarms::new(&estate, &[true, false, true]);
        let of = |shape: Shape| {
            let all = alarms.candidates.iter().filter(move |c| c.shape == shape);
            all.map(|c| c.subject).collect::<Vec<_>>()
        };
        assert_eq!(of(Shape::Astray), [Subject::Guard(0), Subject::Guard(2)]);
        assert_eq!(of(Shape::Sos).len(), 3);
    }
}
