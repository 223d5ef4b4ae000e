//! `/api/v1/sites/{site}/alarms`: all alarms that ever were, in pages.

use super::App;
use super::errors::ApiError;
use super::extract::{InPath, InQuery};
use super::identity::Identity;
use crate::tables::TablesError;
use axum::Json;
use axum::extract::State;
use castellan_domain::access::Right;
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
    identity: Result<Identity, ApiError>,
    InQuery(wanted): InQuery<Wanted>,
) -> Result<Json<AlarmPage>, ApiError> {
    app.check_site(&site)?;
    app.must(identity, Right::HandleAlarms)?;
    let limit = within(wanted.limit, ALARM_PAGE_DEFAULT, ALARM_PAGE_MAX)?;
    let page = app.tables.page(wanted.before, limit).await;
    page.map(Json).map_err(unreadable_tables)
}

pub(super) fn within(asked: Option<u16>, otherwise: u16, max: u16) -> Result<u16, ApiError> {
    let limit = asked.unwrap_or(otherwise);
    if (1..=max).contains(&limit) {
        Ok(limit)
    } else {
        Err(malformed(format!("limit is {limit}; ask for 1 to {max}")))
    }
}

pub(super) fn malformed(message: String) -> ApiError {
    ApiError::Unreadable {
        code: "malformed",
        message,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
pub(super) fn unreadable_tables(error: TablesError) -> ApiError {
    error!(%error, "the tables cannot be read");
    ApiError::Storage
}
