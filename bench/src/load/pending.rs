//! Very many ladders in the domain alone, in virtual time: no server, no disk. They begin, one of three is answered,
//! and the others fall due. The engine, its queue and a peer are driven alike.

use super::deadlines::{Engined, Heaped, Pending, Queued, TICK, WAIT_S, due_at};
use super::latencies::Late;
use super::meter::{self, Spent};
use castellan_domain::rules::claim_overdue::SETTLED_PER_INPUT_MAX;
use castellan_domain::time::{Span, Timestamp};
use clap::ValueEnum;
use serde::Serialize;

/// Wednesday 2026-11-18 at noon.
const BEGIN: Timestamp = Timestamp::from_secs(1_794_974_400);
const TICKS_PER_S: i64 = 10;
/// Within so many seconds they begin, one after the other.
const BEGIN_S: i64 = 2_000;
/// Within so many seconds, from here on, some are answered.
const ANSWER_FROM_S: i64 = 2_100;
const ANSWER_S: i64 = 800;
/// One of so many.
const ANSWERED: u32 = 3;

/// What they wait in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum With {
    /// The whole engine: rows, rules, ladders, facts.
    Engine,
    /// The queue in which it keeps deadlines, alone.
    Queue,
    /// A binary heap.
    Heap,
}

/// When they are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// One after the other, slower than they can be settled.
    Spread,
    /// All at one moment.
    AtOnce,
}

/// How it went.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub ladders: u32,
    /// Those that somebody answered before they were due.
    pub answered: u32,
    /// Those that should have fired and did not.
    pub lost: u32,
    /// Those that fired more than once.
    pub doubled: u32,
    /// Those that fired though somebody had answered.
    pub after_the_answer: u32,
    /// Those that fired later than a tick and those before them account for.
    pub behind: u32,
    /// Virtual time from the deadline.
    pub late: Late,
    /// Memory of all of them while they wait.
    pub bytes: u64,
    pub begin_cpu_s: f64,
    pub answer_cpu_s: f64,
    pub settle_cpu_s: f64,
}

/// Runs it.
pub fn run(with: With, when: When, ladders: u32) -> anyhow::Result<Report> {
    match with {
        With::Engine => Night::new(Engined::new(ladders, BEGIN)?, when, ladders).run(),
        With::Queue => Night::new(Queued::default(), when, ladders).run(),
        With::Heap => Night::new(Heaped::default(), when, ladders).run(),
    }
}

struct Night<P> {
    pending: P,
    when: When,
    ladders: u32,
    tick: i64,
    begun: u32,
    answered: u32,
    /// At which ticks each fired.
    fired: Vec<Option<i64>>,
    doubled: u32,
}

const fn is_answered(number: u32) -> bool {
    number.is_multiple_of(ANSWERED)
}

impl<P: Pending> Night<P> {
    fn new(pending: P, when: When, ladders: u32) -> Self {
        Self {
            pending,
            when,
            ladders,
            tick: 0,
            begun: 0,
            answered: 0,
            fired: vec![None; ladders as usize],
            doubled: 0,
        }
    }

    fn share(&self, number: u32, of_s: i64) -> Span {
        Span::from_micros(i64::from(number) * of_s * 1_000_000 / i64::from(self.ladders.max(1)))
    }

    fn begins(&self, number: u32) -> Timestamp {
        match self.when {
            When::Spread => BEGIN + self.share(number, BEGIN_S),
            When::AtOnce => BEGIN,
        }
    }

    fn answers(&self, number: u32) -> Timestamp {
        BEGIN + Span::from_secs(ANSWER_FROM_S) + self.share(number, ANSWER_S)
    }

