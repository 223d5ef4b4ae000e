//! The doctor finds what was cut, flipped, lost or rewritten, says where and what to do, stopped and
//! running alike, and mends what may be mended.

use crate::common::{Castellan, SITE, alter, database, doctor, open, run, text};
use castellan_domain::alarm::{AlarmCommand, NoteCommand};
use castellan_domain::command::Command;
use castellan_domain::text::Written;
use sha2::{Digest as _, Sha256};
use sqlx::Row as _;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// A stopped site with seven facts, one of them a note.
async fn stopped() -> tempfile::TempDir {
    let data = tempfile::tempdir().expect("a folder");
    let server = Castellan::start(data.path());
    let mut alarm = None;
    for n in 0..4 {
        alarm = Some(server.raise(&format!("d-{n:03}"), "e", "loitering").await);
    }
    let alarm = alarm.expect("an alarm");
    let text = Written::new("words").expect("it fits");
    for command in [
        Command::Alarm(AlarmCommand::Claim { alarm }),
        Command::Note(NoteCommand::Note { alarm, text }),
    ] {
        assert_eq!(server.command("li-na", command).await.status, 200);
    }
    server.stop();
    let (whole, said) = doctor(data.path());
    assert!(
        whole && said.contains("7 facts, numbered without a gap, the chain holds"),
        "{said}"
    );
    assert!(
        said.contains("1 snapshots, 1 estate documents, 1 words beside the facts (0 erased)"),
        "{said}"
    );
    assert!(
        said.contains("the tables hold 4 alarms up to fact 7 of 7"),
        "{said}"
    );
    data
}

fn expect(data: &Path, naming: &[&str]) {
    let (whole, said) = doctor(data);
    assert!(!whole, "{naming:?}: {said}");
    for words in naming {
        assert!(said.contains(words), "{words:?} is not in: {said}");
    }
}

/// Starts a server that must not come up.
fn refused(data: &Path) -> String {
    let (data, estate) = (text(data), crate::common::estate());
    let estate = text(&estate);
    let output = run(&[
        "serve",
        "--data",
        data,
        "--estate",
        estate,
        "--listen",
        "127.0.0.1:0",
    ]);
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn rebuild(data: &Path) -> (bool, String) {
    let output = run(&["doctor", "--rebuild", "--data", text(data)]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), said)
}

#[tokio::test]
async fn what_is_cut_flipped_or_missing_in_the_journal_is_named() {
    for (statement, naming) in [
        (
            "UPDATE facts SET bytes = substr(bytes, 1, 40) WHERE seq = 4",
            ["chain breaks at fact 4", "FAULT"],
        ),
        (
            "UPDATE facts SET bytes = replace(bytes, 'd-002', 'd-012') WHERE seq = 4",
            ["chain breaks at fact 4", "compare"],
        ),
        (
            "UPDATE facts SET hash = x'01' WHERE seq = 4",
            ["a hash at fact 4", "nothing after fact 0 was examined"],
        ),
        (
            "DELETE FROM facts WHERE seq BETWEEN 3 AND 5",
            ["facts 3 to 5 are missing", "restore the last backup"],
        ),
        (
            "DELETE FROM facts WHERE seq = 1",
            ["fact 1 is missing", "restore the last backup"],
        ),
        (
            "DELETE FROM facts WHERE seq > 5",
            ["ends at fact 5, but there is an anchor of", "knows fact 7"],
        ),
        (
            "UPDATE personal SET content = 'other words'",
            ["of fact 7 are not those that were written", "compare"],
        ),
        (
            "DELETE FROM personal",
            [
                "of fact 7 are gone, and nobody erased them",
                "copy them from there",
            ],
        ),
    ] {
        let data = stopped().await;
        alter(&database(data.path(), "journal.db"), statement).await;
        expect(data.path(), &naming);
    }
}

