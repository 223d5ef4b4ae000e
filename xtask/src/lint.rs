//! `cargo xtask lint`: what can be said about the sources without running them.

use anyhow::Result;

use crate::progress::Steps;
use crate::setup::{self, Needs};
use crate::workspace::cargo_run;

pub(crate) fn run() -> Result<()> {
    let steps = Steps::new(5);
    steps.run("setup", "Checking this machine", || {
        setup::ensure(Needs::Building)
    })?;
    steps.run("fmt", "Checking formatting", formatting)?;
    steps.run("clippy", "Linting, native", clippy)?;
    steps.run("clippy-wasm", "Linting, for the browser", clippy_wasm)?;
    steps.run("tidy", "Checking the house rules", tidy)?;
    println!("{}", steps.summary());
    Ok(())
}

pub(crate) fn formatting() -> Result<()> {
    cargo_run(&["fmt", "--all", "--check"])
}

pub(crate) fn clippy() -> Result<()> {
    cargo_run(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ])
}

pub(crate) fn clippy_wasm() -> Result<()> {
    cargo_run(&[
        "clippy",
        "--package",
        "castellan-app",
        "--package",
        "castellan-domain",
        "--target",
        "wasm32-unknown-unknown",
        // The profile of the browser build of the tests: its build scripts and macros serve both.
        "--profile",
        "wasm-dev",
        "--",
        "-D",
        "warnings",
    ])
}

pub(crate) fn tidy() -> Result<()> {
    cargo_run(&["test", "--package", "xtask", "--test", "tidy"])
}
