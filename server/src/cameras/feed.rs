//! One stream of one camera, shared by everybody who watches it: one session upstream however many
//! they are, from the first of them until five seconds after the last.

use super::fmp4::Sample;
use super::ring::{self, Budget, Clip, Ring, Track};
use crate::clock::Clock;
use axum::body::Bytes;
use axum::extract::ws::Utf8Bytes;
use castellan_domain::ids::DeviceId;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::camera::{CLOCK_OFF_MIN_S, CameraMessage, FeedFault, FeedState};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::timeout;

/// Whoever comes back within this time finds the picture still there.
const LINGER: Duration = Duration::from_secs(5);
/// Messages that wait for a viewer; one that lags further begins anew with the newest key frame.
const WAITING_MAX: usize = 64;
/// Bytes of the frames since the last key frame that are kept for newcomers. Beyond it nothing is kept
/// until the next key frame, and a newcomer waits for that.
const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Which of a camera's pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stream {
    /// The one with all its pixels.
    #[default]
    Main,
    /// A smaller one.
    Sub,
}

/// What a viewer is sent. Its bytes are shared by all of them.
#[derive(Debug, Clone)]
pub(super) enum Sent {
    Words(Utf8Bytes),
    Picture(Bytes),
}

/// A frame on its way to the viewers.
#[derive(Debug)]
pub(super) struct Frame {
    /// What begins here, if a track does.
    pub(super) beginning: Option<Beginning>,
    /// Where it stands in the track; said with key frames.
    pub(super) shown_at: u64,
    pub(super) sample: Sample,
    /// The camera's clock began anew: what was said of moments before it counts no more.
    pub(super) is_anew: bool,
    pub(super) piece: Bytes,
    /// The frame itself, within the piece.
    pub(super) data: Bytes,
}

/// The beginning of a track.
#[derive(Debug, Clone)]
pub(super) struct Beginning {
    pub(super) codec: CameraMessage,
    pub(super) bytes: Bytes,
    pub(super) track: Track,
    /// What a decoder of H.264 needs before a key frame, each with its start code; empty for other codecs.
    pub(super) parameters: Bytes,
}

/// The newest key frame: the picture of a moment.
#[derive(Debug, Clone)]
pub(super) struct KeyFrame {
    /// When the server had it.
    pub(super) at: Timestamp,
    /// What a decoder of H.264 needs before it; empty for other codecs.
    pub(super) parameters: Bytes,
    pub(super) piece: Bytes,
}

/// What a newcomer needs, and who watches.
struct Shared {
    viewers: usize,
    /// A session is kept up, or is tried for.
    is_running: bool,
    state: FeedState,
    /// Since when there is no picture, though somebody wants one or a round asked for it.
    dark_since: Option<Timestamp>,
    /// Why the last try failed.
    why: Option<FeedFault>,
    /// What is wrong with the camera's clock, as it was told.
    clock: Option<Sent>,
    beginning: Option<[Sent; 2]>,
    parameters: Bytes,
    key: Option<KeyFrame>,
    /// Since the last key frame, with its moment first.
    group: Vec<Sent>,
    group_bytes: usize,
    ring: Ring,
}

impl Shared {
    /// What came before is no picture of now.
    fn forget(&mut self) {
        self.beginning = None;
        self.key = None;
        self.group = Vec::new();
        self.group_bytes = 0;
        self.ring.break_off();
    }
}

/// One stream of one camera.
pub(super) struct Feed {
    pub(super) camera: DeviceId,
    pub(super) stream: Stream,
    clock: Arc<Clock>,
    shared: Mutex<Shared>,
    viewers: watch::Sender<usize>,
    sender: broadcast::Sender<Sent>,
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("camera", &self.camera)
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}

