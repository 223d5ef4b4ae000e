//! What a scene draws, and when it needs the next frame.

use super::*;
use crate::fixture::{after, claimed, judged, shelved, stamp};
use crate::map::live_layer::vertices::{FLOATS_PER_MARKER, FLOATS_PER_VERTEX, Ink};
use castellan_domain::alarm::{AlarmFact, Located, Source};
use castellan_domain::estate::Place;
use castellan_domain::fact::{AlarmCleared, AlarmRaised};
use castellan_domain::geo::{LonLat, Offset};
use castellan_domain::ids::{AlarmTypeId, DeviceId};
use castellan_domain::observation::{Doubts, ReportedState};

pub(super) const START: Timestamp = Timestamp::from_secs(1_795_000_000);

pub(super) fn at(mono_s: i64) -> Span {
    Span::from_secs(mono_s)
}

fn anchor() -> Anchor {
    Anchor::new(LonLat::new(120.0, 30.0).unwrap())
}

pub(super) fn scene() -> Scene {
    let mut scene = Scene::default();
    scene.set_anchor(anchor());
    scene.set_clock(START, Span::ZERO);
    scene
}

pub(super) fn guard(name: &str) -> PersonId {
    PersonId::new(name).unwrap()
}

pub(super) fn fix(x_cm: i32, y_cm: i32, received_s: i64) -> Tracked {
    Tracked {
        offset: Offset { x_cm, y_cm },
        received_at: START + Span::from_secs(received_s),
        accuracy_dm: Some(50),
    }
}

fn alarm(number: u32, priority: Priority) -> Alarm {
    let place = Place {
        building: None,
        floor: None,
        spot: None,
        at: LonLat::new(120.0 + f64::from(number) * 1e-4, 30.0).unwrap(),
    };
    let fact = AlarmRaised {
        alarm: AlarmId(number),
        kind: AlarmTypeId::new("gas_low").unwrap(),
        family: AlarmTypeId::new("gas").unwrap(),
        tier: 0,
        priority,
        source: Source::Device(DeviceId::new("g1").unwrap()),
        place: Located::Fixed(place),
        state: ReportedState::Active,
        active_s_max: None,
        claim_due_at: START + Span::from_secs(30),
        doubts: Doubts::default(),
        silence: None,
    };
    Alarm::raised(&fact, &stamp(START, 1))
}

/// The first vertex of each marker of a batch.
pub(super) fn markers(scene: &mut Scene, batch: Batch, mono: Span) -> Vec<Vec<f32>> {
    scene.begin_frame(mono);
    let (vertices, _) = scene.vertices(batch, mono);
    vertices
        .chunks(FLOATS_PER_MARKER)
        .map(|marker| marker[..FLOATS_PER_VERTEX].to_vec())
        .collect()
}

fn calls(scene: &mut Scene) -> Vec<f32> {
    let look = markers(scene, Batch::Alarms, at(1));
    look.iter().map(|m| (m[6] / 10.0).floor()).collect()
}

pub(super) fn close(a: (f64, f64), b: (f64, f64)) -> bool {
    (a.0 - b.0).hypot(a.1 - b.1) < 1e-6
}

#[test]
fn a_new_fix_is_glided_to_from_where_the_guard_is_seen() {
    let mut scene = scene();
    let (id, who) = (guard("wang"), Picked::Person(guard("wang")));
    scene.set_person(&id, fix(0, 0, 0), at(0));
    scene.set_person(&id, fix(400, 0, 10), at(10));
    let seen = |scene: &Scene, ms| scene.position(&who, Span::from_millis(ms)).unwrap();
    assert!(close(seen(&scene, 10_000), (0.0, 0.0)));
    assert!(close(seen(&scene, 10_500), (2.0, 0.0)));
    scene.set_person(&id, fix(400, 400, 10), Span::from_millis(10_500));
    assert!(
        close(seen(&scene, 10_500), (2.0, 0.0)),
        "no jump in mid-glide"
    );
    assert!(close(seen(&scene, 11_500), (4.0, 4.0)));
}

#[test]
fn a_far_jump_and_a_reduced_motion_are_not_glided() {
    let mut scene = scene();
    let who = Picked::Person(guard("wang"));
    scene.set_person(&guard("wang"), fix(0, 0, 0), at(0));
    scene.set_person(&guard("wang"), fix(50_000, 0, 5), at(5));
    assert!(close(scene.position(&who, at(5)).unwrap(), (500.0, 0.0)));
    scene.set_reduced_motion(true);
    scene.set_person(&guard("wang"), fix(50_300, 0, 6), at(6));
    assert!(close(scene.position(&who, at(6)).unwrap(), (503.0, 0.0)));
}

