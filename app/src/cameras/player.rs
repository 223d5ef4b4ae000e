//! Plays a camera's stream in a `<video>` of the page. It asks the browser for nothing but to be looked at: each
//! message and each beat does what is due, so that no event is waited for.

use super::model::{Glass, Moment, Playback, Step, Tile, steps};
use crate::browser::sleep;
use crate::copy::SiteCopy;
use crate::live::model::wait_ms;
use crate::live::{Connection, Incoming};
use castellan_domain::ids::DeviceId;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::camera::CameraMessage;
use futures_util::{FutureExt as _, StreamExt as _, select};
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::{
    HtmlVideoElement, MediaSource, MediaSourceReadyState, SourceBuffer, SourceBufferAppendMode, Url,
};

/// How often a player looks after itself.
const BEAT_MS: u32 = 100;
/// Beats without a new frame before the player is built anew, from the newest key frame: five seconds.
const STILL_BEATS_MAX: u32 = 50;
/// Beats in a hidden page before the stream is let go: thirty seconds. A hidden page has slower beats.
const HIDDEN_MS_MAX: f64 = 30_000.0;
/// Bytes that wait to be appended.
const WAITING_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Plays for as long as `wanted` says so.
pub(super) async fn play(
    copy: &'static SiteCopy,
    camera: DeviceId,
    video: HtmlVideoElement,
    tile: RwSignal<Tile>,
    wanted: impl Fn() -> bool,
) {
    let mut attempt = 0;
    while wanted() {
        let path = format!("/live/cameras/{camera}");
        let mut player = Player::new(video.clone());
        match Connection::open(&path) {
            Ok((socket, inbox)) => {
                let began = converse(copy, &mut player, inbox, tile, &wanted).await;
                drop(socket);
                attempt = if began { 0 } else { attempt + 1 };
            }
            Err(_) => attempt += 1,
        }
        player.end();
        // What was on the glass is no picture of now.
        let _ = tile.try_update(|tile| tile.glass = None);
        sleep(wait_ms(attempt, js_sys::Math::random())).await;
    }
}

/// One connection, until it ends; says whether a picture came.
async fn converse(
    copy: &'static SiteCopy,
    player: &mut Player,
    mut inbox: futures_channel::mpsc::Receiver<Incoming>,
    tile: RwSignal<Tile>,
    wanted: &impl Fn() -> bool,
) -> bool {
    let mut beat = Box::pin(sleep(BEAT_MS).fuse());
    loop {
        select! {
            incoming = inbox.next() => match incoming {
                Some(Incoming::Open) => {}
                Some(Incoming::Text(text)) => {
                    if let Ok(message) = serde_json::from_str(&text) {
                        player.hear(message, tile);
                    }
                }
                Some(Incoming::Binary(bytes)) => player.append(&bytes),
                Some(Incoming::Closed) | None => return player.moment.is_some(),
            },
            () = beat => {
                if !wanted() || player.beat(copy, tile).is_err() {
                    return player.moment.is_some();
                }
                beat = Box::pin(sleep(BEAT_MS).fuse());
            }
        }
    }
}

/// The player has to be built anew.
struct Broken;

struct Player {
    video: HtmlVideoElement,
    source: Option<MediaSource>,
    buffer: Option<SourceBuffer>,
    codec: String,
    waiting: Vec<u8>,
    moment: Option<Moment>,
    frames: u32,
    still_beats: u32,
    second: i64,
    hidden_since: Option<f64>,
}

impl Player {
    fn new(video: HtmlVideoElement) -> Self {
        Self {
            video,
            source: None,
            buffer: None,
            codec: String::new(),
            waiting: Vec::new(),
            moment: None,
            frames: 0,
            still_beats: 0,
            second: 0,
            hidden_since: None,
        }
    }

    fn hear(&mut self, message: CameraMessage, tile: RwSignal<Tile>) {
        match message {
            CameraMessage::Feed(feed) => tile.update(|tile| tile.feed = Some(feed)),
            CameraMessage::Codec { codec, .. } => self.begin(codec, tile),
            CameraMessage::Moment { ticks, received_at } => {
                self.moment = Some(Moment { ticks, received_at });
            }
            // What waited belongs to what was left out.
            CameraMessage::Skipped { .. } => self.waiting.clear(),
        }
    }

    /// A track begins. The browser is asked for exactly this codec before a byte is given to it.
    fn begin(&mut self, codec: String, tile: RwSignal<Tile>) {
        let kind = format!("video/mp4; codecs=\"{codec}\"");
        let plays = MediaSource::is_type_supported(&kind);
        tile.update(|tile| tile.not_playable = (!plays).then(|| codec.clone()));
        self.waiting.clear();
        if !plays {
            return;
        }
        match &self.buffer {
            Some(buffer) if self.codec != codec => drop(buffer.change_type(&kind)),
            Some(_) => {}
            None => {
                if self.open().is_err() {
                    tile.update(|tile| tile.not_playable = Some(codec.clone()));
                }
            }
        }
        self.codec = codec;
    }