impl Feed {
    pub(super) fn new(
        camera: DeviceId,
        stream: Stream,
        clock: Arc<Clock>,
        budget: Arc<Budget>,
    ) -> Arc<Self> {
        let state = FeedState::Connecting { since: clock.now() };
        Arc::new(Self {
            camera,
            stream,
            clock,
            shared: Mutex::new(Shared {
                viewers: 0,
                is_running: false,
                state,
                dark_since: None,
                why: None,
                clock: None,
                beginning: None,
                parameters: Bytes::new(),
                key: None,
                group: Vec::new(),
                group_bytes: 0,
                ring: Ring::new(budget),
            }),
            viewers: watch::Sender::new(0),
            sender: broadcast::Sender::new(WAITING_MAX),
        })
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody watches. `start` is called if nobody did: under the lock, so that there is never a
    /// second session.
    pub(super) fn watch(self: &Arc<Self>, start: impl FnOnce(Arc<Self>)) -> Viewer {
        let mut shared = self.shared();
        shared.viewers += 1;
        self.viewers.send_replace(shared.viewers);
        if !shared.is_running {
            shared.is_running = true;
            let now = self.clock.now();
            shared.dark_since.get_or_insert(now);
            shared.state = FeedState::Connecting { since: now };
            start(self.clone());
        }
        drop(shared);
        Viewer {
            receiver: self.sender.subscribe(),
            feed: self.clone(),
        }
    }

    /// Whether there is a picture.
    pub(super) fn is_live(&self) -> bool {
        let shared = self.shared();
        shared.is_running && matches!(shared.state, FeedState::Live { .. })
    }

    /// The camera is asked.
    pub(super) fn connecting(&self) {
        self.say(FeedState::Connecting {
            since: self.clock.now(),
        });
    }

    /// There is no picture any more, and none from before is shown to newcomers.
    pub(super) fn lose(&self, why: FeedFault) {
        let since = {
            let mut shared = self.shared();
            shared.why = Some(why.clone());
            *shared.dark_since.get_or_insert_with(|| self.clock.now())
        };
        self.say(FeedState::Lost { since, why });
    }

    /// A round found that it has failed since then, or nothing of the kind. What viewers know better stays.
    pub(super) fn learn(&self, fails_since: Option<Timestamp>) {
        let mut shared = self.shared();
        if !shared.is_running {
            shared.dark_since = fails_since;
        }
    }

    /// Why somebody who watches has had no picture since before `before`.
    pub(super) fn fails(&self, before: Timestamp) -> Option<FeedFault> {
        let shared = self.shared();
        let is_dark = shared.dark_since.is_some_and(|since| since <= before);
        let why = shared.why.clone();
        why.filter(|_| shared.is_running && shared.viewers > 0 && is_dark)
    }

    /// What the camera's clock says beside ours; nothing while it is right.
    pub(super) fn compare_clock(&self, ahead_s: i64) {
        let mut shared = self.shared();
        let was_wrong = shared.clock.is_some();
        let is_wrong = ahead_s.abs() >= CLOCK_OFF_MIN_S;
        if !is_wrong && !was_wrong {
            return;
        }
        let said = words(&CameraMessage::Clock {
            ahead_s: if is_wrong { ahead_s } else { 0 },
            since: self.clock.now(),
        });
        shared.clock = is_wrong.then(|| said.clone());
        self.send(said);
    }

    /// Says how it stands while there is no picture.
    fn say(&self, state: FeedState) {
        let mut shared = self.shared();
        shared.forget();
        shared.state = state;
        self.send(words(&CameraMessage::Feed(shared.state.clone())));
    }

    /// Sends a frame to whoever watches.
    pub(super) fn publish(&self, frame: Frame) {
        let now = self.clock.now();
        let mut shared = self.shared();
        if !matches!(shared.state, FeedState::Live { .. }) {
            shared.state = FeedState::Live { since: now };
            shared.dark_since = None;
            shared.why = None;
            self.send(words(&CameraMessage::Feed(shared.state.clone())));
        }
        let is_key = frame.sample.is_key;
        if let Some(Beginning {
            codec,
            bytes,
            parameters,
            track,
        }) = frame.beginning
        {
            shared.parameters = parameters;
            shared.ring.begin(track);
            let beginning = [words(&codec), Sent::Picture(bytes)];
            for one in &beginning {
                self.send(one.clone());
            }
            shared.beginning = Some(beginning);
        }
        if is_key {
            shared.group.clear();
            shared.group_bytes = 0;
            shared.key = Some(KeyFrame {
                at: now,
                parameters: shared.parameters.clone(),
                piece: frame.piece.clone(),
            });
        }
        let is_kept = is_key || !shared.group.is_empty();
        if is_key || frame.is_anew {
            let moment = words(&CameraMessage::Moment {
                ticks: frame.shown_at,
                received_at: now,
            });
            self.send(moment.clone());
            if is_kept {
                shared.group.push(moment);
            }
        }
        let picture = Sent::Picture(frame.piece.clone());
        self.send(picture.clone());
        shared.group_bytes = shared.group_bytes.saturating_add(frame.piece.len());
        if shared.group_bytes > GROUP_BYTES_MAX {
            shared.group = Vec::new();
        } else if is_kept {
            shared.group.push(picture);
        }
        shared.ring.add(ring::Frame {
            sample: frame.sample,
            data: frame.data,
            at: now,
        });
    }

    /// Begins a clip with what there is of the time since a moment.
    pub(super) fn begin_clip(&self, since: Timestamp) -> Clip {
        Clip::begin(&self.shared().ring, since)
    }

    /// Adds to a clip what is new, and says whether there can be more.
    pub(super) fn add_to(&self, clip: &mut Clip) -> bool {
        clip.take(&self.shared().ring)
    }

    /// Nobody may be there to hear it.
    fn send(&self, sent: Sent) {
        drop(self.sender.send(sent));
    }

    /// Returns once nobody has watched for as long as a picture is kept.
    pub(super) async fn unwatched(&self) {
        let mut viewers = self.viewers.subscribe();
        // The sender is in `self`, so neither wait ends for want of one.
        while viewers.wait_for(|viewers| *viewers == 0).await.is_ok() {
            let back = viewers.wait_for(|viewers| *viewers > 0);
            if timeout(LINGER, back).await.is_err() {
                return;
            }
        }
    }

    /// Ends if nobody watches, and says whether it has: under the lock, so that nobody who comes now is
    /// left without a session.
    pub(super) fn rest(&self) -> bool {
        let mut shared = self.shared();
        if shared.viewers > 0 {
            return false;
        }
        shared.is_running = false;
        shared.dark_since = None;
        shared.why = None;
        shared.clock = None;
        shared.forget();
        shared.ring.clear();
        true
    }
}

/// Somebody who watches.
#[derive(Debug)]
pub(super) struct Viewer {
    pub(super) feed: Arc<Feed>,
    pub(super) receiver: broadcast::Receiver<Sent>,
}

impl Viewer {
    /// All that is needed to begin, or to begin anew. What comes next is received after it.
    pub(super) fn begin(&mut self) -> Vec<Sent> {
        let shared = self.feed.shared();
        // Under the lock: no frame is lost between the two, and none is doubled.
        self.receiver = self.feed.sender.subscribe();
        let mut sent = vec![words(&CameraMessage::Feed(shared.state.clone()))];
        sent.extend(shared.clock.clone());
        // Without a key frame there is nothing to begin with; the next one follows its own beginning.
        if let Some(beginning) = &shared.beginning {
            sent.extend(beginning.iter().cloned());
            sent.extend(shared.group.iter().cloned());
        }
        sent
    }
}

/// What a camera's picture is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    /// By RFC 6381.
    pub(crate) codec: String,
    /// Pixels from left to right.
    pub(crate) width: u32,
    /// Pixels from top to bottom.
    pub(crate) height: u32,
}

