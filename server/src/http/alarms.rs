//! `/api/v1/sites/{site}/alarms`: all alarms that ever were, in pages.

use super::App;
use super::errors::ApiError;
use super::extract::InPath;
use axum::Json;
use axum::extract::{Query, State};
use castellan_domain::ids::AlarmId;
use castellan_domain::wire::api::{ALARM_PAGE_DEFAULT, ALARM_PAGE_MAX, AlarmPage};
use serde::Deserialize;
use std::sync::Arc;
use tracing::error;

/// What can be asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    before: Option<AlarmId>,
    limit: Option<u16>,
}

/// `GET /api/v1/sites/{site}/alarms`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    InPath(site): InPath<String>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<AlarmPage>, ApiError> {
    app.check_site(&site)?;
    let malformed = |message| ApiError::Unreadable {
        code: "malformed",
        message,
    };
    let Query(wanted) = wanted.map_err(|rejection| malformed(rejection.body_text()))?;
    let limit = wanted.limit.unwrap_or(ALARM_PAGE_DEFAULT);
    if !(1..=ALARM_PAGE_MAX).contains(&limit) {
        return Err(malformed(format!(
            "limit is {limit}; ask for 1 to {ALARM_PAGE_MAX}"
        )));
    }
    let page = app.tables.page(wanted.before, limit).await;
    page.map(Json).map_err(|error| {
        error!(%error, "the tables cannot be read");
        ApiError::Storage
    })
}
