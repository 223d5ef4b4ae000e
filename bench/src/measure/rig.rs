//! The bench itself: programs, fresh folders, servers on one core and their load on another.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::machine::Machine;
use super::options::Options;
use castellan_programs::process;
use castellan_programs::service::{Service, interrupt_flag, loopback};

const SERVER_CORE: usize = 0;
const LOAD_CORE: usize = 1;
const START_LIMIT: Duration = Duration::from_mins(1);
/// One run of the load generator, filling a record excepted.
pub(crate) const LOAD_LIMIT: Duration = Duration::from_mins(3);
/// All measurements together; building is not counted.
const BUDGET: Duration = Duration::from_mins(35);
const BUDGET_QUICK: Duration = Duration::from_secs(350);
/// Descriptors for a thousand displays and more. More than the machine allows is not asked for.
const DESCRIPTORS: u64 = 16_384;

pub(crate) struct Rig {
    pub(crate) options: Options,
    pub(crate) machine: Machine,
    pub(crate) estate: PathBuf,
    folder: PathBuf,
    load: PathBuf,
    pins: bool,
    interrupted: Arc<AtomicBool>,
    until: Instant,
}

/// A server under measurement. Dropping it stops it.
pub(crate) struct Running {
    service: Service,
    pub(crate) address: SocketAddr,
    /// Another port of the same server, where it has one.
    pub(crate) second: SocketAddr,
}

impl Running {
    pub(crate) fn wait_healthy(&mut self) -> Result<()> {
        self.service.wait_healthy(self.address, START_LIMIT)
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.service.id()
    }

    pub(crate) fn stop(mut self) -> Result<()> {
        self.service.expect_running()?;
        self.service.stop()
    }

    /// Ends it without a word.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.service.expect_running()?;
        self.service.kill()
    }
}

impl Rig {
    /// Readies it, and begins to count the time.
    pub(crate) fn new(options: Options) -> Result<Self> {
        let folder = options.folder.join("run");
        fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        let machine = Machine::look(&folder);
        let pins = machine.cores > LOAD_CORE && process::find_program("taskset").is_some();
        if !pins {
            println!(
                "      Server and load cannot be given a core each (two cores and `taskset` are needed): the figures are rough."
            );
        }
        raise_descriptor_limit();
        let budget = options.depth.pick(BUDGET, BUDGET_QUICK);
        let mut rig = Self {
            machine,
            estate: folder.join("estate.json"),
            load: std::env::current_exe().context("the load generator is this program")?,
            options,
            folder,
            pins,
            interrupted: interrupt_flag()?,
            until: Instant::now() + budget,
        };
        rig.write_estate(&rig.estate, &[])?;
        rig.until = Instant::now() + budget;
        Ok(rig)
    }

    /// Whether there is time for another round; an error once somebody pressed Ctrl-C.
    pub(crate) fn goes_on(&self) -> Result<bool> {
        if self.interrupted.load(Ordering::SeqCst) {
            bail!("Interrupted; nothing of this measurement was written down.");
        }
        Ok(Instant::now() < self.until)
    }

    /// The path of an estate with so many people.
    pub(crate) fn large_estate(&self, people: u32) -> Result<PathBuf> {
        let path = self.folder.join("large-estate.json");
        self.write_estate(&path, &["--people", &people.to_string()])?;
        Ok(path)
    }

    /// The path of an estate with so many buttons, and a ladder that calls so many seconds after each is pressed.
    pub(crate) fn estate_with_ladder(&self, devices: &str, after_s: u32) -> Result<PathBuf> {
        let path = self.folder.join("ladders-estate.json");
        let after_s = after_s.to_string();
        let words = [
            "--people",
            "0",
            "--devices",
            devices,
            "--ladder-s",
            &after_s,
        ];
        self.write_estate(&path, &words)?;
        Ok(path)
    }

    /// The path of an estate with so many cameras.
    pub(crate) fn estate_with_cameras(&self, cameras: &str) -> Result<PathBuf> {
        let path = self.folder.join("cameras-estate.json");
        self.write_estate(&path, &["--cameras", cameras])?;
        Ok(path)
    }

    /// Tells our server, which may run or not, where cameras are.
    pub(crate) fn import_cameras(&self, data: &Path, csv: &Path) -> Result<()> {
        let mut command = self.on_core(SERVER_CORE, &self.options.server);
        command
            .args(["camera", "import", "--untested", "--data"])
            .arg(data)
            .arg(csv);
        process::capture(&mut command, "castellan camera import", LOAD_LIMIT)?;
        Ok(())
    }

    fn write_estate(&self, path: &Path, words: &[&str]) -> Result<()> {
        let mut command = self.on_core(LOAD_CORE, &self.load);
        let what = "castellan-bench estate";
        let estate = process::capture(command.arg("estate").args(words), what, LOAD_LIMIT)?;
        fs::write(path, estate).context("writing the synthetic estate")
    }

    /// An empty folder for one server's record.
    pub(crate) fn fresh_folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("emptying {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        Ok(folder)
    }

    /// Our server over a record, listening.
    pub(crate) fn castellan(&self, data: &Path, estate: &Path) -> Result<Running> {
        let mut running = self.spawn_castellan(data, estate, &[])?;
        running.wait_healthy()?;
        Ok(running)
    }

