//! Asks every camera that has an address, round after round, whether it would give a picture. DESCRIBE is all that is
//! asked: it takes none of a camera's few seats. A camera that fails twice in a row is reported as any device reports
//! (`camera_down`), and the first answer ends that.

use super::Cameras;
use super::feed::Stream;
use crate::requests::{Request, have_recorded};
use castellan_domain::engine::Input;
use castellan_domain::estate::{DeviceKind, Estate};
use castellan_domain::ids::{AlarmTypeId, DeviceId, EventId};
use castellan_domain::observation::{Doubts, Observation, Report, ReportedState};
use castellan_domain::refusal::Refusal;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::camera::FeedFault;
use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, warn};

/// What a camera that does not answer is reported as.
const TYPE: &str = "camera_down";
/// Failures in a row until it is: one packet that is lost is no dead camera.
const FAILURES_MIN: u32 = 2;
/// Cameras that are asked at a time.
const AT_A_TIME: usize = 8;

/// What is known of one camera.
#[derive(Debug, Default)]
struct Known {
    /// In a row.
    failures: u32,
    /// When the first of them was.
    since: Option<Timestamp>,
    /// Whether it was last reported as down; nothing since the server's start, whatever the record says.
    is_down: Option<bool>,
}

impl Known {
    /// What is to be reported of it now, if anything.
    fn learn(&mut self, answers: bool) -> Option<ReportedState> {
        self.failures = if answers {
            0
        } else {
            self.failures.saturating_add(1)
        };
        let is_down = !answers;
        if self.is_down == Some(is_down) || (is_down && self.failures < FAILURES_MIN) {
            return None;
        }
        self.is_down = Some(is_down);
        Some(if is_down {
            ReportedState::Active
        } else {
            ReportedState::Cleared
        })
    }

    /// What it was last reported as was not taken: it is reported again with the next round.
    const fn forget(&mut self) {
        self.is_down = None;
    }
}

/// Whether a camera would give a picture, by what became of asking; nothing where that says nothing about it.
fn answers(asked: &Result<(), FeedFault>) -> Option<bool> {
    match asked {
        // One whose seats are taken is there.
        Ok(()) | Err(FeedFault::TooManyViewers) => Some(true),
        Err(FeedFault::NoAddress | FeedFault::Sealed) => None,
        Err(_) => Some(false),
    }
}

impl Cameras {
    /// Begins to ask all cameras of the estate, if it has a type of alarm for those that fail.
    pub(crate) fn begin_rounds(
        self: &Arc<Self>,
        estate: &Estate,
        every: Duration,
        requests: &mpsc::Sender<Request>,
    ) {
        if estate.alarm_type(&AlarmTypeId::constant(TYPE)).is_none() {
            info!("the estate has no alarm type {TYPE}: a camera that fails makes no row");
            return;
        }
        let devices = estate.devices.iter();
        let all = devices.filter(|device| device.kind == DeviceKind::Camera);
        let all = all.map(|device| device.id.clone()).collect();
        tokio::spawn(self.clone().make_rounds(all, every, requests.clone()));
    }

