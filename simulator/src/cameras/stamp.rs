//! What is burnt into a picture: the camera's name, its clock, and for tests a bar that a program can read.

use super::picture::{Ink, LETTER_PX, Picture};
use super::scenery::Hour;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Pixels from the edge.
const EDGE_PX: i32 = 10;
/// Letters of a name that fit beside the clock.
const NAME_LETTERS_MAX: usize = 18;
/// The bar has a cell for each of the low bits of the milliseconds since 1970, the highest first.
const BAR_CELLS: i32 = 32;
const BAR_CELL_PX: i32 = 8;
/// Minutes of the day at which it becomes dark, and light again.
const DARK_FROM_MIN: i16 = 18 * 60 + 30;
const LIGHT_FROM_MIN: i16 = 6 * 60;

/// The clock of a camera, in the estate's time.
#[derive(Debug, Clone)]
pub(crate) struct Clock(TimeZone);

impl Clock {
    /// An unknown time zone, which no server takes, is read as UTC.
    pub(crate) fn of(time_zone: &str) -> Self {
        let known = jiff::tz::TimeZoneDatabase::bundled().get(time_zone);
        Self(known.unwrap_or(TimeZone::UTC))
    }

    /// `2026-11-28 03:01:24`
    pub(crate) fn words(&self, unix_ms: i64) -> String {
        let time = Timestamp::from_millisecond(unix_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let time = time.to_zoned(self.0.clone());
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            time.year(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second(),
        )
    }

    /// Whether it is light outside.
    pub(crate) fn hour(&self, unix_ms: i64) -> Hour {
        let time = Timestamp::from_millisecond(unix_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let time = time.to_zoned(self.0.clone());
        let minutes = i16::from(time.hour()) * 60 + i16::from(time.minute());
        if (LIGHT_FROM_MIN..DARK_FROM_MIN).contains(&minutes) {
            Hour::Day
        } else {
            Hour::Night
        }
    }
}

/// A camera's name as the font can write it: the name that people call it, or else its id.
pub(crate) fn written(name: &str, id: &str) -> String {
    let is_written = !name.is_empty() && name.chars().all(|c| (' '..='~').contains(&c));
    let word = if is_written { name } else { id };
    word.chars().take(NAME_LETTERS_MAX).collect()
}

/// Burns in name and clock.
pub(crate) fn burn(picture: &mut Picture, name: &str, clock: &str) {
    picture.text(EDGE_PX, EDGE_PX, name);
    let letters = i32::try_from(clock.len()).unwrap_or(0);
    let width = i32::try_from(picture.width()).unwrap_or(0);
    picture.text(width - EDGE_PX - letters * LETTER_PX, EDGE_PX, clock);
}

/// Burns in the bar: dark cells are zeros, bright ones are ones.
pub(crate) fn burn_bar(picture: &mut Picture, unix_ms: i64) {
    let [left, top] = bar_corner(picture);
    let (long, rim) = (BAR_CELLS * BAR_CELL_PX, BAR_CELL_PX / 2);
    picture.bar(
        left - rim,
        top - rim,
        long + 2 * rim,
        BAR_CELL_PX + 2 * rim,
        Ink::BLACK,
    );
    for cell in (0..BAR_CELLS).filter(|cell| unix_ms >> (BAR_CELLS - 1 - cell) & 1 == 1) {
        picture.bar(
            left + cell * BAR_CELL_PX,
            top,
            BAR_CELL_PX,
            BAR_CELL_PX,
            Ink::WHITE,
        );
    }
}

fn bar_corner(picture: &Picture) -> [i32; 2] {
    let (width, height) = (picture.width(), picture.height());
    let (width, height) = (
        i32::try_from(width).unwrap_or(0),
        i32::try_from(height).unwrap_or(0),
    );
    [
        width - BAR_CELLS * BAR_CELL_PX - EDGE_PX,
        height - 2 * BAR_CELL_PX - EDGE_PX / 2,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_the_estates_own() {
        let clock = Clock::of("Asia/Shanghai");
        assert_eq!(clock.words(1_795_460_484_999), "2026-11-24 03:01:24");
        assert_eq!(clock.hour(1_795_460_484_999), Hour::Night);
        assert_eq!(clock.hour(1_795_460_484_999 + 9 * 3_600_000), Hour::Day);
        assert_eq!(Clock::of("Nowhere").words(0), "1970-01-01 00:00:00");
        assert_eq!(
            clock.words(i64::MAX),
            clock.words(0),
            "beyond all calendars"
        );
    }

    #[test]
    fn a_name_that_the_font_lacks_is_the_cameras_id() {
        for (name, id, written_as) in [
            ("East gate", "cam-east-gate", "East gate"),
            ("东门 摄像机", "cam-east-gate", "cam-east-gate"),
            ("", "cam-1", "cam-1"),
            (
                "A name that is too long by far",
                "cam-1",
                "A name that is too",
            ),
        ] {
            assert_eq!(written(name, id), written_as);
        }
    }

    #[test]
    fn the_bar_is_read_back() {
        let unix_ms = 1_795_460_484_999;
        let mut picture = Picture::new(640, 360);
        burn_bar(&mut picture, unix_ms);
        let [left, top] = bar_corner(&picture);
        let read = (0..BAR_CELLS).fold(0_i64, |read, cell| {
            let index = picture
                .index(left + cell * BAR_CELL_PX + 4, top + 4)
                .unwrap();
            read << 1 | i64::from(picture.planes()[0][index] > 120)
        });
        assert_eq!(read, unix_ms & 0xffff_ffff);
    }
}
