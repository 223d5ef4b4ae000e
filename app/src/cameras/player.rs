//! Plays a camera's stream in a `<video>` of the page. But for the frames that it shows, the browser is only looked
//! at: each message and each beat does what is due, so that no other event is waited for.

use super::media;
use super::model::{Glass, Moment, Playback, Step, Tile, steps};
use super::presented::Presented;
use crate::browser::{mono, sleep, window};
use crate::connection::{Connection, Incoming, wait_ms};
use crate::copy::SiteCopy;
use castellan_domain::audience::Audience;
use castellan_domain::ids::{AlarmId, DeviceId};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::camera::{CameraMessage, FeedFault, FeedState};
use futures_channel::mpsc::Receiver;
use futures_util::{FutureExt as _, StreamExt as _, select};
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::{
    HtmlVideoElement, MediaSource, MediaSourceReadyState, SourceBuffer, SourceBufferAppendMode, Url,
};

/// How often a player looks after itself.
const BEAT_MS: u32 = 100;
/// Without a new frame for this long a player is built anew, from the newest key frame.
const STILL_MAX: Span = Span::from_secs(5);
/// A page that nobody has seen for this long lets its streams go.
const HIDDEN_MAX: Span = Span::from_secs(30);
/// A codec that this browser does not play is asked for again after this time: somebody may have changed it.
const CODEC_AGAIN: Span = Span::from_secs(60);
/// Bytes that wait to be appended; a player that takes nothing for so long is built anew.
const WAITING_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Connections without a word before the tile says so.
const TURNED_AWAY_AFTER: u32 = 2;

/// Why a connection ended.
enum End {
    /// Nobody wants the picture any more, or nobody has seen the page for long.
    Unwanted,
    /// The browser does not play this codec.
    NotPlayable,
    /// The camera has no smaller picture.
    NoSuchStream,
    /// The player got stuck.
    Stuck,
    /// The server closed it; whether it had said anything.
    Closed { told: bool },
}

/// What is played.
pub(super) struct Subject {
    pub(super) camera: DeviceId,
    /// For which alarm it is looked at.
    pub(super) alarm: Option<AlarmId>,
    /// It is shown so small that the smaller picture does, where the camera has one.
    pub(super) is_small: bool,
}

/// Plays a camera for as long as `wanted` says so.
pub(super) async fn play(
    copy: &'static SiteCopy,
    Subject {
        camera,
        alarm,
        is_small,
    }: Subject,
    video: HtmlVideoElement,
    tile: RwSignal<Tile>,
    wanted: impl Fn() -> bool,
) {
    let mut attempt = 0;
    let mut stream = if is_small { "sub" } else { "main" };
    let mut falls_back = is_small;
    while wanted() {
        if is_hidden() {
            sleep(BEAT_MS).await;
            continue;
        }
        let reason = alarm.map_or_else(String::new, |alarm| format!("&alarm={alarm}"));
        let before = audience_words(&copy.with(|replica| replica.audience().clone()));
        let path = format!("/live/cameras/{camera}?stream={stream}{reason}{before}");
        let mut player = Player::new(video.clone(), falls_back);
        let end = match Connection::open(&path) {
            Ok((_socket, inbox)) => converse(copy, &mut player, inbox, tile, &wanted).await,
            Err(_) => End::Closed { told: false },
        };
        player.end();
        // What was on the glass is no picture of now.
        let _ = tile.try_update(|tile| (tile.glass, tile.clock_ahead_s) = (None, None));
        attempt = match end {
            End::Unwanted | End::NotPlayable | End::NoSuchStream | End::Closed { told: true } => 0,
            End::Stuck | End::Closed { told: false } => attempt + 1,
        };
        let is_turned_away = matches!(end, End::Closed { .. }) && attempt >= TURNED_AWAY_AFTER;
        if is_turned_away {
            let _ = tile.try_update(|tile| tile.is_turned_away = true);
        }
        match end {
            End::Unwanted => {}
            End::NoSuchStream => (stream, falls_back) = ("main", false),
            // A smaller picture often has a codec that every browser plays.
            End::NotPlayable if stream == "main" => stream = "sub",
            End::NotPlayable => {
                stream = "main";
                let began = mono();
                while wanted() && !is_over(began, CODEC_AGAIN) {
                    sleep(1_000).await;
                }
            }
            End::Stuck | End::Closed { .. } => {
                sleep(wait_ms(attempt, js_sys::Math::random())).await;
            }
        }
    }
}

