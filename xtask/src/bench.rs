//! `cargo xtask bench`: builds what is measured and the program that measures it, finds the peers, weighs the
//! first load of the browser app, and watches what a console costs. Method and figures are in `docs/performance.md`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use castellan_programs::process;
use castellan_programs::service::interrupt_flag;

use crate::demo::ESTATE;
use crate::progress::Steps;
use crate::setup::{self, Needs};
use crate::web::{self, Flavor};
use crate::{npm, workspace};

const FIRST_LOAD: &str = "first-load";
const SCREEN: &str = "screen";
const PICTURES: &str = "pictures";
/// Every name, as it is said; those after the first three are what `castellan-bench` measures, and a test there compares.
pub(crate) const NAMES: &str = "first-load, screen, pictures, fan-out, ceiling, alarms, events, idle, history, start-up, ranking, ladders, cameras";
/// The example of the server's crate that has the store of positions alone. An example, because it is to know the module
/// itself and the product is to gain no verb.
const STORE: &str = "tracks";
/// The benchmark keeps to 35 minutes by itself, and then finishes the measurement that it is in.
const BENCH_LIMIT: Duration = Duration::from_mins(75);
/// Six scenes of a minute each, and five rounds of loading; or nine pictures that come and go 300 times.
const SCREEN_LIMIT: Duration = Duration::from_mins(25);

/// Whether there is a measurement of this name.
pub(crate) fn is_name(name: &str) -> bool {
    NAMES.split(", ").any(|known| known == name)
}

/// Runs the named measurements, or all. What is quick leaves out the browser app, which is not built quickly,
/// unless it is asked for by name.
pub(crate) fn run(wanted: &[String], quick: bool) -> Result<()> {
    // At Ctrl-C what measures stops what it started, says what it has, and is waited for.
    let _interrupted = interrupt_flag()?;
    let names = wanted.iter().map(String::as_str);
    let (of_app, measured): (Vec<&str>, Vec<&str>) =
        names.partition(|name| [FIRST_LOAD, SCREEN, PICTURES].contains(name));
    let all = wanted.is_empty() && !quick;
    if all || !of_app.is_empty() {
        browser_app()?;
    }
    for name in [SCREEN, PICTURES] {
        if all || of_app.contains(&name) {
            in_chromium(name, quick)?;
        }
    }
    if measured.is_empty() && !wanted.is_empty() {
        return Ok(());
    }
    let folder = workspace::target_folder()?.join("bench");
    let steps = Steps::new(1);
    let mut command = steps.run(
        "build",
        "Building server and load generator for release",
        || measuring(&folder),
    )?;
    command.args(measured);
    if quick {
        command.arg("--quick");
    }
    process::run(&mut command, "castellan-bench", BENCH_LIMIT)
}

/// The benchmark with everything that it needs to be told.
fn measuring(folder: &Path) -> Result<Command> {
    let built = workspace::cargo_build(&[
        "--package",
        "castellan-server",
        "--package",
        "castellan-bench",
        "--bin",
        "castellan",
        "--bin",
        "castellan-bench",
        "--release",
    ])?;
    // By itself: what it needs for tests must not become part of the server that is measured.
    let store = workspace::cargo_build(&[
        "--package",
        "castellan-server",
        "--example",
        STORE,
        "--release",
    ])?;
    let mut command = Command::new(built.program("castellan-bench")?);
    command
        .arg("measure")
        .arg("--folder")
        .arg(folder)
        .arg("--estate")
        .arg(workspace::root().join(ESTATE))
        .arg("--server")
        .arg(built.program("castellan")?)
        .arg("--store")
        .arg(store.program(STORE)?);
    let bun = setup::bun(&folder.join("bun")).inspect_err(|error| {
        println!("      {error:#}\n      The comparison with Bun is left out.");
    });
    let peers = [
        ("--nats", setup::peer(&["nats-server"])),
        ("--mosquitto", setup::peer(&["mosquitto"])),
        ("--bun", bun.ok()),
        ("--ffmpeg", setup::peer(&["ffmpeg"])),
        ("--ffprobe", process::find_program("ffprobe")),
    ];
    for (option, program) in peers {
        if let Some(program) = program {
            command.arg(option).arg(program);
        }
    }
    Ok(command)
}

/// Builds the browser app as people use it, and says what a browser loads at first.
fn browser_app() -> Result<()> {
    let steps = Steps::new(3);
    steps.run("setup", "Checking this machine", || {
        setup::ensure(Needs::Journeys)
    })?;
    steps.run("npm", "Installing npm packages", npm::ensure)?;
    let load = steps.run("web", "Building the browser app for release", || {
        web::build(Flavor::Release)
    })?;
    println!("{load}");
    Ok(())
}

/// What a page costs the machine that shows it: a console beside the map library alone, and how long it takes to be
/// there; or nine pictures.
fn in_chromium(name: &str, quick: bool) -> Result<()> {
    let steps = Steps::new(1);
    let (server, simulator) = steps.run(
        "server",
        "Building the server and the simulator for release",
        || {
            let words = [&workspace::SERVER_AND_SIMULATOR[..], &["--release"]].concat();
            workspace::server_and_simulator(&words)
        },
    )?;
    let folder = workspace::target_folder()?.join("bench");
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let root = workspace::root();
    let script = format!("end2end/bench/{name}.mjs");
    let mut node = Command::new("node");
    node.current_dir(&root)
        .arg(&script)
        .arg(folder.join(format!("{name}.json")))
        .env("CASTELLAN_SERVER", server)
        .env("CASTELLAN_SIMULATOR", simulator)
        .env("CASTELLAN_WEB", root.join(Flavor::Release.folder()))
        .env("CASTELLAN_CHROMIUM", setup::chromium()?);
    if quick {
        node.arg("--quick");
    }
    process::run(&mut node, &script, SCREEN_LIMIT)
}
