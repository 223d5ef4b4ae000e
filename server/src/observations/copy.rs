//! The log for whoever copies or examines a record: its days copied line by line, its lines checked.

use super::line::{self, LINE_BYTES_MAX};
use super::segments::{days, path_of};
use castellan_domain::wire::history::ObservationOutcome;
use jiff::civil::Date;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// Bytes that one examination reads at most, the newest days first: what thirty full days have,
/// twice. What lies before is told as not looked at.
const CHECK_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// Bytes that are looked through for a line that names a fact.
const LOOK_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What the lines of a log are like.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Checked {
    /// Days that were read.
    pub(crate) days: usize,
    /// Lines that hold.
    pub(crate) lines: u64,
    /// Days with lines that end too early, as a killed server or a power cut leaves them.
    pub(crate) torn: Vec<Date>,
    /// Days with lines that are not what was written, and how many.
    pub(crate) damaged: Vec<(Date, u64)>,
    /// Days that were not looked at.
    pub(crate) left_out: usize,
}

/// Copies every day, up to its last whole line: the writer goes on meanwhile. Gives their number.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<usize> {
    if !from.exists() {
        return Ok(0);
    }
    fs::create_dir_all(to)?;
    let mut copied = 0;
    for day in days(from)? {
        match fs::copy(path_of(from, day), path_of(to, day)) {
            Ok(_) => copied += 1,
            // It has had its time since it was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        let mut copy = File::options()
            .read(true)
            .write(true)
            .open(path_of(to, day))?;
        let end = whole_until(&mut copy)?;
        copy.set_len(end)?;
        copy.sync_all()?;
    }
    File::open(to)?.sync_all()?;
    Ok(copied)
}

/// Where the last whole line ends. A tail longer than any line of ours is damage, and is kept for
/// whoever looks into it.
fn whole_until(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let begin = length.saturating_sub(LINE_BYTES_MAX as u64);
    file.seek(SeekFrom::Start(begin))?;
    let mut tail = Vec::with_capacity(LINE_BYTES_MAX);
    file.by_ref()
        .take(LINE_BYTES_MAX as u64)
        .read_to_end(&mut tail)?;
    let last = tail.iter().rposition(|byte| *byte == b'\n');
    Ok(match last {
        Some(at) => begin + at as u64 + 1,
        None if begin == 0 => 0,
        None => length,
    })
}

