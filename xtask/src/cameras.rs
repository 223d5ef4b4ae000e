//! The cameras of the demo: the simulator shows every camera of the estate, and the server is told where they are, as it
//! would be told of real ones.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use castellan_programs::process;
use castellan_programs::service::{Service, loopback};

use crate::workspace;

/// Where cameras are looked for a place first; faults are taken at the port after it.
const PORT: u16 = 8554;
/// Other places, if somebody has that one.
const PORTS_MAX: u16 = 20;
/// Longest wait for the simulator to say where they are.
const SAID_WITHIN: Duration = Duration::from_secs(20);
const IMPORT_LIMIT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);

/// Where the cameras of a simulator will be.
pub(crate) struct Cameras {
    port: u16,
    /// Who may watch them; it is deleted once the server knows.
    csv: PathBuf,
    data: &'static str,
}

impl Cameras {
    /// Finds a place for them.
    pub(crate) fn of(data: &'static str) -> Result<Self> {
        let free = |port: u16| TcpListener::bind(loopback(port)).is_ok();
        let port = (0..PORTS_MAX)
            .map(|nth| PORT + 2 * nth)
            .find(|port| free(*port) && free(*port + 1))
            .with_context(|| format!("No two ports from {PORT} on are free for the cameras"))?;
        let csv = workspace::root().join(data).join("cameras.csv");
        // What a run before left there leads nowhere any more.
        let _ = fs::remove_file(&csv);
        Ok(Self { port, csv, data })
    }

    /// What the simulator is started with.
    pub(crate) fn words(&self) -> Vec<String> {
        let csv = self.csv.display().to_string();
        ["--cameras", &self.port.to_string(), "--cameras-csv", &csv]
            .map(str::to_owned)
            .to_vec()
    }

    /// Tells the server where they are, once the simulator has said so.
    pub(crate) fn import(&self, server: &Path, simulator: &mut Service) -> Result<()> {
        let began = Instant::now();
        while !self.csv.exists() {
            simulator.expect_running()?;
            ensure!(
                began.elapsed() < SAID_WITHIN,
                "the simulator does not say where its cameras are"
            );
            thread::sleep(POLL);
        }
        let mut command = Command::new(server);
        command
            .current_dir(workspace::root())
            // They are there, and forty pictures would be drawn for nobody.
            .args(["camera", "import", "--untested", "--data", self.data]);
        command.arg(&self.csv);
        process::run(&mut command, "castellan camera import", IMPORT_LIMIT)?;
        fs::remove_file(&self.csv).context("Deleting the cameras' passwords")
    }
}
