//! `/ingest/…`: receive → decode → identify → enqueue, and the answer after the record.

use super::App;
use super::errors::ApiError;
use super::extract::WholeBody;
use crate::ingest::registry::UnknownSender;
use crate::ingest::{events, owntracks};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::AUTHORIZATION};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use castellan_domain::answer::Accepted;
use castellan_domain::engine::Input;
use castellan_domain::ids::{PhoneId, SLUG_MAX};
use castellan_domain::observation::{Observation, PhoneFix, ReportedState, is_plausible};
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::staff::StaffRefusal;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::DISCARDED_HEADER;
use std::sync::Arc;
use tracing::{Instrument as _, debug_span};

const OWNTRACKS: &str = "owntracks";
const EVENTS: &str = "events";
const DOORS: &str = "doors";
const HEARD: &str = "heard";
const CALLS: &str = "calls";

/// `POST /ingest/v1/events`
pub(super) async fn event(
    State(app): State<Arc<App>>,
    body: Result<WholeBody, ApiError>,
) -> Result<Json<Accepted>, ApiError> {
    let trace = rand::random();
    received(&app, EVENTS, trace, take_event(&app, body, trace)).await
}

/// `POST /ingest/v1/doors`
pub(super) async fn door(
    State(app): State<Arc<App>>,
    body: Result<WholeBody, ApiError>,
) -> Result<Json<Accepted>, ApiError> {
    plain(&app, DOORS, body, |body, now| {
        let report = events::decode_door(body, now)?;
        Ok((report.device.to_string(), Observation::Door(report)))
    })
    .await
}

/// `POST /ingest/v1/heard`
pub(super) async fn heard(
    State(app): State<Arc<App>>,
    body: Result<WholeBody, ApiError>,
) -> Result<Json<Accepted>, ApiError> {
    plain(&app, HEARD, body, |body, received_at| {
        let device = events::decode_heard(body)?.device;
        let sender = device.to_string();
        Ok((
            sender,
            Observation::Heard {
                device,
                received_at,
            },
        ))
    })
    .await
}

/// `POST /ingest/v1/calls`
pub(super) async fn call(
    State(app): State<Arc<App>>,
    body: Result<WholeBody, ApiError>,
) -> Result<Json<Accepted>, ApiError> {
    plain(&app, CALLS, body, |body, now| {
        let call = events::decode_call(body, now)?;
        Ok((call.phone.to_string(), Observation::Call(call)))
    })
    .await
}

/// What every adapter of plain JSON does around its own work: one span, one count.
async fn received(
    app: &App,
    adapter: &'static str,
    trace: u64,
    take: impl Future<Output = Result<Accepted, ApiError>>,
) -> Result<Json<Accepted>, ApiError> {
    let result = take
        .instrument(debug_span!("receive", adapter, trace))
        .await;
    count(app, adapter, result.as_ref().err());
    result.map(Json)
}

/// An adapter whose senders the site itself identifies. `decode` names the sender beside what it
/// says.
async fn plain(
    app: &App,
    adapter: &'static str,
    body: Result<WholeBody, ApiError>,
    decode: impl FnOnce(&[u8], Timestamp) -> Result<(String, Observation), events::DecodeError>,
) -> Result<Json<Accepted>, ApiError> {
    let trace = rand::random();
    let take = async {
        let WholeBody(body) = body?;
        let now = app.clock.now();
        let (sender, observation) = debug_span!("decode")
            .in_scope(|| decode(&body, now))
            .map_err(|error| unreadable(&error))?;
        let input = Input::Observed(observation);
        match app.submit(adapter, input, None, trace).await? {
            Err(
                Refusal::Common(CommonRefusal::NotInEstate)
                | Refusal::Staff(StaffRefusal::UnknownPhone { .. }),
            ) => {
                app.health.quarantined(adapter, &sender, &body, now);
                Err(ApiError::UnknownSender(sender))
            }
            answer => Ok(answer?),
        }
    };
    received(app, adapter, trace, take).await
}

