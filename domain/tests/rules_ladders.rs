//! Who is called while nobody answers: a ladder starts, climbs by time, and stops with a person's
//! answer and nothing else.

mod machine;
mod reached;
mod sent;
mod steps;
mod undispatched;
pub(crate) mod world;

use crate::rules_common::{NOON, World, estate, id, list, secs};
use castellan_domain::alarm::{AlarmCommand, ShelfReason};
use castellan_domain::engine::Input;
use castellan_domain::estate::Rung;
use castellan_domain::ids::AlarmId;
use castellan_domain::ladder::rungs::next_call;
use castellan_domain::matter::Matter;
use castellan_domain::observation::ReportedState::{Active, Cleared, Momentary};
use castellan_domain::time::Timestamp;
use serde_json::json;
use world::{
    BOTH, alarm_command, all, claim, climbed, duty, everybody, ladders, reach, then, world,
};

#[test]
fn touched_by_nobody_a_matter_climbs_rung_by_rung_to_the_last() {
    let mut world = all();
    world.raise("hall", "panic");
    world.wait(secs(3_600));
    let expected = [
        "0 a-1 unclaimed",
        "30 step 1",
        "30 zhou-jie voice",
        "30 gao-fei voice",
        "30 chen-hui voice",
        "60 step 2",
        "60 he-ping sms",
    ];
    assert_eq!(climbed(&world), expected);
    assert_eq!(world.rows("nobody_reachable").len(), 0);
}

#[test]
fn a_step_is_repeated_until_the_next_one_comes() {
    let mut world = all();
    world.raise("hall", "fight");
    world.wait(secs(600));
    let times: Vec<_> = climbed(&world)
        .into_iter()
        .filter(|told| told.ends_with("zhou-jie sms"))
        .collect();
    assert_eq!(
        times,
        ["90 zhou-jie sms", "110 zhou-jie sms", "130 zhou-jie sms"]
    );
    assert_eq!(
        climbed(&world).last().map(String::as_str),
        Some("180 chen-hui sms")
    );
}

#[test]
fn each_answer_of_a_person_stops_it_in_its_own_turn_and_each_return_begins_anew() {
    let mut world = all();
    let alarm = world.raise("hall", "fight");
    world.wait(secs(100));
    let seen = climbed(&world).len();
    claim(&mut world, alarm);
    assert_eq!(then(&world, seen), ["100 stopped by li-na"]);
    world.wait(secs(50));
    alarm_command(&mut world, "li-na", AlarmCommand::Release { alarm });
    assert_eq!(then(&world, seen + 1), ["150 a-1 returned"]);
    alarm_command(&mut world, "zhou-jie", AlarmCommand::Acknowledge { alarm });
    assert_eq!(then(&world, seen + 2), ["150 stopped by zhou-jie"]);
    // Acknowledged, and nothing was done: it comes back after three minutes.
    world.wait(secs(180));
    assert_eq!(then(&world, seen + 3), ["330 a-1 returned"]);
    alarm_command(
        &mut world,
        "li-na",
        AlarmCommand::Shelve {
            alarm,
            for_s: 600,
            reason: ShelfReason::Works,
        },
    );
    assert_eq!(then(&world, seen + 4), ["330 stopped by li-na"]);
    world.wait(secs(600));
    assert_eq!(then(&world, seen + 5), ["930 a-1 returned"]);
}

#[test]
fn nothing_but_an_answer_stops_it() {
    let mut world = all();
    let alarm = world.raise("hall", "panic");
    world.report("hall", "panic", Cleared);
    alarm_command(&mut world, "li-na", AlarmCommand::Mute { alarm });
    world.note("li-na", alarm);
    world.report("hall", "panic", Momentary);
    world.give(Input::SessionOpened {
        person: id("li-na"),
    });
    world.give(Input::SessionGone {
        person: id("li-na"),
    });
    world.wait(secs(59));
    world.note("zhao-min", alarm);
    world.wait(secs(60));
    assert!(world.alarm(alarm).owner().is_none());
    let told = climbed(&world);
    assert_eq!(told.last().map(String::as_str), Some("60 he-ping sms"));
    assert!(
        told.iter().all(|told| !told.contains("stopped")),
        "{told:?}"
    );
}

