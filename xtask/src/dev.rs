//! `cargo xtask dev`: the running system follows the sources. What does not build leaves the old one running.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use castellan_programs::service::{Service, expect_port_free, interrupt_flag, loopback};

use crate::demo::{start_server, start_simulator};
use crate::progress::Steps;
use crate::setup::{self, Needs};
use crate::web::{self, Flavor};
use crate::{npm, workspace};

const POLL: Duration = Duration::from_millis(500);
/// Far more than the sources will ever be; a link in a circle would pass it.
const FILES_MAX: usize = 10_000;
/// Not the demo's folder: trying things out must not spoil what a demo recorded.
const DATA: &str = "data-dev";

/// The three things that are built, and the folders each is built from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    Web,
    Server,
    Simulator,
}

const PARTS: [(Part, &[&str]); 3] = [
    (
        Part::Web,
        &["Cargo.toml", "domain", "app", "style", "assets"],
    ),
    (
        Part::Server,
        &[
            "Cargo.toml",
            "domain",
            "server",
            "assets/demo",
            "assets/defaults",
        ],
    ),
    (Part::Simulator, &["Cargo.toml", "domain", "simulator"]),
];

/// Newest change and number of files: a deleted file changes the number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Trace {
    newest: SystemTime,
    files: usize,
}

struct Running {
    port: u16,
    server: Option<Service>,
    simulator: Option<Service>,
}

pub(crate) fn run(port: u16) -> Result<()> {
    expect_port_free(port, "dev")?;
    let steps = Steps::new(5);
    steps.run("setup", "Checking this machine", || {
        setup::ensure(Needs::Building)
    })?;
    steps.run("npm", "Installing npm packages", npm::ensure)?;
    // Traced before building: what is saved during the build is seen by the first look afterwards.
    let mut traces = trace_all()?;
    steps.run("web", "Building the browser app", || {
        web::build(Flavor::Dev)
    })?;
    let (server, simulator) = steps.run(
        "server",
        "Building the server and the simulator",
        build_programs,
    )?;
    let interrupted = interrupt_flag()?;
    let mut running = steps.run("start", "Starting both", || {
        start(&server, &simulator, port)
    })?;
    println!(
        "\nCastellan is at http://{}/ and follows the sources. Ctrl-C stops it.",
        loopback(port)
    );
    while !interrupted.load(Ordering::SeqCst) {
        thread::sleep(POLL);
        running.look_after();
        let now = trace_all()?;
        let changed = changed(&traces, &now);
        if changed.is_empty() {
            continue;
        }
        if now != settled()? {
            continue;
        }
        traces = now;
        if let Err(error) = running.follow(&changed) {
            eprintln!("\n{error:#}\nWhat runs is left as it is. Save a change to try again.");
        }
    }
    println!("\nStopping …");
    running.stop()
}

/// A second look a little later: an editor that writes ten files is followed once.
fn settled() -> Result<Vec<Trace>> {
    thread::sleep(POLL / 2);
    trace_all()
}

fn build_programs() -> Result<(PathBuf, PathBuf)> {
    workspace::server_and_simulator(&workspace::SERVER_AND_SIMULATOR)
}

fn start(server: &Path, simulator: &Path, port: u16) -> Result<Running> {
    Ok(Running {
        port,
        server: Some(start_server(server, port, DATA, Flavor::Dev, &[])?),
        simulator: Some(start_simulator(simulator, server, port, DATA, &[])?),
    })
}

