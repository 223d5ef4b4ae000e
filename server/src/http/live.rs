//! `/live`: where displays connect.

use super::App;
use super::errors::ApiError;
use crate::hub::{Live, serve_display};
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{State, WebSocketUpgrade};
use axum::response::Response;
use castellan_domain::wire::live::CLIENT_MESSAGE_BYTES_MAX;
use std::sync::Arc;

/// Bytes of a display's socket that are read at once. The library clears so many bytes at every wakeup
/// and keeps them for every display: displays say little.
const READ_BUFFER_BYTES: usize = 1_024;
/// Bytes that are gathered before they are written out without waiting for the rest of a batch.
const WRITE_BUFFER_BYTES: usize = 16 * 1_024;

pub(super) async fn connect(
    State(app): State<Arc<App>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|_| ApiError::NotAWebSocket)?;
    let live = Live {
        hub: app.hub.clone(),
        health: app.health.clone(),
        estate: app.estate.estate.clone(),
    };
    Ok(upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_message_size(CLIENT_MESSAGE_BYTES_MAX)
        .max_frame_size(CLIENT_MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| serve_display(socket, live)))
}
