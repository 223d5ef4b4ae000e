//! Borders of areas: who crosses one is found, and a position that jumps is not.

use crate::rules_common::{World, at, estate, id, list, secs};
use castellan_domain::alarm::Source;
use castellan_domain::answer::Accepted;
use castellan_domain::area::AreaFact;
use castellan_domain::command::Command;
use castellan_domain::dispatch::{DispatchCommand, Matter};
use castellan_domain::fact::FactBody;
use castellan_domain::ids::AssignmentId;
use castellan_domain::observation::{Observation, PhoneFix};
use castellan_domain::staff::StaffCommand;
use proptest::prelude::*;
use serde_json::json;

/// Half a minute later the phone is there.
fn go(world: &mut World, phone: &str, east_m: f64, north_m: f64, accuracy_m: u16) {
    world.wait(secs(30));
    let answer = world.fix(phone, east_m, north_m, accuracy_m);
    assert_eq!(answer, Ok(Accepted::Tracked));
}

/// Wang Qiang stands in the middle of his post.
fn at_post() -> World {
    let mut world = World::new();
    go(&mut world, "guard-01", 0.0, 0.0, 5);
    assert_eq!(crossings(&world), (1, 0));
    world
}

/// Borders that were crossed inwards and outwards.
fn crossings(world: &World) -> (usize, usize) {
    (
        world.count(|body| matches!(body, FactBody::Area(AreaFact::Entered(_)))),
        world.count(|body| matches!(body, FactBody::Area(AreaFact::Left(_)))),
    )
}

#[test]
fn a_step_far_beyond_the_border_is_believed_at_once() {
    let mut world = at_post();
    go(&mut world, "guard-01", 0.0, 111.0, 5);
    let row = world.row("area_breach");
    assert_eq!(row.source, Source::Person(id("wang-qiang")));
    assert_eq!(row.place.point(), Some(at(0.0, 111.0)));
    assert!(row.is_active());
    go(&mut world, "guard-01", 0.0, 80.0, 5);
    assert!(!world.row("area_breach").is_active());
}

#[test]
fn whoever_was_sent_leaves_their_area_and_breaches_nothing() {
    let mut world = at_post();
    let alarm = world.raise("shed", "panic");
    let person = id("wang-qiang");
    let matter = Matter::Alarm(alarm);
    let send = DispatchCommand::Dispatch { matter, person };
    world.done("li-na", Command::Dispatch(send));
    let assignment = AssignmentId(1);
    // Who was only asked does not go yet.
    go(&mut world, "guard-01", 0.0, 111.0, 5);
    assert!(world.row("area_breach").is_active());
    go(&mut world, "guard-01", 0.0, 80.0, 5);
    let accept = DispatchCommand::Accept { assignment };
    world.done("wang-qiang", Command::Dispatch(accept));
    go(&mut world, "guard-01", 0.0, 111.0, 5);
    assert!(world.rows("area_breach").iter().all(|row| !row.is_active()));
    assert_eq!(crossings(&world).1, 2, "the record says that they left");
    // Done, and on the way home.
    let finish = DispatchCommand::Finish { assignment };
    world.done("wang-qiang", Command::Dispatch(finish));
    go(&mut world, "guard-01", 0.0, 115.0, 5);
    assert!(world.rows("area_breach").iter().all(|row| !row.is_active()));
    go(&mut world, "guard-01", 0.0, 0.0, 5);
    go(&mut world, "guard-01", 0.0, 111.0, 5);
    assert!(
        world.row("area_breach").is_active(),
        "and then it counts again"
    );
}

