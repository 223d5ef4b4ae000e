//! Media that cannot be written, or have no room at the first start.

use crate::absence::{files, said, settle};
use crate::common::{Castellan, database, doctor, estate, run, text, wrapped};
use std::path::Path;
use std::process::{Output, Stdio};

/// Runs the program where a folder cannot be written, not even by whoever may do everything.
fn on_read_only_media(folder: &Path, args: &[&str]) -> Output {
    let script = "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" || exit 9; shift; exec \"$@\"";
    let wrapper = ["unshare", "-rm", "sh", "-c", script, "sh", text(folder)];
    let mut command = wrapped(&wrapper, args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.output().expect("the program runs")
}

#[tokio::test]
async fn what_lies_on_read_only_media_is_examined_and_restored_and_nothing_is_left_there() {
    let data = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let mut server = Castellan::start(data.path());
    for n in 0..4 {
        server.raise(&format!("d-{n:03}"), "e", "loitering").await;
    }
    let target = other.path().join("backup");
    let made = run(&["backup", "--data", text(data.path()), text(&target)]);
    assert!(made.status.success(), "{}", said(&made));
    // Once with a log that holds facts, once without any.
    server.kill();
    for with_log in [true, false] {
        let log = database(data.path(), "journal.db-wal");
        assert_eq!(
            std::fs::metadata(log).is_ok_and(|log| log.len() > 0),
            with_log
        );
        let index = database(data.path(), "journal.db-shm");
        drop(std::fs::remove_file(index));
        let before = files(data.path());
        let seen = on_read_only_media(data.path(), &["doctor", "--data", text(data.path())]);
        let told = said(&seen);
        assert!(
            seen.status.success() && told.contains("5 facts, numbered"),
            "{told}"
        );
        assert_eq!(files(data.path()), before);
        let start = [
            "serve",
            "--data",
            text(data.path()),
            "--listen",
            "127.0.0.1:0",
        ];
        let estate = estate();
        let start = [&start[..], &["--estate", text(&estate)]].concat();
        let told = said(&on_read_only_media(data.path(), &start));
        assert!(
            told.contains("look whether this account may write there"),
            "{told}"
        );
        Castellan::start(data.path()).stop();
        for name in ["journal.db", "tracks.db", "tables.db"] {
            settle(&database(data.path(), name)).await;
        }
    }
    let before = files(&target);
    let seen = on_read_only_media(&target, &["doctor", text(&target)]);
    let told = said(&seen);
    assert!(
        seen.status.success() && told.contains("5 facts, numbered"),
        "{told}"
    );
    let fresh = tempfile::tempdir().unwrap();
    let restore = ["restore", "--data", text(fresh.path()), text(&target)];
    let back = on_read_only_media(&target, &restore);
    assert!(back.status.success(), "{}", said(&back));
    assert_eq!(files(&target), before);
    assert!(doctor(fresh.path()).0);
}

/// A first start that finds no room at some point, and another one once there is room.
#[tokio::test]
async fn a_first_start_on_a_full_disk_leaves_nothing_that_looks_like_a_record() {
    let estate = estate();
    for kib in [12, 48, 96] {
        let data = tempfile::tempdir().unwrap();
        let script = format!(
            "data=\"$1\"; shift; mount -t tmpfs -o size={kib}k tmpfs \"$data\" || exit 9; \
             \"$1\" serve --listen 127.0.0.1:0 --data \"$data\" --estate '{}' && exit 9; \
             mount -o remount,size=64m \"$data\" && exec \"$@\"",
            text(&estate)
        );
        let wrapper = [
            "unshare",
            "-rm",
            "sh",
            "-c",
            &script,
            "sh",
            text(data.path()),
        ];
        let server = Castellan::start_wrapped(&wrapper, data.path(), &estate, &[]);
        assert!(server.log().contains("castellan: "), "{}", server.log());
        let words = ["No space left", "Make room on the disk"];
        let log = server.log();
        assert!(words.iter().any(|words| log.contains(words)), "{log}");
        server.raise("d-000", "e", "loitering").await;
        assert_eq!(server.health().await.files_set_aside, [""; 0]);
    }
}
