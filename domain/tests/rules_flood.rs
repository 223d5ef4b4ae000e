//! What belongs together: floods, and second sources that confirm a matter.

use crate::rules_common::{World, device, estate, id, secs};
use castellan_domain::alarm::{Alarm, AlarmCommand, AlarmFact, JOINED_MAX, JoinedBy, Verdict};
use castellan_domain::answer::Outcome;
use castellan_domain::command::Command;
use castellan_domain::estate::Priority;
use castellan_domain::fact::{FactBody, FloodEnded};
use castellan_domain::flood::FloodFact;
use castellan_domain::observation::ReportedState::{Active, Cleared, Momentary};
use castellan_domain::staff::StaffCommand;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Many detectors: even ones in one building, odd ones in another. Nothing is expected to report.
fn many(count: usize) -> World {
    let mut estate = estate();
    let detectors = (0..count).map(|n| {
        let building = if n % 2 == 0 { "b1" } else { "b2" };
        device(&format!("d-{n}"), "detector", Some(building), &json!({}))
    });
    estate["devices"] = Value::from(detectors.collect::<Vec<_>>());
    estate["zones"] = json!([]);
    let people = estate["people"].as_array_mut().expect("people");
    let name = people[0]["name"].clone();
    people.push(json!({"id": "li-wei", "name": name, "role": "operator"}));
    let mut world = World::of(&estate);
    let person = id("li-na");
    world.done("li-na", Command::Staff(StaffCommand::GoOnDuty { person }));
    world
}

fn is_flood(world: &World) -> bool {
    world.view().flood.is_some()
}

fn ended(world: &World) -> Vec<FloodEnded> {
    let bodies = world.facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Flood(FloodFact::Ended(body)) => Some(body.clone()),
        _ => None,
    });
    bodies.collect()
}

/// Reports, and lets the site settle what is due.
fn report(world: &mut World, n: usize, kind: &str) -> Outcome {
    let (outcome, _) = world.report(&format!("d-{n}"), kind, Active);
    world.wait(secs(0));
    outcome
}

#[test]
fn a_flood_begins_at_ten_in_ten_minutes_and_ends_below_five() {
    let mut world = many(20);
    for n in 0..9 {
        assert_eq!(report(&mut world, n, "water"), Outcome::Raised);
        world.wait(secs(30));
    }
    assert!(!is_flood(&world));
    report(&mut world, 9, "water");
    assert!(is_flood(&world));
    let row = world.row("alarm_flood").clone();
    assert!(row.is_active());
    // It folds what looks like the same matter, and the ten that came before stay as they are.
    assert_eq!(report(&mut world, 10, "water"), Outcome::Joined);
    assert_eq!(report(&mut world, 10, "loitering"), Outcome::Raised);
    // The fifth from the end came 90 s before the last: until it leaves the window it goes on.
    world.wait(secs(480));
    assert!(is_flood(&world));
    world.wait(secs(131));
    assert!(!is_flood(&world));
    assert!(!world.alarm(row.id).is_active());
    let (shown, folded) = (1, 1);
    let came = shown + folded;
    assert_eq!(
        ended(&world),
        [FloodEnded {
            came,
            shown,
            folded
        }]
    );
    assert_eq!(world.rows("alarm_flood").len(), 1);
}

#[test]
fn two_operators_can_take_twice_as_much() {
    let mut world = many(30);
    let person = id("zhao-min");
    world.done(
        "zhao-min",
        Command::Staff(StaffCommand::GoOnDuty { person }),
    );
    for n in 0..19 {
        report(&mut world, n, "water");
    }
    assert!(!is_flood(&world));
    report(&mut world, 19, "water");
    assert!(is_flood(&world));
}

#[test]
fn a_flood_is_over_at_once_when_enough_people_have_come_though_nothing_else_does() {
    let mut world = many(20);
    for n in 0..10 {
        report(&mut world, n, "water");
    }
    assert!(is_flood(&world));
    for who in ["zhao-min", "li-wei"] {
        assert!(is_flood(&world), "ten are too many for two");
        let person = id(who);
        world.done(who, Command::Staff(StaffCommand::GoOnDuty { person }));
        world.wait(secs(0));
    }
    assert!(!is_flood(&world), "ten are not too many for three");
}

