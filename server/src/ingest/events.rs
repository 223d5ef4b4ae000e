//! Our own plain form of what devices and phones say, for scripts and for devices that can send any
//! JSON. Documented in `docs/protocols/http.md`.

use super::fields::{DecodeError, Fields, Unused};
use castellan_domain::ids::DeviceId;
use castellan_domain::observation::{Call, DoorChange, DoorReport, Report, ReportedState};
use castellan_domain::time::Timestamp;

/// What was said, and what of it was not used.
pub(crate) type Read<T> = (T, Unused);

/// Reads one body.
pub(crate) fn decode(body: &[u8], received_at: Timestamp) -> Result<Read<Report>, DecodeError> {
    let mut fields = Fields::of(body)?;
    let device = fields.id("device")?;
    let kind = fields.id("type")?;
    let state = fields.state("state", ReportedState::Momentary);
    let claimed_at = fields.time("occurred_at");
    let event = fields.event("event_id", body, claimed_at, received_at);
    let drill = fields.drill("drill");
    let (unused, doubts) = fields.rest();
    let report = Report {
        device,
        kind,
        state,
        event,
        claimed_at,
        received_at,
        drill,
        doubts,
    };
    Ok((report, unused))
}

/// Reads what a door's controller says.
pub(crate) fn decode_door(
    body: &[u8],
    received_at: Timestamp,
) -> Result<Read<DoorReport>, DecodeError> {
    let mut fields = Fields::of(body)?;
    let device = fields.id("device")?;
    let what = match fields.retained("what") {
        Some(open) => DoorChange::Retained { open },
        None => fields.word("what")?,
    };
    let claimed_at = fields.time("occurred_at");
    let event = fields.event("event_id", body, claimed_at, received_at);
    let drill = fields.drill("drill");
    let (unused, doubts) = fields.rest();
    let report = DoorReport {
        device,
        what,
        event,
        claimed_at,
        received_at,
        drill,
        doubts,
    };
    Ok((report, unused))
}

/// Reads a sign of life.
pub(crate) fn decode_heard(body: &[u8]) -> Result<Read<DeviceId>, DecodeError> {
    let mut fields = Fields::of(body)?;
    let device = fields.id("device")?;
    let (unused, _no_doubts) = fields.rest();
    Ok((device, unused))
}

