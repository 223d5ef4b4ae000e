//! Orders to devices: a real driver on loopback, which opens, refuses, stumbles, hangs or is away,
//! and a server that is killed in the middle. At most once, whatever happens.

use crate::common::receiver::{self, HANG, Receiver};
use crate::common::{Answer, Castellan, alter, database, eventually, open, text};
use castellan_domain::actuation::{
    ActuationCommand, ActuationOutcome, ActuationRefusal, ActuationState,
};
use castellan_domain::answer::Accepted;
use castellan_domain::command::Command;
use castellan_domain::refusal::Refusal;
use castellan_domain::wire::api::{Order, WireCommand};
use sqlx::Row as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Doors of the fixture estate.
const DOORS: [&str; 4] = ["d-001", "d-005", "d-009", "d-013"];

/// The fixture estate with doors to be opened.
fn estate(data: &TempDir) -> PathBuf {
    let path = data.path().join("estate.json");
    let document = std::fs::read_to_string(crate::common::estate()).expect("the fixture");
    let mut document: serde_json::Value = serde_json::from_str(&document).expect("JSON");
    for device in document["devices"].as_array_mut().expect("a list") {
        if DOORS.contains(&device["id"].as_str().expect("an id")) {
            device["door"] = serde_json::json!({"remote_release": true});
        }
    }
    std::fs::write(&path, document.to_string()).expect("a written file");
    path
}

/// A server whose orders go to this address.
fn start_at(data: &TempDir, url: &str) -> Castellan {
    let secret = receiver::secret(data.path());
    let more = [
        "--actuator-url",
        url,
        "--actuator-secret-file",
        text(&secret),
    ];
    Castellan::start_with(data.path(), &estate(data), &more)
}

fn start(data: &TempDir, driver: &Receiver) -> Castellan {
    start_at(data, &driver.url())
}

fn open_door(door: &str) -> WireCommand {
    let door = door.parse().expect("an id");
    Command::Actuation(ActuationCommand::OpenDoor { door })
}

/// An operator wants a door to open; the number of the intent.
async fn wants_open(server: &Castellan, door: &str) -> u64 {
    let answer = server.command("li-na", open_door(door)).await;
    assert_eq!(answer.status, 200, "{door}");
    match answer.json() {
        Accepted::Done { seq } => seq.0,
        other => panic!("{other:?}"),
    }
}

fn refusal(answer: &Answer) -> Refusal {
    answer.error().refusal.expect("a refusal with its data")
}

/// Facts about orders in the record: kind, order, and of a settlement its outcome.
async fn on_record(data: &Path) -> Vec<(String, u64, Option<String>)> {
    let rows = sqlx::query(
        "SELECT bytes FROM facts WHERE bytes LIKE '%\"kind\":\"actuation_%' ORDER BY seq",
    )
    .fetch_all(&mut open(&database(data, "journal.db")).await)
    .await
    .expect("the query runs");
    let facts = rows.iter().map(|row| {
        let fact: serde_json::Value = serde_json::from_str(&row.get::<String, _>(0)).expect("JSON");
        let about = fact["body"].get("about").unwrap_or(&fact["seq"]).as_u64();
        (
            fact["kind"].as_str().expect("a word").to_owned(),
            about.expect("a number"),
            fact["body"]["outcome"].as_str().map(str::to_owned),
        )
    });
    facts.collect()
}

/// How an order ended, once that is on record.
async fn outcome(data: &Path, about: u64) -> String {
    eventually("it is settled", async || {
        let facts = on_record(data).await.into_iter();
        let mut ends = facts.filter(|(_, of, outcome)| *of == about && outcome.is_some());
        let end = ends.next().and_then(|(_, _, outcome)| outcome);
        assert_eq!(ends.next(), None, "it ends once");
        end
    })
    .await
}

async fn shown(server: &Castellan, door: &str) -> ActuationState {
    let snapshot = server.snapshot().await;
    snapshot.view.actuations[&door.parse().expect("an id")].clone()
}