#[test]
fn what_is_urgent_or_elsewhere_is_never_folded() {
    let mut world = many(40);
    for n in 0..20 {
        report(&mut world, n, "water");
    }
    assert!(is_flood(&world));
    for n in 20..30 {
        assert_eq!(report(&mut world, n, "panic"), Outcome::Raised);
        assert_eq!(report(&mut world, n, "fight"), Outcome::Raised);
    }
    assert_eq!(
        report(&mut world, 30, "loitering"),
        Outcome::Raised,
        "another kind"
    );
    assert_eq!(
        report(&mut world, 31, "loitering"),
        Outcome::Raised,
        "another building"
    );
    assert_eq!(report(&mut world, 32, "loitering"), Outcome::Joined);
}

#[test]
fn a_row_that_was_judged_takes_nothing_in() {
    let mut world = many(40);
    for n in 0..10 {
        report(&mut world, n, "water");
    }
    assert!(is_flood(&world));
    let water: Vec<_> = world.rows("water").iter().map(|row| row.id).collect();
    for alarm in water {
        world.done("li-na", Command::Alarm(AlarmCommand::Claim { alarm }));
        let verdict = Verdict::Environment;
        world.done(
            "li-na",
            Command::Alarm(AlarmCommand::Judge {
                alarm,
                verdict,
                basis: None,
            }),
        );
    }
    assert_eq!(report(&mut world, 30, "water"), Outcome::Raised);
}

#[test]
fn five_thousand_in_a_minute_are_all_there_and_few_rows() {
    const STORM: usize = 5_000;
    let mut world = many(STORM);
    let before = world.facts.len();
    for n in 0..STORM {
        report(&mut world, n, "water");
        world.now = world.now + castellan_domain::time::Span::from_millis(12);
    }
    let rows = world.rows("water");
    let stands_for: usize = rows.iter().map(|row| row.stands_for()).sum();
    assert_eq!(stands_for, STORM);
    let sources: BTreeSet<_> = rows.iter().flat_map(|row| sources(row)).collect();
    assert_eq!(sources.len(), STORM, "each by its name, once");
    assert!(rows.iter().all(|row| row.joined.len() <= JOINED_MAX));
    assert!(
        rows.len() <= 10 + STORM / JOINED_MAX + 2,
        "{} rows",
        rows.len()
    );
    // One fact for each, the flood and its row; deadlines beside them.
    let overdue = world.count(|body| matches!(body, FactBody::Alarm(AlarmFact::Overdue(_))));
    assert_eq!(world.facts.len() - before, STORM + 2 + overdue);
    assert_eq!(world.rows("alarm_flood").len(), 1);
}

fn sources(row: &Alarm) -> Vec<String> {
    let joined = row
        .joined
        .iter()
        .map(|joined| format!("{:?}", joined.source));
    joined.chain([format!("{:?}", row.source)]).collect()
}

