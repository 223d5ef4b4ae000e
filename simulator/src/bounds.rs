//! 责任区 and 禁入区: which paths a guard keeps to, and where one would stray.
//!
//! A guard who keeps to their paths never seems to cross a border, however wrong the phone is: a
//! breach on the screen is then one that somebody walked.

use crate::noise::NOISE_M_MAX;
use castellan_domain::estate::graph::{Graph, Xy};
use castellan_domain::estate::{Area, AreaKind, Estate};
use castellan_domain::ids::PersonId;

/// Metres beyond a border from which on the server counts a fix at all.
const COUNTS_FROM_M: f64 = 5.0;
/// A metre more than it takes.
const SPARE_M: f64 = 1.0;
/// Metres outside of all their areas at which nobody can doubt that a guard has left.
const ASTRAY_M: f64 = 15.0;
/// Metres between the points of a path that are looked at.
const STEP_M: f64 = 2.0;

/// What of the paths a guard may walk.
#[derive(Debug, Clone)]
pub struct Bounds {
    may: Vec<bool>,
    astray: Vec<bool>,
}

struct Shape {
    ring: Vec<Xy>,
    /// Metres inside it from which on somebody has entered.
    reach_m: f64,
}

impl Bounds {
    /// All paths outdoors.
    pub fn open(graph: &Graph) -> Self {
        Self {
            may: (0..graph.len())
                .map(|edge| graph.is_outdoors(edge))
                .collect(),
            astray: vec![false; graph.len() * 2],
        }
    }

    /// What the estate's areas leave of them to somebody: the largest connected part. All paths,
    /// if nothing is left.
    pub fn of(estate: &Estate, graph: &Graph, person: &PersonId) -> Self {
        let is_theirs = |area: &&Area| area.people.contains(person);
        let of = |kind: AreaKind, theirs: bool| -> Vec<Shape> {
            let areas = estate.areas.iter().filter(|area| area.kind == kind);
            let areas = areas.filter(|area| is_theirs(area) == theirs);
            areas.map(|area| Shape::new(area, graph)).collect()
        };
        let own = of(AreaKind::Responsibility, true);
        let forbidden = of(AreaKind::Forbidden, false);
        if own.is_empty() && forbidden.is_empty() {
            return Self::open(graph);
        }
        let depth_m = |at: Xy| {
            let depths = own.iter().map(|shape| shape.depth_m(at));
            depths.fold(f64::NEG_INFINITY, f64::max)
        };
        let safe = |at: Xy| {
            let is_home = own.is_empty() || depth_m(at) >= NOISE_M_MAX - COUNTS_FROM_M + SPARE_M;
            let mut borders = forbidden.iter();
            is_home && borders.all(|s| -s.depth_m(at) >= NOISE_M_MAX - s.reach_m + SPARE_M)
        };
        let may: Vec<bool> = (0..graph.len())
            .map(|edge| graph.is_outdoors(edge) && points(graph, edge).all(safe))
            .collect();
        let Some(may) = largest(graph, &may) else {
            return Self::open(graph);
        };
        let wrong = |at: Xy| {
            let has_left = !own.is_empty() && depth_m(at) <= -ASTRAY_M;
            has_left || forbidden.iter().any(|s| s.depth_m(at) >= s.reach_m)
        };
        // From one of its ends a path leads astray if that end is home and the other one is not.
        let home = |node: usize| graph.meeting_at(node).iter().any(|edge| may[*edge]);
        let astray = (0..graph.len())
            .flat_map(|index| {
                let edge = graph.edge(index);
                let leads = !may[index] && graph.is_outdoors(index);
                [(edge.from, edge.to), (edge.to, edge.from)]
                    .map(|(here, there)| leads && home(here) && wrong(graph.node(there)))
            })
            .collect();
        Self { may, astray }
    }

    /// Whether a path is theirs to walk.
    pub fn may(&self, edge: usize) -> bool {
        self.may[edge]
    }

    /// The paths that are theirs to walk from a junction.
    pub fn open_at(&self, graph: &Graph, node: usize) -> impl Iterator<Item = usize> {
        let ways = graph.meeting_at(node).iter().copied();
        ways.filter(|edge| self.may[*edge])
    }

    /// Whether a path leads astray from the junction at its beginning, or else from that at its end.
    pub fn leads_astray(&self, edge: usize, from_its_beginning: bool) -> bool {
        self.astray[2 * edge + usize::from(!from_its_beginning)]
    }

