//! The floors of a building: which of them have something, and what stands on each.

use super::footprint;
use super::geojson::Projection;
use super::live_layer::scene::places::AlarmPlace;
use super::outline::Point;
use crate::dispatch::errands::{Errand, Part};
use castellan_domain::estate::{Building, DeviceKind, Estate, Floor, Label, Priority};
use castellan_domain::ids::{BuildingId, DeviceId};
use castellan_domain::text::Language;

/// Floors that the switcher names at most: those with alarms, then the nearest to the ground. All of them are in the
/// picture of all floors.
pub const NAMED_MAX: usize = 12;
/// Devices that are drawn on one floor at most; the list has every device.
pub const MARKS_MAX: usize = 40;
/// Floors of one building that are drawn at most, from the top; the switcher names those with alarms all the same.
pub const DRAWN_MAX: usize = 120;

/// What is worst on a floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Worst {
    /// Somebody has it.
    pub is_owned: bool,
    /// How urgent it is.
    pub priority: Priority,
    /// 演练
    pub drill: bool,
}

impl Worst {
    fn of(place: &AlarmPlace) -> Self {
        Self {
            is_owned: place.unowned == 0,
            priority: place.priority,
            drill: place.drill,
        }
    }

    /// Its class in the style sheet.
    pub fn class(worst: Option<Self>) -> String {
        worst.map_or_else(String::new, |worst| {
            let open = if worst.is_owned { "" } else { " open" };
            let drill = if worst.drill { " drill" } else { "" };
            format!("p{}{open}{drill}", u8::from(worst.priority))
        })
    }
}

/// A floor that has something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFloor {
    /// As it is printed.
    pub label: Label,
    /// Storeys above the ground floor.
    pub ordinal: i16,
    /// What is worst there.
    pub worst: Option<Worst>,
}

/// The floors of a building that have something, from the top.
pub fn named(estate: &Estate, building: &Building, places: &[AlarmPlace]) -> Vec<NamedFloor> {
    let has_something = |floor: &&Floor| {
        let is_here = |label: Option<&Label>| label == Some(&floor.label);
        floor.ordinal == 0
            || on(places, &building.id).any(|place| is_here(place.place.floor.as_ref()))
            || estate.devices.iter().any(|device| {
                device.place.building.as_ref() == Some(&building.id)
                    && is_here(device.place.floor.as_ref())
            })
    };
    let mut named: Vec<NamedFloor> = (building.floors.iter().filter(has_something))
        .map(|floor| NamedFloor {
            label: floor.label.clone(),
            ordinal: floor.ordinal,
            worst: worst(building, floor, places),
        })
        .collect();
    named.sort_by_key(|floor| {
        (
            floor.worst.is_none(),
            floor.worst,
            floor.ordinal.unsigned_abs(),
        )
    });
    named.truncate(NAMED_MAX);
    named.sort_by_key(|floor| std::cmp::Reverse(floor.ordinal));
    named
}

fn on<'a>(
    places: &'a [AlarmPlace],
    building: &'a BuildingId,
) -> impl Iterator<Item = &'a AlarmPlace> {
    places
        .iter()
        .filter(move |place| place.place.building.as_ref() == Some(building))
}

fn worst(building: &Building, floor: &Floor, places: &[AlarmPlace]) -> Option<Worst> {
    let here = on(places, &building.id).filter(|p| p.place.floor.as_ref() == Some(&floor.label));
    here.map(Worst::of).min()
}

/// What is marked on a floor.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// An alarm.
    Alarm(Worst),
    /// A device that is well, or whose alarm is marked beside it.
    Device(DeviceKind, DeviceId),
    /// The stairs and lifts of a unit.
    Stairs,
}

/// A mark on a floor.
#[derive(Debug, Clone, PartialEq)]
pub struct Marked {
    /// In metres from the anchor.
    pub at: Point,
    /// What.
    pub mark: Mark,
    /// What it is called.
    pub name: String,
}

/// A floor as a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// As it is printed.
    pub label: Label,
    /// Storeys above the ground floor.
    pub ordinal: i16,
    /// In metres from the anchor.
    pub outline: Vec<Point>,
    /// What is worst there.
    pub worst: Option<Worst>,
    /// From below.
    pub marks: Vec<Marked>,
    /// The ways of those who go there, as far as they are on this floor.
    pub ways: Vec<Vec<Point>>,
}

impl Plan {
    /// Whether there is anything to see but the floor.
    pub fn has_something(&self) -> bool {
        let is_something = |marked: &Marked| !matches!(marked.mark, Mark::Stairs);
        self.ordinal == 0 || !self.ways.is_empty() || self.marks.iter().any(is_something)
    }
}

/// What is known beside the estate.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The places with alarms.
    pub places: &'a [AlarmPlace],
    /// What those are about who were sent.
    pub errands: &'a [Errand],
    /// In which language names are.
    pub language: Language,
}

