//! `/api/v1/sites/…`: what can be read.

use super::App;
use super::errors::ApiError;
use super::extract::{InPath, InQuery};
use super::identity::Identity;
use crate::aside::named;
use crate::hub::{Packed, SnapshotError};
use crate::personal::Subject;
use axum::Json;
use axum::extract::State;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::IntoResponse;
use castellan_domain::access::Right;
use castellan_domain::audience::Audience;
use castellan_domain::ids::AlarmId;
use castellan_domain::wire::api::{Health, NoteText, SiteSummary};
use serde::Deserialize;
use std::sync::Arc;
use tracing::error;

/// `GET /healthz`: the server answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /api/v1/sites`
pub(super) async fn list(State(app): State<Arc<App>>) -> Json<Vec<SiteSummary>> {
    Json(vec![SiteSummary {
        site: app.site.clone(),
        name: app.estate.estate.name.clone(),
        estate: app.estate.hash.clone(),
    }])
}

/// What can be asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    audience: Option<String>,
}

/// `GET /api/v1/sites/{site}/snapshot?audience=…`: the state for a display that cannot resume.
pub(super) async fn snapshot(
    State(app): State<Arc<App>>,
    InPath(site): InPath<String>,
    InQuery(wanted): InQuery<Wanted>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    app.check_site(&site)?;
    let audience = audience_of(wanted.audience.as_deref())?;
    let packed = app.hub.snapshot(audience).await.map_err(|error| {
        error!(%error, "the state cannot be sent");
        match error {
            SnapshotError::Late => ApiError::Busy,
            SnapshotError::Unknown
            | SnapshotError::Write(_)
            | SnapshotError::Pack(_)
            | SnapshotError::Broken(_) => ApiError::Storage,
        }
    })?;
    let Packed { json, gzip, .. } = packed;
    let mut answer = HeaderMap::new();
    answer.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if !takes_gzip(&headers) {
        return Ok((answer, json));
    }
    answer.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Ok((answer, gzip))
}

/// Nobody is staff by leaving out a word, or by misspelling it.
fn audience_of(name: Option<&str>) -> Result<Audience, ApiError> {
    let named = name.and_then(Audience::named);
    named.filter(Audience::has_copy).ok_or_else(|| {
        let known = Audience::WITH_COPY
            .each_ref()
            .map(Audience::name)
            .join(", ");
        let what = match name {
            None => "say for whom: ?audience=…",
            Some(_) => "there is no such audience with a copy of the site",
        };
        ApiError::Unreadable {
            code: "unknown_audience",
            message: format!("{what}; there are {known}"),
        }
    })
}

/// Whether whoever asks can unpack gzip: it is named, and not with a weight of zero.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let named = headers.get_all(ACCEPT_ENCODING).into_iter();
    let mut named = named
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    named.any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        is_gzip && weight.is_none_or(|weight| weight > 0.0)
    })
}

/// `GET /api/v1/sites/{site}/estates/{hash}`: never changes, may be kept for ever.
pub(super) async fn estate(
    State(app): State<Arc<App>>,
    InPath((site, hash)): InPath<(String, String)>,
) -> Result<impl IntoResponse, ApiError> {
    app.check_site(&site)?;
    if hash != app.estate.hash.as_str() {
        return Err(ApiError::NotFound);
    }
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((
        headers,
        axum::body::Bytes::from_owner(app.estate.bytes.clone()),
    ))
}

/// `GET /api/v1/sites/{site}/alarms/{alarm}/notes`
pub(super) async fn notes(
    State(app): State<Arc<App>>,
    InPath((site, alarm)): InPath<(String, String)>,
    identity: Result<Identity, ApiError>,
) -> Result<Json<Vec<NoteText>>, ApiError> {
    app.check_site(&site)?;
    app.must(identity, Right::HandleAlarms)?;
    let alarm: AlarmId = alarm.parse().map_err(|_| ApiError::NotFound)?;
    let notes = app
        .reader
        .notes(Subject::Alarm(alarm))
        .await
        .map_err(|error| {
            error!(%error, %alarm, "notes cannot be read");
            ApiError::Storage
        })?;
    Ok(Json(notes))
}

/// `GET /api/v1/sites/{site}/health`
pub(super) async fn health(
    State(app): State<Arc<App>>,
    InPath(site): InPath<String>,
    identity: Result<Identity, ApiError>,
) -> Result<Json<Health>, ApiError> {
    app.check_site(&site)?;
    app.must(identity, Right::HandleAlarms)?;
    let (adapters, quarantine) = app.health.report();
    Ok(Json(Health {
        at: app.clock.now(),
        started_at: app.started_at,
        seq: app.hub.head(),
        not_recording_since: app.hub.not_recording_since(),
        chain_broken_at: app.chain_broken_at,
        beside: app.beside.report(),
        displays: app.hub.displays(),
        displays_behind: app.hub.displays_behind(),
        queue: app.queue(),
        adapters,
        quarantine,
        set_aside: app.set_asides.report(),
        files_set_aside: named(&app.paths),
        disk: app.disk.health(),
        clock: app.clock.health(),
        outbox: app
            .outbox
            .as_ref()
            .map(|outbox| outbox.health())
            .unwrap_or_default(),
        orders: app.actuations.as_ref().map(|orders| orders.depth()),
        connections: app.connections.depth(),
        observations: app.observations.health(),
        clips: app.clips.health(app.cameras.budget()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_whoever_names_it_and_to_nobody_else() {
        for (accept, expected) in [
            ("gzip", true),
            ("br;q=1.0, GZIP;q=0.8, *;q=0.1", true),
            ("gzip, deflate, br, zstd", true),
            ("identity", false),
            ("gzip;q=0", false),
            ("gzip; q=0.0", false),
            ("notgzip", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accept));
            assert_eq!(takes_gzip(&headers), expected, "{accept}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
