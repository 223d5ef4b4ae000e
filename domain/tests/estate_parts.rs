//! What an address names, who works there, where they walk, and how cameras look: each fault of a
//! document with its sentence, and all of them at once.

use crate::common::document::{refused, with};
use crate::common::{estate, id, text};
use castellan_domain::estate::{Building, EstateFault, FAULTS_NAMED_MAX, Room, Rung, Skill};
use serde_json::{Value, json};

const UNITS: &str = "/buildings/0/units";

/// The only unit of the building of the tests.
fn unit(change: impl FnOnce(&mut Value)) -> Value {
    let mut unit = json!({"label": "2", "at": [120.1122, 30.28715], "door": "door-1", "rooms": [
        {"from": "B1", "to": "B1", "numbers": ["9"]},
        {"from": "1", "to": "避难层", "numbers": ["01", "02"]}]});
    change(&mut unit);
    json!([unit])
}

fn doors(building: &Building) -> Vec<String> {
    let units = building.units.iter();
    let rooms = units.flat_map(|unit| building.rooms(unit));
    rooms.map(Room::label).collect()
}

#[test]
fn rooms_are_written_by_the_floor_and_read_one_by_one() {
    let estate = with(&[(UNITS, unit(|_| ()))]).unwrap();
    let doors = doors(&estate.buildings[0]);
    assert_eq!(doors, ["B19", "101", "102", "避难层01", "避难层02"]);
}

#[test]
fn units_floors_and_rooms_name_what_there_is() {
    let of = "unit 2 of building b3";
    let far = json!([120.112, 30.487]);
    for (change, sentence) in [
        (
            json!({"door": "door-9"}),
            format!("{of} names device door-9, which the estate does not have"),
        ),
        (
            json!({"at": far}),
            format!("{of} lies more than 20000 m from the anchor"),
        ),
        (
            json!({"rooms": [{"from": "B1", "to": "9", "numbers": ["01"]}]}),
            format!("{of} names floor 9, which the estate does not have"),
        ),
        (
            json!({"rooms": [{"from": "1", "to": "B1", "numbers": ["01"]}]}),
            format!(
                "rooms of {of} lie from a higher floor to a lower one; write the lower one first"
            ),
        ),
        (
            json!({"rooms": [{"from": "1", "to": "1", "numbers": ["01", "02", "01"]}]}),
            format!("room 101 in {of} is there twice; give each its own id"),
        ),
    ] {
        let change = |unit: &mut Value| {
            for (key, value) in change.as_object().unwrap() {
                unit[key] = value.clone();
            }
        };
        refused(UNITS, unit(change), &sentence);
    }
    let mut twice = unit(|_| ());
    let first = twice[0].clone();
    twice.as_array_mut().unwrap().push(first);
    let sentence = "unit 2 is there twice; give each its own id";
    refused(UNITS, twice, sentence);
    let line = json!([[120.112, 30.287], [120.113, 30.287]]);
    let sentence = "floor B1 of building b3 has 2 points; 3 to 2000 are needed";
    refused("/buildings/0/floors/0/outline", line, sentence);
    let numbers: Vec<String> = (0..10_001).map(|n| format!("{n:05}")).collect();
    let many = unit(|unit| {
        unit["rooms"] = json!([{"from": "B1", "to": "1", "numbers": numbers}]);
    });
    let sentence = "rooms has 20002 entries; at most 20000 are allowed";
    refused(UNITS, many, sentence);
}

#[test]
fn a_rung_calls_who_has_it_and_then_who_stands_in_whatever_their_role() {
    let estate = with(&[
        ("/people/0/rungs", json!(["duty_manager"])),
        ("/people/0/deputy_of", json!("chen-hui")),
        ("/people/2/rungs", json!(["shift_leader", "duty_manager"])),
        ("/people/3/rungs", json!(["duty_manager"])),
        ("/people/4/skills", json!(["gas_detector", "first_aid"])),
        (
            "/people/4/certificates",
            json!([{"kind": "security_guard", "valid_until": "2027-05-31"}]),
        ),
        ("/people/4/radio_only", json!(true)),
    ])
    .unwrap();
    let called = |rung| {
        let people = estate.on_rung(rung).map(|person| person.id.as_str());
        people.collect::<Vec<_>>()
    };
    assert_eq!(called(Rung::DutyManager), ["zhou-jie", "chen-hui", "li-na"]);
    assert_eq!(called(Rung::ShiftLeader), ["zhou-jie"]);
    assert!(called(Rung::Engineer).is_empty());
    let guard = &estate.people[4];
    assert!(guard.radio_only && guard.skills.contains(&Skill::GasDetector));
    let day = guard.certificates[0].valid_until.unwrap();
    assert_eq!(day.to_string(), "2027-05-31");
}

