//! G1: what a delivered position costs the server, beside the sockets of nats-server and of Bun.

use anyhow::Result;
use serde_json::{Value, json};

use super::numbers::{Spread, number, per, shown};
use super::peers::{March, Side};
use super::report::Section;
use super::rig::Rig;

/// Displays and updates a second.
const CASES: [(u32, u32); 4] = [(200, 500), (200, 2_000), (500, 500), (500, 2_000)];
const PEOPLE: u32 = 2_000;
/// Rounds that may be thrown away in each case.
const SPARE_ROUNDS: usize = 3;
/// Above it the generator's core was the limit.
pub(crate) const CLIENT_SHARE_MAX: f64 = 0.85;
/// Updates later than this at p99 mean that the generator did not keep up. It reads with the same thread: while it does not,
/// a server's small messages pile up into large ones, which flatters whoever sends many.
pub(crate) const LATE_MAX_US: f64 = 20_000.0;
const GOAL_RATIO_NATS: f64 = 0.25;
const GOAL_RATIO_BUN: f64 = 0.5;

pub(crate) fn measure(rig: &Rig) -> Result<Section> {
    let mut section = Section::new(
        "Fan-out of positions (G1)",
        &[
            "displays × updates/s",
            "CPU µs per delivery",
            "of it fan-out",
            "nats-server",
            "ratio",
            "Bun",
            "ratio",
            "core used, ours / nats / Bun",
            "bytes per delivery, ours / nats / Bun",
            "freshness p50 / p99 ms, ours",
            "nats",
            "Bun",
            "delivered of sent",
        ],
    );
    let rounds = rig.options.depth.pick(5, 2);
    let mut last = (None, None);
    for (displays, rate) in CASES.into_iter().skip(rig.options.depth.pick(0, 3)) {
        let alone = without_displays(rig, rate, rig.options.depth.pick(3, 1), &mut section)?;
        let mut kept: Vec<Round> = Vec::new();
        let mut thrown = 0;
        while kept.len() < rounds && thrown <= SPARE_ROUNDS && (kept.is_empty() || rig.goes_on()?) {
            let is_even = (kept.len() + thrown).is_multiple_of(2);
            let round = round(rig, is_even, march(rig, displays, rate), &mut section)?;
            if round.counts() {
                kept.push(round);
            } else {
                thrown += 1;
            }
        }
        last = row(&mut section, (displays, rate), alone, &kept);
    }
    for (ratio, peer, goal) in [
        (last.0, Side::Nats, GOAL_RATIO_NATS),
        (last.1, Side::Bun, GOAL_RATIO_BUN),
    ] {
        let peer = peer.name();
        match ratio {
            Some(ratio) => section.verdict(
                "G1",
                Some(ratio.median <= goal),
                format!(
                    "CPU per delivery at 500 × 2,000 is to be at most {goal} of {peer}'s; it is {ratio}. Ingest of OwnTracks posts and storage are within ours, a bare publish is within theirs"
                ),
            ),
            None => section.verdict("G1", None, format!("no round of both counted: {peer} is missing, or the generator was the limit each time")),
        }
    }
    section.notes.push(
        "An update is one position of one person. Ours come in as HTTP posts of OwnTracks, are stored, and go out on a tick of 100 ms in one frame for all; the peers' come in over one connection, are not stored, and go out as one message each. A delivery is one position at one display on all sides".to_owned(),
    );
    Ok(section)
}

/// One side of a round.
type Pick = fn(&Round) -> Option<&Value>;

/// What came of one turn of everybody. What does not count is not in it.
#[derive(Default)]
struct Round {
    ours: Option<Value>,
    nats: Option<Value>,
    bun: Option<Value>,
    /// nats-server is there and did not count.
    nats_failed: bool,
}

impl Round {
    /// Bun is not waited for: where its small messages are too much for the generator they always are.
    fn counts(&self) -> bool {
        self.ours.is_some() && !self.nats_failed
    }
}

