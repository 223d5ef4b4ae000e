//! Calls for help: never discarded.

use crate::rules_common::{NOON, World, at, became, estate, id, secs};
use castellan_domain::alarm::{AlarmCommand, AlarmFact, Located, Source};
use castellan_domain::answer::Outcome;
use castellan_domain::command::Command;
use castellan_domain::engine::Engine;
use castellan_domain::estate::Priority;
use castellan_domain::fact::{Cause, FactBody};
use castellan_domain::geo::LonLat;
use castellan_domain::observation::CallKind::{ManDown, Sos};
use castellan_domain::observation::{Call, Doubts, Observation, PlaceDoubt, TimeDoubt, Untrue};
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
    assert_eq!(row.place.building(), Some(&id("b2")));
    let fact = world.facts.last().unwrap();
    assert!(matches!(&fact.cause, Cause::Call { phone, .. } if *phone == id("guard-01")));
}

#[test]
fn without_a_position_it_is_the_last_one_with_its_age_and_else_unknown() {
    let mut world = World::new();
    let (_, first) = became(world.call("guard-01", Sos, None));
    assert_eq!(world.alarm(first.unwrap()).place, Located::Unknown);
    world.fix("guard-01", 70.0, 10.0, 5).unwrap();
    world.wait(secs(60));
    let (_, second) = became(world.call("guard-01", ManDown, None));
    let row = world.alarm(second.unwrap());
    assert_eq!(row.kind.as_str(), "man_down");
    assert_eq!(row.place.building(), Some(&id("b2")));
    assert_eq!(row.place.old_since(), Some(NOON));
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
        row.place.building(),
        Some(&id("b2")),
        "where the phone was last"
    );
    assert_eq!(row.doubts, place);

    // It says no place, and that the first one could not be read is true still.
    let mut time = Doubts {
        time: Some(TimeDoubt::Unreadable),
        ..Doubts::default()
    };
    let again = became(world.odd_call("guard-01", Sos, None, time));
    assert_eq!(again, (Outcome::Repeated, Some(alarm)));
    time.place = place.place;
    assert_eq!(world.alarm(alarm).doubts, time);
}

#[test]
fn a_doubt_ends_with_its_cure_and_stays_where_it_was_told() {
    let null_island = LonLat::new(0.0, 0.0).unwrap();
    let here = at(70.0, 10.0);
    // Where the phone was before counts, until it says a place: once that is news, and once none.
    for first in [None, Some(here)] {
        let mut world = World::new();
        world.fix("guard-01", 70.0, 10.0, 5).unwrap();
        let (_, alarm) = became(world.call("guard-01", Sos, first));
        let alarm = alarm.unwrap();
        world.call("guard-01", Sos, Some(null_island)).unwrap();
        let doubt = world.alarm(alarm).doubts;
        assert!(matches!(doubt.place, Some(PlaceDoubt::Untrue { .. })));
        world.call("guard-01", Sos, None).unwrap();
        assert_eq!(world.alarm(alarm).doubts, doubt);
        world.call("guard-01", Sos, Some(here)).unwrap();
        let row = world.alarm(alarm);
        assert_eq!(row.place.point(), Some(here));
        assert_eq!(row.doubts, Doubts::default());
        let mut steps = row.history.steps().iter();
        let is_told = steps
            .any(|step| matches!(&step.fact, AlarmFact::Repeated(body) if body.doubts == doubt));
        assert!(is_told, "the timeline keeps it");
    }

    // The same of each other side: what is said now can be read.
    let mut world = World::new();
    let odd = Doubts {
        time: Some(TimeDoubt::Unreadable),
        drill: true,
        state: true,
        ..Doubts::default()
    };
    let (_, alarm) = became(world.odd_call("guard-01", Sos, None, odd));
    world.call("guard-01", Sos, None).unwrap();
    assert_eq!(world.alarm(alarm.unwrap()).doubts, Doubts::default());
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
    assert_eq!(world.engine.last_place(&id("gone-since")), None);
    let (_, alarm) = became(world.call("guard-01", Sos, None));
    let row = world.alarm(alarm.unwrap());
    assert_eq!(row.place.building(), Some(&id("b2")));
    // Who was heard since is where they were then.
    world.fix("guard-01", 5.0, 5.0, 5).unwrap();
    world.engine.recall(&known);
    let last = world.engine.last_place(&id("wang-qiang"));
    assert_eq!(last.map(|last| last.at), Some(at(5.0, 5.0)));
}

