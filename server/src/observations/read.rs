//! Reading the log: by time and device, a page at a time.

use super::line;
use super::segments::{day_of, days, path_of};
use castellan_domain::ids::DeviceId;
use castellan_domain::text::Text;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::history::{ObservationPage, ObservationRecord};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::str::FromStr;

/// Bytes that one question looks through at most: a whole day. Then it says where to go on.
const SCAN_BYTES_MAX: u64 = super::segments::DAY_BYTES_MAX;

/// Further into a day no page can have ended: no day's file is half as long.
const OFFSET_MAX: u64 = 2 * super::segments::DAY_BYTES_MAX;

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// Of which device; left out: of all.
    pub(crate) device: Option<DeviceId>,
    /// When they were answered, both ends included.
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) limit: usize,
    /// Where the page before ended.
    pub(crate) after: Option<Cursor>,
}

/// A place between two lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    day: Date,
    offset: u64,
}

/// Not a place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoCursor;

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(raw: &str) -> Result<Self, NoCursor> {
        let (day, offset) = raw.split_once('.').ok_or(NoCursor)?;
        let offset = offset.parse().map_err(|_| NoCursor)?;
        if offset > OFFSET_MAX {
            return Err(NoCursor);
        }
        let day = day.parse().map_err(|_| NoCursor)?;
        Ok(Self { day, offset })
    }
}

impl Cursor {
    fn text(self) -> Option<Text<40>> {
        Text::new(format!("{}.{}", self.day, self.offset)).ok()
    }
}

/// Answers a question from the files of a folder.
pub(super) fn read(
    folder: &Path,
    zone: &TimeZone,
    question: &Question,
) -> io::Result<ObservationPage> {
    let mut page = ObservationPage {
        observations: Vec::new(),
        next: None,
        damaged: 0,
    };
    let first = day_of(question.from, zone);
    let first = question.after.map_or(first, |after| first.max(after.day));
    let last = day_of(question.to, zone);
    let mut budget = SCAN_BYTES_MAX;
    for day in days(folder)? {
        if day < first || day > last {
            continue;
        }
        let after = question.after.filter(|after| after.day == day);
        let offset = after.map_or(0, |after| after.offset);
        if let Some(offset) = read_day(folder, day, offset, question, &mut budget, &mut page)? {
            page.next = Cursor { day, offset }.text();
            break;
        }
    }
    Ok(page)
}

