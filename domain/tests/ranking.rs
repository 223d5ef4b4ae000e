//! Who is asked first, and where they are sent: the same for the server and for whichever alarm a console looks at.

use crate::common::{World, id, secs, spot};
use crate::incidents::{accept, guarded, incident, part, part_of, send, world};
use castellan_domain::dispatch::goal::Goal;
use castellan_domain::dispatch::rank::{Candidate, rank};
use castellan_domain::dispatch::{DispatchCommand, PlannedWay};
use castellan_domain::estate::{Estate, LiftUse, Lifts, Person, Place, Skill, Ways};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::{AlarmId, AssignmentId, PersonId};
use castellan_domain::observation::{PhoneFix, ReportedState::Active};
use castellan_domain::site::Site;
use castellan_domain::view::Known;

/// The estate with its two detectors out of doors on the path, 50 m from each other.
fn along_the_path() -> Estate {
    let mut estate = guarded();
    for (device, east) in estate.devices.iter_mut().zip([-50, 2]) {
        device.place = Place {
            building: None,
            floor: None,
            spot: None,
            at: spot(east, 0),
        };
    }
    estate
}

fn known<'a>(world: &'a World, estate: &'a Estate) -> Known<'a> {
    Known {
        view: world.view(),
        estate,
        now: world.now,
    }
}

/// How a console ranks for an alarm that it looks at, with everybody at one place.
fn on_a_console(world: &World, estate: &Estate, alarm: AlarmId, at: LonLat) -> Vec<Candidate> {
    let (known, ways) = (known(world, estate), Ways::new(estate));
    let goal = Goal::of_alarm(&known, world.alarm(alarm));
    let to = goal.ways(&ways);
    let of = goal.incident.map(|incident| incident.id);
    rank(&known, goal.kind, of, |_| {
        Some(PlannedWay::from(&to.as_ref()?.from(at, None)?))
    })
}

#[test]
fn whichever_alarm_of_an_incident_is_looked_at_people_are_ranked_to_where_they_are_sent() {
    let estate = along_the_path();
    let mut world = World::with(Site::default(), estate.clone());
    let at = spot(80, 0);
    world
        .fix(PhoneFix {
            phone: id("guard-01"),
            occurred_at: world.now,
            received_at: world.now,
            at,
            accuracy_dm: Some(40),
            battery_percent: None,
        })
        .expect("his phone");
    let first = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", first, "li-min").expect("he can go");
    let second = world.raise("gas-2", "gas_low", Active);
    world.wait(secs(0));
    assert_eq!(incident(&world, 1).alarms, [first, second]);
    let seconds = |alarm| {
        let ranked = on_a_console(&world, &estate, alarm, at);
        let wang: PersonId = id("wang-qiang");
        let wang = ranked.into_iter().find(|one| one.person == wang);
        wang.and_then(|one| Some(one.way?.seconds))
    };
    let shown = seconds(second);
    assert_eq!(shown, seconds(first));
    assert!(shown.is_some_and(|seconds| seconds > 80), "{shown:?}");
    send(&mut world, "li-na", second, "wang-qiang").expect("he can go");
    let recorded = part(&world, 2).way.map(|way| way.seconds);
    assert_eq!(recorded, shown, "as the server has it");
}

#[test]
fn an_alarm_that_is_no_incident_is_the_goal_itself_and_a_worse_one_changes_what_it_is() {
    let estate = along_the_path();
    let mut world = World::with(Site::default(), estate.clone());
    let first = world.raise("gas-1", "gas_low", Active);
    let goal = |world: &World| {
        let known = known(world, &estate);
        let goal = Goal::of_alarm(&known, world.alarm(first));
        (goal.kind.to_string(), goal.place.point())
    };
    let place = world.alarm(first).place.point();
    assert_eq!(goal(&world), ("gas_low".to_owned(), place));
    send(&mut world, "li-na", first, "li-min").expect("he can go");
    world.raise("gas-2", "gas_low", Active);
    world.wait(secs(0));
    world.report("gas-2", "gas_high", Active).expect("it rises");
    assert_eq!(goal(&world), ("gas_high".to_owned(), place));
}

#[test]
fn where_people_are_trapped_in_one_lift_it_is_out_and_where_in_several_all_are() {
    let mut estate = along_the_path();
    for kind in &mut estate.alarm_types {
        kind.lifts = LiftUse::NotThisOne;
    }
    let mut world = World::with(Site::default(), estate.clone());
    let first = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", first, "li-min").expect("he can go");
    let device = id("gas-1");
    let lifts = Goal::of_alarm(&known(&world, &estate), world.alarm(first)).lifts;
    assert_eq!(lifts, Lifts::Without(&device));
    world.raise("gas-2", "gas_low", Active);
    world.wait(secs(0));
    let lifts = Goal::of_alarm(&known(&world, &estate), world.alarm(first)).lifts;
    assert_eq!(lifts, Lifts::Forbidden);
}

