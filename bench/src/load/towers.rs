//! A synthetic estate to walk through: towers of many floors with corridors, stairs and lifts, a yard
//! around them, guards out there and posts that they leave. The same one each time.

use super::estate::ANCHOR;
use serde_json::{Value, json};

/// Paths of all kinds.
pub(crate) const PATHS: usize = 10_000;
/// Floors of each tower.
pub(crate) const FLOORS: u32 = 30;
/// Guards on duty.
pub(crate) const GUARDS: u32 = 300;
/// Detectors, one for each matter that guards are at already.
pub(crate) const MATTERS: u32 = 20;
/// A fire: whoever is sent takes no lift.
pub(crate) const BY_STAIRS: &str = "fire";
/// Whoever is sent may take a lift.
pub(crate) const BY_LIFT: &str = "fight";
/// The only operator.
pub(crate) const OPERATOR: &str = "op-0";

const TOWERS: u32 = 12;
/// Junctions of a corridor: stairs at both ends, two lifts in the middle.
const CORRIDOR: u32 = 24;
const LIFTS_AT: [u32; 2] = [11, 12];
/// Junctions of the yard, east and north.
const YARD: (u32, u32) = (14, 12);
const YARD_STEP_M: f64 = 35.0;
const POSTS: u32 = 60;
/// Metres to degrees of latitude.
const DEGREES_PER_M: f64 = 1.0 / 111_195.0;

/// Numbers that look drawn and are the same each time (Knuth's linear congruential generator).
struct Drawn(u64);

impl Drawn {
    /// From 0 up to one less than `below`.
    fn next(&mut self, below: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(below.max(1))).unwrap_or_default()
    }

    fn metres(&mut self, most: u32) -> f64 {
        f64::from(self.next(most * 100)) / 100.0
    }
}

fn at(east_m: f64, north_m: f64) -> Value {
    let squeeze = ANCHOR.1.to_radians().cos();
    json!([
        ANCHOR.0 + east_m * DEGREES_PER_M / squeeze,
        ANCHOR.1 + north_m * DEGREES_PER_M
    ])
}

/// Where a tower begins: in the middle of a square of the yard.
fn tower_at(tower: u32) -> (f64, f64) {
    let (east, north) = (tower % 4, tower / 4);
    (
        f64::from(east * 3 + 1) * YARD_STEP_M + 5.0,
        f64::from(north * 3 + 1) * YARD_STEP_M + 15.0,
    )
}

/// The floor of a tower as its lift shows it: the first is the ground.
fn label(floor: u32) -> String {
    (floor + 1).to_string()
}

fn junction(tower: u32, floor: u32, along: u32) -> u32 {
    1_000 + (tower * FLOORS + floor) * CORRIDOR + along
}

const fn yard(east: u32, north: u32) -> u32 {
    east * YARD.1 + north
}

/// Junctions and paths as they are made.
#[derive(Default)]
struct Paths {
    nodes: Vec<Value>,
    edges: Vec<Value>,
}

impl Paths {
    fn path(&mut self, from: u32, to: u32, kind: Option<Value>) {
        let mut path = json!({"from": from, "to": to, "width_m": 2.0});
        if let Some(kind) = kind {
            path["kind"] = kind;
        }
        self.edges.push(path);
    }

    fn yard(&mut self, drawn: &mut Drawn) {
        for east in 0..YARD.0 {
            for north in 0..YARD.1 {
                let (x, y) = (f64::from(east), f64::from(north));
                let bent = [drawn.metres(6), drawn.metres(6)];
                let at = at(x * YARD_STEP_M + bent[0], y * YARD_STEP_M + bent[1]);
                self.nodes.push(json!({"id": yard(east, north), "at": at}));
                if north > 0 {
                    self.path(yard(east, north), yard(east, north - 1), None);
                }
                if east > 0 {
                    self.path(yard(east, north), yard(east - 1, north), None);
                }
            }
        }
    }

    fn tower(&mut self, tower: u32, drawn: &mut Drawn) {
        let (x, y) = tower_at(tower);
        for floor in 0..FLOORS {
            let inside = json!({"building": building(tower), "floor": label(floor)});
            for along in 0..CORRIDOR {
                let id = junction(tower, floor, along);
                let at = at(x + f64::from(along) * 2.5, y + drawn.metres(2));
                self.nodes
                    .push(json!({"id": id, "at": at, "inside": inside}));
                if along > 0 {
                    self.path(junction(tower, floor, along - 1), id, None);
                }
            }
            if floor == 0 {
                continue;
            }
            for along in [0, CORRIDOR - 1] {
                let stairs = json!({"stairs": {"s_per_floor": 14 + drawn.next(5)}});
                let below = junction(tower, floor - 1, along);
                self.path(below, junction(tower, floor, along), Some(stairs));
            }
            for (lift, along) in LIFTS_AT.into_iter().enumerate() {
                let device = format!("lift-{tower}-{lift}");
                let kind = json!({"lift": {"device": device, "wait_s": 25, "s_per_floor": 2}});
                let below = junction(tower, floor - 1, along);
                self.path(below, junction(tower, floor, along), Some(kind));
            }
        }
        let (east, north) = (tower % 4 * 3 + 1, tower / 4 * 3 + 1);
        self.path(yard(east, north), junction(tower, 0, 0), None);
    }
}