    /// Whether there is anywhere to stray to.
    pub fn can_stray(&self) -> bool {
        self.astray.contains(&true)
    }

    /// The junction nearest to `wish` from which a path may be walked.
    pub fn start(&self, graph: &Graph, wish: usize) -> usize {
        let here = graph.node(wish);
        let open = |node: &usize| self.open_at(graph, *node).next().is_some();
        let nodes = graph.reachable().iter().copied().filter(open);
        let away_m = |node: &usize| graph.node(*node).distance(here);
        nodes
            .min_by(|a, b| away_m(a).total_cmp(&away_m(b)))
            .unwrap_or(wish)
    }
}

/// The largest connected part of the paths that may be walked.
fn largest(graph: &Graph, may: &[bool]) -> Option<Vec<bool>> {
    let mut part = vec![None; may.len()];
    let mut sizes = Vec::new();
    for first in 0..may.len() {
        if !may[first] || part[first].is_some() {
            continue;
        }
        let number = sizes.len();
        sizes.push(0_usize);
        let mut waiting = vec![first];
        while let Some(edge) = waiting.pop() {
            if part[edge].is_some() {
                continue;
            }
            part[edge] = Some(number);
            sizes[number] += 1;
            let (from, to) = (graph.edge(edge).from, graph.edge(edge).to);
            for node in [from, to] {
                let ways = graph.meeting_at(node).iter().copied();
                waiting.extend(ways.filter(|way| may[*way] && part[*way].is_none()));
            }
        }
    }
    let (most, _) = sizes.iter().enumerate().max_by_key(|(_, size)| **size)?;
    Some(part.into_iter().map(|part| part == Some(most)).collect())
}

fn points(graph: &Graph, edge: usize) -> impl Iterator<Item = Xy> + '_ {
    let length_m = graph.edge(edge).length_m();
    let along = std::iter::successors(Some(0.0), |along_m| Some(along_m + STEP_M));
    let along = along.take_while(move |along_m| *along_m < length_m);
    along
        .chain([length_m])
        .map(move |along_m| graph.edge(edge).at(along_m))
}

