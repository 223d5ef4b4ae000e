//! Silence: of devices, of guards, and of everything behind one switch.

use crate::rules_common::{World, estate, id, list, secs};
use castellan_domain::alarm::{AlarmCommand, AlarmFact, Condition, JoinedBy, Source};
use castellan_domain::answer::{Accepted, Outcome};
use castellan_domain::command::Command;
use castellan_domain::estate::Priority;
use castellan_domain::fact::FactBody;
use castellan_domain::ids::AlarmId;
use castellan_domain::observation::{Doubts, ReportedState};
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::staff::StaffCommand;
use serde_json::json;

/// Nobody is on duty, and nothing but the meter is expected to report.
fn meter_only() -> World {
    let mut estate = estate();
    let devices = list(&mut estate, "devices");
    devices.retain(|device| device["kind"] != "camera");
    World::of(&estate)
}

/// The cameras are expected to report, and the meter is not.
fn cameras() -> World {
    let mut estate = estate();
    let devices = list(&mut estate, "devices");
    devices.retain(|device| device["id"] != "meter");
    World::of(&estate)
}

#[test]
fn a_device_is_silent_when_its_time_is_over_and_not_before() {
    let mut world = meter_only();
    world.wait(secs(200));
    assert_eq!(world.heard("meter"), Ok(Accepted::Heard));
    world.wait(secs(299));
    assert!(world.rows("device_silent").is_empty());
    world.wait(secs(1));
    let row = world.row("device_silent").clone();
    assert_eq!(row.source, Source::Device(id("meter")));
    assert!(row.is_active());
    world.wait(secs(86_400));
    assert_eq!(world.row("device_silent").repeats, 0);
    world.heard("meter").unwrap();
    assert!(!world.row("device_silent").is_active());
    world.wait(secs(300));
    let again = world.row("device_silent");
    assert!(again.is_active());
    assert_eq!((again.id, again.repeats), (row.id, 1));
}

#[test]
fn every_report_is_a_sign_of_life_but_for_a_drill() {
    let mut world = meter_only();
    world.wait(secs(250));
    world.report("meter", "water", ReportedState::Momentary);
    world.wait(secs(299));
    assert!(world.rows("device_silent").is_empty());
    world.wait(secs(1));
    assert!(world.row("device_silent").is_active());
    let drill = castellan_domain::observation::Report {
        device: id("meter"),
        kind: id("water"),
        state: ReportedState::Momentary,
        event: id("drill-1"),
        claimed_at: None,
        received_at: world.now,
        drill: true,
        doubts: Doubts::default(),
    };
    let drill = castellan_domain::observation::Observation::Report(drill);
    world.observe(drill).unwrap();
    assert!(world.row("device_silent").is_active());
    world.report("meter", "water", ReportedState::Momentary);
    assert!(!world.row("device_silent").is_active());
}

#[test]
fn after_a_power_cut_nobody_is_silent_before_they_could_speak() {
    let mut world = meter_only();
    world.crash(secs(7_200));
    world.wait(secs(299));
    assert!(world.rows("device_silent").is_empty());
    world.wait(secs(1));
    assert!(world.row("device_silent").is_active());
    world.crash(secs(60));
    world.wait(secs(3_600));
    assert_eq!(world.row("device_silent").repeats, 0, "it is on record");
    assert_eq!(
        world.heard("nowhere"),
        Err(Refusal::Common(CommonRefusal::NotInEstate))
    );
}

#[test]
fn a_critical_device_is_its_critical_type() {
    let mut estate = estate();
    for device in list(&mut estate, "devices") {
        device["critical"] = json!(device["id"] == "meter");
    }
    for kind in list(&mut estate, "alarm_types") {
        if kind["id"] == "device_silent" {
            kind["if_critical"] = json!("device_silent_critical");
            kind["family"] = json!("device_silent");
        }
    }
    let critical = json!({"family": "device_silent", "tier": 2});
    let types = list(&mut estate, "alarm_types");
    types.push(crate::rules_common::kind(
        "device_silent_critical",
        3,
        300,
        &critical,
    ));
    let mut world = World::of(&estate);
    world.wait(secs(300));
    let row = world.row("device_silent_critical").clone();
    assert_eq!(row.priority, Priority::P3);
    world.heard("meter").unwrap();
    assert!(!world.alarm(row.id).is_active());
}

