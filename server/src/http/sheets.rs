//! `…/incidents/{incident}/sheet`: the case sheet.

use super::App;
use super::alarms::unreadable_tables;
use super::errors::ApiError;
use super::extract::InPath;
use super::identity::Identity;
use crate::sheet::{self, SheetError};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use castellan_domain::access::Right;
use castellan_domain::ids::IncidentId;
use std::sync::Arc;
use tracing::{error, info};

/// `GET /api/v1/sites/{site}/incidents/{incident}/sheet`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    InPath((site, incident)): InPath<(String, String)>,
    identity: Result<Identity, ApiError>,
) -> Result<impl IntoResponse, ApiError> {
    app.check_site(&site)?;
    let reader = app.must(identity, Right::HandleAlarms)?;
    let incident: IncidentId = incident.parse().map_err(|_| ApiError::NotFound)?;
    let begins_after = app.tables.begins_after(incident).await;
    let begins_after = begins_after.map_err(unreadable_tables)?;
    let begins_after = begins_after.ok_or(ApiError::NotFound)?;
    let of = (&app.site, incident);
    let sheet = sheet::write(&app.paths.journal(), of, begins_after, None).await;
    let sheet = sheet.map_err(|error| match error {
        SheetError::TooLong(_) => ApiError::TooLong,
        error => {
            error!(%error, %incident, "a case sheet cannot be written");
            ApiError::Storage
        }
    })?;
    let text = serde_json::to_string(&sheet).map_err(|error| {
        error!(%error, %incident, "a case sheet cannot be written");
        ApiError::Storage
    })?;
    info!(%reader, %incident, upto = sheet.upto.0, "a case sheet is read");
    let name = format!("inline; filename=\"{incident}.json\"");
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CACHE_CONTROL, "no-store".to_owned()),
        (CONTENT_DISPOSITION, name),
    ];
    Ok((headers, text))
}
