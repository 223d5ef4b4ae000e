//! Numbered steps with their time, so that nobody wonders whether a long build still runs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    Skipped(&'static str),
}

enum Ending {
    Outcome(Outcome),
    Failed,
}

struct Row {
    name: &'static str,
    ending: Ending,
    took: Duration,
}

/// A run of steps, numbered as they start. Some may run beside each other.
pub(crate) struct Steps {
    total: usize,
    started: Instant,
    begun: AtomicUsize,
    /// One for each step that ended, `total` at most.
    rows: Mutex<Vec<Row>>,
}

impl Steps {
    pub(crate) fn new(total: usize) -> Self {
        Self {
            total,
            started: Instant::now(),
            begun: AtomicUsize::new(0),
            rows: Mutex::new(Vec::with_capacity(total)),
        }
    }

    /// Runs a step that cannot be skipped and returns what it made.
    pub(crate) fn run<T>(
        &self,
        name: &'static str,
        title: &str,
        step: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        self.record(name, title, step, |_| Outcome::Passed)
    }

    /// Runs a step that may find that there is nothing for it to do.
    pub(crate) fn run_or_skip(
        &self,
        name: &'static str,
        title: &str,
        step: impl FnOnce() -> Result<Outcome>,
    ) -> Result<()> {
        self.record(name, title, step, |outcome| *outcome)
            .map(|_| ())
    }

    fn record<T>(
        &self,
        name: &'static str,
        title: &str,
        step: impl FnOnce() -> Result<T>,
        outcome: impl FnOnce(&T) -> Outcome,
    ) -> Result<T> {
        let number = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
        println!("[{number}/{}] {title} …", self.total);
        let started = Instant::now();
        let result = step();
        let took = started.elapsed();
        let ending = match &result {
            Ok(value) => Ending::Outcome(outcome(value)),
            Err(_) => Ending::Failed,
        };
        match ending {
            Ending::Outcome(Outcome::Passed) => {
                println!("      {name}: done in {}", in_words(took));
            }
            Ending::Outcome(Outcome::Skipped(reason)) => {
                println!("      {name}: skipped: {reason}");
            }
            Ending::Failed => println!("      {name}: failed after {}", in_words(took)),
        }
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.push(Row { name, ending, took });
        result
    }

    pub(crate) fn elapsed(&self) -> String {
        in_words(self.started.elapsed())
    }

    /// One line per step that ran, and what was not reached.
    pub(crate) fn summary(&self) -> String {
        let mut lines = vec![
            String::new(),
            "  step            result      time".to_owned(),
        ];
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        for row in rows.iter() {
            let result = match row.ending {
                Ending::Outcome(Outcome::Passed) => "passed",
                Ending::Outcome(Outcome::Skipped(_)) => "skipped",
                Ending::Failed => "FAILED",
            };
            let took = in_words(row.took);
            lines.push(format!("  {:<14}  {result:<8}  {took:>9}", row.name));
        }
        let missing = self.total.saturating_sub(rows.len());
        if missing > 0 {
            lines.push(format!("  {missing} not run"));
        }
        lines.push(format!(
            "  {:<14}  {:<8}  {:>9}",
            "in all",
            "",
            self.elapsed()
        ));
        lines.join("\n")
    }
}

/// `4.2 s` or `3 min 05 s`.
pub(crate) fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_what_failed_and_counts_what_was_not_reached() {
        let steps = Steps::new(4);
        steps
            .run("fmt", "Checking formatting", || Ok(()))
            .expect("passes");
        steps
            .run_or_skip("deny", "Checking licences", || {
                Ok(Outcome::Skipped("not installed"))
            })
            .expect("skips");
        assert!(
            steps
                .run("tests", "Testing", || -> Result<()> { anyhow::bail!("no") })
                .is_err()
        );
        let summary = steps.summary();
        for part in [
            "fmt             passed",
            "deny            skipped",
            "tests           FAILED",
            "1 not run",
        ] {
            assert!(summary.contains(part), "{part}: {summary}");
        }
    }

    #[test]
    fn times_read_naturally() {
        assert_eq!(in_words(Duration::from_millis(4230)), "4.2 s");
        assert_eq!(in_words(Duration::from_secs(185)), "3 min 05 s");
    }
}