/// One floor as a plan.
pub fn plan(estate: &Estate, building: &Building, floor: &Floor, around: Around<'_>) -> Plan {
    let ground = Projection::of(estate);
    let of = |points: &[_]| footprint::closed(&ground.metres(points));
    let outline = of(floor.outline.as_ref().unwrap_or(&building.outline));
    let at = |place: &castellan_domain::estate::Place| {
        ground
            .metres(&[place.at])
            .first()
            .copied()
            .unwrap_or_default()
    };
    let is_here = |place: &castellan_domain::estate::Place| {
        place.building.as_ref() == Some(&building.id) && place.floor.as_ref() == Some(&floor.label)
    };
    let language = around.language;
    let mut marks: Vec<Marked> = Vec::new();
    marks.extend(building.units.iter().map(|unit| {
        Marked {
            at: ground
                .metres(&[unit.at])
                .first()
                .copied()
                .unwrap_or_default(),
            mark: Mark::Stairs,
            name: super::texts::UNIT.fill(language, &[unit.label.as_str()]),
        }
    }));
    let devices = estate
        .devices
        .iter()
        .filter(|device| is_here(&device.place));
    marks.extend(devices.take(MARKS_MAX).map(|device| Marked {
        at: at(&device.place),
        mark: Mark::Device(device.kind, device.id.clone()),
        name: device.name.get(language).to_owned(),
    }));
    let mut alarms: Vec<&AlarmPlace> = around.places.iter().filter(|p| is_here(&p.place)).collect();
    alarms.reverse();
    marks.extend(alarms.into_iter().map(|place| {
        Marked {
            at: place.at,
            mark: Mark::Alarm(Worst::of(place)),
            name: place
                .place
                .spot
                .as_ref()
                .map_or_else(String::new, |s| s.get(language).to_owned()),
        }
    }));
    let courses = around
        .errands
        .iter()
        .filter_map(|errand| match &errand.part {
            Part::Going { course, .. } => course
                .as_ref()
                .filter(|course| course.to.building.as_ref() == Some(&building.id)),
            Part::Asked { .. } | Part::There => None,
        });
    let ways = courses.filter_map(|course| {
        let on_floor = course
            .points
            .iter()
            .filter(|point| point.ordinal == floor.ordinal);
        let points = on_floor.flat_map(|point| ground.metres(&[point.at]));
        let inside: Vec<Point> = points
            .filter(|at| floor.ordinal != 0 || near(&outline, *at))
            .collect();
        (inside.len() > 1).then_some(inside)
    });
    Plan {
        label: floor.label.clone(),
        ordinal: floor.ordinal,
        worst: worst(building, floor, around.places),
        ways: ways.collect(),
        outline,
        marks,
    }
}

/// How far outside of its building a way on the ground is still drawn on its floor.
const NEAR_M: f64 = 8.0;

fn near(outline: &[Point], at: Point) -> bool {
    let (mut x, mut y) = (
        (f64::INFINITY, f64::NEG_INFINITY),
        (f64::INFINITY, f64::NEG_INFINITY),
    );
    for point in outline {
        x = (x.0.min(point.0), x.1.max(point.0));
        y = (y.0.min(point.1), y.1.max(point.1));
    }
    (x.0 - NEAR_M..=x.1 + NEAR_M).contains(&at.0) && (y.0 - NEAR_M..=y.1 + NEAR_M).contains(&at.1)
}

