//! Floors as pictures: SVG as text, so that a console and a wall draw the same, and no frame of the map is asked
//! for it. Colours are the style sheet's.

use super::floor_layout::{self, Laid, Storey};
use super::floors::{Mark, Marked, Plan, Worst};
use super::labels::width_px;
use super::outline::{self, Point};
use castellan_domain::estate::DeviceKind;
use std::fmt::Write as _;

/// How thick a floor is drawn, with something and without.
const THICK_PX: (f64, f64) = (10.0, 4.0);
/// Names beside one floor at most; the rest is counted.
const NAMES_MAX: usize = 2;
/// Left free at the right, where the map's buttons are, and below, where what comes next is.
const RIGHT_PX: f64 = 76.0;
const BELOW_PX: f64 = 84.0;
/// Letters of a remark.
const REMARK_PX: f64 = 13.0;
/// Around the outline of an inset.
const INSET_RIM_PX: f64 = 26.0;

/// One floor from above, in a frame of so many pixels.
pub fn inset(plan: &Plan, (width, height): (f64, f64)) -> String {
    let room = (width - 2.0 * INSET_RIM_PX, height - 2.0 * INSET_RIM_PX);
    let laid = floor_layout::inset(plan, room);
    let mut svg = opened((width, height));
    let middle = (width / 2.0, height / 2.0);
    let class = format!("floor open {}", Worst::class(plan.worst));
    group(&mut svg, &class, plan);
    let points = plan.outline.iter().map(|at| moved(laid.at(*at), middle));
    path(&mut svg, "top", points, true);
    contents(&mut svg, plan, |at| moved(laid.at(at), middle));
    svg.push_str("</g></svg>");
    svg
}

/// All floors of a building, one above the other. `floor_name` says what a floor is called.
pub fn stack(
    plans: &[Plan],
    size: (f64, f64),
    name: &str,
    floor_name: impl Fn(&Plan) -> String,
) -> String {
    let mut svg = opened(size);
    let Some((laid, storeys)) = floor_layout::stack(plans, (size.0, size.1 - BELOW_PX)) else {
        svg.push_str("</svg>");
        return svg;
    };
    // The lowest is drawn first: what stands above it hides it.
    for storey in storeys.iter().rev() {
        let plan = &plans[storey.index];
        storey_of(&mut svg, plan, (laid, storey, size.0), &floor_name);
    }
    shafts(&mut svg, plans, (laid, &storeys, size.0));
    if let Some(top) = storeys.first() {
        let (x, y) = laid.at(outline::centroid(&plans[top.index].outline));
        let at = (x + size.0 / 2.0, y + top.down + 6.0);
        text(&mut svg, "house", at, "middle", name);
    }
    svg.push_str("</svg>");
    svg
}

fn storey_of(
    svg: &mut String,
    plan: &Plan,
    (laid, storey, width): (Laid, &Storey, f64),
    floor_name: &impl Fn(&Plan) -> String,
) {
    let middle = (width / 2.0, storey.down);
    let at = |point: Point| moved(laid.at(point), middle);
    let state = match (storey.is_open, storey.index) {
        (true, _) => "floor open",
        (false, 0) => "floor lid",
        (false, _) => "floor",
    };
    group(svg, &format!("{state} {}", Worst::class(plan.worst)), plan);
    let thick = if storey.is_open {
        THICK_PX.0
    } else {
        THICK_PX.1
    };
    let corners: Vec<Point> = plan.outline.iter().map(|point| at(*point)).collect();
    for (from, to) in outline::sides(&corners) {
        // Counter-clockwise on the ground: what runs to the right faces whoever looks.
        if to.0 > from.0 {
            let below = |point: Point| (point.0, point.1 + thick);
            path(
                svg,
                "side",
                [from, to, below(to), below(from)].into_iter(),
                true,
            );
        }
    }
    path(svg, "top", corners.iter().copied(), true);
    if storey.is_open {
        contents(svg, plan, at);
    }
    let least = corners.iter().map(|p| p.0).fold(f64::INFINITY, f64::min);
    let most = corners
        .iter()
        .map(|p| p.0)
        .fold(f64::NEG_INFINITY, f64::max);
    let class = if storey.is_open { "name" } else { "quiet" };
    let name = if storey.is_open {
        floor_name(plan)
    } else {
        plan.label.to_string()
    };
    text(svg, class, (least - 24.0, storey.down + 6.0), "end", &name);
    if storey.is_open {
        let room = width - RIGHT_PX - most - 20.0;
        let remark = fitting(&remark(&plan.marks), room);
        text(
            svg,
            "remark",
            (most + 20.0, storey.down + 6.0),
            "start",
            &remark,
        );
    }
    svg.push_str("</g>");
}