#[test]
fn one_switch_is_one_row_that_stands_for_all_behind_it() {
    let mut world = cameras();
    world.wait(secs(60));
    let row = world.row("network_down");
    assert!(world.rows("device_silent").is_empty(), "nothing beside it");
    assert!(
        world.rows("alarm_flood").is_empty(),
        "one matter is no flood"
    );
    assert_eq!(row.source, Source::Device(id("switch-1")));
    assert_eq!(
        row.place.building(),
        Some(&id("b1")),
        "it is where the switch is"
    );
    assert_eq!(row.stands_for(), 13);
    assert!(
        row.joined
            .iter()
            .all(|j| j.why == JoinedBy::Upstream && j.condition.is_active())
    );
    let alarm = row.id;
    // Whoever is heard again is not silent any more; the last one ends it.
    for n in 1..=12 {
        assert!(world.alarm(alarm).is_active(), "before {n}");
        for heard in 1..=n {
            world.heard(&format!("cam-{heard}")).unwrap();
        }
    }
    assert!(!world.alarm(alarm).is_active());
    // Nothing is lost: each came with a fact of its own.
    let came = world.count(|body| {
        matches!(
            body,
            FactBody::Alarm(AlarmFact::Raised(_) | AlarmFact::Joined(_))
        )
    });
    assert_eq!(came, 12);
}

#[test]
fn who_has_the_row_keeps_it_when_it_rises() {
    let mut world = cameras();
    for n in 2..=12 {
        world.wait(secs(1));
        world.heard(&format!("cam-{n}")).unwrap();
    }
    world.wait(secs(49));
    let alarm = world.row("device_silent").id;
    world.done("li-na", Command::Alarm(AlarmCommand::Claim { alarm }));
    world.note("li-na", alarm);
    world.wait(secs(2));
    let row = world.alarm(alarm);
    assert_eq!(row.kind.as_str(), "network_down");
    assert_eq!(row.owner(), Some(&id("li-na")));
    let (due_at, _) = row.next_due().expect("its clock starts anew");
    assert_eq!(due_at, row.rises[0].at + secs(180));
}

#[test]
fn a_wrong_folding_is_undone_by_a_split() {
    let mut world = cameras();
    world.wait(secs(60));
    let alarm = world.row("network_down").id;
    let source = Source::Device(id("cam-7"));
    world.done(
        "li-na",
        Command::Alarm(AlarmCommand::Split { alarm, source }),
    );
    assert_eq!(world.alarm(alarm).stands_for(), 12);
    let own = world.row("device_silent").clone();
    assert_eq!(own.source, Source::Device(id("cam-7")));
    assert!(own.is_active());
    world.heard("cam-7").unwrap();
    assert!(!world.alarm(own.id).is_active());
    assert!(world.alarm(alarm).is_active());
}

#[test]
fn a_switch_that_is_known_to_be_down_takes_in_who_falls_silent_behind_it() {
    let mut world = cameras();
    let alarm = world.raise("switch-1", "network_down");
    world.wait(secs(60));
    assert!(world.rows("device_silent").is_empty());
    assert_eq!(world.alarm(alarm).stands_for(), 13);
    world.report("switch-1", "network_down", ReportedState::Cleared);
    assert!(
        world.alarm(alarm).is_active(),
        "the cameras are still silent"
    );
}

#[test]
fn a_switch_that_is_silent_itself_is_the_same_matter_before_and_after() {
    let silent_after = |every_s: u32| {
        let mut estate = estate();
        for device in list(&mut estate, "devices") {
            if device["id"] == "switch-1" {
                device["report_every_s_max"] = json!(every_s);
            }
        }
        let mut world = World::of(&estate);
        world.wait(secs(120));
        let row = world.row("network_down").clone();
        assert!(world.rows("device_silent").is_empty(), "{every_s}");
        assert_eq!(row.source, Source::Device(id("switch-1")));
        assert_eq!(row.joined.len(), 12, "{every_s}");
        assert!(row.condition.is_active(), "{every_s}");
        for n in 1..=12 {
            world.heard(&format!("cam-{n}")).unwrap();
        }
        assert!(world.alarm(row.id).is_active(), "{every_s}");
        world.heard("switch-1").unwrap();
        assert!(!world.alarm(row.id).is_active(), "{every_s}");
    };
    silent_after(30);
    silent_after(90);
}

