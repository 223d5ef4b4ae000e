//! Cameras that others made: `GStreamer`'s RTSP server and ipycam, where they are on this machine. What they need stands at
//! the top of `server/tests/python/cameras.py`, and of `onvif_camera.py` beside it.

use crate::common::{run, text};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// A camera that somebody else made, for as long as this lives.
struct Peer(Child);

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts one, and gives the line that it says; nothing where it is not installed.
fn start(python: &str, script: &str, words: &[&str], folder: &Path) -> Option<(Peer, String)> {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    let child = Command::new(python)
        .arg("-B")
        .arg(server.join("tests/python").join(script))
        .args(words)
        .current_dir(folder)
        .env("PYTHONPATH", server.join("../dist/python"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut peer = Peer(child.ok()?);
    let mut line = String::new();
    let stdout = peer.0.stdout.take()?;
    BufReader::new(stdout).read_line(&mut line).ok()?;
    let line = line.trim().to_owned();
    if line.is_empty() {
        eprintln!("What {script} needs is not on this machine: this camera was not tried.");
        return None;
    }
    Some((peer, line))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The size of a JPEG, as its own frame says.
fn size(jpeg: &[u8]) -> (u16, u16) {
    let frame = jpeg.windows(2).position(|two| two == [0xff, 0xc0]);
    let frame = &jpeg[frame.expect("a frame")..];
    let number = |at: usize| u16::from_be_bytes([frame[at], frame[at + 1]]);
    (number(7), number(5))
}

#[test]
fn a_camera_that_shows_a_picture_is_kept_and_one_that_shows_none_says_why() {
    let data = TempDir::new().expect("a temporary folder");
    // Debian's own Python has its packages.
    let python = "/usr/bin/python3";
    let Some((_peer, ports)) = start(python, "cameras.py", &[], data.path()) else {
        return;
    };
    let (open, closed) = ports.split_once(' ').expect("two ports");
    let folder = text(data.path());
    let secret = data.path().join("secret");
    let picture = data.path().join("seen.jpg");
    fs::write(&secret, "secret\n").expect("a file");
    for (port, path, user, expected) in [
        (open, "h264", "", Ok("avc1.42")),
        (open, "late", "", Ok("avc1.4D")),
        (open, "h265", "", Ok("hvc1.1.")),
        (open, "jpeg", "", Err("no picture in H.264 or H.265")),
        (open, "nowhere", "", Err("no such stream")),
        (closed, "h264", "admin", Ok("avc1.42")),
        (closed, "h264", "stranger", Err("offers Digest MD5")),
    ] {
        let url = format!("rtsp://127.0.0.1:{port}/{path}");
        let mut words = vec!["camera", "add", "cam-1", "--data", folder, "--main", &url];
        if !user.is_empty() {
            words.extend(["--user", user, "--password-file", text(&secret)]);
        }
        words.extend(["--picture", text(&picture)]);
        let added = run(&words);
        let (told, is_kept) = match expected {
            Ok(codec) => (codec, true),
            Err(why) => (why, false),
        };
        let what = format!("{path} as {user:?}: {added:?}");
        assert!(said(&added).contains(told), "{what}");
        assert_eq!(added.status.success(), is_kept, "{what}");
        let known = run(&["camera", "list", "--data", folder]);
        assert_eq!(said(&known).trim() == "cam-1", is_kept, "{what}");
        // The server decodes H.264 only.
        let jpeg = fs::read(&picture).ok();
        let is_drawn = told.starts_with("avc1.");
        assert_eq!(jpeg.is_some(), is_drawn, "{what}");
        if let Some(jpeg) = jpeg {
            assert_eq!(size(&jpeg), (640, 360));
            fs::remove_file(&picture).expect("it is there");
        }
        if is_kept {
            let removed = run(&["camera", "remove", "cam-1", "--data", folder]);
            assert!(removed.status.success(), "{removed:?}");
        }
    }
}

#[test]
fn a_camera_that_speaks_onvif_is_found_shown_and_kept_with_its_presets() {
    const PASSWORD: &str = "open-sesame";
    for has_stills in [true, false] {
        let data = TempDir::new().expect("a temporary folder");
        let words = [PASSWORD, "no-stills"];
        let words = if has_stills { &words[..1] } else { &words };
        let Some((_peer, port)) = start("python3", "onvif_camera.py", words, data.path()) else {
            return;
        };
        let folder = text(data.path());
        let secret = data.path().join("secret");
        let picture = data.path().join("seen.jpg");
        let asked = format!("http://localhost:{port}/onvif/device_service");
        let add = |password: &str| {
            fs::write(&secret, password).expect("a file");
            let words = ["camera", "add", "cam-1", "--data", folder, "--onvif"];
            let who = ["--user", "admin", "--password-file", text(&secret)];
            let more = ["--picture", text(&picture)];
            run(&[&words[..], &[&asked], &who, &more].concat())
        };
        let denied = add("wrong");
        assert!(!denied.status.success(), "{denied:?}");
        let why = String::from_utf8_lossy(&denied.stderr).into_owned();
        assert!(why.contains("denies this user"), "{why}");

        let added = add(PASSWORD);
        assert!(added.status.success(), "{added:?}");
        let said = said(&added);
        let still = format!("http://localhost:{port}/snapshot.jpg");
        let still = if has_stills { &still } else { "none" };
        for line in [
            "cam-1 shows a picture: avc1.42C01F, 640 × 360.",
            "main: H.264, 640 × 360, rtsp://localhost:",
            // It says the same size of both.
            "sub: none",
            &format!("still: {still}"),
            "presets: Home, Gate & yard",
        ] {
            assert!(
                said.lines().any(|each| each.starts_with(line)),
                "{line}: {said}"
            );
        }
        let is_left_out = said.contains("Its own stills are left out");
        assert_eq!(is_left_out, !has_stills, "{said}");
        assert_eq!(size(&fs::read(&picture).expect("a still")), (640, 360));
        let known = run(&["camera", "list", "--data", folder]);
        let known = String::from_utf8_lossy(&known.stdout).into_owned();
        assert_eq!(known.trim(), "cam-1  presets: Home, Gate & yard");
    }
}