#[tokio::test]
async fn a_file_that_was_cut_or_has_a_flipped_byte_is_named_and_nothing_panics() {
    let data = stopped().await;
    let journal = database(data.path(), "journal.db");
    alter(&journal, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    let whole = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, &whole[..whole.len() / 2]).unwrap();
    expect(
        data.path(),
        &["FAULT", "journal", "restore the last backup"],
    );
    let said = refused(data.path());
    assert!(said.contains("Run `castellan doctor`"), "{said}");
    std::fs::write(&journal, &whole[..whole.len() - 1_000]).unwrap();
    expect(
        data.path(),
        &["FAULT", "journal", "restore the last backup"],
    );
    std::fs::write(&journal, b"").unwrap();
    expect(data.path(), &["FAULT", "journal"]);
    // One bit, in the middle of a fact's bytes as they lie in the file.
    let mut flipped = whole.clone();
    let fact: &[u8] = b"\"device\":\"d-002\"";
    let at = whole
        .windows(fact.len())
        .position(|part| part == fact)
        .unwrap();
    flipped[at + fact.len() - 2] ^= 1;
    std::fs::write(&journal, &flipped).unwrap();
    expect(data.path(), &["the hash chain breaks at fact 4"]);
    std::fs::write(&journal, &whole).unwrap();
    assert!(doctor(data.path()).0);
}

/// Somebody changes a fact and computes the chain anew: only what was anchored elsewhere tells.
async fn rewrite(journal: &Path, from: i64) {
    let mut db = open(journal).await;
    let rows = sqlx::query("SELECT seq, bytes, hash FROM facts ORDER BY seq")
        .fetch_all(&mut db)
        .await
        .expect("the facts");
    let mut link: Vec<u8> = Vec::new();
    for row in rows {
        let (seq, mut bytes): (i64, String) = (row.get(0), row.get(1));
        if seq < from {
            link = row.get(2);
            continue;
        }
        bytes = bytes.replace("d-002", "d-012");
        link.extend_from_slice(bytes.as_bytes());
        link = Sha256::digest(&link).to_vec();
        sqlx::query("UPDATE facts SET bytes = $1, hash = $2 WHERE seq = $3")
            .bind(&bytes)
            .bind(&link)
            .bind(seq)
            .execute(&mut db)
            .await
            .expect("it is rewritten");
    }
}

#[tokio::test]
async fn a_journal_that_was_rewritten_or_exchanged_is_found_by_its_anchors() {
    let data = stopped().await;
    rewrite(&database(data.path(), "journal.db"), 4).await;
    expect(
        data.path(),
        &["the journal was rewritten", "knows another fact 7"],
    );
    let anchors = data.path().join("anchors").join("test-1.log");
    let kept = std::fs::read_to_string(&anchors).unwrap();
    std::fs::remove_file(&anchors).unwrap();
    let (whole, said) = rebuild(data.path());
    assert!(whole, "the chain alone proves nothing here: {said}");
    assert!(said.contains("note: there are no anchors in"), "{said}");
    std::fs::write(&anchors, kept).unwrap();
    // Another one in its place, begun where the anchors could not be seen.
    std::fs::remove_dir_all(database(data.path(), "")).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let begun = ["--anchors", text(elsewhere.path())];
    Castellan::start_with(data.path(), &crate::common::estate(), &begun).stop();
    expect(
        data.path(),
        &["is another one than before", "Put the right one back"],
    );
}

#[tokio::test]
async fn a_lost_or_changed_estate_document_is_named() {
    let data = stopped().await;
    let folder = database(data.path(), "estates");
    let path = std::fs::read_dir(folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, [whole.as_slice(), b" "].concat()).unwrap();
    expect(
        data.path(),
        &["is not what its name says", "Bring it back from a backup"],
    );
    std::fs::remove_file(&path).unwrap();
    expect(
        data.path(),
        &["of fact 1 cannot be read", "Bring it back from a backup"],
    );
}

