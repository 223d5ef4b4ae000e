//! G6: the memory of a display that sees nothing happen, beside a subscriber of nats-server.

use anyhow::Result;
use serde_json::{Value, json};

use super::numbers::{Spread, number, per, shown};
use super::report::Section;
use super::rig::{LOAD_LIMIT, Rig, Running};

const DISPLAYS: &str = "1000";
const GOAL_KIB: f64 = 8.0;
const GOAL_RATIO: f64 = 1.0 / 3.0;

pub(crate) fn measure(rig: &Rig) -> Result<Section> {
    let mut section = Section::new(
        "Memory of 1,000 idle displays (G6)",
        &["", "KiB per display", "of the server before, MiB"],
    );
    let rounds = rig.options.depth.pick(5, 1);
    let (mut ours, mut nats) = (Vec::new(), Vec::new());
    while ours.len() < rounds && (ours.is_empty() || rig.goes_on()?) {
        let server = rig.castellan(&rig.fresh_folder("idle")?, &rig.estate)?;
        ours.push(hold(rig, server, &[])?);
        if let Some(server) = rig.nats()? {
            nats.push(hold(rig, server, &["--nats"])?);
        }
    }
    let each = |report: &Value| {
        let grown = number(report, "with_bytes") - number(report, "before_bytes");
        per(grown / 1_024.0, number(report, "displays"))
    };
    let before = |report: &Value| Some(number(report, "before_bytes") / 1_048_576.0);
    for (name, reports) in [("castellan", &ours), ("nats-server", &nats)] {
        section.row([
            name.to_owned(),
            shown(Spread::of(reports.iter().filter_map(each)), 1),
            shown(Spread::of(reports.iter().filter_map(before)), 1),
        ]);
    }
    let own = Spread::of(ours.iter().filter_map(each));
    if let Some(own) = own {
        section.verdict(
            "G6",
            Some(own.median <= GOAL_KIB),
            format!("at most {GOAL_KIB} KiB; it is {own:.1}"),
        );
    }
    let ratio = Spread::of(
        ours.iter()
            .zip(&nats)
            .filter_map(|(a, b)| per(each(a)?, each(b)?)),
    );
    match ratio {
        Some(ratio) => section.verdict(
            "G6",
            Some(ratio.median <= GOAL_RATIO),
            format!("at most a third of nats-server's; it is {ratio}"),
        ),
        None => section.verdict(
            "G6",
            None,
            "there is no nats-server to compare with".to_owned(),
        ),
    }
    section.notes.push(
        "Resident memory of the process 3 s after the last display came, less that before the first, in a fresh process each time. Buffers of sockets in the kernel are not in it".to_owned(),
    );
    section
        .rounds
        .push(json!({"castellan": ours, "nats-server": nats}));
    Ok(section)
}

fn hold(rig: &Rig, server: Running, more: &[&str]) -> Result<Value> {
    let more = [&["--displays", DISPLAYS], more].concat();
    let report = rig.load_on(&server, "idle", &more, LOAD_LIMIT)?;
    server.stop()?;
    Ok(report)
}
