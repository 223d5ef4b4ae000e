//! How a guard moves: patrols wander over the paths, posts pace up and down near their gate.

use crate::bounds::Bounds;
use castellan_domain::estate::graph::{Graph, Spot, Xy};
use fastrand::Rng;

/// Metres that a guard on a post walks away from it at most, each way.
pub const POST_REACH_M: f64 = 10.0;
/// Paths that one step may cross at most; a step that would cross more stops there.
const CROSSINGS_MAX: usize = 256;
/// Paths walked since the last visit beyond which a path counts as equally forgotten.
const FORGOTTEN: u32 = 60;

/// What a guard is there for.
#[derive(Debug, Clone)]
enum Beat {
    /// Sees to it that no path is forgotten.
    Patrol {
        /// For each path, the count of paths walked when it was last taken.
        taken: Vec<u32>,
        walked: u32,
        bounds: Bounds,
        astray: Astray,
    },
    /// Stays near a gate.
    Post { centre_m: f64, goal_m: f64 },
}

/// Whether a patrol keeps to its paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Astray {
    No,
    /// Takes the next path that leads across a border.
    AtTheNextChance,
    /// Is on such a path, and comes back to this junction.
    From(usize),
}

/// One guard's legs.
#[derive(Debug, Clone)]
pub struct Tour {
    spot: Spot,
    forward: bool,
    standing_s: f64,
    pace_m_per_s: f64,
    beat: Beat,
}

impl Tour {
    /// A patrol that begins at a junction and walks all paths.
    pub fn patrol(graph: &Graph, node: usize, rng: &mut Rng) -> Self {
        Self::patrol_within(graph, node, Bounds::open(graph), rng)
    }

    /// A patrol that begins at a junction and keeps to its paths.
    pub fn patrol_within(graph: &Graph, node: usize, bounds: Bounds, rng: &mut Rng) -> Self {
        let mut tour = Self {
            spot: Spot {
                edge: 0,
                along_m: 0.0,
            },
            forward: true,
            standing_s: 0.0,
            pace_m_per_s: 1.1 + 0.5 * rng.f64(),
            beat: Beat::Patrol {
                taken: vec![0; graph.len()],
                walked: FORGOTTEN,
                bounds,
                astray: Astray::No,
            },
        };
        tour.leave(graph, node, None, rng);
        tour
    }

    /// A post at the spot of a path that is nearest to a gate.
    pub fn post(graph: &Graph, gate: Xy, rng: &mut Rng) -> Self {
        // Nowhere outdoors: the world does not begin without a path there.
        let nowhere = Spot {
            edge: 0,
            along_m: 0.0,
        };
        let spot = graph.nearest(gate).map_or(nowhere, |(spot, _)| spot);
        Self {
            spot,
            forward: true,
            standing_s: 20.0 * rng.f64(),
            pace_m_per_s: 0.7 + 0.3 * rng.f64(),
            beat: Beat::Post {
                centre_m: spot.along_m,
                goal_m: spot.along_m,
            },
        }
    }

    /// Crosses a border at the next chance, looks around there and comes back. A post does not.
    pub fn go_astray(&mut self) {
        if let Beat::Patrol { astray, .. } = &mut self.beat
            && *astray == Astray::No
        {
            *astray = Astray::AtTheNextChance;
        }
    }

    /// Where the guard is.
    pub const fn spot(&self) -> Spot {
        self.spot
    }

    /// The guard's own pace when walking.
    pub const fn pace_m_per_s(&self) -> f64 {
        self.pace_m_per_s
    }

    /// Whether the guard stands still for now.
    pub fn is_standing(&self) -> bool {
        self.standing_s > 0.0
    }

    /// Which way the guard faces, in degrees clockwise from north.
    pub fn course_deg(&self, graph: &Graph) -> f64 {
        let along = graph.edge(self.spot.edge).course_deg(self.spot.along_m);
        if self.forward {
            along
        } else {
            (along + 180.0).rem_euclid(360.0)
        }
    }

