//! Checks this machine for what the build needs and installs what is missing where that is allowed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use castellan_programs::process;

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const NODE_MAJOR_MIN: u32 = 18;
const CHROMIUM_NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
/// The peer is to be the same on every day.
const BUN_VERSION: &str = "1.4.5";
const INSTALL_LIMIT: Duration = Duration::from_mins(15);
const QUESTION_LIMIT: Duration = Duration::from_mins(1);

/// Something the build cannot do without, and how a person gets it.
struct Missing {
    what: &'static str,
    debian: &'static [&'static str],
    by_hand: &'static str,
}

/// What the browser journeys need beyond what building needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    Building,
    Journeys,
}

pub(crate) fn run() -> Result<()> {
    ensure(Needs::Journeys)?;
    println!("This machine has all that `cargo xtask demo` and `cargo xtask test` need.");
    Ok(())
}

/// Makes sure that everything is there; quick when it is.
pub(crate) fn ensure(needs: Needs) -> Result<()> {
    ensure_wasm_target()?;
    let missing = missing(needs)?;
    if !missing.is_empty() {
        install(&missing)?;
        if let Some(still) = self::missing(needs)?.first() {
            bail!(
                "{} is still missing after the installation. {}",
                still.what,
                still.by_hand
            );
        }
    }
    Ok(())
}

/// The browser for the journeys: `CASTELLAN_CHROMIUM` if set, else the first that is installed.
pub(crate) fn chromium() -> Result<PathBuf> {
    match env::var_os("CASTELLAN_CHROMIUM") {
        Some(path) => chosen_chromium(Path::new(&path)),
        None => CHROMIUM_NAMES
            .into_iter()
            .find_map(process::find_program)
            .context(
                "Chromium is missing: install it, or set CASTELLAN_CHROMIUM to its full path.",
            ),
    }
}

/// Python with pip, which installs the peers of tests.
pub(crate) fn ensure_pip() -> Result<()> {
    let is_there = || {
        let mut python = Command::new("python3");
        let asked = python.args(["-m", "pip", "--version"]);
        process::find_program("python3").is_some()
            && process::capture(asked, "python3 -m pip --version", QUESTION_LIMIT).is_ok()
    };
    if is_there() {
        return Ok(());
    }
    let pip = [Missing {
        what: "Python 3 with pip",
        debian: &["python3", "python3-pip"],
        by_hand: "Install Python 3.9 or newer with pip, so that `python3 -m pip` works.",
    }];
    install(&pip)?;
    ensure!(is_there(), "{}", by_hand(&pip));
    Ok(())
}

/// A peer that the benchmark compares with, from the system's packages. It is nothing that we cannot do without: where it is
/// missing and cannot be installed, a sentence says so and the comparison is left out.
pub(crate) fn peer(package: &'static [&'static str; 1]) -> Option<PathBuf> {
    let [name] = *package;
    // Debian puts them where only root looks.
    let find = || {
        let beside = Path::new("/usr/sbin").join(name);
        process::find_program(name).or_else(|| process::is_program(&beside).then_some(beside))
    };
    find().or_else(|| {
        let peer = Missing {
            what: name,
            debian: package,
            by_hand: "Put it on the PATH.",
        };
        if let Err(error) = install(&[peer]) {
            println!("      {error:#}\n      The comparison with {name} is left out.");
        }
        find()
    })
}

/// What cameras that others made run on: the RTSP server of `GStreamer`, and `ffmpeg` for ipycam. It is nothing that we cannot do
/// without: what is missing and cannot be installed is said in a sentence, and its test is left out.
pub(crate) fn ensure_camera_peers() {
    let has_gstreamer = || {
        let question = "import gi; gi.require_version('GstRtspServer', '1.0')";
        // Debian's own Python has its packages.
        let mut python = Command::new("/usr/bin/python3");
        let asked = python.args(["-c", question]);
        Path::new("/usr/bin/python3").exists()
            && process::capture(asked, "python3 -c …", QUESTION_LIMIT).is_ok()
    };
    let mut missing = Vec::new();
    if !has_gstreamer() {
        missing.push(Missing {
            what: "GStreamer's RTSP server",
            debian: &[
                "gir1.2-gst-rtsp-server-1.0",
                "python3-gi",
                "gstreamer1.0-plugins-base",
                "gstreamer1.0-plugins-good",
                "gstreamer1.0-plugins-bad",
                "gstreamer1.0-plugins-ugly",
                "gstreamer1.0-x",
            ],
            by_hand: "server/tests/python/cameras.py names its packages.",
        });
    }
    if process::find_program("ffmpeg").is_none() {
        missing.push(Missing {
            what: "ffmpeg",
            debian: &["ffmpeg"],
            by_hand: "Put it on the PATH.",
        });
    }
    if missing.is_empty() {
        return;
    }
    if let Err(error) = install(&missing) {
        println!("      {error:#}\n      Cameras that need it are not tried.");
    }
}

