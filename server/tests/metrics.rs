//! What Prometheus is told: its own tool takes it where it is installed, and no figure names anybody.

use crate::common::display::Display;
use crate::common::{Castellan, PATIENCE, estate};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// The figures by name and labels. Each belongs to a name that was explained before, and counters say that they count.
fn read(text: &str) -> BTreeMap<String, f64> {
    let (mut told, mut kind) = ("", "");
    let mut figures = BTreeMap::new();
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            told = help.split_once(' ').expect("a name and a sentence").0;
        } else if let Some(of) = line.strip_prefix("# TYPE ") {
            kind = of
                .strip_prefix(told)
                .expect("the name just explained")
                .trim();
            assert_eq!(kind == "counter", told.ends_with("_total"), "{told}");
        } else {
            let (name, value) = line.rsplit_once(' ').expect("a name and a value");
            let alone = name.split('{').next().expect("a name");
            let is_part = kind == "summary"
                && [format!("{told}_sum"), format!("{told}_count")].contains(&alone.into());
            assert!(alone == told || is_part, "{line} is not explained");
            let is_new = figures.insert(name.to_owned(), value.parse().expect("a number"));
            assert!(is_new.is_none(), "{name} is there twice");
        }
    }
    figures
}

/// What the tool of Prometheus says against it; nothing where it is not installed.
fn promtool(text: &str) -> Option<String> {
    let mut tool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = tool.stdin.take().expect("its input");
    input.write_all(text.as_bytes()).expect("it reads");
    drop(input);
    let said = tool.wait_with_output().expect("it ends");
    let words = [said.stdout, said.stderr].concat();
    Some(String::from_utf8_lossy(&words).into_owned())
}

#[tokio::test]
async fn prometheus_reads_what_the_server_did_and_nobody_is_named() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start_with(data.path(), &estate(), &["--self-test-s", "2"]);
    let mut console = Display::open(&server).await;
    server.raise("d-004", "e-1", "gas_low").await;
    let refused = server.event("d-999", "e-2", "gas_low", "active").await;
    assert_eq!(refused.status, 404);
    console
        .until(&server, |console| {
            let test = console.replica.view().self_test;
            test.is_some_and(|test| test.ended.is_some())
        })
        .await;

    let answer = reqwest::get(server.url("/metrics")).await.unwrap();
    assert_eq!(answer.status(), 200);
    let kind = answer.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    let text = answer.text().await.unwrap();
    let figures = read(&text);
    for (name, least) in [
        ("castellan_facts_total", 4.0),
        ("castellan_turn_seconds_count", 2.0),
        ("castellan_turn_seconds_sum", 0.000_001),
        ("castellan_queue_limit_inputs", 4_096.0),
        ("castellan_recording", 1.0),
        (
            r#"castellan_messages_accepted_total{adapter="events"}"#,
            1.0,
        ),
        (
            r#"castellan_messages_refused_total{adapter="events",code="unknown_sender"}"#,
            1.0,
        ),
        ("castellan_unknown_senders", 1.0),
        (r#"castellan_displays{audience="staff"}"#, 1.0),
        ("castellan_disk_free_bytes", 1.0),
        ("castellan_self_test_passed", 1.0),
        ("castellan_self_test_ended_timestamp_seconds", 1.0e9),
    ] {
        let figure = figures.get(name).copied();
        assert!(
            figure.is_some_and(|figure| figure >= least),
            "{name}: {figure:?}"
        );
    }
    assert!(figures["castellan_turns_lost_total"] < 1.0);
    assert!(!text.contains("d-999") && !text.contains("d-004"));
    match promtool(&text) {
        Some(said) => assert_eq!(said, "", "promtool objects"),
        None => eprintln!("promtool is not installed: only our own reading was checked"),
    }
}

#[tokio::test]
async fn positions_that_are_stored_are_counted() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let end = std::time::Instant::now() + PATIENCE;
    let now_s = crate::common::now_s();
    for second in 0..3 {
        let answer = server.position("phone-1", now_s - 3 + second, 0).await;
        assert_eq!(answer.status, 200);
    }
    loop {
        let text = reqwest::get(server.url("/metrics"))
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        if read(&text)["castellan_positions_total"] >= 3.0 {
            return;
        }
        assert!(std::time::Instant::now() < end, "{text}");
    }
}
