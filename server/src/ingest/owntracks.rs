//! OwnTracks over HTTP, as its apps for Android and iOS send it.
//!
//! Sources: the OwnTracks booklet, chapters "HTTP" and "JSON". The kind of message is read first, and
//! only a location has fields that mean something here. Its numbers are read one by one, also where an
//! app writes them as text: an odd charge costs the charge, not the position. Bodies of length zero
//! happen (a deleted friend) and mean nothing.

use super::fields::number;
use crate::json;
use castellan_domain::geo::{CoordinateError, LonLat};
use castellan_domain::time::Timestamp;
use serde_json::Value;

/// Characters of an unknown form that health shows.
const FORM_CHARS_MAX: usize = 200;

/// A decoded message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Message {
    /// Where the phone is.
    Location(Location),
    /// Another of its types, or an empty body: the phone is there.
    Other,
    /// Its last will, which a broker says for it once it is gone.
    Gone,
}

/// Where the phone was.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Location {
    pub(crate) at: LonLat,
    pub(crate) occurred_at: Timestamp,
    pub(crate) accuracy_dm: Option<u16>,
    pub(crate) battery_percent: Option<u8>,
}

/// Why there is nothing to be had from a body.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum Useless {
    #[error(
        "a phone speaks something new, which is not OwnTracks JSON; letters are hidden. It begins: {0}"
    )]
    UnknownForm(String),
    #[error("the body is encrypted; switch off \"Encryption key\" in the app, HTTPS protects it")]
    Encrypted,
    #[error("a location needs {0}")]
    Missing(&'static str),
    #[error(transparent)]
    Coordinate(#[from] CoordinateError),
}

impl Useless {
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::UnknownForm(_) => "unknown_form",
            Self::Encrypted => "encrypted",
            Self::Missing(_) => "missing_field",
            Self::Coordinate(_) => "bad_coordinate",
        }
    }
}

/// Reads one body.
pub(crate) fn decode(body: &[u8]) -> Result<Message, Useless> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Message::Other);
    }
    let fields = json::object(body).unwrap_or_default();
    match fields.get("_type").and_then(Value::as_str) {
        Some("location") => {}
        Some("lwt") => return Ok(Message::Gone),
        Some("encrypted") => return Err(Useless::Encrypted),
        Some(_) => return Ok(Message::Other),
        None => return Err(Useless::UnknownForm(form(body))),
    }
    let of = |name: &str| fields.get(name).and_then(number);
    let lat = of("lat").ok_or(Useless::Missing("lat, a number"))?;
    let lon = of("lon").ok_or(Useless::Missing("lon, a number"))?;
    let seconds = of("tst").ok_or(Useless::Missing("tst, seconds since 1970"))?;
    Ok(Message::Location(Location {
        at: LonLat::new(lon, lat)?,
        occurred_at: Timestamp::from_secs(whole(seconds)),
        accuracy_dm: of("acc").and_then(decimetres),
        battery_percent: of("batt").and_then(percent),
    }))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "what does not fit ends at the ends of time, which nobody believes"
)]
fn whole(seconds: f64) -> i64 {
    seconds.floor() as i64
}

/// How an unknown body begins, without what it says: names of fields stay, other letters and digits
/// do not.
fn form(body: &[u8]) -> String {
    let head = &body[..body.len().min(4 * FORM_CHARS_MAX)];
    let text = String::from_utf8_lossy(head);
    let mut form = String::new();
    let mut rest = text.as_ref();
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        if end == 0 {
            form.push(if first.is_ascii() && !first.is_ascii_control() {
                first
            } else {
                '?'
            });
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, after) = rest.split_at(end);
        let is_field =
            after.starts_with('=') || after.starts_with("\":") || after.starts_with("\" :");
        form.extend(word.chars().map(|c| match c {
            c if is_field => c,
            '0'..='9' => '9',
            c if c.is_ascii_alphabetic() => 'x',
            c => c,
        }));
        rest = after;
    }
    form.chars().take(FORM_CHARS_MAX).collect()
}

const fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
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
    use crate::json::tests::any_json;
    use proptest::prelude::*;

    /// As an Android phone sends it.
    const ANDROID: &str = r#"{"_type":"location","_id":"5f0c1a7e","acc":14,"alt":23,"batt":86,
        "bs":1,"cog":-1,"conn":"w","created_at":1795000003,"lat":30.2871,"lon":120.1122,"m":2,
        "t":"u","tid":"01","topic":"owntracks/guard-01/phone","tst":1795000001,"vac":4,"vel":-1}"#;

    fn location(body: &str) -> Location {
        let Ok(Message::Location(location)) = decode(body.as_bytes()) else {
            unreachable!("{body} must be a location");
        };
        location
    }

    #[test]
    fn a_phones_body_is_read() {
        let location = location(ANDROID);
        assert_eq!(location.at, LonLat::new(120.1122, 30.2871).unwrap());
        assert_eq!(location.occurred_at, Timestamp::from_secs(1_795_000_001));
        assert_eq!(location.accuracy_dm, Some(140));
        assert_eq!(location.battery_percent, Some(86));
    }

    #[test]
    fn what_is_not_a_position_is_no_mistake_whatever_its_fields_are() {
        for body in [
            "",
            "  \n",
            r#"{"_type":"waypoint","desc":"x","tst":1}"#,
            r#"{"_type":"waypoints","waypoints":[{"_type":"waypoint"}]}"#,
            r#"{"_type":"status","android":{}}"#,
            r#"{"_type":"transition","acc":"16.0","lat":[],"lon":{},"tst":"now","wtst":null}"#,
        ] {
            assert_eq!(decode(body.as_bytes()), Ok(Message::Other), "{body}");
        }
        let will = decode(br#"{"_type":"lwt","tst":"1795000001"}"#);
        assert_eq!(will, Ok(Message::Gone));
    }

    #[test]
    fn numbers_are_read_as_text_too_and_an_odd_decoration_costs_itself() {
        let text = r#"{"_type":"location","tid":"p1","acc":6.43,"batt":"90","lat":"30.2871",
            "lon":" 120.1122","t":"u","tst":"1795000001","vel":"0.0","alt":"12.0"}"#;
        let all_text = location(text);
        assert_eq!(all_text.at, LonLat::new(120.1122, 30.2871).unwrap());
        assert_eq!(all_text.occurred_at, Timestamp::from_secs(1_795_000_001));
        assert_eq!(
            (all_text.accuracy_dm, all_text.battery_percent),
            (Some(64), Some(90))
        );
        for (acc, expected) in [
            ("-1", None),
            ("500000", Some(u16::MAX)),
            ("nan", None),
            ("", None),
        ] {
            let body = ANDROID.replace(r#""acc":14"#, &format!(r#""acc":{acc}"#));
            assert_eq!(location(&body).accuracy_dm, expected, "{acc}");
        }
        for odd in ["-1", "101", "true", "null", "\"full\"", "[86]", "1e999"] {
            let body = ANDROID.replace(r#""batt":86"#, &format!(r#""batt":{odd}"#));
            assert_eq!(location(&body).battery_percent, None, "{odd}");
        }
        let fraction = ANDROID.replace("1795000001", "1795000001.9");
        assert_eq!(
            location(&fraction).occurred_at,
            Timestamp::from_secs(1_795_000_001)
        );
    }

    #[test]
    fn what_is_of_no_use_is_told_by_name() {
        let cases = [
            ("{", "unknown_form"),
            ("[]", "unknown_form"),
            (
                r#"["location",30.2871,120.1122,1795000001]"#,
                "unknown_form",
            ),
            (r#"{"lat":1}"#, "unknown_form"),
            (r#"{"_type":7,"lat":1}"#, "unknown_form"),
            (
                "id=123&lat=30.2&lon=120.1&timestamp=1795000001",
                "unknown_form",
            ),
            (
                r#"{"_type":"location","lat":NaN,"lon":1,"tst":1}"#,
                "missing_field",
            ),
            (
                r#"{"_type":"location","lat":1e999,"lon":1,"tst":1}"#,
                "missing_field",
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

    #[test]
    fn a_new_form_is_shown_without_what_it_says() {
        for (body, shown) in [
            (
                r#"{"device_id":"Wang Qiang","location":{"coords":{"latitude":30.28}}}"#,
                r#"{"device_id":"xxxx xxxxx","location":{"coords":{"latitude":99.99}}}"#,
            ),
            ("id=wq&lat=30.2871&王=1", "id=xx&lat=99.9999&?=9"),
        ] {
            assert_eq!(form(body.as_bytes()), shown);
        }
        assert_eq!(
            form("三".repeat(9_000).as_bytes()).chars().count(),
            FORM_CHARS_MAX
        );
    }

    proptest! {
        #[test]
        fn a_position_survives_any_decoration(
            odd in proptest::collection::btree_map("acc|alt|batt|bs|cog|vel|vac|tid|topic|t|m|conn|extra", any_json(), 0..8),
        ) {
            let mut body = serde_json::json!({"_type": "location", "lat": 30.25, "lon": 120.5, "tst": 1_795_000_001});
            for (field, value) in odd {
                body[field] = value;
            }
            prop_assert_eq!(location(&body.to_string()).at, LonLat::new(120.5, 30.25).unwrap());
        }

        #[test]
        fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&body);
        }
    }
}
