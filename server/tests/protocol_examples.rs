//! The pages under `docs/protocols` cannot rot: their examples are read out of them and decoded by
//! the real types, or sent to the real server; their lists of codes and kinds are complete.

use crate::common::Castellan;
use castellan_domain::alarm::{AlarmFact, CLOSED_ALARMS_MAX, NOTES_MAX, OPEN_ALARMS_MAX};
use castellan_domain::answer::Accepted;
use castellan_domain::audience::Audience;
use castellan_domain::fact::{Cause, Fact, FactBody};
use castellan_domain::geo::{Anchor, LonLat};
use castellan_domain::ids::{CommandId, SLUG_MAX};
use castellan_domain::notify::Message;
use castellan_domain::refusal::Refusal;
use castellan_domain::stream::{BACKLOG_BYTES_MAX, LAST_SEEN_STEP};
use castellan_domain::subject::HISTORY_STEPS_MAX;
use castellan_domain::text::Text;
use castellan_domain::unrecorded::UNRECORDED_MAX;
use castellan_domain::wire::api::{
    ALARM_PAGE_DEFAULT, ALARM_PAGE_MAX, AlarmPage, CommandRequest, ErrorBody, EventRequest,
    Figures, Health, NoteText, Order, STEP_PAGE_DEFAULT, STEP_PAGE_MAX, SiteSummary, Snapshot,
    StepPage, WireCommand,
};
use castellan_domain::wire::history::{
    OBSERVATIONS_MAX, ObservationPage, TRACK_FIXES_MAX, TrackPage, WhereAll,
};
use castellan_domain::wire::live::{
    CLIENT_MESSAGE_BYTES_MAX, ClientMessage, Facts, HEARTBEAT_EVERY_MS, PROTOCOL_VERSION,
    RefusedCode, ServerMessage, TICK_EVERY_MS, VIEWERS_MAX,
};
use castellan_domain::wire::position_frame::{FRAME_POSITIONS_MAX, PositionFrame};
use castellan_domain::wire::sheet::CaseSheet;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

const LIVE: &str = include_str!("../../docs/protocols/live.md");
const HTTP: &str = include_str!("../../docs/protocols/http.md");
const ERRORS: &str = include_str!("../src/http/errors.rs");

/// The fenced blocks of a page that are marked with this name, such as "json server".
fn blocks<'a>(page: &'a str, mark: &str) -> Vec<&'a str> {
    let fence = format!("\n```{mark}\n");
    let found: Vec<_> = page
        .split(&fence)
        .skip(1)
        .map(|rest| rest.split("\n```").next().unwrap_or(rest))
        .collect();
    assert!(!found.is_empty(), "no example of {mark:?}");
    found
}

fn no_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                fields
                    .map(|(name, value)| (name, no_nulls(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.into_iter().map(no_nulls).collect()),
        other => other,
    }
}

/// Decodes an example, and finds every field of it again in what the type itself writes.
fn decoded<T: DeserializeOwned + Serialize>(example: &str) -> T {
    let value: T = serde_json::from_str(example)
        .unwrap_or_else(|error| panic!("{error} in the example {example}"));
    let written = serde_json::to_string(&value).expect("it can be written again");
    let (written, example): (Value, Value) = (
        serde_json::from_str(&written).expect("JSON"),
        serde_json::from_str(example).expect("JSON"),
    );
    assert_eq!(
        no_nulls(written),
        no_nulls(example),
        "a field that the type does not know"
    );
    value
}

fn all<T: DeserializeOwned + Serialize>(page: &str, mark: &str) -> Vec<T> {
    blocks(page, mark).into_iter().map(decoded).collect()
}

