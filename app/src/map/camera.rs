//! From metres on the ground to pixels on the screen.
//!
//! The map library gives a matrix for the whole world's Mercator square. Multiplied with the site's
//! anchor in 64 bits, what remains are small offsets that 32 bits hold to a fraction of a
//! millimetre; absolute positions in 32 bits would tremble by metres.

use castellan_domain::geo::{Anchor, LonLat};
use std::f64::consts::{PI, TAU};

/// Mean radius of the sphere behind the anchor formula.
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A column-major 4 × 4 matrix.
pub type Matrix = [f64; 16];

/// What a map shows where nobody moves it.
#[derive(Debug, Clone, Copy)]
pub enum Framed {
    /// Whatever somebody moves it to.
    Free,
    /// The whole estate.
    Home,
    /// A place.
    Place(LonLat),
}

/// What the map shows, at one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    matrix: Matrix,
    curve: f64,
    width_px: f64,
    height_px: f64,
}

impl Camera {
    /// From the map library's matrix and the size of the map in CSS pixels.
    pub fn new(world: &Matrix, anchor: Anchor, width_px: f64, height_px: f64) -> Self {
        let (east, south) = mercator(anchor.origin());
        let latitude = anchor.origin().lat().to_radians();
        let per_metre = 1.0 / (TAU * EARTH_RADIUS_M * latitude.cos());
        let mut matrix = *world;
        for row in 0..4 {
            let (x, y, w) = (world[row], world[4 + row], world[12 + row]);
            matrix[row] = x * per_metre;
            // Mercator's y grows southwards, ours northwards.
            matrix[4 + row] = -y * per_metre;
            matrix[12 + row] = x * east + y * south + w;
        }
        Self {
            matrix,
            curve: latitude.tan() / (2.0 * EARTH_RADIUS_M),
            width_px,
            height_px,
        }
    }

    /// The matrix for offsets in metres, small enough for a shader.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the point of the anchor: what is left fits 32 bits"
    )]
    pub fn matrix_f32(&self) -> [f32; 16] {
        self.matrix.map(|value| value as f32)
    }

    /// By how much Mercator stretches northwards, per metre: y + curve · y².
    pub fn curve(&self) -> f64 {
        self.curve
    }

    /// Width and height of the map in CSS pixels.
    pub fn size_px(&self) -> (f64, f64) {
        (self.width_px, self.height_px)
    }

    /// Where metres from the anchor are on the screen, in CSS pixels from its top left;
    /// nothing when that is behind the camera.
    pub fn project(&self, (x, y): (f64, f64)) -> Option<(f64, f64)> {
        let m = &self.matrix;
        let y = y + self.curve * y * y;
        let clip = |row: usize| m[row] * x + m[4 + row] * y + m[12 + row];
        let w = clip(3);
        if w <= 0.0 {
            return None;
        }
        Some((
            (0.5 + clip(0) / w / 2.0) * self.width_px,
            (0.5 - clip(1) / w / 2.0) * self.height_px,
        ))
    }

    /// The same for what is `height_m` above the ground. Seen at a slant, a metre of ground is
    /// shorter one way than the other, and what is missing there is how long a metre upwards is.
    pub fn project_above(&self, (x, y): (f64, f64), height_m: f64) -> Option<(f64, f64)> {
        let foot = self.project((x, y))?;
        let (east, north) = (self.project((x + 1.0, y))?, self.project((x, y + 1.0))?);
        let (east, north) = (
            (east.0 - foot.0, east.1 - foot.1),
            (north.0 - foot.0, north.1 - foot.1),
        );
        let squares = east.0.powi(2) + east.1.powi(2) + north.0.powi(2) + north.1.powi(2);
        let area = east.0 * north.1 - east.1 * north.0;
        let upwards = (squares.powi(2) - 4.0 * area.powi(2)).max(0.0).powf(0.25);
        Some((foot.0, foot.1 - upwards * height_m))
    }

    /// Whether a point of the screen is at least `margin_px` inside it.
    pub fn shows(&self, (x, y): (f64, f64), margin_px: f64) -> bool {
        (margin_px..=self.width_px - margin_px).contains(&x)
            && (margin_px..=self.height_px - margin_px).contains(&y)
    }
}

/// The place on the world's Mercator square, 0 to 1 from its north-western corner.
fn mercator(at: LonLat) -> (f64, f64) {
    let sine = at.lat().to_radians().sin();
    (
        at.lon() / 360.0 + 0.5,
        0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * PI),
    )
}

/// A round length for a scale bar of at most `most_px`, and how long the bar is.
pub fn scale_bar(metres_per_pixel: f64, most_px: f64) -> (f64, f64) {
    let most_m = metres_per_pixel * most_px;
    let decade = 10f64.powf(most_m.log10().floor());
    let length_m = [5.0, 2.0, 1.0]
        .map(|step| step * decade)
        .into_iter()
        .find(|length| *length <= most_m)
        .unwrap_or(decade);
    (length_m, length_m / metres_per_pixel)
}

