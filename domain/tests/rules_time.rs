//! What time brings: zones by the week, shelves, and what was left and comes back.

use crate::rules_common::{NOON, World, device, estate, id, secs};
use castellan_domain::alarm::control::SHELF_RETURN_EVERY;
use castellan_domain::alarm::{
    AlarmCommand, AlarmFact, AlarmRefusal, Ownership, ReturnedBy, ShelfReason, Verdict,
};
use castellan_domain::answer::Outcome;
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::estate::Priority;
use castellan_domain::fact::FactBody;
use castellan_domain::flood::FloodFact;
use castellan_domain::ids::AlarmId;
use castellan_domain::observation::ReportedState::Active;
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::time::Timestamp;
use castellan_domain::zone::{ZoneCommand, ZoneFact, ZoneRefusal};
use serde_json::{Value, json};

const HOUR: i64 = 3_600;

/// Hours and minutes after noon.
fn clock(hours: i64, minutes: i64) -> Timestamp {
    NOON + secs(hours * HOUR + minutes * 60)
}

fn until(world: &mut World, at: Timestamp) {
    let span = at.since(world.now);
    world.wait(span);
}

fn is_armed(world: &World) -> bool {
    world.view().is_armed(&id("cellars"))
}

/// When the zone was switched by its schedule, in the world and on the record.
fn switches(world: &World) -> Vec<(bool, Timestamp)> {
    let facts = world.facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Zone(ZoneFact::Armed(body)) if body.by.is_none() => {
            Some((true, fact.occurred_at))
        }
        FactBody::Zone(ZoneFact::Disarmed(body)) if body.by.is_none() => {
            Some((false, fact.occurred_at))
        }
        _ => None,
    });
    facts.collect()
}

#[test]
fn a_zone_is_armed_over_midnight_and_what_needs_arming_waits_for_it() {
    let mut world = World::new();
    until(&mut world, clock(9, 59));
    assert_eq!(
        world.report("hall", "motion", Active),
        (Outcome::NotArmed, None)
    );
    until(&mut world, clock(10, 0));
    assert!(is_armed(&world));
    assert_eq!(world.report("hall", "motion", Active).0, Outcome::Raised);
    until(&mut world, clock(17, 59));
    assert!(is_armed(&world));
    until(&mut world, clock(18, 0));
    assert!(!is_armed(&world));
    until(&mut world, clock(34, 0));
    let made = [
        (true, clock(10, 0)),
        (false, clock(18, 0)),
        (true, clock(34, 0)),
    ];
    assert_eq!(switches(&world), made);
}

#[test]
fn who_disarms_in_the_night_finds_it_so_until_the_next_switch() {
    let mut world = World::new();
    until(&mut world, clock(11, 0));
    let zone = id("cellars");
    world.done("li-na", Command::Zone(ZoneCommand::Disarm { zone }));
    world.crash(secs(60));
    until(&mut world, clock(33, 59));
    assert!(!is_armed(&world));
    until(&mut world, clock(34, 0));
    assert!(is_armed(&world));
    assert_eq!(
        switches(&world),
        [(true, clock(10, 0)), (true, clock(34, 0))]
    );
}

#[test]
fn a_switch_that_was_missed_is_made_up_for_once() {
    let mut world = World::new();
    until(&mut world, clock(9, 0));
    world.crash(secs(4 * HOUR));
    assert!(!is_armed(&world));
    world.wait(secs(0));
    assert!(is_armed(&world));
    world.crash(secs(60));
    world.wait(secs(HOUR));
    assert_eq!(
        switches(&world),
        [(true, clock(10, 0))],
        "with the time that it was due"
    );
}

#[test]
fn only_the_last_of_many_missed_switches_counts() {
    let mut world = World::new();
    world.crash(secs(3 * 24 * HOUR));
    world.wait(secs(HOUR));
    assert!(switches(&world).is_empty(), "it was disarmed, and is");
}

#[test]
fn arming_what_is_armed_or_unknown_is_refused() {
    let mut world = World::new();
    let zone = id("nowhere");
    let unknown = Refusal::Zone(ZoneRefusal::UnknownZone {
        zone: id("nowhere"),
    });
    assert_eq!(
        world.command("li-na", Command::Zone(ZoneCommand::Arm { zone })),
        Err(unknown)
    );
    let zone = id("north");
    world.done("li-na", Command::Zone(ZoneCommand::Arm { zone }));
    let zone = id("north");
    let again = world.command("li-na", Command::Zone(ZoneCommand::Arm { zone }));
    assert_eq!(again, Err(Refusal::Common(CommonRefusal::NothingToDo)));
    let zone = id("north");
    let guard = world.command("wang-qiang", Command::Zone(ZoneCommand::Disarm { zone }));
    assert_eq!(guard, Err(Refusal::Common(CommonRefusal::NotAllowed)));
}

