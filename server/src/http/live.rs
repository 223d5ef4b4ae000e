//! `/live`: where displays connect.

use super::App;
use super::errors::ApiError;
use super::identity::Identity;
use crate::hub::{Live, serve_display};
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{State, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::http::header::SEC_WEBSOCKET_KEY;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use castellan_domain::wire::live::CLIENT_MESSAGE_BYTES_MAX;
use std::sync::Arc;

/// Bytes of a display's socket that are read at once. The library clears so many bytes at every wakeup
/// and keeps them for every display: displays say little.
const READ_BUFFER_BYTES: usize = 1_024;
/// Bytes of a message that are read at most: more than a display may say, so that whoever says a
/// little too much is still told so. Of a longer one the connection just breaks.
const READ_BYTES_MAX: usize = 16 * CLIENT_MESSAGE_BYTES_MAX;
/// Bytes of the key of a handshake.
const KEY_BYTES: usize = 16;
/// Bytes that are gathered before they are written out without waiting for the rest of a batch.
const WRITE_BUFFER_BYTES: usize = 16 * 1_024;

/// A key is 16 bytes in base64 (RFC 6455); the library takes any text for one.
fn has_key(headers: &HeaderMap) -> bool {
    let mut keys = headers.get_all(SEC_WEBSOCKET_KEY).into_iter();
    let (key, more) = (keys.next(), keys.next());
    let bytes = key.and_then(|key| STANDARD.decode(key.as_bytes()).ok());
    more.is_none() && bytes.is_some_and(|bytes| bytes.len() == KEY_BYTES)
}

/// Whether somebody really wants a `WebSocket`.
pub(super) fn check_handshake(
    headers: &HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<WebSocketUpgrade, ApiError> {
    let upgrade = upgrade.map_err(|_| ApiError::NotAWebSocket)?;
    has_key(headers)
        .then_some(upgrade)
        .ok_or(ApiError::NotAWebSocket)
}

pub(super) async fn connect(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    identity: Result<Identity, ApiError>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = check_handshake(&headers, upgrade)?;
    let live = Live {
        hub: app.hub.clone(),
        health: app.health.clone(),
        estate: app.estate.estate.clone(),
        // Most displays are nobody's. Whose must be somebody's is told so in words of the protocol.
        person: identity.ok().map(|Identity(person)| person),
    };
    Ok(upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_message_size(READ_BYTES_MAX)
        .max_frame_size(READ_BYTES_MAX)
        .on_upgrade(move |socket| serve_display(socket, live)))
}
