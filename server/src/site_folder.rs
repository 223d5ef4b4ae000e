//! A site's folder: one lock, one journal, one history of positions, its estate documents.

use crate::defaults::{default_alarm_types, default_ladders};
use crate::procedures::{default_procedures, own_procedures};
use crate::search_keys::search_key;
use anyhow::Context as _;
use castellan_domain::estate::{Estate, EstateIndex};
use castellan_domain::ids::{EstateHash, SiteId};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the parts of a site's record lie. Knowing it is no right to write there.
#[derive(Debug, Clone)]
pub(crate) struct SitePaths {
    pub(crate) site: SiteId,
    pub(crate) folder: PathBuf,
}

impl SitePaths {
    pub(crate) fn new(data: &Path, site: &SiteId) -> Self {
        Self {
            site: site.clone(),
            folder: data.join("sites").join(site.as_str()),
        }
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.join("journal.db")
    }

    pub(crate) fn tracks(&self) -> PathBuf {
        self.folder.join("tracks.db")
    }

    pub(crate) fn tables(&self) -> PathBuf {
        self.folder.join("tables.db")
    }

    pub(crate) fn observations(&self) -> PathBuf {
        self.folder.join("observations")
    }

    /// Clips of alarms. No fact is in them.
    pub(crate) fn clips(&self) -> PathBuf {
        self.folder.join("clips")
    }

    pub(crate) fn estates(&self) -> PathBuf {
        self.folder.join("estates")
    }

    pub(crate) fn estate(&self, hash: &EstateHash) -> PathBuf {
        self.estates().join(format!("{hash}.json"))
    }

    /// Where its snapshots lie.
    pub(crate) fn snapshots(&self) -> PathBuf {
        self.folder.join("snapshots")
    }

    /// There while a restore is not done.
    pub(crate) fn restoring(&self) -> PathBuf {
        self.folder.join("restoring")
    }

    /// Where what a start took out of its way is kept, each time in a folder of its own.
    pub(crate) fn set_aside(&self) -> PathBuf {
        self.folder.join("set-aside")
    }

    /// Where a running server is asked by the command line.
    pub(crate) fn admin_socket(&self) -> PathBuf {
        self.folder.join("admin").join("socket")
    }
}

/// Why a site's folder cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockError {
    #[error(
        "another castellan is using {}; stop it first, or choose another folder with --data",
        .0.display()
    )]
    InUse(PathBuf),
    #[error(
        "{} cannot be made, opened or locked: {error}; look whether this account may write there",
        .path.display()
    )]
    Io { path: PathBuf, error: io::Error },
}

/// A locked site folder. The lock ends with this value, or with the process.
#[derive(Debug)]
pub(crate) struct SiteFolder {
    paths: SitePaths,
    /// None where nobody can write: nothing has to be kept from a second hand there.
    _lock: Option<File>,
}

/// An estate document with its name.
#[derive(Debug, Clone)]
pub(crate) struct PublishedEstate {
    pub(crate) hash: EstateHash,
    pub(crate) estate: Arc<Estate>,
    /// The same with its indexes.
    pub(crate) index: Arc<EstateIndex>,
    /// The stored bytes.
    pub(crate) bytes: Arc<[u8]>,
}

impl SiteFolder {
    /// Opens and locks `data/sites/<site>`, making it if needed.
    pub(crate) fn lock(data: &Path, site: &SiteId) -> Result<Self, LockError> {
        let paths = SitePaths::new(data, site);
        fs::create_dir_all(paths.estates()).map_err(|error| LockError::Io {
            path: paths.estates(),
            error,
        })?;
        Self::locked(paths, |path| open_lock(path).map(Some))
    }

    /// Locks a folder that is there, to read it: also on a medium that cannot be written, or where this
    /// account may only read.
    pub(crate) fn lock_to_read(data: &Path, site: &SiteId) -> Result<Self, LockError> {
        Self::locked(SitePaths::new(data, site), |path| match open_lock(path) {
            Err(error) if cannot_write(&error) => match File::open(path) {
                // A server makes this file before anything else, and leaves it there.
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                opened => opened.map(Some),
            },
            opened => opened.map(Some),
        })
    }

