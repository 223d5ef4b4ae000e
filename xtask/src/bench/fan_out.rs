//! G1: what a delivered position costs the server, beside the WebSocket of nats-server.

use anyhow::Result;
use serde_json::{Value, json};

use super::numbers::{Spread, number, per, shown};
use super::report::Section;
use super::rig::{LOAD_LIMIT, Rig};

/// Displays and updates a second.
const CASES: [(u32, u32); 4] = [(200, 500), (200, 2_000), (500, 500), (500, 2_000)];
const PEOPLE: &str = "2000";
/// Rounds that may be thrown away in each case.
const SPARE_ROUNDS: usize = 3;
/// Above it the generator's core was the limit.
const CLIENT_SHARE_MAX: f64 = 0.85;
/// Updates later than this at p99 mean that the generator did not keep up. It reads with the same thread: while it does not,
/// a server's small messages pile up into large ones, which flatters whoever sends many.
const LATE_MAX_US: f64 = 20_000.0;
const GOAL_RATIO: f64 = 0.25;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Ours,
    Nats,
}

impl Side {
    const fn name(self) -> &'static str {
        match self {
            Self::Ours => "castellan",
            Self::Nats => "nats-server",
        }
    }
}

pub(super) fn measure(rig: &Rig) -> Result<Section> {
    let mut section = Section::new(
        "Fan-out of positions (G1)",
        &[
            "displays × updates/s",
            "CPU µs per delivery",
            "of it fan-out",
            "nats-server",
            "ratio",
            "core used, ours / nats",
            "bytes per delivery, ours / nats",
            "freshness p50 / p99 ms, ours",
            "nats",
            "delivered of sent",
        ],
    );
    let rounds = rig.depth.pick(5, 2);
    let mut last_ratio = None;
    for (displays, rate) in CASES.into_iter().skip(rig.depth.pick(0, 3)) {
        let alone = without_displays(rig, rate, rig.depth.pick(3, 1), &mut section)?;
        let mut pairs: Vec<(Value, Option<Value>)> = Vec::new();
        let mut thrown = 0;
        while pairs.len() < rounds
            && thrown <= SPARE_ROUNDS
            && (pairs.is_empty() || rig.goes_on()?)
        {
            // ABBA: whatever the machine does to the second, it does to both in turn.
            let order = if (pairs.len() + thrown).is_multiple_of(2) {
                [Side::Ours, Side::Nats]
            } else {
                [Side::Nats, Side::Ours]
            };
            let (mut ours, mut nats) = (None, None);
            for side in order {
                let report = run(rig, side, displays, rate)?;
                match side {
                    Side::Ours => ours = report,
                    Side::Nats => nats = report,
                }
            }
            let Some(ours) = ours else { break };
            let limits = [Some(&ours), nats.as_ref()];
            let limit = limits
                .into_iter()
                .flatten()
                .find_map(|report| limit_of(report, displays));
            for (side, report) in [(Side::Ours, Some(&ours)), (Side::Nats, nats.as_ref())] {
                section.rounds.extend(report.map(|report| {
                    json!({"peer": side.name(), "displays": displays, "rate": rate, "thrown": limit, "report": report})
                }));
            }
            if let Some(limit) = limit {
                thrown += 1;
                section.notes.push(format!(
                    "{displays} × {rate}: a round was thrown away: {limit}."
                ));
            } else {
                pairs.push((ours, nats));
            }
        }
        last_ratio = row(&mut section, (displays, rate), alone, &pairs);
    }
    match last_ratio {
        Some(ratio) => section.verdict(
            "G1",
            Some(ratio.median <= GOAL_RATIO),
            format!(
                "CPU per delivery at 500 × 2,000 is to be at most {GOAL_RATIO} of nats-server's; it is {ratio}. Ingest of OwnTracks posts and storage are within ours, a bare publish is within theirs"
            ),
        ),
        None => section.verdict("G1", None, "no round of both counted: nats-server is missing, or the generator was the limit each time".to_owned()),
    }
    section.notes.push(
        "An update is one position of one person. Ours come in as HTTP posts of OwnTracks, are stored, and go out on a tick of 100 ms in one frame for all; nats-server's come in over one TCP connection, are not stored, and go out as one message each. A delivery is one position at one display on both sides".to_owned(),
    );
    Ok(section)
}

/// The part of a core that taking and storing positions needs while nobody watches.
fn without_displays(
    rig: &Rig,
    rate: u32,
    rounds: usize,
    section: &mut Section,
) -> Result<Option<Spread>> {
    let mut shares = Vec::new();
    for _ in 0..rounds {
        let Some(report) = run(rig, Side::Ours, 0, rate)? else {
            break;
        };
        shares.extend(per(
            number(&report, "server_cpu_s"),
            number(&report, "measured_s"),
        ));
        section.rounds.push(
            json!({"peer": Side::Ours.name(), "displays": 0, "rate": rate, "report": report}),
        );
    }
    Ok(Spread::of(shares))
}

