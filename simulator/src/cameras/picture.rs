//! A picture as encoders take it (I420), and what is drawn on it: dots, bars, letters.

use super::space::whole;
use super::view::px;
use font8x8::legacy::BASIC_LEGACY;

/// Light of each colour, red first, from 0 to 1.
pub(crate) type Rgb = [f64; 3];

/// Pixels of one dot of a letter, each way.
const DOT_PX: i32 = 2;
/// Pixels that a letter takes, each way.
pub(crate) const LETTER_PX: i32 = 8 * DOT_PX;

/// A colour as a picture holds it: BT.601, limited range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ink {
    y: u8,
    u: u8,
    v: u8,
}

impl Ink {
    pub(crate) const BLACK: Self = Self {
        y: 16,
        u: 128,
        v: 128,
    };
    pub(crate) const WHITE: Self = Self {
        y: 226,
        u: 128,
        v: 128,
    };

    pub(crate) fn of([red, green, blue]: Rgb) -> Self {
        let (red, green, blue) = (
            red.clamp(0.0, 1.0),
            green.clamp(0.0, 1.0),
            blue.clamp(0.0, 1.0),
        );
        Self {
            y: byte(16.0 + 65.5 * red + 128.6 * green + 25.0 * blue),
            u: byte(128.0 - 37.8 * red - 74.2 * green + 112.0 * blue),
            v: byte(128.0 + 112.0 * red - 93.8 * green - 18.2 * blue),
        }
    }
}

/// Width and height are even.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    width: usize,
    height: usize,
    y: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
}

impl Picture {
    /// A black picture; an odd number of pixels is rounded down to an even one.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        let (width, height) = (width & !1, height & !1);
        Self {
            width,
            height,
            y: vec![Ink::BLACK.y; width * height],
            u: vec![Ink::BLACK.u; width * height / 4],
            v: vec![Ink::BLACK.v; width * height / 4],
        }
    }

    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    pub(crate) const fn height(&self) -> usize {
        self.height
    }

    /// Light, blue, red: row by row from the top.
    pub(crate) fn planes(&self) -> [&[u8]; 3] {
        [&self.y, &self.u, &self.v]
    }

    /// Becomes another picture of the same size, without a new place in memory.
    pub(crate) fn overwrite(&mut self, other: &Self) {
        self.y.copy_from_slice(&other.y);
        self.u.copy_from_slice(&other.u);
        self.v.copy_from_slice(&other.v);
    }

    pub(crate) fn blacken(&mut self) {
        self.y.fill(Ink::BLACK.y);
        self.u.fill(Ink::BLACK.u);
        self.v.fill(Ink::BLACK.v);
    }

    /// The index of a pixel, if it is on the picture.
    pub(crate) fn index(&self, x: i32, y: i32) -> Option<usize> {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        (x < self.width && y < self.height).then_some(y * self.width + x)
    }

    /// Colours a pixel by its index.
    pub(crate) fn put(&mut self, index: usize, ink: Ink) {
        let (x, y) = (index % self.width, index / self.width);
        let quarter = y / 2 * (self.width / 2) + x / 2;
        self.y[index] = ink.y;
        self.u[quarter] = ink.u;
        self.v[quarter] = ink.v;
    }

    /// Half the light of a pixel is gone.
    fn shade(&mut self, index: usize) {
        self.y[index] = Ink::BLACK.y.midpoint(self.y[index].max(Ink::BLACK.y));
    }

    /// A filled ellipse, but for the pixels that `is_hidden` says; without ink a shadow.
    pub(crate) fn ellipse(
        &mut self,
        [x, y]: [f64; 2],
        [wide, high]: [f64; 2],
        ink: Option<Ink>,
        is_hidden: impl Fn(usize) -> bool,
    ) {
        let rows = rows(y, high, self.height);
        for row in rows {
            let off = (f64::from(row) - y) / high.max(0.5);
            let half = wide.max(0.5) * (1.0 - off * off).max(0.0).sqrt();
            for column in columns(x, half, self.width) {
                if let Some(index) = self.index(column, row)
                    && !is_hidden(index)
                {
                    match ink {
                        Some(ink) => self.put(index, ink),
                        None => self.shade(index),
                    }
                }
            }
        }
    }

    /// A thick line with round ends, but for the pixels that `is_hidden` says.
    pub(crate) fn limb(
        &mut self,
        from: [f64; 2],
        to: [f64; 2],
        half_px: f64,
        ink: Ink,
        is_hidden: impl Fn(usize) -> bool,
    ) {
        let half = half_px.max(0.6);
        let (along, aside) = (to[0] - from[0], to[1] - from[1]);
        let squared = (along * along + aside * aside).max(1e-9);
        let (top, low) = (from[1].min(to[1]), from[1].max(to[1]));
        let (left, right) = (from[0].min(to[0]), from[0].max(to[0]));
        for row in rows(
            f64::midpoint(top, low),
            (low - top) / 2.0 + half,
            self.height,
        ) {
            let down = f64::from(row) - from[1];
            let (middle, reach) = (f64::midpoint(left, right), (right - left) / 2.0 + half);
            for column in columns(middle, reach, self.width) {
                let over = f64::from(column) - from[0];
                let part = ((over * along + down * aside) / squared).clamp(0.0, 1.0);
                let off = (over - along * part).hypot(down - aside * part);
                if off <= half
                    && let Some(index) = self.index(column, row)
                    && !is_hidden(index)
                {
                    self.put(index, ink);
                }
            }
        }
    }

    pub(crate) fn bar(&mut self, x: i32, y: i32, wide: i32, high: i32, ink: Ink) {
        for row in y..y.saturating_add(high) {
            for column in x..x.saturating_add(wide) {
                if let Some(index) = self.index(column, row) {
                    self.put(index, ink);
                }
            }
        }
    }

    /// White letters with a shadow, so that they are read on any ground. What the font lacks is left out.
    pub(crate) fn text(&mut self, x: i32, y: i32, text: &str) {
        for (offset, ink) in [(1, Ink::BLACK), (0, Ink::WHITE)] {
            let mut left = x + offset;
            for letter in text.chars() {
                let dots = BASIC_LEGACY.get(letter as usize).copied();
                self.letter(left, y + offset, dots.unwrap_or_default(), ink);
                left += LETTER_PX;
            }
        }
    }

    fn letter(&mut self, x: i32, y: i32, dots: [u8; 8], ink: Ink) {
        for (row, bits) in (0..8).zip(dots) {
            for column in (0..8).filter(|column| bits >> column & 1 == 1) {
                self.bar(x + column * DOT_PX, y + row * DOT_PX, DOT_PX, DOT_PX, ink);
            }
        }
    }
}

