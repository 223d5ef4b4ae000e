//! A chain of switches: whatever falls silent in whatever order, what failed is one row, and everybody
//! who is silent stands in it.

use crate::rules_common::{World, device, estate, id, kind, list, secs};
use castellan_domain::alarm::{Alarm, AlarmCommand, AlarmFact, Condition, Source};
use castellan_domain::answer::Outcome;
use castellan_domain::command::Command;
use castellan_domain::fact::FactBody;
use castellan_domain::ids::AlarmId;
use castellan_domain::observation::ReportedState::{Active, Cleared};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The core, a switch behind it, two behind that one, and cameras behind those.
const CHAIN: [(&str, Option<&str>); 9] = [
    ("core", None),
    ("b", Some("core")),
    ("a", Some("b")),
    ("a2", Some("b")),
    ("cam-1", Some("a")),
    ("cam-2", Some("a")),
    ("cam-3", Some("a")),
    ("cam-4", Some("a2")),
    ("cam-5", Some("a2")),
];

/// An estate of the chain, in which nobody is expected to report but whoever is told below.
fn chain() -> Value {
    let mut estate = estate();
    let devices = CHAIN.map(|(name, upstream)| {
        let what = if name.starts_with("cam") {
            "camera"
        } else {
            "network"
        };
        device(name, what, None, &json!({"upstream": upstream}))
    });
    estate["devices"] = Value::from(devices.to_vec());
    estate["zones"] = json!([]);
    list(&mut estate, "alarm_types").push(kind(
        "gate_silent",
        1,
        30,
        &json!({"family": "camera_down", "tier": 3}),
    ));
    estate
}

/// Somebody reports that a device of the chain is lost. The rule for silence says the same.
fn lost(world: &mut World, name: &str) -> (Outcome, Option<AlarmId>) {
    world.report(name, "camera_down", Active)
}

/// The rows that say that something is lost.
fn rows(world: &World) -> Vec<Alarm> {
    let rows = world.view().alarms.values();
    let of = |row: &&Alarm| row.source != Source::System;
    rows.filter(of).cloned().collect()
}

fn is_lost(row: &Alarm, name: &str) -> bool {
    let source = Source::Device(id(name));
    row.condition_of(&source).is_some_and(Condition::is_active)
}

/// Every loss came in as a row or as a part of one: none is hidden, and none is counted twice.
fn came(world: &World) -> usize {
    world.count(|body| match body {
        FactBody::Alarm(AlarmFact::Raised(body)) => body.source != Source::System,
        FactBody::Alarm(AlarmFact::Joined(_)) => true,
        _ => false,
    })
}

#[test]
fn a_whole_branch_is_one_row_of_what_failed() {
    for order in [
        ["cam-1", "cam-2", "a", "b"],
        ["cam-1", "a", "cam-2", "b"],
        ["cam-1", "a", "b", "cam-2"],
        ["cam-1", "b", "a", "cam-2"],
        ["a", "cam-1", "cam-2", "b"],
        ["a", "b", "cam-1", "cam-2"],
        ["b", "a", "cam-1", "cam-2"],
        ["b", "cam-1", "cam-2", "a"],
        ["cam-1", "b", "cam-2", "a"],
    ] {
        let mut world = World::of(&chain());
        for name in order {
            lost(&mut world, name);
            world.wait(secs(20));
        }
        let rows = rows(&world);
        assert_eq!(rows.len(), 1, "{order:?}");
        let row = &rows[0];
        assert_eq!(row.kind.as_str(), "network_down", "{order:?}");
        assert_eq!(row.source, Source::Device(id("b")), "{order:?}");
        assert_eq!(row.stands_for(), 4, "{order:?}");
        for name in order {
            assert!(is_lost(row, name), "{order:?}: {name}");
        }
        // It is over when the last of them is back, whoever that is.
        for (back, name) in order.iter().enumerate() {
            assert!(
                world.alarm(row.id).is_active(),
                "{order:?}: {back} are back"
            );
            assert_eq!(
                world.report(name, "camera_down", Cleared).0,
                Outcome::Cleared
            );
        }
        assert!(!world.alarm(row.id).is_active(), "{order:?}");
    }
}

#[test]
fn who_is_behind_two_switches_joins_the_one_that_is_known_to_be_down() {
    let mut world = World::of(&chain());
    let row = world.raise("core", "network_down");
    for name in ["cam-1", "cam-4", "a", "b"] {
        assert_eq!(
            lost(&mut world, name),
            (Outcome::Joined, Some(row)),
            "{name}"
        );
    }
    // The nearest one that is known: that switch has its own row.
    let mut world = World::of(&chain());
    let far = world.raise("core", "network_down");
    let near = world.raise("a", "network_down");
    assert_eq!(lost(&mut world, "cam-1"), (Outcome::Joined, Some(near)));
    assert_eq!(lost(&mut world, "cam-4"), (Outcome::Joined, Some(far)));
}

#[test]
fn two_losses_of_two_branches_are_no_proof_that_the_root_is_down() {
    let mut world = World::of(&chain());
    let one = lost(&mut world, "cam-1").1;
    let other = lost(&mut world, "cam-4");
    assert_eq!(other.0, Outcome::Raised);
    assert_ne!(one, other.1);
    assert!(world.rows("network_down").is_empty());
}

