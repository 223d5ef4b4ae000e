//! G8: durable events a second beside plain `SQLite` with one commit for each, and how long an
//! acknowledgement takes beside the disk's own sync.

use anyhow::Result;
use serde_json::{Value, json};

use super::numbers::{Spread, number, per, shown};
use super::report::Section;
use super::rig::Rig;

const GOAL_TIMES: f64 = 30.0;
const GOAL_SYNCS: f64 = 3.0;
/// Events under way at once: as many as one turn takes, twice.
const CONNECTIONS: &str = "512";

#[derive(Default)]
struct Rounds {
    syncs: Vec<Value>,
    commits: Vec<Value>,
    events: Vec<Value>,
    calm: Vec<Value>,
}

pub(crate) fn measure(rig: &Rig) -> Result<Section> {
    let mut section = Section::new(
        "Durable events (G8)",
        &["", "per s", "CPU µs each", "p50 ms", "p99 ms"],
    );
    let count = rig.options.depth.pick(5, 1);
    let mut rounds = Rounds::default();
    while rounds.events.len() < count && (rounds.events.is_empty() || rig.goes_on()?) {
        let peer_first = rounds.events.len().is_multiple_of(2);
        if peer_first {
            peers(rig, &mut rounds)?;
        }
        rounds.events.push(flood(rig)?);
        rounds.calm.push(calm(rig)?);
        if !peer_first {
            peers(rig, &mut rounds)?;
        }
    }
    rows(&mut section, &rounds);
    section.rounds.push(json!({
        "syncs": rounds.syncs, "commits": rounds.commits, "events": rounds.events, "calm": rounds.calm,
    }));
    section.notes.push(
        "An event is an HTTP post of a device; the peer is a loop without any network. What is answered 200 is on disk, checked by the number of facts afterwards".to_owned(),
    );
    Ok(section)
}

fn rows(section: &mut Section, rounds: &Rounds) {
    let of = |reports: &[Value], what: &dyn Fn(&Value) -> Option<f64>| {
        Spread::of(reports.iter().filter_map(what))
    };
    let millis = |reports: &[Value], path: &str| {
        Spread::of(reports.iter().map(|report| number(report, path) / 1e3))
    };
    let commit_rate = |report: &Value| per(number(report, "events"), number(report, "took_s"));
    let event_rate = |report: &Value| per(number(report, "recorded"), number(report, "measured_s"));
    let commits_per_s = of(&rounds.commits, &commit_rate);
    let events_per_s = of(&rounds.events, &event_rate);
    let sync_p99 = millis(&rounds.syncs, "syncs/p99_us");
    let calm_p99 = millis(&rounds.calm, "alarm_answers/p99_us");
    let dash = || "–".to_owned();
    section.row([
        "fdatasync of the same disk".to_owned(),
        dash(),
        dash(),
        shown(millis(&rounds.syncs, "syncs/p50_us"), 2),
        shown(sync_p99, 2),
    ]);
    section.row([
        "SQLite, one commit for each event".to_owned(),
        shown(commits_per_s, 0),
        shown(
            of(&rounds.commits, &|r| {
                per(number(r, "cpu_s") * 1e6, number(r, "events"))
            }),
            0,
        ),
        shown(millis(&rounds.commits, "commits/p50_us"), 2),
        shown(millis(&rounds.commits, "commits/p99_us"), 2),
    ]);
    section.row([
        format!("castellan, {CONNECTIONS} under way"),
        shown(events_per_s, 0),
        shown(
            of(&rounds.events, &|r| {
                per(number(r, "server_cpu_s") * 1e6, number(r, "recorded"))
            }),
            0,
        ),
        shown(millis(&rounds.events, "answers/p50_us"), 2),
        shown(millis(&rounds.events, "answers/p99_us"), 2),
    ]);
    section.row([
        "castellan, 200/s from the due time".to_owned(),
        "200".to_owned(),
        dash(),
        shown(millis(&rounds.calm, "alarm_answers/p50_us"), 2),
        shown(calm_p99, 2),
    ]);
    let ratio = Spread::of(
        rounds
            .events
            .iter()
            .zip(&rounds.commits)
            .filter_map(|(events, commits)| per(event_rate(events)?, commit_rate(commits)?)),
    );
    let missing: f64 = rounds
        .events
        .iter()
        .map(|report| (number(report, "recorded_in_all") - number(report, "facts_in_all")).max(0.0))
        .sum();
    if let Some(ratio) = ratio {
        section.verdict(
            "G8",
            Some(ratio.median >= GOAL_TIMES && missed_none(missing)),
            format!(
                "events a second are to be {GOAL_TIMES} times those of one commit for each; they are {ratio:.1} times. Answered and not found afterwards: {missing}"
            ),
        );
    }
    if let (Some(sync), Some(calm)) = (sync_p99, calm_p99) {
        section.verdict(
            "G8",
            Some(calm.median <= GOAL_SYNCS * sync.median),
            format!(
                "an acknowledgement's p99 is to be at most {GOAL_SYNCS} × fdatasync's; at 200/s it is {:.1} ×",
                calm.median / sync.median
            ),
        );
    }
}

