//! The estate in motion: everybody who walks and everything that reports, from one seed.
//!
//! Pure: [`World::step`] gets the time and hands back what is sent up to it. The same estate,
//! settings, start and seed give the same world, whatever the size of the steps.

use crate::asked::asked;
use crate::bounds::Bounds;
use crate::character::Character;
use crate::crew::{Crew, on_duty};
use crate::day::Day;
use crate::devices::{Devices, Rates, Said};
use crate::errand::Errands;
use crate::ground::Ground;
use crate::guards::{Guard, Sent};
use crate::tour::Tour;
use castellan_client::owntracks::Location;
use castellan_domain::dispatch::DispatchCommand;
use castellan_domain::estate::Estate;
use castellan_domain::estate::graph::{Graph, Xy};
use castellan_domain::ids::PersonId;
use castellan_domain::time::Timestamp;
use castellan_domain::view::{Known, View};
use fastrand::Rng;

/// Guards that one simulator moves at most.
pub const GUARDS_MAX: usize = 5_000;

/// How the world shall be.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Gives the world.
    pub seed: u64,
    /// Who comes on duty; never more than [`GUARDS_MAX`].
    pub crew: Crew,
    /// How many times faster than life everybody walks.
    pub pace: f64,
    /// How much happens.
    pub rates: Rates,
}

/// Why there is no world.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// Nowhere to walk.
    #[error("the estate has no paths outdoors: its guards have nowhere to walk")]
    NoPaths,
    /// Nobody to walk.
    #[error("nobody of the estate is a guard with a phone: give people a role and a phone")]
    Nobody,
}

/// Something that leaves a phone or a device.
#[derive(Debug, Clone, PartialEq)]
pub enum Outgoing {
    /// A position.
    Fix {
        /// Which guard, as an index.
        guard: usize,
        /// What the phone wrote.
        body: Location,
    },
    /// What a guard says to those who sent them.
    Answer {
        /// Which guard, as an index.
        guard: usize,
        command: DispatchCommand,
    },
    /// What a device or a phone in need says.
    Said(Said),
}

/// The estate.
#[derive(Debug)]
pub struct World {
    ground: Ground,
    guards: Vec<Guard>,
    people: Vec<PersonId>,
    devices: Devices,
}

impl World {
    /// The world of an estate at `now_ms`, milliseconds since 1970.
    pub fn new(estate: &Estate, settings: &Settings, now_ms: i64) -> Result<Self, WorldError> {
        let mut rng = Rng::with_seed(settings.seed);
        let ground = Ground::new(estate, settings.pace, &mut rng);
        let graph = &ground.graph;
        if graph.reachable().is_empty() {
            return Err(WorldError::NoPaths);
        }
        let mut on_duty = on_duty(estate, settings.crew);
        on_duty.truncate(GUARDS_MAX);
        if on_duty.is_empty() {
            return Err(WorldError::Nobody);
        }
        let starts = spread(graph, on_duty.len(), &mut rng);
        let people = on_duty.iter().map(|guard| guard.person.id.clone());
        let people = people.collect();
        let mut phones = Vec::new();
        let guards = on_duty
            .into_iter()
            .zip(starts)
            .map(|(guard, node)| {
                let mut rng = rng.fork();
                let (tour, can_stray) = if let Some(post) = guard.post {
                    let post = graph.metres(post.place.at);
                    (Tour::post(graph, post, &mut rng), false)
                } else {
                    let bounds = Bounds::of(estate, graph, &guard.person.id);
                    let (node, can_stray) = (bounds.start(graph, node), bounds.can_stray());
                    let tour = Tour::patrol_within(graph, node, bounds, &mut rng);
                    (tour, can_stray)
                };
                phones.push((guard.phone.clone(), can_stray));
                // A draw of its own: what they are like changes no step of their round.
                let character = Character::draw(&mut rng.clone());
                let at_post = guard.post.is_some();
                let errands = Errands::new(character, at_post, guard.person.radio_only);
                Guard::new(guard.phone.clone(), tour, errands, rng, now_ms)
            })
            .collect();
        let devices = Devices::new(estate, &phones, settings.rates, rng.fork(), now_ms);
        Ok(Self {
            ground,
            guards,
            people,
            devices,
        })
    }

