//! Backups are made while writers go on, count only when they were checked, and come back without a
//! display believing what is no longer so.

use crate::common::display::Display;
use crate::common::{Castellan, SITE, alter, database, doctor, eventually, now_s, open, run, text};
use castellan_domain::alarm::{AlarmCommand, NoteCommand, Verdict};
use castellan_domain::command::Command;
use castellan_domain::ids::Seq;
use castellan_domain::text::Written;
use castellan_domain::wire::api::NoteText;
use sqlx::Row as _;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const FACTS: &str = "SELECT COUNT(*) FROM facts";
const FIXES: &str = "SELECT (SELECT COUNT(*) FROM tail_0) + (SELECT COUNT(*) FROM tail_1)
    + (SELECT COALESCE(SUM(fixes), 0) FROM blocks)";

fn said(output: &Output) -> String {
    let said = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}

fn backup(data: &Path, target: &Path) -> (bool, String) {
    let output = run(&["backup", "--data", text(data), text(target)]);
    (output.status.success(), said(&output))
}

fn restore(from: &Path, data: &Path) -> (bool, String) {
    let output = run(&["restore", "--data", text(data), text(from)]);
    (output.status.success(), said(&output))
}

async fn count(path: &Path, query: &'static str) -> i64 {
    let row = sqlx::query(query).fetch_one(&mut open(path).await).await;
    row.expect("the query runs").get(0)
}

#[tokio::test]
async fn a_backup_made_while_everything_writes_is_whole_and_comes_back() {
    let data = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let server = Arc::new(Castellan::start(data.path()));
    let alarm = server.raise("d-039", "e", "loitering").await;
    let note = Command::Note(NoteCommand::Note {
        alarm,
        text: Written::new("kept with it").unwrap(),
    });
    assert_eq!(server.command("li-na", note).await.status, 200);
    let over = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (server, over) = (server.clone(), over.clone());
        async move {
            let start = now_s() - 1_000;
            for n in 0..900 {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let device = format!("d-{:03}", n % 30);
                let event = format!("e-{n}");
                let answer = server
                    .event(&device, &event, "loitering", "momentary")
                    .await;
                assert_eq!(answer.status, 200, "{}", answer.body);
                assert_eq!(server.position("phone-1", start + n, 100).await.status, 200);
            }
        }
    });
    let targets: Vec<_> = (0..3)
        .map(|n| other.path().join(format!("b-{n}")))
        .collect();
    for target in &targets {
        let made = tokio::task::spawn_blocking({
            let (data, target) = (data.path().to_owned(), target.clone());
            move || backup(&data, &target)
        });
        let (whole, said) = made.await.unwrap();
        assert!(whole && said.contains("the chain holds"), "{said}");
        assert!(!target.with_extension("partial").exists());
    }
    over.store(true, Ordering::Relaxed);
    writer.await.unwrap();
    drop(server);
    let end = count(&database(data.path(), "journal.db"), FACTS).await;
    let mut before = (0, 0);
    for target in &targets {
        let fresh = tempfile::tempdir().unwrap();
        let (done, said) = restore(target, fresh.path());
        assert!(done && said.contains("restored up to fact"), "{said}");
        let (whole, said) = doctor(fresh.path());
        assert!(whole, "{said}");
        let facts = count(&database(fresh.path(), "journal.db"), FACTS).await;
        let fixes = count(&database(fresh.path(), "tracks.db"), FIXES).await;
        assert!(
            facts > 2 && (facts, fixes) >= before,
            "{facts} {fixes} after {before:?}"
        );
        assert!(facts <= end, "no more than there was");
        before = (facts, fixes);
        let server = Castellan::start(fresh.path());
        // A rule may go on at once with what was due.
        assert!(server.snapshot().await.seq >= Seq(facts.unsigned_abs()));
        let notes = format!("/api/v1/sites/{SITE}/alarms/{alarm}/notes");
        let notes: Vec<NoteText> = server.get_as("li-na", &notes).await.json();
        assert_eq!(notes[0].text.as_deref(), Some("kept with it"));
    }
    assert!(before.1 > 0, "the last one has positions too");
}

