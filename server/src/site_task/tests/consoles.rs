//! Displays on real sockets, a site whose clock moves by hand: who has a console, and what becomes of
//! alarms whose owner has none.

use super::world::{World, claim, trigger};
use super::*;
use crate::health::HealthBoard;
use crate::hub::{Live, serve_display};
use crate::journal::replay;
use axum::Router;
use axum::extract::WebSocketUpgrade;
use axum::routing::any;
use castellan_domain::alarm::{NoteCommand, Ownership, ReturnedBy};
use castellan_domain::audience::Audience;
use castellan_domain::command::Command;
use castellan_domain::fact::{FactBody, PersonalRef};
use castellan_domain::ids::{AlarmId, CommandId, PersonId};
use castellan_domain::staff::{Console, StaffFact};
use castellan_domain::stream::Replica;
use castellan_domain::text::Text;
use castellan_domain::wire::live::{ClientMessage, Presence};
use futures_util::SinkExt as _;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

const PATIENCE: Duration = Duration::from_secs(20);
const SECOND: i64 = 1_000_000;

/// A door to the world's hub.
async fn door(world: &World) -> SocketAddr {
    let live = Live {
        hub: world.task.hub.clone(),
        health: Arc::new(HealthBoard::default()),
        estate: world.task.estate.estate.clone(),
        person: None,
    };
    let door = Router::new().route(
        "/live",
        any(async move |upgrade: WebSocketUpgrade| {
            upgrade.on_upgrade(move |socket| serve_display(socket, live))
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, door).await });
    address
}

/// A console at which somebody sits. It is gone when this is dropped.
async fn console(world: &World, door: SocketAddr, person: &str) -> WebSocketStream<TcpStream> {
    let stream = TcpStream::connect(door).await.unwrap();
    let url = format!("ws://{door}/live");
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    let hello =
        Replica::new(Audience::Staff).hello(world.task.site.clone(), Text::constant("test"));
    let presence = Presence {
        person: Some(PersonId::new(person).unwrap()),
        looking_at: None,
    };
    for message in [
        ClientMessage::Hello(hello),
        ClientMessage::Presence(presence),
    ] {
        let text = serde_json::to_string(&message).unwrap();
        socket.send(Message::text(text)).await.unwrap();
    }
    socket
}

impl World {
    fn console_of(&self, person: &str) -> Console {
        let person = PersonId::new(person).unwrap();
        self.task.engine.site().view().person(&person).console
    }

    /// Looks, as the task does once a second, until this holds.
    async fn look_until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(Instant::now() < end, "waited in vain: {what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
            self.task.look().await;
        }
    }

    fn ownership(&self, alarm: AlarmId) -> Ownership {
        self.task.engine.site().view().alarms[&alarm]
            .ownership
            .clone()
    }

    async fn count(&mut self, kind: &str) -> usize {
        let kinds = self.kinds().await;
        kinds.iter().filter(|known| **known == kind).count()
    }
}

fn note(alarm: AlarmId, n: u128) -> Input {
    Input::Commanded {
        command_id: CommandId(uuid::Uuid::from_u128(n)),
        by: PersonId::new("li-na").unwrap(),
        expected: None,
        command: Command::Note(NoteCommand::Note {
            alarm,
            text: PersonalRef {
                id: uuid::Uuid::from_u128(n),
                commitment: Text::constant("c"),
            },
        }),
    }
}

#[tokio::test]
async fn an_owner_whose_last_console_is_gone_loses_what_is_urgent_after_60_s() {
    let mut world = World::new(0).await;
    let door = door(&world).await;
    let first = console(&world, door, "li-na").await;
    world
        .look_until("she is here", |world| {
            matches!(world.console_of("li-na"), Console::Here { .. })
        })
        .await;
    let second = console(&world, door, "li-na").await;
    let alarm = world.raise("d-000").await;
    for answer in world.turn(vec![claim(alarm, 1), note(alarm, 2)]).await {
        assert!(answer.is_ok_and(|answer| answer.is_ok()));
    }
    // A reload: another console is there before the next look.
    drop(first);
    let first = console(&world, door, "li-na").await;
    world
        .look_until("the page is reloaded", |world| {
            world.task.hub.displays() == 2
        })
        .await;
    world.task.look().await;
    world.hands.pass(300 * SECOND);
    world.task.wake().await;
    assert_eq!(world.count("person_back").await, 1, "her first console");
    assert_eq!(world.count("person_gone").await, 0, "one is left");

    drop((first, second));
    world
        .look_until("she is gone", |world| {
            matches!(world.console_of("li-na"), Console::Gone { .. })
        })
        .await;
    world.hands.pass(59 * SECOND);
    world.task.wake().await;
    assert!(matches!(world.ownership(alarm), Ownership::Claimed { .. }));
    world.hands.pass(2 * SECOND);
    // The time to send somebody has passed as well, and is told first.
    for _ in 0..2 {
        world.task.state.settle_at = Instant::now();
        world.task.wake().await;
    }
    let Ownership::Unclaimed {
        returned: Some(returned),
        ..
    } = world.ownership(alarm)
    else {
        panic!("{:?}", world.ownership(alarm));
    };
    assert_eq!(
        (returned.why, returned.from.as_ref().map(PersonId::as_str)),
        (ReturnedBy::OwnerAbsent, Some("li-na"))
    );
    assert_eq!(world.count("person_gone").await, 1);
}

#[tokio::test]
async fn what_the_site_was_told_in_a_lost_turn_it_is_told_again() {
    let mut world = World::new(0).await;
    let door = door(&world).await;
    let path = world.folder.path().join("journal.db");
    let fail = "CREATE TRIGGER fail BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'x'); END";
    trigger(&path, fail).await;
    let console = console(&world, door, "li-na").await;
    world
        .look_until("it could not be recorded", |world| {
            world.task.hub.not_recording_since().is_some()
        })
        .await;
    trigger(&path, "DROP TRIGGER fail").await;
    world.task.wake().await;
    world.task.look().await;
    world.task.look().await;
    let kinds = [
        "estate_published",
        "recording_resumed",
        "alarm_raised",
        "person_back",
    ];
    assert_eq!(world.kinds().await, kinds);
    drop(console);
}

#[tokio::test]
async fn after_a_start_nobody_has_a_console_who_does_not_come_back() {
    let mut world = World::new(0).await;
    let door = door(&world).await;
    let here = console(&world, door, "li-na").await;
    let other = console(&world, door, "zhao-min").await;
    world
        .look_until("both are here", |world| {
            ["li-na", "zhao-min"]
                .iter()
                .all(|who| matches!(world.console_of(who), Console::Here { .. }))
        })
        .await;
    // The process dies: what the task knew beside the record is lost.
    world.task.engine = replay::<super::world::Fragile>(&mut world.task.journal)
        .await
        .unwrap()
        .engine;
    world.task.state = State::default();
    world.task.begin(false).await.unwrap();
    let again = console(&world, door, "zhao-min").await;
    world
        .look_until("one is back", |world| world.task.hub.displays() == 3)
        .await;
    world
        .look_until("the other is gone", |world| {
            matches!(world.console_of("li-na"), Console::Gone { .. })
        })
        .await;
    world
        .look_until("the one is here", |world| {
            matches!(world.console_of("zhao-min"), Console::Here { .. })
        })
        .await;
    let facts = world.facts().await;
    let gone = facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Staff(StaffFact::Gone(body)) => Some(body.person.to_string()),
        _ => None,
    });
    assert!(gone.into_iter().any(|person| person == "li-na"));
    drop((here, other, again));
}
