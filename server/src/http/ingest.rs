//! `/ingest/…`: receive → decode → identify → enqueue, and the answer after the record.

use super::App;
use super::errors::ApiError;
use crate::ingest::registry::UnknownSender;
use crate::ingest::{events, owntracks};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::AUTHORIZATION};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use castellan_domain::engine::{Accepted, Input};
use castellan_domain::ids::SLUG_MAX;
use castellan_domain::observation::{Fix, Observation, is_plausible};
use castellan_domain::wire::api::DISCARDED_HEADER;
use std::sync::Arc;
use tracing::{Instrument as _, debug_span};

const OWNTRACKS: &str = "owntracks";
const EVENTS: &str = "events";

/// `POST /ingest/v1/events`
pub(super) async fn event(
    State(app): State<Arc<App>>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Accepted>, ApiError> {
    let trace = rand::random();
    let result = take_event(&app, body, trace)
        .instrument(debug_span!("receive", adapter = EVENTS, trace))
        .await;
    count(&app, EVENTS, result.as_ref().err());
    result.map(Json)
}

async fn take_event(
    app: &App,
    body: Result<Bytes, BytesRejection>,
    trace: u64,
) -> Result<Accepted, ApiError> {
    let body = body?;
    let now = app.clock.now();
    let report = debug_span!("decode")
        .in_scope(|| events::decode(&body, now))
        .map_err(|error| ApiError::Unreadable {
            code: error.code(),
            message: error.to_string(),
        })?;
    debug_span!("identify").in_scope(|| {
        app.registry
            .knows(&report.device, &report.kind)
            .map_err(|unknown| {
                let sender = report.device.to_string();
                app.health.quarantined(EVENTS, &sender, &body, now);
                match unknown {
                    UnknownSender::Device => ApiError::UnknownSender(sender),
                    UnknownSender::AlarmType => ApiError::UnknownAlarmType(report.kind.to_string()),
                }
            })
    })?;
    let input = Input::Observed(Observation::Report(report));
    Ok(app.submit(EVENTS, input, None, trace).await??)
}

/// `POST /ingest/owntracks`
pub(super) async fn owntracks(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let trace = rand::random();
    let result = take_fix(&app, &headers, body, trace)
        .instrument(debug_span!("receive", adapter = OWNTRACKS, trace))
        .await;
    let discarded = match &result {
        Err(error) => {
            count(&app, OWNTRACKS, Some(error));
            return result.map(|_| StatusCode::OK.into_response());
        }
        Ok(Taken::Kept) => {
            count(&app, OWNTRACKS, None);
            return Ok(empty_list().into_response());
        }
        Ok(Taken::Discarded(why)) => *why,
    };
    app.health.refused(
        OWNTRACKS,
        discarded.code(),
        discarded.sentence(),
        app.clock.now(),
    );
    let mut response = empty_list().into_response();
    response.headers_mut().insert(
        HeaderName::from_static(DISCARDED_HEADER),
        HeaderValue::from_static(discarded.code()),
    );
    Ok(response)
}

/// What became of a phone's message.
enum Taken {
    Kept,
    Discarded(Discarded),
}

/// Why a well-formed position is answered 200 and yet not kept. Genuine phones send these, and the
/// Android app repeats whatever is not answered 200 for ever, before anything newer
/// (owntracks/android#936): a refusal would make its guard vanish from the map.
#[derive(Clone, Copy)]
enum Discarded {
    ImplausibleTime,
    OffSite,
}

impl Discarded {
    const fn code(self) -> &'static str {
        match self {
            Self::ImplausibleTime => "implausible_time",
            Self::OffSite => "off_site",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::ImplausibleTime => {
                "the phone's clock is wrong (over 5 min ahead or 7 days behind); set it to automatic"
            }
            Self::OffSite => "the position lies more than 20 km from the site's anchor",
        }
    }
}

async fn take_fix(
    app: &App,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    trace: u64,
) -> Result<Taken, ApiError> {
    let body = body?;
    let received_at = app.clock.now();
    let message = debug_span!("decode")
        .in_scope(|| owntracks::decode(&body))
        .map_err(|error| ApiError::Unreadable {
            code: error.code(),
            message: error.to_string(),
        })?;
    let owntracks::Message::Location(location) = message else {
        return Ok(Taken::Kept);
    };
    let person = debug_span!("identify").in_scope(|| {
        let phone = phone_name(headers).ok_or(ApiError::NoName(
            "set a user name in the app (Basic authentication, or the header X-Limit-U)",
        ))?;
        app.registry.phone(&phone).ok_or_else(|| {
            app.health
                .quarantined(OWNTRACKS, &phone, &body, received_at);
            ApiError::UnknownSender(phone.chars().take(SLUG_MAX).collect())
        })
    })?;
    if !is_plausible(location.occurred_at, received_at) {
        return Ok(Taken::Discarded(Discarded::ImplausibleTime));
    }
    let fix = Fix {
        person,
        occurred_at: location.occurred_at,
        received_at,
        at: location.at,
        accuracy_dm: location.accuracy_dm,
        battery_percent: location.battery_percent,
    };
    let input = Input::Observed(Observation::Fix(fix));
    match app.submit(OWNTRACKS, input, None, trace).await?? {
        Accepted::OffSite => Ok(Taken::Discarded(Discarded::OffSite)),
        _ => Ok(Taken::Kept),
    }
}

/// The user name of Basic authentication, or of the header that OwnTracks uses instead.
fn phone_name(headers: &HeaderMap) -> Option<String> {
    let basic = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|coded| STANDARD.decode(coded.trim()).ok())
        .and_then(|plain| String::from_utf8(plain).ok())
        .and_then(|plain| plain.split_once(':').map(|(user, _)| user.to_owned()))
        .filter(|user| !user.is_empty());
    let limit_u = || headers.get("x-limit-u")?.to_str().ok();
    basic.or_else(|| limit_u().filter(|user| !user.is_empty()).map(str::to_owned))
}

/// What OwnTracks expects as an answer: no messages for the phone.
fn empty_list() -> Json<[u8; 0]> {
    Json([])
}

fn count(app: &App, adapter: &'static str, error: Option<&ApiError>) {
    match error {
        None => app.health.accepted(adapter),
        Some(error) => {
            app.health
                .refused(adapter, error.code(), &error.to_string(), app.clock.now());
        }
    }
}
