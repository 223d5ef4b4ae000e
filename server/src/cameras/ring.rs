//! The last half minute of a stream, or the last minute where there is room, in whole groups of frames, so that a clip has what was before its alarm.

use super::fmp4::Sample;
use axum::body::Bytes;
use castellan_domain::time::{Span, Timestamp};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How much is kept of what was.
pub(crate) const BEFORE: Span = Span::from_secs(30);
/// How much where a type of alarm asks for longer: of each stream while half of the budget is free, since which one will
/// be wanted nobody knows.
pub(crate) const BEFORE_LONG: Span = Span::from_secs(60);

/// What a track is, from its beginning on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Track {
    /// By RFC 6381.
    pub(super) codec: String,
    /// The `avc1` or `hvc1` box.
    pub(super) entry: Vec<u8>,
    /// Pixels.
    pub(super) size: (u32, u32),
}

/// A frame that is kept.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) sample: Sample,
    /// Shared with what viewers are sent.
    pub(super) data: Bytes,
    /// When the server had it.
    pub(super) at: Timestamp,
}

/// What may be kept of all cameras' pictures in memory. Clips in the making go first, rings have the rest.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) bytes_max: usize,
    rings: AtomicUsize,
    clips: AtomicUsize,
}

impl Budget {
    pub(crate) const fn new(bytes_max: usize) -> Self {
        Self {
            bytes_max,
            rings: AtomicUsize::new(0),
            clips: AtomicUsize::new(0),
        }
    }

    /// How much is kept. What is in a ring and in a clip counts twice.
    pub(crate) fn bytes(&self) -> usize {
        let rings = self.rings.load(Ordering::Relaxed);
        rings.saturating_add(self.clips.load(Ordering::Relaxed))
    }

    /// Room for a clip to grow, if clips have not taken everything.
    fn takes(&self, bytes: usize) -> bool {
        let before = self.clips.fetch_add(bytes, Ordering::Relaxed);
        let fits = before.saturating_add(bytes) <= self.bytes_max;
        if !fits {
            self.clips.fetch_sub(bytes, Ordering::Relaxed);
        }
        fits
    }
}

/// The frames from one key frame to the next.
#[derive(Debug)]
struct Group {
    /// The number of its first frame.
    first: u64,
    track: Arc<Track>,
    frames: Vec<Frame>,
    bytes: usize,
}

impl Group {
    fn ends_at(&self) -> Option<Timestamp> {
        self.frames.last().map(|frame| frame.at)
    }
}

/// What was of one stream.
#[derive(Debug)]
pub(super) struct Ring {
    budget: Arc<Budget>,
    track: Option<Arc<Track>>,
    /// Oldest first; at most what [`BEFORE_LONG`] has, within the budget of all rings.
    groups: VecDeque<Group>,
    /// The number of the next frame.
    next: u64,
    /// Frames go into the last group.
    goes_on: bool,
}

impl Ring {
    pub(super) const fn new(budget: Arc<Budget>) -> Self {
        Self {
            budget,
            track: None,
            groups: VecDeque::new(),
            next: 0,
            goes_on: false,
        }
    }

    /// A track begins. What was before it belongs to no clip that has anything after it.
    pub(super) fn begin(&mut self, track: Track) {
        if self.track.as_deref() != Some(&track) || !self.goes_on {
            self.track = Some(Arc::new(track));
        }
    }

    /// The picture is lost. What was before stays for a while: it may be why.
    pub(super) const fn break_off(&mut self) {
        self.goes_on = false;
    }

    /// Nobody watches any more.
    pub(super) fn clear(&mut self) {
        while self.drop_oldest() {}
        self.track = None;
        self.goes_on = false;
    }

    /// One frame more. At the budget the oldest groups go, and with the last one the frames up to the next key
    /// frame.
    pub(super) fn add(&mut self, frame: Frame) {
        let now = frame.at;
        if frame.sample.is_key {
            let Some(track) = self.track.clone() else {
                return;
            };
            self.groups.push_back(Group {
                first: self.next,
                track,
                frames: Vec::new(),
                bytes: 0,
            });
            self.goes_on = true;
        }
        self.next += 1;
        let Some(group) = self.groups.back_mut().filter(|_| self.goes_on) else {
            return;
        };
        let bytes = frame.data.len();
        group.bytes += bytes;
        group.frames.push(frame);
        self.budget.rings.fetch_add(bytes, Ordering::Relaxed);
        self.let_go(now);
    }

