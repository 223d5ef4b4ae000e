//! What a guard's phone shows: told as stories, and over the stream.

use crate::common::{World, id, secs, spot};
use crate::incidents::{accept, guarded, part_of, send, world};
use castellan_domain::access::{self, Actor, Rights};
use castellan_domain::alarm::Verdict;
use castellan_domain::command::Command;
use castellan_domain::dispatch::rank::rank;
use castellan_domain::dispatch::{DeclineReason, DispatchCommand, Stage};
use castellan_domain::engine::Input;
use castellan_domain::estate::{DutyKept, Estate, EstateIndex, Opens, Role};
use castellan_domain::guard_view::{
    GUARD_OTHERS_MAX, GUARD_OUTLINE_MAX, GUARD_OUTLINES_MAX, GUARD_PATHS_MAX, GUARD_TASKS_MAX,
    GuardDuty, GuardView,
};
use castellan_domain::ids::{AssignmentId, IncidentId, PersonId};
use castellan_domain::observation::{Call, CallKind, Doubts, Observation, ReportedState::Active};
use castellan_domain::site::Site;
use castellan_domain::staff::StaffCommand;
use castellan_domain::view::{Known, Owned};
use serde_json::json;
use std::sync::Arc;

pub(crate) fn index(estate: Estate) -> EstateIndex {
    EstateIndex::new(Arc::new(estate)).expect("a time zone")
}

fn view_of(world: &World, estate: &Estate, who: &str) -> Option<GuardView> {
    let estate = index(estate.clone());
    let known = Known {
        view: world.view(),
        estate: &estate.estate,
        now: world.now,
    };
    GuardView::of(&known, &estate.ways, Some(spot(-80, 0)), &id(who))
}

pub(crate) fn seen(world: &World, who: &str) -> GuardView {
    view_of(world, &guarded(), who).expect("a guard")
}

#[test]
fn an_offer_says_what_where_how_and_until_when_and_nothing_of_other_incidents() {
    let mut world = world();
    let gas = world.raise("gas-1", "gas_low", Active);
    let door = world.raise("door-1", "door_held", Active);
    send(&mut world, "li-na", gas, "wang-qiang").unwrap();
    send(&mut world, "li-na", door, "li-min").unwrap();
    let view = seen(&world, "wang-qiang");
    assert_eq!(
        view.named.call_sign.as_ref().unwrap().en.as_str(),
        "Falcon 1"
    );
    assert_eq!(
        (view.duty, view.tasks.len(), view.left_out),
        (GuardDuty::Assumed, 1, 0)
    );
    let task = &view.tasks[0];
    assert_eq!(
        (task.assignment, task.incident),
        (AssignmentId(1), IncidentId(1))
    );
    assert_eq!(task.kind.as_ref().unwrap().en.as_str(), "Gas warning");
    let place = task.place.as_ref().unwrap();
    assert_eq!(place.name.as_ref().unwrap().en.as_str(), "Building 3 B1");
    assert_eq!(place.name.as_ref().unwrap().zh.as_str(), "3号楼 B1层");
    assert_eq!(place.spot.as_ref().unwrap().en.as_str(), "corridor");
    assert_eq!(
        (&task.stage, task.due_at),
        (&Stage::Offered, Some(world.now + secs(30)))
    );
    assert!(
        task.way.is_some_and(|way| way.seconds > 30),
        "{:?}",
        task.way
    );
    let plan = task.plan.as_ref().unwrap();
    assert_eq!(plan.course.last(), Some(&[0, 0]), "it ends at the place");
    assert!(plan.course.len() >= 3 && plan.goal.len() >= 3, "{plan:?}");
    let whole = serde_json::to_string(&view).unwrap();
    assert!(
        !whole.contains("East gate") && !whole.contains("I-2") && !whole.contains("li-min"),
        "{whole}"
    );
    assert!(whole.len() < 1_500, "{} bytes", whole.len());
    assert_eq!(serde_json::from_str::<GuardView>(&whole).unwrap(), view);
    // The other one has the other incident.
    assert_eq!(seen(&world, "li-min").tasks[0].incident, IncidentId(2));
    assert_eq!(seen(&world, "zhao-jun").tasks, []);
}

