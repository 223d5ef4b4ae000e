//! Keeps clips of alarms, and lets go of old ones. No turn waits for it.

use super::board::{Clips, is_open, is_orphan};
use super::prerecord::Prerecorded;
use super::retention::let_go;
use super::store::Stored;
use crate::cameras::{BEFORE, BEFORE_LONG, Cameras, Made, Recording};
use crate::clock::Clock;
use crate::disk::Disk;
use crate::hub::Hub;
use crate::requests::{Request, have_recorded};
use crate::site_folder::hex;
use castellan_domain::alarm::{Alarm, ClipNews, linked};
use castellan_domain::engine::Input;
use castellan_domain::estate::{AlarmType, Cameras as Wants, EstateIndex};
use castellan_domain::fact::AlarmClipKept;
use castellan_domain::ids::{AlarmId, ClipId, DeviceId};
use castellan_domain::text::Text;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;
use sha2::{Digest as _, Sha256};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tracing::{debug, error, info, warn};

/// How often it looks for new alarms, and a clip for new frames.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Alarms that are taken up at one look; the rest with the next one.
const ALARMS_MAX: usize = 64;
/// A clip ends so long after its alarm came, or, while that is active, after the second time.
const AFTER: Span = Span::from_secs(30);
const ACTIVE_MAX: Span = Span::from_secs(120);
/// How often is let go of what has had its time.
const LET_GO_EVERY: Duration = Duration::from_mins(1);
/// How long a stop waits for clips in the making.
const END_WITHIN: Duration = Duration::from_secs(5);

/// Keeps clips of alarms.
#[derive(Debug)]
pub(crate) struct Keeper {
    pub(crate) clips: Arc<Clips>,
    pub(crate) cameras: Arc<Cameras>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) index: Arc<EstateIndex>,
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) disk: Arc<Disk>,
    /// How long clips of what is closed are kept.
    pub(crate) kept: Span,
    /// Whether cameras give their picture although nobody watches.
    pub(crate) prerecords: bool,
}

/// A clip to be made.
#[derive(Debug)]
struct Wanted {
    clip: ClipId,
    camera: DeviceId,
    /// When its alarm came, and how much of before that it has, if that was kept.
    since: Timestamp,
    before: Span,
}

