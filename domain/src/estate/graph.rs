//! The estate's paths in metres: where one can walk, on which floor, and how far it is along each
//! path. One graph for everybody who walks: guards who are sent, and those whom the simulator moves.

use super::building::Label;
use super::document::Estate;
pub use super::edge::Edge;
use super::paths::OnFloor;
use super::pieces::{Piece, Pieces};
pub use super::xy::Xy;
use crate::geo::{Anchor, CoordinateError, LonLat, Offset};
use crate::ids::BuildingId;
use std::collections::BTreeMap;

/// Paths shorter than this that join no floors are left out: nobody can be seen to walk them.
const EDGE_M_MIN: f64 = 0.05;

/// A spot on a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Index of the path.
    pub edge: usize,
    /// Metres from the path's beginning.
    pub along_m: f64,
}

/// Where somebody comes onto the paths.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Foothold {
    /// At a spot of a path that one can walk along.
    Path(Spot),
    /// At a junction from which no path goes along its floor: a landing between stairs.
    Junction(usize),
}

/// A junction or end of a path.
#[derive(Debug, Clone, Copy)]
struct Node {
    at: Xy,
    /// Index of its floor; none is outdoors, on the ground.
    floor: Option<usize>,
    ordinal: i16,
}

/// All paths of an estate.
#[derive(Debug, Clone)]
pub struct Graph {
    anchor: Anchor,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// The paths that meet at each junction.
    meeting: Vec<Vec<usize>>,
    /// The junctions outdoors of the largest part in which one can walk.
    reachable: Vec<usize>,
    /// The floors that junctions are on.
    floors: BTreeMap<BuildingId, BTreeMap<Label, usize>>,
    /// Where one comes onto the paths of each floor.
    footholds: Vec<Pieces<Foothold>>,
    /// Where one comes onto the paths outdoors.
    ground: Pieces<Foothold>,
}

impl Graph {
    /// Reads the paths out of an estate. What a checked estate does not have is left out.
    pub fn new(estate: &Estate) -> Self {
        let anchor = Anchor::new(estate.anchor);
        let metres = |at: LonLat| {
            let (x, y) = anchor.metres(at);
            Xy { x, y }
        };
        let mut floors = Floors::default();
        let mut nodes: Vec<Node> = Vec::with_capacity(estate.paths.nodes.len());
        let mut index = BTreeMap::new();
        for node in &estate.paths.nodes {
            let (floor, ordinal) = match &node.inside {
                None => (None, 0),
                Some(inside) => match floors.index(estate, inside) {
                    Some((floor, ordinal)) => (Some(floor), ordinal),
                    None => continue,
                },
            };
            index.insert(node.id, nodes.len());
            let at = metres(node.at);
            nodes.push(Node { at, floor, ordinal });
        }
        let mut edges: Vec<Edge> = Vec::with_capacity(estate.paths.edges.len());
        let mut meeting = vec![Vec::new(); nodes.len()];
        for path in &estate.paths.edges {
            let (Some(&from), Some(&to)) = (index.get(&path.from), index.get(&path.to)) else {
                continue;
            };
            let ends = [&nodes[from], &nodes[to]];
            let course = std::iter::once(ends[0].at)
                .chain(path.via.iter().map(|at| metres(*at)))
                .chain(std::iter::once(ends[1].at));
            let floors = ends[0].ordinal.abs_diff(ends[1].ordinal);
            let edge = Edge::new(from, to, course, path.kind.clone(), floors);
            if edge.length_m() < EDGE_M_MIN && ends[0].floor == ends[1].floor {
                continue;
            }
            meeting[from].push(edges.len());
            if to != from {
                meeting[to].push(edges.len());
            }
            edges.push(edge);
        }
        let mut graph = Self {
            anchor,
            nodes,
            edges,
            meeting,
            reachable: Vec::new(),
            footholds: Vec::new(),
            ground: Pieces::new(Vec::new()),
            floors: floors.index,
        };
        graph.reachable = graph.largest_part();
        graph.footholds = (0..floors.count)
            .map(|floor| graph.pieces(Some(floor)))
            .collect();
        graph.ground = graph.pieces(None);
        graph
    }