    /// Asks all of them until the server stops.
    async fn make_rounds(
        self: Arc<Self>,
        cameras: Vec<DeviceId>,
        every: Duration,
        requests: mpsc::Sender<Request>,
    ) {
        let mut stop = self.stop.subscribe();
        let mut rounds = interval(every);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut known = BTreeMap::<DeviceId, Known>::new();
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                _ = rounds.tick() => {}
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = self.make_round(&cameras, every, &mut known, &requests) => {}
            }
        }
    }

    async fn make_round(
        &self,
        cameras: &[DeviceId],
        every: Duration,
        known: &mut BTreeMap<DeviceId, Known>,
        requests: &mpsc::Sender<Request>,
    ) {
        for cameras in cameras.chunks(AT_A_TIME) {
            let mut asked = Vec::new();
            for camera in cameras {
                asked.push(self.ask(camera, every));
            }
            for (camera, asked) in cameras.iter().zip(join_all(asked).await) {
                let Some(answers) = answers(&asked) else {
                    continue;
                };
                let known = known.entry(camera.clone()).or_default();
                let since = *known.since.get_or_insert_with(|| self.clock.now());
                known.since = (!answers).then_some(since);
                for stream in [Stream::Main, Stream::Sub] {
                    self.feed(camera, stream).learn(known.since);
                }
                let was_down = known.is_down == Some(true);
                if let Some(state) = known.learn(answers) {
                    match &asked {
                        Err(why) => warn!(%camera, ?why, "it gives no picture"),
                        Ok(()) if was_down => info!(%camera, "it answers again"),
                        Ok(()) => {}
                    }
                    if let Err(refusal) = self.report(camera, state, requests).await {
                        warn!(%camera, ?state, "what a round found out was refused: {refusal}");
                        known.forget();
                    }
                }
            }
        }
    }

    async fn ask(&self, camera: &DeviceId, every: Duration) -> Result<(), FeedFault> {
        if self.is_live(camera) {
            return Ok(());
        }
        // It may answer, and yet give no frame: whoever has watched it for a whole round knows.
        if let Some(why) = self.fails_watched(camera, every) {
            return Err(why);
        }
        self.upstream.ask(camera).await
    }

    fn fails_watched(&self, camera: &DeviceId, every: Duration) -> Option<FeedFault> {
        let now = self.clock.now().as_micros();
        let every = i64::try_from(every.as_micros()).unwrap_or(i64::MAX);
        let before = Timestamp::from_micros(now.saturating_sub(every));
        let streams = [Stream::Main, Stream::Sub].into_iter();
        let mut why = streams.filter_map(|stream| self.feed(camera, stream).fails(before));
        // One that has no smaller picture may have the other.
        why.find(|why| *why != FeedFault::NoSuchStream)
    }

    async fn report(
        &self,
        camera: &DeviceId,
        state: ReportedState,
        requests: &mpsc::Sender<Request>,
    ) -> Result<(), Refusal> {
        let now = self.clock.now();
        let Ok(event) = EventId::new(format!("round-{}", now.as_micros())) else {
            return Ok(());
        };
        let report = Report {
            device: camera.clone(),
            kind: AlarmTypeId::constant(TYPE),
            state,
            event,
            claimed_at: None,
            received_at: now,
            drill: false,
            doubts: Doubts::default(),
        };
        let input = Input::Observed(Observation::Report(report));
        // Without an answer the server ends.
        let answer = have_recorded(requests, input).await;
        answer.map_or(Ok(()), |answer| answer.map(|_taken| ()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_is_down_once_it_failed_twice_and_back_with_the_first_answer() {
        use ReportedState::{Active, Cleared};
        let mut known = Known::default();
        // After a start the record may say that it is down.
        let learned = [true, true, false, true, false, false, false, true];
        let told = learned.map(|answers| known.learn(answers));
        assert_eq!(
            told,
            [
                Some(Cleared),
                None,
                None,
                None,
                None,
                Some(Active),
                None,
                Some(Cleared)
            ]
        );
    }

    #[test]
    fn what_was_refused_is_reported_again() {
        let mut known = Known::default();
        let mut told = || known.learn(false);
        assert_eq!((told(), told()), (None, Some(ReportedState::Active)));
        assert_eq!(told(), None);
        known.forget();
        assert_eq!(known.learn(false), Some(ReportedState::Active));
    }

    #[test]
    fn what_says_nothing_about_a_camera_makes_no_row() {
        assert_eq!(answers(&Err(FeedFault::Sealed)), None);
        assert_eq!(answers(&Err(FeedFault::NoAddress)), None);
        assert_eq!(answers(&Err(FeedFault::TooManyViewers)), Some(true));
        assert_eq!(answers(&Err(FeedFault::NoAnswer)), Some(false));
    }
}
