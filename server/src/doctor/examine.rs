//! One walk through a record: every fact, everything that follows from them, everything that they
//! refer to, and everything that vouches for them. It changes nothing.

use super::beside::{self, Expected};
use super::clips;
use super::history;
use super::report::Report;
use crate::anchor::{AnchorFile, ChainAnchor, Standing, Why};
use crate::evidence::{self, RecordFault, START_NEWER};
use crate::journal::{ChainHash, Journal, JournalError, Snapshots, StoredFact, StoredWords};
use crate::personal::commitment;
use crate::site_folder::{SitePaths, hex};
use crate::sqlite::has_content;
use castellan_domain::estate::EstateFact;
use castellan_domain::fact::{Fact, FactBody};
use castellan_domain::ids::{EstateHash, Seq};
use castellan_domain::site::Site;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const KEEP_AND_COMPARE: &str = "Keep this folder as it is, restore the last backup beside it, and compare \
    the two from that fact on";
const REBUILD: &str = "Run `castellan doctor --rebuild`; no fact is touched by it";

/// Examines a record. Whoever calls holds the folder's lock, or is the server that does. A copy has no
/// anchors: they vouch for the original.
pub(crate) async fn examine(paths: &SitePaths, anchors: Option<&AnchorFile>) -> Report {
    let mut report = Report::default();
    match evidence::check(paths, anchors).await {
        Ok(()) if !has_content(&paths.journal()) => {
            report.fault(
                &format!("there is no journal {}", paths.journal().display()),
                "Restore the last backup, or start a server to begin a new one",
            );
            return report;
        }
        // The walk says of what can be read whether it holds, and where what cannot be read lies.
        Ok(()) | Err(RecordFault::Unreadable(_)) => {}
        Err(fault) => {
            report.fault(&fault.to_string(), &fault.to_do());
            if !has_content(&paths.journal()) {
                return report;
            }
        }
    }
    match Walk::begin(paths, anchors, &mut report).await {
        Ok(walk) => walk.go(&mut report).await,
        Err(error) => report.fault(&error.to_string(), to_do(&error)),
    }
    report
}

const fn to_do(error: &JournalError) -> &'static str {
    if error.is_newer() {
        START_NEWER
    } else {
        KEEP_AND_COMPARE
    }
}

struct Walk<'a> {
    paths: &'a SitePaths,
    journal: Journal,
    site: Site,
    at: Seq,
    link: ChainHash,
    facts: u64,
    snapshots: BTreeMap<Seq, PathBuf>,
    snapshots_hold: u64,
    anchors: Vec<ChainAnchor>,
    expected: Option<Expected>,
    estates: BTreeSet<EstateHash>,
    words: u64,
    clips: u64,
    erased: u64,
    /// Facts that only a newer Castellan can read.
    newer: u64,
}

impl<'a> Walk<'a> {
    async fn begin(
        paths: &'a SitePaths,
        anchors: Option<&AnchorFile>,
        report: &mut Report,
    ) -> Result<Self, JournalError> {
        let mut journal = Journal::examine(&paths.journal()).await?;
        for said in journal.page_faults().await? {
            report.fault(
                &format!("the journal's file is damaged: {said}"),
                KEEP_AND_COMPARE,
            );
        }
        let snapshots = Snapshots::beside(&paths.journal()).list();
        let expected = beside::begin(paths, &mut journal, report).await;
        let link = ChainHash::genesis(journal.id());
        Ok(Self {
            paths,
            anchors: anchors.map_or_else(Vec::new, |file| anchors_of(file, &journal, report)),
            journal,
            site: Site::default(),
            at: Seq(0),
            link,
            facts: 0,
            snapshots: snapshots.into_iter().collect(),
            snapshots_hold: 0,
            expected,
            estates: BTreeSet::new(),
            words: 0,
            clips: 0,
            erased: 0,
            newer: 0,
        })
    }

    async fn go(mut self, report: &mut Report) {
        match self.facts(report).await {
            Ok(()) if report.is_whole() => report.hold(format!(
                "{} facts, numbered without a gap, the chain holds",
                self.facts
            )),
            Ok(()) => report.hold(format!("{} facts were read", self.facts)),
            Err(error) => report.fault(
                &format!("{error}, and nothing after fact {} was examined", self.at),
                KEEP_AND_COMPARE,
            ),
        }
        self.rest(report).await;
    }

