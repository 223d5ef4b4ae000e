//! Who is asked first: the ranking of all guards for a place, as a console and the server ask for it, beside one bare
//! Dijkstra of `petgraph` over the same graph, which only knows how far all junctions are.

use super::meter::Spent;
use super::{estate, towers};
use anyhow::{Context as _, ensure};
use castellan_domain::answer::Accepted;
use castellan_domain::command::Command;
use castellan_domain::dispatch::goal::lifts;
use castellan_domain::dispatch::rank::{Candidate, rank};
use castellan_domain::dispatch::{DispatchCommand, Matter, PlannedWay};
use castellan_domain::engine::{Engine, Input};
use castellan_domain::estate::{
    Estate, EstateIndex, Lifts, PathKind, Place, WALKING_M_PER_S, Ways,
};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::{AlarmTypeId, CommandId, PersonId};
use castellan_domain::observation::{self, Doubts, Observation, ReportedState};
use castellan_domain::site::Site;
use castellan_domain::staff::StaffCommand;
use castellan_domain::stream::Turn;
use castellan_domain::time::Timestamp;
use castellan_domain::view::Known;
use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};
use serde::Serialize;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

/// Wednesday 2026-11-18 at noon.
const NOW: Timestamp = Timestamp::from_secs(1_794_974_400);
/// Both round to whole seconds or milliseconds on the way.
const APART_S_MAX: f64 = 1.1;

/// One half of a round.
#[derive(Debug, Serialize)]
pub struct Half {
    /// Seconds that it took.
    pub took_s: f64,
    /// Processor time that it took.
    pub cpu_s: f64,
}

/// One round: as often the one as the other.
#[derive(Debug, Serialize)]
pub struct Round {
    /// All guards ranked.
    pub ranked: Half,
    /// Of that the search alone.
    pub searched: Half,
    /// The bare Dijkstra.
    pub bare: Half,
}

/// How it went.
#[derive(Debug, Serialize)]
pub struct Report {
    pub guards: usize,
    pub paths: usize,
    /// Junctions, and the insides of lifts at each landing.
    pub stops: usize,
    /// Guards for whom a way was found.
    pub with_way: usize,
    /// How often each was asked in each round.
    pub asked: u32,
    pub rounds: Vec<Round>,
}

/// Runs it; `asked` times in each round.
pub fn run(rounds: u32, asked: u32) -> anyhow::Result<Report> {
    let site = Busy::new()?;
    let kind = AlarmTypeId::constant(towers::BY_LIFT);
    let bare = Bare::new(&site.index.ways);
    let goals = site.goals();
    site.agrees(&bare, &goals)?;
    let ask = |turn: u32| {
        let (place, _) = &goals[turn as usize % goals.len()];
        black_box(site.ranked(place, &kind).len());
    };
    let search = |turn: u32| {
        let (place, _) = &goals[turn as usize % goals.len()];
        black_box(site.index.ways.to(place, Lifts::Allowed));
    };
    let walk = |turn: u32| {
        let (_, goal) = goals[turn as usize % goals.len()];
        drop(black_box(bare.to(goal)));
    };
    let half = |run: &dyn Fn(u32)| -> anyhow::Result<Half> {
        let spent = Spent::begin()?;
        (0..asked).for_each(run);
        let (took_s, cpu_s) = spent.so_far()?;
        Ok(Half { took_s, cpu_s })
    };
    for turn in 0..asked / 10 {
        ask(turn);
        walk(turn);
    }
    let ranked = site.ranked(&goals[0].0, &kind);
    let mut report = Report {
        guards: ranked.len(),
        paths: site.index.ways.graph().len(),
        stops: bare.graph.node_count(),
        with_way: ranked.iter().filter(|one| one.way.is_some()).count(),
        asked,
        rounds: Vec::new(),
    };
    for round in 0..rounds {
        let (ranked, bare) = if round % 2 == 0 {
            let ranked = half(&ask)?;
            (ranked, half(&walk)?)
        } else {
            let bare = half(&walk)?;
            (half(&ask)?, bare)
        };
        let searched = half(&search)?;
        report.rounds.push(Round {
            ranked,
            searched,
            bare,
        });
    }
    Ok(report)
}