#[test]
fn a_walking_guard_has_a_heading_and_a_standing_one_has_none() {
    let mut scene = scene();
    scene.set_person(&guard("wang"), fix(0, 0, 0), at(0));
    let heading = |scene: &mut Scene| markers(scene, Batch::People, at(60))[0][8];
    assert!(heading(&mut scene) < -50.0);
    scene.set_person(&guard("wang"), fix(200, 0, 2), at(2));
    assert!(
        (heading(&mut scene) - std::f32::consts::FRAC_PI_2).abs() < 1e-6,
        "eastwards"
    );
    scene.set_person(&guard("wang"), fix(210, 0, 40), at(40));
    assert!(heading(&mut scene) < -50.0);
}

/// How far the first person is believed, as the shaders read it.
fn belief(scene: &mut Scene, mono: Span) -> f32 {
    markers(scene, Batch::People, mono)[0][5]
}

#[test]
fn age_counts_from_when_the_server_heard_not_from_when_it_came_here() {
    let mut scene = scene();
    scene.set_person(&guard("wang"), fix(0, 0, 3), at(60));
    let after_57_s = belief(&mut scene, at(60));
    assert!(after_57_s > 0.5 && after_57_s < 0.9, "{after_57_s}");
    assert!((scene.now_s(at(60)) - 60.0).abs() < 1e-9);
}

#[test]
fn times_stay_exact_on_a_page_that_is_open_for_weeks() {
    let mut scene = scene();
    let weeks = 3 * 7 * 86_400;
    scene.set_person(&guard("wang"), fix(0, 0, weeks), at(weeks));
    scene.set_person(&guard("wang"), fix(300, 0, weeks), at(weeks));
    let set_out = f64::from(markers(&mut scene, Batch::People, at(weeks))[0][4]);
    assert!((scene.now_s(at(weeks)) - set_out).abs() < 1e-3);
    assert!(scene.now_s(at(weeks)) < EPOCH_S);
}

#[test]
fn only_poor_fixes_have_a_circle() {
    let mut scene = scene();
    scene.set_person(&guard("good"), fix(0, 0, 0), at(0));
    let mut poor = fix(0, 0, 0);
    poor.accuracy_dm = Some(250);
    scene.set_person(&guard("poor"), poor, at(0));
    let circles = markers(&mut scene, Batch::Accuracy, at(0));
    assert_eq!(circles.len(), 1);
    assert!((circles[0][7] - 25.0).abs() < 1e-6);
}

#[test]
fn the_most_urgent_that_nobody_has_comes_first_and_is_drawn_on_top() {
    let mut scene = scene();
    for (number, priority) in [
        (1, Priority::P3),
        (2, Priority::P2),
        (3, Priority::P2),
        (4, Priority::P1),
        (5, Priority::P2),
    ] {
        scene.set_alarm(&alarm(number, priority));
    }
    let first = |scene: &Scene| scene.places().iter().map(|p| p.first.0).collect::<Vec<_>>();
    assert_eq!(first(&scene), [4, 2, 3, 5, 1]);
    let told = scene.alarms_told();
    scene.set_alarm(&claimed(alarm(4, Priority::P1)));
    assert_ne!(scene.alarms_told(), told);
    assert_eq!(first(&scene), [2, 3, 5, 1, 4]);
    // Drawn from below: the most urgent last, on top, and what somebody has below all of them.
    assert_eq!(calls(&mut scene), [1.0, 2.0, 2.0, 2.0, 2.0]);
}

#[test]
fn a_claimed_alarm_is_steady_a_judged_one_hollow_and_a_closed_one_gone() {
    let mut scene = scene();
    let claimed = claimed(alarm(1, Priority::P1));
    scene.set_alarm(&claimed);
    assert_eq!(calls(&mut scene), [1.0]);
    assert_eq!(scene.next_frame(at(900)), None, "nothing moves");
    assert_eq!(scene.places()[0].unowned, 0);
    let judged = judged(alarm(1, Priority::P1));
    scene.set_alarm(&judged);
    assert_eq!(calls(&mut scene), [0.0]);
    let over = AlarmCleared {
        alarm: judged.id,
        source: None,
        ended: vec![AlarmTypeId::new("gas_low").unwrap()],
    };
    scene.set_alarm(&after(judged, START, AlarmFact::Cleared(over)));
    assert!(calls(&mut scene).is_empty());
}

