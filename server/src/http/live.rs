//! `/live`: where displays connect.

use super::App;
use super::errors::ApiError;
use crate::hub::serve_display;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{State, WebSocketUpgrade};
use axum::response::Response;
use castellan_domain::wire::live::CLIENT_MESSAGE_BYTES_MAX;
use std::sync::Arc;

pub(super) async fn connect(
    State(app): State<Arc<App>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|_| ApiError::NotAWebSocket)?;
    Ok(upgrade
        .max_message_size(CLIENT_MESSAGE_BYTES_MAX)
        .max_frame_size(CLIENT_MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| serve_display(socket, app.hub.clone(), app.health.clone())))
}
