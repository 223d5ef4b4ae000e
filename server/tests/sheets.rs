//! The case sheet of an incident: read, compared with the record, and found out where one byte is another.

use crate::common::{Castellan, SITE, eventually, run, text};
use castellan_domain::alarm::{AlarmCommand, Verdict};
use castellan_domain::command::Command;
use castellan_domain::wire::sheet::CaseSheet;
use std::fs;
use std::path::Path;

fn path() -> String {
    format!("/api/v1/sites/{SITE}/incidents/I-1/sheet")
}

/// An alarm that somebody claims and judges.
async fn judged(server: &Castellan, device: &str, event: &str, verdict: Verdict) {
    let alarm = server.raise(device, event, "loitering").await;
    let claim = Command::Alarm(AlarmCommand::Claim { alarm });
    assert_eq!(server.command("li-na", claim).await.status, 200);
    let judge = Command::Alarm(AlarmCommand::Judge {
        alarm,
        verdict,
        basis: None,
    });
    assert_eq!(server.command("li-na", judge).await.status, 200);
}

/// A genuine alarm after one that was none, and the sheet of its incident.
async fn sheet(server: &Castellan) -> String {
    judged(server, "d-001", "before", Verdict::Environment).await;
    judged(server, "d-000", "e", Verdict::Genuine).await;
    let head = server.recorded().await.seq;
    eventually("the tables follow", async || {
        let answer = server.get_as("li-na", &path()).await;
        let is_there = answer.status == 200;
        let sheet = is_there.then(|| answer.json::<CaseSheet>());
        sheet
            .filter(|sheet| sheet.upto >= head)
            .map(|_| answer.body.clone())
    })
    .await
}

fn verify(sheet: &str, data: &Path) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sheet.json");
    fs::write(&file, sheet).expect("a file");
    let output = run(&["verify", "--data", text(data), text(&file)]);
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8(said).expect("UTF-8"),
    )
}

#[tokio::test]
async fn a_sheet_says_what_the_record_says_and_one_changed_byte_is_found() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let written = sheet(&server).await;
    let parsed: CaseSheet = serde_json::from_str(&written).unwrap();
    assert!(written.contains("alarm_raised") && written.contains("incident_opened"));
    assert!(!written.contains("\"before\""), "{written}");
    // While the server runs, after it was killed, and with the newline that editors put behind it.
    let (holds, said) = verify(&written, data.path());
    assert!(holds && said.contains("what the record says"), "{said}");
    drop(server);
    assert!(verify(&format!("{written}\n"), data.path()).0);

    // One byte after the other: a digit, a letter, a bracket, wherever it stands.
    for at in (0..written.len()).step_by(37) {
        let mut bytes = written.clone().into_bytes();
        bytes[at] = if bytes[at] == b'7' { b'8' } else { b'7' };
        let changed = String::from_utf8_lossy(&bytes).into_owned();
        let (holds, said) = verify(&changed, data.path());
        assert!(!holds, "byte {at} of {changed}: {said}");
    }

    let mut shorter = parsed.clone();
    let left_out = shorter.facts.remove(1);
    let (holds, said) = verify(&serde_json::to_string(&shorter).unwrap(), data.path());
    let named = format!("fact {} of the record is missing on it", left_out.seq);
    assert!(!holds && said.contains(&named), "{said}");
    let mut headless = parsed;
    headless.facts.remove(0);
    let (holds, said) = verify(&serde_json::to_string(&headless).unwrap(), data.path());
    assert!(
        !holds && said.contains("how the alarms of I-1 began"),
        "{said}"
    );
}

#[tokio::test]
async fn only_who_handles_alarms_reads_a_sheet_and_another_record_is_not_its_own() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let written = sheet(&server).await;
    assert_eq!(server.get(&path()).await.status, 401);
    assert_eq!(server.get_as("guard-1", &path()).await.status, 403);
    let unknown = format!("/api/v1/sites/{SITE}/incidents/I-9/sheet");
    assert_eq!(server.get_as("li-na", &unknown).await.status, 404);
    drop(server);
    let other = tempfile::tempdir().unwrap();
    let (holds, said) = verify(&written, other.path());
    assert!(!holds && said.contains("there is no record"), "{said}");
    drop(Castellan::start(other.path()));
    let (holds, said) = verify(&written, other.path());
    assert!(!holds, "{said}");
}