/// Bun, another peer. The npm package `bun` fetches its program when it is installed; the packages that it picks from hold it, so that
/// one is taken, at a fixed version, into a folder of its own and with no script run.
pub(crate) fn bun(folder: &Path) -> Result<PathBuf> {
    let package = format!(
        "@oven/bun-{}-{}",
        bun_system(env::consts::OS)?,
        bun_processor(env::consts::ARCH)?
    );
    let program = folder
        .join("node_modules")
        .join(&package)
        .join("bin")
        .join("bun");
    let version = || {
        let mut command = Command::new(&program);
        process::capture(command.arg("--version"), "bun --version", QUESTION_LIMIT)
    };
    if process::is_program(&program) && version().is_ok_and(|found| found.trim() == BUN_VERSION) {
        return Ok(program);
    }
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let mut npm = Command::new("npm");
    npm.arg("install")
        .arg("--prefix")
        .arg(folder)
        .args([
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--save-exact",
        ])
        .arg(format!("{package}@{BUN_VERSION}"));
    process::run(&mut npm, "npm install of Bun", INSTALL_LIMIT)
        .context("Bun could not be installed")?;
    // It is built for processors of the last ten years.
    version().context("Bun does not run on this machine")?;
    Ok(program)
}

fn bun_system(system: &str) -> Result<&str> {
    match system {
        "linux" => Ok("linux"),
        "macos" => Ok("darwin"),
        other => bail!("Bun has no package for {other}"),
    }
}

fn bun_processor(processor: &str) -> Result<&str> {
    match processor {
        "x86_64" => Ok("x64"),
        "aarch64" => Ok("aarch64"),
        other => bail!("Bun has no package for {other}"),
    }
}

fn chosen_chromium(path: &Path) -> Result<PathBuf> {
    if process::is_program(path) {
        return Ok(path.to_path_buf());
    }
    bail!(
        "CASTELLAN_CHROMIUM names `{}`, which is no program. Correct it, or unset it to use the installed Chromium.",
        path.display()
    )
}

fn ensure_wasm_target() -> Result<()> {
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let sysroot = process::capture(
        rustc.args(["--print", "sysroot"]),
        "rustc --print sysroot",
        QUESTION_LIMIT,
    )?;
    if Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(WASM_TARGET)
        .is_dir()
    {
        return Ok(());
    }
    if process::find_program("rustup").is_none() {
        bail!(
            "The Rust target {WASM_TARGET} is missing and rustup is not there to add it. Install Rust through rustup, or the target from wherever your Rust came from."
        );
    }
    println!("      adding the Rust target {WASM_TARGET}");
    process::run(
        Command::new("rustup").args(["target", "add", WASM_TARGET]),
        &format!("rustup target add {WASM_TARGET}"),
        INSTALL_LIMIT,
    )
}

fn missing(needs: Needs) -> Result<Vec<Missing>> {
    let mut missing = Vec::new();
    if ["cc", "gcc", "clang"]
        .into_iter()
        .all(|name| process::find_program(name).is_none())
    {
        missing.push(Missing {
            what: "A C compiler",
            debian: &["gcc", "libc6-dev"],
            by_hand: "Install gcc or clang so that `cc` is on the PATH.",
        });
    }
    if node_major()?.is_none() {
        missing.push(Missing {
            what: "Node.js",
            debian: &["nodejs", "npm"],
            by_hand: "Install Node.js 18 or newer, with npm, so that `node` and `npm` are on the PATH.",
        });
    } else if process::find_program("npm").is_none() {
        missing.push(Missing {
            what: "npm",
            debian: &["npm"],
            by_hand: "Install npm, which comes with Node.js, so that `npm` is on the PATH.",
        });
    }
    if needs == Needs::Journeys {
        if let Some(path) = env::var_os("CASTELLAN_CHROMIUM") {
            chosen_chromium(Path::new(&path))?;
        } else if CHROMIUM_NAMES
            .into_iter()
            .all(|name| process::find_program(name).is_none())
        {
            missing.push(Missing {
                what: "Chromium",
                debian: &["chromium"],
                by_hand: "Install Chromium or Google Chrome, or set CASTELLAN_CHROMIUM to its full path.",
            });
        }
    }
    Ok(missing)
}

