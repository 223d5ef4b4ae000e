//! The estate's document in metres, and what stands there without being in it: lamps, trees, parked cars. The same
//! document always gives the same layout.

use crate::cameras::space::{
    Flat, beside, chance, course, distance, is_within, off_line, seed_of, toward, whole,
};
use castellan_domain::estate::{DeviceKind, Estate, GroundKind, LineKind, PathKind};
use castellan_domain::geo::{Anchor, LonLat};
use castellan_domain::ids::BuildingId;
use std::collections::BTreeMap;

/// Things of one kind that are set up at most; further ones are left out.
const SET_UP_MAX: usize = 3_000;
/// Metres from one lamp to the next along a path.
const LAMP_EVERY_M: f64 = 24.0;
/// Metres between two lamps of different paths.
const LAMPS_APART_M: f64 = 12.0;
/// Paths narrower than this have no lamps.
const LAMP_WIDTH_M: f64 = 1.7;
/// Metres from one tree to the next, each way.
const TREES_APART_M: f64 = 6.5;
/// Metres around a bay for a car, along it and across.
const BAY_M: [f64; 2] = [5.3, 2.5];
/// Metres at which a door is one of a house.
const DOOR_AT_M: f64 = 1.6;
/// Metres of outlines and courses beyond which nothing is set up: rivers and streets run far out.
const REACH_M: f64 = 600.0;

#[derive(Debug, Clone)]
pub(crate) struct House {
    pub(crate) id: BuildingId,
    pub(crate) outline: Vec<Flat>,
    pub(crate) height_m: f64,
    /// Storeys above the ground, at least one.
    pub(crate) storeys: i32,
    pub(crate) seed: u32,
    pub(crate) doors: Vec<Flat>,
}

#[derive(Debug, Clone)]
pub(crate) struct Walkway {
    pub(crate) course: Vec<Flat>,
    pub(crate) width_m: f64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Tree {
    pub(crate) at: Flat,
    pub(crate) height_m: f64,
    pub(crate) seed: u32,
}

/// Something that stands somewhere and looks in a direction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Set {
    pub(crate) at: Flat,
    pub(crate) direction: Flat,
    pub(crate) seed: u32,
}

/// The estate as cameras see it, without the people.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// A later one lies on an earlier one.
    pub(crate) grounds: Vec<(GroundKind, Vec<Flat>)>,
    pub(crate) walkways: Vec<Walkway>,
    pub(crate) houses: Vec<House>,
    pub(crate) lines: Vec<(LineKind, Vec<Flat>)>,
    pub(crate) lamps: Vec<Flat>,
    pub(crate) trees: Vec<Tree>,
    pub(crate) cars: Vec<Set>,
    /// Barriers, each with the way that its arm reaches.
    pub(crate) barriers: Vec<Set>,
    /// Gates for people in walls and fences, along the wall.
    pub(crate) wickets: Vec<Set>,
}

impl Layout {
    pub(crate) fn of(estate: &Estate) -> Self {
        let anchor = Anchor::new(estate.anchor);
        let flat = |at: &LonLat| -> Flat { anchor.metres(*at).into() };
        let course = |points: &[LonLat]| points.iter().map(flat).collect::<Vec<_>>();
        let grounds = estate.grounds.iter();
        let grounds = grounds.map(|ground| (ground.kind, course(&ground.outline)));
        let lines = estate.lines.iter();
        let lines = lines.map(|line| (line.kind, course(&line.course)));
        let mut layout = Self {
            grounds: grounds.collect(),
            walkways: walkways(estate, &flat),
            houses: houses(estate, &flat),
            lines: lines.collect(),
            lamps: Vec::new(),
            trees: Vec::new(),
            cars: Vec::new(),
            barriers: Vec::new(),
            wickets: Vec::new(),
        };
        layout.barriers = layout.barriers_of(estate, &flat);
        layout.wickets = layout.wickets_of(estate, &flat);
        layout.lamps = layout.lamps();
        layout.trees = layout.trees();
        layout.cars = layout.cars();
        layout
    }

    /// What covers the ground at a point.
    fn covers(&self, at: Flat) -> Option<GroundKind> {
        let mut grounds = self.grounds.iter().rev();
        let (kind, _) = grounds.find(|(_, outline)| is_within(outline, at))?;
        Some(*kind)
    }

    /// Whether a point lies within so many metres of the edge of a path.
    fn is_on_walkway(&self, at: Flat, spare_m: f64) -> bool {
        self.walkways.iter().any(|walkway| {
            let mut pairs = walkway.course.windows(2);
            pairs.any(|pair| off_line(at, pair[0], pair[1]) < walkway.width_m / 2.0 + spare_m)
        })
    }

