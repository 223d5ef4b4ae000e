//! What people do with an alarm and what comes of their leaving it, one case after the other. Any
//! order of them is in `alarm_machine.rs`.

use crate::common::{START, World, estate, id, is_done, secs};
use castellan_domain::alarm::{
    AlarmCommand, AlarmFact, AlarmRefusal, Due, Ownership, Returned, ReturnedBy, SHELVED_MAX,
    ShelfReason, Verdict,
};
use castellan_domain::answer::{Accepted, Outcome};
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::estate::{Device, Priority};
use castellan_domain::fact::FactBody;
use castellan_domain::ids::{AlarmId, Seq};
use castellan_domain::observation::ReportedState::{Active, Cleared, Momentary};
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::site::Site;
use castellan_domain::time::{Span, Timestamp};

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
    does(
        &mut world,
        "zhao-min",
        Command::Alarm(AlarmCommand::Acknowledge { alarm }),
    );
    does(
        &mut world,
        "li-na",
        Command::Alarm(AlarmCommand::Claim { alarm }),
    );
    world.note("li-na", alarm).unwrap();
    world.wait(secs(10));
    does(
        &mut world,
        "li-na",
        Command::Alarm(AlarmCommand::Release { alarm }),
    );
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
        late_s: 0,
    });
    let expected = Ownership::Unclaimed {
        since: at,
        due_at: at + secs(90),
        times_overdue: 0,
        late_s: 0,
        returned,
    };
    assert_eq!(world.alarm(alarm).ownership, expected);
}

#[test]
fn the_shelf_is_full_at_its_limit() {
    let mut wide = estate();
    let model = wide.devices[0].clone();
    wide.devices = (0..=SHELVED_MAX)
        .map(|n| Device {
            id: id(&format!("d{n}")),
            ..model.clone()
        })
        .collect();
    let mut world = World::with(Site::default(), wide);
    let shelve = |alarm| {
        Command::Alarm(AlarmCommand::Shelve {
            alarm,
            for_s: 60,
            reason: ShelfReason::Maintenance,
        })
    };
    for n in 0..SHELVED_MAX {
        let alarm = world.raise(&format!("d{n}"), "gas_low", Active);
        does(&mut world, "li-na", shelve(alarm));
    }
    let last = world.raise(&format!("d{SHELVED_MAX}"), "gas_low", Active);
    let full = world.command("li-na", None, shelve(last));
    assert_eq!(full, Err(Refusal::Alarm(AlarmRefusal::TooManyShelved)));
    does(
        &mut world,
        "li-na",
        Command::Alarm(AlarmCommand::Unshelve { alarm: AlarmId(1) }),
    );
    does(&mut world, "li-na", shelve(last));
    assert_eq!(world.engine.site().control().alarms.shelved(), SHELVED_MAX);
}

#[test]
fn a_deadline_that_passed_while_nobody_ran_says_by_how_much() {
    for (slept, late_s) in [(60, 0), (65, 0), (66, 6), (7_260, 7_200)] {
        let (mut world, _) = with("gas_low");
        world.wait(secs(1));
        world.now = START + secs(slept);
        world.wait(secs(0));
        let overdue = world.history().find_map(|fact| match &fact.body {
            FactBody::Alarm(AlarmFact::Overdue(body)) => Some((body.late_s, fact.occurred_at)),
            _ => None,
        });
        assert_eq!(overdue, Some((late_s, START + secs(60))), "after {slept} s");
    }
}

#[test]
fn what_comes_back_says_since_when_it_should_have() {
    let (mut world, alarm) = with("gas_low");
    world.claim("li-na", alarm).unwrap();
    world.now = START + secs(1_000);
    world.wait(secs(0));
    let back = world.history().last().unwrap();
    assert!(matches!(back.body, FactBody::Alarm(AlarmFact::Returned(_))));
    assert_eq!(
        (back.occurred_at, back.recorded_at),
        (START + secs(180), START + secs(1_000))
    );
    assert_eq!(
        world.alarm(alarm).next_due(),
        Some((START + secs(1_060), Due::Claim))
    );
}