#[tokio::test]
async fn tables_and_snapshots_that_lie_are_found_and_mended_stopped_or_running() {
    let data = stopped().await;
    let tables = database(data.path(), "tables.db");
    let lie = [
        "UPDATE alarms SET repeats = repeats + 1 WHERE id = 2",
        "DELETE FROM alarms WHERE id = 2",
        "INSERT INTO alarms SELECT 99, type, priority, source, place, occurred_at, raised_at, claimed_by,
            claimed_at, verdict, judged_by, judged_at, closed_at, times_overdue, repeats, notes, version,
            drill
            FROM alarms WHERE id = 2",
        "DELETE FROM steps WHERE matter = 'A-2'",
        "INSERT INTO steps SELECT 'A-99', seq, step FROM steps WHERE matter = 'A-2'",
        "UPDATE steps SET step = replace(step, 'device', 'person') WHERE matter = 'A-2'",
    ];
    for (index, statement) in lie.into_iter().enumerate() {
        alter(&tables, statement).await;
        expect(data.path(), &["the tables do not say of A-", "--rebuild"]);
        if index == 0 {
            let server = Castellan::start(data.path());
            expect(data.path(), &["the tables do not say of A-2", "--rebuild"]);
            let (whole, said) = rebuild(data.path());
            assert!(whole, "{said}");
            assert_eq!(server.health().await.beside.projected_seq.0, 7);
            server.stop();
        } else {
            let (whole, said) = rebuild(data.path());
            assert!(whole && said.contains("the tables hold 4 alarms"), "{said}");
        }
    }
    // A snapshot whose own digest is right, and which is not what the facts come to.
    let snapshot = || {
        let folder = database(data.path(), "snapshots");
        std::fs::read_dir(folder)
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path()
    };
    let whole = std::fs::read_to_string(snapshot()).unwrap();
    let (stamp, body) = whole.split_once('\n').unwrap();
    let lie = body.replacen("\"repeats\":0", "\"repeats\":7", 1);
    let digest = |body: &str| {
        let digest = Sha256::digest(body.as_bytes());
        digest
            .iter()
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    };
    assert!(stamp.contains(&digest(body)) && lie != body);
    let stamp = stamp.replace(&digest(body), &digest(&lie));
    std::fs::write(snapshot(), format!("{stamp}\n{lie}")).unwrap();
    expect(
        data.path(),
        &[
            "the snapshot at fact 7 is not what the facts come to",
            "--rebuild",
        ],
    );
    std::fs::write(snapshot(), &whole[..whole.len() - 9]).unwrap();
    expect(
        data.path(),
        &["the snapshot at fact 7: its bytes are damaged", "--rebuild"],
    );
    let (mended, said) = rebuild(data.path());
    assert!(mended && said.contains("1 snapshots"), "{said}");
    std::fs::write(
        snapshot(),
        whole.replacen("\"fold_version\":", "\"fold_version\":9", 1),
    )
    .unwrap();
    let (fine, said) = doctor(data.path());
    assert!(
        fine && said.contains("note: the snapshot at fact 7 is of no use"),
        "{said}"
    );
}

fn socket(data: &Path) -> std::path::PathBuf {
    database(data, "admin").join("socket")
}

/// Says something at the admin socket, and gives the answer.
fn say(data: &Path, bytes: &[u8]) -> String {
    let mut stream = UnixStream::connect(socket(data)).expect("it listens");
    stream
        .set_read_timeout(Some(crate::common::PATIENCE))
        .expect("a limit");
    stream.write_all(bytes).expect("it takes some");
    stream
        .shutdown(std::net::Shutdown::Write)
        .expect("that was all");
    let mut answer = Vec::new();
    // Whoever says too much is hung up on, answer or not.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).expect("UTF-8")
}

