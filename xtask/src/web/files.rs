//! The folder to be written, held in memory: relative path → content.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path};

use anyhow::{Context, Result, bail};

use crate::content_hash::content_hash;

#[derive(Default)]
pub(super) struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    /// Adds a file under exactly this path and returns the URL it will have.
    pub(super) fn add(&mut self, path: &str, content: impl Into<Vec<u8>>) -> Result<String> {
        let plain = Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !plain || path.is_empty() {
            bail!(
                "`{path}` is not a plain relative path, so it cannot become a file of the browser app."
            );
        }
        if self.0.insert(path.to_owned(), content.into()).is_some() {
            bail!("Two files of the browser app want the path `{path}`. Rename one of them.");
        }
        Ok(format!("/{path}"))
    }

    /// Adds `folder/stem.end` as `folder/stem-<hash>.end` and returns its URL.
    pub(super) fn add_hashed(&mut self, path: &str, content: impl Into<Vec<u8>>) -> Result<String> {
        let content = content.into();
        let hash = content_hash(&content);
        let (stem, end) = path
            .rsplit_once('.')
            .with_context(|| format!("`{path}` has no file ending"))?;
        self.add(&format!("{stem}-{hash}.{end}"), content)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0
            .iter()
            .map(|(path, content)| (path.as_str(), content.as_slice()))
    }

    pub(super) fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(Vec::as_slice)
    }

    pub(super) fn write_to(&self, folder: &Path) -> Result<()> {
        for (path, content) in self.iter() {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)
                    .with_context(|| format!("`{}` could not be made", parent.display()))?;
            }
            fs::write(&path, content)
                .with_context(|| format!("`{}` could not be written", path.display()))?;
        }
        Ok(())
    }
}

/// A text file of the working copy, or a sentence that names it.
pub(super) fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("`{}` could not be read", path.display()))
}

/// Every file below a folder, sorted, as paths relative to it; none if the folder is not there.
pub(super) fn below(folder: &Path) -> Result<Vec<String>> {
    /// No folder of ours comes near; a link in a circle would.
    const FILES_MAX: usize = 2_000;
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        if !next.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&next)
            .with_context(|| format!("`{}` could not be listed", next.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let relative = path
                .strip_prefix(folder)?
                .to_str()
                .with_context(|| format!("`{}` is not UTF-8", path.display()))?;
            if !relative.starts_with('.') {
                found.push(relative.to_owned());
            }
        }
        if found.len() + open.len() > FILES_MAX {
            bail!(
                "`{}` holds more than {FILES_MAX} files. Is there a link in a circle?",
                folder.display()
            );
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_cannot_leave_the_folder_or_collide() -> Result<()> {
        let mut files = Files::default();
        assert_eq!(
            files.add_hashed("assets/boot.js", "abc")?,
            "/assets/boot-ba7816bf8f01.js"
        );
        for bad in ["", "../x.js", "/x.js", "a/../../x.js"] {
            assert!(files.add(bad, "x").is_err(), "{bad}");
        }
        assert!(files.add("assets/boot-ba7816bf8f01.js", "other").is_err());
        assert!(files.add_hashed("LICENSE", "x").is_err());
        Ok(())
    }

    #[test]
    fn a_folder_that_is_not_there_is_empty() -> Result<()> {
        assert!(below(Path::new("/nowhere/at/all"))?.is_empty());
        Ok(())
    }
}