impl Keeper {
    /// Runs until the server stops; then clips in the making end where they are.
    pub(crate) async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        if let Err(error) = self.clips.store.clean() {
            debug!(%error, "no folder of clips to be cleaned");
        }
        let without_fact = |stored: Vec<Stored>, view: &View| {
            let all = stored.into_iter().map(|one| one.clip);
            all.filter(|clip| is_orphan(view, *clip)).collect()
        };
        let why = "a clip that no fact tells of is deleted: the server was killed between the two";
        self.delete(without_fact, why).await;
        let latest = |alarms: &std::collections::BTreeMap<AlarmId, Alarm>| {
            alarms.last_key_value().map_or(AlarmId(0), |(id, _)| *id)
        };
        let mut last = self.hub.with_view(|view| latest(&view.alarms));
        let mut running = JoinSet::new();
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut prerecorded = Prerecorded::default();
        if self.prerecords {
            prerecorded = Prerecorded::new(&self.index);
        }
        let mut let_go_at = Instant::now();
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                _ = looks.tick() => {}
            }
            while running.try_join_next().is_some() {}
            for wanted in self.look(&mut last) {
                running.spawn(self.clone().keep(wanted, stop.clone()));
            }
            if Instant::now() >= let_go_at {
                let_go_at = Instant::now() + LET_GO_EVERY;
                self.let_go().await;
                prerecorded.hold(&self.cameras).await;
            }
        }
        if timeout(END_WITHIN, running.join_all()).await.is_err() {
            warn!("clips in the making are lost with this stop");
        }
    }

    /// The clips that new alarms want.
    fn look(&self, last: &mut AlarmId) -> Vec<Wanted> {
        let new: Vec<Alarm> = self.hub.with_view(|view| {
            let new = view.alarms.range((Excluded(*last), Unbounded));
            new.take(ALARMS_MAX).map(|(_, row)| row.clone()).collect()
        });
        let now = self.clock.now();
        let mut all = Vec::new();
        for row in new {
            *last = row.id;
            // What was split off came long ago.
            if now.since(row.raised_at) < BEFORE {
                all.extend(self.wanted(&row));
            }
        }
        all
    }

    fn wanted(&self, row: &Alarm) -> Vec<Wanted> {
        let linked = linked(self.index.sights(), &self.index.estate, row);
        let all = (1..).zip(linked).map(|(nth, linked)| Wanted {
            clip: ClipId { alarm: row.id, nth },
            camera: linked.camera,
            since: row.raised_at,
            before: before(self.index.estate.alarm_type(&row.kind)),
        });
        all.collect()
    }

    async fn keep(self: Arc<Self>, wanted: Wanted, stop: watch::Receiver<bool>) {
        let (clip, camera) = (wanted.clip, wanted.camera.clone());
        if !self.cameras.knows(&camera).await {
            return debug!(%clip, %camera, "no clip: the camera has no address");
        }
        if !self.disk.keeps_clips() || !self.clips.begin() {
            self.clips.not_kept(None, self.clock.now());
            return warn!(%clip, %camera, "no clip is kept: too many are being made, or the disk fills");
        }
        let recording = self.cameras.record(&camera, wanted.since - wanted.before);
        if let Some(made) = self.record(recording, &wanted, stop).await {
            self.store(wanted, made).await;
        } else {
            debug!(%clip, %camera, "no picture came for a clip");
        }
        self.clips.end();
    }

    /// Records until the clip is done, whatever ends it.
    async fn record(
        &self,
        mut recording: Recording,
        wanted: &Wanted,
        mut stop: watch::Receiver<bool>,
    ) -> Option<Made> {
        while recording.take() && !self.is_done(wanted) {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                () = sleep(LOOK_EVERY) => {}
            }
        }
        recording.take();
        recording.finish()
    }

    fn is_done(&self, wanted: &Wanted) -> bool {
        let since = self.clock.now().since(wanted.since);
        let is_active = || {
            self.hub.with_view(|view| {
                let row = view.alarms.get(&wanted.clip.alarm);
                row.is_some_and(Alarm::is_active)
            })
        };
        since >= ACTIVE_MAX || since >= AFTER && !is_active()
    }

    /// Puts a clip on the disk; only then the site hears of it.
    async fn store(&self, wanted: Wanted, made: Made) {
        let Wanted { clip, camera, .. } = wanted;
        let mut hash = Sha256::new();
        made.file.iter().for_each(|piece| hash.update(piece));
        let hash = hex(&hash.finalize());
        let bytes = made.file.iter().map(|piece| piece.len() as u64).sum();
        if let Err(why) = self.clips.store.put(clip, made.file).await {
            error!(%clip, %camera, %why, "a clip cannot be kept");
            let why = format!(
                "a clip of {clip} could not be kept: {why}. Alarms go on; look after the folder of clips"
            );
            self.clips.not_kept(Some(why), self.clock.now());
            return;
        }
        self.clips.works();
        let (Ok(sha256), Ok(codec)) = (Text::new(hash), Text::new(made.codec)) else {
            return;
        };
        let kept = AlarmClipKept {
            alarm: clip.alarm,
            clip,
            camera,
            from: made.from,
            to: made.to,
            bytes,
            sha256,
            codec,
        };
        let news = Input::Clip(ClipNews::Kept(kept));
        have_recorded(&self.requests, news).await;
        info!(%clip, bytes, "a clip is kept");
    }

    async fn let_go(&self) {
        let has_had_its_time = |stored: Vec<Stored>, view: &View| {
            let is_room_short = !self.disk.keeps_clips();
            let is_open = |clip| is_open(view, clip);
            let_go(stored, self.clock.now(), self.kept, is_room_short, is_open)
        };
        let why = "a clip has had its time and is deleted";
        self.delete(has_had_its_time, why).await;
    }

    /// Deletes some of the clips that are stored.
    async fn delete(&self, which: impl FnOnce(Vec<Stored>, &View) -> Vec<ClipId>, why: &str) {
        let stored = match self.clips.store.list().await {
            Ok(stored) => stored,
            Err(error) => return warn!(%error, "the folder of clips cannot be read"),
        };
        for clip in self.hub.with_view(|view| which(stored, view)) {
            match self.clips.store.delete(clip).await {
                Ok(()) => info!(%clip, "{why}"),
                Err(error) => warn!(%clip, %error, "a clip cannot be deleted"),
            }
        }
    }
}

/// How much of before its alarm a clip has.
fn before(kind: Option<&AlarmType>) -> Span {
    match kind.map(|kind| kind.cameras) {
        Some(Wants::BestTwoLong) => BEFORE_LONG,
        _ => BEFORE,
    }
}
