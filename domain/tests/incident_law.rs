//! What holds of incidents whatever comes together: who may see them, whose their alarms are, and how many.

use crate::common::{World, id, is_done, secs};
use crate::incidents::{accept, guarded, incident, part, part_of, send, world};
use castellan_domain::access::{self, Actor, Right, Rights};
use castellan_domain::alarm::{AlarmCommand, Verdict};
use castellan_domain::audience::Audience;
use castellan_domain::command::Command;
use castellan_domain::dispatch::{DispatchCommand, Matter, Stage as Part};
use castellan_domain::engine::Input;
use castellan_domain::estate::{AlarmType, DutyKept, Estate, Opens, Role};
use castellan_domain::ids::{AlarmId, AssignmentId, IncidentId, PersonId, ProcedureId};
use castellan_domain::incident::{
    ALARMS_PER_INCIDENT_MAX, IncidentCommand, IncidentRefusal, NextStage,
};
use castellan_domain::observation::ReportedState::Active;
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::site::Site;
use castellan_domain::staff::StaffCommand;

fn kind(raw: &str) -> AlarmType {
    serde_json::from_str(raw).expect("a type")
}

fn with(kinds: &[&str]) -> Estate {
    let mut estate = guarded();
    estate.alarm_types.extend(kinds.iter().map(|raw| kind(raw)));
    estate
}

fn give(world: &mut World, who: &str, command: IncidentCommand) -> bool {
    is_done(&world.command(who, None, Command::Incident(command)))
}

/// What a wall shows of incidents and of whoever was sent.
fn on_a_wall(world: &World) -> (usize, usize) {
    let shown = world.view().seen_by(&Audience::Wall);
    (shown.incidents.len(), shown.assignments.len())
}

#[test]
fn a_silent_call_by_its_family_is_an_incident_that_no_wall_shows() {
    let button = r#"{"id": "hidden_button", "family": "duress", "priority": 1, "incident": "at_once",
        "name": {"zh": "暗按钮", "en": "Hidden button"}}"#;
    let mut world = World::with(Site::default(), with(&[button]));
    let alarm = world.raise("gas-1", "hidden_button", Active);
    world.wait(secs(1));
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    assert!(incident(&world, 1).discreet && part(&world, 1).discreet);
    assert_eq!(on_a_wall(&world), (0, 0));
}

#[test]
fn what_becomes_a_silent_call_is_hidden_with_whoever_was_sent_before() {
    let panic = r#"{"id": "button", "family": "button", "tier": 1, "priority": 1,
        "name": {"zh": "按钮", "en": "Button"}}"#;
    let silent = r#"{"id": "duress_button", "family": "button", "tier": 2, "priority": 1,
        "name": {"zh": "胁迫按钮", "en": "Duress button"}}"#;
    let mut world = World::with(Site::default(), with(&[panic, silent]));
    let alarm = world.raise("gas-1", "button", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    assert_eq!(on_a_wall(&world), (1, 1));
    world.report("gas-1", "duress_button", Active).unwrap();
    assert!(incident(&world, 1).discreet && part(&world, 1).discreet);
    assert_eq!(on_a_wall(&world), (0, 0));
}

#[test]
fn an_incident_that_is_opened_again_takes_no_alarm_that_has_left_it() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    world.judge("li-na", alarm, Verdict::Genuine).unwrap();
    let (incident_id, to) = (IncidentId(1), NextStage::Closed);
    let close = IncidentCommand::Move {
        incident: incident_id,
        to,
    };
    assert!(give(&mut world, "li-na", close));
    // It becomes worse, and is nobody's.
    world.report("gas-1", "gas_high", Active).unwrap();
    assert_eq!(world.alarm(alarm).incident, None);
    let reopen = IncidentCommand::Move {
        incident: incident_id,
        to: NextStage::Reopened,
    };
    assert!(give(&mut world, "zhou-jie", reopen));
    assert_eq!(incident(&world, 1).alarms, []);
    assert_eq!(world.alarm(alarm).owner(), None);
}