    /// Those whom a scene names, each where it puts them and as it wants them, in an estate where nothing goes
    /// wrong by itself. Whoever has no phone is left out.
    pub(crate) fn of_scene<'a>(
        estate: &Estate,
        parts: impl Iterator<Item = (&'a PersonId, [f64; 2], Character)>,
        now_ms: i64,
    ) -> Result<Self, WorldError> {
        let mut rng = Rng::with_seed(1);
        let ground = Ground::new(estate, 1.0, &mut rng);
        let graph = &ground.graph;
        if graph.reachable().is_empty() {
            return Err(WorldError::NoPaths);
        }
        let (mut guards, mut people, mut phones) = (Vec::new(), Vec::new(), Vec::new());
        for (person, [x, y], character) in parts.take(GUARDS_MAX) {
            let Some(person) = estate.person(person) else {
                continue;
            };
            let Some(phone) = person.phone.clone() else {
                continue;
            };
            let mut rng = rng.fork();
            let tour = Tour::post(graph, Xy { x, y }, &mut rng);
            let errands = Errands::new(character, false, person.radio_only);
            phones.push((phone.clone(), false));
            people.push(person.id.clone());
            guards.push(Guard::new(phone, tour, errands, rng, now_ms));
        }
        if guards.is_empty() {
            return Err(WorldError::Nobody);
        }
        let nothing = Rates {
            alarms_every_ms: None,
            doors_every_ms: None,
        };
        let devices = Devices::new(estate, &phones, nothing, rng.fork(), now_ms);
        Ok(Self {
            ground,
            guards,
            people,
            devices,
        })
    }

    /// Lets day and night pass, in place of the rates that it was made with.
    pub fn live_by(&mut self, day: Day) {
        self.devices.live_by(day);
    }

    /// Lets time pass up to `now_ms` and hands back what is sent meanwhile.
    pub fn step(&mut self, now_ms: i64) -> Vec<Outgoing> {
        let mut out = Vec::new();
        // First, because who goes astray does so within this step.
        let guards = &mut self.guards;
        self.devices.step(now_ms, &mut |said| match said {
            Said::Astray { guard, at_ms } => guards[guard].stray(at_ms),
            said => out.push(Outgoing::Said(said)),
        });
        for (index, guard) in self.guards.iter_mut().enumerate() {
            guard.step(now_ms, &self.ground, &mut |sent| {
                out.push(match sent {
                    Sent::Fix(body) => Outgoing::Fix { guard: index, body },
                    Sent::Answer(command) => Outgoing::Answer {
                        guard: index,
                        command,
                    },
                });
            });
        }
        out
    }

    /// What the guards' phones show of what is known.
    pub fn see(&mut self, estate: &Estate, view: &View, now: Timestamp) {
        let known = Known { view, estate, now };
        for (guard, person) in self.guards.iter_mut().zip(&self.people) {
            guard.see(asked(&known, person));
        }
    }

    /// Everybody on duty.
    pub fn guards(&self) -> &[Guard] {
        &self.guards
    }

    /// Who they are, in the same order.
    pub fn people(&self) -> &[PersonId] {
        &self.people
    }

    /// What everybody walks on.
    pub const fn ground(&self) -> &Ground {
        &self.ground
    }

    /// How many pairs of source and alarm type can come up.
    pub const fn alarm_candidates(&self) -> usize {
        self.devices.candidates()
    }
}

