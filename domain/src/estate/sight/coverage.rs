//! 覆盖率: how much of the public area cameras watch.

use super::{Eye, Sights};
use crate::estate::document::{Estate, GroundKind};
use crate::ids::DeviceId;
use geo::{BoundingRect as _, Contains as _, Point, Polygon, Rect};

/// Pixels for a metre from which on a place counts as watched: to monitor, by IEC 62676-4.
pub const WATCHED_PX_PER_M: f64 = 20.0;
/// Cells of the grid at most; on a larger estate they are larger.
pub const CELLS_MAX: usize = 40_000;
/// Cells are no smaller.
const CELL_M_MIN: f64 = 1.0;

/// The public area in cells, and which camera watches which of them. The public area is the estate's own land without
/// its buildings.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    grid: Grid,
    /// Whether a cell is public, row by row.
    public: Vec<bool>,
    /// The public cells that each camera watches.
    watched: Vec<(DeviceId, Vec<u16>)>,
    next: Next,
}

/// A grid over the estate, in metres from the anchor.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Grid {
    west: f64,
    south: f64,
    cell_m: f64,
    columns: u16,
    rows: u16,
}

/// What is looked at next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Which cells of a row are public.
    Row(u16),
    /// What a camera watches of a row.
    Camera(usize, u16),
    Nothing,
}

/// Cells beside one another in a row, as a box in metres from the anchor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stripe {
    /// Its south-western corner.
    pub from: (f64, f64),
    /// Its north-eastern corner.
    pub to: (f64, f64),
}

/// What the cameras that count watch, and what only others would.
pub type Stripes = (Vec<Stripe>, Vec<Stripe>);

impl Coverage {
    /// Of an estate, with nothing looked at yet; nothing where the estate says of no ground that it is its land.
    pub fn begin(sights: &Sights, estate: &Estate) -> Option<Self> {
        let land = outlines(sights, estate);
        let rects = land.iter().filter_map(Polygon::bounding_rect);
        let all = rects.reduce(|one, other| {
            let (low, high) = (one.min(), one.max());
            let low = (low.x.min(other.min().x), low.y.min(other.min().y));
            Rect::new(low, (high.x.max(other.max().x), high.y.max(other.max().y)))
        })?;
        let grid = Grid::over(all);
        Some(Self {
            grid,
            public: vec![false; grid.cells()],
            watched: Vec::new(),
            next: Next::Row(0),
        })
    }

    /// All of it at once.
    pub fn of(sights: &Sights, estate: &Estate) -> Option<Self> {
        let mut coverage = Self::begin(sights, estate)?;
        while coverage.step(sights, estate) {}
        Some(coverage)
    }

    /// Looks at one more row of cells, of the estate that it began with. Answers whether more is to be looked at.
    pub fn step(&mut self, sights: &Sights, estate: &Estate) -> bool {
        self.next = match self.next {
            Next::Row(row) => {
                self.look_at_row(row, sights, estate);
                if row + 1 < self.grid.rows {
                    Next::Row(row + 1)
                } else {
                    Next::Camera(0, 0)
                }
            }
            Next::Camera(index, row) => match sights.eyes.get(index) {
                None => Next::Nothing,
                Some(eye) => self.look_through(eye, index, row, estate),
            },
            Next::Nothing => Next::Nothing,
        };
        self.next != Next::Nothing
    }

    fn look_at_row(&mut self, row: u16, sights: &Sights, estate: &Estate) {
        let grid = self.grid;
        let y = grid.middle(0, row).y();
        let crosses = |outline: &Polygon| {
            let rect = outline.bounding_rect();
            rect.is_some_and(|rect| (rect.min().y..=rect.max().y).contains(&y))
        };
        let mut land = outlines(sights, estate);
        land.retain(crosses);
        let buildings = estate.buildings.iter();
        let mut buildings: Vec<Polygon> = buildings
            .map(|one| sights.anchor.polygon(&one.outline))
            .collect();
        buildings.retain(crosses);
        for column in 0..grid.columns {
            let middle = grid.middle(column, row);
            let lies_in = |outlines: &[Polygon]| outlines.iter().any(|one| one.contains(&middle));
            if let Some(public) = self.public.get_mut(grid.cell(column, row)) {
                *public = lies_in(&land) && !lies_in(&buildings);
            }
        }
    }

    fn look_through(&mut self, eye: &Eye, index: usize, row: u16, estate: &Estate) -> Next {
        let Some(camera) = estate.devices.get(eye.device).filter(|_| !eye.is_indoors) else {
            return Next::Camera(index + 1, 0);
        };
        let grid = self.grid;
        let reach = eye.pose.range_m;
        let (columns, rows) = (
            grid.span(eye.at.x() - grid.west, reach, grid.columns),
            grid.span(eye.at.y() - grid.south, reach, grid.rows),
        );
        let row = row.max(rows.0);
        if row >= rows.1 {
            return Next::Camera(index + 1, 0);
        }
        if self
            .watched
            .last()
            .is_none_or(|(last, _)| *last != camera.id)
        {
            self.watched.push((camera.id.clone(), Vec::new()));
        }
        let watches = |cell: &(u16, usize)| {
            let pixels = eye.pixels_per_m(grid.middle(cell.0, row));
            pixels.is_some_and(|pixels| pixels >= WATCHED_PX_PER_M)
        };
        let cells = (columns.0..columns.1).map(|column| (column, grid.cell(column, row)));
        let public = cells.filter(|(_, cell)| self.public.get(*cell) == Some(&true));
        let seen = public
            .filter(watches)
            .filter_map(|(_, cell)| u16::try_from(cell).ok());
        let seen: Vec<u16> = seen.collect();
        if let Some((_, watched)) = self.watched.last_mut() {
            watched.extend(seen);
        }
        Next::Camera(index, row + 1)
    }

