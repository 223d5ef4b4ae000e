//! The fields of a message in our own form, taken out one by one.
//!
//! Who speaks and what they want must be readable. Whatever else is odd costs its own field: a call
//! for help is not refused for its decoration.

use crate::json::{self, NoObject, Object};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::EventId;
use castellan_domain::observation::{Doubts, PlaceDoubt, TimeDoubt, Untrue, is_plausible};
use castellan_domain::time::{Span, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Characters that a time may have.
const TIME_CHARS_MAX: usize = 40;
/// Two bodies alike that come within the same span are one message and its resend, where neither an
/// id nor a time of the sender's own tells them apart. Beyond it somebody calls again.
const RESEND_WITHIN: Span = Span::from_secs(60);
/// Hexadecimal digits of a hash that make an id.
const DIGEST_CHARS: usize = 32;

/// Why a body was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecodeError {
    #[error("the body cannot be read: {0}")]
    Body(#[from] NoObject),
    #[error("the body does not say {0}, which must be there")]
    Missing(&'static str),
    #[error("{field} is not understood: {why}")]
    Field { field: &'static str, why: String },
}

/// What of a message was not used, by the names of fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unused {
    /// Fields that mean nothing here. As many as a body has room for.
    pub(crate) unknown: Vec<String>,
    /// Fields that mean something, and could not be read. At most one for each that there is.
    pub(crate) unread: Vec<&'static str>,
}

/// The fields of a message that nobody has taken out yet.
#[derive(Debug)]
pub(super) struct Fields {
    left: Object,
    unread: Vec<&'static str>,
    doubts: Doubts,
}

impl Fields {
    pub(super) fn of(body: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self {
            left: json::object(body)?,
            unread: Vec::new(),
            doubts: Doubts::default(),
        })
    }

    /// Who speaks, or what it is about. A number is as good as its digits.
    pub(super) fn id<T: std::str::FromStr>(&mut self, field: &'static str) -> Result<T, DecodeError>
    where
        T::Err: std::fmt::Display,
    {
        let text = match self.needed(field)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            other => return Err(not_understood(field, &other)),
        };
        text.parse().map_err(|error: T::Err| DecodeError::Field {
            field,
            why: error.to_string(),
        })
    }

    /// One of the words that there are for something.
    pub(super) fn word<T: DeserializeOwned>(
        &mut self,
        field: &'static str,
    ) -> Result<T, DecodeError> {
        let value = self.needed(field)?;
        word(&value).ok_or_else(|| not_understood(field, &value))
    }

    /// Whether a door is open, of a state that somebody kept: `{"retained":{"open":true}}`.
    pub(super) fn retained(&mut self, field: &'static str) -> Option<bool> {
        let open = self
            .left
            .get(field)?
            .get("retained")?
            .get("open")?
            .as_bool();
        open.inspect(|_open| {
            self.left.remove(field);
        })
    }

    fn needed(&mut self, field: &'static str) -> Result<Value, DecodeError> {
        self.left.remove(field).ok_or(DecodeError::Missing(field))
    }

    /// One of the words that there are for a state, or `otherwise`.
    pub(super) fn state<T: DeserializeOwned>(&mut self, field: &'static str, otherwise: T) -> T {
        let Some(said) = self.left.remove(field) else {
            return otherwise;
        };
        word(&said).unwrap_or_else(|| {
            self.unread.push(field);
            self.doubts.state = true;
            otherwise
        })
    }

    /// When it happened, if that is said: RFC 3339 with an offset.
    pub(super) fn time(&mut self, field: &'static str) -> Option<Timestamp> {
        let said = self.left.remove(field)?;
        let time = said
            .as_str()
            .filter(|text| text.chars().count() <= TIME_CHARS_MAX)
            .and_then(|text| text.trim().parse::<jiff::Timestamp>().ok());
        if time.is_none() {
            self.unread.push(field);
            self.doubts.time = Some(TimeDoubt::Unreadable);
        }
        Some(Timestamp::from_micros(time?.as_microsecond()))
    }

    /// Whether it is part of a drill. Only what says so clearly is one.
    pub(super) fn drill(&mut self, field: &'static str) -> bool {
        let Some(said) = self.left.remove(field) else {
            return false;
        };
        said.as_bool().unwrap_or_else(|| {
            self.unread.push(field);
            self.doubts.drill = true;
            false
        })
    }

    /// Where it happened, if that is said and can be.
    pub(super) fn place(&mut self, field: &'static str) -> Option<LonLat> {
        let said = self.left.remove(field)?;
        let (place, doubt) = place(&said);
        if doubt.is_some() {
            self.unread.push(field);
            self.doubts.place = doubt;
        }
        place
    }

    /// The sender's id of what it says. Where it has none that can be one, the hash of what it has, or
    /// of the whole body: the same sent again is known again.
    pub(super) fn event(
        &mut self,
        field: &'static str,
        body: &[u8],
        claimed_at: Option<Timestamp>,
        received_at: Timestamp,
    ) -> EventId {
        let said = self.left.remove(field);
        let text = match &said {
            Some(Value::String(text)) => Some(text.trim().to_owned()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let text = text.filter(|text| !text.is_empty());
        if let Some(id) = text
            .as_ref()
            .and_then(|text| EventId::new(text.as_str()).ok())
        {
            return id;
        }
        self.unread.push(field);
        let mut hash = Sha256::new();
        if let Some(text) = text {
            hash.update(text);
        } else {
            hash.update(body);
            let dated = claimed_at.is_some_and(|claimed| is_plausible(claimed, received_at));
            if !dated {
                let span = RESEND_WITHIN.as_micros();
                hash.update(received_at.as_micros().div_euclid(span).to_le_bytes());
            }
        }
        let mut id = String::from("hash:");
        for byte in hash.finalize().iter().take(DIGEST_CHARS / 2) {
            // Writing into a text cannot fail.
            let _ = write!(id, "{byte:02x}");
        }
        EventId::new(id).unwrap_or_else(|_| EventId::constant("hash:none"))
    }

    /// What is left over, and what was doubtful.
    pub(super) fn rest(self) -> (Unused, Doubts) {
        let unused = Unused {
            unknown: self.left.into_iter().map(|(name, _)| name).collect(),
            unread: self.unread,
        };
        (unused, self.doubts)
    }
}

fn not_understood(field: &'static str, said: &Value) -> DecodeError {
    DecodeError::Field {
        field,
        why: format!(
            "{:.80} is none of the values that there are",
            said.to_string()
        ),
    }
}

/// A word, however it is written: `SOS`, ` sos `, `man-down`.
fn word<T: DeserializeOwned>(said: &Value) -> Option<T> {
    let word = said.as_str()?.trim().to_ascii_lowercase();
    let word = word.replace(['-', ' '], "_");
    serde_json::from_value(Value::String(word)).ok()
}

/// A number, or a text that is one.
pub(super) fn number(said: &Value) -> Option<f64> {
    let number = match said {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// `[longitude, latitude]` or the two by name.
fn place(said: &Value) -> (Option<LonLat>, Option<PlaceDoubt>) {
    let named = |names: [&str; 2]| names.iter().find_map(|name| said.get(name));
    let (pair, is_surplus) = match said {
        Value::Array(numbers) => (numbers.first().zip(numbers.get(1)), numbers.len() > 2),
        _ => (named(["lon", "lng"]).zip(named(["lat", "latitude"])), false),
    };
    let pair = pair.and_then(|(lon, lat)| number(lon).zip(number(lat)));
    let Some((lon, lat)) = pair else {
        return (None, Some(PlaceDoubt::Unreadable));
    };
    if let Ok(at) = LonLat::new(lon, lat) {
        return (Some(at), is_surplus.then_some(PlaceDoubt::Surplus));
    }
    let said = [lon, lat];
    let why = Untrue::NotOnEarth;
    (None, Some(PlaceDoubt::Untrue { said, why }))
}