#[test]
fn a_cleared_that_is_older_than_what_it_would_end_ends_nothing() {
    let cleared = |claimed_at: Option<Timestamp>| {
        let (mut world, alarm) = with("gas_low");
        world.now = START + secs(400);
        let answer = world.report_at("gas-1", "gas_low", Cleared, claimed_at);
        let Ok(Accepted::Reported { outcome, .. }) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(
            world.alarm(alarm).is_active(),
            outcome == Outcome::NothingToClear
        );
        outcome
    };
    assert_eq!(cleared(Some(START - secs(301))), Outcome::NothingToClear);
    assert_eq!(
        cleared(Some(START - secs(300))),
        Outcome::Cleared,
        "clocks differ"
    );
    assert_eq!(cleared(Some(START + secs(1))), Outcome::Cleared);
    assert_eq!(
        cleared(None),
        Outcome::Cleared,
        "what has no clock is not doubted"
    );
    assert_eq!(
        cleared(Some(Timestamp::from_secs(0))),
        Outcome::Cleared,
        "nor what has a bad one"
    );
}

#[test]
fn a_drill_stays_a_drill_in_everything_that_is_done_about_it() {
    let mut world = World::new();
    let real = world.raise("gas-1", "gas_low", Active);
    world.drill("gas-1", "gas_low", Active).unwrap();
    let drill = AlarmId(2);
    assert!(world.alarm(drill).drill && !world.alarm(real).drill);
    let facts = world.facts.len();
    world.claim("li-na", drill).unwrap();
    world.wait(secs(180 + 60));
    world.drill("gas-1", "gas_low", Cleared).unwrap();
    let about = |body: &FactBody| match body {
        FactBody::Alarm(AlarmFact::Claimed(body)) => Some(body.alarm),
        FactBody::Alarm(AlarmFact::Overdue(body)) => Some(body.alarm),
        FactBody::Alarm(AlarmFact::Returned(body)) => Some(body.alarm),
        FactBody::Alarm(AlarmFact::Cleared(body)) => Some(body.alarm),
        _ => None,
    };
    let mut kinds = 0;
    for fact in world.facts[facts..].iter().map(|stamped| &stamped.fact) {
        if let Some(alarm) = about(&fact.body) {
            assert_eq!(fact.drill, alarm == drill, "{fact:?}");
            kinds += usize::from(alarm == drill);
        }
    }
    assert_eq!(kinds, 4, "claimed, returned, overdue, cleared");
    assert!(world.alarm(real).is_active() && !world.alarm(drill).is_active());
}

#[test]
fn a_device_that_left_the_estate_can_only_say_goodbye() {
    let mut world = World::new();
    let row = world.raise("gas-1", "gas_low", Active);
    world.drill("gas-1", "gas_low", Active).unwrap();
    let mut without = estate();
    without.devices.retain(|device| device.id != id("gas-1"));
    world.load("estate-2", without);
    let gone = Err(Refusal::Common(CommonRefusal::NotInEstate));
    for state in [Active, Momentary] {
        assert_eq!(world.report("gas-1", "gas_low", state), gone);
    }
    assert_eq!(
        world.report("gas-1", "panic", Cleared),
        gone,
        "it has no such row"
    );
    let outcome = Outcome::Cleared;
    let alarm = Some(AlarmId(2));
    let drill = world.drill("gas-1", "gas_low", Cleared);
    assert_eq!(drill, Ok(Accepted::Reported { outcome, alarm }));
    let alarm = Some(row);
    let real = world.report("gas-1", "gas_low", Cleared);
    assert_eq!(real, Ok(Accepted::Reported { outcome, alarm }));
    assert_eq!(
        world.report("gas-1", "gas_low", Cleared),
        gone,
        "it said so already"
    );
}

