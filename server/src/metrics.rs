//! Figures for Prometheus, in its text format: one sort of figure after another, each with what it is. And what turns
//! cost, which nothing else counts.

use std::fmt::{Display, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The content type of the text.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What a figure does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// It only grows, until the server starts again.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// The text, as far as it is written.
#[derive(Debug, Default)]
pub(crate) struct Metrics(String);

impl Metrics {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing into a text does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn kind(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        self.head(name, kind, help);
    }

    /// A figure of which there is one.
    pub(crate) fn one(&mut self, kind: Kind, name: &str, help: &str, value: impl Display) {
        self.kind(name, kind, help);
        let _ = writeln!(self.0, "{name} {value}");
    }

    /// A figure that there is for each of some things, which its labels name.
    pub(crate) fn each<'a, V: Display>(
        &mut self,
        kind: Kind,
        name: &str,
        help: &str,
        figures: impl IntoIterator<Item = (Vec<(&'a str, &'a str)>, V)>,
    ) {
        self.kind(name, kind, help);
        for (labels, value) in figures {
            let labels = labels.into_iter().map(|(label, value)| {
                let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                format!("{label}=\"{}\"", value.replace('\n', "\\n"))
            });
            let labels = labels.collect::<Vec<_>>().join(",");
            let _ = writeln!(self.0, "{name}{{{labels}}} {value}");
        }
    }

    /// How often something happened, and how long all of it took.
    pub(crate) fn summary(&mut self, name: &str, help: &str, count: u64, sum: Duration) {
        self.head(name, "summary", help);
        let _ = writeln!(
            self.0,
            "{name}_sum {}\n{name}_count {count}",
            sum.as_secs_f64()
        );
    }

    /// All of it.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// What turns came to since the start.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    recorded: AtomicU64,
    lost: AtomicU64,
    micros: AtomicU64,
    positions: AtomicU64,
}

/// The same at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TurnsDone {
    pub(crate) recorded: u64,
    pub(crate) lost: u64,
    pub(crate) took: Duration,
    pub(crate) positions: u64,
}

impl Turns {
    /// A turn is on disk.
    pub(crate) fn recorded(&self, took: Duration) {
        self.recorded.fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// A turn could not be recorded.
    pub(crate) fn lost(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    /// Positions are stored.
    pub(crate) fn kept(&self, positions: usize) {
        self.positions
            .fetch_add(positions as u64, Ordering::Relaxed);
    }

    /// What it came to by now.
    pub(crate) fn done(&self) -> TurnsDone {
        TurnsDone {
            recorded: self.recorded.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
            took: Duration::from_micros(self.micros.load(Ordering::Relaxed)),
            positions: self.positions.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        let mut metrics = Metrics::default();
        metrics.one(
            Kind::Gauge,
            "castellan_queue_inputs",
            "Inputs that wait.",
            3,
        );
        let labels = |code| vec![("adapter", "events"), ("code", code)];
        metrics.each(
            Kind::Counter,
            "castellan_refused_total",
            "Messages refused.",
            [(labels("a\"b\\c\nd"), 2)],
        );
        let turns = Turns::default();
        turns.recorded(Duration::from_millis(1_500));
        turns.recorded(Duration::from_millis(250));
        turns.lost();
        turns.kept(7);
        let done = turns.done();
        assert_eq!((done.lost, done.positions), (1, 7));
        metrics.summary("castellan_turn_seconds", "Turns.", done.recorded, done.took);
        assert_eq!(
            metrics.into_text(),
            r#"# HELP castellan_queue_inputs Inputs that wait.
# TYPE castellan_queue_inputs gauge
castellan_queue_inputs 3
# HELP castellan_refused_total Messages refused.
# TYPE castellan_refused_total counter
castellan_refused_total{adapter="events",code="a\"b\\c\nd"} 2
# HELP castellan_turn_seconds Turns.
# TYPE castellan_turn_seconds summary
castellan_turn_seconds_sum 1.75
castellan_turn_seconds_count 2
"#
        );
    }
}
