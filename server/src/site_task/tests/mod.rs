//! Turns that go wrong.

mod consoles;
mod gathering;
mod last_known;
mod orders;
mod outage;
mod outbox;
mod world;

use super::*;
use crate::journal::{Reader, Snapshots, Stamp, replay};
use crate::requests::{Lost, QUEUE_MAX};
use crate::sqlite::with_logs;
use castellan_domain::alarm::{AlarmFact, Source};
use castellan_domain::estate::Priority;
use castellan_domain::fact::FactBody;
use castellan_domain::ids::AlarmId;
use castellan_domain::rules::claim_overdue::SETTLED_PER_INPUT_MAX;
use castellan_domain::site::FOLD_VERSION;
use castellan_domain::system::SystemFact;
use world::{Fragile, World, claim, trigger};

const HOUR: i64 = 3_600_000_000;

#[tokio::test]
async fn an_input_that_breaks_the_engine_is_set_aside_and_the_rest_of_its_turn_is_recorded() {
    let mut world = World::new(0).await;
    let inputs = vec![
        world.report("d-000", "e-1"),
        world.report("d-001", "boom"),
        world.report("d-002", "e-2"),
    ];
    let answers = world.turn(inputs).await;
    assert!(answers[0].as_ref().is_ok_and(Result::is_ok));
    assert_eq!(answers[1], Err(Lost::SetAside));
    assert!(answers[2].as_ref().is_ok_and(Result::is_ok));
    let expected = [
        "estate_published",
        "alarm_raised",
        "alarm_raised",
        "input_set_aside",
    ];
    assert_eq!(world.kinds().await, expected);
    assert_eq!(world.task.engine.site().view().alarms.len(), 2);
    let kept = world.task.set_asides.report();
    assert_eq!((kept.len(), kept[0].why.as_str()), (1, "a meant panic"));
    assert!(kept[0].detail.contains("boom"), "{}", kept[0].detail);
    // Nobody else will ever hear of this alarm: it is shown.
    assert_eq!(world.shown(), [("d-001".to_owned(), Priority::P1)]);

    // Sent again, it costs no rebuild and makes no second fact.
    let again = vec![world.report("d-001", "boom")];
    assert_eq!(world.turn(again).await, [Err(Lost::SetAside)]);
    assert_eq!(world.kinds().await.len(), expected.len());
    assert_eq!(world.task.set_asides.report().len(), 1);
    // What is folded from disk is what the engine holds.
    let replayed = replay::<Fragile>(&mut world.task.journal).await.unwrap();
    assert_eq!(replayed.engine.site(), world.task.engine.site());

    world.hands.pass(HOUR);
    world.task.look().await;
    assert_eq!(world.shown(), [], "an hour is enough");
}

/// What a start begins with: the newest snapshot, and the facts after it.
#[tokio::test]
async fn a_broken_input_costs_the_facts_since_the_newest_snapshot_and_not_the_whole_journal() {
    let mut world = World::new(0).await;
    world.raise("d-000").await;
    let path = world.folder.path().join("journal.db");
    let (seq, hash) = world.task.journal.head();
    let stamp = Stamp {
        journal: world.task.journal.id(),
        seq,
        hash: hash.to_hex(),
        fold_version: FOLD_VERSION,
        recorded_at: world.task.clock.now(),
    };
    let site = world.task.engine.site();
    Snapshots::beside(&path).write(&stamp, site).unwrap();
    // Who reads what lies before it fails.
    trigger(&path, "UPDATE facts SET bytes = 'x' WHERE seq = 1").await;
    world.raise("d-002").await;
    let inputs = vec![world.report("d-001", "boom"), world.report("d-003", "e-9")];
    let answers = world.turn(inputs).await;
    assert_eq!(answers[0], Err(Lost::SetAside));
    assert!(answers[1].as_ref().is_ok_and(Result::is_ok));
    assert_eq!(world.task.hub.not_recording_since(), None);
    assert_eq!(world.task.engine.site().view().alarms.len(), 3);
}

#[tokio::test]
async fn a_turn_that_breaks_too_often_is_lost_and_leaves_its_gap_in_the_record() {
    let mut world = World::new(0).await;
    let mut inputs: Vec<_> = (0..6)
        .map(|n| world.report("d-003", &format!("boom-{n}")))
        .collect();
    inputs.push(world.report("d-000", "e-1"));
    let answers = world.turn(inputs).await;
    let (aside, lost) = answers.split_at(5);
    assert!(aside.iter().all(|told| *told == Err(Lost::SetAside)));
    assert!(lost.iter().all(|told| *told == Err(Lost::NotRecorded)));
    assert!(world.task.hub.not_recording_since().is_some());
    assert!(world.shown().contains(&("d-000".to_owned(), Priority::P1)));
    // While it lasts, more is shown and nothing is taken.
    let (ticket, mut answer) = World::ticket(world.report("d-002", "e-2"));
    let (requests, mut inbox) = mpsc::channel(4);
    world.task.take(Box::new(ticket), &mut inbox).await;
    drop(requests);
    assert_eq!(answer.try_recv(), Ok(Err(Lost::NotRecorded)));

    world.hands.pass(7_000_000);
    let since = world.task.hub.not_recording_since().unwrap();
    world.task.wake().await;
    assert_eq!(world.task.hub.not_recording_since(), None);
    let facts = world.facts().await;
    let [.., resumed, gap] = facts.as_slice() else {
        panic!("{facts:?}");
    };
    let FactBody::System(SystemFact::RecordingResumed(resumed)) = &resumed.body else {
        panic!("{facts:?}");
    };
    assert_eq!(
        (gap.body.kind().0, gap.occurred_at),
        ("alarm_raised", since)
    );
    assert_eq!((resumed.since, resumed.unrecorded), (since, 3));
    assert_eq!(
        world.shown(),
        vec![("d-003".to_owned(), Priority::P1)],
        "of the outage nothing is shown any more, of the broken input it is"
    );
    let again = vec![world.report("d-000", "e-1")];
    assert!(world.turn(again).await[0].as_ref().is_ok_and(Result::is_ok));
}

