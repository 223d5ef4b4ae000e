//! The segments of the log on disk: one file for each day of the site, written at its end only.

use super::line;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::history::ObservationRecord;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use tracing::{info, warn};

/// Bytes of one day at most: some 200,000 reports. A device that says more says nothing new.
pub(super) const DAY_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Why a record was not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotWritten {
    #[error("the day's segment is full")]
    DayFull,
    #[error("the room that is left is for positions and facts")]
    GivenUp,
    #[error("{0}")]
    Unwritable(#[from] io::Error),
}

/// The files of the log.
#[derive(Debug)]
pub(super) struct Segments {
    folder: PathBuf,
    zone: TimeZone,
    days_kept: u16,
    day_bytes_max: u64,
    open: Option<Segment>,
}

#[derive(Debug)]
struct Segment {
    day: Date,
    file: File,
    /// Up to here it holds whole lines.
    bytes: u64,
}

/// The day of the site at a moment. Moments that no calendar knows are moved to its ends.
pub(super) fn day_of(at: Timestamp, zone: &TimeZone) -> Date {
    let end = if at < Timestamp::default() {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    };
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(end);
    at.to_zoned(zone.clone()).date()
}

pub(super) fn path_of(folder: &Path, day: Date) -> PathBuf {
    folder.join(format!("{day}.log"))
}

/// The days that there are segments of, in order. Other files are left alone.
pub(super) fn days(folder: &Path) -> io::Result<Vec<Date>> {
    let mut days = Vec::new();
    let entries = match fs::read_dir(folder) {
        // Nothing was observed yet.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(days),
        entries => entries?,
    };
    for entry in entries {
        let name = entry?.file_name();
        let day = name.to_str().and_then(|name| name.strip_suffix(".log"));
        days.extend(day.and_then(|day| day.parse::<Date>().ok()));
    }
    days.sort_unstable();
    Ok(days)
}

impl Segments {
    pub(super) fn new(folder: PathBuf, zone: TimeZone, days_kept: u16) -> Self {
        Self {
            folder,
            zone,
            days_kept,
            day_bytes_max: DAY_BYTES_MAX,
            open: None,
        }
    }

    /// Writes a record at the end of its day's segment: all of it, or nothing.
    pub(super) fn append(&mut self, record: &ObservationRecord) -> Result<(), NotWritten> {
        let line = line::encode(record).map_err(io::Error::from)?;
        let day = day_of(record.answered_at, &self.zone);
        let mut segment = match self.open.take() {
            Some(segment) if segment.day == day => segment,
            _other_day => {
                self.purge(record.answered_at);
                Segment::open(&self.folder, day)?
            }
        };
        let bytes = segment.bytes + line.len() as u64;
        if bytes > self.day_bytes_max {
            self.open = Some(segment);
            return Err(NotWritten::DayFull);
        }
        if let Err(error) = segment.file.write_all(&line) {
            // Half a line may be there. If it cannot be taken back, the next opening ends it, and
            // whoever reads passes over it.
            let _ = segment.file.set_len(segment.bytes);
            return Err(error.into());
        }
        segment.bytes = bytes;
        self.open = Some(segment);
        Ok(())
    }

    /// Lets go of the segments of days that are too long ago.
    pub(super) fn purge(&self, now: Timestamp) {
        let kept: Span = i64::from(self.days_kept).days();
        let first = day_of(now, &self.zone).saturating_sub(kept);
        let old = match days(&self.folder) {
            Ok(days) => days.into_iter().filter(move |day| *day < first),
            Err(error) => {
                warn!(%error, "old observations could not be looked for");
                return;
            }
        };
        for day in old {
            match fs::remove_file(path_of(&self.folder, day)) {
                Ok(()) => info!(%day, "observations of this day were let go"),
                Err(error) => warn!(%error, %day, "observations of this day could not be let go"),
            }
        }
    }
}

impl Segment {
    fn open(folder: &Path, day: Date) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path_of(folder, day))?;
        let mut bytes = file.metadata()?.len();
        if bytes > 0 {
            let mut last = [0];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                // A killed server's last words: they stay a line of their own, and a damaged one.
                file.write_all(b"\n")?;
                bytes += 1;
            }
        }
        Ok(Self { day, file, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{decoded, record, shanghai};
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let days = days(folder).unwrap().into_iter();
        days.map(|day| day.to_string()).collect()
    }

    #[test]
    fn a_day_ends_at_the_sites_midnight() {
        let folder = tempfile::tempdir().unwrap();
        let mut segments = Segments::new(folder.path().to_owned(), shanghai(), 30);
        // 2026-11-22 16:00 UTC is midnight in Shanghai.
        let midnight = 1_795_363_200;
        for second in [
            midnight - 1,
            midnight,
            midnight + 1,
            midnight + 86_399,
            midnight + 86_400,
        ] {
            segments.append(&record(second, "d-004")).unwrap();
        }
        assert_eq!(
            names(folder.path()),
            ["2026-11-22", "2026-11-23", "2026-11-24"]
        );
        let counts = ["2026-11-22", "2026-11-23", "2026-11-24"].map(|day| {
            let text = fs::read(folder.path().join(format!("{day}.log"))).unwrap();
            decoded(&text).len()
        });
        assert_eq!(counts, [1, 3, 1]);
    }

    #[test]
    fn old_days_leave_when_a_new_one_begins_and_other_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let day = |n: i64| 1_795_363_200 + n * 86_400;
        let mut segments = Segments::new(folder.path().to_owned(), shanghai(), 2);
        fs::write(folder.path().join("notes.txt"), "mine").unwrap();
        fs::write(folder.path().join("2026-01-01.log.bak"), "mine").unwrap();
        for n in 0..5 {
            segments.append(&record(day(n), "d-004")).unwrap();
        }
        assert_eq!(
            names(folder.path()),
            ["2026-11-25", "2026-11-26", "2026-11-27"]
        );
        // A quiet week.
        segments.purge(Timestamp::from_secs(day(6)));
        assert_eq!(names(folder.path()), ["2026-11-27"]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn after_a_torn_line_the_next_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let second = 1_795_363_200;
        let path = path_of(folder.path(), "2026-11-23".parse().unwrap());
        let whole = line::encode(&record(second, "d-004")).unwrap();
        for cut in [1, 10, whole.len() - 1] {
            fs::write(&path, [&whole[..], &whole[..cut]].concat()).unwrap();
            let mut segments = Segments::new(folder.path().to_owned(), shanghai(), 30);
            segments.append(&record(second + 1, "d-005")).unwrap();
            segments.append(&record(second + 2, "d-006")).unwrap();
            let lines = decoded(&fs::read(&path).unwrap());
            // A line that lacks nothing but its end is whole.
            assert_eq!(lines[1].is_ok(), cut == whole.len() - 1);
            assert!(lines.len() == 4 && lines[2].is_ok() && lines[3].is_ok());
        }
    }

    #[test]
    fn a_day_that_is_full_takes_no_more_and_the_next_day_does() {
        let folder = tempfile::tempdir().unwrap();
        let mut segments = Segments::new(folder.path().to_owned(), shanghai(), 30);
        segments.day_bytes_max = 500;
        let results: Vec<bool> = (0..5)
            .map(|n| segments.append(&record(1_795_363_200 + n, "d-004")).is_ok())
            .collect();
        assert!(results[0] && !results[4], "{results:?}");
        let path = path_of(folder.path(), "2026-11-23".parse().unwrap());
        assert!(fs::metadata(path).unwrap().len() <= 500);
        assert!(
            segments
                .append(&record(1_795_363_200 + 86_400, "d-004"))
                .is_ok()
        );
    }

    #[test]
    fn a_disk_that_is_full_is_named_and_written_to_again_when_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = path_of(folder.path(), "2026-11-23".parse().unwrap());
        std::os::unix::fs::symlink("/dev/full", &path).unwrap();
        let mut segments = Segments::new(folder.path().to_owned(), shanghai(), 30);
        for n in 0..3 {
            let error = segments
                .append(&record(1_795_363_200 + n, "d-004"))
                .unwrap_err();
            assert!(matches!(error, NotWritten::Unwritable(_)), "{error}");
        }
        fs::remove_file(&path).unwrap();
        segments
            .append(&record(1_795_363_200 + 3, "d-004"))
            .unwrap();
        assert_eq!(decoded(&fs::read(&path).unwrap()).len(), 1);
    }
}
