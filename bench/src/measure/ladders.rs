//! G13: very many ladders that wait, in the domain alone.

use anyhow::Result;
use serde_json::{Value, json};

use super::numbers::{Spread, number, per, shown};
use super::report::Section;
use super::rig::{LOAD_LIMIT, Rig};

/// The kinds of what can be wrong about a ladder.
const WRONG: [&str; 4] = ["lost", "doubled", "after_the_answer", "behind"];

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
            "late p50 / p99 / most, virtual s",
            "lost / doubled / after the answer / behind",
        ],
    );
    alone(rig, &mut section)?;
    Ok(section)
}

/// The engine, its queue and a heap, in turn.
fn alone(rig: &Rig, section: &mut Section) -> Result<()> {
    let ladders = rig.options.depth.pick("1000000", "100000");
    let rounds = rig.options.depth.pick(5, 2);
    for (when, of_engine) in [("spread", rig.options.depth.pick(2, 1)), ("at-once", 1)] {
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
            rig.load(&words, LOAD_LIMIT)
        };
        for _ in 0..of_engine {
            engine.push(run("engine")?);
        }
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
        let due = if when == "spread" {
            "one after the other"
        } else {
            "at one moment"
        };
        for (name, reports) in [
            ("the engine: row, rules, ladder, facts", &engine),
            ("of it the queue, alone", &queue),
            ("`BinaryHeap`", &heap),
        ] {
            row(section, name, due, reports);
        }
        verdict(section, due, &engine);
        let rounds = json!({"when": when, "engine": engine, "queue": queue, "heap": heap});
        section.rounds.push(rounds);
    }
    Ok(())
}

fn row(section: &mut Section, name: &str, due: &str, reports: &[Value]) {
    let of = |what: &dyn Fn(&Value) -> Option<f64>| Spread::of(reports.iter().filter_map(what));
    let fired = |report: &Value| number(report, "ladders") - number(report, "answered");
    let each_us = |path: &'static str, of: &dyn Fn(&Value) -> f64| {
        let all = reports.iter();
        Spread::of(all.filter_map(|report| per(number(report, path) * 1e6, of(report))))
    };
    let all = |report: &Value| number(report, "ladders");
    let answered = |report: &Value| number(report, "answered");
    let late = ["late_p50_ms", "late_p99_ms", "late_most_ms"].map(|path| {
        let late = of(&|report| Some(number(report, path) / 1_000.0));
        late.map_or_else(|| "–".to_owned(), |late| format!("{:.2}", late.median))
    });
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
        late.join(" / "),
        wrong.join(" / "),
    ]);
}

fn verdict(section: &mut Section, due: &str, engine: &[Value]) {
    let counts = engine
        .iter()
        .flat_map(|report| WRONG.map(|path| number(report, path)));
    let wrong: f64 = counts.sum();
    let ladders = engine.first().map(|report| number(report, "ladders"));
    section.verdict(
        "G13, the domain alone",
        ladders.map(|_| wrong == 0.0),
        format!(
            "of {} ladders, due {due}, none is lost, doubled, fired after its answer, or later than a tick and those before it; {wrong} are",
            ladders.unwrap_or_default()
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_counted_by_what_was_done_to_it() {
        let report = |lost: u32| {
            json!({"ladders": 1_000, "answered": 200, "lost": lost, "bytes": 50_000, "begin_cpu_s": 0.01,
                "answer_cpu_s": 0.001, "settle_cpu_s": 0.004, "late_p99_ms": 80, "late_most_ms": 2_000})
        };
        let mut section = Section::default();
        row(&mut section, "ours", "soon", &[report(0), report(3)]);
        let cells = [
            "50 (50–50)",
            "10.00 (10.00–10.00)",
            "5.00 (5.00–5.00)",
            "5.00 (5.00–5.00)",
        ];
        assert_eq!(section.rows[0][2..6], cells);
        assert_eq!(
            section.rows[0][6..],
            ["0.00 / 0.08 / 2.00", "3 / 0 / 0 / 0"]
        );
        verdict(&mut section, "soon", &[report(0)]);
        verdict(&mut section, "soon", &[report(0), report(3)]);
        verdict(&mut section, "soon", &[]);
        let met: Vec<_> = section.verdicts.iter().map(|verdict| verdict.met).collect();
        assert_eq!(met, [Some(true), Some(false), None]);
    }
}
