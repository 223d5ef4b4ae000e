//! Notifications: a real receiver on loopback, which takes, refuses, hangs or is away, and a server
//! that is killed in the middle. At least once, always under the same id, until somebody answers.

use crate::common::receiver::{self, HANG, Receiver};
use crate::common::{Castellan, database, eventually, open, text};
use castellan_domain::alarm::AlarmCommand;
use castellan_domain::wire::api::OutboxHealth;
use sqlx::Row as _;
use std::path::Path;
use tempfile::TempDir;

/// A server that tells a receiver, with a ladder that calls the shift leader after a second.
fn start(data: &TempDir, receiver: &Receiver) -> Castellan {
    let secret = receiver::secret(data.path());
    let estate = data.path().join("estate.json");
    let document = std::fs::read_to_string(crate::common::estate()).expect("the fixture");
    let mut document: serde_json::Value = serde_json::from_str(&document).expect("JSON");
    document["alarm_types"] = serde_json::json!([
        {"id": "urgent", "name": {"zh": "急", "en": "Urgent"}, "priority": 1, "claim_s_max": 30,
         "ladder": "fast"},
        {"id": "minor", "name": {"zh": "缓", "en": "Minor"}, "priority": 3, "claim_s_max": 30}]);
    document["ladders"] = serde_json::json!([{"id": "fast", "by_day": {"unclaimed": [
        {"after_s": 1, "call": [{"rung": "shift_leader"}]}]}}]);
    let people = document["people"].as_array_mut().expect("people");
    let leader = people.iter_mut().find(|person| person["id"] == "zhou-jie");
    leader.expect("he works there")["rungs"] = serde_json::json!(["shift_leader"]);
    std::fs::write(&estate, document.to_string()).expect("a written file");
    let url = receiver.url();
    let more = [
        "--notify-webhook",
        &url,
        "--notify-secret-file",
        text(&secret),
    ];
    Castellan::start_with(data.path(), &estate, &more)
}

async fn outbox(server: &Castellan) -> OutboxHealth {
    server.health().await.outbox
}

/// The outcomes that stand in the record, each with the fact that it is about.
async fn settled(data: &Path) -> Vec<(u64, String, u64)> {
    let rows = sqlx::query(
        "SELECT bytes FROM facts WHERE bytes LIKE '%\"kind\":\"notification_settled\"%' ORDER BY seq",
    )
    .fetch_all(&mut open(&database(data, "journal.db")).await)
    .await
    .expect("the query runs");
    let facts = rows.iter().map(|row| {
        let fact: serde_json::Value = serde_json::from_str(&row.get::<String, _>(0)).expect("JSON");
        let body = &fact["body"];
        (
            body["about"].as_u64().expect("a number"),
            body["outcome"].as_str().expect("a word").to_owned(),
            body["attempts"].as_u64().expect("a number"),
        )
    });
    facts.collect()
}

#[tokio::test]
async fn whoever_is_next_on_the_ladder_is_told_signed_and_about_what_has_none_nobody_is() {
    let receiver = Receiver::start(204).await;
    let data = tempfile::tempdir().unwrap();
    let server = start(&data, &receiver);
    server.raise("d-001", "e-1", "minor").await;
    let alarm = server.raise("d-000", "e-1", "urgent").await;
    let heard = receiver.hears(1).await.remove(0);
    assert!(heard.is_signed(), "the signature holds");
    let told = heard.json();
    assert_eq!(told["id"], heard.key);
    assert_eq!(told["site"], crate::common::SITE);
    let call = &told["call"];
    assert_eq!(
        (&call["person"], &call["rung"]),
        (&"zhou-jie".into(), &"shift_leader".into())
    );
    let about = &call["about"]["alarm"];
    assert_eq!(about["alarm"], alarm.to_string());
    assert_eq!(
        (&about["type"], &about["place"]["floor"]),
        (&"urgent".into(), &"B1".into())
    );
    let journal = server.snapshot().await.journal.0;
    assert_eq!(heard.key, format!("{journal}-{}", told["about"]));
    let about = told["about"].as_u64().unwrap();
    let settled = eventually("it is recorded", async || {
        settled(data.path()).await.into_iter().next()
    })
    .await;
    assert_eq!(settled, (about, "delivered".to_owned(), 1));
    eventually("nothing waits", async || {
        (outbox(&server).await == OutboxHealth::default()).then_some(())
    })
    .await;
    let claimed = castellan_domain::command::Command::Alarm(AlarmCommand::Claim { alarm });
    assert_eq!(server.command("li-na", claimed).await.status, 200);
    assert_eq!(
        receiver.heard().len(),
        1,
        "about the other one nobody is called"
    );
}

