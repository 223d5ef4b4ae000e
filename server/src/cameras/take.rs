//! Takes a still: from the camera's own address of stills, or from its newest key frame.

use super::Cameras;
use super::book::CameraAddress;
use super::feed::Stream;
use super::picture::jpeg_of;
use super::snapshot::snapshot;
use super::stills::{Still, again};
use castellan_domain::ids::DeviceId;
use castellan_domain::wire::camera::FeedFault;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Time for a key frame to come, where nobody watches.
const KEY_WITHIN: Duration = Duration::from_secs(10);

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
        let address = self.upstream.addresses.find(camera).await?;
        if let Some(url) = &address.still {
            let at = self.clock.now();
            match snapshot(url, &address).await {
                Ok(jpeg) => return Ok(Still { at, jpeg }),
                // The same user and password are wrong for the stream, too.
                Err(why @ FeedFault::Denied { .. }) => return Err(why),
                Err(_) => {}
            }
        }
        self.newest(camera, &address).await
    }

    /// A still of the newest key frame.
    pub(super) async fn newest(
        &self,
        camera: &DeviceId,
        address: &CameraAddress,
    ) -> Result<Still, FeedFault> {
        let mut why = FeedFault::NoPicture;
        for stream in self.streams(camera, address) {
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
        let _decoder = self.stills.decoder().await;
        let jpeg = tokio::task::spawn_blocking(move || jpeg_of(&key)).await;
        let jpeg = jpeg.unwrap_or(Err(FeedFault::Unreadable))?;
        Ok(Still {
            at,
            jpeg: jpeg.into(),
        })
    }
}
