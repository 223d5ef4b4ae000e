//! Orders to devices: what the task hands over, and what it settles itself.

use super::super::*;
use super::world::{Fragile, World, trigger};
use crate::actuations::{Actuations, Driver, Orders, Worker};
use crate::journal::replay;
use crate::requests::Lost;
use castellan_domain::actuation::{
    ActuationCommand, ActuationFact, ActuationOutcome, ActuationSettled,
};
use castellan_domain::answer::Accepted;
use castellan_domain::command::Command;
use castellan_domain::estate::{DeviceKind, DoorSettings, EstateIndex};
use castellan_domain::fact::FactBody;
use castellan_domain::ids::{CommandId, DeviceId, EstateHash, PersonId, Seq};
use castellan_domain::refusal::{CommonRefusal, Refusal};

const SECOND: i64 = 1_000_000;

/// A site all of whose devices are doors to be opened, and the worker's end of their orders.
async fn world(doors: usize) -> (World, Orders) {
    let mut world = World::new(doors).await;
    let mut estate = (*world.task.estate.estate).clone();
    for device in &mut estate.devices {
        device.kind = DeviceKind::Door;
        device.door = Some(DoorSettings {
            held_open_s_max: 60,
            reports_grants: false,
            remote_release: true,
        });
    }
    let estate = Arc::new(estate);
    world.task.estate.index = Arc::new(EstateIndex::new(estate.clone()).unwrap());
    world.task.estate.estate = estate;
    world.task.estate.hash = EstateHash::new("doors").unwrap();
    world.task.begin(false).await.unwrap();
    let orders = driver(&mut world);
    (world, orders)
}

/// Another way out, whose worker has nothing yet.
fn driver(world: &mut World) -> Orders {
    let (actuations, orders) = Actuations::channel();
    world.task.actuations = Some(Arc::new(actuations));
    orders
}

fn door(n: usize) -> DeviceId {
    DeviceId::new(format!("d-{n:03}")).unwrap()
}

fn open(n: usize) -> Input {
    Input::Commanded {
        command_id: CommandId(uuid::Uuid::new_v4()),
        by: PersonId::new("li-na").unwrap(),
        expected: None,
        command: Command::Actuation(ActuationCommand::OpenDoor { door: door(n) }),
    }
}

async fn wants_open(world: &mut World, n: usize) -> Seq {
    match world.turn(vec![open(n)]).await.remove(0) {
        Ok(Ok(Accepted::Done { seq })) => seq,
        other => panic!("{other:?}"),
    }
}

/// The orders that the record says have ended, and how.
async fn ends(world: &mut World) -> Vec<(Seq, ActuationOutcome)> {
    let facts = world.facts().await.into_iter();
    let ends = facts.filter_map(|fact| match fact.body {
        FactBody::Actuation(ActuationFact::Settled(body)) => Some((body.about, body.outcome)),
        _ => None,
    });
    ends.collect()
}

/// The disk takes nothing for a while, and the engine is rebuilt in the same process.
async fn outage(world: &mut World) {
    let journal = world.folder.path().join("journal.db");
    let fail = "CREATE TRIGGER fail BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'full'); END";
    trigger(&journal, fail).await;
    let answers = world.turn(vec![open(3)]).await;
    assert_eq!(answers, [Err(Lost::NotRecorded)]);
    trigger(&journal, "DROP TRIGGER fail").await;
    world.task.wake().await;
    assert!(world.task.state.rebuild_at.is_none(), "it records again");
}

/// The process dies: what the task knew beside the record is lost.
async fn restart(world: &mut World) -> Orders {
    let replayed = replay::<Fragile>(&mut world.task.journal).await.unwrap();
    world.task.engine = replayed.engine;
    world.task.state = State::default();
    let orders = driver(world);
    world.task.begin(false).await.unwrap();
    orders
}

#[tokio::test]
async fn an_order_is_handed_over_once_its_turn_is_on_disk_and_a_lost_turn_orders_nothing() {
    let (mut world, mut orders) = world(4).await;
    let about = wants_open(&mut world, 0).await;
    let order = orders.next_now().expect("it is handed over");
    assert_eq!((order.about(), &order.intended().device), (about, &door(0)));
    outage(&mut world).await;
    assert_eq!(orders.next_now(), None, "of the lost turn nothing");
    assert!(world.task.engine.site().view().open_actuations().count() == 1);
}

