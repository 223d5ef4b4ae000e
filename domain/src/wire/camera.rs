//! What a viewer of a camera is told over `WS /live/cameras/{id}`, documented in `docs/protocols/cameras.md`.
//!
//! Text frames are JSON with a field `t`. Binary frames are fragmented MP4: the beginning of a track after
//! [`CameraMessage::Codec`], and then one frame each.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Ticks of a track in a second.
pub const TICKS_PER_S: u32 = 90_000;
/// A picture without a new frame for this long is covered.
pub const FROZEN_AFTER_MS: u64 = 3_000;
/// A camera's clock that is off by less is right.
pub const CLOCK_OFF_MIN_S: i64 = 10;
/// When the picture of a still was taken, in microseconds.
pub const CAPTURED_AT_HEADER: &str = "x-castellan-captured-at";
/// A still that is older is no picture of now: it is shown grey.
pub const STILL_OLD_AFTER_MS: u64 = 5_000;

/// From the server to a viewer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum CameraMessage {
    /// How the picture stands. The first message, and whenever it changes.
    Feed(FeedState),
    /// A track begins: the next binary frame is its beginning.
    Codec {
        /// The codec as a browser is asked for it (RFC 6381), made from the picture itself.
        codec: String,
        /// Pixels from left to right.
        width: u32,
        /// Pixels from top to bottom.
        height: u32,
    },
    /// The frame that follows was received at this moment; told with every key frame.
    Moment {
        /// Where it stands in the track, in ticks.
        ticks: u64,
        /// When the server had it.
        received_at: Timestamp,
    },
    /// This viewer read too slowly; so many messages were left out. What follows begins anew, with
    /// a key frame.
    Skipped {
        /// Messages.
        left_out: u64,
    },
    /// The camera's own clock, by its reports of what it sends (RTCP). Told once it is known to be wrong, whenever that
    /// changes, and as 0 once it is right.
    Clock {
        /// Seconds by which it is ahead of the server's; behind where negative.
        ahead_s: i64,
        /// Since when it is so.
        since: Timestamp,
    },
}

/// How a camera's picture stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum FeedState {
    /// The server asks the camera.
    Connecting {
        /// Since when.
        since: Timestamp,
    },
    /// The picture moves.
    Live {
        /// Since when.
        since: Timestamp,
    },
    /// It does not, and the server tries again.
    Lost {
        /// Since when.
        since: Timestamp,
        /// Why.
        why: FeedFault,
    },
}

impl FeedState {
    /// Since when it stands so.
    pub const fn since(&self) -> Timestamp {
        match self {
            Self::Connecting { since } | Self::Live { since } | Self::Lost { since, .. } => *since,
        }
    }
}

/// Why there is no picture, and what to do. None of them names an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum FeedFault {
    /// Nobody has said yet where this camera is.
    #[error("nobody has said where it is; use `castellan camera add`")]
    NoAddress,
    /// Its address is sealed, and the key to it is missing or another one.
    #[error("its address cannot be opened; bring the right key file back")]
    Sealed,
    /// Nothing answers at its address.
    #[error("nothing answers at its address; look at its cable, its power and the address")]
    Unreachable,
    /// Something answers, and not in time.
    #[error("what is there did not answer within 5 s; try again, or restart it")]
    NoAnswer,
    /// What answers is no camera.
    #[error("what answers is no camera; look at the port")]
    NotACamera,
    /// User or password are wrong, or the camera asks for a way that is not known here.
    #[error("it denies this user and password{}", offers(offered))]
    Denied {
        /// What the camera offered, such as `Digest SHA-256`; 4 at most.
        offered: Vec<String>,
    },
    /// The camera has no such stream.
    #[error("it has no such stream; look at the path of the address")]
    NoSuchStream,
    /// It has as many viewers as it takes.
    #[error("it has as many viewers as it takes; close some, or wait a minute")]
    TooManyViewers,
    /// It sends over UDP only.
    #[error("it sends over UDP only; switch it to TCP")]
    UdpOnly,
    /// It sends no picture in H.264 or H.265.
    #[error("it sends no picture in H.264 or H.265; choose one of them in its settings")]
    NoPicture,
    /// It said nothing for three seconds.
    #[error("it was silent")]
    Silent,
    /// It hung up.
    #[error("it hung up")]
    HungUp,
    /// What it sends cannot be read.
    #[error("what it sends cannot be read; check its codec settings (H.264 or H.265)")]
    Unreadable,
}

fn offers(offered: &[String]) -> String {
    if offered.is_empty() {
        String::new()
    } else {
        format!("; it offers {}", offered.join(", "))
    }
}
