//! A site's folder: one lock, one journal, one history of positions, its estate documents.

use anyhow::{Context as _, bail};
use castellan_domain::estate::{AlarmType, Estate, EstateIndex};
use castellan_domain::ids::{EstateHash, SiteId};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The alarm types that an estate gets where it names none of that id.
const DEFAULT_ALARM_TYPES: &str = include_str!("../../assets/defaults/alarm_types.toml");

/// A locked site folder. The lock ends with this value, or with the process.
#[derive(Debug)]
pub(crate) struct SiteFolder {
    path: PathBuf,
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
    pub(crate) fn lock(data: &Path, site: &SiteId) -> anyhow::Result<Self> {
        let path = data.join("sites").join(site.as_str());
        fs::create_dir_all(path.join("estates"))
            .with_context(|| format!("the folder {} cannot be made", path.display()))?;
        let lock_path = path.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .with_context(|| format!("{} cannot be opened", lock_path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => bail!(
                "another castellan is using {}; stop it first, or choose another folder with --data",
                path.display()
            ),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} cannot be locked", lock_path.display()))
            }
        }
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

    pub(crate) fn journal_path(&self) -> PathBuf {
        self.path.join("journal.db")
    }

    pub(crate) fn tracks_path(&self) -> PathBuf {
        self.path.join("tracks.db")
    }

    pub(crate) fn observations_path(&self) -> PathBuf {
        self.path.join("observations")
    }

    /// Stores an estate document under its hash, on disk before anything names it.
    pub(crate) fn store_estate(&self, estate: Estate) -> anyhow::Result<PublishedEstate> {
        let bytes = serde_json::to_vec(&estate).context("the estate cannot be written as JSON")?;
        let hash = EstateHash::new(hex(&Sha256::digest(&bytes)))?;
        let folder = self.path.join("estates");
        let path = folder.join(format!("{hash}.json"));
        if fs::read(&path).ok().as_deref() != Some(bytes.as_slice()) {
            let draft = folder.join(format!("{hash}.draft"));
            let mut file = File::create(&draft)
                .with_context(|| format!("{} cannot be written", draft.display()))?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&draft, &path)?;
            File::open(&folder)?.sync_all()?;
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

/// Reads an estate document and adds the default alarm types.
pub(crate) fn read_estate(path: &Path) -> anyhow::Result<Estate> {
    let bytes = fs::read(path)
        .with_context(|| format!("the estate document {} cannot be read", path.display()))?;
    let defaults = default_alarm_types()?;
    Estate::parse(&bytes)
        .and_then(|estate| estate.with_alarm_types(defaults))
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
