//! 收回: whoever handed something on takes it back, as long as nobody has done anything with it.

use crate::common::{World, id, is_done, secs};
use crate::incidents::{accept, incident, send, world};
use castellan_domain::alarm::{AlarmCommand, AlarmRefusal};
use castellan_domain::answer::Answer;
use castellan_domain::command::Command;
use castellan_domain::dispatch::DispatchCommand;
use castellan_domain::ids::{AlarmId, AssignmentId, IncidentId};
use castellan_domain::incident::{IncidentCommand, IncidentRefusal};
use castellan_domain::observation::ReportedState::{Active, Cleared};
use castellan_domain::refusal::Refusal;

/// An alarm that li-na has.
fn claimed() -> (World, AlarmId) {
    let mut world = World::new();
    let alarm = world.raise("gas-1", "gas_low", Active);
    world.claim("li-na", alarm).expect("nobody has it");
    (world, alarm)
}

fn give(world: &mut World, who: &str, alarm: AlarmId, to: &str) -> Answer {
    let to = id(to);
    let command = Command::Alarm(AlarmCommand::Transfer { alarm, to });
    world.command(who, None, command)
}

fn give_incident(world: &mut World, who: &str, to: &str) -> Answer {
    let (incident, to) = (IncidentId(1), id(to));
    let command = Command::Incident(IncidentCommand::Transfer { incident, to });
    world.command(who, None, command)
}

#[track_caller]
fn is_anothers(answer: &Answer, owner: &str) {
    let by = id(owner);
    let refusal = Refusal::Alarm(AlarmRefusal::NotOwner { by });
    assert_eq!(answer, &Err(refusal));
}

#[test]
fn a_plain_operator_takes_back_what_they_handed_on_whatever_its_device_says_meanwhile() {
    let (mut world, alarm) = claimed();
    give(&mut world, "li-na", alarm, "zhao-min").unwrap();
    world.wait(secs(9));
    world.report("gas-1", "gas_low", Cleared).unwrap();
    world.report("gas-1", "gas_low", Active).unwrap();
    give(&mut world, "li-na", alarm, "li-na").unwrap();
    assert_eq!(world.alarm(alarm).owner(), Some(&id("li-na")));
    // And hands it on again, to whom it was meant for.
    give(&mut world, "li-na", alarm, "zhou-jie").unwrap();
    assert_eq!(world.alarm(alarm).owner(), Some(&id("zhou-jie")));
}

#[test]
fn nobody_takes_back_what_its_new_owner_has_begun_with_and_hears_whose_it_is() {
    let (mut world, alarm) = claimed();
    give(&mut world, "li-na", alarm, "zhao-min").unwrap();
    world.note("zhou-jie", alarm).unwrap();
    world.note("zhao-min", alarm).unwrap();
    is_anothers(&give(&mut world, "li-na", alarm, "li-na"), "zhao-min");
}

#[test]
fn what_was_handed_on_goes_back_to_whoever_gave_it_and_to_nobody_else() {
    let (mut world, alarm) = claimed();
    give(&mut world, "li-na", alarm, "zhou-jie").unwrap();
    is_anothers(&give(&mut world, "li-na", alarm, "zhao-min"), "zhou-jie");
    is_anothers(&give(&mut world, "zhao-min", alarm, "zhao-min"), "zhou-jie");
    // It came back by itself, and its next owner got it from nobody.
    world.wait(secs(200));
    world.claim("zhao-min", alarm).unwrap();
    is_anothers(&give(&mut world, "li-na", alarm, "li-na"), "zhao-min");
}

#[test]
fn an_incident_is_taken_back_until_its_new_owner_does_anything_with_it_or_its_alarms() {
    let answer = |done: fn(&mut World, AlarmId)| {
        let mut world = world();
        let alarm = world.raise("gas-1", "gas_low", Active);
        send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
        give_incident(&mut world, "li-na", "zhao-min").unwrap();
        done(&mut world, alarm);
        let answer = give_incident(&mut world, "li-na", "li-na");
        let owner = incident(&world, 1).owner().cloned();
        assert_eq!(world.alarm(alarm).owner().cloned(), owner);
        (answer, owner)
    };
    let (back, owner) = answer(|world, _| {
        // Whoever was sent goes on meanwhile.
        accept(world, "wang-qiang", 1).unwrap();
    });
    assert!(is_done(&back), "{back:?}");
    assert_eq!(owner, Some(id("li-na")));
    let begun: [fn(&mut World, AlarmId); 3] = [
        |world, alarm| {
            world.note("zhao-min", alarm).unwrap();
        },
        |world, alarm| {
            send(world, "zhao-min", alarm, "li-min").unwrap();
        },
        |world, _| {
            let assignment = AssignmentId(1);
            let recall = Command::Dispatch(DispatchCommand::Recall { assignment });
            world.command("zhao-min", None, recall).unwrap();
        },
    ];
    for begun in begun {
        let (refused, owner) = answer(begun);
        let Err(Refusal::Incident(IncidentRefusal::NotIncidentOwner { by, .. })) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!((by, owner), (id("zhao-min"), Some(id("zhao-min"))));
    }
}
