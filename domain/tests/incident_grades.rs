//! What its alarms make of an incident: worse with each that rises or comes, less bad without its worst one.

use crate::common::{World, id, secs};
use crate::incidents::{accept, guarded, incident, part, send, world};
use castellan_domain::alarm::{AlarmCommand, Verdict};
use castellan_domain::command::Command;
use castellan_domain::dispatch::{DispatchCommand, Matter};
use castellan_domain::estate::{Opens, Priority};
use castellan_domain::ids::{AlarmId, IncidentId};
use castellan_domain::incident::{IncidentCommand, NextStage, Stage};
use castellan_domain::observation::ReportedState::Active;
use castellan_domain::site::Site;
use castellan_domain::time::Timestamp;

/// Type, priority, how many people, and by when.
fn grade(world: &World, number: u32) -> (&str, Priority, u8, Option<Timestamp>) {
    let one = incident(world, number);
    let due_at = one.dispatch_due_at;
    (one.kind.as_str(), one.priority, one.guards, due_at)
}

fn give(world: &mut World, who: &str, command: IncidentCommand) {
    let answer = world.command(who, None, Command::Incident(command));
    assert!(answer.is_ok(), "{answer:?}");
}

fn send_to(world: &mut World, number: u32, person: &str) {
    let (matter, person) = (Matter::Incident(IncidentId(number)), id(person));
    let send = Command::Dispatch(DispatchCommand::Dispatch { matter, person });
    world.command("li-na", None, send).expect("they can go");
}

/// Where nothing is an incident by itself.
fn high_alone() -> World {
    let mut estate = guarded();
    for kind in &mut estate.alarm_types {
        kind.incident = Opens::ByHand;
    }
    World::with(Site::default(), estate)
}

#[test]
fn a_rise_wants_more_people_and_the_time_to_send_them_starts_anew() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    assert_eq!(grade(&world, 1), ("gas_low", Priority::P2, 1, None));
    world.wait(secs(10));
    let before = world.facts.len();
    world.report("gas-1", "gas_high", Active).unwrap();
    let due_at = Some(world.now + secs(60));
    assert_eq!(grade(&world, 1), ("gas_high", Priority::P1, 2, due_at));
    let kinds = world.history().skip(before);
    let kinds: Vec<_> = kinds.map(|fact| fact.body.kind().0).collect();
    assert_eq!(
        kinds,
        ["alarm_repeated", "alarm_risen", "incident_regraded"],
        "in one turn"
    );
    world.wait(secs(59));
    assert_eq!(incident(&world, 1).undispatched_at, None);
    world.wait(secs(1));
    assert_eq!(incident(&world, 1).undispatched_at, Some(world.now));
}

#[test]
fn nothing_is_due_once_as_many_are_sent_as_the_worse_one_wants() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    send_to(&mut world, 1, "li-min");
    world.report("gas-1", "gas_high", Active).unwrap();
    assert_eq!(grade(&world, 1), ("gas_high", Priority::P1, 2, None));
}

#[test]
fn what_rises_within_its_priority_is_worse_and_what_somebody_set_holds() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    let (incident_1, priority) = (IncidentId(1), Priority::P1);
    let set = IncidentCommand::SetPriority {
        incident: incident_1,
        priority,
    };
    give(&mut world, "li-na", set);
    assert_eq!(grade(&world, 1), ("gas_low", Priority::P1, 1, None));
    world.report("gas-1", "gas_high", Active).unwrap();
    let due_at = Some(world.now + secs(60));
    assert_eq!(grade(&world, 1), ("gas_high", Priority::P1, 2, due_at));
    assert_eq!(incident(&world, 1).priority_by, Some(id("li-na")));
}

#[test]
fn a_worse_one_that_joins_wants_more_people_and_one_that_is_no_worse_changes_nothing() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    world.wait(secs(5));
    world.raise("gas-2", "gas_low", Active);
    world.wait(secs(0));
    assert_eq!(grade(&world, 1), ("gas_low", Priority::P2, 1, None));
    world.wait(secs(5));
    world.raise("button-1", "gas_high", Active);
    world.wait(secs(0));
    assert_eq!(incident(&world, 1).alarms.len(), 2, "too far away");
    world.raise("gas-2", "gas_high", Active);
    let due_at = Some(world.now + secs(60));
    assert_eq!(grade(&world, 1), ("gas_high", Priority::P1, 2, due_at));
}

