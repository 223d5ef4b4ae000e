//! Which names of people are shown, and where, so that none covers another.
//!
//! The names are page elements moved along with their markers: a label layer of the map library
//! would have to be given new data to follow, and would jump while its marker glides.

/// Names on the map at most. Everybody else is found in the list of people.
pub const LABELS_MAX: usize = 64;
/// From this zoom level on names are shown.
pub const LABELS_ZOOM_MIN: f64 = 16.4;

/// Somebody who would like their name shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<'a> {
    /// Where the marker is, in CSS pixels.
    pub at: (f64, f64),
    /// The larger line.
    pub title: &'a str,
    /// The smaller line below, if any.
    pub detail: &'a str,
    /// Shown before all others.
    pub selected: bool,
}

/// On which side of its marker a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Where it belongs.
    Right,
    /// Where it goes when there is something on the right.
    Left,
}

/// A rectangle on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    /// A square around a marker.
    pub fn around((x, y): (f64, f64), half: f64) -> Self {
        Self {
            left: x - half,
            top: y - half,
            right: x + half,
            bottom: y + half,
        }
    }

    /// Where a name in the middle of a point is, with letters of so many pixels.
    pub fn of_name((x, y): (f64, f64), name: &str, size_px: f64) -> Self {
        let half = width_px(name, size_px) / 2.0;
        Self {
            left: x - half,
            top: y - size_px * 0.6,
            right: x + half,
            bottom: y + size_px * 0.6,
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// Sizes of a label, as the style sheet has them.
const TITLE_PX: f64 = 15.0;
const DETAIL_PX: f64 = 13.0;
const LINE_PX: f64 = 19.0;
const GAP_PX: f64 = 16.0;
/// Half the square that a person's marker itself occupies.
pub const MARKER_HALF_PX: f64 = 10.0;

/// The indices of the candidates whose names are shown, and on which side: at most [`LABELS_MAX`], none over another,
/// none over what is in `taken`, the selected one always.
pub fn place(candidates: &[Candidate], taken: &[Area], scale: f64) -> Vec<(usize, Side)> {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_key(|index| !candidates[*index].selected);
    let mut occupied = taken.to_vec();
    let mut shown = Vec::new();
    for index in order {
        if shown.len() >= LABELS_MAX {
            break;
        }
        let candidate = &candidates[index];
        let free = [Side::Right, Side::Left].into_iter().find(|side| {
            let area = area_of(candidate, *side, scale);
            !occupied.iter().any(|other| other.overlaps(&area))
        });
        if let Some(side) = free.or(candidate.selected.then_some(Side::Right)) {
            occupied.push(area_of(candidate, side, scale));
            shown.push((index, side));
        }
    }
    shown.sort_unstable_by_key(|(index, _)| *index);
    shown
}

fn area_of(candidate: &Candidate, side: Side, scale: f64) -> Area {
    let width = width_px(candidate.title, TITLE_PX).max(width_px(candidate.detail, DETAIL_PX));
    let lines = if candidate.detail.is_empty() {
        1.0
    } else {
        2.0
    };
    let (x, y) = candidate.at;
    let half = lines * LINE_PX / 2.0 * scale;
    let (near, far) = (GAP_PX * scale, (GAP_PX + width) * scale);
    let (left, right) = match side {
        Side::Right => (x + near, x + far),
        Side::Left => (x - far, x - near),
    };
    Area {
        left,
        top: y - half,
        right,
        bottom: y + half,
    }
}

/// Close enough without asking the page: Chinese characters are square, others half as wide.
fn width_px(text: &str, size_px: f64) -> f64 {
    text.chars()
        .map(|c| if c.is_ascii() { 0.58 } else { 1.0 })
        .sum::<f64>()
        * size_px
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64) -> Candidate<'static> {
        Candidate {
            at: (x, y),
            title: "巡逻2",
            detail: "王强",
            selected: false,
        }
    }

    fn shown(candidates: &[Candidate], taken: &[Area], scale: f64) -> Vec<usize> {
        let placed = place(candidates, taken, scale);
        placed.into_iter().map(|(index, _)| index).collect()
    }

    #[test]
    fn of_three_names_in_one_place_two_are_shown() {
        let crowded = [at(0.0, 0.0), at(3.0, 5.0), at(5.0, 9.0), at(0.0, 90.0)];
        assert_eq!(
            place(&crowded, &[], 1.0),
            [(0, Side::Right), (1, Side::Left), (3, Side::Right)]
        );
        let above_each_other = [at(0.0, 0.0), at(0.0, 40.0), at(0.0, 60.0)];
        assert_eq!(
            shown(&above_each_other, &[], 2.0),
            [0, 1],
            "larger names need more"
        );
    }

    #[test]
    fn a_name_gives_way_to_an_alarm_on_its_right_and_to_two_altogether() {
        let right = Area::around((30.0, 0.0), 12.0);
        let left = Area::around((-30.0, 0.0), 12.0);
        assert_eq!(place(&[at(0.0, 0.0)], &[right], 1.0), [(0, Side::Left)]);
        assert!(place(&[at(0.0, 0.0)], &[right, left], 1.0).is_empty());
    }

    #[test]
    fn a_name_does_not_cover_the_name_of_a_building() {
        let house = Area::of_name((40.0, 0.0), "3号楼", 15.0);
        assert_eq!(place(&[at(0.0, 0.0)], &[house], 1.0), [(0, Side::Left)]);
        let away = Area::of_name((40.0, 60.0), "3号楼", 15.0);
        assert_eq!(place(&[at(0.0, 0.0)], &[away], 1.0), [(0, Side::Right)]);
    }

    #[test]
    fn the_selected_one_is_shown_whatever_is_there() {
        let mut second = at(5.0, 5.0);
        second.selected = true;
        let taken = [
            Area::around((40.0, 5.0), 12.0),
            Area::around((-40.0, 5.0), 12.0),
        ];
        assert_eq!(shown(&[at(0.0, 0.0), second], &taken, 1.0), [1]);
    }

    #[test]
    fn there_is_a_limit() {
        let crowd: Vec<_> = (0..200).map(|n| at(0.0, f64::from(n) * 100.0)).collect();
        assert_eq!(place(&crowd, &[], 1.0).len(), LABELS_MAX);
    }
}
