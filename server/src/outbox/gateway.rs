//! Gateways for telephone calls and text messages: a post whose body is a template of yours.

use super::http_post::HttpPost;
use super::sent::Sent;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;

/// A gateway.
#[derive(Debug)]
pub(super) struct Gateway {
    pub(super) http: HttpPost,
    pub(super) template: Template,
    /// What its answer must say. Absent: its status decides alone.
    pub(super) accepted: Option<Accepted>,
}

/// What an answer says when it is a yes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Accepted {
    /// A JSON pointer, such as `/code`.
    pub(super) pointer: String,
    /// What stands there.
    pub(super) equals: Value,
}

/// How a body is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    /// With `{to}`, `{text}` and `{id}`.
    pub(super) body: String,
    pub(super) escape: Escape,
}

/// How what is filled in is written, so that it stays one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Escape {
    /// Within quotes of JSON.
    #[default]
    Json,
    /// As a value of a form.
    Form,
}

impl Template {
    pub(super) fn fill(&self, to: &str, text: &str, id: &str) -> String {
        let mut body = String::new();
        let mut rest = self.body.as_str();
        while let Some(at) = rest.find('{') {
            let (before, after) = rest.split_at(at);
            body.push_str(before);
            let slots = [("{to}", to), ("{text}", text), ("{id}", id)];
            let slot = slots.into_iter().find(|(slot, _)| after.starts_with(slot));
            if let Some((slot, value)) = slot {
                body.push_str(&self.escape.write(value));
                rest = &after[slot.len()..];
            } else {
                body.push('{');
                rest = &after[1..];
            }
        }
        body.push_str(rest);
        body
    }

    const fn content_type(&self) -> &'static str {
        match self.escape {
            Escape::Json => "application/json",
            Escape::Form => "application/x-www-form-urlencoded",
        }
    }
}

impl Escape {
    fn write(self, value: &str) -> String {
        match self {
            Self::Json => {
                let quoted = Value::from(value).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
            Self::Form => {
                let mut written = String::new();
                for byte in value.bytes() {
                    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                        written.push(char::from(byte));
                    } else {
                        written.push_str(&format_byte(byte));
                    }
                }
                written
            }
        }
    }
}

fn format_byte(byte: u8) -> String {
    format!("%{byte:02X}")
}

impl Gateway {
    /// Has somebody called, or sent a text.
    pub(super) async fn say(&self, id: &str, to: &str, text: &str) -> Sent {
        let body = self.template.fill(to, text, id);
        match self.http.post(self.template.content_type(), id, body).await {
            Ok((status, said)) => judge(self.accepted.as_ref(), status, &said),
            Err(why) => Sent::Failed(why),
        }
    }
}

/// What a gateway's answer means.
fn judge(accepted: Option<&Accepted>, status: StatusCode, said: &[u8]) -> Sent {
    let answered = format!("the gateway answered {status}");
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Sent::Failed(answered),
        status if status.is_server_error() => Sent::Failed(answered),
        status if !status.is_success() => Sent::Refused(answered),
        _ => {
            let Some(accepted) = accepted else {
                return Sent::Taken;
            };
            let said: Option<Value> = serde_json::from_slice(said).ok();
            let value = said
                .as_ref()
                .and_then(|said| said.pointer(&accepted.pointer));
            match value {
                Some(value) if *value == accepted.equals => Sent::Taken,
                Some(value) => {
                    Sent::Refused(format!("{answered} and {} {value}", accepted.pointer))
                }
                None => Sent::Refused(format!("{answered} without {}", accepted.pointer)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_stays_one_value() {
        let json = Template {
            body: r#"{"to":"{to}","say":"{text}","x":{}}"#.to_owned(),
            escape: Escape::Json,
        };
        let body = json.fill("138", "他说 \"{to}\"\n", "1");
        let read: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            read,
            serde_json::json!({"to": "138", "say": "他说 \"{to}\"\n", "x": {}})
        );
        let form = Template {
            body: "to={to}&text={text}".to_owned(),
            escape: Escape::Form,
        };
        assert_eq!(
            form.fill("+1", "a&b 楼", ""),
            "to=%2B1&text=a%26b%20%E6%A5%BC"
        );
    }

    #[test]
    fn a_gateway_that_answers_200_and_means_no_has_refused() {
        let wants = Accepted {
            pointer: "/code".to_owned(),
            equals: Value::from("OK"),
        };
        let of = |status: u16, said: &str| {
            judge(
                Some(&wants),
                StatusCode::from_u16(status).unwrap(),
                said.as_bytes(),
            )
        };
        assert_eq!(of(200, r#"{"code":"OK"}"#), Sent::Taken);
        assert!(matches!(of(200, r#"{"code":"BALANCE"}"#), Sent::Refused(_)));
        assert!(matches!(of(200, "OK"), Sent::Refused(_)));
        assert!(matches!(of(503, r#"{"code":"OK"}"#), Sent::Failed(_)));
        assert!(matches!(of(403, ""), Sent::Refused(_)));
        assert_eq!(judge(None, StatusCode::OK, b""), Sent::Taken);
    }
}
