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
mod tests {
    use super::*;
    use crate::clock::tests::Hands;
    use crate::journal::{Journal, fixture};
    use crate::outbox::carrier::Way;
    use crate::outbox::webhook::Webhook;
    use crate::outbox::words::Teller;
    use crate::outside::Authorities;
    use crate::site_folder::read_estate;
    use castellan_domain::answer::Accepted;
    use castellan_domain::fact::ReachPublished;
    use castellan_domain::geo::Anchor;
    use castellan_domain::stream::Backlog;
    use castellan_domain::text::{Language, Text};
    use castellan_domain::view::View;
    use std::path::Path;
    use tempfile::TempDir;

    /// A worker whose webhook nobody listens at, and what it has recorded.
    async fn worker(folder: &TempDir) -> (Worker, mpsc::Receiver<Request>) {
        let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common/estate.json");
        let estate = read_estate(&document, None).unwrap();
        let path = folder.path().join("journal.db");
        let journal = Journal::open(&path).await.unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "sixteen bytes of it").unwrap();
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", closed.local_addr().unwrap());
        drop(closed);
        let (site, id) = (estate.site.clone(), journal.id());
        let webhook =
            Webhook::new(&url, &secret, site.clone(), id, &Authorities::default()).unwrap();
        let person = PersonId::new("chen-gang").unwrap();
        let (seq, hash) = journal.head();
        let clock = Arc::new(Hands::new().clock(0));
        let (requests, recorded) = mpsc::channel(1);
        let hub = Hub::new(
            site,
            Text::constant("test"),
            clock.clone(),
            Backlog::new(id, seq, &hash.to_hex()),
            View::default(),
            Anchor::new(estate.anchor),
        );
        let worker = Worker {
            channel: Channel::Webhook,
            carrier: Some(Carrier {
                way: Way::Webhook(webhook),
                addresses: BTreeMap::from([(person, String::new())]),
                teller: Teller {
                    estate: Arc::new(estate),
                    language: Language::Zh,
                    zone: jiff::tz::TimeZone::UTC,
                },
                journal: id,
                per_minute_max: Some(20),
                bytes_max: usize::MAX,
            }),
            outbox: Arc::new(Outbox::new(ReachPublished {
                people: BTreeMap::new(),
            })),
            reader: Reader::open(&path).await.unwrap(),
            hub: Arc::new(hub),
            requests,
            clock,
        };
        (worker, recorded)
    }

    /// Stands for the channel itself among those that fail.
    const CHANNEL: u64 = 0;

    /// Looks at what waits, and gives back about which it has recorded that they fail.
    async fn look(
        worker: &Worker,
        recorded: &mut mpsc::Receiver<Request>,
        waiting: &[u64],
        memory: &mut Memory,
    ) -> Vec<u64> {
        let parcels = waiting.iter().map(|about| Parcel {
            about: Seq(*about),
            created_at: worker.clock.now(),
            message: fixture::call(1),
            json: "{}".to_owned(),
        });
        let deliver = worker.deliver(parcels.collect(), memory);
        tokio::pin!(deliver);
        let mut told = Vec::new();
        loop {
            let ticket = tokio::select! {
                _ = &mut deliver => return told,
                ticket = recorded.recv() => ticket.expect("the worker is there"),
            };
            match &ticket.input {
                Input::Failing(failing) => told.push(failing.about.0),
                Input::Channel(state) => told.extend(state.failing_since.map(|_| CHANNEL)),
                other => panic!("nothing is settled: {other:?}"),
            }
            ticket.reply.answer(Ok(Ok(Accepted::Done { seq: Seq(9) })));
        }
    }

    #[tokio::test]
    async fn all_that_wait_for_an_address_that_fails_are_told_so_at_once_and_each_once() {
        let folder = tempfile::tempdir().unwrap();
        let (worker, mut recorded) = worker(&folder).await;
        let mut memory = Memory::default();
        let first = look(&worker, &mut recorded, &[1, 2, 3], &mut memory).await;
        assert_eq!(first, [1, 2, 3], "one message carries one of them");
        let address = memory.addresses.get_mut("").unwrap();
        address.not_before = Some(Instant::now() + MINUTE);
        let meanwhile = look(&worker, &mut recorded, &[4, 1, 2, 3], &mut memory).await;
        assert_eq!(meanwhile, [4], "though nothing is tried now");
        let address = memory.addresses.get_mut("").unwrap();
        let failures = address.failures;
        address.not_before = None;
        let again = look(&worker, &mut recorded, &[4, 1, 2, 3], &mut memory).await;
        assert_eq!(again, [0; 0]);
        assert_eq!(memory.addresses[""].failures, failures + 1, "it was tried");
    }

    #[tokio::test]
    async fn a_channel_that_fails_for_five_minutes_is_told_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let (worker, mut recorded) = worker(&folder).await;
        let mut memory = Memory::default();
        let first = look(&worker, &mut recorded, &[1], &mut memory).await;
        assert_eq!(first, [1]);
        let again = |memory: &mut Memory, ago: i64| {
            memory.addresses.get_mut("").unwrap().not_before = None;
            memory.failing_since = Some(worker.clock.now() - Span::from_secs(ago));
        };
        again(&mut memory, 290);
        let before = look(&worker, &mut recorded, &[1], &mut memory).await;
        assert_eq!(before, [0; 0]);
        again(&mut memory, 301);
        let then = look(&worker, &mut recorded, &[1], &mut memory).await;
        assert_eq!(then, [CHANNEL]);
    }

    #[tokio::test]
    async fn what_waits_for_an_address_that_is_sent_enough_does_not_fail() {
        let folder = tempfile::tempdir().unwrap();
        let (worker, mut recorded) = worker(&folder).await;
        let mut memory = Memory::default();
        let address = memory.addresses.entry(String::new()).or_default();
        address.sent_at.extend([Instant::now(); 20]);
        let told = look(&worker, &mut recorded, &[1, 2], &mut memory).await;
        assert_eq!(told, [0; 0], "it works, and is only busy");
    }

    #[tokio::test]
    async fn an_address_is_sent_no_more_in_a_minute_than_it_takes() {
        let start = Instant::now();
        let mut address = Address::default();
        for second in 0..20 {
            let now = start + Duration::from_secs(second);
            assert_eq!(address.must_wait(Some(20), now), None);
            address.sent_at.push_back(now);
        }
        let now = start + Duration::from_secs(20);
        assert_eq!(
            address.must_wait(Some(20), now),
            Some(Duration::from_secs(40))
        );
        assert_eq!(
            address.must_wait(None, now),
            None,
            "who says no limit has none"
        );
        assert_eq!(address.must_wait(Some(20), start + MINUTE), None);
    }
}
