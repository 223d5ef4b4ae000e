//! An alarm becomes an incident, a guard is sent, and each has one owner: told as stories.

use crate::common::{World, estate, id, is_done, secs, words};
use castellan_domain::alarm::{AlarmCommand, NoteCommand, Verdict};
use castellan_domain::answer::Answer;
use castellan_domain::command::Command;
use castellan_domain::dispatch::{Assignment, DispatchCommand, Matter, Stage as Part, Withdrawal};
use castellan_domain::engine::Input;
use castellan_domain::estate::{Estate, Opens, Person, Role};
use castellan_domain::fact::FactBody;
use castellan_domain::ids::{AlarmId, AssignmentId, IncidentId};
use castellan_domain::incident::{
    Incident, IncidentCommand, IncidentRefusal, JoinedIncidentBy, NextStage, OpenedBy, Owner, Stage,
};
use castellan_domain::observation::{ReportedState::Active, ReportedState::Cleared};
use castellan_domain::refusal::Refusal;
use castellan_domain::site::Site;

/// The estate with three guards, in which a high gas alarm is an incident at once.
pub(crate) fn guarded() -> Estate {
    let mut estate = estate();
    for (guard, phone) in [("li-min", "guard-02"), ("zhao-jun", "guard-03")] {
        let wang = estate.people.iter().find(|one| one.role == Role::Guard);
        let wang = wang.expect("a guard").clone();
        estate.people.push(Person {
            id: id(guard),
            call_sign: None,
            phone: Some(id(phone)),
            ..wang
        });
    }
    let high = estate.alarm_types.iter_mut();
    for kind in high.filter(|kind| kind.id.as_str() == "gas_high") {
        kind.incident = Opens::AtOnce;
        kind.dispatch_s_max = Some(60);
        kind.dispatch_guards = 2;
    }
    estate
}

pub(crate) fn world() -> World {
    World::with(Site::default(), guarded())
}

pub(crate) fn incident(world: &World, number: u32) -> &Incident {
    &world.view().incidents[&IncidentId(number)]
}

pub(crate) fn part(world: &World, number: u32) -> &Assignment {
    &world.view().assignments[&AssignmentId(number)]
}

pub(crate) fn send(world: &mut World, who: &str, alarm: AlarmId, person: &str) -> Answer {
    let matter = Matter::Alarm(alarm);
    let person = id(person);
    world.command(
        who,
        None,
        Command::Dispatch(DispatchCommand::Dispatch { matter, person }),
    )
}

pub(crate) fn part_of(world: &mut World, who: &str, command: DispatchCommand) -> Answer {
    world.command(who, None, Command::Dispatch(command))
}

pub(crate) fn accept(world: &mut World, who: &str, number: u32) -> Answer {
    let assignment = AssignmentId(number);
    part_of(world, who, DispatchCommand::Accept { assignment })
}

fn step(world: &mut World, who: &str, to: NextStage) -> Answer {
    let incident = IncidentId(1);
    let command = IncidentCommand::Move { incident, to };
    world.command(who, None, Command::Incident(command))
}

fn kinds_since(world: &World, from: usize) -> Vec<&'static str> {
    let facts = world.history().skip(from);
    facts.map(|fact| fact.body.kind().0).collect()
}

#[test]
fn one_key_claims_opens_the_incident_and_asks_the_guard_and_the_second_hears_who_was_first() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    let before = world.facts.len();
    assert!(is_done(&send(&mut world, "li-na", alarm, "wang-qiang")));
    assert_eq!(
        kinds_since(&world, before),
        ["alarm_claimed", "incident_opened", "assignment_offered"]
    );
    let opened = incident(&world, 1);
    assert_eq!(
        (opened.why, &opened.stage),
        (OpenedBy::Dispatch, &Stage::Dispatched)
    );
    assert_eq!(opened.owner(), Some(&id("li-na")));
    assert_eq!(world.alarm(alarm).incident, Some(IncidentId(1)));
    assert_eq!(part(&world, 1).stage, Part::Offered);
    world.wait(castellan_domain::time::Span::from_millis(400));
    let second = send(&mut world, "zhao-min", alarm, "li-min");
    let Err(Refusal::Incident(IncidentRefusal::IncidentOwned { by, ahead, .. })) = second else {
        panic!("{second:?}");
    };
    assert_eq!((by, ahead.as_millis()), (id("li-na"), 400));
}

