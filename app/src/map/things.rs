//! An alarm as a thing on the map: the floor in its building, which turns to glass, the piece of fence, the door.

use super::footprint;
use super::geojson::{Projection, collection, feature, ring};
use super::houses::drawn_outline;
use super::live_layer::scene::places::AlarmPlace;
use super::live_layer::vertices::{Edge, Ink};
use super::outline::{self, Point};
use super::palette::Palette;
use castellan_domain::estate::{Building, Device, DeviceKind, Estate, Label, LineKind, Priority};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::BuildingId;
use serde_json::{Value, json};

/// The source of things.
pub const THINGS: &str = "things";
/// Things that are drawn at most; every alarm has its row.
const THINGS_MAX: usize = 64;
/// A storey whose building does not tell how high it is.
const STOREY_M: f64 = 3.0;
/// How thick the floor is drawn that stands for a storey.
const SLAB_M: (f64, f64) = (2.6, 4.5);
/// How high a piece of fence and a door stand in alarm.
const FENCE_M: f64 = 5.0;
const DOOR_M: f64 = 3.4;
/// Half the width of a piece of fence and of a door.
const FENCE_HALF_M: f64 = 0.45;
const DOOR_HALF_M: f64 = 0.6;
/// Half the length of a door and of a barrier, and how far from its place its wall is looked for.
const DOOR_REACH_M: f64 = 2.0;
const BARRIER_REACH_M: f64 = 3.2;
const WALL_M: f64 = 4.0;
/// A detector this near a fence is one of the fence.
const ON_FENCE_M: f64 = 4.0;
/// How far a piece of fence reaches to either side: to half the way to the next detector, and at most so far.
const PIECE_M_MAX: f64 = 60.0;

/// A floor of a building, by its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloorAt {
    /// The building.
    pub building: BuildingId,
    /// The floor.
    pub floor: Label,
}

/// What is drawn of places with alarms.
#[derive(Debug, Default)]
pub struct Things {
    /// As GeoJSON.
    pub features: Vec<Value>,
    /// Buildings that one sees through.
    pub glass: Vec<BuildingId>,
    /// Edges of things.
    pub edges: Vec<(Edge, Ink)>,
    /// For each place where its stem begins, and how high what stands there reaches.
    pub feet: Vec<Foot>,
}

/// Where a stem begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Foot {
    /// In metres from the anchor.
    pub at: Point,
    /// Above the ground.
    pub up_m: f64,
    /// The top of its building.
    pub top_m: f64,
}

impl Things {
    /// Of these places, and the floor that is looked at.
    pub fn of(estate: &Estate, places: &[AlarmPlace], looked_at: Option<&FloorAt>) -> Self {
        let ground = Projection::of(estate);
        let mut things = Self::default();
        if let Some(at) = looked_at
            && let Some(building) = estate.building(&at.building)
            && !places.iter().any(|place| is_on(place, at))
        {
            let look = json!({ "look": "looked-at", "priority": 0, "drill": false });
            things.slab(ground, building, &at.floor, (&look, Ink::Select));
        }
        for place in places.iter().take(THINGS_MAX) {
            let foot = things.stand(estate, ground, place);
            things.feet.push(foot);
        }
        // The least urgent begin, so that the others are drawn over them.
        things.features.reverse();
        things
    }

    /// As GeoJSON.
    pub fn data(&self) -> Value {
        collection(&self.features)
    }

    fn stand(&mut self, estate: &Estate, ground: Projection, place: &AlarmPlace) -> Foot {
        let look = json!({
            "look": if place.unowned > 0 { "open" } else { "owned" },
            "priority": u8::from(place.priority), "drill": place.drill,
        });
        let ink = if place.unowned > 0 {
            Ink::White
        } else {
            ink(place)
        };
        let device = place.device.as_ref().and_then(|id| estate.device(id));
        let building = place.place.building.as_ref();
        let building = building.and_then(|id| estate.building(id));
        let foot = |at, up_m| Foot {
            at,
            up_m,
            top_m: building.map_or(0.0, |building| building.height_m),
        };
        if let Some((from, to)) = device.and_then(|device| threshold(estate, ground, device)) {
            self.wall(ground, &[from, to], (DOOR_HALF_M, DOOR_M), (&look, ink));
            return foot(middle(from, to), DOOR_M);
        }
        if let (Some(building), Some(floor)) = (building, &place.place.floor)
            && let Some((_, top_m)) = self.slab(ground, building, floor, (&look, ink))
        {
            return foot(place.at, top_m);
        }
        if building.is_none()
            && let Some(piece) = device.and_then(|device| piece_of_fence(estate, ground, device))
        {
            self.wall(ground, &piece, (FENCE_HALF_M, FENCE_M), (&look, ink));
            return foot(place.at, FENCE_M);
        }
        foot(place.at, 0.0)
    }