#[test]
fn two_rows_that_are_there_already_are_not_merged() {
    let mut world = World::of(&chain());
    for name in ["cam-4", "cam-5", "cam-1", "cam-2", "cam-3"] {
        lost(&mut world, name);
    }
    let [left, taken] = [rows(&world)[0].id, rows(&world)[1].id];
    let (outcome, row) = lost(&mut world, "b");
    assert_eq!(
        (outcome, row),
        (Outcome::Risen, Some(taken)),
        "it stands for more"
    );
    assert_eq!(world.alarm(taken).source, Source::Device(id("b")));
    assert_eq!(world.alarm(left).source, Source::Device(id("a2")));
    // Whoever comes later goes to the nearest one that is known.
    assert_eq!(lost(&mut world, "a2"), (Outcome::Repeated, Some(left)));
    assert_eq!(rows(&world).len(), 2);
}

#[test]
fn what_has_been_down_for_long_is_another_matter() {
    let mut world = World::of(&chain());
    let old = lost(&mut world, "cam-1").1.unwrap();
    world.wait(secs(301));
    assert_eq!(lost(&mut world, "b").0, Outcome::Raised);
    assert_eq!(world.alarm(old).source, Source::Device(id("cam-1")));
}

#[test]
fn a_switch_that_reports_seldom_still_takes_the_row_of_those_behind_it() {
    let mut estate = chain();
    for device in list(&mut estate, "devices") {
        if device["id"] == "b" {
            device["report_every_s_max"] = json!(600);
        }
    }
    let mut world = World::of(&estate);
    let row = lost(&mut world, "cam-1").1.unwrap();
    world.wait(secs(600));
    assert_eq!(world.alarm(row).source, Source::Device(id("b")));
    assert_eq!(world.alarm(row).kind, id("network_down"));
    assert!(is_lost(world.alarm(row), "b") && is_lost(world.alarm(row), "cam-1"));
    world.heard("b").unwrap();
    assert!(!is_lost(world.alarm(row), "b") && world.alarm(row).is_active());
}

#[test]
fn what_is_more_urgent_than_a_network_is_not_hidden_in_one_nor_made_less() {
    let mut world = World::of(&chain());
    world.raise("b", "network_down");
    let urgent = world.report("cam-1", "gate_silent", Active);
    assert_eq!(urgent.0, Outcome::Raised);
    let mut world = World::of(&chain());
    let urgent = world.raise("cam-1", "gate_silent");
    let before = world.alarm(urgent).clone();
    assert_eq!(lost(&mut world, "b").0, Outcome::Raised);
    assert_eq!(lost(&mut world, "cam-2").0, Outcome::Risen);
    assert_eq!(world.alarm(urgent), &before);
}

#[test]
fn who_has_the_row_keeps_it_when_the_switch_above_takes_it() {
    let mut world = World::of(&chain());
    lost(&mut world, "cam-1");
    let row = lost(&mut world, "cam-2").1.unwrap();
    world.done("li-na", Command::Alarm(AlarmCommand::Claim { alarm: row }));
    world.note("li-na", row);
    assert_eq!(lost(&mut world, "b"), (Outcome::Risen, Some(row)));
    let alarm = world.alarm(row);
    assert_eq!(alarm.owner(), Some(&id("li-na")));
    assert!(alarm.next_due().is_some(), "and looks at it again");
    world.crash(secs(1));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// In = shown + folded, whatever falls silent in whatever order: each loss is one fact, each
    /// lost device stands in exactly one row, and says so there.
    #[test]
    fn whoever_is_lost_stands_in_one_row_and_came_in_once(
        order in Just((0..CHAIN.len()).collect::<Vec<_>>()).prop_shuffle(),
        many in 1..=CHAIN.len(), pause in 0i64..40,
    ) {
        let mut world = World::of(&chain());
        let mut itself = 0;
        for at in &order[..many] {
            // Of a device that its row stands for already it is said once more.
            let (outcome, _) = lost(&mut world, CHAIN[*at].0);
            itself += usize::from(outcome == Outcome::Repeated);
            world.wait(secs(pause));
        }
        let rows = rows(&world);
        prop_assert_eq!(came(&world) + itself, many);
        for at in &order[..many] {
            let name = CHAIN[*at].0;
            let says = rows.iter().filter(|row| is_lost(row, name)).count();
            prop_assert_eq!(says, 1, "{} in {:?}", name, rows);
        }
        for row in &rows {
            let sources: std::collections::BTreeSet<_> =
                row.joined.iter().map(|joined| &joined.source).chain([&row.source]).collect();
            prop_assert_eq!(sources.len(), row.stands_for(), "each source once");
        }
        // Where the switch above all others was lost first, there is one row.
        if CHAIN[order[0]].0 == "core" {
            prop_assert_eq!(rows.len(), 1);
        }
    }
}

#[test]
fn eighty_cameras_behind_one_switch_are_one_row() {
    let mut estate = chain();
    let names: Vec<String> = (0..80).map(|number| format!("yard-{number}")).collect();
    let behind = json!({"upstream": "a"});
    let cameras = names
        .iter()
        .map(|name| device(name, "camera", None, &behind));
    list(&mut estate, "devices").extend(cameras);
    let mut world = World::of(&estate);
    for name in &names {
        lost(&mut world, name);
    }
    let rows = rows(&world);
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(names.iter().all(|name| is_lost(&rows[0], name)));
}