#[test]
fn more_than_an_incident_takes_become_incidents_of_their_own_and_none_is_forgotten() {
    let count = ALARMS_PER_INCIDENT_MAX + 60;
    let mut estate = guarded();
    let procedure = r#"{"id": "any", "name": {"zh": "任何", "en": "Any"}, "steps": [
        {"id": "look", "words": {"zh": "看", "en": "Look"}}]}"#;
    estate.procedures = vec![serde_json::from_str(procedure).expect("a procedure")];
    estate.alarm_types.extend((0..count).map(|n| AlarmType {
        procedure: Some(ProcedureId::constant("any")),
        incident: Opens::AtOnce,
        ..kind(&format!(
            r#"{{"id": "t{n}", "priority": 2, "name": {{"zh": "某", "en": "Some"}}}}"#
        ))
    }));
    let mut world = World::with(Site::default(), estate);
    for n in 0..count {
        world.report("gas-1", &format!("t{n}"), Active).unwrap();
    }
    world.wait(secs(2));
    let sizes = world.view().incidents.values().map(|one| one.alarms.len());
    let sizes: Vec<_> = sizes.collect();
    assert_eq!(sizes, [ALARMS_PER_INCIDENT_MAX, 60]);
    assert!(
        world
            .view()
            .alarms
            .values()
            .all(|row| row.incident.is_some())
    );
}

#[test]
fn whoever_goes_home_after_the_next_one_was_asked_doubles_no_slot() {
    let mut estate = guarded();
    estate.staffing.duty = DutyKept::Recorded;
    let mut world = World::with(Site::default(), estate);
    for guard in ["wang-qiang", "li-min", "zhao-jun"] {
        let person = id(guard);
        let on = Command::Staff(StaffCommand::GoOnDuty { person });
        world.command("li-na", None, on).unwrap();
    }
    let alarm = world.raise("gas-1", "gas_high", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    world.wait(secs(21));
    assert_eq!(part(&world, 1).stage, Part::Unanswered);
    assert_eq!(world.view().assignments.len(), 2);
    let person: PersonId = id("wang-qiang");
    let home = StaffCommand::GoOffDuty { person };
    world
        .command("wang-qiang", None, Command::Staff(home))
        .unwrap();
    world.wait(secs(0));
    assert_eq!(world.view().assignments.len(), 2, "the next one holds it");
}

#[test]
fn nobody_else_is_asked_once_it_is_under_control() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_high", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    let contain = IncidentCommand::Move {
        incident: IncidentId(1),
        to: NextStage::Contained,
    };
    assert!(give(&mut world, "li-na", contain));
    world.wait(secs(60));
    assert_eq!(part(&world, 1).stage, Part::Unanswered);
    assert_eq!(world.view().assignments.len(), 1);
    // He may still answer, and be called back.
    assert!(is_done(&accept(&mut world, "wang-qiang", 1)));
    let assignment = AssignmentId(1);
    let recall = DispatchCommand::Recall { assignment };
    assert!(is_done(&part_of(&mut world, "li-na", recall)));
}

#[test]
fn an_alarm_named_twice_is_split_off_once() {
    let mut world = world();
    let first = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", first, "wang-qiang").unwrap();
    let second = world.raise("door-1", "door_held", Active);
    let join = IncidentCommand::Join {
        incident: IncidentId(1),
        alarm: second,
    };
    let claim = AlarmCommand::Claim { alarm: second };
    world.command("li-na", None, Command::Alarm(claim)).unwrap();
    assert!(give(&mut world, "li-na", join));
    let all = IncidentCommand::Split {
        incident: IncidentId(1),
        alarms: vec![first, second, first],
    };
    let refused = world.command("li-na", None, Command::Incident(all));
    let incident_id = IncidentId(1);
    let last = IncidentRefusal::LastAlarm {
        incident: incident_id,
    };
    assert_eq!(refused, Err(Refusal::Incident(last)));
    let twice = IncidentCommand::Split {
        incident: incident_id,
        alarms: vec![second, second],
    };
    assert!(give(&mut world, "li-na", twice));
    assert_eq!(incident(&world, 2).alarms, [second]);
}

#[test]
fn an_incident_that_becomes_urgent_while_its_owner_is_gone_returns() {
    let mut world = world();
    let alarm: AlarmId = world.raise("door-1", "door_held", Active);
    world.give(Input::SessionOpened {
        person: id("li-na"),
    });
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    world.give(Input::SessionGone {
        person: id("li-na"),
    });
    world.wait(secs(120));
    assert_eq!(
        incident(&world, 1).owner(),
        Some(&id("li-na")),
        "not urgent"
    );
    let worse = world.raise("gas-1", "gas_low", Active);
    let join = IncidentCommand::Join {
        incident: IncidentId(1),
        alarm: worse,
    };
    assert!(give(&mut world, "li-na", join));
    world.wait(secs(61));
    assert_eq!(incident(&world, 1).owner(), None);
}