#[test]
fn whoever_was_sent_elsewhere_still_breaches_what_is_forbidden_to_them() {
    let mut world = World::new();
    let on = StaffCommand::GoOnDuty {
        person: id("sun-lei"),
    };
    world.done("sun-lei", Command::Staff(on));
    let alarm = world.raise("shed", "panic");
    let matter = Matter::Alarm(alarm);
    let person = id("sun-lei");
    let send = DispatchCommand::Dispatch { matter, person };
    world.done("li-na", Command::Dispatch(send));
    let assignment = AssignmentId(1);
    let accept = DispatchCommand::Accept { assignment };
    world.done("sun-lei", Command::Dispatch(accept));
    go(&mut world, "guard-02", 250.0, 5.0, 5);
    for _ in 0..3 {
        go(&mut world, "guard-02", 305.0, 5.0, 5);
    }
    assert!(world.row("area_breach").is_active());
}

#[test]
fn whoever_was_sent_into_what_is_forbidden_breaches_nothing_whatever_else_they_are_on() {
    let mut document = estate();
    let pump = json!({"id": "pump", "kind": "detector", "name": {"zh": "泵", "en": "Pump"},
        "place": {"at": at(305.0, 5.0)}});
    list(&mut document, "devices").push(pump);
    let mut world = World::of(&document);
    for person in ["sun-lei", "li-na"] {
        let on = StaffCommand::GoOnDuty { person: id(person) };
        world.done(person, Command::Staff(on));
    }
    for (number, device) in [(1, "shed"), (2, "pump")] {
        let matter = Matter::Alarm(world.raise(device, "panic"));
        let person = id("sun-lei");
        let send = DispatchCommand::Dispatch { matter, person };
        world.done("li-na", Command::Dispatch(send));
        let assignment = AssignmentId(number);
        let accept = DispatchCommand::Accept { assignment };
        world.done("sun-lei", Command::Dispatch(accept));
    }
    go(&mut world, "guard-02", 250.0, 5.0, 5);
    for _ in 0..3 {
        go(&mut world, "guard-02", 305.0, 5.0, 5);
    }
    assert!(world.rows("area_breach").is_empty());
}

#[test]
fn near_the_border_it_takes_three_in_a_row() {
    let mut world = at_post();
    for _ in 0..2 {
        go(&mut world, "guard-01", 0.0, 112.0, 10);
        go(&mut world, "guard-01", 0.0, 112.0, 10);
        assert!(world.rows("area_breach").is_empty());
        // One that is not beyond begins the count anew.
        go(&mut world, "guard-01", 0.0, 105.0, 10);
    }
    go(&mut world, "guard-01", 0.0, 112.0, 10);
    go(&mut world, "guard-01", 0.0, 112.0, 10);
    go(&mut world, "guard-01", 0.0, 112.0, 10);
    assert!(world.row("area_breach").is_active());
    // The way back needs the same: between the limits one is where one was.
    for _ in 0..5 {
        go(&mut world, "guard-01", 0.0, 95.0, 10);
    }
    assert!(world.row("area_breach").is_active());
    for _ in 0..3 {
        go(&mut world, "guard-01", 0.0, 85.0, 10);
    }
    assert!(!world.row("area_breach").is_active());
}

#[test]
fn what_began_before_the_end_of_duty_does_not_count_after_it() {
    let mut world = at_post();
    go(&mut world, "guard-01", 0.0, 112.0, 10);
    go(&mut world, "guard-01", 0.0, 112.0, 10);
    let person = || id("wang-qiang");
    world.done(
        "wang-qiang",
        Command::Staff(StaffCommand::GoOffDuty { person: person() }),
    );
    world.done(
        "wang-qiang",
        Command::Staff(StaffCommand::GoOnDuty { person: person() }),
    );
    // Two beyond the border on the way out are none on the way in.
    go(&mut world, "guard-01", 0.0, 85.0, 10);
    assert_eq!(crossings(&world), (1, 0));
    go(&mut world, "guard-01", 0.0, 85.0, 10);
    go(&mut world, "guard-01", 0.0, 85.0, 10);
    assert_eq!(crossings(&world), (2, 0));
}

