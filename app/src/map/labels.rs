//! Which names of people are shown, and where, so that none covers another.
//!
//! The names are page elements moved along with their markers: a label layer of the map library
//! would have to be given new data to follow, and would jump while its marker glides.

/// Names on the map at most. Everybody else is found in the list of people.
pub const LABELS_MAX: usize = 64;
/// From this zoom level on everybody has a name. Further away those have one who are sent, asked or
/// selected: who is at rest is a quiet mark.
pub const LABELS_ZOOM_MIN: f64 = 18.2;

/// Somebody who would like their name shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<'a> {
    /// Where the marker is, in CSS pixels.
    pub at: (f64, f64),
    /// What they are called on the radio.
    pub title: &'a str,
    /// Their name, if they are called by another one.
    pub detail: &'a str,
    /// How long they still take, or how they stand; nothing for whoever is at rest.
    pub figure: &'a str,
    /// Who comes first.
    pub rank: Rank,
}

/// Whose name comes first where there is room for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Always shown.
    Selected,
    /// They are on a task.
    OnTask,
    /// They are asked to go.
    Asked,
    /// Everybody else.
    AtRest,
}

/// On which side of its marker a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Where it belongs.
    Right,
    /// Where it goes when there is something on the right.
    Left,
    /// The third choice.
    Above,
    /// And the last one.
    Below,
}

impl Side {
    const ALL: [Self; 4] = [Self::Right, Self::Left, Self::Above, Self::Below];
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

    /// Between two corners.
    pub const fn of_sides((left, top): (f64, f64), (right, bottom): (f64, f64)) -> Self {
        Self {
            left,
            top,
            right,
            bottom,
        }
    }

    /// Whether a point is in it.
    pub fn holds(&self, (x, y): (f64, f64)) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// The whole of a screen.
    pub const fn of_screen((width, height): (f64, f64)) -> Self {
        Self {
            left: 0.0,
            top: 0.0,
            right: width,
            bottom: height,
        }
    }

    /// Whether another one lies in it.
    pub fn encloses(&self, other: &Self) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && other.right <= self.right
            && other.bottom <= self.bottom
    }

    /// Whether two have a point in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// Sizes of a label, as the style sheet has them.
const LETTER_PX: f64 = 15.0;
const LINE_PX: f64 = 24.0;
const GAP_PX: f64 = 16.0;
/// Between two words, and at either end.
const SPACE_PX: f64 = 6.0;
/// Half the square that a person's marker itself occupies.
pub const MARKER_HALF_PX: f64 = 10.0;

/// What is on the screen already.
#[derive(Debug, Clone, PartialEq)]
pub struct Around {
    /// No name reaches beyond it, unless it must.
    pub frame: Area,
    /// Marks and names that nothing covers.
    pub marks: Vec<Area>,
    /// Names of places: they give way to whoever is sent, since the ground below tells where it is.
    pub places: Vec<Area>,
}

/// A name that is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shown {
    /// Which candidate's.
    pub index: usize,
    /// On which side.
    pub side: Side,
    /// What it takes of the screen.
    pub area: Area,
}

/// The names that are shown, in the order of their candidates: at most [`LABELS_MAX`], none over another,
/// none over a mark, the selected one always.
pub fn place(candidates: &[Candidate], around: &Around, scale: f64) -> Vec<Shown> {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_key(|index| candidates[*index].rank);
    let mut occupied = around.marks.clone();
    let mut shown: Vec<Shown> = Vec::new();
    for index in order {
        if shown.len() >= LABELS_MAX {
            break;
        }
        let candidate = &candidates[index];
        let at = |side| Shown {
            index,
            side,
            area: area_of(candidate, side, scale),
        };
        let is_free = |one: &Shown| {
            let meets = |other: &Area| other.overlaps(&one.area);
            around.frame.encloses(&one.area) && !occupied.iter().any(meets)
        };
        let covers_place =
            |one: &Shown| around.places.iter().any(|place| place.overlaps(&one.area));
        let free = || Side::ALL.into_iter().map(at).filter(is_free);
        let clear = free().find(|one| !covers_place(one));
        let over_a_place = || free().next().filter(|_| candidate.rank < Rank::AtRest);
        let always = || (candidate.rank == Rank::Selected).then(|| at(Side::Right));
        if let Some(one) = clear.or_else(over_a_place).or_else(always) {
            occupied.push(one.area);
            shown.push(one);
        }
    }
    shown.sort_unstable_by_key(|one| one.index);
    shown
}

fn area_of(candidate: &Candidate, side: Side, scale: f64) -> Area {
    let words = [candidate.title, candidate.detail, candidate.figure];
    let words = words.into_iter().filter(|word| !word.is_empty());
    let width = words.fold(SPACE_PX, |sum, word| {
        sum + width_px(word, LETTER_PX) + SPACE_PX
    });
    let (x, y) = candidate.at;
    let (width, half) = (width * scale, LINE_PX / 2.0 * scale);
    let gap = GAP_PX * scale;
    let (left, middle) = match side {
        Side::Right => (x + gap, y),
        Side::Left => (x - gap - width, y),
        Side::Above => (x - width / 2.0, y - gap - half),
        Side::Below => (x - width / 2.0, y + gap + half),
    };
    Area {
        left,
        top: middle - half,
        right: left + width,
        bottom: middle + half,
    }
}

