//! G17: who is asked first, beside one bare Dijkstra over the same graph.

use anyhow::Result;
use serde_json::{Value, json};

use super::numbers::{Spread, number, per, shown};
use super::report::Section;
use super::rig::Rig;

/// Of a bare Dijkstra.
const GOAL: f64 = 2.0;

pub(crate) fn measure(rig: &Rig) -> Result<Section> {
    let mut section = Section::new(
        "Who is asked first (G17)",
        &["", "CPU µs", "wall µs", "ratio of CPU"],
    );
    let (rounds, asked) = rig.options.depth.pick(("7", "1000"), ("3", "300"));
    let words = ["ranking", "--rounds", rounds, "--asked", asked];
    let report = rig.instead_of_server(&words)?;
    rows(&mut section, &report);
    section.rounds.push(json!(report));
    Ok(section)
}

fn rows(section: &mut Section, report: &Value) {
    let rounds: Vec<&Value> = report["rounds"].as_array().into_iter().flatten().collect();
    let asked = number(report, "asked");
    let each_us = |half: &str, what: &str| {
        let all = rounds.iter().filter_map(|round| {
            let seconds = number(round, &format!("{half}/{what}"));
            per(seconds * 1e6, asked)
        });
        Spread::of(all)
    };
    let ratio = |half: &str| {
        let all = rounds.iter().filter_map(|round| {
            let ours = number(round, &format!("{half}/cpu_s"));
            per(ours, number(round, "bare/cpu_s"))
        });
        Spread::of(all)
    };
    for (name, half) in [
        ("`petgraph`, one bare Dijkstra", "bare"),
        ("all guards ranked", "ranked"),
        ("of it the search of all ways", "searched"),
    ] {
        section.row([
            name.to_owned(),
            shown(each_us(half, "cpu_s"), 0),
            shown(each_us(half, "took_s"), 0),
            shown(ratio(half), 2),
        ]);
    }
    let ranked = ratio("ranked");
    section.verdict(
        "G17",
        ranked.map(|ratio| ratio.median <= GOAL),
        format!(
            "at most {GOAL} of a bare Dijkstra for all guards, ranked; it is {}",
            shown(ranked, 2)
        ),
    );
    section.notes.push(format!(
        "{} guards, {} of them with a way, {} paths, {} stops; both agree about every junction outdoors",
        number(report, "guards"),
        number(report, "with_way"),
        number(report, "paths"),
        number(report, "stops")
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_is_compared_with_its_own_dijkstra() {
        let round = |ranked: f64, bare: f64| {
            json!({"ranked": {"cpu_s": ranked, "took_s": ranked}, "bare": {"cpu_s": bare, "took_s": bare},
                "searched": {"cpu_s": 0.1, "took_s": 0.1}})
        };
        let rounds = [round(0.3, 0.2), round(0.9, 0.6), round(0.15, 0.1)];
        let report = json!({"asked": 100, "guards": 300, "rounds": rounds});
        let mut section = Section::default();
        rows(&mut section, &report);
        assert_eq!(section.rows[0][1], "2000 (1000–6000)");
        assert_eq!(section.rows[1][3], "1.50 (1.50–1.50)");
        assert_eq!(section.verdicts[0].met, Some(true));
        rows(&mut section, &json!({}));
        assert_eq!(section.verdicts[1].met, None);
    }
}
