//! What people do with an alarm and what comes of their leaving it, one case after the other. Any
//! order of them is in `alarm_machine.rs`.

mod common;

use castellan_domain::alarm::{
    Condition, Due, HISTORY_MAX, JOINED_MAX, JoinedBy, Ownership, Returned, ReturnedBy, RisenBy,
    ShelfReason, Source, Verdict,
};
use castellan_domain::commands::SHELVED_MAX;
use castellan_domain::engine::{Accepted, Command, Input};
use castellan_domain::estate::{Device, Estate, Near, Priority, SecondSource};
use castellan_domain::fact::{AlarmJoined, AlarmRisen, Cause, Fact, FactBody};
use castellan_domain::ids::{AlarmId, Seq};
use castellan_domain::observation::ReportedState::{self, Active, Cleared, Momentary};
use castellan_domain::refusal::Refusal;
use castellan_domain::rules::annunciate::Outcome;
use castellan_domain::site::Site;
use castellan_domain::time::{Span, Timestamp};
use common::{START, World, estate, id, is_done, secs};

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

/// The estate in which two gas detectors of one building confirm each other.
fn confirming() -> Estate {
    let mut estate = estate();
    estate.alarm_types[0].second_source = Some(SecondSource {
        to: id("gas_high"),
        within_s: 60,
        near: Near::Building,
        also: Vec::new(),
    });
    estate
}

fn device(name: &str) -> Source {
    Source::Device(id(name))
}

/// Folds a fact as if a rule had decided it.
fn apply(world: &mut World, body: FactBody) {
    let fact = Fact {
        site: id("test-1"),
        seq: world.view().seq.next(),
        recorded_at: world.now,
        occurred_at: world.now,
        cause: Cause::Estate,
        actor: None,
        drill: false,
        body,
    };
    world.engine.apply(&fact);
}

fn joined(alarm: AlarmId, source: Source, state: ReportedState) -> FactBody {
    FactBody::AlarmJoined(AlarmJoined {
        alarm,
        source,
        kind: id("gas_low"),
        family: id("gas"),
        state,
        why: JoinedBy::Flood,
    })
}

#[test]
fn a_source_that_is_split_off_takes_with_it_what_it_said() {
    let mut world = World::with(Site::default(), confirming());
    let row = world.raise("gas-1", "gas_low", Active);
    world.wait(secs(10));
    let second = world.report("gas-2", "gas_low", Active);
    let outcome = Outcome::Risen;
    let alarm = Some(row);
    assert_eq!(second, Ok(Accepted::Reported { outcome, alarm }));
    assert_eq!(world.alarm(row).kind, id("gas_high"));
    assert_eq!(world.alarm(row).stands_for(), 2);
    for _ in 0..3 {
        assert_eq!(world.raise("gas-2", "gas_low", Active), row);
    }
    assert_eq!(
        (world.alarm(row).repeats, world.alarm(row).joined[0].repeats),
        (0, 3)
    );
    world.wait(secs(5));
    let split = || Command::Split {
        alarm: row,
        source: device("gas-2"),
    };
    does(&mut world, "li-na", split());
    let alone = world.alarm(AlarmId(2));
    assert_eq!(
        (&alone.source, alone.kind.as_str()),
        (&device("gas-2"), "gas_low")
    );
    assert_eq!(
        (alone.family.as_str(), alone.tier, alone.priority),
        ("gas", 1, Priority::P2)
    );
    assert_eq!(alone.place, estate().device(&id("gas-2")).unwrap().place);
    assert_eq!((alone.condition.is_active(), alone.repeats), (true, 3));
    let at = START + secs(15);
    assert_eq!(
        (alone.raised_at, alone.next_due()),
        (at, Some((at + secs(60), Due::Claim)))
    );
    assert_eq!(
        (alone.version, world.alarm(row).version),
        (world.view().seq, world.view().seq)
    );
    assert_eq!(world.alarm(row).stands_for(), 1);
    let again = world.command("li-na", None, split());
    assert_eq!(again, Err(Refusal::NotJoined { alarm: row }));
    let cleared = world.report("gas-2", "gas_low", Cleared);
    let alarm = Some(AlarmId(2));
    let outcome = Outcome::Cleared;
    assert_eq!(cleared, Ok(Accepted::Reported { outcome, alarm }));
    assert!(world.alarm(row).is_active(), "its own source says so still");
    assert_eq!(world.engine.site().control().next_alarm(), AlarmId(3));
}