#[test]
fn nobody_flies() {
    let mut world = at_post();
    world.wait(secs(1));
    world.fix("guard-01", 0.0, 500.0, 5).unwrap();
    world.wait(secs(1));
    world.fix("guard-01", 0.0, 500.0, 5).unwrap();
    world.wait(secs(1));
    world.fix("guard-01", 0.0, 2.0, 5).unwrap();
    assert!(world.rows("area_breach").is_empty());
    // But who is there a minute later has walked.
    world.wait(secs(60));
    world.fix("guard-01", 0.0, 500.0, 5).unwrap();
    assert!(world.row("area_breach").is_active());
}

/// By network and by satellite a phone says two positions of one second, in either order.
#[test]
fn of_one_second_the_better_position_says_who_crossed_a_border() {
    for poor_first in [true, false] {
        let mut world = at_post();
        let mut both = [(500.0, 1_000), (111.0, 5)];
        if !poor_first {
            both.reverse();
        }
        world.wait(secs(60));
        for (north_m, accuracy_m) in both {
            world.fix("guard-01", 0.0, north_m, accuracy_m).unwrap();
        }
        let row = world.row("area_breach");
        assert_eq!(
            row.place.point(),
            Some(at(0.0, 111.0)),
            "poor first: {poor_first}"
        );
        // The way on is measured from there: on foot, and not back over 389 metres in ten seconds.
        world.wait(secs(10));
        world.fix("guard-01", 0.0, 80.0, 5).unwrap();
        assert!(!world.row("area_breach").is_active());
    }
}

#[test]
fn several_positions_of_one_second_are_one_in_a_row() {
    let mut world = at_post();
    world.wait(secs(30));
    for accuracy_m in [12, 11, 10, 10] {
        world.fix("guard-01", 0.0, 113.0, accuracy_m).unwrap();
    }
    assert!(world.rows("area_breach").is_empty());
    // A better one of the same moment can also say that nobody crossed.
    world.fix("guard-01", 0.0, 95.0, 9).unwrap();
    for _ in 0..2 {
        go(&mut world, "guard-01", 0.0, 113.0, 10);
    }
    assert!(world.rows("area_breach").is_empty());
    go(&mut world, "guard-01", 0.0, 113.0, 10);
    assert!(world.row("area_breach").is_active());
}

#[test]
fn a_position_that_comes_late_says_nothing() {
    let mut world = at_post();
    world.wait(secs(60));
    let fix = PhoneFix {
        phone: id("guard-01"),
        occurred_at: world.now - secs(70),
        received_at: world.now,
        at: at(0.0, 300.0),
        accuracy_dm: Some(50),
        battery_percent: None,
    };
    let answer = world.observe(Observation::PhoneFix(fix));
    assert_eq!(answer, Ok(Accepted::Tracked));
    assert!(world.rows("area_breach").is_empty());
}

#[test]
fn from_one_of_his_areas_to_the_next_nobody_breaks_out() {
    let mut world = at_post();
    for east_m in [60.0, 90.0, 104.0, 108.0, 112.0, 150.0] {
        go(&mut world, "guard-01", east_m, 0.0, 10);
    }
    assert_eq!(crossings(&world), (2, 1));
    assert!(world.rows("area_breach").is_empty());
    go(&mut world, "guard-01", 230.0, 0.0, 10);
    assert!(world.row("area_breach").is_active());
    // Back into either of them is back.
    go(&mut world, "guard-01", 60.0, 0.0, 10);
    assert!(!world.row("area_breach").is_active());
}

#[test]
fn who_walks_through_a_corner_of_the_next_area_has_left_all_the_same() {
    let mut world = at_post();
    go(&mut world, "guard-01", 102.0, 95.0, 10);
    go(&mut world, "guard-01", 102.0, 130.0, 10);
    assert!(world.row("area_breach").is_active());
}

#[test]
fn who_was_never_inside_has_left_nothing() {
    let mut world = World::new();
    for north_m in [400.0, 300.0, 200.0] {
        go(&mut world, "guard-01", 0.0, north_m, 5);
    }
    assert_eq!(crossings(&world), (0, 0));
    assert!(world.rows("area_breach").is_empty());
}