#[test]
fn where_nobody_is_on_a_rung_the_next_that_exists_is_called_at_once_and_a_row_says_so() {
    let mut world = world(&["chen-hui"]);
    world.raise("hall", "fight");
    world.wait(secs(95));
    let expected = [
        "0 a-1 unclaimed",
        "90 step 1 nobody:ShiftLeader",
        "90 chen-hui sms",
        "90 a-3 unclaimed",
        "90 step 1 nobody:ShiftLeader",
        "90 chen-hui sms",
    ];
    assert_eq!(climbed(&world), expected);
    assert_eq!(world.row("nobody_reachable").repeats, 0);
    let run = &world.view().ladders[&Matter::Alarm(AlarmId(1))];
    assert_eq!(run.nobody, [Rung::ShiftLeader]);
}

#[test]
fn a_deputy_is_called_in_place_of_who_is_not_there_and_beside_them_when_it_is_said_again() {
    let mut document = estate();
    ladders(&mut document);
    let people = list(&mut document, "people");
    let deputy = people.iter_mut().find(|person| person["id"] == "gao-fei");
    deputy.expect("he is there")["deputy_of"] = json!("zhou-jie");
    let mut world = World::of(&document);
    for person in ["zhou-jie", "gao-fei", "li-na"] {
        duty(&mut world, person, true);
    }
    world.give(everybody());
    world.raise("hall", "fight");
    world.wait(secs(110));
    let told = climbed(&world);
    let expected = [
        "90 step 1",
        "90 zhou-jie sms",
        "110 step 1",
        "110 zhou-jie sms",
        "110 gao-fei sms",
    ];
    assert_eq!(told[1..], expected);
    duty(&mut world, "zhou-jie", false);
    let seen = climbed(&world).len();
    world.raise("stairs", "fight");
    world.wait(secs(90));
    assert!(then(&world, seen).contains(&"200 gao-fei sms".to_owned()));
}

#[test]
fn a_ladder_on_which_nobody_is_left_ends_in_one_row_that_makes_no_other() {
    let mut world = world(&[]);
    world.raise("hall", "panic");
    world.wait(secs(600));
    let row = world.row("nobody_reachable");
    assert_eq!(row.raised_at, NOON + secs(30));
    let told = climbed(&world);
    // The next step comes at once: nobody is waited for.
    assert!(
        told.contains(&"30 step 2 nobody:ProjectManager".to_owned()),
        "{told:?}"
    );
    assert!(
        told.iter()
            .all(|told| !told.ends_with("sms") && !told.ends_with("voice"))
    );
    assert_eq!(row.repeats, 1, "once for each step that found nobody");
}

#[test]
fn whoever_is_at_it_is_not_called() {
    let mut world = all();
    let alarm = world.raise("hall", "panic");
    world.wait(secs(20));
    alarm_command(&mut world, "zhou-jie", AlarmCommand::Mute { alarm });
    world.wait(secs(10));
    let told = climbed(&world);
    assert_eq!(
        told[1..],
        [
            "30 step 1 spared:zhou-jie",
            "30 gao-fei voice",
            "30 chen-hui voice"
        ]
    );
    assert_eq!(world.rows("nobody_reachable").len(), 0);
}

#[test]
fn each_step_fires_once_after_a_power_cut_and_says_how_late() {
    let mut world = all();
    world.raise("hall", "panic");
    world.wait(secs(40));
    world.crash(secs(7_200));
    world.wait(secs(3_600));
    let told = climbed(&world);
    assert_eq!(told[5..], ["7240 step 2 late:7180", "7240 he-ping sms"]);
    let run = &world.view().ladders[&Matter::Alarm(AlarmId(1))];
    assert_eq!((run.step, run.late_s), (2, 7_180));
}

