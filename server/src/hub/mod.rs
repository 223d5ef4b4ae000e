//! The shell around the stream machines: what all displays share, and the tick.

mod socket;

pub(crate) use socket::serve_display;

use crate::clock::Clock;
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{Seq, SiteId};
use castellan_domain::observation::Fix;
use castellan_domain::stream::{Backlog, Lane, Outgoing, Session};
use castellan_domain::text::Text;
use castellan_domain::time::Timestamp;
use castellan_domain::unrecorded::Unrecorded;
use castellan_domain::wire::live::{Heartbeat, Hello, Refused, TICK_EVERY_MS, Welcome};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use tracing::error;

/// Displays that may be connected at once; one more is refused with a reason.
pub(crate) const DISPLAYS_MAX: usize = 2_000;

/// What all displays of a site share.
#[derive(Debug)]
pub(crate) struct Hub {
    site: SiteId,
    build: Text<64>,
    clock: Arc<Clock>,
    stream: RwLock<Stream>,
    /// Changes whenever there may be something to send.
    news: watch::Sender<()>,
    displays: AtomicUsize,
    /// Microseconds since 1970, or 0 while all is recorded.
    not_recording_since: AtomicI64,
    /// What is shown of reports that could not be recorded.
    pub(crate) unrecorded: watch::Sender<Unrecorded>,
}

#[derive(Debug)]
struct Stream {
    backlog: Backlog,
    lane: Lane,
}

impl Hub {
    pub(crate) fn new(
        site: SiteId,
        build: Text<64>,
        clock: Arc<Clock>,
        backlog: Backlog,
        anchor: Anchor,
    ) -> Self {
        Self {
            site,
            build,
            clock,
            stream: RwLock::new(Stream {
                backlog,
                // Handles of an earlier run mean nothing: another epoch.
                lane: Lane::new(anchor, rand::random()),
            }),
            news: watch::Sender::new(()),
            displays: AtomicUsize::new(0),
            not_recording_since: AtomicI64::new(0),
            unrecorded: watch::Sender::default(),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Stream> {
        self.stream.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Stream> {
        self.stream.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows the facts of a committed turn.
    pub(crate) fn publish_facts<'a>(
        &self,
        facts: impl IntoIterator<Item = &'a str>,
        upto: Seq,
        hash: &str,
    ) {
        self.write().backlog.push(facts, upto, hash);
        self.news.send_replace(());
    }

    /// Puts positions onto the lane. They go out with the next tick.
    pub(crate) fn publish_positions(&self, fixes: &[Fix]) {
        if fixes.is_empty() {
            return;
        }
        let mut stream = self.write();
        for fix in fixes {
            stream.lane.update(fix);
        }
    }

    /// Ends a tick of the position lane, again and again.
    pub(crate) async fn tick(self: Arc<Self>) {
        let mut ticks = interval(Duration::from_millis(TICK_EVERY_MS));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let now = self.clock.now();
            if self.write().lane.advance(now) {
                self.news.send_replace(());
            }
        }
    }

    /// Number of the last fact that displays can see.
    pub(crate) fn head(&self) -> Seq {
        self.read().backlog.head().0
    }

    /// The last fact that displays can see, and the chain's hash there.
    pub(crate) fn head_and_hash(&self) -> (Seq, String) {
        let stream = self.read();
        let (seq, hash) = stream.backlog.head();
        (seq, hash.to_owned())
    }

    /// Shows these reports, which could not be recorded.
    pub(crate) fn set_unrecorded(&self, unrecorded: &Unrecorded) {
        self.unrecorded.send_replace(unrecorded.clone());
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

    fn open(&self, hello: &Hello) -> Result<(Session, Welcome), Refused> {
        let stream = self.read();
        Session::open(
            hello,
            &self.site,
            &self.build,
            &stream.backlog,
            self.clock.now(),
        )
    }

    /// The next message for a session. A message that cannot be written is left out and logged:
    /// the session goes on with the next.
    fn next(&self, session: &mut Session) -> Option<Outgoing> {
        let stream = self.read();
        match session.next(&stream.backlog, &stream.lane, self.clock.now()) {
            Ok(outgoing) => outgoing,
            Err(error) => {
                error!(%error, "a message could not be written");
                None
            }
        }
    }

    fn heartbeat(&self) -> Heartbeat {
        Heartbeat {
            server_time: self.clock.now(),
            upto: self.head(),
            not_recording_since: self.not_recording_since(),
        }
    }
}
