//! Where the journal is missing, empty, older or another one beside what tells of a record, nothing is
//! begun over it: a start is refused with what was found and the ways out, and nothing is deleted.

use crate::common::{
    Castellan, SITE, alter, database, doctor, estate, eventually, now_s, open, run, text,
};
use castellan_domain::ids::Seq;
use sha2::{Digest as _, Sha256};
use sqlx::Row as _;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

/// A stopped site with two facts, a position, and everything that follows from them.
async fn recorded() -> tempfile::TempDir {
    let data = tempfile::tempdir().expect("a folder");
    let server = Castellan::start(data.path());
    server.raise("d-000", "e", "loitering").await;
    assert_eq!(server.position("phone-1", now_s(), 5).await.status, 200);
    server.stop();
    let observations = database(data.path(), "observations");
    eventually("the observation is written", async || {
        let mut days = std::fs::read_dir(&observations).expect("the log").flatten();
        let written = days.any(|day| day.metadata().is_ok_and(|file| file.len() > 0));
        written.then_some(())
    })
    .await;
    data
}

pub(crate) fn said(output: &Output) -> String {
    let said = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}

/// Starts a server that must not come up.
fn refused(data: &Path, more: &[&str]) -> String {
    let estate = estate();
    let start = ["serve", "--data", text(data), "--listen", "127.0.0.1:0"];
    let start = [&start[..], &["--estate", text(&estate)], more].concat();
    let output = run(&start);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    said(&output)
}

/// Every file with its bytes, but not what SQLite keeps for readers alone.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.is_file() && !text(&path).ends_with("-shm") {
            found.insert(path.clone(), std::fs::read(path).expect("its bytes"));
        }
    }
    found
}

/// All that was there is there with the same bytes.
fn untouched(before: &BTreeMap<PathBuf, Vec<u8>>, data: &Path) {
    let after = files(data);
    for (path, bytes) in before {
        assert!(
            after.get(path) == Some(bytes),
            "{} is not what it was",
            path.display()
        );
    }
}

/// The one folder in which a start has set something aside.
fn set_aside(data: &Path) -> PathBuf {
    let folders = std::fs::read_dir(database(data, "set-aside")).expect("a folder");
    let folders: Vec<_> = folders.flatten().map(|entry| entry.path()).collect();
    assert_eq!(folders.len(), 1, "{folders:?}");
    folders[0].clone()
}

/// Without its log, so that the file alone is the journal.
pub(crate) async fn settle(journal: &Path) {
    alter(journal, "PRAGMA wal_checkpoint(TRUNCATE)").await;
}

#[derive(Debug, Clone, Copy)]
enum Lost {
    File,
    Bytes,
    Tables,
    Facts,
}

async fn lose(journal: &Path, how: Lost) {
    settle(journal).await;
    match how {
        Lost::File => std::fs::remove_file(journal).expect("it goes"),
        Lost::Bytes => std::fs::write(journal, "").expect("it is emptied"),
        Lost::Facts => alter(journal, "DELETE FROM facts").await,
        Lost::Tables => {
            std::fs::remove_file(journal).expect("it goes");
            std::fs::write(journal, "").expect("a file");
            alter(journal, "CREATE TABLE words (of BIGINT)").await;
        }
    }
}

