//! G5, the server's part: from an alarm's due time to every display's socket, while positions
//! stream, beside the disk's own sync.

use anyhow::Result;
use serde_json::{Value, json};

use super::numbers::{Spread, number, shown};
use super::report::Section;
use super::rig::Rig;

/// Two pictures of a screen at 60 a second: what G5 leaves for the glass.
const TWO_FRAMES_MS: f64 = 2_000.0 / 60.0;
const DISPLAYS: &str = "500";
const RATE: &str = "2000";

pub(crate) fn measure(rig: &Rig) -> Result<Section> {
    let mut section = Section::new(
        "From an alarm to 500 displays, while 2,000 positions a second stream (G5)",
        &["", "p50 ms", "p99 ms"],
    );
    let rounds = rig.options.depth.pick(5, 1);
    let (mut syncs, mut heard) = (Vec::new(), Vec::new());
    while heard.len() < rounds && (heard.is_empty() || rig.goes_on()?) {
        let before = sync(rig)?;
        let report = run(rig)?;
        let after = sync(rig)?;
        section
            .rounds
            .push(json!({"before": before, "report": report, "after": after}));
        syncs.extend([before, after]);
        heard.push(report);
    }
    let spread = |reports: &[Value], path: &str| {
        Spread::of(reports.iter().map(|report| number(report, path) / 1e3))
    };
    for (name, reports, path) in [
        ("fdatasync of the same disk", &syncs, "syncs"),
        ("alarm due → answered", &heard, "alarm_answers"),
        ("alarm due → at a display, all displays", &heard, "alarms"),
    ] {
        let percentile = |p: &str| shown(spread(reports, &format!("{path}/{p}_us")), 2);
        section.row([name.to_owned(), percentile("p50"), percentile("p99")]);
    }
    let missed: f64 = heard
        .iter()
        .map(|report| number(report, "alarms_refused") + number(report, "faults"))
        .sum();
    let sync_p99 = spread(&syncs, "syncs/p99_us");
    let alarm_p99 = spread(&heard, "alarms/p99_us");
    if let (Some(sync), Some(alarm)) = (sync_p99, alarm_p99) {
        let bound = 1.5 * (2.0 * sync.median + TWO_FRAMES_MS);
        section.verdict(
            "G5",
            Some(alarm.median <= bound && missed < 1.0),
            format!(
                "1.5 × (2 × fdatasync p99 + two frames) is {bound:.1} ms to the glass; the socket is reached in {:.1} ms at p99, so the page has {:.1} ms. Lost or refused: {missed}",
                alarm.median,
                bound - alarm.median
            ),
        );
    }
    section.notes.push(
        "Latencies count from the due time and include the generator's own reading of 500 sockets one after the other".to_owned(),
    );
    Ok(section)
}

fn sync(rig: &Rig) -> Result<Value> {
    let folder = rig.fresh_folder("syncs")?;
    let folder = folder.to_string_lossy();
    rig.instead_of_server(&[
        "syncs",
        "--folder",
        &folder,
        "--seconds",
        "2",
        "--per-s",
        "100",
    ])
}

fn run(rig: &Rig) -> Result<Value> {
    let watched = ["--displays", DISPLAYS, "--rate", RATE, "--seconds", "8"];
    let more = [&watched[..], &["--alarms-per-s", "20"]].concat();
    rig.load_fresh("alarms", "fan-out", &more)
}
