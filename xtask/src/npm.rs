//! Installs the npm packages that the lock file names, and nothing when they are already there.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use castellan_programs::process;

use crate::content_hash::content_hash;
use crate::workspace;

const INSTALL_LIMIT: Duration = Duration::from_mins(10);
/// Written last, so that an installation that was broken off is done again.
const STAMP: &str = "node_modules/.castellan-installed";

pub(crate) fn ensure() -> Result<()> {
    let root = workspace::root();
    let mut wanted = Vec::new();
    for file in ["package.json", "package-lock.json"] {
        wanted.extend(
            fs::read(root.join(file)).with_context(|| format!("`{file}` could not be read"))?,
        );
    }
    let wanted = content_hash(&wanted);
    let stamp = root.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    process::run(
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&root),
        "npm ci",
        INSTALL_LIMIT,
    )
    .context("The npm packages could not be installed. Is the npm registry reachable from here?")?;
    fs::write(&stamp, wanted).with_context(|| format!("`{STAMP}` could not be written"))
}

/// The folder of an installed package.
pub(crate) fn package(name: &str) -> PathBuf {
    workspace::root().join("node_modules").join(name)
}
