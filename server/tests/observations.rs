//! The log of observations: what was said and what became of it, read back over HTTP; and what it
//! may never cost anybody.

use crate::common::{Castellan, SITE, alter, database, estate, eventually};
use castellan_domain::answer::{Accepted, Outcome};
use castellan_domain::ids::Seq;
use castellan_domain::observation::RawObservation;
use castellan_domain::wire::history::{ObservationOutcome, ObservationPage};
use std::fs;
use std::path::{Path, PathBuf};

async fn page(server: &Castellan, query: &str) -> ObservationPage {
    let path = format!("/api/v1/sites/{SITE}/observations?{query}");
    server.get_as("li-na", &path).await.json()
}

/// Waits until so many were written: the writer runs beside the turns.
async fn written(server: &Castellan, number: u64) {
    eventually("the observations are written", async || {
        (server.health().await.observations.written == number).then_some(())
    })
    .await;
}

fn segments(data: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(database(data, "observations")).expect("the folder is there");
    let path = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").path();
    entries.map(path).collect()
}

#[tokio::test]
async fn why_an_alarm_fired_is_told_with_the_fact_that_it_made() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Castellan::start(data.path());
    let alarm = server.raise("d-000", "e-1", "loitering").await;
    assert_eq!(
        server
            .event("d-000", "e-1", "loitering", "active")
            .await
            .status,
        200
    );
    assert_eq!(
        server
            .event("d-000", "e-2", "loitering", "active")
            .await
            .status,
        200
    );
    assert_eq!(
        server
            .event("d-001", "e-3", "loitering", "cleared")
            .await
            .status,
        200
    );
    assert_eq!(
        server
            .position("phone-0", crate::common::now_s(), 0)
            .await
            .status,
        200
    );
    written(&server, 4).await;
    server.kill();
    let server = Castellan::start(data.path());
    let all = page(&server, "").await;
    let told: Vec<_> = all
        .observations
        .iter()
        .map(|record| {
            let RawObservation::Report(report) = &record.observation else {
                panic!("only reports were sent, not {record:?}");
            };
            let ObservationOutcome::Accepted { answer, fact } = &record.outcome else {
                panic!("all were taken, not {record:?}");
            };
            assert_eq!(record.adapter.as_str(), "events");
            (
                report.device.as_str(),
                report.event.as_str(),
                answer.clone(),
                *fact,
            )
        })
        .collect();
    let reported = |outcome, alarm| Accepted::Reported { outcome, alarm };
    let raised = reported(Outcome::Raised, Some(alarm));
    assert_eq!(
        told,
        [
            ("d-000", "e-1", raised.clone(), Some(Seq(2))),
            ("d-000", "e-1", raised, None),
            (
                "d-000",
                "e-2",
                reported(Outcome::Repeated, Some(alarm)),
                Some(Seq(3))
            ),
            (
                "d-001",
                "e-3",
                reported(Outcome::NothingToClear, None),
                None
            ),
        ]
    );
    assert_eq!((all.next, all.damaged), (None, 0));
    let first = page(&server, "device=d-000&limit=1").await;
    assert_eq!(first.observations, all.observations[..1]);
    let next = first.next.expect("there is more");
    let rest = page(&server, &format!("device=d-000&after={next}")).await;
    assert_eq!(rest.observations, all.observations[1..3]);
    let last = all.observations[3].answered_at.as_micros();
    let none = page(&server, &format!("from={}", last + 1)).await;
    assert_eq!(none.observations.len(), 0);
    let one = page(&server, &format!("from={last}&to={last}")).await;
    assert_eq!(one.observations, all.observations[3..]);
}

#[tokio::test]
async fn a_turn_that_was_lost_is_told_as_lost() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let fail =
        "CREATE TRIGGER fail BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'disk full'); END";
    alter(&database(data.path(), "journal.db"), fail).await;
    assert_eq!(
        server
            .event("d-000", "e-1", "loitering", "active")
            .await
            .status,
        503
    );
    written(&server, 1).await;
    let told = page(&server, "").await.observations;
    assert_eq!(told[0].outcome, ObservationOutcome::NotRecorded);
}

#[tokio::test]
async fn a_full_disk_drops_observations_and_costs_no_alarm() {
    let data = tempfile::tempdir().unwrap();
    drop(Castellan::start(data.path()));
    // Yesterday to tomorrow, wherever the clock and the site's zone stand: all of them full.
    let folder = database(data.path(), "observations");
    let today = jiff::Timestamp::now();
    for hours in [-24, 0, 24] {
        let day = today + jiff::SignedDuration::from_hours(hours);
        let day = day.in_tz("Asia/Shanghai").unwrap().date();
        std::os::unix::fs::symlink("/dev/full", folder.join(format!("{day}.log"))).unwrap();
    }
    let server = Castellan::start(data.path());
    for n in 0..5 {
        server.raise(&format!("d-{n:03}"), "e", "loitering").await;
    }
    let health = eventually("the drops are counted", async || {
        let health = server.health().await;
        (health.observations.dropped_unwritable == 5).then_some(health)
    })
    .await;
    assert_eq!(health.observations.written, 0);
    assert!(health.observations.not_writing_since.is_some());
    assert_eq!(health.not_recording_since, None, "facts are recorded");
    assert_eq!(
        server
            .log()
            .matches("observations cannot be written")
            .count(),
        1
    );
}

#[tokio::test]
async fn days_that_are_too_old_leave_at_the_start() {
    let data = tempfile::tempdir().unwrap();
    drop(Castellan::start(data.path()));
    let old = database(data.path(), "observations").join("2026-01-01.log");
    for (days, left) in [("3650", true), ("7", false)] {
        fs::write(&old, "").unwrap();
        let more = ["--observation-days", days];
        let server = Castellan::start_with(data.path(), &estate(), &more);
        server.raise("d-000", "e", "loitering").await;
        written(&server, 1).await;
        assert_eq!(segments(data.path()).contains(&old), left, "{days} days");
    }
}

#[tokio::test]
async fn questions_that_are_none_are_refused_by_name() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    for (query, code, word) in [
        ("device=a%2Fb", "malformed", "device"),
        ("after=../../journal.db", "malformed", "after"),
        ("limit=1001", "malformed", "1 to 1000"),
        ("from=now", "bad_time", "from"),
        ("plate=A12345", "malformed", "plate"),
    ] {
        let path = format!("/api/v1/sites/{SITE}/observations?{query}");
        let answer = server.get_as("li-na", &path).await;
        assert_eq!(
            (answer.status, answer.error().code.as_str()),
            (400, code),
            "{query}"
        );
        assert!(answer.error().message.contains(word), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_written_costs_no_start_and_no_alarm() {
    let data = tempfile::tempdir().unwrap();
    Castellan::start(data.path()).stop();
    let folder = database(data.path(), "observations");
    fs::remove_dir(&folder).unwrap();
    fs::write(&folder, "in the way").unwrap();
    let server = Castellan::start(data.path());
    server.raise("d-000", "e-1", "loitering").await;
    eventually("it is told", async || {
        let health = server.health().await.observations;
        (health.dropped_unwritable == 1).then_some(())
    })
    .await;
    fs::remove_file(&folder).unwrap();
    server.raise("d-001", "e-2", "loitering").await;
    written(&server, 1).await;
}
