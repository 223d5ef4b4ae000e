//! Procedures: what is taken in, what is refused, and why.

use crate::common::document::{refused, with};
use crate::common::id;
use castellan_domain::procedure::{Answer, Doer, FAULTS_MAX, Faults, Hotline, Lead, Procedure};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) fn words(text: &str) -> Value {
    json!({"zh": "字", "en": text})
}

pub(crate) fn step(id: &str) -> Value {
    json!({"id": id, "words": words(id)})
}

/// A step that asks, with an answer to each of these steps.
pub(crate) fn asking(id: &str, leads: &[&str]) -> Value {
    let answer = |to: &&str| json!({"id": format!("to-{to}"), "label": words(to), "to": to});
    let answers: Vec<_> = leads.iter().map(answer).collect();
    json!({"id": id, "words": words(id), "answers": answers})
}

pub(crate) fn then(id: &str, to: &str) -> Value {
    json!({"id": id, "words": words(id), "then": to})
}

fn of(steps: &[Value]) -> Value {
    json!({"id": "p", "name": words("P"), "steps": steps})
}

pub(crate) fn read(steps: &[Value]) -> Result<Procedure, Faults> {
    Procedure::read(&of(steps))
}

/// The faults of these steps, each as its sentence.
fn faults(steps: &[Value]) -> Vec<String> {
    told(&of(steps))
}

fn told(document: &Value) -> Vec<String> {
    let faults = Procedure::read(document).expect_err("it must not hold");
    faults.0.iter().map(ToString::to_string).collect()
}

/// The document of a procedure that says everything that one can say.
pub(crate) fn full() -> Value {
    json!({
        "id": "fire", "name": {"zh": "火警", "en": "Fire"},
        "prohibitions": [{"zh": "禁乘电梯", "en": "No lifts"}],
        "steps": [
            {"id": "verify", "words": words("Verify"), "who": "guard", "deadline_s": 60,
             "answers": [
                {"id": "real", "label": words("Real"), "to": "call"},
                {"id": "false", "label": words("False"), "to": "cause"},
                {"id": "drill", "label": words("Drill"), "to": "end"}]},
            {"id": "call", "words": words("Call"), "read_aloud": ["119", "120"],
             "dispatch_guards": 2, "release_doors": true},
            {"id": "protect", "words": words("Protect"), "optional": true, "then": "end"},
            {"id": "cause", "words": words("Cause"), "note": true}]
    })
}

#[test]
fn a_procedure_is_read_whole_and_written_as_it_was_read() {
    let procedure = Procedure::read(&full()).expect("it holds");
    assert_eq!(serde_json::to_value(&procedure).unwrap(), full());
    let again: Procedure = serde_json::from_value(full()).unwrap();
    assert_eq!(again, procedure);
    assert_eq!(procedure.id(), &id("fire"));
    assert_eq!(procedure.name().en.as_str(), "Fire");
    assert_eq!(procedure.prohibitions().len(), 1);
    let first = procedure.first().expect("a step");
    assert_eq!((first.who, first.deadline_s), (Some(Doer::Guard), Some(60)));
    let leads: Vec<&Lead> = first.answers.iter().map(|Answer { to, .. }| to).collect();
    assert_eq!(
        leads,
        [&Lead::To(id("call")), &Lead::To(id("cause")), &Lead::End]
    );
    let call = procedure.step(&id("call")).expect("a step");
    assert_eq!(call.read_aloud, [Hotline::Fire, Hotline::Ambulance]);
    assert_eq!((call.dispatch_guards, call.release_doors), (Some(2), true));
    assert!(procedure.steps()[2].optional && procedure.steps()[3].note);
    assert_eq!(procedure.number(&id("cause")), Some(4));
}

