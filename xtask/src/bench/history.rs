//! G9: what a stored position takes on disk, and how many are taken a second.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::numbers::{number, per};
use super::report::Section;
use super::rig::{LOAD_LIMIT, Rig};
use crate::demo::ESTATE;
use crate::workspace;

const GOAL_BYTES: f64 = 6.0;
/// What the server does by itself after the last position (syncing, packing) gets this long.
const SETTLE: Duration = Duration::from_secs(5);

pub(super) fn measure(rig: &Rig) -> Result<Section> {
    let mut section = Section::new(
        "The history of walking guards (G9)",
        &[
            "positions stored",
            "hours walked × guards",
            "bytes per position",
            "stored per s",
            "CPU µs each",
        ],
    );
    let estate = workspace::root().join(ESTATE);
    let data = rig.fresh_folder("history")?;
    rig.castellan(&data, &estate)?.stop()?;
    let tracks = find_tracks(&data)?;
    let empty = size(rig, &tracks)?;
    let server = rig.castellan(&data, &estate)?;
    let (address, pid) = (server.address.to_string(), server.pid());
    let estate = estate.to_string_lossy();
    let fixes = rig.depth.pick("300000", "50000");
    let words = [
        "history", "--server", &address, "--pid", &pid, "--estate", &estate, "--fixes", fixes,
    ];
    let report = rig.load(&words, LOAD_LIMIT)?;
    thread::sleep(SETTLE);
    server.stop()?;
    let full = size(rig, &tracks)?;
    row(&mut section, empty, full, &report);
    section
        .rounds
        .push(json!({"empty_bytes": empty, "full_bytes": full, "report": report}));
    Ok(section)
}

fn row(section: &mut Section, empty: f64, full: f64, report: &Value) {
    let stored = number(report, "stored");
    let bytes = per(full - empty, stored);
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
        show(bytes, 1),
        show(per(stored, number(report, "took_s")), 0),
        show(per(number(report, "server_cpu_s") * 1e6, stored), 0),
    ]);
    section.verdict(
        "G9",
        bytes.map(|bytes| bytes <= GOAL_BYTES),
        format!(
            "at most {GOAL_BYTES} bytes for a position; it is {}",
            show(bytes, 1)
        ),
    );
    section.verdict(
        "G9",
        None,
        "100,000 rows a second is a goal of the store alone; here each position is an HTTP post of its own, one core in all, and posts are the limit".to_owned(),
    );
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

fn size(rig: &Rig, database: &Path) -> Result<f64> {
    let report = rig.load(&["size", &database.to_string_lossy()], LOAD_LIMIT)?;
    Ok(number(&report, "bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_counted_beyond_the_empty_database() {
        let report = json!({"stored": 1_000, "took_s": 2.0, "server_cpu_s": 0.5, "walked_h": 1.5, "guards": 14});
        let mut section = Section::default();
        row(&mut section, 8_192.0, 13_192.0, &report);
        assert_eq!(section.rows[0], ["1000", "1.5 × 14", "5.0", "500", "500"]);
        assert_eq!(section.verdicts[0].met, Some(true));
        row(&mut section, 8_192.0, 68_192.0, &report);
        assert_eq!(section.verdicts[2].met, Some(false));
        row(&mut section, 0.0, 0.0, &json!({}));
        assert_eq!(section.verdicts[4].met, None);
    }
}
