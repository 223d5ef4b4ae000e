//! Cameras' pictures.

use super::App;
use super::errors::ApiError;
use super::extract::{InPath, InQuery};
use super::identity::Identity;
use super::live::check_handshake;
use crate::cameras::{Stream, VIEWERS_MAX};
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{State, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use castellan_domain::access::Right;
use castellan_domain::estate::DeviceKind;
use castellan_domain::ids::DeviceId;
use serde::Deserialize;
use std::sync::Arc;

/// Bytes of a viewer's message: it has nothing to say.
const READ_BYTES_MAX: usize = 1_024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    #[serde(default)]
    stream: Stream,
}

/// Shows a camera to a viewer.
pub(super) async fn watch(
    State(app): State<Arc<App>>,
    InPath(camera): InPath<String>,
    InQuery(Wanted { stream }): InQuery<Wanted>,
    identity: Result<Identity, ApiError>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    app.must(identity, Right::SeeCameras)?;
    let camera: DeviceId = camera.parse().map_err(|_| ApiError::NotFound)?;
    let device = app.estate.estate.device(&camera);
    if device.is_none_or(|device| device.kind != DeviceKind::Camera) {
        return Err(ApiError::NotFound);
    }
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
            cameras.show(&camera, stream, socket).await;
            drop(seat);
        }))
}
