//! The HTTP side against a stand-in for the server: what arrives, and what happens when it is
//! slow, away or not Castellan. Every test stops by itself.

use crate::stand_in::{Mood, Server};
use axum::Router;
use axum::routing::get;
use castellan_client::http::{Client, Failure};
use castellan_domain::ids::PhoneId;
use castellan_simulator::replay::{self, ReplayError, Summary};
use castellan_simulator::walk;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

fn walking(server: &Server) -> walk::Options {
    walk::Options {
        server: server.address.clone(),
        site: None,
        guards: None,
        speed: 1.0,
        alarms_every_s: Some(1.0),
        doors_every_s: Some(0.5),
        by_day: false,
        has_opening: false,
        seed: 1,
        cameras: None,
    }
}

/// Five points, a second between each two of them.
const SHORT: &str = "../short.gpx";

fn replaying(server: &Server, file: &str, speed: f64) -> replay::Options {
    replay::Options {
        file: Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/gpx")
            .join(file),
        phone: PhoneId::new("phone-wang").expect("an id"),
        server: server.address.clone(),
        speed,
        onto_estate: true,
        site: None,
    }
}

/// A replay to its end, with what it said.
async fn replayed(options: &replay::Options) -> (Summary, Vec<String>) {
    let mut said = Vec::new();
    let say = &mut |line| said.push(line);
    let summary = replay::run(options, std::future::pending(), say).await;
    (summary.expect("it is replayed"), said)
}

#[tokio::test]
async fn every_guard_sends_genuine_bodies_and_alarms_follow() {
    let server = Server::start(Mood::Good).await;
    // Until an alarm has come, which is within 15 s.
    let stop = async {
        for _ in 0..150 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if !server.events.lock().unwrap().is_empty() {
                break;
            }
        }
    };
    let tally = walk::run(&walking(&server), stop).await.unwrap();
    server.assert_content();
    let mut phones: BTreeMap<String, u32> = BTreeMap::new();
    for fix in server.fixes() {
        *phones
            .entry(fix["topic"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    assert_eq!(phones.len(), 3, "{phones:?}");
    assert!(
        tally.fixes >= 10 && tally.events >= 1 && tally.refused == 0,
        "{tally:?}"
    );
    assert_eq!(
        server.events.lock().unwrap()[0]["event_id"]
            .as_str()
            .unwrap()[..4],
        *"sim-"
    );
}

#[tokio::test]
async fn guards_go_on_duty_before_they_are_tracked_and_doors_and_signs_of_life_follow() {
    let mut estate: Value = serde_json::from_str(include_str!("estate.json")).unwrap();
    estate["staffing"] = json!({"shifts": [{"name": {"zh": "白班", "en": "Day"},
        "starts_at": "08:00"}], "duty": "recorded"});
    estate["devices"][2]["door"] = json!({"reports_grants": true});
    estate["devices"][2]["report_every_s_max"] = json!(6);
    let server = Server::start_with(Mood::Good, estate.to_string()).await;
    let count = |path: &str| {
        let others = server.others.lock().unwrap();
        others.iter().filter(|(to, _)| to == path).count()
    };
    let stop = async {
        for _ in 0..150 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if count("/ingest/v1/doors") >= 3 && count("/ingest/v1/heard") >= 2 {
                break;
            }
        }
    };
    let tally = walk::run(&walking(&server), stop).await.unwrap();
    assert!(
        tally.doors >= 3 && tally.signs >= 2 && tally.refused == 0,
        "{tally:?}"
    );
    let others = server.others.lock().unwrap();
    let of = |path: &'static str| others.iter().filter(move |(to, _)| to == path);
    let mut on_duty: Vec<_> = of("/api/v1/sites/fixture/commands")
        .map(|(_, body)| body["command"]["go_on_duty"]["person"].as_str().unwrap())
        .collect();
    on_duty.sort_unstable();
    assert_eq!(on_duty, ["li", "wang", "zhao"], "guards, and no operator");
    assert!(
        server.early.lock().unwrap().is_empty(),
        "nobody before their duty"
    );
    let doors: Vec<_> = of("/ingest/v1/doors")
        .map(|(_, body)| &body["what"])
        .collect();
    assert_eq!(doors[..3], ["granted", "opened", "closed"]);
    assert!(of("/ingest/v1/heard").all(|(_, body)| body["device"] == "door-1"));
}

#[tokio::test]
async fn nothing_is_lost_while_the_server_does_not_record() {
    let server = Server::start(Mood::NotRecording).await;
    let back = async {
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert!(server.fixes().is_empty());
        server.set(Mood::Good);
        tokio::time::sleep(Duration::from_secs(6)).await;
    };
    let tally = walk::run(&walking(&server), back).await.unwrap();
    server.assert_content();
    assert_eq!((tally.dropped, tally.refused), (0, 0), "{tally:?}");
    let mut by_phone: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for fix in server.fixes() {
        let phone = fix["topic"].as_str().unwrap().to_owned();
        by_phone
            .entry(phone)
            .or_default()
            .push(fix["tst"].as_i64().unwrap());
    }
    for (phone, times) in by_phone {
        assert!(times.len() >= 5, "{phone}: {times:?}");
        for pair in times.windows(2) {
            assert_eq!(pair[1] - pair[0], 1, "{phone} misses a second: {times:?}");
        }
    }
}

#[tokio::test]
async fn a_walk_ends_at_once_when_told_even_if_the_server_never_answers() {
    let server = Server::start(Mood::Silent).await;
    let began = Instant::now();
    let stop = tokio::time::sleep(Duration::from_secs(3));
    let tally = walk::run(&walking(&server), stop).await.unwrap();
    assert_eq!(tally.fixes, 0);
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "it waited for the silent server"
    );
}

