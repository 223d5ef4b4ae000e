//! Cameras that others made: `GStreamer`'s RTSP server, where it is on this machine. `server/tests/python/cameras.py` says
//! which packages it needs.

use crate::common::{run, text};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The server of `GStreamer`, for as long as this lives.
struct Peer(Child);

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it, and gives its two ports; nothing where it is not installed.
fn start() -> Option<(Peer, String, String)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/cameras.py");
    // Debian's own Python has its packages.
    let child = Command::new("/usr/bin/python3")
        .arg(script)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut peer = Peer(child.ok()?);
    let mut line = String::new();
    let stdout = peer.0.stdout.take()?;
    BufReader::new(stdout).read_line(&mut line).ok()?;
    let (open, closed) = line.trim().split_once(' ')?;
    Some((peer, open.to_owned(), closed.to_owned()))
}

#[test]
fn real_cameras_are_understood_whatever_they_send() {
    let Some((_peer, open, closed)) = start() else {
        eprintln!("GStreamer's RTSP server is not on this machine: real cameras were not tried.");
        return;
    };
    let data = TempDir::new().expect("a temporary folder");
    let folder = text(data.path());
    let secret = data.path().join("secret");
    std::fs::write(&secret, "secret\n").expect("a file");
    for (port, path, user, said) in [
        (&open, "h264", "", "avc1.42"),
        (&open, "late", "", "avc1.4D"),
        (&open, "h265", "", "hvc1.1."),
        (&open, "jpeg", "", "no picture in H.264 or H.265"),
        (&open, "nowhere", "", "no such stream"),
        (&closed, "h264", "admin", "avc1.42"),
        (&closed, "h264", "stranger", "offers Digest MD5"),
    ] {
        let url = format!("rtsp://127.0.0.1:{port}/{path}");
        let mut words = vec!["camera", "add", "cam-1", "--data", folder, "--main", &url];
        if !user.is_empty() {
            words.extend(["--user", user, "--password-file", text(&secret)]);
        }
        let added = run(&words);
        assert!(added.status.success(), "{added:?}");
        let tried = run(&["camera", "test", "cam-1", "--data", folder]);
        let answer = String::from_utf8_lossy(&tried.stdout);
        assert!(answer.contains(said), "{path} as {user:?}: {tried:?}");
    }
}