const AT_ONCE: Option<Due> = Some(Due::AtOnce);
const SOON: Option<Due> = Some(Due::Paced(Span::ZERO));

/// Draws at a moment; answers in how many whole seconds the next frame is due, if one is.
pub(super) fn draw(scene: &mut Scene, mono: Span) -> Option<i64> {
    scene.begin_frame(mono);
    scene.next_frame(mono).map(|due| match due {
        Due::AtOnce => -1,
        Due::Paced(after) => after.as_secs(),
    })
}

#[test]
fn alarms_and_hands_ask_for_a_frame_at_once_and_people_for_one_in_their_turn() {
    let mut scene = scene();
    assert_eq!(scene.next_frame(at(1)), AT_ONCE, "an estate came");
    assert_eq!(draw(&mut scene, at(1)), None);
    scene.set_person(&guard("wang"), fix(0, 0, 2), at(2));
    assert_eq!(scene.next_frame(at(2)), SOON, "somebody came");
    scene.set_alarm(&alarm(1, Priority::P1));
    assert_eq!(scene.next_frame(at(2)), AT_ONCE);
    assert_eq!(draw(&mut scene, at(2)), Some(30), "it pulses without us");
    for change in [
        |scene: &mut Scene| scene.select(Some(Picked::Alarm(AlarmId(1)))),
        |scene: &mut Scene| scene.set_theme(Theme::Light),
        |scene: &mut Scene| scene.set_alarm(&claimed(alarm(1, Priority::P1))),
        |scene: &mut Scene| scene.remove_alarm(AlarmId(1)),
    ] {
        change(&mut scene);
        assert_eq!(scene.next_frame(at(2)), AT_ONCE);
        scene.begin_frame(at(2));
        change(&mut scene);
        assert_ne!(scene.next_frame(at(2)), AT_ONCE, "the same again");
    }
}

#[test]
fn a_glide_is_drawn_until_it_is_over_and_its_end_as_well() {
    let mut scene = scene();
    scene.set_person(&guard("wang"), fix(0, 0, 10), at(10));
    assert_eq!(draw(&mut scene, at(10)), Some(30));
    scene.set_person(&guard("wang"), fix(300, 0, 11), at(11));
    assert_eq!(draw(&mut scene, at(11)), Some(0));
    assert_eq!(draw(&mut scene, Span::from_millis(11_900)), Some(0));
    assert_eq!(draw(&mut scene, Span::from_millis(12_100)), Some(27));
    scene.set_reduced_motion(true);
    scene.set_person(&guard("wang"), fix(600, 0, 13), at(13));
    assert_eq!(draw(&mut scene, at(13)), Some(27), "there at once");
}

#[test]
fn a_phone_that_lies_still_and_reports_costs_no_frame() {
    let mut scene = scene();
    scene.set_person(&guard("wang"), fix(0, 0, 0), at(0));
    draw(&mut scene, at(0));
    for second in 1..3_600 {
        let tremble_cm = i32::try_from(second % 15).unwrap();
        let mut heard = fix(tremble_cm, 0, second);
        heard.accuracy_dm = Some(50 + u16::try_from(second % 7).unwrap());
        scene.set_person(&guard("wang"), heard, at(second));
        scene.set_clock(START + Span::from_secs(second), at(second));
        let due = scene.next_frame(at(second));
        assert!(
            matches!(due, Some(Due::Paced(after)) if after > Span::ZERO),
            "at {second}: {due:?}"
        );
    }
}

#[test]
fn a_silent_phone_costs_a_frame_for_each_step_of_its_fading_and_then_none() {
    let mut scene = scene();
    scene.set_person(&guard("wang"), fix(0, 0, 0), at(0));
    scene.set_person(&guard("li"), fix(0, 0, 0), at(0));
    let (mut now, mut seen) = (Span::ZERO, Vec::new());
    seen.push(belief(&mut scene, now));
    while let Some(due) = scene.next_frame(now) {
        let Due::Paced(after) = due else {
            panic!("nobody is in a hurry")
        };
        now = Span::from_micros(now.as_micros() + after.as_micros());
        seen.push(belief(&mut scene, now));
        assert!(seen.len() < 20);
    }
    assert_eq!(seen.len(), 8);
    assert!(
        seen.windows(2).all(|two| two[1] < two[0]),
        "each is another"
    );
    assert_eq!(now.as_secs(), 120);
    scene.set_person(&guard("wang"), fix(0, 0, 500), at(500));
    assert_eq!(scene.next_frame(at(500)), SOON, "he is believed again");
}