    async fn facts(&mut self, report: &mut Report) -> Result<(), JournalError> {
        loop {
            let facts = self.journal.read_after(self.at).await?;
            if facts.is_empty() {
                return Ok(());
            }
            for stored in &facts {
                self.fact(stored, report).await?;
            }
        }
    }

    async fn fact(&mut self, stored: &StoredFact, report: &mut Report) -> Result<(), JournalError> {
        let seq = stored.seq;
        let expected = self.at.next();
        let link = self.link.then(&stored.bytes);
        self.at = seq;
        self.facts += 1;
        self.link = stored.hash;
        if seq != expected {
            let last = Seq(seq.0.saturating_sub(1));
            let said = if expected == last {
                format!("fact {expected} is missing")
            } else {
                format!("facts {expected} to {last} are missing")
            };
            report.fault(&said, KEEP_AND_COMPARE);
        } else if link != stored.hash {
            report.fault(
                &format!("the hash chain breaks at fact {seq}"),
                KEEP_AND_COMPARE,
            );
        }
        match stored.decode() {
            Err(error) if error.is_newer() => self.newer_fact(&error, report),
            Err(error) => report.fault(&error.to_string(), KEEP_AND_COMPARE),
            Ok(mut fact) => {
                if fact.seq != seq {
                    report.fault(
                        &format!("fact {seq} says that it is {}", fact.seq),
                        KEEP_AND_COMPARE,
                    );
                }
                fact.seq = seq;
                self.fold(&fact, report);
                self.clips += u64::from(clips::compare(self.paths, &fact, report));
                self.refers(&fact, &stored.bytes, report).await?;
            }
        }
        self.vouched(stored, report).await
    }

    /// What follows from the facts cannot be told from here on: neither is it called wrong.
    fn newer_fact(&mut self, error: &JournalError, report: &mut Report) {
        if self.newer == 0 {
            report.fault(&error.to_string(), START_NEWER);
        }
        self.newer += 1;
        self.expected = None;
        self.snapshots.clear();
    }

    fn fold(&mut self, fact: &Fact, report: &mut Report) {
        let touched = self.site.apply(fact);
        if let Some(expected) = &mut self.expected {
            expected.take(fact, &touched, &self.site);
        }
        let FactBody::Estate(EstateFact::Published(body)) = &fact.body else {
            return;
        };
        if !self.estates.insert(body.hash.clone()) {
            return;
        }
        let path = self.paths.estate(&body.hash);
        match std::fs::read(&path) {
            Ok(bytes) if hex(&Sha256::digest(&bytes)) == body.hash.as_str() => {}
            Ok(_) => report.fault(
                &format!(
                    "the estate document {} of fact {} is not what its name says",
                    path.display(),
                    fact.seq
                ),
                "Bring it back from a backup: it never changes, so any backup's is the right one",
            ),
            Err(error) => report.fault(
                &format!(
                    "the estate document {} of fact {} cannot be read: {error}",
                    path.display(),
                    fact.seq
                ),
                "Bring it back from a backup: it never changes, so any backup's is the right one",
            ),
        }
    }

    /// Words beside the facts. References are found by their shape, so that a new kind of fact is
    /// checked without anybody thinking of it.
    async fn refers(
        &mut self,
        fact: &Fact,
        bytes: &str,
        report: &mut Report,
    ) -> Result<(), JournalError> {
        if !bytes.contains("\"commitment\"") {
            return Ok(());
        }
        let Ok(value) = serde_json::from_str::<Value>(bytes) else {
            return Ok(());
        };
        let mut references = Vec::new();
        find_references(&value, &mut references);
        for (id, promised) in references {
            self.words += 1;
            let seq = fact.seq;
            match self.journal.words(id).await? {
                None => report.fault(
                    &format!("the words {id} of fact {seq} are gone, and nobody erased them"),
                    "Restore the last backup beside this folder and copy them from there",
                ),
                Some(StoredWords::Erased { .. }) => self.erased += 1,
                Some(StoredWords::Kept { salt, content }) => {
                    let kept = commitment(&salt, &content).ok();
                    if kept.is_none_or(|kept| kept.as_str() != promised) {
                        report.fault(
                            &format!(
                                "the words {id} of fact {seq} are not those that were written"
                            ),
                            KEEP_AND_COMPARE,
                        );
                    }
                }
            }
        }
        Ok(())
    }