/// The rows or columns within so many pixels of a place, as far as there are any.
fn columns(middle: f64, reach: f64, count: usize) -> std::ops::RangeInclusive<i32> {
    whole((middle - reach).max(0.0).ceil())..=whole((middle + reach).min(px(count) - 1.0))
}

fn rows(middle: f64, reach: f64, count: usize) -> std::ops::RangeInclusive<i32> {
    columns(middle, reach.max(0.5), count)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, which is what is wanted"
)]
const fn byte(number: f64) -> u8 {
    number.round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_keep_to_the_range_of_television() {
        assert_eq!(Ink::of([0.0; 3]), Ink::BLACK);
        assert_eq!(
            Ink::of([9.0; 3]),
            Ink {
                y: 235,
                u: 128,
                v: 128
            }
        );
        let red = Ink::of([1.0, 0.0, 0.0]);
        assert!(red.v == 240 && red.u < 128, "{red:?}");
    }

    #[test]
    fn what_leaves_the_picture_is_cut_and_what_is_hidden_is_spared() {
        let mut picture = Picture::new(33, 17);
        assert_eq!((picture.width(), picture.height()), (32, 16));
        picture.ellipse([-3.0, 500.0], [9.0, 1e9], Some(Ink::WHITE), |index| {
            index % 2 == 0
        });
        picture.limb([-1e7, -1e7], [1e7, 1e7], 2.0, Ink::WHITE, |_| false);
        picture.bar(30, -5, 100, 100, Ink::WHITE);
        picture.text(28, 12, "W\u{4e2d}");
        let [light, ..] = picture.planes();
        assert_eq!(light[15 * 32], Ink::BLACK.y, "hidden");
        assert_eq!(light[31], Ink::WHITE.y);
    }

    #[test]
    fn letters_are_legible_the_right_way_round() {
        let mut picture = Picture::new(32, 32);
        picture.text(4, 4, "L");
        let [light, ..] = picture.planes();
        let bright = |rows: std::ops::Range<usize>, columns: std::ops::Range<usize>| {
            let cells = rows.flat_map(|row| columns.clone().map(move |column| row * 32 + column));
            cells.filter(|index| light[*index] == Ink::WHITE.y).count()
        };
        assert!(
            bright(4..20, 4..12) > 2 * bright(4..14, 12..20),
            "its stroke is at the left"
        );
        assert!(
            bright(14..20, 4..20) > 2 * bright(4..10, 12..20),
            "its foot is below"
        );
    }
}