#[tokio::test]
async fn a_restored_backup_behind_a_connected_display_is_not_mixed_with_what_it_knew() {
    let data = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let target = other.path().join("b");
    let server = Castellan::start(data.path());
    for n in 0..3 {
        server.raise(&format!("d-{n:03}"), "e", "loitering").await;
    }
    let (whole, said) = backup(data.path(), &target);
    assert!(whole, "{said}");
    let alarm = server.raise("d-010", "e", "loitering").await;
    server
        .command("li-na", Command::Alarm(AlarmCommand::Claim { alarm }))
        .await;
    let mut ahead = Display::open(&server).await;
    ahead.reach(&server, Seq(6)).await;
    let mut level = Display::open(&server).await;
    level.reach(&server, Seq(6)).await;
    server.stop();
    std::fs::rename(database(data.path(), ""), data.path().join("lost")).unwrap();
    let (done, said) = restore(&target, data.path());
    assert!(done, "{said}");

    let server = Castellan::start(data.path());
    assert_eq!(server.snapshot().await.seq, Seq(4));
    // Its number is ahead of the journal.
    let mut ahead = Display::resume(&server, ahead.replica).await;
    ahead.until(&server, |display| display.snapshots == 1).await;
    ahead.reach(&server, Seq(4)).await;
    assert_eq!(*ahead.replica.view(), server.snapshot().await.view);
    assert!(
        !ahead.replica.view().alarms.contains_key(&alarm),
        "what was lost is not shown"
    );
    // Its number is there again, with another fact.
    server.raise("d-020", "e", "loitering").await;
    let again = server.raise("d-021", "e", "loitering").await;
    assert_eq!(server.snapshot().await.seq, Seq(6));
    let mut level = Display::resume(&server, level.replica).await;
    level.until(&server, |display| display.snapshots == 1).await;
    level.reach(&server, Seq(6)).await;
    ahead.reach(&server, Seq(6)).await;
    let view = server.snapshot().await.view;
    assert_eq!((level.replica.view(), ahead.replica.view()), (&view, &view));
    let judge = Command::Alarm(AlarmCommand::Judge {
        alarm: again,
        verdict: Verdict::Test,
        basis: None,
    });
    assert_eq!(
        server.command("li-na", judge).await.status,
        422,
        "not claimed in this history"
    );
    server.stop();
    // The anchors know what was lost, and that it was lost on purpose.
    let (whole, said) = doctor(data.path());
    assert!(
        whole && said.contains("note: a backup was restored on"),
        "{said}"
    );
    assert!(
        said.contains("what came after fact 4 before that day is not in this journal"),
        "{said}"
    );
}

#[tokio::test]
async fn a_living_record_is_never_overwritten_and_no_target_either() {
    let data = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let target = other.path().join("b");
    let server = Castellan::start(data.path());
    server.raise("d-000", "e", "loitering").await;
    let (made, said) = backup(data.path(), &target);
    assert!(made, "{said}");
    let (done, said) = backup(data.path(), &target);
    assert!(!done && said.contains("is there already"), "{said}");
    let (done, said) = restore(&target, data.path());
    assert!(
        !done && said.contains("another castellan is using"),
        "{said}"
    );
    server.stop();
    let before = std::fs::read(database(data.path(), "journal.db")).unwrap();
    let (done, said) = restore(&target, data.path());
    assert!(
        !done && said.contains("a record is never overwritten"),
        "{said}"
    );
    assert_eq!(
        std::fs::read(database(data.path(), "journal.db")).unwrap(),
        before
    );
    // Not even what is left of one: its log may hold facts.
    let log = database(data.path(), "journal.db-wal");
    std::fs::remove_file(database(data.path(), "journal.db")).unwrap();
    std::fs::write(&log, "facts").unwrap();
    let (done, said) = restore(&target, data.path());
    assert!(done && said.contains("is kept in"), "{said}");
    let kept = std::fs::read_dir(database(data.path(), "set-aside")).unwrap();
    let kept: Vec<_> = kept.flatten().map(|entry| entry.path()).collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(
        std::fs::read(kept[0].join("journal.db-wal")).unwrap(),
        b"facts"
    );
    // A stopped site is copied under its lock.
    std::fs::remove_dir_all(database(data.path(), "")).unwrap();
    assert!(restore(&target, data.path()).0);
    let (done, said) = backup(data.path(), &other.path().join("c"));
    assert!(done && said.contains("2 facts"), "{said}");
    std::fs::create_dir(other.path().join("d.partial")).unwrap();
    let (done, said) = backup(data.path(), &other.path().join("d"));
    assert!(
        !done && said.contains("if a backup broke off there"),
        "{said}"
    );
}

#[tokio::test]
async fn tables_that_lie_are_left_out_of_a_backup_and_cost_none() {
    let data = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let target = other.path().join("b");
    let server = Castellan::start(data.path());
    server.raise("d-000", "e", "loitering").await;
    server.stop();
    let lie = "UPDATE alarms SET repeats = 9";
    alter(&database(data.path(), "tables.db"), lie).await;
    let (made, said) = backup(data.path(), &target);
    assert!(
        made && said.contains("note: the tables cannot be copied or do not hold"),
        "{said}"
    );
    assert!(!target.join("tables.db").exists());
    let fresh = tempfile::tempdir().unwrap();
    let (done, said) = restore(&target, fresh.path());
    assert!(done, "{said}");
    Castellan::start(fresh.path()).stop();
    let (whole, said) = doctor(fresh.path());
    assert!(whole && said.contains("the tables hold 1 alarms"), "{said}");
}

