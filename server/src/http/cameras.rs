//! Cameras' pictures.

use super::App;
use super::errors::ApiError;
use super::extract::{InPath, InQuery};
use super::identity::Identity;
use super::live::check_handshake;
use crate::cameras::{Stream, VIEWERS_MAX, Watched};
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{State, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use castellan_domain::access::Right;
use castellan_domain::estate::DeviceKind;
use castellan_domain::ids::{AlarmId, DeviceId};
use serde::Deserialize;
use std::sync::Arc;

/// Bytes of a viewer's message: it has nothing to say.
const READ_BYTES_MAX: usize = 1_024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    #[serde(default)]
    stream: Stream,
    /// For which alarm.
    alarm: Option<AlarmId>,
}

/// Shows a camera to a viewer.
pub(super) async fn watch(
    State(app): State<Arc<App>>,
    InPath(camera): InPath<String>,
    InQuery(Wanted { stream, alarm }): InQuery<Wanted>,
    identity: Result<Identity, ApiError>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let by = app.must(identity, Right::SeeCameras)?;
    let camera: DeviceId = camera.parse().map_err(|_| ApiError::NotFound)?;
    let device = app.estate.estate.device(&camera);
    if device.is_none_or(|device| device.kind != DeviceKind::Camera) {
        return Err(ApiError::NotFound);
    }
    let is_held = |alarm| app.hub.with_view(|view| view.alarms.contains_key(&alarm));
    if alarm.is_some_and(|alarm| !is_held(alarm)) {
        return Err(ApiError::NotFound);
    }
    let watched = alarm.map(|alarm| Watched {
        alarm,
        by,
        camera: camera.clone(),
    });
    let upgrade = check_handshake(&headers, upgrade)?;
    let seat = app
        .cameras
        .seat()
        .ok_or(ApiError::TooManyConnections(VIEWERS_MAX))?;
    let cameras = app.cameras.clone();
    Ok(upgrade
        .max_message_size(READ_BYTES_MAX)
        .max_frame_size(READ_BYTES_MAX)
        .on_upgrade(async move |socket| {
            cameras.show(&camera, stream, watched, socket).await;
            drop(seat);
        }))
}