#[test]
fn a_type_wants_a_skill_that_somebody_has_and_a_default_may_want_any() {
    let wants = |skills: Value| {
        let mut estate = with(&[("/people/4/skills", skills)]).unwrap();
        estate.alarm_types[0].skill = Some(Skill::GasDetector);
        estate.with_alarm_types(Vec::new())
    };
    let error = wants(json!(["first_aid"])).unwrap_err().to_string();
    let sentence = "alarm type gas_low wants the skill gas_detector, which nobody has who is sent; give it to whoever \
                    has it, or leave it out";
    assert_eq!(error, sentence);
    assert!(wants(json!(["gas_detector"])).is_ok());
    let default = json!({"id": "medical", "name": {"zh": "医疗", "en": "Medical"}, "priority": 1,
        "skill": "first_aid"});
    let default = serde_json::from_value(default).expect("a type");
    assert!(estate().with_alarm_types(vec![default]).is_ok());
}

#[test]
fn who_stands_in_shares_a_rung_and_is_somebody_else() {
    let common = "both need a rung in common, and they are two people";
    for (of, rungs, sentence) in [
        (
            "chen-hui",
            json!([]),
            format!("li-na cannot stand in for chen-hui: {common}"),
        ),
        (
            "li-na",
            json!(["steward"]),
            format!("li-na cannot stand in for li-na: {common}"),
        ),
        (
            "nobody",
            json!([]),
            "person li-na names person nobody, which the estate does not have".into(),
        ),
    ] {
        let person = json!({"id": "li-na", "name": {"zh": "李娜", "en": "Li Na"},
            "role": "operator", "deputy_of": of, "rungs": rungs});
        refused("/people/0", person, &sentence);
    }
}

fn post(id: &str, wanted: u32, people: &[&str]) -> Value {
    json!({"id": id, "name": {"zh": "东门岗", "en": "East post"}, "guards_wanted": wanted,
        "place": {"at": [120.1139, 30.287]}, "people": people})
}

#[test]
fn a_post_wants_guards_that_there_are_and_nobody_stands_at_two() {
    let estate = with(&[("/posts", json!([post("east", 2, &["wang-qiang"])]))]).unwrap();
    assert_eq!(estate.post(&id("east")).unwrap().guards_wanted, 2);
    assert!(estate.post(&id("west")).is_none());
    for (posts, sentence) in [
        (
            json!([post("east", 0, &[])]),
            "guards_wanted of post east is 0; it must be 1 to 20",
        ),
        (
            json!([post("east", 21, &[])]),
            "guards_wanted of post east is 21; it must be 1 to 20",
        ),
        (
            json!([post("east", 2, &["nobody"])]),
            "post east names person nobody, which the estate does not have",
        ),
        (
            json!([post("east", 2, &["li-na"]), post("west", 1, &["li-na"])]),
            "li-na is at post east and at post west; nobody stands at two",
        ),
        (
            json!([post("east", 2, &[]), post("east", 1, &[])]),
            "post east is there twice; give each its own id",
        ),
    ] {
        refused("/posts", posts, sentence);
    }
    let mut elsewhere = post("east", 2, &[]);
    elsewhere["place"]["building"] = json!("b9");
    let sentence = "post east names building b9, which the estate does not have";
    refused("/posts", json!([elsewhere]), sentence);
}

#[test]
fn a_node_is_on_a_floor_that_there_is() {
    let inside = |building: &str, floor: &str| json!({"building": building, "floor": floor});
    assert!(with(&[("/paths/nodes/1/inside", inside("b3", "B1"))]).is_ok());
    for (building, floor, sentence) in [
        (
            "b9",
            "B1",
            "path node 2 names building b9, which the estate does not have",
        ),
        (
            "b3",
            "B9",
            "path node 2 names floor B9, which the estate does not have",
        ),
    ] {
        refused("/paths/nodes/1/inside", inside(building, floor), sentence);
    }
}