    fn locked(
        paths: SitePaths,
        open: impl FnOnce(&Path) -> io::Result<Option<File>>,
    ) -> Result<Self, LockError> {
        let path = paths.folder.join("lock");
        let lock = match open(&path) {
            Ok(lock) => lock,
            Err(error) => return Err(LockError::Io { path, error }),
        };
        match lock.as_ref().map_or(Ok(()), File::try_lock) {
            Ok(()) => Ok(Self { paths, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(LockError::InUse(paths.folder)),
            Err(TryLockError::Error(error)) => Err(LockError::Io { path, error }),
        }
    }

    /// Where its parts lie.
    pub(crate) fn paths(&self) -> &SitePaths {
        &self.paths
    }

    /// Every site that has a folder.
    pub(crate) fn sites(data: &Path) -> anyhow::Result<Vec<SiteId>> {
        let folder = data.join("sites");
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("there is no record under {}", folder.display()))?;
        let mut sites = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            if let Some(site) = name.to_str().and_then(|name| SiteId::new(name).ok()) {
                sites.push(site);
            }
        }
        sites.sort();
        Ok(sites)
    }

    /// Stores an estate document under its hash, on disk before anything names it.
    pub(crate) fn store_estate(&self, estate: Estate) -> anyhow::Result<PublishedEstate> {
        let (hash, bytes) = stored_form(&estate)?;
        let path = self.paths.estate(&hash);
        if fs::read(&path).ok().as_deref() != Some(bytes.as_slice()) {
            fs::create_dir_all(self.paths.estates())
                .and_then(|()| write_whole(&path, &bytes))
                .with_context(|| format!("{} cannot be written", path.display()))?;
        }
        let estate = Arc::new(estate);
        Ok(PublishedEstate {
            hash,
            index: Arc::new(EstateIndex::new(estate.clone())?),
            estate,
            bytes: bytes.into(),
        })
    }
}

/// The hash that names an estate document, and its bytes.
pub(crate) fn stored_form(estate: &Estate) -> anyhow::Result<(EstateHash, Vec<u8>)> {
    let bytes = serde_json::to_vec(estate).context("the estate cannot be written as JSON")?;
    let hash = EstateHash::new(hex(&Sha256::digest(&bytes)))?;
    Ok((hash, bytes))
}

fn open_lock(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
}

fn cannot_write(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied
    )
}

/// Reads an estate document and adds the procedures of a folder, the default procedures, alarm types
/// and ladders, and how names are searched for.
pub(crate) fn read_estate(path: &Path, procedures: Option<&Path>) -> anyhow::Result<Estate> {
    let bytes = fs::read(path)
        .with_context(|| format!("the estate document {} cannot be read", path.display()))?;
    let own = procedures.map_or_else(|| Ok(Vec::new()), own_procedures)?;
    let procedures = default_procedures()?;
    let (kinds, ladders) = (default_alarm_types()?, default_ladders()?);
    Estate::parse(&bytes)
        .map(|estate| estate.with_procedures(own).with_procedures(procedures))
        .and_then(|estate| estate.with_alarm_types(kinds))
        .and_then(|estate| estate.with_ladders(ladders))
        .map(|estate| estate.with_search_keys(search_key))
        .with_context(|| format!("the estate document {} is not usable", path.display()))
}

/// What is not there whole yet, or never will be.
pub(crate) const DRAFT: &str = "draft";

/// Writes a file so that it is there whole and on the disk itself, or is not there.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension(DRAFT);
    let written = write_synced(&draft, bytes).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        // On a full disk half a file takes the room that facts need. It may not be there at all.
        drop(fs::remove_file(&draft));
    }
    written?;
    sync_folder_of(path)
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Brings the name of a new file onto the disk itself.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_whole_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        // A folder of that name cannot be replaced by a file.
        fs::create_dir(&path).unwrap();
        assert!(write_whole(&path, b"words").is_err());
        let left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(left, std::slice::from_ref(&path));
        fs::remove_dir(&path).unwrap();
        write_whole(&path, b"words").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"words");
    }

    #[test]
    fn two_cannot_hold_one_folder_and_the_lock_ends_with_its_holder() {
        let data = tempfile::tempdir().unwrap();
        let site = SiteId::new("s").unwrap();
        let first = SiteFolder::lock(data.path(), &site).unwrap();
        let second = SiteFolder::lock(data.path(), &site)
            .unwrap_err()
            .to_string();
        assert!(second.contains("another castellan"), "{second}");
        drop(first);
        assert!(SiteFolder::lock(data.path(), &site).is_ok());
    }
}
