//! G13: very many ladders that wait: in the domain alone, beside a heap, and in the server, which is killed.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::machine;
use super::numbers::{Spread, number, per, shown};
use super::report::Section;
use super::rig::{LOAD_LIMIT, Rig, Running};
use crate::load::estate;
use crate::load::receiver::TEXT_BYTES_MAX;

/// The kinds of what can be wrong about a ladder.
const WRONG: [&str; 4] = ["lost", "doubled", "after_the_answer", "behind"];
/// Seconds from a button that is pressed to the call; all of them are pressed within that time.
const WAIT_S: u32 = 20;
const PER_S: &str = "2000";
/// A million in the engine take a minute of a core that nobody else wants.
const PENDING_LIMIT: Duration = Duration::from_mins(6);

pub(crate) fn measure(rig: &Rig) -> Result<Section> {
    let mut section = Section::new(
        "Ladders that wait (G13)",
        &[
            "",
            "due",
            "bytes each",
            "CPU µs to begin",
            "to be answered",
            "to fire",
            "ratio of CPU",
            "late p50 / p99 / most, s",
            "lost / doubled / after the answer / behind",
        ],
    );
    let at_first = machine::load();
    alone(rig, &mut section)?;
    killed(rig, &mut section)?;
    let at_last = machine::load();
    section.notes.push(format!(
        "load average of the machine over the last minute, the bench's own part in it: {at_first} at the beginning, {at_last} at the end"
    ));
    Ok(section)
}

/// The engine, its queue and a heap, in turn.
fn alone(rig: &Rig, section: &mut Section) -> Result<()> {
    let ladders = rig.options.depth.pick("1000000", "100000");
    let rounds = rig.options.depth.pick(5, 2);
    for (when, due) in [
        ("spread", "one after the other"),
        ("at-once", "at one moment"),
    ] {
        let (mut engine, mut queue, mut heap) = (Vec::new(), Vec::new(), Vec::new());
        let run = |with: &str| {
            let words = [
                "pending",
                "--with",
                with,
                "--when",
                when,
                "--ladders",
                ladders,
            ];
            rig.load(&words, PENDING_LIMIT)
        };
        engine.push(run("engine")?);
        while queue.len() < rounds && (queue.is_empty() || rig.goes_on()?) {
            let is_even = queue.len().is_multiple_of(2);
            for ours in [is_even, !is_even] {
                if ours {
                    queue.push(run("queue")?);
                } else {
                    heap.push(run("heap")?);
                }
            }
        }
        row(
            section,
            "the engine: row, rules, ladder, facts",
            due,
            &engine,
            None,
        );
        row(section, "of it the queue, alone", due, &queue, Some(&heap));
        row(section, "`BinaryHeap`", due, &heap, Some(&heap));
        verdict(section, due, &[engine.as_slice(), &queue].concat());
        let rounds = json!({"when": when, "engine": engine, "queue": queue, "heap": heap});
        section.rounds.push(rounds);
    }
    Ok(())
}

/// Processor time of a whole run.
fn cpu_s(report: &Value) -> f64 {
    let parts = ["begin_cpu_s", "answer_cpu_s", "settle_cpu_s"];
    parts.map(|part| number(report, part)).iter().sum()
}

fn row(section: &mut Section, name: &str, due: &str, reports: &[Value], peer: Option<&[Value]>) {
    let of = |what: &dyn Fn(&Value) -> Option<f64>| Spread::of(reports.iter().filter_map(what));
    let fired = |report: &Value| number(report, "ladders") - number(report, "answered");
    let each_us = |path: &'static str, of: &dyn Fn(&Value) -> f64| {
        let all = reports.iter();
        Spread::of(all.filter_map(|report| per(number(report, path) * 1e6, of(report))))
    };
    let all = |report: &Value| number(report, "ladders");
    let answered = |report: &Value| number(report, "answered");
    let pairs = reports.iter().zip(peer.unwrap_or_default());
    let ratio = Spread::of(pairs.filter_map(|(ours, peer)| per(cpu_s(ours), cpu_s(peer))));
    let wrong = WRONG.map(|path| {
        let sum: f64 = reports.iter().map(|report| number(report, path)).sum();
        format!("{sum}")
    });
    section.row([
        name.to_owned(),
        due.to_owned(),
        shown(of(&|report| per(number(report, "bytes"), all(report))), 0),
        shown(each_us("begin_cpu_s", &all), 2),
        shown(each_us("answer_cpu_s", &answered), 2),
        shown(each_us("settle_cpu_s", &fired), 2),
        shown(ratio, 1),
        late(reports, "late"),
        wrong.join(" / "),
    ]);
}

/// The three figures of a lateness, in seconds.
fn late(reports: &[Value], path: &str) -> String {
    let figures = ["p50_ms", "p99_ms", "most_ms"].map(|figure| {
        let path = format!("{path}/{figure}");
        let late = Spread::of(reports.iter().map(|report| number(report, &path) / 1_000.0));
        late.map_or_else(|| "–".to_owned(), |late| format!("{:.2}", late.median))
    });
    figures.join(" / ")
}