#[tokio::test]
async fn what_is_not_whole_is_no_backup_and_is_not_restored() {
    let data = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let target = other.path().join("b");
    let server = Castellan::start(data.path());
    for n in 0..3 {
        server.raise(&format!("d-{n:03}"), "e", "loitering").await;
    }
    // Tables that are only being begun are left out of a backup.
    eventually("the tables follow", async || {
        let health = server.health().await;
        (health.beside.projected_seq >= health.seq).then_some(())
    })
    .await;
    let (made, said) = backup(data.path(), &target);
    assert!(made, "{said}");
    let flip = "UPDATE facts SET bytes = replace(bytes, 'd-001', 'd-011') WHERE seq = 3";
    let cut = "DELETE FROM facts WHERE seq = 4";
    for statement in [flip, cut] {
        let spoilt = tempfile::tempdir().unwrap();
        let copy = spoilt.path().join("b");
        std::fs::create_dir_all(copy.join("estates")).unwrap();
        for name in ["journal.db", "tracks.db", "tables.db", "backup.json"] {
            std::fs::copy(target.join(name), copy.join(name)).unwrap();
        }
        for estate in std::fs::read_dir(target.join("estates")).unwrap() {
            let estate = estate.unwrap();
            std::fs::copy(estate.path(), copy.join("estates").join(estate.file_name())).unwrap();
        }
        let fresh = tempfile::tempdir().unwrap();
        assert!(restore(&copy, fresh.path()).0, "the copy itself is fine");
        alter(&copy.join("journal.db"), statement).await;
        let fresh = tempfile::tempdir().unwrap();
        let (done, said) = restore(&copy, fresh.path());
        assert!(
            !done && said.contains("nothing was restored"),
            "{statement}: {said}"
        );
        assert!(!database(fresh.path(), "journal.db").exists());
    }
    let fresh = tempfile::tempdir().unwrap();
    let (done, said) = restore(other.path(), fresh.path());
    assert!(!done && said.contains("is no backup of ours"), "{said}");
    // The same values in the same order are no manifest.
    let manifest = target.join("backup.json");
    let said_there = std::fs::read_to_string(&manifest).unwrap();
    let values: serde_json::Value = serde_json::from_str(&said_there).unwrap();
    let names = ["version", "site", "journal", "seq", "hash", "recorded_at"];
    let list = serde_json::json!(names.map(|name| values[name].clone()));
    std::fs::write(&manifest, list.to_string()).unwrap();
    let (done, said) = restore(&target, fresh.path());
    assert!(!done && said.contains("is no backup of ours"), "{said}");
    std::fs::write(&manifest, said_there).unwrap();
    // A record that does not hold is copied all the same, and nobody takes the copy for a backup.
    alter(&database(data.path(), "journal.db"), flip).await;
    let (done, said) = backup(data.path(), &other.path().join("c"));
    assert!(
        !done && said.contains("the hash chain breaks at fact 3"),
        "{said}"
    );
    assert!(said.contains("is no backup") && !other.path().join("c").exists());
    assert!(other.path().join("c.partial").join("journal.db").exists());
    drop(server);
}

/// Why an alarm fired is part of the record, too.
#[tokio::test]
async fn a_backup_has_the_observations_up_to_its_last_whole_line_and_brings_them_back() {
    let data = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    for n in 0..3 {
        server.raise(&format!("d-{n:03}"), "e", "loitering").await;
    }
    eventually("the observations are written", async || {
        (server.health().await.observations.written == 3).then_some(())
    })
    .await;
    let folder = database(data.path(), "observations");
    let yesterday = folder.join("2026-01-01.log");
    let today = std::fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::copy(&today, &yesterday).unwrap();
    let torn = [std::fs::read(&yesterday).unwrap(), b"deadbeef {".to_vec()].concat();
    std::fs::write(&yesterday, torn).unwrap();
    let target = other.path().join("b");
    let (whole, said) = backup(data.path(), &target);
    assert!(
        whole && said.contains("6 observations of 2 days hold"),
        "{said}"
    );
    drop(server);
    let fresh = tempfile::tempdir().unwrap();
    let (done, said) = restore(&target, fresh.path());
    assert!(done, "{said}");
    for path in [&today, &yesterday] {
        let there = database(fresh.path(), "observations").join(path.file_name().unwrap());
        let lines = std::fs::read_to_string(there).unwrap();
        assert_eq!(lines.lines().count(), 3);
        assert!(lines.ends_with('\n') && !lines.contains("deadbeef"));
    }
    // Observations alone are part of a record, too: they are kept, and not overwritten.
    std::fs::remove_dir_all(fresh.path()).unwrap();
    let observations = database(fresh.path(), "observations");
    std::fs::create_dir_all(&observations).unwrap();
    std::fs::write(observations.join("2020-01-01.log"), "words").unwrap();
    let (done, said) = restore(&target, fresh.path());
    assert!(done && said.contains("is kept in"), "{said}");
    let kept = std::fs::read_dir(database(fresh.path(), "set-aside")).unwrap();
    let kept = kept.flatten().next().unwrap().path();
    let kept = kept.join("observations").join("2020-01-01.log");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "words");
}
