//! Chain anchors: the head of the hash chain, written down once a day outside the database.
//!
//! A chain proves only accidents to somebody who can rewrite all of it. A line in a file that lies
//! elsewhere (another disk, a share that only appends) proves that the journal was then what it
//! is now. The file is only ever appended to.

use crate::journal::ChainHash;
use crate::site_folder::sync_folder_of;
use castellan_domain::ids::{JournalId, Seq, SiteId};
use castellan_domain::time::Timestamp;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// Bytes of a line at most; a longer one is none of ours.
const LINE_BYTES_MAX: u64 = 512;

/// Why a line was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// A day began.
    Daily,
    /// The server was told to stop.
    Stop,
    /// A backup was restored: what was anchored behind this point is no longer in the journal.
    Restored,
    /// A new journal was begun on purpose: what was anchored before is of another one.
    Begun,
}

impl Why {
    const ALL: [Self; 4] = [Self::Daily, Self::Stop, Self::Restored, Self::Begun];

    const fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Stop => "stop",
            Self::Restored => "restored",
            Self::Begun => "begun",
        }
    }
}

/// A line: at that time the journal stood there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChainAnchor {
    pub(crate) at: Timestamp,
    pub(crate) why: Why,
    pub(crate) journal: JournalId,
    pub(crate) seq: Seq,
    pub(crate) hash: ChainHash,
}

impl ChainAnchor {
    /// The day that it stands for, in UTC.
    pub(crate) fn day(&self) -> String {
        day(self.at)
    }

    fn to_line(&self) -> String {
        let why = self.why.word();
        let Self {
            at, seq, journal, ..
        } = self;
        let at = written(*at);
        format!("{at} {why} {seq} {} {}", self.hash.to_hex(), journal.0)
    }

    fn from_line(line: &str) -> Option<Self> {
        let mut parts = line.split(' ');
        let at: jiff::Timestamp = parts.next()?.parse().ok()?;
        let why = parts.next()?;
        let why = Why::ALL.into_iter().find(|known| known.word() == why)?;
        let anchor = Self {
            at: Timestamp::from_micros(at.as_microsecond()),
            why,
            seq: Seq(parts.next()?.parse().ok()?),
            hash: ChainHash::from_hex(parts.next()?)?,
            journal: JournalId(parts.next()?.parse().ok()?),
        };
        parts.next().is_none().then_some(anchor)
    }
}

/// What this machine's clock says, for lines that are written while no site runs.
pub(crate) fn wall_clock() -> Timestamp {
    Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
}

/// The day of a time, in UTC.
pub(crate) fn day(at: Timestamp) -> String {
    written(at).chars().take(10).collect()
}

/// RFC 3339. Site times lie within what can be written so; another one is written as 1970.
pub(crate) fn written(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.as_micros())
        .unwrap_or_default()
        .to_string()
}

/// A site's file of anchors.
#[derive(Debug, Clone)]
pub(crate) struct AnchorFile {
    path: PathBuf,
}

/// What a file of anchors holds.
#[derive(Debug, Default)]
pub(crate) struct Anchors {
    /// In the order in which they were written.
    pub(crate) anchors: Vec<ChainAnchor>,
    /// Numbers of lines that cannot be read.
    pub(crate) unreadable: Vec<usize>,
}

/// What the record of today has to keep, and what was given up on purpose.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// In the order in which they were written.
    pub(crate) anchors: Vec<ChainAnchor>,
    /// Lines of a restore or of a new beginning, and how many anchors before them count no more.
    pub(crate) turns: Vec<(ChainAnchor, usize)>,
}

impl Anchors {
    /// Those that count today.
    pub(crate) fn standing(self) -> Standing {
        let mut standing = Standing::default();
        for anchor in self.anchors {
            let kept = &mut standing.anchors;
            let before = kept.len();
            match anchor.why {
                Why::Daily | Why::Stop => {}
                Why::Begun => kept.clear(),
                Why::Restored => {
                    kept.retain(|known| known.journal == anchor.journal && known.seq <= anchor.seq);
                }
            }
            if matches!(anchor.why, Why::Restored | Why::Begun) {
                let dropped = before - kept.len();
                standing.turns.push((anchor.clone(), dropped));
            }
            kept.push(anchor);
        }
        standing
    }
}

