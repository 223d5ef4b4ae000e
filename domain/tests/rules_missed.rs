//! 失联 of a guard whose phone speaks: what is missed is where they are.

use crate::rules_common::{NOON, World, at, id, secs};
use crate::rules_silence::guarded;
use castellan_domain::alarm::{Alarm, AlarmFact, Located, Silence};
use castellan_domain::answer::Accepted;
use castellan_domain::command::Command;
use castellan_domain::dispatch::{DispatchCommand, Matter};
use castellan_domain::engine::Engine;
use castellan_domain::fact::FactBody;
use castellan_domain::geo::LonLat;
use castellan_domain::ids::AssignmentId;
use castellan_domain::observation::{CallKind, Fix, Observation, PhoneFix};
use castellan_domain::site::Site;
use castellan_domain::staff::StaffCommand;
use castellan_domain::time::Timestamp;

/// The phone of Wang Qiang says now that it was there then.
fn say(world: &mut World, then: Timestamp, place: LonLat) {
    let fix = PhoneFix {
        phone: id("guard-01"),
        occurred_at: then,
        received_at: world.now,
        at: place,
        accuracy_dm: Some(50),
        battery_percent: None,
    };
    world
        .observe(Observation::PhoneFix(fix))
        .expect("it is taken");
}

/// It says so every half minute for so many minutes.
fn repeat(world: &mut World, minutes: i64, then: Timestamp) {
    for _ in 0..minutes * 2 {
        world.wait(secs(30));
        say(world, then, at(70.0, 10.0));
    }
}

/// A guard whose phone has said one position, and goes on saying it.
fn dead() -> World {
    let mut world = guarded();
    say(&mut world, NOON, at(70.0, 10.0));
    repeat(&mut world, 6, NOON);
    world
}

fn row(world: &World) -> &Alarm {
    world.row("guard_silent")
}

/// What was recorded about it, after its row.
fn reasons(world: &World) -> Vec<Option<Silence>> {
    let said = world.facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Alarm(AlarmFact::Repeated(body)) => Some(body.silence),
        _ => None,
    });
    said.collect()
}

#[test]
fn a_phone_that_repeats_one_position_is_alive_and_its_position_is_old() {
    let world = dead();
    let row = row(&world);
    assert!(row.is_active());
    assert_eq!(row.silence, Some(Silence::Position { since: NOON }));
    assert_eq!(row.raised_at, NOON + secs(120));
    assert_eq!(row.place.building(), Some(&id("b2")));
    assert_eq!(row.place.old_since(), Some(NOON));
    assert!(reasons(&world).is_empty(), "said once");
}

#[test]
fn who_stands_still_with_a_phone_that_is_fresh_is_not_missed() {
    let mut world = guarded();
    for _ in 0..60 {
        let now = world.now;
        say(&mut world, now, at(70.0, 10.0));
        world.wait(secs(30));
    }
    assert!(world.rows("guard_silent").is_empty());
}

#[test]
fn the_row_says_the_present_reason_until_a_fresh_position_comes() {
    let mut world = dead();
    let (id, spoke_at) = (row(&world).id, world.now);
    world.wait(secs(119));
    let position = Silence::Position { since: NOON };
    assert_eq!(row(&world).silence, Some(position));
    world.wait(secs(1));
    let phone = Silence::Phone { since: spoke_at };
    assert_eq!(row(&world).silence, Some(phone));
    world.wait(secs(3_600));
    assert_eq!(reasons(&world), [Some(phone)]);
    say(&mut world, NOON, at(70.0, 10.0));
    assert_eq!(row(&world).silence, Some(position));
    repeat(&mut world, 6, NOON);
    assert_eq!(reasons(&world), [Some(phone), Some(position)]);
    assert!(row(&world).is_active());
    let now = world.now;
    say(&mut world, now, at(70.0, 10.0));
    assert!(!row(&world).is_active());
    assert_eq!(row(&world).id, id, "one row all the while");
    // It may begin again, in the same row while nobody has judged it.
    world.wait(secs(120));
    assert_eq!(row(&world).silence, Some(Silence::Phone { since: now }));
}