    /// Lets the guard walk for `seconds`.
    pub fn advance(&mut self, seconds: f64, graph: &Graph, rng: &mut Rng) {
        let mut left_s = seconds.max(0.0);
        for _ in 0..CROSSINGS_MAX {
            if left_s <= 0.0 {
                return;
            }
            if self.standing_s > 0.0 {
                let waited_s = self.standing_s.min(left_s);
                self.standing_s -= waited_s;
                left_s -= waited_s;
                continue;
            }
            let goal_m = match &self.beat {
                Beat::Post { goal_m, .. } => *goal_m,
                Beat::Patrol { .. } if self.forward => graph.edge(self.spot.edge).length_m(),
                Beat::Patrol { .. } => 0.0,
            };
            let way_m = goal_m - self.spot.along_m;
            let needed_s = way_m.abs() / self.pace_m_per_s;
            if needed_s > left_s {
                self.spot.along_m += self.pace_m_per_s * left_s * way_m.signum();
                return;
            }
            self.spot.along_m = goal_m;
            left_s -= needed_s;
            self.arrive(graph, rng);
        }
    }

    fn arrive(&mut self, graph: &Graph, rng: &mut Rng) {
        let edge = graph.edge(self.spot.edge);
        match &mut self.beat {
            Beat::Post { centre_m, goal_m } => {
                let wish_m = *centre_m + POST_REACH_M * (2.0 * rng.f64() - 1.0);
                *goal_m = wish_m.clamp(0.0, edge.length_m());
                self.forward = *goal_m >= self.spot.along_m;
                self.standing_s = 8.0 + 40.0 * rng.f64();
            }
            Beat::Patrol { astray, bounds, .. } => {
                let node = if self.forward { edge.to } else { edge.from };
                let came_by = self.spot.edge;
                if let Astray::From(home) = *astray {
                    self.come_back(graph, node, home, rng);
                    return;
                }
                let dead_end = bounds.open_at(graph, node).count() == 1;
                // A look around: nearly always where the path ends, now and then at a junction.
                if rng.f64() < if dead_end { 0.8 } else { 0.12 } {
                    self.standing_s = 3.0 + 12.0 * rng.f64();
                }
                self.leave(graph, node, Some(came_by), rng);
            }
        }
    }

    /// At the end of a path that led astray: looks around and turns. Back home: goes on.
    fn come_back(&mut self, graph: &Graph, node: usize, home: usize, rng: &mut Rng) {
        if node == home {
            if let Beat::Patrol { astray, .. } = &mut self.beat {
                *astray = Astray::No;
            }
            self.leave(graph, node, None, rng);
        } else {
            self.standing_s = 30.0 + 30.0 * rng.f64();
            self.forward = !self.forward;
        }
    }

    /// Chooses the next path from a junction: rather one not walked for long, never back the way
    /// the guard came unless there is no other, and none beyond the bounds.
    fn leave(&mut self, graph: &Graph, node: usize, came_by: Option<usize>, rng: &mut Rng) {
        let Beat::Patrol {
            taken,
            walked,
            bounds,
            astray,
        } = &mut self.beat
        else {
            return;
        };
        let ways = graph.meeting_at(node);
        let open = bounds.open_at(graph, node).count();
        let strays = *astray == Astray::AtTheNextChance;
        let led = |edge: &&usize| bounds.leads_astray(**edge, graph.edge(**edge).from == node);
        if let Some(&edge) = ways.iter().find(led).filter(|_| strays) {
            *astray = Astray::From(node);
            self.set_out(graph, node, edge, rng);
            return;
        }
        let weight = |edge: usize| {
            if !bounds.may(edge) || (Some(edge) == came_by && open > 1) {
                0.0
            } else {
                let ago = walked.saturating_sub(taken[edge]).min(FORGOTTEN);
                1.0 + f64::from(ago)
            }
        };
        let mut draw = rng.f64() * ways.iter().map(|edge| weight(*edge)).sum::<f64>();
        let mut chosen = None;
        for &edge in ways {
            let share = weight(edge);
            if share > 0.0 {
                chosen = Some(edge);
                if draw < share {
                    break;
                }
                draw -= share;
            }
        }
        let Some(chosen) = chosen else {
            return;
        };
        *walked = walked.saturating_add(1);
        taken[chosen] = *walked;
        self.set_out(graph, node, chosen, rng);
    }

