//! What an estate says of shifts, zones, areas, doors, the network and alarm types, and what of it
//! must hold: each refusal once, with its sentence.

use crate::common::document::{points, refused, with};
use crate::common::{estate, id};
use castellan_domain::estate::{
    AlarmType, DutyKept, Estate, EstateError, EstateFault, Near, TimeOfDay,
};
use castellan_domain::ids::AlarmTypeId;
use serde_json::{Value, json};

fn name() -> Value {
    json!({"zh": "北", "en": "North"})
}

fn zone(id: &str, devices: &Value, adjacent: &Value) -> Value {
    json!({"id": id, "name": name(), "devices": devices, "adjacent": adjacent})
}

fn area(id: &str, people: &Value, outline: &Value) -> Value {
    json!({"id": id, "name": name(), "kind": "forbidden", "people": people, "outline": outline})
}

fn shift(at: &str) -> Value {
    json!({"name": name(), "starts_at": at})
}

#[test]
fn all_that_can_be_watched_is_read_and_written_back() {
    let schedule = json!([{"days": ["mon", "sun"], "from": "20:00", "to": "06:00"}]);
    let mut armed = zone("z1", &json!(["door-1"]), &json!(["z2"]));
    armed["schedule"] = schedule;
    let estate = with(&[
        ("/zones", json!([armed, zone("z2", &json!([]), &json!([]))])),
        (
            "/areas",
            json!([area("a1", &json!(["wang-qiang"]), &points(3))]),
        ),
        (
            "/staffing",
            json!({"shifts": [shift("07:00"), shift("19:30")], "duty": "recorded",
                "night": {"from": "21:00", "to": "05:30"}, "position_every_s_max": 30}),
        ),
        (
            "/devices/2/door",
            json!({"held_open_s_max": 30, "reports_grants": true, "remote_release": true}),
        ),
        ("/devices/0/critical", json!(true)),
        ("/devices/0/report_every_s_max", json!(300)),
        ("/devices/0/upstream", json!("gas-2")),
    ]);
    let estate = estate.unwrap();
    let again = serde_json::to_vec(&estate).unwrap();
    assert_eq!(Estate::parse(&again).unwrap(), estate);
    assert_eq!(estate.staffing.duty, DutyKept::Recorded);
    assert_eq!(Some(estate.staffing.night.to), TimeOfDay::new(5, 30));
    let door = estate.devices[2].door.unwrap();
    assert_eq!((door.held_open_s_max, door.remote_release), (30, true));
}

#[test]
fn what_an_estate_leaves_out_is_as_most_estates_are() {
    let estate = with(&[("/devices/2/door", json!({}))]).unwrap();
    let staffing = &estate.staffing;
    let starts = staffing
        .shifts
        .iter()
        .map(|shift| shift.starts_at.to_string());
    assert_eq!(starts.collect::<Vec<_>>(), ["08:00", "20:00"]);
    assert_eq!(staffing.night.from.to_string(), "22:00");
    assert_eq!(staffing.night.to.to_string(), "06:00");
    assert_eq!(
        (staffing.duty, staffing.position_every_s_max),
        (DutyKept::Assumed, None)
    );
    let door = estate.devices[2].door.unwrap();
    assert_eq!((door.held_open_s_max, door.reports_grants), (60, false));
    assert!(
        !door.remote_release,
        "nothing opens it that was not asked for"
    );
    assert_eq!(estate.devices[3].door, None, "nothing is watched about it");
    let kind = &estate.alarm_types[2];
    assert_eq!(
        (kind.family(), kind.tier, kind.dispatch_guards),
        (&kind.id, 0, 1)
    );
}

#[test]
fn only_doors_and_barriers_can_be_opened_from_afar() {
    for kind in ["door", "barrier"] {
        let device = with(&[
            ("/devices/2/door", json!({"remote_release": true})),
            ("/devices/2/kind", json!(kind)),
        ]);
        assert!(device.is_ok(), "{kind}");
    }
    refused(
        "/devices/0/door",
        json!({"remote_release": true}),
        "device gas-1 is neither door nor barrier, so `remote_release` is not for it; leave it out",
    );
}

