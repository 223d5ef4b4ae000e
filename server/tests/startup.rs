//! Starting, stopping and examining: each fault ends in a sentence that says what to do.

use crate::common::{Castellan, SITE, alter, database, doctor, estate, now_s, program, run, text};
use castellan_domain::ids::Seq;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Starts a server that must not come up, and gives what it says to a person.
fn refused(data: &Path, estate: &Path, listen: &str) -> String {
    let (data, estate) = (text(data), text(estate));
    let output = run(&[
        "serve", "--data", data, "--estate", estate, "--listen", listen,
    ]);
    assert_eq!(
        output.status.code(),
        Some(1),
        "it ends by itself, and not well"
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // Several faults have a line each.
    let sentence = said.find("castellan: ");
    let from = sentence.unwrap_or_else(|| panic!("no sentence: {said}"));
    said[from..].to_owned()
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused_with_a_sentence() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let said = refused(data.path(), &estate(), "127.0.0.1:0");
    assert!(
        said.contains("another castellan is using") && said.contains("--data"),
        "{said}"
    );
    assert_eq!(
        server.event("d-000", "e", "panic", "active").await.status,
        200
    );
}

#[test]
fn a_taken_port_and_an_open_address_are_refused_with_a_sentence() {
    let data = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refused(data.path(), &estate(), &address);
    assert!(
        said.contains(&address) && said.contains("--listen"),
        "{said}"
    );
    for open in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let said = refused(data.path(), &estate(), open);
        assert!(said.contains("not a loopback address"), "{said}");
    }
}

#[test]
fn a_broken_estate_is_refused_with_the_place_of_its_fault() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join("estate.json");
    let whole = std::fs::read_to_string(estate()).unwrap();
    let said = refused(data.path(), &path, "127.0.0.1:0");
    assert!(said.contains("estate.json cannot be read"), "{said}");
    for (before, after, naming) in [
        ("\"site\"", "\"site", "unknown field"),
        ("\"d-001\"", "\"d-000\"", "device d-000 is there twice"),
        ("\"phone-1\"", "\"phone-0\"", "phone phone-0 is there twice"),
        (
            "\"claim_s_max\": 1}",
            "\"claim_s_max\": 0}",
            "claim_s_max of alarm type quick is 0",
        ),
        (
            "\"building\": \"b3\"",
            "\"building\": \"b9\"",
            "device d-000 names building b9",
        ),
        ("[120.112, 30.287]", "[200, 30.287]", "longitude 200"),
        (
            "[120.112, 30.287]",
            "[12.5, 30.287]",
            "home.centre lies more than 20000 m from the anchor",
        ),
        ("\"datum\": \"WGS-84\"", "\"datum\": \"GCJ-02\"", "GCJ-02"),
        ("\"time_zone\"", "\"time_sone\"", "time_sone"),
    ] {
        assert!(whole.contains(before), "{before}");
        std::fs::write(&path, whole.replacen(before, after, 1)).unwrap();
        let said = refused(data.path(), &path, "127.0.0.1:0");
        assert!(
            said.contains("is not usable") && said.contains(naming),
            "{after}: {said}"
        );
        assert_eq!(said.matches(naming).count(), 1, "said once: {said}");
    }
    std::fs::write(&path, " ".repeat(8 * 1024 * 1024 + 1)).unwrap();
    assert!(refused(data.path(), &path, "127.0.0.1:0").contains("at most 8388608"));
    assert!(
        !database(data.path(), "journal.db").exists(),
        "nothing was begun"
    );
}

#[test]
fn a_folder_without_the_browser_app_is_refused_with_a_sentence() {
    let data = tempfile::tempdir().unwrap();
    let (folder, plan) = (text(data.path()), estate());
    let output = run(&[
        "serve",
        "--data",
        folder,
        "--estate",
        text(&plan),
        "--listen",
        "127.0.0.1:0",
        "--web",
        folder,
    ]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("build.txt is missing"), "{said}");
}

/// What a log that is a file holds; the other tests switch colours off for all that they start.
#[test]
fn a_log_that_is_no_terminal_has_no_colours() {
    let data = tempfile::tempdir().unwrap();
    let (folder, plan) = (text(data.path()), estate());
    let mut start = program(&["serve", "--data", folder, "--estate", text(&plan)]);
    start
        .args(["--listen", "127.0.0.1:0", "--web", folder])
        .env_remove("NO_COLOR");
    let said = start.output().expect("it runs").stderr;
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.contains("the site is as it was"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said:?}");
}

/// Whatever others than the server's account may do with files under a folder.
fn open_to_others(folder: &Path) -> Vec<PathBuf> {
    let about = std::fs::symlink_metadata(folder).expect("it is there");
    let is_open = about.permissions().mode() & 0o077 != 0;
    let mut open: Vec<_> = is_open.then(|| folder.to_owned()).into_iter().collect();
    if about.is_dir() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            open.extend(open_to_others(&entry.path()));
        }
    }
    open
}

