//! An hour in which nothing can be recorded: what is shown stays bounded, and what is counted is
//! exact.

use super::*;
use castellan_domain::answer::Answer;
use castellan_domain::system::SystemFact;
use castellan_domain::unrecorded::UNRECORDED_MAX;

const MINUTE: i64 = 60_000_000;
const BREAK: &str =
    "CREATE TRIGGER fail BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'x'); END";

/// Gives an input while the task is trying to start over.
async fn give(world: &mut World, device: &str, event: &str) -> Result<Answer, Lost> {
    let (ticket, mut answer) = World::ticket(world.report(device, event));
    let (_requests, mut inbox) = mpsc::channel(1);
    world.task.take(Box::new(ticket), &mut inbox).await;
    answer.try_recv().expect("answered at once")
}

#[tokio::test]
async fn an_hours_outage_keeps_a_bounded_list_an_exact_count_and_the_heartbeat() {
    const DEVICES: usize = 300;
    let mut world = World::new(DEVICES + 20).await;
    let path = world.folder.path().join("journal.db");
    trigger(&path, BREAK).await;
    let mut lost = 0;
    for minute in 0..60 {
        world.hands.pass(MINUTE);
        for n in 0..20 {
            // Every device speaks four times, each time anew.
            let device = format!("d-{:03}", 14 + (minute * 20 + n) % DEVICES);
            let told = give(&mut world, &device, &format!("e-{minute}")).await;
            assert_eq!(told, Err(Lost::NotRecorded));
            lost += 1;
        }
        world.task.wake().await;
        assert!(world.shown().len() <= UNRECORDED_MAX);
        assert!(world.task.state.rebuild_at.is_some(), "it goes on trying");
        assert!(world.task.next_wake() <= Instant::now() + Duration::from_secs(5));
        assert_eq!(world.task.hub.advance(true).ok(), Some(true), "a heartbeat");
    }
    assert_eq!(world.shown().len(), UNRECORDED_MAX);
    let since = world.task.hub.not_recording_since().unwrap();

    trigger(&path, "DROP TRIGGER fail").await;
    world.task.wake().await;
    let facts = world.facts().await;
    let [.., resumed, _row_of_the_gap] = facts.as_slice() else {
        panic!("{facts:?}");
    };
    let FactBody::System(SystemFact::RecordingResumed(resumed)) = &resumed.body else {
        panic!("{facts:?}");
    };
    assert_eq!((resumed.since, resumed.unrecorded), (since, lost));
    assert_eq!(world.shown(), [], "and its end clears the list");
    assert!(give(&mut world, "d-020", "again").await.is_ok());
}

/// Found by looking for lists without a limit: the clock's own list had one, the task's had none.
#[tokio::test]
async fn somebody_who_plays_with_the_clock_during_an_outage_fills_no_list() {
    let mut world = World::new(0).await;
    let path = world.folder.path().join("journal.db");
    trigger(&path, BREAK).await;
    for _ in 0..40 {
        world.hands.set(HOUR);
        world.task.look().await;
    }
    assert!(world.task.hub.not_recording_since().is_some());
    let kept = world.task.state.steps.len();
    assert_eq!(kept, 16, "what does not fit is added to the last");
    trigger(&path, "DROP TRIGGER fail").await;
    world.task.wake().await;
    world.task.look().await;
    let steps = world
        .facts()
        .await
        .into_iter()
        .filter_map(|fact| match fact.body {
            FactBody::System(SystemFact::ClockStepped(step)) => Some(step.by.as_micros()),
            _ => None,
        });
    let steps: Vec<_> = steps.collect();
    assert_eq!((steps.len(), steps.iter().sum()), (16, 40 * HOUR));
}