#[test]
fn stairs_lifts_and_passages_say_how_one_gets_along() {
    let lift = |device: &str, wait_s: u32| json!({"lift": {"device": device, "wait_s": wait_s, "s_per_floor": 3}});
    let down = (
        "/paths/nodes/1/inside",
        json!({"building": "b3", "floor": "B1"}),
    );
    let kind = "/paths/edges/0/kind";
    let car = ("/devices/3/kind", json!("lift"));
    for good in [
        json!("walk"),
        json!({"stairs": {"s_per_floor": 20}}),
        json!({"lift": {"wait_s": 0, "s_per_floor": 3}}),
        lift("button-1", 600),
        json!({"passage": {"passes": "nobody", "device": "door-1"}}),
    ] {
        let parsed = with(&[down.clone(), car.clone(), (kind, good.clone())]);
        assert!(parsed.is_ok(), "{good}: {parsed:?}");
    }
    for (bad, sentence) in [
        (
            json!({"stairs": {"s_per_floor": 0}}),
            "s_per_floor of path 1 to 2 is 0; it must be 1 to 300",
        ),
        (
            lift("button-1", 601),
            "wait_s of path 1 to 2 is 601; it must be 0 to 600",
        ),
        (
            lift("door-1", 30),
            "path 1 to 2 names device door-1 as its lift, which it is not",
        ),
        (
            lift("lift-9", 30),
            "path 1 to 2 names device lift-9, which the estate does not have",
        ),
        (
            json!({"passage": {"passes": "staff", "device": "gas-1"}}),
            "path 1 to 2 names device gas-1 as its door, which it is not",
        ),
    ] {
        let error = with(&[down.clone(), car.clone(), (kind, bad)]).unwrap_err();
        assert_eq!(error.to_string(), sentence);
    }
    let stays = json!({"lift": {"wait_s": 30, "s_per_floor": 3}});
    let sentence = "path 1 to 2 is a lift and stays on its floor; join its stops, one to the next";
    refused(kind, stays, sentence);
    for shape in [
        json!("fly"),
        json!({"stairs": {}}),
        json!({"walk": {"colour": 1}}),
    ] {
        let error = with(&[(kind, shape)]).unwrap_err();
        assert!(matches!(error.faults(), [EstateFault::Shape(_)]), "{error}");
    }
}

#[test]
fn a_camera_says_how_it_looks_and_nothing_else_does() {
    let pose = |name: &str, value: f64| {
        let mut pose = json!({"height_m": 2.6, "heading_deg": 90.0, "tilt_deg": 20.0,
            "view_deg": 90.0, "range_m": 18.0});
        pose[name] = json!(value);
        pose
    };
    let camera = ("/devices/3/kind", json!("camera"));
    for (name, least, most) in [
        ("height_m", 0.0, 500.0),
        ("heading_deg", 0.0, 360.0),
        ("tilt_deg", -90.0, 90.0),
        ("view_deg", 1.0, 360.0),
        ("range_m", 1.0, 2_000.0),
    ] {
        for (value, holds) in [
            (least, true),
            (most, true),
            (least - 0.5, false),
            (most + 0.5, false),
        ] {
            let change = ("/devices/3/camera", pose(name, value));
            let parsed = with(&[camera.clone(), change]);
            assert_eq!(parsed.is_ok(), holds, "{name} {value}");
            if let Err(error) = parsed {
                let sentence =
                    format!("{name} of device button-1 is {value}; it must be {least} to {most}");
                assert_eq!(error.to_string(), sentence);
            }
        }
    }
    let sentence = "device button-1 is no camera, so `camera` is not for it; leave it out";
    refused("/devices/3/camera", pose("height_m", 2.6), sentence);
}

#[test]
fn all_faults_are_told_at_once_and_too_many_are_counted() {
    let error = with(&[
        ("/home/zoom", json!(9)),
        ("/devices/0/place/building", json!("b9")),
        ("/paths/edges/0/to", json!(8)),
    ])
    .unwrap_err();
    let sentence = "there are 3 faults:\n\
                    - home.zoom is 9; it must be 10 to 22\n\
                    - path 1 to 8 names path node 8, which the estate does not have\n\
                    - device gas-1 names building b9, which the estate does not have";
    assert_eq!(error.to_string(), sentence);
    let wrong = json!({"label": "B1", "ordinal": -1});
    let mut floors = vec![wrong; FAULTS_NAMED_MAX + 4];
    floors.push(json!({"label": text::<12>("1").as_str(), "ordinal": 0}));
    let error = with(&[("/buildings/0/floors", json!(floors))]).unwrap_err();
    assert_eq!(error.faults().len(), FAULTS_NAMED_MAX);
    let told = error.to_string();
    assert!(
        told.starts_with("there are 23 faults:\n- floor B1 is there twice"),
        "{told}"
    );
    assert!(told.ends_with("\n- and 3 more; mend these first"), "{told}");
    assert_eq!(told.lines().count(), FAULTS_NAMED_MAX + 2);
}

#[test]
fn what_is_not_said_is_not_written() {
    let written = serde_json::to_value(estate()).unwrap();
    assert!(written.get("posts").is_none());
    for (pointer, keys) in [
        ("/buildings/0", ["units", "units"]),
        ("/buildings/0/floors/0", ["outline", "outline"]),
        ("/paths/nodes/0", ["inside", "inside"]),
        ("/paths/edges/0", ["kind", "kind"]),
        ("/devices/0", ["camera", "camera"]),
        ("/people/4", ["rungs", "skills"]),
        ("/people/4", ["certificates", "deputy_of"]),
        ("/people/4", ["radio_only", "radio_only"]),
    ] {
        let part = written.pointer(pointer).unwrap();
        assert!(keys.iter().all(|key| part.get(key).is_none()), "{part}");
    }
}