    fn set_out(&mut self, graph: &Graph, node: usize, chosen: usize, rng: &mut Rng) {
        let edge = graph.edge(chosen);
        self.forward = if edge.from == edge.to {
            rng.bool()
        } else {
            edge.from == node
        };
        self.spot = Spot {
            edge: chosen,
            along_m: if self.forward { 0.0 } else { edge.length_m() },
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_patrol_comes_everywhere_and_turns_back_only_at_the_dead_end() {
        let graph = Graph::new(&fixture::estate());
        let mut rng = Rng::with_seed(3);
        let mut tour = Tour::patrol(&graph, 0, &mut rng);
        let mut seen = vec![0; graph.len()];
        let mut before = tour.spot().edge;
        let mut facing = tour.forward;
        for _ in 0..7_200 {
            tour.advance(1.0, &graph, &mut rng);
            let spot = tour.spot();
            if spot.edge == before && tour.forward != facing {
                let end = if facing {
                    graph.edge(before).to
                } else {
                    graph.edge(before).from
                };
                assert_eq!(graph.meeting_at(end).len(), 1, "a U-turn on path {before}");
            }
            (before, facing) = (spot.edge, tour.forward);
            seen[spot.edge] += 1;
        }
        assert!(seen[..5].iter().all(|seconds| *seconds > 100), "{seen:?}");
        assert_eq!(seen[5], 0, "the island is out of reach");
    }

    #[test]
    fn a_patrol_keeps_to_its_bounds_strays_once_when_it_is_told_to_and_comes_back() {
        let mut document = serde_json::to_value(fixture::estate()).unwrap();
        document["areas"] = serde_json::json!([{"id": "west", "kind": "responsibility",
            "people": ["wang"], "name": {"zh": "西", "en": "West"},
            "outline": [[119.999, 29.999], [120.0, 29.999], [120.0, 30.001], [119.999, 30.001]]}]);
        let estate = castellan_domain::estate::Estate::parse(document.to_string().as_bytes());
        let estate = estate.unwrap();
        let graph = Graph::new(&estate);
        let wang = castellan_domain::ids::PersonId::new("wang").unwrap();
        let bounds = Bounds::of(&estate, &graph, &wang);
        let mut rng = Rng::with_seed(6);
        let start = bounds.start(&graph, 0);
        let mut tour = Tour::patrol_within(&graph, start, bounds, &mut rng);
        let mut beyond = |tour: &mut Tour, seconds: u32| {
            let mut times = 0;
            let mut was = false;
            for _ in 0..seconds {
                tour.advance(1.0, &graph, &mut rng);
                let is = graph.at(tour.spot()).x > 0.0;
                times += u32::from(is && !was);
                was = is;
            }
            assert!(!was, "it came back");
            times
        };
        assert_eq!(beyond(&mut tour, 3_600), 0);
        tour.go_astray();
        assert_eq!(beyond(&mut tour, 3_600), 1);
        assert_eq!(beyond(&mut tour, 3_600), 0);
    }

    #[test]
    fn a_post_stays_within_reach_of_its_gate() {
        let graph = Graph::new(&fixture::estate());
        let mut rng = Rng::with_seed(4);
        let gate = Xy { x: -50.0, y: 0.0 };
        let mut tour = Tour::post(&graph, gate, &mut rng);
        let mut furthest_m: f64 = 0.0;
        for _ in 0..3_600 {
            tour.advance(1.0, &graph, &mut rng);
            furthest_m = furthest_m.max(graph.at(tour.spot()).distance(gate));
        }
        assert!(furthest_m <= POST_REACH_M + 0.1, "{furthest_m}");
        assert!(furthest_m > 3.0, "a post paces");
    }

    #[test]
    fn a_huge_step_ends() {
        let graph = Graph::new(&fixture::estate());
        let mut rng = Rng::with_seed(5);
        Tour::patrol(&graph, 0, &mut rng).advance(1e12, &graph, &mut rng);
    }
}