/// Reads a call for help.
pub(crate) fn decode_call(body: &[u8], received_at: Timestamp) -> Result<Read<Call>, DecodeError> {
    let mut fields = Fields::of(body)?;
    let phone = fields.id("phone")?;
    let kind = fields.word("kind")?;
    let at = fields.place("at");
    let claimed_at = fields.time("occurred_at");
    let event = fields.event("event_id", body, claimed_at, received_at);
    let drill = fields.drill("drill");
    let (unused, doubts) = fields.rest();
    let call = Call {
        phone,
        kind,
        event,
        at,
        claimed_at,
        received_at,
        drill,
        doubts,
    };
    Ok((call, unused))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::tests::any_json;
    use castellan_domain::observation::{CallKind, Doubts, PlaceDoubt, TimeDoubt, Untrue};
    use castellan_domain::time::Span;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);
    const NO_DOUBT: Doubts = Doubts {
        time: None,
        place: None,
        drill: false,
        state: false,
    };

    fn event(field: &str, value: Value) -> Read<Report> {
        let mut body = json!({"device": "gas-3-b1", "event_id": "e", "type": "gas_high"});
        body[field] = value;
        decode(body.to_string().as_bytes(), NOW).unwrap()
    }

    fn call(field: &str, value: Value) -> Read<Call> {
        let mut body = json!({"phone": "guard-01", "event_id": "e", "kind": "sos"});
        body[field] = value;
        decode_call(body.to_string().as_bytes(), NOW).unwrap()
    }

    #[test]
    fn an_event_is_read_and_what_it_leaves_out_has_a_meaning() {
        let (report, unused) = decode(
            br#"{"device":"gas-3-b1","event_id":"e1","type":"gas_low","state":"active",
                 "occurred_at":"1970-01-01T00:00:01.5+00:00"}"#,
            NOW,
        )
        .unwrap();
        assert_eq!(report.state, ReportedState::Active);
        assert_eq!(report.claimed_at, Some(Timestamp::from_micros(1_500_000)));
        assert_eq!((report.doubts, unused), (NO_DOUBT, Unused::default()));
        let (short, _) = decode(br#"{"device":"b","event_id":"e","type":"panic"}"#, NOW).unwrap();
        assert_eq!(short.state, ReportedState::Momentary);
        assert_eq!((short.claimed_at, short.received_at), (None, NOW));
        assert_eq!(short.doubts, NO_DOUBT);
    }

    #[test]
    fn who_speaks_and_what_they_want_must_be_readable() {
        for body in [
            "",
            "{}",
            "[]",
            r#"["gas-3-b1","e","gas_low","active"]"#,
            r#"{"device":"a b","event_id":"e","type":"t"}"#,
            r#"{"event_id":"e","type":"t"}"#,
            r#"{"device":"a","event_id":"e"}"#,
            r#"{"device":null,"event_id":"e","type":"t"}"#,
            r#"{"device":["a"],"event_id":"e","type":"t"}"#,
        ] {
            assert!(decode(body.as_bytes(), NOW).is_err(), "{body}");
        }
        for body in [
            r#"["guard-01","e","sos"]"#,
            r#"{"phone":"g","event_id":"e"}"#,
            r#"{"phone":"g","event_id":"e","kind":"dance"}"#,
            r#"{"event_id":"e","kind":"sos"}"#,
        ] {
            assert!(decode_call(body.as_bytes(), NOW).is_err(), "{body}");
        }
    }

    #[test]
    fn a_door_says_what_became_of_it() {
        let door = |what: &str| {
            let body = format!(r#"{{"device":"door-1","event_id":"e1","what":{what}}}"#);
            decode_door(body.as_bytes(), NOW)
                .map(|(report, _)| report.what)
                .ok()
        };
        assert_eq!(door(r#""opened""#), Some(DoorChange::Opened));
        assert_eq!(door(r#"" Granted ""#), Some(DoorChange::Granted));
        let retained = Some(DoorChange::Retained { open: true });
        assert_eq!(door(r#"{"retained":{"open":true}}"#), retained);
        assert_eq!(door(r#"{"retained":{"open":true,"since":1}}"#), retained);
        for bad in [
            r#""ajar""#,
            r#"{"retained":{}}"#,
            r#"{"retained":[true]}"#,
            "null",
        ] {
            assert_eq!(door(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_time_that_cannot_be_read_is_a_doubt_and_no_time() {
        for odd in [
            json!(1_795_863_231),
            json!(null),
            json!(""),
            json!("1795863231"),
            json!("2026-11-28T10:53:51"),
            json!("2026-11-28T24:00:00Z"),
            json!("2000-00-00T00:00:00Z"),
            json!("2026-11-28T10:00:00.000000000+08:00[Asia/Shanghai]"),
            json!({"at": 1}),
        ] {
            let (report, unused) = event("occurred_at", odd.clone());
            let time = Some(TimeDoubt::Unreadable);
            assert_eq!(report.doubts, Doubts { time, ..NO_DOUBT }, "{odd}");
            assert_eq!(
                (report.claimed_at, report.event.as_str()),
                (None, "e"),
                "{odd}"
            );
            assert_eq!(unused.unread, ["occurred_at"]);
        }
    }

    #[test]
    fn a_state_or_a_drill_that_cannot_be_read_means_that_it_really_happened() {
        for odd in [json!(null), json!("on"), json!(1), json!(["active"])] {
            let (report, _) = event("state", odd.clone());
            assert_eq!(report.state, ReportedState::Momentary, "{odd}");
            assert!(report.doubts.state, "{odd}");
        }
        let (report, _) = event("state", json!(" ACTIVE"));
        assert_eq!(
            (report.state, report.doubts),
            (ReportedState::Active, NO_DOUBT)
        );
        for odd in [json!(null), json!("true"), json!(1), json!({})] {
            let (report, _) = event("drill", odd.clone());
            assert!(!report.drill && report.doubts.drill, "{odd}");
        }
        let (report, _) = event("drill", json!(true));
        assert!(report.drill && report.doubts == NO_DOUBT);
    }

    #[test]
    fn a_place_is_read_in_each_spelling_and_else_doubted() {
        for said in [
            json!([120.5, 30.25]),
            json!(["120.5", " 30.25"]),
            json!({"lon": 120.5, "lat": 30.25}),
            json!({"lng": 120.5, "lat": "30.25", "acc": 5}),
        ] {
            let (call, _) = call("at", said.clone());
            let at = call.at.map(|at| (at.lon(), at.lat()));
            assert_eq!(
                (at, call.doubts),
                (Some((120.5, 30.25)), NO_DOUBT),
                "{said}"
            );
        }
        let (three, _) = call("at", json!([120.5, 30.25, 14.2]));
        assert_eq!(
            three.at.map(castellan_domain::geo::LonLat::lon),
            Some(120.5)
        );
        assert_eq!(three.doubts.place, Some(PlaceDoubt::Surplus));
        for odd in [
            json!(null),
            json!([]),
            json!([120.5]),
            json!("120.5,30.25"),
            json!({}),
            json!(7),
        ] {
            let (call, unused) = call("at", odd.clone());
            assert_eq!((call.kind, call.at), (CallKind::Sos, None), "{odd}");
            assert_eq!(call.doubts.place, Some(PlaceDoubt::Unreadable), "{odd}");
            assert_eq!(unused.unread, ["at"]);
        }
        let (swapped, _) = call("at", json!([30.25, 120.5]));
        let said = [30.25, 120.5];
        let why = Untrue::NotOnEarth;
        assert_eq!(swapped.doubts.place, Some(PlaceDoubt::Untrue { said, why }));
        assert_eq!(swapped.at, None);
        let nan = br#"{"phone":"g","event_id":"e","kind":"SOS","at":[nan,nan]}"#;
        let (call, _) = decode_call(nan, NOW).unwrap();
        assert_eq!(call.doubts.place, Some(PlaceDoubt::Unreadable));
    }

    #[test]
    fn what_has_no_readable_id_is_known_again_when_it_is_sent_again() {
        let minute = Span::from_secs(60);
        let id = |body: &str, at: Timestamp| decode_call(body.as_bytes(), at).unwrap().0.event;
        let bare = r#"{"phone":"g","kind":"sos"}"#;
        let start = Timestamp::from_secs(1_795_000_020);
        assert_eq!(id(bare, start), id(bare, start + Span::from_secs(59)));
        assert_ne!(
            id(bare, start),
            id(bare, start + minute),
            "somebody presses it again"
        );
        assert_ne!(
            id(bare, start),
            id(r#"{"phone":"g","kind":"man_down"}"#, start)
        );
        let dated = r#"{"phone":"g","kind":"sos","occurred_at":"2026-11-18T11:06:00Z"}"#;
        assert_eq!(
            id(dated, start),
            id(dated, start + minute),
            "its own time tells it apart"
        );
        let stuck = r#"{"phone":"g","kind":"sos","occurred_at":"2000-01-01T00:00:00Z"}"#;
        assert_ne!(
            id(stuck, start),
            id(stuck, start + minute),
            "that clock stands still"
        );
        let long = "y".repeat(65);
        let named = |name: &str, at: Timestamp, more: &str| {
            id(
                &format!(r#"{{"phone":"g","kind":"sos","event_id":{name}{more}}}"#),
                at,
            )
        };
        let text = format!("\"{long}\"");
        assert_eq!(
            named(&text, start, ""),
            named(&text, start + minute, r#","n":1"#)
        );
        assert_ne!(named(&text, start, ""), named("\"三号\"", start, ""));
        assert_eq!(named("17", start, "").as_str(), "17");
        assert_eq!(named("\" e-1 \"", start, "").as_str(), "e-1");
    }

    #[test]
    fn what_means_nothing_here_is_named() {
        let (report, unused) = event("battery", json!(3));
        assert_eq!((report.doubts, unused.unread.len()), (NO_DOUBT, 0));
        assert_eq!(unused.unknown, ["battery"]);
        let body = br#"{"device":"d","event_id":1,"what":"closed","zone":1,"drill":0}"#;
        let (_, unused) = decode_door(body, NOW).unwrap();
        assert_eq!(
            (unused.unknown, unused.unread),
            (vec!["zone".into()], vec!["drill"])
        );
        let (device, unused) = decode_heard(br#"{"device":"d","rssi":-70}"#).unwrap();
        assert_eq!(
            (device.as_str(), unused.unknown),
            ("d", vec!["rssi".into()])
        );
    }

    /// Values that a field can have by mistake.
    fn odd() -> impl Strategy<Value = Value> {
        prop_oneof![
            any_json(),
            Just(json!("")),
            Just(json!("NaN")),
            Just(json!("x".repeat(5_000))),
            Just(json!([30.2871, 120.1122])),
            Just(json!([0, 0])),
            Just(json!([f64::MAX, f64::MIN])),
        ]
    }

    proptest! {
        #[test]
        fn whoever_is_known_and_wants_something_readable_is_never_refused(
            fields in proptest::collection::btree_map(
                proptest::sample::select(vec!["event_id", "state", "at", "occurred_at", "drill", "extra"]),
                odd(), 0..6,
            )
        ) {
            let with = |needed: Value| {
                let mut body = needed;
                for (field, value) in &fields {
                    body[*field] = value.clone();
                }
                body.to_string()
            };
            let (report, _) = decode(with(json!({"device": "d", "type": "gas_high"})).as_bytes(), NOW).unwrap();
            prop_assert_eq!(report.kind.as_str(), "gas_high");
            let (door, _) = decode_door(with(json!({"device": "d", "what": "opened"})).as_bytes(), NOW).unwrap();
            prop_assert_eq!(door.what, DoorChange::Opened);
            let (call, unused) = decode_call(with(json!({"phone": "g", "kind": "man_down"})).as_bytes(), NOW).unwrap();
            prop_assert_eq!(call.kind, CallKind::ManDown);
            prop_assert_eq!(fields.contains_key("extra"), unused.unknown.contains(&"extra".to_owned()));
            // What was sent and gave no value is a doubt; what gave one is none.
            let is_told = |field| fields.contains_key(field);
            prop_assert_eq!(is_told("occurred_at"), call.claimed_at.is_some() || call.doubts.time.is_some());
            prop_assert_eq!(is_told("at"), call.at.is_some() || call.doubts.place.is_some());
            let is_drill = fields.get("drill").and_then(Value::as_bool);
            prop_assert_eq!(call.drill, is_drill == Some(true));
            prop_assert_eq!(call.doubts.drill, is_told("drill") && is_drill.is_none());
        }

        #[test]
        fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&body, NOW);
            let _ = decode_door(&body, NOW);
            let _ = decode_heard(&body);
            let _ = decode_call(&body, NOW);
        }
    }
}