/// A site with all guards on duty, some of them at something already.
struct Busy {
    engine: Engine,
    index: Arc<EstateIndex>,
    at: BTreeMap<PersonId, LonLat>,
}

impl Busy {
    fn new() -> anyhow::Result<Self> {
        let document = towers::document().to_string();
        let estate = Estate::parse(document.as_bytes())?;
        let index = Arc::new(EstateIndex::new(Arc::new(estate))?);
        let people = (0..towers::GUARDS).map(|guard| PersonId::new(estate::person(guard)));
        let people: Vec<_> = people.collect::<Result<_, _>>()?;
        let places = towers::guards_at().map(serde_json::from_value);
        let places: Vec<LonLat> = places.collect::<Result<_, _>>()?;
        let mut busy = Self {
            engine: Engine::new(Site::default()),
            index: index.clone(),
            at: people.iter().cloned().zip(places).collect(),
        };
        busy.give(Input::EstateLoaded {
            hash: "towers".parse()?,
            estate: index,
        })?;
        for person in &people {
            let on = StaffCommand::GoOnDuty {
                person: person.clone(),
            };
            busy.command(person.as_str(), Command::Staff(on))?;
        }
        for matter in 0..towers::MATTERS {
            busy.matter(matter, &people)?;
        }
        Ok(busy)
    }

    /// Something happens, one guard goes, and another one is asked.
    fn matter(&mut self, number: u32, people: &[PersonId]) -> anyhow::Result<()> {
        let report = observation::Report {
            device: estate::device(number).parse()?,
            kind: towers::BY_STAIRS.parse()?,
            state: ReportedState::Active,
            event: format!("e-{number}").parse()?,
            claimed_at: Some(NOW),
            received_at: NOW,
            drill: false,
            doubts: Doubts::default(),
        };
        let answer = self.give(Input::Observed(Observation::Report(report)))?;
        let Some(Accepted::Reported { alarm, .. }) = answer else {
            anyhow::bail!("it was not taken: {answer:?}");
        };
        let matter = Matter::Alarm(alarm.context("it has no row")?);
        for guard in [number * 7, number * 7 + 3] {
            let person = people[guard as usize].clone();
            let send = DispatchCommand::Dispatch { matter, person };
            self.command(towers::OPERATOR, Command::Dispatch(send))?;
        }
        let last = self.engine.site().view().assignments.keys().next_back();
        let assignment = *last.context("nobody was sent")?;
        let accept = DispatchCommand::Accept { assignment };
        self.command(towers::OPERATOR, Command::Dispatch(accept))
    }

    fn command(&mut self, by: &str, command: Command) -> anyhow::Result<()> {
        let input = Input::Commanded {
            command_id: CommandId(uuid::Uuid::new_v4()),
            by: by.parse()?,
            expected: None,
            command,
        };
        self.give(input).map(drop)
    }

    fn give(&mut self, input: Input) -> anyhow::Result<Option<Accepted>> {
        let mut turn = Turn::new("towers".parse()?);
        self.engine.handle(input, NOW);
        let answer = turn.drain(&mut self.engine, NOW)?;
        Ok(answer.transpose()?)
    }

    /// The places where something happens, each with its junction.
    fn goals(&self) -> Vec<(Place, usize)> {
        let nodes = &self.index.estate.paths.nodes;
        let goals = towers::goals().filter_map(|id| {
            let index = nodes.iter().position(|node| node.id == id)?;
            let inside = nodes[index].inside.clone()?;
            let place = Place {
                building: Some(inside.building),
                floor: Some(inside.floor),
                spot: None,
                at: nodes[index].at,
            };
            Some((place, index))
        });
        goals.collect()
    }

    /// Everybody, the first to ask first: what a console does each second while somebody looks at an alarm.
    fn ranked(&self, place: &Place, kind: &AlarmTypeId) -> Vec<Candidate> {
        let known = Known {
            view: self.engine.site().view(),
            estate: &self.index.estate,
            now: NOW,
        };
        let lifts = lifts(&known, kind, std::iter::empty());
        let ways = self.index.ways.to(place, lifts);
        rank(&known, kind, None, |person| {
            let way = ways.from(*self.at.get(person)?, None)?;
            Some(PlannedWay::from(&way))
        })
    }

