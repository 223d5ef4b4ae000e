//! Builds the browser app: cargo for wasm, wasm-bindgen, then one folder that any web server can hand out.
//!
//! Everything but `index.html` has a name that changes with its content (or its version), so it may be cached for ever.

mod bindgen;
mod compress;
mod files;
mod order;
mod page;
mod size;
mod vendor;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use self::files::Files;
pub(crate) use self::size::FirstLoad;
use crate::progress::Steps;
use crate::setup::{self, Needs};
use crate::{npm, workspace};

/// Which build of the browser app, and where it goes. Each has a folder of its own, so that they never disturb each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavor {
    /// Small and slow to build: what people use.
    Release,
    /// Quick to build, for the browser journeys.
    Test,
    /// Quick to build, not compressed, for `cargo xtask dev`.
    Dev,
}

impl Flavor {
    fn profile(self) -> &'static str {
        match self {
            Self::Release => "wasm-release",
            Self::Test | Self::Dev => "wasm-dev",
        }
    }

    fn brotli_quality(self) -> Option<u32> {
        match self {
            Self::Release => Some(11),
            Self::Test => Some(5),
            Self::Dev => None,
        }
    }

    /// The folder of this build, from the root of the working copy.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Release => "dist/web",
            Self::Test => "dist/web-test",
            Self::Dev => "dist/web-dev",
        }
    }
}

pub(crate) fn run(flavor: Flavor) -> Result<()> {
    let steps = Steps::new(3);
    steps.run("setup", "Checking this machine", || {
        setup::ensure(Needs::Building)
    })?;
    steps.run("npm", "Installing npm packages", npm::ensure)?;
    let load = steps.run("web", "Building the browser app", || build(flavor))?;
    println!("{load}\nThe browser app is in {}/.", flavor.folder());
    Ok(())
}

/// Builds the browser app into its folder and weighs what a browser loads at first.
pub(crate) fn build(flavor: Flavor) -> Result<FirstLoad> {
    let profile = flavor.profile();
    let artifacts = workspace::cargo_build(&[
        "--package",
        "castellan-app",
        "--lib",
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        profile,
    ])?;
    // Function names make a panic readable, and weigh as much as a tenth of the app.
    let mut app = bindgen::generate(&artifacts.wasm("castellan_app")?, flavor != Flavor::Release)?;
    if flavor == Flavor::Release {
        app.wasm = order::by_likeness(&app.wasm).context("the module could not be put in order")?;
    }
    let root = workspace::root();
    let files = page::assemble(&root, &npm::package(""), app)?;
    let files = match flavor.brotli_quality() {
        Some(quality) => compress::add_compressed(
            files,
            quality,
            &workspace::target_folder()?.join("xtask/brotli"),
        )?,
        None => files,
    };
    let load = FirstLoad::weigh(&files);
    if flavor == Flavor::Release {
        load.expect_light()?;
    }
    replace_folder(&root.join(flavor.folder()), &files)?;
    Ok(load)
}

/// Writes the new folder beside the old one and swaps them, so that a running server never sees half of it.
fn replace_folder(folder: &Path, files: &Files) -> Result<()> {
    let beside = |suffix: &str| -> Result<PathBuf> {
        let name = folder
            .file_name()
            .context("the output folder has no name")?
            .to_string_lossy()
            .into_owned();
        Ok(folder.with_file_name(format!(".{name}.{suffix}")))
    };
    let (new, old) = (beside("new")?, beside("old")?);
    for leftover in [&new, &old] {
        if leftover.exists() {
            fs::remove_dir_all(leftover)
                .with_context(|| format!("`{}` could not be removed", leftover.display()))?;
        }
    }
    files.write_to(&new)?;
    if folder.exists() {
        fs::rename(folder, &old)
            .with_context(|| format!("`{}` could not be moved away", folder.display()))?;
    }
    fs::rename(&new, folder)
        .with_context(|| format!("`{}` could not be put in place", folder.display()))?;
    if old.exists() {
        fs::remove_dir_all(&old)
            .with_context(|| format!("`{}` could not be removed", old.display()))?;
    }
    if !folder.join("index.html").is_file() {
        bail!(
            "`{}` has no index.html although it was just written. Run the command again.",
            folder.display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_replaced_whole() -> Result<()> {
        let base = std::env::temp_dir().join(format!("castellan-xtask-{}", std::process::id()));
        let folder = base.join("web");
        for generation in ["first", "second"] {
            let mut files = Files::default();
            files.add("index.html", generation)?;
            files.add(&format!("assets/{generation}.js"), "x")?;
            replace_folder(&folder, &files)?;
            assert_eq!(fs::read_to_string(folder.join("index.html"))?, generation);
        }
        assert!(
            !folder.join("assets/first.js").exists(),
            "what the new build lacks is gone"
        );
        assert_eq!(fs::read_dir(&base)?.count(), 1, "nothing is left beside it");
        fs::remove_dir_all(&base)?;
        Ok(())
    }
}