#[test]
fn a_number_that_is_taken_is_not_split_into() {
    let mut world = World::with(Site::default(), confirming());
    let row = world.raise("gas-1", "gas_low", Active);
    world.raise("gas-2", "gas_low", Active);
    let taken = world.raise("button-1", "panic", Momentary);
    let alarm = row;
    let source = device("gas-2");
    does(&mut world, "li-na", Command::Split { alarm, source });
    let mut again = world.facts.last().unwrap().fact.clone();
    let FactBody::AlarmSplit(body) = &mut again.body else {
        panic!("another fact");
    };
    body.into = taken;
    body.source = device("gas-9");
    apply(&mut world, joined(row, device("gas-9"), Active));
    let before = world.view().alarms.clone();
    apply(&mut world, again.body);
    assert_eq!(world.view().alarms, before);
}

#[test]
fn a_row_is_active_while_one_of_its_sources_is() {
    let mut world = World::with(Site::default(), confirming());
    let row = world.raise("gas-1", "gas_low", Active);
    world.raise("gas-2", "gas_low", Active);
    world.claim("li-na", row).unwrap();
    world.judge("li-na", row, Verdict::Genuine).unwrap();
    world.report("gas-1", "gas_low", Cleared).unwrap();
    assert!(!world.alarm(row).condition.is_active() && world.alarm(row).is_active());
    assert!(!world.alarm(row).is_closed());
    world.report("gas-2", "gas_low", Cleared).unwrap();
    assert!(world.alarm(row).is_closed());
}

#[test]
fn what_failed_takes_the_row_and_who_noticed_becomes_part_of_it() {
    let (mut world, alarm) = with("gas_low");
    world.raise("gas-1", "gas_low", Active);
    does(&mut world, "li-na", Command::Mute { alarm });
    world.wait(secs(7));
    let place = estate().device(&id("door-1")).unwrap().place.clone();
    let due_at = world.now + secs(30);
    apply(
        &mut world,
        FactBody::AlarmRisen(AlarmRisen {
            alarm,
            kind: id("door_held"),
            family: id("door_held"),
            tier: 0,
            priority: Priority::P1,
            why: RisenBy::Upstream(id("door-1")),
            source: Some(device("door-1")),
            place: Some(place.clone()),
            due_at,
        }),
    );
    let row = world.alarm(alarm);
    let at = START + secs(7);
    assert_eq!((&row.source, &row.place), (&device("door-1"), &place));
    assert_eq!(
        (row.condition, row.repeats),
        (Condition::Momentary { at }, 0)
    );
    let first = &row.joined[0];
    assert_eq!(
        (&first.source, first.kind.as_str()),
        (&device("gas-1"), "gas_low")
    );
    assert_eq!(
        (first.repeats, first.why, first.at),
        (1, JoinedBy::Upstream, at)
    );
    assert!(first.condition.is_active() && row.is_active());
    assert_eq!(row.next_due(), Some((at + secs(30), Due::Claim)));
    assert_eq!(
        row.mute.as_ref().map(|mute| mute.until),
        Some(at),
        "it is heard again"
    );
    assert_eq!(
        (row.rises[0].from.as_str(), row.rises[0].priority),
        ("gas_low", Priority::P2)
    );
    // Its reports still go there.
    assert_eq!(world.raise("gas-1", "gas_low", Active), alarm);
    assert_eq!(world.alarm(alarm).joined[0].repeats, 2);
}

#[test]
fn a_row_takes_in_so_many_sources_and_each_once() {
    let (mut world, alarm) = with("gas_low");
    apply(&mut world, joined(alarm, device("gas-1"), Active));
    assert_eq!(world.alarm(alarm).stands_for(), 1, "it is there already");
    for n in 0..JOINED_MAX {
        apply(
            &mut world,
            joined(alarm, device(&format!("d{n}")), Momentary),
        );
    }
    apply(&mut world, joined(alarm, device("d0"), Active));
    apply(&mut world, joined(alarm, device("one-more"), Active));
    let row = world.alarm(alarm);
    assert_eq!(row.stands_for(), JOINED_MAX + 1);
    assert!(
        !row.joined[0].condition.is_active(),
        "d0 did not join twice"
    );
    assert_eq!(row.condition_of(&device("one-more")), None);
}

