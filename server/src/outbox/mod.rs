//! Notifications on their way out: at least once, each under an id that never changes.
//!
//! A turn commits them together with the facts that they tell of. The worker sends the most urgent
//! one first and tells the site task what became of it; only that turn lets go of it. So a server
//! that is killed between the two sends it again, under the same id, and never forgets it.

mod webhook;

pub(crate) use webhook::Webhook;

use crate::clock::Clock;
use crate::journal::{Parcel, Reader};
use crate::requests::{Request, backoff, have_recorded};
use castellan_domain::engine::Input;
use castellan_domain::notify::{Notification, NotificationSettled, Settlement};
use castellan_domain::time::Span;
use castellan_domain::wire::api::OutboxHealth;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::time::sleep;
use tracing::{error, info, warn};
use webhook::Sent;

/// Notifications that may wait; further ones are left out, counted and shown under health.
const OUTBOX_MAX: usize = 10_000;
/// After this time it is no news any more: the alarm has called again meanwhile.
const KEPT: Span = Span::from_secs(3_600);
/// How long the worker sleeps at most when nothing waits.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// What site task, worker and health share.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    state: Mutex<OutboxHealth>,
    news: Notify,
}

impl Outbox {
    fn state(&self) -> MutexGuard<'_, OutboxHealth> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those for which there is room.
    pub(crate) fn admit(&self, mut notifications: Vec<Notification>) -> Vec<Notification> {
        let mut state = self.state();
        let room = OUTBOX_MAX.saturating_sub(state.waiting);
        if let Some(left_out) = notifications.len().checked_sub(room).filter(|n| *n > 0) {
            error!(left_out, "the outbox is full: notifications are left out");
            state.left_out += left_out as u64;
            notifications.truncate(room);
        }
        notifications
    }

    /// A turn is on disk that added some and let go of others.
    pub(crate) fn committed(&self, added: usize, settled: usize) {
        let mut state = self.state();
        state.waiting = (state.waiting + added).saturating_sub(settled);
        if added > 0 {
            self.news.notify_one();
        }
    }

    /// How many wait, as counted on disk.
    pub(crate) fn set_waiting(&self, waiting: usize) {
        self.state().waiting = waiting;
        self.news.notify_one();
    }

    /// What is shown under health.
    pub(crate) fn health(&self) -> OutboxHealth {
        self.state().clone()
    }
}

/// Sends what waits, for ever.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) reader: Reader,
    pub(crate) webhook: Webhook,
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) clock: Arc<Clock>,
}

impl Worker {
    pub(crate) async fn run(self) {
        let mut failures: u32 = 0;
        let mut attempts: u32 = 0;
        let mut at_hand = None;
        loop {
            let parcel = match self.reader.next_parcel().await {
                Ok(Some(parcel)) => parcel,
                Ok(None) => {
                    // Whoever adds one wakes us; the time limit is for a word that got lost.
                    let _ = tokio::time::timeout(LOOK_EVERY, self.outbox.news.notified()).await;
                    continue;
                }
                Err(error) => {
                    error!(%error, "the outbox cannot be read");
                    failures = failures.saturating_add(1);
                    sleep(backoff(failures)).await;
                    continue;
                }
            };
            if at_hand != Some(parcel.about) {
                at_hand = Some(parcel.about);
                attempts = 0;
            }
            attempts = attempts.saturating_add(1);
            let outcome = match self.attempt(&parcel).await {
                Ok(outcome) => outcome,
                Err(why) => {
                    failures = failures.saturating_add(1);
                    let wait = backoff(failures);
                    warn!(about = %parcel.about, %why, again_in = ?wait, "a notification could not be sent");
                    self.failed(why);
                    sleep(wait).await;
                    continue;
                }
            };
            failures = 0;
            self.settle(NotificationSettled {
                about: parcel.about,
                outcome,
                attempts,
            })
            .await;
        }
    }

    /// Sends one, unless it is too old; what became of it, or why it must be tried again.
    async fn attempt(&self, parcel: &Parcel) -> Result<Settlement, String> {
        if self.clock.now().since(parcel.created_at) > KEPT {
            error!(about = %parcel.about, "a notification is given up: nobody took it for an hour");
            return Ok(Settlement::GivenUp);
        }
        match self.webhook.send(parcel).await {
            Sent::Taken => {
                let mut state = self.outbox.state();
                state.failing_since = None;
                state.last_failure = None;
                Ok(Settlement::Delivered)
            }
            Sent::Refused(why) => {
                error!(about = %parcel.about, %why, "a notification was refused");
                self.failed(why);
                Ok(Settlement::Refused)
            }
            Sent::Failed(why) => Err(why),
        }
    }

    fn failed(&self, why: String) {
        let now = self.clock.now();
        let mut state = self.outbox.state();
        state.failing_since = state.failing_since.or(Some(now));
        state.last_failure = Some(why);
    }

    /// Has the outcome recorded. Until it is, nothing else is sent: what was sent and could not be
    /// recorded is not sent again by this process.
    async fn settle(&self, settled: NotificationSettled) {
        let (about, outcome) = (settled.about, settled.outcome);
        have_recorded(&self.requests, Input::Notified(settled)).await;
        info!(%about, ?outcome, "a notification is settled");
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
        let Announcement::Real(one) = Announcement::of(&fact, fixture::overdue(1)) else {
            panic!("no drill");
        };
        let outbox = Outbox::default();
        outbox.committed(OUTBOX_MAX - 2, 0);
        assert_eq!(
            outbox.admit(vec![one.clone(); 2]).len(),
            2,
            "just room enough"
        );
        assert_eq!(outbox.admit(vec![one.clone(); 5]).len(), 2);
        assert_eq!(outbox.health().left_out, 3);
        outbox.committed(2, 0);
        assert_eq!(outbox.admit(vec![one.clone(); 4]).len(), 0);
        assert_eq!(
            (outbox.health().waiting, outbox.health().left_out),
            (OUTBOX_MAX, 7)
        );
        outbox.committed(0, 1);
        assert_eq!(
            outbox.admit(vec![one]).len(),
            1,
            "as soon as one is settled"
        );
    }
}
