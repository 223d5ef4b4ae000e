//! The graph as a search goes over it: each way along each path with its milliseconds.

use super::super::document::Estate;
use super::super::edge::Edge;
use super::super::graph::Graph;
use super::super::paths::PathKind;
use crate::ids::DeviceId;
use std::collections::BTreeMap;

/// How fast a guard walks who is sent, in metres a second. Grown-ups walk 1.3 to 1.45 at their ease
/// (Bohannon and Williams Andrews, "Normal walking speed: a descriptive meta-analysis",
/// Physiotherapy 97, 2011); nobody is asked to run.
pub const WALKING_M_PER_S: f64 = 1.4;

/// Which lifts may be used on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifts<'a> {
    /// All of them.
    Allowed,
    /// None: fire, gas, a power failure, an earthquake, a flood.
    Forbidden,
    /// All but the one in which people are trapped. A lift that the estate has not as a device may
    /// be that one, so it is out as well.
    Without(&'a DeviceId),
}

/// Somewhere between two legs of a way: a junction, or the inside of a lift at a landing.
pub(super) type Stop = u32;

/// One way along a path, or into or out of a lift.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leg {
    pub(super) from: Stop,
    pub(super) to: Stop,
    pub(super) ms: u32,
    /// The path that it goes along; nothing into or out of a lift.
    pub(super) edge: Option<u32>,
    /// The lift that it takes.
    pub(super) lift: Option<u16>,
}

/// All ways of an estate: made once, searched again and again.
#[derive(Debug, Clone)]
pub struct Ways {
    graph: Graph,
    /// Sorted by where they lead to.
    legs: Vec<Leg>,
    /// The number of the first leg to each stop; one more than there are stops.
    into: Vec<u32>,
    /// The junction of each stop inside a lift, after those of the graph.
    landings: Vec<u32>,
    /// Each lift's device, if it has one.
    lifts: Vec<Option<DeviceId>>,
}

impl Ways {
    /// The ways of an estate. Without paths there are none, and every answer is nothing.
    pub fn new(estate: &Estate) -> Self {
        let graph = Graph::new(estate);
        let mut cars = Cars::new(graph.junctions());
        let mut legs = Vec::with_capacity(graph.len() * 2);
        for (index, edge) in graph.edges().iter().enumerate() {
            let both = |legs: &mut Vec<Leg>, [from, to]: [Stop; 2], ms, lift| {
                for (from, to) in [(from, to), (to, from)] {
                    legs.push(Leg {
                        from,
                        to,
                        ms,
                        edge: Some(number(index)),
                        lift,
                    });
                }
            };
            match &edge.kind {
                PathKind::Lift {
                    device,
                    wait_s,
                    s_per_floor,
                } => {
                    let lift = cars.lift(device.as_ref());
                    let ends = [edge.from, edge.to];
                    let ends = ends.map(|node| cars.stop(number(node), lift, *wait_s));
                    let ms = u32::from(edge.floors) * u32::from(*s_per_floor) * 1_000;
                    both(&mut legs, ends, ms, Some(lift));
                }
                PathKind::Walk | PathKind::Stairs { .. } | PathKind::Passage { .. } => {
                    if edge.is_walked() {
                        let ends = [edge.from, edge.to].map(number);
                        both(&mut legs, ends, walked_ms(edge), None);
                    }
                }
            }
        }
        legs.extend(cars.doors());
        legs.sort_by_key(|leg| leg.to);
        let stops = graph.junctions() + cars.landings.len();
        let first = |to: usize| legs.partition_point(|leg| (leg.to as usize) < to);
        let into = (0..=stops).map(|to| number(first(to))).collect();
        Self {
            into,
            landings: cars.landings,
            lifts: cars.lifts,
            graph,
            legs,
        }
    }

    /// What is walked on.
    pub const fn graph(&self) -> &Graph {
        &self.graph
    }

    /// How many stops there are.
    pub(super) fn stops(&self) -> usize {
        self.into.len() - 1
    }

    /// Every leg that leads to a stop, with its number.
    pub(super) fn arriving_at(&self, to: Stop) -> impl Iterator<Item = (u32, &Leg)> {
        let to = to as usize;
        let numbers = self.into[to]..self.into[to + 1];
        let legs = &self.legs[self.into[to] as usize..self.into[to + 1] as usize];
        numbers.zip(legs)
    }

