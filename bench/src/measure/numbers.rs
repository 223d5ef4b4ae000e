//! The arithmetic of a measurement: medians, ratios, and how they are written.

use std::fmt;

use serde_json::Value;

/// The middle of several rounds, with the least and the most of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// Of these values; nothing if there are none. Of an even number, the mean of the two in the middle.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let half = values.len() / 2;
        let median = if values.len().is_multiple_of(2) {
            f64::midpoint(values[half - 1], values[half])
        } else {
            values[half]
        };
        Some(Self {
            median,
            least,
            most,
        })
    }
}

/// `0.28 (0.26–0.31)`; the precision counts for all three.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        let (median, least, most) = (self.median, self.least, self.most);
        write!(f, "{median:.digits$} ({least:.digits$}–{most:.digits$})")
    }
}

/// A spread as it is written, or a dash where there is none.
pub(crate) fn shown(spread: Option<Spread>, digits: usize) -> String {
    spread.map_or_else(|| "–".to_owned(), |spread| format!("{spread:.digits$}"))
}

/// A number within a report, by its path such as `posts/late/p99_us`; 0 where there is none.
pub(crate) fn number(report: &Value, path: &str) -> f64 {
    report
        .pointer(&format!("/{path}"))
        .and_then(Value::as_f64)
        .unwrap_or(0.0)
}

/// A per B; nothing where B is nothing.
pub(crate) fn per(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_median_stands_in_the_middle() {
        let spread = Spread::of([5.0, 1.0, 3.0]).expect("three");
        assert_eq!(
            (spread.median, spread.least, spread.most),
            (3.0, 1.0, 5.0),
            "{spread:?}"
        );
        let even = Spread::of([4.0, 1.0, 2.0, 100.0]).expect("four");
        assert!((even.median - 3.0).abs() < 1e-9, "{even:?}");
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn one_wild_round_does_not_move_it() {
        let calm = Spread::of([0.3, 0.31, 0.29, 0.3, 0.3]).expect("five");
        let wild = Spread::of([0.3, 0.31, 0.29, 0.3, 9.0]).expect("five");
        assert!((calm.median - wild.median).abs() < 1e-9);
    }

    #[test]
    fn spreads_are_written_with_their_ends() {
        let spread = Spread::of([0.256, 0.5, 0.1]);
        assert_eq!(shown(spread, 2), "0.26 (0.10–0.50)");
        assert_eq!(shown(spread, 0), "0 (0–0)");
        assert_eq!(shown(None, 2), "–");
    }

    #[test]
    fn numbers_are_found_by_path_and_nothing_is_divided_by_zero() {
        let report = json!({"posts": {"late": {"p99_us": 1941}}, "stored": 7});
        assert!((number(&report, "posts/late/p99_us") - 1941.0).abs() < 1e-9);
        assert!((number(&report, "stored") - 7.0).abs() < 1e-9);
        assert!(number(&report, "posts/early") < 1e-9);
        assert_eq!(per(1.0, 0.0), None);
        assert_eq!(per(1.0, 4.0), Some(0.25));
    }
}
