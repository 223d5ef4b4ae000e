//! What a start takes out of its way is never deleted: it moves into a dated folder of the site, and
//! stays there until somebody throws it away.

use crate::site_folder::{SitePaths, sync_folder_of};
use crate::sqlite::with_logs;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders of one second at most; another one is an error.
const OF_ONE_SECOND_MAX: u32 = 100;
/// Folders that are named under health, the newest first.
const NAMED_MAX: usize = 20;

/// Everything that a record is made of.
pub(crate) fn whole_record(paths: &SitePaths) -> Vec<PathBuf> {
    let databases = [paths.journal(), paths.tracks(), paths.tables()];
    let folders = [
        paths.observations(),
        paths.snapshots(),
        paths.estates(),
        paths.clips(),
    ];
    let databases = databases.iter().flat_map(|path| with_logs(path));
    databases
        .chain(folders)
        .chain([paths.restoring()])
        .collect()
}

/// Moves those of these parts that are there into a new folder, and gives it.
pub(crate) fn move_aside(paths: &SitePaths, parts: &[PathBuf]) -> io::Result<PathBuf> {
    let folder = new_folder(&paths.set_aside())?;
    for part in parts {
        let Some(name) = part.file_name() else {
            continue;
        };
        match fs::rename(part, folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    sync_folder_of(&folder.join("what is in it"))?;
    sync_folder_of(&paths.journal())?;
    Ok(folder)
}

/// What was set aside and still lies there, the newest first.
pub(crate) fn named(paths: &SitePaths) -> Vec<String> {
    // No folder: nothing was set aside.
    let entries = fs::read_dir(paths.set_aside())
        .into_iter()
        .flatten()
        .flatten();
    let mut names: Vec<_> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort_unstable_by(|one, other| other.cmp(one));
    names.truncate(NAMED_MAX);
    names
}

fn new_folder(parent: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(parent)?;
    // To the second, and without colons, which some file systems refuse.
    let now: String = jiff::Timestamp::now()
        .to_string()
        .chars()
        .take(19)
        .collect();
    let now = now.replace(':', "-") + "Z";
    for n in 1..=OF_ONE_SECOND_MAX {
        let name = match n {
            1 => now.clone(),
            n => format!("{now}-{n}"),
        };
        let folder = parent.join(name);
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| folder),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::ids::SiteId;

    #[test]
    fn what_is_set_aside_lies_in_a_folder_of_its_own_with_its_logs_and_nothing_is_lost() {
        let data = tempfile::tempdir().unwrap();
        let paths = SitePaths::new(data.path(), &SiteId::new("s").unwrap());
        assert_eq!(named(&paths), [""; 0]);
        fs::create_dir_all(paths.observations()).unwrap();
        let day = paths.observations().join("2026-11-28.log");
        let log = with_logs(&paths.tracks())[1].clone();
        let parts = [day, log, paths.journal()];
        let mut folders = Vec::new();
        for _ in 0..3 {
            fs::create_dir_all(paths.observations()).unwrap();
            for part in &parts {
                fs::write(part, part.display().to_string()).unwrap();
            }
            folders.push(move_aside(&paths, &whole_record(&paths)).unwrap());
            assert!(parts.iter().all(|part| !part.exists()));
        }
        for folder in &folders {
            for part in &parts {
                let kept = folder.join(part.strip_prefix(&paths.folder).unwrap());
                let words = fs::read_to_string(kept).unwrap();
                assert_eq!(words, part.display().to_string());
            }
        }
        let mut names: Vec<_> = folders.iter().map(|f| f.file_name().unwrap()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 3);
        assert_eq!(named(&paths).len(), 3);
    }
}
