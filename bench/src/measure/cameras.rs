//! Cameras: what a viewer costs, beside `ffmpeg` that copies, and how soon the first picture is there.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::machine;
use super::numbers::{Spread, number, per, shown};
use super::report::Section;
use super::rig::{LOAD_LIMIT, Rig, Running, free_address};

/// Cameras of the estate, and viewers of each.
const CAMERAS: &str = "40";
const EACH: &str = "2";
/// Viewers of one camera, and copies of it.
const TOGETHER: &str = "200";
/// Copies that fit on a core.
const COPIES: &str = "10";
/// Cameras that stream while alarms come, and the time they need to begin.
const STREAMING: &str = "20";
const BEGIN: Duration = Duration::from_secs(6);
/// Pictures a second that a simulated camera sends.
const PICTURES_PER_S: f64 = 10.0;
/// Of ffmpeg's processor time for each viewer.
const GOAL_CPU: f64 = 0.2;
/// Of ffprobe's time to the first packet.
const GOAL_FIRST: f64 = 1.2;
/// Of the pictures that are sent, so many must come.
const COME_MIN: f64 = 0.95;
const KIB: f64 = 1_024.0;

/// The cameras of a measurement, and a server that knows where they are.
struct Yard<'a> {
    rig: &'a Rig,
    cameras: Running,
    server: Running,
    csv: PathBuf,
    seconds: &'static str,
}

impl<'a> Yard<'a> {
    fn open(rig: &'a Rig) -> Result<Self> {
        let estate = rig.estate_with_cameras(CAMERAS)?;
        let folder = rig.fresh_folder("cameras")?;
        let (data, csv) = (folder.join("data"), folder.join("cameras.csv"));
        fs::create_dir_all(&data).context("creating a folder for the record")?;
        let (address, faults) = two_ports()?;
        let words = [
            OsString::from("show"),
            "--estate".into(),
            estate.clone().into(),
            "--port".into(),
            address.port().to_string().into(),
            "--csv".into(),
            csv.clone().into(),
        ];
        let cameras = rig.beside("cameras", &words, (address, faults))?;
        rig.import_cameras(&data, &csv)?;
        Ok(Self {
            rig,
            cameras,
            server: rig.castellan(&data, &estate)?,
            csv,
            seconds: rig.options.depth.pick("15", "5"),
        })
    }

    fn view(&self, cameras: &str, each: &str) -> Result<Value> {
        let more = [
            "--cameras",
            cameras,
            "--each",
            each,
            "--seconds",
            self.seconds,
        ];
        self.rig.load_on(&self.server, "view", &more, LOAD_LIMIT)
    }

    fn first_pictures(&self, times: &str) -> Result<Value> {
        let more = ["--times", times];
        self.rig
            .load_on(&self.server, "first-picture", &more, LOAD_LIMIT)
    }

    /// What a program of ffmpeg's says, on the server's core; nothing where it is not installed.
    fn peer(&self, verb: &str, program: Option<&PathBuf>, more: &[&str]) -> Result<Option<Value>> {
        let Some(program) = program else {
            return Ok(None);
        };
        let (program, csv) = (program.to_string_lossy(), self.csv.to_string_lossy());
        let option = if verb == "copy" {
            "--ffmpeg"
        } else {
            "--ffprobe"
        };
        let words = [&[verb, option, &program, "--csv", &csv], more].concat();
        Ok(Some(self.rig.instead_of_server(&words)?))
    }

    /// Alarms to displays, while positions stream.
    fn alarms(&self) -> Result<Value> {
        let watched = [
            "--displays",
            "200",
            "--rate",
            "1000",
            "--seconds",
            self.seconds,
        ];
        let more = [&watched[..], &["--alarms-per-s", "20"]].concat();
        self.rig.load_on(&self.server, "fan-out", &more, LOAD_LIMIT)
    }

    /// The same, while cameras are watched.
    fn alarms_beside(&self) -> Result<Value> {
        let (address, pid) = (self.server.address, self.server.id().to_string());
        let words = ["view", "--server", &address.to_string(), "--pid", &pid];
        let words = [
            &words[..],
            &["--cameras", STREAMING, "--each", "1", "--seconds", "120"],
        ];
        let words: Vec<OsString> = words.concat().into_iter().map(OsString::from).collect();
        // Viewers listen nowhere; the server does already.
        let viewers = self.rig.beside("viewers", &words, (address, address))?;
        thread::sleep(BEGIN);
        let report = self.alarms()?;
        viewers.kill()?;
        Ok(report)
    }

    fn stop(self) -> Result<()> {
        self.server.stop()?;
        self.cameras.stop()
    }
}