/// As much of a remark as there is room for.
fn fitting(words: &str, room: f64) -> String {
    let mut fits = words.to_owned();
    while width_px(&fits, REMARK_PX) > room && fits.pop().is_some() {}
    if fits.len() < words.len() {
        fits.pop();
        fits.push('…');
    }
    fits
}

/// What stands on a floor, in a few words: alarms first.
fn remark(marks: &[Marked]) -> String {
    let is_named = |marked: &&Marked| {
        !marked.name.is_empty() && matches!(marked.mark, Mark::Alarm(_) | Mark::Device(..))
    };
    let mut names: Vec<&str> = Vec::new();
    for marked in marks.iter().rev().filter(is_named) {
        if !names.contains(&marked.name.as_str()) {
            names.push(&marked.name);
        }
    }
    let more = names.len().saturating_sub(NAMES_MAX);
    names.truncate(NAMES_MAX);
    let mut remark = names.join(" · ");
    if more > 0 {
        // Writing to a text cannot fail.
        let _written = write!(remark, " +{more}");
    }
    remark
}

/// Stairs by which somebody goes from one floor to the next.
fn shafts(svg: &mut String, plans: &[Plan], (laid, storeys, width): (Laid, &[Storey], f64)) {
    for pair in storeys.windows(2) {
        let (upper, lower) = (&pair[0], &pair[1]);
        let ends = plans[upper.index]
            .ways
            .iter()
            .flat_map(|way| way.iter().rev().take(1).chain(way.first()));
        for end in ends {
            let meets = |way: &Vec<Point>| {
                way.iter()
                    .any(|at| (at.0 - end.0).hypot(at.1 - end.1) < 2.0)
            };
            if plans[lower.index].ways.iter().any(meets) {
                let seen = |storey: &Storey| moved(laid.at(*end), (width / 2.0, storey.down));
                path(
                    svg,
                    "way shaft",
                    [seen(upper), seen(lower)].into_iter(),
                    false,
                );
            }
        }
    }
}

fn contents(svg: &mut String, plan: &Plan, at: impl Fn(Point) -> Point) {
    for way in &plan.ways {
        path(svg, "way", way.iter().map(|point| at(*point)), false);
    }
    for marked in &plan.marks {
        let (x, y) = at(marked.at);
        // Writing to a text cannot fail.
        let _written = match &marked.mark {
            Mark::Stairs => write!(
                svg,
                "<path class='stairs' d='M{:.1} {:.1}h4v-4h4v-4h4'/>",
                x - 6.0,
                y + 6.0
            ),
            Mark::Device(DeviceKind::Camera, _) => {
                write!(svg, "<path class='device' d='M{x:.1} {y:.1}l-9-4v8z'/>")
            }
            Mark::Device(DeviceKind::Door | DeviceKind::Barrier, _) => {
                write!(svg, "<path class='door' d='M{:.1} {y:.1}h8'/>", x - 4.0)
            }
            Mark::Device(_, _) => write!(
                svg,
                "<circle class='device' cx='{x:.1}' cy='{y:.1}' r='3'/>"
            ),
            Mark::Alarm(worst) => write!(
                svg,
                "<g class='alarm {}'><circle class='halo' cx='{x:.1}' cy='{y:.1}' r='11'/><circle cx='{x:.1}' cy='{y:.1}' r='5'/></g>",
                Worst::class(Some(*worst)),
            ),
        };
    }
}

fn opened((width, height): (f64, f64)) -> String {
    format!(
        "<svg viewBox='0 0 {width:.0} {height:.0}' width='{width:.0}' height='{height:.0}' aria-hidden='true'>"
    )
}