#[test]
fn ids_and_the_beginnings_of_shifts_are_there_once() {
    let z = || zone("z1", &json!([]), &json!([]));
    refused(
        "/zones",
        json!([z(), z()]),
        "zone z1 is there twice; give each its own id",
    );
    let a = || area("a1", &json!([]), &points(3));
    refused(
        "/areas",
        json!([a(), a()]),
        "area a1 is there twice; give each its own id",
    );
    refused(
        "/staffing",
        json!({"shifts": [shift("08:00"), shift("20:00"), shift("08:00")]}),
        "shift at 08:00 is there twice; give each its own id",
    );
}

#[test]
fn an_estate_has_a_calendar() {
    refused(
        "/time_zone",
        json!("Asia/Atlantis"),
        "time_zone \"Asia/Atlantis\" is not known; use an IANA name such as Asia/Shanghai",
    );
    refused(
        "/staffing",
        json!({"shifts": []}),
        "staffing.shifts is empty; give at least one shift, such as one from 08:00",
    );
}

#[test]
fn what_is_watched_is_in_the_estate() {
    for (pointer, value, sentence) in [
        (
            "/zones",
            json!([zone("z1", &json!(["gas-1", "gas-9"]), &json!([]))]),
            "zone z1 names device gas-9, which the estate does not have",
        ),
        (
            "/zones",
            json!([zone("z1", &json!([]), &json!(["z1", "z9"]))]),
            "zone z1 names zone z9, which the estate does not have",
        ),
        (
            "/areas",
            json!([area("a1", &json!(["li-na", "nobody"]), &points(3))]),
            "area a1 names person nobody, which the estate does not have",
        ),
        (
            "/devices/1/upstream",
            json!("switch-9"),
            "device gas-2 names device switch-9, which the estate does not have",
        ),
    ] {
        refused(pointer, value, sentence);
    }
}

#[test]
fn an_area_encloses_something_near() {
    for count in [0, 2, 2_001] {
        let sentence = format!("area a1 has {count} points; 3 to 2000 are needed");
        refused(
            "/areas",
            json!([area("a1", &json!([]), &points(count))]),
            &sentence,
        );
    }
    let mut far = points(3);
    far[1] = json!([120.112, 30.487]);
    refused(
        "/areas",
        json!([area("a1", &json!([]), &far)]),
        "area a1 lies more than 20000 m from the anchor",
    );
}

/// The estate with so many more devices, each reached through the next one.
fn chain(length: usize, root: Option<usize>) -> Result<Estate, EstateError> {
    let device = |n: usize| {
        let mut device = json!({"id": format!("d{n}"), "kind": "network", "name": name(),
            "place": {"at": [120.112, 30.287]}});
        let next = if n + 1 < length { Some(n + 1) } else { root };
        if let Some(next) = next {
            device["upstream"] = json!(format!("d{next}"));
        }
        device
    };
    let devices: Vec<_> = (0..length).map(device).collect();
    with(&[("/devices", json!(devices))])
}

#[test]
fn a_network_leads_to_its_root() {
    assert!(
        chain(18, None).is_ok(),
        "sixteen between a device and the root"
    );
    for (length, root) in [(19, None), (1, Some(0)), (2, Some(0)), (9, Some(4))] {
        let error = chain(length, root).unwrap_err();
        assert!(
            matches!(error.faults(), [EstateFault::Circle(id)] if id == "d0"),
            "{error}"
        );
        let sentence =
            "device d0 is reached through itself; an upstream leads to the network's root";
        assert_eq!(error.to_string(), sentence);
    }
}

/// What makes the part of a document that has a number in it.
type Make<'a> = &'a dyn Fn(u32) -> Value;

