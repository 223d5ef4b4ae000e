//! The ladders of steps that nobody took, or that somebody left out.

use super::world::{climbed_about, duty, everybody, ladders};
use crate::rules_common::{World, estate, id, list, secs};
use castellan_domain::alarm::AlarmCommand;
use castellan_domain::command::Command;
use castellan_domain::dispatch::{DispatchCommand, Matter as SentFor};
use castellan_domain::ids::{AlarmId, AssignmentId, IncidentId, StepId};
use castellan_domain::incident::{IncidentCommand, SkipReason};
use castellan_domain::matter::Matter;
use serde_json::json;

/// A fight wants one guard, who is sent at once; its procedure has a step with a minute and one without.
fn world() -> World {
    world_with("e2", 1)
}

/// The same where so many guards are wanted within 50 seconds, and another ladder.
fn world_with(ladder: &str, guards: u8) -> World {
    let mut document = estate();
    ladders(&mut document);
    let words = json!({"zh": "做", "en": "Do"});
    document["procedures"] = json!([{"id": "fight", "name": {"zh": "打架", "en": "Fight"}, "steps": [
        {"id": "police", "words": words, "deadline_s": 60},
        {"id": "ambulance", "words": words, "optional": true},
        {"id": "record", "words": words}]}]);
    let kinds = list(&mut document, "alarm_types");
    for kind in kinds.iter_mut().filter(|kind| kind["id"] == "fight") {
        kind["procedure"] = json!("fight");
        kind["ladder"] = json!(ladder);
        (kind["dispatch_s_max"], kind["dispatch_guards"]) = (json!(50), json!(guards));
    }
    let mut world = World::of(&document);
    for person in ["li-na", "zhao-min", "wang-qiang", "sun-lei", "zhou-jie"] {
        duty(&mut world, person, true);
    }
    world.give(everybody());
    world.raise("hall", "fight");
    let alarm = AlarmId(1);
    world.done("li-na", Command::Alarm(AlarmCommand::Claim { alarm }));
    send(&mut world, "wang-qiang");
    world
}

fn send(world: &mut World, person: &str) {
    let (matter, person) = (SentFor::Alarm(AlarmId(1)), id(person));
    let send = DispatchCommand::Dispatch { matter, person };
    world.done("li-na", Command::Dispatch(send));
    world.wait(secs(0));
}

fn take(world: &mut World, who: &str, step: &'static str) {
    let (incident, step) = (IncidentId(1), StepId::constant(step));
    let command = IncidentCommand::TakeStep {
        incident,
        step,
        answer: None,
    };
    world.done(who, Command::Incident(command));
    world.wait(secs(0));
}

fn skip(world: &mut World, step: &'static str, reason: Option<SkipReason>) {
    let (incident, step) = (IncidentId(1), StepId::constant(step));
    let command = IncidentCommand::SkipStep {
        incident,
        step,
        reason,
    };
    world.done("li-na", Command::Incident(command));
    world.wait(secs(0));
}

/// What is told of the ladder about the incident.
fn told(world: &World) -> Vec<String> {
    let all = climbed_about(world).into_iter();
    all.filter_map(|(of, told)| (of == Matter::Incident(IncidentId(1))).then_some(told))
        .collect()
}

#[test]
fn a_required_step_that_nobody_takes_calls_the_shift_leader_once_until_somebody_does() {
    let mut world = world();
    world.wait(secs(200));
    let called = ["60 i-1 steplate", "60 step 1", "60 zhou-jie sms"];
    assert_eq!(told(&world), called);
    take(&mut world, "zhao-min", "police");
    assert_eq!(told(&world)[3..], ["200 stopped by zhao-min"]);
    world.wait(secs(600));
    assert_eq!(told(&world).len(), 4, "what has no time is late for nobody");
}

#[test]
fn a_step_taken_in_time_calls_nobody() {
    let mut world = world();
    world.wait(secs(59));
    take(&mut world, "li-na", "police");
    skip(&mut world, "ambulance", None);
    world.wait(secs(600));
    assert_eq!(told(&world), [""; 0]);
}

