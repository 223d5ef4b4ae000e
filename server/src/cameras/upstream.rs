//! The session with a camera, over RTSP and TCP. Errors of the library name addresses, so its words go no
//! further than a debug log, and there without them.

use super::book::Addresses;
use super::camera_clock::CameraClock;
use super::feed::{Beginning, Feed, Frame, Stream};
use super::fmp4::{beginning, piece};
use super::offered::offered;
use super::picture::annex_b;
use super::timeline::Timeline;
use axum::body::Bytes;
use castellan_domain::ids::DeviceId;
use castellan_domain::wire::camera::{CameraMessage, FeedFault};
use futures_util::{FutureExt as _, StreamExt as _};
use rand::Rng as _;
use retina::client::{
    Demuxed, Described, PlayOptions, Session, SessionGroup, SessionOptions, SetupOptions,
};
use retina::codec::{CodecItem, FrameFormat, ParametersRef, VideoFrame, VideoParametersCodec};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::{debug, info};
use url::Url;

/// A camera has to begin sending within this time.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// One without a frame for this long is taken for gone. The library itself would wait for ever.
const SILENT_AFTER: Duration = Duration::from_secs(3);
/// A session that held this long was a good one: the next try comes soon.
const HELD: Duration = Duration::from_secs(10);
/// Waits between tries: doubled from the first to the last.
const WAIT_FIRST: Duration = Duration::from_millis(500);
const WAIT_LAST: Duration = Duration::from_mins(1);
/// Packets in a row that cannot be read. Those of the largest key frame are fewer.
const UNREAD_MAX: u32 = 10_000;
/// Bytes of a frame that are taken.
const FRAME_BYTES_MAX: usize = 8 * 1024 * 1024;

/// How long a camera has to hear that a session is over, before there is another one or the server ends.
const END_WITHIN: Duration = Duration::from_secs(2);

/// What a session needs besides the camera.
#[derive(Debug, Clone)]
pub(super) struct Upstream {
    pub(super) addresses: Addresses,
    /// Whether the server stops.
    pub(super) stop: watch::Receiver<bool>,
}

impl Upstream {
    /// Keeps a picture up for as long as somebody watches. There is never a second session beside one that
    /// has not ended.
    pub(super) async fn run(self, feed: Arc<Feed>) {
        let mut stop = self.stop.clone();
        let sessions = Arc::new(SessionGroup::default());
        let mut track = Track::default();
        let mut tries = 0;
        let mut logged = None;
        loop {
            feed.connecting();
            let begun = Instant::now();
            let why = tokio::select! {
                why = self.follow(&feed, &mut track, &sessions) => Some(why),
                () = feed.unwatched() => None,
                _ = stop.wait_for(|stop| *stop) => None,
            };
            // The session is over, and its last word is on its way.
            let told = timeout(END_WITHIN, sessions.await_teardown()).await;
            if !matches!(told, Ok(Ok(()))) {
                debug!(camera = %feed.camera, "it did not hear that its session is over");
            }
            if let Some(why) = why {
                let held = begun.elapsed() > HELD;
                // The same again, try after try, is one line.
                if held || logged.as_ref() != Some(&why) {
                    info!(camera = %feed.camera, ?why, "no picture");
                    logged = Some(why.clone());
                }
                tries = if held { 1 } else { tries + 1 };
                let wait = wait_after(&why, tries, rand::rng().random());
                feed.lose(why);
                tokio::select! {
                    () = sleep(wait) => continue,
                    () = feed.unwatched() => {}
                    _ = stop.wait_for(|stop| *stop) => {}
                }
            }
            if *stop.borrow() || feed.rest() {
                return;
            }
        }
    }

    /// Whether a camera would give its picture: it is asked what it has, and no session begins.
    pub(super) async fn ask(&self, camera: &DeviceId) -> Result<(), FeedFault> {
        let address = self.addresses.find(camera).await?;
        let Some(url) = address.url(Stream::Main) else {
            return Err(FeedFault::NoSuchStream);
        };
        let options = SessionOptions::default()
            .creds(address.credentials())
            .user_agent("castellan".to_owned());
        let asked = unharmed(Session::describe(url.clone(), options));
        match timeout(CONNECT_WITHIN, asked).await {
            Err(_) => Err(FeedFault::NoAnswer),
            Ok(None) => Err(FeedFault::Unreadable),
            Ok(Some(Err(error))) => Err(fault_of(&error, url).await),
            Ok(Some(Ok(described))) if described.streams().iter().any(is_picture) => Ok(()),
            Ok(Some(Ok(_))) => Err(FeedFault::NoPicture),
        }
    }

