//! The estate's paths in metres: where one can walk, and how far it is along each path.

use super::Estate;
use crate::geo::{Anchor, CoordinateError, LonLat, Offset};
use std::collections::BTreeMap;

/// Paths shorter than this are left out: nobody can be seen to walk them.
const EDGE_M_MIN: f64 = 0.05;

/// Metres east and north of the site's anchor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Xy {
    /// East.
    pub x: f64,
    /// North.
    pub y: f64,
}

impl Xy {
    /// Metres to another point.
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// Why there is nothing to walk on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GraphError {
    /// No path at all, or only paths without length.
    #[error("the estate has no paths: its guards have nowhere to walk")]
    NoPaths,
}

/// A path between two junctions with its bends.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Index of the junction where it begins.
    pub from: usize,
    /// Index of the junction where it ends.
    pub to: usize,
    bends: Vec<Bend>,
}

#[derive(Debug, Clone, Copy)]
struct Bend {
    at: Xy,
    /// Metres from the beginning of the path.
    along_m: f64,
}

/// A spot on a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Index of the path.
    pub edge: usize,
    /// Metres from the path's beginning.
    pub along_m: f64,
}

/// All paths of an estate.
#[derive(Debug, Clone)]
pub struct Graph {
    anchor: Anchor,
    nodes: Vec<Xy>,
    edges: Vec<Edge>,
    /// The paths that meet at each junction.
    meeting: Vec<Vec<usize>>,
    /// The junctions of the largest connected part.
    reachable: Vec<usize>,
}

impl Graph {
    /// Reads the paths out of an estate.
    pub fn new(estate: &Estate) -> Result<Self, GraphError> {
        let anchor = Anchor::new(estate.anchor);
        let metres = |at: LonLat| {
            let (x, y) = anchor.metres(at);
            Xy { x, y }
        };
        let nodes: Vec<Xy> = estate.paths.nodes.iter().map(|n| metres(n.at)).collect();
        let index: BTreeMap<u32, usize> = estate
            .paths
            .nodes
            .iter()
            .enumerate()
            .map(|(i, n)| (n.id, i))
            .collect();
        let mut edges = Vec::with_capacity(estate.paths.edges.len());
        let mut meeting = vec![Vec::new(); nodes.len()];
        for path in &estate.paths.edges {
            let (Some(&from), Some(&to)) = (index.get(&path.from), index.get(&path.to)) else {
                continue;
            };
            let course = std::iter::once(nodes[from])
                .chain(path.via.iter().map(|at| metres(*at)))
                .chain(std::iter::once(nodes[to]));
            let edge = Edge::new(from, to, course);
            if edge.length_m() < EDGE_M_MIN {
                continue;
            }
            meeting[from].push(edges.len());
            if to != from {
                meeting[to].push(edges.len());
            }
            edges.push(edge);
        }
        if edges.is_empty() {
            return Err(GraphError::NoPaths);
        }
        let reachable = largest_part(&meeting, &edges);
        Ok(Self {
            anchor,
            nodes,
            edges,
            meeting,
            reachable,
        })
    }

    /// How many paths there are.
    pub const fn len(&self) -> usize {
        self.edges.len()
    }

    /// Whether there are none (never: [`Graph::new`] refuses that).
    pub const fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// A path by its index.
    pub fn edge(&self, index: usize) -> &Edge {
        &self.edges[index]
    }

    /// Where a junction is.
    pub fn node(&self, index: usize) -> Xy {
        self.nodes[index]
    }

    /// The paths that meet at a junction.
    pub fn meeting_at(&self, node: usize) -> &[usize] {
        &self.meeting[node]
    }

    /// The junctions of the largest connected part, in order.
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

    /// The spot on any path that is nearest to a point, and how far that is.
    pub fn nearest(&self, to: Xy) -> (Spot, f64) {
        let mut best = (
            Spot {
                edge: 0,
                along_m: 0.0,
            },
            f64::INFINITY,
        );
        for (edge, path) in self.edges.iter().enumerate() {
            let (along_m, distance_m) = path.nearest(to);
            if distance_m < best.1 {
                best = (Spot { edge, along_m }, distance_m);
            }
        }
        best
    }
}

impl Edge {
    fn new(from: usize, to: usize, course: impl Iterator<Item = Xy>) -> Self {
        let mut bends: Vec<Bend> = Vec::new();
        for at in course {
            let along_m = bends
                .last()
                .map_or(0.0, |last| last.along_m + last.at.distance(at));
            bends.push(Bend { at, along_m });
        }
        Self { from, to, bends }
    }

