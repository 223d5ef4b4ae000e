//! Positions of many people in one binary frame, column by column.
//!
//! All integers are LEB128 varints, the signed ones zigzag-coded. In this order: the byte
//! [`FRAME_KIND`]; `epoch`; `base_ms` (site time, milliseconds since 1970); the number of handles
//! that are gone and these handles (ascending, each as the difference to the one before); `count`; then four
//! columns of `count` values: handles (ascending, each as the difference to the one before), x and
//! y in centimetres from the site's anchor (signed), age in milliseconds (`base_ms` − received);
//! then the number of accuracy entries and for each the index into the columns (as a difference)
//! and the radius in decimetres plus one, 0 for "not known any more".

use crate::geo::Offset;
use crate::time::{Span, Timestamp};

/// First byte of a position frame.
pub const FRAME_KIND: u8 = 2;
/// Positions in one frame at most, and handles that are gone.
pub const FRAME_POSITIONS_MAX: usize = 65_536;

/// One position in a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Who, by handle.
    pub handle: u32,
    pub offset: Offset,
    /// When the server heard of it, in whole milliseconds.
    pub received_at: Timestamp,
    /// The radius, if it changed: the new one, or that it is no longer known.
    pub accuracy_dm: Option<Option<u16>>,
}

/// A decoded frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionFrame {
    /// The epoch of its handles.
    pub epoch: u32,
    /// Site time when it was made, in whole milliseconds.
    pub base: Timestamp,
    /// Handles that stand for nobody any more, ascending. They count before the positions.
    pub gone: Vec<u32>,
    /// The positions, by ascending handle.
    pub moved: Vec<Moved>,
}

/// Why bytes are not a position frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The first byte is another one.
    #[error("not a position frame: it begins with {0}")]
    Kind(u8),
    /// It ends in the middle of a value.
    #[error("the frame ends too early")]
    Short,
    /// A value that does not fit its column.
    #[error("a value does not fit its column")]
    Value,
    /// More entries than allowed.
    #[error("the frame holds {0} entries; at most {FRAME_POSITIONS_MAX} are allowed")]
    TooMany(u64),
    /// Something follows its end.
    #[error("{0} bytes follow the end of the frame")]
    Trailing(usize),
}

impl PositionFrame {
    /// The frame's bytes. Positions must be ordered by handle, each handle once.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16 + self.moved.len() * 12);
        out.push(FRAME_KIND);
        put(&mut out, u64::from(self.epoch));
        let base_ms = self.base.as_millis();
        put(&mut out, u64::try_from(base_ms).unwrap_or(0));
        put(&mut out, self.gone.len() as u64);
        put_ascending(&mut out, self.gone.iter().copied());
        put(&mut out, self.moved.len() as u64);
        put_ascending(&mut out, self.moved.iter().map(|moved| moved.handle));
        for moved in &self.moved {
            put(&mut out, zigzag(moved.offset.x_cm));
        }
        for moved in &self.moved {
            put(&mut out, zigzag(moved.offset.y_cm));
        }
        for moved in &self.moved {
            let age_ms = base_ms.saturating_sub(moved.received_at.as_millis());
            put(&mut out, u64::try_from(age_ms).unwrap_or(0));
        }
        let changed = self
            .moved
            .iter()
            .enumerate()
            .filter_map(|(index, moved)| moved.accuracy_dm.map(|accuracy| (index, accuracy)));
        put(&mut out, changed.clone().count() as u64);
        let mut before = 0;
        for (index, accuracy) in changed {
            put(&mut out, (index - before) as u64);
            put(&mut out, accuracy.map_or(0, |dm| u64::from(dm) + 1));
            before = index;
        }
        out
    }

    /// Reads a frame. Never panics, never allocates more than the frame's own length allows.
    pub fn decode(bytes: &[u8]) -> Result<Self, FrameError> {
        let mut input = Reader { bytes };
        let kind = input.byte()?;
        if kind != FRAME_KIND {
            return Err(FrameError::Kind(kind));
        }
        let epoch = u32::try_from(input.varint()?).map_err(|_| FrameError::Value)?;
        let base_ms = i64::try_from(input.varint()?).map_err(|_| FrameError::Value)?;
        let base = Timestamp::from_millis(base_ms);
        let gone = input.handles(1)?;
        // Each position takes at least four bytes: a handle, x, y and an age.
        let mut moved: Vec<_> = input
            .handles(4)?
            .into_iter()
            .map(|handle| Moved {
                handle,
                offset: Offset::default(),
                received_at: base,
                accuracy_dm: None,
            })
            .collect();
        for entry in &mut moved {
            entry.offset.x_cm = input.signed()?;
        }
        for entry in &mut moved {
            entry.offset.y_cm = input.signed()?;
        }
        for entry in &mut moved {
            let age_ms = i64::try_from(input.varint()?).map_err(|_| FrameError::Value)?;
            entry.received_at = base - Span::from_millis(age_ms);
        }
        let accuracies = input.varint()?;
        let mut index = 0usize;
        for nth in 0..accuracies {
            let step = usize::try_from(input.varint()?).map_err(|_| FrameError::Value)?;
            if nth > 0 && step == 0 {
                return Err(FrameError::Value);
            }
            index = index.checked_add(step).ok_or(FrameError::Value)?;
            let coded = input.varint()?;
            let accuracy = match coded.checked_sub(1) {
                None => None,
                Some(dm) => Some(u16::try_from(dm).map_err(|_| FrameError::Value)?),
            };
            moved.get_mut(index).ok_or(FrameError::Value)?.accuracy_dm = Some(accuracy);
        }
        if !input.bytes.is_empty() {
            return Err(FrameError::Trailing(input.bytes.len()));
        }
        Ok(Self {
            epoch,
            base,
            gone,
            moved,
        })
    }
}

