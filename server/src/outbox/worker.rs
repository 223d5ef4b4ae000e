//! One channel's worker: sends what waits, for ever.

use super::carrier::Carrier;
use super::sent::Sent;
use super::shared::Outbox;
use crate::clock::Clock;
use crate::hub::Hub;
use crate::journal::{Parcel, Reader};
use crate::requests::{Request, backoff, have_recorded};
use castellan_domain::engine::Input;
use castellan_domain::estate::Channel;
use castellan_domain::fact::{NotificationFailing, NotificationSettled};
use castellan_domain::ids::{PersonId, Seq};
use castellan_domain::notify::{Message, Settlement};
use castellan_domain::system::ChannelState;
use castellan_domain::time::{Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use tracing::{error, info, warn};

/// After this time it is no news any more: whoever is next was called meanwhile.
const KEPT: Span = Span::from_secs(3_600);
/// So long a channel fails before it is a row: most of what is shorter mends itself.
const FAILS_AFTER: Span = Span::from_secs(300);
/// Within it so many messages may go to one address.
const MINUTE: Duration = Duration::from_mins(1);
/// How long a worker sleeps at most when nothing waits.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// Notifications that are looked at together; the others come after.
pub(crate) const LOOKED_AT_MAX: u32 = 500;

/// Sends what waits for one channel, for ever.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) channel: Channel,
    /// Nothing, where the channel is not set up: then what waits for it is refused.
    pub(crate) carrier: Option<Carrier>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) reader: Reader,
    pub(crate) hub: Arc<Hub>,
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) clock: Arc<Clock>,
}

/// How it goes with one address.
#[derive(Debug, Default)]
struct Address {
    failures: u32,
    /// Not tried before.
    not_before: Option<Instant>,
    /// When something was sent within the last minute: at most as often as the channel takes it in a
    /// minute, where it says that.
    sent_at: VecDeque<Instant>,
}

impl Address {
    /// How long nothing may be sent.
    fn must_wait(&mut self, per_minute_max: Option<u32>, now: Instant) -> Option<Duration> {
        while self
            .sent_at
            .front()
            .is_some_and(|at| now.duration_since(*at) >= MINUTE)
        {
            self.sent_at.pop_front();
        }
        let failed = self.not_before.filter(|at| *at > now).map(|at| at - now);
        let full = per_minute_max.and_then(|most| {
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            let over = self.sent_at.len().checked_sub(most)?;
            Some((*self.sent_at.get(over)? + MINUTE).duration_since(now))
        });
        failed.max(full)
    }
}

/// What a worker remembers.
#[derive(Debug, Default)]
struct Memory {
    /// At most one for each address that is set up.
    addresses: BTreeMap<String, Address>,
    /// How often each was tried. At most one for each notification that waits.
    attempts: BTreeMap<Seq, u32>,
    /// Of which it is on record that they fail. At most one for each notification that waits.
    failing: BTreeSet<Seq>,
    /// Which were refused for themselves since something was taken. At most one for each address that is set up.
    refused_alone: BTreeSet<String>,
    /// Since when nothing was taken, if the last attempt was not.
    failing_since: Option<Timestamp>,
    /// The site knows that the channel works.
    works: bool,
}

impl Memory {
    /// Forgets what does not wait any more.
    fn keep(&mut self, waiting: &[Parcel]) {
        let waits = |about: &Seq| waiting.iter().any(|parcel| parcel.about == *about);
        self.attempts.retain(|about, _| waits(about));
        self.failing.retain(waits);
    }

    /// Whether an address that is refused for itself is the only one: of several it is hardly each for itself.
    fn is_refused_alone(&mut self, to: &str) -> bool {
        self.refused_alone.insert(to.to_owned());
        self.refused_alone.len() == 1
    }
}

impl Worker {
    pub(crate) async fn run(self) {
        let mut news = self.outbox.news.subscribe();
        let mut memory = Memory::default();
        let mut failures: u32 = 0;
        loop {
            news.mark_unchanged();
            let parcels = match self.reader.parcels(self.channel, LOOKED_AT_MAX).await {
                Ok(parcels) => parcels,
                Err(error) => {
                    error!(%error, "the outbox cannot be read");
                    failures = failures.saturating_add(1);
                    sleep(backoff(failures)).await;
                    continue;
                }
            };
            failures = 0;
            memory.keep(&parcels);
            let again_in = self.deliver(parcels, &mut memory).await;
            if !again_in.is_zero() {
                // Whoever adds one wakes us; the time limit is for a word that got lost.
                let _ = timeout(again_in, news.changed()).await;
            }
        }
    }

    /// Tries what can be tried now. Gives back when to look again; at once, if there may be more.
    async fn deliver(&self, parcels: Vec<Parcel>, memory: &mut Memory) -> Duration {
        let mut waiting: Vec<(String, Vec<Parcel>)> = Vec::new();
        let mut again_in = LOOK_EVERY;
        for parcel in parcels {
            let carrier = self.carrier.as_ref();
            let to = carrier.and_then(|carrier| carrier.address(parcel.person()));
            let is_open_to_others = carrier.is_some_and(Carrier::is_for_a_group);
            let settled = if self.is_answered(&parcel) {
                Some(Settlement::Answered)
            } else if self.clock.now().since(parcel.created_at) > KEPT {
                error!(about = %parcel.about, "a notification is given up: nobody took it for an hour");
                Some(Settlement::GivenUp)
            } else if to.is_none() {
                error!(about = %parcel.about, channel = self.channel.name(), "nobody is reached by this channel any more");
                Some(Settlement::Refused)
            } else if parcel.is_discreet() && is_open_to_others {
                info!(about = %parcel.about, "a discreet alarm is not told to a group");
                Some(Settlement::Refused)
            } else {
                None
            };
            if let Some(outcome) = settled {
                self.settle(&parcel, outcome, memory).await;
                again_in = Duration::ZERO;
            } else if let Some(to) = to {
                match waiting.iter_mut().find(|(known, _)| known == to) {
                    Some((_, parcels)) => parcels.push(parcel),
                    None => waiting.push((to.to_owned(), vec![parcel])),
                }
            }
        }
        for (to, parcels) in waiting {
            again_in = again_in.min(self.attempt(&to, parcels, memory).await);
        }
        again_in
    }

