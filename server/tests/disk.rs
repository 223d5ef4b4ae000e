//! Disks that are full or broken, for real: small file systems that are filled to the last byte, and
//! writes that the system refuses. Each store on its own, and all of them together.

use crate::common::cramped::Cramped;
use crate::common::{Castellan, SITE, doctor, estate, eventually, now_s, run, text};
use castellan_domain::alarm::AlarmCommand;
use castellan_domain::command::Command as Wish;
use castellan_domain::wire::api::DiskLevel;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

async fn event(server: &Castellan, n: u32) -> u16 {
    let answer = server
        .event("d-000", &format!("e-{n}"), "loitering", "active")
        .await;
    answer.status
}

#[tokio::test]
async fn positions_are_given_up_before_facts_and_the_ballast_buys_time_to_say_so() {
    let disk = Cramped::whole(12, 1);
    let server = &disk.server;
    assert!(server.health().await.disk.has_ballast);
    assert_eq!(
        server.position("phone-1", now_s() - 50, 1).await.status,
        200
    );
    assert_eq!(event(server, 0).await, 200);

    // Sixteen times the ballast is more than this disk has.
    disk.row("disk_low").await;
    disk.fill(1_500);
    eventually("it notices", async || {
        (disk.level().await == DiskLevel::FactsOnly).then_some(())
    })
    .await;
    assert_eq!(
        server.position("phone-1", now_s() - 40, 1).await.status,
        503
    );
    assert_eq!(event(server, 1).await, 200, "facts go on");
    assert!(server.health().await.disk.tracks_failing_since.is_some());

    disk.fill(0);
    let mut refused = 0;
    let mut n = 2;
    eventually("the journal finds no room, and then some", async || {
        n += 1;
        refused += u32::from(event(server, n).await == 503);
        let health = server.health().await;
        (refused > 0 && !health.disk.has_ballast && health.not_recording_since.is_none())
            .then_some(())
    })
    .await;
    assert_eq!(
        event(server, 1_000).await,
        200,
        "the ballast's room is for facts"
    );
    assert!(disk.facts("recording_resumed").await >= 1);
    assert_eq!(disk.level().await, DiskLevel::FactsOnly);
    assert_eq!(
        server.position("phone-1", now_s() - 30, 1).await.status,
        503
    );

    disk.empty();
    eventually("all is well again", async || {
        let health = server.health().await;
        (health.disk.has_ballast && health.disk.level < DiskLevel::FactsOnly).then_some(())
    })
    .await;
    assert_eq!(
        server.position("phone-1", now_s() - 40, 1).await.status,
        200
    );
    assert_eq!(
        server.position("phone-1", now_s() - 30, 1).await.status,
        200
    );
    // What was answered 200 is there once, what was answered 503 counts when it comes again.
    for n in 0..=n {
        assert_eq!(event(server, n).await, 200);
    }
    let of_the_device = "%\"cause\":{\"event\":{\"device\":\"d-000\"%";
    assert_eq!(disk.facts_like(of_the_device).await, i64::from(n) + 2);
}

#[tokio::test]
async fn a_disk_that_fills_is_a_row_until_there_is_room_again() {
    let disk = Cramped::whole(48, 1);
    let server = &disk.server;
    assert_eq!(event(server, 0).await, 200);
    disk.fill(12 * 1_024);
    let row = disk.row("disk_low").await;
    assert!(row.is_active());
    disk.empty();
    eventually("there is room again", async || {
        (!disk.row("disk_low").await.is_active()).then_some(())
    })
    .await;
    // Nobody was there to look: the row waits, and the next time it is the same one.
    disk.fill(12 * 1_024);
    let again = eventually("it fills again", async || {
        let row = disk.row("disk_low").await;
        row.is_active().then_some(row)
    })
    .await;
    assert_eq!((again.id, again.repeats), (row.id, 1));
    assert_eq!(server.health().await.not_recording_since, None);
}

#[tokio::test]
async fn a_full_history_of_positions_costs_no_fact() {
    let disk = Cramped::only("tracks.db", 512);
    let server = &disk.server;
    disk.fill(0);
    let start = now_s() - 3_000;
    let mut n = 0;
    eventually("the history is full", async || {
        n += 1;
        let answer = server.position("phone-1", start + n, 1).await;
        (answer.status == 503).then_some(())
    })
    .await;
    let alarm = server.raise("d-000", "e-1", "loitering").await;
    let claimed = server
        .command("li-na", Wish::Alarm(AlarmCommand::Claim { alarm }))
        .await;
    assert_eq!(claimed.status, 200);
    let health = server.health().await;
    assert_eq!(health.not_recording_since, None);
    assert!(health.disk.tracks_failing_since.is_some());
    disk.empty();
    eventually("positions are stored again", async || {
        let answer = server.position("phone-1", start + n, 1).await;
        (answer.status == 200).then_some(())
    })
    .await;
    assert_eq!(server.health().await.disk.tracks_failing_since, None);
}

