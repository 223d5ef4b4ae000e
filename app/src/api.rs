//! The typed REST client.

use crate::browser::window;
use castellan_domain::answer::Accepted;
use castellan_domain::audience::Audience;
use castellan_domain::estate::Estate;
use castellan_domain::ids::{
    AlarmId, ClipId, DeviceId, EstateHash, IncidentId, PersonId, PhoneId, Seq, SiteId,
};
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::{
    CommandRequest, ErrorBody, ErrorDetail, Figures, Health, NoteText, PERSON_HEADER,
    STEP_PAGE_MAX, SiteSummary, Snapshot, StepPage,
};
use castellan_domain::wire::camera::CAPTURED_AT_HEADER;
use castellan_domain::wire::history::WhereAll;
use castellan_domain::wire::ingest::CallRequest;
use castellan_domain::wire::sheet::CaseSheet;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Blob, Request, RequestCache, RequestCredentials, RequestInit, Response,
};

/// How long what is posted may take until it counts as not answered. What is sent again has the same
/// id, so nothing is done twice.
const POST_MS_MAX: u32 = 10_000;
/// How long a still may take: a camera that nobody watches has to begin.
const STILL_MS_MAX: u32 = 20_000;

/// How long the server may take to say that it is there.
const ANSWER_MS_MAX: u32 = 5_000;
/// How long a server that lives may take to say how it is.
const HEALTH_MS_MAX: u32 = 4_000;

/// Why a request brought nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum ApiError {
    /// The server could not be reached, or answered something unreadable.
    Unreachable,
    /// The server said no, with its reason.
    Refused(ErrorDetail),
}

impl ApiError {
    /// Whether the same request may succeed a moment later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable => true,
            Self::Refused(detail) => {
                matches!(detail.code.as_str(), "busy" | "no_answer" | "not_recorded")
            }
        }
    }
}

/// Which sites the server has.
pub async fn sites() -> Result<Vec<SiteSummary>, ApiError> {
    get("/api/v1/sites").await
}

/// The state of a site, as an audience may see it.
pub async fn snapshot(site: &SiteId, audience: &Audience) -> Result<Snapshot, ApiError> {
    let audience = audience.name();
    get(&format!(
        "/api/v1/sites/{site}/snapshot?audience={audience}"
    ))
    .await
}

/// The figures of a site since a moment.
pub async fn figures(site: &SiteId, since: Timestamp) -> Result<Figures, ApiError> {
    let since = since.as_micros();
    get(&format!("/api/v1/sites/{site}/figures?since={since}")).await
}

/// Whether the server answers.
pub async fn answers() -> bool {
    let said = Said {
        within_ms: Some(ANSWER_MS_MAX),
        ..Said::default()
    };
    fetch("/healthz", RequestCache::NoStore, said).await.is_ok()
}

/// An estate document. It never changes, so the browser's own copy will do.
pub async fn estate(site: &SiteId, hash: &EstateHash) -> Result<Estate, ApiError> {
    let path = format!("/api/v1/sites/{site}/estates/{hash}");
    let text = fetch(&path, RequestCache::Default, Said::default()).await?;
    // Checked by the server before it counted.
    parse(&text)
}

/// The words of an alarm's notes, for somebody who may read them.
pub async fn notes(
    site: &SiteId,
    reader: &PersonId,
    alarm: AlarmId,
) -> Result<Vec<NoteText>, ApiError> {
    get_as(
        reader,
        &format!("/api/v1/sites/{site}/alarms/{alarm}/notes"),
    )
    .await
}

/// Whose steps are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepsOf {
    Alarm(AlarmId),
    Incident(IncidentId),
}

