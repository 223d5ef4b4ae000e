//! The resting view: the estate fills the frame, as near to north up as that allows.

use super::outline::Point;
use castellan_domain::estate::{Estate, GroundKind, LineKind};
use castellan_domain::geo::{Anchor, LonLat, Offset};
use serde_json::{Value, json};

/// The map is seen from afar through a narrow lens, so that towers stand parallel.
pub const FIELD_OF_VIEW_DEG: f64 = 10.0;
/// Metres around the equator of the map library's sphere.
pub(super) const EQUATOR_M: f64 = 40_075_016.686;
/// The resting view turns this far from north at most.
const BEARING_DEG_MAX: i32 = 15;
/// What a degree of turn or tilt has to win of the estate's size to be taken.
const TURN_COSTS: f64 = 0.002;
const TILT_COSTS: f64 = 0.004;
/// The steepest resting view first: it shows most of the ground.
const PITCHES_DEG: [f64; 7] = [26.0, 31.0, 36.0, 41.0, 46.0, 51.0, 55.0];
/// Left free at the rim, in CSS pixels of a desk: above for tools, below for what comes next. A small map leaves
/// no more than a tenth.
const FREE_PX: Free = Free {
    side: 28.0,
    above: 60.0,
    below: 72.0,
};
/// The lens is not quite parallel: what is high comes a little nearer.
const LENS_SHARE: f64 = 0.97;

struct Free {
    side: f64,
    above: f64,
    below: f64,
}

/// What is framed.
#[derive(Debug, Clone, Copy)]
pub enum Framed {
    /// The whole estate.
    Home,
    /// A place.
    At(LonLat),
}

/// How the map rests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Home {
    centre: LonLat,
    zoom: f64,
    /// Clockwise from north.
    pub bearing_deg: f64,
    /// From straight down.
    pub pitch_deg: f64,
}

impl Home {
    /// Of an estate on a map of this size. An estate without wall and houses rests as its document says.
    pub fn of(estate: &Estate, size_px: (f64, f64)) -> Self {
        fitted(estate, size_px).unwrap_or_else(|| {
            let home = estate.home;
            Self {
                centre: home.centre,
                zoom: home_zoom(home.zoom, size_px),
                bearing_deg: home.bearing_deg,
                pitch_deg: home.pitch_deg,
            }
        })
    }

    /// As the map library is told.
    pub fn camera(&self) -> Value {
        json!({
            "center": self.centre, "zoom": self.zoom,
            "bearing": self.bearing_deg, "pitch": self.pitch_deg,
        })
    }
}

/// What is to be seen: points in metres east, north and up.
fn to_be_seen(estate: &Estate) -> Vec<(Point, f64)> {
    let anchor = Anchor::new(estate.anchor);
    let walls = estate
        .lines
        .iter()
        .filter(|l| l.kind == LineKind::Perimeter);
    let land = estate.grounds.iter().filter(|g| g.kind == GroundKind::Land);
    let mut rim: Vec<LonLat> = walls.flat_map(|wall| wall.course.clone()).collect();
    if rim.is_empty() {
        rim = land.flat_map(|ground| ground.outline.clone()).collect();
    }
    let ground = rim.into_iter().map(|at| (anchor.metres(at), 0.0));
    let roofs = estate.buildings.iter().flat_map(|building| {
        let corners = building.outline.iter();
        corners.map(|at| (anchor.metres(*at), building.height_m))
    });
    ground.chain(roofs).collect()
}

/// Through a lens that is quite parallel, every tilt and turn is a few products.
fn fitted(estate: &Estate, (width, height): (f64, f64)) -> Option<Home> {
    let points = to_be_seen(estate);
    let latitude = estate.anchor.lat().to_radians();
    let side = FREE_PX.side.min(width / 10.0);
    let (above, below) = (
        FREE_PX.above.min(height / 10.0),
        FREE_PX.below.min(height / 10.0),
    );
    let (room_x, room_y) = (width - 2.0 * side, height - above - below);
    let mut best: Option<(f64, Home)> = None;
    for pitch_deg in PITCHES_DEG {
        for turn in -BEARING_DEG_MAX..=BEARING_DEG_MAX {
            let bearing_deg = f64::from(turn);
            let view = Tilted::new(bearing_deg, pitch_deg);
            let frame = Frame::around(points.iter().map(|(at, up)| view.see(*at, *up)))?;
            let scale = (room_x / frame.wide()).min(room_y / frame.high()) * LENS_SHARE;
            let costs =
                1.0 - TURN_COSTS * bearing_deg.abs() - TILT_COSTS * (pitch_deg - PITCHES_DEG[0]);
            if best.is_some_and(|(known, _)| known >= scale * costs) {
                continue;
            }
            let (right, up) = frame.middle();
            let middle = view.ground((right, up + (above - below) / 2.0 / scale));
            let home = Home {
                centre: degrees(estate, middle)?,
                zoom: (scale * EQUATOR_M * latitude.cos() / 512.0).log2(),
                bearing_deg,
                pitch_deg,
            };
            best = Some((scale * costs, home));
        }
    }
    best.map(|(_, home)| home)
        .filter(|home| home.zoom.is_finite())
}

/// The ground as it is seen at a slant through a parallel lens.
struct Tilted {
    turn: (f64, f64),
    tilt: (f64, f64),
}

impl Tilted {
    fn new(bearing_deg: f64, pitch_deg: f64) -> Self {
        Self {
            turn: bearing_deg.to_radians().sin_cos(),
            tilt: pitch_deg.to_radians().sin_cos(),
        }
    }

