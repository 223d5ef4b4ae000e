//! How long a guard walks, and which way: one search from the place against a naive one from each
//! guard, and the cases in which somebody would walk into a wall, a fire or a locked gate.

#[path = "estate_ways/naive.rs"]
mod naive;
#[path = "estate_ways/plan.rs"]
mod plan;

use crate::common::{cases, id, text};
use castellan_domain::estate::{Lifts, OFF_PATH_M_MAX, WALKING_M_PER_S, Way, Ways};
use castellan_domain::ids::{BuildingId, DeviceId};
use plan::{Plan, Spot, at};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;

/// The way between two spots.
fn way(plan: &Plan, from: Spot, to: Spot, lifts: Lifts<'_>) -> Option<Way> {
    let ways = Ways::new(&plan.estate());
    let found = ways.to(&to.place(), lifts);
    answer(&found, from)
}

fn answer(found: &castellan_domain::estate::WaysTo<'_>, from: Spot) -> Option<Way> {
    let building: BuildingId = id("b");
    let floor = from.floor.map(text);
    found.from(from.at(), floor.as_ref().map(|floor| (&building, floor)))
}

fn seconds(plan: &Plan, from: Spot, to: Spot) -> Option<u32> {
    way(plan, from, to, Lifts::Allowed).map(|way| way.seconds)
}

/// Seconds to walk so far on the level, in full.
fn walked(metres: f64) -> f64 {
    metres / WALKING_M_PER_S
}

/// A tower: a path past its door, the lobby, stairs to B1 and up, a lift that begins on floor 1.
fn tower() -> Plan {
    let mut plan = Plan::default();
    let street = plan.node(0.0, 0.0, None);
    let door = plan.node(100.0, 0.0, None);
    let lobby = plan.node(100.0, 10.0, Some("1"));
    let cellar = plan.node(100.0, 10.0, Some("B1"));
    let second = plan.node(100.0, 10.0, Some("2"));
    let third = plan.node(100.0, 10.0, Some("3"));
    plan.edge(street, door, json!("walk"));
    plan.edge(door, lobby, json!({"passage": {"passes": "staff"}}));
    plan.edge(cellar, lobby, json!({"stairs": {"s_per_floor": 20}}));
    plan.edge(lobby, second, json!({"stairs": {"s_per_floor": 20}}));
    let lift = json!({"lift": {"device": "lift-1", "wait_s": 30, "s_per_floor": 3}});
    plan.edge(lobby, second, lift.clone());
    plan.edge(second, third, lift);
    plan
}

#[test]
fn a_guard_walks_to_the_door_and_down_the_stairs_and_the_way_says_so() {
    let plan = tower();
    let ways = Ways::new(&plan.estate());
    let found = ways.to(&at(104.0, 10.0, Some("B1")).place(), Lifts::Forbidden);
    let way = answer(&found, at(0.0, 3.0, None)).unwrap();
    // 3 m onto the path, 100 m along it, 10 m through the door, a floor down, 4 m to the detector.
    let expected_s = walked(3.0 + 100.0 + 10.0 + 4.0) + 20.0;
    assert!(
        (f64::from(way.seconds) - expected_s).abs() <= 1.1,
        "{way:?}"
    );
    assert!(way.stairs && !way.by_lift && !way.without_floor);
    let course = found.course(&way);
    let ordinals: Vec<i16> = course.iter().map(|point| point.ordinal).collect();
    assert_eq!(ordinals, [0, 0, 0, 0, -1, -1], "{course:?}");
    let ends = [course.first(), course.last()].map(|point| point.unwrap().at);
    assert_eq!(ends, [at(0.0, 3.0, None).at(), at(104.0, 10.0, None).at()]);
}

#[test]
fn a_lift_is_waited_for_once_and_named_and_is_taken_only_where_it_is_quicker() {
    let plan = tower();
    let to = at(100.0, 10.0, Some("3"));
    let up = way(&plan, at(100.0, 10.0, Some("1")), to, Lifts::Allowed).unwrap();
    // Stairs to 2 (20 s), then the lift from there: 30 + 3; or the lift at once: 30 + 6.
    assert_eq!(up.seconds, 36);
    assert!(up.by_lift && !up.stairs);
    assert_eq!(up.lift, Some(id("lift-1")));
    let down = way(&plan, to, at(100.0, 10.0, Some("B1")), Lifts::Allowed).unwrap();
    assert_eq!(down.seconds, 30 + 6 + 20);
    assert!(down.by_lift && down.stairs);
    let one = at(100.0, 10.0, Some("2"));
    let on_foot = way(&plan, at(100.0, 10.0, Some("1")), one, Lifts::Allowed).unwrap();
    assert_eq!((on_foot.seconds, on_foot.by_lift), (20, false));
}

