//! A plan of paths in metres, from which an estate document is made.

use crate::common::document::with;
use crate::common::{id, text};
use castellan_domain::estate::{Estate, Place};
use castellan_domain::geo::{Anchor, LonLat};
use serde_json::{Value, json};

/// Floors of the only building, from the lowest up.
pub(crate) const FLOORS: [(&str, i16); 5] = [("B1", -1), ("1", 0), ("2", 1), ("3", 2), ("9", 8)];

/// Paths in metres east and north of the anchor.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The node with the id 1 comes first.
    pub(crate) nodes: Vec<Spot>,
    pub(crate) edges: Vec<(u32, u32, Value)>,
    bends: Vec<Vec<(f64, f64)>>,
}

/// A spot, on a floor of the only building or outdoors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) floor: Option<&'static str>,
}

pub(crate) const fn at(x: f64, y: f64, floor: Option<&'static str>) -> Spot {
    Spot { x, y, floor }
}

const ANCHOR: (f64, f64) = (120.112, 30.287);

fn anchor() -> Anchor {
    Anchor::new(LonLat::new(ANCHOR.0, ANCHOR.1).expect("the anchor"))
}

/// Whole metres east of the anchor.
#[expect(clippy::cast_possible_truncation, reason = "some hundred metres")]
pub(crate) fn east_m(at: LonLat) -> i64 {
    anchor().metres(at).0.round() as i64
}

impl Spot {
    pub(crate) fn at(self) -> LonLat {
        let (east_m, north_m) = anchor().metres(
            LonLat::new(ANCHOR.0 + 1.0, ANCHOR.1 + 1.0).expect("a degree beside the anchor"),
        );
        LonLat::new(ANCHOR.0 + self.x / east_m, ANCHOR.1 + self.y / north_m).expect("near it")
    }

    pub(crate) fn place(self) -> Place {
        Place {
            building: self.floor.map(|_| id("b")),
            floor: self.floor.map(text),
            spot: None,
            at: self.at(),
        }
    }
}

pub(crate) fn ordinal(floor: Option<&str>) -> i16 {
    let named = FLOORS.iter().find(|(label, _)| Some(*label) == floor);
    named.map_or(0, |(_, ordinal)| *ordinal)
}

impl Plan {
    pub(crate) fn node(&mut self, x: f64, y: f64, floor: Option<&'static str>) -> u32 {
        self.nodes.push(at(x, y, floor));
        u32::try_from(self.nodes.len()).expect("few nodes")
    }

    pub(crate) fn spot(&self, node: u32) -> Spot {
        self.nodes[node as usize - 1]
    }

    /// A straight edge. A lift that would stay on its floor is none.
    pub(crate) fn edge(&mut self, from: u32, to: u32, kind: Value) {
        let stays = ordinal(self.spot(from).floor) == ordinal(self.spot(to).floor);
        if kind.get("lift").is_none() || !stays {
            self.edges.push((from, to, kind));
            self.bends.push(Vec::new());
        }
    }

    /// A path with bends.
    pub(crate) fn bent(&mut self, from: u32, to: u32, bends: &[(f64, f64)]) {
        self.edge(from, to, json!("walk"));
        *self.bends.last_mut().expect("an edge") = bends.to_vec();
    }

    pub(crate) fn estate(&self) -> Estate {
        let nodes = self.nodes.iter().zip(1..).map(|(spot, id): (&Spot, u32)| {
            let mut node = json!({"id": id, "at": spot.at()});
            if let Some(floor) = spot.floor {
                node["inside"] = json!({"building": "b", "floor": floor});
            }
            node
        });
        let edges = self.edges.iter().zip(&self.bends);
        let edges = edges.map(|((from, to, kind), bends)| {
            let via = bends.iter().map(|(x, y)| at(*x, *y, None).at());
            let via: Vec<LonLat> = via.collect();
            json!({"from": from, "to": to, "via": via, "width_m": 2.0, "kind": kind})
        });
        let floors = FLOORS.map(|(label, ordinal)| json!({"label": label, "ordinal": ordinal}));
        let ring = [[0.0, 0.0], [30.0, 0.0], [0.0, 30.0]].map(|[x, y]| at(x, y, None).at());
        let building = json!({"id": "b", "name": {"zh": "塔", "en": "Tower"}, "outline": ring,
            "height_m": 30.0, "floors": floors});
        let lift = |id: &str| {
            json!({"id": id, "kind": "lift", "name": {"zh": "梯", "en": "Lift"},
                "place": {"at": [ANCHOR.0, ANCHOR.1]}})
        };
        with(&[
            ("/buildings", json!([building])),
            ("/devices", json!([lift("lift-1"), lift("lift-2")])),
            (
                "/paths",
                json!({"nodes": nodes.collect::<Vec<_>>(), "edges": edges.collect::<Vec<_>>()}),
            ),
        ])
        .expect("a plan that holds")
    }
}
