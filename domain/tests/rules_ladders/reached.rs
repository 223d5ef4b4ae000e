//! Who can be reached at all, and what a ladder does about whom it does not reach.

use super::world::{
    BOTH, all, claim, climbed, duty, everybody, ladders, reach, settle, then, without_channels,
    world,
};
use crate::rules_common::{World, estate, id, secs};
use castellan_domain::engine::Input;
use castellan_domain::estate::{Channel, Estate};
use castellan_domain::fact::{FactBody, NotificationFailing};
use castellan_domain::ids::AlarmId;
use castellan_domain::matter::Matter;
use castellan_domain::notify::{Notification, NotificationFact, Settlement};
use castellan_domain::observation::ReportedState::Active;
use castellan_domain::observation::{Doubts, Observation, Report};
use castellan_domain::stream::Turn;
use serde_json::{Value, json};

#[test]
fn a_rung_that_no_channel_reaches_counts_as_empty() {
    let mut world = without_channels(&["zhou-jie", "chen-hui"]);
    world.give(reach(&[("chen-hui", BOTH)]));
    world.raise("hall", "fight");
    world.wait(secs(90));
    assert!(climbed(&world).contains(&"90 chen-hui sms".to_owned()));
    assert!(climbed(&world).contains(&"90 step 1 nobody:ShiftLeader".to_owned()));
}

#[test]
fn a_channel_that_refuses_reached_nobody_so_the_next_comes_at_once_and_then_the_next_rung() {
    let mut world = world(&["chen-hui", "zhou-jie"]);
    world.raise("hall", "fight");
    world.wait(secs(90));
    let seen = climbed(&world).len();
    world.wait(secs(3));
    settle(&mut world, Settlement::Refused);
    assert_eq!(then(&world, seen), ["93 zhou-jie voice"]);
    settle(&mut world, Settlement::GivenUp);
    assert_eq!(then(&world, seen + 1), ["93 step 2", "93 chen-hui sms"]);
    settle(&mut world, Settlement::Delivered);
    world.wait(secs(600));
    assert_eq!(climbed(&world).len(), seen + 3, "somebody was reached");
}

#[test]
fn a_channel_that_fails_for_now_is_not_waited_for() {
    let mut world = world(&["zhou-jie"]);
    world.raise("hall", "fight");
    world.wait(secs(90));
    let seen = climbed(&world).len();
    let about = world.facts.last().expect("the call").seq;
    let failing = NotificationFailing {
        about,
        matter: Matter::Alarm(AlarmId(1)),
        channel: Channel::Sms,
    };
    world.give(Input::Failing(failing.clone()));
    world.wait(secs(0));
    assert_eq!(then(&world, seen), ["90 zhou-jie voice"]);
    // After a restart the server says it again.
    world.give(Input::Failing(failing));
    world.wait(secs(0));
    assert_eq!(then(&world, seen), ["90 zhou-jie voice"], "once is enough");
}

#[test]
fn where_the_last_rung_was_not_reached_a_row_says_so_once() {
    let mut world = world(&["zhou-jie"]);
    world.give(reach(&[("tan-wei", &[Channel::Mail])]));
    duty(&mut world, "tan-wei", true);
    world.raise("hall", "water");
    world.wait(secs(300));
    assert_eq!(climbed(&world)[1..], ["300 step 1", "300 tan-wei mail"]);
    settle(&mut world, Settlement::Refused);
    world.wait(secs(600));
    let told = climbed(&world);
    assert_eq!(told[3], "300 step 2");
    assert_eq!(world.row("nobody_reachable").repeats, 0);
}