#[tokio::test]
async fn a_journal_without_facts_beside_a_record_is_no_first_start() {
    for how in [Lost::File, Lost::Bytes, Lost::Tables, Lost::Facts] {
        let data = recorded().await;
        let data = data.path();
        lose(&database(data, "journal.db"), how).await;
        let before = files(data);
        let said = refused(data, &[]);
        for words in [
            "there is no fact in",
            "an anchor of",
            "a snapshot of fact 2",
            "tables.db, which knows fact 2",
            "positions in tracks.db",
            "observations that name facts",
            "castellan doctor",
            "castellan restore",
            "castellan serve --begin-anew",
        ] {
            assert!(said.contains(words), "{how:?}: {words:?} is not in: {said}");
        }
        let (whole, told) = doctor(data);
        assert!(
            !whole && told.contains("FAULT: there is no fact in"),
            "{told}"
        );
        untouched(&before, data);

        let server = Castellan::start_with(data, &estate(), &["--begin-anew"]);
        assert!(
            server.log().contains("a new record is begun, as asked"),
            "{}",
            server.log()
        );
        assert_eq!(server.snapshot().await.view.alarms.len(), 0);
        let kept = set_aside(data);
        let named = server.health().await.files_set_aside;
        assert_eq!(
            named,
            [kept.file_name().expect("a name").to_str().expect("UTF-8")]
        );
        server.raise("d-001", "e", "loitering").await;
        server.stop();
        for (path, bytes) in &before {
            let Ok(part) = path.strip_prefix(database(data, "")) else {
                continue;
            };
            if part != Path::new("lock") {
                let kept = std::fs::read(kept.join(part)).expect("it is kept");
                assert!(kept == *bytes, "{} is not what it was", part.display());
            }
        }
        let (whole, told) = doctor(data);
        assert!(
            whole && told.contains("note: a new record was begun on"),
            "{told}"
        );
        // Left in a unit file the argument costs nothing.
        let server = Castellan::start_with(data, &estate(), &["--begin-anew"]);
        assert_eq!(server.snapshot().await.view.alarms.len(), 1);
        assert!(
            server.log().contains("leave out --begin-anew"),
            "{}",
            server.log()
        );
        server.stop();
        set_aside(data);
    }
}

#[tokio::test]
async fn each_thing_that_tells_of_a_record_is_enough() {
    let data = recorded().await;
    let data = data.path();
    lose(&database(data, "journal.db"), Lost::File).await;
    for name in ["tables.db", "tracks.db"] {
        settle(&database(data, name)).await;
    }
    let anchors = data.join("anchors").join(format!("{SITE}.log"));
    let parts =
        ["snapshots", "tables.db", "tracks.db", "observations"].map(|name| database(data, name));
    let away = tempfile::tempdir_in(data).expect("a folder");
    let place = |path: &Path| away.path().join(path.file_name().expect("a name"));
    let all: Vec<_> = parts.iter().chain([&anchors]).collect();
    for path in &all {
        std::fs::rename(path, place(path)).expect("moved away");
    }
    for (path, words) in all.iter().zip([
        "a snapshot of fact",
        "tables.db, which knows",
        "positions in tracks.db",
        "observations that name facts",
        "an anchor of",
    ]) {
        std::fs::rename(place(path), path).expect("moved back");
        let said = refused(data, &[]);
        assert!(said.contains(words), "{words:?} is not in: {said}");
        std::fs::rename(path, place(path)).expect("moved away");
    }
    // With none of them it is a first start.
    Castellan::start(data).stop();
    assert!(!database(data, "set-aside").exists());
}

#[tokio::test]
async fn a_log_without_its_journal_is_kept_and_comes_back_with_it() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Castellan::start(data.path());
    let alarm = server.raise("d-000", "e", "loitering").await;
    server.kill();
    let (journal, away) = (
        database(data.path(), "journal.db"),
        data.path().join("away"),
    );
    let log = database(data.path(), "journal.db-wal");
    let facts = std::fs::read(&log).unwrap();
    assert!(!facts.is_empty());
    for emptied in [false, true] {
        std::fs::rename(&journal, &away).unwrap();
        if emptied {
            std::fs::write(&journal, "").unwrap();
        }
        let said = refused(data.path(), &[]);
        assert!(said.contains("lies there without its journal"), "{said}");
        assert!(!doctor(data.path()).0);
        assert_eq!(
            std::fs::read(&log).unwrap(),
            facts,
            "SQLite would delete it"
        );
        std::fs::rename(&away, &journal).unwrap();
    }
    let server = Castellan::start(data.path());
    assert!(server.snapshot().await.view.alarms.contains_key(&alarm));
}

