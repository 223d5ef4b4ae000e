//! A short name for a content, which changes with it.

use sha2::{Digest, Sha256};

/// Twelve hexadecimal digits of SHA-256: enough to tell contents apart, short enough to read in a network log.
pub(crate) fn content_hash(content: &[u8]) -> String {
    let start = Sha256::digest(content)
        .iter()
        .take(6)
        .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    format!("{start:012x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_short_and_follow_the_content() {
        assert_eq!(content_hash(b"abc"), "ba7816bf8f01");
        assert_ne!(content_hash(b"abc"), content_hash(b"abd"));
    }
}
