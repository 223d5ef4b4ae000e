//! The command line: `walk` lets an estate live, `scene` plays a scene, `replay` sends a recorded walk.

use castellan_domain::ids::{PhoneId, SiteId};
use castellan_simulator::replay::{self, ReplayError, Summary};
use castellan_simulator::{cameras, scene, walk};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::future::Future;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// An estate that lives: guards walk and devices report, over the real protocols to a server.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Let every guard of an estate go on duty and walk its paths with an OwnTracks phone, let people
    /// go through its doors and its devices say that they are there, and let things go wrong.
    Walk {
        /// Address of the server.
        #[arg(
            long,
            env = "CASTELLAN_SERVER",
            default_value = "http://127.0.0.1:7878"
        )]
        server: String,
        /// Which site; the first one where none is named.
        #[arg(long)]
        site: Option<SiteId>,
        /// The first so many guards. Absent: those of one shift.
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
        guards: Option<u16>,
        /// How many times faster than life guards walk (0.1 to 20).
        #[arg(long, default_value = "1", value_parser = walking_speed)]
        speed: f64,
        /// Seconds between two alarms (0.1 to 86400), or "off". 240 is a calm control room; 20 is a
        /// flood within minutes.
        #[arg(long, default_value = "240", value_parser = interval)]
        alarms_every: Interval,
        /// Seconds between two people who go through a door (0.1 to 86400), or "off".
        #[arg(long, default_value = "20", value_parser = interval)]
        doors_every: Interval,
        /// Let day and night pass: residents, deliveries, cats at the wall and storms at their hours, in place of
        /// --alarms-every and --doors-every. Nothing goes wrong in the first four minutes.
        #[arg(long, conflicts_with_all = ["alarms_every", "doors_every"])]
        by_day: bool,
        /// Begin with gas in the cellar of building 3, six seconds after the first console has opened. It rises eight
        /// seconds later.
        #[arg(long)]
        opening: bool,
        /// The same seed gives the same estate in motion.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[command(flatten)]
        cameras: CameraWords,
    },
    /// Play a scene to its end at the pace of life, and say each milestone as it is reached or missed.
    /// Play it against a fresh server, without `walk`: it brings its own guards.
    Scene {
        /// Which one: `a`, `b`, `c`, or a file that ends in .toml.
        name: String,
        /// Address of the server.
        #[arg(
            long,
            env = "CASTELLAN_SERVER",
            default_value = "http://127.0.0.1:7878"
        )]
        server: String,
        /// Which site; the first one where none is named.
        #[arg(long)]
        site: Option<SiteId>,
        /// Leave what operators do to you: claim, send, record and close at the console.
        #[arg(long)]
        by_hand: bool,
        /// Succeed only if every milestone was seen in its time: where nobody can be called, those about
        /// calls were not.
        #[arg(long)]
        check: bool,
        #[command(flatten)]
        cameras: CameraWords,
    },
    /// Send a recorded walk (GPX tracks and routes) as the positions of one phone.
    Replay {
        file: PathBuf,
        /// The phone that sends it, as the estate names it.
        #[arg(long)]
        phone: PhoneId,
        /// Address of the server.
        #[arg(
            long,
            env = "CASTELLAN_SERVER",
            default_value = "http://127.0.0.1:7878"
        )]
        server: String,
        /// How many times faster than recorded (0.1 to 100).
        #[arg(long, default_value = "1", value_parser = replay_speed)]
        speed: f64,
        /// Move a walk recorded elsewhere onto the middle of the estate.
        #[arg(long)]
        onto_estate: bool,
        /// Which site's estate; the first one where none is named.
        #[arg(long, requires = "onto_estate")]
        site: Option<SiteId>,
    },
}

/// What is asked of the estate's cameras.
#[derive(Debug, Args)]
struct CameraWords {
    /// Show each camera of the estate as a real one at rtsp://127.0.0.1:PORT/ID. The port after it takes
    /// faults on command.
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..65_535))]
    cameras: Option<u16>,
    /// Who may watch them.
    #[arg(
        long,
        value_name = "USER",
        default_value = "viewer",
        requires = "cameras"
    )]
    cameras_user: String,
    /// The password that goes with it. Absent: one is drawn, and stands in the file of --cameras-csv.
    #[arg(
        long,
        value_name = "PASSWORD",
        env = "CASTELLAN_CAMERAS_PASSWORD",
        hide_env_values = true
    )]
    cameras_password: Option<String>,
    /// Write their addresses, the user and the password into this file, which only you can read.
    #[arg(long, value_name = "FILE", requires = "cameras")]
    cameras_csv: Option<PathBuf>,
    /// Burn a bar into each picture from which a program reads the milliseconds.
    #[arg(long, requires = "cameras")]
    cameras_bar: bool,
    /// Whether it is light before them.
    #[arg(
        long,
        value_name = "HOUR",
        default_value = "clock",
        requires = "cameras"
    )]
    cameras_hour: HourWord,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HourWord {
    /// As the estate's clock has it.
    Clock,
    Day,
    Night,
}