#[test]
fn what_castellan_finds_itself_is_not_for_devices_to_report() {
    let mut changed = estate();
    changed.alarm_types[0].by_rule_only = true;
    let mut world = World::with(Site::default(), changed);
    for state in [Active, Momentary, Cleared] {
        let answer = world.report("gas-1", "gas_low", state);
        assert_eq!(answer, Err(Refusal::Alarm(AlarmRefusal::RaisedByRule)));
    }
    assert_eq!(world.view().seq, Seq(1));
}

#[test]
fn a_type_that_left_the_estate_waits_as_long_as_its_priority_says() {
    let (mut world, alarm) = with("gas_low");
    world.claim("li-na", alarm).unwrap();
    let mut without = estate();
    without.alarm_types.remove(0);
    world.load("estate-2", without);
    does(
        &mut world,
        "li-na",
        Command::Alarm(AlarmCommand::Release { alarm }),
    );
    assert_eq!(
        world.alarm(alarm).next_due(),
        Some((START + secs(180), Due::Claim))
    );
}

#[test]
fn a_muted_alarm_is_muted_again_when_it_is_heard_again_and_not_before() {
    let (mut world, alarm) = with("panic");
    let mute = || Command::Alarm(AlarmCommand::Mute { alarm });
    let until = START + secs(60);
    does(&mut world, "li-na", mute());
    world.now = until - Span::from_micros(1);
    let by = id("li-na");
    let quiet = world.command("zhao-min", None, mute());
    assert_eq!(
        quiet,
        Err(Refusal::Alarm(AlarmRefusal::AlreadyMuted { by, until }))
    );
    world.now = until;
    does(&mut world, "zhao-min", mute());
    world.now = START + secs(120);
    let thrice = world.command("zhao-min", None, mute());
    assert_eq!(thrice, Err(Refusal::Alarm(AlarmRefusal::MutedTooOften)));
    assert_eq!(
        world.alarm(alarm).mute.as_ref().map(|mute| mute.times),
        Some(2)
    );
}

#[test]
fn an_owner_who_is_gone_keeps_what_is_urgent_for_a_minute_at_most() {
    for (kind, gone_for, back) in [
        ("gas_low", 59, None),
        ("gas_low", 60, Some(ReturnedBy::OwnerAbsent)),
        ("panic", 60, Some(ReturnedBy::NoFollowUp)),
        ("door_held", 899, None),
        ("door_held", 900, Some(ReturnedBy::NoFollowUp)),
    ] {
        let (mut world, alarm) = with(kind);
        let person = || id("li-na");
        world.give(Input::SessionOpened { person: person() });
        world.claim("li-na", alarm).unwrap();
        world.give(Input::SessionGone { person: person() });
        world.wait(secs(gone_for));
        let Ownership::Unclaimed { returned, .. } = &world.alarm(alarm).ownership else {
            assert_eq!(back, None, "{kind} after {gone_for} s");
            world.give(Input::SessionOpened { person: person() });
            world.note("li-na", alarm).unwrap();
            world.wait(secs(3_600));
            assert_eq!(
                world.alarm(alarm).owner(),
                Some(&person()),
                "who is back keeps it"
            );
            continue;
        };
        let told = returned.as_ref().map(|r| (r.why, r.from.clone()));
        assert_eq!(
            told,
            back.map(|why| (why, Some(person()))),
            "{kind} after {gone_for} s"
        );
    }
}

#[test]
fn what_comes_back_is_heard_again_whoever_wanted_it_quiet() {
    let (mut world, alarm) = with("panic");
    world.claim("li-na", alarm).unwrap();
    world.wait(secs(50));
    does(
        &mut world,
        "zhao-min",
        Command::Alarm(AlarmCommand::Mute { alarm }),
    );
    world.wait(secs(10));
    let mute = world.alarm(alarm).mute.as_ref().unwrap();
    assert_eq!((mute.until, mute.times), (START + secs(60), 1));
    does(
        &mut world,
        "zhao-min",
        Command::Alarm(AlarmCommand::Mute { alarm }),
    );
    assert_eq!(world.alarm(alarm).mute.as_ref().unwrap().times, 2);
}

