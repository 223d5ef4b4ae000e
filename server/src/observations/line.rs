//! One observation as one line: eight digits of checksum, a space, JSON, a line feed.
//!
//! The checksum is the head of the SHA-256 over the JSON. It finds what a killed server or a failing
//! disk has left; whoever finds a line is told about the rest of the file all the same.

use castellan_domain::time::Timestamp;
use castellan_domain::wire::history::ObservationRecord;
use sha2::{Digest as _, Sha256};

/// Bytes of a line at most. Ids are limited, so a record stays far below it; a longer line is damage.
pub(super) const LINE_BYTES_MAX: usize = 4_096;

const CHECKSUM_DIGITS: usize = 8;
/// How every record begins, so that the time can be read before anything is checked.
const TIME_FIRST: &[u8] = b"{\"answered_at\":";

/// A line that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

/// Writes a record as a line.
pub(super) fn encode(record: &ObservationRecord) -> serde_json::Result<Vec<u8>> {
    let json = serde_json::to_vec(record)?;
    let mut line = checksum(&json).into_bytes();
    line.push(b' ');
    line.extend(json);
    line.push(b'\n');
    Ok(line)
}

/// Reads a line without its line feed.
pub(super) fn decode(line: &[u8]) -> Result<ObservationRecord, Damaged> {
    let (sum, rest) = line.split_at_checked(CHECKSUM_DIGITS).ok_or(Damaged)?;
    let json = rest.strip_prefix(b" ").ok_or(Damaged)?;
    if checksum(json).as_bytes() != sum {
        return Err(Damaged);
    }
    serde_json::from_slice(json).map_err(|_| Damaged)
}

/// When a line was answered, unchecked: to pass over what is not asked for without reading it all.
pub(super) fn time_of(line: &[u8]) -> Option<Timestamp> {
    let rest = line.get(CHECKSUM_DIGITS + 1..)?.strip_prefix(TIME_FIRST)?;
    // Without the comma the number may be torn, and another one than it was.
    let end = rest.iter().position(|byte| *byte == b',')?;
    let micros = std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
    Some(Timestamp::from_micros(micros))
}

fn checksum(json: &[u8]) -> String {
    let digest = Sha256::digest(json);
    crate::site_folder::hex(&digest[..CHECKSUM_DIGITS / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line as it was first released. It must be readable as long as a segment is kept: when the
    /// form changes, a second sample comes and this one stays until no such segment is left.
    const SAMPLE: &str = include_str!("../../tests/samples/observation.v1.line");

    #[test]
    fn a_line_of_the_first_form_is_read_and_still_written_like_this() {
        let record = decode(SAMPLE.trim_end().as_bytes()).unwrap();
        assert_eq!(
            record
                .observation
                .device()
                .map(castellan_domain::ids::DeviceId::as_str),
            Some("d-004")
        );
        assert_eq!(time_of(SAMPLE.as_bytes()), Some(record.answered_at));
        assert_eq!(String::from_utf8(encode(&record).unwrap()).unwrap(), SAMPLE);
    }

    #[test]
    fn every_changed_byte_is_found() {
        let good = SAMPLE.trim_end().as_bytes();
        for place in 0..good.len() {
            let mut bad = good.to_vec();
            bad[place] ^= 1;
            assert_eq!(decode(&bad), Err(Damaged), "byte {place}");
            assert_eq!(decode(&good[..place]), Err(Damaged), "torn at {place}");
        }
    }
}
