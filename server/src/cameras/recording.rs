//! A clip in the making: what the ring has of before, and then what comes.

use super::feed::Viewer;
use super::mp4;
use super::ring::Clip;
use axum::body::Bytes;
use castellan_domain::time::Timestamp;

/// A clip in the making. Its camera gives its picture for as long as this is held.
#[derive(Debug)]
pub(crate) struct Recording {
    viewer: Viewer,
    clip: Clip,
}

/// A clip as a file.
#[derive(Debug)]
pub(crate) struct Made {
    /// When its first picture was received, and when its last one was.
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    /// By RFC 6381.
    pub(crate) codec: String,
    /// MP4.
    pub(crate) file: Vec<Bytes>,
}

/// A camera that gives its picture for as long as this is held.
#[derive(Debug)]
pub(crate) struct Held(#[expect(dead_code, reason = "to hold it is all")] pub(super) Viewer);

impl Recording {
    pub(super) fn begin(viewer: Viewer, since: Timestamp) -> Self {
        let clip = viewer.feed.begin_clip(since);
        Self { viewer, clip }
    }

    /// Takes what is new, and says whether there can be more.
    pub(crate) fn take(&mut self) -> bool {
        self.viewer.feed.add_to(&mut self.clip)
    }

    /// The clip as far as it is; nothing if no picture came.
    pub(crate) fn finish(self) -> Option<Made> {
        let frames = &self.clip.frames;
        let (first, last) = (frames.first()?, frames.last()?);
        let track = self.clip.track.as_ref()?;
        Some(Made {
            from: first.at,
            to: last.at,
            codec: track.codec.clone(),
            file: mp4::file(track, frames)?,
        })
    }
}