async fn take_event(
    app: &App,
    body: Result<WholeBody, ApiError>,
    trace: u64,
) -> Result<Accepted, ApiError> {
    let WholeBody(body) = body?;
    let now = app.clock.now();
    let report = debug_span!("decode")
        .in_scope(|| events::decode(&body, now))
        .map_err(|error| unreadable(&error))?;
    let identified =
        debug_span!("identify").in_scope(|| app.registry.knows(&report.device, &report.kind));
    let (device, kind) = (report.device.to_string(), report.kind.to_string());
    let refused = |unknown| {
        app.health.quarantined(EVENTS, &device, &body, now);
        match unknown {
            UnknownSender::Device => ApiError::UnknownSender(device.clone()),
            UnknownSender::AlarmType => ApiError::UnknownAlarmType(kind.clone()),
        }
    };
    // Who has left the estate may still clear what it raised.
    if let Err(unknown) = identified
        && report.state != ReportedState::Cleared
    {
        return Err(refused(unknown));
    }
    let input = Input::Observed(Observation::Report(report));
    match app.submit(EVENTS, input, None, trace).await? {
        Err(Refusal::Common(CommonRefusal::NotInEstate)) => Err(identified
            .map_or_else(refused, |()| {
                Refusal::Common(CommonRefusal::NotInEstate).into()
            })),
        answer => Ok(answer?),
    }
}

fn unreadable(error: &events::DecodeError) -> ApiError {
    ApiError::Unreadable {
        code: error.code(),
        message: error.to_string(),
    }
}

/// `POST /ingest/owntracks`
pub(super) async fn owntracks(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<WholeBody, ApiError>,
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
    OffDuty,
    /// It broke the engine; a phone that sent it for ever would break it for ever.
    SetAside,
}

impl Discarded {
    const fn code(self) -> &'static str {
        match self {
            Self::ImplausibleTime => "implausible_time",
            Self::OffSite => "off_site",
            Self::OffDuty => "off_duty",
            Self::SetAside => "set_aside",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::ImplausibleTime => {
                "the phone's clock is wrong (over 5 min ahead or 7 days behind); set it to automatic"
            }
            Self::OffSite => "the position lies more than 20 km from the site's anchor",
            Self::OffDuty => "its person is off duty, and nobody is tracked off duty",
            Self::SetAside => "the position made the server fail; see set_aside under health",
        }
    }
}

async fn take_fix(
    app: &App,
    headers: &HeaderMap,
    body: Result<WholeBody, ApiError>,
    trace: u64,
) -> Result<Taken, ApiError> {
    let WholeBody(body) = body?;
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
    let name = phone_name(headers).ok_or(ApiError::NoName(
        "set a user name in the app (Basic authentication, or the header X-Limit-U)",
    ))?;
    let unknown = || {
        app.health.quarantined(OWNTRACKS, &name, &body, received_at);
        ApiError::UnknownSender(name.chars().take(SLUG_MAX).collect())
    };
    let phone = PhoneId::new(name.clone()).map_err(|_| unknown())?;
    if !is_plausible(location.occurred_at, received_at) {
        // Where it was nobody can say; it is there all the same.
        let heard = Input::Observed(Observation::PhoneHeard { phone, received_at });
        return match app.submit(OWNTRACKS, heard, None, trace).await? {
            Err(Refusal::Staff(StaffRefusal::UnknownPhone { .. })) => Err(unknown()),
            Ok(_) | Err(_) => Ok(Taken::Discarded(Discarded::ImplausibleTime)),
        };
    }
    let fix = PhoneFix {
        phone,
        occurred_at: location.occurred_at,
        received_at,
        at: location.at,
        accuracy_dm: location.accuracy_dm,
        battery_percent: location.battery_percent,
    };
    let input = Input::Observed(Observation::PhoneFix(fix));
    let answer = match app.submit(OWNTRACKS, input, None, trace).await {
        Err(ApiError::SetAside) => return Ok(Taken::Discarded(Discarded::SetAside)),
        answer => answer?,
    };
    match answer {
        Ok(Accepted::OffSite) => Ok(Taken::Discarded(Discarded::OffSite)),
        Ok(Accepted::OffDuty) => Ok(Taken::Discarded(Discarded::OffDuty)),
        Ok(_) => Ok(Taken::Kept),
        // Whose a phone is, is decided by the site: bindings change while it runs.
        Err(Refusal::Staff(StaffRefusal::UnknownPhone { .. })) => Err(unknown()),
        Err(refusal) => Err(refusal.into()),
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
