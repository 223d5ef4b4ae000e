//! Simulated cameras that send what they drew once, and programs that read them without our server.

use super::meter;
use anyhow::{Context as _, ensure};
use castellan_domain::estate::Estate;
use castellan_simulator::cameras::{Cameras, Options};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// They end by themselves after this time.
const LIFE: Duration = Duration::from_mins(30);
/// What a program needs to begin.
const SETTLE: Duration = Duration::from_secs(5);
const FIRST_WITHIN: Duration = Duration::from_secs(30);

/// Shows all cameras of an estate until it is ended.
pub async fn show(estate: &Path, port: u16, csv: PathBuf) -> anyhow::Result<()> {
    let estate = std::fs::read(estate).context("reading the estate")?;
    let estate = Estate::parse(&estate)?;
    let options = Options {
        port,
        user: "viewer".to_owned(),
        password: None,
        csv: Some(csv),
        has_bar: false,
        hour: None,
    };
    let _cameras = Cameras::start_repeating(&estate, &options).await?;
    sleep(LIFE).await;
    Ok(())
}

/// How copying went.
#[derive(Debug, Serialize)]
pub struct Copied {
    pub copies: usize,
    pub took_s: f64,
    /// Processor time of all copies together.
    pub cpu_s: f64,
    /// Memory of all copies together.
    pub resident_bytes: u64,
}

/// Programs that are ended, whatever happens.
struct Programs(Vec<Child>);

impl Drop for Programs {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Lets `ffmpeg` copy each address to fragmented MP4, a fragment for each frame, as our server does.
pub async fn copy(ffmpeg: &Path, addresses: &[String], seconds: u32) -> anyhow::Result<Copied> {
    let mut programs = Programs(Vec::new());
    for address in addresses {
        let child = Command::new(ffmpeg)
            .args(["-v", "quiet", "-nostdin", "-rtsp_transport", "tcp", "-i"])
            .arg(address)
            .args(["-c", "copy", "-an", "-f", "mp4", "-movflags"])
            .arg("+frag_every_frame+empty_moov+default_base_moof")
            .arg("pipe:1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting ffmpeg")?;
        programs.0.push(child);
    }
    sleep(SETTLE).await;
    let cpu = |programs: &Programs| {
        let each = programs.0.iter().map(|child| meter::run_time(child.id()));
        each.sum::<anyhow::Result<Duration>>()
    };
    let (before, begun) = (cpu(&programs)?, Instant::now());
    sleep(Duration::from_secs(seconds.into())).await;
    let (spent, took) = (cpu(&programs)?.saturating_sub(before), begun.elapsed());
    let mut resident_bytes = 0;
    for child in &mut programs.0 {
        ensure!(child.try_wait()?.is_none(), "ffmpeg ended by itself");
        resident_bytes += meter::resident_bytes(child.id())?;
    }
    Ok(Copied {
        copies: addresses.len(),
        took_s: took.as_secs_f64(),
        cpu_s: spent.as_secs_f64(),
        resident_bytes,
    })
}

/// How long `ffprobe` takes to the first packet, in microseconds, from its start to its end.
#[derive(Debug, Serialize)]
pub struct Probed {
    pub first_us: Vec<u64>,
    /// What the program takes to start and end, without a camera.
    pub bare_us: Vec<u64>,
}

/// Lets `ffprobe` read the first packet, so many times one after the other. It is told not to look ahead.
pub async fn probe(ffprobe: &Path, address: &str, times: u32) -> anyhow::Result<Probed> {
    let run = |words: &[&str]| {
        let begun = Instant::now();
        let mut child = Command::new(ffprobe)
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting ffprobe")?;
        loop {
            if let Some(status) = child.try_wait()? {
                ensure!(status.success(), "ffprobe read no packet");
                return Ok(u64::try_from(begun.elapsed().as_micros())?);
            }
            if begun.elapsed() > FIRST_WITHIN {
                let _ = child.kill();
                let _ = child.wait();
                anyhow::bail!("ffprobe read no packet in time");
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    let first = [
        "-v",
        "quiet",
        "-rtsp_transport",
        "tcp",
        "-analyzeduration",
        "0",
        "-probesize",
        "32",
        "-select_streams",
        "v",
        "-show_entries",
        "packet=pts",
        "-read_intervals",
        "%+#1",
        address,
    ];
    let mut probed = Probed {
        first_us: Vec::new(),
        bare_us: Vec::new(),
    };
    for _ in 0..times {
        probed.first_us.push(run(&first)?);
        probed.bare_us.push(run(&["-v", "quiet", "-version"])?);
        sleep(Duration::from_millis(200)).await;
    }
    Ok(probed)
}

/// The addresses of the cameras in a file that a server imports, with user and password in them.
pub fn addresses(csv: &str) -> anyhow::Result<Vec<String>> {
    let lines = csv.lines().skip(1);
    let address = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let (main, user, password) = (fields.get(1)?, fields.get(4)?, fields.get(5)?);
        let bare = main.strip_prefix("rtsp://")?;
        Some(format!("rtsp://{user}:{password}@{bare}"))
    };
    let addresses: Option<Vec<String>> = lines.map(address).collect();
    addresses.context("a line of the cameras is not as expected")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_who_watches() {
        let csv = "camera,main,sub,still,user,password\nc,rtsp://127.0.0.1:1/c,,,viewer,pw\n";
        assert_eq!(addresses(csv).unwrap(), ["rtsp://viewer:pw@127.0.0.1:1/c"]);
        assert!(addresses("camera\nc").is_err());
    }
}