    fn let_go(&mut self, now: Timestamp) {
        // The second one's beginning is the end of the first.
        while let Some(second) = self.groups.get(1).and_then(|group| group.frames.first()) {
            let is_half_free = self.budget.bytes() <= self.budget.bytes_max / 2;
            let kept = if is_half_free { BEFORE_LONG } else { BEFORE };
            if now.since(second.at) < kept || !self.drop_oldest() {
                break;
            }
        }
        while self.budget.bytes() > self.budget.bytes_max && self.drop_oldest() {}
        self.goes_on &= !self.groups.is_empty();
    }

    fn drop_oldest(&mut self) -> bool {
        let Some(group) = self.groups.pop_front() else {
            return false;
        };
        self.budget.rings.fetch_sub(group.bytes, Ordering::Relaxed);
        true
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        self.clear();
    }
}

/// What a clip has so far: frames of one track without a gap, the first one a key frame.
#[derive(Debug)]
pub(super) struct Clip {
    budget: Arc<Budget>,
    pub(super) track: Option<Arc<Track>>,
    /// As many as the budget and whoever makes the clip allow.
    pub(super) frames: Vec<Frame>,
    bytes: usize,
    /// The number of the next frame.
    next: u64,
}

impl Clip {
    /// A clip that begins with the oldest group of the running track that has anything after `since`.
    pub(super) fn begin(ring: &Ring, since: Timestamp) -> Self {
        let newest = ring.groups.back();
        let same =
            |group: &&Group| newest.is_some_and(|newest| Arc::ptr_eq(&group.track, &newest.track));
        let mut groups = ring.groups.iter().filter(same);
        let first = groups.find(|group| group.ends_at().is_some_and(|end| end >= since));
        Self {
            budget: ring.budget.clone(),
            track: None,
            frames: Vec::new(),
            bytes: 0,
            next: first.map_or(ring.next, |group| group.first),
        }
    }

    /// Takes what is new. Says whether there can be more: not with another track, after a gap, or without room.
    pub(super) fn take(&mut self, ring: &Ring) -> bool {
        for group in &ring.groups {
            let has = self.next.saturating_sub(group.first);
            let has = usize::try_from(has).unwrap_or(usize::MAX);
            if has >= group.frames.len() {
                continue;
            }
            let is_gap = group.first > self.next && !self.frames.is_empty();
            let track = self.track.get_or_insert_with(|| group.track.clone());
            if is_gap || !Arc::ptr_eq(track, &group.track) {
                return false;
            }
            self.next = self.next.max(group.first);
            for frame in &group.frames[has..] {
                let bytes = frame.data.len();
                if !self.budget.takes(bytes) {
                    return false;
                }
                self.bytes += bytes;
                self.frames.push(frame.clone());
                self.next += 1;
            }
        }
        true
    }
}

