//! Has viewings recorded once they are over. One that is under way when the server is killed is lost.

use super::Cameras;
use super::viewings::{Viewings, Watched};
use crate::requests::{Request, have_recorded};
use castellan_domain::engine::Input;
use castellan_domain::time::{Span, Timestamp};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tracing::{info, warn};

/// How often it is looked for viewings that are over.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A viewer's pictures are told of no oftener than this.
const TELL_EVERY: Span = Span::from_millis(500);

impl Cameras {
    fn viewings(&self) -> MutexGuard<'_, Viewings> {
        self.viewings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to record viewings, until the server stops.
    pub(crate) fn begin_recording(self: &Arc<Self>, requests: &mpsc::Sender<Request>) {
        let recording = self.clone().record_viewings(requests.clone());
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.spawn(recording);
    }

    async fn record_viewings(self: Arc<Self>, requests: mpsc::Sender<Request>) {
        let mut stop = self.stop.subscribe();
        let mut is_stopping = false;
        while !is_stopping {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {
                    is_stopping = true;
                    self.viewings().end_all();
                }
                () = sleep(LOOK_EVERY) => {}
            }
            let lost = self.viewings().take_lost();
            if lost > 0 {
                warn!(
                    lost,
                    "viewings could not be recorded for so long that they are lost"
                );
            }
            while let Some(viewed) = self.over() {
                let camera = viewed.camera.clone();
                let recorded = have_recorded(&requests, Input::Viewed(viewed)).await;
                if let Some(Err(refusal)) = recorded {
                    info!(%camera, ?refusal, "a viewing is not recorded");
                }
            }
        }
    }

    fn over(&self) -> Option<castellan_domain::fact::AlarmViewed> {
        self.viewings().over(self.clock.now())
    }
}

/// Sees what goes out to one viewer who watches for an alarm.
#[derive(Debug)]
pub(super) struct Witness<'a> {
    pub(super) cameras: &'a Cameras,
    pub(super) watched: Watched,
    pub(super) told_at: Option<Timestamp>,
}

impl Witness<'_> {
    /// A live picture went out.
    pub(super) fn sees(&mut self) {
        let now = self.cameras.clock.now();
        if self
            .told_at
            .is_none_or(|told| now.since(told) >= TELL_EVERY)
        {
            self.told_at = Some(now);
            self.cameras.viewings().shown(&self.watched, now);
        }
    }
}
