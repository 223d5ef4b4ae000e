//! Stills: one picture of a moment, and when that was. A camera is asked by its own address of stills; where it has none,
//! or that fails, its newest key frame is decoded. It is asked by one at a time and once a second: whoever else asks in
//! that time gets the same still, with the moment at which it was taken.

use super::feed::Stream;
use super::picture::jpeg_of;
use super::snapshot::snapshot;
use super::{Cameras, book::CameraAddress};
use axum::body::Bytes;
use castellan_domain::ids::DeviceId;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::camera::FeedFault;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex as Turn, Semaphore};
use tokio::time::timeout;

/// A camera is asked again after this time.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// One that denied us is asked again after this time, so that it locks nobody out.
const AGAIN_AFTER_DENIED: Duration = Duration::from_mins(1);
/// Time for a key frame to come, where nobody watches.
const KEY_WITHIN: Duration = Duration::from_secs(10);
/// Pictures that are decoded at a time.
const DECODED_AT_A_TIME: usize = 2;

/// A picture of a moment.
#[derive(Debug, Clone)]
pub(crate) struct Still {
    /// When the server asked for it, or had its key frame.
    pub(crate) at: Timestamp,
    pub(crate) jpeg: Bytes,
}

/// What became of asking, and when that ended.
type Asked = Option<(Instant, Result<Still, FeedFault>)>;

/// What was last taken of each camera.
#[derive(Debug)]
pub(super) struct Stills {
    /// At most one for each camera of the estate, and none that is too old to be given again.
    last: Mutex<BTreeMap<DeviceId, Arc<Turn<Asked>>>>,
    decoders: Semaphore,
}

impl Default for Stills {
    fn default() -> Self {
        Self {
            last: Mutex::default(),
            decoders: Semaphore::new(DECODED_AT_A_TIME),
        }
    }
}

impl Stills {
    fn turn(&self, camera: &DeviceId) -> Arc<Turn<Asked>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // Whatever somebody waits for is locked, or soon will be.
        last.retain(|_, turn| {
            Arc::strong_count(turn) > 1
                || turn.try_lock().is_ok_and(|asked| again(&asked).is_some())
        });
        last.entry(camera.clone()).or_default().clone()
    }
}

/// What is given again, because the camera was asked a moment ago.
fn again(asked: &Asked) -> Option<Result<Still, FeedFault>> {
    let (at, outcome) = asked.as_ref()?;
    let is_denied = matches!(outcome, Err(FeedFault::Denied { .. }));
    let after = if is_denied {
        AGAIN_AFTER_DENIED
    } else {
        AGAIN_AFTER
    };
    (at.elapsed() < after).then(|| outcome.clone())
}

impl Cameras {
    /// A still of a camera of the estate.
    pub(crate) async fn still(self: &Arc<Self>, camera: &DeviceId) -> Result<Still, FeedFault> {
        let turn = self.stills.turn(camera);
        let (cameras, camera) = (self.clone(), camera.clone());
        // What was begun ends, though whoever asked has gone: a camera is not asked twice for it.
        let asking = tokio::spawn(async move {
            let mut asked = turn.lock().await;
            if let Some(outcome) = again(&asked) {
                return outcome;
            }
            let mut stop = cameras.stop.subscribe();
            let outcome = tokio::select! {
                outcome = cameras.take(&camera) => outcome,
                _ = stop.wait_for(|stop| *stop) => Err(FeedFault::HungUp),
            };
            *asked = Some((Instant::now(), outcome.clone()));
            outcome
        });
        asking.await.unwrap_or(Err(FeedFault::Unreadable))
    }

    async fn take(&self, camera: &DeviceId) -> Result<Still, FeedFault> {
        let address = self.upstream.book.find(camera).await?;
        if let Some(url) = &address.still {
            let at = self.clock.now();
            match snapshot(url, &address).await {
                Ok(jpeg) => return Ok(Still { at, jpeg }),
                // The same user and password are wrong for the stream, too.
                Err(why @ FeedFault::Denied { .. }) => return Err(why),
                Err(_) => {}
            }
        }
        let mut why = FeedFault::NoPicture;
        for stream in self.streams(camera, &address) {
            match self.decode(camera, stream).await {
                Ok(still) => return Ok(still),
                Err(other) => why = other,
            }
        }
        Err(why)
    }

    /// The streams from which a still may come, the best first: one that is there, then the smaller one.
    fn streams(&self, camera: &DeviceId, address: &CameraAddress) -> Vec<Stream> {
        let mut streams = vec![Stream::Sub, Stream::Main];
        streams.retain(|stream| address.url(*stream).is_some());
        streams.sort_by_key(|stream| !self.feed(camera, *stream).is_live());
        streams
    }

    /// The newest key frame of a stream, decoded.
    async fn decode(&self, camera: &DeviceId, stream: Stream) -> Result<Still, FeedFault> {
        let mut viewer = self.watch(camera, stream);
        let key = timeout(KEY_WITHIN, viewer.key_frame()).await;
        let key = key.unwrap_or(Err(FeedFault::Silent))?;
        let at = key.at;
        let _decoder = self.stills.decoders.acquire().await;
        let jpeg = tokio::task::spawn_blocking(move || jpeg_of(&key)).await;
        let jpeg = jpeg.unwrap_or(Err(FeedFault::Unreadable))?;
        Ok(Still {
            at,
            jpeg: jpeg.into(),
        })
    }
}
