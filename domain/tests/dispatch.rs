//! People are sent, answer, are late, arrive, or go home: told as stories.

use crate::common::{World, id, secs, spot};
use crate::incidents::{accept, guarded, incident, part, part_of, send, world};
use castellan_domain::alarm::AlarmRefusal;
use castellan_domain::command::Command;
use castellan_domain::dispatch::rank::rank;
use castellan_domain::dispatch::{
    Arrival, DeclineReason, DispatchCommand, DispatchRefusal, Stage as Part, Withdrawal,
};
use castellan_domain::estate::{Person, Role};
use castellan_domain::ids::{AssignmentId, IncidentId};
use castellan_domain::incident::Stage;
use castellan_domain::observation::{PhoneFix, ReportedState::Active};
use castellan_domain::refusal::Refusal;
use castellan_domain::site::Site;
use castellan_domain::staff::{StaffCommand, StaffRefusal};
use castellan_domain::view::Known;

#[test]
fn who_does_not_answer_is_asked_no_more_alone_and_the_first_acceptance_counts() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_high", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    world.wait(secs(19));
    assert_eq!(part(&world, 1).stage, Part::Offered);
    world.wait(secs(1));
    assert_eq!(part(&world, 1).stage, Part::Unanswered);
    let next = part(&world, 2).clone();
    assert_eq!((next.slot, next.offered_by), (part(&world, 1).slot, None));
    // The first may still answer; then the other one is withdrawn in the same turn.
    accept(&mut world, "wang-qiang", 1).unwrap();
    let taken = Withdrawal::Taken {
        by: AssignmentId(1),
    };
    assert_eq!(part(&world, 2).stage, Part::Withdrawn { why: taken });
    let late = accept(&mut world, next.person.as_str(), 2);
    assert!(
        matches!(
            late,
            Err(Refusal::Dispatch(DispatchRefusal::SlotTaken { .. }))
        ),
        "{late:?}"
    );
}

#[test]
fn only_whom_the_estate_calls_radio_only_is_waited_for_and_a_page_needs_no_phone() {
    for (radio_only, expected) in [(false, Part::Unanswered), (true, Part::Offered)] {
        let mut estate = guarded();
        for person in &mut estate.people {
            person.phone = None;
            person.radio_only = radio_only;
        }
        let mut world = World::with(Site::default(), estate);
        let alarm = world.raise("gas-1", "gas_high", Active);
        send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
        world.wait(secs(600));
        assert_eq!(part(&world, 1).stage, expected, "radio only: {radio_only}");
    }
}

#[test]
fn who_declines_gives_the_slot_to_the_next_until_nobody_is_left() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    for number in 1..=3 {
        let assignment = AssignmentId(number);
        let who = part(&world, number).person.clone();
        let reason = DeclineReason::CannotLeavePost;
        part_of(
            &mut world,
            who.as_str(),
            DispatchCommand::Decline { assignment, reason },
        )
        .unwrap();
        world.wait(secs(0));
    }
    assert_eq!(world.view().assignments.len(), 3, "each is asked once");
    let last = world.history().last().map(|fact| fact.body.kind().0);
    assert_eq!(last, Some("assignment_nobody_left"));
}

#[test]
fn only_whom_it_is_for_or_an_operator_answers_an_offer() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    let other = accept(&mut world, "li-min", 1);
    assert!(
        matches!(
            other,
            Err(Refusal::Dispatch(DispatchRefusal::NotTheirs { .. }))
        ),
        "{other:?}"
    );
    // Heard on the radio: the record says who said it, and who heard it.
    accept(&mut world, "li-na", 1).unwrap();
    assert_eq!(part(&world, 1).stage, Part::Accepted);
    let last = world.history().last().expect("a fact");
    assert_eq!(last.actor, Some(id("li-na")));
    let recalled = part_of(
        &mut world,
        "wang-qiang",
        DispatchCommand::Recall {
            assignment: AssignmentId(1),
        },
    );
    assert!(recalled.is_err(), "nobody recalls himself");
}