#[tokio::test]
async fn an_order_reaches_its_driver_once_signed_and_what_came_of_it_is_recorded() {
    let driver = Receiver::start(204).await;
    let data = tempfile::tempdir().unwrap();
    let mut server = start(&data, &driver);
    let about = wants_open(&server, "d-001").await;
    assert_eq!(outcome(data.path(), about).await, "done");
    let heard = driver.hears(1).await.remove(0);
    assert!(heard.is_signed());
    let order: Order = serde_json::from_str(&heard.body).unwrap();
    let journal = server.snapshot().await.journal.0;
    assert_eq!(order.id, format!("{journal}-{about}"));
    assert_eq!((&heard.key, order.about.0), (&order.id, about));
    assert_eq!(
        (order.site.as_str(), order.device.as_str()),
        (crate::common::SITE, "d-001")
    );
    assert_eq!(heard.json()["what"], "open_door");
    let state = shown(&server, "d-001").await;
    assert_eq!((state.intent.0, state.send_by), (about, order.send_by));
    assert!(
        state
            .settled
            .is_some_and(|settled| settled.outcome == ActuationOutcome::Done)
    );
    // Neither a restart nor the next order brings it back.
    server.kill();
    let server = start(&data, &driver);
    wants_open(&server, "d-005").await;
    let heard = driver.hears(2).await;
    assert_eq!(heard[1].json()["device"], "d-005");
    assert_eq!(driver.heard().len(), 2);
}

#[tokio::test]
async fn an_order_that_was_under_way_when_the_server_died_is_unknown_and_never_sent_again() {
    let driver = Receiver::start(HANG).await;
    let data = tempfile::tempdir().unwrap();
    let mut server = start(&data, &driver);
    let about = wants_open(&server, "d-001").await;
    driver.hears(1).await;
    let second = server.command("zhou-jie", open_door("d-001")).await;
    assert_eq!(second.status, 409);
    assert!(
        matches!(refusal(&second), Refusal::Actuation(ActuationRefusal::AlreadyUnderWay { by: Some(by), .. }) if by.as_str() == "li-na")
    );
    assert_eq!(shown(&server, "d-001").await.settled, None);
    assert_eq!(
        server.health().await.orders.map(|orders| orders.waiting),
        Some(1)
    );
    server.kill();
    driver.answer(204);

    let mut server = start(&data, &driver);
    // It is so before anybody can ask: the first fact of the new server.
    let facts = on_record(data.path()).await;
    let unknown = (
        "actuation_settled".to_owned(),
        about,
        Some("unknown".to_owned()),
    );
    assert_eq!(facts.last(), Some(&unknown));
    let settled = shown(&server, "d-001")
        .await
        .settled
        .expect("it is settled");
    assert_eq!(settled.outcome, ActuationOutcome::Unknown);
    server.kill();
    let server = start(&data, &driver);
    let other = wants_open(&server, "d-005").await;
    let again = wants_open(&server, "d-001").await;
    assert_eq!(outcome(data.path(), other).await, "done");
    assert_eq!(outcome(data.path(), again).await, "done");
    let abouts: Vec<_> = driver
        .heard()
        .iter()
        .map(|heard| heard.json()["about"].as_u64())
        .collect();
    assert_eq!(abouts.len(), 3, "{abouts:?}");
    assert_eq!(abouts[0], Some(about));
    assert!(abouts.contains(&Some(other)) && abouts.contains(&Some(again)));
    assert_eq!(outcome(data.path(), about).await, "unknown");
}