#[test]
fn what_nobody_has_gets_its_time_with_the_claim_and_what_is_under_control_none() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    let incident_1 = IncidentId(1);
    let release = IncidentCommand::Release {
        incident: incident_1,
    };
    give(&mut world, "li-na", release);
    world.report("gas-1", "gas_high", Active).unwrap();
    assert_eq!(grade(&world, 1), ("gas_high", Priority::P1, 2, None));
    world.claim("li-na", alarm).unwrap();
    let due_at = Some(world.now + secs(60));
    assert_eq!(incident(&world, 1).dispatch_due_at, due_at);

    let mut world = self::world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    let to = NextStage::Contained;
    let contained = IncidentCommand::Move {
        incident: incident_1,
        to,
    };
    give(&mut world, "li-na", contained);
    world.report("gas-1", "gas_high", Active).unwrap();
    assert_eq!(grade(&world, 1), ("gas_high", Priority::P1, 2, None));
}

#[test]
fn incidents_that_are_merged_want_as_many_people_as_either_did() {
    let mut world = high_alone();
    let low = world.raise("gas-1", "gas_low", Active);
    let high = world.raise("button-1", "gas_high", Active);
    send(&mut world, "li-na", low, "wang-qiang").unwrap();
    send(&mut world, "li-na", high, "li-min").unwrap();
    world.wait(secs(20));
    let (from, into) = (IncidentId(2), IncidentId(1));
    let merge = IncidentCommand::Merge {
        incident: from,
        into,
    };
    give(&mut world, "li-na", merge);
    assert_eq!(
        grade(&world, 1),
        ("gas_high", Priority::P1, 2, None),
        "both are sent"
    );
}

#[test]
fn a_merge_with_too_few_people_starts_the_time_anew() {
    let mut world = high_alone();
    let low = world.raise("gas-1", "gas_low", Active);
    let high = world.raise("button-1", "gas_high", Active);
    send(&mut world, "li-na", low, "wang-qiang").unwrap();
    world.claim("li-na", high).unwrap();
    world.note("li-na", high).unwrap();
    world.judge("li-na", high, Verdict::Genuine).unwrap();
    let (from, into) = (IncidentId(2), IncidentId(1));
    let merge = IncidentCommand::Merge {
        incident: from,
        into,
    };
    give(&mut world, "li-na", merge);
    let due_at = Some(world.now + secs(60));
    assert_eq!(grade(&world, 1), ("gas_high", Priority::P1, 2, due_at));
}

fn leave(world: &mut World, alarm: AlarmId) {
    let incident = IncidentId(1);
    give(world, "li-na", IncidentCommand::Leave { incident, alarm });
}

/// An incident of a low and a high one, to which one person was sent, and the time has passed.
fn low_and_high() -> (World, AlarmId, AlarmId) {
    let mut world = high_alone();
    let low = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", low, "wang-qiang").expect("he can go");
    let high = world.raise("gas-2", "gas_high", Active);
    world.wait(secs(60));
    assert_eq!(incident(&world, 1).alarms, [low, high]);
    assert!(incident(&world, 1).undispatched_at.is_some());
    (world, low, high)
}

#[test]
fn without_its_worst_alarm_it_is_what_is_left_of_it() {
    let (mut world, low, high) = low_and_high();
    leave(&mut world, high);
    assert_eq!(grade(&world, 1), ("gas_low", Priority::P2, 1, None));
    assert_eq!(incident(&world, 1).place, world.alarm(low).place);
    let last = world.history().last().expect("a fact");
    assert_eq!(last.body.kind().0, "incident_regraded");
    assert_eq!(last.actor, Some(id("li-na")), "it is their answer");
}

