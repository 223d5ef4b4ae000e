//! The hash chain: SHA-256 over the hash before and the fact's stored bytes.
//!
//! It proves that nothing was changed by accident. Against somebody who can rewrite the whole
//! journal it proves something only once its head is anchored elsewhere.

use crate::site_folder::hex;
use castellan_domain::ids::JournalId;
use sha2::{Digest as _, Sha256};

/// A link of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChainHash([u8; 32]);

impl ChainHash {
    /// Before the first fact: the journal's own id, so that two journals never share a chain.
    pub(crate) fn genesis(journal: JournalId) -> Self {
        Self(Sha256::digest(journal.0.as_bytes()).into())
    }

    /// After one more fact.
    pub(crate) fn then(self, bytes: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(self.0);
        hasher.update(bytes.as_bytes());
        Self(hasher.finalize().into())
    }

    /// From a stored column.
    pub(crate) fn from_stored(stored: &[u8]) -> Option<Self> {
        stored.try_into().ok().map(Self)
    }

    /// From the text that [`Self::to_hex`] writes.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let mut hash = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (byte, at) in hash.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
        }
        Some(Self(hash))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn to_hex(self) -> String {
        hex(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_flipped_byte_changes_every_later_link() {
        let start = ChainHash::genesis(JournalId(uuid::Uuid::nil()));
        let (a, b) = (start.then("one").then("two"), start.then("onE").then("two"));
        assert_ne!(a, b);
        assert_eq!(a, start.then("one").then("two"));
    }

    #[test]
    fn a_hash_is_read_as_it_is_written_and_nothing_else_is() {
        let hash = ChainHash::genesis(JournalId(uuid::Uuid::nil()));
        assert_eq!(ChainHash::from_hex(&hash.to_hex()), Some(hash));
        for other in ["", "00", &"g".repeat(64), &"深".repeat(32), &"0".repeat(65)] {
            assert_eq!(ChainHash::from_hex(other), None, "{other}");
        }
    }

    #[test]
    fn two_journals_never_share_a_chain() {
        let other = JournalId(uuid::Uuid::from_u128(1));
        assert_ne!(
            ChainHash::genesis(JournalId(uuid::Uuid::nil())).then("x"),
            ChainHash::genesis(other).then("x")
        );
    }
}
