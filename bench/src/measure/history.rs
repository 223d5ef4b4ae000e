//! G9: what a stored position takes on disk, and how many are taken a second.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::numbers::{Spread, number, per, shown};
use super::report::Section;
use super::rig::{LOAD_LIMIT, Rig};

const GOAL_BYTES: f64 = 6.0;
const GOAL_ROWS: f64 = 100_000.0;
/// What the server does by itself after the last position (syncing) gets this long.
const SETTLE: Duration = Duration::from_secs(5);
/// A started server empties its tails at once, and has this long for it.
const PACKING_LIMIT: Duration = Duration::from_mins(2);

/// The demo estate with everybody on duty and no border watched: what a position costs to store is
/// measured here, not what it costs to be judged.
fn everybody_on_duty(rig: &Rig) -> Result<PathBuf> {
    let text = fs::read(&rig.options.estate).context("reading the demo estate")?;
    let mut estate: Value = serde_json::from_slice(&text).context("reading the demo estate")?;
    estate["staffing"]["duty"] = json!("assumed");
    estate["areas"] = json!([]);
    let path = rig.fresh_folder("history-estate")?.join("estate.json");
    fs::write(&path, estate.to_string()).context("writing the estate of the history")?;
    Ok(path)
}

pub(crate) fn measure(rig: &Rig) -> Result<Section> {
    let mut section = Section::new(
        "The history of walking guards (G9)",
        &[
            "positions stored",
            "hours walked × guards",
            "bytes per position in blocks",
            "before, the tail with it",
            "free pages, per position",
            "stored per s",
            "CPU µs each",
        ],
    );
    let data = rig.fresh_folder("history")?;
    let estate = everybody_on_duty(rig)?;
    rig.castellan(&data, &estate)?.stop()?;
    let tracks = find_tracks(&data)?;
    let empty = size(rig, &tracks)?;
    let server = rig.castellan(&data, &estate)?;
    let estate_text = estate.to_string_lossy();
    let fixes = rig.options.depth.pick("300000", "50000");
    let more = ["--estate", &estate_text, "--fixes", fixes];
    let report = rig.load_on(&server, "history", &more, LOAD_LIMIT)?;
    thread::sleep(SETTLE);
    server.stop()?;
    let gathered = size(rig, &tracks)?;
    let server = rig.castellan(&data, &estate)?;
    let begun = Instant::now();
    while number(&size(rig, &tracks)?, "tail_rows") > 0.0 {
        if begun.elapsed() > PACKING_LIMIT {
            bail!(
                "The tails of the history are not empty after {} s.",
                PACKING_LIMIT.as_secs()
            );
        }
        thread::sleep(Duration::from_millis(500));
    }
    server.stop()?;
    let packed = size(rig, &tracks)?;
    let sizes = json!({"empty": empty, "gathered": gathered, "packed": packed});
    row(&mut section, &sizes, &report);
    section
        .rounds
        .push(json!({"sizes": sizes, "report": report}));
    let alone = store_alone(rig)?;
    store_rows(&mut section, &alone);
    section
        .rounds
        .push(json!({"store": alone.ours, "inserts": alone.plain}));
    Ok(section)
}

/// Rounds of the store without a server, and of plain inserts of the same rows.
#[derive(Default)]
struct Alone {
    ours: Vec<Value>,
    plain: Vec<Value>,
}

fn store_alone(rig: &Rig) -> Result<Alone> {
    let rows = rig.options.depth.pick("1000000", "200000");
    let rounds = rig.options.depth.pick(5, 2);
    let mut alone = Alone::default();
    while alone.ours.len() < rounds && (alone.ours.is_empty() || rig.goes_on()?) {
        let is_even = alone.ours.len().is_multiple_of(2);
        for ours in [is_even, !is_even] {
            let folder = rig.fresh_folder("store")?;
            if ours {
                alone.ours.push(rig.store(&folder, rows)?);
            } else {
                let words = [
                    "inserts",
                    "--folder",
                    &folder.to_string_lossy(),
                    "--rows",
                    rows,
                ];
                alone.plain.push(rig.instead_of_server(&words)?);
            }
        }
    }
    Ok(alone)
}