/// All floors of a building as plans, from the top.
pub fn plans(estate: &Estate, building: &Building, around: Around<'_>) -> Vec<Plan> {
    let floors = building.floors.iter().rev().take(DRAWN_MAX);
    let mut plans: Vec<Plan> = floors
        .map(|floor| plan(estate, building, floor, around))
        .collect();
    plans.sort_by_key(|plan| std::cmp::Reverse(plan.ordinal));
    plans
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::dispatch::errands::Course;
    use castellan_domain::dispatch::PlannedWay;
    use castellan_domain::estate::WayPoint;
    use castellan_domain::geo::LonLat;
    use castellan_domain::ids::{AlarmId, AlarmTypeId, AssignmentId, PersonId};
    use std::sync::Arc;

    pub(in crate::map) fn demo() -> Estate {
        Estate::parse(include_bytes!("../../../assets/demo/estate.json")).unwrap()
    }

    pub(in crate::map) fn house(estate: &Estate, id: &str) -> Building {
        let mut buildings = estate.buildings.iter();
        buildings.find(|b| b.id.as_str() == id).unwrap().clone()
    }

    /// An alarm of a device of the demo estate.
    pub(in crate::map) fn alarm(
        estate: &Estate,
        device: &str,
        (priority, unowned): (Priority, usize),
    ) -> AlarmPlace {
        let mut devices = estate.devices.iter();
        let device = devices.find(|one| one.id.as_str() == device).unwrap();
        let at = Projection::of(estate).metres_of(device.place.at);
        let what = (priority, AlarmTypeId::new("gas").unwrap());
        let id = Some(device.id.clone());
        AlarmPlace::new(AlarmId(1), at, device.place.clone(), what, id, unowned)
    }

    pub(in crate::map) fn around<'a>(
        places: &'a [AlarmPlace],
        errands: &'a [Errand],
    ) -> Around<'a> {
        Around {
            places,
            errands,
            language: Language::Zh,
        }
    }

    fn labels(floors: &[NamedFloor]) -> Vec<&str> {
        floors.iter().map(|floor| floor.label.as_str()).collect()
    }

    #[test]
    fn the_switcher_names_the_floors_that_have_something_from_the_top_and_marks_the_worst() {
        let estate = demo();
        let house = house(&estate, "3");
        let quiet = named(&estate, &house, &[]);
        assert_eq!(labels(&quiet), ["15", "1", "B1"]);
        assert!(quiet.iter().all(|floor| floor.worst.is_none()));
        let places = [
            alarm(&estate, "cam-3-b1", (Priority::P1, 0)),
            alarm(&estate, "gas-3-b1", (Priority::P2, 1)),
        ];
        let alarmed = named(&estate, &house, &places);
        let worst = alarmed[2].worst.unwrap();
        assert_eq!((worst.priority, worst.is_owned), (Priority::P2, false));
        assert_eq!(Worst::class(alarmed[2].worst), "p2 open");
        assert_eq!(Worst::class(alarmed[0].worst), "");
    }

    #[test]
    fn of_many_floors_those_with_alarms_are_named_first() {
        let mut estate = demo();
        let mut house = house(&estate, "5");
        let device = estate.devices[0].clone();
        for floor in &house.floors {
            let mut one = device.clone();
            one.place.building = Some(house.id.clone());
            one.place.floor = Some(floor.label.clone());
            estate.devices.push(one);
        }
        house.floors.truncate(30);
        let mut top = alarm(&estate, "gas-3-b1", (Priority::P3, 1));
        top.place.building = Some(house.id.clone());
        top.place.floor = house.floors.last().map(|floor| floor.label.clone());
        let named = named(&estate, &house, std::slice::from_ref(&top));
        assert_eq!(named.len(), NAMED_MAX);
        assert_eq!(
            Some(&named[0].label),
            top.place.floor.as_ref(),
            "the alarm's, at the top"
        );
        assert!(named.windows(2).all(|two| two[0].ordinal > two[1].ordinal));
    }

    #[test]
    fn a_plan_has_what_stands_on_its_floor_and_nothing_of_another() {
        let estate = demo();
        let house = house(&estate, "3");
        let places = [alarm(&estate, "gas-3-b1", (Priority::P1, 1))];
        let plan = |label: &str| {
            let floor = house
                .floors
                .iter()
                .find(|f| f.label.as_str() == label)
                .unwrap();
            super::plan(&estate, &house, floor, around(&places, &[]))
        };
        let cellar = plan("B1");
        let is = |wanted: &dyn Fn(&Mark) -> bool| cellar.marks.iter().any(|one| wanted(&one.mark));
        assert!(is(&|mark| matches!(
            mark,
            Mark::Device(DeviceKind::Camera, _)
        )));
        assert!(is(&|mark| matches!(mark, Mark::Stairs)));
        assert!(
            matches!(cellar.marks.last().unwrap().mark, Mark::Alarm(_)),
            "on top"
        );
        assert!(cellar.worst.is_some() && cellar.has_something());
        let second = plan("2");
        assert!(second.worst.is_none() && !second.has_something());
    }

    /// The way of somebody from the ground to the first cellar, by the stairs of the second unit.
    pub(in crate::map) fn going(estate: &Estate, house: &Building) -> Errand {
        let stairs = house.units.last().unwrap().at;
        let at = |lon: f64, ordinal| WayPoint {
            at: LonLat::new(stairs.lon() + lon, stairs.lat()).unwrap(),
            ordinal,
        };
        let points = vec![
            at(3e-3, 0),
            at(2e-5, 0),
            at(0.0, 0),
            at(0.0, -1),
            at(-5e-5, -1),
        ];
        let mut devices = estate.devices.iter();
        let to = devices.find(|one| one.id.as_str() == "gas-3-b1").unwrap();
        let way = PlannedWay {
            seconds: 70,
            stairs: true,
            lift: false,
            without_floor: false,
        };
        Errand {
            assignment: AssignmentId(1),
            person: PersonId::new("wang-qiang").unwrap(),
            part: Part::Going {
                course: Some(Arc::new(Course {
                    way,
                    points,
                    to: to.place.clone(),
                })),
                heard: None,
            },
        }
    }

    #[test]
    fn a_way_is_on_each_floor_as_far_as_it_is_there_and_only_near_the_house() {
        let estate = demo();
        let house = house(&estate, "3");
        let errands = [going(&estate, &house)];
        let plans = plans(&estate, &house, around(&[], &errands));
        let ways = |label: &str| {
            let plan = plans
                .iter()
                .find(|plan| plan.label.as_str() == label)
                .unwrap();
            plan.ways.iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(ways("1"), [2], "not from 300 m away");
        assert_eq!(ways("B1"), [2]);
        assert!(ways("2").is_empty());
        assert!(
            plans.windows(2).all(|two| two[0].ordinal > two[1].ordinal),
            "from the top"
        );
    }
}
