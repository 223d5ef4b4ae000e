//! `cargo xtask bench`: measured numbers about what is built, beside peers in the same run.
//!
//! Method and figures are in `docs/performance.md`. The load comes from `castellan-load`, which
//! speaks the real protocols; here is who runs when, how often, and what the rounds say together.

mod alarms;
mod ceiling;
mod events;
mod fan_out;
mod history;
mod idle;
mod machine;
mod numbers;
mod peers;
mod report;
mod rig;
mod start_up;

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::npm;
use crate::process;
use crate::progress::Steps;
use crate::setup::{self, Needs};
use crate::web::{self, Flavor};
use crate::workspace;
use report::Section;
pub(crate) use rig::Depth;
use rig::Rig;

type Measure = fn(&Rig) -> Result<Section>;

const FIRST_LOAD: &str = "first-load";
/// Every measurement of the server, in the order of a full run.
const MEASUREMENTS: [(&str, &str, Measure); 7] = [
    ("fan-out", "Positions to many displays", fan_out::measure),
    (
        "ceiling",
        "The most that displays can be sent",
        ceiling::measure,
    ),
    ("alarms", "From an alarm to the displays", alarms::measure),
    ("events", "Durable events", events::measure),
    ("idle", "Memory of idle displays", idle::measure),
    ("history", "The history of positions", history::measure),
    ("start-up", "A start over a long record", start_up::measure),
];

/// Whether there is a measurement of this name.
pub(crate) fn is_name(name: &str) -> bool {
    name == FIRST_LOAD || MEASUREMENTS.iter().any(|(known, ..)| *known == name)
}

/// All names, for a sentence.
pub(crate) fn names() -> String {
    let servers = MEASUREMENTS.iter().map(|(name, ..)| *name);
    [FIRST_LOAD]
        .into_iter()
        .chain(servers)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Runs the named measurements, or all. What is quick leaves out the browser app, which is not built quickly.
pub(crate) fn run(wanted: &[String], depth: Depth) -> Result<()> {
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|one| one == name);
    if is_wanted(FIRST_LOAD) && (depth == Depth::Full || !wanted.is_empty()) {
        first_load()?;
    }
    let chosen: Vec<_> = MEASUREMENTS
        .iter()
        .filter(|(name, ..)| is_wanted(name))
        .collect();
    if chosen.is_empty() {
        return Ok(());
    }
    let mut steps = Steps::new(chosen.len() + 1);
    let rig = steps.run(
        "build",
        "Building server and load generator for release",
        || Rig::build(depth),
    )?;
    println!("      {}", rig.machine.sentence());
    let (mut sections, mut failed) = (Vec::new(), Vec::new());
    for (name, title, measure) in chosen {
        if !rig.goes_on()? {
            println!("      No time is left for `{name}`: run `cargo xtask bench {name}`.");
            continue;
        }
        match steps.run(name, title, || measure(&rig)) {
            Ok(section) => {
                println!("\n{}", section.markdown());
                sections.push(section);
            }
            // What the others found is not lost with it.
            Err(error) => {
                println!("      `{name}` broke off: {error:#}");
                failed.push(*name);
            }
        }
    }
    println!("\n# All figures\n\n{}.\n", rig.machine.sentence());
    for section in &sections {
        println!("{}", section.markdown());
    }
    keep(&rig, depth, &sections)?;
    if !failed.is_empty() {
        bail!("These broke off: {}. Why stands above.", failed.join(", "));
    }
    Ok(())
}

/// Writes everything down, each round with it.
fn keep(rig: &Rig, depth: Depth, sections: &[Section]) -> Result<()> {
    let limit = Duration::from_secs(10);
    let date = process::capture(
        Command::new("date").args(["-u", "+%Y%m%dT%H%M%SZ"]),
        "date",
        limit,
    )?;
    let folder = workspace::target_folder()?.join("bench");
    let path = folder.join(format!("{}.json", date.trim()));
    let all: Vec<Value> = sections.iter().map(Section::json).collect();
    let report = json!({
        "date": date.trim(), "quick": depth == Depth::Quick, "machine": rig.machine.json(),
        "sections": all,
    });
    fs::write(&path, serde_json::to_vec_pretty(&report)?)
        .with_context(|| format!("writing {}", path.display()))?;
    println!("Every round is in {}.", path.display());
    Ok(())
}

fn first_load() -> Result<()> {
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