#[tokio::test]
async fn a_running_server_examines_itself_and_lets_nobody_else_at_its_socket() {
    let data = stopped().await;
    // A socket of a killed server lies in the way.
    let mut killed = Castellan::start(data.path());
    killed.kill();
    assert!(socket(data.path()).exists());
    let (whole, said) = doctor(data.path());
    assert!(whole, "a stale socket means nothing: {said}");
    let server = Castellan::start(data.path());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&socket(data.path())), 0o600);
    assert_eq!(mode(&database(data.path(), "admin")), 0o700);
    for _ in 0..3 {
        let (whole, said) = doctor(data.path());
        assert!(
            whole && said.contains(&format!("{SITE}: 7 facts")),
            "{said}"
        );
    }
    for garbage in [
        b"".as_slice(),
        b"\n",
        b"examine\n",
        b"{\"do\":\"examine\"}\n",
        b"{\"do\":\"shutdown\"}\n",
        b"[\"examine\",false]\n",
        b"{\"do\":\"examine\",\"rebuild\":false}",
        b"\xff\xfe\n",
        &[b'x'; 8_192],
    ] {
        let answer = say(data.path(), garbage);
        assert!(
            answer.starts_with("{\"failed\":") && answer.ends_with("}\n"),
            "{answer}"
        );
    }
    // Those who say nothing cost four places for five seconds, and then nobody anything.
    let silent: Vec<_> = (0..4)
        .map(|_| UnixStream::connect(socket(data.path())).unwrap())
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (whole, said) = tokio::task::spawn_blocking({
        let data = data.path().to_owned();
        move || doctor(&data)
    })
    .await
    .unwrap();
    assert!(whole, "{said}");
    drop(silent);
    server.raise("d-020", "e", "loitering").await;
    let (whole, said) = doctor(data.path());
    assert!(whole && said.contains("8 facts"), "{said}");
    alter(
        &database(data.path(), "journal.db"),
        "UPDATE facts SET bytes = replace(bytes, 'd-002', 'd-012') WHERE seq = 4",
    )
    .await;
    expect(data.path(), &["the hash chain breaks at fact 4"]);
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_costs_only_the_socket() {
    let data = tempfile::tempdir().unwrap();
    let deep = data.path().join("d".repeat(100));
    let server = Castellan::start(&deep);
    assert!(server.log().contains("no admin socket"), "{}", server.log());
    server.raise("d-000", "e", "loitering").await;
    let (whole, said) = doctor(&deep);
    assert!(
        !whole && said.contains("another castellan is using"),
        "{said}"
    );
    assert!(said.contains("could not be asked"), "{said}");
    server.stop();
    let (whole, said) = doctor(&deep);
    assert!(whole && said.contains("2 facts"), "{said}");
}

/// Facts hold, and what lies beside them is looked at all the same.
#[tokio::test]
async fn a_flipped_byte_in_a_block_of_positions_is_named_with_whose_it_is() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Castellan::start(data.path());
    for second in 0..5 {
        let answer = server
            .position("phone-1", crate::common::now_s() - 60 + second, 1)
            .await;
        assert_eq!(answer.status, 200);
    }
    server.stop();
    let tracks = database(data.path(), "tracks.db");
    // The next start packs what the tail has.
    let server = Castellan::start(data.path());
    crate::common::eventually("the positions are packed", async || {
        let mut db = open(&tracks).await;
        let row = sqlx::query("SELECT COUNT(*) FROM blocks").fetch_one(&mut db);
        (row.await.expect("a count").get::<i64, _>(0) > 0).then_some(())
    })
    .await;
    server.stop();
    let (whole, said) = doctor(data.path());
    assert!(
        whole && said.contains("1 blocks of positions hold"),
        "{said}"
    );
    for (statement, why) in [
        (
            "UPDATE blocks SET bytes = substr(bytes, 1, 9) || x'00' || substr(bytes, 11)",
            "a byte of it has changed",
        ),
        (
            "UPDATE blocks SET bytes = substr(bytes, 1, 9)",
            "cannot be read",
        ),
        ("UPDATE blocks SET bytes = x''", "cannot be read"),
    ] {
        alter(&tracks, statement).await;
        expect(
            data.path(),
            &["of guard-1 from", why, "No fact is at stake"],
        );
    }
}

#[tokio::test]
async fn a_flipped_or_cut_line_of_observations_is_named_with_its_day() {
    let data = stopped().await;
    let folder = database(data.path(), "observations");
    let path = std::fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let day = path.file_stem().unwrap().to_string_lossy().into_owned();
    let lines = std::fs::read(&path).unwrap();
    let (whole, said) = doctor(data.path());
    assert!(
        whole && said.contains("4 observations of 1 days hold"),
        "{said}"
    );
    let mut flipped = lines.clone();
    flipped[100] ^= 1;
    std::fs::write(&path, &flipped).unwrap();
    let named = format!("1 lines of the observations of {day} are not what was written");
    expect(data.path(), &[&named, "No fact is at stake"]);
    // A cut is what every power cut leaves: it is told, and the record is whole.
    std::fs::write(&path, &lines[..lines.len() - 9]).unwrap();
    let (whole, said) = doctor(data.path());
    let named = format!("note: a line of the observations of {day} ends too early");
    assert!(
        whole && said.contains(&named) && said.contains("3 observations"),
        "{said}"
    );
}
