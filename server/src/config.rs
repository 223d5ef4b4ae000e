//! What the program is told at its start.

use crate::procedures::CardLanguage;
use castellan_domain::ids::{DeviceId, SiteId};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::env;
use std::ffi::OsStr;
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tracing_subscriber::EnvFilter;
use url::Url;

/// An open one-map command center for estates.
#[derive(Debug, Parser)]
#[command(name = "castellan", version)]
pub(crate) struct Cli {
    /// How logs are written.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, env = "CASTELLAN_LOG_FORMAT")]
    pub(crate) log: LogFormat,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run a site.
    Serve(Box<ServeArgs>),
    /// Check the record of every site, running or not: the facts with their chain, what follows from
    /// them, what they refer to, and what was anchored of them.
    Doctor(DoctorArgs),
    /// Copy the record of a site, running or not, into a new folder, and check the copy.
    Backup(BackupArgs),
    /// Bring a backup back as a site's record. A record that is there is never overwritten.
    Restore(RestoreArgs),
    /// Print procedures for the drawer, or check them in files before a server is started with them.
    Procedures(ProceduresArgs),
    /// Say where cameras are and how one signs in there, whether a server is running or not.
    Camera(CameraArgs),
    /// Compare the case sheet of an incident (JSON) with the record that it was written from, or a copy of it.
    Verify(VerifyArgs),
    /// Print what makes a machine with Debian a wall: the units that start its browser with the power.
    Wall(WallArgs),
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The file.
    pub(crate) sheet: PathBuf,
    /// Folder of everything that is stored. A server may be running on it.
    #[arg(long, default_value = "data", env = "CASTELLAN_DATA")]
    pub(crate) data: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct WallArgs {
    /// Print the unit and how it is put in its place. Nothing else is done yet, and nothing is changed.
    #[arg(long, required = true)]
    pub(crate) print_unit: bool,
    /// Where the server is, as the wall's browser reaches it.
    #[arg(long, default_value = "http://127.0.0.1:7878")]
    pub(crate) server: Url,
    /// For whom it hangs.
    #[arg(long, value_enum, default_value_t = WallMode::Duty)]
    pub(crate) mode: WallMode,
    /// What the wall speaks.
    #[arg(long, value_enum, default_value_t = WallLanguage::Zh)]
    pub(crate) language: WallLanguage,
    /// Who is logged in on the wall's machine, and does nothing else there.
    #[arg(long, default_value = "wall")]
    pub(crate) user: String,
}

/// For whom a wall hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WallMode {
    /// 值守: where the staff works.
    Duty,
    /// 展示: before visitors.
    Visitors,
}

/// What a wall speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WallLanguage {
    Zh,
    En,
}