fn store_rows(section: &mut Section, alone: &Alone) {
    let per_s = |report: &Value| per(number(report, "rows"), number(report, "took_s"));
    let cpu_us = |report: &Value| per(number(report, "cpu_s") * 1e6, number(report, "rows"));
    let packed = |report: &Value| {
        let seconds = number(report, "took_s") + number(report, "packing_s");
        per(number(report, "rows"), seconds)
    };
    let of = |reports: &[Value], what: &dyn Fn(&Value) -> Option<f64>| {
        Spread::of(reports.iter().filter_map(what))
    };
    let ours = of(&alone.ours, &per_s);
    for (name, reports, packed) in [
        ("the store alone", &alone.ours, of(&alone.ours, &packed)),
        ("plain SQLite inserts", &alone.plain, None),
    ] {
        section.notes.push(format!(
            "{name}: {} rows/s in turns of 256, {} µs of processor time each; packed into blocks as well: {} rows/s",
            shown(of(reports, &per_s), 0),
            shown(of(reports, &cpu_us), 1),
            shown(packed, 0)
        ));
    }
    section.verdict(
        "G9",
        ours.map(|ours| ours.median >= GOAL_ROWS),
        format!(
            "{GOAL_ROWS} rows a second by the store alone, in turns of 256, synced once a second; they are {}",
            shown(ours, 0)
        ),
    );
}

fn row(section: &mut Section, sizes: &Value, report: &Value) {
    let stored = number(report, "stored");
    let grown = |after: &str| per(number(sizes, after) - number(sizes, "empty/bytes"), stored);
    let (gathered, packed) = (grown("gathered/bytes"), grown("packed/bytes"));
    let show = |value: Option<f64>, digits: usize| {
        value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
    };
    section.row([
        format!("{stored}"),
        format!(
            "{:.1} × {}",
            number(report, "walked_h"),
            number(report, "guards")
        ),
        show(packed, 1),
        show(gathered, 1),
        show(per(number(sizes, "packed/free_bytes"), stored), 1),
        show(per(stored, number(report, "took_s")), 0),
        show(per(number(report, "server_cpu_s") * 1e6, stored), 0),
    ]);
    section.verdict(
        "G9",
        packed.map(|bytes| bytes <= GOAL_BYTES),
        format!(
            "at most {GOAL_BYTES} bytes for a position once it lies in a block; it is {}",
            show(packed, 1)
        ),
    );
    section.notes.push(format!(
        "When the last one was stored, {} lay in the tail",
        number(sizes, "gathered/tail_rows")
    ));
    if number(report, "refused") > 0.0 {
        section.notes.push(format!(
            "{} positions were refused",
            number(report, "refused")
        ));
    }
}

/// The history of the only site of a data folder.
fn find_tracks(data: &Path) -> Result<PathBuf> {
    let sites = data.join("sites");
    let mut entries =
        fs::read_dir(&sites).with_context(|| format!("reading {}", sites.display()))?;
    let site = entries.next().context("the server made no site")??;
    Ok(site.path().join("tracks.db"))
}

fn size(rig: &Rig, database: &Path) -> Result<Value> {
    rig.load(&["size", &database.to_string_lossy()], LOAD_LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_counted_beyond_the_empty_database() {
        let report = json!({"stored": 1_000, "took_s": 2.0, "server_cpu_s": 0.5, "walked_h": 1.5, "guards": 14});
        let sizes = |packed: u64| {
            json!({
                "empty": {"bytes": 8_192}, "gathered": {"bytes": 68_192, "tail_rows": 1_000},
                "packed": {"bytes": packed, "free_bytes": 64_000},
            })
        };
        let mut section = Section::default();
        row(&mut section, &sizes(13_192), &report);
        let cells = ["1000", "1.5 × 14", "5.0", "60.0", "64.0", "500", "500"];
        assert_eq!(section.rows[0], cells);
        assert_eq!(section.verdicts[0].met, Some(true));
        row(&mut section, &sizes(68_192), &report);
        assert_eq!(section.verdicts[1].met, Some(false));
        row(&mut section, &json!({}), &json!({}));
        assert_eq!(section.verdicts[2].met, None);
    }
    #[test]
    fn the_store_is_told_with_and_without_packing() {
        let alone = Alone {
            ours: vec![json!({"rows": 1_000_000, "took_s": 8.0, "cpu_s": 7.0, "packing_s": 2.0})],
            plain: vec![json!({"rows": 1_000_000, "took_s": 4.0, "cpu_s": 4.0})],
        };
        let mut section = Section::default();
        store_rows(&mut section, &alone);
        assert_eq!(section.verdicts[0].met, Some(true));
        for (note, parts) in [
            (0, ["125000 (", " 7.0 (", "100000 ("]),
            (1, ["250000 (", " 4.0 (", ": – rows/s"]),
        ] {
            for part in parts {
                assert!(
                    section.notes[note].contains(part),
                    "{part}: {:?}",
                    section.notes
                );
            }
        }
        store_rows(&mut section, &Alone::default());
        assert_eq!(section.verdicts[1].met, None);
    }
}
