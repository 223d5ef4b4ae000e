//! The points of a way, one after the other, for drawing it.

use super::super::graph::{Foothold, Spot, Xy};
use super::legs::{Stop, Ways, number};
use crate::geo::LonLat;

/// A point of a way, for drawing it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WayPoint {
    /// Where it is.
    pub at: LonLat,
    /// Storeys above the ground.
    pub ordinal: i16,
}

/// A way as it is being drawn.
pub(super) struct Drawn<'a> {
    ways: &'a Ways,
    pub(super) points: Vec<WayPoint>,
}

impl<'a> Drawn<'a> {
    pub(super) const fn new(ways: &'a Ways) -> Self {
        Self {
            ways,
            points: Vec::new(),
        }
    }

    /// Somewhere beside the paths, on the floor of a foothold.
    pub(super) fn off_path(&mut self, at: LonLat, foothold: Foothold) {
        let graph = self.ways.graph();
        let ordinal = graph.ordinal(match foothold {
            Foothold::Junction(node) => node,
            Foothold::Path(spot) => graph.edge(spot.edge).from,
        });
        self.push(WayPoint { at, ordinal });
    }

    /// The foothold itself.
    pub(super) fn foothold(&mut self, foothold: Foothold) {
        let graph = self.ways.graph();
        match foothold {
            Foothold::Junction(node) => self.node(node),
            Foothold::Path(spot) => {
                let ordinal = graph.ordinal(graph.edge(spot.edge).from);
                self.metres(graph.at(spot), ordinal);
            }
        }
    }

    /// The bends between a spot of a path and another one.
    pub(super) fn along(&mut self, from: Spot, to_m: f64) {
        let graph = self.ways.graph();
        let edge = graph.edge(from.edge);
        let ordinal = graph.ordinal(edge.from);
        for at in edge.between(from.along_m, to_m) {
            self.metres(at, ordinal);
        }
    }

    /// From a foothold to the stop at an end of its path.
    pub(super) fn reach_end(&mut self, foothold: Foothold, end: Stop) {
        if let Foothold::Path(spot) = foothold {
            self.along(spot, self.end_m(spot, end));
        }
        self.node(self.ways.junction(end));
    }

    /// From the stop at an end of a foothold's path to it.
    pub(super) fn leave_end(&mut self, end: Stop, foothold: Foothold) {
        if let Foothold::Path(spot) = foothold {
            let along_m = self.end_m(spot, end);
            let edge = spot.edge;
            self.along(Spot { edge, along_m }, spot.along_m);
        }
    }

    /// A whole leg, without the stop where it begins.
    pub(super) fn leg(&mut self, leg: u32) {
        let leg = self.ways.leg(leg);
        if let Some(edge) = leg.edge.map(|edge| edge as usize) {
            let graph = self.ways.graph();
            let is_forward = graph.edge(edge).from == self.ways.junction(leg.from);
            let length_m = graph.edge(edge).length_m();
            let (along_m, to_m) = if is_forward {
                (0.0, length_m)
            } else {
                (length_m, 0.0)
            };
            self.along(Spot { edge, along_m }, to_m);
        }
        self.node(self.ways.junction(leg.to));
    }

    /// Metres of an end of a spot's path; where both ends are one, of the nearer one.
    fn end_m(&self, spot: Spot, end: Stop) -> f64 {
        let edge = self.ways.graph().edge(spot.edge);
        let is_beginning = if edge.from == edge.to {
            spot.along_m * 2.0 < edge.length_m()
        } else {
            number(edge.from) == end
        };
        if is_beginning { 0.0 } else { edge.length_m() }
    }

    fn node(&mut self, node: usize) {
        let graph = self.ways.graph();
        self.metres(graph.node(node), graph.ordinal(node));
    }

    fn metres(&mut self, at: Xy, ordinal: i16) {
        // Nothing of an estate is where the formula does not reach.
        if let Ok(at) = self.ways.graph().degrees(at) {
            self.push(WayPoint { at, ordinal });
        }
    }

    /// The landings between two floors of one shaft lie on each other: its ends are enough.
    fn push(&mut self, point: WayPoint) {
        let count = self.points.len();
        let lie = |index: usize| self.points[index].at == point.at;
        if self.points.last() == Some(&point) {
            return;
        }
        if count >= 2 && lie(count - 1) && lie(count - 2) {
            self.points.pop();
        }
        self.points.push(point);
    }
}
