//! What the record of a server tells of ladders over an end without a word: which began, which called, and
//! how late.

use super::deadlines::TICK;
use super::latencies::Late;
use super::{estate, storage};
use castellan_domain::fact::{Fact, FactBody};
use castellan_domain::ladder::LadderFact;
use castellan_domain::matter::Matter;
use castellan_domain::notify::{NotificationFact, Settlement};
use castellan_domain::rules::claim_overdue::SETTLED_PER_INPUT_MAX;
use castellan_domain::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What the record tells.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub begun: u32,
    /// Those that called nobody.
    pub lost: u32,
    /// Those that called more than once.
    pub doubled: u32,
    /// Those that called before the end, and after it.
    pub before: Part,
    pub after: Part,
    /// Calls of which the record tells that they were taken.
    pub settled: u32,
    /// From the last fact before the end to the first call after it.
    pub silent_ms: i64,
}

/// Those of one side.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    pub called: u32,
    /// From the deadline to the record of it.
    pub late: Late,
    /// Beyond a tick after the one that was so many before it: what the queue before it does not account for.
    pub behind: Late,
    /// From the first to the last.
    pub took_ms: i64,
}

/// Reads it from a journal that nobody has open.
pub fn run(journal: &Path, ended_at: Timestamp) -> anyhow::Result<Report> {
    let mut book = Book::default();
    storage::each_fact(journal, |bytes| {
        book.read(&Fact::decode(bytes)?);
        Ok(())
    })?;
    Ok(book.report(ended_at))
}

#[derive(Default)]
struct Book {
    /// How often each called.
    ladders: BTreeMap<Matter, u32>,
    /// When a step was due, and when it was recorded, in the order of the record.
    climbed: Vec<(Timestamp, Timestamp)>,
    recorded: Vec<Timestamp>,
    settled: u32,
}

impl Book {
    fn read(&mut self, fact: &Fact) {
        self.recorded.push(fact.recorded_at);
        if let FactBody::Ladder(body) = &fact.body {
            match body {
                // The flood that all of them are has a ladder of its own.
                LadderFact::Started(body) => {
                    let ladder = body.ladder.as_ref();
                    if ladder.is_some_and(|ladder| ladder.as_str() == estate::LADDER) {
                        self.ladders.entry(body.about).or_default();
                    }
                }
                LadderFact::Climbed(body) if self.ladders.contains_key(&body.about) => {
                    self.climbed.push((fact.occurred_at, fact.recorded_at));
                }
                LadderFact::Called(body) => {
                    if let Some(called) = self.ladders.get_mut(&body.about) {
                        *called += 1;
                    }
                }
                LadderFact::Climbed(_) | LadderFact::Stopped(_) => {}
            }
        }
        if let FactBody::Notification(NotificationFact::Settled(body)) = &fact.body
            && body.outcome == Settlement::Delivered
            && self.ladders.contains_key(&body.matter)
        {
            self.settled += 1;
        }
    }

    fn report(&self, ended_at: Timestamp) -> Report {
        let cut = self.climbed.partition_point(|(_, at)| *at <= ended_at);
        let (before, after) = self.climbed.split_at(cut);
        let counted = |times: fn(u32) -> bool| {
            let found = self.ladders.values().filter(|called| times(**called));
            u32::try_from(found.count()).unwrap_or(u32::MAX)
        };
        let last = self.recorded.iter().rfind(|at| **at <= ended_at);
        let silent = last.zip(after.first());
        Report {
            begun: counted(|_| true),
            lost: counted(|called| called == 0),
            doubled: counted(|called| called > 1),
            before: part(before),
            after: part(after),
            settled: self.settled,
            silent_ms: silent.map_or(0, |(last, (_, first))| first.since(*last).as_millis()),
        }
    }
}

fn part(climbed: &[(Timestamp, Timestamp)]) -> Part {
    let late = climbed.iter().map(|(due, at)| at.since(*due).as_millis());
    let behind = climbed.iter().enumerate().map(|(nth, (due, at))| {
        let before = nth.checked_sub(SETTLED_PER_INPUT_MAX);
        let (_, first) = climbed[0];
        let next = before.map_or(first, |before| climbed[before].1 + TICK);
        at.since((*due + TICK).max(next)).as_millis().max(0)
    });
    let ends = climbed.first().zip(climbed.last());
    Part {
        called: u32::try_from(climbed.len()).unwrap_or(u32::MAX),
        late: Late::of(late.collect()),
        behind: Late::of(behind.collect()),
        took_ms: ends.map_or(0, |((_, first), (_, last))| last.since(*first).as_millis()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_of_the_end_is_counted_and_what_waited_for_others_is_not_behind() {
        let at = Timestamp::from_millis;
        let about = |number: u32| Matter::Alarm(castellan_domain::ids::AlarmId(number));
        let mut book = Book {
            ladders: (0..70).map(|number| (about(number), 1)).collect(),
            ..Book::default()
        };
        book.ladders.insert(about(90), 0);
        book.ladders.insert(about(91), 2);
        book.climbed = vec![(at(1_000), at(1_050))];
        // All were due while nobody was there: 64 at once, the others a tick later, the last one late.
        book.climbed.extend([(at(2_000), at(5_000)); 64]);
        book.climbed.push((at(2_000), at(5_100)));
        book.climbed.push((at(2_000), at(5_400)));
        book.recorded = book.climbed.iter().map(|(_, at)| *at).collect();
        let report = book.report(at(3_000));
        assert_eq!((report.begun, report.lost, report.doubled), (72, 1, 1));
        assert_eq!((report.before.called, report.after.called), (1, 66));
        assert_eq!(report.before.late.most_ms, 50);
        assert_eq!(report.after.late.most_ms, 3_400);
        assert_eq!(report.after.behind.most_ms, 300);
        assert_eq!((report.after.behind.p50_ms, report.silent_ms), (0, 3_950));
        assert_eq!(Book::default().report(at(0)), Report::default());
    }
}