    /// Whether all of it was looked at.
    pub fn is_whole(&self) -> bool {
        self.next == Next::Nothing
    }

    /// Whether a camera watches any of the public area.
    pub fn watches(&self, camera: &DeviceId) -> bool {
        let mut watched = self.watched.iter();
        watched.any(|(of, cells)| of == camera && !cells.is_empty())
    }

    /// The share of the public area that is watched by the cameras that count, in percent; nothing if no cell is public.
    pub fn percent(&self, counts: impl Fn(&DeviceId) -> bool) -> Option<f64> {
        let all = self.public.iter().filter(|public| **public).count();
        let watched = self
            .cells(counts)
            .into_iter()
            .filter(|watched| *watched)
            .count();
        #[expect(clippy::cast_precision_loss, reason = "at most CELLS_MAX")]
        let percent = (all > 0).then(|| watched as f64 * 100.0 / all as f64);
        percent
    }

    /// Whether a cell is watched by a camera that counts, row by row.
    fn cells(&self, counts: impl Fn(&DeviceId) -> bool) -> Vec<bool> {
        let mut cells = vec![false; self.public.len()];
        for (_, watched) in self.watched.iter().filter(|(camera, _)| counts(camera)) {
            for cell in watched {
                if let Some(is_watched) = cells.get_mut(usize::from(*cell)) {
                    *is_watched = true;
                }
            }
        }
        cells
    }

    /// What is drawn of it.
    pub fn stripes(&self, counts: impl Fn(&DeviceId) -> bool) -> Stripes {
        let watched = self.cells(counts);
        let planned = self.cells(|_| true);
        let lost: Vec<bool> = planned
            .iter()
            .zip(&watched)
            .map(|(all, now)| *all && !now)
            .collect();
        (self.grid.stripes(&watched), self.grid.stripes(&lost))
    }
}

fn outlines(sights: &Sights, estate: &Estate) -> Vec<Polygon> {
    let grounds = estate.grounds.iter();
    let land = grounds.filter(|ground| ground.kind == GroundKind::Land);
    land.map(|ground| sights.anchor.polygon(&ground.outline))
        .collect()
}