impl Drop for Clip {
    fn drop(&mut self) {
        self.budget.clips.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(codec: &str) -> Track {
        Track {
            codec: codec.to_owned(),
            entry: Vec::new(),
            size: (2, 2),
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_secs(1_000 + seconds)
    }

    /// A frame of ten bytes; every fifth second is a key frame.
    fn frame(second: i64) -> Frame {
        Frame {
            sample: Sample {
                decoded_at: second.unsigned_abs() * 90_000,
                shown_after: 0,
                duration: 90_000,
                is_key: second % 5 == 0,
            },
            data: Bytes::from_static(&[0; 10]),
            at: at(second),
        }
    }

    fn ring(bytes_max: usize, seconds: std::ops::Range<i64>) -> Ring {
        let mut ring = Ring::new(Arc::new(Budget::new(bytes_max)));
        ring.begin(track("avc1"));
        seconds.for_each(|second| ring.add(frame(second)));
        ring
    }

    fn seconds(clip: &Clip) -> Vec<i64> {
        let frames = clip.frames.iter();
        frames
            .map(|frame| frame.at.since(at(0)).as_secs())
            .collect()
    }

    fn taken(ring: &Ring, since: i64) -> (Vec<i64>, bool) {
        let mut clip = Clip::begin(ring, at(since));
        let goes_on = clip.take(ring);
        (seconds(&clip), goes_on)
    }

    #[test]
    fn a_ring_has_whole_groups_of_the_last_minute_while_half_of_the_budget_is_free() {
        let roomy = ring(10_000, 0..101);
        assert_eq!(taken(&roomy, 0).0, (40..101).collect::<Vec<_>>());
        assert_eq!(taken(&roomy, 90), ((90..101).collect(), true));
        // 500 of 1,000 are free: 50 frames, and the group in which the 51st comes.
        assert_eq!(taken(&ring(1_000, 0..101), 0).0.len(), 46);
    }

    #[test]
    fn a_ring_has_whole_groups_of_the_last_half_minute_and_a_clip_those_since_a_moment() {
        let ring = ring(600, 0..61);
        // The group of the second 30 is the oldest that has something of half a minute ago.
        assert_eq!(taken(&ring, 0).0, (30..61).collect::<Vec<_>>());
        assert_eq!(taken(&ring, 47), ((45..61).collect(), true));
        assert_eq!(ring.budget.bytes(), 31 * 10);
    }

    #[test]
    fn what_was_there_before_anybody_watched_is_none() {
        let empty = ring(10_000, 0..0);
        let mut clip = Clip::begin(&empty, at(0));
        assert!(clip.take(&empty) && clip.frames.is_empty());
        let mut ring = ring(10_000, 0..0);
        // It may join in the middle of a group.
        (3..12).for_each(|second| ring.add(frame(second)));
        assert!(clip.take(&ring));
        assert_eq!(seconds(&clip), (5..12).collect::<Vec<_>>());
    }

    #[test]
    fn a_clip_takes_each_frame_once_and_ends_where_the_track_does() {
        let mut ring = ring(10_000, 0..8);
        let mut clip = Clip::begin(&ring, at(0));
        assert!(clip.take(&ring) && clip.take(&ring));
        (8..13).for_each(|second| ring.add(frame(second)));
        assert!(clip.take(&ring));
        assert_eq!(seconds(&clip), (0..13).collect::<Vec<_>>());
        // What a camera says again of the same track begins no other one.
        ring.begin(track("avc1"));
        ring.add(frame(15));
        assert!(clip.take(&ring));
        for lost in [false, true] {
            if lost {
                ring.break_off();
            }
            ring.begin(track(if lost { "avc1" } else { "hvc1" }));
            ring.add(frame(20));
            assert!(!clip.take(&ring), "lost: {lost}");
        }
        assert_eq!(taken(&ring, 0).0, [20], "a new clip is of the new track");
        assert_eq!(seconds(&clip).last(), Some(&15));
    }

    #[test]
    fn a_lost_picture_stays_for_the_clip_of_what_it_was_lost_by() {
        let mut ring = ring(10_000, 0..12);
        ring.break_off();
        assert_eq!(taken(&ring, 0), ((0..12).collect(), true));
        ring.clear();
        assert_eq!((taken(&ring, 0).0, ring.budget.bytes()), (vec![], 0));
    }

    #[test]
    fn at_the_budget_the_oldest_groups_go_and_then_all_until_the_next_key_frame() {
        assert_eq!(taken(&ring(150, 0..23), 0).0, (10..23).collect::<Vec<_>>());
        // A group that does not fit alone leaves nothing.
        assert_eq!(taken(&ring(40, 0..5), 0).0, [0; 0]);
        assert_eq!(taken(&ring(40, 0..8), 0).0, [5, 6, 7]);
    }

    #[test]
    fn clips_go_first_and_end_when_they_have_the_whole_budget() {
        let mut ring = ring(100, 0..4);
        let mut clip = Clip::begin(&ring, at(0));
        assert!(clip.take(&ring));
        let mut second = 4;
        while clip.take(&ring) {
            ring.add(frame(second));
            second += 1;
            assert!(second < 40, "it never ends");
        }
        assert!(seconds(&clip).len() <= 10);
        assert!(ring.budget.bytes() <= 200, "{}", ring.budget.bytes());
        drop(clip);
        drop(ring);
    }
}
