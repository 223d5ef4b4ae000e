//! The hub over real sockets: what reaches which audience, who is told of whom, and what is shared.

use super::{DISPLAYS_MAX, Hub, Live, serve_display};
use crate::clock::Clock;
use crate::health::HealthBoard;
use axum::Router;
use axum::extract::WebSocketUpgrade;
use axum::routing::any;
use castellan_domain::alarm::{Located, Source};
use castellan_domain::audience::Audience;
use castellan_domain::estate::{Estate, Priority};
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{AlarmTypeId, DeviceId, JournalId, PersonId, Seq};
use castellan_domain::observation::{Fix, ReportedState};
use castellan_domain::stream::{Backlog, PresenceChange, Replica};
use castellan_domain::text::Text;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::unrecorded::{Unrecorded, UnrecordedNotice};
use castellan_domain::view::View;
use castellan_domain::wire::live::{ClientMessage, LatestOf, LookingAt, Presence, Readings};
use flate2::read::GzDecoder;
use futures_util::{SinkExt as _, StreamExt as _};
use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

const PATIENCE: Duration = Duration::from_secs(20);
const ESTATE: &str = include_str!("../../tests/common/estate.json");

fn fact(seq: u64) -> String {
    format!(
        r#"{{"site":"test-1","seq":{seq},"kind":"alarm_cleared","v":1,"recorded_at":1,"occurred_at":1,"cause":"estate","actor":null,"drill":false,"body":{{"alarm":"A-9","ended":[]}}}}"#
    )
}

