//! `castellan-bench measure`: measured numbers about what is built, beside peers in the same run.
//!
//! The load comes from this same program on a core of its own, see [`crate::load`]; here is who runs
//! when, how often, and what the rounds say together.

mod alarms;
mod cameras;
mod ceiling;
mod events;
mod fan_out;
mod history;
mod idle;
mod ladders;
mod machine;
mod numbers;
mod options;
mod peers;
mod ranking;
mod report;
mod rig;
mod start_up;

use anyhow::{Context, Result, bail};
use castellan_programs::process;
pub use options::{Depth, Options, Peers};
use report::Section;
use rig::Rig;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

type Measure = fn(&Rig) -> Result<Section>;

/// Every measurement of the server, in the order of a full run.
const MEASUREMENTS: [(&str, &str, Measure); 10] = [
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
    ("ranking", "Who is asked first", ranking::measure),
    ("ladders", "Ladders that wait", ladders::measure),
    ("cameras", "Cameras and who watches them", cameras::measure),
];

/// All names, in the order of a full run.
pub fn names() -> impl Iterator<Item = &'static str> {
    MEASUREMENTS.iter().map(|(name, ..)| *name)
}

/// Runs the named measurements, or all.
pub fn run(options: Options) -> Result<()> {
    let wanted = options.names.clone();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|one| one == name);
    let chosen: Vec<_> = MEASUREMENTS
        .iter()
        .filter(|(name, ..)| is_wanted(name))
        .collect();
    let rig = Rig::new(options)?;
    println!("      {}", rig.machine.sentence());
    let (mut sections, mut failed) = (Vec::new(), Vec::new());
    for (number, (name, title, measure)) in (1..).zip(&chosen) {
        if !rig.goes_on()? {
            println!("      No time is left for `{name}`: run `cargo xtask bench {name}`.");
            continue;
        }
        println!("[{number}/{}] {title} …", chosen.len());
        let begun = Instant::now();
        match measure(&rig) {
            Ok(section) => {
                println!("      done in {:.0} s", begun.elapsed().as_secs_f64());
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
    keep(&rig, &sections)?;
    if !failed.is_empty() {
        bail!("These broke off: {}. Why stands above.", failed.join(", "));
    }
    Ok(())
}

/// Writes everything down, each round with it.
fn keep(rig: &Rig, sections: &[Section]) -> Result<()> {
    let limit = Duration::from_secs(10);
    let date = process::capture(
        Command::new("date").args(["-u", "+%Y%m%dT%H%M%SZ"]),
        "date",
        limit,
    )?;
    let path = rig.options.folder.join(format!("{}.json", date.trim()));
    let all: Vec<Value> = sections.iter().map(Section::json).collect();
    let report = json!({
        "date": date.trim(), "quick": rig.options.depth == Depth::Quick, "machine": rig.machine.json(),
        "sections": all,
    });
    fs::write(&path, serde_json::to_vec_pretty(&report)?)
        .with_context(|| format!("writing {}", path.display()))?;
    println!("Every round is in {}.", path.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_tool_knows_every_name_before_it_builds() {
        let xtask = include_str!("../../../xtask/src/bench.rs");
        let names: Vec<_> = names().collect();
        let list = format!("\"first-load, screen, pictures, {}\"", names.join(", "));
        assert!(xtask.contains(&list), "{list}");
    }
}
