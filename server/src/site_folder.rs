//! A site's folder: one lock, one journal, one history of positions, its estate documents.

use crate::search_keys::search_key;
use anyhow::Context as _;
use castellan_domain::estate::{AlarmType, Estate, EstateIndex};
use castellan_domain::ids::{EstateHash, SiteId};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The alarm types that an estate gets where it names none of that id.
const DEFAULT_ALARM_TYPES: &str = include_str!("../../assets/defaults/alarm_types.toml");

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

    pub(crate) fn estates(&self) -> PathBuf {
        self.folder.join("estates")
    }

    pub(crate) fn estate(&self, hash: &EstateHash) -> PathBuf {
        self.estates().join(format!("{hash}.json"))
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
    #[error("{} cannot be made, opened or locked: {error}", .path.display())]
    Io { path: PathBuf, error: io::Error },
}

/// A locked site folder. The lock ends with this value, or with the process.
#[derive(Debug)]
pub(crate) struct SiteFolder {
    paths: SitePaths,
    _lock: File,
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
        let failed = |path: PathBuf| move |error| LockError::Io { path, error };
        fs::create_dir_all(paths.estates()).map_err(failed(paths.estates()))?;
        let lock_path = paths.folder.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(failed(lock_path.clone()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { paths, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(LockError::InUse(paths.folder)),
            Err(TryLockError::Error(error)) => Err(failed(lock_path)(error)),
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
        let bytes = serde_json::to_vec(&estate).context("the estate cannot be written as JSON")?;
        let hash = EstateHash::new(hex(&Sha256::digest(&bytes)))?;
        let path = self.paths.estate(&hash);
        if fs::read(&path).ok().as_deref() != Some(bytes.as_slice()) {
            write_whole(&path, &bytes)
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

/// Reads an estate document and adds the default alarm types and how names are searched for.
pub(crate) fn read_estate(path: &Path) -> anyhow::Result<Estate> {
    let bytes = fs::read(path)
        .with_context(|| format!("the estate document {} cannot be read", path.display()))?;
    let defaults = default_alarm_types()?;
    Estate::parse(&bytes)
        .and_then(|estate| estate.with_alarm_types(defaults))
        .map(|estate| estate.with_search_keys(search_key))
        .with_context(|| format!("the estate document {} is not usable", path.display()))
}

fn default_alarm_types() -> anyhow::Result<Vec<AlarmType>> {
    #[derive(Deserialize)]
    struct Defaults {
        alarm_type: Vec<AlarmType>,
    }
    let defaults: Defaults = toml::from_str(DEFAULT_ALARM_TYPES)
        .context("assets/defaults/alarm_types.toml is not usable")?;
    Ok(defaults.alarm_type)
}

/// Writes a file so that it is there whole and on the disk itself, or is not there.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("draft");
    let mut file = File::create(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    sync_folder_of(path)
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
    fn the_default_alarm_types_are_readable_and_unique() {
        let kinds = default_alarm_types().unwrap();
        let mut ids: Vec<_> = kinds.iter().map(|kind| kind.id.clone()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), kinds.len());
        assert!(kinds.iter().any(|kind| kind.id.as_str() == "gas_low"));
        assert!(
            kinds
                .iter()
                .all(|kind| kind.claim_s_max.is_none_or(|s| (1..=43_200).contains(&s)))
        );
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
