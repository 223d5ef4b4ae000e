//! Installs the Python packages that tests name, and nothing when they are already there.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use castellan_programs::process;

use crate::content_hash::content_hash;
use crate::{setup, workspace};

const INSTALL_LIMIT: Duration = Duration::from_mins(10);
const REQUIREMENTS: &str = "server/tests/python/requirements.txt";
/// Where tests look for them.
const FOLDER: &str = "dist/python";
/// Written last, so that an installation that was broken off is done again.
const STAMP: &str = ".castellan-installed";

pub(crate) fn ensure() -> Result<()> {
    let requirements = workspace::root().join(REQUIREMENTS);
    let wanted =
        fs::read(&requirements).with_context(|| format!("`{REQUIREMENTS}` could not be read"))?;
    let wanted = content_hash(&wanted);
    let folder = workspace::root().join(FOLDER);
    let stamp = folder.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    setup::ensure_pip()?;
    // What another list has left there.
    let _none = fs::remove_dir_all(&folder);
    process::run(
        Command::new("python3")
            // Into a folder of ours, whoever runs it.
            .env("PIP_ROOT_USER_ACTION", "ignore")
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(["--no-deps", "--require-hashes", "--target"])
            .arg(&folder)
            .arg("--requirement")
            .arg(&requirements),
        "pip install",
        INSTALL_LIMIT,
    )
    .context(
        "The Python packages could not be installed. Is their registry reachable from here?",
    )?;
    fs::write(&stamp, wanted).with_context(|| format!("`{FOLDER}/{STAMP}` could not be written"))
}