#[derive(Debug, Clone)]
enum Step {
    Report(usize, &'static str),
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop::sample::select(vec!["water", "loitering", "fight", "panic"]);
    prop_oneof![
        8 => (0..40_usize, kind).prop_map(|(n, kind)| Step::Report(n, kind)),
        2 => (1..240_i64).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_came_in_a_flood_was_shown_or_folded(steps in proptest::collection::vec(step(), 1..160)) {
        let mut world = many(40);
        let (mut shown, mut folded, mut floods) = (0, 0, Vec::new());
        let mut conditions = 0;
        for step in steps {
            match step {
                Step::Wait(seconds) => world.wait(secs(seconds)),
                Step::Report(n, kind) => {
                    let during = is_flood(&world);
                    let (outcome, alarm) = world.report(&format!("d-{n}"), kind, Momentary);
                    let urgent = world.alarm(alarm.unwrap()).priority <= Priority::P2;
                    match outcome {
                        Outcome::Raised => {
                            conditions += 1;
                            shown += u32::from(during);
                        }
                        Outcome::Joined => {
                            conditions += 1;
                            folded += 1;
                            prop_assert!(during && !urgent);
                        }
                        other => prop_assert_eq!(other, Outcome::Repeated),
                    }
                    world.wait(secs(0));
                }
            }
            if ended(&world).len() > floods.len() {
                floods.push(FloodEnded { came: shown + folded, shown, folded });
                (shown, folded) = (0, 0);
            }
        }
        prop_assert_eq!(ended(&world), floods);
        let alarms = world.view().alarms.values();
        let all: Vec<_> = alarms.filter(|row| row.kind.as_str() != "alarm_flood").collect();
        let stands_for: usize = all.iter().map(|row| row.stands_for()).sum();
        prop_assert_eq!(stands_for, conditions);
        prop_assert!(world.rows("alarm_flood").len() <= 1);
        let active = world.rows("alarm_flood").iter().any(|row| row.is_active());
        prop_assert_eq!(active, is_flood(&world));
    }
}

#[test]
fn two_detectors_of_one_building_within_a_minute_are_a_fire() {
    let mut world = World::new();
    let alarm = world.raise("hall", "smoke");
    world.wait(secs(60));
    let second = world.report("stairs", "smoke", Active);
    assert_eq!(second, (Outcome::Risen, Some(alarm)));
    let row = world.alarm(alarm);
    assert_eq!((row.kind.as_str(), row.priority), ("fire", Priority::P1));
    assert_eq!(
        row.claim_due_at(),
        Some(world.now + secs(30)),
        "its clock starts anew"
    );
    // The third joins what has risen already.
    world.wait(secs(50));
    assert_eq!(
        world.report("roof", "smoke", Active),
        (Outcome::Joined, Some(alarm))
    );
    let row = world.alarm(alarm);
    assert_eq!((row.rises.len(), row.stands_for()), (1, 3));
    assert!(
        row.joined
            .iter()
            .all(|joined| joined.why == JoinedBy::SecondSource)
    );
}

#[test]
fn too_late_or_elsewhere_is_a_matter_of_its_own() {
    let mut world = World::new();
    world.raise("hall", "smoke");
    world.raise("shed", "smoke");
    world.wait(secs(61));
    world.raise("stairs", "smoke");
    assert_eq!(world.rows("smoke").len(), 3);
}

#[test]
fn who_has_the_first_keeps_what_it_becomes() {
    let mut world = World::new();
    let alarm = world.raise("hall", "smoke");
    world.done("li-na", Command::Alarm(AlarmCommand::Claim { alarm }));
    world.note("li-na", alarm);
    world.wait(secs(10));
    world.report("stairs", "heat", Active);
    let row = world.alarm(alarm);
    assert_eq!(row.kind.as_str(), "fire");
    assert_eq!(row.owner(), Some(&id("li-na")));
    let due_at = row.next_due().map(|(at, _)| at);
    assert_eq!(
        due_at,
        Some(world.now + secs(60)),
        "she has a minute to do something"
    );
}

#[test]
fn zones_confirm_each_other_across_a_common_border() {
    let mut world = World::new();
    let alarm = world.raise("fence-1", "perimeter");
    let far = world.report("fence-3", "perimeter", Active);
    assert_eq!(far.0, Outcome::Raised, "west is not beside north");
    assert_eq!(
        world.report("fence-2", "perimeter", Active),
        (Outcome::Risen, Some(alarm))
    );
    assert_eq!(world.alarm(alarm).kind.as_str(), "perimeter_seen");
}

#[test]
fn what_a_part_of_a_row_says_besides_gets_a_row_of_its_own() {
    let mut world = World::new();
    let alarm = world.raise("hall", "smoke");
    assert_eq!(world.report("stairs", "smoke", Active).1, Some(alarm));
    let (outcome, heat) = world.report("stairs", "heat", Active);
    assert_eq!(outcome, Outcome::Raised);
    assert!(world.alarm(heat.unwrap()).is_active());
    assert_eq!(
        world.report("stairs", "heat", Cleared),
        (Outcome::Cleared, heat)
    );
}

#[test]
fn a_device_does_not_confirm_itself() {
    let mut world = World::new();
    let alarm = world.raise("hall", "smoke");
    assert_eq!(
        world.report("hall", "smoke", Active),
        (Outcome::Repeated, Some(alarm))
    );
    assert_eq!(world.report("hall", "heat", Active).0, Outcome::Raised);
    assert_eq!(world.alarm(alarm).kind.as_str(), "smoke");
}
