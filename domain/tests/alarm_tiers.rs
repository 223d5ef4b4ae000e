//! Types of one family in one row: each ends by itself, and the row is over when nothing is left of
//! what its sources said. In doubt it stays active.

use crate::rules_common::{World, became, estate, id, kind, list, secs};
use castellan_domain::alarm::{Alarm, AlarmCommand, Source, Verdict};
use castellan_domain::answer::{Accepted, Outcome};
use castellan_domain::command::Command;
use castellan_domain::estate::Priority;
use castellan_domain::ids::AlarmId;
use castellan_domain::observation::ReportedState::{Active, Cleared, Momentary};
use castellan_domain::observation::{DoorChange, Doubts, Observation, Report, ReportedState};
use castellan_domain::time::{Span, Timestamp};
use serde_json::{Value, json};

/// The estate with a family of two limits, one that differs by night and at critical devices, and
/// a door whose two conditions share a row.
fn limits() -> Value {
    let mut estate = estate();
    let types = list(&mut estate, "alarm_types");
    types.retain(|kind| !matches!(kind["id"].as_str(), Some("loitering" | "water")));
    types.extend([
        kind("gas_low", 2, 60, &json!({"family": "gas", "tier": 1})),
        kind("gas_high", 1, 30, &json!({"family": "gas", "tier": 2})),
        kind(
            "loitering",
            4,
            3_600,
            &json!({"family": "loitering", "tier": 1, "at_night": "loitering_night"}),
        ),
        kind(
            "loitering_night",
            3,
            300,
            &json!({"family": "loitering", "tier": 2}),
        ),
        kind(
            "water",
            3,
            300,
            &json!({"family": "water", "tier": 1, "if_critical": "water_critical"}),
        ),
        kind(
            "water_critical",
            2,
            90,
            &json!({"family": "water", "tier": 2}),
        ),
    ]);
    for kind in types {
        if matches!(kind["id"].as_str(), Some("door_held" | "door_forced")) {
            kind["family"] = json!("doors");
        }
    }
    for device in list(&mut estate, "devices") {
        device["critical"] = json!(device["id"] == "stairs");
        device["report_every_s_max"] = json!(null);
    }
    estate
}

fn world() -> World {
    World::of(&limits())
}

fn is(alarm: &Alarm, kind: &str, priority: Priority) -> bool {
    alarm.kind.as_str() == kind && alarm.priority == priority
}

#[test]
fn the_high_limit_that_ends_leaves_the_low_one_and_the_row_as_it_is() {
    let mut world = world();
    let row = world.raise("hall", "gas_low");
    assert_eq!(world.report("hall", "gas_high", Active).0, Outcome::Risen);
    let ended = world.report("hall", "gas_high", Cleared);
    assert_eq!(ended, (Outcome::Cleared, Some(row)));
    let alarm = world.alarm(row);
    assert!(alarm.is_active(), "gas is there still");
    assert!(
        is(alarm, "gas_high", Priority::P1),
        "never lowered by itself"
    );
    assert_eq!(
        world.report("hall", "gas_high", Cleared),
        (Outcome::NothingToClear, Some(row)),
        "it ended already"
    );
    assert!(world.alarm(row).is_active());
    assert_eq!(world.report("hall", "gas_low", Cleared).0, Outcome::Cleared);
    assert!(!world.alarm(row).is_active());
    assert!(is(world.alarm(row), "gas_high", Priority::P1));
}

#[test]
fn the_low_limit_that_ends_says_nothing_of_the_high_one() {
    let mut world = world();
    let row = world.raise("hall", "gas_low");
    world.report("hall", "gas_high", Active);
    assert_eq!(world.report("hall", "gas_low", Cleared).0, Outcome::Cleared);
    assert!(world.alarm(row).is_active());
    world.report("hall", "gas_high", Cleared);
    assert!(!world.alarm(row).is_active());
}

#[test]
fn what_went_straight_to_the_high_limit_is_over_when_that_ends() {
    let mut world = world();
    let row = world.raise("hall", "gas_high");
    assert_eq!(
        world.report("hall", "gas_low", Cleared),
        (Outcome::NothingToClear, Some(row)),
        "it never said that"
    );
    assert!(world.alarm(row).is_active());
    assert_eq!(
        world.report("hall", "gas_high", Cleared).0,
        Outcome::Cleared
    );
    assert!(!world.alarm(row).is_active());
    // And it begins anew with what is said then.
    world.report("hall", "gas_low", Active);
    assert!(world.alarm(row).is_active());
    world.report("hall", "gas_low", Cleared);
    assert!(!world.alarm(row).is_active());
}

#[test]
fn what_merely_happened_leaves_nothing_to_end() {
    let mut world = world();
    let row = world.raise("hall", "gas_low");
    assert_eq!(
        world.report("hall", "gas_high", Momentary).0,
        Outcome::Risen
    );
    assert_eq!(world.report("hall", "gas_low", Cleared).0, Outcome::Cleared);
    assert!(!world.alarm(row).is_active());
}

