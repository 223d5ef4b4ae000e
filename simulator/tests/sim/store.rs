//! The store: what was committed stays, and committing fails when the world says so.

use castellan_domain::answer::Answer;
use castellan_domain::fact::{Fact, FactBody};
use castellan_domain::ids::{JournalId, PersonId, Seq};
use castellan_domain::notify::{Message, Notification, NotificationFact};
use castellan_domain::observation::Fix;
use castellan_domain::site::{FOLD_VERSION, Site};
use castellan_domain::stream::{RepeatKey, Stamped};
use castellan_domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// How the store behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It commits.
    Well,
    /// So many commits fail from now on.
    Fails(u32),
    /// The next commit is said to fail, and happens.
    Doubts,
    /// Positions fail, facts do not.
    TracksFail,
}

/// Snapshots kept; of more, the oldest leaves.
const SNAPSHOTS_MAX: usize = 3;

/// A commit that failed.
#[derive(Debug)]
pub(crate) enum Failed {
    /// Nothing of it is there.
    Wholly,
    /// So it seemed, and all of it is there.
    SoItSeemed,
}

/// A folded site, kept beside the journal so that a start is short.
#[derive(Debug)]
struct OnDisk {
    fold_version: u32,
    seq: Seq,
    hash: String,
    site: String,
}

/// A journal, its remembered answers and the tracks.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) journal: JournalId,
    rows: Vec<String>,
    hashes: Vec<String>,
    /// First answers, with the head of the record once they were on it.
    seen: BTreeMap<RepeatKey, (Answer, Seq)>,
    snapshots: Vec<OnDisk>,
    tracks: BTreeSet<(PersonId, Timestamp)>,
    /// Calls, each until the fact that says what became of it.
    calls: BTreeMap<Seq, (Message, Option<Seq>)>,
    pub(crate) mood: Mood,
}

impl Store {
    pub(crate) fn new(journal: JournalId) -> Self {
        Self {
            journal,
            rows: Vec::new(),
            hashes: Vec::new(),
            seen: BTreeMap::new(),
            snapshots: Vec::new(),
            tracks: BTreeSet::new(),
            calls: BTreeMap::new(),
            mood: Mood::Well,
        }
    }

    /// One transaction of facts, answers and calls.
    pub(crate) fn commit(
        &mut self,
        facts: &[Stamped],
        seen: Vec<(RepeatKey, Answer)>,
        calls: &[Notification],
    ) -> Result<(), Failed> {
        if let Mood::Fails(times) = self.mood {
            self.mood = match times {
                0 | 1 => Mood::Well,
                more => Mood::Fails(more - 1),
            };
            return Err(Failed::Wholly);
        }
        for stamped in facts {
            assert_eq!(stamped.fact.seq, Seq(self.rows.len() as u64 + 1), "a gap");
            let before = self.hash(Seq(self.rows.len() as u64));
            self.hashes.push(chain(&before, &stamped.bytes));
            self.rows.push(stamped.bytes.clone());
        }
        for call in calls {
            let waits = (call.message().clone(), None);
            self.calls.insert(call.about(), waits);
        }
        for stamped in facts {
            if let FactBody::Notification(NotificationFact::Settled(body)) = &stamped.fact.body {
                let call = self.calls.get_mut(&body.about).expect("a call");
                call.1 = Some(stamped.fact.seq);
            }
        }
        let head = self.head();
        for (key, answer) in seen {
            let twice = self.seen.insert(key.clone(), (answer, head));
            assert!(twice.is_none(), "{key:?} was handled twice");
        }
        if self.mood == Mood::Doubts {
            self.mood = Mood::Well;
            return Err(Failed::SoItSeemed);
        }
        Ok(())
    }

    /// Positions, after their turn's facts.
    pub(crate) fn keep(&mut self, fixes: &[Fix]) -> Result<(), Failed> {
        if self.mood == Mood::TracksFail {
            return Err(Failed::Wholly);
        }
        let keys = fixes
            .iter()
            .map(|fix| (fix.person.clone(), fix.occurred_at));
        self.tracks.extend(keys);
        Ok(())
    }

    pub(crate) fn has_track(&self, person: &PersonId, at: Timestamp) -> bool {
        self.tracks.contains(&(person.clone(), at))
    }

    /// Whether anybody was there at that time.
    pub(crate) fn has_track_of(&self, at: Timestamp) -> bool {
        self.tracks.iter().any(|(_, of)| *of == at)
    }

    pub(crate) fn seen(&self, key: &RepeatKey) -> Option<&Answer> {
        self.seen.get(key).map(|(answer, _)| answer)
    }

    /// Calls of which nobody has said yet what became of them.
    pub(crate) fn waiting(&self) -> Vec<(Seq, Message)> {
        let waiting = self
            .calls
            .iter()
            .filter(|(_, (_, settled))| settled.is_none());
        waiting
            .map(|(about, (message, _))| (*about, message.clone()))
            .collect()
    }

    /// Everything after that backup is gone. Positions and snapshots lie in other files.
    pub(crate) fn restore(&mut self, upto: Seq) {
        let rows = usize::try_from(upto.0).expect("small");
        self.rows.truncate(rows);
        self.hashes.truncate(rows);
        self.seen.retain(|_, (_, at)| *at <= upto);
        self.calls.retain(|about, _| *about <= upto);
        for (_, settled) in self.calls.values_mut() {
            *settled = settled.filter(|at| *at <= upto);
        }
    }

    /// Keeps a snapshot, as this program writes it or as another version would have.
    pub(crate) fn keep_snapshot(&mut self, site: &Site, fold_version: u32) {
        let foreign = Site::default();
        let site = if fold_version == FOLD_VERSION {
            site
        } else {
            &foreign
        };
        let seq = self.head();
        self.snapshots.push(OnDisk {
            fold_version,
            seq,
            hash: self.hash(seq),
            site: serde_json::to_string(site).expect("JSON"),
        });
        if self.snapshots.len() > SNAPSHOTS_MAX {
            self.snapshots.remove(0);
        }
    }

    /// The newest snapshot that is of this fold and of this history, and how many were thrown away
    /// since they are of another fold.
    pub(crate) fn snapshot(&mut self) -> (Option<(Seq, Site)>, u32) {
        let before = self.snapshots.len();
        self.snapshots.retain(|s| s.fold_version == FOLD_VERSION);
        let stale = u32::try_from(before - self.snapshots.len()).expect("few");
        let head = self.head();
        let fits = |s: &&OnDisk| s.seq <= head && self.hash(s.seq) == s.hash;
        let newest = self.snapshots.iter().rev().find(fits);
        let read = newest.map(|s| (s.seq, serde_json::from_str(&s.site).expect("a site")));
        (read, stale)
    }

    pub(crate) fn rows(&self) -> &[String] {
        &self.rows
    }

    pub(crate) fn head(&self) -> Seq {
        Seq(self.rows.len() as u64)
    }

    pub(crate) fn hash(&self, at: Seq) -> String {
        match usize::try_from(at.0).expect("small") {
            0 => format!("{:016x}", self.journal.0.as_u64_pair().1),
            n => self.hashes[n - 1].clone(),
        }
    }

    pub(crate) fn facts_after(&self, seq: Seq) -> impl Iterator<Item = Fact> + '_ {
        let after = usize::try_from(seq.0).expect("small");
        self.rows[after..]
            .iter()
            .map(|bytes| Fact::decode(bytes).expect("a stored fact"))
    }
}

/// FNV-1a over the hash before and the bytes: any chain serves here.
fn chain(before: &str, bytes: &str) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in before.bytes().chain(bytes.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{hash:016x}")
}
