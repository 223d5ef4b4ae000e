//! Who may read what the program writes: its own user, and nobody else.

use rustix::fs::Mode;
use rustix::process::umask;
use std::fs::{self, Metadata, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tracing::warn;

/// What others may do, of the bits of a mode.
const OTHERS: u32 = 0o077;

/// From now on files are made 0600 and folders 0700, whoever makes them in this process. SQLite gives
/// its logs the mode of their database.
pub(crate) fn keep_private() {
    umask(Mode::from_bits_retain(OTHERS));
}

/// Whether others than its user may do something with it.
pub(crate) fn is_open_to_others(about: &Metadata) -> bool {
    about.permissions().mode() & OTHERS != 0
}

/// Says so where others can read a file with a secret. Whether that is wanted is its owner's to decide.
pub(crate) fn warn_if_open_to_others(secret: &Path) {
    if fs::metadata(secret).is_ok_and(|about| is_open_to_others(&about)) {
        warn!(path = %secret.display(), "other accounts can read this secret; chmod 600 it");
    }
}

/// What came of taking from others what they may do.
#[derive(Debug, Default)]
pub(crate) struct Tightened {
    /// Files and folders that were open to others.
    pub(crate) changed: usize,
    /// One that still may be, and why.
    pub(crate) failed: Option<(PathBuf, io::Error)>,
}

impl Tightened {
    /// Takes from others what they may do with a folder and all that is in it. Links are left alone:
    /// whoever laid them has a reason.
    pub(crate) fn whole(&mut self, path: &Path) {
        self.alone(path);
        let entries = match fs::symlink_metadata(path) {
            Ok(about) if about.is_dir() => fs::read_dir(path),
            _ => return,
        };
        match entries {
            Ok(entries) => entries
                .flatten()
                .for_each(|entry| self.whole(&entry.path())),
            Err(error) => self.failed = Some((path.to_owned(), error)),
        }
    }

    /// The same of this alone, and of nothing that is in it.
    pub(crate) fn alone(&mut self, path: &Path) {
        match tighten_one(path) {
            Ok(changed) => self.changed += usize::from(changed),
            // There is none, or somebody has just deleted it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => self.failed = Some((path.to_owned(), error)),
        }
    }
}

/// Says whether it was open.
fn tighten_one(path: &Path) -> io::Result<bool> {
    let about = fs::symlink_metadata(path)?;
    if about.is_symlink() || !is_open_to_others(&about) {
        return Ok(false);
    }
    let mode = about.permissions().mode() & !OTHERS;
    fs::set_permissions(path, Permissions::from_mode(mode))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn tighten(folder: &Path) -> Tightened {
        let mut done = Tightened::default();
        done.whole(folder);
        done
    }

    #[test]
    fn what_others_could_read_is_closed_to_them_and_nothing_else_changes() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("estates");
        let (file, linked) = (deep.join("a.json"), folder.path().join("linked"));
        let elsewhere = tempfile::NamedTempFile::new().unwrap();
        fs::create_dir(&deep).unwrap();
        fs::write(&file, "words").unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), &linked).unwrap();
        for (path, loose) in [
            (folder.path(), 0o755),
            (&deep, 0o775),
            (&file, 0o644),
            (elsewhere.path(), 0o644),
        ] {
            set(path, loose);
        }
        let done = tighten(folder.path());
        assert!(done.changed == 3 && done.failed.is_none(), "{done:?}");
        assert_eq!((mode(folder.path()), mode(&deep)), (0o700, 0o700));
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(elsewhere.path()), 0o644, "what a link leads to stays");
        set(&file, 0o400);
        assert_eq!(tighten(folder.path()).changed, 0);
        assert_eq!(mode(&file), 0o400);
        assert_eq!(tighten(&folder.path().join("nowhere")).changed, 0);
    }
}
