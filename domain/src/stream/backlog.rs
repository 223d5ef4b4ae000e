//! The latest facts of one audience, encoded once, from which displays pick up where they left off.

use crate::ids::{JournalId, Seq};
use std::collections::VecDeque;
use std::sync::Arc;

/// Bytes of facts kept at most; beyond it the oldest leave, and a display that still needed them
/// takes a snapshot.
pub const BACKLOG_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The facts of one turn, or what they changed, as they go over the wire.
#[derive(Debug, Clone)]
pub struct FactFrame {
    /// Number of the last fact before this frame.
    pub after: Seq,
    /// Number of the last fact in it.
    pub upto: Seq,
    /// Hash of the chain at `upto`.
    pub hash: Arc<str>,
    /// The whole message.
    pub text: Arc<str>,
}

/// A bounded tail of the journal.
#[derive(Debug)]
pub struct Backlog {
    journal: JournalId,
    /// Number and hash just before the first frame.
    base: (Seq, Arc<str>),
    /// At most `bytes_max` bytes of them; the oldest leave.
    frames: VecDeque<FactFrame>,
    bytes: usize,
    bytes_max: usize,
}

impl Backlog {
    /// An empty backlog whose head is the fact `seq` with the chain's hash there. It holds up to
    /// [`BACKLOG_BYTES_MAX`].
    pub fn new(journal: JournalId, seq: Seq, hash: &str) -> Self {
        Self::bounded(journal, seq, hash, BACKLOG_BYTES_MAX)
    }

    /// An empty backlog with a limit of its own, in bytes.
    pub fn bounded(journal: JournalId, seq: Seq, hash: &str, bytes_max: usize) -> Self {
        Self {
            journal,
            base: (seq, hash.into()),
            frames: VecDeque::new(),
            bytes: 0,
            bytes_max,
        }
    }

    /// An empty one for another audience, that goes on from this one's head.
    #[must_use]
    pub fn beside(&self) -> Self {
        let (seq, hash) = self.head();
        Self::bounded(self.journal, seq, hash, self.bytes_max)
    }

    /// The journal that the numbers belong to.
    pub fn journal(&self) -> JournalId {
        self.journal
    }

    /// Number and hash of the last fact.
    pub fn head(&self) -> (Seq, &str) {
        match self.frames.back() {
            Some(frame) => (frame.upto, &frame.hash),
            None => (self.base.0, &self.base.1),
        }
    }

    /// Adds the facts of one turn, each as its stored bytes, numbered from the head on.
    pub fn push<'a>(&mut self, facts: impl IntoIterator<Item = &'a str>, upto: Seq, hash: &str) {
        let mut text = format!(r#"{{"t":"facts","upto":{upto},"hash":"{hash}","facts":["#);
        for (index, fact) in facts.into_iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(fact);
        }
        text.push_str("]}");
        self.push_text(text, upto, hash);
    }

    /// Adds a whole message that takes a display from the head to `upto`. One that leads nowhere is
    /// not taken.
    pub fn push_text(&mut self, text: String, upto: Seq, hash: &str) {
        let after = self.head().0;
        if upto <= after {
            return;
        }
        self.bytes += text.len();
        self.frames.push_back(FactFrame {
            after,
            upto,
            hash: hash.into(),
            text: text.into(),
        });
        while self.bytes > self.bytes_max && self.frames.len() > 1 {
            if let Some(oldest) = self.frames.pop_front() {
                self.bytes -= oldest.text.len();
                self.base = (oldest.upto, oldest.hash);
            }
        }
    }

    /// Whether a display that stands at `seq` with this hash can go on from here.
    pub fn reaches(&self, seq: Seq, hash: &str) -> bool {
        if seq == self.base.0 {
            return *self.base.1 == *hash;
        }
        self.frames
            .binary_search_by_key(&seq, |frame| frame.upto)
            .is_ok_and(|index| *self.frames[index].hash == *hash)
    }

    /// The frame that follows `seq`. `Err` when it is no longer here.
    pub fn after(&self, seq: Seq) -> Result<Option<&FactFrame>, Gap> {
        let (head, _) = self.head();
        if seq == head {
            return Ok(None);
        }
        let index = self.frames.partition_point(|frame| frame.after < seq);
        match self.frames.get(index) {
            Some(frame) if frame.after == seq => Ok(Some(frame)),
            _ => Err(Gap),
        }
    }
}

/// The facts after a display's position are gone: it has to take a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap;
