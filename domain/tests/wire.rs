//! What strangers may rely on: each message and body of the protocol as a file in `tests/wire`,
//! read and written back to the same JSON value, and one position frame byte for byte.
//!
//! A file is named after its Rust type, then its variant, then what is special about it.

use crate::common::variants::{COMMANDS_AND_ANSWERS, answer, command_request};
use crate::common::{cases, folder, names, read};
use castellan_domain::alarm::{Alarm, AlarmFact, Due, Source};
use castellan_domain::answer::Answer;
use castellan_domain::geo::Offset;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::{Entity, EntityId, ViewFact};
use castellan_domain::wire::api::{
    AlarmPage, ErrorBody, EventRequest, Figures, Health, NoteText, SiteSummary, Snapshot, StepPage,
};
use castellan_domain::wire::history::{ObservationPage, TrackPage, WhereAll};
use castellan_domain::wire::live::{CLIENT_MESSAGE_BYTES_MAX, ClientMessage, ServerMessage};
use castellan_domain::wire::position_frame::{Moved, PositionFrame};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Every variant that must have a file. A new variant does not compile below until it is named,
/// and fails here until it has one.
const VARIANTS: [&str; 24] = [
    "client_message.hello",
    "client_message.echo",
    "client_message.presence",
    "client_message.painted_upto",
    "server_message.welcome",
    "server_message.facts",
    "server_message.changes",
    "server_message.handles",
    "server_message.latest",
    "server_message.viewers",
    "server_message.unrecorded",
    "server_message.guard",
    "server_message.heartbeat",
    "server_message.gap",
    "server_message.echo",
    "server_message.refused",
    "event_request.full",
    "event_request.drill",
    "error_body",
    "snapshot",
    "step_page",
    "track_page",
    "where_all",
    "observation_page",
];

type Outcome = Result<(Value, String), serde_json::Error>;

/// Reads a body, names its variant and writes it again.
fn again<T: Serialize + DeserializeOwned>(json: &str, name: impl Fn(&T) -> &str) -> Outcome {
    let value: T = serde_json::from_str(json)?;
    let named = name(&value).to_owned();
    let written = serde_json::to_string(&value)?;
    Ok((serde_json::from_str(&written)?, named))
}

fn client_message(message: &ClientMessage) -> &str {
    match message {
        ClientMessage::Hello(_) => "client_message.hello",
        ClientMessage::Echo { .. } => "client_message.echo",
        ClientMessage::Presence(_) => "client_message.presence",
        ClientMessage::PaintedUpto { .. } => "client_message.painted_upto",
    }
}

fn server_message(message: &ServerMessage) -> &str {
    match message {
        ServerMessage::Welcome(_) => "server_message.welcome",
        ServerMessage::Facts(_) => "server_message.facts",
        ServerMessage::Changes(_) => "server_message.changes",
        ServerMessage::Handles(_) => "server_message.handles",
        ServerMessage::Latest(_) => "server_message.latest",
        ServerMessage::Viewers(_) => "server_message.viewers",
        ServerMessage::Unrecorded(_) => "server_message.unrecorded",
        ServerMessage::Guard(_) => "server_message.guard",
        ServerMessage::Heartbeat(_) => "server_message.heartbeat",
        ServerMessage::Gap => "server_message.gap",
        ServerMessage::Echo { .. } => "server_message.echo",
        ServerMessage::Refused(_) => "server_message.refused",
    }
}

/// Reads and writes a file's JSON as the type that its name begins with.
fn through(name: &str, json: &str) -> Outcome {
    match name.split('.').next().unwrap_or(name) {
        "client_message" => again(json, client_message),
        "server_message" => again(json, server_message),
        "command_request" => again(json, command_request),
        "answer" => again(json, answer),
        "event_request" => again::<EventRequest>(json, |_| "event_request"),
        "site_summary" => again::<SiteSummary>(json, |_| "site_summary"),
        "snapshot" => again::<Snapshot>(json, |_| "snapshot"),
        "figures" => again::<Figures>(json, |_| "figures"),
        "alarm_page" => again::<AlarmPage>(json, |_| "alarm_page"),
        "step_page" => again::<StepPage<AlarmFact>>(json, |_| "step_page"),
        "note_text" => again::<NoteText>(json, |_| "note_text"),
        "track_page" => again::<TrackPage>(json, |_| "track_page"),
        "where_all" => again::<WhereAll>(json, |_| "where_all"),
        "observation_page" => again::<ObservationPage>(json, |_| "observation_page"),
        "health" => again::<Health>(json, |_| "health"),
        "error_body" => again::<ErrorBody>(json, |_| "error_body"),
        other => panic!("tests/wire/{name}: no type {other}"),
    }
}

