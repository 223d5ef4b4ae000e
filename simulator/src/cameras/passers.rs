//! Residents and cats: they are in pictures and nowhere else. They carry no phone and raise no alarm.

use super::crowd::Who;
use super::scenery::Hour;
use crate::bounds::Bounds;
use crate::tour::Tour;
use crate::trip::Spot;
use castellan_domain::estate::Estate;
use castellan_domain::estate::graph::Graph;
use castellan_domain::ids::PersonId;
use fastrand::Rng;

/// Residents who are out by day, and at night.
const BY_DAY: usize = 26;
const AT_NIGHT: usize = 5;
const CATS: usize = 3;
/// Seconds that are walked at once at most: whoever slept longer goes on from there.
const STEP_S_MAX: f64 = 2.0;

/// All of them, at home or out.
#[derive(Debug)]
pub(crate) struct Passers {
    tours: Vec<(Who, Tour)>,
    rng: Rng,
    moved_to_ms: i64,
}

impl Passers {
    /// Those of an estate. They keep to where one may walk.
    pub(crate) fn new(estate: &Estate, graph: &Graph, now_ms: i64) -> Self {
        let mut rng = Rng::with_seed(11);
        let nobody = PersonId::new("a-resident");
        let bounds = nobody.map_or_else(
            |_| Bounds::open(graph),
            |nobody| Bounds::of(estate, graph, &nobody),
        );
        let nodes = graph.reachable();
        let all = [(Who::Resident, BY_DAY), (Who::Cat, CATS)];
        let all = all
            .into_iter()
            .flat_map(|(who, count)| std::iter::repeat_n(who, count));
        let tours = all.filter(|_| !nodes.is_empty()).map(|who| {
            let wish = nodes[rng.usize(..nodes.len())];
            let node = bounds.start(graph, wish);
            (
                who,
                Tour::patrol_within(graph, node, bounds.clone(), &mut rng),
            )
        });
        Self {
            tours: tours.collect(),
            rng,
            moved_to_ms: now_ms,
        }
    }

    /// Lets time pass up to `now_ms`.
    pub(crate) fn step(&mut self, now_ms: i64, graph: &Graph) {
        let passed_ms = now_ms.saturating_sub(self.moved_to_ms).clamp(0, 60_000);
        self.moved_to_ms = now_ms;
        let seconds = f64::from(i32::try_from(passed_ms).unwrap_or(0)) / 1_000.0;
        for (_, tour) in &mut self.tours {
            tour.advance(seconds.min(STEP_S_MAX), graph, &mut self.rng);
        }
    }

    /// Who is out at an hour, and where.
    pub(crate) fn out(&self, hour: Hour, graph: &Graph) -> impl Iterator<Item = (Who, Spot)> {
        let residents = match hour {
            Hour::Day => BY_DAY,
            Hour::Night => AT_NIGHT,
        };
        let out = self.tours.iter().take(residents);
        let cats = self.tours.iter().skip(BY_DAY);
        out.chain(cats).map(|(who, tour)| {
            let spot = Spot {
                at: graph.at(tour.spot()),
                ordinal: 0,
                course_deg: tour.course_deg(graph),
            };
            (*who, spot)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn fewer_are_out_at_night_and_all_keep_walking() {
        let estate = fixture::estate();
        let graph = Graph::new(&estate);
        let mut passers = Passers::new(&estate, &graph, 0);
        let places = |passers: &Passers, hour| {
            let spots = passers.out(hour, &graph);
            spots
                .map(|(_, spot)| (spot.at.x, spot.at.y))
                .collect::<Vec<_>>()
        };
        let before = places(&passers, Hour::Day);
        assert_eq!(before.len(), BY_DAY + CATS);
        assert_eq!(places(&passers, Hour::Night).len(), AT_NIGHT + CATS);
        for second in 1..=60 {
            passers.step(second * 1_000, &graph);
        }
        let after = places(&passers, Hour::Day);
        let moved = before
            .iter()
            .zip(&after)
            .filter(|(before, after)| before != after);
        assert!(moved.count() > BY_DAY / 2);
        passers.step(i64::MIN, &graph);
        assert_eq!(
            places(&passers, Hour::Day),
            after,
            "a clock that falls back moves nobody"
        );
    }
}
