//! Rows with several sources and a history: what joins, rises, is split off and remembered. The
//! facts that other rules decide are folded here as if they had been decided.

use crate::common::{START, World, estate, id, is_done, secs};
use castellan_domain::alarm::{
    AlarmCommand, AlarmFact, AlarmRefusal, Condition, Due, JOINED_MAX, JoinedBy, Located,
    RISES_MAX, RisenBy, Source, Verdict,
};
use castellan_domain::answer::{Accepted, Outcome};
use castellan_domain::command::Command;
use castellan_domain::estate::{Estate, Near, Priority, SecondSource};
use castellan_domain::fact::{AlarmJoined, AlarmRisen, Cause, Fact, FactBody};
use castellan_domain::ids::AlarmId;
use castellan_domain::observation::Doubts;
use castellan_domain::observation::ReportedState::{self, Active, Cleared, Momentary};
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::site::Site;

/// Somebody does something that is possible.
#[track_caller]
fn does(world: &mut World, who: &str, command: Command) {
    let answer = world.command(who, None, command);
    assert!(is_done(&answer), "{answer:?}");
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

/// A world with one alarm of a gas detector.
fn gas() -> (World, AlarmId) {
    let mut world = World::new();
    let alarm = world.raise("gas-1", "gas_low", Active);
    (world, alarm)
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
    FactBody::Alarm(AlarmFact::Joined(AlarmJoined {
        alarm,
        source,
        kind: id("gas_low"),
        family: id("gas"),
        state,
        active_s_max: None,
        why: JoinedBy::Flood,
        doubts: Doubts::default(),
        place: Located::Unknown,
        silence: None,
    }))
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
    let split = || {
        Command::Alarm(AlarmCommand::Split {
            alarm: row,
            source: device("gas-2"),
        })
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
    assert_eq!(
        alone.place,
        Located::Fixed(estate().device(&id("gas-2")).unwrap().place.clone())
    );
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
    assert_eq!(
        again,
        Err(Refusal::Alarm(AlarmRefusal::NotJoined { alarm: row }))
    );
    let cleared = world.report("gas-2", "gas_low", Cleared);
    let alarm = Some(AlarmId(2));
    let outcome = Outcome::Cleared;
    assert_eq!(cleared, Ok(Accepted::Reported { outcome, alarm }));
    assert!(world.alarm(row).is_active(), "its own source says so still");
    assert_eq!(world.engine.site().control().alarms.next(), AlarmId(3));
}

#[test]
fn what_is_split_off_after_its_type_left_the_estate_is_as_urgent_as_its_row() {
    let mut world = World::with(Site::default(), confirming());
    let row = world.raise("gas-1", "gas_low", Active);
    world.raise("gas-2", "gas_low", Active);
    assert_eq!(world.alarm(row).priority, Priority::P1);
    let mut without = confirming();
    without.alarm_types.retain(|kind| kind.id != id("gas_low"));
    world.load("estate-2", without);
    let (alarm, source) = (row, device("gas-2"));
    does(
        &mut world,
        "li-na",
        Command::Alarm(AlarmCommand::Split { alarm, source }),
    );
    let alone = world.alarm(AlarmId(2));
    assert_eq!(
        (&alone.kind, alone.priority),
        (&id("gas_low"), Priority::P1)
    );
    // As long as a claim of that priority may wait, since no type says how long.
    assert_eq!(alone.next_due(), Some((START + secs(30), Due::Claim)));
}

#[test]
fn a_verdict_is_corrected_by_who_gave_it_or_who_leads() {
    let (mut world, alarm) = gas();
    world.claim("li-na", alarm).unwrap();
    world.judge("li-na", alarm, Verdict::Test).unwrap();
    let verdict = Verdict::Genuine;
    let by = id("li-na");
    let other = world.command(
        "zhao-min",
        None,
        Command::Alarm(AlarmCommand::CorrectVerdict {
            alarm,
            verdict,
            basis: None,
        }),
    );
    assert_eq!(other, Err(Refusal::Alarm(AlarmRefusal::NotOwner { by })));
    let guard = world.command(
        "wang-qiang",
        None,
        Command::Alarm(AlarmCommand::CorrectVerdict {
            alarm,
            verdict,
            basis: None,
        }),
    );
    assert_eq!(guard, Err(Refusal::Common(CommonRefusal::NotAllowed)));
    does(
        &mut world,
        "li-na",
        Command::Alarm(AlarmCommand::CorrectVerdict {
            alarm,
            verdict,
            basis: None,
        }),
    );
    let verdict = Verdict::Environment;
    does(
        &mut world,
        "zhou-jie",
        Command::Alarm(AlarmCommand::CorrectVerdict {
            alarm,
            verdict,
            basis: None,
        }),
    );
    let by = id("zhou-jie");
    let verdict = Verdict::Test;
    let first = world.command(
        "li-na",
        None,
        Command::Alarm(AlarmCommand::CorrectVerdict {
            alarm,
            verdict,
            basis: None,
        }),
    );
    assert_eq!(
        first,
        Err(Refusal::Alarm(AlarmRefusal::NotOwner { by })),
        "it is theirs now"
    );
}

#[test]
fn nothing_is_split_off_what_has_its_verdict() {
    let mut world = World::with(Site::default(), confirming());
    let row = world.raise("gas-1", "gas_low", Momentary);
    world.raise("gas-2", "gas_low", Momentary);
    does(
        &mut world,
        "li-na",
        Command::Alarm(AlarmCommand::Claim { alarm: row }),
    );
    world.judge("li-na", row, Verdict::Test).unwrap();
    // It is closed, and what was part of it has a row of its own by now.
    let own = world.raise("gas-2", "gas_low", Active);
    assert_ne!(own, row);
    let split = Command::Alarm(AlarmCommand::Split {
        alarm: row,
        source: device("gas-2"),
    });
    let answer = world.command("li-na", None, split);
    assert!(
        matches!(
            answer,
            Err(Refusal::Alarm(AlarmRefusal::AlreadyJudged { .. }))
        ),
        "{answer:?}"
    );
    let key = world
        .engine
        .site()
        .control()
        .alarms
        .row_of(&device("gas-2"), &id("gas"), false);
    assert_eq!(key, Some(own));
}

#[test]
fn a_number_that_is_taken_is_not_split_into() {
    let mut world = World::with(Site::default(), confirming());
    let row = world.raise("gas-1", "gas_low", Active);
    world.raise("gas-2", "gas_low", Active);
    let taken = world.raise("button-1", "panic", Momentary);
    let alarm = row;
    let source = device("gas-2");
    does(
        &mut world,
        "li-na",
        Command::Alarm(AlarmCommand::Split { alarm, source }),
    );
    let mut again = world.facts.last().unwrap().fact.clone();
    let FactBody::Alarm(AlarmFact::Split(body)) = &mut again.body else {
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
fn a_source_that_joined_can_end_and_begin_again() {
    let mut world = World::with(Site::default(), confirming());
    let row = world.raise("gas-1", "gas_low", Active);
    world.raise("gas-2", "gas_low", Active);
    world.report("gas-1", "gas_low", Cleared).unwrap();
    world.report("gas-2", "gas_low", Cleared).unwrap();
    assert!(!world.alarm(row).is_active());
    world.wait(secs(5));
    assert_eq!(world.raise("gas-2", "gas_low", Active), row);
    let since = START + secs(5);
    assert_eq!(
        world.alarm(row).condition_of(&device("gas-2")),
        Some(Condition::Active { since })
    );
    assert!(world.alarm(row).is_active() && !world.alarm(row).condition.is_active());
}

#[test]
fn what_failed_takes_the_row_and_who_noticed_becomes_part_of_it() {
    let (mut world, alarm) = gas();
    world.raise("gas-1", "gas_low", Active);
    does(
        &mut world,
        "li-na",
        Command::Alarm(AlarmCommand::Mute { alarm }),
    );
    world.wait(secs(7));
    let place = Located::Fixed(estate().device(&id("door-1")).unwrap().place.clone());
    let due_at = world.now + secs(30);
    apply(
        &mut world,
        FactBody::Alarm(AlarmFact::Risen(AlarmRisen {
            alarm,
            kind: id("door_held"),
            family: id("door_held"),
            tier: 0,
            priority: Priority::P1,
            why: RisenBy::Upstream(id("door-1")),
            source: Some(device("door-1")),
            place: Some(place.clone()),
            due_at,
            dispatch_due_at: None,
        })),
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
    let (mut world, alarm) = gas();
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
        row.joined[0].condition.is_active(),
        "d0 did not join twice, but it is heard"
    );
    assert_eq!(row.joined[0].repeats, 1);
    assert_eq!(row.condition_of(&device("one-more")), None);
}

#[test]
fn a_corrected_verdict_is_reviewed_when_the_first_one_was_to_be() {
    let (mut world, alarm) = gas();
    world.claim("li-na", alarm).unwrap();
    world.judge("li-na", alarm, Verdict::Test).unwrap();
    let review = world.alarm(alarm).judged().unwrap().review_due_at;
    let verdict = Verdict::Genuine;
    does(
        &mut world,
        "zhou-jie",
        Command::Alarm(AlarmCommand::CorrectVerdict {
            alarm,
            verdict,
            basis: None,
        }),
    );
    let judged = world.alarm(alarm).judged().unwrap();
    assert_eq!((judged.verdict, judged.review_due_at), (verdict, review));
}

#[test]
fn a_row_remembers_so_many_rises_and_lets_the_oldest_go() {
    let (mut world, alarm) = gas();
    let due_at = world.now + secs(30);
    for n in 0..=RISES_MAX {
        apply(
            &mut world,
            FactBody::Alarm(AlarmFact::Risen(AlarmRisen {
                alarm,
                kind: id(&format!("k{n}")),
                family: id("gas"),
                tier: 9,
                priority: Priority::P1,
                why: RisenBy::Reported,
                source: None,
                place: None,
                due_at,
                dispatch_due_at: None,
            })),
        );
    }
    let from: Vec<_> = world
        .alarm(alarm)
        .rises
        .iter()
        .map(|rise| rise.from.as_str())
        .collect();
    assert_eq!(
        (from.len(), from[0], from[RISES_MAX - 1]),
        (RISES_MAX, "k0", "k7")
    );
}

#[test]
fn a_device_that_left_the_estate_says_goodbye_to_what_its_row_has_become() {
    let mut world = World::with(Site::default(), confirming());
    let row = world.raise("gas-1", "gas_low", Active);
    assert_eq!(world.raise("gas-2", "gas_low", Active), row);
    assert_eq!(world.alarm(row).kind, id("gas_high"));
    let mut without = confirming();
    without
        .devices
        .retain(|device| !device.id.as_str().starts_with("gas-"));
    world.load("estate-2", without);
    for device in ["gas-2", "gas-1"] {
        assert!(world.alarm(row).is_active(), "{device} says so still");
        let told = world.report(device, "gas_low", Cleared);
        let (outcome, alarm) = (Outcome::Cleared, Some(row));
        assert_eq!(told, Ok(Accepted::Reported { outcome, alarm }), "{device}");
        let again = world.report(device, "gas_low", Cleared);
        assert_eq!(
            again,
            Err(Refusal::Common(CommonRefusal::NotInEstate)),
            "{device} said so already"
        );
    }
    assert!(
        !world.alarm(row).is_active(),
        "else it came back at the end of every shift"
    );
}
