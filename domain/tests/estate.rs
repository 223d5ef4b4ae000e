//! Estate documents: everything that must hold before anything is built on one, and the demo.

use crate::common::document::{points, refused, with};
use crate::common::{ESTATE, estate, folder, id, read, text};
use castellan_domain::estate::{
    AreaKind, Device, DutyKept, Estate, EstateFault, EstateIndex, Place, Role,
};
use castellan_domain::ids::PersonId;
use castellan_domain::text::Language;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

#[test]
fn the_estate_of_the_tests_holds_and_is_written_as_it_was_read() {
    let estate = estate();
    let again = serde_json::to_vec(&estate).unwrap();
    assert_eq!(Estate::parse(&again).unwrap(), estate);
    let least: Value = serde_json::from_str(ESTATE).unwrap();
    let needed = ["site", "name", "time_zone", "datum", "anchor", "home"];
    let kept = needed.map(|key| (key.to_owned(), least[key].clone()));
    let least = Value::Object(kept.into_iter().collect());
    let bare = Estate::parse(least.to_string().as_bytes()).unwrap();
    assert!(bare.devices.is_empty() && bare.alarm_types.is_empty());
}

#[test]
fn what_is_too_large_or_of_another_shape_is_refused() {
    let large = vec![b' '; 8 * 1024 * 1024 + 1];
    let error = Estate::parse(&large).unwrap_err();
    assert!(matches!(error.faults(), [EstateFault::TooLarge(n)] if *n == large.len()));
    for junk in ["", "{", "[]", "null", "\u{0}", "{\"site\":\"s\"}"] {
        let error = Estate::parse(junk.as_bytes()).unwrap_err();
        assert!(
            matches!(error.faults(), [EstateFault::Shape(_)]),
            "{junk}: {error}"
        );
    }
    for (pointer, value) in [
        ("/colour", json!("red")),
        ("/devices/0/colour", json!("red")),
        ("/site", json!("../etc")),
        ("/datum", json!("GCJ-02")),
        ("/anchor", json!([200.0, 0.0])),
        ("/devices/0/place/at", json!([120.0, 89.0])),
        ("/devices/0/kind", json!("toaster")),
        ("/people/0/role", json!("king")),
        ("/alarm_types/0/priority", json!(5)),
        ("/name/zh", json!("长".repeat(81))),
        ("/name/zh", json!(" ")),
        ("/buildings/0/floors/0/label", json!("thirteen chars")),
    ] {
        let error = with(&[(pointer, value)]).unwrap_err();
        assert!(
            matches!(error.faults(), [EstateFault::Shape(_)]),
            "{pointer}: {error}"
        );
    }
}

#[test]
fn lists_have_a_limit() {
    let nodes: Vec<_> = (0..20_001)
        .map(|n| json!({"id": n, "at": [120.112, 30.287]}))
        .collect();
    let most = json!(nodes[..20_000].to_vec());
    assert!(with(&[("/paths/nodes", most)]).is_ok());
    let sentence = "path nodes has 20001 entries; at most 20000 are allowed";
    refused("/paths/nodes", json!(nodes), sentence);
    let lines = vec![json!({"kind": "hedge", "course": points(2)}); 20_001];
    let sentence = "lines has 20001 entries; at most 20000 are allowed";
    refused("/lines", json!(lines), sentence);
}

#[test]
fn two_things_with_one_id_are_refused() {
    let document: Value = serde_json::from_str(ESTATE).unwrap();
    for (list, first, what) in [
        ("/buildings", "/buildings/0", "building b3"),
        ("/buildings/0/floors", "/buildings/0/floors/0", "floor B1"),
        ("/devices", "/devices/0", "device gas-1"),
        ("/people", "/people/0", "person li-na"),
        ("/paths/nodes", "/paths/nodes/0", "path node 1"),
        ("/alarm_types", "/alarm_types/0", "alarm type gas_low"),
    ] {
        let twin = document.pointer(first).unwrap().clone();
        let sentence = format!("{what} is there twice; give each its own id");
        refused(&format!("{list}/-"), twin, &sentence);
    }
    let sentence = "phone guard-01 is there twice; give each its own id";
    refused("/people/0/phone", json!("guard-01"), sentence);
    let sentence = "li-na and wang-qiang have the call sign 总台 / FALCON 1, or ones that sound \
                    alike; give each their own";
    let sign = json!({"zh": "总台", "en": "FALCON 1"});
    refused("/people/0/call_sign", sign, sentence);
}