#[test]
fn whoever_goes_off_duty_on_a_task_is_sent_no_more_and_the_next_is_asked() {
    let mut estate = guarded();
    estate.staffing.duty = castellan_domain::estate::DutyKept::Recorded;
    let mut world = World::with(Site::default(), estate);
    for person in ["wang-qiang", "li-min"] {
        let person = id(person);
        let on = Command::Staff(StaffCommand::GoOnDuty { person });
        world.command("li-na", None, on).unwrap();
    }
    let alarm = world.raise("gas-1", "gas_low", Active);
    let off = send(&mut world, "li-na", alarm, "zhao-jun");
    assert!(off.is_err(), "who is off duty is not sent");
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    accept(&mut world, "wang-qiang", 1).unwrap();
    let person = id("wang-qiang");
    let home = Command::Staff(StaffCommand::GoOffDuty { person });
    world.command("wang-qiang", None, home).unwrap();
    world.wait(secs(0));
    assert_eq!(
        part(&world, 1).stage,
        Part::Withdrawn {
            why: Withdrawal::OffDuty
        }
    );
    assert_eq!(part(&world, 2).person, id("li-min"));
}

#[test]
fn a_phone_near_an_outdoor_place_says_that_somebody_is_there_and_one_indoors_says_nothing() {
    let fix = |world: &World, accuracy_dm| PhoneFix {
        phone: id("guard-01"),
        occurred_at: world.now,
        received_at: world.now,
        at: spot(190, 0),
        accuracy_dm,
        battery_percent: None,
    };
    let mut world = world();
    let outdoors = world.raise("door-1", "door_held", Active);
    send(&mut world, "li-na", outdoors, "wang-qiang").unwrap();
    accept(&mut world, "wang-qiang", 1).unwrap();
    for unsure in [None, Some(300)] {
        let fix = fix(&world, unsure);
        world.fix(fix).unwrap();
        assert_eq!(part(&world, 1).stage, Part::Accepted, "{unsure:?}");
    }
    let near = fix(&world, Some(80));
    world.fix(near).unwrap();
    let how = Arrival::Position;
    assert_eq!(part(&world, 1).stage, Part::OnScene { how });
    assert_eq!(incident(&world, 1).stage, Stage::Handling);
    let mut world = self::world();
    let indoors = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", indoors, "wang-qiang").unwrap();
    accept(&mut world, "wang-qiang", 1).unwrap();
    let over_it = PhoneFix {
        at: spot(20, 12),
        ..fix(&world, Some(30))
    };
    world.fix(over_it).unwrap();
    assert_eq!(part(&world, 1).stage, Part::Accepted);
}

#[test]
fn who_is_not_there_in_time_is_late_once_however_long_nobody_looked() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_high", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    accept(&mut world, "wang-qiang", 1).unwrap();
    world.now = world.now + secs(400);
    world.wait(secs(600));
    let late: Vec<_> = world
        .history()
        .filter(|fact| fact.body.kind().0 == "assignment_late")
        .collect();
    assert_eq!(late.len(), 1);
    let written = serde_json::to_value(late[0].occurred_at).unwrap();
    assert_eq!(
        part(&world, 1).late_at,
        Some(late[0].recorded_at),
        "{written}"
    );
}

#[test]
fn a_leader_sends_somebody_for_what_another_has_and_the_owner_keeps_it() {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    world.claim("li-na", alarm).unwrap();
    let other = send(&mut world, "zhao-min", alarm, "wang-qiang");
    assert!(
        matches!(
            other,
            Err(Refusal::Alarm(AlarmRefusal::AlreadyClaimed { .. }))
        ),
        "{other:?}"
    );
    send(&mut world, "zhou-jie", alarm, "wang-qiang").unwrap();
    assert_eq!(incident(&world, 1).owner(), Some(&id("li-na")));
    let twice = send(&mut world, "li-na", alarm, "wang-qiang");
    assert!(
        matches!(
            twice,
            Err(Refusal::Dispatch(DispatchRefusal::AlreadySent { .. }))
        ),
        "{twice:?}"
    );
}

