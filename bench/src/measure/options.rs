//! What is measured, and with what.

use std::path::PathBuf;

/// How thoroughly is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// As often as a figure needs.
    Full,
    /// Fewer and shorter rounds.
    Quick,
}

impl Depth {
    /// The one or the other.
    pub(crate) fn pick<T>(self, full: T, quick: T) -> T {
        match self {
            Self::Full => full,
            Self::Quick => quick,
        }
    }
}

/// What is measured, and with what.
#[derive(Debug)]
pub struct Options {
    /// Which measurements; none: all.
    pub names: Vec<String>,
    /// How thoroughly.
    pub depth: Depth,
    /// Where records and reports are written.
    pub folder: PathBuf,
    /// The demo estate, whose guards walk.
    pub estate: PathBuf,
    /// Our server.
    pub server: PathBuf,
    /// The server's store of positions alone.
    pub store: PathBuf,
    /// The peers that are there.
    pub peers: Peers,
}

/// Where the peers' programs are. None is needed: where one is missing, its comparison is left out.
#[derive(Debug)]
pub struct Peers {
    /// nats-server.
    pub nats: Option<PathBuf>,
    /// mosquitto.
    pub mosquitto: Option<PathBuf>,
    /// Bun.
    pub bun: Option<PathBuf>,
    /// ffmpeg.
    pub ffmpeg: Option<PathBuf>,
    /// ffprobe.
    pub ffprobe: Option<PathBuf>,
}