    /// How many paths there are.
    pub const fn len(&self) -> usize {
        self.edges.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// A path by its index.
    pub fn edge(&self, index: usize) -> &Edge {
        &self.edges[index]
    }

    /// All paths, in order.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// How many junctions there are.
    pub const fn junctions(&self) -> usize {
        self.nodes.len()
    }

    /// Where a junction is.
    pub fn node(&self, index: usize) -> Xy {
        self.nodes[index].at
    }

    /// Storeys of a junction above the ground.
    pub fn ordinal(&self, node: usize) -> i16 {
        self.nodes[node].ordinal
    }

    /// The paths that meet at a junction.
    pub fn meeting_at(&self, node: usize) -> &[usize] {
        &self.meeting[node]
    }

    /// Whether a path goes along outdoors and a guard can walk it.
    pub fn is_outdoors(&self, edge: usize) -> bool {
        self.is_along(edge, None)
    }

    /// The junctions outdoors of the largest part in which a guard can walk, in order. Empty if
    /// there is no path outdoors.
    pub fn reachable(&self) -> &[usize] {
        &self.reachable
    }

    /// Metres from the anchor of a position in degrees.
    pub fn metres(&self, at: LonLat) -> Xy {
        let (x, y) = self.anchor.metres(at);
        Xy { x, y }
    }

    /// Degrees of a point in metres, to the centimetre.
    pub fn degrees(&self, at: Xy) -> Result<LonLat, CoordinateError> {
        self.anchor.position(Offset {
            x_cm: centimetres(at.x),
            y_cm: centimetres(at.y),
        })
    }

    /// Where a spot is.
    pub fn at(&self, spot: Spot) -> Xy {
        self.edges[spot.edge].at(spot.along_m)
    }

    /// The spot on any path outdoors that is nearest to a point, and how far that is.
    pub fn nearest(&self, to: Xy) -> Option<(Spot, f64)> {
        let (foothold, away_m) = self.foothold(to, None, f64::INFINITY)?;
        let spot = match foothold {
            Foothold::Path(spot) => spot,
            Foothold::Junction(node) => {
                let edge = *self.meeting[node].first()?;
                let is_end = self.edges[edge].from != node;
                let along_m = if is_end {
                    self.edges[edge].length_m()
                } else {
                    0.0
                };
                Spot { edge, along_m }
            }
        };
        Some((spot, away_m))
    }

    /// The floor with this label, if any junction is on it.
    pub fn floor(&self, building: &BuildingId, label: &Label) -> Option<usize> {
        self.floors.get(building)?.get(label).copied()
    }

    /// Where somebody comes onto the paths of a floor, or outdoors, and how far that is. Nothing
    /// beyond `within_m`.
    pub fn foothold(&self, to: Xy, floor: Option<usize>, within_m: f64) -> Option<(Foothold, f64)> {
        let pieces = floor.map_or(&self.ground, |floor| &self.footholds[floor]);
        let near = pieces.nearest(to, within_m)?;
        let foothold = match near.of {
            Foothold::Path(Spot { edge, along_m }) => Foothold::Path(Spot {
                edge,
                along_m: along_m + near.along_m,
            }),
            Foothold::Junction(node) => Foothold::Junction(node),
        };
        Some((foothold, near.away_m))
    }

    /// Whether a guard can walk a path, and both its ends are on this floor.
    fn is_along(&self, edge: usize, floor: Option<usize>) -> bool {
        let edge = &self.edges[edge];
        let on = |node: usize| self.nodes[node].floor == floor;
        edge.is_walked() && on(edge.from) && on(edge.to)
    }

    /// The straight pieces of all that one walks along on a floor, and the junctions beside them.
    fn pieces(&self, floor: Option<usize>) -> Pieces<Foothold> {
        let mut pieces = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            let meeting = &self.meeting[index];
            let has_way = meeting.iter().any(|edge| self.is_along(*edge, floor));
            if node.floor == floor && !meeting.is_empty() && !has_way {
                let (from, to) = (node.at, node.at);
                let of = Foothold::Junction(index);
                pieces.push(Piece { from, to, of });
            }
        }
        for (edge, path) in self.edges.iter().enumerate() {
            if self.is_along(edge, floor) {
                pieces.extend(path.pieces().map(|(from, to, along_m)| {
                    let of = Foothold::Path(Spot { edge, along_m });
                    Piece { from, to, of }
                }));
            }
        }
        Pieces::new(pieces)
    }

    fn largest_part(&self) -> Vec<usize> {
        let ways = |node: usize| {
            let meeting = self.meeting[node].iter().copied();
            meeting.filter(|edge| self.is_outdoors(*edge))
        };
        let mut is_seen = vec![false; self.nodes.len()];
        let mut largest: Vec<usize> = Vec::new();
        for start in 0..self.nodes.len() {
            if is_seen[start] || ways(start).next().is_none() {
                continue;
            }
            let mut part = Vec::new();
            let mut open = vec![start];
            is_seen[start] = true;
            while let Some(node) = open.pop() {
                part.push(node);
                for edge in ways(node) {
                    let next = self.edges[edge].other_end(node);
                    if !is_seen[next] {
                        is_seen[next] = true;
                        open.push(next);
                    }
                }
            }
            // Of equals, the last one.
            if part.len() >= largest.len() {
                largest = part;
            }
        }
        largest.sort_unstable();
        largest
    }
}