#[test]
fn seconds_and_guards_stay_in_their_ranges() {
    let second = |within: u32| json!({"to": "gas_high", "within_s": within, "near": "zone"});
    let door = |held: u32| json!({"held_open_s_max": held});
    let staffing = |every: u32| json!({"shifts": [shift("08:00")], "position_every_s_max": every});
    let plain = |value: u32| json!(value);
    let cases: [(&str, &str, Make<'_>, u32, u32); 7] = [
        (
            "/alarm_types/0/claim_s_max",
            "claim_s_max of alarm type gas_low",
            &plain,
            1,
            43_200,
        ),
        (
            "/alarm_types/0/dispatch_s_max",
            "dispatch_s_max of alarm type gas_low",
            &plain,
            1,
            43_200,
        ),
        (
            "/alarm_types/0/dispatch_guards",
            "dispatch_guards of alarm type gas_low",
            &plain,
            1,
            9,
        ),
        (
            "/alarm_types/0/second_source",
            "second_source.within_s of alarm type gas_low",
            &second,
            1,
            600,
        ),
        (
            "/devices/0/report_every_s_max",
            "report_every_s_max of device gas-1",
            &plain,
            1,
            86_400,
        ),
        (
            "/devices/2/door",
            "held_open_s_max of device door-1",
            &door,
            1,
            43_200,
        ),
        ("/staffing", "position_every_s_max", &staffing, 5, 3_600),
    ];
    for (pointer, what, make, least, most) in cases {
        for good in [least, most] {
            assert!(with(&[(pointer, make(good))]).is_ok(), "{what} {good}");
        }
        for bad in [least - 1, most + 1] {
            let sentence = format!("{what} is {bad}; it must be {least} to {most}");
            refused(pointer, make(bad), &sentence);
        }
    }
}

#[test]
fn zones_and_areas_have_a_limit() {
    let zones: Vec<_> = (0..20_001)
        .map(|n| zone(&format!("z{n}"), &json!([]), &json!([])))
        .collect();
    refused(
        "/zones",
        json!(zones),
        "zones has 20001 entries; at most 20000 are allowed",
    );
    let areas: Vec<_> = (0..20_001)
        .map(|n| area(&format!("a{n}"), &json!([]), &points(3)))
        .collect();
    refused(
        "/areas",
        json!(areas),
        "areas has 20001 entries; at most 20000 are allowed",
    );
}

#[test]
fn what_is_of_another_shape_is_refused() {
    let zone_with = |key: &str, value: Value| {
        let mut zone = zone("z1", &json!([]), &json!([]));
        zone[key] = value;
        json!([zone])
    };
    let span = |days: Value, from: &str| json!([{"days": days, "from": from, "to": "06:00"}]);
    for (pointer, value) in [
        ("/zones", zone_with("colour", json!("red"))),
        ("/zones", zone_with("id", json!("a/b"))),
        (
            "/zones",
            zone_with("schedule", span(json!(["mo"]), "20:00")),
        ),
        (
            "/zones",
            zone_with("schedule", span(json!(["mon"]), "24:00")),
        ),
        (
            "/zones",
            zone_with("schedule", span(json!(["mon"]), "8:00")),
        ),
        (
            "/zones",
            zone_with("schedule", json!([{"days": ["mon"], "from": "20:00"}])),
        ),
        ("/staffing", json!({"shifts": [shift("08:60")]})),
        (
            "/staffing",
            json!({"shifts": [shift("08:00")], "duty": "sometimes"}),
        ),
        (
            "/staffing",
            json!({"shifts": [shift("08:00")], "breaks": 1}),
        ),
        ("/staffing", json!({})),
        ("/devices/2/door", json!({"held_open_s_max": -1})),
        ("/devices/2/door", json!({"held": 1})),
        ("/devices/0/critical", json!("very")),
        ("/alarm_types/0/tier", json!(256)),
        ("/alarm_types/0/dispatch_guards", json!(256)),
        ("/alarm_types/0/sound", json!("siren")),
        ("/alarm_types/0/cameras", json!("all")),
        ("/alarm_types/0/ladder", json!("E 5")),
        ("/alarm_types/0/family", json!("a b")),
        (
            "/alarm_types/0/second_source",
            json!({"to": "gas_high", "within_s": 60}),
        ),
        (
            "/alarm_types/0/second_source",
            json!({"to": "gas_high", "within_s": 60, "near": "estate"}),
        ),
        ("/alarm_types/0/procedure", json!("run now")),
    ] {
        let error = with(&[(pointer, value.clone())]).expect_err(pointer);
        assert!(
            matches!(error.faults(), [EstateFault::Shape(_)]),
            "{pointer} {value}: {error}"
        );
    }
    let area = |kind: &str| {
        let mut area = area("a1", &json!([]), &points(3));
        area["kind"] = json!(kind);
        json!([area])
    };
    assert!(with(&[("/areas", area("responsibility"))]).is_ok());
    let holy = with(&[("/areas", area("holy"))]).unwrap_err();
    assert!(matches!(holy.faults(), [EstateFault::Shape(_)]), "{holy}");
}

/// The estate with a change to its first type, `gas_low`, among the others and these defaults.
fn typed(
    change: impl FnOnce(&mut AlarmType),
    defaults: Vec<AlarmType>,
) -> Result<Estate, EstateError> {
    let mut estate = estate();
    change(&mut estate.alarm_types[0]);
    estate.with_alarm_types(defaults)
}

fn kind(id: &str, family: &str, tier: u8) -> AlarmType {
    let json = json!({"id": id, "name": name(), "priority": 2, "family": family, "tier": tier});
    serde_json::from_value(json).expect("a type")
}

fn second(to: &str, also: &[&str]) -> castellan_domain::estate::SecondSource {
    castellan_domain::estate::SecondSource {
        to: id(to),
        within_s: 60,
        near: Near::Building,
        also: also.iter().map(|kind| id(kind)).collect(),
    }
}

#[test]
fn defaults_fill_in_what_an_estate_does_not_name_and_override_nothing() {
    let own = estate().alarm_types[0].clone();
    let estate = typed(
        |_| (),
        vec![kind("gas_low", "other", 9), kind("smoke", "smoke", 0)],
    )
    .unwrap();
    assert_eq!(estate.alarm_type(&id("gas_low")), Some(&own));
    assert!(estate.alarm_type(&id("smoke")).is_some());
    let mut silly = kind("smoke", "smoke", 0);
    silly.claim_s_max = Some(0);
    let error = typed(|_| (), vec![silly]).unwrap_err();
    assert!(
        matches!(error.faults(), [EstateFault::Range { .. }]),
        "defaults are checked as well: {error}"
    );
    let twice = vec![kind("smoke", "smoke", 0), kind("smoke", "smoke", 1)];
    let estate = typed(|_| (), twice).unwrap();
    assert_eq!(
        estate.alarm_type(&id("smoke")).unwrap().tier,
        0,
        "the first one counts"
    );
}

#[test]
fn types_lead_to_types_that_are_there() {
    let unknown = "alarm type gas_low names alarm type ufo, which the estate does not have";
    let ufo = || -> Option<AlarmTypeId> { Some(id("ufo")) };
    for (which, result) in [
        ("at_night", typed(|kind| kind.at_night = ufo(), vec![])),
        (
            "if_critical",
            typed(|kind| kind.if_critical = ufo(), vec![]),
        ),
        (
            "to",
            typed(|kind| kind.second_source = Some(second("ufo", &[])), vec![]),
        ),
        (
            "also",
            typed(
                |kind| kind.second_source = Some(second("gas_high", &["panic", "ufo"])),
                vec![],
            ),
        ),
    ] {
        assert_eq!(result.expect_err(which).to_string(), unknown, "{which}");
    }
    let good = typed(
        |kind| {
            kind.at_night = Some(id("gas_night"));
            kind.if_critical = Some(id("gas_high"));
            kind.second_source = Some(second("gas_high", &["panic"]));
        },
        vec![kind("gas_night", "gas", 0)],
    );
    assert!(good.is_ok(), "a default counts as there");
}

#[test]
fn a_second_source_leads_up_within_the_family() {
    for (to, family, tier) in [
        ("gas_2", "other", 2),
        ("gas_2", "gas", 1),
        ("gas_2", "gas", 0),
    ] {
        let result = typed(
            |kind| kind.second_source = Some(second(to, &[])),
            vec![kind(to, family, tier)],
        );
        let sentence = "alarm type gas_low names gas_2, which is not a higher tier of the same \
                        family; give gas_2 the family and a higher tier";
        assert_eq!(result.unwrap_err().to_string(), sentence, "{family} {tier}");
    }
    let up = typed(
        |kind| kind.second_source = Some(second("gas_2", &[])),
        vec![kind("gas_2", "gas", 2)],
    );
    assert!(up.is_ok());
}