/// A port whose next one is free as well.
fn two_ports() -> Result<(std::net::SocketAddr, std::net::SocketAddr)> {
    const TRIES: usize = 20;
    for _ in 0..TRIES {
        let first = free_address()?;
        let mut second = first;
        second.set_port(first.port().saturating_add(1));
        if std::net::TcpListener::bind(second).is_ok() {
            return Ok((first, second));
        }
    }
    anyhow::bail!("no two ports beside each other are free")
}

/// All rounds of one kind.
#[derive(Default)]
struct Rounds {
    one_camera: Vec<Value>,
    all_cameras: Vec<Value>,
    copies: Vec<Value>,
    first: Vec<Value>,
    probed: Vec<Value>,
    alone: Vec<Value>,
    beside: Vec<Value>,
}

pub(crate) fn measure(rig: &Rig) -> Result<Section> {
    let mut section = Section::new(
        "Cameras",
        &[
            "",
            "CPU ms per viewer and second",
            "pictures that came",
            "KiB per viewer",
        ],
    );
    let (rounds, times) = rig.options.depth.pick((5, "5"), (1, "2"));
    let at_first = machine::load();
    let mut all = Rounds::default();
    while all.copies.len().max(all.one_camera.len()) < rounds
        && (all.one_camera.is_empty() || rig.goes_on()?)
    {
        round(rig, &mut all, times)?;
    }
    costs(&mut section, &all);
    waits(&mut section, &all);
    section.notes.push(latencies(&all));
    section.notes.push(
        "Simulated cameras of 640 × 360 pixels, which send what they drew once, and viewers share a core; server, or ffmpeg, has the other. ffmpeg writes a fragment for each frame, as the server does, and throws it away. Of ffprobe's time the start of the program is taken off".to_owned(),
    );
    let at_last = machine::load();
    section.notes.push(format!(
        "load average of the machine over the last minute, the bench's own part in it: {at_first} at the beginning, {at_last} at the end"
    ));
    let Rounds {
        one_camera,
        all_cameras,
        copies,
        first,
        probed,
        alone,
        beside,
    } = all;
    section.rounds.push(json!({
        "one_camera": one_camera, "all_cameras": all_cameras, "copies": copies, "first": first, "probed": probed,
        "alarms_alone": alone, "alarms_beside_cameras": beside,
    }));
    Ok(section)
}

fn round(rig: &Rig, all: &mut Rounds, times: &str) -> Result<()> {
    let yard = Yard::open(rig)?;
    // The first one in a fresh process: only its memory grows from nothing.
    all.all_cameras.push(yard.view(CAMERAS, EACH)?);
    all.one_camera.push(yard.view("1", TOGETHER)?);
    let peers = &rig.options.peers;
    let copied = [
        "--cameras",
        COPIES,
        "--each",
        "1",
        "--seconds",
        yard.seconds,
    ];
    all.copies
        .extend(yard.peer("copy", peers.ffmpeg.as_ref(), &copied)?);
    all.first.push(yard.first_pictures(times)?);
    let probed = ["--times", times];
    all.probed
        .extend(yard.peer("probe", peers.ffprobe.as_ref(), &probed)?);
    all.alone.push(yard.alarms()?);
    yard.stop()?;
    // Another record: those who marched there have arrived.
    let yard = Yard::open(rig)?;
    all.beside.push(yard.alarms_beside()?);
    yard.stop()
}

/// Processor time in milliseconds for each viewer and second.
fn cpu_ms(report: &Value, count: &str) -> Option<f64> {
    per(
        number(report, "cpu_s") * 1e3,
        number(report, count) * number(report, "took_s"),
    )
}