/// Who stands before it, where nobody sits.
fn audience_words(audience: &Audience) -> String {
    match audience {
        Audience::Staff | Audience::Guard => String::new(),
        Audience::Wall | Audience::WallVisitor => format!("&audience={}", audience.name()),
    }
}

/// One connection, until it ends.
async fn converse(
    copy: &'static SiteCopy,
    player: &mut Player,
    mut inbox: Receiver<Incoming>,
    tile: RwSignal<Tile>,
    wanted: &impl Fn() -> bool,
) -> End {
    let mut told = false;
    let mut beat = Box::pin(sleep(BEAT_MS).fuse());
    loop {
        let step = select! {
            incoming = inbox.next() => match incoming {
                Some(Incoming::Open) => Ok(()),
                Some(Incoming::Text(text)) => {
                    told = true;
                    // A word that is not known is none of ours.
                    serde_json::from_str(&text).map_or(Ok(()), |said| player.hear(said, tile))
                }
                Some(Incoming::Binary(bytes)) => player.append(&bytes),
                Some(Incoming::Closed) | None => Err(End::Closed { told }),
            },
            () = beat => {
                beat = Box::pin(sleep(BEAT_MS).fuse());
                if wanted() { player.beat(copy, tile) } else { Err(End::Unwanted) }
            }
        };
        if let Err(end) = step {
            return end;
        }
    }
}

struct Player {
    video: HtmlVideoElement,
    presented: Presented,
    source: Option<MediaSource>,
    buffer: Option<SourceBuffer>,
    codec: String,
    waiting: Vec<u8>,
    moment: Option<Moment>,
    /// The frame that was on the glass at the last beat, and since when it is there.
    second: Option<f64>,
    since: Span,
    /// The second in which the age was last said.
    said_in: i64,
    hidden_since: Option<Span>,
    /// The main picture does where the camera has no smaller one.
    falls_back: bool,
}

impl Player {
    fn new(video: HtmlVideoElement, falls_back: bool) -> Self {
        Self {
            presented: Presented::watch(&video),
            video,
            source: None,
            buffer: None,
            codec: String::new(),
            waiting: Vec::new(),
            moment: None,
            second: None,
            since: mono(),
            said_in: 0,
            hidden_since: None,
            falls_back,
        }
    }

    fn hear(&mut self, message: CameraMessage, tile: RwSignal<Tile>) -> Result<(), End> {
        match message {
            CameraMessage::Feed(FeedState::Lost {
                why: FeedFault::NoSuchStream,
                ..
            }) if self.falls_back => {
                return Err(End::NoSuchStream);
            }
            CameraMessage::Feed(feed) => tile.update(|tile| {
                tile.feed = Some(feed);
                tile.is_turned_away = false;
            }),
            CameraMessage::Codec { codec, .. } => return self.begin(codec, tile),
            CameraMessage::Moment { ticks, received_at } => {
                self.moment = Some(Moment { ticks, received_at });
            }
            // What waited belongs to what was left out.
            CameraMessage::Skipped { .. } => self.waiting.clear(),
            CameraMessage::Clock { ahead_s, .. } => {
                tile.update(|tile| tile.clock_ahead_s = (ahead_s != 0).then_some(ahead_s));
            }
        }
        Ok(())
    }

    /// A track begins. The browser is asked for exactly this codec before a byte is given to it.
    fn begin(&mut self, codec: String, tile: RwSignal<Tile>) -> Result<(), End> {
        let kind = format!("video/mp4; codecs=\"{codec}\"");
        let plays = media::plays(&kind);
        tile.update(|tile| tile.not_playable = (!plays).then(|| codec.clone()));
        self.waiting.clear();
        if !plays {
            return Err(End::NotPlayable);
        }
        match &self.buffer {
            Some(buffer) if self.codec != codec => drop(buffer.change_type(&kind)),
            Some(_) => {}
            None => self.open().map_err(|_| End::Stuck)?,
        }
        self.codec = codec;
        Ok(())
    }

