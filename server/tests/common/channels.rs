//! A server with a file of channels, and what became of its calls.

use super::{Castellan, estate, facts, run, text};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A server whose ladder calls the shift leader after a second, and after him the duty manager.
pub(crate) fn start(data: &TempDir, channels: &str) -> Castellan {
    let (document, file) = written(data, channels);
    Castellan::start_with(data.path(), &document, &["--channels", text(&file)])
}

/// What a server says that does not start with these channels.
pub(crate) fn refused(data: &TempDir, channels: &str) -> String {
    let (document, file) = written(data, channels);
    let output = run(&[
        "serve",
        "--data",
        text(data.path()),
        "--estate",
        text(&document),
        "--listen",
        "127.0.0.1:0",
        "--channels",
        text(&file),
    ]);
    assert_eq!(output.status.code(), Some(1), "it ends by itself, not well");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Estate document and file of channels.
fn written(data: &TempDir, channels: &str) -> (PathBuf, PathBuf) {
    let document = data.path().join("estate.json");
    let fixture = std::fs::read_to_string(estate()).expect("the fixture");
    let mut fixture: Value = serde_json::from_str(&fixture).expect("JSON");
    fixture["alarm_types"] = json!([
        {"id": "urgent", "name": {"zh": "急", "en": "Urgent"}, "priority": 1, "claim_s_max": 30,
         "ladder": "fast"}]);
    fixture["ladders"] = json!([{"id": "fast", "by_day": {"unclaimed": [
        {"after_s": 1, "call": [{"rung": "shift_leader"}]},
        {"after_s": 3_600, "call": [{"rung": "duty_manager"}]}]}}]);
    for person in fixture["people"].as_array_mut().expect("people") {
        if person["id"] == "zhou-jie" {
            person["rungs"] = json!(["shift_leader"]);
        }
        if person["id"] == "chen-hui" {
            person["rungs"] = json!(["duty_manager"]);
        }
    }
    std::fs::write(&document, fixture.to_string()).expect("a written file");
    let file = data.path().join("channels.toml");
    std::fs::write(&file, channels).expect("a written file");
    (document, file)
}

/// What became of each call, as the record has it.
pub(crate) async fn settled(data: &Path) -> Vec<String> {
    let facts = facts(data, "notification_").await.into_iter();
    let facts = facts.map(|fact| {
        let body = &fact["body"];
        let outcome = body["outcome"].as_str().unwrap_or("failing");
        format!("{} {outcome}", body["channel"].as_str().expect("a channel"))
    });
    facts.collect()
}
