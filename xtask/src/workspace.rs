//! Where things are in the working copy, and cargo builds whose results we ask for by name instead of guessing a path.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use castellan_programs::process;
use serde_json::Value;

/// A cold release build of the whole tree on two slow cores stays well below.
pub(crate) const BUILD_LIMIT: Duration = Duration::from_hours(1);

/// The top folder of the working copy.
pub(crate) fn root() -> PathBuf {
    // The variable that `cargo run` sets wins: the compiled-in one is wrong when a target folder is shared by clones.
    let manifest = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest
        .parent()
        .map_or_else(|| manifest.clone(), Path::to_path_buf)
}

/// The cargo that runs us, started in the root of the working copy.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs `cargo <words>` in the open, with its own progress and colours.
pub(crate) fn cargo_run(words: &[&str]) -> Result<()> {
    let what = format!("cargo {}", words.join(" "));
    process::run(cargo().args(words), &what, BUILD_LIMIT)
}

/// Where cargo puts what it builds.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let text = process::capture(
        cargo().args(["metadata", "--format-version", "1", "--no-deps"]),
        "cargo metadata",
        Duration::from_mins(2),
    )?;
    let metadata: Value =
        serde_json::from_str(&text).context("`cargo metadata` did not print JSON")?;
    let folder = metadata["target_directory"]
        .as_str()
        .context("`cargo metadata` named no target folder")?;
    Ok(PathBuf::from(folder))
}

/// The programs and libraries that one `cargo build` made.
pub(crate) struct Artifacts(Vec<Value>);

/// Runs `cargo build <words>` and remembers what came out.
pub(crate) fn cargo_build(words: &[&str]) -> Result<Artifacts> {
    artifacts(&[&["build"], words].concat())
}

fn artifacts(words: &[&str]) -> Result<Artifacts> {
    let what = format!("cargo {}", words.join(" "));
    let text = process::capture(
        cargo()
            .args(words)
            .arg("--message-format=json-render-diagnostics"),
        &what,
        BUILD_LIMIT,
    )?;
    Ok(Artifacts::read(&text))
}

/// The packages of the server and the simulator.
pub(crate) const SERVER_AND_SIMULATOR: [&str; 4] = [
    "--package",
    "castellan-server",
    "--package",
    "castellan-simulator",
];

/// Builds the server and the simulator, of these packages and in this profile.
pub(crate) fn server_and_simulator(words: &[&str]) -> Result<(PathBuf, PathBuf)> {
    let both = ["--bin", "castellan", "--bin", "castellan-simulator"];
    paths_of_both(&cargo_build(&[words, &both].concat())?)
}

/// The server and the simulator that the Rust tests run. Built by themselves they would be built anew: without
/// tests their dependencies have fewer features.
pub(crate) fn server_and_simulator_of_tests() -> Result<(PathBuf, PathBuf)> {
    let tests = ["--test", "server", "--test", "simulator"];
    paths_of_both(&artifacts(
        &[&["test", "--workspace", "--no-run"], tests.as_slice()].concat(),
    )?)
}

fn paths_of_both(built: &Artifacts) -> Result<(PathBuf, PathBuf)> {
    Ok((
        built.program("castellan")?,
        built.program("castellan-simulator")?,
    ))
}

impl Artifacts {
    fn read(text: &str) -> Self {
        let messages = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        Self(
            messages
                .filter(|message| message["reason"] == "compiler-artifact")
                .collect(),
        )
    }

    /// The path of a binary by its name.
    pub(crate) fn program(&self, name: &str) -> Result<PathBuf> {
        let path = self.0.iter().find_map(|artifact| {
            let executable = artifact["executable"].as_str()?;
            (artifact["target"]["name"] == name).then(|| PathBuf::from(executable))
        });
        path.with_context(|| {
            format!("The build made no program `{name}`. Is there a [[bin]] with that name?")
        })
    }

    /// The path of the one `.wasm` file of a library.
    pub(crate) fn wasm(&self, library: &str) -> Result<PathBuf> {
        for artifact in self
            .0
            .iter()
            .filter(|artifact| artifact["target"]["name"] == library)
        {
            let files = artifact["filenames"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            if let Some(file) = files
                .map(Path::new)
                .find(|file| file.extension().is_some_and(|end| end == "wasm"))
            {
                return Ok(file.to_path_buf());
            }
        }
        bail!(
            "The build made no .wasm file for `{library}`. Its Cargo.toml needs `crate-type = [\"cdylib\", \"rlib\"]`."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGES: &str = r#"{"reason":"compiler-artifact","target":{"name":"castellan"},"executable":"/t/debug/castellan","filenames":["/t/debug/castellan"]}
not json at all
{"reason":"compiler-artifact","target":{"name":"castellan_app"},"executable":null,"filenames":["/t/libcastellan_app.rlib","/t/castellan_app.wasm"]}
{"reason":"build-finished","success":true}"#;

    #[test]
    fn artifacts_are_found_by_name() -> Result<()> {
        let artifacts = Artifacts::read(MESSAGES);
        assert_eq!(
            artifacts.program("castellan")?,
            PathBuf::from("/t/debug/castellan")
        );
        assert_eq!(
            artifacts.wasm("castellan_app")?,
            PathBuf::from("/t/castellan_app.wasm")
        );
        Ok(())
    }

    #[test]
    fn a_missing_artifact_is_said_by_name() {
        let artifacts = Artifacts::read(MESSAGES);
        let sentence = artifacts
            .program("castle")
            .expect_err("there is none")
            .to_string();
        assert!(sentence.contains("`castle`"), "{sentence}");
        assert!(artifacts.wasm("castellan").is_err());
    }
}
