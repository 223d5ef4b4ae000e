//! A display in another language, which knows the protocol from its page alone, ends with what the
//! server holds.

mod common;

use castellan_domain::alarm::{Alarm, ShelfReason, Verdict};
use castellan_domain::audience::Audience;
use castellan_domain::geo::Anchor;
use castellan_domain::ids::AlarmId;
use castellan_domain::wire::api::CommandBody;
use common::{Castellan, SITE, now_s};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The client, stopped when its owner goes. It ends each wait by itself.
struct Stranger {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Stranger {
    fn new(server: &Castellan, audience: Audience) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/live_client.py");
        let mut child = Command::new("python3")
            .arg(script)
            .arg(server.address.ip().to_string())
            .arg(server.address.port().to_string())
            .args([SITE, audience.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is installed");
        let stdin = child.stdin.take().expect("piped");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        Self {
            child,
            stdin,
            stdout,
        }
    }

    fn ask(&mut self, command: &str) -> String {
        writeln!(self.stdin, "{command}").expect("it listens");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("it answers");
        assert!(!line.is_empty(), "it gave up on {command:?}; see above");
        line
    }

    fn do_it(&mut self, command: &str) {
        assert_eq!(self.ask(command).trim(), "ok", "{command}");
    }

    fn report(&mut self) -> Value {
        serde_json::from_str(&self.ask("report")).expect("JSON")
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn outline(alarm: &Alarm) -> Value {
    let mut alarm = serde_json::to_value(alarm).expect("JSON");
    let fields = alarm.as_object_mut().expect("an object");
    for name in ["id", "place", "drill", "occurred_at", "raised_at"] {
        fields.remove(name);
    }
    let notes = fields["notes"].as_array().expect("a list").len();
    fields["notes"] = json!(notes);
    alarm
}

/// A little of everything that people do with alarms.
async fn work(server: &Castellan, alarms: &[AlarmId], fire: AlarmId) {
    let alarm = alarms[0];
    let text = castellan_domain::text::Text::constant("seen from the gate");
    let (shelved, passed_on) = (alarms[1], alarms[2]);
    let to = "chen-hui".parse().expect("an id");
    for command in [
        CommandBody::Claim { alarm },
        CommandBody::Note { alarm, text },
        CommandBody::Mute { alarm: fire },
        CommandBody::Shelve {
            alarm: shelved,
            for_s: 600,
            reason: ShelfReason::KnownFault,
        },
        CommandBody::Unshelve { alarm: shelved },
        CommandBody::Claim { alarm: passed_on },
        CommandBody::Transfer {
            alarm: passed_on,
            to,
        },
        CommandBody::Claim { alarm: alarms[3] },
        CommandBody::Release { alarm: alarms[3] },
    ] {
        let answer = server.command("zhou-jie", command).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_written_from_the_page_alone_shows_what_the_server_holds() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    server.raise("d-000", "before", "loitering").await;
    let mut strangers = Audience::ALL.map(|audience| (audience, Stranger::new(&server, audience)));
    for (_, stranger) in &mut strangers {
        stranger.do_it("beat");
    }
    let mut alarms = Vec::new();
    for n in 0..4 {
        alarms.push(
            server
                .raise(&format!("d-00{n}"), "e-1", "camera_down")
                .await,
        );
    }
    server.raise("d-001", "e-2", "camera_down").await;
    // Smoke at two detectors in one building: one row that rises.
    server.raise("d-004", "smoke", "smoke_single").await;
    let fire = server.raise("d-008", "smoke", "smoke_single").await;
    let alarm = alarms[0];
    work(&server, &alarms, fire).await;
    let cleared = server.event("d-008", "over", "smoke_single", "cleared");
    assert_eq!(cleared.await.status, 200);
    for phone in 1..4 {
        let name = format!("phone-{phone}");
        let answer = server.position(&name, now_s() - 9, phone * 1_000).await;
        assert_eq!(answer.status, 200);
    }
    let seq = server.health().await.seq;
    for (audience, stranger) in &mut strangers {
        stranger.do_it(&format!("reach {seq}"));
        if audience.sees_persons() {
            stranger.do_it("see 3");
        }
        // The connection breaks, and what happens meanwhile is not lost.
        stranger.do_it("cut");
    }
    let verdict = Verdict::Environment;
    let judged = server
        .command("zhou-jie", CommandBody::Judge { alarm, verdict })
        .await;
    assert_eq!(judged.status, 200);
    let verdict = Verdict::Genuine;
    let corrected = server
        .command("zhou-jie", CommandBody::CorrectVerdict { alarm, verdict })
        .await;
    assert_eq!(corrected.status, 200);
    assert_eq!(server.position("phone-1", now_s(), 5_000).await.status, 200);
    let seq = server.health().await.seq;
    let hash = server.snapshot().await.hash;
    let estate: Value =
        serde_json::from_str(&std::fs::read_to_string(common::estate()).unwrap()).unwrap();
    let anchor: castellan_domain::geo::LonLat =
        serde_json::from_value(estate["anchor"].clone()).unwrap();
    for (audience, stranger) in &mut strangers {
        stranger.do_it(&format!("reach {seq}"));
        let truth = server.snapshot_for(*audience).await.view;
        let report = stranger.report();
        let expected: serde_json::Map<_, _> = truth
            .alarms
            .values()
            .map(|alarm| (alarm.id.to_string(), outline(alarm)))
            .collect();
        assert_eq!(report["alarms"], Value::Object(expected), "{audience:?}");
        assert_eq!(
            (&report["hash"], &report["snapshots"], &report["resumed"]),
            (&json!(hash), &json!(1), &json!(1)),
            "{audience:?}"
        );
        let positions = report["positions"].as_object().unwrap();
        assert_eq!(positions.len(), if audience.sees_persons() { 3 } else { 0 });
        if *audience == Audience::Staff {
            assert!(report["chain_checked"].as_u64() >= Some(8), "{report}");
        }
        for (n, (_, at)) in (2..).zip(positions.iter().skip(1)) {
            let there = castellan_domain::geo::LonLat::new(
                f64::from(1_201_120_000 + n * 1_000) / 1e7,
                30.287,
            );
            let there = Anchor::new(anchor).offset(there.unwrap()).unwrap();
            assert_eq!(
                (&at["x_cm"], &at["y_cm"], &at["accuracy_dm"]),
                (&json!(there.x_cm), &json!(there.y_cm), &json!(50))
            );
        }
    }
}
