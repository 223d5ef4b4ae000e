//! What the server finds out about itself: gaps in the record, steps of the clock, a disk that
//! fills.

use crate::rules_common::{World, estate, id, list, secs};
use castellan_domain::alarm::{AlarmCommand, Condition, Source, Verdict};
use castellan_domain::audience::Audience;
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::estate::{Channel, Priority};
use castellan_domain::fact::{Cause, FactBody, SelfTestBegan, SelfTestEnded};
use castellan_domain::observation::ReportedState::Active;
use castellan_domain::self_test::{SelfTestFact, SelfTestFault};
use castellan_domain::staff::StaffCommand;
use castellan_domain::system::{
    ChannelState, ClockStepped, DiskRoom, RecordingResumed, SystemFact, TracksSetAside,
};
use castellan_domain::text::Text;

fn resumed(world: &mut World, after: i64) {
    let since = world.now - secs(after);
    world.give(Input::RecordingResumed(RecordingResumed {
        since,
        unrecorded: 4,
    }));
}

fn stepped(world: &mut World) {
    let (by, at) = (secs(3_600), world.now);
    world.give(Input::ClockStepped(ClockStepped { by, at }));
}

fn room(world: &mut World, room: DiskRoom) {
    world.give(Input::DiskRoom(room));
}

/// Somebody looks at it and says what it was.
fn judge(world: &mut World, kind: &str) {
    let alarm = world.rows(kind).last().expect("a row").id;
    world.done("li-na", Command::Alarm(AlarmCommand::Claim { alarm }));
    world.note("li-na", alarm);
    let verdict = Verdict::Genuine;
    world.done(
        "li-na",
        Command::Alarm(AlarmCommand::Judge {
            alarm,
            verdict,
            basis: None,
        }),
    );
}

#[test]
fn a_gap_in_the_record_is_an_urgent_row_from_its_begin_to_its_end() {
    let mut world = World::new();
    resumed(&mut world, 40);
    let row = world.row("not_recording");
    assert_eq!(
        (row.priority, &row.source, row.condition.is_active()),
        (Priority::P1, &Source::System, false)
    );
    assert_eq!(row.occurred_at, world.now - secs(40));
    assert_eq!(row.raised_at, world.now);
    let [.., fact, raised] = world.facts.as_slice() else {
        panic!("two facts");
    };
    assert!(
        matches!(&fact.body, FactBody::System(SystemFact::RecordingResumed(body)) if body.unrecorded == 4)
    );
    assert_eq!(raised.cause, Cause::Rule(Text::constant("not_recording@1")));
    // Another one before somebody has looked: the same row. Afterwards it is another matter.
    world.wait(secs(20));
    resumed(&mut world, 5);
    assert_eq!(world.row("not_recording").repeats, 1);
    judge(&mut world, "not_recording");
    assert!(world.row("not_recording").is_closed());
    resumed(&mut world, 3);
    assert_eq!(world.rows("not_recording").len(), 2);
}

#[test]
fn a_step_of_the_clock_is_a_row_that_happened() {
    let mut world = World::new();
    stepped(&mut world);
    stepped(&mut world);
    let row = world.row("clock_step");
    assert_eq!((row.priority, row.repeats), (Priority::P3, 1));
    assert!(matches!(row.condition, Condition::Momentary { .. }));
    judge(&mut world, "clock_step");
    stepped(&mut world);
    assert_eq!(world.rows("clock_step").len(), 2);
}

#[test]
fn a_damaged_history_of_positions_is_a_fact_and_a_row_that_happened() {
    let mut world = World::new();
    let at = world.now;
    world.give(Input::TracksSetAside(TracksSetAside { at }));
    let [.., fact, _] = world.facts.as_slice() else {
        panic!("two facts");
    };
    let told = FactBody::System(SystemFact::TracksSetAside(TracksSetAside { at }));
    assert_eq!(fact.body, told);
    let row = world.row("tracks_damaged");
    assert_eq!((row.priority, &row.source), (Priority::P3, &Source::System));
    assert!(matches!(row.condition, Condition::Momentary { .. }));
    assert_eq!(row.occurred_at, at);
}

#[test]
fn a_disk_is_low_until_there_is_room_again_however_often_it_is_told() {
    let mut world = World::new();
    room(&mut world, DiskRoom::Ample);
    assert_eq!(world.rows("disk_low").len(), 0);
    for _ in 0..3 {
        room(&mut world, DiskRoom::Low);
        world.wait(secs(60));
    }
    let row = world.row("disk_low");
    assert_eq!((row.priority, row.repeats), (Priority::P2, 0));
    assert!(row.is_active());
    // Judged while it lasts, it is not raised a second time, and not after a restart either.
    judge(&mut world, "disk_low");
    room(&mut world, DiskRoom::Low);
    world.crash(secs(5));
    room(&mut world, DiskRoom::Low);
    assert!(world.row("disk_low").is_active());
    for _ in 0..3 {
        room(&mut world, DiskRoom::Ample);
        assert!(world.row("disk_low").is_closed());
    }
    room(&mut world, DiskRoom::Low);
    assert_eq!(world.rows("disk_low").len(), 2);
}

