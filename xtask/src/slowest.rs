//! Which tests took longest, so that a run that grows says where.
//!
//! The harness of Rust's tests prints no times, but it starts tests in the order of their names, so many
//! at once, and the next one whenever one has ended. From the ends follow the beginnings.

use std::cmp::Reverse;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::progress::in_words;

/// How many are named.
const NAMED: usize = 10;

/// A test and what it took.
pub(crate) type Timed = (String, Duration);

/// Hears what `cargo test` prints. It keeps a line for each test.
pub(crate) struct Ends {
    threads: usize,
    began: Duration,
    /// Of the binary that runs, in the order in which they ended.
    ended: Vec<Timed>,
    timed: Vec<Timed>,
}

impl Ends {
    /// Of binaries that run so many tests at once.
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            threads,
            began: Duration::ZERO,
            ended: Vec::new(),
            timed: Vec::new(),
        }
    }

    /// A line, and when it came.
    pub(crate) fn hear(&mut self, at: Duration, line: &str) {
        let is_start = |rest: &str| rest.ends_with(" test") || rest.ends_with(" tests");
        if line.strip_prefix("running ").is_some_and(is_start) {
            self.close();
            self.began = at;
        } else if let Some(name) = ended(line) {
            self.ended.push((name.to_owned(), at));
        }
    }

    /// What every test took.
    pub(crate) fn timed(mut self) -> Vec<Timed> {
        self.close();
        self.timed
    }

    fn close(&mut self) {
        let ended = std::mem::take(&mut self.ended);
        let mut by_name: Vec<usize> = (0..ended.len()).collect();
        by_name.sort_by(|a, b| ended[*a].0.cmp(&ended[*b].0));
        let took = |(place, nth): (usize, &usize)| {
            let (name, end) = &ended[*nth];
            let began = match place.checked_sub(self.threads) {
                None => self.began,
                // It began when another ended, so that one ended before it.
                Some(earlier) if earlier < *nth => ended[earlier].1,
                Some(_) => return None,
            };
            Some((name.clone(), end.saturating_sub(began)))
        };
        match by_name
            .iter()
            .enumerate()
            .map(took)
            .collect::<Option<Vec<_>>>()
        {
            Some(timed) => self.timed.extend(timed),
            None => {
                println!(
                    "(The harness has another order than by name: these tests are not timed.)"
                );
            }
        }
    }
}

/// The name of a test that ended, without what stands beside it. Examples in comments have no place in the order.
fn ended(line: &str) -> Option<&str> {
    let (name, how) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let is_end = ["ok", "FAILED"].contains(&how.trim_end());
    let name = name.strip_suffix(" - should panic").unwrap_or(name);
    (is_end && !name.contains(' ')).then_some(name)
}

/// What each journey took, as `end2end/times.mjs` writes it.
pub(crate) fn of_journeys(text: &str) -> Result<Vec<Timed>> {
    let timed: Vec<(String, f64)> =
        serde_json::from_str(text).context("the times of the journeys")?;
    let secs = |ms: f64| Duration::try_from_secs_f64(ms / 1_000.0).unwrap_or_default();
    Ok(timed
        .into_iter()
        .map(|(title, ms)| (title, secs(ms)))
        .collect())
}

/// The slowest as lines, the slowest first.
pub(crate) fn said(what: &str, mut timed: Vec<Timed>) -> String {
    timed.sort_by_key(|(_, took)| Reverse(*took));
    let lines = timed.iter().take(NAMED);
    let lines = lines.map(|(name, took)| format!("\n  {:>9}  {name}", in_words(*took)));
    format!("\n  The slowest {what}:{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(lines: &[(u64, &str)]) -> Vec<Timed> {
        let mut ends = Ends::new(2);
        for (at, line) in lines {
            ends.hear(Duration::from_secs(*at), line);
        }
        ends.timed()
    }

    fn took(name: &str, secs: u64) -> Timed {
        (name.to_owned(), Duration::from_secs(secs))
    }

    #[test]
    fn a_test_begins_when_there_is_room_for_it() {
        let timed = heard(&[
            (10, "running 4 tests"),
            (12, "test b::second ... ok"),
            (13, "test c - should panic ... ok"),
            (70, "test a has been running for over 60 seconds"),
            (71, "test a ... FAILED"),
            (75, "test d ... ok"),
            (75, "test result: FAILED. 3 passed; 1 failed"),
            (90, "running 1 test"),
            (91, "test e ... ok"),
        ]);
        let wanted = [
            took("a", 61),
            took("b::second", 2),
            took("c", 1),
            took("d", 62),
            took("e", 1),
        ];
        assert_eq!(timed, wanted);
    }

    #[test]
    fn of_another_order_than_by_name_nothing_is_said() {
        let timed = heard(&[
            (0, "running 3 tests"),
            (1, "test c ... ok"),
            (2, "test a ... ok"),
            (3, "test b ... ok"),
            (4, "running 1 test"),
            (6, "test d ... ok"),
        ]);
        assert_eq!(timed, [took("d", 2)]);
    }

    #[test]
    fn journeys_tell_their_own_times() -> Result<()> {
        let timed = of_journeys(r#"[["outage: the server is killed", 2000.5], ["race", 0]]"#)?;
        assert_eq!(timed[0].1, Duration::from_micros(2_000_500));
        assert!(of_journeys("{}").is_err());
        Ok(())
    }

    #[test]
    fn the_slowest_come_first_and_no_more_than_ten() {
        let many = (0..12).map(|n| took(&format!("t{n}"), n)).collect();
        let said = said("tests", many);
        let lines: Vec<_> = said.lines().skip(1).collect();
        assert_eq!(lines.len(), 11, "{said}");
        assert_eq!(lines[1], "     11.0 s  t11");
    }
}
