//! What an examination found, as sentences for a person. Also what goes over the admin socket.

use serde::{Deserialize, Serialize};

/// Faults, and notes, that a report names one by one; the rest is counted.
const NAMED_MAX: usize = 20;

/// A report about one site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Report {
    /// What holds.
    pub(crate) holds: Vec<String>,
    /// What is worth knowing and needs nobody.
    pub(crate) notes: Vec<String>,
    /// What does not hold, with what to do.
    pub(crate) faults: Vec<String>,
    /// Faults beyond those that are named.
    pub(crate) more_faults: u64,
}

impl Report {
    pub(crate) fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }

    pub(crate) fn hold(&mut self, said: impl Into<String>) {
        self.holds.push(said.into());
    }

    pub(crate) fn note(&mut self, said: impl Into<String>) {
        if self.notes.len() < NAMED_MAX {
            self.notes.push(said.into());
        }
    }

    /// Adds a fault: what is wrong, and what to do about it.
    pub(crate) fn fault(&mut self, said: &str, to_do: &str) {
        if self.faults.len() < NAMED_MAX {
            self.faults.push(format!("{said}. {to_do}"));
        } else {
            self.more_faults += 1;
        }
    }

    /// Every line, beginning with the site.
    pub(crate) fn lines(&self, site: &str) -> Vec<String> {
        let holds = self.holds.iter().map(|said| format!("{site}: {said}"));
        let notes = self
            .notes
            .iter()
            .map(|said| format!("{site}: note: {said}"));
        let faults = self
            .faults
            .iter()
            .map(|said| format!("{site}: FAULT: {said}"));
        let more = (self.more_faults > 0)
            .then(|| format!("{site}: and {} more faults like these.", self.more_faults));
        holds.chain(notes).chain(faults).chain(more).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_faults_is_counted_and_not_told_one_by_one() {
        let mut report = Report::default();
        for n in 0..100 {
            report.fault(&format!("fault {n}"), "Do something");
        }
        let lines = report.lines("s");
        assert_eq!(lines.len(), NAMED_MAX + 1);
        assert!(lines[NAMED_MAX].contains("80 more"), "{lines:?}");
        assert!(!report.is_whole());
    }
}