#[test]
fn off_duty_and_off_site_help_is_called_all_the_same() {
    let mut world = World::new();
    let (outcome, alarm) = became(world.call("guard-02", Sos, Some(at(40_000.0, 0.0))));
    assert_eq!(outcome, Outcome::Raised);
    assert_eq!(world.alarm(alarm.unwrap()).priority, Priority::P1);
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
        Command::Alarm(AlarmCommand::Judge {
            alarm,
            verdict,
            basis: None,
        }),
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

/// What a phone says of its place that cannot be true, and what is held against it.
fn untrue() -> [(LonLat, Untrue); 4] {
    let place = |lon, lat| LonLat::new(lon, lat).expect("on earth");
    [
        (place(0.0, 0.0), Untrue::NullIsland),
        (place(0.004, -0.002), Untrue::NullIsland),
        (at(25_000.0, 0.0), Untrue::FarAway),
        (place(-73.98, 40.75), Untrue::FarAway),
    ]
}

#[test]
fn a_place_that_cannot_be_true_is_not_believed_over_what_is_known() {
    for (said, why) in untrue() {
        let mut world = World::new();
        let doubt = Some(PlaceDoubt::Untrue {
            said: [said.lon(), said.lat()],
            why,
        });
        let (_, unknown) = became(world.call("guard-02", Sos, Some(said)));
        let row = world.alarm(unknown.unwrap());
        assert_eq!((&row.place, row.doubts.place), (&Located::Unknown, doubt));
        world.fix("guard-01", 70.0, 10.0, 5).unwrap();
        world.wait(secs(60));
        let (_, known) = became(world.call("guard-01", Sos, Some(said)));
        let row = world.alarm(known.unwrap());
        assert_eq!(row.place.point(), Some(at(70.0, 10.0)), "{why:?}");
        assert_eq!(row.place.old_since(), Some(NOON));
        assert_eq!(row.doubts.place, doubt);
    }
}

#[test]
fn where_latitude_and_longitude_are_swapped_the_row_says_so() {
    let swapped = |said| {
        Some(PlaceDoubt::Untrue {
            said,
            why: Untrue::Swapped,
        })
    };
    // In China no such place is on earth.
    let mut world = World::new();
    let said = [30.001, 120.001];
    let odd = Doubts {
        place: Some(PlaceDoubt::Untrue {
            said,
            why: Untrue::NotOnEarth,
        }),
        ..Doubts::default()
    };
    let (_, alarm) = became(world.odd_call("guard-01", Sos, None, odd));
    let row = world.alarm(alarm.unwrap());
    assert_eq!(
        (&row.place, row.doubts.place),
        (&Located::Unknown, swapped(said))
    );
    // Elsewhere it is a place in another country.
    let mut moved = estate();
    moved["anchor"] = serde_json::json!([50.0, 30.0]);
    moved["home"]["centre"] = serde_json::json!([50.0, 30.0]);
    for name in ["buildings", "devices", "areas", "zones"] {
        moved[name] = serde_json::json!([]);
    }
    let mut world = World::of(&moved);
    let said = LonLat::new(30.001, 50.001).unwrap();
    let (_, alarm) = became(world.call("guard-01", Sos, Some(said)));
    let row = world.alarm(alarm.unwrap());
    let doubt = swapped([30.001, 50.001]);
    assert_eq!((&row.place, row.doubts.place), (&Located::Unknown, doubt));
}

/// The places that repeats have brought.
fn moves(world: &World) -> Vec<Option<LonLat>> {
    let places = world.facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Alarm(AlarmFact::Repeated(body)) => body.place.as_ref(),
        _ => None,
    });
    places.map(Located::point).collect()
}

