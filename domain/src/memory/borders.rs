//! Outlines of watched areas in metres, and how often in a row each person seemed to have crossed.

use crate::estate::{Area, AreaKind, EstateIndex};
use crate::fix_order::{ACCURACY_UNKNOWN_DM, FixOrder, Standing};
use crate::geo::distance_m;
use crate::ids::{AreaId, PersonId};
use crate::observation::Fix;
use crate::time::Span;
use geo::{BoundingRect as _, Contains as _, Distance as _, Euclidean, Point, Polygon, Rect};
use std::collections::{BTreeMap, BTreeSet};

/// Areas whose borders are measured for one fix; of more, those that come later in the estate are
/// not looked at until the person has left others.
pub const AREAS_MEASURED_MAX: usize = 64;
/// Faster than this between two fixes, in metres a second, nobody is on foot or on a cycle.
const SPEED_M_S_MAX: f64 = 12.0;
/// However well a phone believes to know, in metres.
const ACCURACY_M_MIN: f64 = 5.0;
/// Fixes in a row that must lie beyond a border.
const IN_A_ROW: u8 = 3;

/// Areas, and who seems to be on the way across their borders.
#[derive(Debug, Default)]
pub struct Borders {
    /// At most the areas of the estate.
    shapes: Vec<Shape>,
    /// At most one for each person of the estate.
    last: BTreeMap<PersonId, Believed>,
    /// Fixes in a row beyond a border; none is kept as zero.
    /// At most one for each person and area of the estate.
    pending: BTreeMap<PersonId, BTreeMap<AreaId, u8>>,
}

/// The last fix of a person that was believed, and the one before it.
#[derive(Debug)]
struct Believed {
    last: FixOrder,
    before: Option<Fix>,
}

/// What is to be made of a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Belief {
    /// It is older than the last one, or too far from it, and says nothing.
    None,
    /// It counts instead of the last one, of the same moment.
    Instead,
    /// It is the next one.
    Next,
}

/// An area on the flat grid.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) id: AreaId,
    pub(crate) kind: AreaKind,
    /// At most the people of the estate.
    people: BTreeSet<PersonId>,
    polygon: Polygon<f64>,
    rect: Rect<f64>,
}

/// What a fix says of one border.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crossing<'a> {
    pub(crate) shape: &'a Shape,
    /// Where the person was before, by the record.
    pub(crate) was_inside: bool,
    /// Where the bare point lies.
    pub(crate) lies_inside: bool,
    /// It is beyond doubt that they crossed it.
    pub(crate) crossed: bool,
    in_a_row: u8,
}

impl Shape {
    fn new(area: &Area, estate: &EstateIndex) -> Option<Self> {
        let polygon = estate.anchor.polygon(&area.outline);
        Some(Self {
            id: area.id.clone(),
            kind: area.kind,
            people: area.people.iter().cloned().collect(),
            rect: polygon.bounding_rect()?,
            polygon,
        })
    }

    /// Whether crossing its border says something about this person.
    pub(crate) fn concerns(&self, person: &PersonId) -> bool {
        match self.kind {
            AreaKind::Responsibility => self.people.contains(person),
            AreaKind::Forbidden => !self.people.contains(person),
        }
    }

    /// Metres to the border: positive inside, negative outside.
    fn depth_m(&self, point: Point<f64>) -> f64 {
        let to_border = Euclidean.distance(&point, self.polygon.exterior());
        if self.polygon.contains(&point) {
            to_border
        } else {
            -to_border
        }
    }

    /// How far beyond the border a fix must lie to count. Into a small area nobody gets far: a
    /// quarter of its shorter side is enough.
    fn reach_m(&self, accuracy_m: f64, entering: bool) -> f64 {
        let quarter = self.rect.width().min(self.rect.height()) / 4.0;
        if entering {
            accuracy_m.min(quarter)
        } else {
            accuracy_m
        }
    }
}

/// Whether somebody on foot or on a cycle can have come from one fix to a later one.
fn can_come(from: &Fix, to: &Fix) -> bool {
    // Where a clock was set, ours tells how long it took.
    let elapsed = if to.occurred_at > from.occurred_at {
        to.occurred_at.since(from.occurred_at)
    } else {
        to.received_at.since(from.received_at)
    };
    let millis = i32::try_from(elapsed.as_millis()).unwrap_or(i32::MAX);
    let reach_m = SPEED_M_S_MAX * f64::from(millis) / 1_000.0;
    elapsed > Span::default() && distance_m(from.at, to.at) <= reach_m
}

