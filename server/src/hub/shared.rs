//! What all displays of a site share, and the tick.

use super::packed::Snapshots;
use crate::clock::Clock;
use castellan_domain::access::{Rights, rights_of};
use castellan_domain::estate::{Estate, EstateIndex};
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{DeviceId, PersonId, PhoneId, Seq, SiteId};
use castellan_domain::observation::Fix;
use castellan_domain::stream::{Backlog, Connected, Displays, Outgoing, SiteStream};
use castellan_domain::text::Text;
use castellan_domain::time::Timestamp;
use castellan_domain::view::{Known, View};
use castellan_domain::wire::live::{
    Echo, HEARTBEAT_EVERY_MS, Hello, LatestOf, Readings, Refused, TICK_EVERY_MS, Welcome,
};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tracing::error;

/// Displays that may be connected at once; one more is refused with a reason.
pub(crate) const DISPLAYS_MAX: usize = 2_000;
/// Bytes handed to a display's socket before they are written out. The socket library keeps a buffer
/// of the largest such batch for as long as the display is connected.
const BATCH_BYTES: usize = 16 * 1024;

/// What all displays of a site share.
#[derive(Debug)]
pub(crate) struct Hub {
    pub(super) clock: Arc<Clock>,
    stream: RwLock<SiteStream>,
    pub(super) snapshots: Snapshots,
    pub(super) seated: Mutex<Displays>,
    /// Changes whenever there may be something to send.
    pub(super) news: watch::Sender<()>,
    pub(super) displays: AtomicUsize,
    /// Microseconds since 1970, or 0 while all is recorded.
    not_recording_since: AtomicI64,
}

impl Hub {
    /// A hub that goes on from a backlog and the view at its head.
    pub(crate) fn new(
        site: SiteId,
        build: Text<64>,
        clock: Arc<Clock>,
        backlog: Backlog,
        view: View,
        anchor: Anchor,
    ) -> Self {
        // Handles of an earlier run mean nothing: another epoch.
        let stream = SiteStream::new(site, build, backlog, view, anchor, rand::random());
        Self {
            clock,
            stream: RwLock::new(stream),
            snapshots: Snapshots::default(),
            seated: Mutex::new(Displays::default()),
            news: watch::Sender::new(()),
            displays: AtomicUsize::new(0),
            not_recording_since: AtomicI64::new(0),
        }
    }