#[test]
fn a_reference_to_nothing_is_refused_with_both_names() {
    for (pointer, value, sentence) in [
        (
            "/devices/0/place/building",
            json!("b9"),
            "device gas-1 names building b9, which the estate does not have",
        ),
        (
            "/devices/0/place/floor",
            json!("B2"),
            "device gas-1 names floor B2, which the estate does not have",
        ),
        (
            "/paths/edges/0/from",
            json!(7),
            "path 7 to 2 names path node 7, which the estate does not have",
        ),
        (
            "/paths/edges/0/to",
            json!(8),
            "path 1 to 8 names path node 8, which the estate does not have",
        ),
    ] {
        refused(pointer, value, sentence);
    }
}

#[test]
fn an_outline_encloses_something_and_a_course_leads_somewhere() {
    for (pointer, least, what) in [
        ("/grounds/0/outline", 3, "ground 0"),
        ("/buildings/0/outline", 3, "building b3"),
        ("/lines/0/course", 2, "line 0"),
    ] {
        for count in [0, least - 1, 2_001] {
            let sentence = format!("{what} has {count} points; {least} to 2000 are needed");
            refused(pointer, points(count), &sentence);
        }
        assert!(with(&[(pointer, points(least))]).is_ok());
        assert!(with(&[(pointer, points(2_000))]).is_ok());
    }
    let sentence = "path 1 to 2 has 2001 points; 0 to 2000 are needed";
    refused("/paths/edges/0/via", points(2_001), sentence);
}

#[test]
fn nothing_lies_further_from_the_anchor_than_the_formula_reaches() {
    let far = json!([120.112, 30.487]);
    let near = json!([120.112, 30.466]);
    let ring = |point: &Value| json!([[120.110, 30.286], [120.114, 30.286], point]);
    for (pointer, place, what) in [
        ("/home/centre", false, "home.centre"),
        ("/grounds/0/outline", true, "ground 0"),
        ("/buildings/0/outline", true, "building b3"),
        ("/lines/0/course", true, "line 0"),
        ("/paths/nodes/1/at", false, "path node 2"),
        ("/paths/edges/0/via", true, "path 1 to 2"),
        ("/devices/2/place/at", false, "device door-1"),
    ] {
        let value = |point: &Value| if place { ring(point) } else { point.clone() };
        let sentence = format!("{what} lies more than 20000 m from the anchor");
        refused(pointer, value(&far), &sentence);
        assert!(with(&[(pointer, value(&near))]).is_ok(), "{pointer}");
    }
}

#[test]
fn numbers_stay_in_their_ranges() {
    let claim = "claim_s_max of alarm type gas_low";
    for (pointer, what, range, good, bad) in [
        (
            "/home/zoom",
            "home.zoom",
            "10 to 22",
            [10.0, 22.0],
            [9.5, 22.5],
        ),
        (
            "/home/pitch_deg",
            "home.pitch_deg",
            "0 to 60",
            [0.0, 60.0],
            [-1.0, 61.0],
        ),
        (
            "/home/bearing_deg",
            "home.bearing_deg",
            "-180 to 180",
            [-180.0, 180.0],
            [-181.0, 181.0],
        ),
        (
            "/buildings/0/height_m",
            "height_m of building b3",
            "0 to 1000",
            [0.0, 1e3],
            [-1.0, 1001.0],
        ),
        (
            "/paths/edges/0/width_m",
            "width_m of path 1 to 2",
            "0.1 to 50",
            [0.1, 50.0],
            [0.0, 51.0],
        ),
    ] {
        for value in good {
            assert!(
                with(&[(pointer, json!(value))]).is_ok(),
                "{pointer} {value}"
            );
        }
        for value in bad {
            refused(
                pointer,
                json!(value),
                &format!("{what} is {value}; it must be {range}"),
            );
        }
    }
    for (seconds, holds) in [(0, false), (1, true), (43_200, true), (43_201, false)] {
        let parsed = with(&[("/alarm_types/0/claim_s_max", json!(seconds))]);
        assert_eq!(parsed.is_ok(), holds, "{seconds}");
        if let Err(error) = parsed {
            let sentence = format!("{claim} is {seconds}; it must be 1 to 43200");
            assert_eq!(error.to_string(), sentence);
        }
    }
}

