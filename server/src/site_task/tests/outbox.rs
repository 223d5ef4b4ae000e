//! Calls for which the outbox has no room.

use super::*;
use crate::outbox::OUTBOX_MAX;
use castellan_domain::estate::Channel;
use castellan_domain::fact::{Fact, ReachPublished};
use castellan_domain::ids::PersonId;
use castellan_domain::notify::{NotificationFact, Settlement};
use std::collections::BTreeMap;

const HALF_A_MINUTE: i64 = 30_000_000;

/// A site whose shift leader and duty manager are reached by one channel, with an alarm that nobody has.
async fn unclaimed() -> World {
    let mut world = World::new(0).await;
    let reached = ["zhou-jie", "chen-hui"].map(|who| {
        let person = PersonId::new(who).unwrap();
        (person, vec![Channel::Mail])
    });
    let people = BTreeMap::from(reached);
    world.task.outbox = Some(Arc::new(Outbox::new(ReachPublished { people })));
    world.task.begin(false).await.unwrap();
    world.raise("d-000").await;
    world
}

/// What became of the calls, by fact.
fn settled(facts: &[Fact]) -> Vec<(bool, Settlement)> {
    let called: Vec<_> = facts
        .iter()
        .filter(|fact| fact.body.kind().0 == "ladder_called")
        .map(|fact| fact.seq)
        .collect();
    let told = facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Notification(NotificationFact::Settled(body)) => {
            Some((called.contains(&body.about), body.outcome))
        }
        _ => None,
    });
    told.collect()
}

/// Turns until nothing is due.
async fn settle(world: &mut World) {
    for _ in 0..20 {
        world.task.state.settle_at = Instant::now();
        world.task.turn(Vec::new()).await;
    }
}

#[tokio::test]
async fn a_call_for_which_the_outbox_has_no_room_reached_nobody_and_its_ladder_goes_on() {
    let mut world = unclaimed().await;
    let outbox = world.task.outbox.clone().unwrap();
    outbox.set_waiting(OUTBOX_MAX);
    world.hands.pass(HALF_A_MINUTE);
    settle(&mut world).await;
    // Both who were called for it, and whoever is called for the row that says that nobody can be reached.
    let facts = world.facts().await;
    assert_eq!(settled(&facts), [(true, Settlement::GivenUp); 3]);
    let rows = world.task.engine.site().view().alarms.values();
    let rows: Vec<_> = rows.map(|row| row.kind.as_str()).collect();
    assert_eq!(rows, ["panic", "nobody_reachable"]);
    let health = outbox.health();
    assert_eq!((health.waiting, health.left_out), (OUTBOX_MAX, 3));
}

#[tokio::test]
async fn a_server_that_ends_before_it_could_say_so_says_so_at_its_next_start() {
    let mut world = unclaimed().await;
    let outbox = world.task.outbox.clone().unwrap();
    outbox.set_waiting(OUTBOX_MAX - 1);
    world.hands.pass(HALF_A_MINUTE);
    while !world.kinds().await.contains(&"ladder_called") {
        world.task.state.settle_at = Instant::now();
        world.task.turn(Vec::new()).await;
    }
    assert_eq!(settled(&world.facts().await), []);
    world.task.state = State::default();
    world.task.begin(false).await.unwrap();
    let facts = world.facts().await;
    assert_eq!(settled(&facts), [(true, Settlement::GivenUp)]);
    assert_eq!(outbox.health().waiting, 1, "the other one waits");
    world.task.begin(false).await.unwrap();
    assert_eq!(world.facts().await.len(), facts.len(), "once");
}