#[test]
fn an_offer_says_how_long_the_way_is_and_whoever_is_nearest_is_asked_next() {
    let mut world = world();
    for (phone, east) in [("guard-01", -90), ("guard-02", 80), ("guard-03", 20)] {
        let fix = PhoneFix {
            phone: id(phone),
            occurred_at: world.now,
            received_at: world.now,
            at: spot(east, 0),
            accuracy_dm: Some(40),
            battery_percent: None,
        };
        world.fix(fix).unwrap();
    }
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    world.wait(secs(30));
    let seconds = |number| part(&world, number).way.as_ref().map(|way| way.seconds);
    assert_eq!(part(&world, 2).person, id("zhao-jun"), "nearer than li-min");
    assert!(
        seconds(2) < seconds(1) && seconds(2).is_some(),
        "{:?}",
        (seconds(1), seconds(2))
    );
}

#[test]
fn an_offer_that_is_over_is_accepted_by_nobody_and_says_what_became_of_it() {
    // Called back.
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    let assignment = AssignmentId(1);
    part_of(&mut world, "li-na", DispatchCommand::Recall { assignment }).unwrap();
    let by = id("li-na");
    let recalled = Part::Withdrawn {
        why: Withdrawal::Recalled { by },
    };
    let late = accept(&mut world, "wang-qiang", 1);
    assert!(
        matches!(
            &late,
            Err(Refusal::Dispatch(DispatchRefusal::AssignmentOver { stage, .. })) if *stage == recalled
        ),
        "{late:?}"
    );
    // Not answered in time, and the next one was quicker.
    send(&mut world, "li-na", alarm, "li-min").unwrap();
    world.wait(secs(30));
    let next = part(&world, 3).person.clone();
    accept(&mut world, next.as_str(), 3).unwrap();
    let late = accept(&mut world, "li-min", 2);
    assert!(
        matches!(
            &late,
            Err(Refusal::Dispatch(DispatchRefusal::SlotTaken { by, .. })) if *by == next
        ),
        "{late:?}"
    );
    assert_eq!(part(&world, 3).stage, Part::Accepted, "and nothing changed");
    // Accepted twice: the second time there is nothing to accept.
    let twice = accept(&mut world, next.as_str(), 3);
    assert!(
        matches!(
            twice,
            Err(Refusal::Dispatch(DispatchRefusal::NotNow { .. }))
        ),
        "{twice:?}"
    );
}

#[test]
fn where_everybody_is_off_duty_nobody_is_sent_and_the_record_says_that_nobody_is_left() {
    let mut estate = guarded();
    estate.staffing.duty = castellan_domain::estate::DutyKept::Recorded;
    let mut world = World::with(Site::default(), estate);
    let person = || id("wang-qiang");
    let on = StaffCommand::GoOnDuty { person: person() };
    world.command("li-na", None, Command::Staff(on)).unwrap();
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    let home = StaffCommand::GoOffDuty { person: person() };
    world
        .command("wang-qiang", None, Command::Staff(home))
        .unwrap();
    world.wait(secs(3_600));
    let left: Vec<_> = world
        .history()
        .filter(|fact| fact.body.kind().0 == "assignment_nobody_left")
        .collect();
    assert_eq!(left.len(), 1, "it is said once");
    for guard in ["wang-qiang", "li-min", "zhao-jun"] {
        let refused = send(&mut world, "li-na", alarm, guard);
        assert!(
            matches!(refused, Err(Refusal::Staff(StaffRefusal::NotOnDuty { .. }))),
            "{refused:?}"
        );
    }
    assert_eq!(incident(&world, 1).owner(), Some(&id("li-na")));
    // Whoever comes on duty is sent by hand again.
    let on = StaffCommand::GoOnDuty { person: person() };
    world.command("li-na", None, Command::Staff(on)).unwrap();
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
}

