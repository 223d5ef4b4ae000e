//! Simulated cameras: real RTSP servers on this machine. Each shows the simulated world as it is seen from its pose.
//!
//! A camera draws and encodes only while somebody watches it. What stands still is drawn once for each pose and light
//! ([`scenery`]); people are drawn into each picture from where the world has them ([`crowd`]). Faults come on
//! command ([`control`]). `docs/simulated-cameras.md` says how to use them.

mod camera;
mod canvas;
mod control;
mod crowd;
mod encoder;
mod faults;
mod figures;
mod fleet;
mod passers;
mod picture;
mod rtsp;
mod scenery;
mod space;
mod stamp;
mod view;

use crate::world::World;
use camera::{Camera, HEIGHT, Premises, WIDTH};
use castellan_domain::estate::{DeviceKind, Estate};
use castellan_domain::ids::DeviceId;
use crowd::{Crowd, Who};
pub use encoder::EncoderError;
use encoder::ParameterSets;
pub use faults::Fault;
use fleet::Fleet;
use passers::Passers;
use rtsp::digest::Credentials;
pub use scenery::Hour;
use scenery::Layout;
use stamp::Clock;
use std::fmt::Write as _;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Cameras of one simulator; an estate's further ones have no pictures, and that is said.
pub const CAMERAS_MAX: usize = 1_000;
/// Characters of a user's name, and of a password.
pub const WORD_CHARS_MAX: usize = 64;

/// What the command line asks for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Cameras are at rtsp://127.0.0.1:PORT/ID, and take faults at the port after it. 0: at any two free ports.
    pub port: u16,
    pub user: String,
    /// None: a new one is drawn.
    pub password: Option<String>,
    /// Where to write the addresses and who may watch.
    pub csv: Option<PathBuf>,
    /// Burns a bar into each picture from which a program reads the milliseconds.
    pub has_bar: bool,
    /// Day or night whatever the clock says.
    pub hour: Option<Hour>,
}

/// Why there are no cameras.
#[derive(Debug, thiserror::Error)]
pub enum CamerasError {
    #[error("port {port} cannot be listened at ({why}): choose another one for the cameras")]
    Port { port: u16, why: io::Error },
    #[error(
        "a camera's user and password have 1 to {WORD_CHARS_MAX} letters, digits or signs, and no quote, comma, colon or backslash"
    )]
    Word,
    #[error("{path} cannot be written: {why}")]
    Csv { path: PathBuf, why: io::Error },
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    #[error("there is no camera {0}")]
    Unknown(DeviceId),
}

/// The cameras of an estate, for as long as it lives.
#[derive(Debug)]
pub struct Cameras {
    fleet: Arc<Fleet>,
    premises: Arc<Premises>,
    passers: Option<Passers>,
    estate: Estate,
    address: SocketAddr,
    control: SocketAddr,
    tasks: [JoinHandle<()>; 2],
}

impl Drop for Cameras {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        for camera in self.fleet.all() {
            camera.suffer(Fault::Drop);
        }
    }
}

impl Cameras {
    /// Starts all cameras of an estate.
    pub async fn start(estate: &Estate, options: &Options) -> Result<Self, CamerasError> {
        Self::start_all(estate, options, false).await
    }

    /// The same, but each sends its first two seconds again and again: for measurements in which drawing and
    /// encoding are not to count.
    pub async fn start_repeating(estate: &Estate, options: &Options) -> Result<Self, CamerasError> {
        Self::start_all(estate, options, true).await
    }

    async fn start_all(
        estate: &Estate,
        options: &Options,
        repeats: bool,
    ) -> Result<Self, CamerasError> {
        let credentials = credentials(options)?;
        let premises = Arc::new(Premises {
            layout: Layout::of(estate),
            crowd: Crowd::default(),
            clock: Clock::of(estate.time_zone.as_str()),
            hour: options.hour,
            has_bar: options.has_bar,
            repeats,
            sets: ParameterSets::of(WIDTH, HEIGHT)?,
            began: Instant::now(),
        });
        let devices = estate
            .devices
            .iter()
            .filter(|device| device.kind == DeviceKind::Camera);
        let left_out = devices.clone().count().saturating_sub(CAMERAS_MAX);
        if left_out > 0 {
            tracing::warn!(
                "{left_out} cameras have no pictures: the simulator has at most {CAMERAS_MAX}"
            );
        }
        let cameras = devices.take(CAMERAS_MAX);
        let cameras = cameras.map(|device| Camera::new(estate, device, Arc::clone(&premises)));
        let fleet = Arc::new(Fleet::new(cameras, credentials));
        let (listener, address) = listen(options.port).await?;
        let next = if options.port == 0 {
            0
        } else {
            options.port.saturating_add(1)
        };
        let (lines, control) = listen(next).await?;
        let cameras = Self {
            tasks: [
                tokio::spawn(rtsp::serve(listener, Arc::clone(&fleet))),
                tokio::spawn(control::serve(lines, Arc::clone(&fleet))),
            ],
            fleet,
            premises,
            passers: None,
            estate: estate.clone(),
            address,
            control,
        };
        if let Some(path) = &options.csv {
            cameras.write_csv(path)?;
        }
        let count = cameras.fleet.all().count();
        tracing::info!("{count} cameras at rtsp://{address}/ID; faults at {control}");
        Ok(cameras)
    }