#[test]
fn who_falls_silent_long_after_another_is_another_matter() {
    let mut world = cameras();
    let quiet = |world: &mut World, silent: &[u32], seconds: i64| {
        for _ in 0..seconds / 30 {
            world.wait(secs(30));
            for n in (1..=12).filter(|n| !silent.contains(n)) {
                world.heard(&format!("cam-{n}")).unwrap();
            }
        }
    };
    quiet(&mut world, &[1], 60 + 330);
    quiet(&mut world, &[1, 2], 90);
    assert_eq!(world.rows("device_silent").len(), 2);
    assert!(world.rows("network_down").is_empty());
}

fn ids(world: &World, kind: &str) -> Vec<AlarmId> {
    world.rows(kind).into_iter().map(|row| row.id).collect()
}

/// A guard on duty, with the devices heard in silence: no device is expected to report.
pub(crate) fn guarded() -> World {
    let mut estate = estate();
    for device in list(&mut estate, "devices") {
        device["report_every_s_max"] = json!(null);
    }
    let mut world = World::of(&estate);
    for person in ["wang-qiang", "li-na"] {
        world.done(
            person,
            Command::Staff(StaffCommand::GoOnDuty { person: id(person) }),
        );
    }
    world
}

#[test]
fn a_guard_is_silent_after_three_periods_and_at_least_two_minutes() {
    let mut world = guarded();
    world.wait(secs(100));
    world.fix("guard-01", 10.0, 10.0, 5).unwrap();
    world.wait(secs(119));
    assert!(world.rows("guard_silent").is_empty());
    world.wait(secs(1));
    let row = world.row("guard_silent").clone();
    assert_eq!(row.source, Source::Person(id("wang-qiang")));
    assert_eq!(row.place.building(), Some(&id("b1")), "where he was last");
    world.wait(secs(3_600));
    assert_eq!(world.row("guard_silent").repeats, 0);
    world.fix("guard-01", 10.0, 10.0, 5).unwrap();
    let ended = world.alarm(row.id).condition;
    assert_eq!(ended, Condition::Cleared { at: world.now });
}

#[test]
fn long_periods_make_long_patience() {
    let mut estate = estate();
    estate["staffing"]["position_every_s_max"] = json!(100);
    estate["devices"] = json!([]);
    estate["zones"] = json!([]);
    let mut world = World::of(&estate);
    let person = id("sun-lei");
    world.done("sun-lei", Command::Staff(StaffCommand::GoOnDuty { person }));
    world.wait(secs(299));
    assert!(world.rows("guard_silent").is_empty());
    world.wait(secs(1));
    assert_eq!(
        world.row("guard_silent").source,
        Source::Person(id("sun-lei"))
    );
}

#[test]
fn only_who_is_on_duty_with_a_phone_is_missed() {
    let mut world = guarded();
    world.wait(secs(60));
    let person = id("wang-qiang");
    world.done(
        "wang-qiang",
        Command::Staff(StaffCommand::GoOffDuty { person }),
    );
    world.wait(secs(3_600));
    assert!(ids(&world, "guard_silent").is_empty());
    let person = id("wang-qiang");
    world.done(
        "wang-qiang",
        Command::Staff(StaffCommand::GoOnDuty { person }),
    );
    world.wait(secs(119));
    assert!(
        ids(&world, "guard_silent").is_empty(),
        "duty has just begun"
    );
    world.wait(secs(1));
    assert!(world.row("guard_silent").is_active());
    let person = id("wang-qiang");
    world.done(
        "wang-qiang",
        Command::Staff(StaffCommand::GoOffDuty { person }),
    );
    assert!(!world.row("guard_silent").is_active());
}

#[test]
fn a_phone_that_is_handed_over_is_missed_of_its_new_person() {
    let mut world = guarded();
    let (phone, person) = (id("guard-01"), id("li-na"));
    world.done(
        "li-na",
        Command::Staff(StaffCommand::BindPhone { phone, person }),
    );
    world.wait(secs(119));
    assert!(ids(&world, "guard_silent").is_empty());
    world.wait(secs(1));
    assert_eq!(
        world.row("guard_silent").source,
        Source::Person(id("li-na"))
    );
}

