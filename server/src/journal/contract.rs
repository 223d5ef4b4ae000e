//! What a journal promises whoever calls it, whatever store lies beneath: tested by its public
//! functions alone. Another store has to pass the same tests.

use super::fixture::{START, append, call, folded, history, journal_with, keep};
use super::{
    ChainHash, Commit, Journal, JournalError, Reader, SeenCommand, SeenEvent, Snapshots, StoredFact,
};
use castellan_domain::answer::{Accepted, Answer};
use castellan_domain::estate::Channel;
use castellan_domain::fact::Fact;
use castellan_domain::ids::{CommandId, DeviceId, EventId, Seq};
use castellan_domain::notify::{Announcement, Notification};
use castellan_domain::time::{Span, Timestamp};
use std::path::PathBuf;

struct Folder {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn folder() -> Folder {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    Folder {
        _folder: folder,
        path,
    }
}

fn event(device: &str, name: &str) -> SeenEvent {
    SeenEvent {
        device: DeviceId::new(device).unwrap(),
        event: EventId::new(name).unwrap(),
        answer: Ok(Accepted::Tracked),
    }
}

fn command(n: u64) -> SeenCommand {
    SeenCommand {
        id: CommandId(uuid::Uuid::from_u128(n.into())),
        answer: Ok(Accepted::Done { seq: Seq(n) }),
    }
}

fn notification((_, _, bytes): &(Seq, Timestamp, String), priority: u8) -> Notification {
    match Announcement::of(&Fact::decode(bytes).unwrap(), call(priority)) {
        Announcement::Real(notification) => notification,
        Announcement::Drill(_) => panic!("no drill"),
    }
}

async fn all(journal: &mut Journal) -> Vec<StoredFact> {
    let mut facts: Vec<StoredFact> = Vec::new();
    loop {
        let at = facts.last().map_or(Seq(0), |fact| fact.seq);
        let more = journal.read_after(at).await.unwrap();
        if more.is_empty() {
            return facts;
        }
        facts.extend(more);
    }
}

/// What was answered to an event when it came before.
async fn told(journal: &mut Journal, seen: &SeenEvent) -> Option<Answer> {
    let key = (seen.device.clone(), seen.event.clone());
    let mut all = journal
        .seen_events(std::slice::from_ref(&key))
        .await
        .unwrap();
    all.remove(&key)
}

#[tokio::test]
async fn a_turn_is_written_whole_or_not_at_all() {
    let folder = folder();
    let facts = history(5);
    let mut journal = journal_with(&folder.path, &facts[..3]).await;
    let head = journal.head();
    // The last of its facts has a number that is taken.
    let torn = Commit {
        facts: vec![facts[3].clone(), facts[4].clone(), facts[3].clone()],
        commands: vec![command(1)],
        events: vec![event("d-1", "e-1")],
        notifications: vec![notification(&facts[3], 1)],
        ..Commit::default()
    };
    assert!(journal.append(&torn, START).await.is_err());
    assert_eq!(journal.head(), head, "nothing of it counts in memory");
    journal.reread_head().await.unwrap();
    assert_eq!(journal.head(), head, "and nothing of it is on disk");
    assert_eq!(all(&mut journal).await.len(), 3);
    let event = told(&mut journal, &event("d-1", "e-1")).await;
    let command = journal.seen_command(command(1).id).await.unwrap();
    assert_eq!((event, command), (None, None));
    assert_eq!(journal.outbox_waiting().await.unwrap().len(), 0);
    // What comes next goes on from what stands.
    append(&mut journal, &facts[3..]).await;
    let mut link = ChainHash::genesis(journal.id());
    for (stored, (seq, _, bytes)) in all(&mut journal).await.iter().zip(&facts) {
        link = link.then(bytes);
        assert_eq!((stored.seq, &stored.bytes), (*seq, bytes));
        assert_eq!(stored.hash, link);
    }
    assert_eq!(journal.head(), (Seq(5), link));
}

#[tokio::test]
async fn a_number_that_is_taken_is_refused_and_the_first_fact_under_it_stays() {
    let folder = folder();
    let facts = history(3);
    let mut journal = journal_with(&folder.path, &facts).await;
    let (at, other) = (facts[1].1, facts[2].2.clone());
    let again = Commit {
        facts: vec![(Seq(2), at, other)],
        ..Commit::default()
    };
    assert!(journal.append(&again, at).await.is_err());
    let kept = all(&mut journal).await;
    let bytes: Vec<_> = kept.iter().map(|fact| &fact.bytes).collect();
    assert_eq!(bytes, facts.iter().map(|fact| &fact.2).collect::<Vec<_>>());
}

#[tokio::test]
async fn more_facts_than_one_reading_takes_come_in_order_without_a_gap() {
    let folder = folder();
    let facts = history(2_345);
    let mut journal = journal_with(&folder.path, &facts).await;
    let first = journal.read_after(Seq(0)).await.unwrap();
    assert_eq!(first.len(), 1_000, "a reading is bounded");
    assert_eq!(first.last().unwrap().seq, Seq(1_000));
    let numbers: Vec<_> = all(&mut journal).await.iter().map(|f| f.seq.0).collect();
    assert_eq!(numbers, (1..=2_345).collect::<Vec<_>>());
    assert_eq!(journal.read_after(Seq(2_345)).await.unwrap().len(), 0);
    assert_eq!(journal.read_after(Seq(u64::MAX)).await.unwrap().len(), 0);
}

#[tokio::test]
async fn the_hash_after_any_fact_is_told_and_of_none_that_is_not_there() {
    let folder = folder();
    let facts = history(7);
    let mut journal = Journal::open(&folder.path).await.unwrap();
    let commit = Commit {
        facts: facts.clone(),
        ..Commit::default()
    };
    let told = journal.append(&commit, START).await.unwrap();
    assert_eq!(told.len(), 7);
    let genesis = ChainHash::genesis(journal.id());
    assert_eq!(journal.hash_at(Seq(0)).await.unwrap(), genesis);
    for (hash, (seq, ..)) in told.iter().zip(&facts) {
        assert_eq!(journal.hash_at(*seq).await.unwrap(), *hash);
    }
    assert_eq!(journal.hash_if_at(Seq(8)).await.unwrap(), None);
    let missing = journal.hash_at(Seq(8)).await;
    assert!(matches!(missing, Err(JournalError::Unreadable { .. })));
    // Opened again it is the same journal with the same chain; another one has another chain.
    let (id, head) = (journal.id(), journal.head());
    drop(journal);
    let journal = Journal::open(&folder.path).await.unwrap();
    assert_eq!((journal.id(), journal.head()), (id, head));
    let other = Journal::open(&folder.path.with_file_name("other.db"))
        .await
        .unwrap();
    assert_ne!(other.head().1, genesis);
}

#[tokio::test]
async fn a_trial_leaves_nothing_behind() {
    let folder = folder();
    let facts = history(4);
    let mut journal = journal_with(&folder.path, &facts[..3]).await;
    let head = journal.head();
    journal.probe(START).await.unwrap();
    journal.reread_head().await.unwrap();
    assert_eq!((journal.head(), all(&mut journal).await.len()), (head, 3));
    append(&mut journal, &facts[3..]).await;
    assert_eq!(journal.head().0, Seq(4));
}

#[tokio::test]
async fn what_only_examines_writes_nothing() {
    let folder = folder();
    let facts = history(4);
    let journal = journal_with(&folder.path, &facts[..3]).await;
    let mut examined = Journal::examine(&folder.path).await.unwrap();
    assert_eq!(examined.id(), journal.id());
    assert_eq!(all(&mut examined).await.len(), 3);
    examined.reread_head().await.unwrap();
    let more = Commit {
        facts: facts[3..].to_vec(),
        ..Commit::default()
    };
    assert!(examined.append(&more, START).await.is_err());
    assert!(examined.probe(START).await.is_err());
    assert_eq!(all(&mut examined).await.len(), 3);
    let nowhere = folder.path.with_file_name("nowhere.db");
    assert!(Journal::examine(&nowhere).await.is_err());
    assert!(!nowhere.exists(), "and begins no journal");
}

#[tokio::test]
async fn three_snapshots_are_kept_and_the_newest_that_fits_is_given() {
    let folder = folder();
    let facts = history(60);
    let mut journal = journal_with(&folder.path, &facts).await;
    let snapshots = Snapshots::beside(&folder.path);
    assert!(
        snapshots
            .newest(&mut journal, Seq(60))
            .await
            .unwrap()
            .is_none()
    );
    for upto in [10, 20, 30, 40, 50] {
        keep(&mut journal, &folder.path, &facts[..upto]).await;
    }
    let kept: Vec<_> = snapshots.list().into_iter().map(|(seq, _)| seq.0).collect();
    assert_eq!(kept, [50, 40, 30]);
    let (stamp, site) = snapshots
        .newest(&mut journal, Seq(45))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((stamp.seq, site), (Seq(40), folded(&facts[..40])));
    // A snapshot of another fold is thrown away, and the one before it serves.
    let (mut other, site) = snapshots
        .newest(&mut journal, Seq(60))
        .await
        .unwrap()
        .unwrap();
    other.fold_version += 1;
    snapshots.write(&other, &site).unwrap();
    let (stamp, _) = snapshots
        .newest(&mut journal, Seq(60))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stamp.seq, Seq(40));
    let kept: Vec<_> = snapshots.list().into_iter().map(|(seq, _)| seq.0).collect();
    assert_eq!(kept, [40, 30]);
    snapshots.clear().unwrap();
    assert!(snapshots.list().is_empty());
}