#[tokio::test]
async fn nothing_leaves_that_is_not_on_the_record() {
    let driver = Receiver::start(204).await;
    let data = tempfile::tempdir().unwrap();
    let journal = database(data.path(), "journal.db");
    let server = start(&data, &driver);
    alter(
        &journal,
        "CREATE TRIGGER fail BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    )
    .await;
    let id = uuid::Uuid::new_v4();
    for _ in 0..2 {
        let answer = server.command_as("li-na", id, open_door("d-001")).await;
        assert_eq!(answer.status, 503);
    }
    alter(&journal, "DROP TRIGGER fail").await;
    eventually("it records again", async || {
        let since = server.health().await.not_recording_since;
        since.is_none().then_some(())
    })
    .await;
    let about = wants_open(&server, "d-005").await;
    assert_eq!(outcome(data.path(), about).await, "done");
    let heard = driver.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(heard[0].json()["device"], "d-005");
    let expected = [
        ("actuation_intended".to_owned(), about, None),
        (
            "actuation_settled".to_owned(),
            about,
            Some("done".to_owned()),
        ),
    ];
    assert_eq!(on_record(data.path()).await, expected);
}

#[tokio::test]
async fn what_the_driver_says_is_what_is_recorded_and_a_stumble_is_unknown() {
    let driver = Receiver::start(423).await;
    let data = tempfile::tempdir().unwrap();
    let server = start(&data, &driver);
    let refused = wants_open(&server, "d-001").await;
    assert_eq!(outcome(data.path(), refused).await, "refused");
    driver.answer(503);
    let stumbled = wants_open(&server, "d-001").await;
    assert_eq!(outcome(data.path(), stumbled).await, "unknown");
    driver.answer(HANG);
    let hung = wants_open(&server, "d-001").await;
    assert_eq!(outcome(data.path(), hung).await, "unknown");
    driver.answer(200);
    let opened = wants_open(&server, "d-001").await;
    assert_eq!(outcome(data.path(), opened).await, "done");
    assert_eq!(driver.heard().len(), 4, "each was sent once");
}

#[tokio::test]
async fn an_order_to_a_driver_that_is_away_was_not_sent() {
    // Held, so that nobody else gets the port, and not listened at.
    let away = tokio::net::TcpSocket::new_v4().unwrap();
    away.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/", away.local_addr().unwrap());
    let data = tempfile::tempdir().unwrap();
    let server = start_at(&data, &url);
    let about = wants_open(&server, "d-001").await;
    assert_eq!(outcome(data.path(), about).await, "not_sent");
    eventually("the log says why", async || {
        server.log().contains("its driver is away").then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_outcome_that_cannot_be_recorded_is_kept_and_recorded_later() {
    let driver = Receiver::start(HANG).await;
    let data = tempfile::tempdir().unwrap();
    let journal = database(data.path(), "journal.db");
    let server = start(&data, &driver);
    let about = wants_open(&server, "d-001").await;
    driver.hears(1).await;
    alter(
        &journal,
        "CREATE TRIGGER fail BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    )
    .await;
    driver.answer(204);
    eventually("the outcome is not recorded", async || {
        server
            .log()
            .contains("an outcome could not be recorded yet")
            .then_some(())
    })
    .await;
    assert_eq!(on_record(data.path()).await.len(), 1);
    alter(&journal, "DROP TRIGGER fail").await;
    assert_eq!(outcome(data.path(), about).await, "done");
    assert_eq!(driver.heard().len(), 1);
}

#[tokio::test]
async fn without_a_driver_an_order_is_refused_and_leaves_no_trace() {
    let driver = Receiver::start(204).await;
    let data = tempfile::tempdir().unwrap();
    let mut server = start(&data, &driver);
    let id = uuid::Uuid::new_v4();
    let first = server.command_as("li-na", id, open_door("d-001")).await;
    let first: Accepted = first.json();
    driver.hears(1).await;
    server.kill();
    let facts = on_record(data.path()).await.len();

    let server = Castellan::start_with(data.path(), &estate(&data), &[]);
    assert!(server.log().contains("no --actuator-url"));
    let answer = server.command("li-na", open_door("d-005")).await;
    assert_eq!(
        (answer.status, refusal(&answer)),
        (422, Refusal::Actuation(ActuationRefusal::NoDriver))
    );
    let again = server.command_as("li-na", id, open_door("d-001")).await;
    assert_eq!(again.json::<Accepted>(), first, "the first answer stands");
    let since = on_record(data.path()).await.len() - facts;
    assert!(since <= 1, "at most what the start says of the first order");
    assert_eq!(driver.heard().len(), 1);
}

#[tokio::test]
async fn only_this_machine_is_ordered_and_only_with_a_secret() {
    let data = tempfile::tempdir().unwrap();
    let secret = receiver::secret(data.path());
    let estate = estate(&data);
    let serve = |more: &[&str]| {
        let mut args = vec![
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--data",
            text(data.path()),
        ];
        args.extend(["--estate", text(&estate)]);
        args.extend(more);
        let output = crate::common::run(&args);
        assert!(!output.status.success(), "{more:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for far in ["http://10.0.0.1/", "https://driver.example/"] {
        let said = serve(&[
            "--actuator-url",
            far,
            "--actuator-secret-file",
            text(&secret),
        ]);
        assert!(said.contains("must be on this machine"), "{said}");
    }
    assert!(serve(&["--actuator-url", "http://127.0.0.1:9/"]).contains("--actuator-secret-file"));
}
