//! Has viewings recorded once they are over. One that is under way when the server is killed is lost.

use super::Cameras;
use super::viewings::{Ended, Viewings, Watched};
use crate::hub::Hub;
use crate::requests::{Request, have_recorded};
use castellan_domain::alarm::Alarm;
use castellan_domain::engine::Input;
use castellan_domain::fact::AlarmViewed;
use castellan_domain::system::CameraViewed;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tracing::{info, warn};

/// How often it is looked for viewings that are over.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl Cameras {
    fn viewings(&self) -> MutexGuard<'_, Viewings> {
        self.viewings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to record viewings, until the server stops.
    pub(crate) fn begin_recording(
        self: &Arc<Self>,
        hub: Arc<Hub>,
        requests: &mpsc::Sender<Request>,
    ) {
        let recording = self.clone().record_viewings(hub, requests.clone());
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.spawn(recording);
    }

    async fn record_viewings(self: Arc<Self>, hub: Arc<Hub>, requests: mpsc::Sender<Request>) {
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
            hub.with_view(|view| {
                let row = |alarm| view.alarms.get(&alarm);
                let is_closed = |alarm| row(alarm).is_some_and(Alarm::is_closed);
                self.viewings().end_closed(is_closed);
            });
            let lost = self.viewings().take_lost();
            if lost > 0 {
                warn!(
                    lost,
                    "viewings could not be recorded for so long that they are lost"
                );
            }
            while let Some(ended) = self.over() {
                let camera = ended.watched.camera.clone();
                let recorded = have_recorded(&requests, input(ended)).await;
                if let Some(Err(refusal)) = recorded {
                    info!(%camera, ?refusal, "a viewing is not recorded");
                }
            }
        }
    }

    fn over(&self) -> Option<Ended> {
        self.viewings().over(self.clock.now())
    }
}

fn input(Ended { watched, from, to }: Ended) -> Input {
    let Watched { alarm, by, camera } = watched;
    match alarm {
        Some(alarm) => Input::Viewed(AlarmViewed {
            alarm,
            camera,
            by,
            from,
            to,
        }),
        None => Input::CameraViewed(CameraViewed {
            camera,
            by,
            from,
            to,
        }),
    }
}
