//! Files and folders of procedures.

use super::located::read;
use anyhow::ensure;
use castellan_domain::procedure::Procedure;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Bytes of a file at most.
const FILE_BYTES_MAX: u64 = 64 * 1024;
/// Files of one folder at most.
const FILES_MAX: usize = 1_000;

/// What was found in files.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// Each with its file.
    read: Vec<(String, Procedure)>,
    /// Everything that is wrong.
    pub(crate) faults: Vec<FileFault>,
}

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileFault {
    file: String,
    /// From 1; none where the file itself cannot be had.
    line: Option<usize>,
    what: String,
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.what),
            None => write!(f, "{}: {}", self.file, self.what),
        }
    }
}

impl Loaded {
    /// What holds, in the order of its files.
    pub(crate) fn procedures(self) -> Vec<Procedure> {
        self.read
            .into_iter()
            .map(|(_, procedure)| procedure)
            .collect()
    }

    /// How many hold.
    pub(crate) fn count(&self) -> usize {
        self.read.len()
    }

    /// Every fault on a line of its own.
    pub(crate) fn told(&self) -> String {
        let lines: Vec<_> = self.faults.iter().map(FileFault::to_string).collect();
        lines.join("\n")
    }

    fn fault(&mut self, file: &str, line: Option<usize>, what: String) {
        let file = file.to_owned();
        self.faults.push(FileFault { file, line, what });
    }
}

/// Reads files, and the `.toml` files of folders.
pub(crate) fn load<P: AsRef<Path>>(paths: &[P]) -> Loaded {
    let mut loaded = Loaded::default();
    for path in paths {
        let path = path.as_ref();
        if !path.is_dir() {
            load_file(&mut loaded, path);
            continue;
        }
        match files_of(path) {
            Ok(files) if files.is_empty() => {
                let what = "there is no .toml file in this folder".to_owned();
                loaded.fault(&path.display().to_string(), None, what);
            }
            Ok(files) => files.iter().for_each(|file| load_file(&mut loaded, file)),
            Err(error) => loaded.fault(&path.display().to_string(), None, error.to_string()),
        }
    }
    loaded
}

/// The procedures of an estate's own folder: all of them, or none and every fault.
pub(crate) fn own_procedures(folder: &Path) -> anyhow::Result<Vec<Procedure>> {
    let loaded = load(&[folder]);
    ensure!(
        loaded.faults.is_empty(),
        "the procedures in {} are not usable:\n{}",
        folder.display(),
        loaded.told()
    );
    Ok(loaded.procedures())
}

/// The `.toml` files of a folder, by name.
fn files_of(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "toml") {
            files.push(path);
        }
        if files.len() > FILES_MAX {
            let sentence = format!("there are more than {FILES_MAX} files in this folder");
            return Err(io::Error::other(sentence));
        }
    }
    files.sort();
    Ok(files)
}

fn load_file(loaded: &mut Loaded, path: &Path) {
    let name = path.display().to_string();
    match text_of(path) {
        Ok(text) => add(loaded, &name, &text),
        Err(error) => loaded.fault(&name, None, format!("it cannot be read: {error}")),
    }
}

fn text_of(path: &Path) -> io::Result<String> {
    let bytes = fs::metadata(path)?.len();
    if bytes > FILE_BYTES_MAX {
        let sentence = format!("it has {bytes} bytes; at most {FILE_BYTES_MAX} are allowed");
        return Err(io::Error::other(sentence));
    }
    fs::read_to_string(path)
}

/// Adds what one file says. Two files with one procedure are a fault: which of them would count?
pub(super) fn add(loaded: &mut Loaded, file: &str, text: &str) {
    match read(text) {
        Ok(procedure) => {
            let mut before = loaded.read.iter();
            let twin = before.find(|(_, known)| known.id() == procedure.id());
            match twin.map(|(other, _)| other.clone()) {
                Some(other) => {
                    let id = procedure.id();
                    let what =
                        format!("the procedure {id} is in {other} already; keep one of them");
                    loaded.fault(file, Some(1), what);
                }
                None => loaded.read.push((file.to_owned(), procedure)),
            }
        }
        Err(flaws) => {
            for flaw in flaws {
                loaded.fault(file, Some(flaw.line), flaw.what);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOOR: &str = r#"
id = "door"
name = { zh = "关门", en = "Close the door" }
steps = [{ id = "close", words = { zh = "关门", en = "Close it" } }]
"#;

    #[test]
    fn a_folder_is_read_by_name_and_says_what_is_wrong_with_each_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, bytes: &[u8]| fs::write(path(name), bytes).unwrap();
        write("a.toml", DOOR.as_bytes());
        write("b.toml", DOOR.as_bytes());
        write("c.toml", b"\xff");
        write("d.toml", &vec![b'#'; 65_537]);
        write("e.toml", b"\nid = 7");
        write("notes.txt", b"not ours");
        let loaded = load(&[folder.path().to_owned(), path("gone.toml")]);
        let told = loaded.told();
        let told: Vec<_> = told.lines().collect();
        let named = |name: &str, rest: &str| format!("{}{rest}", path(name).display());
        let twice = format!(
            ":1: the procedure door is in {} already; keep one of them",
            path("a.toml").display()
        );
        assert_eq!(told[0], named("b.toml", &twice));
        assert!(told[1].starts_with(&named("c.toml", ": it cannot be read: ")));
        assert_eq!(
            told[2],
            named(
                "d.toml",
                ": it cannot be read: it has 65537 bytes; at most 65536 are allowed"
            )
        );
        assert_eq!(
            told[3],
            named("e.toml", ":1: the procedure: `name` is missing; add it")
        );
        assert_eq!(
            told[4],
            named(
                "e.toml",
                ":1: the procedure: there is no step; a procedure has one at least"
            )
        );
        assert_eq!(
            told[5],
            named("e.toml", ":2: id: this is a number; write a text")
        );
        assert!(told[6].starts_with(&named("gone.toml", ": it cannot be read: ")));
        assert_eq!((told.len(), loaded.count()), (7, 1));
    }

    #[test]
    fn a_folder_without_procedures_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let loaded = load(&[folder.path()]);
        assert!(
            loaded
                .told()
                .ends_with("there is no .toml file in this folder")
        );
    }
}