#[test]
fn whoever_was_heard_again_in_time_has_not_faded() {
    let mut scene = scene();
    scene.set_person(&guard("wang"), fix(0, 0, 0), at(0));
    draw(&mut scene, at(0));
    scene.set_person(&guard("wang"), fix(0, 0, 29), at(29));
    // The moment for which the map was to be woken comes, and is nobody's any more.
    assert_eq!(
        scene
            .next_frame(at(31))
            .map(|due| matches!(due, Due::Paced(after) if after.as_secs() == 28)),
        Some(true)
    );
}

#[test]
fn buffers_are_written_only_when_something_changed() {
    let mut scene = scene();
    scene.set_person(&guard("wang"), fix(0, 0, 0), at(0));
    let changed = |scene: &mut Scene| {
        scene.begin_frame(at(1));
        Batch::ALL.map(|batch| scene.vertices(batch, at(1)).1)
    };
    assert_eq!(changed(&mut scene), [true; Batch::ALL.len()]);
    assert_eq!(changed(&mut scene), [false; Batch::ALL.len()]);
    scene.set_alarm(&alarm(1, Priority::P1));
    assert_eq!(
        changed(&mut scene),
        Batch::ALL.map(|batch| batch == Batch::Alarms)
    );
    scene.set_alarm(&alarm(1, Priority::P1));
    assert_eq!(
        changed(&mut scene),
        [false; Batch::ALL.len()],
        "the same alarm again"
    );
    scene.set_clock(START + Span::from_millis(10_200), at(10));
    assert_eq!(
        changed(&mut scene),
        [false; Batch::ALL.len()],
        "a jitter of the clock"
    );
    scene.set_clock(START + Span::from_secs(20), at(10));
    assert_eq!(
        changed(&mut scene),
        [true; Batch::ALL.len()],
        "a step of the clock"
    );
}

#[test]
fn what_is_selected_has_a_ring_that_goes_along() {
    let mut scene = scene();
    scene.set_person(&guard("wang"), fix(0, 0, 0), at(0));
    scene.select(Some(Picked::Person(guard("wang"))));
    scene.set_person(&guard("wang"), fix(300, 0, 2), at(2));
    let drawn = markers(&mut scene, Batch::Alarms, at(2));
    assert_eq!((drawn.len(), drawn[0][0], drawn[0][6]), (1, 3.0, 6.0));
    scene.remove_person(&guard("wang"));
    assert!(markers(&mut scene, Batch::Alarms, at(3)).is_empty());
}

#[test]
fn beyond_the_limit_people_are_counted_and_not_drawn_and_alarms_come_through() {
    let mut scene = scene();
    let full = LIVE_ENTITIES_MAX + 3;
    for number in 0..full {
        scene.set_person(&guard(&format!("p{number}")), fix(0, 0, 0), at(0));
    }
    scene.set_alarm(&alarm(1, Priority::P1));
    assert_eq!(scene.left_out(), 3);
    assert_eq!(
        scene.vertices(Batch::People, at(0)).0.len(),
        LIVE_ENTITIES_MAX * FLOATS_PER_MARKER
    );
    assert_eq!(calls(&mut scene), [2.0]);
    scene.clear();
    assert_eq!(scene.left_out(), 0);
}