    fn is_in_house(&self, at: Flat) -> bool {
        let mut houses = self.houses.iter();
        houses.any(|house| is_within(&house.outline, at))
    }

    fn lamps(&self) -> Vec<Flat> {
        let mut lamps: Vec<Flat> = Vec::new();
        let lit = self
            .walkways
            .iter()
            .filter(|walkway| walkway.width_m >= LAMP_WIDTH_M);
        for walkway in lit {
            let mut next_m = LAMP_EVERY_M / 3.0;
            let mut side = 1.0;
            for pair in walkway.course.windows(2) {
                let (direction, long_m) = course(pair[0], pair[1]);
                while next_m < long_m {
                    let aside_m = side * (walkway.width_m / 2.0 + 0.7);
                    let at = beside(pair[0], direction, next_m, aside_m);
                    let is_free = !self.is_in_house(at) && !self.is_on_walkway(at, 0.3);
                    let is_alone = lamps.iter().all(|lamp| distance(*lamp, at) > LAMPS_APART_M);
                    if is_free && is_alone && lamps.len() < SET_UP_MAX {
                        lamps.push(at);
                        side = -side;
                    }
                    next_m += LAMP_EVERY_M;
                }
                next_m -= long_m;
            }
        }
        lamps
    }

    fn trees(&self) -> Vec<Tree> {
        let mut trees = Vec::new();
        for (kind, outline) in &self.grounds {
            if *kind != GroundKind::Green {
                continue;
            }
            for cell in cells(outline, TREES_APART_M) {
                let draw = |index: u32| chance(cell[0], cell[1], index);
                let at = [0, 1].map(|axis: usize| {
                    let shift = draw(u32::from(axis == 1)) * 0.8;
                    (f64::from(cell[axis]) + shift) * TREES_APART_M
                });
                let is_there = draw(2) < 0.42
                    && is_within(outline, at)
                    && self.covers(at) == Some(GroundKind::Green)
                    && !self.is_on_walkway(at, 1.0)
                    && !self.is_in_house(at);
                if is_there && trees.len() < SET_UP_MAX {
                    // Two of three are bushes.
                    let height_m = if draw(3) < 0.66 {
                        0.8 + 0.9 * draw(4)
                    } else {
                        4.0 + 3.5 * draw(4)
                    };
                    let seed = seed_of("tree") ^ cell[0].cast_unsigned();
                    trees.push(Tree { at, height_m, seed });
                }
            }
        }
        trees
    }

    fn cars(&self) -> Vec<Set> {
        let mut cars = Vec::new();
        for (kind, outline) in &self.grounds {
            let Some(direction) = longest_side(outline).filter(|_| *kind == GroundKind::Parking)
            else {
                continue;
            };
            // In the frame of the longest side: the same frame, turned.
            let turned = |at: &Flat| -> Flat {
                [
                    at[0] * direction[0] + at[1] * direction[1],
                    at[1] * direction[0] - at[0] * direction[1],
                ]
            };
            let frame: Vec<Flat> = outline.iter().map(turned).collect();
            for cell in bays(&frame) {
                let at = beside([0.0, 0.0], direction, cell[0], cell[1]);
                let seed = seed_of("car") ^ whole(cell[0] * 7.0 + cell[1] * 131.0).cast_unsigned();
                if chance(whole(cell[0]), whole(cell[1]), 5) < 0.62 && cars.len() < SET_UP_MAX {
                    let direction = [-direction[1], direction[0]];
                    cars.push(Set {
                        at,
                        direction,
                        seed,
                    });
                }
            }
        }
        cars
    }

    /// The arm of a barrier reaches over the path that is nearest.
    fn barriers_of(&self, estate: &Estate, flat: &impl Fn(&LonLat) -> Flat) -> Vec<Set> {
        let barriers = estate.devices.iter();
        let barriers = barriers.filter(|device| device.kind == DeviceKind::Barrier);
        let set = barriers.filter_map(|device| {
            let at = flat(&device.place.at);
            let (from, to, width_m) = self.nearest_walkway(at)?;
            let (direction, _) = course(from, to);
            let side = direction[0] * (at[1] - from[1]) - direction[1] * (at[0] - from[0]);
            // One that stands on its path is moved to its edge.
            let reach = if side >= 0.0 { 1.0 } else { -1.0 };
            let aside_m = side.abs().max(width_m / 2.0 + 0.3);
            let ahead = (at[0] - from[0]) * direction[0] + (at[1] - from[1]) * direction[1];
            Some(Set {
                at: beside(from, direction, ahead, reach * aside_m),
                direction: [direction[1] * reach, -direction[0] * reach],
                seed: seed_of(device.id.as_str()),
            })
        });
        set.take(SET_UP_MAX).collect()
    }

