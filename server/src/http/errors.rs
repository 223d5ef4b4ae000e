//! Every error that the API can answer with: status, code and a sentence.

use crate::requests::Lost;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use castellan_domain::refusal::Refusal;
use castellan_domain::subject::RefusalKind;
use castellan_domain::wire::api::{ErrorBody, ErrorDetail};
use castellan_domain::wire::camera::FeedFault;

/// What the API can say no with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("{message}")]
    Unreadable { code: &'static str, message: String },
    #[error("the message has more than {0} bytes; send less at once")]
    TooLarge(usize),
    #[error("bodies come plain or packed by gzip; Content-Encoding names another way")]
    UnknownEncoding,
    #[error("the body is not gzip, though Content-Encoding says so")]
    NotGzip,
    #[error("say who you are: {0}")]
    NoName(&'static str),
    #[error("{0} is not in this estate; it is listed under health until somebody adds it")]
    UnknownSender(String),
    #[error(
        "the phone {0} is nobody's here; give it to somebody (bind_phone), or mend its user name. It \
         is listed under health"
    )]
    UnknownPhone(String),
    #[error("{0} is not on the staff of this estate")]
    UnknownPerson(String),
    #[error("there is no alarm type {0} in this estate; it is listed under health")]
    UnknownAlarmType(String),
    #[error("there is no site {0} here")]
    UnknownSite(String),
    #[error("there is nothing at this address")]
    NotFound,
    #[error("this address is there, but not for this method; see docs/protocols/http.md")]
    WrongMethod,
    #[error("displays connect here by WebSocket, version 13; see docs/protocols/live.md")]
    NotAWebSocket,
    #[error("it has no such part; ask for bytes that it has")]
    NoSuchPart,
    #[error("requests from pages of another origin are refused")]
    ForeignOrigin,
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(
        "this could not be recorded, so do not count on it; the server is trying to recover. \
         Send it again in a few seconds, with the same id: it happens once at most"
    )]
    NotRecorded,
    #[error("too much is waiting; nothing of this happened. Send it again in a few seconds")]
    Busy,
    #[error(
        "no answer came within 30 s; send it again with the same id to learn what became of it"
    )]
    NoAnswer,
    #[error(
        "what is stored cannot be read at the moment; look at the server's log, then try again"
    )]
    Storage,
    #[error(
        "this made the server fail and was set aside: it had no effect, and sending it again will \
         not help. Everything else goes on. It is listed under health; please report it"
    )]
    SetAside,
    #[error("the body did not come within 15 s; send it again over a better connection")]
    TooSlow,
    #[error("there is no picture now: {0}")]
    NoPicture(FeedFault),
    #[error("this incident is too long for one sheet; read its history page by page")]
    TooLong,
    #[error("{0} connections are open already; close some, or try again in a few seconds")]
    TooManyConnections(usize),
}

impl From<Lost> for ApiError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::NotRecorded => Self::NotRecorded,
            Lost::SetAside => Self::SetAside,
        }
    }
}

impl ApiError {
    fn to_body(&self) -> ErrorBody {
        ErrorBody {
            error: ErrorDetail {
                code: self.code().to_owned(),
                message: self.to_string(),
                refusal: match self {
                    Self::Refused(refusal) => Some(refusal.clone()),
                    _ => None,
                },
            },
        }
    }

    /// As it goes over the wire.
    pub(super) fn to_json(&self) -> String {
        // Texts and numbers can always be written.
        serde_json::to_string(&self.to_body()).unwrap_or_default()
    }

    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { code, .. } => code,
            Self::TooLarge(_) => "too_large",
            Self::UnknownEncoding => "unknown_encoding",
            Self::NotGzip => "malformed",
            Self::NoName(_) => "no_name",
            Self::UnknownSender(_) => "unknown_sender",
            Self::UnknownPhone(_) => "unknown_phone",
            Self::UnknownPerson(_) => "unknown_person",
            Self::UnknownAlarmType(_) => "unknown_alarm_type",
            Self::UnknownSite(_) => "unknown_site",
            Self::NotFound => "not_found",
            Self::WrongMethod => "wrong_method",
            Self::NotAWebSocket => "not_a_websocket",
            Self::NoSuchPart => "no_such_part",
            Self::ForeignOrigin => "foreign_origin",
            Self::Refused(_) => "refused",
            Self::NotRecorded => "not_recorded",
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::Storage => "storage",
            Self::SetAside => "set_aside",
            Self::TooSlow => "too_slow",
            Self::TooManyConnections(_) => "too_many_connections",
            Self::NoPicture(_) => "no_picture",
            Self::TooLong => "too_long",
        }
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::Unreadable { .. } | Self::NotGzip | Self::NotAWebSocket => {
                StatusCode::BAD_REQUEST
            }
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoSuchPart => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnknownEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NoName(_) | Self::UnknownPhone(_) => StatusCode::UNAUTHORIZED,
            Self::UnknownPerson(_) | Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::UnknownSender(_) | Self::UnknownSite(_) | Self::NotFound => StatusCode::NOT_FOUND,
            Self::UnknownAlarmType(_) | Self::TooLong => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Refused(refusal) => match refusal.kind() {
                RefusalKind::Conflict => StatusCode::CONFLICT,
                RefusalKind::Missing => StatusCode::NOT_FOUND,
                RefusalKind::Forbidden => StatusCode::FORBIDDEN,
                RefusalKind::Impossible => StatusCode::UNPROCESSABLE_ENTITY,
                RefusalKind::Full => StatusCode::SERVICE_UNAVAILABLE,
            },
            Self::NotRecorded
            | Self::Busy
            | Self::NoAnswer
            | Self::Storage
            | Self::NoPicture(_)
            | Self::TooManyConnections(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::SetAside => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, Json(self.to_body())).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_gives_every_refusal_its_status() {
        let page = include_str!("../../../docs/protocols/http.md");
        let (_, samples) = page.split_once("```jsonl refusal\n").unwrap();
        let (samples, _) = samples.split_once("```").unwrap();
        let (_, table) = page.split_once("| `refusal.code` |").unwrap();
        for sample in samples.lines() {
            let refusal: Refusal = serde_json::from_str(sample).unwrap();
            let code: serde_json::Value = serde_json::from_str(sample).unwrap();
            let code = code["code"].as_str().unwrap();
            let status = ApiError::from(refusal).status().as_u16();
            let row = format!("\n| `{code}` | {status} |");
            assert!(table.contains(&row), "{code} is answered with {status}");
        }
    }
}
