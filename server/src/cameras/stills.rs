//! Stills: one picture of a moment, and when that was. A camera is asked by its own address of stills; where it has none,
//! or that fails, its newest key frame is decoded. It is asked by one at a time and once a second: whoever else asks in
//! that time gets the same still, with the moment at which it was taken.

use axum::body::Bytes;
use castellan_domain::ids::DeviceId;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::camera::FeedFault;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex as Turn, Semaphore, SemaphorePermit};

/// A camera is asked again after this time.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// One that denied us is asked again after this time, so that it locks nobody out.
const AGAIN_AFTER_DENIED: Duration = Duration::from_mins(1);
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
pub(super) type Asked = Option<(Instant, Result<Still, FeedFault>)>;

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
    /// Leave to decode a picture. The semaphore is never closed.
    pub(super) async fn decoder(&self) -> Option<SemaphorePermit<'_>> {
        self.decoders.acquire().await.ok()
    }

    /// Whose turn it is to ask a camera, and what became of it the last time.
    pub(super) fn turn(&self, camera: &DeviceId) -> Arc<Turn<Asked>> {
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
pub(super) fn again(asked: &Asked) -> Option<Result<Still, FeedFault>> {
    let (at, outcome) = asked.as_ref()?;
    let is_denied = matches!(outcome, Err(FeedFault::Denied { .. }));
    let after = if is_denied {
        AGAIN_AFTER_DENIED
    } else {
        AGAIN_AFTER
    };
    (at.elapsed() < after).then(|| outcome.clone())
}