    /// One session, until it ends.
    async fn follow(
        &self,
        feed: &Feed,
        track: &mut Track,
        sessions: &Arc<SessionGroup>,
    ) -> FeedFault {
        let address = match self.addresses.find(&feed.camera).await {
            Ok(address) => address,
            Err(why) => return why,
        };
        let Some(url) = address.url(feed.stream) else {
            return FeedFault::NoSuchStream;
        };
        let options = SessionOptions::default()
            .creds(address.credentials())
            .session_group(sessions.clone())
            .user_agent("castellan".to_owned());
        let opened = timeout(CONNECT_WITHIN, unharmed(open(url, options))).await;
        let (stream, mut session) = match opened {
            Err(_) => return FeedFault::NoAnswer,
            Ok(None) => return FeedFault::Unreadable,
            Ok(Some(Err(Failed::Known(why)))) => return why,
            Ok(Some(Err(Failed::Library(error)))) => {
                debug!(camera = %feed.camera, said = said(&error, url), "no session");
                return fault_of(&error, url).await;
            }
            Ok(Some(Ok(opened))) => opened,
        };
        track.begin();
        let mut clock = CameraClock::default();
        let mut spoiled = Spoiled::default();
        let mut frame_due = Instant::now() + SILENT_AFTER;
        loop {
            let item = match timeout_at(frame_due, unharmed(session.next())).await {
                Err(_) => return spoiled.or(FeedFault::Silent),
                Ok(None) => return FeedFault::Unreadable,
                Ok(Some(None)) => return spoiled.or(FeedFault::HungUp),
                Ok(Some(Some(Err(error)))) => {
                    debug!(camera = %feed.camera, said = said(&error, url), "not readable");
                    if !is_of_a_packet(&error) || !spoiled.goes_on(&feed.camera) {
                        return broken(&error);
                    }
                    continue;
                }
                Ok(Some(Some(Ok(item)))) => item,
            };
            let frame = match item {
                CodecItem::VideoFrame(frame) => frame,
                CodecItem::Rtcp(report) => {
                    if let Some(ahead_s) = clock.hear(&report, feed.now()) {
                        feed.compare_clock(ahead_s);
                    }
                    continue;
                }
                _ => continue,
            };
            match track.frame(&frame, &session, stream) {
                Ok(Some(frame)) => {
                    spoiled.in_a_row = 0;
                    feed.publish(frame);
                }
                // What cannot be read and has no key frame may be another codec.
                Ok(None) if spoiled.in_a_row > 0 => continue,
                Ok(None) => {}
                Err(why) => return why,
            }
            frame_due = Instant::now() + SILENT_AFTER;
        }
    }
}

/// Packets of one session that could not be read: the picture goes on without them.
#[derive(Debug, Default)]
struct Spoiled {
    all: u32,
    /// Since the last frame.
    in_a_row: u32,
}

impl Spoiled {
    /// Counts one more, and says whether a picture may still come.
    fn goes_on(&mut self, camera: &DeviceId) -> bool {
        self.all = self.all.saturating_add(1);
        self.in_a_row += 1;
        // Twice as many each time: a few lines for a session.
        if self.all.is_power_of_two() {
            info!(%camera, packets = self.all, "packets of its picture could not be read");
        }
        self.in_a_row < UNREAD_MAX
    }

    /// Why no frame comes: it is not this fault if something comes that cannot be read.
    fn or(&self, fault: FeedFault) -> FeedFault {
        if self.in_a_row > 0 {
            FeedFault::Unreadable
        } else {
            fault
        }
    }
}

/// What the library gives back; nothing where it panics, as it does over packets that it takes for impossible. A task
/// that dies of it would leave its camera without a picture until the server starts again.
async fn unharmed<T>(asked: impl Future<Output = T>) -> Option<T> {
    AssertUnwindSafe(asked).catch_unwind().await.ok()
}

/// Whether an error is of one packet alone: only of such ones the library names it.
fn is_of_a_packet(error: &retina::Error) -> bool {
    error.to_string().contains("\npkt: ")
}

async fn open(url: &Url, options: SessionOptions) -> Result<(usize, Demuxed), Failed> {
    let mut session: Session<Described> = Session::describe(url.clone(), options).await?;
    let found = session.streams().iter().position(is_picture);
    let stream = found.ok_or(Failed::Known(FeedFault::NoPicture))?;
    let setup = SetupOptions::default().frame_format(FrameFormat::MP4);
    session.setup(stream, setup).await?;
    let playing = session.play(PlayOptions::default()).await?;
    Ok((stream, playing.demuxed()?))
}

/// Whether it is one that we read.
fn is_picture(stream: &retina::client::Stream) -> bool {
    stream.media() == "video" && matches!(stream.encoding_name(), "h264" | "h265")
}

/// Why a session did not come up.
enum Failed {
    Known(FeedFault),
    Library(retina::Error),
}

impl From<retina::Error> for Failed {
    fn from(error: retina::Error) -> Self {
        Self::Library(error)
    }
}

/// What a camera's answer means. Whoever was denied asks once more, to say what the camera wants.
async fn fault_of(error: &retina::Error, url: &Url) -> FeedFault {
    match error.status_code() {
        Some(401 | 403) => FeedFault::Denied {
            offered: offered(url).await,
        },
        Some(404 | 454) => FeedFault::NoSuchStream,
        Some(453 | 503) => FeedFault::TooManyViewers,
        Some(461) => FeedFault::UdpOnly,
        Some(_) => FeedFault::Unreadable,
        None => broken(error),
    }
}

