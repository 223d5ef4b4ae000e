//! Calls for help: never discarded.

use crate::rules_common::{World, at, became, estate, id, secs};
use castellan_domain::alarm::{AlarmCommand, Source};
use castellan_domain::answer::Outcome;
use castellan_domain::command::Command;
use castellan_domain::engine::Engine;
use castellan_domain::estate::Priority;
use castellan_domain::fact::Cause;
use castellan_domain::observation::CallKind::{ManDown, Sos};
use castellan_domain::observation::{Doubts, PlaceDoubt, TimeDoubt};
use castellan_domain::refusal::Refusal;
use castellan_domain::site::Site;
use castellan_domain::staff::{StaffCommand, StaffRefusal};

#[test]
fn a_guard_calls_from_where_the_phone_says() {
    let mut world = World::new();
    let (outcome, alarm) = became(world.call("guard-01", Sos, Some(at(70.0, 10.0))));
    assert_eq!(outcome, Outcome::Raised);
    let row = world.alarm(alarm.unwrap());
    assert_eq!(
        (row.kind.as_str(), row.priority),
        ("guard_sos", Priority::P1)
    );
    assert_eq!(row.source, Source::Person(id("wang-qiang")));
    assert_eq!(row.place.building, Some(id("b2")));
    let fact = world.facts.last().unwrap();
    assert!(matches!(&fact.cause, Cause::Call { phone, .. } if *phone == id("guard-01")));
}

#[test]
fn without_a_position_it_is_the_last_one_and_else_the_estate() {
    let mut world = World::new();
    let (_, first) = became(world.call("guard-01", Sos, None));
    assert_eq!(world.alarm(first.unwrap()).place.at, at(0.0, 0.0));
    world.fix("guard-01", 70.0, 10.0, 5).unwrap();
    let (_, second) = became(world.call("guard-01", ManDown, None));
    let row = world.alarm(second.unwrap());
    assert_eq!(row.kind.as_str(), "man_down");
    assert_eq!(row.place.building, Some(id("b2")));
}

#[test]
fn what_could_not_be_read_stands_on_the_row_and_costs_nothing_else() {
    let mut world = World::new();
    world.fix("guard-01", 70.0, 10.0, 5).unwrap();
    let place = Doubts {
        place: Some(PlaceDoubt::Unreadable),
        drill: true,
        ..Doubts::default()
    };
    let (outcome, alarm) = became(world.odd_call("guard-01", Sos, None, place));
    assert_eq!(outcome, Outcome::Raised);
    let alarm = alarm.unwrap();
    let row = world.alarm(alarm);
    assert_eq!((row.priority, row.drill), (Priority::P1, false));
    assert_eq!(
        row.place.building,
        Some(id("b2")),
        "where the phone was last"
    );
    assert_eq!(row.doubts, place);

    let time = Doubts {
        time: Some(TimeDoubt::Unreadable),
        ..Doubts::default()
    };
    let again = became(world.odd_call("guard-01", Sos, Some(at(70.0, 10.0)), time));
    assert_eq!(again, (Outcome::Repeated, Some(alarm)));
    assert_eq!(world.alarm(alarm).doubts, place.and(time));
}

/// What the shell tells of the time before a restart is a place and nothing else.
#[test]
fn after_a_restart_it_is_the_last_one_that_the_shell_tells() {
    let mut world = World::new();
    world.fix("guard-01", 70.0, 10.0, 5).unwrap();
    let mut known = world.engine.last_fixes();
    assert_eq!((known.len(), known[0].at), (1, at(70.0, 10.0)));
    let mut stranger = known[0].clone();
    stranger.person = id("gone-since");
    known.push(stranger);

    world.crash(secs(60));
    let (due_at, facts) = (world.engine.next_deadline(), world.facts.len());
    let mut engine = Engine::new(Site::default());
    for fact in &world.facts {
        engine.apply(fact);
    }
    engine.recall(&known);
    world.engine = engine;
    world.publish("estate-1", &estate());
    assert_eq!(
        (world.engine.next_deadline(), world.facts.len()),
        (due_at, facts),
        "silence counts from the start, and nothing is recorded"
    );
    assert_eq!(world.engine.last_at(&id("gone-since")), None);
    let (_, alarm) = became(world.call("guard-01", Sos, None));
    assert_eq!(world.alarm(alarm.unwrap()).place.building, Some(id("b2")));
    // Who was heard since is where they were then.
    world.fix("guard-01", 5.0, 5.0, 5).unwrap();
    world.engine.recall(&known);
    assert_eq!(world.engine.last_at(&id("wang-qiang")), Some(at(5.0, 5.0)));
}

#[test]
fn off_duty_and_off_site_help_is_called_all_the_same() {
    let mut world = World::new();
    let far_away = at(40_000.0, 0.0);
    let (outcome, alarm) = became(world.call("guard-02", Sos, Some(far_away)));
    assert_eq!(outcome, Outcome::Raised);
    assert_eq!(world.alarm(alarm.unwrap()).place.at, far_away);
}

#[test]
fn pressed_again_it_is_the_same_row_until_that_was_judged() {
    let mut world = World::new();
    let (_, first) = became(world.call("guard-01", Sos, None));
    world.wait(secs(5));
    assert_eq!(
        became(world.call("guard-01", Sos, None)),
        (Outcome::Repeated, first)
    );
    let alarm = first.unwrap();
    world.done("li-na", Command::Alarm(AlarmCommand::Claim { alarm }));
    let verdict = castellan_domain::alarm::Verdict::Test;
    world.done(
        "li-na",
        Command::Alarm(AlarmCommand::Judge { alarm, verdict }),
    );
    let (outcome, next) = became(world.call("guard-01", Sos, None));
    assert_eq!(outcome, Outcome::Raised);
    assert_ne!(next, first);
}

#[test]
fn a_phone_that_is_nobodys_is_told_so() {
    let mut world = World::new();
    let phone = id("found-in-the-hall");
    let answer = world.call("found-in-the-hall", Sos, None);
    assert_eq!(
        answer,
        Err(Refusal::Staff(StaffRefusal::UnknownPhone { phone }))
    );
    let (phone, person) = (id("found-in-the-hall"), id("sun-lei"));
    world.done(
        "li-na",
        Command::Staff(StaffCommand::BindPhone { phone, person }),
    );
    let (outcome, alarm) = became(world.call("found-in-the-hall", Sos, None));
    assert_eq!(outcome, Outcome::Raised);
    assert_eq!(
        world.alarm(alarm.unwrap()).source,
        Source::Person(id("sun-lei"))
    );
}
