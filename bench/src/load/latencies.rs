//! Latencies as a histogram: exact enough for a percentile, small however many there are.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The longest latency that is told apart: a minute. Anything longer counts as a minute.
const MICROS_MAX: u64 = 60_000_000;

/// Latencies, recorded in microseconds with three significant digits.
#[derive(Debug, Clone)]
pub struct Latencies(Histogram<u64>);

/// What is told of them, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// How many there are.
    pub count: u64,
    /// Half are not longer.
    pub p50_us: u64,
    /// 99 of 100 are not longer.
    pub p99_us: u64,
    /// The longest.
    pub max_us: u64,
}

impl Default for Latencies {
    fn default() -> Self {
        // Fails only for bounds that make no sense, and these do.
        let histogram = Histogram::new_with_bounds(1, MICROS_MAX, 3);
        Self(histogram.unwrap_or_else(|_| unreachable!("constant bounds")))
    }
}

impl Latencies {
    /// Adds one.
    pub fn record(&mut self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(MICROS_MAX);
        self.0.saturating_record(micros.clamp(1, MICROS_MAX));
    }

    /// How many are not longer than this.
    pub fn within(&self, limit: Duration) -> u64 {
        let micros = u64::try_from(limit.as_micros()).unwrap_or(MICROS_MAX);
        self.0.count_between(0, micros.clamp(1, MICROS_MAX))
    }

    /// What is told of them.
    pub fn summary(&self) -> Summary {
        Summary {
            count: self.0.len(),
            p50_us: self.0.value_at_quantile(0.5),
            p99_us: self.0.value_at_quantile(0.99),
            max_us: self.0.max(),
        }
    }
}

/// How late many were, each known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Late {
    pub p50_ms: i64,
    pub p99_ms: i64,
    pub most_ms: i64,
}

impl Late {
    /// Of these, in milliseconds.
    pub fn of(mut late_ms: Vec<i64>) -> Self {
        late_ms.sort_unstable();
        let at = |percent: usize| late_ms.get(late_ms.len() * percent / 100).copied();
        Self {
            p50_ms: at(50).unwrap_or_default(),
            p99_ms: at(99).unwrap_or_default(),
            most_ms: late_ms.last().copied().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_was_recorded() {
        let mut latencies = Latencies::default();
        for micros in 1..=1_000 {
            latencies.record(Duration::from_micros(micros));
        }
        let summary = latencies.summary();
        assert_eq!((summary.count, summary.p50_us), (1_000, 500));
        assert_eq!((summary.p99_us, summary.max_us), (990, 1_000));
        assert_eq!(latencies.within(Duration::from_micros(250)), 250);
        assert_eq!(latencies.within(Duration::from_secs(1)), 1_000);
    }

    #[test]
    fn how_late_many_were_is_exact_however_late() {
        let late = Late::of((1..=1_000).rev().map(|n| n * 1_000).collect());
        assert_eq!((late.p50_ms, late.p99_ms), (501_000, 991_000));
        assert_eq!(late.most_ms, 1_000_000);
        assert_eq!(Late::of(Vec::new()), Late::default());
    }

    #[test]
    fn none_at_all_and_one_that_never_ended_are_no_panic() {
        assert_eq!(Latencies::default().summary(), Summary::default());
        let mut latencies = Latencies::default();
        latencies.record(Duration::ZERO);
        latencies.record(Duration::MAX);
        let summary = latencies.summary();
        assert_eq!((summary.count, summary.p50_us), (2, 1));
        assert!(summary.max_us >= MICROS_MAX, "{summary:?}");
    }
}