#[test]
fn whoever_owns_the_incident_owns_its_alarms_and_its_deadlines_replace_theirs() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    assert_eq!(world.alarm(alarm).next_due(), None, "no follow-up is due");
    world.wait(secs(600));
    assert_eq!(world.alarm(alarm).owner(), Some(&id("li-na")));
    let to = id("zhao-min");
    let singly = world.command(
        "li-na",
        None,
        Command::Alarm(AlarmCommand::Transfer { alarm, to }),
    );
    assert_eq!(
        singly,
        Err(Refusal::Incident(IncidentRefusal::InIncident {
            alarm,
            incident: IncidentId(1)
        }))
    );
    let (incident, to) = (IncidentId(1), id("zhao-min"));
    let handed = IncidentCommand::Transfer { incident, to };
    world
        .command("li-na", None, Command::Incident(handed))
        .unwrap();
    assert_eq!(world.alarm(alarm).owner(), Some(&id("zhao-min")));
}

#[test]
fn an_incident_whose_owner_is_gone_returns_with_its_alarms_and_the_name() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    world.give(Input::SessionOpened {
        person: id("li-na"),
    });
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    world.give(Input::SessionGone {
        person: id("li-na"),
    });
    world.wait(secs(59));
    assert_eq!(incident(&world, 1).owner(), Some(&id("li-na")));
    world.wait(secs(2));
    let Owner::Nobody { returned, .. } = &incident(&world, 1).owner else {
        panic!("still owned");
    };
    assert_eq!(
        returned.as_ref().and_then(|back| back.from.clone()),
        Some(id("li-na"))
    );
    assert_eq!(world.alarm(alarm).owner(), None);
    assert!(
        world.alarm(alarm).claim_due_at().is_some(),
        "a deadline runs again"
    );
    // Whoever claims the alarm has the incident.
    world.claim("zhao-min", alarm).unwrap();
    assert_eq!(incident(&world, 1).owner(), Some(&id("zhao-min")));
}

#[test]
fn what_begins_as_an_incident_is_one_at_once_and_takes_in_what_comes_near_it_in_time() {
    let mut world = world();
    let first = world.raise("gas-1", "gas_high", Active);
    world.wait(secs(0));
    let opened = incident(&world, 1);
    assert_eq!((opened.why, opened.owner()), (OpenedBy::AtOnce, None));
    assert_eq!(opened.dispatch_due_at, None, "nobody has it yet");
    world.claim("li-na", first).unwrap();
    let due_at = incident(&world, 1).dispatch_due_at;
    assert_eq!(
        due_at,
        Some(world.now + secs(60)),
        "the time to send somebody starts at the claim"
    );
    world.wait(secs(50));
    let second = world.raise("gas-2", "gas_low", Active);
    world.wait(secs(0));
    assert_eq!(incident(&world, 1).alarms, [first, second]);
    assert_eq!(world.alarm(second).owner(), Some(&id("li-na")));
    let told = world.history().find_map(|fact| match &fact.body {
        FactBody::Incident(castellan_domain::incident::IncidentFact::Joined(body)) => {
            Some(body.why)
        }
        _ => None,
    });
    assert_eq!(
        told,
        Some(JoinedIncidentBy::Building),
        "the record says why"
    );
    world.wait(secs(11));
    assert!(
        incident(&world, 1).undispatched_at.is_some(),
        "nobody was sent in time"
    );
}

#[test]
fn what_comes_late_is_of_another_family_or_a_drill_does_not_join() {
    let mut world = world();
    world.raise("gas-1", "gas_high", Active);
    world.wait(secs(0));
    let other = world.raise("button-1", "panic", Active);
    world.drill("gas-2", "gas_low", Active).unwrap();
    world.wait(secs(61));
    let late = world.raise("gas-2", "gas_low", Active);
    world.wait(secs(0));
    assert_eq!(incident(&world, 1).alarms.len(), 1);
    for alarm in [other, late] {
        assert_eq!(world.alarm(alarm).incident, None, "{alarm}");
    }
}

