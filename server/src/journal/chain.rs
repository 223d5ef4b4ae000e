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
    fn two_journals_never_share_a_chain() {
        let other = JournalId(uuid::Uuid::from_u128(1));
        assert_ne!(
            ChainHash::genesis(JournalId(uuid::Uuid::nil())).then("x"),
            ChainHash::genesis(other).then("x")
        );
    }
}
