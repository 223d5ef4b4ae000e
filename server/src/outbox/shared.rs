//! What site task, workers and health share.

use castellan_domain::fact::ReachPublished;
use castellan_domain::notify::Notification;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::OutboxHealth;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use tracing::error;

/// Notifications that may wait; further ones are left out, counted and shown under health, and their ladders are told
/// that they reached nobody.
pub(crate) const OUTBOX_MAX: usize = 10_000;

/// What site task, workers and health share.
#[derive(Debug)]
pub(crate) struct Outbox {
    /// Who can be reached by what.
    reach: ReachPublished,
    state: Mutex<OutboxHealth>,
    /// Changes whenever there may be something to send.
    pub(super) news: watch::Sender<()>,
}

impl Outbox {
    /// An outbox for people who can be reached like this.
    pub(crate) fn new(reach: ReachPublished) -> Self {
        Self {
            reach,
            state: Mutex::default(),
            news: watch::Sender::new(()),
        }
    }

    /// Who can be reached by what.
    pub(crate) fn reach(&self) -> ReachPublished {
        self.reach.clone()
    }

    fn state(&self) -> MutexGuard<'_, OutboxHealth> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those for which there is room, and those for which there is none.
    pub(crate) fn admit(
        &self,
        mut notifications: Vec<Notification>,
        now: Timestamp,
    ) -> (Vec<Notification>, Vec<Notification>) {
        let mut state = self.state();
        let room = OUTBOX_MAX.saturating_sub(state.waiting);
        let left_out = notifications.split_off(room.min(notifications.len()));
        if !left_out.is_empty() {
            let left_out = left_out.len();
            error!(left_out, "the outbox is full: notifications are left out");
            state.left_out += left_out as u64;
            state.left_out_at = Some(now);
        }
        (notifications, left_out)
    }

    /// A turn is on disk that added some and let go of others.
    pub(crate) fn committed(&self, added: usize, settled: usize) {
        let mut state = self.state();
        state.waiting = (state.waiting + added).saturating_sub(settled);
        if added > 0 {
            self.news.send_replace(());
        }
    }

    /// How many wait, as counted on disk.
    pub(crate) fn set_waiting(&self, waiting: usize) {
        self.state().waiting = waiting;
        self.news.send_replace(());
    }

    /// One attempt worked.
    pub(super) fn works(&self) {
        let mut state = self.state();
        state.failing_since = None;
        state.last_failure = None;
    }

    /// One attempt did not.
    pub(super) fn failed(&self, now: Timestamp, why: String) {
        let mut state = self.state();
        state.failing_since = state.failing_since.or(Some(now));
        state.last_failure = Some(why);
    }

    /// What is shown under health.
    pub(crate) fn health(&self) -> OutboxHealth {
        self.state().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::fixture;
    use castellan_domain::notify::Announcement;

    #[test]
    fn a_full_outbox_takes_no_more_and_says_how_many_it_left_out() {
        let fact = fixture::history(1).remove(0).2;
        let fact = castellan_domain::fact::Fact::decode(&fact).unwrap();
        let Announcement::Real(one) = Announcement::of(&fact, fixture::call(1)) else {
            panic!("no drill");
        };
        let outbox = Outbox::new(ReachPublished {
            people: std::collections::BTreeMap::new(),
        });
        let now = Timestamp::from_secs(1_795_000_000);
        outbox.committed(OUTBOX_MAX - 2, 0);
        assert_eq!(
            outbox.admit(vec![one.clone(); 2], now).0.len(),
            2,
            "just room enough"
        );
        let (admitted, left_out) = outbox.admit(vec![one.clone(); 5], now);
        assert_eq!((admitted.len(), left_out.len()), (2, 3));
        let health = outbox.health();
        assert_eq!((health.left_out, health.left_out_at), (3, Some(now)));
        outbox.committed(2, 0);
        assert_eq!(outbox.admit(vec![one.clone(); 4], now).0.len(), 0);
        assert_eq!(
            (outbox.health().waiting, outbox.health().left_out),
            (OUTBOX_MAX, 7)
        );
        outbox.committed(0, 1);
        assert_eq!(
            outbox.admit(vec![one], now).0.len(),
            1,
            "as soon as one is settled"
        );
    }
}