impl Borders {
    pub(super) fn load(&mut self, estate: &EstateIndex) {
        let areas = estate.estate.areas.iter();
        self.shapes = areas.filter_map(|area| Shape::new(area, estate)).collect();
        self.pending.clear();
        let known = |person: &PersonId| estate.estate.person(person).is_some();
        self.last.retain(|person, _| known(person));
    }

    /// The areas that concern a person.
    pub(crate) fn shapes_of(&self, person: &PersonId) -> impl Iterator<Item = &Shape> {
        self.shapes.iter().filter(|shape| shape.concerns(person))
    }

    /// Takes a fix, if it is believed.
    pub(crate) fn believe(&mut self, fix: &Fix) -> Belief {
        if self.shapes.is_empty() {
            return Belief::None;
        }
        let Some(believed) = self.last.get_mut(&fix.person) else {
            let last = FixOrder::new(fix.clone());
            let before = None;
            let first = Believed { last, before };
            self.last.insert(fix.person.clone(), first);
            return Belief::Next;
        };
        let standing = believed.last.judge(fix);
        let last = believed.last.newest();
        let (from, belief) = match standing {
            Standing::Newer | Standing::YoungerClock => (Some(last), Belief::Next),
            Standing::Better => (believed.before.as_ref(), Belief::Instead),
            Standing::Same | Standing::Older => return Belief::None,
        };
        if from.is_some_and(|from| !can_come(from, fix)) {
            return Belief::None;
        }
        if belief == Belief::Next {
            believed.before = Some(last.clone());
        }
        believed.last.take(fix.clone());
        belief
    }

    /// What a fix that is believed says of the borders around it. One that counts instead of another
    /// is no further one in a row.
    pub(crate) fn measure(
        &self,
        estate: &EstateIndex,
        inside: Option<&BTreeSet<AreaId>>,
        fix: &Fix,
        belief: Belief,
    ) -> Vec<Crossing<'_>> {
        let point = Point::from(estate.anchor.metres(fix.at));
        let known_dm = fix.accuracy_dm.unwrap_or(ACCURACY_UNKNOWN_DM);
        let accuracy_m = (f64::from(known_dm) / 10.0).max(ACCURACY_M_MIN);
        let one_more = u8::from(belief == Belief::Next);
        let pending = self.pending.get(&fix.person);
        let was_inside = |shape: &Shape| inside.is_some_and(|areas| areas.contains(&shape.id));
        self.shapes_of(&fix.person)
            .filter(|shape| was_inside(shape) || shape.rect.contains(&point))
            .take(AREAS_MEASURED_MAX)
            .map(|shape| {
                let was_inside = was_inside(shape);
                let depth_m = shape.depth_m(point);
                let beyond_m = if was_inside { -depth_m } else { depth_m };
                let so_far = pending.and_then(|pending| pending.get(&shape.id));
                let in_a_row = if beyond_m >= shape.reach_m(accuracy_m, !was_inside) {
                    let so_far = so_far.copied().unwrap_or(0);
                    so_far.saturating_add(one_more).max(1)
                } else {
                    0
                };
                Crossing {
                    shape,
                    was_inside,
                    lies_inside: depth_m > 0.0,
                    crossed: in_a_row >= IN_A_ROW || beyond_m >= 2.0 * accuracy_m,
                    in_a_row,
                }
            })
            .collect()
    }

    /// What is still pending of these for the next fix. Borders that the fix was not near begin anew.
    pub(crate) fn counts(crossings: &[Crossing<'_>]) -> BTreeMap<AreaId, u8> {
        let pending = crossings.iter().filter(|crossing| crossing.in_a_row > 0);
        pending
            .map(|crossing| (crossing.shape.id.clone(), crossing.in_a_row))
            .collect()
    }

    /// Somebody goes off duty: where they come from next time is not known.
    pub(super) fn forget(&mut self, person: &PersonId) {
        self.pending.remove(person);
    }

    /// Remembers them.
    pub(crate) fn remember(&mut self, person: &PersonId, counts: BTreeMap<AreaId, u8>) {
        if counts.is_empty() {
            self.pending.remove(person);
        } else {
            self.pending.insert(person.clone(), counts);
        }
    }
}
