//! The case sheet of an incident, written from the record, and compared with it again.

use crate::journal::{ChainHash, Journal, JournalError, StoredFact};
use castellan_domain::ids::{IncidentId, Seq, SiteId};
use castellan_domain::sheet::{Gathered, SHEET_FACTS_MAX};
use castellan_domain::wire::sheet::{CaseSheet, SHEET_VERSION, SheetFact};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::path::Path;

/// Facts that are looked through for one sheet at most: days of a busy estate, and some 50 MB while it is written. An incident that spans more gets none.
const SCANNED_MAX: usize = 100_000;

/// Why there is no sheet.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SheetError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("the record does not tell how the alarms of {0} began")]
    NotWhole(IncidentId),
    #[error("there is too much between the beginning of {0} and now for one sheet")]
    TooLong(IncidentId),
    #[error("the record's chain does not hold at fact {0}; run `castellan doctor`")]
    ChainBroken(Seq),
    #[error("the record has no fact {0}")]
    NoSuchFact(Seq),
}

/// Writes the sheet of an incident whose first fact comes after `begins_after`. `upto`: as it was at that fact; left
/// out, as it is now.
pub(crate) async fn write(
    journal: &Path,
    (site, incident): (&SiteId, IncidentId),
    begins_after: Seq,
    upto: Option<Seq>,
) -> Result<CaseSheet, SheetError> {
    let mut journal = Journal::examine(journal).await?;
    let (facts, hash) = read(&mut journal, incident, begins_after, upto).await?;
    let last = facts.last().map_or(begins_after, |fact| fact.seq);
    let gathered = Gathered::from(incident, facts.iter().map(|fact| fact.bytes.as_str()));
    if !gathered.is_whole() {
        return Err(SheetError::NotWhole(incident));
    }
    if gathered.facts().len() > SHEET_FACTS_MAX {
        return Err(SheetError::TooLong(incident));
    }
    let on_it = facts.into_iter();
    let on_it = on_it.filter(|fact| gathered.facts().contains(&fact.seq));
    let facts = on_it.map(|fact| {
        let unreadable = |error| JournalError::Unreadable {
            what: format!("JSON at fact {}: {error}", fact.seq),
        };
        Ok(SheetFact {
            seq: fact.seq,
            hash: fact.hash.to_hex(),
            fact: RawValue::from_string(fact.bytes).map_err(unreadable)?,
        })
    });
    let facts = facts.collect::<Result<_, JournalError>>()?;
    let sheet = CaseSheet {
        sheet: SHEET_VERSION,
        site: site.clone(),
        journal: journal.id(),
        incident,
        facts,
        upto: last,
        hash: hash.to_hex(),
    };
    journal.close().await?;
    Ok(sheet)
}

/// The facts in which those of the incident are, each a link of the chain, and the hash behind the last.
async fn read(
    journal: &mut Journal,
    incident: IncidentId,
    begins_after: Seq,
    upto: Option<Seq>,
) -> Result<(Vec<StoredFact>, ChainHash), SheetError> {
    let mut hash = journal.hash_at(begins_after).await?;
    let mut all: Vec<StoredFact> = Vec::new();
    loop {
        let after = all.last().map_or(begins_after, |fact| fact.seq);
        let page = journal.read_after(after).await?;
        let is_last = page.is_empty();
        for fact in page {
            if upto.is_some_and(|upto| fact.seq > upto) {
                return Ok((all, hash));
            }
            if all.len() == SCANNED_MAX {
                return Err(SheetError::TooLong(incident));
            }
            hash = hash.then(&fact.bytes);
            if hash != fact.hash {
                return Err(SheetError::ChainBroken(fact.seq));
            }
            all.push(fact);
        }
        if is_last {
            let there = all.last().map_or(begins_after, |fact| fact.seq);
            return match upto {
                Some(upto) if upto != there => Err(SheetError::NoSuchFact(upto)),
                Some(_) | None => Ok((all, hash)),
            };
        }
    }
}

/// What is another in the record than on a sheet, in a sentence.
pub(crate) fn difference(sheet: &CaseSheet, recorded: &CaseSheet) -> String {
    let facts = sheet.facts.iter().map(|fact| (fact.seq, fact));
    let mut written: BTreeMap<_, _> = facts.collect();
    for fact in &recorded.facts {
        let seq = fact.seq;
        match written.remove(&seq) {
            None => return format!("fact {seq} of the record is missing on it"),
            Some(said) if said.fact.get() != fact.fact.get() => {
                return format!("fact {seq} says something else in the record");
            }
            Some(said) if said.hash != fact.hash => {
                return format!("fact {seq} has another hash in the record");
            }
            Some(_) => {}
        }
    }
    match written.keys().next() {
        Some(seq) => format!(
            "fact {seq} is not about {} in the record",
            recorded.incident
        ),
        None if sheet.hash != recorded.hash => {
            format!("fact {} has another hash in the record", sheet.upto)
        }
        None => "its text was changed outside of its facts".to_owned(),
    }
}