/// A picture of a moment, and when that was, for somebody who may see cameras.
pub async fn still(
    site: &SiteId,
    reader: &PersonId,
    camera: &DeviceId,
) -> Result<(Timestamp, Blob), ApiError> {
    let said = Said {
        who: Some((PERSON_HEADER, reader.as_str())),
        within_ms: Some(STILL_MS_MAX),
        ..Said::default()
    };
    let path = format!("/api/v1/sites/{site}/cameras/{camera}/still");
    let response = ask(&path, RequestCache::NoStore, said).await?;
    if !response.ok() {
        return Err(refusal(&text_of(&response).await?)?);
    }
    let at = response.headers().get(CAPTURED_AT_HEADER).ok().flatten();
    let at = at.and_then(|at| at.parse().ok());
    let at = at.map(Timestamp::from_micros);
    let picture = response.blob().map_err(|_| ApiError::Unreachable)?;
    let picture = JsFuture::from(picture).await;
    let picture = picture.ok().and_then(|picture| picture.dyn_into().ok());
    at.zip(picture).ok_or(ApiError::Unreachable)
}

/// What happened to something before this fact, newest first, for somebody who may read it.
pub async fn steps_before<F: DeserializeOwned>(
    site: &SiteId,
    reader: &PersonId,
    of: StepsOf,
    before: Seq,
) -> Result<StepPage<F>, ApiError> {
    let what = match of {
        StepsOf::Alarm(alarm) => format!("alarms/{alarm}"),
        StepsOf::Incident(incident) => format!("incidents/{incident}"),
    };
    let asked = format!("before={before}&limit={STEP_PAGE_MAX}");
    get_as(
        reader,
        &format!("/api/v1/sites/{site}/{what}/history?{asked}"),
    )
    .await
}

/// The case sheet of an incident, for somebody who may read it.
pub async fn case_sheet(
    site: &SiteId,
    reader: &PersonId,
    incident: IncidentId,
) -> Result<CaseSheet, ApiError> {
    get_as(reader, &sheet_address(site, incident)).await
}

/// How the server is, for somebody who may know it.
pub async fn health(site: &SiteId, reader: &PersonId) -> Result<Health, ApiError> {
    let said = Said {
        who: Some((PERSON_HEADER, reader.as_str())),
        within_ms: Some(HEALTH_MS_MAX),
        ..Said::default()
    };
    let path = format!("/api/v1/sites/{site}/health");
    parse(&fetch(&path, RequestCache::NoStore, said).await?)
}

/// Where that sheet is. A browser asks for it in the name of the cookie.
pub fn sheet_address(site: &SiteId, incident: IncidentId) -> String {
    format!("/api/v1/sites/{site}/incidents/{incident}/sheet")
}

/// Where a clip is. A `<video>` asks for it in the name of the cookie.
pub fn clip_address(site: &SiteId, clip: ClipId) -> String {
    format!("/api/v1/sites/{site}/clips/{clip}")
}

/// Why a clip does not come: a `<video>` says only that it does not.
pub async fn clip_failure(site: &SiteId, reader: &PersonId, clip: ClipId) -> Option<ErrorDetail> {
    let said = Said {
        who: Some((PERSON_HEADER, reader.as_str())),
        ..Said::default()
    };
    match fetch(&clip_address(site, clip), RequestCache::NoStore, said).await {
        Err(ApiError::Refused(detail)) => Some(detail),
        Ok(_) | Err(ApiError::Unreachable) => None,
    }
}

/// Where everybody was at a moment of the past, for somebody who may know it.
pub async fn where_all(
    site: &SiteId,
    reader: &PersonId,
    at: Timestamp,
) -> Result<WhereAll, ApiError> {
    let at = at.as_micros();
    get_as(reader, &format!("/api/v1/sites/{site}/tracks?at={at}")).await
}

/// Sends a command in somebody's name.
pub async fn command(
    site: &SiteId,
    person: &PersonId,
    request: &CommandRequest,
) -> Result<Accepted, ApiError> {
    let path = format!("/api/v1/sites/{site}/commands");
    let said = Said {
        who: Some((PERSON_HEADER, person.as_str())),
        json: Some(to_json(request)?),
        ..Said::default()
    };
    parse(&fetch(&path, RequestCache::NoStore, said).await?)
}

