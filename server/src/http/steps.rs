//! `…/alarms/{alarm}/history` and `…/incidents/{incident}/history`: what happened to one thing.

use super::App;
use super::alarms::{unreadable_tables, within};
use super::errors::ApiError;
use super::extract::{InPath, InQuery};
use super::identity::Identity;
use axum::Json;
use axum::extract::State;
use castellan_domain::access::Right;
use castellan_domain::alarm::AlarmFact;
use castellan_domain::ids::{AlarmId, IncidentId, Seq};
use castellan_domain::incident::IncidentFact;
use castellan_domain::matter::Matter;
use castellan_domain::wire::api::{STEP_PAGE_DEFAULT, STEP_PAGE_MAX, StepPage};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Which steps can be asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    before: Option<Seq>,
    limit: Option<u16>,
}

/// `GET /api/v1/sites/{site}/alarms/{alarm}/history`
pub(super) async fn of_alarm(
    State(app): State<Arc<App>>,
    InPath((site, alarm)): InPath<(String, String)>,
    identity: Result<Identity, ApiError>,
    InQuery(wanted): InQuery<Wanted>,
) -> Result<Json<StepPage<AlarmFact>>, ApiError> {
    let alarm = alarm.parse::<AlarmId>().map(Matter::Alarm);
    page(&app, &site, identity, alarm.ok(), &wanted).await
}

/// `GET /api/v1/sites/{site}/incidents/{incident}/history`
pub(super) async fn of_incident(
    State(app): State<Arc<App>>,
    InPath((site, incident)): InPath<(String, String)>,
    identity: Result<Identity, ApiError>,
    InQuery(wanted): InQuery<Wanted>,
) -> Result<Json<StepPage<IncidentFact>>, ApiError> {
    let incident = incident.parse::<IncidentId>().map(Matter::Incident);
    page(&app, &site, identity, incident.ok(), &wanted).await
}

async fn page<F: DeserializeOwned>(
    app: &App,
    site: &str,
    identity: Result<Identity, ApiError>,
    matter: Option<Matter>,
    wanted: &Wanted,
) -> Result<Json<StepPage<F>>, ApiError> {
    app.check_site(site)?;
    app.must(identity, Right::HandleAlarms)?;
    let matter = matter.ok_or(ApiError::NotFound)?;
    let limit = within(wanted.limit, STEP_PAGE_DEFAULT, STEP_PAGE_MAX)?;
    let page = app.tables.steps(matter, wanted.before, limit).await;
    let page = page.map_err(unreadable_tables)?;
    page.map(Json).ok_or(ApiError::NotFound)
}
