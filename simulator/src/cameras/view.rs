//! A pinhole that looks at the estate as a camera's pose says.

use super::space::{Point, along, dot, minus};
use castellan_domain::estate::CameraPose;

/// What is nearer than this is not drawn.
pub(crate) const NEAR_M: f64 = 0.15;
/// A pinhole cannot look sideways: wider views than this are drawn as this.
const VIEW_DEG_MAX: f64 = 120.0;

/// From where, in which direction and how wide somebody looks, on so many pixels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct View {
    eye: Point,
    right: Point,
    up: Point,
    forward: Point,
    /// Pixels for a metre that is a metre away.
    focal_px: f64,
    width: usize,
    height: usize,
}

/// A point as it is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seen {
    /// Pixels from the left edge, and from the top.
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// Metres ahead.
    pub(crate) away_m: f64,
    pub(crate) px_per_m: f64,
}

impl View {
    pub(crate) fn new(eye: Point, pose: &CameraPose, width: usize, height: usize) -> Self {
        let (sin_heading, cos_heading) = pose.heading_deg.to_radians().sin_cos();
        let (sin_tilt, cos_tilt) = pose.tilt_deg.to_radians().sin_cos();
        let half_view = pose.view_deg.clamp(1.0, VIEW_DEG_MAX).to_radians() / 2.0;
        Self {
            eye,
            right: [cos_heading, -sin_heading, 0.0],
            up: [sin_heading * sin_tilt, cos_heading * sin_tilt, cos_tilt],
            forward: [sin_heading * cos_tilt, cos_heading * cos_tilt, -sin_tilt],
            focal_px: px(width) / 2.0 / half_view.tan(),
            width,
            height,
        }
    }

    /// The same view on so many times more pixels each way.
    #[must_use]
    pub(crate) fn times(&self, factor: usize) -> Self {
        Self {
            focal_px: self.focal_px * px(factor),
            width: self.width * factor,
            height: self.height * factor,
            ..self.clone()
        }
    }

    pub(crate) const fn eye(&self) -> Point {
        self.eye
    }

    pub(crate) const fn forward(&self) -> Point {
        self.forward
    }

    pub(crate) const fn right(&self) -> Point {
        self.right
    }

    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    pub(crate) const fn height(&self) -> usize {
        self.height
    }

    pub(crate) const fn focal_px(&self) -> f64 {
        self.focal_px
    }

    /// Metres to the right, upwards and ahead as the camera has them.
    pub(crate) const fn as_seen(&self, at: Point) -> Point {
        let from = minus(at, self.eye);
        [
            dot(from, self.right),
            dot(from, self.up),
            dot(from, self.forward),
        ]
    }

    /// The pixel of a point that [`Self::as_seen`] gave and that lies ahead.
    pub(crate) fn on_screen(&self, at: Point) -> (f64, f64) {
        let scale = self.focal_px / at[2];
        (
            px(self.width) / 2.0 + at[0] * scale,
            px(self.height) / 2.0 - at[1] * scale,
        )
    }

    /// Where a point is seen, inside the picture or beside it; nothing where it is not ahead.
    pub(crate) fn seen(&self, at: Point) -> Option<Seen> {
        let at = self.as_seen(at);
        if at[2] < NEAR_M {
            return None;
        }
        let (x, y) = self.on_screen(at);
        Some(Seen {
            x,
            y,
            away_m: at[2],
            px_per_m: self.focal_px / at[2],
        })
    }

    /// The direction through a pixel's middle, as long as it takes to come a metre ahead: to the right, upwards,
    /// ahead.
    pub(crate) fn ray(&self, x: usize, y: usize) -> Point {
        [
            (px(x) + 0.5 - px(self.width) / 2.0) / self.focal_px,
            (px(self.height) / 2.0 - px(y) - 0.5) / self.focal_px,
            1.0,
        ]
    }

    /// The point so many metres ahead on a ray.
    pub(crate) const fn on_ray(&self, ray: Point, away_m: f64) -> Point {
        let side = along(self.eye, self.right, ray[0] * away_m);
        let high = along(side, self.up, ray[1] * away_m);
        along(high, self.forward, away_m)
    }
}

/// Pixels as a number to reckon with.
#[expect(clippy::cast_precision_loss, reason = "no picture is that large")]
pub(crate) const fn px(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looking(heading_deg: f64, tilt_deg: f64) -> View {
        let pose = CameraPose {
            height_m: 4.0,
            heading_deg,
            tilt_deg,
            view_deg: 60.0,
            range_m: 30.0,
        };
        View::new([100.0, 50.0, 4.0], &pose, 640, 360)
    }

    #[test]
    fn what_is_straight_ahead_is_in_the_middle_wherever_a_camera_looks() {
        for (heading_deg, east, north) in [
            (0.0, 0.0, 1.0),
            (90.0, 1.0, 0.0),
            (225.0, -0.5_f64.sqrt(), -0.5_f64.sqrt()),
        ] {
            let seen =
                looking(heading_deg, 0.0).seen([100.0 + 20.0 * east, 50.0 + 20.0 * north, 4.0]);
            let seen = seen.unwrap();
            assert!(
                (seen.x - 320.0).abs() < 1e-6 && (seen.y - 180.0).abs() < 1e-6,
                "{seen:?}"
            );
            assert!((seen.away_m - 20.0).abs() < 1e-9);
        }
        // Four metres down and four metres ahead is the middle of a camera that looks down by 45°.
        let seen = looking(0.0, 45.0).seen([100.0, 54.0, 0.0]).unwrap();
        assert!(
            (seen.x - 320.0).abs() < 1e-6 && (seen.y - 180.0).abs() < 1e-6,
            "{seen:?}"
        );
    }

    #[test]
    fn right_is_right_up_is_up_and_behind_is_nowhere() {
        let view = looking(0.0, 10.0);
        let east = view.seen([103.0, 70.0, 2.0]).unwrap();
        let west = view.seen([97.0, 70.0, 2.0]).unwrap();
        assert!(east.x > 320.0 && west.x < 320.0);
        let head = view.seen([100.0, 70.0, 1.7]).unwrap();
        let foot = view.seen([100.0, 70.0, 0.0]).unwrap();
        assert!(head.y < foot.y);
        assert_eq!(view.seen([100.0, 30.0, 1.7]), None);
        // The edge of what it sees is half its angle away.
        let edge = looking(0.0, 0.0).seen([100.0 + 20.0 * 30.0_f64.to_radians().tan(), 70.0, 4.0]);
        assert!((edge.unwrap().x - 640.0).abs() < 1e-6);
    }

    #[test]
    fn a_ray_leads_back_to_the_point_that_is_seen() {
        let view = looking(123.0, 19.0);
        let at = view.on_ray(view.ray(400, 100), 17.0);
        let seen = view.seen(at).unwrap();
        assert!(
            (seen.x - 400.5).abs() < 1e-6 && (seen.y - 100.5).abs() < 1e-6,
            "{seen:?}"
        );
        assert!((seen.away_m - 17.0).abs() < 1e-9);
        let finer = view.times(2).seen(at).unwrap();
        assert!((finer.x - 801.0).abs() < 1e-6);
    }
}
