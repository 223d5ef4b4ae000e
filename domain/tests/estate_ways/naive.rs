//! The same question asked the slow way: from the guard forwards, over every edge again and again
//! until nothing gets shorter, in seconds with fractions.

use super::plan::{Plan, Spot, ordinal};
use castellan_domain::estate::{Lifts, OFF_PATH_M_MAX, WALKING_M_PER_S};
use serde_json::Value;
use std::collections::BTreeMap;

/// A node, or the inside of a lift (`-` has no device) at a node.
type State = (u32, Option<String>);

/// Where somebody comes onto the paths: an edge and how much of it lies behind, or a node.
enum Foothold {
    Edge(usize, f64),
    Node(u32),
}

fn distance(a: Spot, b: Spot) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

fn is_walked(kind: &Value) -> bool {
    kind.get("lift").is_none() && kind["passage"]["passes"] != "nobody"
}

/// Paths without length on one floor are none.
fn exists(plan: &Plan, edge: usize) -> bool {
    let (from, to, _) = &plan.edges[edge];
    let (from, to) = (plan.spot(*from), plan.spot(*to));
    from.floor != to.floor || distance(from, to) >= 0.05
}

fn walked_s(plan: &Plan, edge: usize) -> f64 {
    let (from, to, kind) = &plan.edges[edge];
    let (from, to) = (plan.spot(*from), plan.spot(*to));
    let floors = ordinal(from.floor).abs_diff(ordinal(to.floor));
    let climb = kind["stairs"]["s_per_floor"].as_f64().unwrap_or(0.0);
    (distance(from, to) / WALKING_M_PER_S).max(f64::from(floors) * climb)
}

fn foothold(plan: &Plan, spot: Spot) -> Option<(Foothold, f64)> {
    let is_mapped = |floor| plan.nodes.iter().any(|node| node.floor == floor);
    let floor = spot.floor.filter(|floor| is_mapped(Some(*floor)));
    let edges = || (0..plan.edges.len()).filter(|edge| exists(plan, *edge));
    let along = |edge: &usize| {
        let (from, to, kind) = &plan.edges[*edge];
        is_walked(kind)
            && [from, to]
                .iter()
                .all(|node| plan.spot(**node).floor == floor)
    };
    let by_edge = edges().filter(along).map(|edge| {
        let (a, b) = (plan.spot(plan.edges[edge].0), plan.spot(plan.edges[edge].1));
        let squared = distance(a, b).powi(2);
        let part = ((spot.x - a.x) * (b.x - a.x) + (spot.y - a.y) * (b.y - a.y)) / squared;
        let part = part.clamp(0.0, 1.0);
        let (x, y) = (a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part);
        (
            Foothold::Edge(edge, part),
            distance(spot, Spot { x, y, floor }),
        )
    });
    let meets = |node: u32, edge: usize| plan.edges[edge].0 == node || plan.edges[edge].1 == node;
    let by_node = (1..).zip(&plan.nodes).filter(|(node, at): &(u32, &Spot)| {
        let mut lone = edges().filter(|edge| meets(*node, *edge)).peekable();
        at.floor == floor && lone.peek().is_some() && !lone.any(|edge| along(&edge))
    });
    let by_node = by_node.map(|(node, at)| (Foothold::Node(node), distance(spot, *at)));
    let nearest = by_edge.chain(by_node).min_by(|a, b| a.1.total_cmp(&b.1));
    nearest.filter(|(_, away_m)| *away_m <= OFF_PATH_M_MAX)
}

/// The ends of a foothold with the seconds to each.
fn ends(plan: &Plan, foothold: &Foothold) -> Vec<(u32, f64)> {
    match foothold {
        Foothold::Node(node) => vec![(*node, 0.0)],
        Foothold::Edge(edge, part) => {
            let whole_s = walked_s(plan, *edge);
            let (from, to, _) = &plan.edges[*edge];
            vec![(*from, whole_s * part), (*to, whole_s * (1.0 - part))]
        }
    }
}

/// Every way to go on: from where, to where, in how many seconds.
fn steps(plan: &Plan, lifts: Lifts<'_>) -> Vec<(State, State, f64)> {
    let mut steps = Vec::new();
    let mut doors: BTreeMap<State, f64> = BTreeMap::new();
    for (edge, (from, to, kind)) in plan.edges.iter().enumerate() {
        if !exists(plan, edge) {
            continue;
        }
        if let Some(lift) = kind.get("lift") {
            let name = lift
                .get("device")
                .map_or("-", |name| name.as_str().expect("an id"));
            let may = match lifts {
                Lifts::Allowed => true,
                Lifts::Forbidden => false,
                Lifts::Without(out) => name != "-" && name != out.as_str(),
            };
            if !may {
                continue;
            }
            let inside = |node: &u32| (*node, Some(name.to_owned()));
            let [a, b] = [from, to].map(|node| ordinal(plan.spot(*node).floor));
            let ride_s = f64::from(a.abs_diff(b)) * lift["s_per_floor"].as_f64().expect("a number");
            steps.push((inside(from), inside(to), ride_s));
            steps.push((inside(to), inside(from), ride_s));
            for node in [from, to] {
                let wait_s = lift["wait_s"].as_f64().expect("a number");
                let least = doors.entry(inside(node)).or_insert(wait_s);
                *least = least.min(wait_s);
            }
        } else if is_walked(kind) {
            let walk_s = walked_s(plan, edge);
            steps.push(((*from, None), (*to, None), walk_s));
            steps.push(((*to, None), (*from, None), walk_s));
        }
    }
    for ((node, lift), wait_s) in doors {
        steps.push(((node, None), (node, lift.clone()), wait_s));
        steps.push(((node, lift), (node, None), 0.0));
    }
    steps
}

/// Seconds from a guard to a place.
pub(crate) fn seconds(plan: &Plan, guard: Spot, place: Spot, lifts: Lifts<'_>) -> Option<f64> {
    let (begin, begin_m) = foothold(plan, guard)?;
    let (end, end_m) = foothold(plan, place)?;
    let mut best: BTreeMap<State, f64> = BTreeMap::new();
    for (node, s) in ends(plan, &begin) {
        let known = best.entry((node, None)).or_insert(s);
        *known = known.min(s);
    }
    let steps = steps(plan, lifts);
    loop {
        let mut is_shorter = false;
        for (from, to, s) in &steps {
            let Some(so_far) = best.get(from).map(|so_far| so_far + s) else {
                continue;
            };
            if best.get(to).is_none_or(|known| so_far < *known - 1e-9) {
                best.insert(to.clone(), so_far);
                is_shorter = true;
            }
        }
        if !is_shorter {
            break;
        }
    }
    let arrive = ends(plan, &end).into_iter();
    let arrive = arrive.filter_map(|(node, s)| Some(best.get(&(node, None))? + s));
    let along = match (&begin, &end) {
        (Foothold::Edge(a, from), Foothold::Edge(b, to)) if a == b => {
            Some((from - to).abs() * walked_s(plan, *a))
        }
        _ => None,
    };
    let least = arrive.chain(along).min_by(f64::total_cmp)?;
    Some(least + (begin_m + end_m) / WALKING_M_PER_S)
}
