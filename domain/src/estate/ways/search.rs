//! The search from a place backwards, and what it answers for each guard.

use super::super::building::Label;
use super::super::graph::Foothold;
use super::super::place::Place;
use super::course::{Drawn, WayPoint};
use super::legs::{Lifts, Stop, Ways, number, walked_ms, walking_ms};
use crate::geo::LonLat;
use crate::ids::{BuildingId, DeviceId};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Metres that somebody walks straight to the nearest path at most. Further away no way is known:
/// across a lake, or from outside the estate.
pub const OFF_PATH_M_MAX: f64 = 50.0;

/// No way leads from there.
const NEVER: u32 = u32::MAX;

/// All ways to one place.
#[derive(Debug, Clone)]
pub struct WaysTo<'a> {
    ways: &'a Ways,
    goal: Option<Goal>,
    /// Milliseconds from each stop.
    ms: Vec<u32>,
    /// The leg that one takes from each stop. Nothing: from there straight to the goal.
    next: Vec<Option<u32>>,
}

#[derive(Debug, Clone, Copy)]
struct Goal {
    at: LonLat,
    foothold: Foothold,
    off_ms: u32,
    /// The place is on a floor that no path leads to.
    is_below: bool,
}

/// A way to the place.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// How long it takes.
    pub seconds: u32,
    /// It goes over stairs from floor to floor.
    pub stairs: bool,
    /// It takes a lift.
    pub by_lift: bool,
    /// The first lift of it that the estate has as a device.
    pub lift: Option<DeviceId>,
    /// No path is on the floor where it begins, or on that where it ends: what stands there of
    /// stairs is not counted.
    pub without_floor: bool,
    begins: Begins,
}

/// How a way begins.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Begins {
    at: LonLat,
    foothold: Foothold,
    /// The stop that one goes to first; nothing where goal and beginning are on one path.
    first: Option<Stop>,
}

impl Ways {
    /// All ways to a place, on its floor if it has one that paths lead to.
    pub fn to(&self, place: &Place, lifts: Lifts<'_>) -> WaysTo<'_> {
        let wanted = place.building.as_ref().zip(place.floor.as_ref());
        let goal = self
            .foothold(place.at, wanted)
            .map(|(foothold, off_ms, is_below)| Goal {
                at: place.at,
                foothold,
                off_ms,
                is_below,
            });
        let mut found = WaysTo {
            ways: self,
            goal,
            ms: vec![NEVER; self.stops()],
            next: vec![None; self.stops()],
        };
        found.search(lifts);
        found
    }

    /// Where somebody comes onto the paths, how many milliseconds that takes, and whether the floor
    /// had to be left out.
    fn foothold(
        &self,
        at: LonLat,
        floor: Option<(&BuildingId, &Label)>,
    ) -> Option<(Foothold, u32, bool)> {
        let graph = self.graph();
        let on = floor.and_then(|(building, label)| graph.floor(building, label));
        let found = graph.foothold(graph.metres(at), on, OFF_PATH_M_MAX);
        let (foothold, off_m) = found?;
        Some((foothold, walking_ms(off_m), floor.is_some() && on.is_none()))
    }

    /// The stops that one can go to from a foothold, each with its milliseconds.
    fn ends(&self, foothold: Foothold) -> [Option<(Stop, u32)>; 2] {
        match foothold {
            Foothold::Junction(node) => [Some((number(node), 0)), None],
            Foothold::Path(spot) => {
                let edge = self.graph().edge(spot.edge);
                let back = self.share_ms(spot.edge, spot.along_m);
                let on = self.share_ms(spot.edge, edge.length_m() - spot.along_m);
                [Some((number(edge.from), back)), Some((number(edge.to), on))]
            }
        }
    }

    /// Milliseconds for so many metres of a path.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of what fits"
    )]
    fn share_ms(&self, edge: usize, metres: f64) -> u32 {
        let edge = self.graph().edge(edge);
        let share = (metres / edge.length_m()).clamp(0.0, 1.0);
        (f64::from(walked_ms(edge)) * share).ceil() as u32
    }
}