#[test]
fn without_another_one_it_stays_as_it_is_and_people_go_where_something_is_left() {
    let (mut world, low, high) = low_and_high();
    leave(&mut world, low);
    let (kind, priority, wanted, _) = grade(&world, 1);
    assert_eq!((kind, priority, wanted), ("gas_high", Priority::P1, 2));
    assert_eq!(incident(&world, 1).place, world.alarm(high).place);
}

#[test]
fn a_priority_that_somebody_set_holds_when_the_worst_alarm_leaves() {
    let (mut world, _, high) = low_and_high();
    let (incident_1, priority) = (IncidentId(1), Priority::P3);
    let set = IncidentCommand::SetPriority {
        incident: incident_1,
        priority,
    };
    give(&mut world, "li-na", set);
    leave(&mut world, high);
    assert_eq!(grade(&world, 1), ("gas_low", Priority::P3, 1, None));
}

#[test]
fn what_is_left_and_was_false_makes_nothing_less_bad() {
    let (mut world, low, high) = low_and_high();
    world
        .judge("li-na", low, Verdict::DeviceFault)
        .expect("it is hers");
    leave(&mut world, high);
    let (kind, priority, wanted, _) = grade(&world, 1);
    assert_eq!((kind, priority, wanted), ("gas_high", Priority::P1, 2));
}

fn split(world: &mut World, alarms: &[AlarmId]) {
    let (incident, alarms) = (IncidentId(1), alarms.to_vec());
    give(world, "li-na", IncidentCommand::Split { incident, alarms });
}

#[test]
fn what_is_split_off_is_of_its_worst_alarm_and_people_go_on_to_where_they_were_sent() {
    let (mut world, low, high) = low_and_high();
    accept(&mut world, "wang-qiang", 1).expect("he was asked");
    let low_again = world.raise("button-1", "gas_low", Active);
    let incident_1 = IncidentId(1);
    let joined = IncidentCommand::Join {
        incident: incident_1,
        alarm: low_again,
    };
    give(&mut world, "li-na", joined);
    split(&mut world, &[high, low_again]);
    let due_at = Some(world.now + secs(60));
    assert_eq!(grade(&world, 2), ("gas_high", Priority::P1, 2, due_at));
    assert_eq!(incident(&world, 2).place, world.alarm(high).place);
    assert_eq!(grade(&world, 1), ("gas_low", Priority::P2, 1, None));
    assert_eq!(incident(&world, 1).place, world.alarm(low).place);
    assert_eq!(part(&world, 1).incident, incident_1, "he goes there");
}

#[test]
fn whoever_was_sent_belongs_to_whichever_part_has_the_alarm_that_stands_there() {
    let (mut world, low, high) = low_and_high();
    accept(&mut world, "wang-qiang", 1).expect("he was asked");
    split(&mut world, &[low]);
    assert_eq!(part(&world, 1).incident, IncidentId(2));
    assert_eq!(grade(&world, 2), ("gas_low", Priority::P2, 1, None));
    assert_eq!(incident(&world, 2).stage, Stage::Dispatched);
    // Nobody is left to the other one, and the time to send somebody starts anew.
    let due_at = Some(world.now + secs(60));
    assert_eq!(grade(&world, 1), ("gas_high", Priority::P1, 2, due_at));
    assert_eq!(incident(&world, 1).place, world.alarm(high).place);
}

#[test]
fn what_somebody_took_out_is_not_put_back_when_it_rises_and_begins_an_incident_of_its_own() {
    let mut world = world();
    let first = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", first, "wang-qiang").expect("he can go");
    let second = world.raise("gas-2", "gas_low", Active);
    world.wait(secs(0));
    leave(&mut world, second);
    let release = AlarmCommand::Release { alarm: second };
    world
        .command("li-na", None, Command::Alarm(release))
        .expect("it is hers");
    world.wait(secs(1));
    assert_eq!(world.alarm(second).incident, None, "given back");
    world.report("gas-2", "gas_high", Active).expect("it rises");
    world.wait(secs(1));
    assert_eq!(incident(&world, 1).alarms, [first]);
    assert_eq!(world.alarm(second).incident, Some(IncidentId(2)));
}