#[test]
fn a_place_is_said_as_a_guard_is_sent_there() {
    let estate = estate();
    let place = |device: &str| estate.device(&id(device)).unwrap().place.clone();
    let refuge = Place {
        floor: Some(text("避难层")),
        ..place("gas-2")
    };
    for (place, zh, en) in [
        (place("gas-1"), "3号楼 B1层 走道", "Building 3 B1 corridor"),
        (place("gas-2"), "3号楼 1层", "Building 3 floor 1"),
        (refuge, "3号楼 避难层", "Building 3 refuge floor"),
        (place("door-1"), "东门", "East gate"),
        (place("button-1"), "", ""),
    ] {
        assert_eq!(estate.place_name(&place, Language::Zh), zh);
        assert_eq!(estate.place_name(&place, Language::En), en);
    }
}

#[test]
fn the_demo_estate_holds_and_has_what_its_scenes_lean_on() {
    let demo = folder("../../assets/demo").join("estate.json");
    let demo = Estate::parse(read(&demo).as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(demo.site.as_str(), "jinxiu");
    for device in [
        "gas-3-b1",
        "cam-3-b1",
        "door-east-gate",
        "door-north-gate",
        "perimeter-7",
        "lift-7-2-2",
        "water-pump-house",
        "panel-main",
        "fire-panel-1",
    ] {
        assert!(demo.device(&id(device)).is_some(), "{device}");
    }
    for (person, role) in [
        ("li-na", Role::Operator),
        ("zhang-wei", Role::Operator),
        ("wang-jianguo", Role::ShiftLeader),
        ("chen-gang", Role::DutyManager),
        ("wang-qiang", Role::Guard),
    ] {
        assert_eq!(
            demo.person(&id(person)).map(|p| p.role),
            Some(role),
            "{person}"
        );
    }
    let index = EstateIndex::new(Arc::new(demo.clone())).unwrap();
    let owner = index.person_of_phone(&id("guard-01"));
    assert_eq!(owner.map(PersonId::as_str), Some("wang-qiang"));
    let behind = |switch: &str| {
        let through = |device: &&Device| device.upstream.as_ref() == Some(&id(switch));
        demo.devices.iter().filter(through).count()
    };
    assert_eq!(behind("sw-4"), 12, "scene B counts them");
    assert_eq!(demo.staffing.duty, DutyKept::Recorded);
    let scheduled = demo.zones.iter().filter(|zone| !zone.schedule.is_empty());
    assert_eq!((demo.zones.len(), scheduled.count()), (12, 11));
    let is = |kind: AreaKind| demo.areas.iter().filter(move |area| area.kind == kind);
    assert!(is(AreaKind::Responsibility).all(|area| !area.people.is_empty()));
    assert!(is(AreaKind::Forbidden).count() > 0);
    let held = |door: &str| {
        demo.device(&id(door))
            .unwrap()
            .door
            .unwrap()
            .held_open_s_max
    };
    let doors = ["door-3-1", "door-fire-5", "door-loading"].map(held);
    assert_eq!(doors, [60, 30, 600]);
    let gas = demo.device(&id("gas-3-b1")).unwrap();
    let words = demo.place_name(&gas.place, Language::Zh);
    assert!(words.starts_with("3号楼 B1层"), "{words}");
    let places = demo
        .devices
        .iter()
        .map(|d| demo.place_name(&d.place, Language::Zh));
    let unsaid: BTreeSet<_> = places.filter(String::is_empty).collect();
    assert!(unsaid.is_empty(), "every device's place can be said");
}