    /// Doors that are not in the wall of a house stand in the line that is nearest.
    fn wickets_of(&self, estate: &Estate, flat: &impl Fn(&LonLat) -> Flat) -> Vec<Set> {
        let doors = estate.devices.iter();
        let doors = doors.filter(|device| device.kind == DeviceKind::Door);
        let set = doors.filter_map(|device| {
            let at = flat(&device.place.at);
            if self.houses.iter().any(|house| house.doors.contains(&at)) || self.is_in_house(at) {
                return None;
            }
            let (from, to, _) = self.nearest_walkway(at)?;
            let ([east, north], _) = course(from, to);
            Some(Set {
                at,
                direction: [north, -east],
                seed: seed_of(device.id.as_str()),
            })
        });
        set.take(SET_UP_MAX).collect()
    }

    /// The piece of path that is nearest, and how wide it is.
    fn nearest_walkway(&self, at: Flat) -> Option<(Flat, Flat, f64)> {
        let pieces = self.walkways.iter().flat_map(|walkway| {
            let pairs = walkway.course.windows(2);
            pairs.map(|pair| (pair[0], pair[1], walkway.width_m))
        });
        let off = |piece: &(Flat, Flat, f64)| off_line(at, piece.0, piece.1);
        pieces.min_by(|a, b| off(a).total_cmp(&off(b)))
    }
}

/// Paths under the sky.
fn walkways(estate: &Estate, flat: &impl Fn(&LonLat) -> Flat) -> Vec<Walkway> {
    let nodes = estate.paths.nodes.iter();
    let outdoors = nodes.filter(|node| node.inside.is_none());
    let outdoors: BTreeMap<u32, Flat> = outdoors.map(|node| (node.id, flat(&node.at))).collect();
    let edges = estate.paths.edges.iter();
    let walkways = edges.filter_map(|edge| {
        let ends = outdoors.get(&edge.from).zip(outdoors.get(&edge.to));
        let (from, to) =
            ends.filter(|_| matches!(edge.kind, PathKind::Walk | PathKind::Passage { .. }))?;
        let via = edge.via.iter().map(flat);
        Some(Walkway {
            course: [*from].into_iter().chain(via).chain([*to]).collect(),
            width_m: edge.width_m,
        })
    });
    walkways.collect()
}

fn houses(estate: &Estate, flat: &impl Fn(&LonLat) -> Flat) -> Vec<House> {
    let doors = estate.devices.iter();
    let doors = doors.filter(|device| device.kind == DeviceKind::Door);
    let doors: Vec<Flat> = doors.map(|device| flat(&device.place.at)).collect();
    let houses = estate.buildings.iter().map(|building| {
        let outline = against_the_clock(building.outline.iter().map(flat).collect());
        let is_at = |door: &&Flat| {
            let mut walls = (0..outline.len())
                .map(|index| (outline[index], outline[(index + 1) % outline.len()]));
            walls.any(|(from, to)| off_line(**door, from, to) < DOOR_AT_M)
        };
        let storeys = building.floors.iter().filter(|floor| floor.ordinal >= 0);
        House {
            id: building.id.clone(),
            doors: doors.iter().filter(is_at).copied().collect(),
            height_m: building.height_m,
            storeys: i32::try_from(storeys.count()).unwrap_or(1).max(1),
            seed: seed_of(building.id.as_str()),
            outline,
        }
    });
    houses.collect()
}

fn against_the_clock(mut outline: Vec<Flat>) -> Vec<Flat> {
    let sides = outline.iter().zip(outline.iter().cycle().skip(1));
    let doubled: f64 = sides.map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
    if doubled < 0.0 {
        outline.reverse();
    }
    outline
}

/// The cells so large that touch an outline, as far as anything is set up.
fn cells(outline: &[Flat], cell_m: f64) -> impl Iterator<Item = [i32; 2]> {
    let span = |axis: usize| {
        let values = outline
            .iter()
            .map(move |at| at[axis].clamp(-REACH_M, REACH_M));
        let (low, high) = values.fold((REACH_M, -REACH_M), |(low, high), one| {
            (low.min(one), high.max(one))
        });
        whole(low / cell_m)..=whole(high / cell_m)
    };
    let rows = span(1);
    span(0).flat_map(move |column| rows.clone().map(move |row| [column, row]))
}

fn longest_side(outline: &[Flat]) -> Option<Flat> {
    let sides = outline.iter().enumerate().map(|(index, from)| {
        let to = outline[(index + 1) % outline.len()];
        course(*from, to)
    });
    let longest = sides.max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(longest.0)
}