/// Whether a line names a fact: the newest days are looked through, as far as [`LOOK_BYTES_MAX`] goes.
pub(crate) fn name_a_fact(folder: &Path) -> io::Result<bool> {
    let mut budget = LOOK_BYTES_MAX;
    for day in days(folder)?.into_iter().rev() {
        let mut file = BufReader::new(File::open(path_of(folder, day))?);
        let mut line = Vec::with_capacity(LINE_BYTES_MAX);
        while budget > 0 {
            line.clear();
            let read = file
                .by_ref()
                .take(LINE_BYTES_MAX as u64)
                .read_until(b'\n', &mut line)? as u64;
            if read == 0 {
                break;
            }
            budget = budget.saturating_sub(read);
            if line::decode(line.trim_ascii_end()).is_ok_and(|record| names_a_fact(&record.outcome))
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn names_a_fact(outcome: &ObservationOutcome) -> bool {
    matches!(outcome, ObservationOutcome::Accepted { fact: Some(_), .. })
}

/// Reads the log and changes nothing.
pub(crate) fn check(folder: &Path) -> io::Result<Checked> {
    let mut checked = Checked::default();
    if !folder.exists() {
        return Ok(checked);
    }
    let mut budget = CHECK_BYTES_MAX;
    for day in days(folder)?.into_iter().rev() {
        if budget == 0 {
            checked.left_out += 1;
            continue;
        }
        let file = match File::open(path_of(folder, day)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        checked.days += 1;
        check_day(BufReader::new(file), day, &mut budget, &mut checked)?;
    }
    Ok(checked)
}

fn check_day(
    mut file: BufReader<File>,
    day: Date,
    budget: &mut u64,
    checked: &mut Checked,
) -> io::Result<()> {
    let (mut torn, mut damaged) = (false, 0);
    let mut line = Vec::with_capacity(LINE_BYTES_MAX);
    // Whether we stand in the middle of a line that is longer than any of ours.
    let mut overlong = false;
    while *budget > 0 {
        line.clear();
        let taken = file
            .by_ref()
            .take(LINE_BYTES_MAX as u64)
            .read_until(b'\n', &mut line)? as u64;
        if taken == 0 {
            break;
        }
        *budget = budget.saturating_sub(taken);
        let ended = line.pop_if(|byte| *byte == b'\n').is_some();
        let goes_on = !ended && taken == LINE_BYTES_MAX as u64;
        if goes_on || overlong {
            damaged += u64::from(!overlong);
            overlong = goes_on;
        } else if line::decode(&line).is_ok() {
            checked.lines += 1;
        } else if line.ends_with(b"}") {
            damaged += 1;
        } else {
            torn = true;
        }
    }
    if torn {
        checked.torn.push(day);
    }
    if damaged > 0 {
        checked.damaged.push((day, damaged));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::segments::Segments;
    use super::super::tests::{record, shanghai};
    use super::*;

    /// 2026-11-23 00:00 in Shanghai.
    const MIDNIGHT_S: i64 = 1_795_363_200;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let mut segments = Segments::new(folder.path().to_owned(), shanghai(), 30);
        for hour in 0..72 {
            let record = record(MIDNIGHT_S + 3_600 * hour, "d-004");
            segments.append(&record).unwrap();
        }
        folder
    }

    #[test]
    fn a_copy_ends_with_its_last_whole_line_and_what_is_copied_holds() {
        let from = folder();
        let to = tempfile::tempdir().unwrap();
        let to = to.path().join("observations");
        let second = path_of(from.path(), "2026-11-24".parse().unwrap());
        let whole = fs::read(&second).unwrap();
        fs::write(&second, &whole[..whole.len() - 7]).unwrap();
        fs::write(from.path().join("notes.txt"), "mine").unwrap();
        assert_eq!(copy(from.path(), &to).unwrap(), 3);
        let checked = check(&to).unwrap();
        assert_eq!((checked.days, checked.lines), (3, 71));
        assert!(checked.torn.is_empty() && checked.damaged.is_empty());
        assert_eq!(fs::read_dir(&to).unwrap().count(), 3, "no file of others");
        assert_eq!(copy(&to.join("nowhere"), &to).unwrap(), 0);
        fs::write(&second, "no line feed in it").unwrap();
        copy(from.path(), &to).unwrap();
        assert_eq!(check(&to).unwrap().lines, 48);
    }

    #[test]
    fn a_flipped_byte_is_damage_and_a_line_that_ends_early_is_torn() {
        let folder = folder();
        let day = |name: &str| {
            (
                path_of(folder.path(), name.parse().unwrap()),
                name.parse().unwrap(),
            )
        };
        let (first, first_day) = day("2026-11-23");
        let mut bytes = fs::read(&first).unwrap();
        bytes[200] ^= 1;
        fs::write(&first, &bytes).unwrap();
        let (last, last_day) = day("2026-11-25");
        let bytes = fs::read(&last).unwrap();
        fs::write(&last, &bytes[..bytes.len() - 20]).unwrap();
        let checked = check(folder.path()).unwrap();
        assert_eq!(checked.damaged, [(first_day, 1)]);
        assert_eq!(checked.torn, [last_day]);
        assert_eq!((checked.days, checked.lines, checked.left_out), (3, 70, 0));
        fs::write(&last, "x".repeat(3 * LINE_BYTES_MAX)).unwrap();
        let checked = check(folder.path()).unwrap();
        assert_eq!(checked.damaged, [(last_day, 1), (first_day, 1)]);
    }
}
