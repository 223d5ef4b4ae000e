//! From a document to a procedure, or to everything that is wrong with it.

use super::check::{self, Sketch, Way};
use super::fault::{Faults, Flaw, Spot, repeated};
use super::limits::{
    ANSWERS_MAX, DEADLINE_S_MAX, DISPATCH_GUARDS_MAX, PROHIBITIONS_MAX, STEPS_MAX,
};
use super::reading::{Reading, Table};
use super::types::{Answer, END, Hotline, Lead, Procedure, Step};
use crate::ids::{AnswerId, IdError, StepId};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;
use std::collections::BTreeSet;

const PROCEDURE_KEYS: &[&str] = &["id", "name", "prohibitions", "steps"];
const STEP_KEYS: &[&str] = &[
    "id",
    "words",
    "who",
    "deadline_s",
    "optional",
    "note",
    "dispatch_guards",
    "release_doors",
    "read_aloud",
    "answers",
    "then",
];
const ANSWER_KEYS: &[&str] = &["id", "label", "to"];

impl Procedure {
    /// Reads a procedure from a document of any language that has tables, lists, texts and numbers.
    pub fn read(document: &Value) -> Result<Self, Faults> {
        let mut reading = Reading::default();
        let procedure = reading.procedure(document);
        match procedure {
            Some(procedure) if reading.faults.is_empty() => Ok(procedure),
            _ => Err(Faults(reading.faults)),
        }
    }
}

impl<'de> Deserialize<'de> for Procedure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Value::deserialize(deserializer)?;
        Self::read(&document).map_err(|faults| {
            let id = document.get("id").and_then(Value::as_str);
            let id = repeated(id.unwrap_or_default());
            D::Error::custom(format!("procedure {id}: {faults}"))
        })
    }
}

impl Reading {
    fn procedure(&mut self, document: &Value) -> Option<Procedure> {
        let table = self.table(&Spot::default(), document, PROCEDURE_KEYS)?;
        let id = self.id(&table, "id");
        let name = self.localized(&table, "name");
        let listed = self.list(&table, "prohibitions", PROHIBITIONS_MAX);
        let prohibitions = listed
            .into_iter()
            .filter_map(|(at, value)| self.words(&at, value));
        let prohibitions = prohibitions.collect();
        let listed = self.list(&table, "steps", STEPS_MAX);
        if listed.is_empty() {
            self.fault(&table.at, Flaw::NoSteps);
        }
        let mut sketches = Vec::new();
        let mut steps = Vec::new();
        for (at, value) in listed {
            let (sketch, step) = self.step(&at, value);
            sketches.push(sketch);
            steps.extend(step);
        }
        check::ways(self, &sketches);
        Some(Procedure {
            id: id?,
            name: name?,
            prohibitions,
            steps,
        })
    }

    /// A step, and how it leads on: that can be read of many a step that is not whole.
    fn step(&mut self, at: &Spot, value: &Value) -> (Sketch, Option<Step>) {
        let mut sketch = Sketch::new(at.clone());
        let Some(table) = self.table(at, value, STEP_KEYS) else {
            return (sketch, None);
        };
        let id: Option<StepId> = self.id(&table, "id");
        sketch.id.clone_from(&id);
        if id.as_ref().is_some_and(|id| id.as_str() == END) {
            self.fault(&at.key("id"), Flaw::Reserved);
        }
        let words = self.localized(&table, "words");
        let read_aloud = self.read_aloud(&table);
        let answers = self.answers(&table, &mut sketch);
        let then = self.then(&table, &mut sketch);
        let deadline_s = self.number(&table, "deadline_s", DEADLINE_S_MAX);
        let dispatch_guards = self.number(&table, "dispatch_guards", DISPATCH_GUARDS_MAX);
        let who = self.maybe_spelled(&table, "who");
        let [optional, note, release_doors] =
            ["optional", "note", "release_doors"].map(|key| self.flag(&table, key));
        let step = id.zip(words).map(|(id, words)| Step {
            id,
            words,
            who,
            deadline_s,
            optional,
            note,
            dispatch_guards,
            release_doors,
            read_aloud,
            answers,
            then,
        });
        (sketch, step)
    }

    fn read_aloud(&mut self, table: &Table<'_>) -> Vec<Hotline> {
        let mut numbers: Vec<Hotline> = Vec::new();
        for (at, value) in self.list(table, "read_aloud", Hotline::ALL.len()) {
            let Some(number) = self.spelled::<Hotline>(&at, value) else {
                continue;
            };
            if numbers.contains(&number) {
                self.fault(&at, Flaw::Twice(number.word().to_owned()));
            }
            numbers.push(number);
        }
        numbers
    }

    fn answers(&mut self, table: &Table<'_>, sketch: &mut Sketch) -> Vec<Answer> {
        let listed = self.list(table, "answers", ANSWERS_MAX);
        sketch.asks = table.has("answers");
        if sketch.asks && listed.len() < 2 {
            self.fault(&table.at.key("answers"), Flaw::OneAnswer);
        }
        let mut seen: BTreeSet<AnswerId> = BTreeSet::new();
        let mut answers = Vec::new();
        for (at, value) in listed {
            let Some(table) = self.table(&at, value, ANSWER_KEYS) else {
                sketch.is_clear = false;
                continue;
            };
            let id: Option<AnswerId> = self.id(&table, "id");
            if let Some(id) = &id
                && !seen.insert(id.clone())
            {
                self.fault(&at.key("id"), Flaw::Twice(id.to_string()));
            }
            let label = self.localized(&table, "label");
            let to = self.lead(&table, "to", sketch);
            if !table.has("to") {
                self.fault(&table.at, Flaw::Missing("to"));
                sketch.is_clear = false;
            }
            let whole = id.zip(label).zip(to);
            answers.extend(whole.map(|((id, label), to)| Answer { id, label, to }));
        }
        answers
    }

    fn then(&mut self, table: &Table<'_>, sketch: &mut Sketch) -> Option<Lead> {
        if table.has("then") && sketch.asks {
            self.fault(&table.at.key("then"), Flaw::AnswersAndThen);
        }
        let then = self.lead(table, "then", sketch);
        sketch.goes_down = !table.has("then") && !sketch.asks;
        then
    }

    fn lead(&mut self, table: &Table<'_>, key: &str, sketch: &mut Sketch) -> Option<Lead> {
        let (at, lead) = self.maybe(table, key, lead)?;
        match lead.clone() {
            Some(Lead::To(to)) => sketch.ways.push(Way { at, to }),
            Some(Lead::End) => {}
            None => sketch.is_clear = false,
        }
        lead
    }
}

fn lead(word: &str) -> Result<Lead, IdError> {
    match word {
        END => Ok(Lead::End),
        step => step.parse().map(Lead::To),
    }
}