#[tokio::test]
async fn a_wrong_site_or_a_wrong_server_is_said() {
    let server = Server::start(Mood::Good).await;
    let mut options = walking(&server);
    options.site = Some("elsewhere".parse().unwrap());
    let said = walk::run(&options, std::future::pending())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("elsewhere") && said.contains("fixture"),
        "{said}"
    );

    options.server.push_str("/not/castellan");
    let said = format!(
        "{:#}",
        walk::run(&options, std::future::pending())
            .await
            .unwrap_err()
    );
    assert!(said.contains("404"), "{said}");
}

#[tokio::test]
async fn a_recorded_walk_arrives_on_the_estate_in_order_and_is_summed_up() {
    let server = Server::start(Mood::Good).await;
    let (summary, said) = replayed(&replaying(&server, SHORT, 1.0)).await;
    server.assert_content();
    let fixes = server.fixes();
    assert_eq!(usize::try_from(summary.accepted).unwrap(), fixes.len());
    assert_eq!(
        (summary.refused, summary.late, summary.stopped),
        (0, 0, false),
        "{said:?}"
    );
    assert!(said[0].contains("Fixture"), "{said:?}");
    assert!(said.last().unwrap().starts_with("Done: "), "{said:?}");
    let now_s = walk::wall_ms() / 1_000;
    for fix in &fixes {
        assert!(
            (now_s - fix["tst"].as_i64().unwrap()).abs() < 120,
            "it happens now"
        );
        assert!(
            (fix["lat"].as_f64().unwrap() - 30.001).abs() < 0.002,
            "on the estate: {fix}"
        );
        assert!(
            (fix["lon"].as_f64().unwrap() - 120.001).abs() < 0.003,
            "on the estate: {fix}"
        );
    }
    let times: Vec<i64> = fixes
        .iter()
        .map(|fix| fix["tst"].as_i64().unwrap())
        .collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
}

#[tokio::test]
async fn refused_fixes_are_counted_and_said_once() {
    let server = Server::start(Mood::UnknownPhone).await;
    let (summary, said) = replayed(&replaying(&server, SHORT, 1.0)).await;
    assert!(summary.refused > 1 && summary.accepted == 0, "{summary}");
    let refusals: Vec<_> = said
        .iter()
        .filter(|line| line.starts_with("refused"))
        .collect();
    assert_eq!(refusals, ["refused: 403 No such phone (unknown_phone)"]);
}

#[tokio::test]
async fn a_fix_that_is_answered_200_but_not_kept_counts_as_refused() {
    let server = Server::start(Mood::OffSite).await;
    let (summary, said) = replayed(&replaying(&server, SHORT, 4.0)).await;
    assert!(summary.refused > 1 && summary.accepted == 0, "{summary}");
    assert!(
        said.iter().any(|line| line.contains("off_site")),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_replay_waits_for_a_server_that_is_away_and_calls_its_fixes_late() {
    let server = Server::start(Mood::NotRecording).await;
    let back = server.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        back.set(Mood::Good);
    });
    let (summary, said) = replayed(&replaying(&server, SHORT, 1.0)).await;
    assert!(
        summary.late >= 1 && summary.accepted == summary.points,
        "{summary}"
    );
    assert!(said.iter().any(|line| line.contains("away")), "{said:?}");
}

#[tokio::test]
async fn a_bad_file_is_refused_before_anything_is_sent_and_a_stop_is_summed_up() {
    let server = Server::start(Mood::Good).await;
    let options = replaying(&server, "unicode_with_bom.gpx", 1.0);
    let refused = replay::run(&options, std::future::pending(), &mut |_| {}).await;
    assert!(
        matches!(refused, Err(ReplayError::File { .. })),
        "{refused:?}"
    );
    assert!(server.fixes().is_empty());

    let options = replaying(&server, "korita-zbevnica.gpx", 1.0);
    let stop = tokio::time::sleep(Duration::from_secs(2));
    let summary = replay::run(&options, stop, &mut |_| {}).await.unwrap();
    assert!(summary.stopped && summary.sent >= 1, "{summary}");
}

#[tokio::test]
async fn a_200_from_another_server_is_not_taken_for_success() {
    let server = Server::start(Mood::AnotherServer).await;
    let client = Client::new(&server.address, 1).unwrap();
    let estate = client.sites().await.unwrap();
    let estate = client
        .estate(&estate[0].site, &estate[0].estate)
        .await
        .unwrap();
    assert_eq!(estate.site.as_str(), "fixture");
    let (summary, said) = replayed(&replaying(&server, SHORT, 1.0)).await;
    assert_eq!(summary.accepted, 0);
    assert!(
        said.iter()
            .any(|line| line.contains("is this a Castellan server")),
        "{said:?}"
    );
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let flood = "[".repeat(200_000);
    let router = Router::new().route("/api/v1/sites", get(async move || flood));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let failure = Client::new(&address, 1).unwrap().sites().await.unwrap_err();
    assert!(matches!(&failure, Failure::Refused { message, .. } if message.contains("longer")));
}
