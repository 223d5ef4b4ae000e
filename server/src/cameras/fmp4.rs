//! Fragmented MP4 of one video track: a beginning, then a piece for each frame (ISO/IEC 14496-12).

use axum::body::Bytes;

/// Ticks of the track in a second.
pub(super) const TIMESCALE: u32 = 90_000;

/// The transformation that changes nothing.
const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
/// A frame that depends on no other.
const KEY_FRAME: u32 = 0x0200_0000;
/// A frame that depends on others, and is no place to begin.
const OTHER_FRAME: u32 = 0x0101_0000;

/// Where a frame stands in the track, in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    /// When it is decoded.
    pub(super) decoded_at: u64,
    /// How much later it is shown; may be negative (`trun`, version 1).
    pub(super) shown_after: i32,
    pub(super) duration: u32,
    pub(super) is_key: bool,
}

/// What a player needs before the first frame. `entry` is the finished `avc1` or `hvc1` box, `size` in pixels.
pub(super) fn beginning(entry: &[u8], size: (u32, u32)) -> Vec<u8> {
    let mut out = Vec::with_capacity(800);
    make_box(&mut out, *b"ftyp", |out| {
        out.extend_from_slice(b"iso6\0\0\0\0iso6mp41");
    });
    make_box(&mut out, *b"moov", |out| {
        put_movie_header(out, 0);
        make_box(out, *b"trak", |out| {
            put_track_header(out, size, 0);
            put_media(out, 0, |out| put_sample_table(out, entry));
        });
        make_box(out, *b"mvex", |out| {
            make_full_box(out, *b"trex", 0, 0, |out| put(out, &[1, 1, 0, 0, 0]));
        });
    });
    out
}

/// The head of everything.
pub(super) fn put_movie_header(out: &mut Vec<u8>, duration: u32) {
    make_full_box(out, *b"mvhd", 0, 0, |out| {
        put(
            out,
            &[0, 0, TIMESCALE, duration, 0x1_0000, 0x0100_0000, 0, 0],
        );
        put(out, &MATRIX);
        put(out, &[0, 0, 0, 0, 0, 0, 2]);
    });
}

/// The head of the only track. Durations are in ticks.
pub(super) fn put_track_header(out: &mut Vec<u8>, (width, height): (u32, u32), duration: u32) {
    make_full_box(out, *b"tkhd", 0, 3, |out| {
        put(out, &[0, 0, 1, 0, duration, 0, 0, 0, 0]);
        put(out, &MATRIX);
        put(out, &[width << 16, height << 16]);
    });
}

/// What the track is; `table` is the content of its table of samples.
pub(super) fn put_media(out: &mut Vec<u8>, duration: u32, table: impl FnOnce(&mut Vec<u8>)) {
    make_box(out, *b"mdia", |out| {
        // 0x55c4 is the language "und".
        make_full_box(out, *b"mdhd", 0, 0, |out| {
            put(out, &[0, 0, TIMESCALE, duration, 0x55c4_0000]);
        });
        make_full_box(out, *b"hdlr", 0, 0, |out| {
            put(out, &[0]);
            out.extend_from_slice(b"vide\0\0\0\0\0\0\0\0\0\0\0\0\0");
        });
        make_box(out, *b"minf", |out| {
            make_full_box(out, *b"vmhd", 0, 1, |out| put(out, &[0, 0]));
            make_box(out, *b"dinf", |out| {
                make_full_box(out, *b"dref", 0, 0, |out| {
                    put(out, &[1]);
                    make_full_box(out, *b"url ", 0, 1, |_| {});
                });
            });
            make_box(out, *b"stbl", table);
        });
    });
}

/// What the samples are: one kind of them.
pub(super) fn put_entry(out: &mut Vec<u8>, entry: &[u8]) {
    make_full_box(out, *b"stsd", 0, 0, |out| {
        put(out, &[1]);
        out.extend_from_slice(entry);
    });
}

/// What the samples are; there are none before the first piece.
fn put_sample_table(out: &mut Vec<u8>, entry: &[u8]) {
    put_entry(out, entry);
    for name in [*b"stts", *b"stsc"] {
        make_full_box(out, name, 0, 0, |out| put(out, &[0]));
    }
    make_full_box(out, *b"stsz", 0, 0, |out| put(out, &[0, 0]));
    make_full_box(out, *b"stco", 0, 0, |out| put(out, &[0]));
}