#[test]
fn after_a_crash_a_silent_guard_stays_the_same_row() {
    let mut world = guarded();
    world.wait(secs(120));
    assert!(world.row("guard_silent").is_active());
    world.crash(secs(600));
    world.wait(secs(3_600));
    assert_eq!(world.row("guard_silent").repeats, 0);
    world.fix("guard-01", 0.0, 0.0, 5).unwrap();
    assert!(!world.row("guard_silent").is_active());
}

#[test]
fn camera_loss_that_a_recorder_reports_is_a_silence_too() {
    let mut world = cameras();
    for n in 1..=12 {
        world.heard(&format!("cam-{n}")).unwrap();
    }
    let first = world.report("cam-1", "camera_down", ReportedState::Active);
    assert_eq!(first.0, Outcome::Raised);
    let second = world.report("cam-2", "camera_down", ReportedState::Active);
    assert_eq!(second, (Outcome::Risen, first.1));
    let third = world.report("cam-3", "camera_down", ReportedState::Active);
    assert_eq!(third, (Outcome::Joined, first.1));
    assert_eq!(world.row("network_down").stands_for(), 4);
}

#[test]
fn another_estate_keeps_who_was_heard_when() {
    let mut world = meter_only();
    world.wait(secs(200));
    world.heard("meter").unwrap();
    let person = id("wang-qiang");
    world.done(
        "wang-qiang",
        Command::Staff(StaffCommand::GoOnDuty { person }),
    );
    world.wait(secs(50));
    let mut changed = estate();
    list(&mut changed, "devices").retain(|device| device["kind"] != "camera");
    world.publish("estate-2", &changed);
    world.wait(secs(69));
    assert!(
        world.rows("guard_silent").is_empty(),
        "duty began not long ago"
    );
    world.wait(secs(1));
    assert!(world.row("guard_silent").is_active());
    world.wait(secs(179));
    assert!(world.rows("device_silent").is_empty());
    world.wait(secs(1));
    assert!(world.row("device_silent").is_active());
}

#[test]
fn who_comes_with_another_estate_can_speak_first() {
    let mut world = meter_only();
    world.wait(secs(250));
    world.heard("meter").unwrap();
    world.publish("estate-2", &estate());
    world.wait(secs(59));
    assert!(world.rows("device_silent").is_empty());
    assert!(world.rows("network_down").is_empty());
    world.wait(secs(1));
    assert_eq!(world.row("network_down").stands_for(), 13);
}

#[test]
fn who_has_left_the_estate_is_not_missed_any_more() {
    let mut world = cameras();
    let person = id("wang-qiang");
    world.done(
        "wang-qiang",
        Command::Staff(StaffCommand::GoOnDuty { person }),
    );
    world.raise("hall", "water");
    world.wait(secs(120));
    let (network, guard) = (world.row("network_down").id, world.row("guard_silent").id);
    let mut changed = estate();
    list(&mut changed, "devices")
        .retain(|device| device["kind"] != "camera" && device["id"] != "hall");
    changed["zones"] = json!([]);
    list(&mut changed, "people").retain(|person| person["id"] != "wang-qiang");
    changed["areas"] = json!([]);
    world.publish("estate-2", &changed);
    assert!(!world.alarm(network).is_active());
    assert!(!world.alarm(guard).is_active());
    assert!(
        world.row("water").is_active(),
        "what it reported is its own"
    );
    let facts = world.facts.len();
    world.crash(secs(10));
    assert_eq!(world.facts.len(), facts, "once");
}

#[test]
fn a_type_is_no_other_family_at_times() {
    let mut estate = estate();
    for kind in list(&mut estate, "alarm_types") {
        if kind["id"] == "loitering" {
            kind["at_night"] = json!("panic");
        }
    }
    let estate = castellan_domain::estate::Estate::parse(estate.to_string().as_bytes()).unwrap();
    let refused = estate.with_alarm_types(Vec::new()).unwrap_err().to_string();
    assert!(
        refused.contains("loitering") && refused.contains("same family"),
        "{refused}"
    );
}
