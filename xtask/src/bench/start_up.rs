//! A start over a long record: until the server answers, beside a full scan of the same facts.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::numbers::{Spread, number, per, shown};
use super::report::Section;
use super::rig::{LOAD_LIMIT, Rig};

const FILL_LIMIT: Duration = Duration::from_mins(12);
const FILL_SECONDS: &str = "600";

pub(super) fn measure(rig: &Rig) -> Result<Section> {
    let mut section = Section::new(
        "A start over a long record",
        &["", "s", "CPU s", "ratio of CPU to the scan"],
    );
    let data = rig.fresh_folder("start-up")?;
    let facts = rig.depth.pick("1000000", "50000");
    let server = rig.castellan(&data, &rig.estate)?;
    let (address, pid) = (server.address.to_string(), server.pid());
    let words = [
        "fill",
        "--server",
        &address,
        "--pid",
        &pid,
        "--facts",
        facts,
        "--seconds-max",
        FILL_SECONDS,
    ];
    let filled = rig.load(&words, FILL_LIMIT)?;
    // Its first start finds what the server left behind when it was told to stop.
    server.stop()?;
    let said = rig.doctor(&data)?;
    section
        .notes
        .push(format!("`castellan doctor` says: {}", said.trim()));
    let journal = data.join("sites").join("bench").join("journal.db");
    let rounds = rig.depth.pick(5, 2);
    let (mut scans, mut starts) = (Vec::new(), Vec::new());
    while starts.len() < rounds && (starts.is_empty() || rig.goes_on()?) {
        scans.push(rig.instead_of_server(&["scan", &journal.to_string_lossy()])?);
        starts.push(start(rig, &data)?);
    }
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
    let server = rig.spawn_castellan(data, &rig.estate)?;
    let (address, pid) = (server.address.to_string(), server.pid());
    let report = rig
        .load(&["wait", "--server", &address, "--pid", &pid], LOAD_LIMIT)
        .context("waiting for the server over a long record")?;
    let took_s = begun.elapsed().as_secs_f64();
    server.stop()?;
    Ok(
        json!({"took_s": took_s, "server_cpu_s": number(&report, "server_cpu_s"), "resident_bytes": number(&report, "resident_bytes")}),
    )
}

fn rows(section: &mut Section, scans: &[Value], starts: &[Value]) {
    let spread = |reports: &[Value], path: &str| {
        Spread::of(reports.iter().map(|report| number(report, path)))
    };
    let scan_cpu = spread(scans, "cpu_s");
    section.row([
        "SQLite, full scan of the facts".to_owned(),
        shown(spread(scans, "took_s"), 2),
        shown(scan_cpu, 2),
        "1".to_owned(),
    ]);
    let (first, later) = starts.split_at(starts.len().min(1));
    for (name, starts) in [("first start", first), ("later starts", later)] {
        let cpu = spread(starts, "server_cpu_s");
        let ratio = cpu
            .zip(scan_cpu)
            .and_then(|(start, scan)| per(start.median, scan.median));
        section.row([
            name.to_owned(),
            shown(spread(starts, "took_s"), 2),
            shown(cpu, 2),
            ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.1}")),
        ]);
    }
    if let Some(memory) = spread(starts, "resident_bytes") {
        section.notes.push(format!(
            "Resident memory after the start: {:.0} MiB",
            memory.median / 1_048_576.0
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_is_told_apart_and_compared_with_the_scan() {
        let scans = [
            json!({"took_s": 0.6, "cpu_s": 0.5}),
            json!({"took_s": 0.6, "cpu_s": 0.5}),
        ];
        let starts = [
            json!({"took_s": 5.0, "server_cpu_s": 4.0, "resident_bytes": 1_048_576}),
            json!({"took_s": 0.3, "server_cpu_s": 0.25, "resident_bytes": 1_048_576}),
            json!({"took_s": 0.3, "server_cpu_s": 0.25, "resident_bytes": 1_048_576}),
        ];
        let mut section = Section::default();
        rows(&mut section, &scans, &starts);
        assert_eq!(section.rows[1][3], "8.0");
        assert_eq!(section.rows[2][3], "0.5");
        rows(&mut section, &[], &[]);
        assert_eq!(section.rows[4][3], "–");
    }
}
