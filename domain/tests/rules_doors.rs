//! Doors: what their controllers say becomes their state; forced and held ones become alarms.

use crate::rules_common::{World, became, estate, id, list, secs};
use castellan_domain::alarm::{AlarmCommand, Source};
use castellan_domain::answer::Outcome;
use castellan_domain::command::Command;
use castellan_domain::door::{DoorFact, DoorRefusal, DoorState};
use castellan_domain::fact::FactBody;
use castellan_domain::observation::DoorChange::{Closed, Granted, Opened, Retained};
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::rules::door_held::AGAIN_AFTER;
use castellan_domain::zone::ZoneCommand;
use serde_json::json;

fn is_open(world: &World, door: &str) -> bool {
    let state = world.view().doors.get(&id(door));
    matches!(state, Some(DoorState::Open { .. }))
}

#[test]
fn whoever_was_let_through_forced_nothing() {
    let mut world = World::new();
    assert_eq!(world.door("gate", Granted), (Outcome::StateKept, None));
    world.wait(secs(10));
    assert_eq!(world.door("gate", Opened), (Outcome::StateKept, None));
    assert!(is_open(&world, "gate"));
    assert!(world.rows("door_forced").is_empty());
}

#[test]
fn a_door_that_opens_after_its_grant_is_forced_until_it_closes() {
    let mut world = World::new();
    world.door("gate", Granted);
    world.wait(secs(11));
    let (outcome, alarm) = world.door("gate", Opened);
    assert_eq!(outcome, Outcome::Raised);
    let row = world.alarm(alarm.unwrap());
    assert_eq!(row.kind.as_str(), "door_forced");
    assert_eq!(row.source, Source::Device(id("gate")));
    assert!(row.is_active());
    assert_eq!(world.door("gate", Closed), (Outcome::Cleared, alarm));
    assert!(!world.alarm(alarm.unwrap()).is_active());
    assert!(!is_open(&world, "gate"));
}

#[test]
fn a_grant_survives_a_crash() {
    let mut world = World::new();
    world.door("gate", Granted);
    world.crash(secs(5));
    world.door("gate", Opened);
    assert!(world.rows("door_forced").is_empty());
}

#[test]
fn without_grants_only_an_armed_zone_makes_it_forced() {
    let mut world = World::new();
    assert_eq!(world.door("cellar", Opened).0, Outcome::StateKept);
    world.door("cellar", Closed);
    let zone = id("cellars");
    world.done("li-na", Command::Zone(ZoneCommand::Arm { zone }));
    assert_eq!(world.door("cellar", Opened).0, Outcome::Raised);
    assert_eq!(
        world.row("door_forced").source,
        Source::Device(id("cellar"))
    );
}

#[test]
fn a_retained_open_is_never_forced_and_is_held_in_time() {
    let mut world = World::new();
    let open = Retained { open: true };
    assert_eq!(world.door("gate", open), (Outcome::StateKept, None));
    assert_eq!(world.door("gate", open), (Outcome::Unchanged, None));
    world.wait(secs(59));
    assert!(world.rows("door_held").is_empty());
    world.wait(secs(1));
    assert!(world.row("door_held").is_active());
    assert!(world.rows("door_forced").is_empty());
    world.door("gate", Retained { open: false });
    assert!(!world.row("door_held").is_active());
}

#[test]
fn a_held_door_is_raised_once_and_again_in_the_same_row() {
    let mut world = World::new();
    world.door("cellar", Opened);
    world.wait(secs(20));
    // Said again while it is open: the time runs on.
    assert_eq!(world.door("cellar", Opened), (Outcome::Unchanged, None));
    world.wait(secs(10));
    let held = world.row("door_held").clone();
    assert_eq!(held.place.building(), Some(&id("b1")));
    world.wait(secs(3_600));
    assert_eq!(world.row("door_held").repeats, 0);
    // A crash and another touch of its row change nothing.
    world.done(
        "li-na",
        Command::Alarm(AlarmCommand::Claim { alarm: held.id }),
    );
    world.crash(secs(60));
    world.wait(secs(3_600));
    assert_eq!(world.row("door_held").repeats, 0);
    world.door("cellar", Closed);
    assert!(!world.row("door_held").is_active());
    // The old row is touched between opening and deadline, and the door is held all the same.
    world.door("cellar", Opened);
    world.note("li-na", held.id);
    world.wait(secs(30));
    let row = world.row("door_held");
    assert!(row.is_active());
    assert_eq!((row.id, row.repeats), (held.id, 1));
}