#[tokio::test]
async fn full_tables_cost_no_fact_are_told_and_are_folded_on_when_there_is_room() {
    let disk = Cramped::only("tables.db", 512);
    let server = &disk.server;
    assert_eq!(event(server, 0).await, 200);
    // Tables that cannot even be begun are begun anew, and elsewhere: that would be another test.
    eventually("the tables are there", async || {
        let health = server.health().await;
        (health.beside.projected_seq >= health.seq).then_some(())
    })
    .await;
    disk.fill(0);
    let mut n = 0;
    eventually("the tables are full", async || {
        n += 1;
        let device = format!("d-{:03}", n % 40);
        let id = format!("t-{n}");
        let answer = server.event(&device, &id, "loitering", "active").await;
        assert_eq!(answer.status, 200, "no fact waits for a table");
        server.health().await.beside.fault
    })
    .await;
    let health = server.health().await;
    assert_eq!(health.not_recording_since, None);
    let fault = health.beside.fault.expect("it is told");
    assert!(fault.contains("No fact is at stake"), "{fault}");
    disk.empty();
    eventually("the tables are as far as the facts", async || {
        let health = server.health().await;
        (health.beside.fault.is_none() && health.beside.projected_seq >= health.seq).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_full_journal_without_ballast_says_so_until_there_is_room() {
    let disk = Cramped::only("journal.db", 768);
    let server = &disk.server;
    let alarm = server.raise("d-000", "e-0", "loitering").await;
    disk.fill(0);
    let mut n = 0;
    eventually("the journal is full", async || {
        n += 1;
        (event(server, n).await == 503).then_some(())
    })
    .await;
    let since = server.health().await.not_recording_since;
    assert!(since.is_some());
    let claim = Wish::Alarm(AlarmCommand::Claim { alarm });
    assert_eq!(server.command("li-na", claim.clone()).await.status, 503);
    disk.empty();
    eventually("it records again", async || {
        let health = server.health().await;
        health.not_recording_since.is_none().then_some(())
    })
    .await;
    assert_eq!(event(server, n).await, 200);
    assert_eq!(server.command("li-na", claim).await.status, 200);
    assert_eq!(disk.facts("recording_resumed").await, 1);
    let gap = disk.row("not_recording").await;
    assert_eq!(Some(gap.occurred_at), since);
}

fn rebuild(data: &Path) -> (bool, String) {
    let output = run(&["doctor", "--rebuild", "--data", text(data)]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), said)
}

#[tokio::test]
async fn without_room_for_snapshots_facts_go_on_it_is_told_and_nothing_lies_there_half_written() {
    const TOLD: &str = "a snapshot cannot be kept: No space left on device";
    let disk = Cramped::folder("snapshots", 256);
    let (server, data) = (&disk.server, disk.data.path());
    for n in 0..30 {
        server.raise(&format!("d-{n:03}"), "e", "loitering").await;
    }
    // Room for a part of it.
    disk.fill(4);
    let (whole, said) = rebuild(data);
    assert!(!whole && said.contains(TOLD), "{said}");
    for n in 30..33 {
        server.raise(&format!("d-{n:03}"), "e", "loitering").await;
    }
    let health = eventually("the tables follow all the same", async || {
        let health = server.health().await;
        (health.beside.projected_seq == health.seq).then_some(health)
    })
    .await;
    assert_eq!(health.not_recording_since, None);
    let head = health.seq.0;
    let fault = health.beside.fault.expect("it is told until it is over");
    assert!(
        fault.contains(TOLD) && fault.contains("No fact is at stake"),
        "{fault}"
    );
    let names = || -> Vec<String> {
        let entries = std::fs::read_dir(&disk.small).expect("the folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        names
            .map(|name| name.into_string().expect("UTF-8"))
            .collect()
    };
    assert_eq!(names(), ["filler"]);
    let (whole, said) = doctor(data);
    assert!(whole && said.contains("0 snapshots"), "{said}");

    disk.empty();
    let (whole, said) = rebuild(data);
    assert!(whole && said.contains("1 snapshots"), "{said}");
    let beside = server.health().await.beside;
    // Facts come meanwhile: a flood is told a moment after it began, and deadlines pass.
    let upto = beside.snapshot_seq.0;
    assert!(upto >= head, "{upto} of {head}");
    assert_eq!(beside.fault, None);
    assert_eq!(names(), [format!("{upto:020}.snapshot")]);

    // A stop without room ends all the same, and the next start folds what it has to.
    disk.fill(0);
    server.raise("d-033", "e", "loitering").await;
    let Cramped {
        mut server, data, ..
    } = disk;
    server.tell_to_stop();
    eventually("it is told", async || {
        server.log().contains("no snapshot was kept").then_some(())
    })
    .await;
    assert_eq!(server.wait().code(), Some(0));
    let server = Castellan::start(data.path());
    let log = server.log();
    let (_, folded) = log.split_once("snapshot=0 folded=").expect(&log);
    let count: String = folded.chars().take_while(char::is_ascii_digit).collect();
    let folded: u64 = count.parse().expect(&log);
    assert!(folded > upto, "{log}");
}

/// Lines that end shortly before a page of the disk does, so that the next one is cut there.
fn aged(anchors: &str) -> (String, usize) {
    const PAGE: usize = 4_096;
    let old: Vec<String> = anchors
        .lines()
        .map(|line| line.replacen("20", "19", 1) + "\n")
        .collect();
    let last = old.last().expect("a line");
    let mut text = old.concat();
    while text.len() + 2 * last.len() < PAGE - 40 {
        text.push_str(last);
    }
    text.push_str(&"#".repeat(PAGE - 41 - text.len()));
    text.push('\n');
    let lines = text.lines().count();
    (text, lines)
}

#[tokio::test]
async fn without_room_for_anchors_facts_go_on_it_is_told_and_half_a_line_is_none() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Castellan::start(data.path());
    server.raise("d-000", "e", "loitering").await;
    server.stop();
    let file = data.path().join("anchors").join(format!("{SITE}.log"));
    let (old, lines) = aged(&std::fs::read_to_string(&file).expect("the anchors"));
    std::fs::write(&file, &old).expect("written");

    let disk = Cramped::anchors(data);
    let (server, data) = (&disk.server, disk.data.path());
    let fault = eventually("it is told", async || server.health().await.beside.fault).await;
    assert!(
        fault.contains("cannot be anchored: No space left on device"),
        "{fault}"
    );
    server.raise("d-001", "e", "loitering").await;
    let health = server.health().await;
    assert_eq!((health.seq.0, health.not_recording_since), (3, None));
    assert_eq!(health.beside.anchored_seq.0, 2, "what was written before");
    let small = disk.small.join(format!("{SITE}.log"));
    let torn = std::fs::read_to_string(&small).expect("the anchors");
    assert!(torn.len() > old.len() && !torn.ends_with('\n'), "{torn}");
    let (whole, said) = doctor(data);
    let of_the_torn = format!("note: line {} of the anchors", lines + 1);
    assert!(whole && said.contains(&of_the_torn), "{said}");

    // The file outlives the server's namespace in this hand.
    let mut kept = File::open(&small).expect("the anchors");
    disk.empty();
    let Cramped { server, data, .. } = disk;
    let head = server.recorded().await;
    server.stop();
    let mut all = String::new();
    kept.read_to_string(&mut all).expect("UTF-8");
    let rest = all.strip_prefix(&torn).expect("nothing is written over");
    let (journal, hash) = (head.journal.0, &head.hash);
    assert!(
        rest.starts_with('\n') && rest.ends_with(&format!(" stop 3 {hash} {journal}\n")),
        "{rest}"
    );
    std::fs::write(&file, &all).expect("written");
    let (whole, said) = doctor(data.path());
    let anchors = format!("{lines} anchors were compared");
    assert!(
        whole && said.contains(&of_the_torn) && said.contains(&anchors),
        "{said}"
    );
}

/// Every write fails, in every file: what a broken disk does to a connection.
#[tokio::test]
async fn a_disk_that_refuses_every_write_is_told_and_recovered_from() {
    let data = tempfile::tempdir().expect("a folder");
    let wrapper = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];
    let server = Castellan::start_wrapped(&wrapper, data.path(), &estate(), &[]);
    let limit = |fsize: &str| {
        let pid = server.pid().to_string();
        let limited = Command::new("prlimit")
            .args(["--pid", &pid, &format!("--fsize={fsize}:")])
            .status();
        assert!(limited.expect("prlimit runs").success());
    };
    assert_eq!(event(&server, 0).await, 200);
    limit("0");
    assert_eq!(event(&server, 1).await, 503);
    assert_eq!(server.position("phone-1", now_s() - 9, 1).await.status, 503);
    eventually("it tried again, and in vain", async || {
        let tried = server.log().matches("nothing can be recorded yet").count();
        (tried >= 4).then_some(())
    })
    .await;
    assert_eq!(event(&server, 1).await, 503);
    limit("unlimited");
    eventually("it records again", async || {
        (event(&server, 1).await == 200).then_some(())
    })
    .await;
    assert_eq!(server.position("phone-1", now_s() - 9, 1).await.status, 200);
    drop(server);
    let (whole, said) = doctor(data.path());
    assert!(whole && said.contains("5 facts"), "{said}");
}