#[test]
fn every_word_for_who_and_for_a_number_is_read_back() {
    for doer in Doer::ALL {
        let mut step = step("a");
        step["who"] = doer.word().into();
        let read = read(&[step]).unwrap();
        assert_eq!(read.first().unwrap().who, Some(*doer));
    }
    for number in Hotline::ALL {
        let mut step = step("a");
        step["read_aloud"] = json!([number.word()]);
        assert_eq!(
            read(&[step]).unwrap().first().unwrap().read_aloud,
            [*number]
        );
    }
}

/// Changes to the full procedure, each with the sentence that refuses it.
fn refuse<const N: usize>(changes: [(&str, Value, &str); N]) {
    for (pointer, value, sentence) in changes {
        let mut document = full();
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let parent = document.pointer_mut(parent).expect("a part of it");
        match key.parse::<usize>() {
            Ok(index) => parent[index] = value,
            Err(_) => parent[key] = value,
        }
        let faults = told(&document);
        assert_eq!(
            faults.first().map(String::as_str),
            Some(sentence),
            "{pointer}"
        );
    }
}

#[test]
fn words_that_do_not_fit_are_refused_with_their_place() {
    let long = |n: usize| json!({"zh": "长".repeat(n), "en": "x"});
    refuse([
        ("/id", json!(7), "id: this is a number; write a text"),
        (
            "/id",
            json!("a b"),
            "id: an id may contain letters, digits and . _ : - but not ' '",
        ),
        ("/name/en", json!(" "), "name.en: the text is empty"),
        (
            "/name",
            long(81),
            "name.zh: the text has 81 characters; at most 80 are allowed",
        ),
        (
            "/prohibitions/0",
            json!({"zh": "禁乘电梯"}),
            "prohibitions[1]: it has no words in English (`en`); people read it in both languages",
        ),
        (
            "/prohibitions/0",
            long(81),
            "prohibitions[1].zh: the text has 81 characters; at most 80 are allowed",
        ),
        (
            "/prohibitions",
            json!("none"),
            "prohibitions: this is a text; write a list",
        ),
        (
            "/steps/1/words",
            long(201),
            "steps[2].words.zh: the text has 201 characters; at most 200 are allowed",
        ),
        (
            "/steps/0/answers/1/label",
            long(41),
            "steps[1].answers[2].label.zh: the text has 41 characters; at most 40 are allowed",
        ),
        (
            "/steps/1/words",
            json!("Call"),
            "steps[2].words: this is a text; write a table with `zh` and `en`",
        ),
    ]);
}

#[test]
fn values_that_mean_nothing_are_refused_with_what_would() {
    refuse([
        (
            "/steps/0/deadline_s",
            json!(86_401),
            "steps[1].deadline_s: the number is 86401; it must be 1 to 86400",
        ),
        (
            "/steps/0/deadline_s",
            json!(-5),
            "steps[1].deadline_s: the number is -5; it must be 1 to 86400",
        ),
        (
            "/steps/0/deadline_s",
            json!(1.5),
            "steps[1].deadline_s: the number is 1.5; it must be 1 to 86400",
        ),
        (
            "/steps/0/deadline_s",
            json!("soon"),
            "steps[1].deadline_s: this is a text; write a whole number",
        ),
        (
            "/steps/1/dispatch_guards",
            json!(0),
            "steps[2].dispatch_guards: the number is 0; it must be 1 to 9",
        ),
        (
            "/steps/1/dispatch_guards",
            json!(10),
            "steps[2].dispatch_guards: the number is 10; it must be 1 to 9",
        ),
        (
            "/steps/1/release_doors",
            json!(1),
            "steps[2].release_doors: this is a number; write true or false",
        ),
        (
            "/steps/1/read_aloud",
            json!(["119", "119"]),
            "steps[2].read_aloud[2]: `119` is there twice; give each its own",
        ),
        (
            "/steps/1/read_aloud/0",
            json!("112"),
            "steps[2].read_aloud[1]: `112` means nothing here; it can be 119, 110, 120, 96333",
        ),
        (
            "/steps/0/who",
            json!("king"),
            "steps[1].who: `king` means nothing here; it can be operator, guard, engineer, shift_leader, \
             duty_manager, project_manager, steward, outside",
        ),
        (
            "/steps/2/colour",
            json!("red"),
            "steps[3].colour: `colour` means nothing here; it can be id, words, who, deadline_s, optional, note, dispatch_guards, release_doors, read_aloud, answers, then",
        ),
    ]);
}

