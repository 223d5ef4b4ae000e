//! `/api/v1/sites/{site}/figures`: how many alarms, how fast.

use super::App;
use super::alarms::{malformed, unreadable_tables};
use super::errors::ApiError;
use super::extract::{InPath, InQuery};
use axum::Json;
use axum::extract::State;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::{FIGURES_SPAN_MAX, Figures};
use serde::Deserialize;
use std::sync::Arc;

/// From when on, in microseconds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    since: i64,
}

/// `GET /api/v1/sites/{site}/figures?since=…`. Nobody is in them, so nobody has to say who asks.
pub(super) async fn figures(
    State(app): State<Arc<App>>,
    InPath(site): InPath<String>,
    InQuery(wanted): InQuery<Wanted>,
) -> Result<Json<Figures>, ApiError> {
    app.check_site(&site)?;
    let since = Timestamp::from_micros(wanted.since);
    if app.clock.now().since(since) > FIGURES_SPAN_MAX {
        let days = FIGURES_SPAN_MAX.as_secs() / 86_400;
        return Err(malformed(format!(
            "since is too long ago; ask for {days} days at most"
        )));
    }
    let figures = app.tables.figures(since).await;
    figures.map(Json).map_err(unreadable_tables)
}