#[test]
fn at_night_the_ladder_is_the_nights() {
    let mut world = all();
    world.wait(secs(10 * 3_600));
    let night = 10 * 3_600;
    world.raise("hall", "panic");
    world.wait(secs(600));
    let told = climbed(&world);
    assert_eq!(
        told[1..],
        [
            format!("{} step 1", night + 10),
            format!("{} chen-hui sms", night + 10)
        ]
    );
}

#[test]
fn what_rises_begins_anew_on_its_own_ladder_and_calls_at_once_whom_its_type_says() {
    let mut world = all();
    let alarm = world.raise("hall", "smoke");
    world.wait(secs(40));
    let seen = climbed(&world).len();
    world.report("stairs", "smoke", Active);
    world.wait(secs(40));
    let told = then(&world, seen);
    let rose = world.alarm(alarm).kind.as_str();
    assert_eq!(rose, "fire");
    let expected = [
        "40 a-1 unclaimed",
        "40 step 1",
        "40 tan-wei sms",
        "70 step 2",
        "70 zhou-jie voice",
        "70 gao-fei voice",
        "70 chen-hui voice",
    ];
    assert_eq!(told, expected);
}

#[test]
fn whoever_had_it_is_called_as_its_owner_and_a_named_person_only_while_on_duty() {
    let mut world = world(&[]);
    world.give(reach(&[("li-na", BOTH), ("tan-wei", BOTH)]));
    let alarm = world.raise("hall", "water");
    claim(&mut world, alarm);
    alarm_command(&mut world, "li-na", AlarmCommand::Release { alarm });
    let seen = climbed(&world).len();
    world.wait(secs(300));
    assert_eq!(then(&world, seen), ["300 step 1", "300 li-na sms"]);
}

#[test]
fn a_run_leaves_with_its_alarm() {
    let mut world = all();
    let alarm = world.raise("hall", "panic");
    claim(&mut world, alarm);
    alarm_command(
        &mut world,
        "li-na",
        AlarmCommand::Judge {
            alarm,
            verdict: castellan_domain::alarm::Verdict::Test,
            basis: None,
        },
    );
    world.report("hall", "panic", Cleared);
    assert_eq!(world.view().ladders.len(), 1);
    world.wait(secs(25 * 3_600));
    world.give(Input::SessionOpened {
        person: id("li-na"),
    });
    assert!(!world.view().alarms.contains_key(&alarm));
    assert_eq!(world.view().ladders.len(), 0);
}

#[test]
fn who_is_called_next_is_said_before_and_is_then_called() {
    let mut world = world(&["zhou-jie", "chen-hui"]);
    let alarm = world.raise("hall", "fight");
    let next = |world: &World| {
        let known = world.context().known();
        let run = &world.view().ladders[&Matter::Alarm(alarm)];
        let next = next_call(&known, run)?;
        let called = next
            .called
            .people
            .into_iter()
            .map(|callee| callee.person.to_string());
        Some((next.at.since(NOON).as_secs(), called.collect::<Vec<_>>()))
    };
    let of = |at: i64, who: &str| Some((at, vec![who.to_owned()]));
    assert_eq!(next(&world), of(90, "zhou-jie"));
    duty(&mut world, "zhou-jie", false);
    assert_eq!(next(&world), of(90, "chen-hui"), "he went home");
    duty(&mut world, "zhou-jie", true);
    world.wait(secs(90));
    assert_eq!(next(&world), of(110, "zhou-jie"), "again");
    world.wait(secs(40));
    assert_eq!(next(&world), of(180, "chen-hui"));
    world.wait(secs(50));
    assert_eq!(next(&world), None);
    claim(&mut world, alarm);
    assert_eq!(next(&world), None);
}

#[test]
fn the_clock_may_step_and_a_step_still_comes_once() {
    let mut world = all();
    world.raise("hall", "panic");
    let stepped: Timestamp = world.now + secs(10_000);
    world.now = stepped;
    world.wait(secs(1));
    let told = climbed(&world);
    let steps: Vec<_> = told.iter().filter(|told| told.contains(" step ")).collect();
    assert_eq!(steps, ["10000 step 1 late:9970", "10000 step 2 late:9940"]);
}