fn round(rig: &Rig, is_even: bool, march: March, section: &mut Section) -> Result<Round> {
    // ABBA: whatever the machine does to the second, it does to each in turn.
    let mut order = [Side::Ours, Side::Nats, Side::Bun];
    if !is_even {
        order.reverse();
    }
    let mut round = Round::default();
    for side in order {
        let report = match rig.fan_out(side, march, &rig.estate) {
            Ok(Some(report)) => report,
            Ok(None) => continue,
            // A peer's trouble is not ours; without our own there is nothing to compare.
            Err(error) if side != Side::Ours => {
                let said = format!("a round of {} broke off: {error:#}", side.name());
                section.notes.push(said);
                round.nats_failed |= side == Side::Nats;
                continue;
            }
            Err(error) => return Err(error),
        };
        let limit = limit_of(&report, march.displays);
        section.rounds.push(json!({
            "peer": side.name(), "displays": march.displays, "rate": march.rate, "thrown": limit, "report": report,
        }));
        if let Some(limit) = limit {
            section.notes.push(format!(
                "{} × {}: a round of {} was thrown away: {limit}.",
                march.displays,
                march.rate,
                side.name()
            ));
        }
        let counted = limit.is_none().then_some(report);
        match side {
            Side::Ours => round.ours = counted,
            Side::Nats => {
                round.nats_failed = counted.is_none();
                round.nats = counted;
            }
            Side::Bun => round.bun = counted,
            Side::Mosquitto => {}
        }
    }
    Ok(round)
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
        let Some(report) = rig.fan_out(Side::Ours, march(rig, 0, rate), &rig.estate)? else {
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

fn march(rig: &Rig, displays: u32, rate: u32) -> March {
    March {
        displays,
        rate,
        people: PEOPLE,
        seconds: rig.options.depth.pick(4, 3),
    }
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
    rounds: &[Round],
) -> (Option<Spread>, Option<Spread>) {
    let cost = |report: &Value| {
        per(
            number(report, "server_cpu_s") * 1e6,
            number(report, "delivered"),
        )
    };
    let share = |report: &Value| per(number(report, "server_cpu_s"), number(report, "measured_s"));
    let bytes = |report: &Value| per(number(report, "bytes"), number(report, "delivered"));
    let of = |side: Pick, what: &dyn Fn(&Value) -> Option<f64>| {
        Spread::of(rounds.iter().filter_map(|round| what(side(round)?)))
    };
    let ours: Pick = |round| round.ours.as_ref();
    let nats: Pick = |round| round.nats.as_ref();
    let bun: Pick = |round| round.bun.as_ref();
    let fan_out = |report: &Value| {
        let seconds = number(report, "measured_s");
        let rest = number(report, "server_cpu_s") - alone?.median * seconds;
        per(rest * 1e6, number(report, "delivered"))
    };
    let ratio = |peer: Pick| {
        let each = |round: &Round| per(cost(round.ours.as_ref()?)?, cost(peer(round)?)?);
        Spread::of(rounds.iter().filter_map(each))
    };
    let kept = |report: &Value| {
        per(
            number(report, "delivered"),
            number(report, "stored") * f64::from(displays),
        )
    };
    let three = |what: &dyn Fn(&Value) -> Option<f64>, digits: usize| {
        format!(
            "{} / {} / {}",
            shown(of(ours, what), digits),
            shown(of(nats, what), digits),
            shown(of(bun, what), digits)
        )
    };
    let freshness = |side: Pick| {
        let millis = |path: &'static str| {
            let spread = of(side, &|report| Some(number(report, path) / 1e3));
            spread.map_or_else(|| "–".to_owned(), |spread| format!("{:.0}", spread.median))
        };
        format!(
            "{} / {}",
            millis("freshness/p50_us"),
            millis("freshness/p99_us")
        )
    };
    let ratios = (ratio(nats), ratio(bun));
    section.row([
        format!("{displays} × {rate}"),
        shown(of(ours, &cost), 2),
        shown(of(ours, &fan_out), 2),
        shown(of(nats, &cost), 2),
        shown(ratios.0, 2),
        shown(of(bun, &cost), 2),
        shown(ratios.1, 2),
        three(&share, 2),
        three(&bytes, 1),
        freshness(ours),
        freshness(nats),
        freshness(bun),
        shown(of(ours, &kept), 3),
    ]);
    ratios
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
        let round = |nats: f64, bun: Option<f64>| Round {
            ours: Some(report(1.2)),
            nats: Some(report(nats)),
            bun: bun.map(report),
            nats_failed: false,
        };
        let rounds = [round(2.4, Some(1.6)), round(4.8, None)];
        let alone = Spread::of([0.2]);
        let (nats, bun) = row(&mut section, (500, 2_000), alone, &rounds);
        let (nats, bun) = (nats.expect("a peer"), bun.expect("another"));
        assert!((nats.median - 0.375).abs() < 1e-9, "{nats:?}");
        assert!((bun.median - 0.75).abs() < 1e-9, "{bun:?}");
        let cells = &section.rows[0];
        assert_eq!(cells[1], "0.30 (0.30–0.30)");
        assert_eq!(cells[2], "0.10 (0.10–0.10)");
        assert_eq!(cells[5], "0.40 (0.40–0.40)");
        assert_eq!(cells[12], "1.000 (1.000–1.000)");
    }

    #[test]
    fn nats_server_is_waited_for_where_it_is_there_and_bun_is_not() {
        let round = |nats: bool, nats_failed: bool| Round {
            ours: Some(report(1.0)),
            nats: nats.then(|| report(2.0)),
            bun: None,
            nats_failed,
        };
        assert!(round(true, false).counts());
        assert!(round(false, false).counts());
        assert!(!round(false, true).counts());
        assert!(!Round::default().counts());
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