/// The resting view's zoom on a map of this size. A document's zoom is meant for a map of
/// 1,280 × 860 CSS pixels; a smaller screen steps back so that the estate still fits.
pub fn home_zoom(zoom: f64, width_px: f64, height_px: f64) -> f64 {
    let fit = (width_px / 1_280.0).min(height_px / 860.0).max(0.05);
    (zoom + fit.log2().clamp(-2.5, 1.6)).clamp(10.0, 22.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::geo::Offset;
    use proptest::prelude::*;

    /// A map library's matrix that looks straight down on `centre`.
    fn world_at(centre: LonLat, zoom: f64, width: f64, height: f64) -> Matrix {
        let (x, y) = mercator(centre);
        let size = 512.0 * zoom.exp2();
        let (a, b) = (2.0 * size / width, -2.0 * size / height);
        #[rustfmt::skip]
        let matrix = [
            a, 0.0, 0.0, 0.0,
            0.0, b, 0.0, 0.0,
            0.0, 0.0, 1.0, 0.0,
            -a * x, -b * y, 0.0, 1.0,
        ];
        matrix
    }

    #[test]
    fn the_anchor_is_in_the_middle_and_east_is_right() {
        let anchor = Anchor::new(LonLat::new(120.0, 31.0).unwrap());
        let world = world_at(anchor.origin(), 17.0, 800.0, 600.0);
        let camera = Camera::new(&world, anchor, 800.0, 600.0);
        let (x, y) = camera.project((0.0, 0.0)).unwrap();
        assert!((x - 400.0).abs() < 1e-3 && (y - 300.0).abs() < 1e-3);
        let (east, _) = camera.project((10.0, 0.0)).unwrap();
        let (_, north) = camera.project((0.0, 10.0)).unwrap();
        assert!(east > x && north < y, "east is right, north is up");
        assert!(camera.shows((x, y), 100.0) && !camera.shows((50.0, y), 100.0));
    }

    #[test]
    fn what_is_high_is_seen_higher_the_flatter_one_looks() {
        let anchor = Anchor::new(LonLat::new(120.0, 0.0).unwrap());
        let straight = world_at(anchor.origin(), 17.0, 800.0, 600.0);
        let camera = |matrix: &Matrix| Camera::new(matrix, anchor, 800.0, 600.0);
        let raised_px = |matrix: &Matrix| {
            let foot = camera(matrix).project((0.0, 0.0)).unwrap();
            let top = camera(matrix).project_above((0.0, 0.0), 50.0).unwrap();
            assert!((foot.0 - top.0).abs() < 1e-9);
            foot.1 - top.1
        };
        assert!(raised_px(&straight).abs() < 0.5);
        // A tilt of 60 degrees halves what lies on the ground, and shows what stands at sin 60.
        let mut tilted = straight;
        for row in [1, 5, 9, 13] {
            tilted[row] *= 0.5;
        }
        let east = camera(&straight).project((50.0, 0.0)).unwrap().0 - 400.0;
        let expected = east * 60f64.to_radians().sin();
        assert!((raised_px(&tilted) - expected).abs() < 0.5);
    }

    #[test]
    fn what_is_behind_the_camera_has_no_place_on_the_screen() {
        let anchor = Anchor::new(LonLat::new(0.0, 0.0).unwrap());
        let mut world = world_at(anchor.origin(), 17.0, 800.0, 600.0);
        world[15] = -1.0;
        assert_eq!(
            Camera::new(&world, anchor, 800.0, 600.0).project((0.0, 0.0)),
            None
        );
    }

    proptest! {
        #[test]
        fn offsets_land_where_the_degrees_would(
            lat in -60.0..60.0f64, east in -3_000.0..3_000.0f64, north in -3_000.0..3_000.0f64,
        ) {
            let anchor = Anchor::new(LonLat::new(121.0, lat).unwrap());
            let world = world_at(anchor.origin(), 20.0, 800.0, 600.0);
            let camera = Camera::new(&world, anchor, 800.0, 600.0);
            #[expect(clippy::cast_possible_truncation, reason = "3,000 m are 300,000 cm")]
            let cm = |metres: f64| (metres * 100.0).round() as i32;
            let offset = Offset { x_cm: cm(east), y_cm: cm(north) };
            let (x, y) = mercator(anchor.position(offset).unwrap());
            let wanted = (
                (world[0] * x + world[12] + 1.0) / 2.0 * 800.0,
                (1.0 - (world[5] * y + world[13])) / 2.0 * 600.0,
            );
            let metres = (f64::from(offset.x_cm) / 100.0, f64::from(offset.y_cm) / 100.0);
            let found = camera.project(metres).unwrap();
            // At zoom 20 a pixel is 3.7 to 7.5 cm; the third-order term is what is left out.
            prop_assert!((found.0 - wanted.0).abs() < 0.1 && (found.1 - wanted.1).abs() < 0.2);
        }
    }

    #[test]
    fn scale_bars_are_round_and_fit() {
        for metres_per_pixel in [0.011, 0.27, 0.9, 1.0, 3.3, 75.0] {
            let (metres, pixels) = scale_bar(metres_per_pixel, 120.0);
            assert!(
                pixels <= 120.0 && pixels > 45.0,
                "{metres} m in {pixels} px"
            );
        }
        assert!((scale_bar(0.5, 120.0).0 - 50.0).abs() < 1e-9);
    }

    #[test]
    fn a_phone_steps_back_and_a_wall_comes_closer() {
        assert!((home_zoom(17.0, 1_280.0, 860.0) - 17.0).abs() < 1e-9);
        assert!(home_zoom(17.0, 390.0, 844.0) < 15.5);
        assert!(home_zoom(17.0, 3_840.0, 2_160.0) > 18.2);
        assert!((home_zoom(17.0, 0.0, 0.0) - 14.5).abs() < 1e-9);
    }
}
