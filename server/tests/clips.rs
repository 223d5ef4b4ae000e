//! Clips of alarms, from simulated cameras to whoever may see them: what is kept, for whom, and what is left of it by
//! a stop, a kill and a folder that takes nothing.

use crate::cameras::{CAMERA, cameras};
use crate::common::{Castellan, client, eventually, run, text};
use castellan_client::live::{Socket, connect};
use castellan_domain::alarm::{AlarmCommand, AlarmFact};
use castellan_domain::fact::AlarmClipKept;
use castellan_domain::ids::AlarmId;
use castellan_domain::wire::api::PERSON_HEADER;
use castellan_simulator::cameras::Cameras;
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};

/// A gas detector less than 100 m from the camera.
const DETECTOR: &str = "d-000";

/// Simulated cameras, one of which looks somewhere, and the folder of a server that knows them.
struct Yard {
    _cameras: Cameras,
    data: TempDir,
    estate: PathBuf,
}

impl Yard {
    async fn open() -> Self {
        let data = TempDir::new().expect("a temporary folder");
        let estate = data.path().join("estate.json");
        let fixture = fs::read(crate::common::estate()).expect("the fixture estate");
        let mut document: serde_json::Value = serde_json::from_slice(&fixture).expect("JSON");
        let devices = document["devices"].as_array_mut().expect("a list");
        let camera = devices.iter_mut().find(|device| device["id"] == CAMERA);
        camera.expect("the camera")["camera"] = serde_json::json!({
            "height_m": 4, "heading_deg": 180, "tilt_deg": 15, "view_deg": 90, "range_m": 60
        });
        fs::write(&estate, document.to_string()).expect("a file");
        let cameras = cameras(&estate).await;
        let csv = data.path().join("cameras.csv");
        fs::write(&csv, cameras.csv()).expect("a file");
        let words = ["camera", "import", "--untested", "--data"];
        let output = run(&[&words[..], &[text(data.path()), text(&csv)]].concat());
        assert!(output.status.success(), "{output:?}");
        Self {
            _cameras: cameras,
            data,
            estate,
        }
    }

    fn serve(&self) -> Castellan {
        Castellan::start_with(self.data.path(), &self.estate, &[])
    }

    /// With the folder of clips on a file system of its own, in a namespace of the server's.
    fn serve_with_clips_on(&self, options: &str) -> Castellan {
        let script = format!(
            "mkdir -p \"$1\" && mount -t tmpfs -o {options} tmpfs \"$1\" || exit 1; shift; exec \"$@\""
        );
        let folder = self.folder();
        let wrapper = ["unshare", "-rm", "sh", "-c", &script, "sh", text(&folder)];
        Castellan::start_wrapped(&wrapper, self.data.path(), &self.estate, &[])
    }

    fn folder(&self) -> PathBuf {
        self.data.path().join("sites/test-1/clips")
    }
}

/// Somebody watches the camera until there were so many frames.
async fn watch(server: &Castellan, frames: usize) -> Socket {
    let name = HeaderName::from_static(PERSON_HEADER);
    let value = HeaderValue::from_static("li-na");
    let path = format!("/live/cameras/{CAMERA}");
    let mut socket = connect(server.address, &path, &[(name, value)])
        .await
        .expect("a viewer is let in");
    let mut seen = 0;
    while seen < frames {
        let message = socket.next().await.expect("it goes on").expect("a message");
        seen += usize::from(matches!(message, Message::Binary(_)));
    }
    socket
}

/// An alarm with some pictures of before it and after it; then the server stops, and what it had becomes a clip.
async fn raise_and_stop(yard: &Yard, event: &str) -> (AlarmId, String) {
    let server = yard.serve();
    let viewer = watch(&server, 15).await;
    let alarm = raise(&server, DETECTOR, event).await;
    drop(viewer);
    drop(watch(&server, 15).await);
    (alarm, server.stop())
}

/// An alarm of which a clip is begun.
async fn raise(server: &Castellan, device: &str, event: &str) -> AlarmId {
    let alarm = server.raise(device, event, "gas_high").await;
    eventually("a clip is begun", async || {
        (server.health().await.clips.running > 0).then_some(())
    })
    .await;
    alarm
}

