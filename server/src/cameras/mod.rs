//! Cameras' pictures: RTSP from the camera, fragmented MP4 over a WebSocket to the browser, nothing encoded
//! anew. However many watch, a camera has one session for each of its streams ([`feed`]), from the first
//! viewer until a moment after the last ([`upstream`]). The time of a picture is our own ([`timeline`]).

mod book;
mod camera_clock;
mod feed;
mod fmp4;
mod mp4;
mod offered;
mod onvif;
mod picture;
mod recorder;
mod recording;
mod ring;
mod rounds;
mod snapshot;
mod socket;
mod stills;
mod take;
mod timeline;
pub(crate) mod trial;
mod turning;
mod upstream;
mod viewings;
mod witness;

pub(crate) use book::{Book, CameraAddress};
pub(crate) use feed::{Picture, Stream};
pub(crate) use onvif::{Found, Offer, find, shown};
pub(crate) use recording::{Held, Made, Recording};
pub(crate) use ring::{BEFORE, BEFORE_LONG, Budget};
pub(crate) use stills::Still;
pub(crate) use turning::Turning;
pub(crate) use viewings::Watched;

use crate::clock::Clock;
use axum::extract::ws::WebSocket;
use book::Addresses;
use castellan_domain::ids::DeviceId;
use castellan_domain::time::Timestamp;
use feed::{Feed, Viewer};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use stills::Stills;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::warn;
use upstream::Upstream;
use viewings::Viewings;
use witness::Witness;

/// Viewers at a time, of all cameras together; the next one is refused.
pub(crate) const VIEWERS_MAX: usize = 1_000;
/// How long a stop waits until cameras have heard that their sessions are over.
const END_WITHIN: Duration = Duration::from_secs(3);

/// The pictures of all cameras.
#[derive(Debug)]
pub(crate) struct Cameras {
    clock: Arc<Clock>,
    upstream: Upstream,
    stop: watch::Sender<bool>,
    /// At most two for each camera of the estate.
    feeds: Mutex<BTreeMap<(DeviceId, Stream), Arc<Feed>>>,
    /// At most one for each feed, and one that records viewings.
    running: Mutex<JoinSet<()>>,
    viewers: AtomicUsize,
    stills: Stills,
    viewings: Mutex<Viewings>,
    budget: Arc<Budget>,
}

impl Cameras {
    pub(crate) fn new(book: Arc<Book>, clock: Arc<Clock>, budget: Budget) -> Self {
        Self::asking(Addresses::Sealed(book), clock, budget)
    }

    fn asking(addresses: Addresses, clock: Arc<Clock>, budget: Budget) -> Self {
        let (stop, stops) = watch::channel(false);
        Self {
            clock,
            upstream: Upstream {
                addresses,
                stop: stops,
            },
            stop,
            feeds: Mutex::default(),
            running: Mutex::default(),
            viewers: AtomicUsize::new(0),
            stills: Stills::default(),
            viewings: Mutex::default(),
            budget: Arc::new(budget),
        }
    }

    /// What is kept of pictures in memory.
    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Shows a camera of the estate to a viewer until it goes. That goes on record, if somebody watches.
    pub(crate) async fn show(
        &self,
        camera: &DeviceId,
        stream: Stream,
        watched: Option<Watched>,
        socket: WebSocket,
    ) {
        let witness = watched.map(|watched| Witness {
            viewings: &self.viewings,
            clock: &self.clock,
            watched,
            told_at: None,
        });
        socket::serve_viewer(socket, self.watch(camera, stream), witness).await;
    }

    /// Whether a camera has an address, and one that can be opened.
    pub(crate) async fn knows(&self, camera: &DeviceId) -> bool {
        self.upstream.addresses.find(camera).await.is_ok()
    }

    /// Holds a camera's picture.
    pub(crate) fn hold(&self, camera: &DeviceId) -> Held {
        Held::new(self.watch(camera, Stream::Main))
    }

    /// Begins to record what a camera has seen since a moment, and sees.
    pub(crate) fn record(&self, camera: &DeviceId, since: Timestamp) -> Recording {
        Recording::begin(self.watch(camera, Stream::Main), since)
    }

    fn watch(&self, camera: &DeviceId, stream: Stream) -> Viewer {
        let feed = self.feed(camera, stream);
        feed.watch(|feed| {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            while running.try_join_next().is_some() {}
            running.spawn(self.upstream.clone().run(feed));
        })
    }

    fn feed(&self, camera: &DeviceId, stream: Stream) -> Arc<Feed> {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        let feed = feeds.entry((camera.clone(), stream));
        feed.or_insert_with(|| {
            Feed::new(
                camera.clone(),
                stream,
                self.clock.clone(),
                self.budget.clone(),
            )
        })
        .clone()
    }

    /// Whether somebody is shown a picture of it.
    fn is_live(&self, camera: &DeviceId) -> bool {
        let feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        let streams = [Stream::Main, Stream::Sub].into_iter();
        let mut feeds = streams.filter_map(|stream| feeds.get(&(camera.clone(), stream)));
        feeds.any(|feed| feed.is_live())
    }

    /// Streams that cameras are sending.
    pub(crate) fn sessions(&self) -> usize {
        let feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        feeds.values().filter(|feed| feed.is_live()).count()
    }

    /// Viewers of all cameras.
    pub(crate) fn viewers(&self) -> usize {
        // One more is counted for a moment while it is refused.
        self.viewers.load(Ordering::Relaxed).min(VIEWERS_MAX)
    }

    /// A seat for a viewer, for as long as it is held; nothing if all are taken.
    pub(crate) fn seat(self: &Arc<Self>) -> Option<Seat> {
        let seat = Seat(self.clone());
        // What was counted is taken back when the seat is dropped.
        (self.viewers.fetch_add(1, Ordering::AcqRel) < VIEWERS_MAX).then_some(seat)
    }

    /// Ends all sessions, tells the cameras, and records the viewings that were under way.
    pub(crate) async fn end(&self) {
        self.stop.send_replace(true);
        let running = {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *running)
        };
        if timeout(END_WITHIN, running.join_all()).await.is_err() {
            warn!(
                "some cameras did not hear that their sessions are over, or viewings are not on record"
            );
        }
    }
}

/// A viewer's seat.
#[derive(Debug)]
pub(crate) struct Seat(Arc<Cameras>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.viewers.fetch_sub(1, Ordering::AcqRel);
    }
}