    /// A floor in its building of glass. A cellar lies on the ground: it never stands as a tower.
    fn slab(
        &mut self,
        ground: Projection,
        building: &Building,
        floor: &Label,
        (look, ink): (&Value, Ink),
    ) -> Option<(f64, f64)> {
        let floor = building.floor(floor)?;
        let (from_m, to_m) = span_m(building, floor.ordinal);
        let body = footprint::closed(&ground.metres(&building.outline));
        let outline = match &floor.outline {
            Some(outline) => footprint::closed(&ground.metres(outline)),
            None => body,
        };
        self.block(ground, &outline, (from_m, to_m), look);
        self.rim(&outline, to_m, ink);
        if !self.glass.contains(&building.id) {
            self.glass.push(building.id.clone());
            let body = drawn_outline(building, ground);
            let properties = json!({
                "look": "glass", "from_m": 0.0, "to_m": building.height_m, "id": building.id,
            });
            self.features
                .push(feature("Polygon", &json!([ring(&body)]), &properties));
        }
        Some((from_m, to_m))
    }

    /// A wall along a course.
    fn wall(
        &mut self,
        ground: Projection,
        course: &[Point],
        (half_m, high_m): (f64, f64),
        (look, ink): (&Value, Ink),
    ) {
        for pair in course.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let length = (to.0 - from.0).hypot(to.1 - from.1).max(1e-6);
            let (x, y) = ((to.0 - from.0) / length, (to.1 - from.1) / length);
            let beside = |at: Point, by: f64| (at.0 - y * by, at.1 + x * by);
            let corners = [
                beside(from, -half_m),
                beside(to, -half_m),
                beside(to, half_m),
                beside(from, half_m),
            ];
            self.block(ground, &corners, (0.0, high_m), look);
            let edge = |height_m| Edge { from, to, height_m };
            self.edges.push((edge(high_m), ink));
        }
    }

    fn block(&mut self, ground: Projection, outline: &[Point], span: (f64, f64), look: &Value) {
        let outline: Vec<LonLat> = outline.iter().map(|p| ground.degrees(*p)).collect();
        let mut properties = look.clone();
        properties["from_m"] = json!(span.0);
        properties["to_m"] = json!(span.1);
        self.features
            .push(feature("Polygon", &json!([ring(&outline)]), &properties));
    }

    fn rim(&mut self, outline: &[Point], height_m: f64, ink: Ink) {
        let edges = outline::sides(outline).map(|(from, to)| Edge { from, to, height_m });
        self.edges.extend(edges.map(|edge| (edge, ink)));
    }
}

/// Between which heights a floor is drawn.
pub fn span_m(building: &Building, ordinal: i16) -> (f64, f64) {
    let above = building.floors.iter().filter(|floor| floor.ordinal >= 0);
    let storey_m = match u16::try_from(above.count()) {
        Ok(storeys) if storeys > 0 => building.height_m / f64::from(storeys),
        Ok(_) | Err(_) => STOREY_M,
    };
    let from_m = f64::from(ordinal.max(0)) * storey_m;
    let (least_m, most_m) = SLAB_M;
    (from_m, from_m + storey_m.clamp(least_m, most_m))
}

fn is_on(place: &AlarmPlace, at: &FloorAt) -> bool {
    place.place.building.as_ref() == Some(&at.building)
        && place.place.floor.as_ref() == Some(&at.floor)
}

fn middle(a: Point, b: Point) -> Point {
    (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1))
}