#[test]
fn without_channels_nothing_is_promised_and_with_them_whoever_waits_is_not_forgotten() {
    let mut world = without_channels(&["zhou-jie"]);
    world.raise("hall", "panic");
    let seen = world.raise("stairs", "panic");
    claim(&mut world, seen);
    world.note("li-na", seen);
    world.wait(secs(100));
    assert_eq!(climbed(&world), [""; 0]);
    world.give(everybody());
    world.wait(secs(0));
    let told = climbed(&world);
    // It has waited for 100 s already: both steps are late.
    assert_eq!(told[0], "100 a-1 unclaimed");
    assert_eq!(
        told[1],
        "100 step 1 nobody:DutyManager nobody:ProjectManager late:70"
    );
    assert_eq!(told[2], "100 zhou-jie voice");
    assert_eq!(
        told.iter()
            .filter(|told| told.ends_with("a-2 unclaimed"))
            .count(),
        0
    );
}

#[test]
fn who_is_reached_how_is_recorded_when_it_changes() {
    let mut world = all();
    let facts = |world: &World| {
        world.count(|body| matches!(body, FactBody::Notification(NotificationFact::Reach(_))))
    };
    assert_eq!(facts(&world), 1);
    world.give(everybody());
    assert_eq!(facts(&world), 1, "told again, it changes nothing");
    world.give(reach(&[("zhou-jie", BOTH)]));
    assert_eq!((facts(&world), world.view().reach.len()), (2, 1));
}

#[test]
fn a_drill_climbs_and_calls_nobody_really() {
    let mut world = all();
    let report = Report {
        device: id("hall"),
        kind: id("panic"),
        state: Active,
        event: id("drill-1"),
        claimed_at: None,
        received_at: world.now,
        drill: true,
        doubts: Doubts::default(),
    };
    world
        .observe(Observation::Report(report))
        .expect("it is taken");
    let real = world.raise("stairs", "panic");
    world.now = world.now + secs(30);
    let (mut told, mut rehearsed) = (Vec::new(), 0);
    while world
        .engine
        .next_deadline()
        .is_some_and(|due| due <= world.now)
    {
        let mut turn = Turn::new(id("test-1"));
        world.engine.handle(Input::DeadlineReached, world.now);
        turn.drain(&mut world.engine, world.now).expect("facts");
        told.extend(turn.notifications);
        rehearsed += turn.rehearsals.len();
    }
    assert_eq!((told.len(), rehearsed), (3, 3));
    assert!(
        told.iter()
            .all(|told| told.message().matter() == Matter::Alarm(real))
    );
    let mut numbers: Vec<_> = told.iter().map(Notification::about).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), 3, "each under its own number");
}

#[test]
fn ladders_that_cannot_be_climbed_are_refused_with_a_sentence() {
    let parse = |change: &dyn Fn(&mut Value)| {
        let mut document = estate();
        ladders(&mut document);
        change(&mut document);
        let estate = Estate::parse(document.to_string().as_bytes()).expect("the rest holds");
        estate
            .with_ladders(Vec::new())
            .map(drop)
            .map_err(|error| error.to_string())
    };
    assert_eq!(parse(&|_| ()), Ok(()));
    let step = "/ladders/1/by_day/unclaimed/1";
    for (pointer, value, sentence) in [
        ("/ladders/1/id", json!("e1"), "ladder e1 is there twice"),
        (
            &format!("{step}/after_s"),
            json!(80),
            "after_s of ladder e2 is 80",
        ),
        (
            &format!("{step}/call"),
            json!([]),
            "the number of those called of ladder e2 is 0",
        ),
        (
            &format!("{step}/call"),
            json!([{"person": "nobody"}]),
            "ladder e2 names person nobody",
        ),
        (
            &format!("{step}/repeat"),
            json!({"every_s": 1, "times": 1}),
            "repeat.every_s of ladder e2",
        ),
        (
            "/alarm_types/0/ladder",
            json!("e9"),
            "alarm type door_forced names ladder e9",
        ),
        (
            "/alarm_types/0/call_at_once",
            json!([{"person": "x"}]),
            "door_forced names person x",
        ),
    ] {
        let error = parse(&|document: &mut Value| {
            let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
            document.pointer_mut(parent).expect("a part")[key] = value.clone();
        });
        let error = error.expect_err(pointer);
        assert!(error.contains(sentence), "{error}");
    }
}