    /// The snapshot and the anchors at this fact.
    async fn vouched(
        &mut self,
        stored: &StoredFact,
        report: &mut Report,
    ) -> Result<(), JournalError> {
        let seq = stored.seq;
        for anchor in self.anchors.iter().filter(|anchor| anchor.seq == seq) {
            if anchor.hash != stored.hash {
                report.fault(
                    &format!(
                        "the journal was rewritten: the anchor of {} knows another fact {seq}",
                        anchor.day()
                    ),
                    "Keep this folder and the anchors as they are; the last backup from before tells what \
                     was changed",
                );
            }
        }
        if let Some(path) = self.snapshots.remove(&seq) {
            match Snapshots::read(&path, &mut self.journal).await? {
                Ok((_, site)) if site == self.site => self.snapshots_hold += 1,
                Ok(_) => report.fault(
                    &format!("the snapshot at fact {seq} is not what the facts come to"),
                    REBUILD,
                ),
                Err(fault) if fault.is_damage() && path.exists() => {
                    report.fault(&format!("the snapshot at fact {seq}: {fault}"), REBUILD);
                }
                Err(fault) => report.note(format!(
                    "the snapshot at fact {seq} is of no use: {fault}. The next start throws it away"
                )),
            }
        }
        Ok(())
    }

    async fn rest(self, report: &mut Report) {
        if self.newer > 0 {
            report.note(format!(
                "{} facts are of a newer Castellan; their chain was checked, and the tables and snapshots \
                 that follow from them were not",
                self.newer
            ));
        }
        for seq in self.snapshots.keys() {
            report.note(format!(
                "the snapshot at fact {seq} is of no use: there is no such fact. The next start throws it away"
            ));
        }
        report.hold(format!(
            "{} snapshots, {} estate documents, {} words beside the facts ({} erased), {} clips, {} anchors were compared",
            self.snapshots_hold,
            self.estates.len(),
            self.words,
            self.erased,
            self.clips,
            self.anchors.len()
        ));
        if let Some(expected) = self.expected {
            expected.compare(self.at, report).await;
        }
        history::positions(self.paths, self.at > Seq(0), report).await;
        history::observations(self.paths, report).await;
    }
}

/// The anchors that this journal has to keep, those of a time before a restore set aside.
fn anchors_of(file: &AnchorFile, journal: &Journal, report: &mut Report) -> Vec<ChainAnchor> {
    let path = file.path().display();
    let found = match file.read() {
        Ok(found) => found,
        Err(error) => {
            report.fault(
                &format!("the anchors {path} cannot be read: {error}"),
                "Look after the disk that they lie on",
            );
            return Vec::new();
        }
    };
    if found.anchors.is_empty() {
        report.note(format!(
            "there are no anchors in {path}, so the chain proves accidents only; if they lie elsewhere, say \
             where with --anchors"
        ));
    }
    for line in &found.unreadable {
        report.note(format!("line {line} of the anchors {path} cannot be read"));
    }
    let Standing { mut anchors, turns } = found.standing();
    for (turn, dropped) in turns {
        let (day, seq) = (turn.day(), turn.seq);
        report.note(match turn.why {
            Why::Begun => format!(
                "a new record was begun on {day}; {dropped} anchors from before are of the one that was set aside"
            ),
            Why::Restored | Why::Daily | Why::Stop => format!(
                "a backup was restored on {day}: what came after fact {seq} before that day is not in this \
                 journal ({dropped} anchors with it)"
            ),
        });
    }
    // Of another journal the fault is told already.
    anchors.retain(|anchor| anchor.journal == journal.id());
    anchors
}

fn find_references(value: &Value, found: &mut Vec<(uuid::Uuid, String)>) {
    match value {
        Value::Object(fields) => {
            let id = fields.get("id").and_then(Value::as_str);
            let promised = fields.get("commitment").and_then(Value::as_str);
            if let (Some(Ok(id)), Some(promised)) = (id.map(str::parse), promised) {
                found.push((id, promised.to_owned()));
            }
            fields
                .values()
                .for_each(|value| find_references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| find_references(item, found)),
        _ => {}
    }
}