#[tokio::test]
async fn the_record_is_its_own_accounts_alone_whatever_it_was_before() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().join("data");
    let target = data.with_file_name("backup");
    let server = Castellan::start(&data);
    server.raise("d-000", "e", "loitering").await;
    assert_eq!(server.position("phone-1", now_s(), 5).await.status, 200);
    let made = run(&["backup", "--data", text(&data), text(&target)]);
    assert!(made.status.success());
    assert!(database(&data, "admin").join("socket").exists());
    assert!(database(&data, "journal.db-wal").exists());
    assert_eq!(open_to_others(&data), [""; 0].map(PathBuf::from));
    assert_eq!(open_to_others(&target), [""; 0].map(PathBuf::from));
    server.stop();
    // As an older Castellan left it, for somebody who knows it by a link.
    let link = data.with_file_name("link");
    std::os::unix::fs::symlink(&data, &link).unwrap();
    let loosened = Command::new("chmod")
        .args(["-R", "go+rX", text(&data)])
        .status();
    assert!(loosened.expect("a tool").success());
    assert!(open_to_others(&data).len() > 10);
    let server = Castellan::start(&link);
    assert_eq!(open_to_others(&data), [""; 0].map(PathBuf::from));
    assert!(
        server.log().contains("were open to other accounts"),
        "{}",
        server.log()
    );
}

#[tokio::test]
async fn told_to_stop_it_stops_at_once_and_well() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    server.raise("d-000", "e", "loitering").await;
    server.stop();
    let (whole, said) = doctor(data.path());
    assert!(
        whole && said.contains(&format!("{SITE}: 2 facts")),
        "{said}"
    );
}

/// A stopped site with five facts.
async fn five_facts() -> tempfile::TempDir {
    let data = tempfile::tempdir().expect("a folder");
    let server = Castellan::start(data.path());
    for n in 0..4 {
        server.raise(&format!("d-{n:03}"), "e", "loitering").await;
    }
    data
}

#[tokio::test]
async fn a_flipped_byte_is_named_by_the_doctor_and_shown_under_health() {
    let data = five_facts().await;
    let journal = database(data.path(), "journal.db");
    alter(
        &journal,
        "UPDATE facts SET bytes = replace(bytes, '\"d-001\"', '\"d-041\"') WHERE seq = 3",
    )
    .await;
    let (whole, said) = doctor(data.path());
    assert!(
        !whole && said.contains("the hash chain breaks at fact 3"),
        "{said}"
    );
    assert!(said.contains("restore the last backup beside it"), "{said}");
    // It can be read, so the site goes on: an estate without a screen is worse.
    let server = Castellan::start(data.path());
    assert_eq!(server.health().await.chain_broken_at, Some(Seq(3)));
    assert!(
        server.log().contains("hash chain does not hold"),
        "{}",
        server.log()
    );
    assert_eq!(
        server.event("d-020", "e", "panic", "active").await.status,
        200
    );
    assert_eq!(server.health().await.seq, Seq(6));
    drop(server);
    let (whole, said) = doctor(data.path());
    assert!(!whole && said.contains("breaks at fact 3"), "{said}");
}

#[tokio::test]
async fn a_last_fact_with_a_damaged_number_does_not_stop_the_numbering() {
    let data = five_facts().await;
    let journal = database(data.path(), "journal.db");
    alter(
        &journal,
        "UPDATE facts SET bytes = replace(bytes, '\"seq\":5', '\"seq\":4') WHERE seq = 5",
    )
    .await;
    let server = Castellan::start(data.path());
    assert_eq!(server.health().await.chain_broken_at, Some(Seq(5)));
    let answer = server.event("d-020", "e", "panic", "active").await;
    assert_eq!(
        (answer.status, server.health().await.seq),
        (200, Seq(6)),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_named_by_the_doctor_and_stops_a_start() {
    const BROKEN: &str = "UPDATE facts SET bytes = CAST(CAST(substr(bytes, 1, 9) AS BLOB) \
        || x'ff' || CAST(substr(bytes, 11) AS BLOB) AS TEXT) WHERE seq = 4";
    for (statement, naming) in [
        (
            "UPDATE facts SET bytes = '{' || bytes WHERE seq = 4",
            "fact 4",
        ),
        (BROKEN, "fact 4"),
        ("UPDATE facts SET hash = x'00' WHERE seq = 4", "fact 4"),
        ("DELETE FROM facts WHERE seq = 4", "fact 4 is missing"),
        ("UPDATE facts SET bytes = 5 WHERE seq = 4", "fact 4"),
    ] {
        let data = five_facts().await;
        alter(&database(data.path(), "journal.db"), statement).await;
        let (whole, said) = doctor(data.path());
        assert!(!whole && said.contains(naming), "{statement}: {said}");
        assert!(said.contains(SITE), "{said}");
        if !statement.starts_with("DELETE") {
            let said = refused(data.path(), &estate(), "127.0.0.1:0");
            assert!(
                said.contains("castellan doctor") && said.contains("fact 4"),
                "{said}"
            );
        }
    }
}

#[test]
fn the_doctor_says_so_when_there_is_nothing_to_examine_and_makes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let (whole, said) = doctor(data.path());
    assert!(
        !whole && said.contains("there is no record under"),
        "{said}"
    );
    let site = data.path().join("sites").join(SITE);
    std::fs::create_dir_all(&site).unwrap();
    let (whole, said) = doctor(data.path());
    assert!(
        !whole && said.contains(SITE) && said.contains("no journal"),
        "{said}"
    );
    assert!(!site.join("journal.db").exists());
    std::fs::write(
        site.join("journal.db"),
        "this is no database, but long enough to be one",
    )
    .unwrap();
    let (whole, said) = doctor(data.path());
    assert!(!whole && said.contains(SITE), "{said}");
}