#[test]
fn where_only_a_lift_leads_nobody_comes_while_it_is_forbidden_or_has_people_in_it() {
    let mut plan = tower();
    let (from, to) = (at(0.0, 0.0, None), at(100.0, 10.0, Some("3")));
    let [trapped, other]: [DeviceId; 2] = ["lift-1", "lift-2"].map(id);
    for (lifts, comes) in [
        (Lifts::Allowed, true),
        (Lifts::Without(&other), true),
        (Lifts::Without(&trapped), false),
        (Lifts::Forbidden, false),
    ] {
        assert_eq!(way(&plan, from, to, lifts).is_some(), comes, "{lifts:?}");
    }
    // A second lift, of which the estate has no device: it may be the one with people in it.
    let unnamed = json!({"lift": {"wait_s": 5, "s_per_floor": 3}});
    plan.edge(3, 6, unnamed);
    let by = way(&plan, from, to, Lifts::Allowed).unwrap();
    assert_eq!((by.by_lift, by.lift), (true, None));
    assert_eq!(way(&plan, from, to, Lifts::Without(&trapped)), None);
}

#[test]
fn a_graph_in_two_pieces_has_no_way_across_and_no_straight_line() {
    let mut plan = Plan::default();
    let ends = [0.0, 40.0, 60.0, 100.0].map(|x| plan.node(x, 0.0, None));
    plan.edge(ends[0], ends[1], json!("walk"));
    plan.edge(ends[2], ends[3], json!("walk"));
    let (west, east) = (at(20.0, 1.0, None), at(80.0, 1.0, None));
    assert_eq!(seconds(&plan, west, east), None);
    assert!(seconds(&plan, west, at(0.0, 1.0, None)).is_some());
    assert!(seconds(&plan, at(70.0, 0.0, None), east).is_some());
    let nowhere = Plan::default();
    assert_eq!(seconds(&nowhere, west, west), None);
}

#[test]
fn a_locked_gate_is_walked_around_and_one_that_guards_pass_is_not() {
    let around = |passes: &str| {
        let mut plan = Plan::default();
        let inside = plan.node(0.0, 0.0, None);
        let outside = plan.node(10.0, 0.0, None);
        let detour = plan.node(5.0, 100.0, None);
        plan.edge(inside, outside, json!({"passage": {"passes": passes}}));
        plan.edge(inside, detour, json!("walk"));
        plan.edge(detour, outside, json!("walk"));
        seconds(&plan, at(0.0, 0.0, None), at(10.0, 0.0, None)).unwrap()
    };
    for passes in ["everyone", "staff", "guards"] {
        assert_eq!(around(passes), 8, "{passes}");
    }
    assert!(around("nobody") > 140);
}

#[test]
fn a_floor_that_no_path_is_on_is_left_out_and_said() {
    let plan = tower();
    for (from, to, without) in [
        (at(0.0, 0.0, Some("9")), at(50.0, 0.0, None), true),
        (at(0.0, 0.0, None), at(50.0, 0.0, Some("9")), true),
        (at(0.0, 0.0, None), at(50.0, 0.0, None), false),
    ] {
        let way = way(&plan, from, to, Lifts::Allowed).unwrap();
        assert_eq!(way.without_floor, without, "{from:?} {to:?}");
        let expected_s = walked(50.0);
        assert!(
            (f64::from(way.seconds) - expected_s).abs() <= 1.0,
            "{way:?}"
        );
    }
    // A node on a floor that the building has not: no checked estate says so, and nobody falls.
    let mut estate = plan.estate();
    estate.buildings[0]
        .floors
        .retain(|floor| floor.label.as_str() != "B1");
    let ways = Ways::new(&estate);
    let found = ways.to(&at(0.0, 0.0, None).place(), Lifts::Allowed);
    assert!(answer(&found, at(100.0, 10.0, Some("1"))).is_some());
    assert!(
        answer(&found, at(100.0, 10.0, Some("B1")))
            .unwrap()
            .without_floor
    );
}

#[test]
fn who_is_off_the_paths_walks_straight_only_so_far() {
    let plan = tower();
    let to = at(50.0, 0.0, None);
    let near = seconds(&plan, at(50.0, -OFF_PATH_M_MAX + 0.1, None), to).unwrap();
    assert!(
        (f64::from(near) - walked(OFF_PATH_M_MAX)).abs() <= 1.1,
        "{near}"
    );
    let far = at(50.0, -OFF_PATH_M_MAX - 0.1, None);
    assert_eq!(seconds(&plan, far, to), None);
    assert_eq!(seconds(&plan, to, far), None);
}

