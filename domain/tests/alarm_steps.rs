//! What people do with an alarm and what comes of their leaving it, one case after the other. Any
//! order of them is in `alarm_machine.rs`.

mod common;

use castellan_domain::alarm::{Due, Ownership, Returned, ReturnedBy};
use castellan_domain::engine::Command;
use castellan_domain::ids::AlarmId;
use castellan_domain::observation::ReportedState::Active;
use common::{START, World, id, is_done, secs};

/// A world with one alarm of a type, at a device that may report it.
fn with(kind: &str) -> (World, AlarmId) {
    let mut world = World::new();
    let alarm = world.raise("gas-1", kind, Active);
    (world, alarm)
}

/// Somebody does something that is possible.
#[track_caller]
fn does(world: &mut World, who: &str, command: Command) {
    let answer = world.command(who, None, command);
    assert!(is_done(&answer), "{answer:?}");
}

#[test]
fn what_its_owner_gives_back_waits_for_an_owner_whoever_had_seen_it_before() {
    let (mut world, alarm) = with("door_held");
    does(&mut world, "zhao-min", Command::Acknowledge { alarm });
    does(&mut world, "li-na", Command::Claim { alarm });
    world.note("li-na", alarm).unwrap();
    world.wait(secs(10));
    does(&mut world, "li-na", Command::Release { alarm });
    let at = START + secs(10);
    assert_eq!(
        world.alarm(alarm).next_due(),
        Some((at + secs(90), Due::Claim)),
        "not the end of the shift, at which it was to be looked at while it had an owner"
    );
    let returned = Some(Returned {
        why: ReturnedBy::Released,
        from: Some(id("li-na")),
        at,
    });
    let expected = Ownership::Unclaimed {
        since: at,
        due_at: at + secs(90),
        times_overdue: 0,
        returned,
    };
    assert_eq!(world.alarm(alarm).ownership, expected);
}