/// The files with their JSON, apart from the position frame.
fn samples() -> Vec<(String, String)> {
    let folder = folder("wire");
    let is_body = |name: &String| !name.starts_with("position_frame.");
    let names = names(&folder).into_iter().filter(is_body);
    names
        .map(|name| {
            let json = read(&folder.join(&name));
            (name.trim_end_matches(".json").to_owned(), json)
        })
        .collect()
}

#[test]
fn every_message_and_body_has_a_file() {
    let names: BTreeSet<_> = samples().into_iter().map(|(name, _)| name).collect();
    for variant in VARIANTS.into_iter().chain(COMMANDS_AND_ANSWERS) {
        let dotted = format!("{variant}.");
        let has = names.iter().any(|n| n == variant || n.starts_with(&dotted));
        assert!(has, "tests/wire/{variant}.json is missing");
    }
}

#[test]
fn every_file_is_read_and_written_back_to_the_same_value() {
    for (name, json) in samples() {
        let told: Value = serde_json::from_str(&json).unwrap();
        let (written, named) = through(&name, &json).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(written, told, "{name}");
        assert!(name.starts_with(&named), "{name} was read as {named}");
    }
}

/// A thing that changes tell of. A new one does not compile until it is named here, and fails below
/// until a file puts it and one removes it.
fn entity(entity: &Entity) -> &'static str {
    match entity {
        Entity::Estate(_) => "estate",
        Entity::Alarm(_) => "alarm",
        Entity::Incident(_) => "incident",
        Entity::Assignment(_) => "assignment",
        Entity::Person(..) => "person",
        Entity::Phone(..) => "phone",
        Entity::Zone(..) => "zone",
        Entity::Door(..) => "door",
        Entity::Actuation(..) => "actuation",
        Entity::Ladder(..) => "ladder",
        Entity::Reach(..) => "reach",
        Entity::Flood(_) => "flood",
        Entity::SelfTest(_) => "self_test",
    }
}

fn entity_id(id: &EntityId) -> &'static str {
    match id {
        EntityId::Estate => "estate",
        EntityId::Alarm(_) => "alarm",
        EntityId::Incident(_) => "incident",
        EntityId::Assignment(_) => "assignment",
        EntityId::Person(_) => "person",
        EntityId::Phone(_) => "phone",
        EntityId::Zone(_) => "zone",
        EntityId::Door(_) => "door",
        EntityId::Actuation(_) => "actuation",
        EntityId::Ladder(_) => "ladder",
        EntityId::Reach(_) => "reach",
        EntityId::Flood => "flood",
        EntityId::SelfTest => "self_test",
    }
}

#[test]
fn everything_that_changes_can_put_or_remove_is_in_a_file() {
    let (mut put, mut removed) = (BTreeSet::new(), BTreeSet::new());
    for (name, json) in samples() {
        if !name.starts_with("server_message.changes") {
            continue;
        }
        let ServerMessage::Changes(changes) = serde_json::from_str(&json).unwrap() else {
            panic!("{name}");
        };
        for change in &changes.changes {
            match change {
                ViewFact::Put(thing) => put.insert(entity(thing)),
                ViewFact::Remove(id) => removed.insert(entity_id(id)),
            };
        }
    }
    assert_eq!(put.len(), 13, "{put:?}");
    assert_eq!(removed, put);
}

#[test]
fn a_refusal_is_a_sentence_for_a_person_and_a_code_for_a_program() {
    for (name, json) in samples() {
        let Ok(Err(refusal)) = serde_json::from_str::<Answer>(&json) else {
            continue;
        };
        let sentence = refusal.to_string();
        assert!(
            sentence.len() > 20 && sentence.contains(' '),
            "{name}: {sentence}"
        );
        assert!(!sentence.contains('{'), "{name}: {sentence}");
        let told: Value = serde_json::from_str(&json).unwrap();
        let code = told["Err"]["code"].as_str().unwrap();
        assert_eq!(name, format!("answer.{code}"));
    }
}

#[test]
fn the_snapshots_file_has_every_side_of_an_alarm_and_of_a_site() {
    let (_, json) = samples()
        .into_iter()
        .find(|(n, _)| n == "snapshot")
        .unwrap();
    let Snapshot { view, .. } = serde_json::from_str(&json).unwrap();
    let some = |side: fn(&Alarm) -> bool| view.alarms.values().any(side);
    for (side, used) in [
        ("acknowledged", some(|a| a.acknowledged.is_some())),
        ("muted", some(|a| a.mute.is_some())),
        ("shelved", some(|a| a.shelf.is_some())),
        ("told step by step", some(|a| a.history.left_out() > 0)),
        ("joined", some(|a| !a.joined.is_empty())),
        ("risen", some(|a| !a.rises.is_empty())),
        (
            "verified",
            some(|a| a.judged().is_some_and(|j| j.basis.is_some())),
        ),
        ("unheard", some(|a| a.unheard.is_some())),
        ("drill", some(|a| a.drill)),
        ("doubted", some(|a| !a.doubts.is_empty())),
        ("closed", some(Alarm::is_closed)),
        ("of a person", some(|a| a.source.person().is_some())),
        ("of Castellan", some(|a| a.source == Source::System)),
    ] {
        assert!(used, "no alarm of tests/wire/snapshot.json is {side}");
    }
    for due in [Due::Claim, Due::Acknowledged, Due::FollowUp, Due::Shelf] {
        let runs = view
            .alarms
            .values()
            .any(|a| a.next_due().is_some_and(|(_, d)| d == due));
        assert!(runs, "{due:?} runs nowhere");
    }
    let site = [
        view.people.len(),
        view.phones.len(),
        view.zones.len(),
        view.doors.len(),
    ];
    assert!(site.iter().all(|count| *count > 1) && view.flood.is_some());
}

