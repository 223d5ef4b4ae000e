//! Histories for tests: stored facts as bytes.

use super::{Commit, Journal, Snapshots, Stamp};
use castellan_domain::fact::Fact;
use castellan_domain::ids::Seq;
use castellan_domain::notify::Message;
use castellan_domain::site::{FOLD_VERSION, Site};
use castellan_domain::time::{Span, Timestamp};
use serde_json::json;
use std::path::Path;

/// When histories begin.
pub(crate) const START: Timestamp = Timestamp::from_secs(1_795_000_000);

/// This many facts, one every half hour: alarms that are raised, claimed, repeated and judged in
/// turn, so that at any cut some are open, some closed, and some have left the live site.
pub(crate) fn history(facts: u64) -> Vec<(Seq, Timestamp, String)> {
    let again = || {
        let body = r#""type":"panic","family":"panic","state":"momentary""#;
        ("alarm_repeated", body.to_owned())
    };
    (1..=facts)
        .map(|seq| {
            let at = START + Span::from_secs(1_800 * i64::try_from(seq).unwrap());
            let alarm = seq.div_ceil(4);
            let (kind, body) = match seq % 4 {
                1 => (
                    "alarm_raised",
                    format!(
                        r#""type":"panic","family":"panic","tier":0,"priority":1,"source":{{"device":"d-{}"}},"place":{{"at":[120.1,30.2]}},"state":"momentary","claim_due_at":{}"#,
                        alarm % 7,
                        at.as_micros() + 60_000_000
                    ),
                ),
                2 => (
                    "alarm_claimed",
                    format!(
                        r#""by":"li-na","follow_up_due_at":{}"#,
                        at.as_micros() + 7_200_000_000
                    ),
                ),
                3 => again(),
                // Every fifth alarm stays open.
                _ if alarm.is_multiple_of(5) => again(),
                _ => (
                    "alarm_judged",
                    format!(
                        r#""by":"li-na","verdict":"test","review_due_at":{}"#,
                        at.as_micros() + 7_200_000_000
                    ),
                ),
            };
            let at_us = at.as_micros();
            let bytes = format!(
                r#"{{"site":"test-1","seq":{seq},"kind":"{kind}","v":1,"recorded_at":{at_us},"occurred_at":{at_us},"cause":"estate","actor":null,"drill":false,"body":{{"alarm":"A-{alarm}",{body}}}}}"#
            );
            (Seq(seq), at, bytes)
        })
        .collect()
}

/// What people outside are told.
pub(crate) fn call(priority: u8) -> Message {
    let alarm = json!({
        "alarm": "A-1", "type": "panic", "priority": priority, "source": {"device": "d-1"},
        "place": {"at": [120.1, 30.2]}, "raised_at": 1,
    });
    let call = json!({
        "person": "chen-gang", "rung": "duty_manager", "channel": "webhook", "step": 1,
        "why": "unclaimed", "since": 1, "about": {"alarm": alarm},
    });
    serde_json::from_value(json!({"kind": "ladder_call", "call": call})).unwrap()
}

/// A journal that holds these facts, committed in turns of a thousand.
pub(crate) async fn journal_with(path: &Path, facts: &[(Seq, Timestamp, String)]) -> Journal {
    let mut journal = Journal::open(path).await.unwrap();
    append(&mut journal, facts).await;
    journal
}

/// More facts.
pub(crate) async fn append(journal: &mut Journal, facts: &[(Seq, Timestamp, String)]) {
    for turn in facts.chunks(1_000) {
        let commit = Commit {
            facts: turn.to_vec(),
            ..Commit::default()
        };
        journal.append(&commit, turn[0].1).await.unwrap();
    }
}

/// What facts fold to.
pub(crate) fn folded(facts: &[(Seq, Timestamp, String)]) -> Site {
    let mut site = Site::default();
    for (_, _, bytes) in facts {
        site.apply(&Fact::decode(bytes).unwrap());
    }
    site
}

/// A snapshot of these facts beside the journal, made of nothing but them.
pub(crate) async fn keep(journal: &mut Journal, path: &Path, facts: &[(Seq, Timestamp, String)]) {
    let (seq, recorded_at, _) = facts.last().unwrap();
    let stamp = Stamp {
        journal: journal.id(),
        seq: *seq,
        hash: journal.hash_at(*seq).await.unwrap().to_hex(),
        fold_version: FOLD_VERSION,
        recorded_at: *recorded_at,
    };
    Snapshots::beside(path)
        .write(&stamp, &folded(facts))
        .unwrap();
}