/// Reads a day from an offset on. Gives the offset at which the page or the budget was full.
fn read_day(
    folder: &Path,
    day: Date,
    mut offset: u64,
    question: &Question,
    budget: &mut u64,
    page: &mut ObservationPage,
) -> io::Result<Option<u64>> {
    let mut file = match File::open(path_of(folder, day)) {
        Ok(file) => file,
        // It was purged since it was listed.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    file.seek(SeekFrom::Start(offset))?;
    let mut file = BufReader::new(file);
    let mut line = Vec::with_capacity(line::LINE_BYTES_MAX);
    // Whether we stand in the middle of a line that is longer than any of ours.
    let mut overlong = false;
    loop {
        if page.observations.len() >= question.limit || *budget == 0 {
            return Ok(Some(offset));
        }
        line.clear();
        let taken = file
            .by_ref()
            .take(line::LINE_BYTES_MAX as u64)
            .read_until(b'\n', &mut line)? as u64;
        if taken == 0 {
            return Ok(None);
        }
        offset += taken;
        *budget = budget.saturating_sub(taken);
        let ended = line.pop_if(|byte| *byte == b'\n').is_some();
        let goes_on = !ended && taken == line::LINE_BYTES_MAX as u64;
        if goes_on || overlong {
            page.damaged += u64::from(!overlong);
            overlong = goes_on;
            continue;
        }
        take(&line, question, page);
    }
}

fn take(line: &[u8], question: &Question, page: &mut ObservationPage) {
    let asked = question.from..=question.to;
    if line::time_of(line).is_some_and(|at| !asked.contains(&at)) {
        return;
    }
    let Ok(record) = line::decode(line) else {
        page.damaged += 1;
        return;
    };
    let is_asked = |record: &ObservationRecord| {
        let device = question.device.as_ref();
        device.is_none_or(|device| record.observation.device() == Some(device))
    };
    if is_asked(&record) {
        page.observations.push(record);
    }
}

#[cfg(test)]
mod tests {
    use super::super::segments::Segments;
    use super::super::tests::{record, shanghai};
    use super::*;

    /// 2026-11-23 00:00 in Shanghai.
    const MIDNIGHT_S: i64 = 1_795_363_200;

    fn question(from_s: i64, to_s: i64, limit: usize) -> Question {
        Question {
            device: None,
            from: Timestamp::from_secs(from_s),
            to: Timestamp::from_secs(to_s),
            limit,
            after: None,
        }
    }

    /// Four days with an observation every hour, of two devices by turns.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let mut segments = Segments::new(folder.path().to_owned(), shanghai(), 30);
        for hour in 0..96 {
            let device = if hour % 2 == 0 { "d-even" } else { "d-odd" };
            segments
                .append(&record(MIDNIGHT_S + 3_600 * hour, device))
                .unwrap();
        }
        folder
    }

    fn hours(page: &ObservationPage) -> Vec<i64> {
        let hour = |record: &ObservationRecord| {
            (record
                .answered_at
                .since(Timestamp::from_secs(MIDNIGHT_S))
                .as_secs())
                / 3_600
        };
        page.observations.iter().map(hour).collect()
    }

    #[test]
    fn a_stretch_over_midnight_is_read_page_by_page() {
        let folder = folder();
        let mut asked = question(MIDNIGHT_S + 22 * 3_600, MIDNIGHT_S + 49 * 3_600, 10);
        let mut found = Vec::new();
        for pages in 1.. {
            let page = read(folder.path(), &shanghai(), &asked).unwrap();
            found.extend(hours(&page));
            let Some(next) = page.next else { break };
            asked.after = Some(next.as_str().parse().unwrap());
            assert!(pages < 10, "it comes to an end");
        }
        assert_eq!(found, (22..=49).collect::<Vec<_>>());
    }

    #[test]
    fn one_device_is_found_among_the_others() {
        let folder = folder();
        let mut asked = question(MIDNIGHT_S, MIDNIGHT_S + 10 * 3_600, 100);
        asked.device = Some(DeviceId::new("d-odd").unwrap());
        let page = read(folder.path(), &shanghai(), &asked).unwrap();
        assert_eq!((hours(&page), page.next), (vec![1, 3, 5, 7, 9], None));
    }

    #[test]
    fn a_torn_line_and_a_flipped_byte_are_counted_and_cost_nothing_else() {
        let folder = folder();
        let path = path_of(folder.path(), "2026-11-23".parse().unwrap());
        let mut bytes = std::fs::read(&path).unwrap();
        let places: Vec<usize> = (0..bytes.len()).filter(|n| bytes[*n] == b'\n').collect();
        // In the JSON of hour 3, and in the checksum of hour 5.
        bytes[places[2] + 60] ^= 4;
        bytes[places[4] + 2] ^= 1;
        // Hour 23 is torn; before hour 8 stands something long that is no line of ours.
        bytes.truncate(places[22] + 30);
        bytes.splice(
            places[7]..places[7],
            vec![b'x'; 3 * line::LINE_BYTES_MAX + 5],
        );
        std::fs::write(&path, bytes).unwrap();
        let asked = question(MIDNIGHT_S, MIDNIGHT_S + 26 * 3_600, 100);
        let page = read(folder.path(), &shanghai(), &asked).unwrap();
        let left: Vec<i64> = (0..=26)
            .filter(|hour| ![3, 5, 7, 23].contains(hour))
            .collect();
        assert_eq!((hours(&page), page.damaged), (left, 4));
    }

    #[test]
    fn what_is_no_place_in_the_log_is_refused() {
        for bad in [
            "",
            "2026-11-23",
            "2026-11-23.-1",
            "2026-13-01.0",
            "../x.0",
            "2026-11-23.1.2",
        ] {
            assert_eq!(bad.parse::<Cursor>(), Err(NoCursor), "{bad}");
        }
        let far = question(i64::MIN, i64::MAX, 5);
        let folder = folder();
        assert_eq!(
            read(folder.path(), &shanghai(), &far)
                .unwrap()
                .observations
                .len(),
            5
        );
        let beyond = Some("2026-11-26.99999999".parse().unwrap());
        let asked = Question {
            after: beyond,
            ..far
        };
        assert_eq!(read(folder.path(), &shanghai(), &asked).unwrap().next, None);
    }

    #[test]
    fn a_day_that_is_missing_in_the_middle_is_passed_over_and_pages_go_on_behind_it() {
        let folder = folder();
        let gone: Date = "2026-11-24".parse().unwrap();
        std::fs::remove_file(path_of(folder.path(), gone)).unwrap();
        let mut asked = question(MIDNIGHT_S, MIDNIGHT_S + 96 * 3_600, 20);
        let mut found = Vec::new();
        for _ in 0..10 {
            let page = read(folder.path(), &shanghai(), &asked).unwrap();
            assert_eq!(page.damaged, 0);
            found.extend(hours(&page));
            let Some(next) = page.next else { break };
            asked.after = Some(next.as_str().parse().unwrap());
        }
        let expected: Vec<_> = (0..24).chain(48..96).collect();
        assert_eq!(found, expected);
        // A page that ended within a day that is gone by now goes on with the next one.
        asked.after = Some(Cursor {
            day: gone,
            offset: 500,
        });
        let page = read(folder.path(), &shanghai(), &asked).unwrap();
        assert_eq!(hours(&page)[0], 48);
    }
}