fn put_ascending(out: &mut Vec<u8>, handles: impl Iterator<Item = u32>) {
    let mut before = 0;
    for handle in handles {
        put(out, u64::from(handle - before));
        before = handle;
    }
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            out.push(low & 0x7f);
            return;
        }
        out.push(low | 0x80);
    }
}

fn zigzag(value: i32) -> u64 {
    u64::from(((value << 1) ^ (value >> 31)).cast_unsigned())
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, FrameError> {
        let (first, rest) = self.bytes.split_first().ok_or(FrameError::Short)?;
        self.bytes = rest;
        Ok(*first)
    }

    /// A count and so many ascending handles, each of which takes at least `bytes_min` bytes of the
    /// frame: a short one cannot ask for much memory.
    fn handles(&mut self, bytes_min: usize) -> Result<Vec<u32>, FrameError> {
        let count = self.varint()?;
        if count > FRAME_POSITIONS_MAX as u64 {
            return Err(FrameError::TooMany(count));
        }
        if count > (self.bytes.len() / bytes_min) as u64 {
            return Err(FrameError::Short);
        }
        let mut handles = Vec::new();
        let mut handle = 0u32;
        for index in 0..count {
            let step = u32::try_from(self.varint()?).map_err(|_| FrameError::Value)?;
            if index > 0 && step == 0 {
                return Err(FrameError::Value);
            }
            handle = handle.checked_add(step).ok_or(FrameError::Value)?;
            handles.push(handle);
        }
        Ok(handles)
    }

    fn varint(&mut self) -> Result<u64, FrameError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(FrameError::Value);
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(FrameError::Value)
    }

    fn signed(&mut self) -> Result<i32, FrameError> {
        let coded = u32::try_from(self.varint()?).map_err(|_| FrameError::Value)?;
        Ok((coded >> 1).cast_signed() ^ -((coded & 1).cast_signed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame() -> impl Strategy<Value = PositionFrame> {
        let one = (
            1u32..500,
            -2_000_000i32..2_000_000,
            -2_000_000i32..2_000_000,
            0i64..100_000_000,
            proptest::option::of(proptest::option::of(0u16..=u16::MAX)),
        );
        (
            any::<u32>(),
            1_000_000_000_000i64..3_000_000_000_000,
            proptest::collection::vec(one, 0..60),
            proptest::collection::btree_set(any::<u32>(), 0..20),
        )
            .prop_map(|(epoch, base_ms, rows, gone)| {
                let base = Timestamp::from_millis(base_ms);
                let mut handle = 0;
                let moved = rows
                    .into_iter()
                    .map(|(step, x_cm, y_cm, age_ms, accuracy_dm)| {
                        handle += step;
                        Moved {
                            handle,
                            offset: Offset { x_cm, y_cm },
                            received_at: base - Span::from_millis(age_ms),
                            accuracy_dm,
                        }
                    })
                    .collect();
                PositionFrame {
                    epoch,
                    base,
                    gone: gone.into_iter().collect(),
                    moved,
                }
            })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(frame in frame()) {
            prop_assert_eq!(PositionFrame::decode(&frame.encode()), Ok(frame));
        }

        #[test]
        fn junk_is_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = PositionFrame::decode(&bytes);
        }

        #[test]
        fn a_damaged_frame_is_refused_or_read_without_a_panic(
            frame in frame(), at in 0usize..400, bit in 0u8..8, cut in 0usize..400,
        ) {
            let mut bytes = frame.encode();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            bytes.truncate(bytes.len() - cut % bytes.len());
            let _ = PositionFrame::decode(&bytes);
        }
    }

    #[test]
    fn a_short_frame_cannot_claim_many_positions() {
        for begun in [vec![FRAME_KIND, 0, 0], vec![FRAME_KIND, 0, 0, 0]] {
            for (claimed, error) in [
                (FRAME_POSITIONS_MAX as u64, FrameError::Short),
                (u64::MAX, FrameError::TooMany(u64::MAX)),
            ] {
                let mut bytes = begun.clone();
                put(&mut bytes, claimed);
                assert_eq!(PositionFrame::decode(&bytes), Err(error));
            }
        }
    }

    #[test]
    fn a_moved_guard_costs_at_most_twelve_bytes() {
        let base = Timestamp::from_millis(1_795_000_000_000);
        let moved: Vec<_> = (0..1_000u16)
            .map(|n| Moved {
                handle: u32::from(n),
                offset: Offset {
                    x_cm: i32::from(n) * 40,
                    y_cm: -i32::from(n) * 40,
                },
                received_at: base - Span::from_millis(i64::from(n)),
                accuracy_dm: None,
            })
            .collect();
        let frame = PositionFrame {
            epoch: 1,
            base,
            gone: Vec::new(),
            moved,
        };
        assert!(frame.encode().len() <= 12 * 1_000);
    }
}
