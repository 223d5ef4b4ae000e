//! The history of positions, read back over HTTP: a person's way, and where everybody was.

use crate::common::{Castellan, SITE, alter, database, doctor, eventually, now_s, open};
use castellan_domain::time::Timestamp;
use castellan_domain::wire::history::{TRACK_FIXES_MAX, TrackPage, WhereAll};
use sqlx::Row as _;
use std::path::Path;
use std::sync::LazyLock;

fn track(person: &str, query: &str) -> String {
    format!("/api/v1/sites/{SITE}/tracks/{person}?{query}")
}

fn seconds(page: &TrackPage) -> Vec<i64> {
    let second = |at: Timestamp| at.as_micros() / 1_000_000;
    page.fixes
        .iter()
        .map(|fix| second(fix.occurred_at))
        .collect()
}

/// A start looks after what an earlier life has left in the tail.
async fn packed_again(data: &Path) {
    eventually("all lies in blocks", async || {
        let mut db = open(&database(data, "tracks.db")).await;
        let rows = "SELECT (SELECT COUNT(*) FROM tail_0) + (SELECT COUNT(*) FROM tail_1)";
        let rows = sqlx::query(rows).fetch_one(&mut db).await;
        (rows.expect("a count").get::<i64, _>(0) == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_way_is_read_page_by_page_before_and_after_it_is_packed() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Castellan::start(data.path());
    let start = now_s() - 3_600;
    for n in 0..25 {
        let answer = server.position("phone-0", start + 5 * n, 100).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    for packed in [false, true] {
        if packed {
            server.kill();
            server = Castellan::start(data.path());
            packed_again(data.path()).await;
            // Sent again, and one that is new.
            for second in [start, start + 5, start + 6] {
                assert_eq!(server.position("phone-0", second, 900).await.status, 200);
            }
        }
        let mut query = format!("from={}&limit=10", start * 1_000_000);
        let mut found = Vec::new();
        for pages in 1.. {
            let page: TrackPage = server
                .get_as("li-na", &track("guard-0", &query))
                .await
                .json();
            found.extend(seconds(&page));
            let Some(next) = page.next else { break };
            query = format!("from={}&limit=10", next.as_micros());
            assert!(pages < 5, "it comes to an end");
        }
        let mut expected: Vec<i64> = (0..25).map(|n| start + 5 * n).collect();
        if packed {
            expected.insert(2, start + 6);
        }
        assert_eq!(found, expected);
    }
    let between = format!(
        "from={}&to={}",
        (start + 1) * 1_000_000,
        (start + 10) * 1_000_000
    );
    let page: TrackPage = server
        .get_as("li-na", &track("guard-0", &between))
        .await
        .json();
    assert_eq!(seconds(&page), [start + 5, start + 6, start + 10]);
    let first = &page.fixes[0];
    assert_eq!(
        (first.at.lon(), first.at.lat()),
        (120.112_09, 30.287),
        "of two as good the one that came later"
    );
    assert_eq!(
        (first.accuracy_dm, first.battery_percent),
        (Some(50), Some(80))
    );
}

#[tokio::test]
async fn a_past_second_shows_everybodys_last_position_before_it() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let start = now_s() - 3_600;
    for (phone, second) in [
        ("phone-0", 0),
        ("phone-0", 60),
        ("phone-1", 30),
        ("phone-2", 100),
    ] {
        assert_eq!(server.position(phone, start + second, 0).await.status, 200);
    }
    let at = (start + 59) * 1_000_000;
    let path = format!("/api/v1/sites/{SITE}/tracks?at={at}");
    let all: WhereAll = server.get_as("zhou-jie", &path).await.json();
    let found: Vec<_> = all
        .people
        .iter()
        .map(|one| {
            (
                one.person.as_str(),
                one.fix.occurred_at.as_micros() / 1_000_000 - start,
            )
        })
        .collect();
    assert_eq!(
        (all.at.as_micros(), found),
        (at, vec![("guard-0", 0), ("guard-1", 30)])
    );
}

#[tokio::test]
async fn ways_are_for_operators_and_whoever_looks_is_in_the_log() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let path = track("guard-0", "");
    let everybody = format!("/api/v1/sites/{SITE}/tracks?at=2026-11-22T11:00:00%2B08:00");
    for path in [path.trim_end_matches('?'), &everybody] {
        assert_eq!(server.get(path).await.error().code, "no_name");
        assert_eq!(server.get_as("nobody", path).await.status, 403);
        let guard = server.get_as("guard-1", path).await;
        assert_eq!(
            (guard.status, guard.error().code.as_str()),
            (403, "refused")
        );
        assert_eq!(server.get_as("li-na", path).await.status, 200);
    }
    eventually("the log names the reader", async || {
        let log = server.log();
        let named = log
            .lines()
            .filter(|line| line.contains("reader=li-na"))
            .count();
        (named == 2).then_some(())
    })
    .await;
    assert!(
        !server.log().contains("reader=guard-1"),
        "who was refused has seen nothing"
    );
}

#[tokio::test]
async fn questions_that_are_none_are_refused_by_name() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let too_many = format!("limit={}", TRACK_FIXES_MAX + 1);
    for (query, code, word) in [
        ("from=yesterday", "bad_time", "from"),
        ("to=2026-11-22", "bad_time", "to"),
        (too_many.as_str(), "malformed", "1 to 5000"),
        ("limit=0", "malformed", "limit"),
        ("limit=many", "malformed", "limit"),
        ("form=1", "malformed", "form"),
        ("from=1&from=2", "malformed", "from"),
    ] {
        let answer = server.get_as("li-na", &track("guard-0", query)).await;
        let error = answer.error();
        assert_eq!((answer.status, error.code.as_str()), (400, code), "{query}");
        assert!(error.message.contains(word), "{query}: {}", error.message);
    }
    let nobody: TrackPage = server.get_as("li-na", &track("guard-7", "")).await.json();
    assert_eq!((nobody.fixes.len(), nobody.next), (0, None));
    assert_eq!(
        server.get_as("li-na", &track("a%20b", "")).await.status,
        404
    );
    let nowhere = server
        .get_as("li-na", "/api/v1/sites/other/tracks/guard-0")
        .await;
    assert_eq!(nowhere.error().code, "unknown_site");
}

/// Noon of a day before the one on which the tests began, in UTC: blocks end at midnight.
fn noon(days_ago: i64) -> i64 {
    static TODAY: LazyLock<i64> = LazyLock::new(|| now_s() / 86_400);
    (*TODAY - days_ago) * 86_400 + 43_200
}

/// A stopped site with two blocks of one guard, three fixes each, of two days.
async fn two_blocks() -> tempfile::TempDir {
    let data = tempfile::tempdir().expect("a folder");
    let server = Castellan::start(data.path());
    for second in (0..3).flat_map(|n| [noon(2) + n, noon(1) + n]) {
        assert_eq!(server.position("phone-0", second, 1).await.status, 200);
    }
    server.stop();
    let server = Castellan::start(data.path());
    packed_again(data.path()).await;
    server.stop();
    let (whole, said) = doctor(data.path());
    assert!(
        whole && said.contains("2 blocks of positions hold"),
        "{said}"
    );
    data
}

async fn whole_way(server: &Castellan) -> Vec<i64> {
    let page = server.get_as("li-na", &track("guard-0", "from=0")).await;
    seconds(&page.json())
}

fn days(of: &[i64]) -> Vec<i64> {
    of.iter()
        .flat_map(|noon| (0..3).map(move |n| noon + n))
        .collect()
}

/// Nothing records which blocks there were, and blocks leave by age: a lost row is told by nobody. What
/// is promised is that it costs only its fixes, and that they can be sent again.
#[tokio::test]
async fn the_lost_row_of_a_block_cannot_be_told_and_costs_no_more_than_its_fixes() {
    let data = two_blocks().await;
    let tracks = database(data.path(), "tracks.db");
    alter(
        &tracks,
        "DELETE FROM blocks WHERE first_at = (SELECT MIN(first_at) FROM blocks)",
    )
    .await;
    let (whole, said) = doctor(data.path());
    assert!(
        whole && said.contains("1 blocks of positions hold"),
        "{said}"
    );
    let server = Castellan::start(data.path());
    assert_eq!(whole_way(&server).await, days(&[noon(1)]));
    let then = (noon(2) + 2) * 1_000_000;
    let all: WhereAll = server
        .get_as("li-na", &format!("/api/v1/sites/{SITE}/tracks?at={then}"))
        .await
        .json();
    assert!(
        all.people.is_empty(),
        "nobody is said to have been anywhere"
    );
    for second in days(&[noon(2)]) {
        assert_eq!(server.position("phone-0", second, 1).await.status, 200);
    }
    server.stop();
    let server = Castellan::start(data.path());
    packed_again(data.path()).await;
    assert_eq!(whole_way(&server).await, days(&[noon(2), noon(1)]));
    let (whole, said) = doctor(data.path());
    assert!(
        whole && said.contains("2 blocks of positions hold"),
        "{said}"
    );
}

#[tokio::test]
async fn a_cut_block_is_named_by_the_doctor_and_the_log_and_read_around() {
    let data = two_blocks().await;
    let tracks = database(data.path(), "tracks.db");
    for (n, cut) in [
        "UPDATE blocks SET bytes = substr(bytes, 1, LENGTH(bytes) - 1)
         WHERE first_at = (SELECT MIN(first_at) FROM blocks)",
        "UPDATE blocks SET bytes = substr(bytes, 1, 2)
         WHERE first_at = (SELECT MIN(first_at) FROM blocks)",
        "UPDATE blocks SET bytes = x''
         WHERE first_at = (SELECT MIN(first_at) FROM blocks)",
    ]
    .into_iter()
    .enumerate()
    {
        alter(&tracks, cut).await;
        let (whole, said) = doctor(data.path());
        assert!(!whole && said.contains("of guard-0 from"), "{said}");
        assert!(said.contains("1 blocks of positions hold"), "{said}");
        let server = Castellan::start(data.path());
        assert_eq!(whole_way(&server).await, days(&[noon(1)]));
        eventually("the log names it", async || {
            let told = "a block of positions cannot be read and is left out";
            server.log().contains(told).then_some(())
        })
        .await;
        server.raise("d-000", &format!("e-{n}"), "loitering").await;
        server.stop();
    }
}

#[tokio::test]
async fn a_damaged_file_of_positions_is_kept_aside_and_told_and_alarms_start_all_the_same() {
    let data = two_blocks().await;
    let data = data.path();
    let tracks = database(data, "tracks.db");
    alter(&tracks, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    let whole = std::fs::read(&tracks).unwrap();
    for (n, left) in [whole.len() / 2, 4_096, 100, 0].into_iter().enumerate() {
        std::fs::write(&tracks, &whole[..left]).unwrap();
        let (is_whole, said) = doctor(data);
        assert!(
            !is_whole && said.contains("FAULT: the history of positions"),
            "{left}: {said}"
        );
        assert!(
            said.contains("The next start sets tracks.db aside")
                && said.contains("the chain holds"),
            "{said}"
        );
        let server = Castellan::start(data);
        server.raise("d-000", &format!("e-{n}"), "loitering").await;
        let view = server.snapshot().await.view;
        let row = view
            .alarms
            .values()
            .find(|alarm| alarm.kind.as_str() == "tracks_damaged");
        let repeats = u32::try_from(n).unwrap();
        assert_eq!(row.expect("a row").repeats, repeats, "{left}");
        let aside = server.health().await.files_set_aside;
        assert_eq!(aside.len(), n + 1);
        let kept = database(data, "set-aside")
            .join(&aside[0])
            .join("tracks.db");
        assert_eq!(std::fs::read(kept).unwrap(), whole[..left]);
        assert_eq!(whole_way(&server).await, [0; 0]);
        for second in days(&[noon(1)]) {
            assert_eq!(server.position("phone-1", second, 1).await.status, 200);
        }
        server.stop();
        let (is_whole, said) = doctor(data);
        assert!(is_whole, "{said}");
        for log in ["tracks.db-wal", "tracks.db-shm"] {
            drop(std::fs::remove_file(database(data, log)));
        }
    }
    // One that is gone is no first start either. There is nothing to be set aside.
    let aside = std::fs::read_dir(database(data, "set-aside"))
        .unwrap()
        .count();
    for name in ["tracks.db", "tracks.db-wal", "tracks.db-shm"] {
        drop(std::fs::remove_file(database(data, name)));
    }
    let (is_whole, said) = doctor(data);
    assert!(
        is_whole && said.contains("note: there is no tracks.db"),
        "{said}"
    );
    let server = Castellan::start(data);
    assert!(
        server.log().contains("tracks.db, is gone"),
        "{}",
        server.log()
    );
    let view = server.snapshot().await.view;
    let mut rows = view.alarms.values();
    let row = rows.find(|alarm| alarm.kind.as_str() == "tracks_damaged");
    assert_eq!(row.expect("a row").repeats, 4);
    assert_eq!(server.health().await.files_set_aside.len(), aside);
    server.stop();
    // The file of a newer Castellan is whole: it stays where it is.
    drop(std::fs::remove_file(&tracks));
    std::fs::write(&tracks, &whole).unwrap();
    alter(&tracks, "UPDATE meta SET value = 99 WHERE name = 'schema'").await;
    let estate = crate::common::estate();
    let output = crate::common::run(&[
        "serve",
        "--data",
        crate::common::text(data),
        "--estate",
        crate::common::text(&estate),
        "--listen",
        "127.0.0.1:0",
    ]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("tart the newer"), "{said}");
    let (is_whole, said) = doctor(data);
    assert!(!is_whole && said.contains("Start the newer"), "{said}");
}