fn group(svg: &mut String, class: &str, plan: &Plan) {
    let label = escaped(plan.label.as_str());
    // Writing to a text cannot fail.
    let _written = write!(svg, "<g class='{class}' data-floor='{label}'>");
}

fn path(svg: &mut String, class: &str, points: impl Iterator<Item = Point>, is_closed: bool) {
    let mut letter = 'M';
    // Writing to a text cannot fail.
    let mut _written = write!(svg, "<path class='{class}' d='");
    for (x, y) in points {
        _written = write!(svg, "{letter}{x:.1} {y:.1}");
        letter = 'L';
    }
    svg.push_str(if is_closed { "Z'/>" } else { "'/>" });
}

fn text(svg: &mut String, class: &str, (x, y): Point, anchor: &str, words: &str) {
    let words = escaped(words);
    // Writing to a text cannot fail.
    let _written = write!(
        svg,
        "<text class='{class}' x='{x:.1}' y='{y:.1}' text-anchor='{anchor}'>{words}</text>"
    );
}

/// Names come from a document that a person wrote.
fn escaped(words: &str) -> String {
    let mut safe = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

fn moved(at: Point, by: Point) -> Point {
    (at.0 + by.0, at.1 + by.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::floors;
    use crate::map::floors::tests::{alarm, around, demo, going, house};
    use castellan_domain::estate::Priority;

    #[test]
    fn an_inset_shows_its_alarm_its_way_and_what_stands_there() {
        let estate = demo();
        let house = house(&estate, "3");
        let places = [alarm(&estate, "gas-3-b1", (Priority::P1, 1))];
        let errands = [going(&estate, &house)];
        let floor = house
            .floors
            .iter()
            .find(|f| f.label.as_str() == "B1")
            .unwrap();
        let plan = floors::plan(&estate, &house, floor, around(&places, &errands));
        let svg = inset(&plan, (248.0, 176.0));
        for part in [
            "floor open p1 open",
            "class='alarm p1 open'",
            "class='way'",
            "class='stairs'",
            "class='device'",
        ] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
        assert!(svg.ends_with("</g></svg>"));
    }

    #[test]
    fn all_floors_are_in_one_picture_the_lowest_first_and_named() {
        let estate = demo();
        let house = house(&estate, "3");
        let places = [alarm(&estate, "gas-3-b1", (Priority::P1, 1))];
        let errands = [going(&estate, &house)];
        let plans = floors::plans(&estate, &house, around(&places, &errands));
        let svg = stack(&plans, (1_024.0, 1_032.0), "3号楼", |plan| {
            format!("{}层", plan.label)
        });
        assert_eq!(svg.matches("data-floor=").count(), house.floors.len());
        let at = |label: &str| svg.find(&format!("data-floor='{label}'")).unwrap();
        assert!(at("B2") < at("B1") && at("B1") < at("18"));
        assert!(svg.contains(">B1层<") && svg.contains(">3号楼<") && svg.contains("way shaft"));
        assert_eq!(svg.matches("<g ").count(), svg.matches("</g>").count());
    }

    #[test]
    fn what_a_document_says_is_text_and_nothing_else() {
        assert_eq!(escaped("<b>'&"), "&lt;b&gt;&#39;&amp;");
    }

    #[test]
    fn a_remark_ends_where_the_frame_does() {
        assert_eq!(fitting("15层走道 烟感", 200.0), "15层走道 烟感");
        let cut = fitting("Building 5 ground floor lobby manual call point", 120.0);
        assert!(
            cut.ends_with('…') && width_px(&cut, REMARK_PX) <= 120.0 + REMARK_PX,
            "{cut}"
        );
    }

    #[test]
    fn few_names_stand_beside_a_floor_and_the_rest_is_counted() {
        let named = |name: &str| Marked {
            at: (0.0, 0.0),
            mark: Mark::Alarm(Worst {
                is_owned: false,
                priority: Priority::P1,
                drill: false,
            }),
            name: name.to_owned(),
        };
        let marks = ["一", "二", "二", "三", "四"].map(named);
        assert_eq!(remark(&marks), "四 · 三 +2");
    }
}
