//! Tries a camera once, at an address that somebody types and that nothing is kept of yet.

use super::Cameras;
use super::book::{Addresses, CameraAddress};
use super::feed::{Picture, Stream, Viewer};
use super::ring::Budget;
use super::snapshot::snapshot;
use crate::clock::Clock;
use axum::body::Bytes;
use castellan_domain::ids::DeviceId;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::camera::FeedFault;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Some cameras send a key frame every thirty seconds only.
const PICTURE_WITHIN: Duration = Duration::from_secs(40);

/// What a camera showed.
#[derive(Debug)]
pub(crate) struct Tried {
    pub(crate) main: Picture,
    /// The smaller picture, where it has an address.
    pub(crate) sub: Option<Result<Picture, FeedFault>>,
    /// Why it gives no still of its own, though it has an address of them.
    pub(crate) no_still: Option<FeedFault>,
    /// A still: its own, or of its newest key frame where that was wanted.
    pub(crate) jpeg: Option<Bytes>,
}

/// Asks a camera for each of its pictures, one after the other: it has few seats. Without its main picture it is asked
/// for nothing more: whoever goes on with a wrong password is locked out.
pub(crate) async fn try_out(
    camera: &DeviceId,
    address: &CameraAddress,
    wants_still: bool,
) -> Result<Tried, FeedFault> {
    let cameras = trial(address);
    let tried = main_of(&cameras, camera, address, wants_still).await;
    cameras.end().await;
    let tried = tried?;
    if address.sub.is_none() {
        return Ok(tried);
    }
    let cameras = trial(address);
    let sub = first(&mut cameras.watch(camera, Stream::Sub)).await;
    cameras.end().await;
    Ok(Tried {
        sub: Some(sub),
        ..tried
    })
}

async fn main_of(
    cameras: &Cameras,
    camera: &DeviceId,
    address: &CameraAddress,
    wants_still: bool,
) -> Result<Tried, FeedFault> {
    let mut viewer = cameras.watch(camera, Stream::Main);
    let main = first(&mut viewer).await?;
    let own = match &address.still {
        Some(url) => Some(snapshot(url, address).await),
        None => None,
    };
    let (mut jpeg, no_still) = match own {
        Some(Ok(jpeg)) => (Some(jpeg), None),
        Some(Err(why)) => (None, Some(why)),
        None => (None, None),
    };
    if wants_still && jpeg.is_none() {
        let newest = cameras.newest(camera, address).await;
        jpeg = newest.ok().map(|still| still.jpeg);
    }
    Ok(Tried {
        main,
        sub: None,
        no_still,
        jpeg,
    })
}

async fn first(viewer: &mut Viewer) -> Result<Picture, FeedFault> {
    let first = timeout(PICTURE_WITHIN, viewer.first_picture()).await;
    first.unwrap_or(Err(FeedFault::Silent))
}

/// Cameras of which there is one, and nobody else watches.
fn trial(address: &CameraAddress) -> Cameras {
    let clock = Arc::new(Clock::start(Timestamp::from_micros(0)));
    let addresses = Addresses::Typed(Arc::new(address.clone()));
    Cameras::asking(addresses, clock, Budget::new(0))
}
