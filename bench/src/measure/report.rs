//! What a measurement found, as Markdown for people and as JSON for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// A goal with what came of it.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    pub(crate) goal: &'static str,
    /// What was asked and what was measured, as a sentence.
    pub(crate) sentence: String,
    /// None: it could not be told.
    pub(crate) met: Option<bool>,
}

/// One measurement.
#[derive(Debug, Default)]
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) head: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) verdicts: Vec<Verdict>,
    /// What a reader must know to read the table rightly.
    pub(crate) notes: Vec<String>,
    /// Every round as it was reported.
    pub(crate) rounds: Vec<Value>,
}

impl Section {
    pub(crate) fn new(title: &str, head: &[&'static str]) -> Self {
        Self {
            title: title.to_owned(),
            head: head.to_vec(),
            ..Self::default()
        }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(crate) fn verdict(&mut self, goal: &'static str, met: Option<bool>, sentence: String) {
        self.verdicts.push(Verdict {
            goal,
            sentence,
            met,
        });
    }

    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("### {}\n\n", self.title);
        // Writing to a string cannot fail.
        if !self.rows.is_empty() {
            let _ = writeln!(text, "| {} |", self.head.join(" | "));
            let _ = writeln!(text, "|{}", "---|".repeat(self.head.len()));
            for row in &self.rows {
                let _ = writeln!(text, "| {} |", row.join(" | "));
            }
            text.push('\n');
        }
        for verdict in &self.verdicts {
            let met = match verdict.met {
                Some(true) => "met",
                Some(false) => "**not met**",
                None => "not shown",
            };
            let _ = writeln!(text, "- {} {met}: {}", verdict.goal, verdict.sentence);
        }
        for note in &self.notes {
            let _ = writeln!(text, "- {note}");
        }
        text
    }

    pub(crate) fn json(&self) -> Value {
        let verdicts: Vec<Value> = self
            .verdicts
            .iter()
            .map(|verdict| json!({"goal": verdict.goal, "met": verdict.met, "sentence": verdict.sentence}))
            .collect();
        json!({
            "title": self.title, "head": self.head, "rows": self.rows, "verdicts": verdicts,
            "notes": self.notes, "rounds": self.rounds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_reads_as_markdown_and_keeps_its_rounds() {
        let mut section = Section::new("Fan-out", &["case", "ratio"]);
        section.row(["500 × 2,000".to_owned(), "0.28".to_owned()]);
        section.verdict("G1", Some(false), "at most 0.25, was 0.28".to_owned());
        section.verdict("G2", None, "no peer".to_owned());
        section.rounds.push(json!({"delivered": 7}));
        let text = section.markdown();
        for part in [
            "### Fan-out",
            "| case | ratio |\n|---|---|\n| 500 × 2,000 | 0.28 |",
            "- G1 **not met**: at most 0.25",
            "- G2 not shown: no peer",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(section.json()["rounds"][0]["delivered"], 7);
        assert_eq!(section.json()["verdicts"][0]["met"], false);
    }
}
