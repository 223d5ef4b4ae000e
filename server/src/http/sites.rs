//! `/api/v1/sites/…`: what can be read.

use super::errors::ApiError;
use super::{ANSWER_WITHIN, App, InPath};
use crate::site_task::Request;
use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use castellan_domain::ids::AlarmId;
use castellan_domain::wire::api::{Health, NoteText, SiteSummary, Snapshot};
use std::sync::Arc;
use tokio::sync::oneshot;
use tokio::time::timeout;
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

/// `GET /api/v1/sites/{site}/snapshot`
pub(super) async fn snapshot(
    State(app): State<Arc<App>>,
    InPath(site): InPath<String>,
) -> Result<Json<Snapshot>, ApiError> {
    app.check_site(&site)?;
    let (reply, answer) = oneshot::channel();
    app.requests
        .try_send(Request::Snapshot(reply))
        .map_err(|_full_or_closed| ApiError::Busy)?;
    match timeout(ANSWER_WITHIN, answer).await {
        Ok(Ok(snapshot)) => Ok(Json(snapshot?)),
        // The task is gone, or a turn takes too long.
        Ok(Err(_)) | Err(_) => Err(ApiError::Busy),
    }
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
) -> Result<Json<Vec<NoteText>>, ApiError> {
    app.check_site(&site)?;
    let alarm: AlarmId = alarm.parse().map_err(|_| ApiError::NotFound)?;
    let notes = app.reader.notes(alarm).await.map_err(|error| {
        error!(%error, %alarm, "notes cannot be read");
        ApiError::Storage
    })?;
    Ok(Json(notes))
}

/// `GET /api/v1/sites/{site}/health`
pub(super) async fn health(
    State(app): State<Arc<App>>,
    InPath(site): InPath<String>,
) -> Result<Json<Health>, ApiError> {
    app.check_site(&site)?;
    let (adapters, quarantine) = app.health.report();
    Ok(Json(Health {
        at: app.clock.now(),
        seq: app.hub.head(),
        not_recording_since: app.hub.not_recording_since(),
        chain_broken_at: app.chain_broken_at,
        beside: app.beside.report(),
        displays: app.hub.displays(),
        queue: app.queue(),
        adapters,
        quarantine,
    }))
}