/// Fifty shelved alarms that all come down at the same moment, and when that is.
fn shelved() -> (World, Vec<AlarmId>, Timestamp) {
    let mut estate = estate();
    let detectors = (0..50).map(|n| device(&format!("d-{n}"), "detector", None, &json!({})));
    estate["devices"] = Value::from(detectors.collect::<Vec<_>>());
    estate["zones"] = json!([]);
    let mut world = World::of(&estate);
    let mut alarms = Vec::new();
    for n in 0..50 {
        alarms.push(world.raise(&format!("d-{n}"), "water"));
        world.wait(secs(130));
    }
    for alarm in &alarms {
        let (alarm, for_s, reason) = (*alarm, 3_600, ShelfReason::Works);
        world.done(
            "li-na",
            Command::Alarm(AlarmCommand::Shelve {
                alarm,
                for_s,
                reason,
            }),
        );
    }
    let due_at = world.now + secs(HOUR);
    (world, alarms, due_at)
}

fn returns(world: &World) -> Vec<Timestamp> {
    let facts = world.facts.iter();
    facts
        .filter(|fact| matches!(&fact.body, FactBody::Alarm(AlarmFact::Unshelved(body)) if body.by.is_none()))
        .map(|fact| fact.recorded_at)
        .collect()
}

fn come_one_by_one(world: &World, alarms: &[AlarmId]) {
    let returns = returns(world);
    assert_eq!(returns.len(), 50);
    assert!(
        returns
            .windows(2)
            .all(|two| two[1].since(two[0]) >= SHELF_RETURN_EVERY)
    );
    let in_ten_minutes = |from: &Timestamp| {
        let window = returns
            .iter()
            .filter(|at| *at >= from && **at < *from + secs(600));
        window.count()
    };
    assert!(returns.iter().all(|from| in_ten_minutes(from) < 10));
    assert!(
        alarms
            .iter()
            .all(|alarm| world.alarm(*alarm).is_annunciated())
    );
    assert_eq!(
        world.count(|body| matches!(body, FactBody::Flood(FloodFact::Began(_)))),
        0
    );
}

#[test]
fn fifty_that_are_due_at_once_come_down_one_by_one() {
    let (mut world, alarms, due_at) = shelved();
    until(&mut world, due_at - secs(1));
    assert!(returns(&world).is_empty());
    world.wait(secs(1 + 50 * SHELF_RETURN_EVERY.as_secs()));
    assert_eq!(returns(&world)[0], due_at);
    come_one_by_one(&world, &alarms);
    let row = world.alarm(alarms[0]);
    assert!(
        row.acknowledged.is_none(),
        "nobody has seen what came down by itself"
    );
}

#[test]
fn after_six_hours_asleep_they_come_one_by_one_too() {
    let (mut world, alarms, _) = shelved();
    world.crash(secs(6 * HOUR));
    world.wait(secs(50 * SHELF_RETURN_EVERY.as_secs()));
    come_one_by_one(&world, &alarms);
}

fn returned(world: &World, alarm: AlarmId) -> Option<ReturnedBy> {
    match &world.alarm(alarm).ownership {
        Ownership::Unclaimed { returned, .. } => returned.as_ref().map(|returned| returned.why),
        Ownership::Claimed { .. } => None,
    }
}

#[test]
fn claimed_and_left_it_comes_back_with_the_name() {
    for (kind, priority, wait_s) in [
        ("panic", Priority::P1, 60),
        ("fight", Priority::P2, 180),
        ("water", Priority::P3, 900),
    ] {
        let mut world = World::new();
        let alarm = world.raise("hall", kind);
        assert_eq!(world.alarm(alarm).priority, priority);
        world.done("li-na", Command::Alarm(AlarmCommand::Claim { alarm }));
        world.wait(secs(wait_s - 1));
        assert_eq!(world.alarm(alarm).owner(), Some(&id("li-na")), "{kind}");
        world.wait(secs(1));
        assert_eq!(
            returned(&world, alarm),
            Some(ReturnedBy::NoFollowUp),
            "{kind}"
        );
        let Ownership::Unclaimed { returned, .. } = &world.alarm(alarm).ownership else {
            panic!("nobody has it");
        };
        assert_eq!(
            returned.as_ref().and_then(|r| r.from.clone()),
            Some(id("li-na"))
        );
    }
}