#[test]
fn a_better_or_an_older_position_is_no_fresh_one() {
    let mut world = dead();
    for accuracy_dm in [Some(40), Some(30)] {
        let fix = PhoneFix {
            phone: id("guard-01"),
            occurred_at: NOON,
            received_at: world.now,
            at: at(75.0, 10.0),
            accuracy_dm,
            battery_percent: None,
        };
        world.observe(Observation::PhoneFix(fix)).unwrap();
    }
    say(&mut world, NOON - secs(900), at(60.0, 10.0));
    assert!(row(&world).is_active());
}

#[test]
fn what_tells_that_a_phone_is_there_and_not_where_ends_its_silence_alone() {
    let null_island = LonLat::new(0.0, 0.0).unwrap();
    let mut world = guarded();
    say(&mut world, NOON, at(70.0, 10.0));
    world.wait(secs(150));
    let silent = |world: &World| matches!(row(world).silence, Some(Silence::Phone { .. }));
    assert!(silent(&world));
    let now = world.now;
    say(&mut world, now, null_island);
    assert!(!silent(&world) && row(&world).is_active());
    assert_eq!(row(&world).place.point(), Some(at(70.0, 10.0)));
    world.wait(secs(120));
    assert!(silent(&world));
    let phone = id("guard-01");
    let received_at = world.now;
    let heard = world.observe(Observation::PhoneHeard { phone, received_at });
    assert_eq!(heard, Ok(Accepted::Heard));
    assert!(!silent(&world) && row(&world).is_active());
    world.wait(secs(120));
    assert!(silent(&world));
    world.call("guard-01", CallKind::Sos, None).unwrap();
    assert!(!silent(&world) && row(&world).is_active());
    let (phone, received_at) = (id("guard-02"), world.now);
    let heard = world.observe(Observation::PhoneHeard { phone, received_at });
    assert_eq!(heard, Ok(Accepted::OffDuty));
}

#[test]
fn a_guard_who_never_sent_a_position_is_nowhere() {
    let mut world = guarded();
    world.wait(secs(120));
    assert_eq!(row(&world).place, Located::Unknown);
    assert_eq!(row(&world).silence, Some(Silence::Phone { since: NOON }));
}

#[test]
fn off_duty_nobodys_position_is_old() {
    let mut world = dead();
    let person = id("wang-qiang");
    let off = Command::Staff(StaffCommand::GoOffDuty { person });
    world.done("wang-qiang", off);
    assert!(!row(&world).is_active());
    repeat(&mut world, 6, NOON);
    assert!(!row(&world).is_active());
}

/// Another engine that goes on from the facts, and is told where people were.
fn restart(world: &mut World, known: &[Fix]) {
    let mut engine = Engine::new(Site::default());
    for fact in &world.facts {
        engine.apply(fact);
    }
    engine.recall(known);
    world.engine = engine;
    let loaded = world.loaded();
    world.give(loaded);
}

#[test]
fn a_restart_does_not_make_an_old_position_fresh() {
    let mut world = dead();
    let known = world.engine.last_fixes();
    restart(&mut world, &known);
    repeat(&mut world, 30, NOON);
    assert!(row(&world).is_active());
    assert_eq!(row(&world).silence, Some(Silence::Position { since: NOON }));
    assert!(reasons(&world).is_empty());
    // It falls silent while the server is away.
    restart(&mut world, &known);
    world.wait(secs(120));
    assert!(matches!(row(&world).silence, Some(Silence::Phone { .. })));
    let now = world.now;
    say(&mut world, now, at(70.0, 10.0));
    assert!(!row(&world).is_active());
}

#[test]
fn silence_that_was_declared_on_any_task_counts_on_all_of_them() {
    let mut world = guarded();
    let send = |world: &mut World, number, device| {
        let (matter, person) = (
            Matter::Alarm(world.raise(device, "water")),
            id("wang-qiang"),
        );
        let send = DispatchCommand::Dispatch { matter, person };
        world.done("li-na", Command::Dispatch(send));
        let assignment = AssignmentId(number);
        let accept = DispatchCommand::Accept { assignment };
        world.done("wang-qiang", Command::Dispatch(accept));
    };
    send(&mut world, 1, "hall");
    send(&mut world, 2, "shed");
    let quiet = DispatchCommand::GoQuiet {
        assignment: AssignmentId(2),
        for_s: 600,
    };
    world.done("wang-qiang", Command::Dispatch(quiet));
    world.wait(secs(599));
    assert!(world.rows("guard_silent").is_empty());
    world.wait(secs(2));
    assert!(row(&world).is_active(), "its time is over");
}
