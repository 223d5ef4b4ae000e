//! The ways through procedures: what comes next, and that all of them end.

use crate::common::id;
use crate::procedure::{asking, full, read, step, then, words};
use castellan_domain::ids::StepId;
use castellan_domain::procedure::{FAULTS_MAX, Outcome, Procedure};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

type Told<'a> = &'a [(&'a str, &'a str)];

/// What has become of steps: `-` skipped, `+` done, else the answer.
fn outcomes(told: Told<'_>) -> BTreeMap<StepId, Outcome> {
    let outcome = |word: &str| match word {
        "+" => Outcome::Done,
        "-" => Outcome::Skipped,
        answer => Outcome::Answered(id(answer)),
    };
    told.iter()
        .map(|(step, word)| (id(step), outcome(word)))
        .collect()
}

fn next<'a>(procedure: &'a Procedure, told: Told<'_>) -> Vec<&'a str> {
    let known = outcomes(told);
    let next = procedure.next(|id| known.get(id));
    next.into_iter().map(|step| step.id.as_str()).collect()
}

#[test]
fn what_comes_next_follows_from_what_was_done_answered_and_left_out() {
    let procedure = Procedure::read(&full()).unwrap();
    let cases: [(Told<'_>, &[&str]); 11] = [
        (&[], &["verify"]),
        (&[("verify", "real")], &["call", "protect"]),
        (&[("verify", "false")], &["cause"]),
        (&[("verify", "drill")], &[]),
        // What nobody answered goes the way of the first answer.
        (&[("verify", "-")], &["call", "protect"]),
        (&[("verify", "+")], &["call", "protect"]),
        (&[("verify", "gone")], &["call", "protect"]),
        (&[("verify", "real"), ("protect", "+")], &["call"]),
        (&[("verify", "real"), ("call", "+"), ("protect", "-")], &[]),
        // A corrected answer goes the other way, whatever was done on the first one.
        (&[("verify", "false"), ("call", "+")], &["cause"]),
        (&[("call", "+"), ("cause", "+")], &["verify"]),
    ];
    for (told, expected) in cases {
        assert_eq!(next(&procedure, told), expected, "{told:?}");
    }
    let known = outcomes(&[("verify", "real"), ("call", "+")]);
    let way = procedure.way(|id| known.get(id));
    let way: Vec<_> = way.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(way, ["verify", "call", "protect"]);
}

#[test]
fn an_outcome_is_written_in_a_word() {
    for (outcome, written) in [
        (Outcome::Done, json!("done")),
        (Outcome::Skipped, json!("skipped")),
        (Outcome::Answered(id("real")), json!({"answered": "real"})),
    ] {
        assert_eq!(serde_json::to_value(&outcome).unwrap(), written);
        assert_eq!(serde_json::from_value::<Outcome>(written).unwrap(), outcome);
    }
}

/// A way to the end.
const END: i32 = i32::MAX;

/// Steps with ways at random: to steps that are there, further on, before, or nowhere.
fn steps() -> impl Strategy<Value = Vec<Value>> {
    // By how many steps it leads on: mostly down the card, seldom round or beyond its end.
    let lead = || prop_oneof![12 => 1..4i32, 2 => Just(END), 1 => -3..1i32];
    let ways = prop_oneof![
        3 => Just(Vec::new()),
        1 => prop::collection::vec(lead(), 1),
        2 => prop::collection::vec(lead(), 2..=3),
    ];
    prop::collection::vec((ways, any::<bool>()), 1..9).prop_map(|drawn| {
        let count = i32::try_from(drawn.len()).expect("a few");
        let step = |(n, (ways, optional)): (i32, (Vec<i32>, bool))| {
            let id = format!("s{n}");
            let to = |by: &i32| match n.saturating_add(*by) {
                to if to <= count => format!("s{to}"),
                _ => "end".to_owned(),
            };
            let ways: Vec<String> = ways.iter().map(to).collect();
            let mut value = match ways.as_slice() {
                [] => step(&id),
                [to] => then(&id, to),
                several => {
                    let mut value = asking(&id, &[]);
                    let answer = |(n, to): (usize, &String)| json!({"id": n.to_string(), "label": words(to), "to": to});
                    value["answers"] = several.iter().enumerate().map(answer).collect();
                    value
                }
            };
            value["optional"] = optional.into();
            value
        };
        (0..).zip(drawn).map(step).collect()
    })
}

/// Every step that some answers lead to: all of them are given, one after the other.
fn reached(procedure: &Procedure) -> BTreeSet<StepId> {
    let mut reached = BTreeSet::new();
    let mut open = vec![BTreeMap::new()];
    while let Some(known) = open.pop() {
        let way = procedure.way(|id| known.get(id));
        reached.extend(way.iter().map(|step| step.id.clone()));
        let Some(step) = way.last().filter(|step| !known.contains_key(&step.id)) else {
            continue;
        };
        for answer in &step.answers {
            let mut known = known.clone();
            known.insert(step.id.clone(), Outcome::Answered(answer.id.clone()));
            open.push(known);
        }
    }
    reached
}

/// Any value that JSON can say, with our own words as keys now and then.
fn anything() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        prop::sample::select(vec![
            "id",
            "name",
            "prohibitions",
            "steps",
            "words",
            "zh",
            "en",
            "answers",
            "to",
            "then",
            "deadline_s",
            "read_aloud",
            "label",
            "who",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,4}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        Just(json!("end")),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(crate::common::cases(256, "tests/regressions/procedure_ways.txt"))]

    #[test]
    fn steps_at_random_are_refused_or_every_one_of_them_is_reached_and_the_end_too(steps in steps()) {
        let Ok(procedure) = read(&steps) else { return Ok(()) };
        let all: BTreeSet<_> = procedure.steps().iter().map(|step| step.id.clone()).collect();
        prop_assert_eq!(reached(&procedure), all);
        let mut known: BTreeMap<StepId, Outcome> = BTreeMap::new();
        for _ in 0..=procedure.steps().len() {
            let next = procedure.next(|id| known.get(id)).first().map(|step| step.id.clone());
            let Some(id) = next else { return Ok(()) };
            known.insert(id, Outcome::Done);
        }
        prop_assert!(false, "it never ends");
    }

    #[test]
    fn whatever_is_read_is_refused_with_reasons_or_holds_and_is_written_again(document in anything()) {
        match Procedure::read(&document) {
            Ok(procedure) => {
                let written = serde_json::to_value(&procedure).unwrap();
                prop_assert_eq!(Procedure::read(&written), Ok(procedure));
            }
            Err(faults) => prop_assert!((1..=FAULTS_MAX + 1).contains(&faults.0.len())),
        }
    }
}
