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
        let bytes = serde_json::to_vec(&estate).context("the estate cannot be written as JSON")?;
        let hash = EstateHash::new(hex(&Sha256::digest(&bytes)))?;
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
    use castellan_domain::ids::AlarmTypeId;

    /// Every type: priority, sound, cameras, seconds to claim and to dispatch, guards, ladder. Written
    /// by hand from the table that was agreed on, not from the file.
    const AGREED: &str = "
        smoke_single: 1 life best_two 30 60 1 e1
        fire_alarm: 1 life best_two 30 30 2 e1
        gas_low: 2 pulses best_two 60 90 1 e2
        gas_high: 1 life best_two 30 60 2 e1
        co: 1 life best_two 30 60 1 e1
        ebike_in_lift: 3 chimes best_two 90 180 1 e3
        ebike_thermal: 1 life best_two 30 60 2 e1
        guard_sos: 1 life best_two 30 30 2 e1
        man_down: 1 life best_two 30 30 2 e1
        guard_silent: 3 chimes best 120 300 1 e3
        guard_silent_on_task: 2 pulses best 60 120 1 e2
        panic: 1 life best_two 30 60 1 e1
        duress: 1 pulses best_two 30 60 1 e1
        lift_entrapment: 1 life best_two 30 60 1 e1
        medical: 1 life best_two 30 60 1 e1
        fall_seen: 2 pulses best_two 60 120 1 e2
        fight: 2 pulses best_two 60 90 2 e2
        falling_object: 2 pulses best_two_long 60 120 1 e2
        missing_person: 2 chimes none 60 120 1 e2
        intrusion: 2 pulses best_two 60 120 1 e2
        intrusion_confirmed: 1 life best_two 30 60 1 e1
        perimeter: 2 pulses best_two 60 120 1 e2
        perimeter_confirmed: 1 life best_two 30 60 1 e1
        loitering: 4 - best shift - 1 e4
        loitering_night: 3 tick best 300 - 1 e3
        tailgating: 3 tick best_two 300 - 1 e3
        door_forced: 2 pulses best_two 60 120 1 e2
        door_forced_night: 1 life best_two 30 60 1 e1
        door_held: 3 tick best 300 600 1 e3
        tamper: 2 pulses best_two 90 180 1 e2
        watchlist: 2 chimes best_two 60 180 1 e2
        area_breach: 3 tick best 300 600 1 e3
        water_leak: 3 chimes best 300 600 1 e3
        water_leak_critical: 2 pulses best 90 180 1 e2
        garage_flood: 1 life best_two 30 60 1 e1
        power_fail: 2 chimes none 90 300 1 e2
        fire_lane: 3 tick best 300 600 1 e3
        abandoned: 3 tick best_two 300 600 1 e3
        missed_point: 3 tick none 300 900 1 e3
        fire_panel_fault: 2 chimes none 90 300 1 e2
        camera_down: 4 - neighbour shift - 1 e4
        camera_down_critical: 3 tick neighbour 300 - 1 e3
        network_down: 2 chimes none 90 300 1 e2
        device_silent: 4 - best shift - 1 e4
        device_silent_critical: 3 tick best 300 - 1 e3
        nobody_reachable: 2 pulses none 60 - 1 -
        alarm_flood: 2 pulses none 60 - 1 -
        not_recording: 1 pulses none 30 - 1 e1
        disk_low: 2 chimes none 90 - 1 e2
        clock_step: 3 tick none 300 - 1 e3
        tracks_damaged: 3 tick none 300 - 1 e3
        canary_failed: 2 chimes none 90 - 1 e2
    ";
    /// What a type becomes by night, of a critical device, and by whose second word within how long.
    const BECOMES: [(&str, &str); 8] = [
        ("smoke_single", "60 building fire_alarm +"),
        (
            "intrusion",
            "60 zone intrusion_confirmed +door_forced +fall_seen +loitering +loitering_night",
        ),
        (
            "perimeter",
            "60 zone perimeter_confirmed +intrusion +loitering +loitering_night",
        ),
        ("loitering", "night loitering_night"),
        (
            "door_forced",
            "60 zone door_forced_night +intrusion +loitering_night",
        ),
        ("water_leak", "critical water_leak_critical"),
        ("camera_down", "critical camera_down_critical"),
        ("device_silent", "critical device_silent_critical"),
    ];
    /// Families of several types, by tier.
    const FAMILIES: [(&str, [&str; 2]); 10] = [
        ("fire", ["smoke_single", "fire_alarm"]),
        ("gas", ["gas_low", "gas_high"]),
        ("guard_silent", ["guard_silent", "guard_silent_on_task"]),
        ("intrusion", ["intrusion", "intrusion_confirmed"]),
        ("perimeter", ["perimeter", "perimeter_confirmed"]),
        ("loitering", ["loitering", "loitering_night"]),
        ("door_forced", ["door_forced", "door_forced_night"]),
        ("water_leak", ["water_leak", "water_leak_critical"]),
        ("camera_down", ["camera_down", "camera_down_critical"]),
        ("device_silent", ["device_silent", "device_silent_critical"]),
    ];
    const BY_RULE: [&str; 7] = [
        "nobody_reachable",
        "alarm_flood",
        "not_recording",
        "disk_low",
        "clock_step",
        "tracks_damaged",
        "canary_failed",
    ];

    /// A value as the file spells it, or a dash.
    fn word(value: impl serde::Serialize) -> String {
        match serde_json::to_value(value).unwrap() {
            serde_json::Value::Null => "-".to_owned(),
            serde_json::Value::String(word) => word,
            number => number.to_string(),
        }
    }

    fn becomes(kind: &AlarmType) -> Option<String> {
        let second = kind.second_source.as_ref().map(|second| {
            let also = second.also.iter().map(AlarmTypeId::as_str);
            let also: Vec<_> = also.collect();
            let near = word(second.near);
            let (within_s, to) = (second.within_s, &second.to);
            format!("{within_s} {near} {to} +{}", also.join(" +"))
        });
        let night = kind.at_night.as_ref().map(|to| format!("night {to}"));
        let critical = kind.if_critical.as_ref().map(|to| format!("critical {to}"));
        second.or(night).or(critical)
    }

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
    fn the_default_alarm_types_are_what_was_agreed_on() {
        let kinds = default_alarm_types().unwrap();
        let written = kinds.iter().map(|kind| {
            let shift = "shift".to_owned();
            format!(
                "{}: {} {} {} {} {} {} {}",
                kind.id,
                u8::from(kind.priority),
                word(kind.sound),
                word(kind.cameras),
                kind.claim_s_max.map_or(shift, word),
                word(kind.dispatch_s_max),
                kind.dispatch_guards,
                word(kind.ladder.as_ref()),
            )
        });
        let written: Vec<_> = written.collect();
        let agreed: Vec<_> = AGREED.trim().lines().map(str::trim).collect();
        assert_eq!(written, agreed);
        let changes = kinds
            .iter()
            .filter_map(|kind| Some((kind.id.as_str(), becomes(kind)?)));
        let changes: Vec<_> = changes.collect();
        let mut expected = BECOMES.map(|(kind, to)| (kind, to.to_owned())).to_vec();
        expected.sort_by_key(|(kind, _)| kinds.iter().position(|known| known.id.as_str() == *kind));
        assert_eq!(changes, expected);
        let in_family = |kind: &AlarmType| {
            let of = FAMILIES.iter().find_map(|(family, tiers)| {
                let tier = tiers.iter().position(|tier| *tier == kind.id.as_str())?;
                Some(((*family).to_owned(), tier + 1))
            });
            of.unwrap_or((kind.id.to_string(), 0))
        };
        for kind in &kinds {
            let told = (kind.family().to_string(), usize::from(kind.tier));
            assert_eq!(told, in_family(kind), "{}", kind.id);
            let id = kind.id.as_str();
            assert_eq!(kind.by_rule_only, BY_RULE.contains(&id), "{id}");
            assert_eq!(kind.discreet, id == "duress", "{id}");
            assert_eq!(
                kind.needs_arming,
                ["intrusion", "perimeter"].contains(&id),
                "{id}"
            );
            assert!(!kind.name.zh.as_str().is_empty() && !kind.name.en.as_str().is_empty());
        }
        let mut ids: Vec<_> = kinds.iter().map(|kind| &kind.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), kinds.len(), "each once");
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