#[test]
fn what_may_be_left_out_has_a_meaning() {
    let read = |name: &str, json: &str| through(name, json).unwrap().0;
    let event = r#"{"device":"d","event_id":"e","type":"panic"}"#;
    assert_eq!(read("event_request", event)["state"], "momentary");
    let drill = serde_json::from_str::<EventRequest>(event).unwrap().drill;
    assert!(!drill, "what does not say so is no drill");
    let hello = r#"{"t":"hello","protocol":2,"build":"b","site":"s","audience":"wall"}"#;
    assert_eq!(read("client_message", hello)["resume"], Value::Null);
}

#[test]
fn what_the_protocol_does_not_know_is_refused() {
    let long = "长".repeat(501);
    let note = |text: &str| json!({"alarm": "A-1", "text": text});
    let command = |body: Value| {
        let command_id = "018f2c3a-7b1e-7c4d-9a2b-000000000001";
        json!({"command_id": command_id, "command": body}).to_string()
    };
    let good = command(json!({"note": note(&"长".repeat(500))}));
    assert!(through("command_request", &good).is_ok());
    let event = |field: &str, value: &str| {
        let mut event = json!({"device": "d", "event_id": "e", "type": "t"});
        event[field] = value.into();
        event.to_string()
    };
    let hello = |build: &str| {
        format!(r#"{{"t":"hello","protocol":2,"build":"{build}","site":"s","audience":"wall"}}"#)
    };
    let painted = |seq: i64| format!(r#"{{"t":"painted_upto","seq":{seq}}}"#);
    assert!(through("client_message", &hello(&"b".repeat(64))).is_ok());
    for (name, json) in [
        ("command_request", command(json!({"note": note(&long)}))),
        ("command_request", command(json!({"note": note("  ")}))),
        (
            "command_request",
            command(json!({"note": note("\u{feff}")})),
        ),
        (
            "command_request",
            command(json!({"dance": {"alarm": "A-1"}})),
        ),
        (
            "command_request",
            command(json!({"claim": {"alarm": "A-1", "for": "me"}})),
        ),
        (
            "command_request",
            command(json!({"claim": {"alarm": "A-01"}})),
        ),
        (
            "command_request",
            command(json!({"judge": {"alarm": "A-1", "verdict": "drill"}})),
        ),
        ("command_request", command(json!({"claim": {}}))),
        (
            "command_request",
            command(json!({"shelve": {"alarm": "A-1", "for_s": -1, "reason": "works"}})),
        ),
        (
            "command_request",
            command(json!({"shelve": {"alarm": "A-1", "for_s": 60, "reason": "tea"}})),
        ),
        (
            "command_request",
            command(json!({"shelve": {"alarm": "A-1", "for_s": 60}})),
        ),
        (
            "command_request",
            command(json!({"transfer": {"alarm": "A-1", "to": "../me"}})),
        ),
        (
            "command_request",
            command(json!({"split": {"alarm": "A-1", "source": "gas-1"}})),
        ),
        ("command_request", command(json!({"arm": {"zone": ""}}))),
        (
            "command_request",
            command(json!({"bind_phone": {"phone": "a b", "person": "p"}})),
        ),
        (
            "command_request",
            command(json!({"give_call_sign": {"person": "p", "call_sign": {"zh": "猎鹰"}}})),
        ),
        ("event_request", event("drill", "yes")),
        ("event_request", event("device", &"d".repeat(65))),
        ("event_request", event("event_id", "../../etc/passwd")),
        ("event_request", event("state", "maybe")),
        ("event_request", event("colour", "red")),
        ("event_request", event("occurred_at", &"9".repeat(41))),
        ("client_message", hello(&"b".repeat(65))),
        ("client_message", r#"{"t":"goodbye"}"#.to_owned()),
        (
            "client_message",
            r#"{"t":"hello","protocol":2,"build":"b","site":"s"}"#.to_owned(),
        ),
        (
            "client_message",
            r#"{"t":"presence","looking_at":{"alarm":"7"}}"#.to_owned(),
        ),
        (
            "server_message",
            r#"{"t":"changes","after":1,"upto":2,"hash":"h","changes":[{"put":{"person":"p"}}]}"#
                .to_owned(),
        ),
        ("client_message", r#"{"n":1}"#.to_owned()),
        ("client_message", painted(-1)),
        ("server_message", r#"{"t":"goodbye"}"#.to_owned()),
        ("server_message", r#"{"t":"echo"}"#.to_owned()),
        ("server_message", r#"{"n":1}"#.to_owned()),
    ] {
        assert!(through(name, &json).is_err(), "{name} {json}");
    }
}

#[test]
fn a_hello_of_the_longest_ids_fits_into_its_limit() {
    let (_, hello) = samples()
        .into_iter()
        .find(|(name, _)| name == "client_message.hello")
        .unwrap();
    let long = hello
        .replace("jinxiu-1", &"s".repeat(64))
        .replace("0.1.0+5f0c1a7e", &"\\u4e00".repeat(64))
        .replace("4711", &u64::MAX.to_string());
    assert!(through("client_message", &long).is_ok());
    assert!(long.len() < CLIENT_MESSAGE_BYTES_MAX, "{}", long.len());
}

proptest! {
    #![proptest_config(cases(150, "tests/regressions/wire.txt"))]

    #[test]
    fn junk_is_refused_by_every_type_without_a_panic(
        which in any::<prop::sample::Index>(), junk in "[ -~]{0,60}|\\PC{0,30}",
    ) {
        let samples = samples();
        let (name, _) = which.get(&samples);
        // Anything may happen but a panic: a bare "tracked" is an answer, after all.
        let _ = through(name, &junk);
        let unbalanced = format!("{junk}}}{{");
        prop_assert!(through(name, &unbalanced).is_err());
    }

    #[test]
    fn a_message_that_was_cut_off_is_refused(
        which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(),
    ) {
        let samples = samples();
        let (name, json) = which.get(&samples);
        let json = json.trim_end();
        let at = at.index(json.chars().count());
        let cut: String = json.chars().take(at).collect();
        prop_assert!(through(name, &cut).is_err(), "{} {}", name, cut);
    }
}

/// A frame in the words of `tests/wire/position_frame.json`.
fn frame_json(frame: &PositionFrame) -> Value {
    let moved = frame.moved.iter().map(|moved| {
        let mut one = json!({
            "handle": moved.handle, "x_cm": moved.offset.x_cm, "y_cm": moved.offset.y_cm,
            "received_ms": moved.received_at.as_millis(),
        });
        if let Some(accuracy) = moved.accuracy_dm {
            one["accuracy_dm"] = accuracy.into();
        }
        one
    });
    let moved: Vec<_> = moved.collect();
    json!({"epoch": frame.epoch, "base_ms": frame.base.as_millis(), "gone": frame.gone, "moved": moved})
}

#[test]
fn position_frames_are_these_bytes() {
    let folder = folder("wire");
    let names = names(&folder).into_iter();
    let frames: Vec<_> = names
        .filter_map(|name| name.strip_suffix(".hex").map(ToOwned::to_owned))
        .collect();
    assert_eq!(frames.len(), 5, "{frames:?}");
    for name in frames {
        let hex = read(&folder.join(format!("{name}.hex")));
        let nibbles: Vec<_> = hex
            .trim()
            .chars()
            .map(|c| c.to_digit(16).unwrap())
            .collect();
        let (pairs, odd) = nibbles.as_chunks::<2>();
        assert!(odd.is_empty());
        let bytes: Vec<_> = pairs
            .iter()
            .map(|[high, low]| u8::try_from(high * 16 + low).unwrap())
            .collect();
        let frame = PositionFrame::decode(&bytes).unwrap();
        let told = read(&folder.join(format!("{name}.json")));
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(frame_json(&frame), told, "{name}");
        assert_eq!(frame.encode(), bytes, "{name}");
        for cut in 0..bytes.len() {
            assert!(
                PositionFrame::decode(&bytes[..cut]).is_err(),
                "{name} cut at {cut}"
            );
        }
    }
}

#[test]
fn a_position_heard_after_the_frame_was_begun_is_not_from_the_future() {
    let base = Timestamp::from_millis(1_795_000_000_120);
    let moved = vec![Moved {
        handle: 0,
        offset: Offset::default(),
        received_at: base + Span::from_millis(5),
        accuracy_dm: None,
    }];
    let frame = PositionFrame {
        epoch: 1,
        base,
        gone: Vec::new(),
        moved,
    };
    let read = PositionFrame::decode(&frame.encode()).unwrap();
    assert_eq!(read.moved[0].received_at, base);
}