#[test]
fn whoever_is_sent_reads_the_steps_of_their_own_role() {
    let procedure = r#"{"id": "gas", "name": {"zh": "燃气", "en": "Gas"}, "steps": [
        {"id": "cordon", "words": {"zh": "警戒", "en": "Cordon"}, "who": "guard"},
        {"id": "valves", "words": {"zh": "关阀", "en": "Valves"}, "who": "engineer"},
        {"id": "call", "words": {"zh": "报警", "en": "Call"}}]}"#;
    let mut estate = guarded();
    estate.procedures = vec![serde_json::from_str(procedure).expect("a procedure")];
    estate.alarm_types[0].procedure = Some(id("gas"));
    for (role, steps) in [
        (Role::Guard, vec![(1, "cordon")]),
        (Role::ShiftLeader, vec![(1, "cordon")]),
        (Role::Engineer, vec![(2, "valves")]),
    ] {
        let person = estate
            .people
            .iter_mut()
            .find(|one| one.id.as_str() == "wang-qiang");
        person.expect("he works there").role = role;
        let mut world = World::with(Site::default(), estate.clone());
        let alarm = world.raise("gas-1", "gas_low", Active);
        send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
        let view = view_of(&world, &estate, "wang-qiang").unwrap();
        let read = view.tasks[0].steps.iter();
        let read: Vec<_> = read.map(|step| (step.number, step.id.as_str())).collect();
        assert_eq!(read, steps, "{role:?}");
    }
}

#[test]
fn who_is_not_sent_has_no_view() {
    let world = world();
    for nobody in ["li-na", "chen-hui", "somebody-else"] {
        assert_eq!(view_of(&world, &guarded(), nobody), None, "{nobody}");
    }
    assert!(
        view_of(&world, &guarded(), "zhou-jie").is_some(),
        "a shift leader goes, too"
    );
}

#[test]
fn a_shift_leader_reads_how_much_is_in_their_name() {
    let mut world = world();
    let owned = |world: &World| {
        let owned = seen(world, "zhou-jie").owned;
        (owned.alarms, owned.incidents)
    };
    let gas = world.raise("gas-1", "gas_low", Active);
    let door = world.raise("door-1", "door_held", Active);
    assert_eq!(owned(&world), (0, 0));
    world.claim("zhou-jie", gas).unwrap();
    world.claim("zhou-jie", door).unwrap();
    assert_eq!(owned(&world), (2, 0));
    send(&mut world, "zhou-jie", gas, "wang-qiang").unwrap();
    assert_eq!(owned(&world), (2, 1));
    world.judge("zhou-jie", gas, Verdict::Genuine).unwrap();
    world.judge("zhou-jie", door, Verdict::Test).unwrap();
    assert_eq!(owned(&world), (0, 1), "theirs until it is closed");
    assert_eq!(seen(&world, "wang-qiang").owned, Owned::default());
}