#[tokio::test]
async fn an_id_that_was_seen_has_its_first_answer_until_seven_days_are_over() {
    let folder = folder();
    let mut journal = Journal::open(&folder.path).await.unwrap();
    let commit = Commit {
        commands: vec![command(7)],
        events: vec![event("d-1", "e-1")],
        ..Commit::default()
    };
    journal.append(&commit, START).await.unwrap();
    drop(journal);
    let mut journal = Journal::open(&folder.path).await.unwrap();
    let (mine, others) = (event("d-1", "e-1"), event("d-2", "e-1"));
    let week = Span::from_secs(7 * 24 * 3_600);
    for (now, is_known) in [
        (START + week, true),
        (START + week + Span::from_secs(1), false),
    ] {
        while journal.purge(now).await.unwrap() {}
        let answer = told(&mut journal, &mine).await;
        assert_eq!(answer, is_known.then_some(mine.answer.clone()));
        let answer = journal.seen_command(command(7).id).await.unwrap();
        assert_eq!(answer, is_known.then_some(command(7).answer));
        let other = told(&mut journal, &others).await;
        assert_eq!(other, None, "an event's id is its device's own");
        assert_eq!(journal.seen_command(command(8).id).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_waits_in_the_outbox_comes_most_urgent_first_until_it_is_settled() {
    let folder = folder();
    let facts = history(4);
    let mut journal = Journal::open(&folder.path).await.unwrap();
    let commit = Commit {
        facts: facts.clone(),
        notifications: vec![
            notification(&facts[0], 2),
            notification(&facts[1], 1),
            notification(&facts[2], 1),
        ],
        ..Commit::default()
    };
    journal.append(&commit, START).await.unwrap();
    assert_eq!(journal.outbox_waiting().await.unwrap().len(), 3);
    drop(journal);
    let mut journal = Journal::open(&folder.path).await.unwrap();
    let reader = Reader::open(&folder.path).await.unwrap();
    let mut order = Vec::new();
    let next = async || {
        let mut parcels = reader.parcels(Channel::Webhook, 1).await.unwrap();
        parcels.pop()
    };
    let others = reader.parcels(Channel::Mail, 9).await.unwrap();
    assert_eq!(others, [], "each channel has its own");
    while let Some(parcel) = next().await {
        assert_eq!(
            next().await.as_ref(),
            Some(&parcel),
            "to look takes nothing out"
        );
        assert_eq!(parcel.created_at, START);
        order.push(parcel.about.0);
        // Only a fact goes with a settlement, as in a turn.
        let settled = Commit {
            settled: vec![parcel.about],
            ..Commit::default()
        };
        journal.append(&settled, START).await.unwrap();
        assert!(order.len() < 4, "it never ends");
    }
    assert_eq!(order, [2, 3, 1]);
    assert_eq!(journal.outbox_waiting().await.unwrap().len(), 0);
}