/// The floors that junctions are on, numbered as they come.
#[derive(Debug, Default)]
struct Floors {
    index: BTreeMap<BuildingId, BTreeMap<Label, usize>>,
    count: usize,
}

impl Floors {
    /// A floor's number, and its storeys above the ground.
    fn index(&mut self, estate: &Estate, inside: &OnFloor) -> Option<(usize, i16)> {
        let floor = estate.building(&inside.building)?.floor(&inside.floor)?;
        let of_building = self.index.entry(inside.building.clone()).or_default();
        let known = of_building
            .entry(inside.floor.clone())
            .or_insert(self.count);
        self.count = self.count.max(*known + 1);
        Some((*known, floor.ordinal))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "saturates: the estate is at most 20 km wide, 2,000,000 cm"
)]
fn centimetres(metres: f64) -> i32 {
    (metres * 100.0).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A square of paths with a bend, a dead end and an island.
    fn estate() -> Estate {
        let node = |id: u32, lon: f64, lat: f64| json!({"id": id, "at": [lon, lat]});
        let edge = |from: u32, to: u32| json!({"from": from, "to": to, "width_m": 3.0});
        let name = json!({"zh": "样板园区", "en": "Fixture"});
        let document = json!({
            "site": "fixture", "name": name, "time_zone": "Asia/Shanghai",
            "datum": "WGS-84", "anchor": [120.0, 30.0],
            "home": {"centre": [120.0, 30.0], "zoom": 17.0, "bearing_deg": 0.0, "pitch_deg": 45.0},
            "paths": {
                "nodes": [
                    node(10, 119.999_480_8, 29.999_550_3), node(11, 120.000_519_2, 29.999_550_3),
                    node(12, 120.000_519_2, 30.000_449_7), node(13, 119.999_480_8, 30.000_449_7),
                    node(14, 120.000_934_6, 30.000_449_7), node(15, 120.003_115_4, 30.002_698),
                    node(16, 120.003_323_1, 30.002_698),
                ],
                "edges": [
                    {"from": 10, "to": 11, "via": [[120.0, 29.999_820_1]], "width_m": 4.0},
                    edge(11, 12), edge(12, 13), edge(13, 10), edge(12, 14), edge(14, 14), edge(15, 16),
                ],
            },
        });
        Estate::parse(document.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_path_is_as_long_as_its_bends_and_is_walked_around_them() {
        let graph = Graph::new(&estate());
        // Path 0 goes 100 m east, with a bend 30 m to the north in the middle.
        let edge = graph.edge(0);
        let expected_m = 2.0 * 50.0f64.hypot(30.0);
        assert!(
            (edge.length_m() - expected_m).abs() < 0.5,
            "{}",
            edge.length_m()
        );
        let middle = edge.at(edge.length_m() / 2.0);
        assert!(
            (middle.y - graph.node(0).y - 30.0).abs() < 0.5,
            "{middle:?}"
        );
        assert!(
            (edge.course_deg(1.0) - 59.0).abs() < 1.0,
            "{}",
            edge.course_deg(1.0)
        );
        assert!(edge.at(-5.0).distance(graph.node(0)) < 0.01);
        assert!(edge.at(1e6).distance(graph.node(1)) < 0.01);
    }

    #[test]
    fn the_nearest_spot_lies_on_a_path_and_degrees_come_back_to_the_centimetre() {
        let graph = Graph::new(&estate());
        let (spot, distance_m) = graph.nearest(Xy { x: -20.0, y: 3.0 }).unwrap();
        assert!(graph.at(spot).distance(Xy { x: -20.0, y: 3.0 }) - distance_m < 1e-6);
        let back = graph.metres(graph.degrees(Xy { x: 12.34, y: -5.67 }).unwrap());
        assert!(back.distance(Xy { x: 12.34, y: -5.67 }) < 0.02);
    }

    #[test]
    fn an_island_and_a_path_without_length_are_not_walked() {
        let graph = Graph::new(&estate());
        // Nodes 5 and 6 are an island; path 4 to 4 has no length.
        assert_eq!(graph.reachable(), [0, 1, 2, 3, 4]);
        assert_eq!(graph.len(), 6);
    }

    #[test]
    fn without_paths_nothing_is_near() {
        let mut estate = estate();
        estate.paths.edges.clear();
        let graph = Graph::new(&estate);
        assert!(graph.is_empty() && graph.reachable().is_empty());
        assert_eq!(graph.nearest(Xy { x: 0.0, y: 0.0 }), None);
    }
}