#[test]
fn the_nearest_thing_is_picked_and_an_alarm_before_the_guard_at_it() {
    let mut scene = scene();
    let mut world = [0.0; 16];
    // Straight down on the anchor: one metre is about 3.7 pixels.
    let world_px = 512.0 * 18f64.exp2();
    (world[0], world[5], world[10], world[15]) =
        (2.0 * world_px / 800.0, -2.0 * world_px / 600.0, 1.0, 1.0);
    let sine = 30f64.to_radians().sin();
    let y = 0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * std::f64::consts::PI);
    (world[12], world[13]) = (-world[0] * (120.0 / 360.0 + 0.5), -world[5] * y);
    let camera = Camera::new(&world, anchor(), 800.0, 600.0);

    scene.set_person(&guard("wang"), fix(0, 0, 0), at(0));
    scene.set_person(&guard("li"), fix(2_000, 0, 0), at(0));
    let pick = |scene: &Scene, x: f64| scene.pick((x, 300.0), 18.0, &camera, at(1));
    assert_eq!(pick(&scene, 404.0), Some(Picked::Person(guard("wang"))));
    assert_eq!(pick(&scene, 470.0), Some(Picked::Person(guard("li"))));
    assert_eq!(pick(&scene, 435.0), None);
    let mut close_by = alarm(7, Priority::P4);
    let place = Place {
        building: None,
        floor: None,
        spot: None,
        at: LonLat::new(120.000_01, 30.0).unwrap(),
    };
    close_by.place = Located::Fixed(place);
    scene.set_alarm(&close_by);
    assert_eq!(pick(&scene, 400.0), Some(Picked::Alarm(AlarmId(7))));
}

#[test]
fn a_drill_has_its_own_colour_and_what_is_put_aside_calls_nobody() {
    let mut scene = scene();
    let mut drill = alarm(1, Priority::P3);
    drill.drill = true;
    scene.set_alarm(&drill);
    let ink = |scene: &mut Scene| markers(scene, Batch::Alarms, at(1))[0][9].to_bits();
    let bits = |ink: Ink| f32::from(ink as u8).to_bits();
    assert_eq!(ink(&mut scene), bits(Ink::Drill));
    drill.drill = false;
    scene.set_alarm(&drill);
    assert_eq!(ink(&mut scene), bits(Ink::P3));
    assert_eq!(calls(&mut scene), [2.0]);
    scene.set_alarm(&shelved(drill, START + Span::from_secs(600)));
    assert_eq!(calls(&mut scene), [0.0]);
}

#[test]
fn alarms_at_one_place_are_counted_and_the_most_urgent_speaks_for_them() {
    let mut scene = scene();
    let here = |number, priority| {
        let mut alarm = alarm(number, priority);
        alarm.place = self::alarm(1, priority).place;
        alarm
    };
    for (number, priority) in [(1, Priority::P3), (2, Priority::P1), (3, Priority::P2)] {
        scene.set_alarm(&here(number, priority));
    }
    scene.set_alarm(&alarm(9, Priority::P1));
    let told = |scene: &Scene| {
        let places = scene.places().into_iter();
        places
            .map(|p| (p.first.0, p.priority, p.unowned, p.count))
            .collect::<Vec<_>>()
    };
    let alone = (9, Priority::P1, 1, 1);
    assert_eq!(told(&scene), [(2, Priority::P1, 3, 3), alone]);
    assert!(scene.places()[0].has(AlarmId(3)) && !scene.places()[0].has(AlarmId(9)));
    let anchor = anchor();
    assert_eq!(scene.first_at(anchor, AlarmId(1)), AlarmId(2));
    scene.set_alarm(&claimed(here(2, Priority::P1)));
    // Now it has the colour of the worst that nobody has.
    assert_eq!(told(&scene), [alone, (3, Priority::P2, 2, 3)]);
    scene.remove_alarm(AlarmId(3));
    scene.remove_alarm(AlarmId(1));
    assert_eq!(told(&scene), [alone, (2, Priority::P1, 0, 1)]);
}

#[test]
fn a_floor_is_one_place_and_another_floor_is_another() {
    let mut scene = scene();
    let mut on = |number: u32, floor: Option<&str>| {
        let mut alarm = alarm(number, Priority::P2);
        let place = Place {
            building: castellan_domain::ids::BuildingId::new("b3").ok(),
            floor: floor.map(|label| castellan_domain::text::Text::new(label).unwrap()),
            ..alarm.place.place().unwrap().clone()
        };
        alarm.place = Located::Fixed(place);
        scene.set_alarm(&alarm);
    };
    on(1, Some("B1"));
    on(2, Some("15"));
    on(3, Some("B1"));
    let counts: Vec<_> = scene
        .places()
        .iter()
        .map(|p| (p.first.0, p.count))
        .collect();
    assert_eq!(counts, [(1, 2), (2, 1)]);
}

#[test]
fn what_castellan_itself_reports_is_not_pinned_on_the_ground() {
    let mut scene = scene();
    let mut itself = alarm(1, Priority::P1);
    itself.source = Source::System;
    scene.set_alarm(&itself);
    assert_eq!(scene.alarm_positions().count(), 0);
}