#[test]
fn a_second_call_from_elsewhere_moves_the_row_and_the_record_keeps_both_places() {
    let mut world = World::new();
    let (here, there) = (at(70.0, 10.0), at(70.0, 330.0));
    let (_, alarm) = became(world.call("guard-01", Sos, Some(here)));
    let alarm = alarm.unwrap();
    let raised = world.facts.last().unwrap().clone();
    world.wait(secs(30));
    assert_eq!(
        became(world.call("guard-01", Sos, Some(there))),
        (Outcome::Repeated, Some(alarm))
    );
    assert_eq!(world.alarm(alarm).place.point(), Some(there));
    assert_eq!(moves(&world), [Some(there)]);
    let FactBody::Alarm(AlarmFact::Raised(body)) = &raised.body else {
        panic!("the first call");
    };
    assert_eq!(body.place.point(), Some(here));
    // It goes on, and a crash forgets nothing of it.
    world.wait(secs(30));
    world.call("guard-01", Sos, Some(here)).unwrap();
    world.crash(secs(1));
    assert_eq!(world.alarm(alarm).place.point(), Some(here));
    assert_eq!(world.alarm(alarm).repeats, 2);
}

#[test]
fn a_phone_that_chatters_from_one_place_moves_nothing() {
    let mut world = World::new();
    let (_, alarm) = became(world.call("guard-01", Sos, Some(at(70.0, 10.0))));
    for n in 0..20 {
        world.wait(secs(2));
        let noise = f64::from(n % 5) * 4.0;
        let here = at(70.0 + noise, 10.0);
        world.call("guard-01", Sos, Some(here)).unwrap();
    }
    // Nor does one that says no place, or none that can be true.
    world.call("guard-01", Sos, None).unwrap();
    let far_away = at(50_000.0, 0.0);
    world.call("guard-01", Sos, Some(far_away)).unwrap();
    let row = world.alarm(alarm.unwrap());
    assert_eq!(row.place.point(), Some(at(70.0, 10.0)));
    assert_eq!((row.repeats, moves(&world).len()), (22, 0));
}

#[test]
fn what_a_repeat_knows_better_is_taken_and_what_it_knows_worse_is_not() {
    let mut world = World::new();
    let (_, alarm) = became(world.call("guard-01", Sos, None));
    let place = |world: &World| world.alarm(alarm.unwrap()).place.clone();
    assert_eq!(place(&world), Located::Unknown);
    // Where the phone was before it called.
    world.fix("guard-01", 70.0, 10.0, 5).unwrap();
    world.call("guard-01", Sos, None).unwrap();
    assert_eq!(place(&world).old_since(), Some(NOON));
    // Its own word counts more, even of the same place.
    world.wait(secs(10));
    let here = at(70.0, 10.0);
    world.call("guard-01", Sos, Some(here)).unwrap();
    assert_eq!(place(&world).old_since(), None);
    // A position since then says that the caller has moved; one from before says nothing.
    world.call("guard-01", Sos, None).unwrap();
    assert_eq!(place(&world).old_since(), None);
    world.wait(secs(30));
    world.fix("guard-01", 70.0, 130.0, 5).unwrap();
    world.call("guard-01", Sos, None).unwrap();
    assert_eq!(place(&world).point(), Some(at(70.0, 130.0)));
    assert_eq!(place(&world).old_since(), Some(world.now));
    // From where somebody called they were, though no track has it.
    world.wait(secs(30));
    let there = at(150.0, 130.0);
    world.call("guard-01", ManDown, Some(there)).unwrap();
    world.wait(secs(5));
    world.call("guard-01", Sos, None).unwrap();
    assert_eq!(place(&world).point(), Some(there));
}

#[test]
fn a_drill_from_elsewhere_moves_no_real_row() {
    let mut world = World::new();
    let (_, real) = became(world.call("guard-01", Sos, Some(at(70.0, 10.0))));
    let drill = Call {
        phone: id("guard-01"),
        kind: Sos,
        event: id("drill-1"),
        at: Some(at(70.0, 330.0)),
        claimed_at: None,
        received_at: world.now,
        drill: true,
        doubts: Doubts::default(),
    };
    let (outcome, rehearsed) = became(world.observe(Observation::Call(drill)));
    assert_eq!(outcome, Outcome::Raised);
    assert_ne!(rehearsed, real);
    world.call("guard-01", Sos, None).unwrap();
    let row = world.alarm(real.unwrap());
    assert_eq!(row.place.point(), Some(at(70.0, 10.0)));
}