    /// Lets the cameras see where everybody is.
    pub fn show(&mut self, world: &World, now_ms: i64) {
        let ground = world.ground();
        let graph = &ground.graph;
        let passers = self
            .passers
            .get_or_insert_with(|| Passers::new(&self.estate, graph, now_ms));
        passers.step(now_ms, graph);
        let guards = world
            .guards()
            .iter()
            .map(|guard| (Who::Guard, guard.spot(ground)));
        let out = passers.out(self.premises.hour_at(now_ms), graph);
        self.premises.crowd.show(now_ms, guards.chain(out));
    }

    /// Does something to a camera.
    pub fn suffer(&self, camera: &DeviceId, fault: Fault) -> Result<(), CamerasError> {
        let found = self.fleet.find(camera.as_str());
        let found = found.ok_or_else(|| CamerasError::Unknown(camera.clone()))?;
        found.suffer(fault);
        Ok(())
    }

    /// Where the cameras are.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where they take faults.
    pub const fn control(&self) -> SocketAddr {
        self.control
    }

    /// A line for each camera, as servers import them.
    pub fn csv(&self) -> String {
        let Credentials { user, password } = self.fleet.credentials();
        let header = "camera,main,sub,still,user,password\n".to_owned();
        self.fleet.all().fold(header, |mut csv, camera| {
            let (id, address) = (camera.id(), self.address);
            // Writing into a text does not fail.
            let _ = writeln!(csv, "{id},rtsp://{address}/{id},,,{user},{password}");
            csv
        })
    }

    fn write_csv(&self, path: &Path) -> Result<(), CamerasError> {
        write_private(path, &self.csv()).map_err(|why| CamerasError::Csv {
            path: path.to_owned(),
            why,
        })
    }
}

async fn listen(port: u16) -> Result<(TcpListener, SocketAddr), CamerasError> {
    let failed = |why| CamerasError::Port { port, why };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Who may watch. What is written into a CSV file and an address must not break either.
fn credentials(options: &Options) -> Result<Credentials, CamerasError> {
    let drawn = || format!("{:016x}", fastrand::u64(..));
    let credentials = Credentials {
        user: options.user.clone(),
        password: options.password.clone().unwrap_or_else(drawn),
    };
    let is_plain = |word: &str| {
        let mut letters = word.chars();
        let breaks = |letter| matches!(letter, '"' | ',' | ':' | '\\');
        (1..=WORD_CHARS_MAX).contains(&word.len())
            && letters.all(|letter| letter.is_ascii_graphic() && !breaks(letter))
    };
    if is_plain(&credentials.user) && is_plain(&credentials.password) {
        Ok(credentials)
    } else {
        Err(CamerasError::Word)
    }
}

/// Only its owner reads it: a password stands in it.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    // Whoever waits for the file finds it whole.
    let begun = path.with_extension("part");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&begun)?.write_all(text.as_bytes())?;
    std::fs::rename(begun, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crew::Crew;
    use crate::devices::Rates;
    use crate::fixture;
    use crate::world::Settings;

    #[tokio::test]
    async fn every_guard_of_the_world_is_before_the_cameras() {
        let estate = fixture::estate();
        let options = Options {
            port: 0,
            user: "viewer".to_owned(),
            password: None,
            csv: None,
            has_bar: false,
            hour: Some(Hour::Night),
        };
        let settings = Settings {
            seed: 1,
            crew: Crew::Shift,
            pace: 1.0,
            rates: Rates {
                alarms_every_ms: None,
                doors_every_ms: None,
            },
        };
        let mut world = World::new(&estate, &settings, 0).unwrap();
        let mut cameras = Cameras::start(&estate, &options).await.unwrap();
        for second in 1..=20 {
            let now_ms = second * 1_000;
            world.step(now_ms);
            cameras.show(&world, now_ms);
            let bodies = cameras
                .premises
                .crowd
                .near(now_ms + 1_000, [0.0, 0.0], 10_000.0);
            let guards = bodies.iter().filter(|body| body.who == Who::Guard);
            assert_eq!(guards.clone().count(), world.guards().len());
            for (body, guard) in guards.zip(world.guards()) {
                let spot = guard.spot(world.ground());
                assert!(space::distance(body.at, [spot.at.x, spot.at.y]) < 1e-9);
            }
        }
    }
}
