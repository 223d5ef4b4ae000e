//! What lies beside the journal: snapshots, tables, words and anchors. All of it may fail, be cut or
//! be gone; the facts go on.

use crate::common::{Castellan, SITE, alter, database, doctor, eventually, open};
use castellan_domain::alarm::{AlarmCommand, NoteCommand, Verdict};
use castellan_domain::command::Command;
use castellan_domain::ids::{AlarmId, Seq};
use castellan_domain::text::Written;
use castellan_domain::wire::api::{AlarmPage, NoteText};
use sqlx::Row as _;
use std::path::{Path, PathBuf};

const ALARMS: &str = "/api/v1/sites/test-1/alarms";

fn snapshots(data: &Path) -> Vec<PathBuf> {
    let folder = database(data, "snapshots");
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

/// Raises an alarm, and closes it.
async fn closed(server: &Castellan, device: &str) -> AlarmId {
    let alarm = server.raise(device, "e", "loitering").await;
    let cleared = server.event(device, "e-2", "loitering", "cleared").await;
    assert_eq!(cleared.status, 200);
    for command in [
        Command::Alarm(AlarmCommand::Claim { alarm }),
        Command::Alarm(AlarmCommand::Judge {
            alarm,
            verdict: Verdict::Test,
            basis: None,
        }),
    ] {
        assert_eq!(server.command("li-na", command).await.status, 200);
    }
    alarm
}

/// Waits until the tables know all facts.
async fn projected(server: &Castellan) -> AlarmPage {
    let head = server.recorded().await.seq;
    eventually("the tables follow", async || {
        let answer = server.get_as("li-na", ALARMS).await;
        let page: Option<AlarmPage> = (answer.status == 200).then(|| answer.json());
        page.filter(|page| page.projected_seq >= head)
    })
    .await
}

#[tokio::test]
async fn a_stop_keeps_a_snapshot_and_the_next_start_goes_on_from_it() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    closed(&server, "d-000").await;
    server.raise("d-001", "e", "loitering").await;
    let before = server.recorded().await;
    server.stop();
    assert_eq!(snapshots(data.path()).len(), 1);
    let mut server = Castellan::start(data.path());
    assert!(
        server.log().contains("snapshot=6 folded=0"),
        "{}",
        server.log()
    );
    assert_eq!(server.recorded().await, before);
    server.raise("d-002", "e", "loitering").await;
    let before = server.recorded().await;
    server.kill();
    let server = Castellan::start(data.path());
    assert!(
        server.log().contains("snapshot=6 folded=1"),
        "{}",
        server.log()
    );
    assert_eq!(server.recorded().await, before);
    server.stop();
    // What does not fit costs only time, and says so.
    for path in snapshots(data.path()) {
        let text = std::fs::read_to_string(&path).unwrap();
        let flipped = text.replacen("\"d-001\"", "\"d-041\"", 1);
        std::fs::write(&path, flipped).unwrap();
    }
    let server = Castellan::start(data.path());
    assert!(
        server.log().contains("snapshot=0 folded=7"),
        "{}",
        server.log()
    );
    assert!(server.log().contains("a snapshot is thrown away"));
    assert_eq!(server.recorded().await.view, before.view);
    assert_eq!(server.health().await.chain_broken_at, None);
}

