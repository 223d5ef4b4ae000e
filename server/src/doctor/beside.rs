//! Compares the projection tables with what the facts come to.

use super::report::Report;
use crate::journal::Journal;
use crate::site_folder::SitePaths;
use crate::tables::{Closing, Progress, Rows, Tables, TablesError, row_of};
use castellan_domain::fact::Fact;
use castellan_domain::ids::{AlarmId, Seq};
use castellan_domain::matter::Matter;
use castellan_domain::site::Site;
use castellan_domain::time::Timestamp;
use castellan_domain::view::Touched;
use serde::Serialize;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Rows compared at once.
const PAGE: u16 = 1_000;
const REBUILD: &str = "Run `castellan doctor --rebuild`; no fact is touched by it";

/// What the rows should be: of each only its digest, so that a million of them fit.
pub(super) struct Expected {
    tables: Tables,
    upto: Seq,
    rows: BTreeMap<AlarmId, (Option<Timestamp>, u64)>,
    steps: BTreeMap<(Matter, Seq), u64>,
}

/// Opens the tables as of this moment, if they are of this journal.
pub(super) async fn begin(
    paths: &SitePaths,
    journal: &mut Journal,
    report: &mut Report,
) -> Option<Expected> {
    if !paths.tables().exists() {
        report.note("there are no tables yet; the next start makes them");
        return None;
    }
    let opened = async {
        let mut tables = Tables::examine(&paths.tables()).await?;
        let progress = tables.progress().await?;
        Ok::<_, TablesError>((tables, progress))
    };
    let (tables, progress) = match opened.await {
        Ok((tables, Some(progress))) => (tables, progress),
        Ok((_, None)) => {
            report.note("the tables do not say how far they are; the next start folds them anew");
            return None;
        }
        Err(error) => {
            report.fault(&error.to_string(), REBUILD);
            return None;
        }
    };
    let fresh = Progress::none(journal.id());
    let hash = journal.hash_if_at(progress.seq).await;
    if progress.versions != fresh.versions
        || progress.journal != fresh.journal
        || hash.ok().flatten() != Some(progress.hash)
    {
        report.note("the tables are of another version or journal; the next start folds them anew");
        return None;
    }
    Some(Expected {
        tables,
        upto: progress.seq,
        rows: BTreeMap::new(),
        steps: BTreeMap::new(),
    })
}

impl Expected {
    /// Takes in one fact, as far as the tables are.
    pub(super) fn take(&mut self, fact: &Fact, touched: &Touched, site: &Site) {
        if fact.seq > self.upto {
            return;
        }
        let mut rows = Rows::default();
        rows.take(fact, touched, site);
        for (alarm, closing) in rows.iter() {
            let closed_at = match closing {
                Closing::Open => None,
                Closing::At(at) => Some(at),
                Closing::AsBefore => self.rows.get(&alarm.id).and_then(|(at, _)| *at),
            };
            let row = row_of(alarm, closed_at);
            self.rows.insert(alarm.id, (closed_at, digest(&row)));
        }
        // A step that cannot be written is in no table either: it is missed there.
        for (matter, seq, step) in rows.steps().unwrap_or_default() {
            self.steps.insert((matter, seq), digest(&step));
        }
    }

    /// Goes through the rows. `head` is the journal's last fact.
    pub(super) async fn compare(mut self, head: Seq, report: &mut Report) {
        let compared = async {
            let (rows, differs) = self.differing_row().await?;
            let differs = match differs {
                None => self.differing_step().await?,
                Some(alarm) => Some(Matter::Alarm(alarm)),
            };
            Ok::<_, TablesError>((rows, differs))
        };
        match compared.await {
            Ok((rows, None)) => {
                report.hold(format!(
                    "the tables hold {rows} alarms up to fact {} of {head}",
                    self.upto
                ));
            }
            Ok((_, Some(matter))) => report.fault(
                &format!("the tables do not say of {matter} what the facts say"),
                REBUILD,
            ),
            Err(error) => report.fault(&error.to_string(), REBUILD),
        }
    }

    /// How many rows there are, and the first found that is another one, missing, or too many.
    async fn differing_row(&mut self) -> Result<(usize, Option<AlarmId>), TablesError> {
        let mut before = None;
        let mut count = 0;
        loop {
            let rows = self.tables.alarms_before(before, PAGE).await?;
            let Some(last) = rows.last() else { break };
            before = Some(last.id);
            count += rows.len();
            for row in &rows {
                let expected = self.rows.remove(&row.id).map(|(_, digest)| digest);
                if expected != Some(digest(row)) {
                    return Ok((count, Some(row.id)));
                }
            }
        }
        Ok((count, self.rows.keys().next().copied()))
    }

    /// The first matter found of whose steps one is another one, missing, or too many.
    async fn differing_step(&mut self) -> Result<Option<Matter>, TablesError> {
        let mut after = None;
        loop {
            let steps = self.tables.steps_after(after, PAGE).await?;
            let Some((matter, last, _)) = steps.last() else {
                break;
            };
            after = Some((*matter, *last));
            for (matter, seq, step) in &steps {
                let expected = self.steps.remove(&(*matter, *seq));
                if expected != Some(digest(step)) {
                    return Ok(Some(*matter));
                }
            }
        }
        Ok(self.steps.keys().next().map(|(matter, _)| *matter))
    }
}

fn digest(row: &impl Serialize) -> u64 {
    let mut hasher = DefaultHasher::new();
    // A row is made of ids, numbers and short texts: it can always be written.
    serde_json::to_string(row)
        .unwrap_or_default()
        .hash(&mut hasher);
    hasher.finish()
}
