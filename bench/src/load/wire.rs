//! What the peers' protocols have in common on the wire, as far as it concerns us.

/// Who, round, x, y and age.
pub(super) const PAYLOAD_BYTES: usize = 20;
/// Bytes of an unfinished protocol message that a subscriber keeps at most.
pub(super) const UNFINISHED_MAX: usize = 64 * 1024;

/// What stands at the beginning of received bytes, and what is after it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Split<'a> {
    Position(&'a [u8], &'a [u8]),
    Ping(&'a [u8]),
    Other(&'a [u8]),
    Fault(&'a [u8]),
    Unfinished,
}
