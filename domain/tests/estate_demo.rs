//! The demo estate: what its scenes lean on, walked and looked up.

use crate::common::{folder, id, read, text};
use castellan_domain::estate::{Estate, Lifts, Place, Role, Room, Rung, Skill, Ways};
use castellan_domain::geo::{Anchor, LonLat, Offset};
use castellan_domain::ids::DeviceId;

fn demo() -> Estate {
    let document = folder("../../assets/demo").join("estate.json");
    Estate::parse(read(&document).as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

/// A spot in the metres in which `make_estate.mjs` draws.
#[expect(clippy::cast_possible_truncation, reason = "some hundred metres")]
fn drawn(estate: &Estate, u: f64, v: f64) -> LonLat {
    let (sin, cos) = 9.0_f64.to_radians().sin_cos();
    let at = Offset {
        x_cm: ((u * cos - v * sin) * 100.0).round() as i32,
        y_cm: ((u * sin + v * cos) * 100.0).round() as i32,
    };
    Anchor::new(estate.anchor).position(at).expect("near it")
}

fn place_of(estate: &Estate, device: &str) -> Place {
    estate.device(&id(device)).expect(device).place.clone()
}

#[test]
fn in_scene_a_wang_qiang_walks_a_minute_and_ten_seconds_by_stairs_and_zhao_jun_far_longer() {
    let demo = demo();
    let ways = Ways::new(&demo);
    let gas = ways.to(&place_of(&demo, "gas-3-b1"), Lifts::Forbidden);
    let usual = drawn(&demo, -116.5, 71.3);
    let wang = gas.from(usual, None).expect("a way");
    assert!((68..=72).contains(&wang.seconds), "{wang:?}");
    assert!(wang.stairs && !wang.by_lift && !wang.without_floor);
    let course = gas.course(&wang);
    assert_eq!(course.last().map(|point| point.ordinal), Some(-1));
    let east = &demo.post(&id("east-gate")).expect("a post").place;
    let zhao = gas.from(east.at, None).expect("a way");
    assert!(zhao.seconds > 3 * wang.seconds, "{zhao:?}");
    assert!(
        demo.person(&id("wang-qiang"))
            .unwrap()
            .skills
            .contains(&Skill::GasDetector)
    );
}

#[test]
fn a_guard_comes_to_every_device_from_every_gate_without_a_lift() {
    let demo = demo();
    let ways = Ways::new(&demo);
    assert_eq!(demo.posts.len(), 4);
    for device in &demo.devices {
        let found = ways.to(&device.place, Lifts::Forbidden);
        for post in &demo.posts {
            let way = found.from(post.place.at, None);
            let way = way.unwrap_or_else(|| panic!("no way from {} to {}", post.id, device.id));
            assert!(!way.without_floor, "no path on the floor of {}", device.id);
        }
    }
}

#[test]
fn with_people_in_one_lift_the_other_one_is_taken_and_floors_are_climbed_without() {
    let demo = demo();
    let ways = Ways::new(&demo);
    let mut upstairs = place_of(&demo, "smoke-7-13a");
    upstairs.at = demo.building(&id("7")).unwrap().unit("2").unwrap().at;
    let door = demo.device(&id("door-7-2")).unwrap().place.at;
    let trapped: DeviceId = id("lift-7-2-2");
    let by = ways
        .to(&upstairs, Lifts::Without(&trapped))
        .from(door, None)
        .unwrap();
    assert_eq!(by.lift, Some(id("lift-7-2-1")));
    let on_foot = ways
        .to(&upstairs, Lifts::Forbidden)
        .from(door, None)
        .unwrap();
    assert!(
        on_foot.stairs && on_foot.seconds > 2 * by.seconds,
        "{by:?} {on_foot:?}"
    );
}

#[test]
fn the_locked_garden_gate_is_walked_around() {
    let demo = demo();
    let ways = Ways::new(&demo);
    let lane = Place {
        building: None,
        floor: None,
        spot: None,
        at: drawn(&demo, 182.0, 104.0),
    };
    let trail = drawn(&demo, 204.0, 108.0);
    let way = ways.to(&lane, Lifts::Allowed).from(trail, None).unwrap();
    assert!(way.seconds > 60, "22 m apart: {way:?}");
}

#[test]
fn two_shifts_of_guards_stand_at_four_gates_and_every_rung_has_somebody() {
    let demo = demo();
    let guards = demo.people.iter().filter(|p| p.role == Role::Guard);
    let phones: Vec<&str> = guards
        .filter_map(|p| Some(p.phone.as_ref()?.as_str()))
        .collect();
    let expected: Vec<String> = (1..=24).map(|n| format!("guard-{n:02}")).collect();
    assert_eq!(phones, expected);
    for post in &demo.posts {
        assert_eq!(
            post.people.len(),
            2 * usize::from(post.guards_wanted),
            "{}",
            post.id
        );
    }
    let called = |rung| {
        let people = demo.on_rung(rung).map(|person| person.id.as_str());
        people.collect::<Vec<_>>()
    };
    assert_eq!(called(Rung::ShiftLeader), ["wang-jianguo"]);
    assert_eq!(called(Rung::DutyManager), ["chen-gang", "su-qing"]);
    assert_eq!(called(Rung::ProjectManager), ["fang-zhiyuan"]);
    assert_eq!(called(Rung::Engineer), ["huang-jian", "liang-yu"]);
    assert_eq!(called(Rung::Steward), ["tang-yue", "pan-lan", "qiu-jing"]);
    let radio: Vec<_> = demo
        .people
        .iter()
        .filter(|p| p.radio_only)
        .map(|p| p.id.as_str())
        .collect();
    assert_eq!(radio, ["he-yong", "qin-yan"]);
}

#[test]
fn every_tower_has_units_with_rooms_and_nobody_lives_on_the_refuge_floor() {
    let demo = demo();
    for number in 1..=12 {
        let tower = demo.building(&id(&number.to_string())).unwrap();
        assert!(!tower.units.is_empty(), "{number}");
        for unit in &tower.units {
            let doors: Vec<String> = tower.rooms(unit).map(Room::label).collect();
            let homes = tower
                .floors
                .iter()
                .filter(|f| f.ordinal >= 0 && f.label != text("避难层"));
            let flats = if tower.units.len() == 1 { 4 } else { 2 };
            assert_eq!(
                doors.len(),
                homes.count() * flats,
                "{number}-{}",
                unit.label
            );
            assert!(doors.iter().all(|door| !door.contains("避难")), "{number}");
        }
    }
    let three = demo.building(&id("3")).unwrap();
    let second = three.unit("2").unwrap();
    assert!(three.rooms(second).any(|room| room.label() == "1502"));
}

#[test]
fn every_camera_says_how_it_looks() {
    let demo = demo();
    let cameras = demo
        .devices
        .iter()
        .filter(|d| d.id.as_str().starts_with("cam-"));
    assert!(cameras.clone().count() > 20);
    assert!(cameras.clone().all(|camera| camera.camera.is_some()));
}