async fn kept(server: &Castellan, alarm: AlarmId) -> Option<AlarmClipKept> {
    let view = server.snapshot().await.view;
    let mut steps = view.alarms[&alarm].history.steps().iter();
    steps.find_map(|step| match &step.fact {
        AlarmFact::ClipKept(body) => Some(body.clone()),
        _ => None,
    })
}

/// What somebody is answered: status, the part that it is, and the bytes.
async fn ask(
    server: &Castellan,
    person: &str,
    clip: &str,
    range: Option<&str>,
) -> (u16, String, Vec<u8>) {
    let mut request = client()
        .get(server.site_url(&format!("clips/{clip}")))
        .header(PERSON_HEADER, person);
    if let Some(range) = range {
        request = request.header("range", range);
    }
    let answer = request.send().await.expect("an answer");
    let part = answer.headers().get("content-range").cloned();
    let part = part.map(|part| part.to_str().expect("text").to_owned());
    let status = answer.status().as_u16();
    let bytes = answer.bytes().await.expect("a body").to_vec();
    (status, part.unwrap_or_default(), bytes)
}

/// The boxes of a file by their names, with what is in them.
fn boxes(mut bytes: &[u8]) -> Vec<(String, &[u8])> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let length = u32::from_be_bytes(bytes[..4].try_into().expect("four bytes")) as usize;
        let name = String::from_utf8(bytes[4..8].to_vec()).expect("a name");
        found.push((name, &bytes[8..length]));
        bytes = &bytes[length..];
    }
    found
}

