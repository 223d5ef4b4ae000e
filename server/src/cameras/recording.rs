//! A clip in the making: what the ring has of before, and then what comes.

use super::feed::{Stream, Viewer};
use super::ring::Clip;
use super::{Cameras, mp4};
use axum::body::Bytes;
use castellan_domain::ids::DeviceId;
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
pub(crate) struct Held(#[expect(dead_code, reason = "to hold it is all")] Viewer);

impl Cameras {
    /// Whether a camera has an address, and one that can be opened.
    pub(crate) async fn knows(&self, camera: &DeviceId) -> bool {
        self.upstream.book.find(camera).await.is_ok()
    }

    /// Holds a camera's picture.
    pub(crate) fn hold(&self, camera: &DeviceId) -> Held {
        Held(self.watch(camera, Stream::Main))
    }

    /// Begins to record what a camera has seen since a moment, and sees.
    pub(crate) fn record(&self, camera: &DeviceId, since: Timestamp) -> Recording {
        let viewer = self.watch(camera, Stream::Main);
        let clip = viewer.feed.begin_clip(since);
        Recording { viewer, clip }
    }
}

impl Recording {
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