fn costs(section: &mut Section, all: &Rounds) {
    let spread = |reports: &[Value], of: &dyn Fn(&Value) -> Option<f64>| {
        Spread::of(reports.iter().filter_map(of))
    };
    let came = |report: &Value| {
        let due = number(report, "viewers") * number(report, "took_s") * PICTURES_PER_S;
        per(number(report, "pieces"), due)
    };
    let grown = |report: &Value| {
        let bytes = number(report, "with_bytes") - number(report, "before_bytes");
        per(bytes / KIB, number(report, "viewers"))
    };
    for (name, reports) in [
        ("castellan, 40 cameras, 2 viewers of each", &all.all_cameras),
        ("castellan, then 200 viewers of one camera", &all.one_camera),
    ] {
        section.row([
            name.to_owned(),
            shown(spread(reports, &|report| cpu_ms(report, "viewers")), 2),
            shown(spread(reports, &came), 2),
            shown(spread(reports, &grown), 0),
        ]);
    }
    let of_copy = |report: &Value| cpu_ms(report, "copies");
    section.row([
        "`ffmpeg -c copy`, one for each of 10 cameras".to_owned(),
        shown(spread(&all.copies, &of_copy), 2),
        "–".to_owned(),
        shown(
            spread(&all.copies, &|report| {
                per(
                    number(report, "resident_bytes") / KIB,
                    number(report, "copies"),
                )
            }),
            0,
        ),
    ]);
    for (name, ours) in [
        ("200 viewers of one camera", &all.one_camera),
        ("2 of each of 40", &all.all_cameras),
    ] {
        let pairs = ours.iter().zip(&all.copies);
        let ratio = Spread::of(
            pairs.filter_map(|(ours, copy)| per(cpu_ms(ours, "viewers")?, of_copy(copy)?)),
        );
        section.verdict(
            "G16",
            ratio.map(|ratio| ratio.median <= GOAL_CPU),
            format!(
                "CPU for each viewer at most a fifth of ffmpeg's; with {name} it is {}",
                shown(ratio, 2)
            ),
        );
    }
    let core = spread(&all.all_cameras, &|report| {
        per(number(report, "cpu_s"), number(report, "took_s"))
    });
    let whole = spread(&all.all_cameras, &came);
    section.verdict(
        "G16",
        core.zip(whole).map(|(core, whole)| core.median < 1.0 && whole.median >= COME_MIN),
        format!("40 cameras with 2 viewers each on one core; they take {} of it, and {} of the pictures come", shown(core, 2), shown(whole, 2)),
    );
}

/// The middle of a list of microseconds, in milliseconds.
fn middle_ms(report: &Value, list: &str) -> Option<f64> {
    let all = report[list].as_array()?.iter().filter_map(Value::as_f64);
    Some(Spread::of(all)?.median / 1e3)
}

fn waits(section: &mut Section, all: &Rounds) {
    let probed =
        |report: &Value| Some(middle_ms(report, "first_us")? - middle_ms(report, "bare_us")?);
    let theirs = Spread::of(all.probed.iter().filter_map(probed));
    for (name, list) in [("cold", "cold_us"), ("warm", "warm_us")] {
        let ours = Spread::of(
            all.first
                .iter()
                .filter_map(|report| middle_ms(report, list)),
        );
        let pairs = all.first.iter().zip(&all.probed);
        let ratio = Spread::of(
            pairs.filter_map(|(ours, theirs)| per(middle_ms(ours, list)?, probed(theirs)?)),
        );
        section.verdict(
            "G16",
            ratio.map(|ratio| ratio.median <= GOAL_FIRST),
            format!(
                "the first picture, {name}, within {GOAL_FIRST} of ffprobe's first packet; {} ms beside {} ms, {}",
                shown(ours, 0), shown(theirs, 0), shown(ratio, 2)
            ),
        );
    }
}

/// What cameras take from alarms.
fn latencies(all: &Rounds) -> String {
    let p99_ms = |report: &Value| number(report, "alarms/p99_us") / 1e3;
    let [alone, beside] =
        [&all.alone, &all.beside].map(|reports| Spread::of(reports.iter().map(p99_ms)));
    let pairs = all.beside.iter().zip(&all.alone);
    let ratio = Spread::of(pairs.filter_map(|(beside, alone)| per(p99_ms(beside), p99_ms(alone))));
    format!(
        "from an alarm to 200 displays, while 1,000 positions a second stream, p99 in ms: {} without cameras, {} while {STREAMING} of them are watched, {}",
        shown(alone, 1),
        shown(beside, 1),
        shown(ratio, 2)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_is_compared_with_a_copy_of_its_round() {
        let all = Rounds {
            one_camera: vec![json!({"viewers": 20, "took_s": 10, "cpu_s": 0.2, "pieces": 2_000})],
            all_cameras: vec![json!({"viewers": 80, "took_s": 10, "cpu_s": 4.0, "pieces": 4_000})],
            copies: vec![json!({"copies": 10, "took_s": 10, "cpu_s": 1.0})],
            first: vec![json!({"cold_us": [300_000], "warm_us": [9_000, 11_000, 400_000]})],
            probed: vec![json!({"first_us": [150_000], "bare_us": [50_000]})],
            alone: vec![json!({"alarms": {"p99_us": 10_000}})],
            beside: vec![json!({"alarms": {"p99_us": 12_000}})],
        };
        let mut section = Section::default();
        costs(&mut section, &all);
        waits(&mut section, &all);
        let met: Vec<_> = section.verdicts.iter().map(|verdict| verdict.met).collect();
        assert_eq!(
            met,
            [
                Some(true),
                Some(false),
                Some(false),
                Some(false),
                Some(true)
            ]
        );
        assert!(latencies(&all).ends_with("1.20 (1.20–1.20)"));
        let mut section = Section::default();
        costs(&mut section, &Rounds::default());
        waits(&mut section, &Rounds::default());
        assert!(section.verdicts.iter().all(|verdict| verdict.met.is_none()));
    }
}