#[tokio::test]
async fn an_engine_rebuilt_in_the_same_process_leaves_to_the_worker_what_it_holds() {
    let (mut world, mut orders) = world(4).await;
    let about = wants_open(&mut world, 0).await;
    outage(&mut world).await;
    assert_eq!(ends(&mut world).await, []);
    let order = orders.next_now().expect("the worker still has it");
    let done = Input::Actuated(order.settled(ActuationOutcome::Done));
    for told in [
        Ok(Ok(())),
        Ok(Err(Refusal::Common(CommonRefusal::NothingToDo))),
    ] {
        // Whoever could not know that it is recorded says it again.
        let answer = world.turn(vec![done.clone()]).await.remove(0);
        assert_eq!(answer.map(|answer| answer.map(|_| ())), told);
    }
    assert_eq!(ends(&mut world).await, [(about, ActuationOutcome::Done)]);
    assert_eq!(orders.next_now(), None);
}

#[tokio::test]
async fn an_intent_that_was_committed_after_all_and_never_handed_over_was_not_sent() {
    let (mut world, _kept) = world(4).await;
    let about = wants_open(&mut world, 0).await;
    // As if that commit had failed at first: this process holds no order for it.
    let mut orders = driver(&mut world);
    outage(&mut world).await;
    assert_eq!(ends(&mut world).await, [(about, ActuationOutcome::NotSent)]);
    assert_eq!(orders.next_now(), None);
}

#[tokio::test]
async fn what_a_start_finds_open_is_unknown_before_anything_else_and_is_not_handed_over() {
    let (mut world, _kept) = world(4).await;
    let first = wants_open(&mut world, 0).await;
    let second = wants_open(&mut world, 1).await;
    world.task.estate.hash = EstateHash::new("another").unwrap();
    let mut orders = restart(&mut world).await;
    let unknown = ActuationOutcome::Unknown;
    assert_eq!(
        ends(&mut world).await,
        [(first, unknown), (second, unknown)]
    );
    let kinds = world.kinds().await;
    let last = &kinds[kinds.len() - 3..];
    assert_eq!(
        last,
        ["actuation_settled", "actuation_settled", "estate_published"]
    );
    assert_eq!(orders.next_now(), None);
    drop(restart(&mut world).await);
    assert_eq!(ends(&mut world).await.len(), 2, "it is said once");
}

#[tokio::test]
async fn what_the_worker_has_no_room_for_is_settled_as_not_sent_at_once() {
    let (mut world, mut orders) = world(70).await;
    let mut inputs: Vec<_> = (0..66).map(open).collect();
    let answers = world.turn(inputs.split_off(0)).await;
    assert!(answers.iter().all(|told| matches!(told, Ok(Ok(_)))));
    assert!(world.task.next_wake() <= Instant::now());
    world.task.wake().await;
    let settled = ends(&mut world).await;
    assert_eq!(settled.len(), 2);
    assert!(
        settled
            .iter()
            .all(|(_, end)| *end == ActuationOutcome::NotSent)
    );
    let mut handed = 0;
    while let Some(order) = orders.next_now() {
        assert!(settled.iter().all(|(about, _)| *about != order.about()));
        handed += 1;
    }
    assert_eq!(handed, 64);
    assert!(
        world.task.next_wake() > Instant::now(),
        "it is done with it"
    );
}

#[tokio::test]
async fn an_order_that_comes_too_late_expires_and_its_driver_hears_nothing() {
    let (mut world, orders) = world(4).await;
    let late = wants_open(&mut world, 0).await;
    world.hands.pass(5 * SECOND + 1);
    let in_time = wants_open(&mut world, 1).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let secret = world.folder.path().join("secret");
    std::fs::write(&secret, "sixteen bytes of it").unwrap();
    let (site, journal) = (world.task.site.clone(), world.task.journal.id());
    let (requests, mut inbox) = mpsc::channel(4);
    let worker = Worker {
        driver: Driver::new(&url, &secret, site, journal).unwrap(),
        requests,
        clock: world.task.clock.clone(),
    };
    let running = tokio::spawn(worker.run(orders));
    let ticket = inbox.recv().await.expect("the worker says so");
    let expired = ActuationSettled {
        about: late,
        device: door(0),
        outcome: ActuationOutcome::Expired,
    };
    assert!(matches!(&ticket.input, Input::Actuated(settled) if *settled == expired));
    // Only the other one reaches its driver, which hangs up on it.
    let (only, _) = listener.accept().await.unwrap();
    drop((only, listener));
    let ticket = inbox.recv().await.expect("the worker says so");
    assert!(matches!(&ticket.input, Input::Actuated(settled)
        if settled.about == in_time && settled.outcome == ActuationOutcome::Unknown));
    running.abort();
}