#[test]
fn a_row_remembers_so_many_verdicts_and_rises_and_lets_the_oldest_go() {
    let (mut world, alarm) = with("gas_low");
    world.claim("li-na", alarm).unwrap();
    world.judge("li-na", alarm, Verdict::Test).unwrap();
    let review = world.alarm(alarm).judged().unwrap().review_due_at;
    for n in 0..HISTORY_MAX + 2 {
        let verdict = [Verdict::Genuine, Verdict::Environment][n % 2];
        does(
            &mut world,
            "zhou-jie",
            Command::CorrectVerdict { alarm, verdict },
        );
    }
    let row = world.alarm(alarm);
    assert_eq!(row.former.len(), HISTORY_MAX);
    assert_ne!(
        row.former[0].verdict,
        Verdict::Test,
        "the oldest are left to the journal"
    );
    assert_eq!(row.former.last().unwrap().verdict, Verdict::Genuine);
    assert_eq!(row.judged().unwrap().review_due_at, review);
    let due_at = world.now + secs(30);
    for n in 0..=HISTORY_MAX {
        apply(
            &mut world,
            FactBody::AlarmRisen(AlarmRisen {
                alarm,
                kind: id(&format!("k{n}")),
                family: id("gas"),
                tier: 9,
                priority: Priority::P1,
                why: RisenBy::Reported,
                source: None,
                place: None,
                due_at,
            }),
        );
    }
    let from: Vec<_> = world
        .alarm(alarm)
        .rises
        .iter()
        .map(|rise| rise.from.as_str())
        .collect();
    assert_eq!(
        (from.len(), from[0], from[HISTORY_MAX - 1]),
        (HISTORY_MAX, "k0", "k7")
    );
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
    let shelve = |alarm| Command::Shelve {
        alarm,
        for_s: 60,
        reason: ShelfReason::Maintenance,
    };
    for n in 0..SHELVED_MAX {
        let alarm = world.raise(&format!("d{n}"), "gas_low", Active);
        does(&mut world, "li-na", shelve(alarm));
    }
    let last = world.raise(&format!("d{SHELVED_MAX}"), "gas_low", Active);
    let full = world.command("li-na", None, shelve(last));
    assert_eq!(full, Err(Refusal::TooManyShelved));
    does(&mut world, "li-na", Command::Unshelve { alarm: AlarmId(1) });
    does(&mut world, "li-na", shelve(last));
    assert_eq!(world.engine.site().control().shelved(), SHELVED_MAX);
}

#[test]
fn a_deadline_that_passed_while_nobody_ran_says_by_how_much() {
    for (slept, late_s) in [(60, 0), (65, 0), (66, 6), (7_260, 7_200)] {
        let (mut world, _) = with("gas_low");
        world.wait(secs(1));
        world.now = START + secs(slept);
        world.wait(secs(0));
        let overdue = world.history().find_map(|fact| match &fact.body {
            FactBody::AlarmOverdue(body) => Some((body.late_s, fact.occurred_at)),
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
    assert!(matches!(back.body, FactBody::AlarmReturned(_)));
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
        FactBody::AlarmClaimed(body) => Some(body.alarm),
        FactBody::AlarmOverdue(body) => Some(body.alarm),
        FactBody::AlarmReturned(body) => Some(body.alarm),
        FactBody::AlarmCleared(body) => Some(body.alarm),
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
    let gone = Err(Refusal::NotInEstate);
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
        assert_eq!(answer, Err(Refusal::RaisedByRule));
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
    does(&mut world, "li-na", Command::Release { alarm });
    assert_eq!(
        world.alarm(alarm).next_due(),
        Some((START + secs(180), Due::Claim))
    );
}

#[test]
fn a_muted_alarm_is_muted_again_when_it_is_heard_again_and_not_before() {
    let (mut world, alarm) = with("panic");
    let mute = || Command::Mute { alarm };
    let until = START + secs(60);
    does(&mut world, "li-na", mute());
    world.now = until - Span::from_micros(1);
    let by = id("li-na");
    let quiet = world.command("zhao-min", None, mute());
    assert_eq!(quiet, Err(Refusal::AlreadyMuted { by, until }));
    world.now = until;
    does(&mut world, "zhao-min", mute());
    world.now = START + secs(120);
    let thrice = world.command("zhao-min", None, mute());
    assert_eq!(thrice, Err(Refusal::MutedTooOften));
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
