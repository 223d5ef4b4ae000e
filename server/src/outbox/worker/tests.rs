//! One worker against an address at which nobody listens.

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
    let (worker, recorded, _) = timed_worker(folder).await;
    (worker, recorded)
}

/// The same, and what moves its clock.
async fn timed_worker(folder: &TempDir) -> (Worker, mpsc::Receiver<Request>, Hands) {
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
    let webhook = Webhook::new(&url, &secret, site.clone(), id, &Authorities::default()).unwrap();
    let person = PersonId::new("chen-gang").unwrap();
    let (seq, hash) = journal.head();
    let hands = Hands::new();
    let clock = Arc::new(hands.clock(0));
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
    (worker, recorded, hands)
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

#[test]
fn one_address_that_is_refused_is_no_channel_that_fails_and_two_are() {
    let mut memory = Memory::default();
    let told = ["zhou@example.com", "zhou@example.com", "chen@example.com"]
        .map(|to| memory.is_refused_alone(to));
    assert_eq!(told, [true, true, false]);
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

/// What became of one notification that waits since then, once a worker has looked at it; nothing, if it waits on.
async fn outcome(
    worker: &Worker,
    recorded: &mut mpsc::Receiver<Request>,
    created_at: Timestamp,
    memory: &mut Memory,
) -> Option<Settlement> {
    let parcel = Parcel {
        about: Seq(1),
        created_at,
        message: fixture::call(1),
        json: "{}".to_owned(),
    };
    let deliver = worker.deliver(vec![parcel], memory);
    tokio::pin!(deliver);
    let mut outcome = None;
    loop {
        let ticket = tokio::select! {
            _ = &mut deliver => return outcome,
            ticket = recorded.recv() => ticket.expect("the worker is there"),
        };
        if let Input::Notified(body) = &ticket.input {
            outcome = Some(body.outcome);
        }
        ticket.reply.answer(Ok(Ok(Accepted::Done { seq: Seq(9) })));
    }
}

#[tokio::test]
async fn what_nobody_takes_is_tried_for_an_hour_and_then_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let (worker, mut recorded, hands) = timed_worker(&folder).await;
    let (mut memory, since) = (Memory::default(), worker.clock.now());
    let first = outcome(&worker, &mut recorded, since, &mut memory).await;
    assert_eq!(first, None);
    hands.pass(KEPT.as_micros());
    memory.addresses.clear();
    let last = outcome(&worker, &mut recorded, since, &mut memory).await;
    assert_eq!((last, memory.attempts[&Seq(1)]), (None, 2), "it is tried");
    hands.pass(1_000_000);
    let after = outcome(&worker, &mut recorded, since, &mut memory).await;
    assert_eq!(after, Some(Settlement::GivenUp));
}