#[test]
fn what_comes_back_or_down_after_a_gap_says_how_late() {
    let mut world = World::new();
    let left = world.raise("hall", "water");
    let shelved = world.raise("stairs", "water");
    world.done("li-na", Command::Alarm(AlarmCommand::Claim { alarm: left }));
    let (alarm, for_s, reason) = (shelved, 600, ShelfReason::Works);
    world.done(
        "li-na",
        Command::Alarm(AlarmCommand::Shelve {
            alarm,
            for_s,
            reason,
        }),
    );
    world.crash(secs(HOUR));
    world.wait(secs(0));
    let late = world.facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Alarm(AlarmFact::Returned(body)) => Some((body.alarm, body.late_s)),
        FactBody::Alarm(AlarmFact::Unshelved(body)) => Some((body.alarm, body.late_s)),
        _ => None,
    });
    let late: Vec<_> = late.collect();
    assert_eq!(late, [(left, 3_600 - 900), (shelved, 3_600 - 600)]);
    let late_of = |world: &World, alarm| match &world.alarm(alarm).ownership {
        Ownership::Unclaimed {
            late_s, returned, ..
        } => (*late_s, returned.as_ref().map(|back| back.late_s)),
        Ownership::Claimed { .. } => panic!("nobody has it"),
    };
    assert_eq!(late_of(&world, left), (0, Some(2_700)));
    assert_eq!(late_of(&world, shelved), (3_000, None));
    // The next deadline is met in time, and says so; why it came back stays true.
    world.wait(secs(300));
    assert_eq!(late_of(&world, left), (0, Some(2_700)));
    assert_eq!(late_of(&world, shelved), (0, None));
}

#[test]
fn what_comes_back_or_down_in_time_is_not_late() {
    let (mut world, alarms, due_at) = shelved();
    until(&mut world, due_at);
    world.wait(secs(50 * SHELF_RETURN_EVERY.as_secs()));
    come_one_by_one(&world, &alarms);
    world.done(
        "li-na",
        Command::Alarm(AlarmCommand::Claim { alarm: alarms[0] }),
    );
    // The shell wakes a little after the deadline.
    world.crash(secs(905));
    world.wait(secs(0));
    assert_eq!(returned(&world, alarms[0]), Some(ReturnedBy::NoFollowUp));
    let late = |body: &FactBody| match body {
        FactBody::Alarm(AlarmFact::Returned(body)) => body.late_s > 0,
        FactBody::Alarm(AlarmFact::Unshelved(body)) => body.late_s > 0,
        _ => false,
    };
    assert_eq!(world.count(late), 0);
}

/// A world in which trifles wait for the end of the shift, so many seconds before 20:00.
fn before_the_shift_ends(seconds: i64) -> World {
    let mut estate = estate();
    for kind in crate::rules_common::list(&mut estate, "alarm_types") {
        if kind["id"] == "loitering" {
            kind.as_object_mut().expect("a type").remove("claim_s_max");
        }
    }
    for device in crate::rules_common::list(&mut estate, "devices") {
        device["report_every_s_max"] = json!(null);
    }
    let mut world = World::of(&estate);
    world.wait(secs(8 * HOUR - seconds));
    world
}

#[test]
fn the_end_of_the_shift_leaves_a_quarter_of_an_hour() {
    const QUARTER: i64 = 900;
    for (before, wait_s) in [
        (8 * HOUR, 8 * HOUR),
        (QUARTER + 1, QUARTER + 1),
        (QUARTER, QUARTER),
        (QUARTER - 1, QUARTER),
        (5, QUARTER),
        (1, QUARTER),
        // The next shift has begun.
        (0, 12 * HOUR),
        (-1, 12 * HOUR - 1),
    ] {
        let mut world = before_the_shift_ends(before);
        let due_at = world.now + secs(wait_s);
        let next_due = |world: &World, alarm| world.alarm(alarm).next_due().map(|(at, _)| at);
        let waits = world.raise("roof", "loitering");
        assert_eq!(
            next_due(&world, waits),
            Some(due_at),
            "{before}: to be claimed"
        );
        let taken = world.raise("stairs", "loitering");
        world.done(
            "li-na",
            Command::Alarm(AlarmCommand::Claim { alarm: taken }),
        );
        assert_eq!(next_due(&world, taken), Some(due_at), "{before}: claimed");
        let seen = world.raise("hall", "water");
        world.done(
            "li-na",
            Command::Alarm(AlarmCommand::Acknowledge { alarm: seen }),
        );
        world.note("li-na", seen);
        assert_eq!(
            next_due(&world, seen),
            Some(due_at),
            "{before}: followed up"
        );
        let judged = world.raise("shed", "water");
        world.done(
            "li-na",
            Command::Alarm(AlarmCommand::Claim { alarm: judged }),
        );
        let verdict = Verdict::DeviceFault;
        world.done(
            "li-na",
            Command::Alarm(AlarmCommand::Judge {
                alarm: judged,
                verdict,
                basis: None,
            }),
        );
        assert_eq!(next_due(&world, judged), Some(due_at), "{before}: judged");
    }
}