const fn ink(place: &AlarmPlace) -> Ink {
    if place.drill {
        return Ink::Drill;
    }
    match place.priority {
        Priority::P1 => Ink::P1,
        Priority::P2 => Ink::P2,
        Priority::P3 => Ink::P3,
        Priority::P4 => Ink::P4,
    }
}

/// A door's or a barrier's two ends, if it lies in a wall that is drawn and on the ground.
fn threshold(estate: &Estate, ground: Projection, device: &Device) -> Option<(Point, Point)> {
    let reach_m = match device.kind {
        DeviceKind::Door => DOOR_REACH_M,
        DeviceKind::Barrier => BARRIER_REACH_M,
        _ => return None,
    };
    if device.place.floor.is_some() {
        return None;
    }
    let walls = estate
        .buildings
        .iter()
        .map(|b| ring(&drawn_outline(b, ground)));
    let lines = estate.lines.iter().map(|line| line.course.clone());
    let walls: Vec<Vec<Point>> = walls.chain(lines).map(|c| ground.metres(&c)).collect();
    let at = ground.metres(&[device.place.at]);
    let (at, (x, y)) = outline::wall_near(walls.iter().map(Vec::as_slice), *at.first()?, WALL_M)?;
    let end = |by: f64| (at.0 + x * by, at.1 + y * by);
    Some((end(-reach_m), end(reach_m)))
}

/// The piece of fence that a detector watches.
fn piece_of_fence(estate: &Estate, ground: Projection, device: &Device) -> Option<Vec<Point>> {
    if device.kind != DeviceKind::Detector {
        return None;
    }
    let fences = estate
        .lines
        .iter()
        .filter(|l| l.kind == LineKind::Perimeter);
    let fences: Vec<Vec<Point>> = fences.map(|line| ground.metres(&line.course)).collect();
    let place = |device: &Device| ground.metres(&[device.place.at]).first().copied();
    let on_fence = |at: Point| {
        let fences = fences.iter().map(Vec::as_slice);
        outline::wall_near(fences, at, ON_FENCE_M).map(|(at, _)| at)
    };
    let at = on_fence(place(device)?)?;
    let others = estate.devices.iter().filter(|other| {
        other.kind == DeviceKind::Detector
            && other.id != device.id
            && other.place.building.is_none()
    });
    let ways_m = others.filter_map(|other| {
        let other = on_fence(place(other)?)?;
        Some((other.0 - at.0).hypot(other.1 - at.1))
    });
    let reach_m = (ways_m.fold(f64::INFINITY, f64::min) / 2.0).min(PIECE_M_MAX);
    let reach_m = if reach_m > 1.0 { reach_m } else { DOOR_REACH_M };
    fences
        .iter()
        .find_map(|fence| outline::piece_around(fence, at, reach_m))
}

