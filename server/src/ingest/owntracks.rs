//! OwnTracks over HTTP, as its apps for Android and iOS send it.
//!
//! Sources: the OwnTracks booklet, chapters "HTTP" and "JSON". Bodies of length zero happen (a
//! deleted friend) and mean nothing; `lwt`, `status`, `waypoint` and other types are not
//! positions; the answer to whatever was taken is the empty list `[]`.

use castellan_domain::geo::{CoordinateError, LonLat};
use castellan_domain::time::Timestamp;
use serde::Deserialize;

/// A decoded message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Message {
    /// Where the phone is.
    Location(Location),
    /// Another of its types, or an empty body: nothing to do.
    Other,
}

/// Where the phone was.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Location {
    pub(crate) at: LonLat,
    pub(crate) occurred_at: Timestamp,
    pub(crate) accuracy_dm: Option<u16>,
    pub(crate) battery_percent: Option<u8>,
}

/// Why a body was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum DecodeError {
    #[error("the body is not OwnTracks JSON: {0}")]
    Malformed(String),
    #[error("the body is encrypted; switch off \"Encryption key\" in the app, HTTPS protects it")]
    Encrypted,
    #[error("a location needs {0}")]
    Missing(&'static str),
    #[error(transparent)]
    Coordinate(#[from] CoordinateError),
}

impl DecodeError {
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Encrypted => "encrypted",
            Self::Missing(_) => "missing_field",
            Self::Coordinate(_) => "bad_coordinate",
        }
    }
}

#[derive(Deserialize)]
struct Raw {
    #[serde(rename = "_type")]
    kind: String,
    lat: Option<f64>,
    lon: Option<f64>,
    /// Seconds since 1970. A string in `lwt`, which is why it is read as a value first.
    tst: Option<serde_json::Value>,
    acc: Option<f64>,
    batt: Option<f64>,
}

/// Reads one body.
pub(crate) fn decode(body: &[u8]) -> Result<Message, DecodeError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Message::Other);
    }
    let raw: Raw =
        serde_json::from_slice(body).map_err(|error| DecodeError::Malformed(error.to_string()))?;
    match raw.kind.as_str() {
        "location" => {}
        "encrypted" => return Err(DecodeError::Encrypted),
        _ => return Ok(Message::Other),
    }
    let lat = raw.lat.ok_or(DecodeError::Missing("lat"))?;
    let lon = raw.lon.ok_or(DecodeError::Missing("lon"))?;
    let seconds = raw
        .tst
        .as_ref()
        .and_then(serde_json::Value::as_i64)
        .ok_or(DecodeError::Missing("tst, in whole seconds since 1970"))?;
    Ok(Message::Location(Location {
        at: LonLat::new(lon, lat)?,
        occurred_at: Timestamp::from_secs(seconds),
        accuracy_dm: raw.acc.and_then(decimetres),
        battery_percent: raw.batt.and_then(percent),
    }))
}

/// A radius as sent, in metres. iOS sends a negative one for "not known".
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie between 0 and u16::MAX"
)]
fn decimetres(metres: f64) -> Option<u16> {
    (metres >= 0.0).then(|| (metres * 10.0).round().min(f64::from(u16::MAX)) as u16)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie between 0 and 100"
)]
fn percent(value: f64) -> Option<u8> {
    (0.0..=100.0).contains(&value).then(|| value.round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As an Android phone sends it.
    const ANDROID: &str = r#"{"_type":"location","_id":"5f0c1a7e","acc":14,"alt":23,"batt":86,
        "bs":1,"cog":-1,"conn":"w","created_at":1795000003,"lat":30.2871,"lon":120.1122,"m":2,
        "t":"u","tid":"01","topic":"owntracks/guard-01/phone","tst":1795000001,"vac":4,"vel":-1}"#;

    #[test]
    fn a_phones_body_is_read() {
        let Ok(Message::Location(location)) = decode(ANDROID.as_bytes()) else {
            unreachable!("a genuine body must be a location");
        };
        assert_eq!(location.at, LonLat::new(120.1122, 30.2871).unwrap());
        assert_eq!(location.occurred_at, Timestamp::from_secs(1_795_000_001));
        assert_eq!(location.accuracy_dm, Some(140));
        assert_eq!(location.battery_percent, Some(86));
    }

    #[test]
    fn what_is_not_a_position_is_no_mistake() {
        for body in [
            "",
            "  \n",
            r#"{"_type":"lwt","tst":"1795000001"}"#,
            r#"{"_type":"waypoint","desc":"x","tst":1}"#,
            r#"{"_type":"status","android":{}}"#,
        ] {
            assert_eq!(decode(body.as_bytes()), Ok(Message::Other), "{body}");
        }
    }

    #[test]
    fn odd_values_of_real_phones_are_survived() {
        let body = ANDROID
            .replace(r#""acc":14"#, r#""acc":-1"#)
            .replace(r#""batt":86"#, r#""batt":-1"#);
        let Ok(Message::Location(location)) = decode(body.as_bytes()) else {
            unreachable!("still a location");
        };
        assert_eq!(
            (location.accuracy_dm, location.battery_percent),
            (None, None)
        );
        let body = ANDROID.replace(r#""acc":14"#, r#""acc":500000"#);
        let Ok(Message::Location(location)) = decode(body.as_bytes()) else {
            unreachable!("still a location");
        };
        assert_eq!(location.accuracy_dm, Some(u16::MAX));
    }

    #[test]
    fn garbage_is_refused_by_name() {
        let cases = [
            ("{", "malformed"),
            ("[]", "malformed"),
            (r#"{"lat":1}"#, "malformed"),
            (
                r#"{"_type":"location","lat":NaN,"lon":1,"tst":1}"#,
                "malformed",
            ),
            (
                r#"{"_type":"location","lat":1e999,"lon":1,"tst":1}"#,
                "malformed",
            ),
            (
                r#"{"_type":"location","lat":91.0,"lon":1,"tst":1}"#,
                "bad_coordinate",
            ),
            (
                r#"{"_type":"location","lat":1,"lon":-181,"tst":1}"#,
                "bad_coordinate",
            ),
            (r#"{"_type":"location","lon":1,"tst":1}"#, "missing_field"),
            (r#"{"_type":"location","lat":1,"lon":1}"#, "missing_field"),
            (
                r#"{"_type":"location","lat":1,"lon":1,"tst":"soon"}"#,
                "missing_field",
            ),
            (r#"{"_type":"encrypted","data":"x"}"#, "encrypted"),
        ];
        for (body, code) in cases {
            assert_eq!(decode(body.as_bytes()).unwrap_err().code(), code, "{body}");
        }
    }

    proptest! {
        #[test]
        fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&body);
        }
    }
}