fn run(rig: &Rig, side: Side, displays: u32, rate: u32) -> Result<Option<Value>> {
    let server = match side {
        Side::Ours => Some(rig.castellan(&rig.fresh_folder("fan-out")?, &rig.estate)?),
        Side::Nats => rig.nats()?,
    };
    let Some(server) = server else {
        return Ok(None);
    };
    let seconds = rig.depth.pick("4", "3");
    let (address, second) = (server.address.to_string(), server.second.to_string());
    let (pid, displays, rate) = (server.pid(), displays.to_string(), rate.to_string());
    let mut words = match side {
        Side::Ours => vec!["fan-out"],
        Side::Nats => vec!["nats-fan-out", "--tcp", &second],
    };
    words.extend(["--server", &address, "--pid", &pid, "--displays", &displays]);
    words.extend(["--rate", &rate, "--people", PEOPLE, "--seconds", seconds]);
    let report = rig.load(&words, LOAD_LIMIT)?;
    server.stop()?;
    Ok(Some(report))
}

/// Why a round does not count, if so.
fn limit_of(report: &Value, displays: u32) -> Option<&'static str> {
    let displays = f64::from(displays);
    if number(report, "client_share") > CLIENT_SHARE_MAX {
        return Some("the generator's core was the limit");
    }
    if number(report, "posts/late/p99_us") > LATE_MAX_US {
        return Some("the generator sent too late");
    }
    let arrived = number(report, "complete") >= displays
        && number(report, "faults") < 1.0
        && number(report, "gone") < 1.0;
    (!arrived).then_some("not everything arrived")
}

fn row(
    section: &mut Section,
    (displays, rate): (u32, u32),
    alone: Option<Spread>,
    pairs: &[(Value, Option<Value>)],
) -> Option<Spread> {
    let cost = |report: &Value| {
        per(
            number(report, "server_cpu_s") * 1e6,
            number(report, "delivered"),
        )
    };
    let share = |report: &Value| per(number(report, "server_cpu_s"), number(report, "measured_s"));
    let bytes = |report: &Value| per(number(report, "bytes"), number(report, "delivered"));
    let millis = |reports: &[&Value], path: &str| {
        let values = reports.iter().map(|report| number(report, path) / 1e3);
        Spread::of(values).map_or_else(|| "–".to_owned(), |spread| format!("{:.0}", spread.median))
    };
    let ours: Vec<&Value> = pairs.iter().map(|(ours, _)| ours).collect();
    let nats: Vec<&Value> = pairs.iter().filter_map(|(_, nats)| nats.as_ref()).collect();
    let of = |reports: &[&Value], what: &dyn Fn(&Value) -> Option<f64>| {
        Spread::of(reports.iter().filter_map(|report| what(report)))
    };
    let fan_out = |report: &Value| {
        let seconds = number(report, "measured_s");
        let rest = number(report, "server_cpu_s") - alone?.median * seconds;
        per(rest * 1e6, number(report, "delivered"))
    };
    let ratio = Spread::of(
        pairs
            .iter()
            .filter_map(|(ours, nats)| per(cost(ours)?, cost(nats.as_ref()?)?)),
    );
    let kept = |report: &Value| {
        per(
            number(report, "delivered"),
            number(report, "stored") * f64::from(displays),
        )
    };
    section.row([
        format!("{displays} × {rate}"),
        shown(of(&ours, &cost), 2),
        shown(of(&ours, &fan_out), 2),
        shown(of(&nats, &cost), 2),
        shown(ratio, 2),
        format!(
            "{} / {}",
            shown(of(&ours, &share), 2),
            shown(of(&nats, &share), 2)
        ),
        format!(
            "{} / {}",
            shown(of(&ours, &bytes), 1),
            shown(of(&nats, &bytes), 1)
        ),
        format!(
            "{} / {}",
            millis(&ours, "freshness/p50_us"),
            millis(&ours, "freshness/p99_us")
        ),
        format!(
            "{} / {}",
            millis(&nats, "freshness/p50_us"),
            millis(&nats, "freshness/p99_us")
        ),
        shown(of(&ours, &kept), 3),
    ]);
    ratio
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(cpu_s: f64) -> Value {
        json!({
            "measured_s": 4.0, "server_cpu_s": cpu_s, "client_share": 0.2, "stored": 8_000,
            "delivered": 4_000_000, "bytes": 32_000_000, "faults": 0, "complete": 500, "gone": 0,
            "posts": {"late": {"p99_us": 2_000}}, "freshness": {"p50_us": 54_000, "p99_us": 104_000},
        })
    }

    #[test]
    fn a_row_compares_per_delivery_and_takes_ingest_off_for_the_fan_out() {
        let mut section = Section::default();
        let pairs = [
            (report(1.2), Some(report(2.4))),
            (report(1.2), Some(report(4.8))),
        ];
        let alone = Spread::of([0.2]);
        let ratio = row(&mut section, (500, 2_000), alone, &pairs).expect("a peer");
        assert!((ratio.median - 0.375).abs() < 1e-9, "{ratio:?}");
        let cells = &section.rows[0];
        assert_eq!(cells[1], "0.30 (0.30–0.30)");
        assert_eq!(cells[2], "0.10 (0.10–0.10)");
        assert_eq!(cells[9], "1.000 (1.000–1.000)");
    }

    #[test]
    fn a_round_counts_only_if_all_arrived_and_the_generator_had_room() {
        assert_eq!(limit_of(&report(1.0), 500), None);
        for (field, value) in [
            ("client_share", json!(0.9)),
            ("complete", json!(499)),
            ("faults", json!(1)),
            ("gone", json!(2)),
            ("posts", json!({"late": {"p99_us": 21_000}})),
        ] {
            let mut bad = report(1.0);
            bad[field] = value;
            assert!(limit_of(&bad, 500).is_some(), "{field}");
        }
    }
}