#[tokio::test]
async fn an_older_copy_of_the_journal_is_refused_and_may_stay_if_it_is_all_there_is() {
    let data = recorded().await;
    let other = tempfile::tempdir().unwrap();
    let (journal, old) = (
        database(data.path(), "journal.db"),
        other.path().join("old.db"),
    );
    settle(&journal).await;
    std::fs::copy(&journal, &old).unwrap();
    let server = Castellan::start(data.path());
    server.raise("d-001", "e", "loitering").await;
    server.stop();
    settle(&journal).await;
    std::fs::copy(&old, &journal).unwrap();
    let before = files(data.path());
    let said = refused(data.path(), &[]);
    assert!(
        said.contains("ends at fact 2, but there is an anchor of"),
        "{said}"
    );
    let (whole, told) = doctor(data.path());
    assert!(
        !whole && told.contains("FAULT: the journal") && told.contains("older copy"),
        "{told}"
    );
    // The anchors are not the only ones to know.
    let anchors = data.path().join("anchors");
    std::fs::rename(&anchors, other.path().join("anchors")).unwrap();
    let said = refused(data.path(), &[]);
    assert!(
        said.contains("ends at fact 2, but there is a snapshot of fact 3"),
        "{said}"
    );
    std::fs::rename(other.path().join("anchors"), &anchors).unwrap();
    untouched(&before, data.path());

    // As the sentence says: a backup of it, the folder moved away, the backup brought back.
    let target = other.path().join("backup");
    let made = run(&["backup", "--data", text(data.path()), text(&target)]);
    assert!(made.status.success(), "{}", self::said(&made));
    std::fs::rename(database(data.path(), ""), other.path().join("site")).unwrap();
    let back = run(&["restore", "--data", text(data.path()), text(&target)]);
    assert!(back.status.success(), "{}", self::said(&back));
    let server = Castellan::start(data.path());
    assert_eq!(server.snapshot().await.seq, Seq(2));
    server.stop();
    let (whole, told) = doctor(data.path());
    assert!(whole && told.contains("a backup was restored on"), "{told}");
}

#[tokio::test]
async fn the_journal_of_another_beginning_or_of_another_site_is_refused() {
    let (data, other) = (recorded().await, recorded().await);
    let journal = database(data.path(), "journal.db");
    for path in [&journal, &database(other.path(), "journal.db")] {
        settle(path).await;
    }
    std::fs::copy(database(other.path(), "journal.db"), &journal).unwrap();
    let said = refused(data.path(), &[]);
    assert!(
        said.contains("is another one than before: there is an anchor of"),
        "{said}"
    );
    let (whole, told) = doctor(data.path());
    assert!(!whole && told.contains("FAULT: the journal"), "{told}");

    let estate = other.path().join("estate.json");
    let document = std::fs::read_to_string(crate::common::estate()).unwrap();
    let site = format!("\"site\": \"{SITE}\"");
    assert!(document.contains(&site));
    std::fs::write(&estate, document.replace(&site, "\"site\": \"test-2\"")).unwrap();
    let folder = database(other.path(), "");
    std::fs::rename(&folder, folder.with_file_name("test-2")).unwrap();
    let output = run(&[
        "serve",
        "--data",
        text(other.path()),
        "--estate",
        text(&estate),
        "--listen",
        "127.0.0.1:0",
        "--begin-anew",
    ]);
    assert_eq!(output.status.code(), Some(1));
    let said = self::said(&output);
    assert!(said.contains(&format!("is of the site {SITE}")), "{said}");
}

#[tokio::test]
async fn a_restore_sets_aside_what_is_left_of_a_record_without_facts() {
    let data = recorded().await;
    let other = tempfile::tempdir().unwrap();
    let target = other.path().join("backup");
    let made = run(&["backup", "--data", text(data.path()), text(&target)]);
    assert!(made.status.success(), "{}", said(&made));
    lose(&database(data.path(), "journal.db"), Lost::Bytes).await;
    let before = files(&database(data.path(), "snapshots"));
    assert_eq!(before.len(), 1);
    let back = run(&["restore", "--data", text(data.path()), text(&target)]);
    assert!(back.status.success(), "{}", said(&back));
    assert!(said(&back).contains("is kept in"), "{}", said(&back));
    let kept = files(&set_aside(data.path()).join("snapshots"));
    assert!(kept.values().eq(before.values()));
    let server = Castellan::start(data.path());
    assert_eq!(server.snapshot().await.view.alarms.len(), 1);
}

