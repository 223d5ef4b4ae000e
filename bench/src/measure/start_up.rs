//! A start over a long record: until the server answers, beside a full scan of the same facts.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::numbers::{Spread, number, per, shown};
use super::report::Section;
use super::rig::{LOAD_LIMIT, Rig};

const FILL_LIMIT: Duration = Duration::from_mins(12);
const FILL_SECONDS: &str = "600";

pub(crate) fn measure(rig: &Rig) -> Result<Section> {
    let mut section = Section::new(
        "A start over a long record",
        &[
            "",
            "s",
            "CPU s",
            "ratio of CPU to the scan",
            "MiB resident afterwards",
        ],
    );
    let data = rig.fresh_folder("start-up")?;
    let facts = rig.options.depth.pick("1000000", "50000");
    let server = rig.castellan(&data, &rig.estate)?;
    let more = ["--facts", facts, "--seconds-max", FILL_SECONDS];
    let filled = rig.load_on(&server, "fill", &more, FILL_LIMIT)?;
    server.kill()?;
    let after_kill = start(rig, &data)?;
    let said = rig.doctor(&data)?;
    section
        .notes
        .push(format!("`castellan doctor` says: {}", said.trim()));
    let site = data.join("sites").join("bench");
    let (journal, snapshots) = (site.join("journal.db"), site.join("snapshots"));
    let kept = fs::read_dir(&snapshots).map_or(0, Iterator::count);
    section.notes.push(format!(
        "{kept} snapshots lay beside the journal after the first stop"
    ));
    let rounds = rig.options.depth.pick(5, 2);
    let (mut scans, mut after_stop, mut without) = (Vec::new(), Vec::new(), Vec::new());
    while after_stop.len() < rounds && (after_stop.is_empty() || rig.goes_on()?) {
        scans.push(rig.instead_of_server(&["scan", &journal.to_string_lossy()])?);
        after_stop.push(start(rig, &data)?);
    }
    while without.len() < rounds && (without.is_empty() || rig.goes_on()?) {
        // A server that is stopped before it has folded everything for its tables keeps none.
        if snapshots.exists() {
            fs::remove_dir_all(&snapshots)
                .with_context(|| format!("deleting {}", snapshots.display()))?;
        }
        without.push(start(rig, &data)?);
    }
    let starts = [
        ("start after `kill -9`", vec![after_kill]),
        ("start after a stop", after_stop),
        ("start without snapshots", without),
    ];
    rows(&mut section, &scans, &starts);
    section.notes.push(format!(
        "{} facts (alarms that are raised, repeat, clear, are claimed and judged), made by the server itself in {:.0} s, {:.0} of its inputs refused",
        number(&filled, "facts"),
        number(&filled, "took_s"),
        number(&filled, "refused")
    ));
    section
        .rounds
        .push(json!({"filled": filled, "scans": scans, "starts": starts}));
    Ok(section)
}

/// Starts the server, waits for its first answer and stops it.
fn start(rig: &Rig, data: &Path) -> Result<Value> {
    let begun = Instant::now();
    let server = rig.spawn_castellan(data, &rig.estate, &[])?;
    let report = rig
        .load_on(&server, "wait", &[], LOAD_LIMIT)
        .context("waiting for the server over a long record")?;
    let took_s = begun.elapsed().as_secs_f64();
    server.stop()?;
    Ok(
        json!({"took_s": took_s, "server_cpu_s": number(&report, "server_cpu_s"), "resident_bytes": number(&report, "resident_bytes")}),
    )
}

fn rows(section: &mut Section, scans: &[Value], starts: &[(&str, Vec<Value>)]) {
    let spread = |reports: &[Value], path: &str| {
        Spread::of(reports.iter().map(|report| number(report, path)))
    };
    let scan_cpu = spread(scans, "cpu_s");
    section.row([
        "SQLite, full scan of the facts".to_owned(),
        shown(spread(scans, "took_s"), 2),
        shown(scan_cpu, 2),
        "1".to_owned(),
        "–".to_owned(),
    ]);
    for (name, starts) in starts {
        let cpu = spread(starts, "server_cpu_s");
        let ratio = cpu
            .zip(scan_cpu)
            .and_then(|(start, scan)| per(start.median, scan.median));
        let memory = spread(starts, "resident_bytes");
        section.row([
            (*name).to_owned(),
            shown(spread(starts, "took_s"), 2),
            shown(cpu, 2),
            ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.1}")),
            memory.map_or_else(
                || "–".to_owned(),
                |memory| format!("{:.0}", memory.median / 1_048_576.0),
            ),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_start_is_told_apart_and_compared_with_the_scan() {
        let scans = [
            json!({"took_s": 0.6, "cpu_s": 0.5}),
            json!({"took_s": 0.6, "cpu_s": 0.5}),
        ];
        let slow = json!({"took_s": 5.0, "server_cpu_s": 4.0, "resident_bytes": 2_097_152});
        let quick = json!({"took_s": 0.3, "server_cpu_s": 0.25, "resident_bytes": 1_048_576});
        let starts = [
            ("without", vec![slow]),
            ("with", vec![quick.clone(), quick]),
        ];
        let mut section = Section::default();
        rows(&mut section, &scans, &starts);
        assert_eq!(section.rows[1][3..], ["8.0", "2"]);
        assert_eq!(section.rows[2][3..], ["0.5", "1"]);
        rows(&mut section, &[], &[("none", Vec::new())]);
        assert_eq!(section.rows[4][3..], ["–", "–"]);
    }
}
