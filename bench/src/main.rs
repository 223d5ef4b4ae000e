//! The command line of the benchmark. `cargo xtask bench` calls `measure`, which calls the others; the
//! result of each of those is one JSON object on standard output.

mod camera_load;
mod words;

use castellan_bench::load;
use castellan_bench::load::peers::Broker;
use castellan_bench::load::pending::{When, With};
use castellan_bench::measure;
use castellan_domain::time::Timestamp;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use words::{At, json};

/// Measures a server over its real protocols, beside peers.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

/// A march and who watches it.
#[derive(Debug, Clone, Copy, Args)]
struct Watched {
    #[arg(long, value_parser = clap::value_parser!(u16).range(0..=2_000))]
    displays: u16,
    /// Positions a second in all.
    #[arg(long)]
    rate: u32,
    #[arg(long, default_value_t = 2_000)]
    people: u32,
    /// How long it is measured.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=120))]
    seconds: u32,
}

/// Which peer.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Peer {
    Nats,
    Mosquitto,
    Bun,
}

impl Peer {
    const fn broker(self) -> Broker {
        match self {
            Self::Nats => Broker::Nats,
            Self::Mosquitto => Broker::Mosquitto,
            Self::Bun => Broker::Bun,
        }
    }
}

/// What is measured, and with what.
#[derive(Debug, Args)]
struct Measured {
    /// Which measurements; none: all.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(measure::names()))]
    names: Vec<String>,
    /// Fewer and shorter rounds.
    #[arg(long)]
    quick: bool,
    /// Where records and reports are written.
    #[arg(long)]
    folder: PathBuf,
    /// The demo estate, whose guards walk.
    #[arg(long)]
    estate: PathBuf,
    /// Our server.
    #[arg(long)]
    server: PathBuf,
    /// The server's store of positions alone.
    #[arg(long)]
    store: PathBuf,
    /// nats-server, where it is there.
    #[arg(long)]
    nats: Option<PathBuf>,
    /// mosquitto, where it is there.
    #[arg(long)]
    mosquitto: Option<PathBuf>,
    /// Bun, where it is there.
    #[arg(long)]
    bun: Option<PathBuf>,
    /// ffmpeg, where it is there.
    #[arg(long)]
    ffmpeg: Option<PathBuf>,
    /// ffprobe, where it is there.
    #[arg(long)]
    ffprobe: Option<PathBuf>,
}

impl Measured {
    fn options(self) -> measure::Options {
        measure::Options {
            names: self.names,
            depth: if self.quick {
                measure::Depth::Quick
            } else {
                measure::Depth::Full
            },
            folder: self.folder,
            estate: self.estate,
            server: self.server,
            store: self.store,
            peers: measure::Peers {
                nats: self.nats,
                mosquitto: self.mosquitto,
                bun: self.bun,
                ffmpeg: self.ffmpeg,
                ffprobe: self.ffprobe,
            },
        }
    }
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run whole measurements and print their figures.
    Measure(Box<Measured>),
    #[command(flatten)]
    Load(Load),
}

#[derive(Debug, Subcommand)]
enum Load {
    /// Print an estate with so many people and devices.
    Estate {
        #[arg(long, default_value_t = 2_000)]
        people: u32,
        #[arg(long, default_value_t = 1_000)]
        devices: u32,
        /// Seconds after which the ladder of an alarm calls somebody; left out: there is none.
        #[arg(long)]
        ladder_s: Option<i64>,
        /// Cameras beside them.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100))]
        cameras: u32,
    },
    /// Phones march and displays watch.
    FanOut {
        #[command(flatten)]
        at: At,
        #[command(flatten)]
        watched: Watched,
        /// Alarms a second meanwhile.
        #[arg(long, default_value_t = 0)]
        alarms_per_s: u32,
        #[arg(long, default_value_t = 1_000)]
        devices: u32,
    },
    /// The same march through a peer; `--server` is its WebSocket.
    PeerFanOut {
        #[arg(long)]
        peer: Peer,
        #[command(flatten)]
        at: At,
        /// Where it takes what is published.
        #[arg(long)]
        publish: SocketAddr,
        #[command(flatten)]
        watched: Watched,
    },
    /// Devices report as fast as they are answered.
    Events {
        #[command(flatten)]
        at: At,
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=4_000))]
        connections: u16,
        #[arg(long, default_value_t = 1_000)]
        devices: u32,
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=120))]
        seconds: u32,
    },
    /// Let alarms live and end until the record has so many facts.
    Fill {
        #[command(flatten)]
        at: At,
        #[arg(long)]
        facts: u64,
        #[arg(long, default_value_t = 1_000)]
        devices: u32,
        #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=3_600))]
        seconds_max: u32,
    },
    /// Displays that see nothing happen.
    Idle {
        #[command(flatten)]
        at: At,
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=2_000))]
        displays: u16,
        /// The server is a nats-server.
        #[arg(long)]
        nats: bool,
    },
    /// Send days of walking guards as fast as they are answered.
    History {
        #[command(flatten)]
        at: At,
        /// Whose guards walk.
        #[arg(long)]
        estate: PathBuf,
        #[arg(long)]
        fixes: usize,
    },
    /// Wait until a server that was just started gives its first answer.
    Wait {
        #[command(flatten)]
        at: At,
    },
    /// The disk's own fdatasync.
    Syncs {
        #[arg(long)]
        folder: PathBuf,
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=120))]
        seconds: u32,
        #[arg(long, default_value_t = 100)]
        per_s: u32,
    },
    /// One `SQLite` commit for each event.
    Commits {
        #[arg(long)]
        folder: PathBuf,
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=120))]
        seconds: u32,
    },
    /// Plain `SQLite` inserts of positions, in transactions of 256.
    Inserts {
        #[arg(long)]
        folder: PathBuf,
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=2_000_000))]
        rows: u32,
    },
    /// Rank all guards of an estate with many floors, beside a bare Dijkstra.
    Ranking {
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=20))]
        rounds: u32,
        /// How often each is asked in each round.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        asked: u32,
    },
    #[command(flatten)]
    Ladders(LadderLoad),
    #[command(flatten)]
    Cameras(camera_load::CameraLoad),
    /// Read every fact of a journal that nobody has open.
    Scan { journal: PathBuf },
    /// The size of a database.
    Size { database: PathBuf },
}