/// Close enough without asking the page: Chinese characters are square, others half as wide.
pub fn width_px(text: &str, size_px: f64) -> f64 {
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
            figure: "",
            rank: Rank::AtRest,
        }
    }

    /// Room enough for all, but for these marks.
    fn among(marks: &[Area]) -> Around {
        Around {
            frame: Area::around((0.0, 0.0), 1e6),
            marks: marks.to_vec(),
            places: Vec::new(),
        }
    }

    fn sides(candidates: &[Candidate], marks: &[Area]) -> Vec<Side> {
        let placed = place(candidates, &among(marks), 1.0);
        placed.into_iter().map(|one| one.side).collect()
    }

    fn shown(candidates: &[Candidate], marks: &[Area], scale: f64) -> Vec<usize> {
        let placed = place(candidates, &among(marks), scale);
        placed.into_iter().map(|one| one.index).collect()
    }

    /// Something on each side of a marker in the middle.
    fn around(sides: &[(f64, f64)]) -> Vec<Area> {
        let place = |at: &(f64, f64)| Area::around(*at, 12.0);
        sides.iter().map(place).collect()
    }

    const RIGHT: (f64, f64) = (30.0, 0.0);
    const LEFT: (f64, f64) = (-30.0, 0.0);
    const ABOVE: (f64, f64) = (0.0, -30.0);
    const BELOW: (f64, f64) = (0.0, 30.0);

    #[test]
    fn of_many_names_in_one_place_those_are_shown_that_cover_no_other() {
        let crowded = [at(0.0, 0.0), at(3.0, 5.0), at(5.0, 9.0), at(0.0, 90.0)];
        let first_three = [Side::Right, Side::Left, Side::Below, Side::Right];
        assert_eq!(sides(&crowded, &[]), first_three);
        let below_each_other: Vec<_> = (0..4).map(|n| at(0.0, f64::from(n) * 15.0)).collect();
        assert_eq!(shown(&below_each_other, &[], 1.0).len(), 4);
        assert_eq!(
            shown(&below_each_other, &[], 4.0).len(),
            3,
            "larger names need more"
        );
    }

    #[test]
    fn a_name_gives_way_to_an_alarm_and_to_four_altogether() {
        let one = [at(0.0, 0.0)];
        for (there, side) in [
            (&[][..], Side::Right),
            (&[RIGHT], Side::Left),
            (&[RIGHT, LEFT], Side::Above),
            (&[RIGHT, LEFT, ABOVE], Side::Below),
        ] {
            assert_eq!(sides(&one, &around(there)), [side]);
        }
        assert!(sides(&one, &around(&[RIGHT, LEFT, ABOVE, BELOW])).is_empty());
    }

    #[test]
    fn a_name_does_not_cover_that_of_a_place_unless_somebody_is_sent_and_there_is_no_other_room() {
        let mut one = at(0.0, 0.0);
        let mut around = among(&[]);
        let side = |one: &Candidate, around: &Around| {
            let placed = place(std::slice::from_ref(one), around, 1.0);
            placed.first().map(|one| one.side)
        };
        around.places = vec![Area::of_name((40.0, 0.0), "3号楼", 15.0)];
        assert_eq!(side(&one, &around), Some(Side::Left));
        around.marks = self::around(&[LEFT, ABOVE, BELOW]);
        assert_eq!(side(&one, &around), None);
        one.rank = Rank::OnTask;
        assert_eq!(side(&one, &around), Some(Side::Right));
    }

    #[test]
    fn a_name_stays_within_the_frame() {
        let mut around = among(&[]);
        around.frame = Area::of_screen((800.0, 600.0));
        let side = |x, y| place(&[at(x, y)], &around, 1.0).first().map(|one| one.side);
        assert_eq!(side(400.0, 300.0), Some(Side::Right));
        assert_eq!(side(780.0, 300.0), Some(Side::Left));
        assert_eq!(side(799.0, 2.0), None);
    }

    #[test]
    fn whoever_is_on_a_task_comes_first_and_the_selected_one_whatever_is_there() {
        let mut second = at(5.0, 5.0);
        second.rank = Rank::OnTask;
        let both = [at(0.0, 0.0), second.clone()];
        let full = around(&[RIGHT, LEFT, ABOVE, BELOW]);
        let one_free = &full[1..];
        assert_eq!(shown(&both, one_free, 1.0), [1]);
        assert!(shown(&both, &full, 1.0).is_empty());
        second.rank = Rank::Selected;
        assert_eq!(shown(&[at(0.0, 0.0), second], &full, 1.0), [1]);
    }

    #[test]
    fn a_figure_needs_its_room() {
        let near = [Area::around((130.0, 0.0), 12.0)];
        let mut one = at(0.0, 0.0);
        assert_eq!(sides(std::slice::from_ref(&one), &near), [Side::Right]);
        one.figure = "没有已知路线";
        assert_eq!(sides(&[one], &near), [Side::Left]);
    }

    #[test]
    fn there_is_a_limit() {
        let crowd: Vec<_> = (0..200).map(|n| at(0.0, f64::from(n) * 100.0)).collect();
        assert_eq!(shown(&crowd, &[], 1.0).len(), LABELS_MAX);
    }
}