/// The middles of bays within an outline whose longest side runs to the right: rows of two, with an aisle between.
fn bays(outline: &[Flat]) -> Vec<Flat> {
    let [long_m, wide_m] = BAY_M;
    let low = outline.iter().fold([f64::INFINITY; 2], |low, at| {
        [low[0].min(at[0]), low[1].min(at[1])]
    });
    let high = outline.iter().fold([f64::NEG_INFINITY; 2], |high, at| {
        [high[0].max(at[0]), high[1].max(at[1])]
    });
    let mut found = Vec::new();
    let mut y = low[1] + long_m / 2.0;
    let mut row = 0;
    while y < high[1] && found.len() < SET_UP_MAX {
        let mut x = low[0] + wide_m / 2.0;
        while x < high[0] && found.len() < SET_UP_MAX {
            let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
            let mut corners = corners
                .iter()
                .map(|(right, up)| [x + right * wide_m * 0.45, y + up * long_m * 0.45]);
            if corners.all(|at| is_within(outline, at)) {
                found.push([x, y]);
            }
            x += wide_m;
        }
        row += 1;
        y += if row % 2 == 1 { long_m + 5.5 } else { long_m };
    }
    found
}

/// The places so far apart on a course, each with the direction there.
pub(crate) fn posts_along(course_points: &[Flat], every_m: f64) -> Vec<(Flat, Flat)> {
    let mut found = Vec::new();
    for pair in course_points.windows(2) {
        let (direction, long_m) = course(pair[0], pair[1]);
        let count = whole(long_m / every_m).clamp(1, 1_000);
        found.extend((0..count).map(|index| {
            let part = f64::from(index) / f64::from(count);
            (toward(pair[0], pair[1], part), direction)
        }));
    }
    found.truncate(SET_UP_MAX);
    found
}

/// Storeys of a house as a number to reckon with.
pub(crate) fn storey_m(house: &House) -> f64 {
    house.height_m / f64::from(house.storeys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        let demo = include_bytes!("../../../../assets/demo/estate.json");
        Layout::of(&Estate::parse(demo).unwrap())
    }

    #[test]
    fn the_same_document_gives_the_same_layout_and_nothing_stands_in_the_way() {
        let (layout, again) = (layout(), layout());
        assert_eq!(format!("{layout:?}"), format!("{again:?}"));
        assert!(layout.lamps.len() > 40 && layout.trees.len() > 200 && layout.cars.len() > 20);
        assert!([&layout.lamps].iter().all(|lamps| lamps.len() < SET_UP_MAX));
        for lamp in &layout.lamps {
            assert!(
                !layout.is_on_walkway(*lamp, 0.0) && !layout.is_in_house(*lamp),
                "{lamp:?}"
            );
        }
        for tree in &layout.trees {
            assert_eq!(layout.covers(tree.at), Some(GroundKind::Green));
        }
        for car in &layout.cars {
            let mut lots = layout
                .grounds
                .iter()
                .filter(|(kind, _)| *kind == GroundKind::Parking);
            assert!(
                lots.any(|(_, outline)| is_within(outline, car.at)),
                "{car:?}"
            );
        }
    }

    #[test]
    fn every_house_has_its_doors_and_gates_stand_free() {
        let layout = layout();
        let doors = |id: &str| {
            let mut houses = layout.houses.iter();
            houses
                .find(|house| house.id.as_str() == id)
                .map(|house| house.doors.len())
        };
        assert_eq!(doors("3"), Some(2));
        assert_eq!(doors("pavilion"), Some(0));
        assert!(
            (3..=6).contains(&layout.wickets.len()),
            "{}",
            layout.wickets.len()
        );
        assert_eq!(layout.barriers.len(), 4);
    }

    #[test]
    fn a_barrier_stands_beside_its_path_and_its_arm_reaches_over_it() {
        let layout = layout();
        for barrier in &layout.barriers {
            let (from, to, width_m) = layout.nearest_walkway(barrier.at).unwrap();
            assert!(
                off_line(barrier.at, from, to) >= width_m / 2.0,
                "{barrier:?}"
            );
            let over = beside(barrier.at, barrier.direction, width_m / 2.0, 0.0);
            assert!(off_line(over, from, to) < width_m / 2.0, "{barrier:?}");
        }
    }

    #[test]
    fn bays_lie_within_their_car_park() {
        let found = bays(&[[0.0, 0.0], [25.0, 0.0], [25.0, 16.5], [0.0, 16.5]]);
        assert_eq!(found.len(), 20, "two rows of ten, with an aisle between");
        assert_eq!(found.iter().filter(|bay| bay[1] > 8.0).count(), 10);
    }
}
