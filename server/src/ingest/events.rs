//! Our own plain form of an event, for scripts and for devices that can send any JSON.
//! Documented in `docs/protocols/http.md`.

use castellan_domain::observation::Report;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::EventRequest;

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
    let request: EventRequest =
        serde_json::from_slice(body).map_err(|error| DecodeError::Malformed(error.to_string()))?;
    let claimed_at = match &request.occurred_at {
        None => None,
        Some(text) => {
            let time: jiff::Timestamp = text
                .as_str()
                .parse()
                .map_err(|_| DecodeError::Time(text.to_string()))?;
            Some(Timestamp::from_micros(time.as_microsecond()))
        }
    };
    Ok(Report {
        device: request.device,
        kind: request.kind,
        state: request.state,
        event: request.event_id,
        claimed_at,
        received_at,
        drill: request.drill,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::observation::ReportedState;
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

    proptest! {
        #[test]
        fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&body, NOW);
        }
    }
}