    fn open(&mut self) -> Result<(), JsValue> {
        if self.source.is_none() {
            let source = media::source()?;
            let url = Url::create_object_url_with_source(&source)?;
            self.video.set_src(&url);
            self.source = Some(source);
        }
        Ok(())
    }

    /// Appends a piece, once the browser has taken what came before.
    fn append(&mut self, bytes: &[u8]) -> Result<(), End> {
        if self.source.is_none() {
            return Ok(());
        }
        if self.waiting.len() + bytes.len() > WAITING_BYTES_MAX {
            return Err(End::Stuck);
        }
        self.waiting.extend_from_slice(bytes);
        self.pump();
        Ok(())
    }

    fn pump(&mut self) {
        if self.buffer.is_none() {
            self.buffer = self.source.as_ref().and_then(|source| {
                let is_open = source.ready_state() == MediaSourceReadyState::Open;
                let kind = format!("video/mp4; codecs=\"{}\"", self.codec);
                let buffer = is_open
                    .then(|| source.add_source_buffer(&kind).ok())
                    .flatten()?;
                buffer.set_mode(SourceBufferAppendMode::Segments);
                let _ = Url::revoke_object_url(&self.video.src());
                Some(buffer)
            });
        }
        let Some(buffer) = self.buffer.as_ref().filter(|buffer| !buffer.updating()) else {
            return;
        };
        if !self.waiting.is_empty() && self.source.as_ref().is_some_and(media::takes) {
            // What it refuses is lost up to the next key frame; without new frames it is built anew.
            let _ = buffer.append_buffer_with_u8_array(&mut self.waiting);
            self.waiting.clear();
        }
    }

    /// Looks after the picture: keeps it near the newest frame, and says what is on the glass.
    fn beat(&mut self, copy: &'static SiteCopy, tile: RwSignal<Tile>) -> Result<(), End> {
        self.pump();
        let now = mono();
        let is_hidden = is_hidden();
        self.hidden_since = is_hidden.then(|| self.hidden_since.unwrap_or(now));
        if self
            .hidden_since
            .is_some_and(|since| is_over(since, HIDDEN_MAX))
        {
            return Err(End::Unwanted);
        }
        if self.video.error().is_some() {
            return Err(End::Stuck);
        }
        if let Some(at) = self.playback() {
            for step in steps(at) {
                self.take(step);
            }
        }
        let second = self.presented.second();
        // A browser puts no frame on the glass of a page that nobody sees.
        if second != self.second || is_hidden || self.moment.is_none() {
            (self.second, self.since) = (second, now);
        }
        if let (Some(second), Some(moment), Some(now)) = (second, self.moment, copy.server_now()) {
            self.look_at_the_glass(moment.age(second, now), now, tile);
        }
        if is_over(self.since, STILL_MAX) {
            return Err(End::Stuck);
        }
        Ok(())
    }

    /// Says how old the picture is: with the second, and at once when that covers or uncovers it.
    fn look_at_the_glass(&mut self, age: Span, now: Timestamp, tile: RwSignal<Tile>) {
        let at = Timestamp::from_micros(now.as_micros() - age.as_micros());
        let glass = Glass { at, age };
        let turns = tile.with_untracked(|tile| {
            tile.glass
                .is_none_or(|shown| shown.stands_still() != glass.stands_still())
        });
        let second = now.as_micros() / 1_000_000;
        if turns || second != self.said_in {
            self.said_in = second;
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

    /// Takes the stream off the `<video>`, which is used again.
    fn end(&self) {
        let _ = self.video.remove_attribute("src");
        self.video.load();
    }
}

/// Whether more than `most` has passed since a moment.
fn is_over(since: Span, most: Span) -> bool {
    mono().as_micros() - since.as_micros() > most.as_micros()
}

fn is_hidden() -> bool {
    window()
        .document()
        .is_some_and(|document| document.hidden())
}
