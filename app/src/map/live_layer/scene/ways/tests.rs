//! Whose way is drawn, from where, and when that costs a frame.

use super::super::tests::{START, at, close, draw, fix, guard, markers, scene};
use super::*;
use crate::map::live_layer::scene::Due;
use castellan_domain::dispatch::{PlannedWay, Stage};
use castellan_domain::estate::{Place, WayPoint};
use castellan_domain::geo::{Anchor, LonLat, Offset};
use castellan_domain::ids::AssignmentId;
use castellan_domain::time::Timestamp;
use std::sync::Arc;

/// A place by metres east and north of the anchor.
fn place(x_m: i32, y_m: i32) -> LonLat {
    let anchor = Anchor::new(LonLat::new(120.0, 30.0).unwrap());
    let offset = Offset {
        x_cm: x_m * 100,
        y_cm: y_m * 100,
    };
    anchor.position(offset).unwrap()
}

/// Over these metres, the last of them on the floor below.
fn course(points: &[(i32, i32)]) -> Arc<Course> {
    let last = points.len() - 1;
    let points = points.iter().enumerate();
    let points = points.map(|(index, (x, y))| WayPoint {
        at: place(*x, *y),
        ordinal: if index == last { -1 } else { 0 },
    });
    Arc::new(Course {
        way: PlannedWay {
            seconds: 42,
            stairs: true,
            lift: false,
            without_floor: false,
        },
        points: points.collect(),
        to: Place {
            building: None,
            floor: None,
            spot: None,
            at: place(0, 0),
        },
    })
}

fn errand(number: u32, part: Part) -> Errand {
    Errand {
        assignment: AssignmentId(number),
        person: guard("wang"),
        part,
    }
}

/// Eastwards for forty metres, then northwards and down.
fn going(heard: Timestamp) -> Errand {
    let course = Some(course(&[(0, 0), (40, 0), (40, 30), (40, 31)]));
    let heard = Some(heard);
    errand(1, Part::Going { course, heard })
}

fn asked() -> Errand {
    let (until, stage) = (None, Stage::Offered);
    errand(1, Part::Asked { until, stage })
}

/// How long the ways are that are drawn.
fn lengths(scene: &Scene, mono: Span) -> Vec<i64> {
    let length = |way: &Vec<Point>| {
        let pairs = way.windows(2);
        pairs
            .map(|p| (p[1].0 - p[0].0).hypot(p[1].1 - p[0].1))
            .sum::<f64>()
    };
    #[expect(clippy::cast_possible_truncation, reason = "some metres")]
    let whole = |metres: f64| metres.round() as i64;
    scene
        .ways(mono)
        .iter()
        .map(|way| whole(length(way)))
        .collect()
}

#[test]
fn only_who_goes_has_a_way_and_it_ends_when_they_are_there_or_not_needed() {
    let mut scene = scene();
    scene.set_errands(&[going(START)]);
    assert!(
        lengths(&scene, at(0)).is_empty(),
        "nobody is seen to walk it"
    );
    scene.set_person(&guard("wang"), fix(0, 0, 0), at(0));
    assert_eq!(lengths(&scene, at(0)), [71]);
    for (over, doing) in [
        (vec![errand(1, Part::There)], Some(Doing::OnTask)),
        (vec![asked()], Some(Doing::Asked)),
        (vec![], None),
    ] {
        scene.set_errands(&[going(START)]);
        scene.set_errands(&over);
        assert!(lengths(&scene, at(0)).is_empty());
        assert_eq!(scene.doing(&guard("wang")), doing);
        assert!(markers(&mut scene, Batch::Ways, at(0)).is_empty());
    }
    let unknown = errand(
        1,
        Part::Going {
            course: None,
            heard: None,
        },
    );
    scene.set_errands(&[unknown]);
    assert!(lengths(&scene, at(0)).is_empty(), "never a straight line");
    scene.set_errands(&[going(START)]);
    scene.remove_person(&guard("wang"));
    assert!(lengths(&scene, at(0)).is_empty());
}

#[test]
fn a_way_grows_shorter_while_its_guard_glides_along_it() {
    let mut scene = scene();
    scene.set_person(&guard("wang"), fix(0, 0, 0), at(0));
    scene.set_errands(&[going(START)]);
    scene.set_person(&guard("wang"), fix(2_000, 0, 2), at(2));
    let left = |ms| lengths(&scene, Span::from_millis(ms));
    assert_eq!(
        (left(2_000), left(2_500), left(3_000)),
        (vec![71], vec![61], vec![51])
    );
    // Beside it he is led back to it.
    scene.set_person(&guard("wang"), fix(3_800, 300, 4), at(4));
    let way = scene.ways(at(9)).remove(0);
    assert!(
        close(way[0], (38.0, 3.0)) && close(way[1], (40.0, 3.0)),
        "{way:?}"
    );
}

#[test]
fn each_frame_of_a_glide_writes_the_way_anew_and_at_rest_nothing_is_drawn() {
    let mut scene = scene();
    scene.set_person(&guard("wang"), fix(0, 0, 0), at(0));
    scene.set_errands(&[going(START)]);
    draw(&mut scene, at(0));
    let written = |scene: &mut Scene, mono| {
        scene.begin_frame(mono);
        scene.vertices(Batch::Ways, mono).1
    };
    assert!(written(&mut scene, at(0)));
    assert!(!written(&mut scene, at(1)), "he stands");
    scene.set_person(&guard("wang"), fix(300, 0, 5), at(5));
    for ms in [5_100, 5_500, 6_100] {
        assert!(written(&mut scene, Span::from_millis(ms)), "at {ms}");
    }
    assert!(!written(&mut scene, at(7)), "he stands again");
    for second in 7..30 {
        scene.set_errands(&[going(START + Span::from_secs(second))]);
        let due = scene.next_frame(at(second));
        assert!(
            matches!(due, Some(Due::Paced(after)) if after > Span::ZERO),
            "the same way costs no frame: {due:?}"
        );
    }
    scene.set_errands(&[]);
    assert_eq!(scene.next_frame(at(30)), Some(Due::Paced(Span::ZERO)));
}

#[test]
fn a_way_is_broken_on_another_floor_and_where_its_beginning_is_a_guess() {
    let mut scene = scene();
    scene.set_person(&guard("wang"), fix(0, 0, 0), at(0));
    scene.set_errands(&[going(START)]);
    let calls = |scene: &mut Scene, mono| -> Vec<f32> {
        let drawn = markers(scene, Batch::Ways, mono);
        let (shades, ways) = drawn.split_at(drawn.len() / 2);
        assert!(
            shades
                .iter()
                .zip(ways)
                .all(|(a, b)| a[6].to_bits() == b[6].to_bits())
        );
        ways.iter().map(|m| (m[6] / 10.0).floor()).collect()
    };
    assert_eq!(calls(&mut scene, at(1)), [1.0, 1.0, 1.0, 0.0]);
    assert_eq!(calls(&mut scene, at(31)), [0.0; 4]);
}