/// A number as the pages write it.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[test]
fn every_message_of_the_live_protocol_has_an_example_that_is_true() {
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for message in all::<ClientMessage>(LIVE, "json client") {
        told.insert(match message {
            ClientMessage::Hello(hello) => {
                assert_eq!(hello.protocol, PROTOCOL_VERSION);
                if hello.resume.is_some() {
                    "hello again"
                } else {
                    "hello"
                }
            }
            ClientMessage::Echo { .. } => "echo",
            ClientMessage::Presence(_) => "presence",
            ClientMessage::PaintedUpto { .. } => "painted_upto",
        });
    }
    assert_eq!(told.len(), 5);
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for message in all::<ServerMessage>(LIVE, "json server") {
        told.insert(match message {
            ServerMessage::Welcome(_) => "welcome",
            ServerMessage::Facts(facts) => {
                let last = facts.facts.last().expect("facts");
                assert_eq!(Fact::decode(last.get()).unwrap().seq, facts.upto);
                "facts"
            }
            ServerMessage::Changes(_) => "changes",
            ServerMessage::Handles(_) => "handles",
            ServerMessage::Latest(_) => "latest",
            ServerMessage::Viewers(_) => "viewers",
            ServerMessage::Unrecorded(_) => "unrecorded",
            ServerMessage::Guard(_) => "guard",
            ServerMessage::Heartbeat(_) => "heartbeat",
            ServerMessage::Gap => "gap",
            ServerMessage::Echo { .. } => "echo",
            ServerMessage::Refused(refused) => {
                let ours = format!("this server speaks version {PROTOCOL_VERSION} of");
                assert!(refused.message.starts_with(&ours), "{}", refused.message);
                "refused"
            }
        });
    }
    assert_eq!(told.len(), 12, "{told:?}");
}