/// Adds a fact of a kind that is not known here, chained as a newer Castellan would.
async fn from_the_future(journal: &Path) {
    let mut db = open(journal).await;
    let row =
        sqlx::query("SELECT seq, recorded_at, bytes, hash FROM facts ORDER BY seq DESC LIMIT 1");
    let row = row.fetch_one(&mut db).await.expect("a fact");
    let (seq, at): (i64, i64) = (row.get(0), row.get(1));
    let (bytes, mut link): (String, Vec<u8>) = (row.get(2), row.get(3));
    for seq in [seq + 1, seq + 2] {
        let mut fact: serde_json::Value = serde_json::from_str(&bytes).expect("a fact");
        fact["seq"] = seq.into();
        fact["kind"] = "lamp_switched".into();
        let bytes = fact.to_string();
        link.extend_from_slice(bytes.as_bytes());
        link = Sha256::digest(&link).to_vec();
        sqlx::query("INSERT INTO facts (seq, recorded_at, bytes, hash) VALUES ($1, $2, $3, $4)")
            .bind(seq)
            .bind(at)
            .bind(bytes)
            .bind(&link)
            .execute(&mut db)
            .await
            .expect("it is written");
    }
    sqlx::Connection::close(db).await.expect("it closes");
}

#[tokio::test]
async fn a_record_of_a_newer_castellan_is_not_called_damaged() {
    let data = recorded().await;
    let journal = database(data.path(), "journal.db");
    from_the_future(&journal).await;
    for more in [[].as_slice(), &["--begin-anew"]] {
        let said = refused(data.path(), more);
        assert!(
            said.contains("this Castellan is older than the record: fact 3")
                && said.contains("lamp_switched version 1")
                && said.contains("Start the newer Castellan"),
            "{said}"
        );
        assert!(!said.contains("castellan doctor"), "{said}");
    }
    let (whole, told) = doctor(data.path());
    assert!(!whole && told.matches("FAULT").count() == 1, "{told}");
    assert!(
        told.contains("Nothing is damaged. Start the newer Castellan"),
        "{told}"
    );
    assert!(
        told.contains("note: 2 facts are of a newer Castellan"),
        "{told}"
    );
    alter(&journal, "DELETE FROM facts WHERE seq > 2").await;
    alter(
        &journal,
        "UPDATE meta SET value = '99' WHERE key = 'schema'",
    )
    .await;
    let said = refused(data.path(), &["--begin-anew"]);
    assert!(
        said.contains("schema 99") && said.contains("Start the newer"),
        "{said}"
    );
    let (whole, told) = doctor(data.path());
    assert!(
        !whole && told.contains("Start the newer Castellan"),
        "{told}"
    );
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_may_be_set_aside_on_purpose() {
    let data = recorded().await;
    let journal = database(data.path(), "journal.db");
    settle(&journal).await;
    let damaged = "this is no database, but long enough to be one".repeat(99);
    std::fs::write(&journal, &damaged).unwrap();
    let said = refused(data.path(), &[]);
    assert!(
        said.contains("the journal cannot be read") && said.contains("--begin-anew"),
        "{said}"
    );
    let server = Castellan::start_with(data.path(), &estate(), &["--begin-anew"]);
    server.raise("d-001", "e", "loitering").await;
    let kept = std::fs::read_to_string(set_aside(data.path()).join("journal.db")).unwrap();
    assert_eq!(kept, damaged);
}

#[tokio::test]
async fn a_journal_that_lacks_a_table_is_refused() {
    let data = recorded().await;
    alter(&database(data.path(), "journal.db"), "DROP TABLE personal").await;
    let said = refused(data.path(), &[]);
    assert!(said.contains("has lost its table personal"), "{said}");
    let (whole, told) = doctor(data.path());
    assert!(
        !whole && told.contains("has lost its table personal"),
        "{told}"
    );
}