#[test]
fn a_judged_row_is_not_closed_by_one_of_two_limits() {
    let mut world = world();
    let row = world.raise("hall", "gas_low");
    world.report("hall", "gas_high", Active);
    world.done("li-na", Command::Alarm(AlarmCommand::Claim { alarm: row }));
    let verdict = Verdict::Genuine;
    world.done(
        "li-na",
        Command::Alarm(AlarmCommand::Judge {
            alarm: row,
            verdict,
            basis: None,
        }),
    );
    world.report("hall", "gas_high", Cleared);
    assert!(!world.alarm(row).is_closed());
    world.crash(secs(60));
    assert!(!world.alarm(row).is_closed());
    world.report("hall", "gas_low", Cleared);
    assert!(world.alarm(row).is_closed());
}

#[test]
fn one_condition_under_its_names_by_day_and_by_night_ends_once() {
    let mut world = world();
    let day = world.raise("roof", "loitering");
    world.wait(secs(11 * 3_600));
    assert_eq!(world.report("roof", "loitering", Active).0, Outcome::Risen);
    assert_eq!(world.alarm(day).kind, id("loitering_night"));
    let night = world.raise("shed", "loitering");
    assert_eq!(
        world.report("roof", "loitering", Cleared).0,
        Outcome::Cleared
    );
    assert!(!world.alarm(day).is_active());
    world.wait(secs(9 * 3_600));
    // What began by night ends by day.
    assert_eq!(
        world.report("shed", "loitering", Cleared).0,
        Outcome::Cleared
    );
    assert!(!world.alarm(night).is_active());
}

#[test]
fn a_critical_device_ends_what_it_began_and_another_one_only_what_it_says() {
    let mut world = world();
    let critical = world.raise("stairs", "water");
    assert_eq!(world.alarm(critical).kind, id("water_critical"));
    world.report("stairs", "water", Cleared);
    assert!(!world.alarm(critical).is_active());
    let row = world.raise("hall", "water");
    world.report("hall", "water_critical", Active);
    world.report("hall", "water", Cleared);
    assert!(world.alarm(row).is_active());
    world.report("hall", "water_critical", Cleared);
    assert!(!world.alarm(row).is_active());
    // It is critical no more, and ends what it said while it was.
    let again = world.report("stairs", "water", Active).1.unwrap();
    let mut changed = limits();
    for device in list(&mut changed, "devices") {
        device["critical"] = json!(false);
    }
    world.publish("estate-2", &changed);
    world.report("stairs", "water", Cleared);
    assert!(!world.alarm(again).is_active());
}

/// A report with the device's own clock.
fn report_at(
    world: &mut World,
    device: &str,
    kind: &str,
    state: ReportedState,
    claimed_at: Timestamp,
) -> (Outcome, Option<AlarmId>) {
    let report = Report {
        device: id(device),
        kind: id(kind),
        state,
        event: id(&format!("own-{}-{kind}", world.now.as_micros())),
        claimed_at: Some(claimed_at),
        received_at: world.now,
        drill: false,
        doubts: Doubts::default(),
    };
    became(world.observe(Observation::Report(report)))
}

#[test]
fn a_late_end_of_one_limit_is_measured_by_when_that_limit_began() {
    let mut world = world();
    let row = world.raise("hall", "gas_low");
    world.wait(secs(1_000));
    let ended = world.now;
    world.wait(secs(1_000));
    world.report("hall", "gas_high", Active);
    // It was on its way while the limit was passed once more.
    let told = report_at(&mut world, "hall", "gas_high", Cleared, ended);
    assert_eq!(told, (Outcome::NothingToClear, Some(row)));
    let told = report_at(&mut world, "hall", "gas_low", Cleared, ended);
    assert_eq!(told, (Outcome::Cleared, Some(row)));
    assert!(world.alarm(row).is_active());
}

#[test]
fn who_joined_a_row_ends_type_by_type_and_takes_it_along_when_split_off() {
    let mut estate = limits();
    for kind in list(&mut estate, "alarm_types") {
        if kind["id"] == "gas_low" {
            kind["second_source"] = json!({"to": "gas_high", "within_s": 60, "near": "building"});
        }
    }
    let mut world = World::of(&estate);
    let row = world.raise("hall", "gas_low");
    assert_eq!(world.report("roof", "gas_low", Active).0, Outcome::Risen);
    assert_eq!(world.report("stairs", "gas_low", Active).0, Outcome::Joined);
    for other in ["roof", "stairs"] {
        world.report(other, "gas_high", Active);
        world.report(other, "gas_high", Cleared);
    }
    world.report("hall", "gas_low", Cleared);
    assert!(world.alarm(row).is_active(), "the others are not over");
    world.report("stairs", "gas_high", Active);
    world.report("stairs", "gas_low", Cleared);
    let source = Source::Device(id("stairs"));
    world.done(
        "li-na",
        Command::Alarm(AlarmCommand::Split { alarm: row, source }),
    );
    let own = world.rows("gas_high");
    let own = own
        .iter()
        .find(|alarm| alarm.id != row)
        .expect("its own row");
    assert!(is(own, "gas_high", Priority::P1), "it is what it says now");
    let own = own.id;
    world.report("stairs", "gas_low", Cleared);
    assert!(world.alarm(own).is_active());
    world.report("stairs", "gas_high", Cleared);
    assert!(!world.alarm(own).is_active());
    assert!(world.alarm(row).is_active(), "one of them is left");
    world.report("roof", "gas_low", Cleared);
    assert!(!world.alarm(row).is_active());
}

