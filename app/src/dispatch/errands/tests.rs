//! What is told of everybody who was sent.

use super::*;
use crate::fixture::{START, incident_of, part, raised, view};
use castellan_domain::alarm::Located;
use castellan_domain::dispatch::Arrival;
use castellan_domain::estate::Estate;
use castellan_domain::time::Span;
use castellan_domain::view::View;

/// A house at the end of a path, with stairs down to its basement, and one that no path leads to.
fn estate() -> Estate {
    let document = r#"{"site": "s", "name": {"zh": "园", "en": "Estate"},
        "time_zone": "Asia/Shanghai", "datum": "WGS-84", "anchor": [120.0, 30.0],
        "home": {"centre": [120.0, 30.0], "zoom": 16.0, "bearing_deg": 0.0, "pitch_deg": 0.0},
        "buildings": [{"id": "3", "name": {"zh": "3号楼", "en": "Building 3"}, "height_m": 9.0,
            "outline": [[120.001, 30.0], [120.0012, 30.0], [120.0012, 30.0002]],
            "floors": [{"label": "B1", "ordinal": -1}, {"label": "1", "ordinal": 0}]}],
        "paths": {
            "nodes": [{"id": 1, "at": [120.0, 30.0]}, {"id": 2, "at": [120.001, 30.0]},
                {"id": 3, "at": [120.001, 30.0], "inside": {"building": "3", "floor": "B1"}}],
            "edges": [{"from": 1, "to": 2, "width_m": 3.0},
                {"from": 2, "to": 3, "width_m": 1.0, "kind": {"stairs": {"s_per_floor": 20}}}]}}"#;
    serde_json::from_str(document).expect("the shape of an estate")
}

fn at(lon: f64) -> LonLat {
    LonLat::new(lon, 30.0).expect("on earth")
}

/// An incident in the basement, and what somebody is about there.
fn sent(stage: Stage) -> View {
    let mut alarm = raised(1, 1);
    alarm.place = Located::Fixed(Place {
        building: Some("3".parse().expect("an id")),
        floor: Some(castellan_domain::text::Text::constant("B1")),
        spot: None,
        at: at(120.001),
    });
    let incident = incident_of(&alarm);
    let mut view = view([alarm]);
    view.incidents.insert(incident.id, incident);
    let one = part(1, "wang", stage);
    view.assignments.insert(one.id, one);
    view
}

fn told(errands: &mut Errands, view: &View, from: Option<f64>) -> Vec<Errand> {
    let estate = estate();
    let known = Known {
        view,
        estate: &estate,
        now: START,
    };
    let heard = from.map(|lon| (at(lon), START));
    errands.look(&known, &Ways::new(&estate), |_| heard)
}

fn course(errands: &[Errand]) -> Option<Arc<Course>> {
    match &errands.first()?.part {
        Part::Going { course, .. } => course.clone(),
        Part::Asked { .. } | Part::There => None,
    }
}

#[test]
fn who_accepted_has_a_way_and_who_is_asked_or_there_has_none() {
    let mut errands = Errands::default();
    for (stage, has_way) in [
        (Stage::Offered, false),
        (Stage::Unanswered, false),
        (Stage::Accepted, true),
        (Stage::OnTheWay, true),
        (Stage::OnScene { how: Arrival::Said }, false),
    ] {
        let told = told(&mut errands, &sent(stage.clone()), Some(120.0));
        assert_eq!(
            (told.len(), course(&told).is_some()),
            (1, has_way),
            "{stage:?}"
        );
    }
    assert!(told(&mut errands, &sent(Stage::Done), Some(120.0)).is_empty());
    assert!(errands.found.is_empty(), "what is over is not kept");
}

#[test]
fn the_way_is_found_anew_only_after_some_steps_and_grows_shorter_by_them() {
    let (mut errands, view) = (Errands::default(), sent(Stage::OnTheWay));
    let mut way = |lon| course(&told(&mut errands, &view, Some(lon))).expect("a way");
    let first = way(120.0);
    assert!(Arc::ptr_eq(&first, &way(120.000_02)), "two metres are none");
    let later = way(120.000_5);
    assert!(later.way.seconds < first.way.seconds);
    assert_eq!(
        later.points.first().map(|point| point.at),
        Some(at(120.000_5))
    );
}

#[test]
fn another_place_is_another_way_at_once() {
    let (mut errands, mut view) = (Errands::default(), sent(Stage::OnTheWay));
    let first = course(&told(&mut errands, &view, Some(120.0))).expect("a way");
    let incident = view.incidents.values_mut().next().expect("one");
    incident.place = Located::Fixed(Place {
        building: None,
        floor: None,
        spot: None,
        at: at(120.000_3),
    });
    let second = course(&told(&mut errands, &view, Some(120.0))).expect("a way");
    assert!(second.way.seconds < first.way.seconds && !second.way.stairs);
}

#[test]
fn the_figure_is_what_is_left_until_the_position_is_old_and_then_its_age() {
    let (mut errands, view) = (Errands::default(), sent(Stage::OnTheWay));
    let going = told(&mut errands, &view, Some(120.0)).remove(0).part;
    let after = |s| going.figure((START + Span::from_secs(s)).into(), Language::Zh);
    assert_eq!(after(3), "1:29");
    assert_eq!(after(29), "1:29");
    assert_eq!(after(30), "定位 00:30 前");
    assert_eq!(after(120), "? 定位 02:00 前");
    let stale = Now {
        at: START,
        stands_still: true,
    };
    assert_eq!(going.figure(stale, Language::Zh), "-:--");
    assert_eq!(
        going.way_words(START.into(), Language::Zh).as_deref(),
        Some("走楼梯 1:29")
    );
}

#[test]
fn where_no_way_is_known_none_is_made_up() {
    let (mut errands, view) = (Errands::default(), sent(Stage::OnTheWay));
    // Beyond every path, and never heard of.
    for from in [Some(120.01), None] {
        let told = told(&mut errands, &view, from);
        assert_eq!(course(&told), None);
        let part = &told.first().expect("one").part;
        assert_eq!(part.figure(START.into(), Language::Zh), "没有已知路线");
        assert_eq!(
            part.way_words(START.into(), Language::En).as_deref(),
            Some("no known way")
        );
    }
}

#[test]
fn a_way_says_where_it_leaves_the_ground_and_to_which_floor() {
    let (mut errands, view) = (Errands::default(), sent(Stage::OnTheWay));
    let course = course(&told(&mut errands, &view, Some(120.0))).expect("a way");
    let (turn, words) = way_end(&course, &estate(), Language::Zh).expect("it leaves the ground");
    assert_eq!(words, "走楼梯到 B1层");
    assert!(distance_m(turn, at(120.001)) < 0.1);
    let mut level = Course::clone(&course);
    level.to.floor = Some(castellan_domain::text::Text::constant("1"));
    assert_eq!(way_end(&level, &estate(), Language::Zh), None);
}

#[test]
fn the_most_urgent_are_followed_and_there_is_a_limit() {
    let mut view = sent(Stage::Offered);
    for number in 2..200 {
        let mut one = part(number, "wang", Stage::Offered);
        one.priority = castellan_domain::estate::Priority::P3;
        view.assignments.insert(one.id, one);
    }
    let told = told(&mut Errands::default(), &view, None);
    assert_eq!(told.len(), ERRANDS_MAX);
    assert_eq!(told[0].assignment, AssignmentId(1));
}
