//! Points on the estate's flat grid.

/// Metres east and north of the site's anchor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Xy {
    /// East.
    pub x: f64,
    /// North.
    pub y: f64,
}

impl Xy {
    /// Metres to another point.
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The point so far on the way to another one: 0 is here, 1 is there.
    #[must_use]
    pub fn toward(self, other: Self, part: f64) -> Self {
        Self {
            x: self.x + (other.x - self.x) * part,
            y: self.y + (other.y - self.y) * part,
        }
    }

    /// How far along the straight line between two points the spot nearest to this one lies, from 0
    /// to 1.
    pub(super) fn along(self, from: Self, to: Self) -> f64 {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let squared = dx * dx + dy * dy;
        if squared <= 0.0 {
            return 0.0;
        }
        (((self.x - from.x) * dx + (self.y - from.y) * dy) / squared).clamp(0.0, 1.0)
    }
}