    /// Tries one message to one address. Gives back when to look again.
    async fn attempt(&self, to: &str, waiting: Vec<Parcel>, memory: &mut Memory) -> Duration {
        let Some(carrier) = &self.carrier else {
            return LOOK_EVERY;
        };
        let address = memory.addresses.entry(to.to_owned()).or_default();
        let now = Instant::now();
        if let Some(wait) = address.must_wait(carrier.per_minute_max(to), now) {
            if address.failures > 0 {
                // Some of them may have come meanwhile.
                self.tell_that_they_fail(&waiting, memory).await;
            }
            return wait;
        }
        let parcels = &waiting[..waiting.len().min(carrier.items_max())];
        for parcel in parcels {
            let attempts = memory.attempts.entry(parcel.about).or_default();
            *attempts = attempts.saturating_add(1);
        }
        if carrier.per_minute_max(to).is_some() {
            address.sent_at.push_back(now);
        }
        let outcome = match carrier.send(to, parcels).await {
            Sent::Taken => {
                self.outbox.works();
                self.works(memory).await;
                Settlement::Delivered
            }
            Sent::Refused(why) => {
                error!(channel = self.channel.name(), %why, "a notification was refused");
                self.outbox.failed(self.clock.now(), why);
                // It would be refused again.
                self.fails(memory, Span::ZERO).await;
                Settlement::Refused
            }
            Sent::NoSuchAddress(why) => {
                error!(channel = self.channel.name(), %why, "an address is not served");
                if !memory.is_refused_alone(to) {
                    self.outbox.failed(self.clock.now(), why);
                    self.fails(memory, Span::ZERO).await;
                }
                Settlement::Refused
            }
            Sent::Failed(why) => {
                address.failures = address.failures.saturating_add(1);
                let wait = backoff(address.failures);
                address.not_before = Some(Instant::now() + wait);
                warn!(channel = self.channel.name(), %why, again_in = ?wait, "a notification could not be sent");
                self.outbox.failed(self.clock.now(), why);
                self.fails(memory, FAILS_AFTER).await;
                self.tell_that_they_fail(&waiting, memory).await;
                return wait;
            }
        };
        if let Some(address) = memory.addresses.get_mut(to) {
            (address.failures, address.not_before) = (0, None);
        }
        for parcel in parcels {
            self.settle(parcel, outcome, memory).await;
        }
        Duration::ZERO
    }

    /// Something was taken. Once is enough, until something is not.
    async fn works(&self, memory: &mut Memory) {
        memory.failing_since = None;
        memory.refused_alone.clear();
        if !memory.works {
            memory.works = true;
            self.tell(None).await;
        }
    }

    /// Something was not taken. That is a row once nothing was for so long; told again each time, since a full
    /// site takes no row.
    async fn fails(&self, memory: &mut Memory, after: Span) {
        let now = self.clock.now();
        let since = *memory.failing_since.get_or_insert(now);
        memory.works = false;
        if now.since(since) >= after {
            self.tell(Some(since)).await;
        }
    }

    async fn tell(&self, failing_since: Option<Timestamp>) {
        let channel = self.channel;
        let state = ChannelState {
            channel,
            failing_since,
        };
        have_recorded(&self.requests, Input::Channel(state)).await;
    }

    /// Whether somebody answered before it was sent.
    fn is_answered(&self, parcel: &Parcel) -> bool {
        self.hub
            .with_view(|view| parcel.message.is_answered(parcel.about, view))
    }

    /// No ladder need wait for an address that does not work, whichever of its notifications was tried.
    /// Once for each is enough.
    async fn tell_that_they_fail(&self, waiting: &[Parcel], memory: &mut Memory) {
        for parcel in waiting {
            if !memory.failing.insert(parcel.about) {
                continue;
            }
            let failing = NotificationFailing {
                about: parcel.about,
                matter: parcel.message.matter(),
                channel: self.channel,
            };
            have_recorded(&self.requests, Input::Failing(failing)).await;
        }
    }

    /// Has the outcome recorded. Until it is, nothing else is sent: what was sent and could not be
    /// recorded is not sent again by this process.
    async fn settle(&self, parcel: &Parcel, outcome: Settlement, memory: &mut Memory) {
        let settled = NotificationSettled {
            about: parcel.about,
            matter: parcel.message.matter(),
            channel: self.channel,
            outcome,
            attempts: memory.attempts.remove(&parcel.about).unwrap_or_default(),
        };
        have_recorded(&self.requests, Input::Notified(settled)).await;
        info!(about = %parcel.about, channel = self.channel.name(), ?outcome, "a notification is settled");
    }
}

impl Parcel {
    /// Whom it is for.
    fn person(&self) -> &PersonId {
        let Message::LadderCall { call } = &self.message;
        &call.person
    }

    /// Whether nobody else may read it.
    const fn is_discreet(&self) -> bool {
        let Message::LadderCall { call } = &self.message;
        call.discreet
    }
}

#[cfg(test)]
mod tests;