/// A gas warning, what was done about it in ten seconds, and the gas alarm after that.
fn risen(done: impl FnOnce(&mut World, AlarmId)) -> (World, AlarmId) {
    let (mut world, alarm) = with("gas_low");
    done(&mut world, alarm);
    world.wait(secs(10));
    let (outcome, alarm) = (Outcome::Risen, Some(alarm));
    let told = world.report("gas-1", "gas_high", Active);
    assert_eq!(told, Ok(Accepted::Reported { outcome, alarm }));
    let alarm = alarm.expect("a row");
    let row = world.alarm(alarm);
    assert_eq!((row.kind.as_str(), row.tier), ("gas_high", 2));
    assert_eq!((row.priority, row.repeats), (Priority::P1, 1));
    (world, alarm)
}

#[test]
fn what_rises_waits_anew_whatever_was_done_about_the_lesser_matter() {
    let at = START + secs(10);
    let claim = Some((at + secs(30), Due::Claim));
    let (world, alarm) = risen(|_, _| ());
    assert_eq!(world.alarm(alarm).next_due(), claim);
    let (world, alarm) = risen(|world, alarm| {
        does(
            world,
            "zhou-jie",
            Command::Alarm(AlarmCommand::Acknowledge { alarm }),
        );
        does(world, "li-na", Command::Alarm(AlarmCommand::Mute { alarm }));
    });
    let row = world.alarm(alarm);
    assert_eq!((row.next_due(), &row.acknowledged), (claim, &None));
    assert_eq!(
        row.mute.as_ref().map(|mute| mute.until),
        Some(at),
        "it is heard"
    );
    let (world, alarm) = risen(|world, alarm| {
        let reason = ShelfReason::Event;
        let for_s = 3_600;
        does(
            world,
            "li-na",
            Command::Alarm(AlarmCommand::Shelve {
                alarm,
                for_s,
                reason,
            }),
        );
    });
    let row = world.alarm(alarm);
    assert_eq!(
        (row.next_due(), &row.shelf),
        (claim, &None),
        "nothing so urgent is shelved"
    );
}

#[test]
fn what_rises_stays_with_its_owner_who_has_to_do_something_anew() {
    let (world, alarm) = risen(|world, alarm| {
        world.claim("li-na", alarm).unwrap();
        world.note("li-na", alarm).unwrap();
    });
    let row = world.alarm(alarm);
    assert_eq!(row.owner(), Some(&id("li-na")));
    assert_eq!(row.next_due(), Some((START + secs(70), Due::FollowUp)));
}

#[test]
fn what_was_judged_and_rises_is_back_with_the_name_of_who_judged() {
    let (world, alarm) = risen(|world, alarm| {
        world.claim("li-na", alarm).unwrap();
        world
            .judge("zhou-jie", alarm, Verdict::Environment)
            .unwrap();
    });
    let row = world.alarm(alarm);
    assert!(!row.is_judged());
    assert_eq!(row.next_due(), Some((START + secs(40), Due::Claim)));
    let Ownership::Unclaimed { returned, .. } = &row.ownership else {
        panic!("nobody has it");
    };
    let told = returned.as_ref().map(|r| (r.why, r.from.clone()));
    assert_eq!(told, Some((ReturnedBy::Risen, Some(id("zhou-jie")))));
}

#[test]
fn a_lesser_report_of_the_family_lowers_nothing() {
    let (mut world, alarm) = risen(|_, _| ());
    let told = world.report("gas-1", "gas_low", Active);
    let (outcome, row) = (Outcome::Repeated, Some(alarm));
    assert_eq!(
        told,
        Ok(Accepted::Reported {
            outcome,
            alarm: row
        })
    );
    assert_eq!(world.alarm(alarm).kind.as_str(), "gas_high");
    assert_eq!(world.view().alarms.len(), 1);
}