/// One frame, the `number`th of the track.
pub(super) fn piece(number: u32, sample: Sample, frame: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(frame.len() + 128);
    let flags = if sample.is_key {
        KEY_FRAME
    } else {
        OTHER_FRAME
    };
    let mut offset_at = 0;
    make_box(&mut out, *b"moof", |out| {
        make_full_box(out, *b"mfhd", 0, 0, |out| put(out, &[number]));
        make_box(out, *b"traf", |out| {
            // Offsets count from this box: players of a browser ask for it.
            make_full_box(out, *b"tfhd", 0, 0x02_0000, |out| put(out, &[1]));
            make_full_box(out, *b"tfdt", 1, 0, |out| {
                out.extend_from_slice(&sample.decoded_at.to_be_bytes());
            });
            make_full_box(out, *b"trun", 1, 0xf01, |out| {
                put(out, &[1]);
                offset_at = out.len();
                put(out, &[0, sample.duration, length_of(frame), flags]);
                out.extend_from_slice(&sample.shown_after.to_be_bytes());
            });
        });
    });
    let offset = length_of(&out) + 8;
    out[offset_at..offset_at + 4].copy_from_slice(&offset.to_be_bytes());
    make_box(&mut out, *b"mdat", |out| out.extend_from_slice(frame));
    out
}

/// The frame of a piece that [`piece`] made.
pub(super) fn frame_of(piece: &Bytes) -> Bytes {
    let moof = piece
        .first_chunk()
        .map_or(0, |length| u32::from_be_bytes(*length));
    let begins = (moof as usize).saturating_add(8).min(piece.len());
    piece.slice(begins..)
}

/// A box: its length, its name, what is in it.
pub(super) fn make_box(out: &mut Vec<u8>, name: [u8; 4], fill: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    put(out, &[0]);
    out.extend_from_slice(&name);
    fill(out);
    let length = length_of(&out[at..]);
    out[at..at + 4].copy_from_slice(&length.to_be_bytes());
}

/// A box with a version and flags.
pub(super) fn make_full_box(
    out: &mut Vec<u8>,
    name: [u8; 4],
    version: u32,
    flags: u32,
    fill: impl FnOnce(&mut Vec<u8>),
) {
    make_box(out, name, |out| {
        put(out, &[version << 24 | flags]);
        fill(out);
    });
}

pub(super) fn put(out: &mut Vec<u8>, words: &[u32]) {
    out.extend(words.iter().flat_map(|word| word.to_be_bytes()));
}

/// A frame is limited to far less than 4 GiB before it comes here.
fn length_of(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The boxes at the beginning of `bytes`, with what is in them.
    fn boxes(mut bytes: &[u8]) -> Vec<(String, &[u8])> {
        let mut found = Vec::new();
        while !bytes.is_empty() {
            let length = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
            found.push((
                String::from_utf8(bytes[4..8].to_vec()).unwrap(),
                &bytes[8..length],
            ));
            bytes = &bytes[length..];
        }
        found
    }

    fn inside<'a>(bytes: &'a [u8], path: &[&str]) -> &'a [u8] {
        path.iter().fold(bytes, |bytes, name| {
            let (_, inside) = boxes(bytes)
                .into_iter()
                .find(|(found, _)| found == name)
                .unwrap();
            inside
        })
    }

    #[test]
    fn a_beginning_has_the_entry_of_its_codec_and_no_sample() {
        let entry = b"\0\0\0\x0cavc1xxxx";
        let bytes = beginning(entry, (640, 360));
        let names: Vec<_> = boxes(&bytes).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["ftyp", "moov"]);
        let table = inside(&bytes, &["moov", "trak", "mdia", "minf", "stbl"]);
        assert_eq!(&inside(table, &["stsd"])[8..], entry);
        assert_eq!(inside(table, &["stsz"]), [0; 12]);
        let header = inside(&bytes, &["moov", "trak", "tkhd"]);
        assert_eq!(header[header.len() - 8..], [2, 128, 0, 0, 1, 104, 0, 0]);
    }

    #[test]
    fn a_piece_points_at_its_frame() {
        let sample = Sample {
            decoded_at: 1 << 40,
            shown_after: -3,
            duration: 9_000,
            is_key: true,
        };
        let bytes = piece(7, sample, b"frame");
        let run = inside(&bytes, &["moof", "traf", "trun"]);
        let offset = u32::from_be_bytes(run[8..12].try_into().unwrap()) as usize;
        assert_eq!(&bytes[offset..], b"frame");
        assert_eq!(run[16..20], 5_u32.to_be_bytes());
        assert_eq!(run[20..24], KEY_FRAME.to_be_bytes());
        assert_eq!(run[24..28], (-3_i32).to_be_bytes());
        let time = inside(&bytes, &["moof", "traf", "tfdt"]);
        assert_eq!(time[4..], (1_u64 << 40).to_be_bytes());
    }
}