impl Viewer {
    /// Waits until a track begins, or until it is known why none does.
    pub(super) async fn first_picture(&mut self) -> Result<Picture, FeedFault> {
        loop {
            match self.receiver.recv().await {
                Ok(Sent::Words(text)) => match serde_json::from_str(&text) {
                    Ok(CameraMessage::Codec {
                        codec,
                        width,
                        height,
                    }) => {
                        return Ok(Picture {
                            codec,
                            width,
                            height,
                        });
                    }
                    Ok(CameraMessage::Feed(FeedState::Lost { why, .. })) => return Err(why),
                    Ok(_) | Err(_) => {}
                },
                Ok(Sent::Picture(_)) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Err(FeedFault::HungUp),
            }
        }
    }
}

impl Viewer {
    /// The newest key frame. Waits until there is one, or until it is known why there is none.
    pub(super) async fn key_frame(&mut self) -> Result<KeyFrame, FeedFault> {
        loop {
            {
                let shared = self.feed.shared();
                if let Some(key) = &shared.key {
                    return Ok(key.clone());
                }
                if let FeedState::Lost { why, .. } = &shared.state {
                    return Err(why.clone());
                }
            }
            if matches!(self.receiver.recv().await, Err(RecvError::Closed)) {
                return Err(FeedFault::HungUp);
            }
        }
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        let mut shared = self.feed.shared();
        shared.viewers = shared.viewers.saturating_sub(1);
        self.feed.viewers.send_replace(shared.viewers);
    }
}

/// A message as JSON. These types have no value that JSON could not hold.
pub(super) fn words(message: &CameraMessage) -> Sent {
    Sent::Words(serde_json::to_string(message).unwrap_or_default().into())
}