#[test]
fn what_waits_for_an_answer_comes_before_what_is_under_way_and_what_was_left_unanswered() {
    let mut world = world();
    let low = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", low, "wang-qiang").unwrap();
    accept(&mut world, "wang-qiang", 1).unwrap();
    let door = world.raise("door-1", "door_held", Active);
    send(&mut world, "li-na", door, "wang-qiang").unwrap();
    let order = |world: &World| {
        let tasks = seen(world, "wang-qiang").tasks;
        tasks
            .iter()
            .map(|task| task.assignment.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(order(&world), [2, 1]);
    world.wait(secs(31));
    assert_eq!(
        order(&world),
        [1, 2],
        "nobody answered in time: another one is asked"
    );
    let reason = DeclineReason::Busy;
    part_of(
        &mut world,
        "wang-qiang",
        DispatchCommand::Decline {
            assignment: AssignmentId(2),
            reason,
        },
    )
    .unwrap();
    assert_eq!(order(&world), [1]);
    part_of(
        &mut world,
        "wang-qiang",
        DispatchCommand::Finish {
            assignment: AssignmentId(1),
        },
    )
    .unwrap();
    assert_eq!(order(&world), [0; 0]);
}

#[test]
fn more_tasks_than_a_phone_holds_are_counted_and_more_people_are_left_out() {
    let mut estate = guarded();
    let wang = estate.person(&id("wang-qiang")).unwrap().clone();
    for nth in 0..12 {
        let mut other = wang.clone();
        (other.id, other.call_sign, other.phone) = (id(&format!("guard-{nth}")), None, None);
        estate.people.push(other);
    }
    let mut world = World::with(Site::default(), estate.clone());
    for (device, kind) in [
        ("gas-1", "gas_low"),
        ("door-1", "door_held"),
        ("button-1", "panic"),
        ("gas-2", "gas_low"),
        ("door-1", "panic"),
        ("button-1", "battery_low"),
    ] {
        let alarm = world.raise(device, kind, Active);
        send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    }
    let first = world.view().assignments[&AssignmentId(1)].incident;
    let alarm = world.view().incidents[&first].alarms[0];
    for nth in 0..12 {
        send(&mut world, "li-na", alarm, &format!("guard-{nth}")).unwrap();
    }
    let view = view_of(&world, &estate, "wang-qiang").unwrap();
    let theirs = world
        .view()
        .assignments
        .values()
        .filter(|one| one.person == id("wang-qiang"))
        .count();
    assert_eq!(view.tasks.len(), GUARD_TASKS_MAX);
    assert_eq!(view.left_out as usize, theirs - GUARD_TASKS_MAX);
    let task = view
        .tasks
        .iter()
        .find(|task| task.incident == first)
        .unwrap();
    assert_eq!(task.others.len(), GUARD_OTHERS_MAX);
}

#[test]
fn a_plan_has_few_points_however_much_stands_around() {
    let mut estate = guarded();
    let round = |n: usize| {
        let angle = std::f64::consts::TAU * f64::from(u32::try_from(n).unwrap()) / 400.0;
        json!([120.1122 + angle.cos() * 3e-4, 30.2871 + angle.sin() * 3e-4])
    };
    let outline: Vec<_> = (0..400).map(round).collect();
    let outline = serde_json::from_value(json!(outline)).unwrap();
    estate.buildings[0].outline = outline;
    for nth in 0..40 {
        let mut building = estate.buildings[0].clone();
        building.id = id(&format!("more-{nth}"));
        estate.buildings.push(building);
    }
    for nth in 10..110 {
        let mut node = estate.paths.nodes[0].clone();
        node.id = nth;
        estate.paths.nodes.push(node);
        let mut edge = estate.paths.edges[0].clone();
        edge.to = nth;
        estate.paths.edges.push(edge);
    }
    let mut world = World::with(Site::default(), estate.clone());
    let gas = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", gas, "wang-qiang").unwrap();
    let view = view_of(&world, &estate, "wang-qiang").unwrap();
    let plan = view.tasks[0].plan.as_ref().unwrap();
    assert_eq!(
        (plan.buildings.len(), plan.paths.len()),
        (GUARD_OUTLINES_MAX, GUARD_PATHS_MAX)
    );
    for outline in plan.buildings.iter().chain([&plan.goal]) {
        assert!(
            (3..=GUARD_OUTLINE_MAX).contains(&outline.len()),
            "{}",
            outline.len()
        );
    }
    assert!(serde_json::to_string(&view).unwrap().len() < 20_000);
}

fn with_duress() -> Estate {
    let mut estate = guarded();
    for kind in &mut estate.alarm_types {
        if kind.id.is_duress() {
            kind.incident = Opens::AtOnce;
        }
    }
    estate
}

fn call(world: &mut World, phone: &str, kind: CallKind) {
    let call = Call {
        phone: id(phone),
        kind,
        event: id(&format!("call-{}", world.facts.len())),
        at: Some(spot(10, 10)),
        claimed_at: None,
        received_at: world.now,
        drill: false,
        doubts: Doubts::default(),
    };
    world
        .give(Input::Observed(Observation::Call(call)))
        .expect("an answer")
        .expect("a call is taken");
    world.wait(secs(0));
}

#[test]
fn whoever_is_sent_to_a_silent_call_is_told_where_and_not_what() {
    let estate = with_duress();
    let mut world = World::with(Site::default(), estate.clone());
    call(&mut world, "page:li-min", CallKind::Silent);
    let (number, alarm) = world
        .view()
        .incidents
        .iter()
        .map(|(id, one)| (*id, one.alarms[0]))
        .next()
        .unwrap();
    assert!(world.alarm(alarm).kind.is_duress());
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    let view = view_of(&world, &estate, "wang-qiang").unwrap();
    let task = &view.tasks[0];
    assert!(task.discreet && task.kind.is_none() && task.incident == number);
    assert!(task.place.is_some() && task.way.is_some());
    assert_eq!(task.about, None, "that somebody calls is not to be read");
    let whole = serde_json::to_string(&view).unwrap().to_lowercase();
    assert!(
        !whole.contains("duress") && !whole.contains("胁迫"),
        "{whole}"
    );
    // Whoever called is not sent to themselves, and their phone knows that it was heard.
    let known = Known {
        view: world.view(),
        estate: &estate,
        now: world.now,
    };
    let candidates = rank(&known, &id("gas_low"), Some(number), |_| None);
    assert!(
        candidates.iter().all(|one| one.person != id("li-min")),
        "{candidates:?}"
    );
    let own = view_of(&world, &estate, "li-min").unwrap().call.unwrap();
    assert!(own.silent && own.taken_by.unwrap().name.en.as_str() == "Li Na");
    assert_eq!(view.call, None);
}

#[test]
fn support_is_asked_for_until_somebody_else_is_sent() {
    let mut world = world();
    let gas = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", gas, "wang-qiang").unwrap();
    let assignment = AssignmentId(1);
    let ask = DispatchCommand::AskSupport { assignment };
    assert!(
        part_of(&mut world, "wang-qiang", ask.clone()).is_err(),
        "he does not go yet"
    );
    accept(&mut world, "wang-qiang", 1).unwrap();
    assert!(
        part_of(&mut world, "li-min", ask.clone()).is_err(),
        "nor does anybody else ask"
    );
    part_of(&mut world, "wang-qiang", ask.clone()).unwrap();
    assert_eq!(
        seen(&world, "wang-qiang").tasks[0].support_asked_at,
        Some(world.now)
    );
    assert!(
        part_of(&mut world, "wang-qiang", ask).is_err(),
        "once is enough"
    );
    send(&mut world, "li-na", gas, "li-min").unwrap();
    let task = seen(&world, "wang-qiang").tasks.remove(0);
    assert_eq!((task.support_asked_at, task.others.len()), (None, 1));
}

#[test]
fn whoever_takes_a_break_is_asked_last_and_by_no_rule() {
    let mut estate = guarded();
    estate.staffing.duty = DutyKept::Recorded;
    let mut world = World::with(Site::default(), estate.clone());
    let staff = |world: &mut World, who: &str, command: fn(PersonId) -> StaffCommand| {
        world.command(who, None, Command::Staff(command(id(who))))
    };
    let rest = |person| StaffCommand::TakeBreak { person };
    assert!(
        staff(&mut world, "wang-qiang", rest).is_err(),
        "nobody rests off duty"
    );
    for who in ["wang-qiang", "li-min"] {
        staff(&mut world, who, |person| StaffCommand::GoOnDuty { person }).unwrap();
    }
    staff(&mut world, "wang-qiang", rest).unwrap();
    assert!(staff(&mut world, "wang-qiang", rest).is_err());
    let since = world.now;
    let duty = |world: &World| view_of(world, &estate, "wang-qiang").unwrap().duty;
    assert_eq!(duty(&world), GuardDuty::Break { since });
    let known = Known {
        view: world.view(),
        estate: &estate,
        now: world.now,
    };
    let candidates = rank(&known, &id("gas_low"), None, |_| None);
    let named: Vec<_> = candidates
        .iter()
        .map(|one| (one.person.as_str(), one.on_break))
        .collect();
    assert_eq!(named, [("li-min", false), ("wang-qiang", true)]);
    let gas = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", gas, "li-min").unwrap();
    world.wait(secs(31));
    assert_eq!(
        world.view().assignments.len(),
        1,
        "the rule asks nobody who rests"
    );
    send(&mut world, "li-na", gas, "wang-qiang").unwrap();
    staff(&mut world, "wang-qiang", |person| StaffCommand::EndBreak {
        person,
    })
    .unwrap();
    assert_eq!(duty(&world), GuardDuty::On { since });
    staff(&mut world, "wang-qiang", rest).unwrap();
    staff(&mut world, "wang-qiang", |person| StaffCommand::GoOffDuty {
        person,
    })
    .unwrap();
    assert_eq!(
        duty(&world),
        GuardDuty::Off,
        "and the break ends with the duty"
    );
    let actor = Actor {
        person: id("li-min"),
        rights: Rights::default(),
    };
    let other = Command::Staff(StaffCommand::TakeBreak {
        person: id("wang-qiang"),
    });
    assert!(access::decide(&actor, &other, world.view()).is_err());
}