    /// Both find the same for whoever stands at a junction out in the yard: it is the same graph.
    fn agrees(&self, bare: &Bare, goals: &[(Place, usize)]) -> anyhow::Result<()> {
        let nodes = &self.index.estate.paths.nodes;
        for (place, goal) in goals {
            let ours = self.index.ways.to(place, Lifts::Allowed);
            let theirs: BTreeMap<_, _> = bare.to(*goal).collect();
            for (index, node) in nodes.iter().enumerate() {
                if node.inside.is_some() {
                    continue;
                }
                let way = ours.from(node.at, None).context("no way from the yard")?;
                let ms = theirs.get(&NodeIndex::new(index)).copied();
                let seconds = f64::from(ms.context("petgraph finds none")?) / 1_000.0;
                let apart_s = (f64::from(way.seconds) - seconds).abs();
                ensure!(
                    apart_s <= APART_S_MAX,
                    "junction {index}: {way:?}, {seconds} s"
                );
            }
        }
        Ok(())
    }
}

/// The same paths as a graph of `petgraph`, each way turned round: from a place to everybody.
struct Bare {
    graph: DiGraph<(), u32>,
}

impl Bare {
    fn new(ways: &Ways) -> Self {
        let mut graph = DiGraph::new();
        let junctions: Vec<_> = (0..ways.graph().junctions())
            .map(|_| graph.add_node(()))
            .collect();
        // Whoever stays in a lift waits once: it has a stop of its own at each landing.
        let mut landings = BTreeMap::new();
        for edge in ways.graph().edges() {
            let ends = [edge.from, edge.to];
            let level = walking_ms(edge.length_m());
            let (ends, ms) = match &edge.kind {
                PathKind::Lift {
                    device,
                    wait_s,
                    s_per_floor,
                } => {
                    let inside = ends.map(|end| {
                        let known = landings.entry((end, device.clone()));
                        *known.or_insert_with(|| {
                            let inside = graph.add_node(());
                            graph.add_edge(inside, junctions[end], u32::from(*wait_s) * 1_000);
                            graph.add_edge(junctions[end], inside, 0);
                            inside
                        })
                    });
                    let ms = u32::from(edge.floors) * u32::from(*s_per_floor) * 1_000;
                    (inside, ms)
                }
                PathKind::Stairs { s_per_floor } => {
                    let ms = u32::from(edge.floors) * u32::from(*s_per_floor) * 1_000;
                    (ends.map(|end| junctions[end]), ms.max(level))
                }
                PathKind::Walk | PathKind::Passage { .. } => {
                    (ends.map(|end| junctions[end]), level)
                }
            };
            graph.add_edge(ends[0], ends[1], ms);
            graph.add_edge(ends[1], ends[0], ms);
        }
        Self { graph }
    }

    /// Milliseconds from each junction to this one.
    fn to(&self, junction: usize) -> impl Iterator<Item = (NodeIndex, u32)> {
        let to = NodeIndex::new(junction);
        dijkstra(&self.graph, to, None, |edge| *edge.weight()).into_iter()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a path of this estate is a few metres long"
)]
fn walking_ms(metres: f64) -> u32 {
    (metres / WALKING_M_PER_S * 1_000.0).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_guards_are_ranked_and_the_peer_walks_the_same_graph() {
        let site = Busy::new().unwrap();
        let bare = Bare::new(&site.index.ways);
        let goals = site.goals();
        assert_eq!(goals.len(), 12);
        site.agrees(&bare, &goals).unwrap();
        let ranked = site.ranked(&goals[0].0, &AlarmTypeId::constant(towers::BY_LIFT));
        assert_eq!(ranked.len(), towers::GUARDS as usize);
        assert!(ranked.iter().all(|one| one.way.is_some()));
        let busy = ranked.iter().filter(|one| one.busy.is_some());
        assert_eq!(busy.count(), towers::MATTERS as usize);
    }
}