impl AnchorFile {
    pub(crate) fn new(folder: &Path, site: &SiteId) -> Self {
        Self {
            path: folder.join(format!("{site}.log")),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line and brings it onto the disk itself.
    pub(crate) fn append(&self, anchor: &ChainAnchor) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .read(true)
            .open(&self.path)?;
        let mut line = anchor.to_line() + "\n";
        if !ends_with_a_line(&mut file)? {
            // A power cut in the middle of a line costs that line and not the next one.
            line.insert(0, '\n');
        }
        file.write_all(line.as_bytes())?;
        file.sync_all()?;
        sync_folder_of(&self.path)
    }

    /// The last line that can be read; nothing if there is none.
    pub(crate) fn last(&self) -> io::Result<Option<ChainAnchor>> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let end = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(end.saturating_sub(4 * LINE_BYTES_MAX)))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        let tail = String::from_utf8_lossy(&tail);
        Ok(tail.lines().rev().find_map(ChainAnchor::from_line))
    }

    /// All lines: one for each day and each stop.
    pub(crate) fn read(&self) -> io::Result<Anchors> {
        let mut found = Anchors::default();
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            file => BufReader::new(file?),
        };
        for number in 1.. {
            let mut line = Vec::new();
            file.by_ref()
                .take(LINE_BYTES_MAX)
                .read_until(b'\n', &mut line)?;
            if line.is_empty() {
                break;
            }
            let line = String::from_utf8_lossy(&line);
            match ChainAnchor::from_line(line.trim_end_matches('\n')) {
                Some(anchor) => found.anchors.push(anchor),
                None => found.unreadable.push(number),
            }
        }
        Ok(found)
    }
}

fn ends_with_a_line(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor(seq: u64, why: Why) -> ChainAnchor {
        let journal = JournalId(uuid::Uuid::from_u128(7));
        ChainAnchor {
            at: Timestamp::from_micros(1_795_318_765_821_007),
            why,
            journal,
            seq: Seq(seq),
            hash: ChainHash::genesis(journal),
        }
    }

    #[test]
    fn lines_come_back_in_their_order_and_a_torn_one_costs_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let file = AnchorFile::new(&folder.path().join("deep"), &SiteId::new("s").unwrap());
        assert_eq!(file.last().unwrap(), None);
        assert!(file.read().unwrap().anchors.is_empty());
        let (first, second, third) = (
            anchor(1, Why::Daily),
            anchor(20, Why::Stop),
            anchor(5, Why::Restored),
        );
        file.append(&first).unwrap();
        file.append(&second).unwrap();
        assert_eq!(file.last().unwrap(), Some(second.clone()));
        let whole = fs::read_to_string(file.path()).unwrap();
        fs::write(file.path(), &whole[..whole.len() - 30]).unwrap();
        assert_eq!(file.last().unwrap(), Some(first.clone()));
        file.append(&third).unwrap();
        assert_eq!(file.last().unwrap(), Some(third.clone()));
        let read = file.read().unwrap();
        assert_eq!(
            (read.anchors, read.unreadable),
            (vec![first, third], vec![2])
        );
        assert_eq!(second.day(), "2026-11-22");
    }

    #[test]
    fn what_counts_today_is_what_no_restore_and_no_new_beginning_gave_up() {
        let other = ChainAnchor {
            journal: JournalId(uuid::Uuid::from_u128(8)),
            ..anchor(50, Why::Stop)
        };
        let standing = |anchors: &[ChainAnchor]| {
            let anchors = Anchors {
                anchors: anchors.to_vec(),
                ..Anchors::default()
            };
            let standing = anchors.standing();
            let dropped: Vec<_> = standing.turns.iter().map(|(_, dropped)| *dropped).collect();
            let counts: Vec<_> = standing.anchors.iter().map(|anchor| anchor.seq.0).collect();
            (counts, dropped)
        };
        let written = [anchor(10, Why::Daily), anchor(20, Why::Stop)];
        assert_eq!(standing(&written), (vec![10, 20], vec![]));
        let restored = [written.as_slice(), &[anchor(15, Why::Restored)]].concat();
        assert_eq!(standing(&restored), (vec![10, 15], vec![1]));
        let exchanged = [std::slice::from_ref(&other), &restored[..]].concat();
        assert_eq!(standing(&exchanged), (vec![10, 15], vec![2]));
        let begun = [&restored[..], &[anchor(0, Why::Begun), other]].concat();
        assert_eq!(standing(&begun), (vec![0, 50], vec![1, 2]));
    }
}