impl Shape {
    fn new(area: &Area, graph: &Graph) -> Self {
        let ring: Vec<Xy> = area.outline.iter().map(|at| graph.metres(*at)).collect();
        let side = |of: fn(&Xy) -> f64| {
            let values = ring.iter().map(of);
            let (least, most) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| {
                (a.min(v), b.max(v))
            });
            most - least
        };
        let quarter_m = side(|at| at.x).min(side(|at| at.y)) / 4.0;
        Self {
            reach_m: COUNTS_FROM_M.min(quarter_m),
            ring,
        }
    }

    /// Metres to the border: positive inside.
    fn depth_m(&self, at: Xy) -> f64 {
        let mut inside = false;
        let mut nearest_m = f64::INFINITY;
        for (index, a) in self.ring.iter().enumerate() {
            let b = self.ring[(index + 1) % self.ring.len()];
            if (a.y > at.y) != (b.y > at.y) && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x
            {
                inside = !inside;
            }
            let (along, across) = ((b.x - a.x, b.y - a.y), (at.x - a.x, at.y - a.y));
            let square = along.0 * along.0 + along.1 * along.1;
            let part = if square > 0.0 {
                ((across.0 * along.0 + across.1 * along.1) / square).clamp(0.0, 1.0)
            } else {
                0.0
            };
            let foot = Xy {
                x: a.x + along.0 * part,
                y: a.y + along.1 * part,
            };
            nearest_m = nearest_m.min(foot.distance(at));
        }
        if inside { nearest_m } else { -nearest_m }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crew::Crew;
    use crate::devices::Rates;
    use crate::fixture;
    use crate::world::{Outgoing, Settings, World};
    use serde_json::json;

    fn with_areas(areas: &serde_json::Value) -> Estate {
        let mut document = serde_json::to_value(fixture::estate()).unwrap();
        document["areas"] = areas.clone();
        Estate::parse(document.to_string().as_bytes()).unwrap()
    }

    fn wang() -> PersonId {
        PersonId::new("wang").unwrap()
    }

    #[test]
    fn without_areas_all_paths_are_everybodys() {
        let estate = fixture::estate();
        let graph = Graph::new(&estate);
        let bounds = Bounds::of(&estate, &graph, &wang());
        assert!((0..graph.len()).all(|edge| bounds.may(edge)));
        assert!(!bounds.can_stray());
    }

    #[test]
    fn a_guard_keeps_clear_of_borders_and_knows_the_ways_across_them() {
        // The west half of the fixture's square, border at 120.0 E; a path crosses it twice.
        let west = json!([{"id": "west", "kind": "responsibility", "people": ["wang"],
            "name": {"zh": "西", "en": "West"},
            "outline": [[119.999, 29.999], [120.0, 29.999], [120.0, 30.001], [119.999, 30.001]]}]);
        let estate = with_areas(&west);
        let graph = Graph::new(&estate);
        let bounds = Bounds::of(&estate, &graph, &wang());
        let own: Vec<bool> = (0..graph.len()).map(|edge| bounds.may(edge)).collect();
        assert_eq!(own.iter().filter(|may| **may).count(), 1, "{own:?}");
        assert!(own[3], "the western side of the square");
        assert!(bounds.can_stray());
        // From 10 to 11, not the other way round.
        assert!(bounds.leads_astray(0, true) && !bounds.leads_astray(0, false));
        let start = bounds.start(&graph, 2);
        assert!(graph.node(start).x < 0.0);
        let other = PersonId::new("li").unwrap();
        let everywhere = Bounds::of(&estate, &graph, &other);
        assert!((0..graph.len()).all(|edge| everywhere.may(edge)));
    }

    #[test]
    fn nobody_walks_near_what_is_forbidden_but_those_it_is_for() {
        let yard = json!([{"id": "yard", "kind": "forbidden", "people": ["li"],
            "name": {"zh": "禁", "en": "Yard"},
            "outline": [[120.0003, 30.0003], [120.0008, 30.0003], [120.0008, 30.0007], [120.0003, 30.0007]]}]);
        let estate = with_areas(&yard);
        let graph = Graph::new(&estate);
        let bounds = Bounds::of(&estate, &graph, &wang());
        // Junction 12 lies in it.
        for edge in graph.meeting_at(2) {
            assert!(!bounds.may(*edge), "path {edge}");
        }
        assert!(bounds.can_stray());
        let li = Bounds::of(&estate, &graph, &PersonId::new("li").unwrap());
        assert!((0..graph.len()).all(|edge| li.may(edge)));
    }

    #[test]
    fn nobody_of_the_demo_estate_seems_to_cross_a_border_by_chance() {
        const START_MS: i64 = 1_795_316_400_000;
        let demo = include_bytes!("../../assets/demo/estate.json");
        let estate = Estate::parse(demo).unwrap();
        let settings = Settings {
            seed: 1,
            crew: Crew::First(24),
            pace: 1.0,
            rates: Rates {
                alarms_every_ms: None,
                doors_every_ms: None,
            },
        };
        let mut world = World::new(&estate, &settings, START_MS).unwrap();
        let graph = Graph::new(&estate);
        let shapes: Vec<_> = (estate.areas.iter())
            .map(|area| (area, Shape::new(area, &graph)))
            .collect();
        let mut fixes = 0;
        for second in 1..=3_600 {
            for out in world.step(START_MS + second * 1_000) {
                let Outgoing::Fix { guard, body } = out else {
                    continue;
                };
                fixes += 1;
                let (lat, lon) = body.lat_lon();
                let at = graph.metres(castellan_domain::geo::LonLat::new(lon, lat).unwrap());
                let person = &world.people()[guard];
                for (area, shape) in &shapes {
                    let (theirs, depth_m) = (area.people.contains(person), shape.depth_m(at));
                    let is_breach = match area.kind {
                        AreaKind::Responsibility => theirs && depth_m <= -COUNTS_FROM_M,
                        AreaKind::Forbidden => !theirs && depth_m >= shape.reach_m,
                    };
                    assert!(!is_breach, "{person} {} {depth_m}", area.id);
                }
            }
        }
        assert!(fixes > 40_000, "{fixes}");
        let patrols = ["sun-wei", "wang-qiang", "li-min", "lin-tao"];
        for person in patrols {
            let person = PersonId::new(person).unwrap();
            let bounds = Bounds::of(&estate, &graph, &person);
            let own = bounds.may.iter().filter(|may| **may).count();
            assert!(own >= 12, "{person} has {own} paths");
            // The reserve has no beat, and every path keeps out of what is forbidden.
            assert_eq!(bounds.can_stray(), person.as_str() != "lin-tao", "{person}");
        }
    }
}
