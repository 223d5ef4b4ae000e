//! `cargo xtask dist`: one program with the browser app inside, and what belongs beside it, in one archive.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use castellan_programs::process;
use castellan_programs::service::{Service, expect_port_free, loopback};

use crate::plain_http;
use crate::progress::Steps;
use crate::setup::{self, Needs};
use crate::web::{self, Flavor};
use crate::{npm, workspace};

/// Where the archive goes, from the root of the working copy.
const FOLDER: &str = "dist";
/// What goes into it beside the program: from where, and under which name.
const BESIDE: [(&str, &str); 7] = [
    ("assets/dist/castellan.service", "castellan.service"),
    ("assets/demo/estate.json", "estate.example.json"),
    ("docs/install.md", "install.md"),
    ("README.md", "README.md"),
    ("README.zh-CN.md", "README.zh-CN.md"),
    ("LICENSE", "LICENSE"),
    ("NOTICE", "NOTICE"),
];
const TAR_LIMIT: Duration = Duration::from_mins(2);
const START_LIMIT: Duration = Duration::from_secs(30);
/// Where the packed program is tried out.
const PORT: u16 = 7879;

pub(crate) fn run() -> Result<()> {
    expect_port_free(PORT, "dist")?;
    let steps = Steps::new(5);
    steps.run("setup", "Checking this machine", || {
        setup::ensure(Needs::Building)
    })?;
    steps.run("npm", "Installing npm packages", npm::ensure)?;
    let load = steps.run("web", "Building the browser app", || {
        web::build(Flavor::Release)
    })?;
    println!("{load}");
    let program = steps.run("server", "Building the program with the app inside", || {
        let words = ["--package", "castellan-server", "--bin", "castellan"];
        let more = ["--release", "--features", "castellan-server/built-in-web"];
        workspace::cargo_build(&[words.as_slice(), &more].concat())?.program("castellan")
    })?;
    let (archive, started) = steps.run("pack", "Packing it, and trying it out", || {
        let folder = lay_out(&program)?;
        Ok((pack(&folder)?, try_out(&folder)?))
    })?;
    let size = fs::metadata(&archive)?.len();
    println!(
        "\nThe archive is {} ({} KB; the program alone {} KB). It answers {} ms after its start.",
        archive.display(),
        size / 1_000,
        fs::metadata(&program)?.len() / 1_000,
        started.as_millis()
    );
    Ok(())
}

/// The folder that is packed.
fn lay_out(program: &Path) -> Result<PathBuf> {
    let root = workspace::root();
    let name = format!(
        "castellan-{}-{}-linux",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH
    );
    let folder = root.join(FOLDER).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).context("the folder of before could not be removed")?;
    }
    fs::create_dir_all(&folder)?;
    fs::copy(program, folder.join("castellan"))?;
    for (from, name) in BESIDE {
        fs::copy(root.join(from), folder.join(name))
            .with_context(|| format!("`{from}` could not be copied"))?;
    }
    Ok(folder)
}

/// The folder's path with something behind its name, which has dots.
fn beside(folder: &Path, suffix: &str) -> PathBuf {
    let mut path = folder.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

fn pack(folder: &Path) -> Result<PathBuf> {
    let name = folder.file_name().context("the folder has no name")?;
    let archive = beside(folder, ".tar.gz");
    let parent = folder.parent().context("the folder stands nowhere")?;
    let mut command = Command::new("tar");
    command.current_dir(parent).arg("-czf").arg(&archive);
    // The same files make the same archive, whoever packs them.
    command.args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner"]);
    process::run(command.arg(name), "tar", TAR_LIMIT)?;
    Ok(archive)
}

/// Starts the program from its folder with an empty data folder, and asks it for the app. How long it took to answer.
fn try_out(folder: &Path) -> Result<Duration> {
    let data = beside(folder, ".tried");
    let mut command = Command::new(folder.join("castellan"));
    command.current_dir(folder).arg("serve");
    command.arg("--data").arg(&data);
    command.args(["--listen", &loopback(PORT).to_string()]);
    command.args(["--estate", "estate.example.json"]);
    let began = Instant::now();
    let mut server = Service::start("castellan", &mut command)?;
    server.wait_healthy(loopback(PORT), START_LIMIT)?;
    let took = began.elapsed();
    let page = plain_http::get(loopback(PORT), "/");
    server.stop()?;
    fs::remove_dir_all(&data).context("the data of the trial could not be removed")?;
    let page = page?;
    ensure!(
        page.contains("castellan-build"),
        "the packed program serves no browser app: it answered {page:.200}"
    );
    Ok(took)
}