    fn open(&mut self) -> Result<(), JsValue> {
        if self.source.is_none() {
            let source = MediaSource::new()?;
            let url = Url::create_object_url_with_source(&source)?;
            self.video.set_src(&url);
            self.source = Some(source);
        }
        Ok(())
    }

    /// Appends what waits, if the browser has taken what came before.
    fn append(&mut self, bytes: &[u8]) {
        if self.source.is_none() {
            return;
        }
        if self.waiting.len() + bytes.len() > WAITING_BYTES_MAX {
            // It is a broken player that takes nothing for so long; the beat builds it anew.
            self.still_beats = STILL_BEATS_MAX;
            return;
        }
        self.waiting.extend_from_slice(bytes);
        self.pump();
    }

    fn pump(&mut self) {
        if self.buffer.is_none() {
            self.buffer = self.source.as_ref().and_then(|source| {
                let is_open = source.ready_state() == MediaSourceReadyState::Open;
                let kind = format!("video/mp4; codecs=\"{}\"", self.codec);
                let buffer = is_open.then(|| source.add_source_buffer(&kind).ok()).flatten()?;
                buffer.set_mode(SourceBufferAppendMode::Segments);
                let _ = Url::revoke_object_url(&self.video.src());
                Some(buffer)
            });
        }
        let Some(buffer) = self.buffer.as_ref().filter(|buffer| !buffer.updating()) else {
            return;
        };
        if self.waiting.is_empty() {
            return;
        }
        // What it refuses is lost up to the next key frame; without new frames it is built anew.
        let _ = buffer.append_buffer_with_u8_array(&mut self.waiting);
        self.waiting.clear();
    }

    /// Looks after the picture: keeps it near the newest frame, and says what is on the glass.
    fn beat(&mut self, copy: &'static SiteCopy, tile: RwSignal<Tile>) -> Result<(), Broken> {
        self.pump();
        if self.is_hidden_for_long() || self.video.error().is_some() {
            return Err(Broken);
        }
        if let Some(at) = self.playback() {
            for step in steps(at) {
                self.take(step);
            }
        }
        let frames = self.video.get_video_playback_quality().total_video_frames();
        self.still_beats = if frames == self.frames { self.still_beats + 1 } else { 0 };
        self.frames = frames;
        let is_begun = frames > 0;
        if let (true, Some(moment), Some(now)) = (is_begun, self.moment, copy.server_now()) {
            self.look_at_the_glass(moment.age(self.video.current_time(), now), now, tile);
        }
        let is_still = self.still_beats > STILL_BEATS_MAX && self.moment.is_some();
        if is_still { Err(Broken) } else { Ok(()) }
    }

    /// Says how old the picture is: with the second, and at once when that covers or uncovers it.
    fn look_at_the_glass(&mut self, age: Span, now: Timestamp, tile: RwSignal<Tile>) {
        let at = Timestamp::from_micros(now.as_micros() - age.as_micros());
        let glass = Glass { at, age };
        let turns = tile.with_untracked(|tile| {
            tile.glass.is_none_or(|shown| shown.stands_still() != glass.stands_still())
        });
        let second = now.as_micros() / 1_000_000;
        if turns || second != self.second {
            self.second = second;
            tile.update(|tile| tile.glass = Some(glass));
        }
    }

    fn playback(&self) -> Option<Playback> {
        let buffered = self.video.buffered();
        let last = buffered.length().checked_sub(1)?;
        Some(Playback {
            begins: buffered.start(last).ok()?,
            ends: buffered.end(last).ok()?,
            oldest: buffered.start(0).ok()?,
            now: self.video.current_time(),
            paused: self.video.paused(),
        })
    }

    fn take(&self, step: Step) {
        match step {
            Step::Seek(to) => self.video.set_current_time(to),
            Step::Rate(rate) => {
                if (self.video.playback_rate() - rate).abs() > 0.001 {
                    self.video.set_playback_rate(rate);
                }
            }
            // A browser may refuse until somebody has touched the page; a muted picture it lets play.
            Step::Play => drop(self.video.play()),
            Step::Cut(upto) => {
                if let Some(buffer) = self.buffer.as_ref().filter(|buffer| !buffer.updating()) {
                    let _ = buffer.remove(0.0, upto);
                }
            }
        }
    }

    /// A page that nobody sees lets its streams go, and has them again when it is looked at.
    fn is_hidden_for_long(&mut self) -> bool {
        let document = crate::browser::window().document();
        if !document.is_some_and(|document| document.hidden()) {
            self.hidden_since = None;
            return false;
        }
        let now = js_sys::Date::now();
        now - *self.hidden_since.get_or_insert(now) > HIDDEN_MS_MAX
    }

    /// Takes the stream off the `<video>`, which is used again.
    fn end(&self) {
        let _ = self.video.remove_attribute("src");
        self.video.load();
    }
}