#[test]
fn a_crash_while_a_door_stands_open_forgets_no_deadline() {
    let mut world = World::new();
    world.door("cellar", Opened);
    world.crash(secs(600));
    world.wait(secs(0));
    assert!(world.row("door_held").is_active());
}

#[test]
fn where_no_row_can_be_made_a_held_door_is_looked_at_again_later() {
    let mut estate = estate();
    let types = list(&mut estate, "alarm_types");
    types.retain(|kind| kind["id"] != "door_held");
    let mut world = World::of(&estate);
    world.door("cellar", Opened);
    world.wait(secs(30 + 2 * AGAIN_AFTER.as_secs()));
    let openings = |body: &FactBody| matches!(body, FactBody::Door(DoorFact::Opened(_)));
    assert_eq!(
        world.count(openings),
        1 + 3,
        "once, and then every ten minutes"
    );
    let Some(DoorState::Open { since, .. }) = world.view().doors.get(&id("cellar")) else {
        panic!("it is open");
    };
    assert_eq!(
        *since,
        crate::rules_common::NOON,
        "it has been open all the time"
    );
}

#[test]
fn a_type_of_another_family_is_raised_once_too() {
    let mut estate = estate();
    for kind in list(&mut estate, "alarm_types") {
        if kind["id"] == "door_held" {
            kind["family"] = json!("doors");
        }
    }
    let mut world = World::of(&estate);
    world.door("cellar", Opened);
    world.wait(secs(3_600));
    assert_eq!(world.row("door_held").repeats, 0);
}

#[test]
fn old_news_does_not_open_a_closed_door() {
    let mut world = World::new();
    world
        .door_at("gate", Closed, Some(world.now), false)
        .unwrap();
    let long_ago = Some(world.now - secs(900));
    let answer = world.door_at("gate", Opened, long_ago, false);
    assert_eq!(became(answer), (Outcome::Unchanged, None));
    assert!(!is_open(&world, "gate"));
    // Within the error of two clocks the last word counts.
    let just_before = Some(world.now - secs(200));
    became(world.door_at("gate", Opened, just_before, false));
    assert!(is_open(&world, "gate"));
}

#[test]
fn a_door_that_closed_by_a_clock_that_is_behind_is_held_no_longer() {
    let mut world = World::new();
    world.door("cellar", Opened);
    world.wait(secs(600));
    assert!(world.row("door_held").is_active());
    // Near enough to its opening to be believed, and long before it was called held.
    let behind = Some(crate::rules_common::NOON - secs(280));
    let answer = world.door_at("cellar", Closed, behind, false);
    assert_eq!(became(answer).0, Outcome::Cleared);
    assert!(!is_open(&world, "cellar"));
    assert!(!world.row("door_held").is_active());
}

#[test]
fn a_drill_forces_a_door_on_paper_only() {
    let mut world = World::new();
    let (outcome, alarm) = became(world.door_at("gate", Opened, None, true));
    assert_eq!(outcome, Outcome::Raised);
    assert!(world.alarm(alarm.unwrap()).drill);
    assert!(world.view().doors.is_empty());
    assert_eq!(
        became(world.door_at("gate", Granted, None, true)).0,
        Outcome::Unchanged
    );
    let ended = became(world.door_at("gate", Closed, None, true));
    assert_eq!(ended, (Outcome::Cleared, alarm));
}

#[test]
fn who_is_no_door_is_told_so() {
    let mut world = World::new();
    let answer = world.door_at("hall", Opened, None, false);
    assert_eq!(answer, Err(Refusal::Door(DoorRefusal::NotADoor)));
    let answer = world.door_at("nowhere", Opened, None, false);
    assert_eq!(answer, Err(Refusal::Common(CommonRefusal::NotInEstate)));
}