#[test]
fn a_small_forbidden_area_is_entered_too_but_not_by_its_own_people() {
    let mut world = World::new();
    let person = id("sun-lei");
    world.done("sun-lei", Command::Staff(StaffCommand::GoOnDuty { person }));
    for _ in 0..3 {
        go(&mut world, "guard-01", 305.0, 5.0, 10);
        go(&mut world, "guard-02", 304.0, 4.0, 10);
    }
    let row = world.row("area_breach");
    assert_eq!(row.source, Source::Person(id("sun-lei")));
    assert!(row.is_active());
    go(&mut world, "guard-02", 340.0, 4.0, 10);
    assert!(!world.row("area_breach").is_active());
}

#[test]
fn a_restart_forgets_no_border() {
    let mut world = at_post();
    world.crash(secs(600));
    go(&mut world, "guard-01", 0.0, 150.0, 5);
    assert!(world.row("area_breach").is_active());
    world.crash(secs(600));
    go(&mut world, "guard-01", 0.0, 0.0, 5);
    assert!(!world.row("area_breach").is_active());
}

#[test]
fn off_duty_ends_it_and_the_next_duty_begins_anew() {
    let mut world = at_post();
    go(&mut world, "guard-01", 0.0, 150.0, 5);
    let person = id("wang-qiang");
    world.done(
        "wang-qiang",
        Command::Staff(StaffCommand::GoOffDuty { person }),
    );
    assert!(!world.row("area_breach").is_active());
    let person = id("wang-qiang");
    world.done(
        "wang-qiang",
        Command::Staff(StaffCommand::GoOnDuty { person }),
    );
    go(&mut world, "guard-01", 0.0, 0.0, 5);
    let person = id("wang-qiang");
    world.done(
        "wang-qiang",
        Command::Staff(StaffCommand::GoOffDuty { person }),
    );
    world.wait(secs(3_600));
    let person = id("wang-qiang");
    world.done(
        "wang-qiang",
        Command::Staff(StaffCommand::GoOnDuty { person }),
    );
    // From home to the gate: he was inside when he went, and has left nothing since.
    go(&mut world, "guard-01", 0.0, 900.0, 5);
    assert_eq!(world.row("area_breach").repeats, 0);
}

/// Noise like that of a receiver: two errors in three within the radius that it tells.
fn noise(state: &mut u64, accuracy_m: f64) -> f64 {
    let mut uniform = || {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(*state >> 33).expect("31 bits")) / f64::from(1_u32 << 31)
    };
    let normal: f64 = (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    normal * accuracy_m / 1.51
}

#[test]
fn a_night_of_jitter_beside_the_border_fires_nothing() {
    let mut world = at_post();
    go(&mut world, "guard-01", 0.0, 95.0, 10);
    let mut state = 7;
    for _ in 0..4_320 {
        world.now = world.now + secs(10);
        let (east, north) = (noise(&mut state, 10.0), noise(&mut state, 10.0));
        world.fix("guard-01", east, 95.0 + north, 10).unwrap();
    }
    assert!(
        world.rows("area_breach").is_empty(),
        "5 m inside, for twelve hours"
    );
    assert_eq!(crossings(&world), (1, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever stays as far inside as their phone can tell is never outside, however it jumps by up
    /// to twice of that.
    #[test]
    fn no_jump_within_twice_the_accuracy_fires(
        accuracy_m in 5_u16..40,
        jumps in proptest::collection::vec((-1.99..1.99_f64, -1.99..1.99_f64), 1..60),
    ) {
        let mut world = at_post();
        let radius = f64::from(accuracy_m);
        let (east_m, north_m) = (-100.0 + radius, 100.0 - radius);
        go(&mut world, "guard-01", east_m, north_m, accuracy_m);
        for (east, north) in jumps {
            world.now = world.now + secs(30);
            world.fix("guard-01", east_m + east * radius, north_m + north * radius, accuracy_m).unwrap();
        }
        prop_assert!(world.rows("area_breach").is_empty());
        prop_assert_eq!(crossings(&world), (1, 0));
    }
}
