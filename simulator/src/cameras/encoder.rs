//! From pictures to H.264. The encoder is young: it stays behind a trait that another one can take.

use super::picture::Picture;
use bytes::Bytes;
use rusty_h264_common::YuvPlanes;
use rusty_h264_encoder::{EncodeError, Encoder, EncoderConfig};

/// Pictures in a second.
pub(crate) const PICTURES_PER_S: u32 = 10;
/// Pictures from one key frame to the next.
pub(crate) const GROUP: u32 = 2 * PICTURES_PER_S;
/// How coarse a picture may be. A fixed number: a rate would code the still ground over and over.
const COARSENESS: u8 = 28;

/// Why a picture was not encoded.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    #[error("no encoder of H.264 for {width}×{height} pixels: {why}")]
    Start {
        width: usize,
        height: usize,
        why: String,
    },
    #[error("a picture could not be encoded: {0}")]
    Picture(String),
    #[error("the encoder gives no parameter sets, so no player could begin")]
    NoParameterSets,
}

/// Turns pictures of one size into access units.
pub(crate) trait H264 {
    /// One access unit with start codes (Annex B). A key frame brings its parameter sets.
    fn encode(&mut self, picture: &Picture, wants_key: bool) -> Result<Bytes, EncoderError>;
}

/// `rusty_h264`: pure Rust, baseline, so that no picture waits for the next one.
struct Rusty(Encoder);

/// An encoder for pictures of this size.
pub(crate) fn encoder(width: usize, height: usize) -> Result<impl H264, EncoderError> {
    let mut config = EncoderConfig::baseline(width, height);
    config.framerate = 10.0;
    config.bitrate = 0;
    config.qp = COARSENESS;
    config.gop_size = GROUP;
    config.min_keyint = 1;
    let encoder = Encoder::new(config).map_err(|why: EncodeError| EncoderError::Start {
        width,
        height,
        why: why.to_string(),
    })?;
    Ok(Rusty(encoder))
}

impl H264 for Rusty {
    fn encode(&mut self, picture: &Picture, wants_key: bool) -> Result<Bytes, EncoderError> {
        if wants_key {
            self.0.request_keyframe();
        }
        let (width, height) = (picture.width(), picture.height());
        let [y, u, v] = picture.planes();
        let planes = YuvPlanes::new(width, height, y, u, v, width, width / 2)
            .ok_or_else(|| EncoderError::Picture(format!("{width}×{height} pixels")))?;
        let unit = self.0.encode_planes(&planes);
        unit.map(Bytes::from)
            .map_err(|why| EncoderError::Picture(why.to_string()))
    }
}

/// What stands before every key frame of pictures of one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParameterSets {
    pub(crate) sequence: Bytes,
    pub(crate) picture: Bytes,
}

impl ParameterSets {
    /// Those of all cameras of one size: a black picture tells them.
    pub(crate) fn of(width: usize, height: usize) -> Result<Self, EncoderError> {
        let unit = encoder(width, height)?.encode(&Picture::new(width, height), true)?;
        let nals = split(&unit);
        let first = |kind| nals.iter().find(|nal| nal_kind(nal) == kind).cloned();
        let sets = first(SEQUENCE).zip(first(PICTURE));
        let (sequence, picture) = sets.ok_or(EncoderError::NoParameterSets)?;
        Ok(Self { sequence, picture })
    }
}

/// Kinds of NAL units.
pub(crate) const KEY_SLICE: u8 = 5;
const SEQUENCE: u8 = 7;
const PICTURE: u8 = 8;

/// What a NAL unit is.
pub(crate) fn nal_kind(nal: &[u8]) -> u8 {
    nal.first().map_or(0, |first| first & 0x1f)
}

/// The NAL units of an access unit, without start codes. Bytes before the first start code are no unit.
pub(crate) fn split(unit: &Bytes) -> Vec<Bytes> {
    let mut starts = Vec::new();
    let mut at = 0;
    while at + 3 <= unit.len() {
        if unit[at..at + 3] == [0, 0, 1] {
            starts.push(at + 3);
            at += 3;
        } else {
            at += 1;
        }
    }
    let ends = starts.iter().skip(1).map(|next| next - 3);
    let ends = ends.chain([unit.len()]);
    let nals = starts.iter().zip(ends).map(|(&start, end)| {
        // A zero before a start code belongs to it, and none ends a unit.
        let bytes = &unit[start..end];
        let end = bytes.iter().rposition(|byte| *byte != 0);
        unit.slice(start..start + end.map_or(0, |last| last + 1))
    });
    nals.filter(|nal| !nal.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_split_at_start_codes_of_either_length() {
        for (unit, nals) in [
            (&[][..], &[][..]),
            (&[1, 2, 3], &[]),
            (&[0, 0, 1], &[]),
            (&[0, 0, 0, 1, 0x67, 9], &[&[0x67, 9][..]]),
            (
                &[9, 0, 0, 1, 0x67, 9, 0, 0, 0, 1, 0x68],
                &[&[0x67, 9], &[0x68]],
            ),
            (
                &[0, 0, 1, 0x65, 0, 0, 3, 1, 0, 0, 1, 0x41, 7, 0, 0],
                &[&[0x65, 0, 0, 3, 1], &[0x41, 7]],
            ),
            (&[0, 0, 1, 0, 0, 1, 0x41], &[&[0x41]]),
        ] {
            assert_eq!(split(&Bytes::copy_from_slice(unit)), nals, "{unit:?}");
        }
    }

    #[test]
    fn a_key_frame_comes_when_it_is_wanted_and_every_two_seconds() {
        let mut encoder = encoder(64, 48).unwrap();
        let picture = Picture::new(64, 48);
        let keys: Vec<usize> = (0..50)
            .filter(|index| {
                let unit = encoder.encode(&picture, *index == 7).unwrap();
                let kinds: Vec<u8> = split(&unit).iter().map(|nal| nal_kind(nal)).collect();
                let is_key = kinds.contains(&KEY_SLICE);
                assert_eq!(
                    is_key,
                    kinds.contains(&SEQUENCE) && kinds.contains(&PICTURE),
                    "{kinds:?}"
                );
                is_key
            })
            .collect();
        assert_eq!(keys, [0, 7, 27, 47]);
    }

    #[test]
    fn parameter_sets_say_baseline() {
        let sets = ParameterSets::of(640, 360).unwrap();
        assert_eq!(sets.sequence[..2], [0x67, 66]);
        assert_eq!(nal_kind(&sets.picture), PICTURE);
        assert!(encoder(0, 0).is_err());
    }
}