#[test]
fn nearer_along_a_way_is_never_longer() {
    let plan = tower();
    let ways = Ways::new(&plan.estate());
    let found = ways.to(&at(100.0, 10.0, Some("B1")).place(), Lifts::Allowed);
    let mut before = u32::MAX;
    for step in 0..=1_000 {
        let here = at(f64::from(step) / 10.0, 0.0, None);
        let seconds = answer(&found, here).unwrap().seconds;
        assert!(seconds <= before, "{step}");
        before = seconds;
    }
}

#[test]
fn a_way_is_drawn_around_its_bends_in_the_direction_in_which_one_walks() {
    let mut plan = Plan::default();
    let [from, middle, to] = [0.0, 60.0, 120.0].map(|x| plan.node(x, 0.0, None));
    plan.bent(from, middle, &[(20.0, 10.0), (40.0, 10.0)]);
    plan.bent(to, middle, &[(100.0, -10.0), (80.0, -10.0)]);
    let ways = Ways::new(&plan.estate());
    let found = ways.to(&at(110.0, -5.0, None).place(), Lifts::Allowed);
    let way = answer(&found, at(10.0, 5.0, None)).unwrap();
    let east: Vec<i64> = found
        .course(&way)
        .iter()
        .map(|point| plan::east_m(point.at))
        .collect();
    assert_eq!(east, [10, 20, 40, 60, 80, 100, 110]);
    let found = ways.to(&at(50.0, 5.0, None).place(), Lifts::Allowed);
    let way = answer(&found, at(10.0, 5.0, None)).unwrap();
    let east: Vec<i64> = found
        .course(&way)
        .iter()
        .map(|point| plan::east_m(point.at))
        .collect();
    assert_eq!(east, [10, 20, 40, 50], "both on one path");
}

/// A word for how one gets along an edge of a random plan.
fn kind(word: u8) -> serde_json::Value {
    let lift = |device: &str| json!({"lift": {"device": device, "wait_s": 20, "s_per_floor": 4}});
    match word {
        0..=5 => json!("walk"),
        6..=7 => json!({"stairs": {"s_per_floor": 18}}),
        8 => lift("lift-1"),
        9 => lift("lift-2"),
        10 => json!({"lift": {"wait_s": 7, "s_per_floor": 9}}),
        11 => json!({"passage": {"passes": "guards"}}),
        _ => json!({"passage": {"passes": "nobody"}}),
    }
}

fn floors() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![
        4 => Just(None),
        1 => Just(Some("B1")),
        1 => Just(Some("1")),
        1 => Just(Some("2")),
        1 => Just(Some("3")),
    ]
}

fn spots() -> impl Strategy<Value = Spot> {
    (0.0..200.0_f64, 0.0..200.0_f64, floors()).prop_map(|(x, y, floor)| at(x, y, floor))
}

proptest! {
    #![proptest_config(cases(300, "tests/regressions/estate_ways.txt"))]

    #[test]
    fn one_search_from_the_place_agrees_with_a_search_from_each_guard(
        nodes in prop::collection::vec(spots(), 2..14),
        edges in prop::collection::vec((0..14_usize, 0..14_usize, 0..14_u8), 1..30),
        guards in prop::collection::vec(spots(), 1..8),
        place in spots(),
        lifts in 0..3_u8,
    ) {
        let mut plan = Plan::default();
        let nodes: Vec<u32> = nodes.iter().map(|n| plan.node(n.x, n.y, n.floor)).collect();
        // Of two paths on each other, nobody can say on which one stands.
        let mut seen = BTreeSet::new();
        for (from, to, word) in edges {
            let (from, to) = (nodes[from % nodes.len()], nodes[to % nodes.len()]);
            let lift = kind(word).get("lift").map(ToString::to_string);
            if seen.insert((from.min(to), from.max(to), lift)) {
                plan.edge(from, to, kind(word));
            }
        }
        let out: DeviceId = id("lift-1");
        let lifts = [Lifts::Allowed, Lifts::Forbidden, Lifts::Without(&out)][usize::from(lifts)];
        let ways = Ways::new(&plan.estate());
        let found = ways.to(&place.place(), lifts);
        for guard in guards {
            let way = answer(&found, guard);
            let naive = naive::seconds(&plan, guard, place, lifts);
            match (&way, naive) {
                (None, None) => {}
                // Every leg is rounded up to a millisecond, and the whole to a second.
                (Some(way), Some(naive_s)) => {
                    let late_s = f64::from(way.seconds) - naive_s;
                    prop_assert!((-0.001..=1.2).contains(&late_s), "{:?} {}", way, naive_s);
                    let course = found.course(way);
                    prop_assert!(course.len() >= 2 || guard.at() == place.at());
                }
                _ => prop_assert!(false, "{:?} {:?}", way, naive),
            }
        }
    }
}
