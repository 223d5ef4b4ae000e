//! Whether the steps of a procedure lead somewhere, all of them, and never round.

use super::fault::{Flaw, Spot};
use super::reading::Reading;
use crate::ids::StepId;
use std::collections::BTreeMap;

/// As much of a step as could be read of where it leads.
pub(super) struct Sketch {
    pub(super) at: Spot,
    pub(super) id: Option<StepId>,
    /// Where its answers or its `then` lead.
    pub(super) ways: Vec<Way>,
    /// It has answers.
    pub(super) asks: bool,
    /// It leads to the step below it.
    pub(super) goes_down: bool,
    /// Every way could be read.
    pub(super) is_clear: bool,
}

/// A way to a step, and where it is written.
pub(super) struct Way {
    pub(super) at: Spot,
    pub(super) to: StepId,
}

impl Sketch {
    pub(super) fn new(at: Spot) -> Self {
        Self {
            at,
            id: None,
            ways: Vec::new(),
            asks: false,
            goes_down: true,
            is_clear: true,
        }
    }
}

/// A way with the step that it leads to. One to the step below is written nowhere.
struct Edge<'a> {
    written: Option<&'a Spot>,
    to: usize,
}

/// Names ids that are there twice, ways to nowhere, ways that go round, and steps that are not reached.
pub(super) fn ways(reading: &mut Reading, sketches: &[Sketch]) {
    let mut numbers: BTreeMap<&StepId, usize> = BTreeMap::new();
    let mut is_clear = sketches.iter().all(|sketch| sketch.is_clear);
    for (n, sketch) in sketches.iter().enumerate() {
        let Some(id) = &sketch.id else {
            is_clear = false;
            continue;
        };
        if numbers.contains_key(id) {
            is_clear = false;
            reading.fault(&sketch.at.key("id"), Flaw::Twice(id.to_string()));
        } else {
            numbers.insert(id, n);
        }
    }
    let mut edges: Vec<Vec<Edge<'_>>> = Vec::with_capacity(sketches.len());
    for (n, sketch) in sketches.iter().enumerate() {
        let mut leads = Vec::new();
        for way in &sketch.ways {
            let Some(to) = numbers.get(&way.to) else {
                is_clear = false;
                reading.fault(&way.at, Flaw::LeadsNowhere(way.to.clone()));
                continue;
            };
            let written = Some(&way.at);
            leads.push(Edge { written, to: *to });
        }
        if sketch.goes_down && n + 1 < sketches.len() {
            let (written, to) = (None, n + 1);
            leads.push(Edge { written, to });
        }
        edges.push(leads);
    }
    let mut walk = Walk {
        sketches,
        edges: &edges,
        seen: vec![Seen::No; sketches.len()],
        trail: Vec::new(),
    };
    if sketches.is_empty() {
        return;
    }
    walk.from(reading, 0);
    for (n, sketch) in sketches.iter().enumerate() {
        if walk.seen[n] == Seen::No {
            // Of a step whose way in cannot be read, nobody knows whether it is reached.
            if is_clear && let Some(id) = &sketch.id {
                reading.fault(&sketch.at, Flaw::Unreachable(id.clone()));
            }
            walk.from(reading, n);
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Seen {
    No,
    OnTheWay,
    Behind,
}

/// Goes every way once.
struct Walk<'a> {
    sketches: &'a [Sketch],
    edges: &'a [Vec<Edge<'a>>],
    seen: Vec<Seen>,
    /// The steps that led here.
    trail: Vec<usize>,
}

impl Walk<'_> {
    /// It is never deeper than a procedure has steps.
    fn from(&mut self, reading: &mut Reading, n: usize) {
        self.seen[n] = Seen::OnTheWay;
        self.trail.push(n);
        for edge in &self.edges[n] {
            match self.seen[edge.to] {
                Seen::No => self.from(reading, edge.to),
                Seen::Behind => {}
                Seen::OnTheWay => {
                    let at = edge.written.unwrap_or(&self.sketches[n].at);
                    reading.fault(at, Flaw::Circle(self.circle(edge.to)));
                }
            }
        }
        self.trail.pop();
        self.seen[n] = Seen::Behind;
    }

    /// From a step on the trail to its end, and to that step again.
    fn circle(&self, to: usize) -> Vec<StepId> {
        let trail = self.trail.iter().copied();
        let round = trail.skip_while(|n| *n != to).chain([to]);
        round.filter_map(|n| self.sketches[n].id.clone()).collect()
    }
}