#[derive(Debug, Args)]
pub(crate) struct CameraArgs {
    /// Folder of everything that is stored.
    #[arg(long, default_value = "data", env = "CASTELLAN_DATA", global = true)]
    pub(crate) data: PathBuf,
    /// The file of the key that addresses are sealed with. Left out: `server.key` in the data folder.
    #[arg(long, env = "CASTELLAN_KEY_FILE", global = true)]
    pub(crate) key_file: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) verb: CameraVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CameraVerb {
    /// Try a camera, and keep where it is if it shows its pictures.
    Add(Box<AddCameraArgs>),
    /// Do so with all cameras that a file names: camera,main,sub,still,user,password in its first line, then one a
    /// line. Only camera and main are needed.
    Import {
        /// The file, CSV in UTF-8.
        file: PathBuf,
        /// Keep all of them and try none.
        #[arg(long)]
        untested: bool,
    },
    /// Ask a camera for its picture, and say what came.
    Test {
        /// The device's id in the estate.
        camera: DeviceId,
        /// Where to write a still (JPEG), to see whether it is the right camera.
        #[arg(long)]
        picture: Option<PathBuf>,
    },
    /// Name the cameras that have an address, and the presets of those that turn. Addresses are not shown.
    List,
    /// Forget where a camera is.
    Remove {
        /// The device's id in the estate.
        camera: DeviceId,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AddCameraArgs {
    /// The device's id in the estate.
    pub(crate) camera: DeviceId,
    /// Address of the picture with all its pixels, without user and password.
    #[arg(long, required_unless_present = "onvif")]
    pub(crate) main: Option<Url>,
    /// Ask the camera by ONVIF where its pictures are, such as `http://10.0.3.17/onvif/device_service`.
    #[arg(long, conflicts_with_all = ["main", "sub", "still"])]
    pub(crate) onvif: Option<Url>,
    /// Address of a smaller picture.
    #[arg(long)]
    pub(crate) sub: Option<Url>,
    /// Address of its stills, `http://…`. Left out: they are made from its key frames, if those are H.264.
    #[arg(long)]
    pub(crate) still: Option<Url>,
    /// Who signs in at the camera.
    #[arg(long, default_value = "")]
    pub(crate) user: String,
    /// A file with the password. Left out, and with a user: it is read from the first line of the input.
    #[arg(long)]
    pub(crate) password_file: Option<PathBuf>,
    /// Where to write a still (JPEG), to see whether it is the right camera.
    #[arg(long, conflicts_with = "untested")]
    pub(crate) picture: Option<PathBuf>,
    /// Keep it and do not try it, such as where it is not mounted yet.
    #[arg(long)]
    pub(crate) untested: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ProceduresArgs {
    #[command(subcommand)]
    pub(crate) verb: ProceduresVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProceduresVerb {
    /// Name everything that is wrong, with file and line. Exit code 1 if there is anything.
    Check {
        /// Files and folders. Left out: the procedures that come with this program.
        paths: Vec<PathBuf>,
    },
    /// Write the cards for the drawer: one page that any browser prints, a card a sheet.
    Print(PrintArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PrintArgs {
    /// The file to be written, such as cards.html.
    pub(crate) target: PathBuf,
    /// The estate document.
    #[arg(long, env = "CASTELLAN_ESTATE")]
    pub(crate) estate: PathBuf,
    /// Folder of procedures, as the server is given it.
    #[arg(long, env = "CASTELLAN_PROCEDURES")]
    pub(crate) procedures: Option<PathBuf>,
    /// Which cards the page shows until others are chosen on it.
    #[arg(long, value_enum, default_value_t = CardLanguage::Zh)]
    pub(crate) language: CardLanguage,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Folder of everything that is stored.
    #[arg(long, default_value = "data", env = "CASTELLAN_DATA")]
    pub(crate) data: PathBuf,
    /// Address to listen on. Only loopback addresses until sign-in exists.
    #[arg(long, default_value = "127.0.0.1:7878", env = "CASTELLAN_LISTEN")]
    pub(crate) listen: SocketAddr,
    /// The estate document.
    #[arg(long, env = "CASTELLAN_ESTATE")]
    pub(crate) estate: PathBuf,
    /// Folder of procedures that replace the defaults with the same id. Left out: the defaults, and what
    /// the estate document says itself.
    #[arg(long, env = "CASTELLAN_PROCEDURES")]
    pub(crate) procedures: Option<PathBuf>,
    /// Folder of the chain anchors; best on another disk. Left out: `anchors` in the data folder.
    #[arg(long, env = "CASTELLAN_ANCHORS")]
    pub(crate) anchors: Option<PathBuf>,
    /// Begin a new record where the old one is lost or cannot be read. What is left of it is kept in a
    /// dated folder under `set-aside`. A record that can be read goes on all the same.
    #[arg(long)]
    pub(crate) begin_anew: bool,
    /// Days that the words of notes written from now on are kept; then they are erased.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u16).range(1..=3_650), env = "CASTELLAN_NOTES_KEPT_DAYS")]
    pub(crate) notes_kept_days: u16,
    /// Folder of the browser app, as `cargo xtask demo` builds it. Left out: the app that was built into this program, if
    /// one was; else only the API is served.
    #[arg(long, env = "CASTELLAN_WEB")]
    pub(crate) web: Option<PathBuf>,
    /// Size of the ballast in MiB: room that is kept for facts and given up when the disk is full.
    /// Clips, raw observations and positions are given up when 16, 8 and 2 times as much is free.
    #[arg(long, default_value_t = 64, env = "CASTELLAN_BALLAST_MIB", value_parser = clap::value_parser!(u64).range(0..=65_536))]
    pub(crate) ballast_mib: u64,
    /// A file that says who is called how when nobody answers: telephone, text message, group robot,
    /// mail, webhook. Without it, and without the webhook below, no ladder is climbed.
    #[arg(long, env = "CASTELLAN_CHANNELS", conflicts_with = "notify_webhook")]
    pub(crate) channels: Option<PathBuf>,
    /// Where every call of a ladder is posted to, whoever it is for: https to any host, http to this
    /// machine only.
    #[arg(
        long,
        env = "CASTELLAN_NOTIFY_WEBHOOK",
        requires = "notify_secret_file"
    )]
    pub(crate) notify_webhook: Option<String>,
    /// A file with the secret (16 to 4,096 bytes) by which these posts are signed.
    #[arg(long, env = "CASTELLAN_NOTIFY_SECRET_FILE")]
    pub(crate) notify_secret_file: Option<PathBuf>,
    /// Where orders to devices are posted to, on this machine. Without it doors are not opened from
    /// here.
    #[arg(
        long,
        env = "CASTELLAN_ACTUATOR_URL",
        requires = "actuator_secret_file"
    )]
    pub(crate) actuator_url: Option<String>,
    /// A file with the secret (16 to 4,096 bytes) by which these orders are signed.
    #[arg(long, env = "CASTELLAN_ACTUATOR_SECRET_FILE")]
    pub(crate) actuator_secret_file: Option<PathBuf>,
    /// The file of the key that cameras' addresses are sealed with. Left out: `server.key` in the data
    /// folder; better on another disk.
    #[arg(long, env = "CASTELLAN_KEY_FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Seconds from one round to the next, in which each camera is asked whether it would give a picture.
    #[arg(long, default_value_t = 60, env = "CASTELLAN_CAMERA_ROUND_S", value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub(crate) camera_round_s: u16,
    /// Seconds from one self-test to the next, in which a fact goes the whole way to what walls have painted.
    #[arg(long, default_value_t = 900, env = "CASTELLAN_SELF_TEST_S", value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub(crate) self_test_s: u16,
    /// MiB of pictures that are kept in memory, so that a clip has what was before its alarm. Clips in the making go
    /// first; what is left holds the last half minute of each picture that somebody watches.
    #[arg(long, default_value_t = 256, env = "CASTELLAN_CAMERA_RING_MIB", value_parser = clap::value_parser!(u16).range(0..=16_384))]
    pub(crate) camera_ring_mib: u16,
    /// Cameras that see detectors, call points, panic buttons and help points give their picture all day, so that clips of
    /// their alarms have what was before. Off: each takes one of its camera's few seats, and its network, for good.
    #[arg(long, env = "CASTELLAN_PRERECORD")]
    pub(crate) prerecord: bool,
    /// Days for which clips of alarms are kept once these are closed.
    #[arg(long, default_value_t = 30, env = "CASTELLAN_CLIP_DAYS", value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub(crate) clip_days: u16,
    /// Days for which observations of devices are kept, for "why did this fire".
    #[arg(long, default_value_t = 30, env = "CASTELLAN_OBSERVATION_DAYS", value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub(crate) observation_days: u16,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) record: RecordArgs,
    /// Throw projection tables and snapshots away and fold them anew before checking.
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// A folder that `castellan backup` made or that a start has set aside, in place of the sites
    /// under --data. It may lie on a medium that cannot be written.
    pub(crate) folder: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    pub(crate) record: RecordArgs,
    /// Which site; may be left out where there is only one.
    #[arg(long)]
    pub(crate) site: Option<SiteId>,
    /// The folder to be made. It must not be there yet.
    pub(crate) target: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    pub(crate) record: RecordArgs,
    /// The folder that `castellan backup` made.
    pub(crate) from: PathBuf,
}

/// Where a record lies.
#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// Folder of everything that is stored.
    #[arg(long, default_value = "data", env = "CASTELLAN_DATA")]
    pub(crate) data: PathBuf,
    /// Folder of the chain anchors. Left out: `anchors` in the data folder. Of a running server its
    /// own is taken.
    #[arg(long, env = "CASTELLAN_ANCHORS")]
    pub(crate) anchors: Option<PathBuf>,
}

impl RecordArgs {
    /// Where the anchors lie.
    pub(crate) fn anchors(&self) -> PathBuf {
        anchors_or_default(self.anchors.as_deref(), &self.data)
    }
}

/// Where the anchors lie if nothing else is said.
pub(crate) fn anchors_or_default(anchors: Option<&Path>, data: &Path) -> PathBuf {
    anchors.map_or_else(|| data.join("anchors"), Path::to_owned)
}

/// Where the key of sealed things lies if nothing else is said.
pub(crate) fn key_or_default(key: Option<&Path>, data: &Path) -> PathBuf {
    key.map_or_else(|| data.join("server.key"), Path::to_owned)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For programs, one object a line.
    Json,
}

/// Logs go to stderr; `RUST_LOG` chooses what.
pub(crate) fn start_logging(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // The library for RTSP writes cameras' addresses into its logs.
    let filter = match "retina=off".parse() {
        Ok(without) => filter.add_directive(without),
        Err(_) => filter,
    };
    let no_color = env::var_os("NO_COLOR");
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(is_coloured(
            std::io::stderr().is_terminal(),
            no_color.as_deref(),
        ))
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => logs.init(),
        LogFormat::Json => logs.json().init(),
    }
}

/// People look at terminals; whoever reads a file of logs wants words alone.
fn is_coloured(is_terminal: bool, no_color: Option<&OsStr>) -> bool {
    is_terminal && no_color.is_none_or(OsStr::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_have_colours_on_a_terminal_only_and_not_where_somebody_wants_none() {
        assert!(is_coloured(true, None));
        assert!(is_coloured(true, Some(OsStr::new(""))));
        assert!(!is_coloured(true, Some(OsStr::new("1"))));
        assert!(!is_coloured(false, None));
    }
}