    /// Our server over a record, just started.
    pub(crate) fn spawn_castellan(
        &self,
        data: &Path,
        estate: &Path,
        more: &[&OsStr],
    ) -> Result<Running> {
        let address = free_address()?;
        let mut command = self.on_core(SERVER_CORE, &self.options.server);
        command
            .env("RUST_LOG", "warn")
            .args(["serve", "--listen", &address.to_string()])
            .arg("--data")
            .arg(data)
            .arg("--estate")
            .arg(estate)
            .args(more);
        Ok(Running {
            service: Service::start("server", &mut command)?,
            address,
            second: address,
        })
    }

    /// `castellan doctor` over a record that nobody has open.
    pub(crate) fn doctor(&self, data: &Path) -> Result<String> {
        let mut command = self.on_core(SERVER_CORE, &self.options.server);
        let what = "castellan doctor";
        process::capture(
            command.arg("doctor").arg("--data").arg(data),
            what,
            LOAD_LIMIT,
        )
    }

    /// A program on the servers' core, once it listens at all of these.
    pub(crate) fn instead(
        &self,
        name: &'static str,
        program: &Path,
        words: &[&OsStr],
        ports: (SocketAddr, SocketAddr),
    ) -> Result<Running> {
        let mut command = self.on_core(SERVER_CORE, program);
        listening(name, command.args(words), ports)
    }

    /// Whoever is called by our server's ladders, on the core of the load.
    pub(crate) fn receiver(&self) -> Result<Running> {
        let address = free_address()?;
        let words = ["receive", "--listen", &address.to_string()].map(OsString::from);
        self.beside("receiver", &words, (address, address))
    }

    /// The load generator as something that goes on, on the core of the load, once it listens at both.
    pub(crate) fn beside(
        &self,
        name: &'static str,
        words: &[OsString],
        ports: (SocketAddr, SocketAddr),
    ) -> Result<Running> {
        let mut command = self.on_core(LOAD_CORE, &self.load);
        listening(name, command.args(words), ports)
    }

    /// Where what is written for a program lies.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Puts a load on our server with an empty record, and stops it.
    pub(crate) fn load_fresh(&self, folder: &str, verb: &str, more: &[&str]) -> Result<Value> {
        let server = self.castellan(&self.fresh_folder(folder)?, &self.estate)?;
        let report = self.load_on(&server, verb, more, LOAD_LIMIT)?;
        server.stop()?;
        Ok(report)
    }

    /// Puts a load on a server that runs, and reads the generator's report.
    pub(crate) fn load_on(
        &self,
        server: &Running,
        verb: &str,
        more: &[&str],
        limit: Duration,
    ) -> Result<Value> {
        let (address, pid) = (server.address.to_string(), server.service.id().to_string());
        let words = [verb, "--server", &address, "--pid", &pid];
        self.load(&[&words, more].concat(), limit)
    }

    /// Runs the load generator and reads its report.
    pub(crate) fn load(&self, words: &[&str], limit: Duration) -> Result<Value> {
        self.report(LOAD_CORE, words, limit)
    }

    /// The same on the servers' core, for what stands in a server's place.
    pub(crate) fn instead_of_server(&self, words: &[&str]) -> Result<Value> {
        self.report(SERVER_CORE, words, LOAD_LIMIT)
    }

    /// The store of positions alone, on the servers' core.
    pub(crate) fn store(&self, folder: &Path, rows: &str) -> Result<Value> {
        let mut command = self.on_core(SERVER_CORE, &self.options.store);
        let text = process::capture(
            command.arg(folder).arg(rows),
            "the store of positions",
            LOAD_LIMIT,
        )?;
        serde_json::from_str(&text).context("the store of positions printed no report")
    }

    fn report(&self, core: usize, words: &[&str], limit: Duration) -> Result<Value> {
        let what = format!("castellan-bench {}", words.first().unwrap_or(&""));
        let text = process::capture(self.on_core(core, &self.load).args(words), &what, limit)?;
        serde_json::from_str(&text).with_context(|| format!("`{what}` printed no report"))
    }

    fn on_core(&self, core: usize, program: &Path) -> Command {
        if !self.pins {
            return Command::new(program);
        }
        let mut command = Command::new("taskset");
        command.arg("-c").arg(core.to_string()).arg(program);
        command
    }
}

/// A program, once it listens at both.
fn listening(
    name: &'static str,
    command: &mut Command,
    (address, second): (SocketAddr, SocketAddr),
) -> Result<Running> {
    let mut service = Service::start(name, command)?;
    let deadline = Instant::now() + START_LIMIT;
    for listens in [address, second] {
        while std::net::TcpStream::connect(listens).is_err() {
            service.expect_running()?;
            if Instant::now() >= deadline {
                bail!("{name} did not listen within {} s", START_LIMIT.as_secs());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    Ok(Running {
        service,
        address,
        second,
    })
}

/// A port that nobody has. Somebody else could take it before our server does; then that says so.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind(loopback(0)).context("no free port")?;
    Ok(listener.local_addr()?)
}

fn raise_descriptor_limit() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && soft < DESCRIPTORS.min(hard)
    {
        // If it fails the displays beyond the limit fail to connect, and say why.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, DESCRIPTORS.min(hard), hard);
    }
}