fn building(tower: u32) -> String {
    format!("t{tower}")
}

/// The estate document.
pub(crate) fn document() -> Value {
    let mut drawn = Drawn(17);
    let mut paths = Paths::default();
    paths.yard(&mut drawn);
    for tower in 0..TOWERS {
        paths.tower(tower, &mut drawn);
    }
    while paths.edges.len() < PATHS {
        let (east, north) = (drawn.next(YARD.0 - 1), drawn.next(YARD.1 - 1));
        paths.path(yard(east, north), yard(east + 1, north + 1), None);
    }
    let name = |words: &str| json!({"zh": words, "en": words});
    let buildings = (0..TOWERS).map(|tower| {
        let (x, y) = tower_at(tower);
        let floors = (0..FLOORS).map(|floor| json!({"label": label(floor), "ordinal": floor}));
        let corners = [(0.0, 0.0), (60.0, 0.0), (60.0, 15.0), (0.0, 15.0)];
        let outline = corners.map(|(east, north)| at(x + east, y + north));
        json!({"id": building(tower), "name": name(&building(tower)), "height_m": 90.0,
            "outline": outline, "floors": floors.collect::<Vec<_>>()})
    });
    let lifts = (0..TOWERS).flat_map(|tower| {
        (0..LIFTS_AT.len()).map(move |lift| {
            let (x, y) = tower_at(tower);
            let id = format!("lift-{tower}-{lift}");
            json!({"id": id, "kind": "lift", "name": name(&id), "place": {"at": at(x, y)}})
        })
    });
    let matters = (0..MATTERS).map(|number| {
        let id = super::estate::device(number);
        let place = json!({"building": building(number % TOWERS), "at": at(0.0, 0.0)});
        json!({"id": id, "kind": "detector", "name": name(&id), "place": place})
    });
    let guards = (0..GUARDS).map(|number| {
        let id = super::estate::person(number);
        json!({"id": id, "name": name(&id), "role": "guard", "phone": format!("phone-{number}")})
    });
    let posts = (0..POSTS).map(|number| {
        let each = GUARDS / POSTS;
        let people = number * each..(number + 1) * each;
        let people: Vec<_> = people.map(super::estate::person).collect();
        json!({"id": format!("post-{number}"), "name": name("Post"), "place": {"at": at(0.0, 0.0)},
            "guards_wanted": each - 1, "people": people})
    });
    let kind = |id: &str, lifts: &str| json!({"id": id, "name": name(id), "priority": 2, "claim_s_max": 60, "lifts": lifts});
    let operator = json!({"id": OPERATOR, "name": name(OPERATOR), "role": "operator"});
    let people: Vec<Value> = std::iter::once(operator).chain(guards).collect();
    json!({
        "site": "towers", "name": name("Towers"), "time_zone": "Asia/Shanghai",
        "datum": "WGS-84", "anchor": at(0.0, 0.0),
        "home": {"centre": at(0.0, 0.0), "zoom": 16.0, "bearing_deg": 0.0, "pitch_deg": 0.0},
        "buildings": buildings.collect::<Vec<_>>(),
        "devices": lifts.chain(matters).collect::<Vec<_>>(),
        "people": people,
        "posts": posts.collect::<Vec<_>>(), "staffing": {
            "shifts": [{"name": name("Day"), "starts_at": "08:00"}], "duty": "recorded"},
        "alarm_types": [kind(BY_STAIRS, "forbidden"), kind(BY_LIFT, "allowed")],
        "paths": {"nodes": paths.nodes, "edges": paths.edges},
    })
}

/// The junctions at which something happens: one in each tower, no two on the same floor.
pub(crate) fn goals() -> impl Iterator<Item = u32> {
    (0..TOWERS).map(|tower| {
        let floor = (tower * 5 + FLOORS - 1) % FLOORS;
        junction(tower, floor, 3 + tower)
    })
}

/// Where the guards are: somewhere beside the paths of the yard.
pub(crate) fn guards_at() -> impl Iterator<Item = Value> {
    let mut drawn = Drawn(4_711);
    (0..GUARDS).map(move |_| {
        let (east, north) = (drawn.next(YARD.0 - 1), drawn.next(YARD.1 - 1));
        let beside = [drawn.metres(30), drawn.metres(5)];
        at(
            f64::from(east) * YARD_STEP_M + beside[0],
            f64::from(north) * YARD_STEP_M + beside[1],
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::estate::Estate;

    #[test]
    fn the_towers_are_an_estate_with_as_many_paths_as_is_said() {
        let bytes = document().to_string();
        let estate = Estate::parse(bytes.as_bytes()).unwrap();
        assert_eq!(estate.paths.edges.len(), PATHS);
        assert!(estate.buildings.iter().all(|one| one.floors.len() == 30));
        assert_eq!(bytes, document().to_string(), "the same each time");
    }
}