/// The installed Node's major version; an error if it is too old, because replacing it is not ours to decide.
fn node_major() -> Result<Option<u32>> {
    if process::find_program("node").is_none() {
        return Ok(None);
    }
    let version = process::capture(
        Command::new("node").arg("--version"),
        "node --version",
        QUESTION_LIMIT,
    )?;
    let major = parse_node_major(&version).with_context(|| {
        format!(
            "`node --version` said `{}`, which is no version",
            version.trim()
        )
    })?;
    if major < NODE_MAJOR_MIN {
        bail!(
            "Node.js {} is too old: install version {NODE_MAJOR_MIN} or newer and put it first on the PATH.",
            version.trim()
        );
    }
    Ok(Some(major))
}

fn parse_node_major(version: &str) -> Option<u32> {
    version
        .trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}

fn install(missing: &[Missing]) -> Result<()> {
    let Some(prefix) = apt_prefix() else {
        bail!("{}", by_hand(missing));
    };
    let packages: Vec<&str> = missing.iter().flat_map(|one| one.debian).copied().collect();
    println!(
        "      installing from the system's packages: {}",
        packages.join(" ")
    );
    let apt = |words: &[&str]| {
        let line: Vec<&str> = prefix
            .iter()
            .copied()
            .chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
            .chain(words.iter().copied())
            .collect();
        let mut command = Command::new(line[0]);
        process::run(command.args(&line[1..]), &line.join(" "), INSTALL_LIMIT)
    };
    apt(&["update"])
        .and_then(|()| {
            apt(&[
                &["install", "--yes", "--no-install-recommends"],
                packages.as_slice(),
            ]
            .concat())
        })
        .with_context(|| by_hand(missing))
}

/// How to call apt-get as root without asking for a password; none where that is not possible.
fn apt_prefix() -> Option<&'static [&'static str]> {
    process::find_program("apt-get")?;
    if nix::unistd::Uid::effective().is_root() {
        return Some(&[]);
    }
    process::find_program("sudo")?;
    let asked = process::capture(
        Command::new("sudo").args(["-n", "true"]),
        "sudo -n true",
        QUESTION_LIMIT,
    );
    asked.is_ok().then_some(&["sudo", "-n"])
}

fn by_hand(missing: &[Missing]) -> String {
    let names: Vec<&str> = missing.iter().map(|one| one.what).collect();
    let packages: Vec<&str> = missing.iter().flat_map(|one| one.debian).copied().collect();
    let ways: Vec<&str> = missing.iter().map(|one| one.by_hand).collect();
    format!(
        "Missing on this machine: {}. On Debian or Ubuntu: `apt-get install {}`; elsewhere: {}",
        names.join(", "),
        packages.join(" "),
        ways.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_are_read() {
        assert_eq!(parse_node_major("v18.19.0\n"), Some(18));
        assert_eq!(parse_node_major("v20.20.2"), Some(20));
        assert_eq!(parse_node_major("20.20.2"), None);
        assert_eq!(parse_node_major(""), None);
    }

    #[test]
    fn what_is_missing_is_one_sentence_with_the_packages() {
        let sentence = by_hand(&[
            Missing {
                what: "Node.js",
                debian: &["nodejs", "npm"],
                by_hand: "Install Node.js.",
            },
            Missing {
                what: "Chromium",
                debian: &["chromium"],
                by_hand: "Install Chromium.",
            },
        ]);
        assert!(
            sentence.contains("Node.js, Chromium")
                && sentence.contains("apt-get install nodejs npm chromium"),
            "{sentence}"
        );
    }

    #[test]
    fn a_chosen_browser_that_is_not_there_is_refused() {
        let sentence = chosen_chromium(Path::new("/nowhere/chromium"))
            .expect_err("not there")
            .to_string();
        assert!(sentence.contains("/nowhere/chromium"), "{sentence}");
    }
}
