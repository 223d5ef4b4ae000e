//! `cargo xtask sim`: many nights of the deterministic simulation, in an optimised build.

use crate::workspace::cargo;
use anyhow::Result;
use castellan_programs::process;
use std::time::Duration;

/// Nights of one run at most: about an hour on two cores.
pub(crate) const SEEDS_MAX: u64 = 50_000;
/// However slow the machine.
const WITHIN: Duration = Duration::from_hours(3);

/// Lives through `seeds` nights, beginning with the seed `first`.
pub(crate) fn run(seeds: u64, first: u64) -> Result<()> {
    let mut command = cargo();
    command
        .args([
            "test",
            "--profile",
            "demo",
            "--package",
            "castellan-simulator",
        ])
        .args(["--test", "simulator", "every_seed", "--", "--nocapture"])
        .env("CASTELLAN_SIM_SEEDS", seeds.to_string())
        .env("CASTELLAN_SIM_FIRST", first.to_string());
    process::run(&mut command, "the simulation", WITHIN)
}