    /// Lets the phones of guards in, whose views are made by this estate.
    pub(crate) fn serve_guards(&self, estate: Arc<EstateIndex>) {
        self.write().serve_guards(estate);
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, SiteStream> {
        self.stream.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, SiteStream> {
        self.stream.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows the facts of a committed turn, each as its stored bytes.
    pub(crate) fn publish_facts<'a>(
        &self,
        facts: impl IntoIterator<Item = &'a str> + Clone,
        upto: Seq,
        hash: &str,
    ) {
        if let Err(error) = self.write().publish(facts, upto, hash) {
            error!(%error, %upto, "a fact cannot be folded for displays: walls and snapshots end here; start again, and report this");
        }
        self.news.send_replace(());
    }

    /// Puts positions onto the lane, and what else a phone told with them. They go out with the
    /// next tick.
    pub(crate) fn publish_positions(&self, fixes: &[Fix]) {
        if fixes.is_empty() {
            return;
        }
        let mut stream = self.write();
        for fix in fixes {
            // A fix that comes late tells nothing of now.
            if stream.lane().update(fix) {
                let readings = Readings {
                    battery_percent: fix.battery_percent,
                    last_seen_at: None,
                };
                let of = LatestOf::Person(fix.person.clone());
                stream.values().set(&of, readings);
            }
        }
    }

    /// Shows when devices were heard. It goes out with the next tick. Gives back those of which
    /// displays are told something new.
    pub(crate) fn publish_seen(
        &self,
        mut seen: Vec<(DeviceId, Timestamp)>,
    ) -> Vec<(DeviceId, Timestamp)> {
        if !seen.is_empty() {
            let mut stream = self.write();
            seen.retain(|(device, at)| {
                let readings = Readings {
                    battery_percent: None,
                    last_seen_at: Some(*at),
                };
                let of = LatestOf::Device(device.clone());
                stream.values().set(&of, readings)
            });
        }
        seen
    }

    /// Takes people off the map, who went off duty.
    pub(crate) fn remove_people<'a>(&self, people: impl IntoIterator<Item = &'a PersonId>) {
        let mut stream = self.write();
        for person in people {
            stream.remove_person(person);
        }
    }

    /// Shows what could not be recorded; an empty list takes it back. It goes out with the next tick.
    pub(crate) fn set_unrecorded(&self, list: &castellan_domain::unrecorded::Unrecorded) {
        self.write().set_unrecorded(list);
    }

    /// Ends a tick of everything of which only the newest counts, and once a second tells all
    /// displays that the server lives. A display is woken once for all of it.
    pub(crate) async fn tick(self: Arc<Self>) {
        let mut ticks = interval(Duration::from_millis(TICK_EVERY_MS));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut beat_at = Instant::now();
        loop {
            let at = ticks.tick().await;
            let beat = at >= beat_at;
            if beat {
                beat_at = at + Duration::from_millis(HEARTBEAT_EVERY_MS);
            }
            match self.advance(beat) {
                Ok(true) => {
                    self.news.send_replace(());
                }
                Ok(false) => {}
                Err(error) => error!(%error, "what displays are told cannot be written"),
            }
        }
    }

    pub(crate) fn advance(&self, beat: bool) -> Result<bool, serde_json::Error> {
        let viewers = if beat {
            self.seating().changed_viewers()
        } else {
            None
        };
        let now = self.clock.now();
        let mut stream = self.write();
        let news = stream.advance(now)?;
        if beat {
            stream.beat(now, self.not_recording_since())?;
        }
        if let Some(viewers) = viewers {
            stream.set_viewers(viewers)?;
        }
        Ok(news || beat)
    }

    /// What a person may do by the facts that displays can see, if these are known.
    pub(crate) fn rights_of(&self, person: &PersonId, estate: &Estate) -> Option<Rights> {
        let stream = self.read();
        let known = Known {
            view: stream.view()?,
            estate,
            now: self.clock.now(),
        };
        Some(rights_of(&known, person))
    }

    /// Whether a phone is somebody's, by the facts that displays can see. Before there are any, it may
    /// be.
    pub(crate) fn knows_phone(&self, phone: &PhoneId, estate: &Estate) -> bool {
        let stream = self.read();
        stream.view().is_none_or(|view| {
            let known = Known {
                view,
                estate,
                now: self.clock.now(),
            };
            known.person_of_phone(phone).is_some()
        })
    }

    /// Looks into what displays can see. Before there is anything, into an empty site.
    pub(crate) fn with_view<T>(&self, look: impl FnOnce(&View) -> T) -> T {
        match self.read().view() {
            Some(view) => look(view),
            None => look(&View::default()),
        }
    }

    /// Number of the last fact that displays can see.
    pub(crate) fn head(&self) -> Seq {
        self.read().head().0
    }

    /// The last fact that displays can see, and the chain's hash there.
    pub(crate) fn head_and_hash(&self) -> (Seq, String) {
        let stream = self.read();
        let (seq, hash) = stream.head();
        (seq, hash.to_owned())
    }

    /// The answer to an echo.
    pub(crate) fn echo(&self, n: u64) -> Echo {
        Echo {
            n,
            upto: self.head(),
            server_time: self.clock.now(),
        }
    }

    /// Displays connected now.
    pub(crate) fn displays(&self) -> usize {
        self.displays.load(Ordering::Relaxed)
    }

    /// Says that nothing can be recorded, from the first failure on, or that all is well again.
    pub(crate) fn set_not_recording(&self, since: Option<Timestamp>) {
        match since {
            None => self.not_recording_since.store(0, Ordering::Relaxed),
            Some(since) => {
                // Only the first failure counts; whether one was noted before does not matter.
                let _ = self.not_recording_since.compare_exchange(
                    0,
                    since.as_micros(),
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                );
            }
        }
    }

    /// Since when nothing can be recorded, if so.
    pub(crate) fn not_recording_since(&self) -> Option<Timestamp> {
        match self.not_recording_since.load(Ordering::Relaxed) {
            0 => None,
            micros => Some(Timestamp::from_micros(micros)),
        }
    }

    pub(crate) fn open(
        &self,
        hello: &Hello,
        person: Option<&PersonId>,
    ) -> Result<(Connected, Welcome), Refused> {
        self.write().let_in(hello, person, self.clock.now())
    }

    /// The next messages for a display, of about [`BATCH_BYTES`] together, and whether there may be
    /// more. A message that cannot be written is left out and logged: the session goes on with the
    /// next.
    pub(crate) fn next(&self, display: &mut Connected, batch: &mut Vec<Outgoing>) -> bool {
        let stream = self.read();
        let now = self.clock.now();
        let mut bytes = 0;
        while bytes < BATCH_BYTES {
            match display.next(&stream, now) {
                Ok(Some(outgoing)) => {
                    bytes += outgoing.len();
                    batch.push(outgoing);
                }
                Ok(None) => return false,
                Err(error) => error!(%error, "a message could not be written"),
            }
        }
        true
    }
}