    fn run(mut self) -> anyhow::Result<Report> {
        let before = meter::resident_bytes(std::process::id())?;
        let begin_cpu_s = self.until(BEGIN_S * TICKS_PER_S)?;
        let waiting = meter::resident_bytes(std::process::id())?;
        let answer_cpu_s = self.until((ANSWER_FROM_S + ANSWER_S) * TICKS_PER_S)?;
        let backlog = i64::from(self.ladders) / i64::try_from(SETTLED_PER_INPUT_MAX)?;
        let settle_cpu_s = self.until((BEGIN_S + WAIT_S) * TICKS_PER_S + backlog + 1)?;
        Ok(Report {
            bytes: waiting.saturating_sub(before),
            begin_cpu_s,
            answer_cpu_s,
            settle_cpu_s,
            ..self.found()
        })
    }

    /// Lets it be that tick, and gives back what it took of the processor.
    fn until(&mut self, last: i64) -> anyhow::Result<f64> {
        let spent = Spent::begin()?;
        while self.tick < last {
            self.tick += 1;
            let now = BEGIN + Span::from_millis(self.tick * TICK.as_millis());
            while self.begun < self.ladders && self.begins(self.begun) <= now {
                self.pending.begin(self.begun, self.begins(self.begun))?;
                self.begun += 1;
            }
            while self.answered < self.ladders && self.answers(self.answered) <= now {
                if is_answered(self.answered) {
                    let due_at = due_at(self.begins(self.answered));
                    self.pending.answer(self.answered, due_at, now)?;
                }
                self.answered += 1;
            }
            for number in self.pending.settle(now)? {
                let fired = self.fired[number as usize].replace(self.tick);
                self.doubled += u32::from(fired.is_some());
            }
        }
        Ok(spent.so_far()?.1)
    }

    /// What must be so: each fires once, at the first tick that those before it leave to it.
    fn found(&self) -> Report {
        let mut report = Report {
            ladders: self.ladders,
            doubled: self.doubled,
            ..Report::default()
        };
        let mut late_ms = Vec::new();
        let mut earliest: Vec<i64> = Vec::new();
        for (number, fired) in (0..).zip(&self.fired) {
            if is_answered(number) {
                report.answered += 1;
                report.after_the_answer += u32::from(fired.is_some());
                continue;
            }
            let due_us = due_at(self.begins(number)).since(BEGIN).as_micros();
            let due_tick = (due_us + TICK.as_micros() - 1) / TICK.as_micros();
            let taken = earliest.len().checked_sub(SETTLED_PER_INPUT_MAX);
            let after = taken.map_or(0, |before| earliest[before] + 1);
            earliest.push(due_tick.max(after));
            let Some(tick) = fired else {
                report.lost += 1;
                continue;
            };
            report.behind += u32::from(*tick > due_tick.max(after));
            late_ms.push((tick * TICK.as_micros() - due_us) / 1_000);
        }
        report.late = Late::of(late_ms);
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_lost_doubled_or_behind_in_the_engine_its_queue_and_the_peer() {
        for when in [When::Spread, When::AtOnce] {
            for with in [With::Engine, With::Queue, With::Heap] {
                let report = run(with, when, 600).unwrap();
                let wrong = [report.lost, report.doubled, report.behind];
                assert_eq!(wrong, [0; 3], "{with:?} {when:?}");
                assert_eq!((report.after_the_answer, report.answered), (0, 200));
                // 400 at 64 a tick.
                let most_ms = if when == When::AtOnce { 600 } else { 100 };
                assert!(report.late.most_ms <= most_ms, "{with:?} {report:?}");
            }
        }
    }

    #[test]
    fn what_fires_late_twice_or_never_is_found() {
        let mut night = Night::new(Queued::default(), When::AtOnce, 6);
        let on_time = WAIT_S * TICKS_PER_S;
        night.fired = [
            None,
            Some(on_time),
            None,
            Some(on_time),
            Some(on_time + 1),
            Some(on_time),
        ]
        .to_vec();
        let found = night.found();
        let counts = [found.lost, found.after_the_answer, found.behind];
        assert_eq!(counts, [1, 1, 1]);
    }
}