#[tokio::test]
async fn a_deadline_that_breaks_the_engine_holds_up_neither_commands_nor_the_processor() {
    let mut world = World::new(0).await;
    let broken = world.raise("d-013").await;
    world.hands.pass(HOUR);
    world.task.wake().await;
    assert_eq!(world.task.set_asides.report()[0].detail, "DeadlineReached");
    assert!(world.task.next_wake() > Instant::now() + Duration::from_secs(50));
    let claim = claim(broken, 1);
    assert!(
        world.turn(vec![claim]).await[0]
            .as_ref()
            .is_ok_and(Result::is_ok)
    );
    assert_eq!(world.task.set_asides.report().len(), 1);
}

#[tokio::test]
async fn after_six_hours_of_sleep_5000_deadlines_fire_once_each_and_commands_get_their_turns() {
    const ALARMS: usize = 5_000;
    let mut world = World::new(ALARMS + 20).await;
    // Not the device over which deadlines break.
    let devices: Vec<_> = (14..14 + ALARMS).map(|n| format!("d-{n:03}")).collect();
    for part in devices.chunks(500) {
        let inputs = part
            .iter()
            .map(|device| world.report(device, "e-1"))
            .collect();
        for answer in world.turn(inputs).await {
            assert!(answer.is_ok_and(|answer| answer.is_ok()));
        }
        world.hands.pass(1_000);
    }
    world.hands.pass(6 * HOUR);
    world.task.look().await;
    assert!(world.task.next_wake() <= Instant::now(), "due at once");
    let woken = Instant::now();
    world.task.wake().await;
    assert!(world.task.state.settle_at >= woken + SETTLE_EVERY);
    let settled = async |world: &mut World| {
        let kinds = world.kinds().await;
        kinds
            .iter()
            .filter(|kind| **kind == "alarm_overdue")
            .count()
    };
    assert_eq!(settled(&mut world).await, SETTLED_PER_INPUT_MAX);
    // At a bounded rate: the next ones wait for their moment, and a command does not.
    let later = Instant::now() + Duration::from_hours(1);
    world.task.state.settle_at = later;
    assert_eq!(world.task.next_wake(), later);
    world.task.wake().await;
    assert_eq!(settled(&mut world).await, SETTLED_PER_INPUT_MAX);
    let last = AlarmId(u32::try_from(ALARMS).unwrap());
    let answer = world.turn(vec![claim(last, 1)]).await.remove(0);
    assert!(answer.is_ok_and(|answer| answer.is_ok()));

    let mut turns = 0;
    while world.task.engine.next_deadline() <= Some(world.task.clock.now()) {
        world.task.state.settle_at = Instant::now();
        world.task.wake().await;
        turns += 1;
        assert!(turns < 200, "it never ends");
    }
    let facts = world.facts().await;
    let view = world.task.engine.site().view();
    let of_devices = |alarm: AlarmId| view.alarms[&alarm].source != Source::System;
    let overdue: Vec<_> = facts
        .iter()
        .filter_map(|fact| match &fact.body {
            FactBody::Alarm(AlarmFact::Overdue(body)) if of_devices(body.alarm) => {
                assert_eq!(
                    body.late_s / 3_600,
                    5,
                    "it says how late it came: six hours less its own time"
                );
                Some((fact.occurred_at, body.alarm, body.times))
            }
            _ => None,
        })
        .collect();
    assert_eq!(overdue.len(), ALARMS - 1, "the claimed one has an owner");
    assert!(overdue.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    assert!(
        overdue
            .iter()
            .all(|(_, alarm, times)| *times == 1 && *alarm != last)
    );
    let mut alarms: Vec<_> = overdue.iter().map(|(_, alarm, _)| *alarm).collect();
    alarms.sort();
    alarms.dedup();
    assert_eq!(alarms.len(), ALARMS - 1, "once each");
}

#[tokio::test]
async fn one_turn_takes_256_requests_and_leaves_the_rest_to_the_next() {
    let mut world = World::new(0).await;
    let (requests, mut inbox) = mpsc::channel(QUEUE_MAX);
    let mut answers = Vec::new();
    for n in 0..600 {
        let (ticket, answer) = World::ticket(world.report("d-000", &format!("e-{n}")));
        requests.try_send(Box::new(ticket)).unwrap();
        answers.push(answer);
    }
    for expected in [256, 512, 600] {
        let first = inbox.recv().await.unwrap();
        world.task.take(first, &mut inbox).await;
        answers.retain_mut(|answer| answer.try_recv().is_err());
        assert_eq!(600 - answers.len(), expected);
    }
}

#[tokio::test]
async fn a_step_of_the_wall_clock_is_a_fact_and_keeps_deadlines_honest() {
    let mut world = World::new(0).await;
    let alarm = world.raise("d-000").await;
    world.hands.set(HOUR);
    world.task.look().await;
    world.hands.set(-HOUR);
    world.task.look().await;
    let steps: Vec<_> = world
        .facts()
        .await
        .iter()
        .filter_map(|fact| match fact.body {
            FactBody::System(SystemFact::ClockStepped(step)) => {
                Some((step.by.as_micros(), fact.occurred_at))
            }
            _ => None,
        })
        .collect();
    let forward = steps[0].1;
    assert_eq!(
        steps,
        [(HOUR, forward), (-HOUR, forward)],
        "site time stood still for neither"
    );
    // The hour forward was believed at once: what it made due has fired, once.
    let overdue = world.task.engine.site().view().alarms[&alarm].claim_due_at();
    assert!(overdue > Some(world.task.clock.now()));
    assert_eq!(
        world
            .kinds()
            .await
            .iter()
            .filter(|kind| **kind == "alarm_overdue")
            .count(),
        1
    );
    world.task.look().await;
    assert_eq!(world.task.clock.health().steps, 2);
    assert_eq!(world.task.state.steps, []);
}

/// A step that was noticed while nothing could be recorded is recorded afterwards.
#[tokio::test]
async fn a_step_survives_an_outage() {
    let mut world = World::new(0).await;
    let path = world.folder.path().join("journal.db");
    trigger(
        &path,
        "CREATE TRIGGER fail BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'x'); END",
    )
    .await;
    world.hands.set(HOUR);
    world.task.look().await;
    assert!(world.task.hub.not_recording_since().is_some());
    world.hands.set(HOUR);
    world.task.look().await;
    trigger(&path, "DROP TRIGGER fail").await;
    world.task.wake().await;
    world.task.look().await;
    world.task.look().await;
    let kinds = world.kinds().await;
    assert_eq!(
        kinds,
        [
            "estate_published",
            "recording_resumed",
            "alarm_raised",
            "clock_stepped",
            "alarm_raised",
            "clock_stepped",
            "alarm_repeated"
        ]
    );
}

#[tokio::test]
async fn ten_failures_in_a_row_are_one_gap() {
    let mut world = World::new(0).await;
    let path = world.folder.path().join("journal.db");
    trigger(
        &path,
        "CREATE TRIGGER fail BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'x'); END",
    )
    .await;
    let lost = vec![world.report("d-000", "e-1")];
    assert_eq!(world.turn(lost).await, [Err(Lost::NotRecorded)]);
    let since = world.task.hub.not_recording_since().unwrap();
    for _ in 0..10 {
        world.hands.pass(5_000_000);
        world.task.wake().await;
        assert_eq!(world.task.hub.not_recording_since(), Some(since));
        assert!(world.task.next_wake() <= Instant::now() + Duration::from_secs(5));
    }
    trigger(&path, "DROP TRIGGER fail").await;
    world.task.wake().await;
    assert_eq!(
        world.kinds().await,
        ["estate_published", "recording_resumed", "alarm_raised"]
    );
    assert_eq!(world.shown(), []);
}

/// A restored backup or an empty folder in the place of the journal: nothing is recorded into it.
#[tokio::test]
async fn another_journal_in_the_place_of_ours_is_not_written_to() {
    let mut world = World::new(0).await;
    world.raise("d-000").await;
    let (seq, hash) = world.task.hub.head_and_hash();
    let path = world.folder.path().join("journal.db");
    world.task.journal.reopen((seq, &hash)).await.unwrap();
    let wrong = world.task.journal.reopen((seq, "00")).await;
    assert!(matches!(wrong, Err(JournalError::Replaced)));
    let ahead = world.task.journal.reopen((seq.next(), &hash)).await;
    assert!(matches!(ahead, Err(JournalError::Replaced)));
    let aside = world.folder.path().join("aside.db");
    let parts = with_logs(&path).into_iter().zip(with_logs(&aside));
    for (part, aside) in parts {
        std::fs::rename(part, aside).unwrap();
    }
    assert!(world.task.journal.reopen((seq, &hash)).await.is_err());
    assert!(!path.exists(), "an empty journal was made in its place");
    drop(Journal::open(&path).await.unwrap());
    let other = world.task.journal.reopen((seq, &hash)).await;
    assert!(matches!(other, Err(JournalError::Replaced)));
    assert!(Reader::open(&path).await.is_ok());
}
