//! Audiences against the real server: what a wall and its visitors are told, a backup restored behind
//! a display, the packed snapshot, and what an idle display costs.

use crate::common::display::Display;
use crate::common::{Castellan, SITE, now_s};
use castellan_domain::alarm::AlarmCommand;
use castellan_domain::audience::{Audience, WITHHELD};
use castellan_domain::command::Command;
use castellan_domain::ids::Seq;
use castellan_domain::stream::Replica;
use castellan_domain::wire::api::Snapshot;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

#[tokio::test]
async fn a_wall_is_told_of_everything_but_duress_and_its_visitors_of_nobody() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let open = async |audience| Display::resume(&server, Replica::new(audience)).await;
    let (mut wall, mut visitor) = (
        open(Audience::Wall).await,
        open(Audience::WallVisitor).await,
    );
    for display in [&mut wall, &mut visitor] {
        display
            .until(&server, |display| display.replica.is_ready())
            .await;
    }
    let alarm = server.raise("d-000", "e-1", "loitering").await;
    let silent = server.raise("d-001", "e-2", "duress").await;
    for alarm in [alarm, silent] {
        let claim = server
            .command("li-na", Command::Alarm(AlarmCommand::Claim { alarm }))
            .await;
        assert_eq!(claim.status, 200);
    }
    assert_eq!(server.position("phone-1", now_s(), 100).await.status, 200);
    let seq = server.health().await.seq;
    for display in [&mut wall, &mut visitor] {
        display.reach(&server, seq).await;
        let audience = display.replica.audience().clone();
        let snapshot = server.snapshot_for(audience.clone()).await;
        assert_eq!(*display.replica.view(), snapshot.view, "{audience:?}");
        let shown: Vec<_> = display.replica.view().alarms.keys().copied().collect();
        assert_eq!(shown, [alarm], "{audience:?}");
        assert_eq!(display.facts, [], "{audience:?} gets no facts");
    }
    let owner = |display: &Display| {
        let alarm = &display.replica.view().alarms[&alarm];
        alarm.owner().map(ToString::to_string)
    };
    assert_eq!(owner(&wall).as_deref(), Some("li-na"));
    assert_eq!(owner(&visitor).as_deref(), Some(WITHHELD));
    wall.until(&server, |display| display.replica.tracked().len() == 1)
        .await;
    assert_eq!(visitor.frames, 0);
    // The staff sees the silent one.
    assert!(server.snapshot().await.view.alarms.contains_key(&silent));
    // A wall that comes back resumes with changes alone.
    let replica = wall.replica;
    drop(wall.socket);
    server.raise("d-002", "e-3", "loitering").await;
    // What begins as an incident may have been recorded meanwhile, too.
    let seq = server.health().await.seq;
    let mut wall = Display::resume(&server, replica).await;
    wall.reach(&server, seq).await;
    assert_eq!((wall.snapshots, wall.replica.view().alarms.len()), (0, 2));
}

#[tokio::test]
async fn a_snapshot_comes_packed_to_whoever_can_unpack_it_and_only_for_audiences_that_there_are() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    server.raise("d-000", "e-1", "loitering").await;
    let url = server.site_url("snapshot?audience=wall");
    let ask = async |accept: &'static str| {
        let request = crate::common::client()
            .get(&url)
            .header("accept-encoding", accept);
        request.send().await.unwrap()
    };
    let packed = ask("gzip, br").await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(packed.headers()["vary"], "accept-encoding");
    let packed = packed.bytes().await.unwrap();
    let mut unpacked = String::new();
    flate2::read::GzDecoder::new(&packed[..])
        .read_to_string(&mut unpacked)
        .unwrap();
    let plain = ask("identity").await;
    assert!(!plain.headers().contains_key("content-encoding"));
    assert_eq!(plain.text().await.unwrap(), unpacked);
    let snapshot: Snapshot = serde_json::from_str(&unpacked).unwrap();
    assert_eq!((snapshot.seq, snapshot.view.alarms.len()), (Seq(2), 1));
    for unknown in ["everybody", "Staff", "", "staff%20"] {
        let path = format!("/api/v1/sites/{SITE}/snapshot?audience={unknown}");
        let answer = server.get(&path).await;
        assert_eq!(answer.status, 400, "{unknown:?}");
        assert_eq!(answer.error().code, "unknown_audience");
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a temporary folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("a readable folder");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else if entry.path().is_file() {
            // A killed server leaves its socket behind, which is no file.
            std::fs::copy(entry.path(), to).expect("room for a copy");
        }
    }
}

#[tokio::test]
async fn a_backup_restored_behind_a_display_is_noticed_by_its_hash() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Castellan::start(data.path());
    server.raise("d-000", "e-1", "loitering").await;
    server.kill();
    let backup = tempfile::tempdir().unwrap();
    copy(data.path(), backup.path());

    let mut server = Castellan::start(data.path());
    server.raise("d-001", "e-2", "loitering").await;
    let mut display = Display::open(&server).await;
    display.reach(&server, Seq(3)).await;
    let replica = display.replica;
    let lost = replica.view().clone();
    server.kill();

    // The same journal by its name, the same number, another fact.
    let server = Castellan::start(backup.path());
    server.raise("d-002", "e-3", "camera_down").await;
    let truth = server.snapshot().await;
    assert_eq!(truth.seq, lost.seq);
    assert_ne!(truth.view, lost);
    let mut display = Display::resume(&server, replica).await;
    display
        .until(&server, |display| {
            display.snapshots == 1 && display.replica.is_ready()
        })
        .await;
    assert_eq!(*display.replica.view(), truth.view);
}

/// Kilobytes of memory that a process holds.
fn resident_kb(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_display_costs_little() {
    const DISPLAYS: u64 = 300;
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let crowd = async |count: u64| {
        let mut displays = Vec::new();
        for _ in 0..count {
            displays.push(Display::open(&server).await);
        }
        for display in &mut displays {
            display.until(&server, |display| display.beats >= 2).await;
        }
        displays
    };
    // What the first ones make the server allocate once is not theirs.
    let first = crowd(100).await;
    let before = resident_kb(server.pid());
    let others = crowd(DISPLAYS).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let after = resident_kb(server.pid());
    let bytes_each = after.saturating_sub(before) * 1_024 / DISPLAYS;
    println!("{bytes_each} bytes for each idle display");
    assert!(
        bytes_each < 12_000,
        "{bytes_each} bytes for each idle display"
    );
    drop((first, others));
}