/// What the library says of an error, without the address: that stands in the lines after the first.
fn said(error: &retina::Error, url: &Url) -> String {
    let said = error.to_string();
    let first = said.lines().next().unwrap_or_default();
    let host = url.host_str().unwrap_or_default();
    first.replace(url.as_str(), "…").replace(host, "…")
}

/// The library has no kinds of errors, only sentences; each begins with what it is about.
fn broken(error: &retina::Error) -> FeedFault {
    let sentence = error.to_string();
    if sentence.starts_with("Unable to connect") {
        FeedFault::Unreachable
    } else if sentence.starts_with("RTSP framing error") {
        FeedFault::NotACamera
    } else if sentence.starts_with("Error reading from RTSP peer") {
        FeedFault::HungUp
    } else {
        FeedFault::Unreadable
    }
}

/// How long until the next try. A camera that denies us may lock us out, and one that is full frees a
/// seat when a session runs out, after a minute.
fn wait_after(why: &FeedFault, tries: u32, chance: f64) -> Duration {
    let longest = match why {
        FeedFault::Denied { .. }
        | FeedFault::TooManyViewers
        | FeedFault::NoAddress
        | FeedFault::Sealed => WAIT_LAST,
        _ => WAIT_FIRST
            .saturating_mul(1 << (tries.clamp(1, 8) - 1))
            .min(WAIT_LAST),
    };
    // Cameras behind one switch come back together, and are not all asked in one moment.
    longest.mul_f64(chance.clamp(0.0, 1.0).mul_add(0.25, 0.75))
}

/// A camera's frames as a track that goes on through all its sessions.
#[derive(Debug)]
struct Track {
    timeline: Timeline,
    /// Frames so far.
    number: u32,
    /// A key frame came in this session.
    has_key: bool,
}

impl Default for Track {
    fn default() -> Self {
        Self {
            timeline: Timeline::new(),
            number: 0,
            has_key: false,
        }
    }
}

impl Track {
    fn begin(&mut self) {
        self.timeline.begin();
        self.has_key = false;
    }

    /// A frame as viewers get it; nothing before the first key frame.
    fn frame(
        &mut self,
        frame: &VideoFrame,
        session: &Demuxed,
        stream: usize,
    ) -> Result<Option<Frame>, FeedFault> {
        let is_key = frame.is_random_access_point();
        let is_first = is_key && !self.has_key;
        self.has_key |= is_key;
        if !self.has_key {
            return Ok(None);
        }
        if frame.data().len() > FRAME_BYTES_MAX {
            return Err(FeedFault::Unreadable);
        }
        let begins = is_first || frame.has_new_parameters();
        let beginning = begins.then(|| begin_track(session, stream)).transpose()?;
        let at = frame.timestamp();
        let placed = self
            .timeline
            .place(at.elapsed(), at.clock_rate().get(), is_key);
        self.number = self.number.wrapping_add(1);
        let piece = Bytes::from(piece(self.number, placed.sample, frame.data()));
        Ok(Some(Frame {
            beginning,
            shown_at: placed.shown_at,
            sample: placed.sample,
            is_anew: placed.jumped,
            data: piece.slice(piece.len() - frame.data().len()..),
            piece,
        }))
    }
}

/// The beginning of a track, made from what the camera sends and not from what it announced.
fn begin_track(session: &Demuxed, stream: usize) -> Result<Beginning, FeedFault> {
    let stream = session.streams().get(stream);
    let Some(ParametersRef::Video(video)) = stream.and_then(retina::client::Stream::parameters)
    else {
        return Err(FeedFault::Unreadable);
    };
    let (width, height) = video.pixel_dimensions();
    let entry = video.mp4_sample_entry().build();
    let entry = entry.map_err(|_names_an_address| FeedFault::Unreadable)?;
    let codec = video.rfc6381_codec().to_owned();
    Ok(Beginning {
        codec: CameraMessage::Codec {
            codec: codec.clone(),
            width,
            height,
        },
        bytes: Bytes::from(beginning(&entry, (width, height))),
        parameters: match video.codec_params() {
            VideoParametersCodec::H264 { sps, pps } => annex_b(&[sps, pps]).into(),
            _ => Bytes::new(),
        },
        track: super::ring::Track {
            codec,
            entry,
            size: (width, height),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_minute_and_are_never_alike() {
        let waits = |tries, chance| wait_after(&FeedFault::Silent, tries, chance);
        assert_eq!(waits(1, 1.0), WAIT_FIRST);
        assert_eq!(waits(2, 1.0), WAIT_FIRST * 2);
        assert_eq!(waits(8, 1.0), WAIT_LAST);
        assert_eq!(waits(u32::MAX, 1.0), WAIT_LAST);
        assert_eq!(waits(8, 0.0), Duration::from_secs(45));
        let denied = FeedFault::Denied {
            offered: Vec::new(),
        };
        assert_eq!(wait_after(&denied, 1, 1.0), WAIT_LAST);
    }
}