    /// Metres to the right and upwards on the screen.
    fn see(&self, (east, north): Point, height_m: f64) -> Point {
        let ((sin, cos), (rise, flat)) = (self.turn, self.tilt);
        (
            east * cos - north * sin,
            (east * sin + north * cos) * flat + height_m * rise,
        )
    }

    /// Which point of the ground is seen there.
    fn ground(&self, (right, up): Point) -> Point {
        let ((sin, cos), (_, flat)) = (self.turn, self.tilt);
        let ahead = up / flat;
        (right * cos + ahead * sin, ahead * cos - right * sin)
    }
}

struct Frame {
    least: Point,
    most: Point,
}

impl Frame {
    fn around(points: impl Iterator<Item = Point>) -> Option<Self> {
        let first = |(x, y): Point| Self {
            least: (x, y),
            most: (x, y),
        };
        points.fold(None, |frame, at| {
            let frame = frame.unwrap_or_else(|| first(at));
            Some(Self {
                least: (frame.least.0.min(at.0), frame.least.1.min(at.1)),
                most: (frame.most.0.max(at.0), frame.most.1.max(at.1)),
            })
        })
    }

    fn wide(&self) -> f64 {
        (self.most.0 - self.least.0).max(1.0)
    }

    fn high(&self) -> f64 {
        (self.most.1 - self.least.1).max(1.0)
    }

    fn middle(&self) -> Point {
        (
            f64::midpoint(self.least.0, self.most.0),
            f64::midpoint(self.least.1, self.most.1),
        )
    }
}

fn degrees(estate: &Estate, (east, north): Point) -> Option<LonLat> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "an estate reaches 20 km from its anchor: 2,000,000 cm fit"
    )]
    let cm = |metres: f64| (metres * 100.0).round() as i32;
    let offset = Offset {
        x_cm: cm(east),
        y_cm: cm(north),
    };
    Anchor::new(estate.anchor).position(offset).ok()
}

/// A document's zoom is meant for a map of 1,280 × 860 CSS pixels; a smaller screen steps back.
fn home_zoom(zoom: f64, (width_px, height_px): (f64, f64)) -> f64 {
    let fit = (width_px / 1_280.0).min(height_px / 860.0).max(0.05);
    (zoom + fit.log2().clamp(-2.5, 1.6)).clamp(10.0, 22.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo() -> Estate {
        Estate::parse(include_bytes!("../../../assets/demo/estate.json")).unwrap()
    }

    /// Where the resting view shows the estate, as shares of the frame from its top left.
    fn shown(estate: &Estate, size_px: (f64, f64)) -> [f64; 4] {
        let home = Home::of(estate, size_px);
        let view = Tilted::new(home.bearing_deg, home.pitch_deg);
        let latitude = estate.anchor.lat().to_radians();
        let scale = 512.0 * home.zoom.exp2() / (EQUATOR_M * latitude.cos());
        let centre = view.see(Anchor::new(estate.anchor).metres(home.centre), 0.0);
        let on_screen = to_be_seen(estate).into_iter().map(|(at, up)| {
            let (right, up) = view.see(at, up);
            (
                0.5 + (right - centre.0) * scale / size_px.0,
                0.5 - (up - centre.1) * scale / size_px.1,
            )
        });
        let frame = Frame::around(on_screen).unwrap();
        [frame.least.0, frame.least.1, frame.most.0, frame.most.1]
    }

    #[test]
    fn the_whole_estate_is_in_the_frame_and_fills_it_one_way_on_every_screen() {
        let estate = demo();
        for size_px in [
            (1_024.0, 1_032.0),
            (2_688.0, 1_890.0),
            (3_840.0, 2_160.0),
            (390.0, 844.0),
        ] {
            let [left, top, right, bottom] = shown(&estate, size_px);
            assert!(
                left > 0.0 && top > 0.0 && right < 1.0 && bottom < 1.0,
                "{size_px:?}"
            );
            let (wide, high) = (right - left, bottom - top);
            assert!(wide > 0.74 || high > 0.74, "{size_px:?}: {wide} × {high}");
            assert!(
                (left + right - 1.0).abs() < 0.02,
                "in the middle: {left} {right}"
            );
        }
    }

    #[test]
    fn north_stays_up_within_a_few_degrees_and_a_wide_wall_looks_flatter() {
        let estate = demo();
        let (desk, wall) = (
            Home::of(&estate, (1_024.0, 1_032.0)),
            Home::of(&estate, (3_840.0, 1_500.0)),
        );
        assert!(desk.bearing_deg.abs() <= f64::from(BEARING_DEG_MAX));
        assert!((desk.pitch_deg - PITCHES_DEG[0]).abs() < 1e-9, "{desk:?}");
        assert!(wall.pitch_deg > desk.pitch_deg, "{wall:?}");
    }

    #[test]
    fn an_estate_of_nothing_rests_as_its_document_says() {
        let mut estate = demo();
        estate.buildings.clear();
        estate.lines.clear();
        estate.grounds.clear();
        let home = Home::of(&estate, (1_280.0, 860.0));
        assert_eq!(home.centre, estate.home.centre);
        assert!((home.zoom - estate.home.zoom).abs() < 1e-9);
        assert!(Home::of(&estate, (390.0, 844.0)).zoom < home.zoom - 1.5);
        assert!((Home::of(&estate, (0.0, 0.0)).zoom - (estate.home.zoom - 2.5)).abs() < 1e-9);
    }
}