    /// Metres from one end to the other, bends included.
    pub fn length_m(&self) -> f64 {
        self.bends.last().map_or(0.0, |last| last.along_m)
    }

    /// The other end, seen from `node`.
    pub const fn other_end(&self, node: usize) -> usize {
        if node == self.from {
            self.to
        } else {
            self.from
        }
    }

    /// The point `along_m` metres from the beginning; the ends hold beyond them.
    pub fn at(&self, along_m: f64) -> Xy {
        let (a, b) = self.piece(along_m);
        let length_m = b.along_m - a.along_m;
        if length_m <= 0.0 {
            return a.at;
        }
        let part = ((along_m - a.along_m) / length_m).clamp(0.0, 1.0);
        Xy {
            x: a.at.x + (b.at.x - a.at.x) * part,
            y: a.at.y + (b.at.y - a.at.y) * part,
        }
    }

    /// The course of one who walks forward there, in degrees clockwise from north.
    pub fn course_deg(&self, along_m: f64) -> f64 {
        let (a, b) = self.piece(along_m);
        (b.at.x - a.at.x)
            .atan2(b.at.y - a.at.y)
            .to_degrees()
            .rem_euclid(360.0)
    }

    fn piece(&self, along_m: f64) -> (Bend, Bend) {
        let end = self.bends.partition_point(|bend| bend.along_m <= along_m);
        let end = end.clamp(1, self.bends.len() - 1);
        (self.bends[end - 1], self.bends[end])
    }

    fn nearest(&self, to: Xy) -> (f64, f64) {
        let mut best = (0.0, f64::INFINITY);
        for pair in self.bends.windows(2) {
            let (a, b) = (pair[0].at, pair[1].at);
            let (dx, dy) = (b.x - a.x, b.y - a.y);
            let squared = dx * dx + dy * dy;
            let part = if squared > 0.0 {
                (((to.x - a.x) * dx + (to.y - a.y) * dy) / squared).clamp(0.0, 1.0)
            } else {
                0.0
            };
            let on = Xy {
                x: a.x + dx * part,
                y: a.y + dy * part,
            };
            let distance_m = on.distance(to);
            if distance_m < best.1 {
                best = (pair[0].along_m + part * squared.sqrt(), distance_m);
            }
        }
        best
    }
}

fn largest_part(meeting: &[Vec<usize>], edges: &[Edge]) -> Vec<usize> {
    let mut part_of: Vec<Option<usize>> = vec![None; meeting.len()];
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for start in 0..meeting.len() {
        if part_of[start].is_some() || meeting[start].is_empty() {
            continue;
        }
        let mut part = Vec::new();
        let mut open = vec![start];
        part_of[start] = Some(parts.len());
        while let Some(node) = open.pop() {
            part.push(node);
            for &edge in &meeting[node] {
                let next = edges[edge].other_end(node);
                if part_of[next].is_none() {
                    part_of[next] = Some(parts.len());
                    open.push(next);
                }
            }
        }
        part.sort_unstable();
        parts.push(part);
    }
    parts.into_iter().max_by_key(Vec::len).unwrap_or_default()
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
        let graph = Graph::new(&estate()).unwrap();
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
        let graph = Graph::new(&estate()).unwrap();
        let (spot, distance_m) = graph.nearest(Xy { x: -20.0, y: 3.0 });
        assert!(graph.at(spot).distance(Xy { x: -20.0, y: 3.0 }) - distance_m < 1e-6);
        let back = graph.metres(graph.degrees(Xy { x: 12.34, y: -5.67 }).unwrap());
        assert!(back.distance(Xy { x: 12.34, y: -5.67 }) < 0.02);
    }

    #[test]
    fn an_island_and_a_path_without_length_are_not_walked() {
        let graph = Graph::new(&estate()).unwrap();
        // Nodes 5 and 6 are an island; path 4 to 4 has no length.
        assert_eq!(graph.reachable(), [0, 1, 2, 3, 4]);
        assert_eq!(graph.len(), 6);
    }

    #[test]
    fn an_estate_without_paths_is_refused_with_a_sentence() {
        let mut estate = estate();
        estate.paths.edges.clear();
        let error = Graph::new(&estate).unwrap_err();
        assert!(error.to_string().contains("no paths"));
    }
}