impl CameraWords {
    fn options(self) -> Option<cameras::Options> {
        Some(cameras::Options {
            port: self.cameras?,
            user: self.cameras_user,
            password: self.cameras_password,
            csv: self.cameras_csv,
            has_bar: self.cameras_bar,
            hour: match self.cameras_hour {
                HourWord::Clock => None,
                HourWord::Day => Some(cameras::Hour::Day),
                HourWord::Night => Some(cameras::Hour::Night),
            },
        })
    }
}

/// Seconds between alarms, or none at all.
#[derive(Debug, Clone, Copy)]
struct Interval(Option<f64>);

fn walking_speed(raw: &str) -> Result<f64, String> {
    between(raw, 0.1, 20.0)
}

fn replay_speed(raw: &str) -> Result<f64, String> {
    between(raw, 0.1, 100.0)
}

fn interval(raw: &str) -> Result<Interval, String> {
    if raw == "off" {
        return Ok(Interval(None));
    }
    between(raw, 0.1, 86_400.0)
        .map(|seconds| Interval(Some(seconds)))
        .map_err(|why| format!("{why}, or \"off\""))
}

fn between(raw: &str, least: f64, most: f64) -> Result<f64, String> {
    raw.parse()
        .ok()
        .filter(|value| (least..=most).contains(value))
        .ok_or_else(|| format!("it must be a number from {least} to {most}"))
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let stop = match stop_signal() {
        Ok(stop) => stop,
        Err(error) => return failed(&format!("signals cannot be heard: {error}")),
    };
    match arguments.verb {
        Verb::Walk {
            server,
            site,
            guards,
            speed,
            alarms_every,
            doors_every,
            by_day,
            opening,
            seed,
            cameras,
        } => {
            let options = walk::Options {
                server,
                site,
                guards: guards.map(usize::from),
                speed,
                alarms_every_s: alarms_every.0,
                doors_every_s: doors_every.0,
                by_day,
                has_opening: opening,
                seed,
                cameras: cameras.options(),
            };
            match walk::run(&options, stop).await {
                Ok(_) => ExitCode::SUCCESS,
                Err(error) => failed(&format!("{error:#}")),
            }
        }
        Verb::Scene {
            name,
            server,
            site,
            by_hand,
            check,
            cameras,
        } => {
            let scene = match scene::named(&name) {
                Ok(scene) => scene,
                Err(error) => return unfit(&error),
            };
            let options = scene::Options {
                scene,
                server,
                site,
                by_hand,
                cameras: cameras.options(),
            };
            play(&options, check, stop).await
        }
        Verb::Replay {
            file,
            phone,
            server,
            speed,
            onto_estate,
            site,
        } => {
            let options = replay::Options {
                file,
                phone,
                server,
                speed,
                onto_estate,
                site,
            };
            let ended = replay::run(&options, stop, &mut |line| println!("{line}")).await;
            replayed(ended)
        }
    }
}

/// 0: every milestone was reached; 1: one was missed (with `check`: or left out), or the server failed; 2: there is no such scene, or it
/// does not fit; 130: stopped by hand.
async fn play(options: &scene::Options, check: bool, stop: impl Future<Output = ()>) -> ExitCode {
    match scene::run(options, stop, &mut |line| println!("{line}")).await {
        Ok(scene::Outcome::Over {
            reached,
            missed,
            left_out,
        }) => {
            println!("milestones: {reached} reached, {missed} missed, {left_out} left out");
            ExitCode::from(u8::from(missed > 0 || check && left_out > 0))
        }
        Ok(scene::Outcome::Stopped) => ExitCode::from(130),
        Err(error) if error.is::<scene::SceneError>() => unfit(&error),
        Err(error) => failed(&format!("{error:#}")),
    }
}

/// 0: something was accepted; 1: nothing was, or the server failed; 2: the file is no walk;
/// 130: stopped by hand.
fn replayed(ended: Result<Summary, ReplayError>) -> ExitCode {
    match ended {
        Ok(Summary { stopped: true, .. }) => ExitCode::from(130),
        Ok(Summary { accepted: 0, .. }) => ExitCode::FAILURE,
        Ok(_) => ExitCode::SUCCESS,
        Err(error @ ReplayError::File { .. }) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
        Err(ReplayError::Other(error)) => failed(&format!("{error:#}")),
    }
}

fn unfit(why: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("{why}");
    ExitCode::from(2)
}

fn failed(why: &str) -> ExitCode {
    eprintln!("castellan-simulator: {why}");
    ExitCode::FAILURE
}

/// Comes true at Ctrl-C, and on Unix at SIGTERM too.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Comes true at Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