#[test]
fn a_required_step_left_out_is_told_to_the_shift_leader_until_they_look_or_it_is_taken() {
    let mut world = world();
    take(&mut world, "li-na", "police");
    world.wait(secs(5));
    skip(&mut world, "record", Some(SkipReason::NotPossible));
    let called = ["5 i-1 stepskipped", "5 step 1", "5 zhou-jie sms"];
    assert_eq!(told(&world), called);
    world.wait(secs(5));
    // Another operator's deed is not the shift leader's.
    take(&mut world, "zhao-min", "police");
    assert_eq!(told(&world), called);
    take(&mut world, "zhou-jie", "police");
    assert_eq!(told(&world)[3..], ["10 stopped by zhou-jie"]);
    skip(&mut world, "record", Some(SkipReason::NotSafe));
    world.wait(secs(1));
    take(&mut world, "li-na", "record");
    assert_eq!(
        told(&world)[4..],
        [
            "10 i-1 stepskipped",
            "10 step 1 spared:zhou-jie",
            "11 stopped by li-na"
        ]
    );
}

#[test]
fn a_late_step_is_told_once_what_was_climbed_before_it_is_answered() {
    let mut world = world_with("e1", 2);
    let assignment = AssignmentId(1);
    let accept = DispatchCommand::Accept { assignment };
    world.done("wang-qiang", Command::Dispatch(accept));
    world.wait(secs(70));
    let too_few = ["50 i-1 undispatched", "50 step 1", "50 zhou-jie sms"];
    assert_eq!(told(&world), too_few);
    skip(&mut world, "record", Some(SkipReason::NotPossible));
    send(&mut world, "sun-lei");
    let late = [
        "70 stopped by li-na",
        "70 i-1 steplate",
        "70 step 1 late:10",
        "70 zhou-jie sms",
    ];
    assert_eq!(told(&world)[3..], late);
    // Whoever calls one of them back has answered nothing.
    let assignment = AssignmentId(2);
    let recall = DispatchCommand::Recall { assignment };
    world.done("li-na", Command::Dispatch(recall));
    world.wait(secs(10));
    assert_eq!(told(&world).len(), 7);
    take(&mut world, "li-na", "police");
    let left_out = [
        "80 stopped by li-na",
        "80 i-1 stepskipped",
        "80 step 1 late:10",
        "80 zhou-jie sms",
    ];
    assert_eq!(told(&world)[7..], left_out);
}

#[test]
fn a_late_step_is_told_though_nobody_is_called_for_too_few_guards() {
    let mut world = world_with("e2", 2);
    world.wait(secs(200));
    let called = ["60 i-1 steplate", "60 step 1", "60 zhou-jie sms"];
    assert_eq!(told(&world), called);
}

#[test]
fn a_step_that_was_not_taken_after_all_is_late_once_more() {
    let mut world = world();
    world.wait(secs(70));
    take(&mut world, "zhao-min", "police");
    let (incident, step) = (IncidentId(1), StepId::constant("police"));
    let undo = IncidentCommand::UndoStep { incident, step };
    world.done("zhao-min", Command::Incident(undo));
    world.wait(secs(0));
    let again = [
        "70 stopped by zhao-min",
        "70 i-1 steplate",
        "70 step 1 late:10",
        "70 zhou-jie sms",
    ];
    assert_eq!(told(&world)[3..], again);
}

#[test]
fn whoever_gives_an_incident_back_has_answered_nothing_and_what_was_late_still_is() {
    let mut world = world();
    world.wait(secs(70));
    let incident = IncidentId(1);
    let release = IncidentCommand::Release { incident };
    world.done("li-na", Command::Incident(release));
    world.wait(secs(10));
    let claim = IncidentCommand::Claim { incident };
    world.done("zhao-min", Command::Incident(claim));
    world.wait(secs(0));
    let then = [
        "70 i-1 returned",
        "80 stopped by zhao-min",
        "80 i-1 steplate",
        "80 step 1 late:20",
        "80 zhou-jie sms",
    ];
    assert_eq!(told(&world)[3..], then);
}