#[test]
fn a_phone_whose_clock_is_a_day_behind_moves_no_deadline_and_says_of_nobody_that_they_are_there() {
    let mut world = world();
    let day = secs(24 * 3_600);
    let near = |world: &World| PhoneFix {
        phone: id("guard-01"),
        occurred_at: world.now - day,
        received_at: world.now,
        at: spot(190, 0),
        accuracy_dm: Some(40),
        battery_percent: None,
    };
    let alarm = world.raise("door-1", "door_held", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    accept(&mut world, "wang-qiang", 1).unwrap();
    let due_at = part(&world, 1).due_at;
    for _ in 0..10 {
        world.wait(secs(5));
        let fix = near(&world);
        world.fix(fix).unwrap();
    }
    // It may as well have been there yesterday: its guard says it.
    assert_eq!(part(&world, 1).stage, Part::Accepted);
    assert_eq!(part(&world, 1).due_at, due_at);
    let assignment = AssignmentId(1);
    let arrive = DispatchCommand::Arrive { assignment };
    part_of(&mut world, "wang-qiang", arrive).unwrap();
    let how = Arrival::Said;
    assert_eq!(part(&world, 1).stage, Part::OnScene { how });
}

#[test]
fn whoever_leaves_a_post_without_as_many_as_it_wants_leaves_a_hole_that_is_told() {
    let mut estate = guarded();
    let post = r#"{"id": "east-gate", "name": {"zh": "东门岗", "en": "East gate"}, "guards_wanted": 2,
        "place": {"at": [120.0, 30.0]}, "people": ["wang-qiang", "li-min", "zhao-jun"]}"#;
    estate.posts = vec![serde_json::from_str(post).expect("a post")];
    let mut world = World::with(Site::default(), estate.clone());
    let alarm = world.raise("gas-1", "gas_low", Active);
    let left = |world: &World| -> Vec<(String, Option<u8>)> {
        let known = Known {
            view: world.view(),
            estate: &estate,
            now: world.now,
        };
        let incident = world.view().incidents.contains_key(&IncidentId(1));
        let incident = incident.then_some(IncidentId(1));
        let ranked = rank(&known, &id("gas_low"), incident, |_| None);
        let told = ranked.into_iter();
        told.map(|one| (one.person.to_string(), one.hole.map(|hole| hole.left)))
            .collect()
    };
    assert!(
        left(&world).iter().all(|(_, left)| left.is_none()),
        "two stay"
    );
    send(&mut world, "li-na", alarm, "wang-qiang").unwrap();
    accept(&mut world, "wang-qiang", 1).unwrap();
    assert!(left(&world).iter().all(|(_, left)| *left == Some(1)));
    assert_eq!(left(&world).len(), 2);
}

#[test]
fn an_engineer_who_has_a_radio_only_is_called_and_nobody_else_is_asked_by_time() {
    let mut estate = guarded();
    let mut engineer = |name: &str, radio_only| {
        let wang = estate.people.iter().find(|one| one.id == id("wang-qiang"));
        let wang = wang.expect("a guard").clone();
        estate.people.push(Person {
            id: id(name),
            role: Role::Engineer,
            call_sign: None,
            phone: None,
            radio_only,
            ..wang
        });
    };
    engineer("tan-wei", true);
    engineer("xu-bo", false);
    let mut world = World::with(Site::default(), estate);
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "tan-wei").expect("he can go");
    assert_eq!(part(&world, 1).due_at, None);
    world.wait(secs(3_600));
    assert_eq!(world.view().assignments.len(), 1);
    assert_eq!(part(&world, 1).stage, Part::Offered);
    send(&mut world, "li-na", alarm, "xu-bo").expect("he can go");
    assert_eq!(part(&world, 2).due_at, Some(world.now + secs(60)));
}