fn missed_none(missing: f64) -> bool {
    missing < 1.0
}

fn peers(rig: &Rig, rounds: &mut Rounds) -> Result<()> {
    let folder = rig.fresh_folder("peers")?;
    let folder = folder.to_string_lossy();
    let words = [
        "syncs",
        "--folder",
        &folder,
        "--seconds",
        "2",
        "--per-s",
        "200",
    ];
    rounds.syncs.push(rig.instead_of_server(&words)?);
    let words = ["commits", "--folder", &folder, "--seconds", "3"];
    rounds.commits.push(rig.instead_of_server(&words)?);
    Ok(())
}

fn flood(rig: &Rig) -> Result<Value> {
    let more = ["--connections", CONNECTIONS, "--seconds", "4"];
    rig.load_fresh("events", "events", &more)
}

/// Nobody moves and nobody watches: 200 events a second, each at its time.
fn calm(rig: &Rig) -> Result<Value> {
    let nobody = ["--displays", "0", "--rate", "0", "--seconds", "4"];
    let more = [&nobody[..], &["--alarms-per-s", "200"]].concat();
    rig.load_fresh("events", "fan-out", &more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_compared_by_rate_and_acknowledgements_by_the_disk() {
        let rounds = Rounds {
            syncs: vec![json!({"syncs": {"p50_us": 100, "p99_us": 500}})],
            commits: vec![json!({"events": 1_000, "took_s": 2.0, "cpu_s": 0.1})],
            events: vec![json!({
                "recorded": 40_000, "measured_s": 2.0, "server_cpu_s": 1.0,
                "recorded_in_all": 45_000, "facts_in_all": 45_000,
            })],
            calm: vec![json!({"alarm_answers": {"p50_us": 900, "p99_us": 2_000}})],
        };
        let mut section = Section::default();
        rows(&mut section, &rounds);
        let met: Vec<_> = section.verdicts.iter().map(|verdict| verdict.met).collect();
        assert_eq!(met, [Some(true), Some(false)], "{:?}", section.verdicts);
        assert!(
            section.verdicts[0].sentence.contains("40.0 ("),
            "{:?}",
            section.verdicts
        );
        assert!(
            section.verdicts[1].sentence.contains("4.0 ×"),
            "{:?}",
            section.verdicts
        );
    }

    #[test]
    fn an_answer_without_its_fact_fails_the_goal() {
        let rounds = Rounds {
            commits: vec![json!({"events": 10, "took_s": 1.0})],
            events: vec![json!({
                "recorded": 1_000, "measured_s": 1.0, "recorded_in_all": 1_000, "facts_in_all": 999,
            })],
            ..Rounds::default()
        };
        let mut section = Section::default();
        rows(&mut section, &rounds);
        assert_eq!(section.verdicts[0].met, Some(false));
    }
}