#[tokio::test]
async fn alarms_of_all_days_are_read_in_pages() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let first = closed(&server, "d-000").await;
    for n in 1..5 {
        server.raise(&format!("d-{n:03}"), "e", "loitering").await;
    }
    let all = projected(&server).await;
    assert_eq!((all.alarms.len(), all.before), (5, None));
    let row = all.alarms.last().unwrap();
    let live = server.recorded().await.view;
    let alarm = &live.alarms[&first];
    assert_eq!(
        (row.id, row.version, row.raised_at),
        (first, alarm.version, alarm.raised_at)
    );
    assert_eq!(row.claimed.as_ref().unwrap().by.as_str(), "li-na");
    let judged = row.judged.as_ref().unwrap();
    assert_eq!(
        (judged.verdict, row.closed_at),
        (Verdict::Test, Some(judged.at))
    );
    let page: AlarmPage = server
        .get_as("li-na", &format!("{ALARMS}?limit=2"))
        .await
        .json();
    assert_eq!(page.alarms, all.alarms[..2]);
    let next = page.before.expect("there is more");
    let page: AlarmPage = server
        .get_as("li-na", &format!("{ALARMS}?limit=3&before={next}"))
        .await
        .json();
    assert_eq!(
        (page.alarms.as_slice(), page.before),
        (&all.alarms[2..], None)
    );
    for wrong in [
        "?limit=0",
        "?limit=201",
        "?limit=x",
        "?before=7",
        "?befor=A-7",
        "?limit=-1",
    ] {
        let answer = server.get_as("li-na", &format!("{ALARMS}{wrong}")).await;
        assert_eq!(
            (answer.status, answer.error().code.as_str()),
            (400, "malformed"),
            "{wrong}"
        );
    }
    assert_eq!(
        server
            .get_as("li-na", "/api/v1/sites/other/alarms")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn tables_that_cannot_be_written_cost_no_fact_and_catch_up() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    projected(&server).await;
    let tables = database(data.path(), "tables.db");
    let fail =
        "CREATE TRIGGER fail BEFORE INSERT ON alarms BEGIN SELECT RAISE(ABORT, 'disk full'); END";
    alter(&tables, fail).await;
    for n in 0..3 {
        server.raise(&format!("d-{n:03}"), "e", "loitering").await;
    }
    let fault = eventually("it says so", async || server.health().await.beside.fault).await;
    assert!(
        fault.contains("disk full") && fault.contains("No fact is at stake"),
        "{fault}"
    );
    let health = server.health().await;
    assert_eq!((health.seq, health.not_recording_since), (Seq(4), None));
    let page: AlarmPage = server.get_as("li-na", ALARMS).await.json();
    assert_eq!(
        (page.projected_seq, page.alarms.len()),
        (Seq(1), 0),
        "it says how far it is"
    );
    alter(&tables, "DROP TRIGGER fail").await;
    assert_eq!(projected(&server).await.alarms.len(), 3);
    assert_eq!(server.health().await.beside.fault, None);
}

#[tokio::test]
async fn tables_that_are_gone_or_of_another_version_are_folded_anew() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    closed(&server, "d-000").await;
    let before = projected(&server).await;
    server.stop();
    let tables = database(data.path(), "tables.db");
    for n in 0..3 {
        match n {
            0 => alter(&tables, "UPDATE meta SET value = '0' || value").await,
            1 => std::fs::remove_file(&tables).unwrap(),
            _ => {
                let garbage = "not a database, and long enough to look like one";
                std::fs::write(&tables, garbage).unwrap();
            }
        }
        let server = Castellan::start(data.path());
        assert_eq!(projected(&server).await, before, "{n}");
        server.stop();
    }
}