#[test]
fn the_hash_chain_of_the_page_holds() {
    let facts: Vec<Facts> = blocks(LIVE, "json server")
        .into_iter()
        .filter(|example| example.contains("\"t\":\"facts\""))
        .map(|example| serde_json::from_str(example).unwrap())
        .collect();
    let unhex = |text: &str| -> Vec<u8> {
        (0..text.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
            .collect()
    };
    let mut bytes = unhex(facts[0].hash.as_str());
    bytes.extend_from_slice(facts[1].facts[0].get().as_bytes());
    assert_eq!(
        Sha256::digest(&bytes).to_vec(),
        unhex(facts[1].hash.as_str())
    );
}

#[test]
fn the_worked_position_frame_decodes_to_what_the_page_says() {
    let hex = blocks(LIVE, "hex position_frame")[0];
    let bytes: Vec<u8> = hex
        .split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect();
    let frame = PositionFrame::decode(&bytes).unwrap();
    assert_eq!(frame.encode(), bytes);
    assert!(
        LIVE.contains(&format!(
            "{} bytes for one who left and two who moved",
            bytes.len()
        )),
        "{}",
        bytes.len()
    );
    let said: Value = serde_json::from_str(blocks(LIVE, "json position_frame")[0]).unwrap();
    let anchor: LonLat = serde_json::from_value(said["anchor"].clone()).unwrap();
    let anchor = Anchor::new(anchor);
    assert_eq!(said["epoch"], frame.epoch);
    assert_eq!(said["base_ms"], frame.base.as_millis());
    assert_eq!(said["gone"], json!(frame.gone));
    let said = said["moved"].as_array().unwrap();
    assert_eq!(said.len(), frame.moved.len());
    for (said, moved) in said.iter().zip(&frame.moved) {
        assert_eq!(said["handle"], moved.handle);
        assert_eq!(
            (&said["x_cm"], &said["y_cm"]),
            (&moved.offset.x_cm.into(), &moved.offset.y_cm.into())
        );
        assert_eq!(
            said["age_ms"],
            frame.base.since(moved.received_at).as_millis()
        );
        assert_eq!(
            said["accuracy_dm"].as_u64(),
            moved.accuracy_dm.flatten().map(u64::from)
        );
        let at = anchor.position(moved.offset).unwrap();
        for (said, degrees) in [(&said["lon"], at.lon()), (&said["lat"], at.lat())] {
            assert!(
                (said.as_f64().unwrap() - degrees).abs() < 2e-7,
                "{said} is {degrees}"
            );
        }
    }
    // The table shows the same bytes in the same order.
    let (_, table) = LIVE.split_once("| bytes | value |\n").unwrap();
    let shown: String = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| line.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect::<Vec<_>>()
        .join(" ");
    assert_eq!(shown, hex);
}

#[test]
fn every_example_of_http_is_true() {
    // What an event leaves out has a meaning, so it is written again with more; but a field that
    // the type does not know is refused.
    let events: Vec<EventRequest> = blocks(HTTP, "json event")
        .into_iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect();
    let commands: Vec<CommandRequest> = all(HTTP, "json command");
    let accepted: Vec<Accepted> = all(HTTP, "json accepted");
    let errors: Vec<ErrorBody> = all(HTTP, "json error");
    let bodies = blocks(HTTP, "jsonl command_body")[0].lines();
    let bodies: Vec<WireCommand> = bodies.map(decoded).collect();
    let wishes: BTreeSet<_> = bodies.iter().map(WireCommand::name).collect();
    assert_eq!(
        wishes,
        WireCommand::names().collect(),
        "each is written there"
    );
    for wish in wishes {
        let cell = format!("`{wish}`");
        let rows = HTTP.lines().filter(|line| line.starts_with("| `"));
        let mut first_cells = rows.filter_map(|row| row.split('|').nth(1));
        assert!(
            first_cells.any(|first| first.contains(&cell)),
            "{wish} has no row"
        );
    }
    assert_eq!(all::<Snapshot>(HTTP, "json snapshot").len(), 1);
    assert_eq!(all::<Health>(HTTP, "json health").len(), 1);
    for told in all::<Value>(HTTP, "json notification") {
        let message = json!({"kind": told["kind"], "call": told["call"]});
        decoded::<Message>(&message.to_string());
    }
    assert_eq!(all::<Order>(HTTP, "json order").len(), 1);
    assert_eq!(all::<TrackPage>(HTTP, "json track").len(), 1);
    assert_eq!(all::<WhereAll>(HTTP, "json where").len(), 1);
    assert_eq!(all::<ObservationPage>(HTTP, "json observations").len(), 1);
    assert_eq!(all::<Vec<SiteSummary>>(HTTP, "json sites").len(), 1);
    assert_eq!(all::<Vec<NoteText>>(HTTP, "json notes").len(), 2);
    assert_eq!(all::<AlarmPage>(HTTP, "json alarms").len(), 1);
    assert_eq!(all::<Figures>(HTTP, "json figures").len(), 1);
    assert_eq!(all::<StepPage<AlarmFact>>(HTTP, "json history").len(), 1);
    assert_eq!(all::<CaseSheet>(HTTP, "json sheet").len(), 1);
    assert_eq!(
        (events.len(), commands.len(), accepted.len(), errors.len()),
        (2, 3, 3, 2)
    );
    let refused = errors
        .iter()
        .find_map(|body| body.error.refusal.as_ref())
        .unwrap();
    assert_eq!(
        errors[1].error.message,
        refused.to_string(),
        "the sentence is the program's"
    );
}

#[test]
fn every_code_and_kind_is_on_its_page() {
    let refusals: Vec<Refusal> = blocks(HTTP, "jsonl refusal")[0]
        .lines()
        .map(decoded)
        .collect();
    let codes = refusals.iter().map(|refusal| {
        let written = serde_json::to_value(refusal).expect("JSON");
        written["code"].as_str().expect("a code").to_owned()
    });
    let codes: BTreeSet<String> = codes.collect();
    // Every refusal has a sample of its bytes there.
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/tests/wire");
    let samples = std::fs::read_dir(samples).expect("the samples");
    let on_file = samples.filter_map(|file| {
        let bytes = std::fs::read(file.expect("a file").path()).expect("a sample");
        let sample: Value = serde_json::from_slice(&bytes).ok()?;
        Some(sample["Err"]["code"].as_str()?.to_owned())
    });
    assert_eq!(on_file.collect::<BTreeSet<_>>(), codes);
    assert_eq!(codes.len(), refusals.len(), "each once");
    let ingest = [
        include_str!("../src/ingest/owntracks.rs"),
        include_str!("../src/ingest/events.rs"),
        include_str!("../src/http/ingest.rs"),
    ];
    let own = [ERRORS]
        .into_iter()
        .chain(ingest)
        .flat_map(str::lines)
        .filter_map(|line| {
            let (_, code) = line.trim().strip_prefix("Self::")?.split_once(" => \"")?;
            code.strip_suffix("\",").filter(|code| !code.contains(' '))
        });
    let own: BTreeSet<String> = own.map(str::to_owned).collect();
    assert!(own.len() >= 20 && own.contains("wrong_method"), "{own:?}");
    for code in own.union(&codes) {
        assert!(
            HTTP.contains(&format!("\n| `{code}` |")),
            "{code} has no row"
        );
    }
    for code in [
        RefusedCode::BadMessage,
        RefusedCode::WrongProtocol,
        RefusedCode::UnknownSite,
        RefusedCode::UnknownAudience,
        RefusedCode::TooManyDisplays,
        RefusedCode::UnknownPerson,
        RefusedCode::CannotBeSent,
    ] {
        let name = serde_json::to_value(code).unwrap();
        let name = name.as_str().unwrap();
        assert!(
            LIVE.contains(&format!("\n| `{name}` |")),
            "{name} has no row"
        );
    }
    for audience in Audience::ALL {
        let name = audience.name();
        assert!(
            LIVE.contains(&format!("\n| `{name}` |")),
            "{name} has no row"
        );
    }
    for (kind, version) in FactBody::kinds() {
        assert!(
            LIVE.contains(&format!("\n| `{kind}` | {version} |")),
            "{kind} has no row"
        );
    }
}

#[test]
fn every_cause_is_on_the_page() {
    for cause in [
        Cause::Event {
            device: "d".parse().unwrap(),
            event: "e".parse().unwrap(),
        },
        Cause::Call {
            phone: "p".parse().unwrap(),
            event: "e".parse().unwrap(),
        },
        Cause::Command(CommandId(uuid::Uuid::nil())),
        Cause::Rule(Text::constant("a@1")),
        Cause::Estate,
        Cause::Console,
        Cause::Server,
    ] {
        // A new cause does not compile until it is named here and told of there.
        let told = match cause {
            Cause::Event { .. } => r#"`{"event":{"device":…,"event":…}}`"#,
            Cause::Call { .. } => r#"`{"call":{"phone":…,"event":…}}`"#,
            Cause::Command(_) => r#"`{"command":UUID}`"#,
            Cause::Rule(_) => r#"`{"rule":""#,
            Cause::Estate => r#"`"estate"`"#,
            Cause::Console => r#"`"console"`"#,
            Cause::Server => r#"`"server"`"#,
        };
        assert!(LIVE.contains(told), "{told} is not told of");
    }
}

#[test]
fn every_limit_is_on_its_page() {
    let every = |ms: u64| grouped(usize::try_from(ms).unwrap());
    for (page, words) in [
        (LIVE, format!("Protocol version: **{PROTOCOL_VERSION}**")),
        (LIVE, format!("{} bytes", grouped(CLIENT_MESSAGE_BYTES_MAX))),
        (LIVE, format!("Every {} ms", every(HEARTBEAT_EVERY_MS))),
        (LIVE, format!("at most every {} ms", every(TICK_EVERY_MS))),
        (LIVE, format!("at most {}", grouped(FRAME_POSITIONS_MAX))),
        (LIVE, format!("at most {VIEWERS_MAX} displays")),
        (LIVE, format!("at most {UNRECORDED_MAX} notices")),
        (LIVE, format!("steps of {} s", LAST_SEEN_STEP.as_secs())),
        (LIVE, format!("{} MiB", BACKLOG_BYTES_MAX / 1024 / 1024)),
        (LIVE, format!("more than {CLOSED_ALARMS_MAX} are closed")),
        (LIVE, format!("1 to {SLUG_MAX} characters")),
        (HTTP, format!("1 to {SLUG_MAX} characters")),
        (HTTP, format!("at most {NOTES_MAX} notes")),
        (HTTP, format!("1 to {} positions", grouped(TRACK_FIXES_MAX))),
        (HTTP, format!("1 to {};", grouped(OBSERVATIONS_MAX))),
        (
            HTTP,
            format!("1 to {ALARM_PAGE_MAX} (left out: {ALARM_PAGE_DEFAULT})"),
        ),
        (
            HTTP,
            format!("1 to\n{STEP_PAGE_MAX} (left out: {STEP_PAGE_DEFAULT})"),
        ),
        (LIVE, format!("A history keeps {HISTORY_STEPS_MAX} steps")),
        (HTTP, format!("{} open alarms", grouped(OPEN_ALARMS_MAX))),
    ] {
        assert!(page.contains(&words), "the page should say {words:?}");
    }
}

#[tokio::test]
async fn a_stranger_who_sends_the_pages_bodies_is_understood() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let phone = [("x-limit-u", "phone-1")];
    for body in blocks(HTTP, "json owntracks") {
        let answer = server.post("/ingest/owntracks", &phone, body).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "[]"));
    }
    for body in blocks(HTTP, "json event") {
        let Accepted::Reported { alarm, .. } =
            server.post("/ingest/v1/events", &[], body).await.json()
        else {
            panic!("an event is reported");
        };
        assert!(alarm.is_some());
    }
    // In the order of the page: claimed as fact 4, noted as 5; the verdict expects version 4.
    for (body, status) in blocks(HTTP, "json command")
        .into_iter()
        .zip([200, 200, 409])
    {
        let path = "/api/v1/sites/test-1/commands";
        let answer = server
            .post(path, &[("X-Castellan-Person", "li-na")], body)
            .await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
}
