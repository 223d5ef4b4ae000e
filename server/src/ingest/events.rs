//! Our own plain form of an event, for scripts and for devices that can send any JSON.
//! Documented in `docs/protocols/http.md`.

use castellan_domain::observation::{Call, DoorReport, Doubts, Report, TimeDoubt};
use castellan_domain::text::Text;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::EventRequest;
use castellan_domain::wire::ingest::{CallRequest, DoorRequest, HeardRequest};
use serde::de::DeserializeOwned;

/// Why a body was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecodeError {
    #[error("the body is not an event: {0}")]
    Malformed(String),
    #[error("occurred_at {0:?} is not a time like 2026-11-22T03:00:00.120Z")]
    Time(String),
}

impl DecodeError {
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Time(_) => "bad_time",
        }
    }
}

/// Reads one body.
pub(crate) fn decode(body: &[u8], received_at: Timestamp) -> Result<Report, DecodeError> {
    let request: EventRequest = json(body)?;
    let claimed_at = time(request.occurred_at.as_ref())?;
    Ok(Report {
        device: request.device,
        kind: request.kind,
        state: request.state,
        event: request.event_id,
        claimed_at,
        received_at,
        drill: request.drill,
        doubts: Doubts::default(),
    })
}

/// Reads what a door's controller says.
pub(crate) fn decode_door(body: &[u8], received_at: Timestamp) -> Result<DoorReport, DecodeError> {
    let request: DoorRequest = json(body)?;
    let claimed_at = time(request.occurred_at.as_ref())?;
    Ok(DoorReport {
        device: request.device,
        what: request.what,
        event: request.event_id,
        claimed_at,
        received_at,
        drill: request.drill,
        doubts: Doubts::default(),
    })
}

/// Reads a sign of life.
pub(crate) fn decode_heard(body: &[u8]) -> Result<HeardRequest, DecodeError> {
    json(body)
}

/// Reads a call for help.
pub(crate) fn decode_call(body: &[u8], received_at: Timestamp) -> Result<Call, DecodeError> {
    let request: CallRequest = json(body)?;
    // A call is not refused for a clock that nobody can read.
    let (claimed_at, doubt) = match time(request.occurred_at.as_ref()) {
        Ok(claimed_at) => (claimed_at, None),
        Err(_unreadable) => (None, Some(TimeDoubt::Unreadable)),
    };
    Ok(Call {
        phone: request.phone,
        kind: request.kind,
        event: request.event_id,
        at: request.at,
        claimed_at,
        received_at,
        drill: request.drill,
        doubts: Doubts {
            time: doubt,
            ..Doubts::default()
        },
    })
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(body).map_err(|error| DecodeError::Malformed(error.to_string()))
}

fn time(text: Option<&Text<40>>) -> Result<Option<Timestamp>, DecodeError> {
    let Some(text) = text else {
        return Ok(None);
    };
    let time: jiff::Timestamp = text
        .as_str()
        .parse()
        .map_err(|_| DecodeError::Time(text.to_string()))?;
    Ok(Some(Timestamp::from_micros(time.as_microsecond())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::observation::{CallKind, DoorChange, ReportedState};
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

    #[test]
    fn an_event_is_read_and_what_it_leaves_out_has_a_meaning() {
        let report = decode(
            br#"{"device":"gas-3-b1","event_id":"e1","type":"gas_low","state":"active",
                 "occurred_at":"1970-01-01T00:00:01.5+00:00"}"#,
            NOW,
        )
        .unwrap();
        assert_eq!(report.state, ReportedState::Active);
        assert_eq!(report.claimed_at, Some(Timestamp::from_micros(1_500_000)));
        let short = decode(br#"{"device":"b","event_id":"e","type":"panic"}"#, NOW).unwrap();
        assert_eq!(short.state, ReportedState::Momentary);
        assert_eq!((short.claimed_at, short.received_at), (None, NOW));
    }

    #[test]
    fn garbage_is_refused_by_name() {
        for (body, code) in [
            ("", "malformed"),
            ("{}", "malformed"),
            (r#"{"device":"a b","event_id":"e","type":"t"}"#, "malformed"),
            (
                r#"{"device":"a","event_id":"e","type":"t","extra":1}"#,
                "malformed",
            ),
            (
                r#"{"device":"a","event_id":"e","type":"t","state":"on"}"#,
                "malformed",
            ),
            (
                r#"{"device":"a","event_id":"e","type":"t","occurred_at":"noon"}"#,
                "bad_time",
            ),
        ] {
            assert_eq!(
                decode(body.as_bytes(), NOW).unwrap_err().code(),
                code,
                "{body}"
            );
        }
    }

    #[test]
    fn a_door_says_what_became_of_it() {
        let door = |what: &str| {
            let body = format!(r#"{{"device":"door-1","event_id":"e1","what":{what}}}"#);
            decode_door(body.as_bytes(), NOW).map(|report| report.what)
        };
        assert_eq!(door(r#""opened""#), Ok(DoorChange::Opened));
        assert_eq!(door(r#""granted""#), Ok(DoorChange::Granted));
        let retained = r#"{"retained":{"open":true}}"#;
        assert_eq!(door(retained), Ok(DoorChange::Retained { open: true }));
        for bad in [
            r#""ajar""#,
            r#"{"retained":{}}"#,
            r#"{"retained":{"open":true,"since":1}}"#,
        ] {
            assert_eq!(door(bad).unwrap_err().code(), "malformed", "{bad}");
        }
        let late = br#"{"device":"d","event_id":"e","what":"closed","occurred_at":"noon"}"#;
        assert_eq!(decode_door(late, NOW).unwrap_err().code(), "bad_time");
    }

    #[test]
    fn a_call_for_help_is_taken_whatever_its_clock_says() {
        let body = br#"{"phone":"guard-01","event_id":"e","kind":"sos","occurred_at":"noon"}"#;
        let call = decode_call(body, NOW).unwrap();
        assert_eq!((call.kind, call.claimed_at), (CallKind::Sos, None));
        assert_eq!(call.doubts.time, Some(TimeDoubt::Unreadable));
        let body = br#"{"phone":"g","event_id":"e","kind":"man_down","at":[120.1,30.2]}"#;
        let call = decode_call(body, NOW).unwrap();
        assert_eq!(call.at.map(|at| at.lat().round()), Some(30.0));
        let body = br#"{"phone":"g","event_id":"e","kind":"sos","at":[220.1,30.2]}"#;
        assert_eq!(decode_call(body, NOW).unwrap_err().code(), "malformed");
    }

    proptest! {
        #[test]
        fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&body, NOW);
            let _ = decode_door(&body, NOW);
            let _ = decode_heard(&body);
            let _ = decode_call(&body, NOW);
        }
    }
}
