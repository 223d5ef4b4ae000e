//! Snapshots on disk: what the facts up to one number fold to, so that a start folds only those
//! after it. Caches: thrown away whenever anything about them does not fit, and never missed.

use super::chain::ChainHash;
use super::error::JournalError;
use super::store::Journal;
use crate::site_folder::{DRAFT, hex, write_whole};
use castellan_domain::ids::{JournalId, Seq};
use castellan_domain::site::{FOLD_VERSION, Site};
use castellan_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use tracing::warn;

/// Snapshots kept on disk; the older ones are deleted.
const SNAPSHOTS_KEPT: usize = 3;
/// Bytes of a snapshot's first line at most.
const HEADER_BYTES_MAX: u64 = 4_096;

/// What a snapshot says of itself, in its first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    pub(crate) journal: JournalId,
    pub(crate) seq: Seq,
    /// The chain's hash there.
    pub(crate) hash: String,
    pub(crate) fold_version: u32,
    /// When that fact was recorded.
    pub(crate) recorded_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Header {
    #[serde(flatten)]
    stamp: Stamp,
    /// SHA-256 of the second line.
    sha256: String,
}

/// Why a snapshot is of no use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotFault {
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("its bytes are damaged")]
    Damaged,
    #[error("it is of fold version {0}, and this is {FOLD_VERSION}")]
    OtherFold(u32),
    #[error("it is of another journal")]
    OtherJournal,
    #[error("the journal does not reach it, or has another fact there")]
    OtherFact,
}

impl SnapshotFault {
    /// Whether a disk or a hand has spoilt it. The other reasons are everyday matters.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, Self::Io(_) | Self::Damaged)
    }
}

/// The folder with a journal's snapshots.
#[derive(Debug, Clone)]
pub(crate) struct Snapshots {
    folder: PathBuf,
}

impl Snapshots {
    /// Those of the journal in this file.
    pub(crate) fn beside(journal: &Path) -> Self {
        Self {
            folder: journal.with_file_name("snapshots"),
        }
    }

    /// Their numbers and files, newest first.
    pub(crate) fn list(&self) -> Vec<(Seq, PathBuf)> {
        // No folder: no snapshots.
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut found: Vec<_> = entries
            .filter_map(|entry| {
                let path = entry.path();
                let name = path.file_name()?.to_str()?.strip_suffix(".snapshot")?;
                Some((Seq(name.parse().ok()?), path.clone()))
            })
            .collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        found
    }

    /// What each file says of itself, newest first; nothing of one that says nothing.
    pub(crate) fn stamps(&self) -> Vec<(Seq, Option<Stamp>)> {
        let read = |(seq, path): (Seq, PathBuf)| (seq, stamp(&path));
        self.list().into_iter().map(read).collect()
    }

    /// Keeps a state. Blocks: never called on the turn's way.
    pub(crate) fn write(&self, stamp: &Stamp, site: &Site) -> io::Result<()> {
        let body = serde_json::to_string(site)?;
        let header = serde_json::to_string(&Header {
            stamp: stamp.clone(),
            sha256: hex(&Sha256::digest(body.as_bytes())),
        })?;
        fs::create_dir_all(&self.folder)?;
        self.sweep()?;
        let path = self.folder.join(format!("{:020}.snapshot", stamp.seq.0));
        write_whole(&path, format!("{header}\n{body}").as_bytes())?;
        for (_, old) in self.list().into_iter().skip(SNAPSHOTS_KEPT) {
            fs::remove_file(old)?;
        }
        Ok(())
    }

    /// Deletes what a killed server has left half-written.
    fn sweep(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == DRAFT) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Reads a snapshot for which the journal vouches.
    pub(crate) async fn read(
        path: &Path,
        journal: &mut Journal,
    ) -> Result<Result<(Stamp, Site), SnapshotFault>, JournalError> {
        let (stamp, body) = match open(path) {
            Ok(opened) => opened,
            Err(fault) => return Ok(Err(fault)),
        };
        if stamp.fold_version != FOLD_VERSION {
            return Ok(Err(SnapshotFault::OtherFold(stamp.fold_version)));
        }
        if stamp.journal != journal.id() {
            return Ok(Err(SnapshotFault::OtherJournal));
        }
        let hash = journal.hash_if_at(stamp.seq).await?;
        if hash.map(ChainHash::to_hex).as_ref() != Some(&stamp.hash) {
            return Ok(Err(SnapshotFault::OtherFact));
        }
        match serde_json::from_str::<Site>(&body) {
            Ok(site) if site.view().seq == stamp.seq => Ok(Ok((stamp, site))),
            _ => Ok(Err(SnapshotFault::Damaged)),
        }
    }

    /// The newest one that fits and does not lie after `upto`. Those that do not fit are deleted.
    pub(crate) async fn newest(
        &self,
        journal: &mut Journal,
        upto: Seq,
    ) -> Result<Option<(Stamp, Site)>, JournalError> {
        for (seq, path) in self.list() {
            if seq > upto && journal.hash_if_at(seq).await?.is_some() {
                continue;
            }
            match Self::read(&path, journal).await? {
                Ok(found) => return Ok(Some(found)),
                Err(fault) => {
                    warn!(%seq, %fault, "a snapshot is thrown away");
                    if let Err(error) = fs::remove_file(&path) {
                        warn!(%seq, %error, "and could not be deleted");
                    }
                }
            }
        }
        Ok(None)
    }

    /// Deletes all of them.
    pub(crate) fn clear(&self) -> io::Result<()> {
        self.list()
            .into_iter()
            .try_for_each(|(_, path)| fs::remove_file(path))
    }
}

/// What a snapshot says of itself, its second line unread.
fn stamp(path: &Path) -> Option<Stamp> {
    let file = File::open(path).ok()?;
    let mut line = String::new();
    BufReader::new(file)
        .take(HEADER_BYTES_MAX)
        .read_line(&mut line)
        .ok()?;
    let header: Header = serde_json::from_str(&line).ok()?;
    Some(header.stamp)
}

/// The stamp and the second line, if they are what was written.
fn open(path: &Path) -> Result<(Stamp, String), SnapshotFault> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(SnapshotFault::Damaged);
        }
        text => text?,
    };
    let (header, body) = text.split_once('\n').ok_or(SnapshotFault::Damaged)?;
    let header: Header = serde_json::from_str(header).map_err(|_| SnapshotFault::Damaged)?;
    if hex(&Sha256::digest(body.as_bytes())) != header.sha256 {
        return Err(SnapshotFault::Damaged);
    }
    Ok((header.stamp, body.to_owned()))
}