impl Grid {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "columns times rows are at most CELLS_MAX, and none are below one"
    )]
    fn over(all: Rect) -> Self {
        let (width, height) = (all.width().max(CELL_M_MIN), all.height().max(CELL_M_MIN));
        let counted = |cell_m: f64| ((width / cell_m).ceil(), (height / cell_m).ceil());
        // By the decimetre, so that cells meet where the map counts in centimetres.
        let least = (width * height / CELLS_MAX as f64).sqrt().max(CELL_M_MIN);
        let mut cell_m = (least * 10.0).ceil() / 10.0;
        while counted(cell_m).0 * counted(cell_m).1 > CELLS_MAX as f64 {
            cell_m += 0.1;
        }
        let (columns, rows) = counted(cell_m);
        Self {
            west: all.min().x,
            south: all.min().y,
            cell_m,
            columns: columns as u16,
            rows: rows as u16,
        }
    }

    fn cells(self) -> usize {
        usize::from(self.columns) * usize::from(self.rows)
    }

    fn cell(self, column: u16, row: u16) -> usize {
        usize::from(row) * usize::from(self.columns) + usize::from(column)
    }

    fn corner(self, column: u16, row: u16) -> (f64, f64) {
        let (column, row) = (f64::from(column), f64::from(row));
        (
            self.west + column * self.cell_m,
            self.south + row * self.cell_m,
        )
    }

    fn middle(self, column: u16, row: u16) -> Point {
        let (x, y) = self.corner(column, row);
        Point::new(x + self.cell_m / 2.0, y + self.cell_m / 2.0)
    }

    /// The first column or row that a reach around a point touches, and the one after the last.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the columns or rows that there are"
    )]
    fn span(self, at_m: f64, reach_m: f64, count: u16) -> (u16, u16) {
        let cell = |m: f64| (m / self.cell_m).clamp(0.0, f64::from(count));
        (
            cell(at_m - reach_m).floor() as u16,
            cell(at_m + reach_m).ceil() as u16,
        )
    }

    fn stripes(self, cells: &[bool]) -> Vec<Stripe> {
        let mut stripes = Vec::new();
        for row in 0..self.rows {
            let mut begins = None;
            for column in 0..=self.columns {
                let is_in =
                    column < self.columns && cells.get(self.cell(column, row)) == Some(&true);
                match (begins, is_in) {
                    (None, true) => begins = Some(column),
                    (Some(from), false) => {
                        let (from, to) = (self.corner(from, row), self.corner(column, row + 1));
                        stripes.push(Stripe { from, to });
                        begins = None;
                    }
                    _ => {}
                }
            }
        }
        stripes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::LonLat;
    use serde_json::{Value, json};

    /// Degrees for a metre, near the equator.
    const METRE: f64 = 1.0 / 111_195.080_23;

    fn corners(x: f64, y: f64, wide: f64, deep: f64) -> Value {
        let at = |east: f64, north: f64| LonLat::new(10.0 + east * METRE, north * METRE).unwrap();
        json!([
            at(x, y),
            at(x + wide, y),
            at(x + wide, y + deep),
            at(x, y + deep)
        ])
    }

    /// 100 m by 100 m with a house of 20 m by 20 m, and two cameras that look straight ahead from opposite rims.
    fn estate(land: bool) -> Estate {
        let name = json!({"zh": "样板", "en": "Fixture"});
        let camera = |id: &str, x: f64, y: f64, heading: f64| {
            json!({
                "id": id, "kind": "camera", "name": name,
                "place": {"spot": name, "at": corners(x, y, 1.0, 1.0)[0]},
                "camera": {
                    "height_m": 4, "heading_deg": heading, "tilt_deg": 0, "view_deg": 90, "range_m": 30,
                },
            })
        };
        let grounds = if land {
            json!([{"kind": "land", "outline": corners(0.0, 0.0, 100.0, 100.0)},
                {"kind": "green", "outline": corners(0.0, 0.0, 300.0, 300.0)}])
        } else {
            json!([])
        };
        let document = json!({
            "site": "fixture", "name": name, "time_zone": "Asia/Shanghai",
            "datum": "WGS-84", "anchor": corners(0.0, 0.0, 1.0, 1.0)[0],
            "home": {
                "centre": corners(0.0, 0.0, 1.0, 1.0)[0], "zoom": 17.0, "bearing_deg": 0.0, "pitch_deg": 45.0,
            },
            "grounds": grounds,
            "buildings": [
                {"id": "house", "name": name, "outline": corners(40.0, 40.0, 20.0, 20.0), "height_m": 30},
            ],
            "devices": [camera("west", 0.0, 20.0, 90.0), camera("east", 100.0, 80.0, 270.0)],
        });
        Estate::parse(document.to_string().as_bytes()).unwrap()
    }

    fn percent(coverage: &Coverage, without: &str) -> f64 {
        coverage
            .percent(|camera| camera.as_str() != without)
            .unwrap()
    }

    #[test]
    fn the_share_of_the_land_without_its_houses_is_said_with_and_without_a_camera() {
        let estate = estate(true);
        let coverage = Coverage::of(&Sights::of(&estate), &estate).unwrap();
        assert!(coverage.is_whole());
        // Each a quarter of a circle of 30 m without its first metres, of 9,600 m².
        let (all, one) = (percent(&coverage, ""), percent(&coverage, "east"));
        assert!((13.0..15.0).contains(&all), "{all}");
        assert!((all / 2.0 - one).abs() < 0.2, "{one}");
        assert_eq!(coverage.percent(|_| false), Some(0.0));
    }

    #[test]
    fn what_is_drawn_is_as_large_as_the_number_says() {
        let estate = estate(true);
        let coverage = Coverage::of(&Sights::of(&estate), &estate).unwrap();
        let area = |stripes: &[Stripe]| -> f64 {
            let areas = stripes
                .iter()
                .map(|one| (one.to.0 - one.from.0) * (one.to.1 - one.from.1));
            areas.sum()
        };
        let (now, lost) = coverage.stripes(|camera| camera.as_str() != "east");
        let (all, none) = coverage.stripes(|_| true);
        assert!((area(&now) + area(&lost) - area(&all)).abs() < 1e-6);
        assert!(none.is_empty() && area(&lost) > 0.0);
        assert!((area(&all) / 96.0 - percent(&coverage, "")).abs() < 0.5);
    }

    #[test]
    fn an_estate_that_names_no_land_has_no_coverage() {
        let estate = estate(false);
        assert_eq!(Coverage::of(&Sights::of(&estate), &estate), None);
    }

    #[test]
    fn a_grid_has_no_more_cells_than_its_limit_however_large_or_narrow_the_land_is() {
        for (wide, high) in [
            (0.1, 0.1),
            (150.0, 90.0),
            (640.0, 410.0),
            (20_000.0, 20_000.0),
            (20_000.0, 3.0),
        ] {
            let grid = Grid::over(Rect::new((0.0, 0.0), (wide, high)));
            assert!((1..=CELLS_MAX).contains(&grid.cells()), "{grid:?}");
            let (columns, rows) = (f64::from(grid.columns), f64::from(grid.rows));
            assert!(
                columns * grid.cell_m >= wide && rows * grid.cell_m >= high,
                "{grid:?}"
            );
        }
    }
}