impl WaysTo<'_> {
    fn search(&mut self, lifts: Lifts<'_>) {
        let Some(goal) = self.goal else {
            return;
        };
        let mut open = BinaryHeap::new();
        for (end, ms) in self.ways.ends(goal.foothold).into_iter().flatten() {
            let ms = ms.saturating_add(goal.off_ms);
            if ms < self.ms[end as usize] {
                self.ms[end as usize] = ms;
                open.push(Reverse((ms, end)));
            }
        }
        while let Some(Reverse((ms, to))) = open.pop() {
            if ms > self.ms[to as usize] {
                continue;
            }
            for (number, leg) in self.ways.arriving_at(to) {
                if leg.lift.is_some_and(|lift| !self.ways.may(lift, lifts)) {
                    continue;
                }
                let ms = ms.saturating_add(leg.ms);
                let from = leg.from as usize;
                if ms < self.ms[from] {
                    self.ms[from] = ms;
                    self.next[from] = Some(number);
                    open.push(Reverse((ms, leg.from)));
                }
            }
        }
    }

    /// The way from where somebody is; on the ground where nobody knows the floor. Nothing where no
    /// path leads: never a straight line.
    pub fn from(&self, at: LonLat, floor: Option<(&BuildingId, &Label)>) -> Option<Way> {
        let goal = self.goal?;
        let (foothold, off_ms, is_below) = self.ways.foothold(at, floor)?;
        let by_stop = self.ways.ends(foothold).into_iter().flatten();
        let by_stop =
            by_stop.map(|(stop, ms)| (ms.saturating_add(self.ms[stop as usize]), Some(stop)));
        let along = self.along(foothold, goal).map(|ms| (ms, None));
        let (ms, first) = by_stop.chain(along).min_by_key(|(ms, _)| *ms)?;
        if ms == NEVER {
            return None;
        }
        let mut way = Way {
            seconds: ms.saturating_add(off_ms).div_ceil(1_000),
            stairs: false,
            by_lift: false,
            lift: None,
            without_floor: is_below || goal.is_below,
            begins: Begins {
                at,
                foothold,
                first,
            },
        };
        for leg in self.legs(first) {
            let leg = self.ways.leg(leg);
            way.stairs |= self.ways.is_climbed(leg);
            way.by_lift |= leg.lift.is_some();
            let device = leg.lift.and_then(|lift| self.ways.device(lift));
            way.lift = way.lift.or_else(|| device.cloned());
        }
        Some(way)
    }

    /// Milliseconds to the goal along the path on which both are.
    fn along(&self, foothold: Foothold, goal: Goal) -> Option<u32> {
        let (Foothold::Path(from), Foothold::Path(to)) = (foothold, goal.foothold) else {
            return None;
        };
        let metres = (from.along_m - to.along_m).abs();
        let walked = || self.ways.share_ms(from.edge, metres);
        (from.edge == to.edge).then(|| walked().saturating_add(goal.off_ms))
    }

    fn legs(&self, first: Option<Stop>) -> impl Iterator<Item = u32> {
        let leg = |stop: Stop| self.next[stop as usize];
        let on = move |at: &u32| leg(self.ways.leg(*at).to);
        std::iter::successors(first.and_then(leg), on)
    }

    /// The points of one of its ways, from where it begins to the place.
    pub fn course(&self, way: &Way) -> Vec<WayPoint> {
        let (
            Some(goal),
            Begins {
                at,
                foothold,
                first,
            },
        ) = (self.goal, way.begins)
        else {
            return Vec::new();
        };
        let mut drawn = Drawn::new(self.ways);
        drawn.off_path(at, foothold);
        drawn.foothold(foothold);
        match (first, foothold, goal.foothold) {
            (None, Foothold::Path(from), Foothold::Path(to)) => drawn.along(from, to.along_m),
            (Some(first), _, _) => {
                drawn.reach_end(foothold, first);
                let mut last = first;
                for leg in self.legs(Some(first)) {
                    drawn.leg(leg);
                    last = self.ways.leg(leg).to;
                }
                drawn.leave_end(last, goal.foothold);
            }
            (None, _, _) => {}
        }
        drawn.foothold(goal.foothold);
        drawn.off_path(goal.at, goal.foothold);
        drawn.points
    }
}