    /// A leg by its number.
    pub(super) fn leg(&self, number: u32) -> &Leg {
        &self.legs[number as usize]
    }

    /// Whether a leg leads over stairs to another floor.
    pub(super) fn is_climbed(&self, leg: &Leg) -> bool {
        let edge = leg.edge.map(|edge| self.graph.edge(edge as usize));
        edge.is_some_and(|edge| edge.floors > 0 && matches!(edge.kind, PathKind::Stairs { .. }))
    }

    /// The junction that a stop is, or is at.
    pub(super) fn junction(&self, stop: Stop) -> usize {
        let stop = stop as usize;
        let inside = stop.checked_sub(self.graph.junctions());
        inside.map_or(stop, |inside| self.landings[inside] as usize)
    }

    /// Which device a lift is.
    pub(super) fn device(&self, lift: u16) -> Option<&DeviceId> {
        self.lifts.get(usize::from(lift))?.as_ref()
    }

    /// Whether a lift may be taken.
    pub(super) fn may(&self, lift: u16, lifts: Lifts<'_>) -> bool {
        match lifts {
            Lifts::Allowed => true,
            Lifts::Forbidden => false,
            Lifts::Without(out) => self.device(lift).is_some_and(|device| device != out),
        }
    }
}

/// A count or index of junctions, paths or legs. An estate has some thousands of them.
pub(super) fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Milliseconds along a whole path on foot.
pub(super) fn walked_ms(edge: &Edge) -> u32 {
    let level = walking_ms(edge.length_m());
    match &edge.kind {
        PathKind::Stairs { s_per_floor } => {
            let climbing = u32::from(edge.floors) * u32::from(*s_per_floor) * 1_000;
            climbing.max(level)
        }
        PathKind::Walk | PathKind::Passage { .. } | PathKind::Lift { .. } => level,
    }
}

/// Milliseconds for so many metres on the level.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates: nothing of an estate is longer than some days of walking"
)]
pub(super) fn walking_ms(metres: f64) -> u32 {
    (metres / WALKING_M_PER_S * 1_000.0).ceil() as u32
}

/// The insides of lifts: whoever stays in waits once, however many stops there are on the way.
struct Cars {
    junctions: usize,
    landings: Vec<u32>,
    lifts: Vec<Option<DeviceId>>,
    numbers: BTreeMap<Option<DeviceId>, u16>,
    /// For each junction and lift the stop inside, and how long one waits for it.
    stops: BTreeMap<(Stop, u16), (Stop, u16)>,
}

impl Cars {
    const fn new(junctions: usize) -> Self {
        Self {
            junctions,
            landings: Vec::new(),
            lifts: Vec::new(),
            numbers: BTreeMap::new(),
            stops: BTreeMap::new(),
        }
    }

    fn lift(&mut self, device: Option<&DeviceId>) -> u16 {
        let next = u16::try_from(self.lifts.len()).unwrap_or(u16::MAX);
        let number = *self.numbers.entry(device.cloned()).or_insert(next);
        if usize::from(number) == self.lifts.len() {
            self.lifts.push(device.cloned());
        }
        number
    }

    fn stop(&mut self, landing: Stop, lift: u16, wait_s: u16) -> Stop {
        let next = number(self.junctions + self.landings.len());
        let (inside, wait) = self.stops.entry((landing, lift)).or_insert((next, wait_s));
        *wait = wait_s.min(*wait);
        if *inside == next {
            self.landings.push(landing);
        }
        *inside
    }

    /// In, after the wait, and out.
    fn doors(&self) -> impl Iterator<Item = Leg> {
        self.stops
            .iter()
            .flat_map(|((landing, lift), (inside, wait_s))| {
                let leg = |from, to, ms| Leg {
                    from,
                    to,
                    ms,
                    edge: None,
                    lift: Some(*lift),
                };
                let wait_ms = u32::from(*wait_s) * 1_000;
                [leg(*landing, *inside, wait_ms), leg(*inside, *landing, 0)]
            })
    }
}
