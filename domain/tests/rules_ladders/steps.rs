//! The ladders of steps that nobody took, or that somebody left out.

use super::world::{climbed_about, duty, everybody, ladders};
use crate::rules_common::{World, estate, id, list, secs};
use castellan_domain::alarm::AlarmCommand;
use castellan_domain::command::Command;
use castellan_domain::dispatch::{DispatchCommand, Matter as SentFor};
use castellan_domain::ids::{AlarmId, IncidentId, StepId};
use castellan_domain::incident::{IncidentCommand, SkipReason};
use castellan_domain::matter::Matter;
use serde_json::json;

/// A fight wants one guard, who is sent at once; its procedure has a step with a minute and one without.
fn world() -> World {
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
    }
    let mut world = World::of(&document);
    for person in ["li-na", "zhao-min", "wang-qiang", "zhou-jie"] {
        duty(&mut world, person, true);
    }
    world.give(everybody());
    world.raise("hall", "fight");
    let alarm = AlarmId(1);
    world.done("li-na", Command::Alarm(AlarmCommand::Claim { alarm }));
    let (matter, person) = (SentFor::Alarm(alarm), id("wang-qiang"));
    let send = DispatchCommand::Dispatch { matter, person };
    world.done("li-na", Command::Dispatch(send));
    world
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