#[test]
fn three_hundred_guards_are_all_ranked_and_one_is_asked() {
    let mut estate = along_the_path();
    let wang = estate.people.iter().find(|one| one.id == id("wang-qiang"));
    let wang = wang.expect("a guard").clone();
    estate.people.retain(|one| !one.role.is_sent());
    estate.people.extend((0..300).map(|n| Person {
        id: id(&format!("guard-{n:03}")),
        call_sign: None,
        phone: Some(id(&format!("phone-{n:03}"))),
        ..wang.clone()
    }));
    let mut world = World::with(Site::default(), estate.clone());
    // One is near, one far; of the others nobody knows where they are.
    for (phone, east) in [("phone-250", -40), ("phone-007", 90)] {
        world
            .fix(PhoneFix {
                phone: id(phone),
                occurred_at: world.now,
                received_at: world.now,
                at: spot(east, 0),
                accuracy_dm: Some(40),
                battery_percent: None,
            })
            .expect("their phone");
    }
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "guard-299").expect("he can go");
    world.wait(secs(30));
    assert_eq!(world.view().assignments.len(), 2, "one more is asked");
    assert_eq!(part(&world, 2).person, id("guard-250"));
    let ranked = rank(&known(&world, &estate), &id("gas_low"), None, |person| {
        let at = world.engine.last_place(person)?.at;
        let seconds = if at == spot(-40, 0) { 10 } else { 120 };
        Some(PlannedWay {
            seconds,
            stairs: false,
            lift: false,
            without_floor: false,
        })
    });
    let order: Vec<_> = ranked.iter().map(|one| one.person.to_string()).collect();
    assert_eq!(order.len(), 300, "nobody is left out");
    assert_eq!(order[..3], ["guard-250", "guard-007", "guard-000"]);
    // Those of whom nothing is known stand as the estate names them.
    let others: Vec<_> = order[2..].to_vec();
    let mut sorted = others.clone();
    sorted.sort();
    assert_eq!(others, sorted);
}

#[test]
fn whoever_is_there_soonest_is_the_first_and_the_wanted_skill_counts_as_thirty_seconds() {
    // Of wang-qiang, li-min and zhao-jun, in this order: seconds of their way, and who has the skill.
    let near = [Some(40), Some(50), Some(90)];
    let nobody = [None; 3];
    for (seconds, skilled, first) in [
        (near, [false; 3], ["wang-qiang", "li-min", "zhao-jun"]),
        (near, [true; 3], ["wang-qiang", "li-min", "zhao-jun"]),
        // Ten seconds later, with the skill.
        (
            near,
            [false, true, false],
            ["li-min", "wang-qiang", "zhao-jun"],
        ),
        // Fifty seconds later, with the skill: too far, also for the one in the middle.
        (
            near,
            [false, false, true],
            ["wang-qiang", "li-min", "zhao-jun"],
        ),
        (
            [Some(40), Some(69), Some(71)],
            [false, true, true],
            ["li-min", "wang-qiang", "zhao-jun"],
        ),
        (
            nobody,
            [false, false, true],
            ["zhao-jun", "wang-qiang", "li-min"],
        ),
        (
            [Some(900), None, None],
            [false, true, false],
            ["wang-qiang", "li-min", "zhao-jun"],
        ),
    ] {
        let mut estate = guarded();
        for kind in &mut estate.alarm_types {
            kind.skill = Some(Skill::GasDetector);
        }
        let guards = ["wang-qiang", "li-min", "zhao-jun"];
        for (guard, has) in guards.iter().zip(skilled) {
            let mut people = estate.people.iter_mut();
            let guard = people.find(|person| person.id.as_str() == *guard);
            let skills = has.then_some(Skill::GasDetector).into_iter();
            guard.expect("a guard").skills = skills.collect();
        }
        let world = World::with(Site::default(), estate.clone());
        let known = Known {
            view: world.view(),
            estate: &estate,
            now: world.now,
        };
        let ranked = rank(&known, &id("gas_low"), None, |person| {
            let place = guards.iter().position(|one| *one == person.as_str());
            Some(PlannedWay {
                seconds: seconds[place?]?,
                stairs: false,
                lift: false,
                without_floor: false,
            })
        });
        let order: Vec<_> = ranked.iter().map(|one| one.person.as_str()).collect();
        assert_eq!(order, first, "{seconds:?} {skilled:?}");
    }
}

#[test]
fn of_two_who_are_there_at_the_same_time_the_one_with_fewer_errands_is_the_first() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    accept(&mut world, "wang-qiang", 1).unwrap();
    for step in [
        DispatchCommand::Arrive {
            assignment: AssignmentId(1),
        },
        DispatchCommand::Finish {
            assignment: AssignmentId(1),
        },
    ] {
        part_of(&mut world, "wang-qiang", step).unwrap();
    }
    let known = Known {
        view: world.view(),
        estate: &guarded(),
        now: world.now,
    };
    let ranked = rank(&known, &id("gas_low"), None, |_| None);
    let told: Vec<_> = ranked
        .iter()
        .map(|one| (one.person.as_str(), one.errands))
        .collect();
    assert_eq!(told, [("li-min", 0), ("zhao-jun", 0), ("wang-qiang", 1)]);
}
