//! Every route, in one list.

use super::errors::ApiError;
use super::extract::no_query;
use super::{
    App, alarms, assets, cameras, clips, commands, figures, history, ingest, live, metrics, origin,
    positions, sheets, sites, steps,
};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use std::sync::Arc;
use tower_http::trace::TraceLayer;

pub(crate) fn router(app: Arc<App>) -> Router {
    let web = app.web.clone();
    Router::new()
        .route("/healthz", get(sites::alive))
        .route("/metrics", get(metrics::show))
        .route("/live", get(live::connect))
        .route("/ingest/v1/events", post(ingest::event))
        .route("/ingest/v1/doors", post(ingest::door))
        .route("/ingest/v1/heard", post(ingest::heard))
        .route("/ingest/v1/calls", post(ingest::call))
        .route("/api/v1/sites", get(sites::list))
        .route("/api/v1/sites/{site}/estates/{hash}", get(sites::estate))
        .route("/api/v1/sites/{site}/commands", post(commands::create))
        .route(
            "/api/v1/sites/{site}/alarms/{alarm}/notes",
            get(sites::notes),
        )
        .route("/api/v1/sites/{site}/health", get(sites::health))
        .route(
            "/api/v1/sites/{site}/incidents/{incident}/sheet",
            get(sheets::show),
        )
        .route(
            "/api/v1/sites/{site}/cameras/{camera}/still",
            get(cameras::still),
        )
        // What stands above takes nothing after the question mark.
        .route_layer(from_fn(no_query))
        // Others decide what their apps put there.
        .route("/live/cameras/{camera}", get(cameras::watch))
        .route("/ingest/owntracks", post(positions::owntracks))
        .route("/api/v1/sites/{site}/snapshot", get(sites::snapshot))
        .route("/api/v1/sites/{site}/alarms", get(alarms::list))
        .route("/api/v1/sites/{site}/figures", get(figures::figures))
        .route(
            "/api/v1/sites/{site}/alarms/{alarm}/history",
            get(steps::of_alarm),
        )
        .route(
            "/api/v1/sites/{site}/incidents/{incident}/history",
            get(steps::of_incident),
        )
        .route("/api/v1/sites/{site}/clips/{clip}", get(clips::show))
        .route("/api/v1/sites/{site}/tracks", get(history::everybody))
        .route("/api/v1/sites/{site}/tracks/{person}", get(history::track))
        .route(
            "/api/v1/sites/{site}/observations",
            get(history::observations),
        )
        .method_not_allowed_fallback(async || ApiError::WrongMethod)
        .layer(from_fn(origin::same_origin))
        .fallback_service(assets::service(web))
        .layer(from_fn(assets::headers))
        // Bodies are read by `WholeBody`, which has limits of its own.
        .layer(DefaultBodyLimit::disable())
        .layer(TraceLayer::new_for_http())
        .with_state(app)
}