#[test]
fn a_channel_fails_until_it_carries_a_call_and_each_has_a_row_of_its_own() {
    let mut world = World::new();
    let tell = |world: &mut World, channel, failing_since| {
        let state = ChannelState {
            channel,
            failing_since,
        };
        world.give(Input::Channel(state));
    };
    tell(&mut world, Channel::Chat, None);
    assert_eq!(world.rows("chat_failing").len(), 0);
    let since = world.now - secs(300);
    for channel in [Channel::Chat, Channel::Mail, Channel::Chat] {
        tell(&mut world, channel, Some(since));
    }
    let row = world.row("chat_failing");
    assert_eq!((row.source.clone(), row.repeats), (Source::System, 0));
    assert_eq!((row.occurred_at, row.is_active()), (since, true));
    tell(&mut world, Channel::Chat, None);
    assert!(!world.row("chat_failing").is_active());
    assert!(world.row("mail_failing").is_active(), "it still fails");
}

#[test]
fn rows_of_the_system_never_take_each_other_s_place_nor_part_in_a_flood() {
    let mut estate = estate();
    for n in 0..12 {
        let more = serde_json::json!({});
        let device = crate::rules_common::device(&format!("d-{n}"), "detector", Some("b1"), &more);
        list(&mut estate, "devices").push(device);
    }
    let mut world = World::of(&estate);
    let person = id("li-na");
    world.done("li-na", Command::Staff(StaffCommand::GoOnDuty { person }));
    for n in 0..12 {
        world.report(&format!("d-{n}"), "water", Active);
        world.wait(secs(0));
    }
    assert!(world.row("alarm_flood").is_active());
    let came = world.view().flood.clone();
    resumed(&mut world, 10);
    stepped(&mut world);
    room(&mut world, DiskRoom::Low);
    for kind in ["alarm_flood", "not_recording", "clock_step", "disk_low"] {
        let row = world.row(kind);
        assert_eq!((row.repeats, row.joined.len()), (0, 0), "{kind}");
    }
    assert_eq!(world.view().flood, came, "none of them is part of it");
    room(&mut world, DiskRoom::Ample);
    assert!(
        world.row("alarm_flood").is_active(),
        "only the disk is over"
    );
    assert!(!world.row("disk_low").is_active());
    world.wait(secs(700));
    assert!(!world.row("alarm_flood").is_active());
}

#[test]
fn an_estate_without_such_types_has_the_facts_alone() {
    let mut estate = estate();
    list(&mut estate, "alarm_types").retain(|kind| {
        let kind = kind["id"].as_str();
        !["not_recording", "clock_step", "disk_low"].contains(&kind.expect("an id"))
    });
    let mut world = World::of(&estate);
    resumed(&mut world, 10);
    stepped(&mut world);
    room(&mut world, DiskRoom::Low);
    room(&mut world, DiskRoom::Ample);
    let kinds: Vec<_> = world.facts.iter().map(|fact| fact.body.kind().0).collect();
    assert_eq!(
        kinds,
        ["estate_published", "recording_resumed", "clock_stepped"]
    );
}

#[test]
fn a_self_test_that_failed_is_a_row_until_one_is_passed_and_every_wall_knows_the_last() {
    let mut world = World::new();
    let test = |world: &mut World, fault| {
        let began = world.engine.site().view().seq.next();
        let walls = SelfTestFact::Began(SelfTestBegan { walls: 1 });
        world.give(Input::SelfTest(walls));
        let next_at = world.now + secs(900);
        world.give(Input::SelfTest(SelfTestFact::Ended(SelfTestEnded {
            began,
            walls: 1,
            took_ms: 600,
            fault,
            next_at,
        })));
    };
    test(&mut world, None);
    assert!(world.rows("canary_failed").is_empty());
    for _ in 0..2 {
        test(&mut world, Some(SelfTestFault::NotPainted { walls: 1 }));
        let row = world.row("canary_failed");
        assert!(row.condition.is_active() && row.repeats == 0, "{row:?}");
    }
    test(&mut world, None);
    assert!(!world.row("canary_failed").condition.is_active());
    let visitors = world.engine.site().view().seen_by(&Audience::WallVisitor);
    let ended = visitors.self_test.and_then(|test| test.ended);
    assert!(ended.is_some_and(|ended| ended.is_passed()));
}