/// Calls for help in a phone's name.
pub async fn call(request: &CallRequest) -> Result<Accepted, ApiError> {
    let said = Said {
        json: Some(to_json(request)?),
        ..Said::default()
    };
    parse(&fetch("/ingest/v1/calls", RequestCache::NoStore, said).await?)
}

/// Says where a phone is, as the OwnTracks apps do.
pub async fn position(phone: &PhoneId, json: String) -> Result<(), ApiError> {
    let said = Said {
        who: Some((PHONE_HEADER, phone.as_str())),
        json: Some(json),
        ..Said::default()
    };
    fetch("/ingest/owntracks", RequestCache::NoStore, said)
        .await
        .map(drop)
}

/// The header by which a phone says which one it is.
const PHONE_HEADER: &str = "x-limit-u";

/// What a request says beside its address.
#[derive(Default)]
struct Said<'a> {
    /// A header that says in whose name.
    who: Option<(&'static str, &'a str)>,
    /// What is posted, if anything.
    json: Option<String>,
    /// How long the answer may take, if it is not posted.
    within_ms: Option<u32>,
}

async fn get<T: DeserializeOwned>(path: &str) -> Result<T, ApiError> {
    parse(&fetch(path, RequestCache::NoStore, Said::default()).await?)
}

/// Reads in somebody's name.
async fn get_as<T: DeserializeOwned>(reader: &PersonId, path: &str) -> Result<T, ApiError> {
    let said = Said {
        who: Some((PERSON_HEADER, reader.as_str())),
        ..Said::default()
    };
    parse(&fetch(path, RequestCache::NoStore, said).await?)
}

async fn fetch(path: &str, cache: RequestCache, said: Said<'_>) -> Result<String, ApiError> {
    let response = ask(path, cache, said).await?;
    let text = text_of(&response).await?;
    if response.ok() {
        return Ok(text);
    }
    Err(refusal(&text)?)
}

async fn ask(path: &str, cache: RequestCache, said: Said<'_>) -> Result<Response, ApiError> {
    let request = request(path, cache, &said).map_err(|_| ApiError::Unreachable)?;
    let response = JsFuture::from(window().fetch_with_request(&request)).await;
    let response = response.ok().and_then(|response| response.dyn_into().ok());
    response.ok_or(ApiError::Unreachable)
}

async fn text_of(response: &Response) -> Result<String, ApiError> {
    let text = match response.text() {
        Ok(promise) => JsFuture::from(promise).await.ok(),
        Err(_) => None,
    };
    let text = text.and_then(|text| text.as_string());
    text.ok_or(ApiError::Unreachable)
}

fn refusal(text: &str) -> Result<ApiError, ApiError> {
    let body: ErrorBody = parse(text)?;
    Ok(ApiError::Refused(body.error))
}

fn request(path: &str, cache: RequestCache, said: &Said<'_>) -> Result<Request, JsValue> {
    let init = RequestInit::new();
    init.set_cache(cache);
    if let Some(within_ms) = said.within_ms {
        init.set_signal(Some(&AbortSignal::timeout_with_u32(within_ms)));
    }
    if let Some(json) = &said.json {
        // Who it is stands in a header. With credentials a refusal would ask for a password.
        init.set_credentials(RequestCredentials::Omit);
        init.set_method("POST");
        init.set_signal(Some(&AbortSignal::timeout_with_u32(POST_MS_MAX)));
        init.set_body(&JsValue::from_str(json));
    }
    let request = Request::new_with_str_and_init(path, &init)?;
    if said.json.is_some() {
        request.headers().set("content-type", "application/json")?;
    }
    if let Some((header, who)) = said.who {
        request.headers().set(header, who)?;
    }
    Ok(request)
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, ApiError> {
    serde_json::from_str(text).map_err(|_| ApiError::Unreachable)
}

fn to_json(value: &impl Serialize) -> Result<String, ApiError> {
    serde_json::to_string(value).map_err(|_| ApiError::Unreachable)
}
