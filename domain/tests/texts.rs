//! Texts and ids from outside at their limits, in every field that has one.

use crate::common::document::{points, with};
use castellan_domain::alarm::NoteCommand;
use castellan_domain::command::Command;
use castellan_domain::estate::{EstateError, EstateFault};
use castellan_domain::wire::api::{CommandRequest, EventRequest};
use castellan_domain::wire::ingest::{CallRequest, DoorRequest, HeardRequest};
use castellan_domain::wire::live::ClientMessage;
use serde_json::{Value, json};

/// Characters that no text may have: control characters, and those that turn the direction.
const FORBIDDEN: [char; 14] = [
    '\u{0}', '\u{7}', '\u{1b}', '\u{7f}', '\u{85}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}',
    '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// Texts that do not fit into a field of this many characters.
fn unfit(most: usize) -> Vec<String> {
    let spoiled = FORBIDDEN.map(|c| format!("门{c}门"));
    let long = ["长".repeat(most + 1), "x".repeat(most + 1)];
    let empty = ["", " ", "\n\t ", "\u{200b}\u{200d}\u{feff}"].map(str::to_owned);
    spoiled.into_iter().chain(long).chain(empty).collect()
}

/// Ids that are none.
fn no_ids() -> Vec<String> {
    let long = "x".repeat(65);
    let bad = [
        "",
        " ",
        "a b",
        "a/b",
        "../x",
        "a?b",
        "a#b",
        "a%2fb",
        "门",
        "a\u{0}b",
        "a\u{202e}b",
        "a\n",
    ];
    let bad = bad.map(str::to_owned);
    bad.into_iter().chain([long]).collect()
}

fn name() -> Value {
    json!({"zh": "北", "en": "North"})
}

/// An estate that has every field.
fn full(pointer: &str, value: Value) -> Result<(), EstateError> {
    let zone = json!([{"id": "z1", "name": name(), "devices": ["gas-1"]}]);
    let area = json!([{"id": "a1", "name": name(), "kind": "forbidden", "outline": points(3)}]);
    let staffing = json!({"shifts": [{"name": name(), "starts_at": "08:00"}]});
    let second =
        json!({"to": "gas_high", "within_s": 60, "near": "zone", "also": ["smoke_single"]});
    let rooms = json!([{"from": "1", "to": "1", "numbers": ["01"]}]);
    let units = json!([{"label": "2", "at": [120.112, 30.287], "rooms": rooms}]);
    let post = json!([{"id": "p1", "name": name(), "guards_wanted": 1, "place": {"at": [120.112, 30.287]}}]);
    let changes = [
        ("/buildings/0/units", units),
        ("/posts", post),
        ("/alarm_types/0/second_source", second),
        ("/zones", zone),
        ("/areas", area),
        ("/staffing", staffing),
        ("/grounds/0/name", name()),
        (pointer, value),
    ];
    with(&changes).map(|_| ())
}

fn is_of_another_shape(result: &Result<(), EstateError>) -> bool {
    let error = result.as_ref().err();
    error.is_some_and(|error| matches!(error.faults(), [EstateFault::Shape(_)]))
}

#[test]
fn the_texts_of_an_estate_fit_or_are_refused() {
    let named = [
        "/name",
        "/grounds/0/name",
        "/buildings/0/name",
        "/devices/0/name",
        "/devices/0/place/spot",
        "/people/4/name",
        "/alarm_types/0/name",
        "/staffing/shifts/0/name",
        "/zones/0/name",
        "/areas/0/name",
        "/posts/0/name",
    ];
    let named = named.iter().map(|field| (*field, 80usize));
    let fields = named
        .chain([("/people/4/call_sign", 12)])
        .flat_map(|(field, most)| ["zh", "en"].map(|in_| (format!("{field}/{in_}"), most)));
    for (pointer, most) in fields {
        for good in ["长".repeat(most), "a".to_owned()] {
            let result = full(&pointer, json!(good));
            assert!(result.is_ok(), "{pointer}: {result:?}");
        }
        for bad in unfit(most) {
            let result = full(&pointer, json!(bad));
            assert!(is_of_another_shape(&result), "{pointer} {bad:?}");
        }
    }
    for (pointer, most) in [
        ("/buildings/0/floors/1/label", 12),
        ("/buildings/0/units/0/label", 12),
        ("/buildings/0/units/0/rooms/0/from", 12),
        ("/buildings/0/units/0/rooms/0/numbers/0", 12),
        ("/time_zone", 64),
    ] {
        for bad in unfit(most) {
            let result = full(pointer, json!(bad));
            assert!(is_of_another_shape(&result), "{pointer} {bad:?}");
        }
    }
    let label = "长".repeat(12);
    assert!(with(&[("/buildings/0/floors/2/label", json!(label))]).is_ok());
}

#[test]
fn the_ids_of_an_estate_fit_or_are_refused() {
    for pointer in [
        "/site",
        "/buildings/0/id",
        "/devices/0/id",
        "/devices/0/upstream",
        "/people/0/id",
        "/people/0/phone",
        "/people/0/deputy_of",
        "/posts/0/id",
        "/buildings/0/units/0/door",
        "/alarm_types/0/id",
        "/alarm_types/0/family",
        "/alarm_types/0/procedure",
        "/alarm_types/0/at_night",
        "/alarm_types/0/if_critical",
        "/alarm_types/0/second_source/to",
        "/alarm_types/0/second_source/also/0",
        "/zones/0/devices/0",
        "/zones/0/id",
        "/areas/0/id",
    ] {
        for bad in no_ids() {
            let result = full(pointer, json!(bad));
            assert!(is_of_another_shape(&result), "{pointer} {bad:?}");
        }
    }
    for pointer in [
        "/site",
        "/people/0/id",
        "/people/0/phone",
        "/zones/0/id",
        "/areas/0/id",
    ] {
        assert!(full(pointer, json!("x".repeat(64))).is_ok(), "{pointer}");
    }
}

fn command(body: &Value) -> Result<CommandRequest, serde_json::Error> {
    let command_id = "018f2c3a-7b1e-7c4d-9a2b-000000000001";
    serde_json::from_value(json!({"command_id": command_id, "command": body}))
}

#[test]
fn what_people_send_fits_or_is_refused() {
    let with_id = |id: &str| {
        [
            json!({"transfer": {"alarm": "A-1", "to": id}}),
            json!({"split": {"alarm": "A-1", "source": {"device": id}}}),
            json!({"split": {"alarm": "A-1", "source": {"person": id}}}),
            json!({"go_on_duty": {"person": id}}),
            json!({"go_off_duty": {"person": id}}),
            json!({"bind_phone": {"phone": id, "person": "p"}}),
            json!({"bind_phone": {"phone": "p", "person": id}}),
            json!({"unbind_phone": {"phone": id}}),
            json!({"give_call_sign": {"person": id, "call_sign": name()}}),
            json!({"arm": {"zone": id}}),
            json!({"disarm": {"zone": id}}),
        ]
    };
    for body in with_id(&"x".repeat(64)) {
        assert!(command(&body).is_ok(), "{body}");
    }
    for bad in no_ids() {
        for body in with_id(&bad) {
            assert!(command(&body).is_err(), "{body}");
        }
    }
    let note = |text: &str| json!({"note": {"alarm": "A-1", "text": text}});
    let sign = |text: &str| {
        let call_sign = json!({"zh": text, "en": "Falcon"});
        json!({"give_call_sign": {"person": "p", "call_sign": call_sign}})
    };
    assert!(command(&note(&"长".repeat(500))).is_ok());
    assert!(command(&sign(&"长".repeat(12))).is_ok());
    let spoiled = |text: &String| FORBIDDEN.iter().any(|c| text.contains(*c));
    for bad in unfit(500) {
        // What comes along unseen is left out or a space; the rest is kept.
        assert_eq!(command(&note(&bad)).is_ok(), spoiled(&bad), "{bad:?}");
    }
    for bad in unfit(12) {
        assert!(command(&sign(&bad)).is_err(), "{bad:?}");
    }
}

/// The words of a note as they are recorded.
fn noted(text: &str) -> String {
    let note = command(&json!({"note": {"alarm": "A-1", "text": text}})).expect("it fits");
    let Command::Note(NoteCommand::Note { text, .. }) = note.command else {
        panic!("another command");
    };
    text.to_string()
}

#[test]
fn a_note_has_lines_whatever_program_wrote_it() {
    for text in [
        "first\r\nsecond",
        "first\rsecond\r",
        "\u{feff}first\nsecond\u{200b}",
    ] {
        assert_eq!(noted(text), "first\nsecond");
    }
    assert_eq!(noted("from\ta \u{202e}table"), "from a table");
}

#[test]
fn what_devices_and_displays_send_fits_or_is_refused() {
    let event = |field: &str, value: &str| {
        let mut event = json!({"device": "d", "event_id": "e", "type": "t"});
        event[field] = value.into();
        serde_json::from_value::<EventRequest>(event)
    };
    for field in ["device", "event_id", "type"] {
        assert!(event(field, &"x".repeat(64)).is_ok());
        for bad in no_ids() {
            assert!(event(field, &bad).is_err(), "{field} {bad:?}");
        }
    }
    assert!(
        event("occurred_at", &"9".repeat(40)).is_ok(),
        "which is no time, as the adapter says"
    );
    for bad in unfit(40) {
        assert!(event("occurred_at", &bad).is_err(), "{bad:?}");
    }
    let hello = |build: &str, site: &str| {
        let hello = json!({"t": "hello", "protocol": 1, "build": build, "site": site,
                           "audience": "staff"});
        serde_json::from_value::<ClientMessage>(hello)
    };
    assert!(hello(&"b".repeat(64), &"s".repeat(64)).is_ok());
    for bad in unfit(64) {
        assert!(hello(&bad, "s").is_err(), "{bad:?}");
    }
    for bad in no_ids() {
        assert!(hello("b", &bad).is_err(), "{bad:?}");
    }
}

/// Whether a field takes a value.
type Fits<'a> = &'a dyn Fn(&str, &str) -> bool;

/// A door's, a device's and a phone's body, one field at a time.
#[test]
fn what_doors_living_devices_and_phones_in_need_send_fits_or_is_refused() {
    let door = |field: &str, value: &str| {
        let mut body = json!({"device": "d", "event_id": "e", "what": "opened"});
        body[field] = value.into();
        serde_json::from_value::<DoorRequest>(body).is_ok()
    };
    let heard = |field: &str, value: &str| {
        let mut body = json!({"device": "d"});
        body[field] = value.into();
        serde_json::from_value::<HeardRequest>(body).is_ok()
    };
    let call = |field: &str, value: &str| {
        let mut body = json!({"phone": "p", "event_id": "e", "kind": "sos"});
        body[field] = value.into();
        serde_json::from_value::<CallRequest>(body).is_ok()
    };
    let fields: [(Fits<'_>, &str); 5] = [
        (&door, "device"),
        (&door, "event_id"),
        (&heard, "device"),
        (&call, "phone"),
        (&call, "event_id"),
    ];
    for (fits, field) in fields {
        assert!(fits(field, &"x".repeat(64)), "{field}");
        for bad in no_ids() {
            assert!(!fits(field, &bad), "{field} {bad:?}");
        }
    }
    for fits in [&door as Fits<'_>, &call] {
        assert!(fits("occurred_at", &"9".repeat(40)));
        for bad in unfit(40) {
            assert!(!fits("occurred_at", &bad), "{bad:?}");
        }
        assert!(!fits("more", "1"));
    }
    assert!(!door("what", "ajar") && !call("kind", "bored") && !heard("event_id", "e"));
    for at in [
        json!([181, 30]),
        json!([120, 90.1]),
        json!([120]),
        json!("120,30"),
    ] {
        let body = json!({"phone": "p", "event_id": "e", "kind": "sos", "at": at});
        assert!(serde_json::from_value::<CallRequest>(body).is_err());
    }
}

/// What a display says of itself and of whoever sits there.
#[test]
fn what_displays_say_of_themselves_fits_or_is_refused() {
    let says = |message: Value| serde_json::from_value::<ClientMessage>(message).is_ok();
    let hello = |audience: &str, hash: &str| {
        let journal = "018f2c3a-7b1e-7c4d-9a2b-000000000001";
        says(
            json!({"t": "hello", "protocol": 2, "build": "b", "site": "s", "audience": audience,
                    "resume": {"journal": journal, "seq": 7, "hash": hash}}),
        )
    };
    let longest = "长".repeat(64);
    assert!(
        hello(&longest, &longest),
        "of a length that is read and then refused by name"
    );
    for bad in unfit(64) {
        assert!(!hello(&bad, "h"), "{bad:?}");
        assert!(!hello("wall", &bad), "{bad:?}");
    }
    let presences = |id: &str| {
        [
            json!({"t": "presence", "person": id}),
            json!({"t": "presence", "looking_at": {"person": id}}),
            json!({"t": "presence", "looking_at": {"device": id}}),
        ]
    };
    for message in presences(&"x".repeat(64)) {
        assert!(says(message));
    }
    for bad in no_ids() {
        for message in presences(&bad) {
            assert!(!says(message), "{bad:?}");
        }
    }
}