#[test]
fn ways_that_lead_nowhere_or_back_are_refused_with_their_steps() {
    refuse([
        (
            "/steps/2/id",
            json!("end"),
            "steps[3].id: `end` is how a procedure ends; call the step otherwise",
        ),
        (
            "/steps/0/answers/1/id",
            json!("real"),
            "steps[1].answers[2].id: `real` is there twice; give each its own",
        ),
        (
            "/steps/0/then",
            json!("call"),
            "steps[1].then: the step has answers, which lead on; leave `then` out",
        ),
        (
            "/steps/2/then",
            json!("nine"),
            "steps[3].then: no step is called `nine`; name one, or `end`",
        ),
        (
            "/steps/2/then",
            json!("a b"),
            "steps[3].then: an id may contain letters, digits and . _ : - but not ' '",
        ),
        (
            "/steps/2/then",
            json!(null),
            "steps[3].then: this is nothing; write a text",
        ),
        (
            "/steps/2/then",
            json!("call"),
            "steps[3].then: this leads back: call → protect → call; a procedure goes forward",
        ),
        (
            "/steps/2/then",
            json!("protect"),
            "steps[3].then: this leads back: protect → protect; a procedure goes forward",
        ),
        (
            "/steps/0/answers/0/to",
            json!("cause"),
            "steps[2]: nothing leads to the step `call`; lead an answer or a `then` to it, or take it out",
        ),
    ]);
}

#[test]
fn what_every_part_has_is_missed_where_it_is_not() {
    assert_eq!(
        told(&json!([])),
        ["the procedure: this is a list; write a table"]
    );
    assert_eq!(
        told(&json!({})),
        [
            "the procedure: `id` is missing; add it",
            "the procedure: `name` is missing; add it",
            "the procedure: there is no step; a procedure has one at least",
        ]
    );
    let bare = json!({"answers": [{"id": "a"}, 7]});
    assert_eq!(
        faults(&[bare]),
        [
            "steps[1]: `id` is missing; add it",
            "steps[1]: `words` is missing; add it",
            "steps[1].answers[1]: `label` is missing; add it",
            "steps[1].answers[1]: `to` is missing; add it",
            "steps[1].answers[2]: this is a number; write a table",
        ]
    );
    for lonely in [
        json!([]),
        json!([{"id": "a", "label": words("A"), "to": "end"}]),
    ] {
        let mut step = step("a");
        step["answers"] = lonely;
        let sentence =
            "steps[1].answers: there is one answer; a step asks with 2 to 6, or not at all";
        assert_eq!(faults(&[step]), [sentence]);
    }
}

#[test]
fn all_faults_are_told_at_once_each_once() {
    let steps = [
        then("a", "c"),
        step("b"),
        asking("c", &["a", "gone"]),
        step("c"),
        then("d", "d"),
    ];
    assert_eq!(
        faults(&steps),
        [
            "steps[4].id: `c` is there twice; give each its own",
            "steps[3].answers[2].to: no step is called `gone`; name one, or `end`",
            "steps[3].answers[1].to: this leads back: a → c → a; a procedure goes forward",
            "steps[5].then: this leads back: d → d; a procedure goes forward",
        ]
    );
    let mended = [
        then("a", "c"),
        step("b"),
        asking("c", &["a", "end"]),
        then("d", "d"),
    ];
    assert_eq!(
        faults(&mended),
        [
            "steps[3].answers[1].to: this leads back: a → c → a; a procedure goes forward",
            "steps[2]: nothing leads to the step `b`; lead an answer or a `then` to it, or take it out",
            "steps[4]: nothing leads to the step `d`; lead an answer or a `then` to it, or take it out",
            "steps[4].then: this leads back: d → d; a procedure goes forward",
        ]
    );
}

