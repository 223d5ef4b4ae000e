//! A clip as a file of MP4 that any player opens: its tables first, so that it plays while it comes and can be
//! sought in (ISO/IEC 14496-12).

use super::fmp4::{
    Sample, make_box, make_full_box, put, put_entry, put_media, put_movie_header, put_track_header,
};
use super::ring::{Frame, Track};
use axum::body::Bytes;

/// Length of a box's head: its length and its name.
const HEAD: usize = 8;

/// The file, in pieces. Nothing without a frame, and where it would be longer than such a file can be.
pub(super) fn file(track: &Track, frames: &[Frame]) -> Option<Vec<Bytes>> {
    let samples: Vec<Sample> = frames.iter().map(|frame| frame.sample).collect();
    let last = samples.last()?;
    let lengths: Vec<u32> = frames
        .iter()
        .map(|frame| length(frame.data.len()))
        .collect();
    let media: usize = frames.iter().map(|frame| frame.data.len()).sum();
    let media = u32::try_from(media.checked_add(HEAD)?).ok()?;
    let durations = durations(&samples);
    let duration = durations
        .iter()
        .fold(0_u32, |all, one| all.saturating_add(*one));
    let begins = begins(&samples);
    let tables = |offset: u32| {
        let mut out = Vec::new();
        make_box(&mut out, *b"ftyp", |out| {
            out.extend_from_slice(b"isom\0\0\0\0isomiso2mp41");
        });
        make_box(&mut out, *b"moov", |out| {
            put_movie_header(out, duration);
            make_box(out, *b"trak", |out| {
                put_track_header(out, track.size, duration);
                make_box(out, *b"edts", |out| {
                    // What is shown begins where the first picture is.
                    make_full_box(out, *b"elst", 0, 0, |out| {
                        put(out, &[1, duration, begins, 0x1_0000]);
                    });
                });
                put_media(out, duration, |out| {
                    put_entry(out, &track.entry);
                    put_times(out, &durations, &samples);
                    put_places(out, &lengths, offset);
                });
            });
        });
        put(&mut out, &[media]);
        out.extend_from_slice(b"mdat");
        out
    };
    debug_assert!(last.duration > 0, "a frame is on the glass for a while");
    // The tables say where the frames begin, and that depends on their own length alone.
    let offset = length(tables(0).len());
    let mut file = vec![Bytes::from(tables(offset))];
    file.extend(frames.iter().map(|frame| frame.data.clone()));
    Some(file)
}

/// How long each is the newest one decoded.
fn durations(samples: &[Sample]) -> Vec<u32> {
    let nexts = samples.iter().skip(1).map(|next| next.decoded_at);
    let pairs = samples.iter().zip(nexts);
    let mut durations: Vec<u32> = pairs
        .map(|(one, next)| u32::try_from(next.saturating_sub(one.decoded_at)).unwrap_or(u32::MAX))
        .collect();
    durations.extend(samples.last().map(|last| last.duration));
    durations
}

/// How long after the first one is decoded the first one is shown.
fn begins(samples: &[Sample]) -> u32 {
    let Some(first) = samples.first() else {
        return 0;
    };
    let shown = samples.iter().map(|one| {
        let decoded = one.decoded_at.saturating_sub(first.decoded_at);
        i64::try_from(decoded).unwrap_or(i64::MAX) + i64::from(one.shown_after)
    });
    shown
        .min()
        .map_or(0, |begins| u32::try_from(begins).unwrap_or(0))
}

fn put_times(out: &mut Vec<u8>, durations: &[u32], samples: &[Sample]) {
    make_full_box(out, *b"stts", 0, 0, |out| {
        put(out, &[length(durations.len())]);
        for one in durations {
            put(out, &[1, *one]);
        }
    });
    make_full_box(out, *b"ctts", 1, 0, |out| {
        put(out, &[length(samples.len())]);
        for one in samples {
            put(out, &[1, one.shown_after.cast_unsigned()]);
        }
    });
    make_full_box(out, *b"stss", 0, 0, |out| {
        let keys = (1..).zip(samples).filter(|(_, one)| one.is_key);
        let keys: Vec<u32> = keys.map(|(number, _)| number).collect();
        put(out, &[length(keys.len())]);
        put(out, &keys);
    });
}

/// All frames lie together, one after the other.
fn put_places(out: &mut Vec<u8>, lengths: &[u32], offset: u32) {
    make_full_box(out, *b"stsc", 0, 0, |out| {
        put(out, &[1, 1, length(lengths.len()), 1]);
    });
    make_full_box(out, *b"stsz", 0, 0, |out| {
        put(out, &[0, length(lengths.len())]);
        put(out, lengths);
    });
    make_full_box(out, *b"stco", 0, 0, |out| put(out, &[1, offset]));
}

/// What does not fit is refused before it comes here.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::time::Timestamp;

    fn frame(decoded_at: u64, shown_after: i32, is_key: bool, data: &'static [u8]) -> Frame {
        Frame {
            sample: Sample {
                decoded_at,
                shown_after,
                duration: 9_000,
                is_key,
            },
            data: Bytes::from_static(data),
            at: Timestamp::from_secs(0),
        }
    }

    fn words(file: &[u8], name: &[u8], count: usize) -> Vec<u32> {
        let at = file.windows(4).position(|window| window == name);
        let from = at.expect("the box") + 4;
        let words = file[from..].chunks(4).take(count);
        let word = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().expect("four bytes"));
        words.map(word).collect()
    }

    #[test]
    fn its_tables_say_where_each_frame_lies_and_when_it_is_shown() {
        let track = Track {
            codec: "avc1.42C01E".to_owned(),
            entry: b"\0\0\0\x0cavc1xxxx".to_vec(),
            size: (640, 360),
        };
        let frames = [
            frame(900_000, 3_000, true, b"one"),
            frame(909_000, -1_000, false, b"three"),
            frame(920_000, 3_000, true, b"five!"),
        ];
        let file = file(&track, &frames).expect("a file").concat();
        assert_eq!(
            words(&file, b"stts", 8),
            [0, 3, 1, 9_000, 1, 11_000, 1, 9_000]
        );
        assert_eq!(words(&file, b"ctts", 3), [1 << 24, 3, 1]);
        assert_eq!(words(&file, b"stss", 4), [0, 2, 1, 3]);
        assert_eq!(words(&file, b"stsz", 6), [0, 0, 3, 3, 5, 5]);
        assert_eq!(words(&file, b"elst", 4), [0, 1, 29_000, 3_000]);
        let offset = words(&file, b"stco", 3)[2] as usize;
        assert_eq!(&file[offset..], b"onethreefive!");
        assert_eq!(&file[offset - 4..offset], b"mdat");
    }

    #[test]
    fn nothing_makes_no_file() {
        let track = Track {
            codec: String::new(),
            entry: Vec::new(),
            size: (0, 0),
        };
        assert!(file(&track, &[]).is_none());
    }
}