/// What ladders are measured with.
#[derive(Debug, Subcommand)]
enum LadderLoad {
    /// Let very many ladders wait and fall due in the domain alone.
    Pending {
        #[arg(long)]
        with: With,
        #[arg(long)]
        when: When,
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        ladders: u32,
    },
    /// Press so many buttons, once each.
    Press {
        #[command(flatten)]
        at: At,
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=20_000))]
        ladders: u32,
        #[arg(long)]
        per_s: u32,
    },
    /// Take the calls of ladders.
    Receive {
        #[arg(long)]
        listen: SocketAddr,
    },
    /// Ask whoever takes them what came.
    Received { receiver: SocketAddr },
    /// Wait until a server's record does not grow any more.
    Quiet {
        #[command(flatten)]
        at: At,
    },
    /// Read what ladders did from a journal that nobody has open.
    Called {
        journal: PathBuf,
        /// When the server was killed, in microseconds since 1970.
        #[arg(long)]
        ended_at: i64,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().verb {
        Verb::Measure(measured) => measure::run(measured.options()),
        Verb::Load(verb) => load(verb),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("castellan-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn load(verb: Load) -> anyhow::Result<()> {
    let json = run(verb).await?;
    println!("{json}");
    Ok(())
}

async fn run(verb: Load) -> anyhow::Result<String> {
    match verb {
        Load::Estate {
            people,
            devices,
            ladder_s,
            cameras,
        } => Ok(estate(people, devices, ladder_s, cameras)),
        Load::FanOut {
            at,
            watched,
            alarms_per_s,
            devices,
        } => {
            let options = load::fan_out::Options {
                target: at.target(),
                displays: watched.displays.into(),
                rate: watched.rate,
                people: watched.people,
                seconds: watched.seconds,
                alarms_per_s,
                devices,
            };
            json(&load::fan_out::run(&options).await?)
        }
        Load::PeerFanOut {
            peer,
            at,
            publish,
            watched,
        } => {
            let options = load::peers::Options {
                broker: peer.broker(),
                target: at.target(),
                publish,
                displays: watched.displays.into(),
                rate: watched.rate,
                people: watched.people,
                seconds: watched.seconds,
            };
            json(&load::peers::run(&options).await?)
        }
        Load::Events {
            at,
            connections,
            devices,
            seconds,
        } => {
            let options = load::events::Options {
                target: at.target(),
                connections: connections.into(),
                devices,
                seconds,
            };
            json(&load::events::run(&options).await?)
        }
        Load::Fill {
            at,
            facts,
            devices,
            seconds_max,
        } => {
            let options = load::fill::Options {
                target: at.target(),
                facts,
                devices,
                seconds_max,
            };
            json(&load::fill::run(&options).await?)
        }
        Load::Idle { at, displays, nats } => {
            let (target, count) = (at.target(), displays.into());
            if nats {
                json(&load::idle::subscribers(target, count).await?)
            } else {
                json(&load::idle::displays(target, count).await?)
            }
        }
        Load::History { at, estate, fixes } => {
            let options = load::history::Options {
                target: at.target(),
                fixes,
            };
            json(&load::history::run(&options, &estate).await?)
        }
        Load::Wait { at } => json(&load::awake::first_answer(at.target()).await?),
        Load::Syncs {
            folder,
            seconds,
            per_s,
        } => json(&load::storage::syncs(&folder, seconds, per_s)?),
        Load::Commits { folder, seconds } => json(&load::storage::commits(&folder, seconds)?),
        Load::Inserts { folder, rows } => json(&load::storage::inserts(&folder, rows)?),
        Load::Ranking { rounds, asked } => json(&load::ranking::run(rounds, asked)?),
        Load::Ladders(verb) => ladders(verb).await,
        Load::Cameras(verb) => camera_load::run(verb).await,
        Load::Scan { journal } => json(&load::storage::scan(&journal)?),
        Load::Size { database } => json(&load::storage::size(&database)?),
    }
}

fn estate(people: u32, devices: u32, ladder_s: Option<i64>, cameras: u32) -> String {
    let mut document = load::estate::document(people, devices);
    if let Some(ladder_s) = ladder_s {
        load::estate::with_ladder(&mut document, 1, ladder_s);
    }
    load::estate::with_cameras(&mut document, cameras);
    document.to_string()
}

async fn ladders(verb: LadderLoad) -> anyhow::Result<String> {
    match verb {
        LadderLoad::Pending {
            with,
            when,
            ladders,
        } => json(&load::pending::run(with, when, ladders)?),
        LadderLoad::Press { at, ladders, per_s } => {
            let options = load::press::Options {
                target: at.target(),
                ladders,
                per_s,
            };
            json(&load::press::run(&options).await?)
        }
        LadderLoad::Receive { listen } => {
            load::receiver::run(listen).await?;
            Ok(String::new())
        }
        LadderLoad::Received { receiver } => json(&load::receiver::ask(receiver).await?),
        LadderLoad::Quiet { at } => json(&load::quiet::run(at.target()).await?),
        LadderLoad::Called { journal, ended_at } => {
            let ended_at = Timestamp::from_micros(ended_at);
            json(&load::called::run(&journal, ended_at)?)
        }
    }
}
