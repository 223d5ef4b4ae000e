//! Where people were is not in facts, and a rebuilt engine knows it all the same.

use super::world::World;
use crate::requests::Lost;
use crate::site_task::*;
use castellan_domain::answer::{Accepted, Answer};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::EventId;
use castellan_domain::observation::{Call, CallKind, Doubts, PhoneFix};

fn fix(world: &World, at: LonLat) -> Input {
    let now = world.task.clock.now();
    Input::Observed(Observation::PhoneFix(PhoneFix {
        phone: "phone-1".parse().unwrap(),
        occurred_at: now,
        received_at: now,
        at,
        accuracy_dm: None,
        battery_percent: None,
    }))
}

/// A call that does not say where its phone is.
fn call(world: &World, event: &str) -> Input {
    Input::Observed(Observation::Call(Call {
        phone: "phone-1".parse().unwrap(),
        kind: CallKind::Sos,
        event: EventId::new(event).unwrap(),
        at: None,
        claimed_at: None,
        received_at: world.task.clock.now(),
        drill: false,
        doubts: Doubts::default(),
    }))
}

fn place(world: &World, answer: Option<&Result<Answer, Lost>>) -> LonLat {
    match answer {
        Some(Ok(Ok(Accepted::Reported {
            alarm: Some(alarm), ..
        }))) => {
            let place = &world.task.engine.site().view().alarms[alarm].place;
            place.point().expect("a place")
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn after_a_broken_input_help_is_sent_to_where_its_caller_was_last() {
    let mut world = World::new(0).await;
    let at = LonLat::new(120.1129, 30.287).unwrap();
    let inputs = vec![fix(&world, at)];
    assert_eq!(world.turn(inputs).await, [Ok(Ok(Accepted::Tracked))]);
    let inputs = vec![world.report("d-001", "boom"), call(&world, "c-1")];
    let answers = world.turn(inputs).await;
    assert_eq!(answers[0], Err(Lost::SetAside));
    assert_eq!(place(&world, answers.last()), at);
}

#[tokio::test]
async fn after_a_lost_turn_help_is_sent_to_where_its_caller_was_last() {
    let mut world = World::new(0).await;
    let at = LonLat::new(120.1129, 30.287).unwrap();
    let inputs = vec![fix(&world, at)];
    assert_eq!(world.turn(inputs).await, [Ok(Ok(Accepted::Tracked))]);
    let booms = (0..6).map(|n| world.report("d-003", &format!("boom-{n}")));
    let booms = booms.collect();
    world.turn(booms).await;
    assert!(world.task.hub.not_recording_since().is_some());
    world.task.wake().await;
    assert_eq!(world.task.hub.not_recording_since(), None);
    let inputs = vec![call(&world, "c-1")];
    let answers = world.turn(inputs).await;
    assert_eq!(place(&world, answers.last()), at);
}

/// Displays are told of a device when its turn is on disk, and the disk a second later.
#[tokio::test]
async fn when_a_device_was_heard_is_written_down_once_and_tried_again_after_a_failure() {
    let mut world = World::new(0).await;
    let path = world.folder.path().join("tracks.db");
    world.raise("d-000").await;
    let fail = "CREATE TRIGGER fail BEFORE INSERT ON devices_seen
        BEGIN SELECT RAISE(ABORT, 'x'); END";
    super::world::trigger(&path, fail).await;
    world.keep_seen().await;
    let kept = async |world: &World| world.task.tracks.last_seen(|_| true).await.unwrap();
    assert_eq!(kept(&world).await, []);
    super::world::trigger(&path, "DROP TRIGGER fail").await;
    world.keep_seen().await;
    let once = kept(&world).await;
    assert_eq!((once.len(), once[0].0.as_str()), (1, "d-000"));
    // Nothing new: what somebody else writes there stays.
    super::world::trigger(&path, "UPDATE devices_seen SET seen_at = 7").await;
    world.raise("d-000").await;
    world.keep_seen().await;
    assert_eq!(kept(&world).await[0].1, Timestamp::from_micros(7));
    world.hands.pass(10_000_000);
    world.raise("d-000").await;
    world.keep_seen().await;
    assert!(kept(&world).await[0].1.since(once[0].1).as_secs() >= 10);
}