#[test]
fn a_closed_incident_takes_nothing_in_and_needs_every_verdict() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    let closed = step(&mut world, "li-na", NextStage::Closed);
    let unjudged = IncidentRefusal::AlarmsUnjudged {
        alarms: vec![alarm],
    };
    assert_eq!(closed, Err(Refusal::Incident(unjudged)));
    world.note("li-na", alarm).unwrap();
    world.judge("li-na", alarm, Verdict::DeviceFault).unwrap();
    let row = world.alarm(alarm).clone();
    step(&mut world, "li-na", NextStage::Closed).unwrap();
    assert_eq!(world.alarm(alarm), &row, "closing touches no alarm");
    assert_eq!(
        part(&world, 1).stage,
        Part::Withdrawn {
            why: Withdrawal::Closed
        },
        "nobody walks for nothing"
    );
    let next = world.raise("gas-2", "gas_low", Active);
    world.wait(secs(0));
    assert_eq!(world.alarm(next).incident, None);
    world.report("gas-1", "gas_low", Cleared).unwrap();
    assert_eq!(world.view().incidents.len(), 1, "a clear opens nothing");
    let denied = step(&mut world, "li-na", NextStage::Reopened);
    assert!(denied.is_err(), "only who leads the shift opens it again");
    step(&mut world, "zhou-jie", NextStage::Reopened).unwrap();
    assert_eq!(incident(&world, 1).owner(), Some(&id("zhou-jie")));
    assert_eq!(incident(&world, 1).stage, Stage::Open);
}

#[test]
fn what_is_genuine_becomes_an_incident_of_whoever_judged_it() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    world.claim("li-na", alarm).unwrap();
    let text = words(1);
    world
        .command(
            "li-na",
            None,
            Command::Note(NoteCommand::Note { alarm, text }),
        )
        .unwrap();
    world.judge("li-na", alarm, Verdict::Genuine).unwrap();
    let opened = incident(&world, 1);
    assert_eq!(
        (opened.why, opened.owner()),
        (OpenedBy::Verdict, Some(&id("li-na")))
    );
    assert_eq!(opened.alarms, [alarm]);
}

#[test]
fn incidents_are_merged_with_their_people_and_parted_again() {
    let mut world = world();
    let one = world.raise("gas-1", "gas_low", Active);
    let other = world.raise("button-1", "panic", Active);
    send(&mut world, "li-na", one, "wang-qiang").unwrap();
    send(&mut world, "li-na", other, "li-min").unwrap();
    let (incident_1, into) = (IncidentId(1), IncidentId(2));
    let merge = IncidentCommand::Merge {
        incident: incident_1,
        into,
    };
    world
        .command("li-na", None, Command::Incident(merge))
        .unwrap();
    let merged = incident(&world, 2);
    assert_eq!(merged.alarms, [other, one]);
    assert_eq!(part(&world, 1).incident, into);
    assert_ne!(part(&world, 1).slot, part(&world, 2).slot);
    assert!(!incident(&world, 1).is_open());
    let split = IncidentCommand::Split {
        incident: into,
        alarms: vec![one],
    };
    world
        .command("li-na", None, Command::Incident(split))
        .unwrap();
    assert_eq!(incident(&world, 3).alarms, [one]);
    assert_eq!(incident(&world, 2).alarms, [other]);
    assert_eq!(world.alarm(one).incident, Some(IncidentId(3)));
}

#[test]
fn a_priority_that_somebody_set_holds_until_something_worse_comes() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    let (incident_1, priority) = (IncidentId(1), castellan_domain::estate::Priority::P4);
    let set = IncidentCommand::SetPriority {
        incident: incident_1,
        priority,
    };
    world
        .command("li-na", None, Command::Incident(set))
        .unwrap();
    world.note("li-na", alarm).unwrap();
    assert_eq!(incident(&world, 1).priority, priority);
    world.report("gas-1", "gas_high", Active).unwrap();
    let risen = incident(&world, 1);
    assert_eq!(
        (risen.priority, risen.kind.as_str()),
        (castellan_domain::estate::Priority::P1, "gas_high")
    );
    assert_eq!(risen.priority_by, None);
    assert_eq!(world.alarm(alarm).owner(), Some(&id("li-na")));
}