/// The layers, above the other buildings.
pub(super) fn layers(p: &Palette) -> Vec<Value> {
    let priorities = json!([
        "match",
        ["get", "priority"],
        1,
        p.priority[0].css(),
        2,
        p.priority[1].css(),
        3,
        p.priority[2].css(),
        4,
        p.priority[3].css(),
        p.select.css(),
    ]);
    let colour = json!([
        "case",
        ["==", ["get", "drill"], true],
        p.drill.css(),
        priorities
    ]);
    let blocks = |id: &str, look: &str, colour: &Value, opacity: f64| {
        json!({
            "id": id, "type": "fill-extrusion", "source": THINGS, "filter": ["==", ["get", "look"], look],
            "paint": {
                "fill-extrusion-color": colour, "fill-extrusion-opacity": opacity,
                "fill-extrusion-base": ["get", "from_m"], "fill-extrusion-height": ["get", "to_m"],
                "fill-extrusion-vertical-gradient": false,
            },
        })
    };
    let glass = json!(p.roof.css());
    vec![
        blocks("thing-looked-at", "looked-at", &colour, 0.45),
        blocks("thing-owned", "owned", &colour, 0.55),
        blocks("thing", "open", &colour, 1.0),
        blocks("glass", "glass", &glass, 0.22),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::estate::Place;
    use castellan_domain::ids::{AlarmId, AlarmTypeId};

    fn demo() -> Estate {
        Estate::parse(include_bytes!("../../../assets/demo/estate.json")).unwrap()
    }

    /// A place as an alarm of a device of the demo estate would have it.
    fn at(estate: &Estate, device: &str, priority: Priority, unowned: usize) -> AlarmPlace {
        let found = estate.devices.iter().find(|one| one.id.as_str() == device);
        let found = found.unwrap();
        let ground = Projection::of(estate);
        let at = ground.metres_of(found.place.at);
        let family = AlarmTypeId::new("gas").unwrap();
        let place: Place = found.place.clone();
        AlarmPlace::new(
            AlarmId(1),
            at,
            place,
            (priority, family),
            Some(found.id.clone()),
            unowned,
        )
    }

    fn looks(things: &Things) -> Vec<(String, f64, f64)> {
        let looks = things.features.iter().map(|feature| {
            let of = |name: &str| feature["properties"][name].clone();
            let number = |name| of(name).as_f64().unwrap();
            (
                of("look").as_str().unwrap().to_owned(),
                number("from_m"),
                number("to_m"),
            )
        });
        looks.collect()
    }

    #[test]
    fn a_cellar_lies_on_the_ground_in_a_house_of_glass_and_a_floor_at_its_height() {
        let estate = demo();
        let gas = at(&estate, "gas-3-b1", Priority::P1, 1);
        let things = Things::of(&estate, std::slice::from_ref(&gas), None);
        assert_eq!(
            looks(&things),
            [("glass".into(), 0.0, 54.0), ("open".into(), 0.0, 3.0)]
        );
        assert_eq!(things.glass, ["3"].map(|id| BuildingId::new(id).unwrap()));
        assert!((things.feet[0].up_m - 3.0).abs() < 1e-9);
        assert!(things.edges.iter().all(|(_, ink)| *ink == Ink::White));

        let smoke = at(&estate, "smoke-3-15", Priority::P1, 0);
        let things = Things::of(&estate, &[smoke], None);
        assert_eq!(looks(&things)[1], ("owned".into(), 42.0, 45.0));
        assert!(things.edges.iter().all(|(_, ink)| *ink == Ink::P1));
    }

    #[test]
    fn a_detector_on_the_wall_lights_its_piece_of_it_and_a_door_its_threshold() {
        let estate = demo();
        let things = |device| {
            let place = at(&estate, device, Priority::P2, 1);
            Things::of(&estate, &[place], None)
        };
        let fence = things("perimeter-8");
        let long_m: f64 = (fence.edges.iter())
            .map(|(edge, _)| (edge.to.0 - edge.from.0).hypot(edge.to.1 - edge.from.1))
            .sum();
        assert!(
            (40.0..=2.0 * PIECE_M_MAX + 1.0).contains(&long_m),
            "{long_m}"
        );
        assert!(fence.glass.is_empty());
        for door in ["door-east-gate", "door-1-1"] {
            let door = things(door);
            assert_eq!(door.edges.len(), 1, "one bar");
            assert!((door.feet[0].up_m - DOOR_M).abs() < 1e-9);
            assert!(door.glass.is_empty());
        }
        let lake = things("cam-lake");
        assert!(
            lake.features.is_empty() && lake.feet[0].up_m.abs() < 1e-9,
            "a mark alone"
        );
    }

    #[test]
    fn the_floor_that_is_looked_at_is_lit_quietly_unless_an_alarm_lights_it() {
        let estate = demo();
        let floor = FloorAt {
            building: BuildingId::new("3").unwrap(),
            floor: Label::new("B1").unwrap(),
        };
        let things = Things::of(&estate, &[], Some(&floor));
        assert_eq!(looks(&things)[1].0, "looked-at");
        let gas = at(&estate, "gas-3-b1", Priority::P1, 1);
        let things = Things::of(&estate, &[gas], Some(&floor));
        assert_eq!(looks(&things).len(), 2);
        assert_eq!(looks(&things)[1].0, "open");
        let gone = FloorAt {
            floor: Label::new("99").unwrap(),
            ..floor
        };
        assert!(Things::of(&estate, &[], Some(&gone)).features.is_empty());
    }
}
