//! G9: what a stored position takes on disk, and how many are taken a second.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::numbers::{number, per};
use super::report::Section;
use super::rig::{LOAD_LIMIT, Rig};
use crate::demo::ESTATE;
use crate::workspace;

const GOAL_BYTES: f64 = 6.0;
/// What the server does by itself after the last position (syncing) gets this long.
const SETTLE: Duration = Duration::from_secs(5);
/// A started server empties its tails at once, and has this long for it.
const PACKING_LIMIT: Duration = Duration::from_mins(2);

/// The demo estate with everybody on duty and no border watched: what a position costs to store is
/// measured here, not what it costs to be judged.
fn everybody_on_duty(rig: &Rig) -> Result<PathBuf> {
    let text = fs::read(workspace::root().join(ESTATE)).context("reading the demo estate")?;
    let mut estate: Value = serde_json::from_slice(&text).context("reading the demo estate")?;
    estate["staffing"]["duty"] = json!("assumed");
    estate["areas"] = json!([]);
    let path = rig.fresh_folder("history-estate")?.join("estate.json");
    fs::write(&path, estate.to_string()).context("writing the estate of the history")?;
    Ok(path)
}

pub(super) fn measure(rig: &Rig) -> Result<Section> {
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
    let (address, pid) = (server.address.to_string(), server.pid());
    let estate_text = estate.to_string_lossy();
    let fixes = rig.depth.pick("300000", "50000");
    let words = [
        "history",
        "--server",
        &address,
        "--pid",
        &pid,
        "--estate",
        &estate_text,
        "--fixes",
        fixes,
    ];
    let report = rig.load(&words, LOAD_LIMIT)?;
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
    Ok(section)
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
    section.verdict(
        "G9",
        None,
        "100,000 rows a second is a goal of the store alone; here each position is an HTTP post of its own, one core in all, and posts are the limit".to_owned(),
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
        assert_eq!(section.verdicts[2].met, Some(false));
        row(&mut section, &json!({}), &json!({}));
        assert_eq!(section.verdicts[4].met, None);
    }
}
