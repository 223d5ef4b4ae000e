//! What everybody walks on: paths and ways, what is indoors, and where phones lose the network.

use crate::trip::{Spot, Trip};
use castellan_domain::estate::graph::{Graph, Xy};
use castellan_domain::estate::{Estate, Lifts, Place, Ways};
use castellan_domain::geo::{Anchor, LonLat};
use castellan_domain::ids::BuildingId;
use castellan_domain::text::Text;
use fastrand::Rng;

/// What all guards share.
#[derive(Debug)]
pub struct Ground {
    /// Where one can walk.
    pub graph: Graph,
    /// Which way one takes.
    pub ways: Ways,
    /// Where phones lose the network.
    pub dead_spots: Vec<Xy>,
    /// How many times faster than life everybody walks.
    pub pace: f64,
    anchor: Anchor,
    houses: Vec<House>,
}

/// A building as far as it keeps the sky away.
#[derive(Debug)]
struct House {
    id: BuildingId,
    outline: Vec<LonLat>,
    /// Each floor's label and storey.
    floors: Vec<(Text<12>, i16)>,
}

impl Ground {
    /// The ground of an estate.
    pub fn new(estate: &Estate, pace: f64, rng: &mut Rng) -> Self {
        let ways = Ways::new(estate);
        let graph = ways.graph().clone();
        let houses = estate.buildings.iter().map(|building| House {
            id: building.id.clone(),
            outline: building.outline.clone(),
            floors: building
                .floors
                .iter()
                .map(|floor| (floor.label.clone(), floor.ordinal))
                .collect(),
        });
        Self {
            anchor: Anchor::new(estate.anchor),
            houses: houses.collect(),
            dead_spots: dead_spots(&graph, rng),
            graph,
            ways,
            pace,
        }
    }

    /// Whether a spot has no sky above it.
    pub fn is_inside(&self, spot: Spot) -> bool {
        spot.ordinal != 0 || self.house(spot.at).is_some()
    }

    /// The way from a spot to a place, if there is one.
    pub fn trip(&self, here: Spot, to: &Place, lifts: Lifts<'_>) -> Option<Trip> {
        let at = self.graph.degrees(here.at).ok()?;
        let house = self.house(here.at);
        let floor = house.and_then(|house| {
            let mut floors = house.floors.iter();
            let (label, _) = floors.find(|(_, ordinal)| *ordinal == here.ordinal)?;
            Some((&house.id, label))
        });
        let all = self.ways.to(to, lifts);
        let way = all.from(at, floor).or_else(|| all.from(at, None))?;
        Trip::new(&self.graph, &all.course(&way), way.seconds)
    }

    fn house(&self, at: Xy) -> Option<&House> {
        let at = self.graph.degrees(at).ok()?;
        let mut houses = self.houses.iter();
        houses.find(|house| self.anchor.encloses(&house.outline, at))
    }
}

/// One path in ten has a place without network, at least one and at most eight.
fn dead_spots(graph: &Graph, rng: &mut Rng) -> Vec<Xy> {
    let nodes = graph.reachable();
    if nodes.is_empty() {
        return Vec::new();
    }
    (0..(graph.len() / 10).clamp(1, 8))
        .filter_map(|_| {
            let ways = graph.meeting_at(nodes[rng.usize(..nodes.len())]).iter();
            let ways: Vec<usize> = ways
                .copied()
                .filter(|way| graph.is_outdoors(*way))
                .collect();
            let edge = graph.edge(*ways.get(rng.usize(..ways.len().max(1)))?);
            Some(edge.at(edge.length_m() / 2.0))
        })
        .collect()
}
