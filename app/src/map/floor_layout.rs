//! Floors in a frame: one from above, or all of them one above the other.

use super::floors::Plan;
use super::outline::{self, Point};

/// From metres to a picture: turned, laid flat, and moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Laid {
    turn: (f64, f64),
    flat: f64,
    scale: f64,
    /// What is added at the end.
    by: Point,
}

impl Laid {
    /// An outline in the middle of a frame. `flat`: 1 from straight above.
    fn into_frame(outline: &[Point], (turn, flat): ((f64, f64), f64), room: (f64, f64)) -> Self {
        let bare = Self {
            turn,
            flat,
            scale: 1.0,
            by: (0.0, 0.0),
        };
        let seen = outline.iter().map(|at| bare.at(*at));
        let (mut x, mut y) = (
            (f64::INFINITY, f64::NEG_INFINITY),
            (f64::INFINITY, f64::NEG_INFINITY),
        );
        for at in seen {
            x = (x.0.min(at.0), x.1.max(at.0));
            y = (y.0.min(at.1), y.1.max(at.1));
        }
        let (wide, high) = ((x.1 - x.0).max(1.0), (y.1 - y.0).max(1.0));
        let scale = (room.0 / wide).min(room.1 / high);
        let by = (
            -f64::midpoint(x.0, x.1) * scale,
            -f64::midpoint(y.0, y.1) * scale,
        );
        Self { scale, by, ..bare }
    }

    /// Where a point is seen, from the middle of the frame.
    pub fn at(&self, (east, north): Point) -> Point {
        let (sin, cos) = self.turn;
        (
            (east * cos - north * sin) * self.scale + self.by.0,
            -(east * sin + north * cos) * self.flat * self.scale + self.by.1,
        )
    }
}

/// The turn by which the longest wall of an outline lies flat, a little askew if it is seen from the side.
fn turn(outline: &[Point], askew_deg: f64) -> (f64, f64) {
    let walls = outline::sides(outline).map(|(a, b)| (b.0 - a.0, b.1 - a.1));
    let longest = walls.max_by(|a, b| a.0.hypot(a.1).total_cmp(&b.0.hypot(b.1)));
    let (x, y) = longest.unwrap_or((1.0, 0.0));
    // Never more than a quarter: north stays somewhere up.
    let along = (y / x.abs().max(1e-6) * x.signum()).atan();
    let along = if along.abs() > std::f64::consts::FRAC_PI_4 {
        along - along.signum() * std::f64::consts::FRAC_PI_2
    } else {
        along
    };
    (askew_deg.to_radians() - along).sin_cos()
}

/// A plan laid into a frame, for an inset: seen from above, its longest wall level.
pub fn inset(plan: &Plan, room: (f64, f64)) -> Laid {
    Laid::into_frame(&plan.outline, (turn(&plan.outline, 0.0), 1.0), room)
}

/// One floor of a stack: how it is laid, and how far down from the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Storey {
    /// Which of the plans.
    pub index: usize,
    /// It has something, and room to show it.
    pub is_open: bool,
    /// How far down, from the top of the frame.
    pub down: f64,
}

/// A quiet floor takes a little of the height, one with something so many times more.
const OPEN_SHARE: f64 = 9.5;
/// How tall and wide a floor is drawn: seen from the side.
const FLAT: f64 = 0.48;
const ASKEW_DEG: f64 = 12.0;
/// A quiet floor is at most so far from the next.
const QUIET_PX_MAX: f64 = 15.0;
/// Floors with something that stand apart at most: those with alarms first, then the lowest.
const OPEN_MAX: usize = 6;