#[tokio::test]
async fn words_that_had_their_time_are_erased_and_the_chain_still_holds() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let alarm = server.raise("d-000", "e", "loitering").await;
    for text in ["深色外套,向北", "a second note"] {
        let text = Written::new(text).unwrap();
        let noted = server
            .command("li-na", Command::Note(NoteCommand::Note { alarm, text }))
            .await;
        assert_eq!(noted.status, 200);
    }
    let path = format!("{ALARMS}/{alarm}/notes");
    let notes: Vec<NoteText> = server.get_as("li-na", &path).await.json();
    assert!(
        notes
            .iter()
            .all(|note| note.text.is_some() && note.erased_at.is_none())
    );
    let journal = database(data.path(), "journal.db");
    let row = sqlx::query("SELECT MIN(expires_at - created_at), MIN(purpose) FROM personal")
        .fetch_one(&mut open(&journal).await)
        .await
        .unwrap();
    assert_eq!(row.get::<i64, _>(0), 365 * 24 * 3_600 * 1_000_000);
    assert_eq!(row.get::<String, _>(1), "note");
    server.stop();
    alter(
        &journal,
        "UPDATE personal SET expires_at = created_at + 1 WHERE content LIKE '深%'",
    )
    .await;
    let server = Castellan::start(data.path());
    let notes = eventually("the first note is erased", async || {
        let notes: Vec<NoteText> = server.get_as("li-na", &path).await.json();
        notes
            .iter()
            .any(|note| note.text.is_none())
            .then_some(notes)
    })
    .await;
    let erased: Vec<_> = notes
        .iter()
        .filter(|note| note.erased_at.is_some())
        .collect();
    assert_eq!((notes.len(), erased.len()), (2, 1), "and only that one");
    assert_eq!(erased[0].text, None);
    assert!(server.health().await.at >= erased[0].erased_at.unwrap());
    server.stop();
    for file in ["journal.db", "journal.db-wal"] {
        let bytes = std::fs::read(database(data.path(), file)).unwrap_or_default();
        let words = "深色外套".as_bytes();
        assert!(
            !bytes.windows(words.len()).any(|part| part == words),
            "left in {file}"
        );
    }
    let (whole, said) = doctor(data.path());
    assert!(
        whole && said.contains("2 words beside the facts (1 erased)"),
        "{said}"
    );
}

#[tokio::test]
async fn a_journal_of_another_castellan_is_refused_with_a_sentence_and_left_as_it_is() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    server.raise("d-000", "e", "loitering").await;
    let before = server.recorded().await;
    server.stop();
    let journal = database(data.path(), "journal.db");
    let folder = crate::common::text(data.path());
    let estate = crate::common::estate();
    let estate = crate::common::text(&estate);
    let serve = [
        "serve",
        "--data",
        folder,
        "--estate",
        estate,
        "--listen",
        "127.0.0.1:0",
    ];
    for (statement, expected) in [
        (
            "UPDATE meta SET value = '5' WHERE key = 'schema'",
            "a newer Castellan wrote this journal (schema 5)",
        ),
        (
            "UPDATE meta SET value = '2' WHERE key = 'schema'",
            "an older Castellan wrote this journal (schema 2)",
        ),
        (
            "DELETE FROM meta WHERE key = 'schema'",
            "an older Castellan wrote this journal (schema 1)",
        ),
    ] {
        alter(&journal, statement).await;
        let output = crate::common::run(&serve);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.contains(expected),
            "{said}"
        );
        let (whole, said) = doctor(data.path());
        assert!(!whole && said.contains(expected), "{said}");
    }
    let as_it_was = "INSERT INTO meta (key, value) VALUES ('schema', '4')";
    alter(&journal, as_it_was).await;
    let server = Castellan::start(data.path());
    assert_eq!(server.recorded().await, before);
}