impl Running {
    fn follow(&mut self, changed: &[Part]) -> Result<()> {
        println!("\nChanged: {changed:?}");
        let steps = Steps::new(changed.len().min(2));
        if changed.contains(&Part::Web) {
            steps.run("web", "Building the browser app", || {
                web::build(Flavor::Dev)
            })?;
            println!("      reload the page to see it");
        }
        let programs = changed.contains(&Part::Server) || changed.contains(&Part::Simulator);
        if !programs {
            return Ok(());
        }
        let (server, simulator) = steps.run(
            "server",
            "Building the server and the simulator",
            build_programs,
        )?;
        if let Some(mut old) = self.simulator.take() {
            old.stop()?;
        }
        if changed.contains(&Part::Server) {
            if let Some(mut old) = self.server.take() {
                old.stop()?;
            }
            self.server = Some(start_server(&server, self.port, DATA, Flavor::Dev, &[])?);
        }
        self.simulator = Some(start_simulator(&simulator, &server, self.port, DATA, &[])?);
        Ok(())
    }

    /// A program that fell over waits for the next change; saying it once is enough.
    fn look_after(&mut self) {
        for program in [&mut self.server, &mut self.simulator] {
            if let Some(running) = program
                && let Err(error) = running.expect_running()
            {
                eprintln!("{error:#}\nIt starts again with the next change of its sources.");
                *program = None;
            }
        }
    }

    fn stop(self) -> Result<()> {
        for mut program in [self.simulator, self.server].into_iter().flatten() {
            program.stop()?;
        }
        Ok(())
    }
}

fn trace_all() -> Result<Vec<Trace>> {
    let root = workspace::root();
    PARTS
        .iter()
        .map(|(_, folders)| trace(folders.iter().map(|folder| root.join(folder))))
        .collect()
}

fn trace(places: impl Iterator<Item = PathBuf>) -> Result<Trace> {
    let mut seen = Trace {
        newest: SystemTime::UNIX_EPOCH,
        files: 0,
    };
    let mut open: Vec<PathBuf> = places.collect();
    while let Some(path) = open.pop() {
        // Gone between listing and looking: the editor replaces files that way, and the count tells.
        let Ok(about) = fs::metadata(&path) else {
            continue;
        };
        if about.is_dir() {
            for entry in fs::read_dir(&path)
                .with_context(|| format!("`{}` could not be listed", path.display()))?
            {
                open.push(entry?.path());
            }
            continue;
        }
        seen.files += 1;
        seen.newest = seen.newest.max(about.modified()?);
        if seen.files > FILES_MAX {
            bail!(
                "There are more than {FILES_MAX} source files to watch. Is there a link in a circle at `{}`?",
                path.display()
            );
        }
    }
    Ok(seen)
}

fn changed(before: &[Trace], now: &[Trace]) -> Vec<Part> {
    let pairs = PARTS.iter().zip(before.iter().zip(now));
    pairs
        .filter(|(_, (before, now))| before != now)
        .map(|((part, _), _)| *part)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saving_adding_and_deleting_are_changes() -> Result<()> {
        let folder =
            std::env::temp_dir().join(format!("castellan-xtask-trace-{}", std::process::id()));
        fs::create_dir_all(folder.join("sub"))?;
        let look = || trace(std::iter::once(folder.clone()));
        fs::write(folder.join("a.rs"), "a")?;
        let first = look()?;
        assert_eq!(first, look()?);
        fs::write(folder.join("sub/b.rs"), "b")?;
        let second = look()?;
        assert_ne!(first, second);
        fs::File::options()
            .append(true)
            .open(folder.join("a.rs"))?
            .set_modified(SystemTime::now() + Duration::from_secs(5))?;
        let third = look()?;
        assert_ne!(second, third);
        fs::remove_file(folder.join("sub/b.rs"))?;
        assert_ne!(third, look()?);
        fs::remove_dir_all(&folder)?;
        Ok(())
    }

    #[test]
    fn a_change_names_the_parts_to_build() {
        let old = Trace {
            newest: SystemTime::UNIX_EPOCH,
            files: 1,
        };
        let new = Trace {
            newest: SystemTime::UNIX_EPOCH,
            files: 2,
        };
        assert_eq!(
            changed(&[old, old, old], &[new, old, new]),
            [Part::Web, Part::Simulator]
        );
    }
}