fn inside<'a>(bytes: &'a [u8], path: &[&str]) -> &'a [u8] {
    path.iter().fold(bytes, |bytes, name| {
        let mut boxes = boxes(bytes).into_iter();
        boxes.find(|(found, _)| found == name).expect("the box").1
    })
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alarm_keeps_a_clip_that_begins_before_it_and_its_owner_plays() {
    let yard = Yard::open().await;
    let (alarm, log) = raise_and_stop(&yard, "e-1").await;
    let server = yard.serve();
    let kept = kept(&server, alarm)
        .await
        .unwrap_or_else(|| panic!("{log}"));
    assert_eq!(kept.camera.as_str(), CAMERA);
    let raised_at = server.snapshot().await.view.alarms[&alarm].raised_at;
    assert!(kept.from < raised_at && raised_at < kept.to, "{kept:?}");

    let clip = kept.clip.to_string();
    for other in ["li-na", "guard-0"] {
        assert_eq!(ask(&server, other, &clip, None).await.0, 403, "{other}");
    }
    let claimed = server
        .command("li-na", AlarmCommand::Claim { alarm }.into())
        .await;
    assert_eq!(claimed.status, 200);
    let (status, _, whole) = ask(&server, "li-na", &clip, None).await;
    assert_eq!((status, whole.len() as u64), (200, kept.bytes));
    let hash = Sha256::digest(&whole);
    assert_eq!(format!("{hash:x}"), kept.sha256.as_str());

    let names: Vec<_> = boxes(&whole).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["ftyp", "moov", "mdat"], "it plays while it comes");
    let table = inside(&whole, &["moov", "trak", "mdia", "minf", "stbl"]);
    let (lengths, first_key) = (
        inside(table, &["stsz"]),
        number(inside(table, &["stss"]), 8),
    );
    assert_eq!(first_key, 1, "it begins with a key frame");
    let frames = number(lengths, 8) as usize;
    let media: u32 = (0..frames).map(|nth| number(lengths, 12 + 4 * nth)).sum();
    assert_eq!(media as usize, inside(&whole, &["mdat"]).len());
    assert!(frames >= 10, "of before and after: {frames}");

    let (status, part, bytes) = ask(&server, "li-na", &clip, Some("bytes=4-7")).await;
    let expected = format!("bytes 4-7/{}", whole.len());
    assert_eq!((status, part, &bytes[..]), (206, expected, &b"ftyp"[..]));
    let beyond = format!("bytes={}-", whole.len());
    assert_eq!(ask(&server, "li-na", &clip, Some(&beyond)).await.0, 416);
    assert_eq!(
        ask(&server, "zhou-jie", &clip, Some("bytes=0-0")).await.0,
        206
    );
    assert_eq!(ask(&server, "zhou-jie", "A-1-9", None).await.0, 404);

    let row = server
        .snapshot()
        .await
        .view
        .alarms
        .remove(&alarm)
        .expect("the row");
    let steps = row.history.steps().iter();
    let viewed: Vec<_> = steps
        .filter(|step| matches!(step.fact, AlarmFact::ClipViewed(_)))
        .filter_map(|step| step.actor.as_ref())
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        viewed,
        ["li-na", "zhou-jie"],
        "each of them once, and none who was refused"
    );
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_when_the_server_was_killed_counts_nothing() {
    let yard = Yard::open().await;
    let mut server = yard.serve();
    let alarm = server.raise(DETECTOR, "e-1", "gas_high").await;
    drop(watch(&server, 5).await);
    server.kill();
    fs::create_dir_all(yard.folder()).expect("a folder");
    let unfinished = yard.folder().join("A-1-1.mp4#1");
    let foreign = yard.folder().join("notes.txt");
    // Whole, and the kill came before its fact.
    let whole = yard.folder().join(format!("{alarm}-1.mp4"));
    for path in [&unfinished, &foreign, &whole] {
        fs::write(path, "half").expect("a file");
    }
    let server = yard.serve();
    eventually("the folder is clean", async || {
        (!unfinished.exists() && !whole.exists()).then_some(())
    })
    .await;
    assert!(foreign.exists(), "what is not ours stays");
    assert_eq!(kept(&server, alarm).await, None);
    let clip = format!("{alarm}-1");
    assert_eq!(ask(&server, "zhou-jie", &clip, None).await.0, 404);
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_takes_no_clip_costs_no_alarm_and_the_next_clip_is_kept() {
    let yard = Yard::open().await;
    let in_the_way: &Path = &yard.folder();
    fs::create_dir_all(in_the_way.parent().expect("the site")).expect("a folder");
    fs::write(in_the_way, "").expect("a file");
    let (alarm, log) = raise_and_stop(&yard, "e-1").await;
    assert!(log.contains("a clip cannot be kept"), "{log}");
    let server = yard.serve();
    assert_eq!(kept(&server, alarm).await, None);
    let judged = server.snapshot().await.view.alarms[&alarm].is_judged();
    assert!(!judged, "the row is as it was");
    server.stop();

    fs::remove_file(in_the_way).expect("the file");
    let server = yard.serve();
    let alarm = server.raise("d-004", "e-2", "gas_high").await;
    eventually("its clip is under way", async || {
        (server.health().await.clips.running > 0).then_some(())
    })
    .await;
    drop(watch(&server, 15).await);
    server.stop();
    let server = yard.serve();
    assert!(kept(&server, alarm).await.is_some());
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_full_or_read_only_costs_a_clip_and_nothing_else() {
    let yard = Yard::open().await;
    let mut alarms = Vec::new();
    for (options, device, why) in [
        ("size=4k", DETECTOR, "No space left"),
        ("ro", "d-004", "Read-only file system"),
    ] {
        let server = yard.serve_with_clips_on(options);
        let _viewer = watch(&server, 5).await;
        alarms.push(raise(&server, device, options).await);
        let log = server.stop();
        let said = log.lines().find(|line| line.contains("cannot be kept"));
        let said = said.unwrap_or_else(|| panic!("{options}:\n{log}"));
        assert!(said.contains(why), "{options}: {said}");
    }
    let server = yard.serve();
    for alarm in alarms {
        assert_eq!(kept(&server, alarm).await, None, "and the alarm is there");
    }
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clip_in_the_making_is_kept_although_the_key_to_addresses_goes() {
    let yard = Yard::open().await;
    let server = yard.serve();
    let _viewer = watch(&server, 5).await;
    let alarm = raise(&server, DETECTOR, "e-1").await;
    let key = yard.data.path().join("server.key");
    fs::rename(&key, yard.data.path().join("elsewhere")).expect("the key lies there");
    server.stop();

    let server = yard.serve();
    assert!(kept(&server, alarm).await.is_some());
    // Of the next alarm there is no picture, and it is an alarm all the same.
    let next = server.raise("d-004", "e-2", "gas_high").await;
    assert!(!key.exists(), "nobody makes another key");
    assert_eq!(kept(&server, next).await, None);
    assert_eq!(server.health().await.clips.fault, None);
    server.stop();
}
