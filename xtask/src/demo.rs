//! `cargo xtask demo`: from a fresh clone to a living estate in the browser.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use castellan_programs::service::{Service, expect_port_free, interrupt_flag, loopback};

use crate::cameras::Cameras;
use crate::progress::Steps;
use crate::rungs::Rungs;
use crate::setup::{self, Needs};
use crate::web::{self, Flavor};
use crate::{doors, npm, workspace};

pub(crate) const ESTATE: &str = "assets/demo/estate.json";
const DATA: &str = "data";
const START_LIMIT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(200);

pub(crate) fn run(port: u16, simulator: bool) -> Result<()> {
    // Before minutes of building, not after.
    expect_port_free(port, "demo")?;
    let steps = Steps::new(if simulator { 6 } else { 5 });
    steps.run("setup", "Checking this machine", || {
        setup::ensure(Needs::Building)
    })?;
    steps.run("npm", "Installing npm packages", npm::ensure)?;
    let load = steps.run("web", "Building the browser app", || {
        web::build(Flavor::Release)
    })?;
    println!("{load}");
    let title = "Building the server and the simulator";
    let (server_program, simulator_program) = steps.run("server", title, || {
        let profile = ["--profile", "demo"];
        let words = [&workspace::SERVER_AND_SIMULATOR[..], &profile].concat();
        workspace::server_and_simulator(&words)
    })?;
    let interrupted = interrupt_flag()?;
    // Without the simulator nobody lives here who could be called.
    let rungs = simulator.then(|| Rungs::of(ESTATE)).transpose()?;
    let mut server = steps.run("start", "Starting the server", || {
        let mut more = doors::take_orders(loopback(port))?;
        if let Some(rungs) = &rungs {
            more.extend(rungs.take_calls()?);
        }
        start_server(&server_program, port, DATA, Flavor::Release, &more)
    })?;
    let mut estate = None;
    if let Some(rungs) = rungs {
        estate = Some(steps.run("simulator", "Waking up the estate", || {
            rungs.come_on_duty(loopback(port))?;
            // A quiet night; the first minute begins once somebody looks.
            let words = ["--by-day", "--opening"];
            start_simulator(&simulator_program, &server_program, port, DATA, &words)
        })?);
    }
    println!("\nReady after {}.\n{}", steps.elapsed(), invitation(port));
    let outcome = watch(&mut server, &mut estate, &interrupted);
    println!("\nStopping …");
    if let Some(mut estate) = estate {
        estate.stop()?;
    }
    server.stop()?;
    outcome
}

/// Starts the server, with `more` words, and waits until it answers.
pub(crate) fn start_server(
    program: &Path,
    port: u16,
    data: &str,
    flavor: Flavor,
    more: &[String],
) -> Result<Service> {
    let address = loopback(port).to_string();
    let mut command = Command::new(program);
    command.current_dir(workspace::root()).arg("serve").args([
        "--data",
        data,
        "--listen",
        &address,
        "--estate",
        ESTATE,
        "--web",
        flavor.folder(),
    ]);
    command.args(more);
    let mut server = Service::start("server", &mut command)?;
    server.wait_healthy(loopback(port), START_LIMIT)?;
    Ok(server)
}

/// Starts the simulator with `words` and its cameras, of which `server` is told.
pub(crate) fn start_simulator(
    program: &Path,
    server: &Path,
    port: u16,
    data: &'static str,
    words: &[&str],
) -> Result<Service> {
    let url = format!("http://{}", loopback(port));
    let cameras = Cameras::of(data)?;
    let mut command = Command::new(program);
    command
        .current_dir(workspace::root())
        .args(["walk", "--server", &url])
        .args(words)
        .args(cameras.words());
    let mut simulator = Service::start("simulator", &mut command)?;
    cameras.import(server, &mut simulator)?;
    Ok(simulator)
}

/// Until Ctrl-C, or until the server gives up. Without the simulator the server goes on: only the estate falls asleep.
fn watch(
    server: &mut Service,
    estate: &mut Option<Service>,
    interrupted: &AtomicBool,
) -> Result<()> {
    while !interrupted.load(Ordering::SeqCst) {
        server.expect_running()?;
        if let Some(simulator) = estate
            && let Err(error) = simulator.expect_running()
        {
            eprintln!("{error:#}\nThe server goes on without the simulator.");
            *estate = None;
        }
        thread::sleep(POLL);
    }
    Ok(())
}

fn invitation(port: u16) -> String {
    let lines = [
        String::new(),
        format!("Castellan is at  http://{}/", loopback(port)),
        String::new(),
        "Open it: it is a quiet estate. Six seconds later there is gas in a cellar, and it rises."
            .into(),
        "Touch nothing, and its ladder calls people by itself: each call is said here.".into(),
        "Try: claim the topmost alarm, and watch a second window show your name.".into(),
        "Try: press D on an alarm: a guard answers within seconds, walks there, and says so."
            .into(),
        "Try: select an alarm: the cameras that see its place are beside the map, live.".into(),
        "Try: press Ctrl-C here and start again: the screen says so, then recovers.".into(),
        String::new(),
        "Ctrl-C stops everything. What happened is kept in ./data.".into(),
        String::new(),
    ];
    let width = lines
        .iter()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0);
    let edge = "─".repeat(width + 4);
    let body: Vec<String> = lines
        .iter()
        .map(|line| format!("│  {line:<width$}  │"))
        .collect();
    format!("┌{edge}┐\n{}\n└{edge}┘", body.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_has_straight_edges_and_the_address() {
        let text = invitation(9000);
        assert!(text.contains("http://127.0.0.1:9000/"), "{text}");
        let widths: Vec<usize> = text.lines().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{widths:?}");
    }
}
