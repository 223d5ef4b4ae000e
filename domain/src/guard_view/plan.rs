//! What is drawn of a place and the way to it: few points, since a cheap phone draws them.

use super::limits::{
    GUARD_COURSE_MAX, GUARD_OUTLINE_MAX, GUARD_OUTLINES_MAX, GUARD_PATHS_MAX, PLAN_MARGIN_M,
    PLAN_ROUGH_M,
};
use super::types::Plan;
use crate::estate::{Building, Estate, Path, PathKind, PathNode, Place};
use crate::geo::{Anchor, LonLat};
use geo::{Coord, LineString, Simplify as _};
use std::collections::BTreeMap;

/// Metres east and north of the place.
type Metres = (f64, f64);

/// What is drawn around `course`, which leads to `place`.
pub(super) fn plan(estate: &Estate, place: &Place, course: &[LonLat]) -> Plan {
    let from_place = Anchor::new(place.at);
    let metres = |at: &LonLat| from_place.metres(*at);
    let course: Vec<Metres> = course.iter().map(metres).collect();
    let frame = Frame::around(&course);
    let outline = |of: &Building| of.outline.iter().map(metres).collect::<Vec<_>>();
    let (goal, around): (Vec<_>, Vec<_>) = estate
        .buildings
        .iter()
        .partition(|one| place.building.as_ref() == Some(&one.id));
    let goal = goal
        .first()
        .map(|goal| drawn(&outline(goal), GUARD_OUTLINE_MAX));
    let buildings = nearest(&frame, around.into_iter().map(outline), GUARD_OUTLINES_MAX);
    let paths = nearest(&frame, outdoors(estate, metres), GUARD_PATHS_MAX);
    Plan {
        course: drawn(&course, GUARD_COURSE_MAX),
        goal: goal.unwrap_or_default(),
        buildings,
        paths,
    }
}

/// Where one can walk outdoors.
fn outdoors(
    estate: &Estate,
    metres: impl Fn(&LonLat) -> Metres,
) -> impl Iterator<Item = Vec<Metres>> {
    let nodes = estate
        .paths
        .nodes
        .iter()
        .filter(|node| node.inside.is_none());
    let nodes: BTreeMap<u32, &PathNode> = nodes.map(|node| (node.id, node)).collect();
    let line = move |path: &Path| {
        let ends = nodes.get(&path.from).zip(nodes.get(&path.to));
        let (from, to) = ends.filter(|_| matches!(path.kind, PathKind::Walk))?;
        let points = [&from.at].into_iter().chain(&path.via).chain([&to.at]);
        Some(points.map(&metres).collect())
    };
    estate.paths.edges.iter().filter_map(line)
}

/// What lies within the frame, the nearest to the place first and at most so many.
fn nearest(
    frame: &Frame,
    lines: impl Iterator<Item = Vec<Metres>>,
    most: usize,
) -> Vec<Vec<[i32; 2]>> {
    let near = lines.filter(|line| frame.meets(line));
    let away = |line: &[Metres]| {
        let least = line.iter().map(|(x, y)| x.hypot(*y));
        least.fold(f64::INFINITY, f64::min)
    };
    let mut near: Vec<_> = near.map(|line| (away(&line), line)).collect();
    near.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let near = near.into_iter().take(most);
    near.map(|(_, line)| drawn(&line, GUARD_OUTLINE_MAX))
        .collect()
}

/// A line with few points, in whole decimetres.
fn drawn(line: &[Metres], most: usize) -> Vec<[i32; 2]> {
    let whole: LineString = line.iter().copied().map(Coord::from).collect();
    let mut points: Vec<_> = whole.simplify(PLAN_ROUGH_M).0;
    while points.len() > most {
        let last = points.len() - 1;
        let mut at = 0..;
        points.retain(|_| {
            at.next()
                .is_some_and(|at: usize| at.is_multiple_of(2) || at == last)
        });
    }
    points
        .into_iter()
        .map(|at| [decimetres(at.x), decimetres(at.y)])
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "an estate ends 20 km from its anchor"
)]
fn decimetres(metres: f64) -> i32 {
    (metres * 10.0).round() as i32
}

/// The ground that is drawn.
struct Frame {
    least: Metres,
    most: Metres,
}

impl Frame {
    /// The place and the way to it, with a margin.
    fn around(course: &[Metres]) -> Self {
        let mut frame = Self {
            least: (-PLAN_MARGIN_M, -PLAN_MARGIN_M),
            most: (PLAN_MARGIN_M, PLAN_MARGIN_M),
        };
        for (x, y) in course {
            frame.least.0 = frame.least.0.min(x - PLAN_MARGIN_M);
            frame.least.1 = frame.least.1.min(y - PLAN_MARGIN_M);
            frame.most.0 = frame.most.0.max(x + PLAN_MARGIN_M);
            frame.most.1 = frame.most.1.max(y + PLAN_MARGIN_M);
        }
        frame
    }

    /// Whether the box around a line meets the ground.
    fn meets(&self, line: &[Metres]) -> bool {
        let side = |of: fn(&Metres) -> f64, from: f64, to: f64| {
            let least = line.iter().map(of).fold(f64::INFINITY, f64::min);
            let most = line.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
            least <= to && most >= from
        };
        side(|at| at.0, self.least.0, self.most.0) && side(|at| at.1, self.least.1, self.most.1)
    }
}