#[test]
fn lists_and_faults_have_a_limit() {
    let steps = |count: usize| {
        (0..count)
            .map(|n| step(&format!("s{n}")))
            .collect::<Vec<_>>()
    };
    assert!(read(&steps(40)).is_ok());
    assert_eq!(
        faults(&steps(41)),
        ["steps: there are 41; at most 40 are allowed"]
    );
    let mut document = full();
    document["prohibitions"] = vec![words("No"); 13].into();
    assert_eq!(
        told(&document),
        ["prohibitions: there are 13; at most 12 are allowed"]
    );
    let mut many = vec![asking("a", &["b", "c", "d", "e", "f", "g", "end"])];
    many.extend(["b", "c", "d", "e", "f", "g"].map(step));
    assert_eq!(
        faults(&many),
        ["steps[1].answers: there are 7; at most 6 are allowed"]
    );
    let odd: BTreeMap<String, u8> = (0..1_000).map(|n| (format!("odd-{n}"), 0)).collect();
    let faults = told(&json!(odd));
    assert_eq!(faults.len(), FAULTS_MAX + 1);
    assert!(faults[FAULTS_MAX].ends_with("there are more faults; mend these first"));
}

#[test]
fn foreign_words_do_no_harm_to_a_terminal() {
    let mut document = full();
    document["red\u{1b}[31m\n"] = json!(1);
    document["steps"][0]["who"] = "k".repeat(500).into();
    let faults = told(&document).join("\n");
    assert!(
        faults.contains("`red\\u{1b}[31m\\n` means nothing here"),
        "{faults}"
    );
    assert!(faults.contains(&format!("`{}…` means nothing here", "k".repeat(40))));
}

#[test]
fn an_estate_takes_procedures_and_its_types_name_them() {
    let estate = with(&[("/procedures", json!([full()]))]).unwrap();
    assert_eq!(
        estate.procedure(&id("fire")).map(|p| p.steps().len()),
        Some(4)
    );
    let sentence = "procedure fire is there twice; give each its own id";
    refused("/procedures", json!([full(), full()]), sentence);
    let mut two_faults = full();
    two_faults["steps"][2]["then"] = json!("nine");
    two_faults["name"] = json!({"zh": "火警"});
    let error = with(&[("/procedures", json!([two_faults]))]).unwrap_err();
    let sentence = "procedure fire: name: it has no words in English (`en`); people read it in both \
                    languages; steps[3].then: no step is called `nine`; name one, or `end`";
    assert!(error.to_string().contains(sentence), "{error}");
}

#[test]
fn default_procedures_fill_in_what_an_estate_does_not_name_and_types_must_find_theirs() {
    let own = || {
        with(&[
            ("/procedures", json!([full()])),
            ("/alarm_types/0/procedure", json!("gas")),
        ])
    };
    let default = |id: &str| {
        let mut document = of(&[step("a")]);
        document["id"] = id.into();
        Procedure::read(&document).unwrap()
    };
    let error = own().unwrap().with_alarm_types(Vec::new()).unwrap_err();
    let sentence = "alarm type gas_low names procedure gas, which the estate does not have";
    assert_eq!(error.to_string(), sentence);
    let estate = own()
        .unwrap()
        .with_procedures(vec![default("fire"), default("gas")]);
    let estate = estate.with_alarm_types(Vec::new()).unwrap();
    assert_eq!(
        estate.procedure(&id("fire")).unwrap().steps().len(),
        4,
        "its own"
    );
    assert_eq!(
        estate.procedure_of(&id("gas_low")).unwrap().id(),
        &id("gas")
    );
    assert!(
        estate.procedure_of(&id("panic")).is_none() && estate.procedure_of(&id("ufo")).is_none()
    );
}
