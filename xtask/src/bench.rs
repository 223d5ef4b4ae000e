//! `cargo xtask bench`: measured numbers about what is built. Today: the weight of the first load.

use anyhow::Result;

use crate::npm;
use crate::progress::Steps;
use crate::setup::{self, Needs};
use crate::web::{self, Flavor};

pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::new(3);
    steps.run("setup", "Checking this machine", || {
        setup::ensure(Needs::Building)
    })?;
    steps.run("npm", "Installing npm packages", npm::ensure)?;
    let load = steps.run("web", "Building the browser app for release", || {
        web::build(Flavor::Release)
    })?;
    println!("{load}");
    Ok(())
}