/// All floors one above the other in a frame: how they are laid, and where each stands.
pub fn stack(plans: &[Plan], (width, height): (f64, f64)) -> Option<(Laid, Vec<Storey>)> {
    let first = plans.first()?;
    let widest = plans.iter().map(|plan| &plan.outline);
    let widest = widest
        .max_by(|a, b| area(a).total_cmp(&area(b)))
        .unwrap_or(&first.outline);
    let mut open: Vec<usize> = (0..plans.len())
        .filter(|n| plans[*n].has_something())
        .collect();
    open.sort_by_key(|n| {
        (
            plans[*n].worst.is_none(),
            plans[*n].worst,
            plans[*n].ordinal,
        )
    });
    open.truncate(OPEN_MAX);
    let room = (width * 0.5, height * 0.26);
    let laid = Laid::into_frame(widest, (turn(widest, ASKEW_DEG), FLAT), room);
    let deep = laid_height(&laid, widest);
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    let shares = count(plans.len() - open.len()) + count(open.len()) * OPEN_SHARE;
    let unit = ((height - deep) / shares.max(1.0)).min(QUIET_PX_MAX);
    let mut down = deep / 2.0;
    let mut storeys: Vec<Storey> = Vec::with_capacity(plans.len());
    for index in 0..plans.len() {
        let is_open = open.contains(&index);
        if index > 0 {
            down += if is_open { unit * OPEN_SHARE } else { unit };
        }
        storeys.push(Storey {
            index,
            is_open,
            down,
        });
    }
    // In the middle of the height that is left.
    let spare = (height - deep / 2.0 - down) / 2.0;
    for storey in &mut storeys {
        storey.down += spare.max(0.0);
    }
    Some((laid, storeys))
}

fn area(outline: &[Point]) -> f64 {
    outline::doubled_area(outline).abs()
}

fn laid_height(laid: &Laid, outline: &[Point]) -> f64 {
    let seen = outline.iter().map(|at| laid.at(*at).1);
    let (least, most) = seen.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), y| {
        (a.min(y), b.max(y))
    });
    (most - least).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::floors::tests::{alarm, around, demo, house};
    use crate::map::floors::{self, plans};
    use castellan_domain::estate::Priority;

    #[test]
    fn all_floors_fit_the_frame_and_those_with_something_stand_apart() {
        let estate = demo();
        for id in ["3", "5", "pavilion"] {
            let house = house(&estate, id);
            let places = [alarm(&estate, "gas-3-b1", (Priority::P1, 1))];
            let plans = plans(&estate, &house, around(&places, &[]));
            let size = (1_024.0, 1_032.0);
            let (laid, storeys) = stack(&plans, size).unwrap();
            for storey in &storeys {
                for corner in &plans[storey.index].outline {
                    let (x, y) = laid.at(*corner);
                    let (x, y) = (x + size.0 / 2.0, y + storey.down);
                    assert!((0.0..=size.0).contains(&x), "{id}: {x}");
                    assert!((-1.0..=size.1 + 1.0).contains(&y), "{id}: {y}");
                }
            }
            assert!(storeys.windows(2).all(|two| two[0].down < two[1].down));
        }
        let house = house(&estate, "3");
        let places = [alarm(&estate, "gas-3-b1", (Priority::P1, 1))];
        let plans = plans(&estate, &house, around(&places, &[]));
        let (_, storeys) = stack(&plans, (1_024.0, 1_032.0)).unwrap();
        let cellar = plans
            .iter()
            .position(|plan| plan.label.as_str() == "B1")
            .unwrap();
        let apart = storeys[cellar].down - storeys[cellar - 1].down;
        assert!(storeys[cellar].is_open && apart > 80.0, "{apart}");
        assert!(stack(&[], (100.0, 100.0)).is_none());
    }

    #[test]
    fn an_inset_fills_its_frame_and_lies_level() {
        let estate = demo();
        let house = house(&estate, "3");
        let plan = floors::plan(&estate, &house, &house.floors[0], around(&[], &[]));
        let laid = inset(&plan, (200.0, 120.0));
        let corners: Vec<Point> = plan.outline.iter().map(|at| laid.at(*at)).collect();
        let wide = corners
            .iter()
            .fold(0.0_f64, |most, at| most.max(at.0.abs()));
        let high = corners
            .iter()
            .fold(0.0_f64, |most, at| most.max(at.1.abs()));
        assert!(
            (wide - 100.0).abs() < 0.5 || (high - 60.0).abs() < 0.5,
            "{wide} {high}"
        );
        assert!(wide < 100.5 && high < 60.5);
        let level = outline::sides(&corners).filter(|(a, b)| (a.1 - b.1).abs() < 0.5);
        assert!(
            level.count() >= 2,
            "its longest walls are level: {corners:?}"
        );
    }
}