#[tokio::test]
async fn the_head_of_the_chain_is_written_elsewhere_each_day_and_at_a_stop() {
    let data = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let anchors = crate::common::text(elsewhere.path());
    let start = || {
        Castellan::start_with(
            data.path(),
            &crate::common::estate(),
            &["--anchors", anchors],
        )
    };
    let file = elsewhere.path().join("test-1.log");
    let lines = || std::fs::read_to_string(&file).unwrap_or_default();
    let server = start();
    eventually("the day's anchor", async || {
        (!lines().is_empty()).then_some(())
    })
    .await;
    assert!(!data.path().join("anchors").exists());
    server.raise("d-000", "e", "loitering").await;
    let head = server.recorded().await;
    assert_eq!(lines().lines().count(), 1, "one a day");
    server.stop();
    let written = lines();
    let last: Vec<&str> = written.lines().last().unwrap().split(' ').collect();
    let (journal, hash) = (head.journal.0.to_string(), head.hash.to_string());
    assert_eq!(last[1..], ["stop", "2", &hash, &journal]);
    start().stop();
    assert_eq!(lines(), written, "nothing new, nothing to anchor");
    // A day later.
    let earlier = |lines: &str| {
        let lines = lines
            .lines()
            .map(|line| line.replacen("20", "19", 1) + "\n");
        lines.collect::<String>()
    };
    std::fs::write(&file, earlier(&written)).unwrap();
    let server = start();
    eventually("the next day's anchor", async || {
        (lines().lines().count() == 3).then_some(())
    })
    .await;
    assert_eq!(server.health().await.beside.anchored_seq, Seq(2));
    server.stop();
    // Somebody puts another file in its place while the server runs: it is told and left alone.
    let server = start();
    eventually("it looked at its anchors", async || {
        (server.health().await.beside.anchored_seq == Seq(2)).then_some(())
    })
    .await;
    let other = written.replace(&journal, &uuid::Uuid::new_v4().to_string());
    std::fs::write(&file, earlier(&other)).unwrap();
    server.stop();
    assert_eq!(lines(), earlier(&other));
    // Where it cannot be written, it is said, and nothing else suffers.
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let server = start();
    let fault = eventually("it says so", async || server.health().await.beside.fault).await;
    assert!(fault.contains("cannot be anchored"), "{fault}");
    server.raise("d-001", "e", "loitering").await;
}

/// Where the rows of a table begin in its file.
async fn root_of(tables: &Path, table: &str) -> u64 {
    let mut db = open(tables).await;
    let row = sqlx::query("SELECT rootpage FROM sqlite_master WHERE name = $1");
    let row = row.bind(table.to_owned()).fetch_one(&mut db).await;
    let page: i64 = row.expect("the table").get(0);
    sqlx::Connection::close(db).await.expect("it closes");
    u64::try_from(page - 1).expect("a page") * 4_096
}

/// A page that is found damaged when it is written to, long after the start.
#[tokio::test]
async fn tables_that_are_damaged_inside_are_folded_anew_while_the_server_runs() {
    use std::os::unix::fs::FileExt as _;
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    server.raise("d-000", "e", "loitering").await;
    server.stop();
    let tables = database(data.path(), "tables.db");
    alter(&tables, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    let at = root_of(&tables, "alarms").await;
    let file = std::fs::File::options().write(true).open(&tables).unwrap();
    file.write_all_at(&[0x55; 4_096], at).unwrap();
    let server = Castellan::start(data.path());
    server.raise("d-001", "e", "loitering").await;
    eventually("they are folded anew", async || {
        let beside = server.health().await.beside;
        (beside.fault.is_none() && beside.projected_seq == Seq(3)).then_some(())
    })
    .await;
    assert!(
        server.log().contains("the tables are damaged"),
        "{}",
        server.log()
    );
    server.stop();
    let (whole, said) = doctor(data.path());
    assert!(whole && said.contains("the tables hold 2 alarms"), "{said}");
}

/// A page that was here before fetches no estate again: its name says what is in it.
#[tokio::test]
async fn an_estate_document_may_be_kept_for_ever_and_whatever_changes_may_not() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let hash = server.recorded().await.view.estate.expect("an estate");
    let answer = server
        .get(&format!("/api/v1/sites/{SITE}/estates/{hash}"))
        .await;
    assert_eq!(answer.status, 200);
    let kept = "public, max-age=31536000, immutable";
    assert_eq!(answer.header("cache-control"), Some(kept));
    for path in [
        format!("/api/v1/sites/{SITE}/estates/0000"),
        format!("/api/v1/sites/{SITE}/snapshot"),
        format!("/api/v1/sites/{SITE}/health"),
    ] {
        let header = server.get_as("li-na", &path).await;
        let header = header.header("cache-control").unwrap_or_default();
        assert!(!header.contains("immutable"), "{path}: {header}");
    }
}