#[tokio::test]
async fn a_receiver_that_is_away_is_tried_again_and_one_that_refuses_is_not() {
    let receiver = Receiver::start(503).await;
    let data = tempfile::tempdir().unwrap();
    let server = start(&data, &receiver);
    let alarm = server.raise("d-000", "e-1", "urgent").await;
    let heard = receiver.hears(2).await;
    assert_eq!(heard[0].key, heard[1].key, "an id never changes");
    assert_eq!(heard[0].body, heard[1].body);
    let health = outbox(&server).await;
    assert!(health.waiting >= 1 && health.failing_since.is_some());
    assert!(health.last_failure.is_some_and(|why| why.contains("503")));
    assert_eq!(settled(data.path()).await, []);
    receiver.answer(400);
    let settled = eventually("it is refused", async || {
        settled(data.path()).await.into_iter().next()
    })
    .await;
    assert_eq!(settled.1, "refused");
    assert!(settled.2 >= 3);
    receiver.answer(200);
    let about = |alarm: String| {
        let heard = receiver.heard();
        heard.iter().filter(|told| number(told) == alarm).count()
    };
    let attempts = about(alarm.to_string());
    let second = server.raise("d-004", "e-1", "urgent").await;
    eventually("the next one is told", async || {
        (about(second.to_string()) == 1).then_some(())
    })
    .await;
    assert_eq!(about(alarm.to_string()), attempts, "it is not tried again");
    let rows = server.snapshot().await.view;
    let rows = rows.alarms.values().map(|row| row.kind.as_str().to_owned());
    assert!(
        rows.collect::<Vec<_>>()
            .contains(&"nobody_reachable".to_owned())
    );
}

/// The alarm that a message is about.
fn number(heard: &receiver::Heard) -> String {
    let told = heard.json();
    let number = told["call"]["about"]["alarm"]["alarm"].as_str();
    number.expect("a number").to_owned()
}

/// A pager that goes on after the answer is worse than none.
#[tokio::test]
async fn what_somebody_answered_meanwhile_is_not_sent_any_more() {
    let receiver = Receiver::start(503).await;
    let data = tempfile::tempdir().unwrap();
    let server = start(&data, &receiver);
    let alarm = server.raise("d-000", "e-1", "urgent").await;
    receiver.hears(1).await;
    let claimed = castellan_domain::command::Command::Alarm(AlarmCommand::Claim { alarm });
    assert_eq!(server.command("li-na", claimed).await.status, 200);
    let settled = eventually("it is let go of", async || {
        settled(data.path()).await.into_iter().next()
    })
    .await;
    assert_eq!(settled.1, "answered");
    let before = receiver.heard().len();
    receiver.answer(200);
    let second = server.raise("d-004", "e-1", "urgent").await;
    let heard = receiver.hears(before + 1).await;
    assert_eq!(number(&heard[before]), second.to_string());
}

#[tokio::test]
async fn a_server_that_is_killed_between_sending_and_recording_sends_the_same_again() {
    let receiver = Receiver::start(HANG).await;
    let data = tempfile::tempdir().unwrap();
    let mut server = start(&data, &receiver);
    let alarm = server.raise("d-000", "e-1", "urgent").await;
    for round in 1..=3 {
        // It was sent, and nobody knows whether it was taken.
        receiver.hears(round).await;
        server.kill();
        server = start(&data, &receiver);
    }
    receiver.answer(200);
    let settled = eventually("it is delivered", async || {
        settled(data.path()).await.into_iter().next()
    })
    .await;
    assert_eq!(settled.1, "delivered");
    let heard = receiver.heard();
    let first: Vec<_> = heard
        .iter()
        .filter(|told| told.json()["about"].as_u64() == Some(settled.0))
        .collect();
    assert!(first.len() >= 4, "once before each kill, and once after");
    assert!(
        first
            .iter()
            .all(|told| told.key == first[0].key && told.body == first[0].body)
    );
    assert_eq!(number(first[0]), alarm.to_string());
}

#[tokio::test]
async fn what_was_delivered_is_not_sent_again_by_a_restart() {
    let receiver = Receiver::start(200).await;
    let data = tempfile::tempdir().unwrap();
    let mut server = start(&data, &receiver);
    let alarm = server.raise("d-000", "e-1", "urgent").await;
    let claimed = castellan_domain::command::Command::Alarm(AlarmCommand::Claim { alarm });
    eventually("it is recorded", async || {
        settled(data.path()).await.into_iter().next()
    })
    .await;
    assert_eq!(server.command("li-na", claimed).await.status, 200);
    eventually("nothing waits", async || {
        (outbox(&server).await.waiting == 0).then_some(())
    })
    .await;
    let before = receiver.heard().len();
    server.kill();
    let server = start(&data, &receiver);
    let later = server.raise("d-004", "e-1", "urgent").await;
    let heard = receiver.hears(before + 1).await;
    assert_eq!(number(&heard[before]), later.to_string());
}