/// Junctions for `count` guards to begin at, each far from the others.
fn spread(graph: &Graph, count: usize, rng: &mut Rng) -> Vec<usize> {
    let nodes = graph.reachable();
    let mut chosen = Vec::with_capacity(count);
    let mut nearest_m = vec![f64::INFINITY; nodes.len()];
    let mut next = rng.usize(..nodes.len());
    for _ in 0..count {
        chosen.push(nodes[next]);
        if chosen.len() >= nodes.len() {
            // More guards than junctions: the rest begins anywhere.
            next = rng.usize(..nodes.len());
            continue;
        }
        let here = graph.node(nodes[next]);
        for (slot, node) in nearest_m.iter_mut().zip(nodes) {
            *slot = slot.min(graph.node(*node).distance(here));
        }
        next = nearest_m
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map_or(0, |(index, _)| index);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::noise::NOISE_M_MAX;
    use castellan_domain::estate::graph::Xy;
    use std::collections::{BTreeMap, BTreeSet};

    const START_MS: i64 = 1_795_316_400_123;
    const RATES: Rates = Rates {
        alarms_every_ms: Some(45_000),
        doors_every_ms: Some(20_000),
    };

    fn world(seed: u64, pace: f64) -> World {
        let settings = Settings {
            seed,
            crew: Crew::Shift,
            pace,
            rates: RATES,
        };
        World::new(&fixture::estate(), &settings, START_MS).unwrap()
    }

    fn run(world: &mut World, seconds: i64, tick_ms: i64) -> Vec<Outgoing> {
        (1..=seconds * 1_000 / tick_ms)
            .flat_map(|tick| world.step(START_MS + tick * tick_ms))
            .collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_world_whatever_the_step() {
        let by_guard = |out: Vec<Outgoing>| {
            let mut parts: BTreeMap<usize, Vec<Outgoing>> = BTreeMap::new();
            for item in out {
                let key = match &item {
                    Outgoing::Fix { guard, .. } | Outgoing::Answer { guard, .. } => *guard,
                    Outgoing::Said(_) => usize::MAX,
                };
                parts.entry(key).or_default().push(item);
            }
            parts
        };
        let fine = by_guard(run(&mut world(9, 1.0), 600, 100));
        assert_eq!(fine, by_guard(run(&mut world(9, 1.0), 600, 5_000)));
        assert_ne!(fine, by_guard(run(&mut world(10, 1.0), 600, 100)));
    }

    #[test]
    fn guards_stay_on_the_paths_and_never_walk_faster_than_their_pace() {
        for (seed, pace) in [(1, 1.0), (2, 1.0), (3, 4.0)] {
            let mut world = world(seed, pace);
            let mut before: Vec<Xy> = Vec::new();
            // The first fix comes up to two seconds after the start: it is not measured.
            world.step(START_MS - 123 + 2_000);
            for tick in 3..=3_600 {
                // On the full second, between the fixes: each step holds exactly one.
                let out = world.step(START_MS - 123 + tick * 1_000);
                let graph = &world.ground().graph;
                for item in out {
                    let Outgoing::Fix { body, .. } = item else {
                        continue;
                    };
                    let (lat, lon) = body.lat_lon();
                    let at = castellan_domain::geo::LonLat::new(lon, lat).unwrap();
                    let (_, off_m) = graph.nearest(graph.metres(at)).unwrap();
                    assert!(off_m <= NOISE_M_MAX + 0.05, "{off_m} m beside the paths");
                }
                let now: Vec<Xy> = world
                    .guards()
                    .iter()
                    .map(|guard| graph.at(guard.tour().spot()))
                    .collect();
                for ((a, b), guard) in before.iter().zip(&now).zip(world.guards()) {
                    // A step may hold one jitter (0.2 s) more than a second.
                    let most_m = guard.tour().pace_m_per_s() * pace * 1.25;
                    assert!(a.distance(*b) <= most_m, "{} m in a second", a.distance(*b));
                }
                before = now;
            }
        }
    }

    #[test]
    fn each_phone_sends_once_a_second_with_times_that_never_repeat() {
        let out = run(&mut world(5, 1.0), 1_800, 100);
        let mut times: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
        for item in &out {
            if let Outgoing::Fix { guard, body } = item {
                times.entry(*guard).or_default().push(body.taken_at_s());
            }
        }
        assert_eq!(times.len(), 3, "the operator's phone stays silent");
        for seconds in times.values() {
            let distinct: BTreeSet<_> = seconds.iter().collect();
            assert_eq!(distinct.len(), seconds.len());
            assert!(
                (1_770..=1_800).contains(&seconds.len()),
                "{}",
                seconds.len()
            );
            assert!(seconds.is_sorted(), "a phone sends in the order of taking");
        }
    }

    #[test]
    fn a_phone_in_a_dead_spot_sends_late_with_true_times_and_loses_nothing() {
        let mut world = world(6, 1.0);
        let mut latest_s: i64 = 0;
        let mut late = 0;
        for tick in 1..=36_000 {
            let now_ms = START_MS + tick * 100;
            for item in world.step(now_ms) {
                if let Outgoing::Fix { body, .. } = item {
                    let age_s = now_ms / 1_000 - body.taken_at_s();
                    latest_s = latest_s.max(age_s);
                    late += i64::from(age_s >= 3);
                }
            }
        }
        assert!(late > 20, "only {late} late fixes in an hour");
        assert!((5..=22).contains(&latest_s), "{latest_s} s");
    }

    #[test]
    fn who_has_a_post_stays_there() {
        let mut world = world(7, 1.0);
        let gate = world
            .ground()
            .graph
            .metres(fixture::estate().posts[0].place.at);
        for tick in 1..=1_200 {
            world.step(START_MS + tick * 1_000);
            let guard = &world.guards()[2];
            assert_eq!(guard.phone().as_str(), "phone-zhao");
            assert!(world.ground().graph.at(guard.tour().spot()).distance(gate) <= 15.0);
        }
    }

    #[test]
    fn a_night_of_sleep_is_not_made_up_for() {
        let mut world = world(8, 1.0);
        world.step(START_MS + 5_000);
        let after = world.step(START_MS + 8 * 3_600_000);
        assert!(after.len() < 20, "{}", after.len());
        let back = world.step(START_MS);
        assert!(back.len() < 20, "{}", back.len());
        assert!(!run(&mut world, 5, 1_000).is_empty(), "and life goes on");
    }

    #[test]
    fn an_estate_without_guards_or_paths_is_refused_with_a_sentence() {
        let settings = Settings {
            seed: 1,
            crew: Crew::First(5),
            pace: 1.0,
            rates: RATES,
        };
        let mut estate = fixture::estate();
        estate.people.clear();
        let error = World::new(&estate, &settings, START_MS).unwrap_err();
        assert!(error.to_string().contains("guard"));
        let mut estate = fixture::estate();
        estate.paths.edges.clear();
        let error = World::new(&estate, &settings, START_MS).unwrap_err();
        assert!(error.to_string().contains("no paths"));
    }
}