#[test]
fn a_device_that_left_the_estate_ends_each_limit_by_itself() {
    let mut world = world();
    let row = world.raise("hall", "gas_low");
    world.report("hall", "gas_high", Active);
    let mut changed = limits();
    list(&mut changed, "devices").retain(|device| device["id"] != "hall");
    changed["zones"] = json!([]);
    world.publish("estate-2", &changed);
    world.report("hall", "gas_high", Cleared);
    assert!(world.alarm(row).is_active());
    world.report("hall", "gas_low", Cleared);
    assert!(!world.alarm(row).is_active());
}

#[test]
fn a_door_that_closes_ends_both_of_its_conditions_in_one_row() {
    let mut world = world();
    let (_, forced) = world.door("gate", DoorChange::Opened);
    let row = forced.expect("a row");
    world.wait(secs(60));
    assert_eq!(world.alarm(row).repeats, 1, "held, in the same row");
    assert!(world.rows("door_held").is_empty());
    world.wait(secs(3_600));
    assert_eq!(world.alarm(row).repeats, 1, "once");
    world.door("gate", DoorChange::Closed);
    assert!(!world.alarm(row).is_active());
}

/// Cameras behind one switch that are expected to report.
fn cameras() -> World {
    let mut estate = estate();
    list(&mut estate, "devices").retain(|device| device["id"] != "meter");
    World::of(&estate)
}

#[test]
fn a_camera_without_a_picture_is_not_well_because_it_is_heard_again() {
    let mut world = cameras();
    world.wait(secs(60));
    let row = world.row("network_down").id;
    let joined = world.report("cam-3", "camera_down", Active);
    assert_eq!(joined, (Outcome::Joined, Some(row)), "one switch, one row");
    assert_eq!(world.alarm(row).stands_for(), 13, "a camera is one camera");
    for n in 1..=12 {
        world.heard(&format!("cam-{n}")).unwrap();
    }
    assert!(world.alarm(row).is_active(), "its picture is gone still");
    // It falls silent again, and is heard again.
    for n in (1..=12).filter(|n| *n != 3) {
        world.wait(secs(5));
        world.heard(&format!("cam-{n}")).unwrap();
    }
    world.wait(secs(6));
    assert!(world.rows("device_silent").is_empty());
    world.heard("cam-3").unwrap();
    assert!(world.alarm(row).is_active());
    assert_eq!(
        world.report("cam-3", "camera_down", Cleared),
        (Outcome::Cleared, Some(row))
    );
    assert!(!world.alarm(row).is_active());
}

#[test]
fn who_leaves_the_estate_takes_along_what_was_found_and_leaves_what_was_reported() {
    let mut world = cameras();
    world.wait(secs(60));
    let row = world.row("network_down").id;
    world.report("cam-3", "camera_down", Active);
    let mut changed = estate();
    list(&mut changed, "devices")
        .retain(|device| device["kind"] != "camera" && device["id"] != "meter");
    world.publish("estate-2", &changed);
    assert!(world.alarm(row).is_active(), "nobody saw a picture of it");
    let goodbye = world.report("cam-3", "camera_down", Cleared);
    assert_eq!(goodbye, (Outcome::Cleared, Some(row)));
    assert!(!world.alarm(row).is_active());
}

#[test]
fn a_drill_ends_what_the_drill_began() {
    let mut world = world();
    let real = world.raise("hall", "gas_low");
    let mut drill = |kind: &str, state| {
        let report = Report {
            device: id("hall"),
            kind: id(kind),
            state,
            event: id(&format!("drill-{kind}-{state:?}").to_lowercase()),
            claimed_at: None,
            received_at: world.now,
            drill: true,
            doubts: Doubts::default(),
        };
        match world.observe(Observation::Report(report)) {
            Ok(Accepted::Reported { outcome, alarm }) => (outcome, alarm),
            other => panic!("{other:?}"),
        }
    };
    let (_, played) = drill("gas_high", Active);
    assert_eq!(drill("gas_low", Cleared), (Outcome::NothingToClear, played));
    assert_eq!(drill("gas_high", Cleared), (Outcome::Cleared, played));
    assert!(world.alarm(real).is_active());
    assert!(!world.alarm(played.expect("a row")).is_active());
    assert_eq!(Span::ZERO, world.now.since(crate::rules_common::NOON));
}