#[test]
fn a_trifle_of_the_last_seconds_does_not_ring_like_a_fire() {
    let mut world = before_the_shift_ends(5);
    world.raise("roof", "loitering");
    world.wait(secs(HOUR));
    let rings = |body: &FactBody| matches!(body, FactBody::Alarm(AlarmFact::Overdue(_)));
    assert_eq!(world.count(rings), 4, "every quarter of an hour");
}

#[test]
fn whoever_wrote_a_note_has_done_something() {
    let mut world = World::new();
    let alarm = world.raise("hall", "panic");
    world.done("li-na", Command::Alarm(AlarmCommand::Claim { alarm }));
    world.wait(secs(59));
    world.note("li-na", alarm);
    world.wait(secs(6 * HOUR));
    assert_eq!(world.alarm(alarm).owner(), Some(&id("li-na")));
}

#[test]
fn what_is_urgent_does_not_wait_for_an_owner_who_is_gone() {
    let mut world = World::new();
    let person = || id("li-na");
    world.give(Input::SessionOpened { person: person() });
    let alarms = ["panic", "fight", "water", "loitering"].map(|kind| world.raise("hall", kind));
    for alarm in alarms {
        world.done("li-na", Command::Alarm(AlarmCommand::Claim { alarm }));
        world.note("li-na", alarm);
    }
    world.give(Input::SessionGone { person: person() });
    world.wait(secs(59));
    world.give(Input::SessionOpened { person: person() });
    world.wait(secs(HOUR));
    assert!(
        alarms
            .iter()
            .all(|alarm| world.alarm(*alarm).owner().is_some())
    );
    world.give(Input::SessionGone { person: person() });
    world.crash(secs(10));
    world.wait(secs(50));
    let back = alarms.map(|alarm| returned(&world, alarm));
    let absent = Some(ReturnedBy::OwnerAbsent);
    assert_eq!(back, [absent, absent, None, None]);
}

#[test]
fn what_was_judged_and_still_exists_comes_back_at_the_end_of_the_shift() {
    let mut world = World::new();
    let lasting = world.raise("hall", "water");
    let over = world.raise("stairs", "water");
    for alarm in [lasting, over] {
        world.done("li-na", Command::Alarm(AlarmCommand::Claim { alarm }));
        let verdict = Verdict::DeviceFault;
        world.done(
            "li-na",
            Command::Alarm(AlarmCommand::Judge {
                alarm,
                verdict,
                basis: None,
            }),
        );
    }
    world.report(
        "stairs",
        "water",
        castellan_domain::observation::ReportedState::Cleared,
    );
    until(&mut world, clock(7, 59));
    assert!(world.alarm(lasting).is_judged());
    until(&mut world, clock(8, 0));
    assert_eq!(returned(&world, lasting), Some(ReturnedBy::StillActive));
    assert!(world.alarm(over).is_closed());
}

#[test]
fn who_has_only_seen_it_does_something_or_it_comes_back() {
    let mut world = World::new();
    let left = world.raise("hall", "water");
    let followed = world.raise("stairs", "water");
    let quiet = world.raise("roof", "loitering");
    for alarm in [left, followed, quiet] {
        world.done("li-na", Command::Alarm(AlarmCommand::Acknowledge { alarm }));
    }
    world.note("li-na", followed);
    world.wait(secs(899));
    assert_eq!(returned(&world, left), None);
    world.wait(secs(1));
    assert_eq!(returned(&world, left), Some(ReturnedBy::NoFollowUp));
    until(&mut world, clock(7, 59));
    assert_eq!(returned(&world, followed), None);
    assert_eq!(returned(&world, quiet), None);
    until(&mut world, clock(8, 0));
    assert_eq!(returned(&world, followed), Some(ReturnedBy::ShiftEnd));
    assert!(returned(&world, quiet).is_some());
    let urgent = world.raise("hall", "fight");
    let answer = world.command(
        "li-na",
        Command::Alarm(AlarmCommand::Acknowledge { alarm: urgent }),
    );
    assert_eq!(answer, Err(Refusal::Alarm(AlarmRefusal::ClaimInstead)));
    world.done(
        "zhou-jie",
        Command::Alarm(AlarmCommand::Acknowledge { alarm: urgent }),
    );
}