/// The site goes on from its facts, before anything was due.
fn after_a_crash(world: &World) -> World {
    let mut site = Site::default();
    for fact in world.history() {
        site.apply(fact);
    }
    let mut after = World::with(site, guarded());
    after.now = world.now + secs(20);
    after
}

#[test]
fn what_begins_as_an_incident_is_one_after_a_crash_before_it_was_whoever_claimed_it_when() {
    // Nobody has it yet; somebody claimed it before the crash; somebody claims it after the crash.
    for (before, after) in [(false, false), (true, false), (false, true)] {
        let mut world = world();
        let alarm = world.raise("gas-1", "gas_high", Active);
        if before {
            world.claim("li-na", alarm).unwrap();
        }
        assert_eq!(world.view().incidents.len(), 0);
        let mut world = after_a_crash(&world);
        if after {
            world.claim("li-na", alarm).unwrap();
        }
        world.wait(secs(0));
        let owner = (before || after).then(|| id("li-na"));
        assert_eq!(incident(&world, 1).owner(), owner.as_ref());
        assert_eq!(incident(&world, 1).alarms, [alarm]);
    }
    // What somebody took out of one stays out.
    let mut world = world();
    let first = world.raise("gas-1", "gas_high", Active);
    world.wait(secs(0));
    let second = world.raise("gas-2", "gas_high", Active);
    world.wait(secs(0));
    world.claim("li-na", first).unwrap();
    let (incident_1, alarm) = (IncidentId(1), second);
    let leave = IncidentCommand::Leave {
        incident: incident_1,
        alarm,
    };
    assert!(give(&mut world, "li-na", leave));
    let mut world = after_a_crash(&world);
    world.wait(secs(0));
    assert_eq!(world.alarm(second).incident, None);
}

#[test]
fn whoever_works_at_a_console_sees_silent_calls_and_nobody_else_has_a_say_in_them() {
    let console = [
        Role::Operator,
        Role::ShiftLeader,
        Role::DutyManager,
        Role::ProjectManager,
    ];
    for role in console {
        let rights = Rights::of_role(role);
        assert!(rights.contains(Right::SeeDuress), "{role:?} may be alone");
    }
    for role in [Role::Guard, Role::Engineer, Role::Steward] {
        assert!(!Rights::of_role(role).contains(Right::SeeDuress));
    }
    let mut world = World::with(Site::default(), with(&[]));
    let alarm = world.raise("button-1", "duress", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    let (incident, assignment) = (IncidentId(1), AssignmentId(1));
    let gas = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", gas, "li-min").unwrap();
    let open = IncidentId(2);
    let actor = |person: &str, rights: &[Right]| Actor {
        person: id(person),
        rights: Rights::of(rights),
    };
    let (matter, person) = (Matter::Alarm(alarm), id("li-min"));
    let commands = [
        Command::Alarm(AlarmCommand::Claim { alarm }),
        Command::Incident(IncidentCommand::Claim { incident }),
        Command::Incident(IncidentCommand::Join {
            incident: open,
            alarm,
        }),
        Command::Incident(IncidentCommand::Merge {
            incident: open,
            into: incident,
        }),
        Command::Dispatch(DispatchCommand::Dispatch { matter, person }),
        Command::Dispatch(DispatchCommand::Accept { assignment }),
    ];
    let all = [Right::HandleAlarms, Right::Dispatch, Right::LeadShift];
    for command in &commands {
        let without = access::decide(&actor("zhao-min", &all), command, world.view());
        assert_eq!(
            without,
            Err(CommonRefusal::NotAllowed.into()),
            "{command:?}"
        );
        let with = [all.as_slice(), &[Right::SeeDuress]].concat();
        let with = access::decide(&actor("zhao-min", &with), command, world.view());
        assert_eq!(with, Ok(()), "{command:?}");
    }
    // Whoever was sent answers for himself.
    let accept = Command::Dispatch(DispatchCommand::Accept { assignment });
    let his = access::decide(&actor("wang-qiang", &[]), &accept, world.view());
    assert_eq!(his, Ok(()));
}