fn verdict(section: &mut Section, due: &str, ours: &[Value]) {
    let counts = ours
        .iter()
        .flat_map(|report| WRONG.map(|path| number(report, path)));
    let wrong: f64 = counts.sum();
    let ladders = ours.first().map(|report| number(report, "ladders"));
    section.verdict(
        "G13, the domain alone",
        ladders.map(|_| wrong == 0.0),
        format!(
            "of {} ladders, due {due}, none is lost, doubled, fired after its answer, or later than a tick and those before it; {wrong} are",
            ladders.unwrap_or_default()
        ),
    );
}

/// The server, killed while some have called and the others are due or wait.
fn killed(rig: &Rig, section: &mut Section) -> Result<()> {
    let (ladders, until_kill_s) = rig.options.depth.pick(("20000", 8), ("4000", 2));
    let estate = rig.estate_with_ladder(ladders, WAIT_S)?;
    let data = rig.fresh_folder("ladders")?;
    let receiver = rig.receiver()?;
    let channels = channels(rig, &receiver)?;
    let outward = [OsStr::new("--channels"), channels.as_os_str()];
    let mut server = rig.spawn_castellan(&data, &estate, &outward)?;
    server.wait_healthy()?;
    let begun = Instant::now();
    let press = ["--ladders", ladders, "--per-s", PER_S];
    let pressed = rig.load_on(&server, "press", &press, LOAD_LIMIT)?;
    let kill_at = begun + Duration::from_secs((WAIT_S + until_kill_s).into());
    thread::sleep(kill_at.saturating_duration_since(Instant::now()));
    server.kill()?;
    let ended_at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let killed = Instant::now();
    let server = rig.spawn_castellan(&data, &estate, &outward)?;
    let awake = rig.load_on(&server, "wait", &[], LOAD_LIMIT)?;
    let down_s = killed.elapsed().as_secs_f64();
    let quiet = rig.load_on(&server, "quiet", &[], LOAD_LIMIT)?;
    server.stop()?;
    let journal = data.join("sites").join("bench").join("journal.db");
    let ended_at = ended_at.as_micros().to_string();
    let words = [
        "called",
        &journal.to_string_lossy(),
        "--ended-at",
        &ended_at,
    ];
    let called = rig.load(&words, LOAD_LIMIT)?;
    let came = rig.load(&["received", &receiver.address.to_string()], LOAD_LIMIT)?;
    receiver.stop()?;
    let said = rig.doctor(&data)?;
    let report = json!({"pressed": pressed, "awake": awake, "down_s": down_s, "quiet": quiet,
        "called": called, "received": came});
    over_the_kill(section, &report);
    section
        .notes
        .push(format!("`castellan doctor` says: {}", said.trim()));
    section.rounds.push(report);
    Ok(())
}