/// A hub with its tick, and a door to it.
async fn house() -> (Arc<Hub>, std::net::SocketAddr) {
    let estate = Arc::new(Estate::parse(ESTATE.as_bytes()).unwrap());
    let hub = Arc::new(Hub::new(
        estate.site.clone(),
        Text::constant("no browser app"),
        Arc::new(Clock::start(Timestamp::default())),
        Backlog::new(JournalId(uuid::Uuid::nil()), Seq(0), "h0"),
        View::default(),
        Anchor::new(estate.anchor),
    ));
    let live = Live {
        hub: hub.clone(),
        health: Arc::new(HealthBoard::default()),
        estate,
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
    tokio::spawn(hub.clone().tick());
    tokio::spawn(async move { axum::serve(listener, door).await });
    (hub, address)
}

struct Display {
    socket: WebSocketStream<TcpStream>,
    replica: Replica,
}

impl Display {
    async fn open(address: std::net::SocketAddr, audience: Audience, hub: &Hub) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let url = format!("ws://{address}/live");
        let (socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
        let replica = Replica::new(audience);
        let mut display = Self { socket, replica };
        let hello = display
            .replica
            .hello("test-1".parse().unwrap(), Text::constant("test"));
        display.say(&ClientMessage::Hello(hello)).await;
        display.until(Replica::is_waiting).await;
        let snapshot = hub.read().snapshot(display.replica.audience()).unwrap();
        display.replica.on_snapshot(snapshot).unwrap();
        display
    }

    async fn say(&mut self, message: &ClientMessage) {
        let text = serde_json::to_string(message).unwrap();
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// Waits until the server has read everything so far.
    async fn echo(&mut self) {
        self.say(&ClientMessage::Echo { n: 1 }).await;
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await.unwrap();
            if matches!(message, Some(Ok(Message::Text(text))) if text.contains("echo")) {
                return;
            }
        }
    }

    async fn sit(&mut self, person: Option<&str>, alarm: u32) {
        self.say(&ClientMessage::Presence(Presence {
            person: person.map(|person| PersonId::new(person).unwrap()),
            looking_at: Some(LookingAt::Alarm(castellan_domain::ids::AlarmId(alarm))),
        }))
        .await;
    }

    async fn until(&mut self, holds: impl Fn(&Replica) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds(&self.replica) {
            assert!(Instant::now() < end, "waited in vain: {:?}", self.replica);
            match timeout(PATIENCE, self.socket.next()).await.unwrap() {
                Some(Ok(Message::Text(text))) => {
                    self.replica.on_text(&text, Span::ZERO).unwrap();
                }
                Some(Ok(Message::Binary(bytes))) => {
                    self.replica.on_binary(&bytes).unwrap();
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

fn notice(kind: &'static str) -> UnrecordedNotice {
    UnrecordedNotice {
        source: Source::Device(DeviceId::constant("d-000")),
        kind: AlarmTypeId::constant(kind),
        priority: Priority::P1,
        place: Located::Fixed(
            Estate::parse(ESTATE.as_bytes()).unwrap().devices[0]
                .place
                .clone(),
        ),
        state: ReportedState::Active,
        first_received_at: Timestamp::from_secs(1),
        received_at: Timestamp::from_secs(1),
        count: 1,
        drill: false,
    }
}

#[tokio::test]
async fn each_audience_is_shown_its_own_lists_and_values() {
    let (hub, address) = house().await;
    let mut list = Unrecorded::default();
    list.note(notice("gas_low"));
    list.note(notice("duress"));
    hub.set_unrecorded(&list);
    let guard = PersonId::constant("guard-1");
    let now = hub.clock.now();
    hub.publish_positions(&[Fix {
        person: guard.clone(),
        occurred_at: now,
        received_at: now,
        at: Estate::parse(ESTATE.as_bytes()).unwrap().anchor,
        accuracy_dm: None,
        battery_percent: Some(40),
    }]);
    let device = LatestOf::Device(DeviceId::constant("d-000"));
    let readings = Readings {
        battery_percent: Some(9),
        last_seen_at: Some(now),
    };
    hub.write().values().set(&device, readings);
    let mut staff = Display::open(address, Audience::Staff, &hub).await;
    let mut wall = Display::open(address, Audience::Wall, &hub).await;
    let mut visitor = Display::open(address, Audience::WallVisitor, &hub).await;
    let phone = LatestOf::Person(guard.clone());
    for display in [&mut staff, &mut wall] {
        display
            .until(|replica| {
                replica.tracked().contains_key(&guard)
                    && replica.latest().len() == 2
                    && !replica.unrecorded().is_empty()
            })
            .await;
        assert_eq!(display.replica.latest()[&phone].battery_percent, Some(40));
        assert_eq!(display.replica.latest()[&device], readings);
    }
    assert_eq!(staff.replica.unrecorded(), &list);
    assert_eq!(wall.replica.unrecorded().notices, [notice("gas_low")]);
    visitor.until(|replica| !replica.latest().is_empty()).await;
    assert_eq!(visitor.replica.latest().len(), 1, "of the device");
    let of_the_device = visitor.replica.latest()[&device];
    assert_eq!(
        (of_the_device.battery_percent, of_the_device.last_seen_at),
        (Some(9), None),
        "when a door spoke says where somebody is"
    );

    // All is well again, and the guard goes home.
    hub.set_unrecorded(&Unrecorded::default());
    hub.remove_people([&guard]);
    for display in [&mut staff, &mut wall] {
        display
            .until(|replica| {
                replica.tracked().is_empty()
                    && replica.latest().len() == 1
                    && replica.unrecorded().is_empty()
            })
            .await;
    }
    let fact = fact(1);
    hub.publish_facts([fact.as_str()], Seq(1), "h1");
    for display in [&mut staff, &mut wall, &mut visitor] {
        display.until(|replica| replica.view().seq == Seq(1)).await;
    }
    assert!(visitor.replica.tracked().is_empty());
    assert!(visitor.replica.unrecorded().is_empty());
}

#[tokio::test]
async fn a_device_that_speaks_often_is_news_every_ten_seconds() {
    let (hub, _) = house().await;
    let said = |device, second| (DeviceId::constant(device), Timestamp::from_secs(second));
    let both = vec![said("d-000", 100), said("d-001", 100)];
    assert_eq!(hub.publish_seen(both.clone()), both);
    assert_eq!(hub.advance(false).ok(), Some(true));
    let often = vec![said("d-000", 101), said("d-000", 109), said("d-001", 99)];
    assert_eq!(hub.publish_seen(often), []);
    assert_eq!(hub.publish_seen(Vec::new()), []);
    assert_eq!(hub.advance(false).ok(), Some(false), "nobody is woken");
    let later = vec![said("d-000", 110), said("d-001", 109)];
    assert_eq!(hub.publish_seen(later), [said("d-000", 110)]);
    assert_eq!(hub.advance(false).ok(), Some(true));
}

#[tokio::test]
async fn whoever_sits_down_or_leaves_is_told_once_and_seen_by_the_others() {
    let (hub, address) = house().await;
    let mut one = Display::open(address, Audience::Staff, &hub).await;
    let mut other = Display::open(address, Audience::Staff, &hub).await;
    one.sit(Some("li-na"), 7).await;
    let next = async || {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(event) = hub.next_presence() {
                return event;
            }
            assert!(Instant::now() < end, "nobody came or went");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let opened = next().await;
    assert_eq!(
        (opened.person.as_str(), opened.change),
        ("li-na", PresenceChange::Opened)
    );
    for display in [&mut one, &mut other] {
        display
            .until(|replica| replica.viewers().viewers.len() == 1)
            .await;
        let viewer = &display.replica.viewers().viewers[0];
        assert_eq!(viewer.person.as_str(), "li-na");
        assert_eq!(
            viewer.looking_at,
            Some(LookingAt::Alarm(castellan_domain::ids::AlarmId(7)))
        );
    }
    // A stranger is nobody: li-na has left, and nobody came.
    one.sit(Some("nobody-we-know"), 7).await;
    let gone = next().await;
    assert_eq!(
        (gone.display, gone.change),
        (opened.display, PresenceChange::Gone)
    );
    other
        .until(|replica| replica.viewers().viewers.is_empty())
        .await;
    // Another one takes her place, and the connection breaks.
    one.sit(Some("zhou-jie"), 8).await;
    assert_eq!(next().await.person.as_str(), "zhou-jie");
    drop(one.socket);
    let gone = next().await;
    assert_eq!(
        (gone.person.as_str(), gone.change),
        ("zhou-jie", PresenceChange::Gone)
    );
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(hub.next_presence(), None, "each is told once");
}

#[tokio::test]
async fn a_display_that_has_not_painted_all_is_seen_from_outside() {
    let (hub, address) = house().await;
    let (first, second) = (fact(1), fact(2));
    hub.publish_facts([first.as_str()], Seq(1), "h1");
    let mut display = Display::open(address, Audience::Wall, &hub).await;
    display
        .say(&ClientMessage::PaintedUpto { seq: Seq(99) })
        .await;
    display.echo().await;
    let end = Instant::now() + PATIENCE;
    hub.publish_facts([second.as_str()], Seq(2), "h2");
    while hub.displays_behind().is_empty() {
        assert!(Instant::now() < end, "waited in vain");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let behind = hub.displays_behind();
    assert_eq!((behind.len(), &behind[0].audience), (1, &Audience::Wall));
    // It cannot have painted what was not there yet.
    assert!(
        behind[0].painted_upto <= Seq(1) && behind[0].behind >= 1,
        "{behind:?}"
    );
    display
        .say(&ClientMessage::PaintedUpto { seq: Seq(2) })
        .await;
    while !hub.displays_behind().is_empty() {
        assert!(Instant::now() < end, "waited in vain");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn displays_that_ask_for_the_same_state_share_its_bytes() {
    let (hub, _) = house().await;
    let asked = (0..20).map(|_| hub.snapshot(Audience::Staff));
    let packed: Vec<_> = futures_util::future::join_all(asked)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    for other in &packed {
        assert_eq!(other.gzip.as_ptr(), packed[0].gzip.as_ptr(), "packed once");
    }
    let mut unpacked = Vec::new();
    GzDecoder::new(&packed[0].gzip[..])
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, packed[0].json);
    let fact = fact(1);
    hub.publish_facts([fact.as_str()], Seq(1), "h1");
    let newer = hub.snapshot(Audience::Staff).await.unwrap();
    let text = String::from_utf8(newer.json.to_vec()).unwrap();
    assert!(text.contains(r#""seq":1,"hash":"h1""#), "{text}");
}

#[tokio::test]
async fn one_display_too_many_is_told_so_and_as_soon_as_one_goes_there_is_room() {
    let (hub, address) = house().await;
    let first = Display::open(address, Audience::Staff, &hub).await;
    let others = DISPLAYS_MAX - 1;
    hub.displays.fetch_add(others, Ordering::Relaxed);
    for _ in 0..3 {
        let stream = TcpStream::connect(address).await.unwrap();
        let url = format!("ws://{address}/live");
        let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
        let told = timeout(PATIENCE, socket.next()).await.unwrap();
        let Some(Ok(Message::Text(told))) = told else {
            panic!("{told:?}");
        };
        assert!(
            told.contains("too_many_displays") && told.contains("2000"),
            "{told}"
        );
        let end = timeout(PATIENCE, socket.next()).await.unwrap();
        assert!(matches!(end, Some(Ok(Message::Close(Some(_))))), "{end:?}");
    }
    drop(first);
    let end = Instant::now() + PATIENCE;
    while hub.displays() > others {
        assert!(Instant::now() < end, "its place is never given back");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Display::open(address, Audience::Staff, &hub).await;
}
