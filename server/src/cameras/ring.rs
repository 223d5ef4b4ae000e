//! The last half minute of a stream, in whole groups of frames, so that a clip has what was before its alarm.

use super::fmp4::Sample;
use axum::body::Bytes;
use castellan_domain::time::{Span, Timestamp};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How much is kept of what was.
pub(crate) const BEFORE: Span = Span::from_secs(30);

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
    number: u64,
    track: Arc<Track>,
    frames: Vec<Frame>,
    bytes: usize,
}

impl Group {
    fn ends_at(&self) -> Option<Timestamp> {
        self.frames.last().map(|frame| frame.at)
    }
}

/// The last half minute of one stream.
#[derive(Debug)]
pub(super) struct Ring {
    budget: Arc<Budget>,
    track: Option<Arc<Track>>,
    /// Oldest first; as many as half a minute has, within the budget of all rings.
    groups: VecDeque<Group>,
    /// The number of the next group.
    next: u64,
    /// Frames go into the last group.
    goes_on: bool,
}

/// How far a clip is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    group: u64,
    /// Frames of it that the clip has.
    frames: usize,
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
                number: self.next,
                track,
                frames: Vec::new(),
                bytes: 0,
            });
            self.next += 1;
            self.goes_on = true;
        }
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
            if now.since(second.at) < BEFORE {
                break;
            }
            self.drop_oldest();
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
    mark: Mark,
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
            mark: Mark {
                group: first.map_or(ring.next, |group| group.number),
                frames: 0,
            },
        }
    }

    /// Takes what is new. Says whether there can be more: not with another track, after a gap, or without room.
    pub(super) fn take(&mut self, ring: &Ring) -> bool {
        let from = self.mark.group;
        let mut next = from;
        let groups = ring.groups.iter();
        for group in groups.skip_while(|group| group.number < from) {
            if group.number != next && !self.frames.is_empty() {
                return false;
            }
            next = group.number + 1;
            let track = self.track.get_or_insert_with(|| group.track.clone());
            if !Arc::ptr_eq(track, &group.track) {
                return false;
            }
            if group.number != self.mark.group {
                self.mark = Mark {
                    group: group.number,
                    frames: 0,
                };
            }
            for frame in group.frames.iter().skip(self.mark.frames) {
                let bytes = frame.data.len();
                if !self.budget.takes(bytes) {
                    return false;
                }
                self.bytes += bytes;
                self.frames.push(frame.clone());
                self.mark.frames += 1;
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