/// How whoever is called is reached: by texts, of which each carries what waits together.
fn channels(rig: &Rig, receiver: &Running) -> Result<PathBuf> {
    let (url, path) = ["url", "toml"]
        .map(|of| rig.folder().join(format!("ladders-channels.{of}")))
        .into();
    let called = estate::called();
    let file = format!(
        "[person.{called}]\nreach = [{{ by = \"sms\", at = \"1\" }}]\n\
         [sms]\nurl_file = {:?}\nbody = '{{to}} {{id}} {{text}}'\nbytes_max = {TEXT_BYTES_MAX}\n",
        url.to_string_lossy()
    );
    for (path, text) in [
        (&url, format!("http://{}/", receiver.address)),
        (&path, file),
    ] {
        fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(path)
}

fn over_the_kill(section: &mut Section, report: &Value) {
    let of = |path: &str| number(report, path);
    let each = |whole: f64, of: f64, digits: usize| shown(Spread::of(per(whole, of)), digits);
    let pressed = of("pressed/recorded");
    // What it takes to start is not in it; what it takes to tell of the calls is.
    let fired_cpu_us = (of("quiet/server_cpu_s") - of("awake/server_cpu_s")) * 1e6;
    let dash = || "–".to_owned();
    let until_killed = [
        each(of("pressed/server_bytes"), pressed, 0),
        each(of("pressed/server_cpu_s") * 1e6, pressed, 0),
        dash(),
        dash(),
    ];
    let after = of("called/after/called");
    let after_start = [dash(), dash(), dash(), each(fired_cpu_us, after, 0)];
    for (name, part, figures) in [
        ("the server, until it is killed", "before", until_killed),
        ("the server, after its start", "after", after_start),
    ] {
        let of = |path: &str| number(report, &format!("called/{part}/{path}"));
        let late = late(&[report["called"][part].clone()], "late");
        let called = format!("{} called", of("called"));
        let cells = [name.to_owned(), "one after the other".to_owned()];
        let cells = cells.into_iter().chain(figures);
        section.row(cells.chain([dash(), late, called]));
        let per_s = per(of("called"), of("took_ms") / 1_000.0).unwrap_or_default();
        section.notes.push(format!(
            "{name}: {per_s:.0} calls a second; later than a tick and those before it account for: at most {:.0} ms, p99 {:.0} ms",
            of("behind/most_ms"),
            of("behind/p99_ms")
        ));
    }
    section.notes.push(format!(
        "the server was killed and started again; it answered after {:.2} s; between the last fact before and the first call after lay {:.2} s",
        of("down_s"),
        of("called/silent_ms") / 1_000.0
    ));
    section.notes.push(format!(
        "{} texts came, which tell of {} buttons; two texts tell of {} of them, which were sent and not yet recorded when the server was killed; the outbox had no room for {}",
        of("received/texts"),
        of("received/told"),
        of("received/told_again"),
        of("quiet/left_out")
    ));
    kill_verdict(section, report);
}

fn kill_verdict(section: &mut Section, report: &Value) {
    let of = |path: &str| number(report, path);
    let counts = ["begun", "lost", "doubled", "settled"];
    let [begun, lost, doubled, settled] = counts.map(|path| of(&format!("called/{path}")));
    let told = of("received/told");
    let is_all = |path: &str| report.pointer(path) == report.pointer("/called/begun");
    let parts = ["before", "after"].map(|part| of(&format!("called/{part}/called")));
    // All must have waited at once, and the end must have come between.
    let is_telling = of("pressed/refused") == 0.0
        && is_all("/pressed/recorded")
        && of("pressed/took_s") < f64::from(WAIT_S)
        && parts.iter().all(|called| *called > 0.0);
    let arrived = ["/called/settled", "/received/told"];
    let met = [lost, doubled] == [0.0, 0.0] && arrived.into_iter().all(is_all);
    section.verdict(
        "G13, the server killed",
        is_telling.then_some(met),
        format!(
            "of {begun} ladders {} called before the end and {} after it; lost: {lost}, doubled: {doubled}; \
             by the record {settled} calls were taken, and the receiver was told of {told}",
            parts[0], parts[1]
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_counted_by_what_was_done_to_it_and_compared_with_the_peer_of_its_round() {
        let report = |lost: u32| {
            json!({"ladders": 1_000, "answered": 200, "lost": lost, "bytes": 50_000, "begin_cpu_s": 0.01,
                "answer_cpu_s": 0.001, "settle_cpu_s": 0.004, "late": {"p99_ms": 80, "most_ms": 2_000}})
        };
        let peers = [json!({"begin_cpu_s": 0.005}), json!({"begin_cpu_s": 0.01})];
        let mut section = Section::default();
        row(
            &mut section,
            "ours",
            "soon",
            &[report(0), report(3)],
            Some(&peers),
        );
        let cells = [
            "50 (50–50)",
            "10.00 (10.00–10.00)",
            "5.00 (5.00–5.00)",
            "5.00 (5.00–5.00)",
            "2.2 (1.5–3.0)",
        ];
        assert_eq!(section.rows[0][2..7], cells);
        assert_eq!(
            section.rows[0][7..],
            ["0.00 / 0.08 / 2.00", "3 / 0 / 0 / 0"]
        );
        verdict(&mut section, "soon", &[report(0)]);
        verdict(&mut section, "soon", &[report(0), report(3)]);
        verdict(&mut section, "soon", &[]);
        let met: Vec<_> = section.verdicts.iter().map(|verdict| verdict.met).collect();
        assert_eq!(met, [Some(true), Some(false), None]);
    }

    #[test]
    fn the_kill_is_met_only_if_it_came_between_and_nothing_is_lost_or_doubled() {
        let told = |before: u32, lost: u32, told: u32, took_s: f64| {
            let report = json!({
                "pressed": {"recorded": 100, "refused": 0, "took_s": took_s, "server_cpu_s": 0.01, "server_bytes": 5_000},
                "awake": {"server_cpu_s": 0.5}, "quiet": {"server_cpu_s": 0.56},
                "received": {"texts": 10, "told": told, "told_again": 3},
                "called": {"begun": 100, "lost": lost, "doubled": 0, "settled": 100,
                    "before": {"called": before}, "after": {"called": 100 - before - lost}}});
            let mut section = Section::default();
            over_the_kill(&mut section, &report);
            (section.rows, section.verdicts[0].met)
        };
        let (rows, met) = told(40, 0, 100, 9.0);
        assert_eq!(met, Some(true));
        assert_eq!(rows[0][2..4], ["50 (50–50)", "100 (100–100)"]);
        assert_eq!(rows[1][5..6], ["1000 (1000–1000)"]);
        assert_eq!((rows[0].len(), rows[1].len()), (9, 9));
        let met = |before, lost, reached, took_s| told(before, lost, reached, took_s).1;
        assert_eq!(met(40, 1, 100, 9.0), Some(false));
        assert_eq!(met(40, 0, 99, 9.0), Some(false), "one was told to nobody");
        assert_eq!(met(0, 0, 100, 9.0), None, "none had called");
        assert_eq!(met(40, 0, 100, 30.0), None, "not all waited at once");
    }
}
